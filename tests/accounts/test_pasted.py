"""Lists of people that are pasted: everybody once, nothing guessed, nothing swallowed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.accounts.rules import Pasted, drawn_name, is_address, pasted_people

ROLES = {"trainer": "trainer", "mkufunzi": "trainer", "peer educator": "peer"}
LANGUAGES = {"en": "en", "english": "en", "kiswahili": "sw"}


def _read(text: str) -> list[tuple[str, str, str, str, str]]:
    return [
        (one.name, one.email, one.role, one.language, one.unread)
        for one in pasted_people(text, ROLES, LANGUAGES)
    ]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("Amani\ta@example.org\tTrainer\tKiswahili", ("Amani", "a@example.org", "trainer", "sw")),
        ("Amani, a@example.org, Mkufunzi, English", ("Amani", "a@example.org", "trainer", "en")),
        ("Amani;;peer educator", ("Amani", "", "peer", "")),
        ("Amani Otieno <a@example.org>", ("Amani Otieno", "a@example.org", "", "")),
        ("Amani Otieno a@example.org trainer", ("Amani Otieno", "a@example.org", "trainer", "")),
        ('"Amani"\t"a@example.org"', ("Amani", "a@example.org", "", "")),
        ("mailto:a@example.org, Amani", ("Amani", "a@example.org", "", "")),
        ("   Amani   Otieno  ", ("Amani Otieno", "", "", "")),
    ],
)
def test_a_line_is_read_by_what_its_cells_say(line, found):
    assert _read(line) == [(*found, "")]


def test_what_is_not_understood_is_handed_back_and_not_guessed():
    assert _read("Amani, a@example.org, Trainor") == [("Amani", "a@example.org", "", "", "Trainor")]
    assert _read("Otieno, James") == [("Otieno", "", "", "", "James")]
    assert _read("A, a@x.org, b@x.org") == [("A", "a@x.org", "", "", "b@x.org")]
    assert _read("A, trainer, peer educator") == [("A", "", "trainer", "", "peer educator")]


def test_a_line_without_a_name_is_shown_and_not_swallowed():
    assert _read("Trainer") == [("Trainer", "", "", "", "")]
    assert _read("trainer, en") == [("trainer, en", "", "", "", "")]


def test_headings_and_empty_lines_are_nobody():
    text = "Name\tE-mail\tRole\n\nAmani\t\tTrainer\n   \nJina, Barua pepe, Jukumu\nName Otieno"
    assert [one.name for one in pasted_people(text, ROLES, LANGUAGES)] == ["Amani", "Name Otieno"]


_NAMES = (
    st.text("abcdefghij ", min_size=1, max_size=20)
    .map(str.strip)
    .filter(lambda name: bool(name) and name not in ROLES and name not in LANGUAGES)
)


@given(st.lists(st.tuples(_NAMES, st.sampled_from(["", "x@example.org"]))), st.sampled_from("\t;,"))
def test_everybody_is_read_once_and_in_order(people, mark):
    text = "\n".join(mark.join((name, email, "trainer")) for name, email in people)
    assert [(one.name, one.email, one.role) for one in pasted_people(text, ROLES, LANGUAGES)] == [
        (" ".join(name.split()), email, "trainer") for name, email in people
    ]


@given(st.text(max_size=200))
def test_no_text_is_too_strange(text):
    for one in pasted_people(text, ROLES, LANGUAGES):
        assert isinstance(one, Pasted)
        assert one.name or one.email


def test_a_megabyte_of_one_word_holds_nobody_up():
    """Tried from each of its letters, it would keep a thread of the site busy for an hour."""
    word = "x" * 1_000_000
    assert [one.name for one in pasted_people(word, ROLES, LANGUAGES)] == [word]


@given(st.data())
def test_a_drawn_name_is_no_address_and_holds_no_name(data):
    name = drawn_name(lambda below: data.draw(st.integers(0, below - 1)))
    word, _dash, number = name.partition("-")
    assert (word.isalpha(), len(number), number.isdigit()) == (True, 4, True)
    assert not is_address(name)
