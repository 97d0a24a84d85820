"""Answer sheets as paper: what stands on them, how quickly forty are made, and their pictures."""

import io

import pikepdf
import pytest

from benchmarks.answer_photos import WORDING
from kash.assessments.sheets.layout import Corner
from kash.assessments.sheets.markup import BubbleRow, PrintedAnswerSheet, answer_sheets
from kash.assessments.sheets.reading import UnreadPhoto, refusal, sheet_wording
from kash.assessments.sheets.verdicts import UnreadReason
from kash.platform.press import documents as registers
from tests.platform.press.conftest import checked, text_of  # noqa: F401 - fixtures
from tests.platform.press.hearing import faults

pytestmark = pytest.mark.any_engine

ROWS = [BubbleRow(at, ("ABCD?", "AB?", "AB")[at % 3]) for at in range(1, 46)]
SHEET = "7km2qx4t0000000"


def paper(*sheets: PrintedAnswerSheet, rows: list[BubbleRow] = ROWS) -> bytes:
    return answer_sheets(rows, sheets, WORDING, file_title="Answer sheets", language="en")


def test_a_sheet_says_whose_it_is_and_how_to_fill_it_in_both_languages(text_of, checked):  # noqa: F811
    made = paper(
        PrintedAnswerSheet(f"{SHEET}1", "Asali <Kielelezo> & Wanjikũ", "7KM2-QX4T"),
        PrintedAnswerSheet(f"{SHEET}2"),
    )
    checked(made)
    pages = text_of(made)
    assert [("Asali <Kielelezo> & Wanjikũ" in page, "7KM2-QX4T-0" in page) for page in pages] == [
        (True, True),
        (True, True),
        (False, True),
        (False, True),
    ]
    for at, page in enumerate(pages):
        assert f"7KM2-QX4T-0000-000{at // 2 + 1} · {at % 2 + 1}/2" in page
        for sentence in (WORDING.fill, WORDING.changed, WORDING.keep, WORDING.name_line):
            assert all(text in page for _language, text in sentence)
    # Forty-five questions are as even on two pages as they can be, and go on counting.
    assert "45" in pages[1].split()
    assert "45" not in pages[0].split()
    assert faults(made) == []


def test_no_name_stands_in_the_files_properties_and_the_same_sheets_are_the_same_bytes():
    one = PrintedAnswerSheet(f"{SHEET}1", "Asali Kielelezo")
    made = paper(one)
    assert made == paper(one)
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert str(pdf.docinfo.get("/Title")) == "Answer sheets"
        assert b"Asali" not in pdf.open_metadata().__str__().encode()


def test_forty_sheets_are_laid_out_once(monkeypatch):
    asked: list[int] = []
    stampers = registers.plate_store.stampers

    def counted(requests, stylesheet, limits):
        asked.append(len(requests))
        return stampers(requests, stylesheet, limits)

    def whole(*_given):
        raise AssertionError("a sheet was set from beginning to end")

    monkeypatch.setattr(registers.plate_store, "stampers", counted)
    monkeypatch.setattr(registers, "made_plates", whole)
    people = [
        PrintedAnswerSheet(f"{SHEET}{at % 10}", f"Asali wa {at} {'Kielelezo ' * (at % 4)}", "7KM2")
        for at in range(20)
    ]
    blank = [PrintedAnswerSheet(f"{SHEET}{at % 10}") for at in range(20)]
    with pikepdf.open(io.BytesIO(paper(*people, *blank, rows=ROWS[:30]))) as pdf:
        assert len(pdf.pages) == 40
    assert asked == [2]


def test_each_reason_is_told_in_a_sentence_of_its_own_and_both_languages_stand_on_a_sheet(app):
    with app.test_request_context():
        missing = (Corner.TOP_LEFT, Corner.BOTTOM_RIGHT)
        told = {reason: refusal(UnreadPhoto(reason, missing)) for reason in UnreadReason}
        assert len(set(told.values())) == len(UnreadReason)
        assert "top left, bottom right" in told[UnreadReason.CORNERS_MISSING]
        wording = sheet_wording("Working Together", "Before", ["sw", "en"])
        assert [language for language, _ in wording.fill] == ["sw", "en"]
        assert wording.fill[0][1] != wording.fill[1][1]
        assert len(sheet_wording("Working Together", "", ["en"]).keep) == 1
