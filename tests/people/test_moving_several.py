"""Several people moved at once: all or none, and one group of them on the screen at a time."""

import re

from kash.people.models import Organisation, Person, Posting
from kash.platform.database import db
from kash.platform.web.formats import local_today
from tests.workshops.conftest import make_person

NAMES = ("Zawadi Sampuli", "Baraka Sampuli", "Faraja Sampuli")


def named(page: str) -> set[str]:
    main = page.partition("<main")[2].partition("</main")[0]
    return set(re.findall(r"\w+ (?:Mfano|Sampuli)", main))


def test_people_of_both_groups_move_together_though_one_is_shown_at_a_time(actor, client_for):
    trainer = actor("trainer", name="Amani Mfano")
    people = [make_person(name) for name in NAMES]
    officer = make_person("Otieno Mfano", "A")
    db.session.query(Person).update({Person.created_by: trainer.public_id})
    place = Organisation(name="Lake station", kind="station")
    db.session.add(place)
    db.session.commit()
    station = place.public_id
    db.session.rollback()
    site, page = client_for(trainer), "/people/transfer"

    assert named(site.post(page, data={"chosen": [officer, *people]}).text) == {"Otieno Mfano"}
    sent = {
        "step": "move",
        "shown": "A",
        "offered": [officer, *people],
        "chosen": [officer, people[0]],
        "organisation": station,
        "since": local_today().isoformat(),
    }
    turned = site.post(page, data=sent | {"group": "B"})
    assert turned.status_code == 200
    assert named(turned.text) == set(NAMES)
    assert f'type="hidden" name="chosen" value="{officer}"' in turned.text
    assert turned.text.partition("<main")[2].count(" checked") == 1
    # With nobody ticked nobody is ticked by turning, and nobody disappears.
    bare = site.post(page, data={**sent, "chosen": [], "group": "B"})
    assert named(bare.text) == set(NAMES)
    assert " checked" not in bare.text.partition("<main")[2]
    assert site.post(page, data={**sent, "chosen": []}).status_code == 422
    assert db.session.query(Posting).count() == 0
    db.session.rollback()
    assert site.post(page, data=sent).status_code == 303
    assert db.session.query(Posting).count() == 2
    db.session.rollback()
    # Where somebody cannot move, the group in which she is is shown.
    again = site.post(page, data=sent | {"chosen": [people[0]]})
    assert again.status_code == 422
    assert named(again.text) == set(NAMES)
    assert f'id="error-{people[0]}"' in again.text
