"""The codes of a sheet on a photo, and how the sheet lies in it. Runs in the child that reads."""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kash.assessments.sheets.layout import (
    CODE_BOX,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    Corner,
    CornerCode,
    code_box,
    code_of,
    symbol_corners,
)
from kash.assessments.sheets.plane import (
    NoProjection,
    Point,
    Projection,
    projected,
    projection_of,
    turned_over,
)
from kash.assessments.sheets.reasons import UnreadReason

# The longer side of what a photo is looked at in first: codes read as well as on larger ones.
_LONGEST_SIDE, _LARGER = 2000, 1.5
_FEWEST_CORNERS = 3
_DARK = 70
# How much of the page round a code that was missed is looked at again, and how much larger.
_SEARCHED = 9.0
_CODE_PIXELS = 320
# How far a code may lie from where the others say, as a share of its diagonal.
_MOST_OFF = 0.2


@dataclass(frozen=True, slots=True)
class FoundSheet:
    """A sheet on a photo: `projection` leads from millimetres on paper to the photo's pixels."""

    sheet: str
    page: int
    corners: frozenset[Corner]
    projection: Projection


class SheetNotFound(Exception):
    """No sheet can be read off this photo, and why. `missing` corners, where some were found."""

    def __init__(self, reason: UnreadReason, missing: Iterable[Corner] = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.missing = tuple(sorted(missing))


class _SeenCodes:
    """Codes seen so far on one photo."""

    def __init__(self) -> None:
        self.places: dict[CornerCode, tuple[Point, ...]] = {}
        self.others = 0

    def add(self, barcodes: Iterable[Any], left: float, top: float, scale: float) -> None:
        """Take over codes found in a part of the photo that was drawn `scale` times as large."""
        for barcode in barcodes:
            code = code_of(barcode.text)
            if code is None:
                self.others += 1
                continue
            position = barcode.position
            place = tuple(
                (left + corner.x / scale, top + corner.y / scale)
                for corner in (
                    position.top_left,
                    position.top_right,
                    position.bottom_right,
                    position.bottom_left,
                )
            )
            first_place = self.places.setdefault(code, place)
            if _apart(first_place, place):
                raise SheetNotFound(UnreadReason.TWO_SHEETS)
        if len({(code.sheet, code.page) for code in self.places}) > 1:
            raise SheetNotFound(UnreadReason.TWO_SHEETS)

    @property
    def corners(self) -> dict[Corner, tuple[Point, ...]]:
        return {code.corner: place for code, place in self.places.items()}


def _apart(one: tuple[Point, ...], other: tuple[Point, ...]) -> bool:
    """True if two readings of a code lie in two places of the photo: its sheet was copied."""
    side = abs(one[0][0] - one[2][0]) + abs(one[0][1] - one[2][1])
    return abs(one[0][0] - other[0][0]) + abs(one[0][1] - other[0][1]) > side / 2


def found_sheet(grey: Any) -> FoundSheet:
    """The sheet on a grey picture. Raises SheetNotFound."""
    seen = _SeenCodes()
    longest = max(grey.size)
    scale = min(1.0, _LONGEST_SIDE / longest)
    small = grey if scale == 1.0 else grey.resize(_scaled(grey.size, scale), reducing_gap=2)
    for looked_at, factor, binarizer in _looks(grey, small, scale):
        seen.add(_barcodes(looked_at, binarizer), 0, 0, factor)
        if len(seen.places) == len(Corner):
            break
        if len(seen.places) >= _FEWEST_CORNERS:
            _look_closer(grey, seen)
            break
    if len(seen.places) < _FEWEST_CORNERS:
        why = _why(seen, small)
        missing = set(Corner) - set(seen.corners)
        raise SheetNotFound(why, missing if why is UnreadReason.CORNERS_MISSING else ())
    return _sheet(seen)


def _looks(grey: Any, small: Any, scale: float) -> Iterator[tuple[Any, float, Any]]:
    """Ways of looking at a photo, the quickest first."""
    import zxingcpp
    from PIL import ImageFilter, ImageOps

    local, whole = zxingcpp.Binarizer.LocalAverage, zxingcpp.Binarizer.GlobalHistogram
    yield small, scale, local
    # Grain is averaged away by looking at less, blur by looking at more.
    yield small.reduce(2), scale / 2, local
    factor = scale * _LARGER
    larger = grey.resize(_scaled(grey.size, factor))
    yield larger, factor, local
    yield larger.filter(ImageFilter.UnsharpMask(4, 250, 0)), factor, local
    yield ImageOps.autocontrast(small, cutoff=1), scale, whole


def _barcodes(picture: Any, binarizer: Any) -> list[Any]:
    import zxingcpp

    only = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
    return list(
        zxingcpp.read_barcodes(
            picture, formats=only, binarizer=binarizer, try_invert=False, try_downscale=False
        )
    )


def _look_closer(grey: Any, seen: _SeenCodes) -> None:
    """Look for the code that is missing where it must lie."""
    import zxingcpp

    (missing,) = set(Corner) - set(seen.corners)
    projection = _projection(seen.corners)
    left, top = code_box(missing)
    xs, ys = zip(
        *(
            projected(projection, (left + x, top + y))
            for x in (-_SEARCHED, CODE_BOX + _SEARCHED)
            for y in (-_SEARCHED, CODE_BOX + _SEARCHED)
        ),
        strict=True,
    )
    box = (
        max(0, int(min(xs))),
        max(0, int(min(ys))),
        min(grey.width, int(max(xs))),
        min(grey.height, int(max(ys))),
    )
    if box[2] - box[0] < 20 or box[3] - box[1] < 20:
        return
    part = grey.crop(box)
    scale = max(1.0, min(4.0, _CODE_PIXELS / max(part.size)))
    larger = part.resize(_scaled(part.size, scale))
    for binarizer in (zxingcpp.Binarizer.LocalAverage, zxingcpp.Binarizer.GlobalHistogram):
        seen.add(_barcodes(larger, binarizer), box[0], box[1], scale)
        if missing in seen.corners:
            return


def _scaled(size: tuple[int, int], scale: float) -> tuple[int, int]:
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _projection(corners: Mapping[Corner, tuple[Point, ...]]) -> Projection:
    return projection_of(
        [
            pair
            for corner, place in corners.items()
            for pair in zip(symbol_corners(corner), place, strict=True)
        ]
    )


def _sheet(seen: _SeenCodes) -> FoundSheet:
    first = next(iter(seen.places))
    try:
        projection = _projection(seen.corners)
    except NoProjection:
        raise SheetNotFound(UnreadReason.UNCLEAR) from None
    if turned_over(projection, (PAGE_WIDTH / 2, PAGE_HEIGHT / 2)):
        raise SheetNotFound(UnreadReason.MIRRORED)
    if not _fits(projection, seen.corners):
        raise SheetNotFound(UnreadReason.TWO_SHEETS)
    return FoundSheet(first.sheet, first.page, frozenset(seen.corners), projection)


def _fits(projection: Projection, corners: Mapping[Corner, tuple[Point, ...]]) -> bool:
    """True if the codes lie as those of one sheet do, and not as corners of two copies."""
    for corner, place in corners.items():
        side = math.dist(place[0], place[2])
        for paper, photo in zip(symbol_corners(corner), place, strict=True):
            if math.dist(projected(projection, paper), photo) > side * _MOST_OFF:
                return False
    return True


def _why(seen: _SeenCodes, picture: Any) -> UnreadReason:
    if is_dark(picture):
        return UnreadReason.TOO_DARK
    if seen.places:
        return UnreadReason.CORNERS_MISSING
    if seen.others:
        return UnreadReason.OTHER_PAPER
    return UnreadReason.NO_CODE


def is_dark(picture: Any) -> bool:
    """True if even the brightest parts of a grey picture are dark."""
    below = list(itertools.accumulate(picture.histogram()))
    return bisect.bisect_left(below, below[-1] * 0.95) < _DARK
