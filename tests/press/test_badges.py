from __future__ import annotations

import io
import re
import subprocess
from dataclasses import replace

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from kash.press import Badge, badges, cards
from kash.press.badges import name_points
from tests.press.conftest import DATED, WORDING, entry


def people(count: int) -> list[Badge]:
    return [
        Badge(f"Person {n}", "Working Together", "Participant", f"A-{n}", f"B{n:04}")
        for n in range(count)
    ]


@pytest.mark.parametrize(("sheet", "each"), [("A4", 10), ("letter", 8), ("A5", 4)])
def test_badges_fill_sheets_in_order(sheet, each, text_of, checked, properties_of):
    made = badges(people(each + 1), title="Badges", language="en", sheet=sheet, dated=DATED)
    checked(made)
    first, second = text_of(made)
    assert [f"A-{n}" in first.split() for n in range(each + 1)] == [True] * each + [False]
    assert f"Person {each}" in second
    properties = properties_of(made)
    assert (properties["/Title"], properties["lang"], properties["pdfua"]) == ("Badges", "en", "1")
    assert badges(people(each + 1), title="Badges", language="en", sheet=sheet, dated=DATED) == made


def test_a_sheet_begins_where_the_pile_changes(text_of):
    named = [replace(one, pile="AAB"[n]) for n, one in enumerate(people(3))]
    pages = text_of(badges(named, title="Badges", language="en"))
    assert [[f"Person {n}" in page for n in range(3)] for page in pages] == [
        [True, True, False],
        [False, False, True],
    ]


def test_the_codes_of_badges_and_cards_are_read_from_the_sheet(picture_of, text_of, checked):
    made = badges(people(10), title="Badges", language="en")
    page = Image.open(io.BytesIO(picture_of(made, 150)))
    assert sorted(code.text for code in zxingcpp.read_barcodes(page)) == [
        f"B{n:04}" for n in range(10)
    ]
    made = cards(WORDING, [entry(n, f"Person {n}") for n in range(3)], language="en")
    checked(made)
    page = Image.open(io.BytesIO(picture_of(made, 200)))
    assert sorted(code.text for code in zxingcpp.read_barcodes(page)) == [
        entry(n).qr for n in range(3)
    ]
    (text,) = text_of(made)
    for said in ("Person 2", "7KM2-QX4T-002", WORDING.heading, WORDING.organisation):
        assert said in text


def test_hostile_names_stay_on_their_badge(text_of, checked):
    names = [
        "</script><b>x",
        "a" * 200,
        "Kielelezo " * 20,
        "محمد علي",
        "王小明",
        "🙂",
        "",
        "W" * 40,
    ]
    made = badges(
        [Badge(name, number=f"N{n}") for n, name in enumerate(names)], title="Badges", language="en"
    )
    checked(made)
    (page,) = text_of(made)
    assert [f"N{n}" in page for n in range(len(names))] == [True] * len(names)
    assert "</script><b>x" in page


def test_nothing_to_print_is_refused():
    with pytest.raises(ValueError, match="nothing to print"):
        badges([], title="Badges", language="en")


@given(st.lists(st.text("abcDEF", min_size=1, max_size=20), max_size=6))
def test_a_name_is_never_larger_than_designed(words):
    assert 8 <= name_points(" ".join(words), 76, 32) <= 32


@pytest.mark.parametrize("person", ["Asali Mfano", "Mwanaidi Tumaini Rehema wa Kielelezo Sampuli"])
def test_a_card_with_much_on_it_is_read_line_by_line(person):
    full = replace(
        entry(1, person),
        body="took part in Working Together for the Rights and Safety of Everyone in Kisumu, "
        "held from 30 November to 2 December 2026.",
        hours_text="Hours attended: 16 h 30",
        expires_text="Valid until 31 December 2028",
    )
    made = cards(WORDING, [full], language="en")
    read = subprocess.run(
        ["pdftotext", "-bbox", "-", "-"], input=made, capture_output=True, check=True
    ).stdout.decode()
    words = re.findall(r'yMin="([\d.]+)" xMax="[\d.]+" yMax="([\d.]+)">([^<]*)<', read)
    ends = next(float(bottom) for _top, bottom, word in words if word == "Valid")
    begins = next(float(top) for top, _bottom, word in words if word == full.serial)
    assert ends <= begins
