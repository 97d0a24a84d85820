"""Signs that are several characters joined, and that no font here prints as one.

A teacher of one skin colour, a family and a flag would come out as two or three signs beside each
other. A name is printed without them, and whoever prints it is told.
"""

from __future__ import annotations

import re

_SIGN = (
    "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21ff\u2300-\u27bf\u2900-\u2bff"
    "\U0001f000-\U0001fbff]"
)
_TONE = "[\U0001f3fb-\U0001f3ff]"
_ONE = f"{_SIGN}\ufe0f?{_TONE}?"
_JOINED = re.compile(
    f"{_ONE}(?:\u200d{_ONE})+"
    f"|{_SIGN}\ufe0f?{_TONE}"
    f"|{_SIGN}[\U000e0020-\U000e007f]+"
    "|[\U0001f1e6-\U0001f1ff]+"
    "|[0-9#*]\ufe0f?\u20e3"
)


def joined_signs(text: str) -> list[str]:
    """The joined signs of a text, each once and in order."""
    return list(dict.fromkeys(_JOINED.findall(text)))


def without_joined_signs(text: str) -> str:
    """A text without its joined signs, its white space made single where one was taken out."""
    left = _JOINED.sub(" ", text)
    return text if left == text else " ".join(left.split())
