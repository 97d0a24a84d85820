"""The codes of a sheet on a photo, and how the sheet lies in it. Runs in the child that reads.
Darkness of each bubble of a sheet on a photo. Runs in the child that reads. The sheet is drawn
anew as if seen from straight above, by its four codes. Paper is seldom flat, so each row is then
found by its own pegs, which tell what is black there as well."""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from operator import mul
from typing import Any

from kash.assessments.sheets.layout import (
    BUBBLE_RADIUS,
    CODE_BOX,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    PEG,
    ColumnPlace,
    Corner,
    CornerCode,
    NoProjection,
    Point,
    Projection,
    RowPlace,
    SheetLayout,
    code_box,
    code_of,
    projected,
    projection_of,
    symbol_corners,
    turned_over,
)
from kash.assessments.sheets.verdicts import Bubble, UnreadReason, between, without_spill

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


# Pixels of a millimetre on the picture that is measured.
FINE = 5.0
_PEG_BLUR = round((PEG * FINE - 1) / 2)
# How far a peg may lie from where the one before it says, the first one from where the codes say,
# any of them from there; and how differently the two beside a row.
_STEP, _FIRST, _FARTHEST, _UNLIKE = 2.0, 4.2, 9.0, 4.0
_FAINTEST = 30
# A shadow may fall beside a peg, but nothing half as black as it is.
_DARKEST_BESIDE, _WIDEST_SPOT = 0.3, 9
_BOW = 0.7 * FINE
# Beyond so many pegs in a row that were not found, the paper may have gone anywhere.
_MOST_LOST = 2
_INSIDE = 1.9
_RING = (BUBBLE_RADIUS + 0.5, BUBBLE_RADIUS + 1.2)
_BESIDE_X, _BESIDE_Y = 5.0, 4.4
# The share of what lies round a bubble that is darker than plain paper.
_PAPER_ABOVE = 0.6


@dataclass(frozen=True, slots=True)
class Peg:
    """A peg's middle on the straight picture, in pixels, and how black it is."""

    x: float
    y: float
    black: float


def straightened(grey: Any, found: FoundSheet) -> Any:
    """The sheet as if it were seen from straight above, five pixels a millimetre."""
    from PIL import Image

    corners = [(x, y) for x in (0.0, PAGE_WIDTH) for y in (0.0, PAGE_HEIGHT)]
    projection = projection_of(
        [((x * FINE, y * FINE), projected(found.projection, (x, y))) for x, y in corners]
    )
    return grey.transform(
        (round(PAGE_WIDTH * FINE), round(PAGE_HEIGHT * FINE)),
        Image.Transform.PERSPECTIVE,
        projection,
        Image.Resampling.BILINEAR,
    )


def measured(
    page: Any, layout: SheetLayout, corners: frozenset[Corner]
) -> list[list[Bubble] | None]:
    """The bubbles of each row on a straightened page; None for a row whose pegs are not there."""
    rows: list[list[Bubble] | None] = []
    for column in layout.columns:
        lefts = _track(page, column, column.left, corners)
        rights = _track(page, column, column.right, corners)
        for place, left, right in zip(column.rows, lefts, rights, strict=True):
            rows.append(_row(page, column, place, left, right) if left and right else None)
    return without_spill(rows)


def _track(
    page: Any, column: ColumnPlace, x: float, corners: frozenset[Corner]
) -> list[Peg | None]:
    """The pegs down one side of a column.

    They are followed from a corner whose code was read, each from where the one before it lay. A
    track with one more peg beyond its end, where there is none, has slipped by a row.
    """
    top, bottom = (
        (Corner.TOP_LEFT, Corner.BOTTOM_LEFT)
        if x < PAGE_WIDTH / 2
        else (Corner.TOP_RIGHT, Corner.BOTTOM_RIGHT)
    )
    upwards = top not in corners and bottom in corners
    rows = column.rows[::-1] if upwards else column.rows
    pegs: list[Peg | None] = []
    off_x = off_y = 0.0
    lost = 0
    for place in rows:
        at = (x * FINE, place.y * FINE)
        peg = None
        if lost <= _MOST_LOST:
            reach = _STEP if any(pegs) else _FIRST
            peg = _peg(page, at[0] + off_x, at[1] + off_y, reach)
        if peg is not None and max(abs(peg.x - at[0]), abs(peg.y - at[1])) > _FARTHEST * FINE:
            peg = None
        if peg is None:
            lost += 1
        else:
            off_x, off_y, lost = peg.x - at[0], peg.y - at[1], 0
        pegs.append(peg)
    beyond = rows[-1].y + (-column.pitch if upwards else column.pitch)
    before = rows[0].y - (-column.pitch if upwards else column.pitch)
    first = next((peg for peg in pegs if peg), None)
    if first is None:
        return pegs
    ends = ((x * FINE + off_x, beyond * FINE + off_y), (first.x, before * FINE))
    if any(_peg(page, *end, _STEP) for end in ends):
        return [None] * len(pegs)
    return pegs[::-1] if upwards else pegs


def _peg(page: Any, x: float, y: float, reach: float) -> Peg | None:
    """The peg at most so many millimetres from this place, each way; None if nothing there is one,
    or if something is written over it."""
    from PIL import ImageFilter

    near = round(PEG * FINE)
    edge = near + 2
    half = round(reach * FINE) + edge
    left, top = round(x) - half, round(y) - half
    side = 2 * half + 1
    if left < 0 or top < 0 or left + side > page.width or top + side > page.height:
        return None
    # Averaged over its own size, a peg is darkest in its middle.
    blurred = page.crop((left, top, left + side, top + side))
    blurred = blurred.filter(ImageFilter.BoxBlur(_PEG_BLUR))
    middle = blurred.crop((edge, edge, side - edge, side - edge))
    darkest, _ = middle.getextrema()
    at_x, at_y, size = _spot(middle, darkest + _FAINTEST // 3)
    at_x, at_y = at_x + edge, at_y + edge
    beside = [
        blurred.getpixel((round(at_x + right), round(at_y + down)))
        for right, down in ((near, 0), (-near, 0), (0, near), (0, -near))
    ]
    paper, shaded = max(beside), min(beside)
    if size > _WIDEST_SPOT or paper - darkest < _FAINTEST:
        return None
    if shaded - darkest < (paper - darkest) * _DARKEST_BESIDE:
        return None
    at_x, at_y, size = _spot(middle, darkest + (shaded - darkest) * 0.2)
    if size > _WIDEST_SPOT:
        return None
    x, y = left + edge + at_x, top + edge + at_y
    core = page.crop((round(x) - 2, round(y) - 2, round(x) + 3, round(y) + 3)).tobytes()
    return Peg(x, y, sum(core) / len(core))


def _spot(picture: Any, limit: float) -> tuple[float, float, int]:
    """The middle of what is no lighter than this, and how wide it is, in pixels."""
    dark = picture.point([255 if level <= limit else 0 for level in range(256)])
    left, top, right, bottom = dark.getbbox()
    return (left + right - 1) / 2, (top + bottom - 1) / 2, max(right - left, bottom - top)


def _row(
    page: Any, column: ColumnPlace, row: RowPlace, left: Peg, right: Peg
) -> list[Bubble] | None:
    wide = (column.right - column.left) * FINE
    if max(abs(right.x - left.x - wide), abs(right.y - left.y)) > _UNLIKE * FINE:
        return None
    straight = _bubbles(page, column, row, left, right, (0.0, 0.0))
    if straight is None or not between(straight):
        return straight
    # Between its pegs a row may bow, and then its printed circles are taken for marks: of the ways
    # to look at it, the one that has least of them inside is nearest to how it lies.
    bowed = [
        _bubbles(page, column, row, left, right, (right_by, down_by))
        for right_by in (-_BOW, 0.0, _BOW)
        for down_by in (-_BOW, 0.0, _BOW)
    ]
    return min(
        (bubbles for bubbles in bowed if bubbles is not None),
        key=lambda one: sum(bubble.inside for bubble in one),
    )


def _bubbles(
    page: Any, column: ColumnPlace, row: RowPlace, left: Peg, right: Peg, bow: Point
) -> list[Bubble] | None:
    """The bubbles between two pegs of a row whose middle lies so many pixels off the straight."""
    bubbles = []
    for x in row.bubbles:
        share = (x - column.left) / (column.right - column.left)
        most = 4 * share * (1 - share)
        middle = (
            left.x + (right.x - left.x) * share + bow[0] * most,
            left.y + (right.y - left.y) * share + bow[1] * most,
        )
        bubble = _bubble(page, middle, left.black + (right.black - left.black) * share)
        if bubble is None:
            return None
        bubbles.append(bubble)
    return bubbles


def _bubble(page: Any, middle: Point, black: float) -> Bubble | None:
    """A bubble at this place; None if paper and ink are too much alike to tell.

    What paper is, the ring round the bubble says: it lies about the same middle, so that a shadow
    which grows across the bubble darkens both alike. Grain is as often lighter as darker.
    """
    half_x, half_y = round(_BESIDE_X * FINE), round(_BESIDE_Y * FINE)
    left, top = round(middle[0]) - half_x, round(middle[1]) - half_y
    part = page.crop((left, top, left + 2 * half_x + 1, top + 2 * half_y + 1))
    inside, ring = _masks(*part.size)
    within, around, near = part.histogram(inside), part.histogram(ring), part.histogram()
    paper = _level(around, 0.5)
    contrast = paper - black
    if contrast < _FAINTEST:
        return None
    return Bubble(
        (paper - _mean(within)) / contrast, (_level(near, _PAPER_ABOVE) - _mean(around)) / contrast
    )


def _level(levels: Sequence[int], share: float) -> float:
    """The level below which this share of the pixels lies, a fraction of a level included."""
    below = list(itertools.accumulate(levels))
    wanted = below[-1] * share
    level = bisect.bisect_left(below, wanted)
    return level + 0.5 - (below[level] - wanted) / max(levels[level], 1)


def _mean(levels: Sequence[int]) -> float:
    return sum(map(mul, levels, range(256))) / sum(levels)


@cache
def _masks(width: int, height: int) -> tuple[Any, Any]:
    """The inside of a bubble, and the ring of paper round it, in the middle of a part so large."""
    from PIL import Image

    inside, ring = Image.new("L", (width, height)), Image.new("L", (width, height))
    for y in range(height):
        for x in range(width):
            away = ((x - width // 2) ** 2 + (y - height // 2) ** 2) ** 0.5 / FINE
            if away <= _INSIDE:
                inside.putpixel((x, y), 255)
            elif _RING[0] <= away <= _RING[1]:
                ring.putpixel((x, y), 255)
    return inside, ring
