"""How a person's name is written."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.people.rules.names import as_name, doubt_of, is_written_oddly
from kash.people.rules.persons import sort_name


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("MWANGI SIMIYU", "Mwangi Simiyu"),
        ("ACHIENG NG'ANG'A", "Achieng Ng'ang'a"),
        ("ANYANG’-NYONG’O", "Anyang’-Nyong’o"),
        ("SINEAD O'BRIEN", "Sinead O'Brien"),
        ("PETER K'OGUTU", "Peter K'Ogutu"),
        ("RITA D'SOUZA", "Rita D'Souza"),
        ("JOHN MCDONALD", "John McDonald"),
        ("MCHORO JOHARI", "Mchoro Johari"),
        ("MACHARIA MACLEOD", "Macharia Macleod"),
        ("FATUMA BINTI ALI", "Fatuma binti Ali"),
        ("WANJIRU WA KĨTHAKA", "Wanjiru wa Kĩthaka"),
        ("MARY-ANNE AL-HASSAN", "Mary-Anne Al-Hassan"),
        ("J.K. OTIENO", "J.K. Otieno"),
        ("JK MWANGI III", "JK Mwangi III"),
        ("DR. JANE AWUOR", "Dr. Jane Awuor"),
        ("OLE KINA", "Ole Kina"),
        ("ASALI (MARY) SAMPULI", "Asali (Mary) Sampuli"),
        ("Wanjiru KAMAU", "Wanjiru Kamau"),
        ("KIPRONO, Faith", "Faith Kiprono"),
        ("WEKESA , otieno", "Otieno Wekesa"),
        ("Smith, john", "John Smith"),
        ("jane", "Jane"),
        ("odhiambo", "Odhiambo"),
        ("jane wa otieno", "Jane wa Otieno"),
        ("j.k. nyong'o", "J.K. Nyong'o"),
        ("ed otieno", "Ed Otieno"),
        # Behind a comma stands no first name, or there are several.
        ("Otieno, Jr.", "Otieno, Jr."),
        ("Otieno, 45", "Otieno, 45"),
        ("Jane, Faith, Rose", "Jane, Faith, Rose"),
        ("Otieno,", "Otieno,"),
        # Written with care: nothing is known better than who wrote it.
        ("Achieng Ng'Ang'A", "Achieng Ng'Ang'A"),
        ("deLa Cruz", "deLa Cruz"),
    ],
)
def test_a_name_is_written_as_a_name(written, name):
    assert as_name(written) == name
    assert is_written_oddly(written) == (written != name)


@given(st.text(st.sampled_from(string.ascii_letters + " '-.’ĨŨé"), max_size=30))
def test_without_a_comma_nothing_changes_but_capitals(written):
    name = as_name(written)
    assert name.casefold() == written.casefold()
    assert sort_name(name) == sort_name(written)
    assert as_name(name) == name
    assert not is_written_oddly(name)


@given(st.text(st.sampled_from("abAB ,.'1"), max_size=12))
def test_no_letter_is_lost_and_a_name_stays_as_it_was_written_once(written):
    name = as_name(written)
    assert sorted(filter(str.isalnum, name.casefold())) == sorted(
        filter(str.isalnum, written.casefold())
    )
    assert as_name(name) == name


@pytest.mark.parametrize(
    ("name", "doubt"),
    [
        ("KIPRONO, Faith", "comma"),
        ("Otieno, Jr.", "comma"),
        ("odhiambo", "small"),
        ("jane wanjiru", "small"),
        ("JANE WANJIRU", "capitals"),
        ("Odhiambo", "single"),
        ("Jane Wanjiru", ""),
        ("王小明", "single"),
        ("", ""),
    ],
)
def test_a_printed_name_that_looks_unfinished_is_asked_about(name, doubt):
    assert doubt_of(name) == doubt
