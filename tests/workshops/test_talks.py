"""An hour at roll-call: kept without a course, counted, and nothing towards a certificate."""

from datetime import time, timedelta

import pytest

from kash.attendance.queries.registers import grid
from kash.attendance.services.registers import confirm_slot
from kash.certificates.queries.issuing import candidates
from kash.certificates.services.issuing import set_rule
from kash.figures.indicators.models import Completion
from kash.people.models import Organisation, Person, Venue
from kash.platform.database import db, new_public_id
from kash.platform.vault import AuditEntry
from kash.platform.web.formats import local_today
from kash.policy import Actor
from kash.training.models import Course
from kash.training.queries import all_courses
from kash.workshops.models import Workshop
from kash.workshops.queries.plan import teachable_versions
from kash.workshops.services.people import enrol_all
from kash.workshops.services.talks import ShortTalk, hold_talk
from tests.refusals import refuses
from tests.workshops.conftest import Held, make_person
from tests.workshops.test_views import text_of, url

STATION = "Kituo cha Mfano"


def talk(**changes: object) -> ShortTalk:
    """An hour of yesterday, at the station."""
    station = db.session.query(Organisation).filter_by(name=STATION).one().public_id
    told: dict[str, object] = {
        "title": "Rights on arrest",
        "organisation": station,
        "place": "",
        "day": local_today() - timedelta(days=1),
        "at": time(7, 0),
        "minutes": 60,
        "heads": 23,
    }
    db.session.rollback()
    return ShortTalk(**(told | changes))  # type: ignore[arg-type]


@pytest.fixture
def officers(held):
    """Three officers of the station that the trainer knows, one of them too young."""
    people = [make_person(name, "A", station=STATION) for name in ("Amani", "Baraka", "Chiku")]
    enrol_all(held.workshop, people, held.trainer)
    db.session.query(Person).filter_by(chosen_name="Chiku").one().minor = True
    db.session.commit()
    db.session.rollback()
    return people


def kept(public_id: str, by: Actor) -> Held:
    db.session.rollback()
    return Held(public_id, by)


@pytest.mark.any_engine
def test_who_where_how_many_and_who_came_are_kept_once(both_engines_app, held, officers):
    stranger = make_person("Mgeni", "A", station=STATION)
    before = db.session.query(AuditEntry).count()
    db.session.rollback()
    key = new_public_id()
    for _ in range(2):
        hold_talk(talk(), [*officers, stranger], held.trainer, public_id=key)
    row = kept(key, held.trainer).row
    assert db.session.query(AuditEntry).count() == before + 1
    assert (row.title, row.venue.name) == ("Rights on arrest", STATION)
    register = grid(row.register_id)
    assert {person.name for person in register.rows} == {"Amani", "Baraka"}
    (slot,) = row.register.slots
    assert (slot.minutes, slot.closed_by) == (60, held.trainer.public_id)
    assert register.present == {slot.public_id: 2}
    # The next one is of the same course; the hall is known by its name.
    hold_talk(talk(title="Bail"), (), held.trainer, public_id=new_public_id())
    assert db.session.query(Course).filter_by(lineage="talk").count() == 1
    assert db.session.query(Venue).filter_by(name=STATION).count() == 1


def test_it_counts_as_reach_and_never_towards_a_certificate(held, officers, actor, client_for):
    director = actor("director", name="Neema Mfano")
    set_rule(80, name_must_be_confirmed=False, by=director)
    key = hold_talk(talk(), officers, held.trainer, public_id=new_public_id())
    row = kept(key, held.trainer).row
    slot = row.register.slots[0].public_id
    register = row.register.public_id
    db.session.rollback()
    confirm_slot(register, slot, director)
    db.session.rollback()
    row = db.session.query(Workshop).filter_by(public_id=key).one()
    assert all(candidate.missing for candidate in candidates(row))
    facts = db.session.query(Completion).filter_by(workshop_id=row.id).all()
    assert [(fact.minutes, fact.met) for fact in facts] == [(60, False), (60, False)]
    db.session.rollback()
    plan = text_of(client_for(held.trainer).get(url(kept(key, held.trainer))))
    assert "Counted" not in plan
    assert "Version 1" not in plan


def test_the_course_of_talks_is_offered_and_shown_nowhere(held, officers, client_for):
    hold_talk(talk(), officers, held.trainer, public_id=new_public_id())
    course = db.session.query(Course).filter_by(lineage="talk").one()
    public_id, version = course.public_id, course.versions[0].public_id
    assert public_id not in {key for key, _name in all_courses()}
    assert version not in {each.public_id for each in teachable_versions()}
    db.session.rollback()
    site = client_for(held.trainer)
    assert public_id not in site.get("/courses").text
    assert site.get(f"/courses/{public_id}").status_code == 404
    assert site.get(f"/courses/versions/{version}").status_code == 404


def test_a_talk_ahead_or_past_midnight_is_refused_beside_its_field(held, officers, client_for):
    with refuses("A talk is kept once it was held."):
        hold_talk(talk(day=local_today() + timedelta(days=1)), (), held.trainer, public_id="x")
    with refuses("A talk ends before midnight."):
        hold_talk(talk(at=time(23, 30)), (), held.trainer, public_id="x")
    site = client_for(held.trainer)
    told = vars(talk())
    typed = {name: told[name] for name in ("title", "organisation", "minutes")}
    shown = site.post("/workshops/talk", data=typed | {"show": "yes"})
    assert shown.status_code == 200
    assert "Amani" in shown.text
    assert site.post("/workshops/talk", data=typed | {"minutes": ""}).status_code == 422
