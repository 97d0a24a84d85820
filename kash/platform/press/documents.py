"""Paged documents, and registers among them, which are filled in by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from html import unescape
from typing import Literal, get_args

from kash.platform.press.child_process import Progress, RenderLimits, render
from kash.platform.press.markup import (
    DocumentRequest,
    PageRequest,
    css_string,
    escaped,
    one_line,
    opening,
    printable,
)
from kash.platform.press.pdf_parts import PrintWriter
from kash.platform.press.qr import Symbol, qr_symbol
from kash.platform.press.shaping import DIGITS, LETTERS, letters_beyond
from kash.platform.press.stamping import Stamper, made_plates, plate_store

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
    (pdf,) = render(request, limits or RenderLimits())
    return pdf


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


_FOOT = "@bottom-right"
_HIDDEN_FOOT = "@page { @bottom-right { visibility: hidden } }"
_STYLESHEET = "documents.css"
_TOLD_EVERY = 10
_MARKED = re.compile(
    r'(?P<opened><(?P<tag>\w+)\b[^>]*\bdata-field="(?P<name>[\w-]+)"[^>]*>)(?P<text>[^<]*)'
    r"(?P<closed></(?P=tag)>)"
)


@dataclass(frozen=True, slots=True)
class RegisterSheet:
    """One sheet: a page whose cells that differ are elements marked `data-field`.

    Sheets with the same `html` share a plate, so what differs belongs into `texts`, by name of the
    field. A field whose name is "name", or begins with "name-", is set smaller where it must be.
    `codes` are what the QR codes hold, each in a marked `img`.
    """

    html: str
    texts: Mapping[str, str]
    codes: Mapping[str, str]


def marked_sheet(html: str, codes: Mapping[str, str]) -> RegisterSheet:
    """A sheet from markup that holds its texts: those in marked elements are taken out of it."""
    texts: dict[str, str] = {}

    def taken(found: re.Match[str]) -> str:
        texts[found["name"]] = unescape(found["text"])
        return found["opened"] + found["closed"]

    return RegisterSheet(_MARKED.sub(taken, html), texts, codes)


def register(
    paged: PagedDocument,
    sheets: Sequence[RegisterSheet],
    progress: Progress | None = None,
    limits: RenderLimits | None = None,
) -> bytes:
    """The sheets as one PDF, a page each. Of `paged` all counts but its own `html`."""
    if not sheets:
        raise ValueError("there is nothing to print")
    bounds = limits or RenderLimits(seconds=60 + 0.2 * len(sheets))
    writer: PrintWriter | None = None
    pieces: list[bytes] = []
    for done, (stamper, drawing) in enumerate(_drawn(paged, sheets, bounds), 1):
        writer = writer or PrintWriter(stamper.plate)
        pieces += writer.add(stamper.plate, drawing)
        if progress is not None and (done % _TOLD_EVERY == 0 or done == len(sheets)):
            progress(done, len(sheets))
    return b"".join(pieces + (writer.end() if writer else []))


def _drawn(
    paged: PagedDocument, sheets: Sequence[RegisterSheet], limits: RenderLimits
) -> Iterator[tuple[Stamper, bytes]]:
    looks = list(dict.fromkeys(sheet.html for sheet in sheets))
    requests = [_plate_request(paged, look, sheets) for look in looks]
    stamping = plate_store.stampers(requests, _STYLESHEET, limits)
    stampers = dict(zip(looks, stamping, strict=True))
    codes = [_symbols(sheet) for sheet in sheets]
    drawings = [
        stampers[sheet.html].drawing(
            {**sheet.texts, _FOOT: _count(paged, number, len(sheets))}, symbols
        )
        for number, (sheet, symbols) in enumerate(zip(sheets, codes, strict=True), 1)
    ]
    others = _set_whole(paged, sheets, drawings, limits)
    for sheet, drawing, symbols in zip(sheets, drawings, codes, strict=True):
        if drawing is None:
            stamper = next(others)
            yield stamper, stamper.drawing({}, symbols) or b""
        else:
            yield stampers[sheet.html], drawing


def _plate_request(paged: PagedDocument, html: str, sheets: Sequence[RegisterSheet]) -> PageRequest:
    alike = [sheet for sheet in sheets if sheet.html == html]
    names = list(dict.fromkeys(name for sheet in alike for name in sheet.texts))
    total = _count(paged, len(sheets), len(sheets))
    learned = {_FOOT: sorted({*DIGITS, *total})}
    for name in names:
        usual = LETTERS if _is_name(name) else DIGITS
        used = [one_line(sheet.texts.get(name, "")) for sheet in alike]
        learned[name] = [*usual, *letters_beyond(usual, used)]
    return PageRequest(
        markup=_markup(paged, html, total, _HIDDEN_FOOT),
        hidden={
            **{name: _sample(name, alike) for name in names},
            **{name: "" for sheet in alike for name in sheet.codes},
        },
        drawn={},
        learned=learned,
        words=["name"],
        language=paged.language,
        zoom=1.0,
        margin=_FOOT,
    )


def _sample(name: str, sheets: Sequence[RegisterSheet]) -> str:
    """A text as wide as those to come, where a box may be as wide as its text."""
    if _is_name(name):
        return "Asali"
    texts = [one_line(sheet.texts.get(name, "")) for sheet in sheets]
    return max(texts, key=lambda text: (len(text), text)) or "0"


def _set_whole(
    paged: PagedDocument,
    sheets: Sequence[RegisterSheet],
    drawings: Sequence[bytes | None],
    limits: RenderLimits,
) -> Iterator[Stamper]:
    """Sheets with a text that no plate can set, set by the layout engine from beginning to end."""
    requests = [
        PageRequest(
            markup=_markup(paged, sheet.html, _count(paged, number, len(sheets)), ""),
            hidden=dict.fromkeys(sheet.codes, ""),
            drawn={name: one_line(text) for name, text in sheet.texts.items()},
            learned={},
            words=[],
            language=paged.language,
            zoom=1.0,
            margin="",
        )
        for number, (sheet, drawing) in enumerate(zip(sheets, drawings, strict=True), 1)
        if drawing is None
    ]
    if requests:
        for plate in made_plates(requests, _STYLESHEET, limits):
            yield Stamper(plate)


def _markup(paged: PagedDocument, html: str, foot: str, style: str) -> str:
    return document_opening(replace(paged, html="", page_count=foot), style) + printable(html)


def _count(paged: PagedDocument, page: int, pages: int) -> str:
    return paged.page_count.replace("{page}", str(page)).replace("{pages}", str(pages))


def _symbols(sheet: RegisterSheet) -> dict[str, Symbol]:
    return {name: qr_symbol(payload) for name, payload in sheet.codes.items()}


def _is_name(field: str) -> bool:
    return field.partition("-")[0] == "name"
