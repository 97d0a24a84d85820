"""Two who change the same setting at once: the slower one sees what the other saved beside what she
typed, and may go over it; nothing is lost or written over unseen."""

import html
import re

import pytest

from kash.people.services.directory import ZoneDetails, add_zone
from kash.platform.web.programme import BOUNDS
from kash.policy import SYSTEM

PROGRAMME = {
    "name": "Typed",
    "neutral_name": "Office",
    "zone": "Africa/Nairobi",
    "languages": ["en", "sw"],
    "default_language": "en",
}
RETENTION = {name: str(bounds.usual) for name, bounds in BOUNDS.items()}
PAPER = {"address": "Typed street", "minutes_signers": "Typed"}


def _lines(page: str) -> list[tuple[str, str]]:
    """(label, what is saved) as the page compares them."""
    told = re.search(r"Someone else saved changes while you were writing</b>.*?</ul>", page, re.S)
    found = re.findall(r"<li>\s*(.*?): <b>(.*?)</b>", told[0] if told else "", re.S)
    return [(html.unescape(label), html.unescape(value)) for label, value in found]


@pytest.fixture
def administrator(sign_in):
    return sign_in("administrator")


@pytest.mark.parametrize(
    ("address", "typed", "saved"),
    [
        ("/settings/programme", PROGRAMME, ["Name", "Neutral name"]),
        ("/settings/contacts", {"looks_a_day": "7"}, ["Looks in a day"]),
        ("/settings/languages", {"luo": "Typed"}, ["Dholuo was read and accepted by"]),
        ("/settings/paper/edit", PAPER, ["Address", "Who signs minutes"]),
    ],
)
def test_what_the_other_saved_stands_beside_what_was_typed(administrator, address, typed, saved):
    late = administrator.post(address, data={**typed, "row_version": "0"})
    assert late.status_code == 409
    assert [label for label, _value in _lines(late.text)] == saved
    shown = re.search(r'name="row_version"[^>]*value="(\d+)"', late.text)
    assert shown is not None
    # Sent once more, it goes over what was shown; then it is old itself.
    again = {**typed, "row_version": shown[1]}
    assert administrator.post(address, data=again).status_code == 303
    after = administrator.post(address, data=again)
    assert (after.status_code, _lines(after.text)) == (409, [])
    assert "It is the same as what you wrote. Save again to finish." in after.text


def test_of_how_long_things_are_kept(administrator):
    late = administrator.post("/settings/retention/edit", data={**RETENTION, "row_version": "0"})
    assert late.status_code == 409
    assert "Someone else saved changes while you were writing" in late.text


def test_of_where_the_logo_stands(administrator):
    late = administrator.post("/settings/logo/paper", data={"kinds": "minutes", "row_version": "0"})
    assert (late.status_code, _lines(late.text)) == (409, [])
    assert "Someone else saved changes while you were writing" in late.text


def test_of_an_area_and_a_mark(administrator):
    ward = add_zone(ZoneDetails("Nyalenda"), SYSTEM)
    area = {"name": "Nyalenda A", "kind": "ward", "active": "y", "row_version": "oops"}
    late = administrator.post(f"/settings/zones/{ward}", data=area)
    assert (late.status_code, _lines(late.text)) == (409, [("Name", "Nyalenda")])
    mark = {"name": "Here", "letter": "P", "tone": "good", "row_version": "0"}
    late = administrator.post("/settings/marks/present", data=mark)
    assert (late.status_code, _lines(late.text)) == (409, [("Name", "present")])


def test_a_name_that_is_taken_is_told_beside_it(administrator):
    add_zone(ZoneDetails("Nyalenda"), SYSTEM)
    answer = administrator.post("/settings/zones/new", data={"name": "nyalenda", "kind": "ward"})
    assert answer.status_code == 422
    assert re.findall(r'id="(\w+)-error">\s*<p>\s*(.*?)\s*</p>', answer.text, re.S) == [
        ("name", "This name is taken.")
    ]
