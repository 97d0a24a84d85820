"""One file for each person: a prefix that all share, and an end of its own."""

from __future__ import annotations

import hashlib
import re
import zlib

from kash.platform.press.pdf_parts import (
    FREE,
    HEADER,
    Place,
    at_place,
    closing,
    cross_references,
    indirect,
    object_stream,
    stream,
)
from kash.platform.press.plates import Plate

_CONTENTS = re.compile(rb"/Contents\s+(\d+ 0 R)")


class SingleWriter:
    """Writes files of one plate.

    A file is `prefix` and what `ending` gives. `checksum` is the CRC-32 of the prefix, which a
    zip's can be continued from.
    """

    def __init__(self, plate: Plate) -> None:
        last = max(one.number for one in plate.objects)
        self._drawing, packed, self._closing = last + 1, last + 2, last + 3
        self._catalogue, self._information = plate.catalogue, plate.information
        parts = [HEADER]
        at = len(HEADER)
        places: dict[int, Place] = {}
        compressible: list[tuple[int, bytes]] = []
        for one in plate.objects:
            content = one.content
            if one.number == plate.page:
                both = rb"/Contents [\1 %d 0 R]" % self._drawing
                content = _CONTENTS.sub(both, content, count=1)
            if one.compressible:
                places[one.number] = (2, packed, len(compressible))
                compressible.append((one.number, content))
            else:
                places[one.number] = at_place(at)
                parts.append(indirect(one.number, content))
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
