"""Lines of minutes that hold a figure beside a station or a case."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection

# Month names; short ones and those that are other words too only with their capital.
_MONTH = (
    r"(?:(?-i:Jan|Feb|Mar|March|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)|january|february|april|june"
    r"|july|august|september|october|november|december|januari|februari|machi|aprili|mei|juni"
    r"|julai|agosti|septemba|oktoba|novemba|desemba)\b"
)

# What is no count: days, times, years, money, and the numbers of minutes.
_NO_COUNT = re.compile(
    rf"""(?x)
    \bMIN\s+\d+(?:/\d+)* | \b\d{{4}}-\d{{2}}-\d{{2}}\b | \b\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}}\b
    | \b\d{{1,2}}[:.]\d{{2}}\b | \b(?:19|20)\d{{2}}\b | \b(?:KES|KSh|Sh)\.?\s*[\d.,]+
    | \b\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH} | \b{_MONTH}\s+\d{{1,2}}\b
    """,
    re.IGNORECASE,
)

_COUNT = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|twenty|thirty|forty"
    r"|fifty|hundred|half|twice|double|none|zero|mbili|wawili|tatu|watatu|nne|wanne|tano|watano|sita"
    r"|saba|nane|wanane|tisa|kumi|ishirini|thelathini|arobaini|hamsini|mia|nusu|sifuri)\b",
    re.IGNORECASE,
)

# Of these, none and a single one tell as much as any figure.
_CASE = (
    r"(?:reports?(?!\s+(?:offices?|desks?|forms?|on|to)\b)|cases?|incidents?|violations?|complaints?|arrest(?:s|ed)?|victims?|survivors?"
    r"|rapes?|raped|beat(?:en|ings?)|extortions?|filings?|ripoti|kesi|tukio|matukio|ukiukaji"
    r"|lalamiko|malalamiko|wa?likamatwa|alikamatwa|kukamatwa|waathiriwa|mwathiriwa)"
)

_ABOUT_CASES = re.compile(
    rf"\b(?:{_CASE}|station|police\s+post|cells?|kituo|mahabusu)\b", re.IGNORECASE
)

_NO_CASE = re.compile(
    rf"\b(?:no|one|a\s+single|another|hakuna|moja|mmoja)\s+(?:\w+\s+)?{_CASE}\b"
    rf"|\b{_CASE}\s+(?:moja|mmoja)\b",
    re.IGNORECASE,
)

_KINDS_OF_STATION = {"police", "station", "post", "patrol", "base", "kituo", "cha", "polisi", "the"}

_SENTENCE = re.compile(r"(?<=[.!?;])\s+")


def _own_name(station: str) -> str:
    """Name of a station in talk: without the words that all of them have."""
    words = station.casefold().split()
    return " ".join([word for word in words if word not in _KINDS_OF_STATION] or words)


def telling_lines(text: str, stations: Collection[str]) -> list[str]:
    """The lines of a text that hold a figure beside a station, a report, a case or their like.

    Whoever knows one case learns from such a line what the printed releases keep from her.
    `stations` are names of stations. Days, times, money and the numbers of minutes are no figures.
    A line is a whole paragraph; one sentence of it is enough. It errs by asking once too often.
    """
    named = [name for each in stations if len(name := _own_name(each)) > 3]

    def tells(sentence: str) -> bool:
        plain = " ".join(_NO_COUNT.sub(" ", sentence).split())
        about = _ABOUT_CASES.search(plain) or any(name in plain.casefold() for name in named)
        return bool((about and _COUNT.search(plain)) or _NO_CASE.search(plain))

    found: list[str] = []
    heads_a_list = False
    for line in text.splitlines():
        plain = " ".join(_NO_COUNT.sub(" ", line).split())
        counted = heads_a_list and _COUNT.search(plain)
        if counted or any(tells(sentence) for sentence in _SENTENCE.split(line)):
            found.append(line.strip())
        # "Reports by station:" and what stands below it, until an empty line.
        heads_a_list = bool(plain) and (
            heads_a_list or (plain.endswith(":") and _ABOUT_CASES.search(plain) is not None)
        )
    return list(dict.fromkeys(found))


def line_digest(line: str) -> str:
    """By what a line is known again: SHA-256 of its words, in hexadecimal."""
    return hashlib.sha256(" ".join(line.split()).casefold().encode()).hexdigest()


def published_text(text: str, internal: Collection[str]) -> str:
    """A text without its internal lines, which are given by their digests."""
    if not internal:
        return text
    lines = [line for line in text.splitlines() if line_digest(line) not in internal]
    return "\n".join(lines).strip()
