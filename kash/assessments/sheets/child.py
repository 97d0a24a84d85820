"""The child that reads photos of answer sheets.

Run like the cleaner's child, whose limits it shares. For each picture it writes a line of JSON, and
after it strips of the straightened sheet, as JPEG: its line for a name, and each row that a person
is to look at.
"""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from kash.assessments.sheets.finding import (
    FINE,
    SheetNotFound,
    found_sheet,
    is_dark,
    measured,
    straightened,
)
from kash.assessments.sheets.layout import NAME_LINE, SheetLayout, layouts_of
from kash.assessments.sheets.verdicts import RowReading, UnreadReason, row_reading
from kash.platform.cleaning import child as cleaner
from kash.platform.cleaning import scans_child

# A JPEG may be decoded to a half or a quarter at once, but not below this.
_SIDE_WANTED = 1700
_QUALITY = 80
# Beyond this share of rows that were not found, the photo is not worth asking about.
_MOST_LOST = 0.5


def greys(source: BinaryIO, code: str) -> Iterator[Any]:
    """The pictures of a file in grey: one of a photo, one a page of a scan."""
    from PIL import Image

    if code != "jpeg":
        for picture in scans_child.pictures(source, code):
            yield picture.convert("L")
        return
    Image.MAX_IMAGE_PIXELS = cleaner._MOST_PIXELS
    with Image.open(source, formats=cleaner._FORMATS[code]) as image:
        image.draft("L", (_SIDE_WANTED, _SIDE_WANTED))
        yield image.convert("L")


def reading(grey: Any, pages: Sequence[SheetLayout]) -> tuple[dict[str, Any], bytes]:
    """The answer about a picture, and the strips to be shown: the name, then rows in doubt."""
    try:
        sheet = found_sheet(grey)
        if sheet.page > len(pages):
            raise SheetNotFound(UnreadReason.NO_SUCH_PAGE)
        layout = pages[sheet.page - 1]
        page = straightened(grey, sheet)
        bubbles = measured(page, layout, sheet.corners)
        if bubbles.count(None) > len(bubbles) * _MOST_LOST:
            raise SheetNotFound(UnreadReason.TOO_DARK if is_dark(grey) else UnreadReason.UNCLEAR)
    except SheetNotFound as why:
        return {"reason": why.reason, "missing": list(map(int, why.missing))}, b""
    rows = [row_reading(row_bubbles) for row_bubbles in bubbles]
    return _told(sheet.sheet, sheet.page, rows, page, layout)


def _told(
    sheet: str, page: int, rows: Sequence[RowReading], drawn: Any, layout: SheetLayout
) -> tuple[dict[str, Any], bytes]:
    strips = [_strip(drawn, NAME_LINE)]
    readings = iter(rows)
    for column in layout.columns:
        for place in column.rows:
            if next(readings).is_asked:
                half = column.pitch / 2
                box = (column.left - 1.5, place.y - half, column.right + 1.5, place.y + half)
                strips.append(_strip(drawn, box))
    told = {
        "sheet": sheet,
        "page": page,
        "rows": [[line.verdict, line.marks, line.darkness] for line in rows],
        "strips": list(map(len, strips)),
    }
    return told, b"".join(strips)


def _strip(drawn: Any, box: tuple[float, float, float, float]) -> bytes:
    """A part of the straightened sheet, given in millimetres, as JPEG."""
    out = io.BytesIO()
    part = drawn.crop(tuple(round(edge * FINE) for edge in box))
    part.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()


def main(arguments: list[str]) -> int:
    """Read the file in the descriptor that the caller passed on."""
    megabytes, seconds, descriptor = (int(part) for part in arguments[:3])
    cleaner.limit(megabytes, seconds)
    code, layouts = arguments[3:5]
    out = sys.stdout.buffer
    try:
        pages = layouts_of(layouts)
        with os.fdopen(os.dup(descriptor), "rb") as source:
            source.seek(0)
            for grey in greys(source, code):
                told, pictures = reading(grey, pages)
                out.write(json.dumps(told).encode("ascii") + b"\n" + pictures)
                out.flush()
    except MemoryError:
        return cleaner.NO_ROOM
    except Exception:
        # Whatever a library makes of a stranger's file: nothing is known of it.
        return cleaner.UNCLEANABLE
    return cleaner.ENDED_WELL
