"""What a form fills, and where it shows what stood in the way."""

import ast
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

import pytest
from flask import get_flashed_messages
from flask_babel import force_locale
from werkzeug.datastructures import MultiDict

from kash.platform.press import RenderError
from kash.platform.web.commands import CaughtProblem, FlashedProblems
from kash.platform.web.errors import ChangedMeanwhile, NotFound, Problem, one_or_404
from kash.platform.web.fields import DayField, HiddenField, SeveralField
from kash.platform.web.forms import (
    BooleanField,
    KashForm,
    choice_field,
    required,
    text_field,
    whole_number_field,
)
from kash.platform.web.pages import page
from kash.platform.web.plain_tables import PlainTable
from kash.platform.web.row_versions import RowVersionForm
from tools.house.modules import modules_below

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Place:
    """A place as it is told to a service."""

    name: str
    opened_on: date
    note: str = "-"
    nickname: str | None = "-"
    seats: int | None = -1
    safe: bool = True
    languages: Sequence[str] = ("-",)
    made_by: str = "the programme"


class PlaceForm(RowVersionForm):
    """A place as it is entered; `again` has to be told together with the name."""

    name = text_field("Name")
    opened_on = DayField("Opened on", validators=[required()])
    note = text_field("Note", required=False)
    nickname = text_field("Nickname", required=False)
    seats = whole_number_field("Seats", required=False)
    safe = BooleanField("Safe")
    languages = SeveralField("Languages", choices=[("en", "English"), ("sw", "Kiswahili")])
    kind = choice_field("Kind", [("", "–"), ("hall", "Hall")], required=False)
    token = HiddenField()

    def check_together(self) -> None:
        """No place is called as its note."""
        if self.name.data == self.note.data:
            self.mark_wrong(self.note, "Say something else.")


class NameTaken(Problem):
    """A name is there already."""

    field = "name"
    sentence = "There is one already."


class NotToday(Problem):
    """Nothing is taken today; no field is about that."""

    field = ""
    sentence = "Not today."


class Elsewhere(Problem):
    """It is about a field that this form doesn't have."""

    field = "elsewhere"
    sentence = "There is no such thing elsewhere."


class Closed(Problem):
    """It is about no form."""

    status: ClassVar[int] = 409
    sentence = "Closed."


GOOD = {"name": "Hall B", "opened_on": "2026-11-16", "row_version": "3"}


@pytest.fixture(autouse=True)
def context(app):
    with app.test_request_context(method="POST"):
        yield


def _form(**entered: Any) -> PlaceForm:
    return PlaceForm(MultiDict({**GOOD, **entered}))


def _stopped_by(problem: Exception, form: PlaceForm, *whole: Any, **beside: Any) -> None:
    with form.showing_problems(*whole, **beside):
        raise problem


def test_a_command_takes_what_was_entered_under_the_names_of_its_fields():
    form = _form(note="By the lake", nickname="B", seats="40", safe="y", languages=["sw", "en"])
    assert form.validate()
    assert form.command(Place) == Place(
        "Hall B", date(2026, 11, 16), "By the lake", "B", 40, True, ["sw", "en"], "the programme"
    )


def test_what_was_left_empty_is_as_the_command_says_and_never_its_default():
    form = _form()
    assert form.validate()
    assert form.command(Place, made_by="Amina") == Place(
        "Hall B", date(2026, 11, 16), "", None, None, False, [], "Amina"
    )


def test_what_was_given_goes_before_what_was_entered():
    assert _form().command(Place, name="Hall C").name == "Hall C"


def test_a_command_is_not_made_up_of_what_is_missing():
    with pytest.raises(ValueError, match=r"Place\.opened_on"):
        _form(opened_on="").command(Place)


def test_text_choices_and_ticks_that_were_not_sent_are_empty_and_not_nothing():
    form = PlaceForm(MultiDict({"opened_on": "2026-11-16"}), data={"note": None, "kind": None})
    assert (form.name.data, form.note.data, form.kind.data, form.token.data) == ("", "", "", "")
    assert form.languages.data == []


def test_what_no_field_can_tell_alone_makes_the_form_wrong():
    form = _form(note="Hall B")
    assert not form.validate()
    assert form.errors == {"note": ["Say something else."]}


def test_a_problem_stands_beside_its_field_and_what_was_typed_stays():
    form = _form()
    assert form.validate()
    _stopped_by(NameTaken(), form)
    assert form.errors == {"name": ["There is one already."]}
    assert form.name.data == "Hall B"
    assert isinstance(form.problem, NameTaken)


@pytest.mark.parametrize("problem", [NotToday(), Elsewhere()])
def test_a_problem_without_a_field_here_stands_over_the_form(problem):
    form = _form()
    assert form.validate()
    _stopped_by(problem, form)
    assert form.errors == {"": [str(problem)]}


@pytest.mark.parametrize("problem", [Closed(), NotFound(), ValueError("1 2 3")])
def test_what_belongs_to_no_form_goes_on(problem):
    form = _form()
    with pytest.raises(type(problem)):
        _stopped_by(problem, form)
    assert form.problem is None


def test_a_block_says_where_other_exceptions_and_other_fields_are_shown():
    form = _form()
    assert form.validate()
    _stopped_by(ValueError("Too small."), form, seats=ValueError)
    _stopped_by(NameTaken(), form, note=(NameTaken, Closed))
    _stopped_by(Closed(), form, Closed)
    assert form.errors == {
        "seats": ["Too small."],
        "note": ["There is one already."],
        "": ["Closed."],
    }


def test_a_block_that_went_well_shows_nothing():
    form = _form()
    assert form.validate()
    with form.showing_problems():
        made = form.command(Place).name
    assert (made, form.errors, form.problem) == ("Hall B", {}, None)


def test_the_slower_of_two_reads_what_differs_and_may_save_again():
    form = _form(note="By the lake", seats="40", kind="hall", row_version="3")
    assert form.validate()
    assert (form.row_version_shown, form.changed_meanwhile) == (3, False)
    _stopped_by(ChangedMeanwhile(), form)
    assert form.changed_meanwhile
    assert form.errors == {}
    form.compare(
        {"name": "Hall B", "note": "", "seats": 60, "kind": "", "safe": True, "row_version": 4}
    )
    assert form.saved_meanwhile == [("Note", "–"), ("Seats", "60"), ("Kind", "–"), ("Safe", "✓")]
    assert 'value="4"' in form.row_version()
    assert form.row_version_shown == 4


def test_a_form_that_knows_no_row_version_passes_the_lock_on():
    class Plain(KashForm):
        """A form of something that is written once."""

    form = Plain(MultiDict())
    with pytest.raises(ChangedMeanwhile), form.showing_problems():
        raise ChangedMeanwhile


@pytest.mark.parametrize("text", ["", "x", "-1", "٣", "1234567890", None])
def test_a_row_version_that_cannot_be_read_fits_nothing(text):
    form = _form(row_version=text) if text is not None else PlaceForm(MultiDict())
    assert form.row_version_shown == 0


def test_the_page_of_a_form_that_was_too_late_answers_409():
    form = _form()
    _stopped_by(ChangedMeanwhile(), form)
    assert page("address.html", form=form)[1] == 409


def test_a_button_alone_tells_what_stood_in_the_way_on_the_next_page():
    with FlashedProblems(NameTaken, NotToday, tone="warn"):
        raise NotToday
    assert get_flashed_messages(with_categories=True) == [("warn", "Not today.")]
    with pytest.raises(Closed), FlashedProblems(NameTaken):
        raise Closed


def test_a_page_tells_what_stood_in_the_way_of_what_no_form_asks_for():
    with CaughtProblem(NameTaken, NotToday) as caught:
        raise NotToday
    assert (type(caught.problem), caught.sentence) == (NotToday, "Not today.")
    assert caught.problem.__traceback__ is None
    with pytest.raises(Closed), CaughtProblem(NameTaken):
        raise Closed


def test_paper_that_was_not_made_is_told_in_the_language_of_the_page():
    with force_locale("sw"), FlashedProblems(RenderError):
        raise RenderError
    assert get_flashed_messages(with_categories=True) == [("bad", "Faili haikuweza kutengenezwa.")]


def _all_of(kind: type[Any]) -> Iterator[type[Any]]:
    for each in kind.__subclasses__():
        if each.__module__.startswith("kash."):
            yield each
        yield from _all_of(each)


def test_every_problem_names_a_field_that_there_is():
    """A mistyped name would put the sentence over the form, far from what is to be mended."""
    fields = {name for form in _all_of(KashForm) for name in dir(form) if _is_field(form, name)}
    # The form of a plain table is made once its page is asked for.
    for module in [each for name, each in sys.modules.items() if name.startswith("kash.")]:
        tables = [each for each in vars(module).values() if isinstance(each, PlainTable)]
        fields.update(*(table.fields for table in tables))
    named = {
        f"{each.__module__}.{each.__name__}": each.field for each in _all_of(Problem) if each.field
    }
    for module in modules_below(ROOT, "kash"):
        for node in ast.walk(module.tree):
            match node:
                case ast.keyword(arg="field", value=ast.Constant(value=str() as field)) if field:
                    named[f"{module.name}:{node.value.lineno}"] = field
    assert len(named) > 40
    assert {name: field for name, field in named.items() if field not in fields} == {}


def _is_field(form: type[Any], name: str) -> bool:
    return hasattr(getattr(form, name, None), "_formfield")


def test_nothing_found_is_not_found():
    assert one_or_404(0) == 0
    with pytest.raises(NotFound):
        one_or_404(None)
