"""What phones sent is seen to in the hall: no page of it holds names of both groups, and each name
leads to who bears it."""

import io
import re

import pytest

from kash.people.models import Group, Person
from kash.platform.database import db, new_public_id
from tests.attendance.test_from_phones import _session, page, post

OFFICER, OTHERS = "Amina Otieno", ("Zawadi Kiongozi", "Juma")


@pytest.fixture
def mixed(taken):
    """One of the three on the register is of the police."""
    officer = db.session.query(Person).filter_by(chosen_name=OFFICER).one()
    officer.group_id = db.session.query(Group).filter_by(letter="A").one().id
    db.session.commit()
    return taken


def named(shown: str) -> set[str]:
    """The names on a page, in what is read aloud too."""
    return {name for name in (OFFICER, *OTHERS, "Akinyi Odhiambo", "Dan Mfano") if name in shown}


def links(shown: str) -> set[str]:
    """The names that lead to their people."""
    return set(re.findall(r'<a href="/people/\w{16}">([^<]+)</a>', shown))


def test_what_is_to_be_decided_names_one_group(mixed):
    phone, slot = mixed.phone, mixed.slots[0]
    mixed.send(*(phone.mark(slot, entry, "present") for entry in mixed.entries))
    mixed.send(*(phone.mark(slot, entry, "late") for entry in mixed.entries))
    mixed.send(phone.queue("note", slot=slot, text="Rain"))
    path = "/attendance/conflicts"
    for letter, names in (("A", {OFFICER}), ("B", set(OTHERS))):
        shown = page(mixed, f"{path}?group={letter}")
        assert (named(shown), links(shown)) == (names, names)
        # The others can be decided too, by the codes that phones show.
        assert shown.count('value="take"') == 3
        assert len(re.findall(r"<h2[^>]*>[AB]\d\d</h2>", shown)) == 3 - len(names)
    # Whoever decides goes on in the same group.
    item = mixed.held()[0].public_id
    done = post(mixed, f"{path}/{item}", decision="keep", seen="1", group="B")
    assert done.location.endswith(f"{path}?group=B")


def test_whoever_walked_in_by_an_ended_phone_is_named_with_her_group_only(mixed):
    phone, more = mixed.phone, {"sex": "", "age_band": "", "slot": None}
    items = [
        phone.queue("walk_in", entry=new_public_id(), name=name, letter=letter, **more)
        for name, letter in (("Dan Mfano", "A"), ("Akinyi Odhiambo", "B"))
    ]
    post(mixed, f"/pads/{phone.pad}/revoke")
    post(mixed, "/pad/import", file=(io.BytesIO(phone.exported(items)), "a.kashpad"))
    for letter, name in (("A", "Dan Mfano"), ("B", "Akinyi Odhiambo")):
        shown = page(mixed, f"/attendance/conflicts?group={letter}")
        assert named(shown) == {name}
        assert shown.count("Somebody at the door") == 2


def test_people_who_walked_in_are_matched_one_group_at_a_time(mixed):
    more = {"sex": "", "age_band": "", "slot": None}
    mixed.send(
        mixed.phone.queue("walk_in", entry=new_public_id(), name="Dan Mfano", letter="A", **more),
        mixed.phone.queue(
            "walk_in", entry=new_public_id(), name="Akinyi Odhiambo", letter="B", **more
        ),
    )
    for letter, name in (("A", "Dan Mfano"), ("B", "Akinyi Odhiambo")):
        shown = page(mixed, f"/walk-ins?group={letter}")
        assert named(shown) == {name}
        assert links(shown) >= {name}


def test_signatures_are_shown_one_group_at_a_time(mixed):
    strokes = [[[0, 0], [1000, 500]]]
    mixed.send(
        *(
            mixed.phone.queue("signature", slot=mixed.slots[0], entry=entry, strokes=strokes)
            for entry in mixed.entries
        )
    )
    for letter, names in (("A", {OFFICER}), ("B", set(OTHERS))):
        shown = page(mixed, f"/attendance/{_session(mixed)}/signatures?group={letter}")
        assert (named(shown), links(shown)) == (names, names)
        assert shown.count("<polyline") == len(names)
