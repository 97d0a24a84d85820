"""What nobody should send, a few of it at a time, and what is wrong with an answer to it."""

import re
from collections.abc import Sequence
from typing import TypeVar

from werkzeug.test import TestResponse

T = TypeVar("T")
SCRIPT = "<script>alert(1)</script>"
HUGE = "x" * 200_000
HOSTILE = {
    "script": SCRIPT,
    "template": "{{7*7}}",
    "sql": "' OR 1=1 --",
    "format": "%(name)s %s {0.__class__}",
    "right to left": "\u202eevil\u202c",
    "huge": HUGE,
    "controls": "a\x0b\x1f\x7fb",
    "nul": "a\x00b",
    "negative": "-1",
    "great": "9" * 40,
    "infinite": "1e999",
    "no day": "2026-02-31",
    "year": "0000-01-01",
    "pictures": "\U0001f600" * 60,
    "empty": "",
    "spaces": "   ",
    "path": "../../../../etc/passwd",
    "formula": "=HYPERLINK(1)",
}
# Bytes that are no text, already encoded: half of a pair, an overlong slash, a lone continuation.
NO_TEXT = ("%ED%A0%80", "%C0%AF", "%80")
# Whatever is like one that gets them all gets one of them, by turns: a part of an address read by
# the same converter, a form of the same room with fields of the same kinds, a page that reads what
# another of its room has read.
TURNS_AT_ONCE = 1


def third_of(values: Sequence[T], endpoint: str) -> list[T]:
    """What is asked of the first of a room that reads alike as others elsewhere: a third, which
    begins with another value for each endpoint and is the same in every run."""
    return by_turns(values, endpoint, -(-len(values) // 3))


def fault_of(answer: TestResponse) -> str:
    """What is wrong with an answer to something bad, empty if nothing is."""
    status = answer.status_code
    if status >= 500:
        return f"broke with {status}"
    body = answer.get_data(as_text=True) if answer.mimetype == "text/html" else ""
    if SCRIPT in body:
        return "shows a script as it came"
    if "Traceback" in body:
        return "shows how it failed"
    if status >= 400 and answer.mimetype == "text/html":
        words = re.sub(r"<[^>]+>", " ", body.partition("<main")[2].partition("</main")[0])
        if len(words.split()) < 4:
            return f"says nothing with {status}"
    return ""


def by_turns(values: Sequence[T], endpoint: str, count: int = TURNS_AT_ONCE) -> list[T]:
    """A few of all values. Each endpoint begins with another, so that every value has its turn."""
    first = sum(endpoint.encode())
    return [values[(first + number) % len(values)] for number in range(min(count, len(values)))]
