"""Where everything stands on a sheet, what a row is taken for, and how a photo's plane is found."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.assessments.sheets.layout import (
    BUBBLE_RADIUS,
    CODE_BOX,
    COLUMN_WIDTH,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    PEG,
    Corner,
    CornerCode,
    NoProjection,
    SheetLayout,
    code_box,
    code_of,
    code_text,
    layouts_of,
    layouts_text,
    pages_of,
    projected,
    projection_of,
    symbol_corners,
    turned_over,
)
from kash.assessments.sheets.verdicts import Bubble, RowVerdict, row_reading, without_spill
from kash.platform.database import public_id_from
from kash.platform.press.qr import qr_symbol

counts = st.lists(st.integers(2, 5), min_size=1, max_size=40)
ids = st.binary(min_size=16, max_size=16).map(public_id_from)


@given(ids, st.integers(1, 9), st.sampled_from(Corner))
def test_a_corner_is_told_by_the_smallest_code_and_by_no_other_text(sheet, page, corner):
    code = CornerCode(sheet, page, corner)
    assert code_of(code_text(code)) == code
    assert qr_symbol(code_text(code)).size == 21
    for other in (f"KB1:{sheet.upper()}", sheet.upper(), code_text(code) + "0", ""):
        assert code_of(other) is None


@given(counts)
def test_nothing_on_a_sheet_lies_so_near_to_another_that_one_is_taken_for_it(bubbles):
    layout = SheetLayout(tuple(bubbles))
    rows = [(column, row) for column in layout.columns for row in column.rows]
    assert [len(row.bubbles) for _, row in rows] == bubbles
    assert all(1 <= len(column.rows) <= 20 for column in layout.columns)
    pegs = [(x, row.y) for column, row in rows for x in (column.left, column.right)]
    circles = [(x, row.y) for _, row in rows for x in row.bubbles]
    boxes = [code_box(corner) for corner in Corner]
    for at, (x, y) in enumerate(pegs):
        assert 6 <= x - PEG / 2 <= x + PEG / 2 <= PAGE_WIDTH - 6
        for other in pegs[at + 1 :]:
            assert math.dist((x, y), other) >= 3 * PEG
        for circle in circles:
            assert math.dist((x, y), circle) >= BUBBLE_RADIUS + 2 * PEG - 1
        for left, top in boxes:
            assert not (left - PEG < x < left + CODE_BOX + PEG and top - PEG < y < top + CODE_BOX)
    for at, circle in enumerate(circles):
        for other in circles[at + 1 :]:
            assert math.dist(circle, other) >= 3 * BUBBLE_RADIUS
    assert {column.right - column.left for column in layout.columns} == {COLUMN_WIDTH}


def test_codes_lie_where_a_printer_still_prints_and_mirror_each_other():
    points = [point for corner in Corner for point in symbol_corners(corner)]
    assert min(x for x, _ in points) >= 8
    for x, y in points:
        mirrored = (PAGE_WIDTH - x, PAGE_HEIGHT - y)
        assert min(math.dist(mirrored, other) for other in points) < 1e-9


@given(st.lists(st.integers(2, 5), min_size=1, max_size=360))
def test_the_pages_of_a_sheet_hold_all_rows_in_their_order(bubbles):
    pages = pages_of(bubbles)
    assert [count for page in pages for count in page.bubbles] == bubbles
    assert len(pages) == -(-len(bubbles) // 40)
    assert layouts_of(layouts_text(pages)) == pages


@pytest.mark.parametrize("bubbles", [(), (1,), (6,), (3,) * 41])
def test_what_no_page_can_hold_is_no_layout(bubbles):
    with pytest.raises(ValueError):
        SheetLayout(bubbles)


# --- Rows -------------------------------------------------------------------------------------


def row(*inside: float, around: float = 0.0) -> list[Bubble]:
    return [Bubble(each, around) for each in inside]


@pytest.mark.parametrize(
    ("bubbles", "verdict", "marks"),
    [
        (row(0.02, 0.5, 0.01), RowVerdict.MARKED, (1,)),
        (row(0.02, 0.0, -0.03), RowVerdict.BLANK, ()),
        # One of two may be crossed out, also where two are allowed.
        (row(0.02, 0.5, 0.4), RowVerdict.DOUBLE, (1, 2)),
        # A second mark that may be one, or an only one that may be none.
        (row(0.1, 0.5, 0.0), RowVerdict.DOUBT, (1,)),
        (row(0.1, 0.0, 0.0), RowVerdict.DOUBT, ()),
        # Strokes round an empty bubble; round a mark they are only bold.
        ([Bubble(0.0, 0.3), Bubble(0.5, 0.0)], RowVerdict.DOUBT, (1,)),
        ([Bubble(0.0, 0.0), Bubble(0.5, 0.3)], RowVerdict.MARKED, (1,)),
        # A ring that was drawn so boldly that its inside is lighter than what is taken for paper.
        ([Bubble(-0.9, 0.9), Bubble(0.5, 0.0)], RowVerdict.DOUBT, (1,)),
        (None, RowVerdict.DOUBT, ()),
    ],
)
def test_only_a_row_that_is_plain_is_taken_without_asking(bubbles, verdict, marks):
    read = row_reading(bubbles)
    assert (read.verdict, read.marks) == (verdict, marks)
    assert read.is_asked == (verdict is not RowVerdict.MARKED)


def test_what_blur_puts_into_every_bubble_is_no_mark_and_takes_none_away():
    rows = [row(0.06, 0.05, 0.07), row(0.06, 0.45, 0.06), None, row(0.2, 0.3, 0.25)]
    cleared = without_spill(rows)
    assert [one and row_reading(one).verdict for one in cleared] == [
        RowVerdict.BLANK,
        RowVerdict.MARKED,
        None,
        RowVerdict.DOUBLE,
    ]
    # Where all are marked, there is nothing that tells of blur.
    marked = without_spill([row(0.5, 0.6)] * 9)
    assert {row_reading(one).marks for one in marked} == {(0, 1)}


# --- The plane --------------------------------------------------------------------------------

small = st.floats(-0.0004, 0.0004)
projections = st.tuples(
    *(st.floats(1.5, 4), st.floats(-1, 1), st.floats(-300, 300)),
    *(st.floats(-1, 1), st.floats(1.5, 4), st.floats(-300, 300)),
    *(small, small),
)


@given(projections, st.sets(st.sampled_from(Corner), min_size=3))
def test_three_codes_tell_how_the_whole_sheet_lies(camera, corners):
    paper = [point for corner in corners for point in symbol_corners(corner)]
    found = projection_of([(point, projected(camera, point)) for point in paper])
    for point in ((0.0, 0.0), (PAGE_WIDTH, PAGE_HEIGHT), (30.0, 200.0)):
        assert math.dist(projected(found, point), projected(camera, point)) < 1e-3
    assert not turned_over(found, (100.0, 100.0))


def test_points_on_a_line_or_too_few_tell_nothing_and_a_mirror_is_noticed():
    for points in ([(0.0, 0.0)] * 4, [(float(at), 2.0 * at) for at in range(9)], [(1.0, 2.0)] * 3):
        with pytest.raises(NoProjection):
            projection_of([(point, point) for point in points])
    corners = [(0.0, 0.0), (10.0, 0.0), (10.0, 20.0), (0.0, 20.0)]
    mirror = projection_of([((x, y), (-x, y)) for x, y in corners])
    assert turned_over(mirror, (5.0, 5.0))
