"""What fields take, in which form they hand it on, and what they say to anything else."""

import warnings
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from wtforms import Form, StringField

from kash.platform.web.bodies import CONTROL_CHARACTERS
from kash.platform.web.fields import (
    DayField,
    MomentField,
    PhoneField,
    RowsField,
    SeveralField,
    TimeOfDayField,
)
from kash.platform.web.forms import (
    KashForm,
    choice_field,
    email_field,
    long_text_field,
    password_field,
    radio_field,
    required,
    text_field,
    whole_number_field,
)


class Everything(KashForm):
    """One field of each kind."""

    title = text_field("Title", most=20)
    story = long_text_field("Story", most=50)
    password = password_field("Password")
    email = email_field("E-mail", required=False)
    phone = PhoneField("Phone")
    day = DayField("Day")
    clock = TimeOfDayField("Time")
    moment = MomentField("Moment")
    number = whole_number_field("Number", least=1, most=31, required=False)
    one = choice_field("One", [("", "–"), ("a", "A"), ("b", "B")], required=False)
    radio = radio_field("Radio", [("a", "A"), ("b", "B")], required=False)
    several = SeveralField("Several", choices=[("a", "A"), ("b", "B")], coerce=str)


GOOD = {"title": "Kisumu", "password": " spaces stay "}


@pytest.fixture
def context(app):
    with app.test_request_context(method="POST"):
        yield


def _form(**given: Any) -> Everything:
    form = Everything(MultiDict({**GOOD, **given}))
    form.validate()
    return form


def test_good_values_arrive_in_one_form(context):
    form = _form(
        title="  Cafe\u0301 ",
        story=" one\r\ntwo\rthree ",
        email=" Amina.W@Example.ORG ",
        phone="0712 345 678",
        day="2026-11-16",
        clock="8:30:59",
        moment="2026-11-16T08:30",
        number=" 31 ",
        one="a",
        radio="b",
        several=["a", "b"],
    )
    assert form.errors == {}
    assert {name: value for name, value in form.data.items() if name != "csrf_token"} == {
        "title": "Café",
        "story": "one\ntwo\nthree",
        "password": " spaces stay ",
        "email": "amina.w@example.org",
        "phone": "+254712345678",
        "day": date(2026, 11, 16),
        "clock": time(8, 30),
        "moment": datetime(2026, 11, 16, 5, 30, tzinfo=UTC),
        "number": 31,
        "one": "a",
        "radio": "b",
        "several": ["a", "b"],
    }


def test_what_is_optional_may_be_empty(context):
    form = _form(email="", phone=" ", day="", clock=" ", moment="", number="", one="", story="")
    assert form.errors == {}
    assert (form.phone.data, form.day.data, form.clock.data, form.moment.data) == (None,) * 4
    assert (form.number.data, form.radio.data, form.several.data) == (None, None, [])


LINE = "This must be on one line."
UNSHOWN = "This holds characters that cannot be shown. Type it again."


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("title", "", "Enter this."),
        ("title", " \t ", "Enter this."),
        ("title", "x" * 21, "Use at most 20 characters."),
        ("title", "a\nb", LINE),
        ("title", "a\x1bb", UNSHOWN),
        ("title", "a\ud800b", UNSHOWN),
        ("story", "a\x07b", UNSHOWN),
        ("story", "x" * 51, "Use at most 50 characters."),
        ("password", "", "Enter this."),
        ("email", "amina@", "This is not an e-mail address. It looks like name@example.org."),
        ("email", "a." * 100_000, "Use at most 254 characters."),
        ("phone", "12", "This is not a phone number. It looks like 0712 345 678."),
        ("phone", "9" * 500, "This is not a phone number. It looks like 0712 345 678."),
        ("phone", "call me", "This is not a phone number. It looks like 0712 345 678."),
        ("day", "16/11/2026", "This is not a day. It looks like 2026-11-16."),
        ("day", "2026-02-30", "This is not a day. It looks like 2026-11-16."),
        ("day", "0001-01-01", "This is not a day. It looks like 2026-11-16."),
        ("clock", "25:00", "This is not a time. It looks like 08:30."),
        ("clock", "8", "This is not a time. It looks like 08:30."),
        ("clock", "٨:30", "This is not a time. It looks like 08:30."),
        ("moment", "x", "This is not a day and time. It looks like 2026-11-16 08:30."),
        (
            "moment",
            "9999-12-31T23:59",
            "This is not a day and time. It looks like 2026-11-16 08:30.",
        ),
        ("number", "1_0", "This must be a whole number."),
        ("number", "٣", "This must be a whole number."),
        ("number", "9" * 400, "This must be a whole number."),
        ("number", "1.5", "This must be a whole number."),
        ("number", "0", "Use a number from 1 to 31."),
        ("number", "32", "Use a number from 1 to 31."),
        ("one", "c", "Choose one from the list."),
        ("radio", "c", "Choose one from the list."),
        ("several", ["a", "c"], "Choose from the list."),
    ],
)
def test_what_is_wrong_is_said_once_and_kept(context, field, value, sentence):
    form = _form(**{field: value})
    assert form.errors == {field: [sentence]}
    if field in ("phone", "day", "clock", "moment", "number", "email") and value.strip():
        drawn = form[field]()
        assert f'value="{value}"' in drawn


texts = st.text(st.characters(codec=None, exclude_categories=()), max_size=60)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.sampled_from([name for name in Everything.__dict__ if not name.startswith("_")]),
        st.one_of(texts, st.lists(texts, max_size=3)),
    )
)
def test_no_input_breaks_a_form(context, given_values):
    form = _form(**given_values)
    assert str(form["title"]())
    for field in form:
        assert isinstance(field.errors, list)
        if not form.errors and isinstance(field.data, str) and field.name != "password":
            assert not CONTROL_CHARACTERS.search(field.data)


def test_a_rule_of_its_own_comes_after_presence(context):
    def refuse(_form: Any, field: Any) -> None:
        raise AssertionError("asked about nothing")

    class Ruled(KashForm):
        title = text_field("Title", validators=[refuse])
        note = text_field("Note", required=False, validators=[refuse])
        ticks = SeveralField("Ticks", choices=[("a", "A")], validators=[required("Tick one.")])

    form = Ruled(MultiDict({"title": " "}))
    form.validate()
    assert form.errors == {"title": ["Enter this."], "ticks": ["Tick one."]}


def test_choices_are_offered_as_pairs_and_taken_as_the_library_wants_them(app):
    class Offering(KashForm):
        one = choice_field("One", [("a", "A"), ("b", "B")])
        grouped = choice_field("Grouped", required=False)
        several = SeveralField("Several", choices=[("a", "A")])

    with app.test_request_context(method="POST", data={"one": "b", "grouped": "y", "several": "a"}):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            form = Offering()
            form.grouped.choices = {"First": [("x", "X")], "Second": [("y", "Y")]}
            drawn = str(form.grouped())
        assert form.validate()
    assert (form.one.data, form.grouped.data, form.several.data) == ("b", "y", ["a"])
    assert [part for part in ('label="First"', 'label="Second"') if part in drawn] == [
        'label="First"',
        'label="Second"',
    ]


class Listed(Form):
    """Rows of one text each."""

    rows = RowsField(StringField("Row"), max_entries=5)


def test_a_row_whose_number_is_none_is_passed_over_and_breaks_nothing():
    sent = {"rows-0": "a", "rows-²": "b", "rows-" + "9" * 5000: "c", "rows--1": "d", "3-x": "e"}
    assert Listed(MultiDict(sent)).rows.data == ["a"]
