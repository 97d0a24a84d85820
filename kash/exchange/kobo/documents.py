"""Forms to download, as workbooks that KoboToolbox and its kind make forms of."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l

from kash.attendance.forms import usual_word
from kash.attendance.queries.pads import roster_given, slots_given
from kash.attendance.queries.statuses import statuses_for
from kash.exchange.kobo.queries import choice_of
from kash.exchange.kobo.rules.forms import LANGUAGES, FormChoice, FormQuestion, XlsForm, sheets_of
from kash.exchange.kobo.rules.marks import SESSION, STATUS, WORKSHOP
from kash.people import words
from kash.people.models import Group, Organisation
from kash.people.rules.persons import AGE_BANDS, MOST_NAME, SEXES
from kash.people.rules.persons import LANGUAGES as SPOKEN
from kash.platform.web.errors import Problem
from kash.workshops.models import Workshop

_SHORT = f"string-length(.) <= {MOST_NAME}"


def _in_each(text: Any) -> dict[str, str]:
    """A text in each language of a form."""
    told = {}
    for language in LANGUAGES:
        with force_locale(language):
            told[language] = str(text)
    return told


def registration_form(group: Group, organisations: Sequence[Organisation]) -> XlsForm:
    """The form by which people of a group are registered, one submission a person.

    It asks for what a list of people holds, under names that read back without a question. The
    group itself stands nowhere in it: whose phone is taken knows no more than a letter.
    """
    fitting = [one for one in organisations if one.group_id in (None, group.id)]
    questions = [
        FormQuestion(
            "name",
            _in_each(_l("Chosen name")),
            hint=_in_each(_l("As the person wishes to be called. It may be an alias.")),
            required=True,
            constraint=_SHORT,
            message=_in_each(_l("Keep it under %(most)s characters.", most=MOST_NAME)),
        ),
        FormQuestion("reference", _in_each(_l("Service or peer number"))),
        FormQuestion(
            "phone",
            _in_each(_l("Phone")),
            hint=_in_each(_l("Leave it empty if it is not safe to be called.")),
        ),
        FormQuestion("sex", _in_each(_l("Sex")), choices=_choices(SEXES, words.SEX)),
        FormQuestion(
            "age",
            _in_each(_l("Age")),
            choices=_choices([one for one in AGE_BANDS if one[0].isdigit()], words.AGE_BAND),
        ),
    ]
    if group.is_police:
        questions.append(FormQuestion("rank", _in_each(_l("Rank"))))
    else:
        questions.append(FormQuestion("ward", _in_each(_l("Ward"))))
    if fitting:
        questions.append(
            FormQuestion(
                "organisation",
                _in_each(_l("Station or collective")),
                choices=tuple(
                    FormChoice(one.public_id, dict.fromkeys(LANGUAGES, one.name)) for one in fitting
                ),
            )
        )
    questions.append(
        FormQuestion("language", _in_each(_l("Language")), choices=_choices(SPOKEN, words.LANGUAGE))
    )
    return _numbered(
        f"registration_{group.letter.lower()}", f"Registration {group.letter}", questions
    )


def attendance_form(workshop: Workshop) -> XlsForm:
    """The form by which the attendance of a workshop is taken, one submission a session.

    It goes to somebody else's server and stays there, so of a person it holds the code on her badge
    alone, and as what is answered something by which this server alone knows her place on the
    register. Raises NobodyToMark.
    """
    slots, roster = slots_given(workshop.register_id), roster_given(workshop.register_id)
    if not slots or not roster:
        raise Problem(_l("This workshop has no session yet, or nobody is on its register."))
    sessions = tuple(FormChoice(one["id"], dict.fromkeys(LANGUAGES, one["label"])) for one in slots)
    participants = tuple(
        FormChoice(choice_of(one["entry"]), dict.fromkeys(LANGUAGES, one["code"])) for one in roster
    )
    questions = [
        FormQuestion(WORKSHOP, {}, calculation=f"'{workshop.public_id}'"),
        FormQuestion(SESSION, _in_each(_l("Session")), choices=sessions, required=True),
    ]
    for status in statuses_for("workshop"):
        questions.append(
            FormQuestion(
                f"{STATUS}{status.code}",
                _usual(status.code) if not status.name else dict.fromkeys(LANGUAGES, status.name),
                choices=participants,
                list_name="participants",
                several=True,
            )
        )
    title = f"Attendance: {workshop.version.public_title}"
    return _numbered(f"attendance_{workshop.public_id}", title, questions)


def _usual(code: str) -> dict[str, str]:
    told = {}
    for language in LANGUAGES:
        with force_locale(language):
            told[language] = usual_word(code)
    return told


def _choices(values: Sequence[str], said: Mapping[str, Any]) -> tuple[FormChoice, ...]:
    return tuple(FormChoice(value, _in_each(said[value])) for value in values)


def _numbered(kind: str, title: str, questions: Sequence[FormQuestion]) -> XlsForm:
    """A form whose version is told by what it asks: the same form has the same one."""
    asked = json.dumps([repr(one) for one in questions]).encode()
    version = hashlib.sha256(asked).hexdigest()[:10]
    return XlsForm(f"kash_{kind}", title, version, tuple(questions))


def workbook_of(form: XlsForm) -> bytes:
    """A form as an XLSX file."""
    from xlsxwriter import Workbook

    out = io.BytesIO()
    book = Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    for name, rows in sheets_of(form).items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for column, text in enumerate(row):
                if text:
                    sheet.write_string(number, column, text)
    book.close()
    return out.getvalue()
