"""A statement that was sent is the same to the last letter, whoever is merged or erased since."""

import random
from datetime import date

from sqlalchemy import select

from kash.figures.indicators.models import Completion
from kash.figures.statements.feature import PERSONAL
from kash.figures.statements.models import FrozenFigure
from kash.figures.statements.queries import figures_of, sealed_people
from kash.figures.statements.services import document_of
from kash.people.erasure import ErasedPerson
from kash.people.models import Person
from kash.people.services.merging import merge_people, undo_merge
from kash.platform.database import db, writing
from kash.policy import SYSTEM
from tests.figures.statements.conftest import Q2
from tests.profile import usual_or_long

PEOPLE = PERSONAL[0]


def _merge(chance: random.Random) -> None:
    people = db.session.execute(
        select(Person.public_id, Person.row_version, Person.id).order_by(Person.id)
    ).all()
    kept, gone = chance.sample(people, 2)
    groups = dict(db.session.execute(select(Person.id, Person.group_id)).all())
    if groups[kept.id] != groups[gone.id]:
        return
    db.session.rollback()
    merge_people(kept.public_id, gone.public_id, {}, (kept.row_version, gone.row_version), SYSTEM)


def _erase(chance: random.Random) -> str:
    person = chance.choice(db.session.scalars(select(Person).order_by(Person.id)).all())
    subject = ErasedPerson(person.id, person.public_id, ())
    db.session.rollback()
    with writing() as session:
        PEOPLE.erase(session, subject)
        for row in session.scalars(select(Completion).filter_by(person_id=subject.id)):
            session.delete(row)
    return subject.public_id


def _correct(chance: random.Random) -> None:
    row = chance.choice(db.session.scalars(select(Completion).order_by(Completion.id)).all())
    row.met = chance.random() < 0.5
    row.sex = chance.choice(("female", "male", "other"))
    row.age_band = chance.choice(("18-24", "25-34", "35-44"))
    db.session.commit()


def test_a_statement_is_printed_again_with_the_same_bytes(both_engines_app, held):
    late = held.workshop(date(2025, 5, 5), "Birch")
    held.completed(late, 9, sex="other", age="18-24")
    made = [held.sent("Amber"), held.sent("Birch"), held.sent("Birch", Q2)]
    before = [held.read(one).document for one in made]
    chance, gone = random.Random(7), set()
    for _time in range(usual_or_long(24, 200)):
        act = chance.choice((_merge, _erase, _correct))
        gone.add(act(chance))
    db.session.rollback()
    assert [document_of(held.read(one)) for one in made] == before
    assert [held.read(one).document for one in made] == before
    kept = [sealed_people(one).people for one in db.session.scalars(select(FrozenFigure))]
    assert not gone.intersection(*[frozenset().union(*kept)])
    for one in made:
        assert figures_of(held.read(one), changes=True)


def test_whoever_is_erased_is_among_none_who_were_counted_nor_is_whoever_she_was_before(held):
    held.sent()
    first, second, third = db.session.scalars(
        select(Person).where(Person.group_id == held.groups[1].id).order_by(Person.id).limit(3)
    )
    ids = [first.public_id, second.public_id]
    key, versions, stays = first.id, (first.row_version, second.row_version), third.public_id
    db.session.rollback()
    merge_people(*ids, {}, versions, SYSTEM)
    subject = ErasedPerson(key, ids[0], ())
    with writing() as session:
        found = PEOPLE.count(session, subject)
        assert PEOPLE.erase(session, subject) == found > 0
        assert PEOPLE.count(session, subject) == 0
    rows = list(db.session.scalars(select(FrozenFigure)))
    assert not frozenset(ids) & frozenset().union(*[sealed_people(one).people for one in rows])
    assert any(stays in sealed_people(one).people for one in rows)
    whole = next(one for one in rows if one.of_line.starred and not one.place)
    assert (whole.value, sealed_people(whole).count) == (62, 62)


def test_whoever_was_taken_for_her_for_a_while_stays_among_those_who_were_counted(held):
    held.sent()
    first, second = db.session.scalars(
        select(Person).where(Person.group_id == held.groups[1].id).order_by(Person.id).limit(2)
    )
    ids = [first.public_id, second.public_id]
    key, versions = first.id, (first.row_version, second.row_version)
    db.session.rollback()
    merged = merge_people(*ids, {}, versions, SYSTEM)
    undo_merge(merged, SYSTEM)
    with writing() as session:
        PEOPLE.erase(session, ErasedPerson(key, ids[0], ()))
    rows = [sealed_people(one).people for one in db.session.scalars(select(FrozenFigure))]
    assert set(ids) & frozenset().union(*rows) == {ids[1]}
