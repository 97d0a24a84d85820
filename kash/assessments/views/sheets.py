"""Scope of the actor here: the workshops whose tests she sees, and those whose tests she holds.
Answer sheets of a test: printing them, and taking answers off photos of them. A photo is read and
shown to the person who brought it, row by row where there is doubt. It lies in memory and on her
page only: nothing of it is stored, whether she confirms or leaves."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from kash.assessments import blueprint
from kash.assessments.documents import named_sheets, rows_of, sheets_of_test
from kash.assessments.forms import MOMENT
from kash.assessments.models import WorkshopTest
from kash.assessments.queries import (
    MOST_BLANK,
    RegisteredPerson,
    blank_sheets,
    one_test,
    participants,
    sheets_of,
    standing_answers,
)
from kash.assessments.rules.bank import SheetQuestion
from kash.assessments.services.tests import Entered, enter_answers
from kash.assessments.sheets.layout import pages_of
from kash.assessments.sheets.markup import PrintedAnswerSheet
from kash.assessments.sheets.reading import ReadAnswerSheet, UnreadPhoto, read_photos, refusal
from kash.people.rules.persons import OneGroup, one_group
from kash.platform.cleaning import HEAD, CannotClean, CleaningBusy, kind_of
from kash.platform.press import RenderError
from kash.platform.web import current_actor, download
from kash.platform.web.bodies import MEGABYTE, takes_file
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.taking import noted
from kash.policy import Reach, allow
from kash.workshops.frame import frame
from kash.workshops.models import Workshop
from kash.workshops.queries.scope import own_workshop, runs, workshop_with_people


def seen_workshop(public_id: str) -> Workshop:
    """A workshop whose tests the actor may see. Raises NotFound and Forbidden."""
    actor = current_actor()
    if actor.reach("assessments.see") is Reach.ALL:
        return workshop_with_people(public_id, actor, "assessments.see")
    return own_workshop(public_id, actor, "assessments.see")


def held_by_her(public_id: str) -> Workshop:
    """A workshop whose tests the actor holds. Raises NotFound and Forbidden."""
    return own_workshop(public_id, current_actor(), "assessments.hold")


def holds(found: Workshop) -> bool:
    """True if the actor holds the tests of a workshop."""
    return runs(current_actor(), found, "assessments.hold")


def own_test(public_id: str, test_id: str) -> tuple[Workshop, WorkshopTest]:
    """A workshop whose tests the actor holds, and one of them."""
    workshop = held_by_her(public_id)
    return workshop, one_test(workshop, test_id)


def chosen_group(found: Workshop) -> OneGroup[RegisteredPerson]:
    """People on the register of the group that the page was asked for."""
    return one_group(participants(found), attrgetter("letter"), request.values.get("group", "")[:2])


def test_page(template: str, found: Workshop, test: WorkshopTest, **values: Any) -> str:
    """A page of a test."""
    title = MOMENT[test.moment]
    values |= frame(found)
    return render_template(f"assessments/{template}.html", test=test, title=title, **values)


MOST_BYTES = 30 * MEGABYTE
MOST_FILES = 20


# A row of a reading: its question, the answer by its letters, and, if it is `asked`, since a person
# is to say what stands there, the picture of the row as an address. Where several may be marked,
# what seems to be is ticked beforehand. `name` is what its fields are called.
ShownRow = dict[str, Any]


def _shown_row(
    number: int, question: SheetQuestion, answer: tuple[str, ...] | None, **values: Any
) -> ShownRow:
    letters = question.letters(answer or ())
    shown = {"name": f"{number}-{question.asked}", "question": question, "letters": letters}
    return shown | {"answer": answer, "asked": answer is None, "picture": ""} | values


# A sheet to be confirmed: whose it is ("" for one that is nobody's yet), and its rows. `written`
# shows the line on which somebody may have written her name, as an address; `again` says that she
# has answers already.
ShownSheet = dict[str, Any]


def _shown_sheet(
    number: int, person: RegisteredPerson | None, rows: Sequence[ShownRow], **values: Any
) -> ShownSheet:
    named = {"person": person.person, "name": person.name} if person else {"person": "", "name": ""}
    in_doubt = [shown for shown in rows if shown["asked"]]
    sheet = {"number": number, "rows": rows, "asked": in_doubt, **named}
    return sheet | {"again": False, "problem": "", "written": ""} | values


@blueprint.route("/workshops/<public_id>/tests/<test_id>/sheets", methods=["GET", "POST"])
@allow("assessments.hold")
@takes_file(MOST_BYTES)
def sheets(public_id: str, test_id: str) -> ResponseReturnValue:
    """Print answer sheets, and bring in photos of them."""
    workshop, test = own_test(public_id, test_id)
    if request.method == "GET":
        return _page(workshop, test, [])
    files = [file for file in request.files.getlist("photos") if file.filename]
    if not files:
        return _page(workshop, test, [], [_("Choose a photo or a scan first.")])
    reader = _Reader(workshop, test)
    for number, file in enumerate(files[:MOST_FILES], start=1):
        reader.read_file(number, file.read())
    if len(files) > MOST_FILES:
        reader.problems.append(
            _("Only the first %(most)s were read. Bring the others in next.", most=MOST_FILES)
        )
    return _page(workshop, test, reader.sheets, reader.problems)


class _Reader:
    """Reads photos of the sheets of one test, for one group."""

    def __init__(self, found: Workshop, test: WorkshopTest) -> None:
        self.sheets: list[ShownSheet] = []
        self.problems: list[str] = []
        self._questions = rows_of(test)
        self._pages = (
            pages_of([len(question.keys) for question in self._questions])
            if self._questions
            else []
        )
        self._letter = chosen_group(found).letter
        self._whose = sheets_of(test, participants(found))
        self._blank = frozenset(blank_sheets(test))
        self._given = standing_answers([test.id]).get(test.id, {})
        self._seen: set[tuple[str, int]] = set()

    def read_file(self, number: int, content: bytes) -> None:
        """Read one file that was sent."""
        kind = kind_of(content[:HEAD])
        problems: list[str] = []
        try:
            if kind is None or not self._pages:
                raise CannotClean
            readings = read_photos([content], kind, self._pages)
        except CannotClean:
            problems.append(
                _("It cannot be read. Photos as JPEG or PNG are taken, and PDF from a scanner.")
            )
        except CleaningBusy as busy:
            problems.append(str(busy))
        else:
            problems += filter(None, map(self._photo, readings))
        self.problems += [_("Photo %(number)s: ", number=number) + problem for problem in problems]

    def _photo(self, reading: ReadAnswerSheet | UnreadPhoto) -> str:
        """Take over one photo; returns the reason if it isn't."""
        if isinstance(reading, UnreadPhoto):
            return refusal(reading)
        person = self._whose.get(reading.sheet)
        if person is None and reading.sheet not in self._blank:
            return _("This sheet is of another test or another workshop.")
        if person is not None and person.letter != self._letter:
            return _("This sheet is of group %(letter)s. Bring it in there.", letter=person.letter)
        # A blank sheet that was copied is many people's.
        if person is not None and (reading.sheet, reading.page) in self._seen:
            return _("This sheet was brought in twice. It stands below once.")
        self._seen.add((reading.sheet, reading.page))
        number = len(self.sheets)
        first = sum(len(page.bubbles) for page in self._pages[: reading.page - 1])
        rows = []
        for at, line in enumerate(reading.rows):
            question = self._questions[first + at]
            marked = question.chosen(line.marks)
            answer = None if line.is_asked else marked
            values = {"picture": _address(reading.strips.get(at, b""))}
            if answer is None and question.several:
                values["letters"] = question.letters(marked or ())
            rows.append(_shown_row(number, question, answer, **values))
        again = person is not None and any(self._given.get(person.person_id, {}).values())
        written = "" if person else _address(reading.name)
        self.sheets.append(_shown_sheet(number, person, rows, again=again, written=written))
        return ""


def _address(picture: bytes) -> str:
    return "data:image/jpeg;base64," + b64encode(picture).decode() if picture else ""


def _page(
    found: Workshop, test: WorkshopTest, sheets: Sequence[ShownSheet], problems: Sequence[str] = ()
) -> ResponseReturnValue:
    questions = rows_of(test)
    body = test_page(
        "sheets",
        found,
        test,
        shown=chosen_group(found),
        questions=questions,
        left_out=len(test.questions) - len(questions),
        sheets=sheets,
        problems=problems,
        most=MOST_BYTES // MEGABYTE,
        most_files=MOST_FILES,
        most_blank=MOST_BLANK,
    )
    refused = bool(problems) and not sheets
    return body, 422 if refused or any(sheet["problem"] for sheet in sheets) else 200


@blueprint.post("/workshops/<public_id>/tests/<test_id>/sheets/print")
@allow("assessments.hold")
def print_sheets(public_id: str, test_id: str) -> ResponseReturnValue:
    """Sheets of one group as one PDF, or blank ones."""
    workshop, test = own_test(public_id, test_id)
    if request.form.get("what") == "blank":
        typed = request.form.get("count", "").strip()[:4]
        count = int(typed) if typed.isascii() and typed.isdigit() else 0
        printed = [PrintedAnswerSheet(sheet) for sheet in blank_sheets(test)[:count]]
        problem = _("Enter a number from 1 to %(most)s.", most=MOST_BLANK)
        problem = "" if 1 <= count <= MOST_BLANK else problem
    else:
        printed, problem = named_sheets(test, chosen_group(workshop).rows), ""
    if not problem and not (printed and rows_of(test)):
        problem = _("There is nothing to print.")
    if problem:
        flash(problem, "warn")
    else:
        with FlashedProblems(RenderError):
            paper = sheets_of_test(workshop, test, printed)
            return noted(download(paper, name="answer-sheets.pdf", type="application/pdf"))
    address = url_for("assessments.sheets", public_id=public_id, test_id=test_id)
    return redirect(address, code=303)


@blueprint.post("/workshops/<public_id>/tests/<test_id>/sheets/confirm")
@allow("assessments.hold")
def confirm_sheets(public_id: str, test_id: str) -> ResponseReturnValue:
    """Enter what was read and decided. Rows that nobody decided are left as they were."""
    workshop, test = own_test(public_id, test_id)
    shown = chosen_group(workshop)
    sent = _sent({question.asked: question for question in rows_of(test)}, shown.rows)
    taken: set[tuple[str, str]] = set()
    entered: list[Entered] = []
    for sheet in sent:
        cells = {(sheet["person"], line["question"].asked) for line in sheet["rows"]}
        if not sheet["person"]:
            sheet["problem"] = _("Choose whose sheet this is.")
        elif cells & taken:
            sheet["problem"] = _("Another sheet here is of this person already.")
        taken |= cells
        entered += [
            Entered(sheet["person"], line["question"].asked, line["answer"])
            for line in sheet["rows"]
            if not line["asked"]
        ]
    if any(sheet["problem"] for sheet in sent):
        return _page(workshop, test, sent)
    count = enter_answers(public_id, test_id, entered, "photo", current_actor()) if entered else 0
    flash(_("Answers saved: %(count)s.", count=count))
    left = sum(len(sheet["asked"]) for sheet in sent)
    if left:
        words = ngettext(
            "%(num)s row was not decided. Type it in here.",
            "%(num)s rows were not decided. Type them in here.",
            left,
        )
        flash(words, "warn")
    to = "assessments.grid" if left else "assessments.sheets"
    return redirect(url_for(to, public_id=public_id, test_id=test_id, group=shown.letter), code=303)


def _sent(
    questions: Mapping[str, SheetQuestion], people: Sequence[RegisteredPerson]
) -> list[ShownSheet]:
    """The sheets as the form sends them: `whose-<number>`, `there-<number>-<question>` for each row
    of it, and `row-<number>-<question>` for each choice, by its place; "none" for an empty row."""
    rows: dict[int, list[ShownRow]] = {}
    for field_name in request.form:
        sign, _dash, name = field_name.partition("-")
        number, _dash, question_id = name.partition("-")
        if sign == "there" and question_id in questions and number[:4].isdecimal():
            answer = _answer(request.form.getlist(f"row-{name}"), questions[question_id])
            line = _shown_row(int(number[:4]), questions[question_id], answer, name=name)
            rows.setdefault(int(number[:4]), []).append(line)
    by_id = {person.person: person for person in people}
    return [
        _shown_sheet(number, by_id.get(request.form.get(f"whose-{number}", "")), of_sheet)
        for number, of_sheet in rows.items()
    ]


def _answer(places: Sequence[str], question: SheetQuestion) -> tuple[str, ...] | None:
    """The answer that choices by their places are; None if nothing was said, or no answer."""
    if places == ["none"]:
        return ()
    if not places or not set(places) <= {str(at) for at in range(len(question.keys))}:
        return None
    return question.chosen(sorted({int(place) for place in places}))
