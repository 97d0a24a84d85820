"""Long registers: sheets that look alike are laid out once, and their cells are stamped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import unescape

from kash.platform.press.child_process import Progress, RenderLimits
from kash.platform.press.documents import PagedDocument, document_opening
from kash.platform.press.letters import DIGITS, LETTERS, letters_beyond
from kash.platform.press.markup import one_line, printable
from kash.platform.press.plate_store import made_plates, plate_store
from kash.platform.press.print_writing import PrintWriter
from kash.platform.press.qr_symbols import Symbol, qr_symbol
from kash.platform.press.requests import PageRequest
from kash.platform.press.stamping import Stamper

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
    made = plate_store.stampers(requests, _STYLESHEET, limits)
    stampers = dict(zip(looks, made, strict=True))
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
