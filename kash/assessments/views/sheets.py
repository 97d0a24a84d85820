"""Scope of the actor here: the workshops whose tests she sees, and those whose tests she holds.
Answer sheets of a test: printing them, and taking answers off photos of them. A photo is read and
shown to whoever brought it, row by row where there is doubt. It lies in memory and on her page
only: nothing of it is stored, whether she confirms or leaves."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from kash.assessments import blueprint
from kash.assessments.documents import named_sheets, rows_of, sheets_of_test
from kash.assessments.forms import MOMENT
from kash.assessments.models import WorkshopTest
from kash.assessments.queries.tests import (
    MOST_BLANK,
    RegisteredPerson,
    blank_sheets,
    one_test,
    participants,
    sheets_of,
    standing_answers,
)
from kash.assessments.rules.bank import SheetQuestion
from kash.assessments.rules.results import Moment
from kash.assessments.services.tests import Entered, enter_answers
from kash.assessments.sheets.layout import SheetLayout, pages_of
from kash.assessments.sheets.markup import PrintedAnswerSheet
from kash.assessments.sheets.reading import ReadAnswerSheet, UnreadPhoto, read_photos, refusal
from kash.assessments.sheets.verdicts import RowReading
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


def seen_test(public_id: str, test_id: str) -> tuple[Workshop, WorkshopTest]:
    """A workshop whose tests the actor may see, and one of them."""
    found = seen_workshop(public_id)
    return found, one_test(found, test_id)


def own_test(public_id: str, test_id: str) -> tuple[Workshop, WorkshopTest]:
    """A workshop whose tests the actor holds, and one of them."""
    found = held_by_her(public_id)
    return found, one_test(found, test_id)


MOST_BYTES = 30 * MEGABYTE
MOST_FILES = 20


@dataclass(frozen=True)
class ShownRow:
    """A row of a reading: its question, the answer by its letters, and, if a person is to say what
    stands there, the picture of the row as an address. Where several may be marked, what seems to
    be is ticked beforehand. `name` is what its fields are called."""

    name: str
    question: SheetQuestion
    letters: str = ""
    asked: bool = False
    picture: str = ""


@dataclass(frozen=True)
class ShownSheet:
    """A sheet to be confirmed: whose it is ("" for one that is nobody's yet), and its rows.

    `written` shows the line on which somebody may have written her name, as an address.
    """

    number: int
    person: str
    name: str
    rows: Sequence[ShownRow]
    again: bool = False
    problem: str = ""
    written: str = ""

    @property
    def asked(self) -> list[ShownRow]:
        """The rows that are asked about."""
        return [row for row in self.rows if row.asked]


@dataclass
class _Photos:
    """All that came of one upload."""

    sheets: list[ShownSheet] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


@blueprint.route("/workshops/<public_id>/tests/<test_id>/sheets", methods=["GET", "POST"])
@allow("assessments.hold")
@takes_file(MOST_BYTES)
def sheets(public_id: str, test_id: str) -> ResponseReturnValue:
    """Print answer sheets, and bring in photos of them."""
    found, row = own_test(public_id, test_id)
    shown = _group(found)
    if request.method == "GET":
        return _page(found, row, shown, _Photos())
    files = [one for one in request.files.getlist("photos") if one.filename]
    if not files:
        return _page(found, row, shown, _Photos(problems=[_("Choose a photo or a scan first.")]))
    questions = rows_of(row)
    photos = _Photos()
    read = _Reader(found, row, shown, questions, photos)
    for number, file in enumerate(files[:MOST_FILES], start=1):
        read.file(number, file.read())
    if len(files) > MOST_FILES:
        photos.problems.append(
            _("Only the first %(most)s were read. Bring the others in next.", most=MOST_FILES)
        )
    return _page(found, row, shown, photos)


def _group(found: Workshop) -> OneGroup[RegisteredPerson]:
    return one_group(participants(found), attrgetter("letter"), request.values.get("group", "")[:2])


def _layouts(questions: Sequence[SheetQuestion]) -> list[SheetLayout]:
    return pages_of([len(one.keys) for one in questions])


class _Reader:
    """Reads photos of the sheets of one test, for one group."""

    def __init__(
        self,
        found: Workshop,
        row: WorkshopTest,
        shown: OneGroup[RegisteredPerson],
        questions: Sequence[SheetQuestion],
        photos: _Photos,
    ) -> None:
        self._questions, self._photos = questions, photos
        self._pages = _layouts(questions) if questions else []
        self._letter = shown.letter
        self._whose = sheets_of(row, participants(found))
        self._blank = frozenset(blank_sheets(row))
        self._given = standing_answers([row.id]).get(row.id, {})
        self._seen: set[tuple[str, int]] = set()

    def file(self, number: int, content: bytes) -> None:
        """Read one file that was sent."""
        kind = kind_of(content[:HEAD])
        try:
            if kind is None or not self._pages:
                raise CannotClean
            read = read_photos([content], kind, self._pages)
        except CannotClean:
            self._say(
                number,
                _("It cannot be read. Photos as JPEG or PNG are taken, and PDF from a scanner."),
            )
        except CleaningBusy as busy:
            self._say(number, str(busy))
        else:
            for one in read:
                self._photo(number, one)

    def _say(self, number: int, problem: str) -> None:
        self._photos.problems.append(_("Photo %(number)s: ", number=number) + problem)

    def _photo(self, number: int, read: ReadAnswerSheet | UnreadPhoto) -> None:
        if isinstance(read, UnreadPhoto):
            return self._say(number, refusal(read))
        whose = self._whose.get(read.sheet)
        if whose is None and read.sheet not in self._blank:
            return self._say(number, _("This sheet is of another test or another workshop."))
        if whose is not None and whose.letter != self._letter:
            words = _("This sheet is of group %(letter)s. Bring it in there.", letter=whose.letter)
            return self._say(number, words)
        # A blank sheet that was copied is many people's.
        if whose is not None and (read.sheet, read.page) in self._seen:
            return self._say(number, _("This sheet was brought in twice. It stands below once."))
        self._seen.add((read.sheet, read.page))
        self._photos.sheets.append(self._sheet(read, whose))
        return None

    def _sheet(self, read: ReadAnswerSheet, whose: RegisteredPerson | None) -> ShownSheet:
        number = len(self._photos.sheets)
        first = sum(len(page.bubbles) for page in self._pages[: read.page - 1])
        rows = []
        for at, row in enumerate(read.rows):
            question = self._questions[first + at]
            chosen = None if row.is_asked else question.chosen(row.marks)
            rows.append(
                ShownRow(
                    f"{number}-{question.asked}",
                    question,
                    question.letters(chosen or _seeming(question, row)),
                    chosen is None,
                    _address(read.strips.get(at, b"")),
                )
            )
        return ShownSheet(
            number,
            whose.person if whose else "",
            whose.name if whose else "",
            rows,
            whose is not None and any(self._given.get(whose.person_id, {}).values()),
            written="" if whose else _address(read.name),
        )


def _seeming(question: SheetQuestion, row: RowReading) -> tuple[str, ...]:
    return question.chosen(row.marks) or () if question.several else ()


def _address(picture: bytes) -> str:
    return "data:image/jpeg;base64," + b64encode(picture).decode() if picture else ""


def _page(
    found: Workshop, row: WorkshopTest, shown: OneGroup[RegisteredPerson], photos: _Photos
) -> ResponseReturnValue:
    questions = rows_of(row)
    body = render_template(
        "assessments/sheets.html",
        **frame(found),
        test=row,
        title=MOMENT[Moment(row.moment)],
        shown=shown,
        questions=questions,
        left_out=len(row.questions) - len(questions),
        sheets=photos.sheets,
        problems=photos.problems,
        most=MOST_BYTES // MEGABYTE,
        most_files=MOST_FILES,
        most_blank=MOST_BLANK,
    )
    refused = bool(photos.problems) and not photos.sheets
    return body, 422 if refused or any(one.problem for one in photos.sheets) else 200


@blueprint.post("/workshops/<public_id>/tests/<test_id>/sheets/print")
@allow("assessments.hold")
def print_sheets(public_id: str, test_id: str) -> ResponseReturnValue:
    """Sheets of one group as one PDF, or blank ones."""
    found, row = own_test(public_id, test_id)
    back = url_for("assessments.sheets", public_id=public_id, test_id=test_id)
    people = _group(found).rows
    blank = request.form.get("what") == "blank"
    if blank:
        typed = request.form.get("count", "").strip()[:4]
        count = int(typed) if typed.isascii() and typed.isdigit() else 0
        if not 1 <= count <= MOST_BLANK:
            flash(_("Enter a number from 1 to %(most)s.", most=MOST_BLANK), "warn")
            return redirect(back, code=303)
        printed = [PrintedAnswerSheet(one) for one in blank_sheets(row)[:count]]
    else:
        printed = named_sheets(row, people)
    if not rows_of(row) or not printed:
        flash(_("There is nothing to print."), "warn")
        return redirect(back, code=303)
    with FlashedProblems(RenderError):
        made = sheets_of_test(found, row, printed)
        return noted(download(made, name="answer-sheets.pdf", type="application/pdf"))
    return redirect(back, code=303)


@blueprint.post("/workshops/<public_id>/tests/<test_id>/sheets/confirm")
@allow("assessments.hold")
def confirm_sheets(public_id: str, test_id: str) -> ResponseReturnValue:
    """Enter what was read and decided. Rows that nobody decided are left as they were."""
    found, row = own_test(public_id, test_id)
    shown = _group(found)
    questions = {one.asked: one for one in rows_of(row)}
    people = {one.person: one for one in shown.rows}
    sent = _sent(questions, people)
    taken: set[tuple[str, str]] = set()
    entered: list[Entered] = []
    wrong = False
    for at, one in enumerate(sent):
        problem = ""
        cells = {(one.person, line.question.asked) for line in one.rows}
        if not one.person:
            problem = _("Choose whose sheet this is.")
        elif cells & taken:
            problem = _("Another sheet here is of this person already.")
        sent[at] = ShownSheet(one.number, one.person, one.name, one.rows, problem=problem)
        wrong = wrong or bool(problem)
        taken |= cells
        entered += [
            Entered(one.person, line.question.asked, _keys(line.question, line.letters))
            for line in one.rows
            if not line.asked
        ]
    if wrong:
        return _page(found, row, shown, _Photos(sent))
    count = enter_answers(public_id, test_id, entered, "photo", current_actor()) if entered else 0
    flash(_("Answers saved: %(count)s.", count=count))
    left = sum(len(one.asked) for one in sent)
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
    questions: Mapping[str, SheetQuestion], people: Mapping[str, RegisteredPerson]
) -> list[ShownSheet]:
    """The sheets as the form sends them: `whose-<number>`, `there-<number>-<question>` for each row
    of it, and `row-<number>-<question>` for each choice, by its place; "none" for an empty row."""
    rows: dict[int, list[ShownRow]] = {}
    for field_name in request.form:
        sign, _dash, name = field_name.partition("-")
        number, _dash, asked = name.partition("-")
        if sign != "there" or asked not in questions or not number[:4].isdecimal():
            continue
        question = questions[asked]
        marks = _marks(request.form.getlist(f"row-{name}"), question)
        row = ShownRow(name, question, question.letters(marks or ()), marks is None)
        rows.setdefault(int(number[:4]), []).append(row)
    sheets = []
    for at, found in rows.items():
        whose = people.get(request.form.get(f"whose-{at}", ""))
        person, name = (whose.person, whose.name) if whose else ("", "")
        sheets.append(ShownSheet(at, person, name, found))
    return sheets


def _marks(said: Sequence[str], question: SheetQuestion) -> tuple[str, ...] | None:
    """The answer that choices by their places are; None if nothing was said, or no answer."""
    if said == ["none"]:
        return ()
    places = [str(at) for at in range(len(question.keys))]
    if not said or not set(said) <= set(places):
        return None
    return question.chosen(sorted({int(one) for one in said}))


def _keys(question: SheetQuestion, letters: str) -> tuple[str, ...]:
    return tuple(
        key for key, label in zip(question.keys, question.labels, strict=True) if label in letters
    )
