"""The page on which one question is written in all its languages. Forms of tests. Words for what
the rules of this room name. The page on which it is typed in what changed in somebody's practice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms.validators import ValidationError

from kash.assessments.queries import BankRow
from kash.assessments.rules.bank import (
    FALSE,
    TRUE,
    BankQuestion,
    ItemVerdict,
    choices,
    next_key,
    placed_letter,
    true_false,
)
from kash.assessments.rules.results import (
    ADVISED_OPTIONS,
    KNOWLEDGE,
    LEAST_MINUTES,
    LONGEST_OPTION,
    LONGEST_QUESTION,
    LONGEST_TOLD,
    MOST_MINUTES,
    MOST_OPTIONS,
    NOT_SURE,
    WITH_OPTIONS,
    AnsweringState,
    Moment,
    Often,
    Option,
    QuestionKind,
    Teller,
)
from kash.assessments.services.bank import TOLD_FROM_ABOVE
from kash.assessments.services.tests import Telling
from kash.platform.web import KashForm
from kash.platform.web.fields import NewIdField, SeveralField
from kash.platform.web.forms import (
    BooleanField,
    choice_field,
    long_text_field,
    radio_field,
    whole_number_field,
)
from kash.platform.web.programme import LANGUAGES
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
            return true_false(self["right"].data == TRUE)
        keys = list(before.keys) if before is not None else []
        options: list[Option] = []
        for place in range(self.places):
            key = keys[place] if place < len(keys) else ""
            texts = {code: words for code in self.languages if (words := self._said(place, code))}
            if texts:
                options.append(Option(key, bool(self[f"right_{place}"].data), texts))
        used = set(keys)
        for at, option in enumerate(options):
            if not option.key:
                options[at] = replace(option, key=next_key(used))
                used.add(options[at].key)
        return tuple(options)

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
    filled: type[BankQuestionForm] = type("BankQuestionForm", (BankQuestionForm,), fields)
    form = filled(data=values)
    if row is not None and form.row_version.raw_data is None:
        form.show_row_version(row.row_version)
    offered = dict(objectives)
    if before is not None and before.objective and before.objective not in offered:
        # Of a version that is written no more: it stays tied to it.
        offered[before.objective] = _("An objective of an earlier version")
    form.objective.choices = [("", _("None of them")), *offered.items()]
    return form


def _places(kind: QuestionKind, before: BankQuestion | None, wanted: int) -> int:
    if kind not in WITH_OPTIONS:
        return 0
    there = len(before.options) if before is not None else 0
    return min(MOST_OPTIONS, max(ADVISED_OPTIONS, there, wanted))


class MakeForm(KashForm):
    """The questions that a test asks."""

    questions = SeveralField(_l("Questions"))


class OpenTestForm(KashForm):
    """For how long phones may answer."""

    minutes = whole_number_field(
        _l("Minutes until it closes"), least=LEAST_MINUTES, most=MOST_MINUTES
    )


class SourceForm(KashForm):
    """Where the answers that are typed in come from."""

    source = choice_field(
        _l("Where they come from"),
        choices=[("paper", _l("From paper")), ("read_aloud", _l("Told aloud, one by one"))],
    )


KIND: Mapping[QuestionKind, Any] = {
    QuestionKind.SINGLE: _l("One right choice"),
    QuestionKind.MULTIPLE: _l("Several right choices"),
    QuestionKind.TRUE_FALSE: _l("True or false"),
    QuestionKind.SCALE: _l("Scale of five"),
    QuestionKind.SHORT_TEXT: _l("Own words"),
}
KIND_HELP: Mapping[QuestionKind, Any] = {
    QuestionKind.SINGLE: _l("Best for most people: short to read, and one tap answers it."),
    QuestionKind.MULTIPLE: _l(
        "Hard for people who read slowly. Two questions with one choice often do."
    ),
    QuestionKind.TRUE_FALSE: _l(
        "Half of those who do not know guess right. “Not sure” is always offered."
    ),
    QuestionKind.SCALE: _l(
        "For attitudes and confidence. It has no right answer and stands in no gain."
    ),
    QuestionKind.SHORT_TEXT: _l("Read by the trainer, and scored by nobody."),
}
MOMENT: Mapping[str, Any] = {
    Moment.BEFORE: _l("Before the workshop"),
    Moment.AFTER: _l("After the workshop"),
    Moment.FOLLOW_UP: _l("Three months later"),
}
STAND: Mapping[AnsweringState, Any] = {
    AnsweringState.NOT_OPENED: _l("Not opened for phones"),
    AnsweringState.OPEN: _l("Open"),
    AnsweringState.CLOSED: _l("Closed"),
}
STAND_TONE: Mapping[AnsweringState, str] = {
    AnsweringState.NOT_OPENED: "",
    AnsweringState.OPEN: "live",
    AnsweringState.CLOSED: "good",
}
SCALE = (_l("Not at all"), _l("A little"), _l("Partly"), _l("Mostly"), _l("Fully"))
OFTEN: Mapping[Often, Any] = {
    Often.NEVER: _l("Never"),
    Often.ONCE: _l("Once"),
    Often.SEVERAL: _l("Several times"),
    Often.NO_OCCASION: _l("No occasion for it"),
}
TELLER: Mapping[Teller, Any] = {
    Teller.HERSELF: _l("They themselves"),
    Teller.PEER: _l("A peer"),
    Teller.MENTOR: _l("The programme’s mentor"),
}
NOT_SURE_WORDS = _l("Not sure")
TRUE_WORD, FALSE_WORD = _l("True"), _l("False")
VERDICT: Mapping[ItemVerdict, Any] = {
    ItemVerdict.TOO_FEW: _l("Too few answers to say anything: ten are needed."),
    ItemVerdict.NEARLY_ALL_KNOW: _l("Nearly everybody knows this."),
    ItemVerdict.HARDLY_ANY_KNOW: _l(
        "Hardly anybody knows this: check the question, and the session."
    ),
    ItemVerdict.MISSED_BY_KNOWERS: _l("Most who knew the rest missed this one: check it."),
    ItemVerdict.TELLS_LITTLE: _l(
        "People who knew the rest did no better here than others: look at its wording."
    ),
    ItemVerdict.USEFUL: _l("People who knew the rest mostly knew this: it tells well."),
    ItemVerdict.NOTHING_ODD: _l("Nothing odd so far."),
}


def choices_of(question: BankQuestion, language: str) -> list[tuple[str, str, str]]:
    """The choices of a question as screen and paper show them: (key, letter, text), without "not
    sure". None for own words."""
    true_false_words = str(TRUE_WORD), str(FALSE_WORD)
    return choices(question, language, [str(word) for word in SCALE], true_false_words)


def text_of(question: BankQuestion, language: str) -> str:
    """Text that it asks in a language, or else in its first one."""
    return question.texts.get(language) or question.text


def practice_question(objective: str) -> str:
    """The question about the practice of an objective."""
    return _("In the last month, how often did you do this? %(objective)s", objective=objective)


def practice_words_question() -> str:
    """The question for words about practice; it asks for no names."""
    return _(
        "What do you do in another way since the workshop? Name nobody: no colleague, nobody of"
        " the community, no number."
    )


def offers_not_sure(question: BankQuestion) -> bool:
    """True if "not sure" stands under it."""
    return question.kind in KNOWLEDGE


def answer_words(question: BankQuestion, chosen: frozenset[str], language: str) -> str:
    """The letters of what was chosen, as they are typed in from paper."""
    if NOT_SURE in chosen:
        return NOT_SURE
    letters = [letter for key, letter, _text in choices_of(question, language) if key in chosen]
    return "".join(letters)


# Offered so that the person who types it in says so, and is told why not.
ABOVE = "above"


class PracticeForm(KashForm):
    """Form of who told it, and words. `practice_form` adds a field for each objective."""

    told_by = radio_field(
        _l("Who told it"),
        choices=[
            *((str(teller), TELLER[teller]) for teller in Teller),
            (ABOVE, _l("Somebody above them at work or in rank")),
        ],
    )
    teller = choice_field(_l("If it was a peer of this workshop: who"), required=False)
    text = long_text_field(
        _l("What they do in another way since, in words"),
        most=LONGEST_TOLD,
        rows=3,
        required=False,
        description=_l(
            "Name nobody, least of all somebody of the community to the police: no name, no"
            " nickname, no number. No police account can read this."
        ),
    )
    names_nobody = BooleanField(_l("Nobody is named in it"))

    objectives: Mapping[str, str] = {}

    def validate_told_by(self, field: Any) -> None:
        """Refuse a teller who says that she is above the person."""
        if field.data == ABOVE:
            raise ValidationError(str(TOLD_FROM_ABOVE))

    def telling(self) -> Telling:
        """The telling as it was typed."""
        teller = Teller(self.told_by.data)
        return Telling(
            teller,
            {
                lineage: Often(often)
                for lineage in self.objectives
                if (often := self[f"often_{lineage}"].data)
            },
            self.text.data or "",
            (self.teller.data or "") if teller is Teller.PEER else "",
        )

    @property
    def often(self) -> list[Any]:
        """The fields of the objectives."""
        return [self[f"often_{lineage}"] for lineage in self.objectives]


def practice_form(
    objectives: Mapping[str, str], peers: Sequence[tuple[str, str]], values: Mapping[str, str]
) -> PracticeForm:
    """A form about somebody's practice of these objectives (texts by lineage); `values` are what
    is there already, by the names of fields."""
    fields: dict[str, Any] = {"objectives": objectives} | {
        f"often_{lineage}": radio_field(
            text, choices=[(str(often), OFTEN[often]) for often in Often], required=False
        )
        for lineage, text in objectives.items()
    }
    filled: type[PracticeForm] = type("PracticeForm", (PracticeForm,), fields)
    form = filled(data=dict(values))
    form.teller.choices = [("", _l("Somebody else, not above them")), *peers]
    return form
