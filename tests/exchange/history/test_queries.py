"""People and trainings of before, beside those that just don't belong."""

from datetime import date

import pytest

from kash.exchange.history import queries
from kash.exchange.history.models import EarlierImport, EarlierTraining
from kash.exchange.history.queries import (
    FittingPerson,
    candidates,
    known_keys,
    own_import,
    own_imports,
    trainings_of,
)
from kash.people.models import Group, Person
from kash.platform.database import db
from kash.platform.web.errors import NotFound
from tests.rows import row

pytestmark = pytest.mark.usefixtures("as_it_was")


def test_names_fit_people_of_one_group_whom_she_reaches(actor, groups, monkeypatch):
    trainer, stranger = actor("trainer"), actor("trainer")

    def person(name: str, group: Group = groups[0], **more: str) -> Person:
        told = {"created_by": trainer.public_id} | more
        return row(Person, group=group, chosen_name=name.title(), sort_name=name, **told)

    first, second = person("achieng", reference="A-7", ward="Kondele"), person("achieng")
    other = person("mwamba", ward="Nyalenda")
    person("baraka")
    person("achieng", groups[1])
    person("achieng", created_by=stranger.public_id)

    def fits(one: Person, told: str) -> FittingPerson:
        return FittingPerson(one.id, one.public_id, one.chosen_name, told)

    for at_once in (1, 500):
        monkeypatch.setattr(queries, "_AT_ONCE", at_once)
        found = candidates(db.session(), trainer, groups[0].public_id, {"mwamba", "achieng"})
        assert found == {
            "achieng": [fits(first, "A-7, Kondele"), fits(second, "")],
            "mwamba": [fits(other, "Nyalenda")],
        }


def test_imports_are_their_owners_and_trainings_those_of_one_person(actor, monkeypatch):
    trainer, stranger, monitor = actor("trainer"), actor("trainer"), actor("monitoring")
    own = [row(EarlierImport, brought_by=trainer.public_id) for _ in range(2)]
    foreign = row(EarlierImport, brought_by=stranger.public_id)
    people = [row(Person, created_by=trainer.public_id) for _ in range(3)]
    had = [
        row(
            EarlierTraining,
            import_id=brought.id,
            person=people[who],
            first_day=date(2020 + year, 5, 4),
            source_key=key,
        )
        for brought, who, year, key in (
            (own[0], 0, 1, "a"),
            (own[0], 0, 3, "b"),
            (own[0], 1, 2, "a"),
            (foreign, 0, 1, "c"),
            (foreign, 2, 1, "c"),
        )
    ]
    assert [tuple(one) for one in own_imports(trainer)] == [
        (own[1].public_id, own[1].brought_at, 0),
        (own[0].public_id, own[0].brought_at, 3),
    ]
    assert own_import(db.session(), trainer, own[0].public_id) == own[0]
    for wrong in (foreign.public_id, "nowhere"):
        with pytest.raises(NotFound):
            own_import(db.session(), trainer, wrong)
    for who in (trainer, monitor):
        assert trainings_of(people[0].public_id, who) == [had[1], had[0], had[3]]
    assert trainings_of(people[0].public_id, stranger) == []
    for at_once in (1, 500):
        monkeypatch.setattr(queries, "_AT_ONCE", at_once)
        found = known_keys(db.session(), {people[0].id, people[1].id})
        assert found == {
            (people[0].id, "a"),
            (people[0].id, "b"),
            (people[0].id, "c"),
            (people[1].id, "a"),
        }


def test_somebody_else_is_found_by_the_beginning_of_a_name_or_by_a_number(actor, groups):
    trainer, stranger = actor("trainer"), actor("trainer")

    def person(name: str, group: Group = groups[0], **more: str) -> Person:
        told = {"created_by": trainer.public_id} | more
        return row(Person, group=group, chosen_name=name.title(), sort_name=name, **told)

    achieng, akinyi = person("achieng", reference="P_7"), person("akinyi", reference="PX7")
    person("achieng", groups[1])
    person("achieng", created_by=stranger.public_id)
    many = [person(f"zawadi {number:02}") for number in range(11)]
    group = groups[0].public_id

    def called(text: str) -> list[str]:
        found = queries.people_called(db.session(), trainer, group, text)
        return [one.public_id for one in found]

    assert called("A") == [achieng.public_id, akinyi.public_id]
    assert called(" P_7 ") == [achieng.public_id]
    assert called("%") == called(" ") == []
    assert called("zawadi") == [one.public_id for one in many[:10]]
    wanted = {one.public_id for one in db.session.query(Person)}
    found = queries.people_by_id(db.session(), trainer, group, wanted)
    assert set(found) == {one.public_id for one in (achieng, akinyi, *many)}
    assert found[achieng.public_id].told == "P_7"
