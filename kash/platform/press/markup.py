"""From plain text to markup that cannot break out of its place."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime

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
