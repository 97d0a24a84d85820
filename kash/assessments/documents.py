"""Answer sheets of a test as the press sets them."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _

from kash.assessments.forms import MOMENT
from kash.assessments.models import WorkshopTest
from kash.assessments.queries import RegisteredPerson, person_sheet, questions_of
from kash.assessments.rules.bank import SheetQuestion, sheet_questions
from kash.assessments.rules.results import Moment
from kash.assessments.sheets.markup import BubbleRow, PrintedAnswerSheet, answer_sheets
from kash.assessments.sheets.reading import sheet_wording
from kash.attendance.rules.registers import badge_shown
from kash.platform.web.formats import date_text
from kash.platform.web.programme import programme_languages
from kash.workshops.models import Workshop


def rows_of(test: WorkshopTest) -> list[SheetQuestion]:
    """The questions of a test that stand on its sheets, as rows."""
    return sheet_questions([(asked.public_id, value) for asked, value in questions_of(test)])


def named_sheets(
    test: WorkshopTest, people: Sequence[RegisteredPerson]
) -> list[PrintedAnswerSheet]:
    """A sheet for each of these people, with name and badge."""
    return [
        PrintedAnswerSheet(person_sheet(test, person.entry), person.name, badge_shown(person.entry))
        for person in people
    ]


def sheets_of_test(
    found: Workshop, test: WorkshopTest, printed: Sequence[PrintedAnswerSheet]
) -> bytes:
    """These sheets as one PDF, in the programme's languages. Raises RenderError, and ValueError if
    the test has no row for them."""
    languages = programme_languages()
    title = found.version.public_title
    line = f"{MOMENT[Moment(test.moment)]} · {date_text(found.starts_on)}"
    return answer_sheets(
        [BubbleRow(row_of_sheet.number, row_of_sheet.labels) for row_of_sheet in rows_of(test)],
        printed,
        sheet_wording(title, line, languages),
        file_title=_("Answer sheets: %(title)s", title=title),
        language=languages[0],
    )
