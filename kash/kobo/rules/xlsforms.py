"""XLSForms: what KoboToolbox and other tools of its kind make a form of.

A form is three sheets. Texts stand in English and Kiswahili; what is answered is kept under names
and codes that read back without a question.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

# Language of the texts, and how such a form calls it.
LANGUAGES: Mapping[str, str] = {"en": "English (en)", "sw": "Kiswahili (sw)"}

Texts = Mapping[str, str]
Sheet = list[list[str]]


@dataclass(frozen=True)
class FormChoice:
    """One answer that can be chosen."""

    name: str
    label: Texts


@dataclass(frozen=True)
class FormQuestion:
    """One line of a form. With `choices` one of them is chosen, or with `several` any number. A
    `calculation` asks nothing: it is told with every submission."""

    name: str
    label: Texts
    kind: str = "text"
    hint: Texts = field(default_factory=dict)
    choices: tuple[FormChoice, ...] = ()
    list_name: str = ""
    several: bool = False
    required: bool = False
    constraint: str = ""
    message: Texts = field(default_factory=dict)
    calculation: str = ""

    @property
    def type(self) -> str:
        """The type as a form writes it."""
        if self.calculation:
            return "calculate"
        if not self.choices:
            return self.kind
        return f"{'select_multiple' if self.several else 'select_one'} {self.choices_list}"

    @property
    def choices_list(self) -> str:
        """Name of the list of its choices, which questions may share."""
        return self.list_name or self.name


@dataclass(frozen=True)
class XlsForm:
    """A form. `version` changes with what it asks, so that a phone notices; with `public_key`
    whatever is answered is encrypted on the phone."""

    form_id: str
    title: str
    version: str
    questions: tuple[FormQuestion, ...]
    public_key: str = ""


def sheets_of(form: XlsForm) -> dict[str, Sheet]:
    """The sheets of a form by name, each with its headings first."""
    return {
        "survey": _survey(form.questions),
        "choices": _choices(form.questions),
        "settings": _settings(form),
    }


def _survey(questions: Sequence[FormQuestion]) -> Sheet:
    # What asks nothing of anybody, and is left out of forms, would only tell of the phone.
    head = ["type", "name", *_headings("label"), *_headings("hint"), "required", "constraint"]
    head += [*_headings("constraint_message"), "calculation"]
    return [head] + [
        [
            question.type,
            question.name,
            *_told(question.label),
            *_told(question.hint),
            "yes" if question.required else "",
            question.constraint,
            *_told(question.message),
            question.calculation,
        ]
        for question in questions
    ]


def _choices(questions: Sequence[FormQuestion]) -> Sheet:
    lists = {question.choices_list: question.choices for question in questions if question.choices}
    return [["list_name", "name", *_headings("label")]] + [
        [name, choice.name, *_told(choice.label)]
        for name, choices in lists.items()
        for choice in choices
    ]


def _settings(form: XlsForm) -> Sheet:
    head = ["form_title", "form_id", "version", "default_language"]
    values = [form.title, form.form_id, form.version, LANGUAGES["en"]]
    if form.public_key:
        head.append("public_key")
        values.append(form.public_key)
    return [head, values]


def _headings(name: str) -> list[str]:
    return [f"{name}::{language}" for language in LANGUAGES.values()]


def _told(texts: Texts) -> list[str]:
    return [texts.get(language, "") for language in LANGUAGES]
