"""Only protected addresses are called, and nothing is on that nobody agreed to."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.people.connections.rules import Stands, clean_address, stands_now


@pytest.mark.parametrize(
    ("address", "cleaned"),
    [
        ("https://dhis2.example.org", "https://dhis2.example.org"),
        ("https://DHIS2.example.org:8443/county/", "https://dhis2.example.org:8443/county"),
        ("http://dhis2.example.org", None),
        ("https://office:word@dhis2.example.org", None),
        ("https://dhis2.example.org/?token=1", None),
        ("https://dhis2.example.org/#part", None),
        ("https://dhis2.example.org/a/../b", None),
        ("https://dhis2.example.org/a b", None),
        ("https://dhis2.example.org:port", None),
        ("https://[::1]", None),
        ("https://", None),
        ("file:///etc/passwd", None),
        ("http://127.0.0.1:8000", None),
        ("", None),
    ],
)
def test_no_token_goes_to_an_address_that_is_not_protected(address, cleaned):
    assert clean_address(address) == cleaned


@given(st.text(string.printable + "é\u2028", max_size=60))
def test_a_clean_address_stays_as_it_is_and_any_text_gives_an_answer(text):
    for address in (text, f"https://{text}", f"https://a.org/{text}"):
        cleaned = clean_address(address)
        assert cleaned is None or clean_address(cleaned) == cleaned


def test_a_stand_in_of_this_machine_is_called_by_tests_alone():
    here = "http://127.0.0.1:8000"
    assert (clean_address(here, here_too=True), clean_address(here)) == (here, None)
    assert clean_address("http://dhis2.example.org", here_too=True) is None


@given(st.sampled_from(["proposed", "approved", "returned"]), st.booleans(), st.booleans())
def test_a_connection_is_on_only_while_it_is_agreed_to(state, is_on, was_switched):
    stands = stands_now(state, is_on=is_on, was_switched=was_switched)
    assert (stands is Stands.ON) == (state == "approved" and is_on)
    assert (stands is Stands.RECORDED) == (state == "proposed")
    assert (stands is Stands.OFF) == (state == "approved" and not is_on and was_switched)
    assert (stands is Stands.AGREED) == (state == "approved" and not is_on and not was_switched)
