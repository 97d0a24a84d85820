"""Badges and cards on sheets that are cut, one plate for each kind of piece."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Literal

from kash.platform.press.certificate_values import CertificateEntry, CertificateWording
from kash.platform.press.child_process import RenderLimits
from kash.platform.press.markup import PageRequest, escaped, one_line, opening
from kash.platform.press.pdf_parts import Piece, Plate, PlateField, SheetWriter, page_content
from kash.platform.press.qr import Symbol, qr_symbol
from kash.platform.press.shaping import (
    LETTERS,
    SERIAL_LETTERS,
    SetLine,
    Shaper,
    is_latin,
    letters_beyond,
    normal,
)
from kash.platform.press.stamping import UNITS_PER_PIXEL, filled_code, made_plates, plate_store

SheetFormat = Literal["A4", "A5", "letter"]

# Width and height in mm. A5 lies on its long side, so that two pieces stand beside each other.
SHEETS: dict[SheetFormat, tuple[float, float]] = {
    "A4": (210.0, 297.0),
    "A5": (210.0, 148.0),
    "letter": (215.9, 279.4),
}
POINTS_A_MILLIMETRE = 72 / 25.4
_COLUMNS = 2
_MARK = 6.0
# A printer leaves so much of the paper's edge white.
_EDGE = 8.0
_STRIP_WIDTH = 90.0


def sheet_format(given: str) -> SheetFormat:
    """The paper that was asked for; A4 for whatever is none of them."""
    return next((sheet for sheet in SHEETS if sheet == given), "A4")


@dataclass(frozen=True)
class Grid:
    """Pieces of `width` by `height` mm in two columns, in the middle of a sheet."""

    sheet: SheetFormat
    width: float
    height: float

    @property
    def rows(self) -> int:
        return int((SHEETS[self.sheet][1] - 2 * _EDGE) // self.height)

    @property
    def places(self) -> int:
        """How many pieces lie on a sheet."""
        return _COLUMNS * self.rows

    @property
    def corner(self) -> tuple[float, float]:
        """Where the first piece begins, in mm from the left and from the top."""
        width, height = SHEETS[self.sheet]
        return (width - _COLUMNS * self.width) / 2, (height - self.rows * self.height) / 2

    @cached_property
    def lower_corners(self) -> list[tuple[float, float]]:
        """The lower left corner of each place in order, in points from that of the sheet."""
        left, top = self.corner
        corners = []
        for number in range(self.places):
            line, column = divmod(number, _COLUMNS)
            x, y = left + column * self.width, top + (line + 1) * self.height
            below = SHEETS[self.sheet][1] - y
            corners.append((x * POINTS_A_MILLIMETRE, below * POINTS_A_MILLIMETRE))
        return corners

    def style(self, pieces: int) -> str:
        """The rules of a sheet that so many pieces lie on."""
        width, height = SHEETS[self.sheet]
        drawn = base64.b64encode(self._picture(pieces).encode("ascii")).decode("ascii")
        return (
            f"@page {{ size: {width}mm {height}mm; margin: 0 }}"
            f".grid {{ width: {width}mm; height: {height}mm;"
            f" background: url(data:image/svg+xml;base64,{drawn}) no-repeat 0 0;"
            f" background-size: {width}mm {height}mm }}"
        )

    def _picture(self, pieces: int) -> str:
        width, height = SHEETS[self.sheet]
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm" '
            f'viewBox="0 0 {width} {height}">{self._strips(pieces)}<path d="{self._cut_marks()}" '
            'stroke="#777" stroke-width=".2" fill="none"/></svg>'
        )

    def _strips(self, pieces: int) -> str:
        """The coloured strip at the upper edge of each piece."""
        left, top = self.corner
        scale = self.width / _STRIP_WIDTH
        places = (divmod(number, _COLUMNS) for number in range(pieces))
        return "".join(
            f'<g transform="translate({left + column * self.width:.2f} '
            f'{top + line * self.height:.2f}) scale({scale:.5f})">{_strip()}</g>'
            for line, column in places
        )

    def _cut_marks(self) -> str:
        """Short lines outside the pieces, where they are cut apart."""
        width, height = SHEETS[self.sheet]
        left, top = self.corner
        right, bottom = width - left, height - top
        drawn = []
        for column in range(_COLUMNS + 1):
            x = left + column * self.width
            drawn.append(f"M{x:.2f} {top - 1 - _MARK:.2f}v{_MARK}M{x:.2f} {bottom + 1:.2f}v{_MARK}")
        for line in range(self.rows + 1):
            y = top + line * self.height
            drawn.append(f"M{left - 1 - _MARK:.2f} {y:.2f}h{_MARK}M{right + 1:.2f} {y:.2f}h{_MARK}")
        return "".join(drawn)


def _strip() -> str:
    """Drawing of the strip, without the picture's own frame."""
    picture = Path(__file__).with_name("assets").joinpath("strip.svg").read_text("ascii")
    return re.sub(r"</?svg\b[^>]*>", "", picture).strip()


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
    lines = sum(-(-len(text) // _CARD_LINE) for text in (entry.body, dates))
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


NAME = "holder"
# What stands on one line after another field, and where its line begins if that is empty.
_FOLLOWS = {"number": "role"}
# What must be just as wide as its sample, for what stands after it.
_AS_WIDE = frozenset({"date", "hours", "expires"})
_MOST_LINES = 3
_POINTS_PER_PIXEL = 0.75
# In CSS pixels: a line this near to its room may break in another place.
_NEAR = 0.02
_HAIR = 0.02
_MOVE = re.compile(rb"^(.* )%b cm$" % re.escape(f"{MOVED:g}".encode("ascii")), re.MULTILINE)
# Where a word may be broken: after a hyphen between letters.
_AFTER_HYPHEN = re.compile(r"(?<=[^\W\d_]-)(?=[^\W\d_])")
# In a name with none but these there is no other place to break.
_KEPT_WHOLE = re.compile(r"[\w '’ʼ.,-]*")


class PieceStamper:
    """The plate of a badge or a card with the shapers of its fonts."""

    def __init__(self, plate: Plate, samples: Mapping[str, str]) -> None:
        self.plate = plate
        self._samples = samples
        self._fields = {field.name: field for field in plate.texts}
        self._shapers: dict[tuple[int, int, int], Shaper] = {}
        contents = {part.number: part.content for part in plate.objects}
        self._constant = page_content(contents, plate.page)
        self._moves = bool(_MOVE.search(self._constant))
        self._last: dict[str, tuple[str, SetLine | None]] = {}

    def content(self, texts: Mapping[str, str], points: float, code: Symbol | None) -> bytes | None:
        """All that is drawn on a piece whose name has this size; None if it can't be set here."""
        if not all(field.settable for field in self._fields.values()):
            return None
        parts: list[str] = []
        name = self._fields[NAME]
        text = normal(one_line(texts.get(NAME, "")))
        units = round(points / _POINTS_PER_PIXEL * UNITS_PER_PIXEL)
        lines = self._name_lines(text, name, units)
        if lines is None or (self._moves and not lines):
            return None
        parts.append(self._name(name, lines, units))
        moved = len(lines) * LEADING * units - LEADING * name.units
        for field in self.plate.texts:
            if field is not name:
                part = self._line(field, texts, moved / UNITS_PER_PIXEL)
                if part is None:
                    return None
                parts.append(part)
        for picture in self.plate.pictures:
            parts.append(filled_code(picture, code) if code else f"{picture.mark} EMC\n")
        return self._moved(moved / UNITS_PER_PIXEL) + "".join(parts).encode("ascii")

    def code_only(self, code: Symbol | None) -> bytes:
        """All that is drawn on a piece that has every text already."""
        codes = (filled_code(picture, code) for picture in self.plate.pictures if code)
        return self._constant + "".join(codes).encode("ascii")

    def _moved(self, pixels: float) -> bytes:
        """Drawing that is the same on all pieces, with what stands below the name so much lower."""
        if not self._moves:
            return self._constant
        return _MOVE.sub(rb"\g<1>%b cm" % f"{pixels:.4f}".encode("ascii"), self._constant)

    def _name_lines(self, text: str, field: PlateField, units: int) -> list[SetLine] | None:
        """The lines of a name at this size, or None if the engine may break them elsewhere."""
        if not text:
            return []
        if not is_latin(text):
            return None
        room = field.width / field.scale
        shaper = self._shaper(field, units)

        def line(given: str) -> SetLine | None:
            return shaper.line(given, units, field.font.widths)

        def fits(given: str) -> bool | None:
            fitting = line(given.rstrip(" "))
            near = fitting is None or abs(_pixels(fitting) - room) < _NEAR
            return None if fitting is None or near else _pixels(fitting) < room

        parts = [text] if fits(text) or not _KEPT_WHOLE.fullmatch(text) else _parts(text)
        broken = [""]
        for part in parts:
            longer = fits(broken[-1] + part)
            if longer is None:
                return None
            if longer:
                broken[-1] += part
            elif fits(part) and broken[-1]:
                broken.append(part)
            else:
                return None
        if len(broken) > _MOST_LINES:
            return None
        # The space where a line breaks is seen by nobody, but heard.
        lines = [fitting for fitting in map(line, broken) if fitting is not None]
        return lines if len(lines) == len(broken) else None

    def _name(self, field: PlateField, lines: list[SetLine], units: int) -> str:
        if not lines:
            return f"{field.mark} EMC\n"
        size = units / UNITS_PER_PIXEL * field.scale
        # From the upper edge of a line to the letters' foot: half of the room that is left, and
        # what rises above the foot. It grows with the letters, and the upper edge stays.
        foot = (LEADING + self._rise) / 2
        highest = field.baseline + foot * (field.units / UNITS_PER_PIXEL * field.scale - size)
        shown = " ".join(
            f"1 0 0 1 {field.left:.4f} {highest - number * LEADING * size:.4f} Tm [{line.shown}] TJ"
            for number, line in enumerate(lines)
        )
        return (
            f"{field.mark} BT {field.colour} /{field.font.resource} {size:.5f} Tf {shown} ET EMC\n"
        )

    def _line(self, field: PlateField, texts: Mapping[str, str], moved: float) -> str | None:
        line = self._set(field, texts.get(field.name, ""))
        if line is None:
            return None
        if not line.width:
            return f"{field.mark} EMC\n"
        left, room = field.left, field.width
        before = _FOLLOWS.get(field.name)
        if before is not None:
            first = self._fields[before]
            others = self._set(first, texts.get(before, ""))
            if others is None:
                return None
            left = first.left
            if others.width:
                left += self._gap(first, field) + _pixels(others) * first.scale
            room = field.left + field.width - left
        if field.name in _AS_WIDE:
            if abs(self._sample_widths[field.name] - _pixels(line)) > _HAIR:
                return None
        elif field.name not in _FOLLOWS.values() and _pixels(line) * field.scale > room:
            return None
        baseline = field.baseline
        if self._moves and field.name in _AS_WIDE:
            baseline -= moved * field.scale
        size = field.units / UNITS_PER_PIXEL * field.scale
        return (
            f"{field.mark} BT {field.colour} /{field.font.resource} {size:.5f} Tf "
            f"1 0 0 1 {left:.4f} {baseline:.4f} Tm [{line.shown}] TJ ET EMC\n"
        )

    def _gap(self, first: PlateField, field: PlateField) -> float:
        """Distance between a field and the one that follows it, in points."""
        return field.left - first.left - self._sample_widths[first.name] * first.scale

    @cached_property
    def _rise(self) -> float:
        name = self._fields[NAME]
        return self._shaper(name, name.units).rise()

    @cached_property
    def _sample_widths(self) -> dict[str, float]:
        """In CSS pixels."""
        widths = {}
        for field in self.plate.texts:
            line = self._shaped(field, self._samples[field.name])
            widths[field.name] = _pixels(line) if line else 0.0
        return widths

    def _set(self, field: PlateField, text: str) -> SetLine | None:
        """A line at the size of its field; one without letters has no width."""
        last = self._last.get(field.name)
        if last is not None and last[0] == text:
            return last[1]
        line = self._shaped(field, text)
        self._last[field.name] = text, line
        return line

    def _shaped(self, field: PlateField, text: str) -> SetLine | None:
        written = normal(one_line(text))
        if not written:
            return SetLine("", 0)
        if not is_latin(written):
            return None
        shaper = self._shaper(field, field.units)
        return shaper.line(written, field.units, field.font.widths)

    def _shaper(self, field: PlateField, units: int) -> Shaper:
        """Letters are spaced by a part of their size."""
        spacing = int(field.letter_spacing / field.units * units)
        key = (id(field.font), units, spacing)
        if key not in self._shapers:
            font = field.font
            self._shapers[key] = Shaper(
                self.plate.font_files[font.file],
                font.index,
                font.variations,
                font.features,
                font.language,
                spacing,
            )
        return self._shapers[key]


def _pixels(line: SetLine) -> float:
    return line.width / UNITS_PER_PIXEL


def _parts(text: str) -> list[str]:
    """A name in pieces that are never broken, each with the space that follows it."""
    words = text.split(" ")
    parts: list[str] = []
    for number, word in enumerate(words):
        *first, last = _AFTER_HYPHEN.split(word)
        parts += [*first, last + (" " if number < len(words) - 1 else "")]
    return parts


# Portions of those that no plate can set: a child works on one at a time.
_PORTION = 50
# Sheets whose pieces are held at a time.
_AT_ONCE = 50
_SAMPLE_NAME = "Asali"


@dataclass(frozen=True, slots=True)
class _Said:
    """A badge or a card as markup: `look` is what it has in common with those of its plate.

    `texts` are its fields, `samples` a text for each that is as wide as those to come; `points` is
    the size of its name, `alternative` what its code is called if that is its own.
    """

    look: str
    whole: str
    texts: Mapping[str, str]
    samples: tuple[tuple[str, str], ...]
    points: float
    qr: str
    alternative: str = ""


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
    pieces = [_badge(person) for person in people]
    piles = groupby(zip(people, pieces, strict=True), lambda both: both[0].pile)
    return _Printing(Grid(sheet, 90, 55), "badge", title, language, dated).made(
        [[person for _badge, person in pile] for _pile, pile in piles], limits
    )


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
    pieces = [_card(wording, entry) for entry in entries]
    courses = dict.fromkeys(card.course_title for card in entries if card.course_title)
    title = " – ".join([wording.heading, *courses])
    return _Printing(Grid(sheet, 85, 54), "card", title, language, dated).made(
        [pieces] if pieces else [], limits
    )


def _badge(badge: Badge) -> _Said:
    texts = {NAME: badge.name}
    samples = {NAME: _SAMPLE_NAME}
    if badge.role or badge.number:
        texts |= {"role": badge.role, "number": badge.number}
        samples |= {"role": "A-00", "number": "0000"}
    sample = replace(
        badge,
        name=_SAMPLE_NAME,
        role=samples.get("role", ""),
        number=samples.get("number", ""),
        qr=badge.qr and "QR",
    )
    marked = badge_markup(sample, badge_points(sample), plate=True)
    return _Said(
        marked,
        badge_markup(badge, badge_points(badge), plate=False),
        texts,
        tuple(samples.items()),
        badge_points(badge),
        badge.qr,
        badge.number or "QR",
    )


def _card(wording: CertificateWording, entry: CertificateEntry) -> _Said:
    lines = card_lines(entry)
    # Figures are all of one width, so lines that differ in nothing else are of one as well.
    alike = {name: re.sub(r"\d", "0", line) for name, line in lines.items()}
    sample = replace(
        entry,
        printed_name=_SAMPLE_NAME,
        serial="0A1B-2C3D",
        qr="QR",
        date_text=alike.get("date", ""),
        hours_text=alike.get("hours", ""),
        expires_text=alike.get("expires", ""),
    )
    full = is_full(entry)
    return _Said(
        card_markup(wording, sample, full=full, plate=True),
        card_markup(wording, entry, full=full, plate=False),
        {NAME: entry.printed_name, "serial": entry.serial, **lines},
        ((NAME, _SAMPLE_NAME), ("serial", sample.serial), *alike.items()),
        card_points(entry, full=full),
        entry.qr,
    )


@dataclass(frozen=True, slots=True)
class _Printing:
    """Printing of one file: all that its sheets have in common."""

    grid: Grid
    kind: str
    title: str
    language: str
    dated: datetime | None

    def made(self, piles: Sequence[Sequence[_Said]], limits: RenderLimits | None) -> bytes:
        """The file. Piles never share a sheet."""
        places = self.grid.places
        sheets = [pile[at : at + places] for pile in piles for at in range(0, len(pile), places)]
        if not sheets:
            raise ValueError("there is nothing to print")
        everyone = [piece for sheet in sheets for piece in sheet]
        bounds = limits or RenderLimits(seconds=60 + 0.05 * len(everyone))
        looks = list({piece.look: piece for piece in everyone}.values())
        counts = sorted({len(sheet) for sheet in sheets})
        requests = [self._sheet_request(count) for count in counts]
        requests += [self._look_request(look, everyone) for look in looks]
        stamping = plate_store.stampers(requests, STYLESHEET, bounds)
        under = dict(zip(counts, (piece.plate for piece in stamping), strict=False))
        stampers = {
            look.look: PieceStamper(piece.plate, dict(look.samples))
            for look, piece in zip(looks, stamping[len(counts) :], strict=True)
        }
        writer = SheetWriter(under[len(sheets[0])])
        parts: list[bytes] = []
        for at in range(0, len(sheets), _AT_ONCE):
            portion = sheets[at : at + _AT_ONCE]
            pieces = self._pieces([piece for sheet in portion for piece in sheet], stampers, bounds)
            for sheet in portion:
                on_it = [
                    replace(next(pieces), corner=corner)
                    for corner, _one in zip(self.grid.lower_corners, sheet, strict=False)
                ]
                parts += writer.add_sheet(under[len(sheet)], on_it)
        return b"".join(parts + writer.end())

    def _pieces(
        self, said: Sequence[_Said], stampers: Mapping[str, PieceStamper], limits: RenderLimits
    ) -> Iterator[Piece]:
        """A piece for each, in order. The layout engine sets those that the plate can't."""
        codes = [qr_symbol(piece.qr) if piece.qr else None for piece in said]
        contents = [
            stampers[piece.look].content(piece.texts, piece.points, code)
            for piece, code in zip(said, codes, strict=True)
        ]
        others = self._set_whole(
            [
                (piece, code)
                for piece, code, content in zip(said, codes, contents, strict=True)
                if content is None
            ],
            limits,
        )
        for piece, content in zip(said, contents, strict=True):
            if content is None:
                yield next(others)
            else:
                yield Piece(stampers[piece.look].plate, content, (0, 0), piece.alternative)

    def _set_whole(
        self, said: Sequence[tuple[_Said, Symbol | None]], limits: RenderLimits
    ) -> Iterator[Piece]:
        """Pieces that the layout engine sets from beginning to end; only the code is stamped."""
        for at in range(0, len(said), _PORTION):
            portion = said[at : at + _PORTION]
            requests = [
                self._request(
                    piece.whole,
                    hidden={"qr": ""},
                    drawn={name: one_line(text) for name, text in piece.texts.items()},
                    learned={},
                )
                for piece, _code in portion
            ]
            plates = made_plates(requests, STYLESHEET, limits)
            for (_one, code), plate in zip(portion, plates, strict=True):
                content = PieceStamper(plate, {}).code_only(code)
                yield Piece(plate, content, (0, 0))

    def _sheet_request(self, pieces: int) -> PageRequest:
        markup = sheet_page(
            self.grid, pieces, title=self.title, language=self.language, dated=self.dated
        )
        return self._page_request(markup, hidden={}, drawn={}, learned={})

    def _look_request(self, look: _Said, everyone: Sequence[_Said]) -> PageRequest:
        alike = [piece for piece in everyone if piece.look == look.look]
        learned = {}
        for name, sample in look.samples:
            usual = LETTERS if name == NAME else SERIAL_LETTERS
            used = {one_line(piece.texts[name]) for piece in alike}
            learned[name] = [*usual, *letters_beyond(usual, {sample, *used})]
        return self._request(
            look.look, hidden={**dict(look.samples), "qr": ""}, drawn={}, learned=learned
        )

    def _request(
        self,
        inside: str,
        *,
        hidden: dict[str, str],
        drawn: dict[str, str],
        learned: dict[str, list[str]],
    ) -> PageRequest:
        markup = piece_page(self.grid, inside, self.kind, self.language)
        return self._page_request(markup, hidden=hidden, drawn=drawn, learned=learned)

    def _page_request(
        self,
        markup: str,
        *,
        hidden: dict[str, str],
        drawn: dict[str, str],
        learned: dict[str, list[str]],
    ) -> PageRequest:
        return PageRequest(
            markup=markup,
            hidden=hidden,
            drawn=drawn,
            learned=learned,
            words=[],
            language=self.language,
            zoom=1.0,
            margin="",
        )
