"""A plate: one laid-out page as plain data, ready to be stamped with what differs.

The typesetting child makes plates, the parent keeps and stamps them; this module is what both
agree on, and imports neither the layout engine nor the shaper.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

_LENGTH = struct.Struct(">Q")


@dataclass(frozen=True, slots=True)
class PlateObject:
    """One object of the page's PDF. `compressible` ones may lie in an object stream."""

    number: int
    content: bytes
    compressible: bool


@dataclass(frozen=True, slots=True)
class FieldFont:
    """The font that the layout engine chose for a field.

    `file` counts into the plate's font files. `widths` holds the advance of every glyph in the
    subset, in thousandths of the font's size; other glyphs are not there to be set.
    """

    resource: str
    file: int
    index: int
    variations: Mapping[str, float]
    features: Mapping[str, int]
    language: str
    widths: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class PlateField:
    """A line to be set: lengths in points, from the lower left corner of the page.

    `units` is the font's size as the layout engine counts it, in 1024ths of a CSS pixel, and so is
    `letter_spacing`; `scale` is how many points a CSS pixel is. `settable` says whether the shaper
    sets the sample just as the layout engine did. `mark` opens the field's marked content.
    """

    name: str
    left: float
    baseline: float
    width: float
    align: str
    colour: str
    units: int
    letter_spacing: int
    scale: float
    mark: str
    settable: bool
    font: FieldFont


@dataclass(frozen=True, slots=True)
class PictureField:
    """A box to be filled with a code, in points from the lower left corner of the page."""

    name: str
    left: float
    bottom: float
    width: float
    height: float
    mark: str


@dataclass(frozen=True, slots=True)
class Plate:
    """A page that was laid out once. The numbers are those of its objects."""

    objects: tuple[PlateObject, ...]
    page: int
    catalogue: int
    information: int
    texts: tuple[PlateField, ...]
    pictures: tuple[PictureField, ...]
    font_files: tuple[bytes, ...]


def packed(plate: Plate) -> bytes:
    """The plate as bytes, for the pipe."""
    # A register has one font for hundreds of fields: each is told once, and held once.
    fonts: dict[str, int] = {}
    texts = [asdict(text) for text in plate.texts]
    for text in texts:
        text["font"] = fonts.setdefault(json.dumps(text["font"]), len(fonts))
    head: dict[str, Any] = {
        "objects": [[one.number, len(one.content), one.compressible] for one in plate.objects],
        "font_files": [len(content) for content in plate.font_files],
        "texts": texts,
        "fonts": list(fonts),
        "pictures": [asdict(picture) for picture in plate.pictures],
        "numbers": [plate.page, plate.catalogue, plate.information],
    }
    described = json.dumps(head).encode("ascii")
    return b"".join(
        (
            _LENGTH.pack(len(described)),
            described,
            *(one.content for one in plate.objects),
            *plate.font_files,
        )
    )


def unpacked(content: bytes) -> Plate:
    """The plate that these bytes are. Raises ValueError, LookupError or struct.error."""
    (length,) = _LENGTH.unpack_from(content)
    at = _LENGTH.size + length
    head = json.loads(content[_LENGTH.size : at])
    objects = []
    for number, size, compressible in head["objects"]:
        objects.append(PlateObject(number, content[at : at + size], compressible))
        at += size
    files = []
    for size in head["font_files"]:
        files.append(content[at : at + size])
        at += size
    page, catalogue, information = head["numbers"]
    fonts = [_font(json.loads(described)) for described in head["fonts"]]
    return Plate(
        tuple(objects),
        page,
        catalogue,
        information,
        tuple(PlateField(**{**text, "font": fonts[text["font"]]}) for text in head["texts"]),
        tuple(PictureField(**picture) for picture in head["pictures"]),
        _shared(files),
    )


def _font(described: dict[str, Any]) -> FieldFont:
    widths = {int(glyph): width for glyph, width in described["widths"].items()}
    return FieldFont(**{**described, "widths": widths})


_FONT_FILES: dict[bytes, bytes] = {}


def _shared(files: Sequence[bytes]) -> tuple[bytes, ...]:
    """Equal font files of all plates are kept once; there are as many as the designs have faces."""
    return tuple(_FONT_FILES.setdefault(content, content) for content in files)
