"""Photos of answer sheets: what is read off them, and what is refused and why."""

import io
import json
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from random import Random
from typing import Any

import pytest
from PIL import Image, ImageOps

from benchmarks.answer_photos import Meant, Paper, Scene, marked, papers, photo
from benchmarks.answer_sheets import read_photo
from kash.assessments.sheets import child, reading
from kash.assessments.sheets.layout import Corner, SheetLayout
from kash.assessments.sheets.reading import ReadAnswerSheet, UnreadPhoto, photos_told, read_photos
from kash.assessments.sheets.verdicts import RowVerdict, UnreadReason
from kash.platform.cleaning import HEAD, KINDS, CannotClean, CleaningLimits, kind_of
from kash.platform.confinement import children

OPTIONS = (4, 3, 5, 2, 5, 4, 4, 5, 3, 5, 5, 5)
IDS = ("7km2qx4t00000001", "7km2qx4t00000002")
GOOD = Scene(size=(1200, 1600))


@cache
def sheets() -> Sequence[Paper]:
    return papers(IDS, OPTIONS)


@cache
def filled() -> tuple[Image.Image, tuple[Meant, ...]]:
    """A sheet on which each row has one plain mark."""
    picture, meant = marked(sheets()[0], Random(3), {"filled": 1, "crossed": 1})
    return picture, tuple(meant)


def taken(how: Scene = GOOD, picture: Image.Image | None = None) -> Image.Image:
    """A photo of a sheet, in grey."""
    content = photo(picture or filled()[0], how, Random(7))
    return Image.open(io.BytesIO(content)).convert("L")


def told(grey: Image.Image, pages: Sequence[SheetLayout] = ()) -> dict[str, Any]:
    pages = pages or [sheets()[0].layout]
    return child.reading(grey, pages)[0]


def marks(answer: dict[str, Any]) -> list[tuple[str, tuple[int, ...]]]:
    return [(verdict, chosen) for verdict, chosen, _ in answer["rows"]]


def meant() -> list[tuple[str, tuple[int, ...]]]:
    return [("marked", one.marks) for one in filled()[1]]


def test_an_empty_sheet_from_the_press_is_read_as_empty_to_its_last_bubble():
    for paper in sheets():
        answer = told(paper.picture)
        assert (answer["sheet"], answer["page"]) == (paper.sheet, 1)
        assert marks(answer) == [("blank", ())] * len(OPTIONS)
        assert [len(darkness) for _, _, darkness in answer["rows"]] == list(OPTIONS)
        assert max(max(darkness) for _, _, darkness in answer["rows"]) < 0.01


# Thresholds were set on other seeds. Those whose photo is refused are not among these.
@pytest.mark.parametrize("seed", range(2_000_003, 2_000_009))
def test_no_row_of_a_bad_photo_is_read_wrong_without_anybody_being_asked(seed):
    read = read_photo(sheets()[seed % 2], seed)
    assert (read.refused, read.silently_wrong) == ("", [])
    plain = [row[0] for meant, row in zip(read.meant, read.rows, strict=True) if meant.plain]
    assert plain.count(RowVerdict.MARKED) >= len(plain) - 1


@pytest.mark.parametrize(
    "how",
    [
        replace(GOOD, turn=3.1416),
        replace(GOOD, turn=1.5708, size=(1600, 1200)),
        replace(GOOD, tilt=(0.3, -0.25), turn=0.2, filling=0.75),
        replace(GOOD, bend=(9, -8), tilt=(0.15, 0.15)),
        replace(GOOD, light=0.35, shadow=0.5, noise=8),
        replace(GOOD, torn=(Corner.TOP_LEFT,)),
        replace(GOOD, torn=(Corner.BOTTOM_RIGHT,), bend=(5, 5)),
    ],
    ids=[
        "upside down",
        "sideways",
        "from the side",
        "bent",
        "in the dark",
        "torn",
        "torn and bent",
    ],
)
def test_a_sheet_is_read_however_it_lies(how):
    assert marks(told(taken(how))) == meant()


def test_two_torn_corners_are_too_many_and_are_named():
    torn = (Corner.TOP_RIGHT, Corner.BOTTOM_LEFT)
    assert told(taken(replace(GOOD, torn=torn))) == {
        "reason": UnreadReason.CORNERS_MISSING,
        "missing": [Corner.TOP_RIGHT, Corner.BOTTOM_LEFT],
    }


def test_a_sheet_beside_another_is_not_read_nor_are_two_copies_of_one():
    one, other = (paper.picture.resize((840, 1188)) for paper in sheets())
    for second in (other, one):
        desk = Image.new("L", (1720, 1240), 90)
        desk.paste(one, (10, 20))
        desk.paste(second, (870, 30))
        assert told(desk)["reason"] == UnreadReason.TWO_SHEETS


def test_halves_of_two_copies_are_not_taken_for_one_sheet():
    left, right = (sheets()[0].picture.resize((840, 1188)) for _ in range(2))
    desk = Image.new("L", (1720, 1240), 90)
    desk.paste(left, (10, 20))
    desk.paste(right, (870, 30))
    # The inner corners of both are covered.
    for box in ((650, 20), (870, 30)):
        for down in (0, 1000):
            desk.paste(90, (box[0], box[1] + down, box[0] + 200, box[1] + down + 188))
    assert told(desk)["reason"] in (UnreadReason.TWO_SHEETS, UnreadReason.UNCLEAR)


def test_what_is_no_readable_sheet_is_refused_for_its_own_reason():
    from kash.platform.press.qr import qr_symbol

    badge = qr_symbol("KB1:7KM2QX4T00000001")
    drawn = Image.frombytes("1", (badge.size, badge.size), badge.rows).convert("L")
    card = ImageOps.expand(ImageOps.invert(drawn), 4, 255).resize((600, 600), 0)
    desk = Image.frombytes("L", (900, 1200), Random(1).randbytes(900 * 1200))
    assert told(desk)["reason"] == UnreadReason.NO_CODE
    assert told(card)["reason"] == UnreadReason.OTHER_PAPER
    assert told(taken().point(lambda level: level * 0.05))["reason"] == UnreadReason.TOO_DARK
    assert told(ImageOps.mirror(taken()))["reason"] == UnreadReason.MIRRORED
    assert told(Image.new("L", (60, 40), 255))["reason"] == UnreadReason.NO_CODE


def test_a_sheet_of_a_test_with_other_rows_is_not_read_by_the_wrong_ones():
    """Its pegs stand elsewhere, so its rows are not where they are looked for."""
    for options in ((3,) * 40, (3,) * 8):
        answer = told(taken(), [SheetLayout(options)])
        assert answer.get("reason") == UnreadReason.UNCLEAR


def test_a_page_that_the_test_has_not_is_refused():
    (second,) = papers(["7km2qx4t00000003"], [3] * 44, page=2)
    pages = [SheetLayout((3,) * 22)] * 2
    assert marks(told(second.picture, pages)) == [("blank", ())] * 22
    assert told(second.picture, pages[:1])["reason"] == UnreadReason.NO_SUCH_PAGE


def test_a_row_that_something_lies_on_is_asked_about_and_no_other():
    picture, rows = filled()
    covered = picture.copy()
    column = sheets()[0].layout.columns[0]
    y = round(column.rows[2].y * 8)
    covered.paste(70, (round(column.left * 8) - 60, y - 30, round(column.left * 8) + 60, y + 30))
    answer = marks(told(taken(GOOD, covered)))
    assert answer == [*meant()[:2], ("doubt", ()), *meant()[3:]]
    assert len(rows) == len(answer)


# --- Through the confined child ---------------------------------------------------------------

LAYOUT = SheetLayout(OPTIONS)


def through(content: bytes) -> list[ReadAnswerSheet | UnreadPhoto]:
    kind = kind_of(content[:HEAD])
    assert kind is not None
    return read_photos([content[:99], content[99:]], kind, [LAYOUT])


def test_the_child_reads_a_photo_and_shows_the_rows_that_it_asks_about():
    picture, rows = marked(sheets()[0], Random(11), {"filled": 6, "blank": 2, "double": 2})
    (read,) = through(photo(picture, GOOD, Random(1)))
    assert isinstance(read, ReadAnswerSheet)
    assert (read.sheet, read.page) == (IDS[0], 1)
    assert [row.marks for row in read.rows] == [one.marks for one in rows]
    assert sorted(read.strips) == [at for at, one in enumerate(rows) if not one.plain] != []
    with Image.open(io.BytesIO(read.name)) as line:
        assert (line.format, line.size, line.info.get("exif")) == ("JPEG", (950, 65), None)
    for strip in read.strips.values():
        with Image.open(io.BytesIO(strip)) as shown:
            assert shown.size == (456, 60)


def test_a_scan_of_several_sheets_is_read_page_by_page():
    out = io.BytesIO()
    first, *others = [paper.picture for paper in sheets()] + [Image.new("L", (800, 1100), 255)]
    first.save(out, "PDF", resolution=200, save_all=True, append_images=others)
    found = through(out.getvalue())
    assert [getattr(one, "sheet", None) or one.reason for one in found] == [
        *IDS,
        UnreadReason.NO_CODE,
    ]


def test_what_is_no_picture_is_refused():
    for content in (b"\xff\xd8\xff" + b"no photo" * 50, b"%PDF-1.7 nothing"):
        with pytest.raises(CannotClean):
            through(content)
    with pytest.raises(CannotClean):
        read_photos([b""], KINDS["heic"], [LAYOUT])


# --- What it answers is not believed ----------------------------------------------------------

PAGES = [SheetLayout((3, 2))]
TOLD: dict[str, Any] = {
    "sheet": IDS[0],
    "page": 1,
    "rows": [["marked", [1], [0, 0.5, 0]], ["blank", [], [0, 0]]],
    "strips": [4, 5],
}


def answered(rest: bytes = b"wholestrip"[1:], **changed: Any) -> bytes:
    return json.dumps(TOLD | changed).encode() + b"\n" + rest


def test_an_answer_is_taken_apart_as_it_was_put_together():
    refused = b'{"reason": "corners missing", "missing": [0, 2]}\n'
    read, unread = photos_told(answered() + refused, PAGES)
    assert isinstance(read, ReadAnswerSheet)
    assert (read.name, read.strips) == (b"hole", {1: b"strip"})
    assert unread == UnreadPhoto(
        UnreadReason.CORNERS_MISSING, (Corner.TOP_LEFT, Corner.BOTTOM_RIGHT)
    )


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"word\n",
        b"7\n",
        b"[" * 4_000 + b"\n",
        b'{"reason": "because", "missing": []}\n',
        b'{"reason": "no code", "missing": [7]}\n',
        answered()[:-1],
        answered() + b"more",
        answered(sheet="../../secret.ke"),
        answered(page=2),
        answered(page=True),
        answered(strips=[4, -5]),
        answered(strips=[9]),
        answered(rows=[["marked", [1], [0, 0.5, 0]]]),
        answered(rows=[["marked", [3], [0, 0.5, 0]], ["blank", [], [0, 0]]]),
        answered(rows=[["marked", [], [0, 0.5, 0]], ["blank", [], [0, 0]]]),
        answered(rows=[["marked", [1, 1], [0, 0.5, 0]], ["blank", [], [0, 0]]]),
        answered(rows=[["sure", [1], [0, 0.5, 0]], ["blank", [], [0, 0]]]),
        answered(rows=[["marked", [1], [0, 0.5]], ["blank", [], [0, 0]]]),
    ],
)
def test_an_answer_that_no_sheet_gives_is_refused(answer):
    with pytest.raises(CannotClean):
        photos_told(answer, PAGES)


def test_a_child_that_dies_or_floods_leaves_no_reading(monkeypatch):
    start = children.start
    for code in ("os._exit(9)", "print('x' * 2**21)"):

        def hostile(_module: str, _arguments: object, code: str = code, **given: Any) -> object:
            run = f"import os, sys\n{code}\nsys.stdout.flush()"
            return start("timeit", ["-n", "1", "-r", "1", "-s", run, "pass"], **given)

        monkeypatch.setattr(reading, "start", hostile)
        monkeypatch.setattr(reading, "_MOST_ANSWERED", 2**20)
        with pytest.raises(CannotClean):
            read_photos([b"x"], KINDS["jpeg"], PAGES, CleaningLimits(seconds=20))
