"""Answer sheets of a test, from the printer to the answers that are stored."""

import io
import re
from random import Random

import pypdfium2
import pytest
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

from benchmarks.answer_marks import PAPER_FINE, Pen
from benchmarks.answer_photos import Scene, photo
from kash.assessments.models import GivenAnswer
from kash.assessments.queries import blank_sheets, person_sheet, sheets_of, standing_answers
from kash.assessments.rules.bank import BankQuestion, sheet_questions, true_false
from kash.assessments.rules.results import Moment, Option, QuestionKind
from kash.assessments.services.bank import add_question
from kash.assessments.sheets.layout import pages_of
from kash.attendance.models import EntryAlias, RosterEntry
from kash.platform import storage
from kash.platform.database import db
from tests.assessments.conftest import COURT, SAFE, SEARCH, WHOM, Bank

pytestmark = pytest.mark.any_engine


def options(count: int, kind: QuestionKind = QuestionKind.SINGLE) -> BankQuestion:
    made = tuple(Option(chr(97 + at), at == 0, {"en": str(at)}) for at in range(count))
    return BankQuestion(kind, "en", {"en": "?"}, made)


def test_rows_keep_the_numbers_of_their_questions_and_say_what_the_grid_says():
    several = options(4, QuestionKind.MULTIPLE)
    asked = [COURT, WHOM, SAFE, options(5), several, SEARCH]
    rows = sheet_questions([(f"q{at}", one) for at, one in enumerate(asked)])
    assert [(row.number, row.labels, row.several) for row in rows] == [
        (1, ("A", "B", "C", "?"), False),
        (3, ("1", "2", "3", "4", "5"), False),
        (5, ("A", "B", "C", "D", "?"), True),
        (6, ("A", "B", "?"), False),
    ]
    court, scale, many, search = rows
    assert [court.chosen(marks) for marks in ((1,), (3,), (), (0, 1))] == [
        (COURT.options[1].key,),
        ("?",),
        (),
        None,
    ]
    assert (scale.chosen((4,)), scale.chosen((0, 1))) == (("5",), None)
    # "Not sure" beside an answer is none: somebody is asked what was meant.
    assert (many.chosen((0, 2)), many.chosen((0, 4))) == (("a", "c"), None)
    assert many.letters(("a", "c")) == "AC"
    assert search.keys == (*(one.key for one in true_false(True)), "?")


# --- Printed, filled, photographed, confirmed ---------------------------------------------------


@pytest.fixture
def desk(bank, client_for):
    return client_for(bank.trainer)


class Paper:
    """The answer sheets of one test, printed by the page."""

    def __init__(self, bank: Bank, desk: FlaskClient, questions: list[str] | None = None) -> None:
        self.bank, self.desk = bank, desk
        self.test = bank.test(questions=questions)
        self.url = f"/workshops/{bank.held.workshop}/tests/{self.test}/sheets"
        self.asked = bank.asked(self.test)[:3]
        self.layout = pages_of([4, 3, 5] if questions is None else [5])[0]

    def printed(self, **data: str) -> list[Image.Image]:
        made = self.desk.post(f"{self.url}/print", data=data)
        assert made.mimetype == "application/pdf"
        with pypdfium2.PdfDocument(made.data) as pdf:
            drawn = [page.render(scale=PAPER_FINE * 25.4 / 72, grayscale=True) for page in pdf]
            return [one.to_pil().convert("L") for one in drawn]

    def taken(self, sheet: Image.Image, *marks: tuple[int, ...]) -> tuple[io.BytesIO, str]:
        """A photo of this sheet with these bubbles filled, row by row."""
        pen, filled = Pen(Random(5)), sheet.copy()
        (column,) = self.layout.columns
        for row, chosen in zip(column.rows, marks, strict=True):
            for at in chosen:
                pen.draw(filled, (row.bubbles[at] * PAPER_FINE, row.y * PAPER_FINE), "filled")
        return io.BytesIO(photo(filled, Scene(size=(1200, 1600)), Random(5))), "photo.jpg"

    def brought(self, *photos: tuple[io.BytesIO, str], group: str = "A") -> TestResponse:
        return self.desk.post(self.url, data={"group": group, "photos": list(photos)})

    def confirmed(self, page: TestResponse, **said: str) -> TestResponse:
        """The page sent as it stands, with what a person chose."""
        fields = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text)
        sent = {"group": "A"} | dict(fields) | said
        return self.desk.post(f"{self.url}/confirm", data=sent, follow_redirects=True)

    def stored(self) -> dict[str, list[list[str]]]:
        """Answers that stand, in the order of the questions, by name."""
        row = self.bank.row(self.test)
        given = standing_answers([row.id]).get(row.id, {})
        names = {one.person_id: one.name for one in self.bank.people()}
        revisions = [one.revision_id for one in row.questions[:3]]
        return {
            names[person]: [sorted(answers.get(revision, [])) for revision in revisions]
            for person, answers in given.items()
        }


@pytest.fixture
def paper(bank, desk):
    return Paper(bank, desk)


def test_a_sheet_that_was_printed_filled_and_photographed_fills_the_grid(paper):
    (mine,) = (one for one in paper.bank.people() if one.letter == "A")
    (sheet,) = paper.printed(group="A", what="people")
    page = paper.brought(paper.taken(sheet, (0,), (2,), (4,)))
    assert (page.status_code, mine.name in page.text) == (200, True)
    assert paper.stored() == {}
    assert "Answers saved: 3." in paper.confirmed(page).text
    assert paper.stored() == {mine.name: [["a"], ["?"], ["5"]]}
    assert [one.source for one in db.session.query(GivenAnswer)] == ["photo"] * 3
    assert list(storage.list()) == []
    again = paper.brought(paper.taken(sheet, (1,), (2,), (4,)))
    assert "This person has answers in this test already." in again.text


def test_a_row_in_doubt_is_shown_and_only_what_is_decided_is_stored(paper):
    (mine,) = (one for one in paper.bank.people() if one.letter == "A")
    (sheet,) = paper.printed(group="A", what="people")
    page = paper.brought(paper.taken(sheet, (0, 1), (), (3,)))
    assert page.text.count("data:image/jpeg;base64,") == 2
    assert re.findall(r"Question (\d): what is marked", page.text) == ["1", "2"]
    left = paper.confirmed(page, **{f"row-0-{paper.asked[0]}": "1"})
    assert "1 row was not decided. Type it in here." in left.text
    assert paper.stored() == {mine.name: [["b"], [], ["4"]]}
    nothing = paper.confirmed(page, **{f"row-0-{paper.asked[1]}": "none"})
    assert "1 row was not decided." in nothing.text


def test_two_marks_where_several_are_right_are_ticked_but_still_asked_about(bank, desk):
    many = add_question(bank.course.public_id, options(4, QuestionKind.MULTIPLE), bank.trainer)
    paper = Paper(bank, desk, [many])
    (sheet,) = paper.printed(group="A", what="people")
    page = paper.brought(paper.taken(sheet, (0, 2)))
    (asked,) = paper.asked
    boxes = re.findall(rf'name="row-0-{asked}" value="(\w+)" (\w*)>', page.text)
    assert boxes == [("0", "checked"), ("1", ""), ("2", "checked"), ("3", ""), ("4", "")]
    paper.confirmed(page, **{f"row-0-{asked}": "2"})
    assert list(paper.stored().values()) == [[["c"]]]


def test_a_blank_sheet_is_whose_the_trainer_says_and_two_are_not_one_persons(paper):
    (mine,) = (one for one in paper.bank.people() if one.letter == "A")
    (sheet,) = paper.printed(group="A", what="blank", count="1")
    # A copied blank sheet comes twice.
    page = paper.brought(paper.taken(sheet, (0,), (1,), (1,)), paper.taken(sheet, (1,), (1,), (1,)))
    assert page.text.count("The name that was written") == 2
    nobody = paper.confirmed(page)
    assert (nobody.status_code, "Choose whose sheet this is." in nobody.text) == (422, True)
    both = {f"whose-{at}": mine.person for at in range(2)}
    twice = paper.confirmed(page, **both)
    assert "Another sheet here is of this person already." in twice.text
    assert paper.stored() == {}
    one = paper.brought(paper.taken(sheet, (0,), (1,), (1,)))
    paper.confirmed(one, **{"whose-0": mine.person})
    assert list(paper.stored()) == [mine.name]
    stranger = next(one for one in paper.bank.people() if one.letter == "B")
    refused = paper.confirmed(one, **{"whose-0": stranger.person})
    assert "Choose whose sheet this is." in refused.text


def test_a_sheet_of_another_test_group_or_workshop_is_refused_by_name(paper):
    (sheet,) = paper.printed(group="A", what="people")
    mine = paper.taken(sheet, (0,), (0,), (0,))
    assert "This sheet is of group A. Bring it in there." in paper.brought(mine, group="B").text
    mine = paper.taken(sheet, (0,), (0,), (0,))
    same = paper.brought(mine, paper.taken(sheet, (0,), (0,), (0,)))
    assert "This sheet was brought in twice." in same.text
    other = paper.bank.test(Moment.AFTER)
    paper.url = paper.url.replace(paper.test, other)
    foreign = paper.brought(paper.taken(sheet, (0,), (0,), (0,)))
    assert (foreign.status_code, paper.bank.people()[0].name in foreign.text) == (422, False)
    assert "This sheet is of another test or another workshop." in foreign.text
    unread = paper.brought((io.BytesIO(b"no photo"), "x.heic"))
    assert (unread.status_code, "It cannot be read." in unread.text) == (422, True)
    assert "Choose a photo or a scan first." in paper.brought().text


def test_a_number_of_blank_sheets_that_is_none_prints_nothing(paper):
    for count in ("0", "61", "many", ""):
        refused = paper.desk.post(f"{paper.url}/print", data={"what": "blank", "count": count})
        assert refused.status_code == 303
    assert "Enter a number from 1 to 60." in paper.desk.get(paper.url).text


def test_sheets_are_each_persons_own_and_stay_hers_when_two_records_are_joined(bank):
    row, people = bank.row(bank.test()), bank.people()
    found = sheets_of(row, people)
    assert {person_sheet(row, one.entry): one for one in people} == found
    blank = blank_sheets(row)
    assert len({*found, *blank}) == len(people) + 60
    kept, gone = people[0], "0" * 16
    entry = db.session.query(RosterEntry).filter_by(public_id=kept.entry).one()
    db.session.add(EntryAlias(public_id=gone, entry_id=entry.id))
    assert sheets_of(row, people)[person_sheet(row, gone)] == kept
