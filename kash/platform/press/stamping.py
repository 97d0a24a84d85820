"""Stamping: names and codes on the plate of a page, plates kept for that, and single files."""

from __future__ import annotations

import hashlib
import json
import re
import struct
import threading
import zlib
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from kash.platform.press.child_process import RenderFailed, RenderLimits, render
from kash.platform.press.markup import PageRequest, PlatesRequest, one_line
from kash.platform.press.pdf_parts import (
    FREE,
    HEADER,
    PictureField,
    Place,
    Plate,
    PlateField,
    at_place,
    closing,
    cross_references,
    indirect,
    object_stream,
    stream,
    unpacked,
)
from kash.platform.press.qr import Symbol
from kash.platform.press.shaping import SetLine, Shaper, fitted_points, is_latin, normal

_CONTENTS = re.compile(rb"/Contents\s+(\d+ 0 R)")


class SingleWriter:
    """Writes files of one plate.

    A file is `prefix` and what `ending` gives. `checksum` is the CRC-32 of the prefix, which a
    zip's can be continued from.
    """

    def __init__(self, plate: Plate) -> None:
        last = max(part.number for part in plate.objects)
        self._drawing, packed, self._closing = last + 1, last + 2, last + 3
        self._catalogue, self._information = plate.catalogue, plate.information
        parts = [HEADER]
        at = len(HEADER)
        places: dict[int, Place] = {}
        compressible: list[tuple[int, bytes]] = []
        for part in plate.objects:
            content = part.content
            if part.number == plate.page:
                both = rb"/Contents [\1 %d 0 R]" % self._drawing
                content = _CONTENTS.sub(both, content, count=1)
            if part.compressible:
                places[part.number] = (2, packed, len(compressible))
                compressible.append((part.number, content))
            else:
                places[part.number] = at_place(at)
                parts.append(indirect(part.number, content))
                at += len(parts[-1])
        places[packed] = at_place(at)
        parts.append(object_stream(packed, compressible, level=6))
        self.prefix = b"".join(parts)
        self.checksum = zlib.crc32(self.prefix)
        places[self._drawing] = at_place(len(self.prefix))
        # The last row, that of the cross-references themselves, is the only one that differs.
        self._rows = cross_references(places.get(number, FREE) for number in range(self._closing))
        self._seed = hashlib.blake2b(self.prefix, digest_size=32).digest()

    def ending(self, drawing: bytes) -> bytes:
        """All that follows the prefix in the file with this drawing."""
        drawn = stream(self._drawing, drawing)
        offset = len(self.prefix) + len(drawn)
        identifier = hashlib.blake2b(drawing, key=self._seed, digest_size=16).digest()
        rows = self._rows + cross_references([at_place(offset)])
        return drawn + closing(
            self._closing, rows, offset, self._catalogue, self._information, identifier
        )


QUIET_MODULES = 4
UNITS_PER_PIXEL = 1024
_POINTS_PER_PIXEL = 0.75
# A line may be a hair wider than its box, as the layout engine allows too.
_HAIR = 0.01


class Stamper:
    """A plate with the shapers of its fonts."""

    def __init__(self, plate: Plate) -> None:
        self.plate = plate
        shapers: dict[tuple[int, int], Shaper] = {}
        self._texts = [_TextStamp(field, _shaper(field, plate, shapers)) for field in plate.texts]
        self.names = frozenset(
            [text.name for text in plate.texts] + [picture.name for picture in plate.pictures]
        )

    @property
    def size(self) -> int:
        """How many bytes are kept: the page's objects, and again as the beginning of a file."""
        return 2 * sum(len(part.content) for part in self.plate.objects)

    @cached_property
    def single_writer(self) -> SingleWriter:
        """Writes files of one page each."""
        return SingleWriter(self.plate)

    def drawing(self, texts: Mapping[str, str], codes: Mapping[str, Symbol]) -> bytes | None:
        """The stream that sets these fields, or None if a text can't be set on this plate.

        A field that is given nothing stays empty.
        """
        parts = []
        for stamp in self._texts:
            part = stamp.drawing(texts.get(stamp.field.name, ""))
            if part is None:
                return None
            parts.append(part)
        for picture in self.plate.pictures:
            code = codes.get(picture.name)
            parts.append(filled_code(picture, code) if code else f"{picture.mark} EMC\n")
        return "".join(parts).encode("ascii")

    def unsettable(self, name: str, texts: Iterable[str]) -> list[str]:
        """The texts that hold a glyph which a field's font has not, or not in its subset."""
        stamps = [stamp for stamp in self._texts if stamp.field.name == name]
        return [text for text in texts if any(not stamp.can_set(text) for stamp in stamps)]


def _shaper(field: PlateField, plate: Plate, made: dict[tuple[int, int], Shaper]) -> Shaper:
    """The shaper of a field: fields that share a font share what the shaper reads of its file."""
    font = field.font
    key = (id(font), field.letter_spacing)
    if key not in made:
        made[key] = Shaper(
            plate.font_files[font.file],
            font.index,
            font.variations,
            font.features,
            font.language,
            field.letter_spacing,
        )
    return made[key]


class _TextStamp:
    """One field, and the shaper of its font."""

    def __init__(self, field: PlateField, shaper: Shaper) -> None:
        self.field = field
        self._shaper = shaper
        self._room = field.width / field.scale
        # The same date stands on every page of a batch.
        self._last: tuple[str, str | None] = ("", f"{field.mark} EMC\n")

    def can_set(self, text: str) -> bool:
        """True if the subset has all glyphs of a text."""
        field = self.field
        return self._shaper.line(normal(text), field.units, field.font.widths) is not None

    def drawing(self, text: str) -> str | None:
        if text == self._last[0]:
            return self._last[1]
        drawn = self._drawing(normal(one_line(text)))
        self._last = (text, drawn)
        return drawn

    def _drawing(self, text: str) -> str | None:
        field = self.field
        if not text:
            return f"{field.mark} EMC\n"
        if not field.settable or not is_latin(text):
            return None
        units = field.units
        line = self._shaper.line(text, units, field.font.widths)
        if line is not None and self._is_too_wide(line):
            units = self._smaller(line)
            line = self._shaper.line(text, units, field.font.widths) if units else None
        if line is None or self._is_too_wide(line):
            return None
        width = line.width / UNITS_PER_PIXEL * field.scale
        left = field.left
        if field.align == "center":
            left += (field.width - width) / 2
        elif field.align == "right":
            left += field.width - width
        size = units / UNITS_PER_PIXEL * field.scale
        return (
            f"{field.mark} BT {field.colour} /{field.font.resource} {size:.5f} Tf "
            f"1 0 0 1 {left:.4f} {field.baseline:.4f} Tm [{line.shown}] TJ ET EMC\n"
        )

    def _is_too_wide(self, line: SetLine) -> bool:
        return line.width / UNITS_PER_PIXEL > self._room + _HAIR

    def _smaller(self, line: SetLine) -> int:
        """The size at which a name fits on one line; 0 if it must take two, or is no name."""
        if self.field.name.partition("-")[0] != "name":
            return 0
        full = self.field.units / UNITS_PER_PIXEL * _POINTS_PER_PIXEL
        points = fitted_points(line.width / UNITS_PER_PIXEL, self._room, full)
        return int(points / _POINTS_PER_PIXEL * UNITS_PER_PIXEL)


def filled_code(field: PictureField, code: Symbol) -> str:
    """The code in its box, with its quiet zone inside."""
    module = min(field.width, field.height) / (code.size + 2 * QUIET_MODULES)
    side = module * code.size
    left = field.left + (field.width - side) / 2
    bottom = field.bottom + (field.height - side) / 2
    return (
        f"{field.mark} q 0 g {side:.4f} 0 0 {side:.4f} {left:.4f} {bottom:.4f} cm "
        f"BI /W {code.size} /H {code.size} /IM true /BPC 1 /D [1 0] /F /AHx ID "
        f"{code.rows.hex()}>\nEI Q EMC\n"
    )


# What one process keeps at most. A plate of the ornate design takes a tenth of a megabyte.
MOST_PLATES = 24
MOST_BYTES = 12 * 1024 * 1024


class PlateStore:
    """The plates used last, by everything that they depend on."""

    def __init__(self, most_plates: int = MOST_PLATES, most_bytes: int = MOST_BYTES) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[bytes, Stamper] = OrderedDict()
        self._most_plates = most_plates
        self._most_bytes = most_bytes

    def stampers(
        self, requests: Sequence[PageRequest], stylesheet: str, limits: RenderLimits
    ) -> list[Stamper]:
        """A stamper for each page, in order; one child makes all that are missing."""
        keys = [_key(request, stylesheet) for request in requests]
        with self._lock:
            stampers = {key: self._kept[key] for key in keys if key in self._kept}
            for key in stampers:
                self._kept.move_to_end(key)
        missing = [number for number, key in enumerate(keys) if key not in stampers]
        if missing:
            plates = made_plates([requests[number] for number in missing], stylesheet, limits)
            for number, plate in zip(missing, plates, strict=True):
                stampers[keys[number]] = Stamper(plate)
            with self._lock:
                for number in missing:
                    self._kept[keys[number]] = stampers[keys[number]]
                self._shrink()
        return [stampers[key] for key in keys]

    def clear(self) -> None:
        """Forget all plates."""
        with self._lock:
            self._kept.clear()

    def _shrink(self) -> None:
        while len(self._kept) > 1 and (
            len(self._kept) > self._most_plates
            or sum(stamper.size for stamper in self._kept.values()) > self._most_bytes
        ):
            self._kept.popitem(last=False)


def made_plates(
    requests: Sequence[PageRequest], stylesheet: str, limits: RenderLimits
) -> list[Plate]:
    """New plates, made by one child and kept nowhere."""
    request = PlatesRequest(stylesheet=stylesheet, pages=list(requests))
    try:
        return [unpacked(content) for content in render(request, limits)]
    except (ValueError, LookupError, TypeError, struct.error):
        raise RenderFailed from None


def _key(request: PageRequest, stylesheet: str) -> bytes:
    described = json.dumps([stylesheet, request], sort_keys=True)
    return hashlib.sha256(described.encode("ascii")).digest()


plate_store = PlateStore()
