"""The page on which one question is written in all its languages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField

from kash.assessments.queries.bank import BankRow
from kash.assessments.rules.bank import FALSE, TRUE, BankQuestion, next_key, placed_letter
from kash.assessments.rules.scoring import (
    ADVISED_OPTIONS,
    LONGEST_OPTION,
    LONGEST_QUESTION,
    MOST_OPTIONS,
    WITH_OPTIONS,
    Option,
    QuestionKind,
)
from kash.platform.web import KashForm
from kash.platform.web.forms import (
    BooleanField,
    NewIdField,
    choice_field,
    long_text_field,
    radio_field,
)
from kash.platform.web.language import LANGUAGES
from kash.platform.web.row_versions import RowVersionForm


class BringQuestionsForm(KashForm):
    """A file of questions."""

    file = FileField(_l("Moodle XML file"))


class BankQuestionForm(RowVersionForm):
    """A question of any kind. `question_form` adds the fields of each language and choice. `key`
    makes the same form, sent twice, add one question."""

    key = NewIdField()
    objective = choice_field(_l("Objective that it asks about"), required=False)

    languages: Sequence[str] = ()
    places: int = 0

    def question(self, kind: QuestionKind, before: BankQuestion | None) -> BankQuestion:
        """The question as it was typed; `before` is how it stands, whose keys stay."""
        texts = {code: self[f"text_{code}"].data or "" for code in self.languages}
        return BankQuestion(
            kind,
            self.languages[0],
            {code: text for code, text in texts.items() if text},
            self._options(kind, before),
            self.objective.data or "",
            before.lineage if before is not None else "",
        )

    def _options(self, kind: QuestionKind, before: BankQuestion | None) -> tuple[Option, ...]:
        if kind is QuestionKind.TRUE_FALSE:
            right = self["right"].data
            return (Option(TRUE, right == TRUE, {}), Option(FALSE, right == FALSE, {}))
        keys = list(before.keys) if before is not None else []
        made: list[Option] = []
        for place in range(self.places):
            key = keys[place] if place < len(keys) else ""
            texts = {code: said for code in self.languages if (said := self._said(place, code))}
            if texts:
                made.append(Option(key, bool(self[f"right_{place}"].data), texts))
        used = set(keys)
        for at, option in enumerate(made):
            if not option.key:
                made[at] = replace(option, key=next_key(used))
                used.add(made[at].key)
        return tuple(made)

    def _option(self, place: int, code: str) -> Any:
        return self[f"option_{place}_{code}"]

    def _said(self, place: int, code: str) -> str:
        """A choice in one line: it is typed in a box in which long ones can be read."""
        return " ".join((self._option(place, code).data or "").split())

    @property
    def fitting(self) -> list[str]:
        """Languages whose translation was found to fit the new words."""
        return [code for code in self.languages[1:] if getattr(self[f"fits_{code}"], "data", False)]

    def rows(self, code: str) -> list[tuple[Any, Any]]:
        """The fields of the choices in a language, each with its tick for the right one."""
        return [(self._option(place, code), self[f"right_{place}"]) for place in range(self.places)]


def question_form(
    kind: QuestionKind,
    languages: Sequence[str],
    objectives: Sequence[tuple[str, str]],
    row: BankRow | None = None,
    wanted: int = 0,
) -> BankQuestionForm:
    """A form for a question of this kind in these languages, the first of which it is written in,
    filled from how it stands."""
    before = row.question if row is not None else None
    places = _places(kind, before, wanted)
    fields: dict[str, Any] = {"languages": tuple(languages), "places": places}
    values: dict[str, Any] = {"objective": before.objective if before is not None else ""}
    for code in languages:
        name = LANGUAGES.get(code, code)
        needed = code == languages[0]
        fields[f"text_{code}"] = long_text_field(
            _l("Question (%(language)s)", language=name),
            most=LONGEST_QUESTION,
            rows=2,
            required=needed,
        )
        values[f"text_{code}"] = before.texts.get(code, "") if before is not None else ""
        for place in range(places):
            fields[f"option_{place}_{code}"] = long_text_field(
                _l("Choice %(letter)s (%(language)s)", letter=placed_letter(place), language=name),
                most=LONGEST_OPTION,
                rows=2,
                required=False,
            )
            if before is not None and place < len(before.options):
                values[f"option_{place}_{code}"] = before.options[place].texts.get(code, "")
        if not needed:
            fields[f"fits_{code}"] = BooleanField(_l("It still fits the words above"))
    for place in range(places):
        fields[f"right_{place}"] = BooleanField(
            _l("%(letter)s is right", letter=placed_letter(place))
        )
        if before is not None and place < len(before.options):
            values[f"right_{place}"] = before.options[place].right
    if kind is QuestionKind.TRUE_FALSE:
        fields["right"] = radio_field(
            _l("What is right"), choices=[(TRUE, _l("True")), (FALSE, _l("False"))]
        )
        values["right"] = next(iter(before.right), None) if before is not None else None
    made: type[BankQuestionForm] = type("BankQuestionForm", (BankQuestionForm,), fields)
    form = made(data=values)
    if row is not None and form.row_version.raw_data is None:
        form.show_row_version(row.row_version)
    known = dict(objectives)
    if before is not None and before.objective and before.objective not in known:
        # Of a version that is written no more: it stays tied to it.
        known[before.objective] = _("An objective of an earlier version")
    form.objective.choices = [("", _("None of them")), *known.items()]
    return form


def _places(kind: QuestionKind, before: BankQuestion | None, wanted: int) -> int:
    if kind not in WITH_OPTIONS:
        return 0
    there = len(before.options) if before is not None else 0
    return min(MOST_OPTIONS, max(ADVISED_OPTIONS, there, wanted))
