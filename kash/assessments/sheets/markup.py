"""An answer sheet as the press sets it: markup whose every place comes from the layout. Answer
sheets as one PDF: pages that are alike are laid out once, codes and names are stamped."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from kash.assessments.sheets.layout import (
    BUBBLE_RADIUS,
    CODE_BOX,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    PEG,
    Corner,
    CornerCode,
    SheetLayout,
    code_box,
    code_text,
    pages_of,
)
from kash.platform.press import PagedDocument, RegisterSheet, register
from kash.platform.press.markup import escaped

_INK, _PALE, _WRONG = "#17201f", "#c4cbc7", "#8a3324"
_LETTERS_LEFT = 7.0
_NUMBER_LEFT, _NUMBER_WIDTH = 2.6, 9.0
_SAMPLES_TOP, _SAMPLES_LEFT, _SAMPLES_STEP = 51.2, 15.0, 10.5
_WRONG_LEFT = 62.0


# A sentence in the languages of the paper, the first one larger: (language, text).
SaidTwice = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class SheetWording:
    """All that is printed on every page alike."""

    title: str
    line: str
    name_line: SaidTwice
    fill: SaidTwice
    not_so: SaidTwice
    changed: SaidTwice
    keep: SaidTwice
    sheet_number: str
    corner: str


@dataclass(frozen=True, slots=True)
class BubbleRow:
    """A row: the question's number, and what stands before each of its bubbles."""

    number: int
    labels: Sequence[str]


def page_markup(
    layout: SheetLayout, rows: Sequence[BubbleRow], wording: SheetWording, *, blank: bool
) -> str:
    """A page with these rows. A blank one has a line to write a name on."""
    return (
        f'<section class="answers" style="background-image: url({_drawing(layout, blank)})">'
        + "".join(_codes(wording))
        + _head(wording, blank)
        + _how(wording)
        + "".join(_rows(layout, rows))
        + _foot(wording)
        + "</section>"
    )


def _codes(wording: SheetWording) -> Iterator[str]:
    for corner in Corner:
        left, top = code_box(corner)
        yield (
            f'<img class="corner" data-field="corner-{int(corner)}" alt="{escaped(wording.corner)}"'
            f' src="press:cuts.svg" style="left: {left}mm; top: {top}mm; width: {CODE_BOX}mm;'
            f' height: {CODE_BOX}mm">'
        )


def _head(wording: SheetWording, blank: bool) -> str:
    return (
        f'<header class="answers-head"><h1>{escaped(wording.title)}</h1>'
        f"<p>{escaped(wording.line)}</p></header>"
        f'<div class="answers-who">{_said(wording.name_line)}'
        + ("" if blank else '<p class="whose" data-field="name-who"></p>')
        + '<p class="badge" data-field="badge"></p></div>'
    )


def _how(wording: SheetWording) -> str:
    return (
        f'<div class="answers-how fill">{_said(wording.fill)}</div>'
        f'<div class="answers-how not-so">{_said(wording.not_so)}</div>'
        f'<div class="answers-how changed">{_said(wording.changed)}</div>'
    )


def _foot(wording: SheetWording) -> str:
    return (
        f'<footer class="answers-foot">{_said(wording.keep)}'
        # As wide as the foot, so that whatever number is stamped has room.
        '<p class="code" data-field="sheet"></p></footer>'
    )


def _said(sentence: SaidTwice) -> str:
    return "".join(
        f'<p class="{"second" if at else "first"}" lang="{escaped(language)}">{escaped(text)}</p>'
        for at, (language, text) in enumerate(sentence)
    )


def _rows(layout: SheetLayout, printed: Sequence[BubbleRow]) -> Iterator[str]:
    following = iter(printed)
    for column in layout.columns:
        for place in column.rows:
            line = next(following)
            left = column.left + _NUMBER_LEFT
            yield (
                f'<p class="answers-row" style="left: {left:.2f}mm; top: {place.y - 3:.2f}mm">'
                f'<b style="width: {_NUMBER_WIDTH}mm">{line.number}</b>'
            )
            for x, label in zip(place.bubbles, line.labels, strict=True):
                at = x - _LETTERS_LEFT - left
                yield f' <span style="left: {at:.2f}mm">{escaped(label)}</span>'
            yield "</p>"


def _drawing(layout: SheetLayout, blank: bool) -> str:
    """The pegs, the bubbles, the lines between rows and the pictures of marks, as an address."""
    shapes = [*_pegs_and_bubbles(layout), *_samples()]
    if blank:
        shapes.append(_line(86, 43, 168, 43, _INK, 0.25))
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{PAGE_WIDTH}mm" height="{PAGE_HEIGHT}mm"'
        f' viewBox="0 0 {PAGE_WIDTH} {PAGE_HEIGHT}">{"".join(shapes)}</svg>'
    )
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def _pegs_and_bubbles(layout: SheetLayout) -> Iterator[str]:
    for column in layout.columns:
        for place in column.rows:
            for x in (column.left, column.right):
                yield (
                    f'<rect x="{x - PEG / 2:.3f}" y="{place.y - PEG / 2:.3f}" width="{PEG}"'
                    f' height="{PEG}" fill="#000"/>'
                )
            for x in place.bubbles:
                yield _bubble(x, place.y)
            if place.index:
                between = place.y - column.pitch / 2
                fifth = place.index % 5 == 0
                yield _line(
                    column.left + 3,
                    between,
                    column.right - 3,
                    between,
                    "#7d8884" if fifth else _PALE,
                    0.22 if fifth else 0.12,
                )


def _samples() -> Iterator[str]:
    """A right mark, and four that are not."""
    y = _SAMPLES_TOP + BUBBLE_RADIUS
    x = _SAMPLES_LEFT + BUBBLE_RADIUS
    yield f'<circle cx="{x}" cy="{y}" r="{BUBBLE_RADIUS}" fill="#000"/>'
    xs = [_WRONG_LEFT + BUBBLE_RADIUS + _SAMPLES_STEP * at for at in range(4)]
    for x in xs:
        yield _bubble(x, y)
    tick, dot, ring, half = xs
    yield _stroke(f"M{tick - 2} {y} L{tick - 0.4} {y + 1.8} L{tick + 3} {y - 3}")
    yield f'<circle cx="{dot}" cy="{y}" r="0.7" fill="{_WRONG}"/>'
    yield _stroke(f"M{ring - 4} {y} a4 3.8 0 1 1 8 0 a4 3.8 0 1 1 -8 0")
    yield _stroke(f"M{half - 2} {y - 1.2} l1.5 3 m0.2 -3.6 l1 4 m0.6 -3.9 l0.2 3.4")
    for x in xs:
        yield _line(x - 3.2, y + 5.1, x + 3.2, y + 5.1, _WRONG, 0.4)


def _bubble(x: float, y: float) -> str:
    return (
        f'<circle cx="{x:.3f}" cy="{y:.3f}" r="{BUBBLE_RADIUS}" fill="#fff" stroke="{_INK}"'
        ' stroke-width="0.3"/>'
    )


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, width: float) -> str:
    return (
        f'<path d="M{x1:.3f} {y1:.3f} L{x2:.3f} {y2:.3f}" stroke="{colour}"'
        f' stroke-width="{width}" fill="none"/>'
    )


def _stroke(path: str) -> str:
    return f'<path d="{path}" stroke="{_WRONG}" stroke-width="0.5" fill="none"/>'


@dataclass(frozen=True, slots=True)
class PrintedAnswerSheet:
    """One sheet: its public id, and whose it is. Without a name it has a line to write one on.

    `name` and `badge` are printed as they are given: giving none keeps both off the paper.
    """

    sheet: str
    name: str = ""
    badge: str = ""


def answer_sheets(
    rows: Sequence[BubbleRow],
    sheets: Sequence[PrintedAnswerSheet],
    wording: SheetWording,
    *,
    file_title: str,
    language: str,
    dated: datetime | None = None,
) -> bytes:
    """The sheets as one PDF. Raises RenderError."""
    layouts = pages_of([len(line.labels) for line in rows])
    paged = PagedDocument(
        html="", title=file_title, language=language, kind="answers", page_count="", dated=dated
    )
    looks: dict[tuple[int, bool], str] = {}
    first = 0
    for page, layout in enumerate(layouts, 1):
        printed = rows[first : first + len(layout.bubbles)]
        for blank in {not sheet.name for sheet in sheets}:
            looks[page, blank] = page_markup(layout, printed, wording, blank=blank)
        first += len(layout.bubbles)
    return register(
        paged,
        [
            RegisterSheet(
                looks[page, not sheet.name],
                {
                    "name-who": sheet.name,
                    "badge": sheet.badge,
                    "sheet": f"{wording.sheet_number} {number} · {page}/{len(layouts)}",
                },
                {
                    f"corner-{int(corner)}": code_text(CornerCode(sheet.sheet, page, corner))
                    for corner in Corner
                },
            )
            for sheet in sheets
            for number in [sheet_number(sheet.sheet)]
            for page in range(1, len(layouts) + 1)
        ],
    )


def sheet_number(public_id: str) -> str:
    """A sheet's id as people read it out: four times four characters."""
    return "-".join(public_id[start : start + 4].upper() for start in range(0, 16, 4))
