"""The markup of one badge and of one card: whole, or with what differs left to be stamped.

On a plate the fields are elements marked `data-field`, and what stands below the name is moved by
`MOVED` pixels: the stamper puts in place of that as much as a name takes more than one line.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kash.platform.press.certificate_values import CertificateEntry, CertificateWording
from kash.platform.press.markup import escaped, opening
from kash.platform.press.sheet_grids import POINTS_A_MILLIMETRE, Grid

STYLESHEET = "badges.css"
# How far a line of a name lies below the one before, of its size.
LEADING = 1.05
MOVED = 77.25
# The room of a name in mm, and its largest size in points.
_BADGE_NAME = (76.0, 32.0)
_CARD_NAME, _FULL_CARD_NAME = (74.0, 17.0), (74.0, 15.0)
# How wide a letter of the bold face is, of its size; names in capitals are wider.
_LETTER, _CAPITAL = 0.56, 0.68
# How many letters stand in a line beside the code of a card, and how many lines there is room for.
_CARD_LINE, _CARD_LINES = 33, 4
# Stands in the box of the code until each piece's own is set there.
_EMPTY_PICTURE = "press:cuts.svg"


@dataclass(frozen=True, slots=True)
class Badge:
    """Badge to be set. `qr` is what its code holds; every part but the name may be empty.

    Where `pile` changes from one badge to the next, a sheet begins: piles are never cut from one.
    """

    name: str
    event: str = ""
    role: str = ""
    number: str = ""
    qr: str = ""
    pile: str = ""


def name_points(name: str, room: float, largest: float, lines: int = 2) -> float:
    """The size in points at which a name takes no more lines of `room` mm than that."""
    words = [sum(_CAPITAL if letter.isupper() else _LETTER for letter in w) for w in name.split()]
    if not words:
        return largest
    space = _LETTER / 2
    whole = sum(words) + space * (len(words) - 1)
    # Lines break at words, so the last is rarely full.
    widest = whole if len(words) == 1 else max(max(words), whole / lines * 1.15)
    if len(words) > 1 and whole * largest <= room * POINTS_A_MILLIMETRE:
        return largest
    points = min(largest, room * POINTS_A_MILLIMETRE / widest)
    return max(8.0, int(points * 2) / 2)


def badge_points(badge: Badge) -> float:
    """The size of the name on a badge, in points."""
    return name_points(badge.name, *_BADGE_NAME)


def card_points(entry: CertificateEntry, *, full: bool) -> float:
    """The size of the name on a card, in points."""
    return name_points(entry.printed_name, *(_FULL_CARD_NAME if full else _CARD_NAME))


def badge_markup(badge: Badge, points: float, *, plate: bool) -> str:
    """The inside of a badge, as a plate or with all that it says."""
    room = ' class="room"' if plate else ""
    line = (
        f'<b data-field="role"{room}>{escaped(badge.role)}</b> '
        f'<span data-field="number">{escaped(badge.number)}</span>'
    )
    return (
        f'{_name(badge.name, points)}<div class="about"><p class="event">{_event(badge.event)}</p>'
        f'<p class="role">{line if badge.role or badge.number else ""}</p></div>'
        f"{_code(badge.qr, badge.number or 'QR')}"
    )


def card_markup(
    wording: CertificateWording, entry: CertificateEntry, *, full: bool, plate: bool
) -> str:
    """The inside of a card, as a plate or with all that it says; `full` as `is_full` says."""
    moved = f' style="transform: translateY({MOVED}px)"' if plate else ""
    room = " room" if plate else ""
    dates = "<i> · </i>".join(
        f'<span class="day{room}" data-field="{name}">{escaped(line)}</span>'
        for name, line in card_lines(entry).items()
    )
    return (
        f'<div class="said{" full" if full else ""}">'
        f'<p class="org">{escaped(wording.organisation)}</p>'
        f'<p class="heading">{escaped(wording.heading)}</p>'
        f"{_name(entry.printed_name, card_points(entry, full=full))}"
        f'<p class="body"{moved}>{escaped(entry.body)}</p><p class="dates"{moved}>{dates}</p></div>'
        f'<p class="check"><b data-field="serial">{escaped(entry.serial)}</b>'
        f"{escaped(wording.check_line)}</p>{_code(entry.qr, wording.check_line or wording.heading)}"
    )


def card_lines(entry: CertificateEntry) -> dict[str, str]:
    """The lines below the sentence that a card has, by name of their fields."""
    lines = {"date": entry.date_text, "hours": entry.hours_text, "expires": entry.expires_text}
    return {name: line for name, line in lines.items() if line.strip()}


def sheet_page(
    grid: Grid, pieces: int, *, title: str, language: str, dated: datetime | None
) -> str:
    """A sheet without its pieces, which gives the file its title, language and day."""
    style = grid.style(pieces)
    start = opening(title=title, language=language, dated=dated, style=style, body="sheet")
    return f'{start}<div class="grid"></div>'


def piece_page(grid: Grid, inside: str, kind: str, language: str) -> str:
    """A page as large as one piece."""
    style = f"@page {{ size: {grid.width}mm {grid.height}mm; margin: 0 }}"
    start = opening(title=kind, language=language, dated=None, style=style, body=kind)
    return f'{start}<article class="one {kind}">{inside}</article>'


def is_full(entry: CertificateEntry) -> bool:
    """True if a card has more to say than there is room for as usual."""
    dates = " · ".join(card_lines(entry).values())
    lines = sum(-(-len(said) // _CARD_LINE) for said in (entry.body, dates))
    # A name on two lines takes the room of one more.
    two_lines = name_points(entry.printed_name, *_CARD_NAME, lines=1) < _CARD_NAME[1]
    return lines + two_lines > _CARD_LINES


def _name(name: str, points: float) -> str:
    style = f"font-size: {points}pt; line-height: {LEADING}"
    return f'<h2 data-field="holder" style="{style}">{escaped(name)}</h2>'


def _event(event: str) -> str:
    """Name and days of an event: the days, which stand last, are never broken in two."""
    what, dot, days = event.rpartition(" · ")
    unbroken = f'<span class="day">{escaped(days)}</span>'
    return f"{escaped(what)}{dot}{unbroken}" if dot else escaped(days)


def _code(payload: str, label: str) -> str:
    if not payload:
        return ""
    return f'<img class="qr" data-field="qr" alt="{escaped(label)}" src="{_EMPTY_PICTURE}">'
