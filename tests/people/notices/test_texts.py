"""A text that may not go out is refused beside its field; what goes is one SMS and tells little."""

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from kash.people.notices.models import MessageText, message_kinds
from kash.people.notices.queries import house_wording
from kash.people.notices.rules import (
    TextFault,
    TextWrong,
    cut,
    fault_of,
    filled,
    sms_length,
    sms_value,
)
from kash.platform.database import db
from kash.platform.messages.rules import Channel, in_alphabet, is_one_sms, septets, strange_signs
from kash.platform.web.programme import LANGUAGES
from tests.conftest import csrf_token
from tests.people.notices.conftest import TOLD

LENGTHS = {"title": 40, "day": 20}
ADDRESS = f"/messages/texts/{TOLD.name}/sms/en"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{title} on {day}.", None),
        ("{tittle} on {day}, {x}.", TextFault(TextWrong.UNKNOWN_FIELDS, "{tittle}, {x}")),
        ("{title on {day}.", TextFault(TextWrong.BRACE)),
        ("{Title}.", TextFault(TextWrong.BRACE)),
        ("Tomorrow at ŵ‘9’", TextFault(TextWrong.STRANGE_SIGNS, "ŵ ‘ ’")),
        ("{title}" + "a" * 121, TextFault(TextWrong.TOO_LONG, over=1)),
        ("{title}" + "a" * 120, None),
        # A sign of the extension takes two.
        ("{title}" + "a" * 118 + "€", None),
        ("{title}" + "a" * 119 + "€", TextFault(TextWrong.TOO_LONG, over=1)),
        ("Come with the Police", TextFault(TextWrong.TELLS, "police")),
        ("Officers' day", TextFault(TextWrong.TELLS, "officer")),
        ("For  Lake women", TextFault(TextWrong.TELLS, "lake women")),
        ("Basi hivi ndivyo", None),
    ],
)
def test_the_first_fault_of_a_text_is_found(text, fault):
    assert fault_of(text, LENGTHS, sms=True, names=["Lake women", ""]) == fault


def test_a_mail_may_be_long_and_have_any_sign_but_tells_nothing_either():
    assert fault_of("‘{title}’ " + "a" * 500, LENGTHS, sms=False) is None
    assert fault_of("HIV", LENGTHS, sms=False) == TextFault(TextWrong.TELLS, "hiv")


@given(st.text(max_size=80), st.integers(4, 60))
def test_a_value_never_takes_more_septets_than_its_field_has_signs(value, most):
    written = sms_value(value, most)
    assert strange_signs(written) == ""
    assert (septets(written) or 0) <= most
    assert "\n" not in written


@given(st.dictionaries(st.sampled_from(["title", "day"]), st.text(max_size=200)), st.text())
def test_a_text_that_is_accepted_is_one_sms_whatever_its_fields_hold(values, text):
    whole = {"title": "", "day": ""} | values
    if fault_of(text, LENGTHS, sms=True) is None:
        made = filled(text, {name: sms_value(whole[name], LENGTHS[name]) for name in LENGTHS})
        assert is_one_sms(made)


def test_what_a_value_holds_is_never_taken_for_a_field():
    assert filled("{title} {day}", {"title": "{day}", "day": "{title}"}) == "{day} {title}"


@pytest.mark.parametrize(
    ("value", "most", "said"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdefg", 6, "abc..."),
        ("ab cdefg", 6, "ab..."),
        ("abcd", 2, "..."),
    ],
)
def test_a_long_value_is_cut_at_its_end(value, most, said):
    assert cut(value, most) == said


def test_signs_that_the_alphabet_has_not_become_what_is_next_to_them():
    assert in_alphabet("Ng’ang’a – Ọlá [A|B] \u00a0 \t x\u4e2d") == "Ng'ang'a - Ola (A/B) x?"


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_every_text_of_the_house_is_one_sms_at_its_longest_and_tells_nothing(app, language):
    for kind in message_kinds():
        lengths = {field.name: field.longest for field in kind.fields}
        for channel in kind.channels:
            wording = house_wording(kind, channel, language)
            sms = channel is Channel.SMS
            faults = (
                fault_of(wording.text, lengths, sms=sms),
                fault_of(wording.subject, lengths, sms=False),
            )
            assert (kind.name, channel, *faults) == (kind.name, channel, None, None)
            assert not sms or 0 < (sms_length(wording.text, lengths) or 0) <= 160


@pytest.fixture
def director(told, sign_in):
    return sign_in("director")


def _save(browser: FlaskClient, address: str = ADDRESS, **typed: str) -> tuple[int, str]:
    token = csrf_token(browser.get(address).text)
    answer = browser.post(address, data={"csrf_token": token, "row_version": "0", **typed})
    return answer.status_code, answer.text


def test_a_text_with_an_unknown_field_is_refused_beside_it_and_nothing_is_lost(director):
    status, page = _save(director, text="{titel}: {day}.")
    assert status == 422
    assert "There is no such field: {titel}." in page
    assert "{titel}: {day}.</textarea>" in page
    assert db.session.query(MessageText).count() == 0


def test_a_text_is_shown_at_its_longest_and_stands_until_that_of_the_house_is_taken_again(
    director, sign_in
):
    page = director.get(ADDRESS).text
    assert "First steps: 12 May." in page
    assert "M" * 40 + ": " + "M" * 20 + "." in page
    assert "63 of 160 signs" in page
    assert _save(director, text="{day}: {title}")[0] == 303
    assert "{day}: {title}</textarea>" in director.get(ADDRESS).text
    assert "The programme’s own" in director.get("/messages/texts").text
    status, page = _save(director, text="{day}!")
    assert (status, "Someone else saved changes" in page) == (409, True)
    reader = sign_in("trainer")
    assert "12 May: First steps" in reader.get(ADDRESS).text
    assert "<textarea" not in reader.get(ADDRESS).text
    assert "Use the text of the house again?" in director.get(f"{ADDRESS}/house").text
    token = csrf_token(director.get(ADDRESS).text)
    assert director.post(f"{ADDRESS}/house", data={"csrf_token": token}).status_code == 303
    assert "{title}: {day}.</textarea>" in director.get(ADDRESS).text


def test_a_mail_has_a_subject_on_one_line(director):
    address = f"/messages/texts/{TOLD.name}/email/sw"
    status, page = _save(director, address, text="{title}", subject="Polisi")
    assert status == 422
    assert "why somebody takes part: polisi." in page
    assert _save(director, address, text="{title}", subject="{title}")[0] == 303


@pytest.mark.parametrize("address", ["tests.told/fax/en", "tests.told/sms/luo", "nothing/sms/en"])
def test_a_text_that_there_cannot_be_is_not_there(director, address):
    assert director.get(f"/messages/texts/{address}").status_code == 404
