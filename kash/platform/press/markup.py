"""Markup that is safe to put together, a page that is asked of the press, and joined signs."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from typing import TypedDict

# Controls, surrogates and noncharacters cannot stand in HTML or XML. Bidirectional overrides can,
# but would let a name print as another one.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
_DIRECTION_MARKS = re.compile("[\u202a-\u202e\u2066-\u2069]")


def printable(markup: str) -> str:
    """Markup without the characters that a page can't hold."""
    return _UNPRINTABLE.sub("", markup)


def one_line(text: str) -> str:
    """A text as it is printed on one line."""
    return " ".join(_DIRECTION_MARKS.sub("", printable(text)).split())


def escaped(text: str) -> str:
    """One line of text, safe between tags and inside quoted attributes."""
    return html.escape(one_line(text), quote=True)


def css_string(text: str) -> str:
    """Text as a quoted CSS string that can stand inside a style element."""
    one_line = re.sub(r"\s+", " ", _DIRECTION_MARKS.sub("", printable(text)))
    return '"' + re.sub(r"[^\w .,:;·–—()/-]", lambda m: f"\\{ord(m[0]):x} ", one_line) + '"'


def in_utc(moment: datetime) -> datetime:
    """The moment in UTC; one without a zone is taken to be in UTC already."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def opening(*, title: str, language: str, dated: datetime | None, style: str, body: str) -> str:
    """Everything before a document's content. `body` is the class of the body element."""
    created = ""
    if dated is not None:
        created = f'<meta name="dcterms.created" content="{in_utc(dated):%Y-%m-%dT%H:%M:%SZ}">'
    return (
        f'<!doctype html><html lang="{escaped(language)}"><head><meta charset="utf-8">'
        f"<title>{escaped(title)}</title>{created}<style>{style}</style></head>"
        f'<body class="{escaped(body)}">'
    )


class PageRequest(TypedDict):
    """A page to be made a plate; "typesetting/plate_making.py" says what each part means."""

    markup: str
    hidden: dict[str, str]
    drawn: dict[str, str]
    learned: dict[str, list[str]]
    words: list[str]
    language: str
    zoom: float
    margin: str


class DocumentRequest(TypedDict):
    """A document of its own, over a picture of the page `background` if that isn't empty."""

    stylesheet: str
    document: str
    background: str


class PlatesRequest(TypedDict):
    """Pages that are to become plates. `stylesheet` is the name of an asset, or empty."""

    stylesheet: str
    pages: list[PageRequest]


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
