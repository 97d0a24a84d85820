"""Names in texts: whether a person is named in one, and the text with her names struck out."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from typing import Any

# Stands where something was struck out, as in minutes.
STRUCK = "…"
# A national number without what stands before it: nine digits tell one phone.
_DIGITS_OF_A_PHONE = 9


def _pattern(names: Collection[str]) -> re.Pattern[str] | None:
    return _pattern_of(tuple(names))


# One person's names are looked for in one text after the other.
@lru_cache(maxsize=1)
def _pattern_of(names: tuple[str, ...]) -> re.Pattern[str] | None:
    # The longest first, so that of two names one of which holds the other nothing is left over.
    told = sorted({" ".join(name.split()) for name in names} - {""}, key=len, reverse=True)
    told = [name for name in told if any(sign.isalnum() for sign in name)]
    if not told:
        return None
    words = (r"\s+".join(map(re.escape, name.split())) for name in told)
    return re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)", re.IGNORECASE)


def struck(text: str, names: Collection[str], mark: str = STRUCK) -> str:
    """A text with whole names struck out, whatever their case and spacing, and a mark for each."""
    pattern = _pattern(names)
    return pattern.sub(lambda _name: mark, text) if pattern is not None else text


def struck_document(document: Any, names: Collection[str]) -> Any:
    """A JSON document with names struck out of its texts; its keys are left."""
    if isinstance(document, str):
        return struck(document, names)
    if isinstance(document, list):
        return [struck_document(each, names) for each in document]
    if isinstance(document, dict):
        return {key: struck_document(value, names) for key, value in document.items()}
    return document


def readable(content: bytes) -> str:
    """Content of a file or document as it is searched for names; JSON may have escaped them."""
    text = content.decode(errors="ignore")
    return re.sub(r"\\u([0-9a-f]{4})", lambda code: chr(int(code[1], 16)), text)


def mentions(text: str, names: Collection[str], phone: str = "", email: str = "") -> bool:
    """True if a text holds one of these names as whole words, the phone however it is written, or
    the e-mail."""
    pattern = _pattern(names)
    if pattern is not None and pattern.search(text):
        return True
    if email and email.lower() in text.lower():
        return True
    digits = "".join(sign for sign in phone if sign.isdecimal())[-_DIGITS_OF_A_PHONE:]
    if len(digits) < _DIGITS_OF_A_PHONE:
        return False
    return re.search(r"[\s().-]*".join(digits), text) is not None
