"""Forms to download, as workbooks that KoboToolbox and its kind make forms of. A form is three
sheets. Texts stand in English and Kiswahili; what is answered is kept under names and codes that
read back without a question."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l

from kash.people import words
from kash.people.models import Group, Organisation
from kash.people.rules.persons import AGE_BANDS, MOST_NAME, SEXES
from kash.people.rules.persons import LANGUAGES as SPOKEN

# Language of the texts, and how such a form calls it.
LANGUAGES: Mapping[str, str] = {"en": "English (en)", "sw": "Kiswahili (sw)"}
Texts = Mapping[str, str]
_SHORT = f"string-length(.) <= {MOST_NAME}"


@dataclass(frozen=True)
class FormQuestion:
    """One line of a form. With `choices`, names and labels, one of them is chosen."""

    name: str
    label: Texts
    hint: Texts = field(default_factory=dict)
    choices: Sequence[tuple[str, Texts]] = ()
    required: bool = False
    constraint: str = ""
    message: Texts = field(default_factory=dict)


@dataclass(frozen=True)
class XlsForm:
    """A form. `version` changes with what it asks, so that a phone notices."""

    form_id: str
    title: str
    version: str
    questions: Sequence[FormQuestion]


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
    fitting = [it for it in organisations if it.group_id in (None, group.id)]
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
            choices=_choices([band for band in AGE_BANDS if band[0].isdigit()], words.AGE_BAND),
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
                choices=[(it.public_id, dict.fromkeys(LANGUAGES, it.name)) for it in fitting],
            )
        )
    questions.append(
        FormQuestion("language", _in_each(_l("Language")), choices=_choices(SPOKEN, words.LANGUAGE))
    )
    told = json.dumps([repr(question) for question in questions]).encode()
    version = hashlib.sha256(told).hexdigest()[:10]
    letter = group.letter
    return XlsForm(
        f"kash_registration_{letter.lower()}", f"Registration {letter}", version, questions
    )


def _choices(values: Sequence[str], labels: Mapping[str, Any]) -> list[tuple[str, Texts]]:
    return [(value, _in_each(labels[value])) for value in values]


def sheets_of(form: XlsForm) -> dict[str, list[list[str]]]:
    """The sheets of a form by name, each with its headings first."""
    survey = [
        [
            *("type", "name", *_headings("label"), *_headings("hint"), "required", "constraint"),
            *_headings("constraint_message"),
        ]
    ]
    choices = [["list_name", "name", *_headings("label")]]
    for question in form.questions:
        survey.append(
            [
                f"select_one {question.name}" if question.choices else "text",
                question.name,
                *_told(question.label),
                *_told(question.hint),
                "yes" if question.required else "",
                question.constraint,
                *_told(question.message),
            ]
        )
        choices += [[question.name, name, *_told(label)] for name, label in question.choices]
    settings = [
        ["form_title", "form_id", "version", "default_language"],
        [form.title, form.form_id, form.version, LANGUAGES["en"]],
    ]
    return {"survey": survey, "choices": choices, "settings": settings}


def _headings(name: str) -> list[str]:
    return [f"{name}::{language}" for language in LANGUAGES.values()]


def _told(texts: Texts) -> list[str]:
    return [texts.get(language, "") for language in LANGUAGES]


def workbook_of(form: XlsForm) -> bytes:
    """A form as an XLSX file."""
    from xlsxwriter import Workbook

    out = io.BytesIO()
    book = Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    for name, rows in sheets_of(form).items():
        sheet = book.add_worksheet(name)
        for number, cells in enumerate(rows):
            for column, text in enumerate(cells):
                if text:
                    sheet.write_string(number, column, text)
    book.close()
    return out.getvalue()
