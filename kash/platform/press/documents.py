"""Paged documents: registers, minutes, guides and lists, from markup that a feature wrote."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from kash.platform.press.child_process import RenderLimits, render
from kash.platform.press.markup import css_string, escaped, opening, printable
from kash.platform.press.requests import DocumentRequest

DocumentKind = Literal[
    "register", "minutes", "guide", "handout", "names", "cards", "answers", "plain"
]
PageFormat = Literal["A4", "A4-landscape"]

_WATERMARK_LINES = 7
_SIZES: dict[PageFormat, str] = {"A4": "A4", "A4-landscape": "A4 landscape"}


@dataclass(frozen=True, slots=True)
class PagedDocument:
    """A document as its feature's template wrote it.

    `html` is what stands inside the body, already escaped, with the classes that README.md lists.
    `title` goes into the file's properties and must be neutral. `header_left` and `header_right`
    run at the top of every page but the first; `footer_left` at the foot of every page.
    `page_count` is the text at the right of the foot; "{page}" and "{pages}" in it are counted.
    A guide is a book of facing pages: `header_left` runs on the left ones, the title of the session
    on the right ones, and `page_count` stands outside on both.
    `watermark` is set large and pale across each page, below its text.
    """

    html: str
    title: str
    language: str
    kind: DocumentKind = "plain"
    page_format: PageFormat = "A4"
    header_left: str = ""
    header_right: str = ""
    footer_left: str = ""
    page_count: str = "{page} / {pages}"
    dated: datetime | None = None
    watermark: str = ""

    def __post_init__(self) -> None:
        if self.kind not in get_args(DocumentKind):
            raise ValueError("no such kind of document")
        if self.page_format not in _SIZES:
            raise ValueError("no such page format")


def document_opening(paged: PagedDocument, style: str = "") -> str:
    """Everything before the document's own markup. `style` are rules for this document alone."""
    return opening(
        title=paged.title,
        language=paged.language,
        dated=paged.dated,
        style=_running_texts(paged) + style,
        body=paged.kind,
    )


def document(paged: PagedDocument, limits: RenderLimits | None = None) -> bytes:
    """The document as one PDF."""
    request = DocumentRequest(
        stylesheet="documents.css",
        document=document_opening(paged) + printable(paged.html),
        background=_watermark(paged) if paged.watermark else "",
    )
    (made,) = render(request, limits or RenderLimits())
    return made


def _watermark(paged: PagedDocument) -> str:
    """One page with the text across it, which lies below every page of the document."""
    lines = f"<p>{escaped(paged.watermark)}</p>" * _WATERMARK_LINES
    return (
        opening(
            title=paged.title,
            language=paged.language,
            dated=None,
            style=f"@page {{ size: {_SIZES[paged.page_format]}; }}",
            body="watermark",
        )
        + lines
    )


def _running_texts(paged: PagedDocument) -> str:
    """Page rules are the one place where a text must be written into the stylesheet."""
    if paged.kind == "guide":
        return _facing_texts(paged)
    # On a register the head repeats by itself and fills the top margin.
    headed = paged.kind != "register" and bool(paged.header_left or paged.header_right)
    head = (
        f"@top-left {{ content: {css_string(paged.header_left)}; }}"
        f"@top-right {{ content: {css_string(paged.header_right)}; }}"
        if headed
        else ""
    )
    first = (
        "@page :first { @top-left { content: none; } @top-right { content: none; } }"
        if headed
        else ""
    )
    return (
        f"@page {{ size: {_SIZES[paged.page_format]}; {head}"
        f"@bottom-left {{ content: {css_string(paged.footer_left)}; }}"
        f"@bottom-right {{ content: {_counted(paged.page_count)}; }} }}{first}"
    )


def _facing_texts(paged: PagedDocument) -> str:
    """Those of a book: page numbers stand outside, and none on its first page."""
    foot, number = css_string(paged.footer_left), _counted(paged.page_count)
    return (
        f"@page guide:left {{ @top-left {{ content: {css_string(paged.header_left)}; }}"
        f"@bottom-left {{ content: {number}; }} @bottom-right {{ content: {foot}; }} }}"
        f"@page guide:right {{ @bottom-left {{ content: {foot}; }}"
        f"@bottom-right {{ content: {number}; }} }}"
        f"@page guide:first {{ @bottom-right {{ content: none; }} }}"
    )


def _counted(text: str) -> str:
    counters = {"{page}": "counter(page)", "{pages}": "counter(pages)"}
    parts = re.split(r"(\{page\}|\{pages\})", text)
    return " ".join(counters.get(part) or css_string(part) for part in parts if part) or '""'
