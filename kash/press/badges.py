"""Name badges and card certificates: several on a sheet, with marks to cut along."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Literal

from kash.press.certificate_values import CertificateEntry, CertificateWording
from kash.press.child_process import RenderLimits, render
from kash.press.markup import escaped, opening
from kash.press.qr import qr_svg
from kash.press.requests import DocumentRequest

SheetFormat = Literal["A4", "A5", "letter"]

# Width and height in mm. A5 lies on its long side, so that two pieces stand beside each other.
_SHEETS: dict[SheetFormat, tuple[float, float]] = {
    "A4": (210.0, 297.0),
    "A5": (210.0, 148.0),
    "letter": (215.9, 279.4),
}
_COLUMNS = 2
_MARK = 6.0
# A printer leaves so much of the paper's edge white.
_EDGE = 8.0
_POINTS_A_MILLIMETRE = 72 / 25.4
# How wide a letter of the bold face is, of its size; names in capitals are wider.
_LETTER, _CAPITAL = 0.56, 0.68
# How many letters stand in a line beside the code of a card, and how many lines there is room for.
_CARD_LINE, _CARD_LINES = 33, 4


def sheet_format(given: str) -> SheetFormat:
    """The paper that was asked for; A4 for whatever is none of them."""
    return next((known for known in _SHEETS if known == given), "A4")


@dataclass(frozen=True, slots=True)
class Badge:
    """What a badge says. `qr` is what its code holds; every part but the name may be empty.

    Where `pile` changes from one badge to the next, a sheet begins: piles are never cut from one.
    """

    name: str
    event: str = ""
    role: str = ""
    number: str = ""
    qr: str = ""
    pile: str = ""


@dataclass(frozen=True, slots=True)
class _Grid:
    """Pieces of `width` by `height` mm in two columns, in the middle of a sheet."""

    sheet: SheetFormat
    width: float
    height: float

    @property
    def rows(self) -> int:
        return int((_SHEETS[self.sheet][1] - 2 * _EDGE) // self.height)

    @property
    def corner(self) -> tuple[float, float]:
        """Where the first piece begins, in mm from the left and from the top."""
        width, height = _SHEETS[self.sheet]
        return (width - _COLUMNS * self.width) / 2, (height - self.rows * self.height) / 2


def badges(
    people: Sequence[Badge],
    *,
    title: str,
    language: str,
    sheet: SheetFormat = "A4",
    dated: datetime | None = None,
    limits: RenderLimits | None = None,
) -> bytes:
    """Badges of 90 by 55 mm: ten on A4, eight on letter, four on A5.

    `title` is the file's, and neutral.
    """
    grid = _Grid(sheet, 90, 55)
    start = opening(title=title, language=language, dated=dated, style=_style(grid), body="badges")
    piles = [list(pile) for _pile, pile in groupby(people, lambda one: one.pile)]
    made = [[_badge_markup(one) for one in pile] for pile in piles]
    return _printed(start + _sheets(grid, made, "badge"), limits)


def cards(
    wording: CertificateWording,
    entries: Sequence[CertificateEntry],
    *,
    language: str,
    sheet: SheetFormat = "A4",
    dated: datetime | None = None,
    limits: RenderLimits | None = None,
) -> bytes:
    """Certificates to carry, of 85 by 54 mm: ten on A4, eight on letter, four on A5."""
    grid = _Grid(sheet, 85, 54)
    start = opening(
        title=wording.heading, language=language, dated=dated, style=_style(grid), body="cards"
    )
    made = [_card_markup(wording, entry) for entry in entries]
    return _printed(start + _sheets(grid, [made], "card"), limits)


def name_points(name: str, room: float, largest: float, lines: int = 2) -> float:
    """The size in points at which a name takes no more lines of `room` mm than that."""
    words = [sum(_CAPITAL if letter.isupper() else _LETTER for letter in w) for w in name.split()]
    if not words:
        return largest
    space = _LETTER / 2
    whole = sum(words) + space * (len(words) - 1)
    # Lines break at words, so the last is rarely full.
    widest = whole if len(words) == 1 else max(max(words), whole / lines * 1.15)
    if len(words) > 1 and whole * largest <= room * _POINTS_A_MILLIMETRE:
        return largest
    points = min(largest, room * _POINTS_A_MILLIMETRE / widest)
    return max(8.0, int(points * 2) / 2)


def _printed(markup: str, limits: RenderLimits | None) -> bytes:
    request = DocumentRequest(stylesheet="badges.css", document=markup, background="")
    (made,) = render(request, limits or RenderLimits())
    return made


def _style(grid: _Grid) -> str:
    width, height = _SHEETS[grid.sheet]
    marks = base64.b64encode(_cut_marks(grid).encode("ascii")).decode("ascii")
    return (
        f"@page {{ size: {width}mm {height}mm; margin: 0 }}"
        f".grid {{ width: {width}mm; height: {height}mm; background-size: {width}mm {height}mm;"
        f" background-image: url(data:image/svg+xml;base64,{marks}) }}"
    )


def _cut_marks(grid: _Grid) -> str:
    """Short lines outside the pieces, where they are cut apart."""
    width, height = _SHEETS[grid.sheet]
    left, top = grid.corner
    drawn = []
    for column in range(_COLUMNS + 1):
        x = left + column * grid.width
        bottom = height - top
        drawn.append(f"M{x:.2f} {top - 1 - _MARK:.2f}v{_MARK}M{x:.2f} {bottom + 1:.2f}v{_MARK}")
    for row in range(grid.rows + 1):
        y = top + row * grid.height
        right = width - left
        drawn.append(f"M{left - 1 - _MARK:.2f} {y:.2f}h{_MARK}M{right + 1:.2f} {y:.2f}h{_MARK}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm" '
        f'viewBox="0 0 {width} {height}"><path d="{"".join(drawn)}" stroke="#777" '
        'stroke-width=".2" fill="none"/></svg>'
    )


def _sheets(grid: _Grid, piles: Sequence[Sequence[str]], kind: str) -> str:
    if not any(piles):
        raise ValueError("there is nothing to print")
    left, top = grid.corner
    on_one = _COLUMNS * grid.rows

    def placed(number: int, inside: str) -> str:
        row, column = divmod(number, _COLUMNS)
        x, y = left + column * grid.width, top + row * grid.height
        style = f"left: {x:.2f}mm; top: {y:.2f}mm"
        return f'<article class="one {kind}" style="{style}">{inside}</article>'

    sheets = [
        _joined(pile[start : start + on_one], placed)
        for pile in piles
        for start in range(0, len(pile), on_one)
    ]
    return "".join(f'<section class="grid">{one}</section>' for one in sheets)


def _joined(pieces: Sequence[str], placed: Callable[[int, str], str]) -> str:
    return "".join(placed(number, inside) for number, inside in enumerate(pieces))


def _badge_markup(badge: Badge) -> str:
    code = qr_svg(badge.qr, label=badge.number or "QR") if badge.qr else ""
    number = f" <span>{escaped(badge.number)}</span>" if badge.number else ""
    return (
        f'{_name(badge.name, 76, 32)}<div class="about"><p class="event">{_event(badge.event)}</p>'
        f'<p class="role"><b>{escaped(badge.role)}</b>{number}</p></div>{code}'
    )


def _event(event: str) -> str:
    """What and when: the days, which stand last, are never broken in two."""
    what, dot, days = event.rpartition(" · ")
    return f"{escaped(what)}{dot}{_unbroken(days)}" if dot else escaped(days)


def _unbroken(text: str) -> str:
    return f'<span class="day">{escaped(text)}</span>'


def _card_markup(wording: CertificateWording, entry: CertificateEntry) -> str:
    lines = (entry.date_text, entry.hours_text, entry.expires_text)
    dates = " · ".join(line for line in lines if line.strip())
    unbroken = "<i> · </i>".join(_unbroken(line) for line in lines if line.strip())
    needed = sum(-(-len(said) // _CARD_LINE) for said in (entry.body, dates))
    full, largest = (" full", 15.0) if needed > _CARD_LINES else ("", 17.0)
    return (
        f'<div class="said{full}"><p class="org">{escaped(wording.organisation)}</p>'
        f'<p class="heading">{escaped(wording.heading)}</p>{_name(entry.printed_name, 74, largest)}'
        f'<p class="body">{escaped(entry.body)}</p><p class="dates">{unbroken}</p></div>'
        f'<p class="check"><b>{escaped(entry.serial)}</b>{escaped(wording.check_line)}</p>'
        f"{qr_svg(entry.qr, label=wording.check_line or wording.heading)}"
    )


def _name(name: str, room: float, largest: float) -> str:
    return f'<h2 style="font-size: {name_points(name, room, largest)}pt">{escaped(name)}</h2>'
