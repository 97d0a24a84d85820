"""Sets what differs onto the plate of a badge or a card: a name on up to three lines, and the rest.

Everything is set where the layout engine would set it. What isn't certain to be so is left to the
engine: other scripts, names whose lines might break elsewhere, lines wider than their room.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property

from kash.platform.press.markup import one_line
from kash.platform.press.pdf_parts import page_content
from kash.platform.press.piece_markup import LEADING, MOVED
from kash.platform.press.plates import Plate, PlateField
from kash.platform.press.qr_symbols import Symbol
from kash.platform.press.shaping import SetLine, Shaper, is_latin, normal
from kash.platform.press.stamping import UNITS_PER_PIXEL, filled_code

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
        contents = {one.number: one.content for one in plate.objects}
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
            made = line(given.rstrip(" "))
            near = made is None or abs(_pixels(made) - room) < _NEAR
            return None if made is None or near else _pixels(made) < room

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
        lines = [made for made in map(line, broken) if made is not None]
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
        found = {}
        for field in self.plate.texts:
            line = self._shaped(field, self._samples[field.name])
            found[field.name] = _pixels(line) if line else 0.0
        return found

    def _set(self, field: PlateField, text: str) -> SetLine | None:
        """A line at the size of its field; one without letters has no width."""
        known = self._last.get(field.name)
        if known is not None and known[0] == text:
            return known[1]
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
    found: list[str] = []
    for number, word in enumerate(words):
        *first, last = _AFTER_HYPHEN.split(word)
        found += [*first, last + (" " if number < len(words) - 1 else "")]
    return found
