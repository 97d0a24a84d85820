"""A workshop's pages name one group at a time, also where somebody is looked for or counted."""

import re

from kash.attendance.models import Sheet
from kash.people.models import Person
from kash.platform.database import db
from kash.platform.vault import seal
from kash.workshops.services.people import enrol
from tests.workshops.conftest import make_person
from tests.workshops.test_views import all_present, entries, fields, sessions, url

BY_SCRIPT = {"HX-Request": "true"}


def named(page: str) -> set[str]:
    return set(re.findall(r"(?:Neema|Otieno) Mfano", page.partition("<main")[2] or page))


def test_people_who_are_found_by_name_are_of_one_group_and_no_tick_is_lost(held, client_for):
    """Typing “a” before a hall listed officers and community side by side, with their groups."""
    officer, member = make_person("Otieno Mfano", "A"), make_person("Neema Mfano", "B")
    site, find = client_for(held.trainer), url(held, "people", "find")
    for letter, name in (("A", "Otieno Mfano"), ("B", "Neema Mfano")):
        sent = {"search": "Mfano", "group": letter}
        for headers in ({}, BY_SCRIPT):
            shown = site.post(find, data=sent, headers=headers).text
            assert named(shown) == {name}
            assert f'<a href="/people/{officer if letter == "A" else member}">{name}</a>' in shown
        # Neither group is called by its name on this screen.
        assert "Police" not in shown
        assert "Community" not in shown
    turned = site.post(find, data={"search": "Mfano", "group": "B", "chosen": [officer]}).text
    assert f'type="hidden" name="chosen" value="{officer}"' in turned
    assert named(turned) == {"Neema Mfano"}
    back = site.post(find, data={"search": "Mfano", "group": "A", "chosen": [officer, member]}).text
    assert f'name="chosen" value="{officer}" checked' in back
    assert f'type="hidden" name="chosen" value="{member}"' in back


def test_whoever_comes_to_the_door_is_looked_for_in_one_group(held, client_for):
    make_person("Otieno Mfano", "A")
    make_person("Neema Mfano", "B")
    site, find = client_for(held.trainer), url(held, "people", "find")
    sent = {"search": "Mfano", "session": sessions(held)[0], "group": "B"}
    for headers in ({}, BY_SCRIPT):
        shown = site.post(find, data=sent, headers=headers).text
        assert named(shown) == {"Neema Mfano"}
        # Turning leads to the same door.
        assert f'form="ticked" name="session" value="{sent["session"]}"' in shown
        assert 'form="ticked" name="search" value="Mfano"' in shown
        assert 'name="group" value="A"' in shown


def test_whoever_is_looked_for_among_many_of_the_other_group_is_not_taken_for_unknown(
    held, client_for
):
    """Of the twenty that are found first none may be of hers; as somebody new she would be twice
    in the list."""
    site, find = client_for(held.trainer), url(held, "people", "find")
    more = "There may be more: type more of the name."
    for number in range(19):
        make_person(f"Baraka{number} Mfano", "A")
    make_person("Neema Mfano", "B")
    sent = {"search": "Mfa", "session": sessions(held)[0], "group": "A"}
    assert more in site.post(find, data=sent, headers=BY_SCRIPT).text
    make_person("Baraka Mfano", "A")
    hidden = site.post(find, data=sent | {"group": "B"}, headers=BY_SCRIPT).text
    assert (named(hidden), more in hidden) == (set(), True)
    found = site.post(find, data=sent | {"search": "Nee"}, headers=BY_SCRIPT).text
    assert (named(found), more in found) == ({"Neema Mfano"}, False)


def test_contacts_are_asked_for_without_naming_both_groups(held, client_for):
    for name, letter in (("Otieno Mfano", "A"), ("Neema Mfano", "B")):
        key = make_person(name, letter)
        person = db.session.query(Person).filter_by(public_id=key).one()
        person.phone_sealed = seal("+254712600001", kind="person.phone", public_id=key)
        db.session.commit()
        enrol(held.workshop, key, held.trainer)
    site, page = client_for(held.trainer), url(held, "people", "contacts")
    assert named(site.get(page).text) == {"Otieno Mfano"}
    # What was typed goes along, and nobody is asked yet.
    turned = site.post(page, data={"group": "B", "reason": "To tell the place"})
    assert turned.status_code == 200
    assert named(turned.text) == {"Neema Mfano"}
    assert "To tell the place" in turned.text
    assert '<a href="/people/' in turned.text
    assert site.post(page, data={"reason": "To tell the place"}).status_code == 303
    assert "No contact here is closed" in site.get(page, follow_redirects=True).text


def test_differences_are_settled_one_group_at_a_time(held, client_for):
    site = client_for(held.trainer)
    site.post(url(held, "documents", "register"), data={"day": "2026-11-17"})
    session = sessions(held)[0]
    at = url(held, "attendance", session)
    for letter in "AB":
        site.post(at, data=all_present(site.get(f"{at}?group={letter}")))
    for sheet in db.session.query(Sheet).all():
        page = url(held, "sheets", sheet.public_id)
        site.post(page, data=fields(site.get(page)))
    counts = url(held, "attendance", "counts")
    for letter, names in (("A", {"Baraka"}), ("B", {"Zawadi", "Faraja"})):
        shown = site.get(f"{counts}?group={letter}").text
        assert set(re.findall(r"(\w+) Sampuli", shown)) == names
        assert "Open: 3" in shown
    settle = f"{at}/{entries(held)['Zawadi Sampuli']}/settle/paper"
    done = site.post(settle, data=fields(site.get(settle)) | {"reason": "Came late."})
    assert done.location == f"{counts}?group=B"
    settled = site.get(f"{counts}?group=A").text
    assert "Settled with a reason" not in settled
    assert "Came late." in site.get(done.location).text


def test_names_on_a_signed_sheet_that_is_read_lead_to_their_people(held, client_for):
    site = client_for(held.trainer)
    site.post(url(held, "documents", "register"), data={"day": "2026-11-17"})
    sheet = db.session.query(Sheet).order_by(Sheet.number.desc()).first()
    assert sheet is not None
    shown = site.get(url(held, "sheets", sheet.public_id)).text
    people = {
        row.chosen_name: row.public_id
        for row in db.session.query(Person).filter(Person.chosen_name.like("% Sampuli"))
    }
    for name in ("Zawadi Sampuli", "Faraja Sampuli"):
        assert f'<th scope="row"><a href="/people/{people[name]}">{name}</a></th>' in shown
