"""Two people who are one: every reference moves, and a merge is taken back exactly."""

import itertools
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select, text, update

from benchmarks.load import Size, load_programme
from kash.accounts.models import Account, Programme
from kash.attendance.models import Mark, MarkOperation, RosterEntry, Sheet
from kash.certificates.models import Certificate, CertificateBatch
from kash.forums.models import Action, ForumMember
from kash.people.facts import FACT
from kash.people.models import (
    Consent,
    Group,
    LikelyDuplicate,
    NotTheSame,
    Organisation,
    Person,
    PersonMerge,
    Posting,
)
from kash.people.queries.search import JoinedPosting, dependents, joined_postings, references
from kash.people.services.contacts import show_contact
from kash.people.services.merging import MergedMeanwhile, forget_merges, merge_people, undo_merge
from kash.people.services.persons import (
    AlreadyHere,
    ContactChange,
    PersonDetails,
    add_person,
    change_person,
)
from kash.platform.database import Base, db, utc_now, writing
from kash.platform.vault import open_sealed, seal, verify
from kash.platform.web import Problem
from kash.platform.web.errors import ChangedMeanwhile
from kash.policy import SYSTEM
from kash.workshops.models import Enrolment
from tests.conftest import CHEAP
from tests.refusals import refuses

SIZE = Size(
    people=14,
    workshops=4,
    people_each=8,
    slots_each=3,
    largest=10,
    courses=2,
    trainers=1,
    meetings=2,
    audit_entries=2,
)
NOT_COMPARED = {"audit_entry", "audit_head", "audit_subject", "person_merge", "job"}


def dump() -> dict[str, list[Any]]:
    """Every row of every table that a merge may not leave changed once it is taken back."""
    db.session.rollback()
    found = {}
    for table in Base.metadata.sorted_tables:
        if table.name not in NOT_COMPARED:
            rows = db.session.execute(select(table)).all()
            found[table.name] = sorted((tuple(row) for row in rows), key=repr)
    db.session.rollback()
    return found


@pytest.fixture
def programme(both_engines_app):
    """A programme in which people share workshops, marks, forums and certificates; their ids."""
    with writing() as session:
        session.execute(delete(Group))
        session.execute(delete(Programme))
    both_engines_app.config["ARGON2"] = CHEAP
    load_programme(both_engines_app, SIZE)
    with writing() as session:
        ids = list(session.scalars(select(Person.id).order_by(Person.id)))
        for number, person in enumerate(ids):
            session.add(
                Consent(
                    person_id=person,
                    purpose="contact",
                    answer="given" if number % 2 else "refused",
                    text="May we call you?",
                    text_version="1",
                    recorded_by="system",
                )
            )
        for first, second in zip(ids[::3], ids[1::3], strict=False):
            session.add(NotTheSame(first_id=first, second_id=second, said_by="system"))
        for first, second in zip(ids, ids[2:], strict=False):
            session.add(
                LikelyDuplicate(
                    first_id=first, second_id=second, score=50, reasons=["x"], reason="x"
                )
            )
        registers: dict[int, list[str]] = {}
        for entry in session.scalars(select(RosterEntry)):
            registers.setdefault(entry.register_id, []).append(entry.public_id)
        session.execute(delete(Sheet))
        for register, entries in registers.items():
            session.add(
                Sheet(
                    register_id=register,
                    number=1,
                    group_id=session.scalar(select(func.min(Group.id))) or 0,
                    day=date(2026, 3, 2),
                    rows=entries,
                    printed_by="system",
                )
            )
    yield list(db.session.scalars(select(Person.public_id).order_by(Person.id)))
    db.session.remove()


def _row_versions(*public_ids: str) -> tuple[int, int]:
    db.session.rollback()
    first, second = (
        db.session.scalar(select(Person.row_version).where(Person.public_id == public_id)) or 0
        for public_id in public_ids
    )
    db.session.rollback()
    return first, second


def _merge(kept: str, gone: str, **choices: str) -> str:
    return merge_people(kept, gone, choices, _row_versions(kept, gone), SYSTEM)


def test_every_foreign_key_to_a_person_is_declared(app):
    led = {
        f"{table.name}.{key.parent.name}"
        for table in Base.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name == "person"
    }
    assert {reference.name for reference in references()} == led


@pytest.mark.any_engine
def test_a_merge_taken_back_leaves_the_programme_as_it_was(programme):
    before = dump()
    chance = random.Random(7)
    shared = 0
    for _ in range(12):
        kept, gone = chance.sample(programme, 2)
        choices = {name: chance.choice(["kept", "gone"]) for name in FACT} | {
            "age_band": "kept",
            "birth_year": "kept",
        }
        try:
            merge = _merge(kept, gone, **choices)
        except Problem:
            continue
        merged = dump()
        assert len(merged["person"]) == len(before["person"]) - 1
        shared += len(before["mark"]) - len(merged["mark"])
        assert undo_merge(merge, SYSTEM) == gone
        assert dump() == before
    # Some of the pairs were marked in the same slots.
    assert shared > 0
    assert verify(db.session()).sound


def test_several_merges_are_taken_back_one_after_the_other(programme):
    before = dump()
    one, two, three = programme[4:7]
    first = _merge(two, one, chosen_name="gone")
    second = _merge(three, two, chosen_name="gone")
    with refuses("This merge can no longer be undone:"):
        undo_merge(first, SYSTEM)
    undo_merge(second, SYSTEM)
    undo_merge(first, SYSTEM)
    assert dump() == before


def test_of_two_marks_in_one_slot_presence_stands_and_both_histories_stay(programme):
    slots = select(Mark.slot_id).group_by(Mark.slot_id).having(func.count() > 1)
    rows = db.session.scalars(
        select(Mark).where(Mark.slot_id.in_(slots)).order_by(Mark.slot_id, Mark.id)
    ).all()
    one, two = next((a, b) for a, b in itertools.pairwise(rows) if a.slot_id == b.slot_id)
    slot, kept, gone = one.slot_id, one.person_id, two.person_id
    with writing() as session:
        session.execute(update(Mark).where(Mark.id == one.id).values(status="absent", version=4))
        session.execute(update(Mark).where(Mark.id == two.id).values(status="present", version=2))
    names = {row.id: row.public_id for row in db.session.scalars(select(Person))}
    history = (
        select(func.count())
        .select_from(MarkOperation)
        .where(MarkOperation.slot_id == slot, MarkOperation.person_id.in_((kept, gone)))
    )
    operations = db.session.scalar(history) or 0
    _merge(names[kept], names[gone])
    mark = db.session.scalars(
        select(Mark).where(Mark.slot_id == slot, Mark.person_id == kept)
    ).one()
    assert (mark.status, mark.version) == ("present", 5)
    assert db.session.scalar(history) == operations + 1
    assert not db.session.scalar(select(func.count()).where(Mark.person_id == gone))


@pytest.mark.any_engine
def test_everything_that_referred_to_her_refers_to_the_one_who_is_kept(programme):
    kept, gone = programme[:2]
    ids = {row.public_id: row.id for row in db.session.scalars(select(Person))}
    serials = set(
        db.session.scalars(
            select(Certificate.serial).where(
                Certificate.person_id.in_((ids[kept], ids[gone])), Certificate.serial.is_not(None)
            )
        )
    )
    sheets = {sheet.id: len(sheet.rows) for sheet in db.session.scalars(select(Sheet))}
    told = dependents(db.session(), [ids[gone]])
    assert told["Enrolments"] == db.session.scalar(
        select(func.count()).where(Enrolment.person_id == ids[gone])
    )
    assert told["Answers on consent"] == db.session.scalar(
        select(func.count()).where(Consent.person_id == ids[gone])
    )
    assert (
        dependents(db.session(), [ids[gone]], excluding=[each.name for each in references()]) == {}
    )
    _merge(kept, gone)
    assert dependents(db.session(), [ids[gone]]) == {}
    assert serials == set(
        db.session.scalars(
            select(Certificate.serial).where(
                Certificate.person_id == ids[kept], Certificate.serial.is_not(None)
            )
        )
    )
    entries = set(db.session.scalars(select(RosterEntry.public_id)))
    for sheet in db.session.scalars(select(Sheet)):
        assert len(sheet.rows) == sheets[sheet.id]
        assert set(sheet.rows) <= entries
    for enrolment in db.session.scalars(
        select(Enrolment).where(Enrolment.roster_entry_id.is_not(None))
    ):
        assert enrolment.roster_entry is not None
        assert enrolment.roster_entry.person_id == enrolment.person_id
    owners = set(db.session.scalars(select(Action.owner_id).where(Action.owner_id.is_not(None))))
    assert owners <= set(db.session.scalars(select(ForumMember.id)))


def test_two_certificates_of_one_workshop_both_stay_valid(programme):
    batch = db.session.scalars(
        select(Certificate.batch_id)
        .where(Certificate.serial.is_not(None))
        .group_by(Certificate.batch_id)
        .having(func.count() > 1)
        .limit(1)
    ).one()
    one, two = db.session.execute(
        select(Certificate.serial, Person.public_id)
        .join(Person)
        .where(Certificate.batch_id == batch)
        .order_by(Certificate.id)
        .limit(2)
    ).all()
    _merge(one.public_id, two.public_id)
    holder = db.session.scalars(select(Person).where(Person.public_id == one.public_id)).one()
    held = db.session.scalars(
        select(Certificate.serial).where(
            Certificate.batch_id == batch, Certificate.person_id == holder.id
        )
    )
    assert set(held) == {one.serial, two.serial}


@pytest.mark.any_engine
def test_of_two_proposed_in_one_batch_one_is_left(programme):
    one, two = programme[:2]
    ids = {row.public_id: row.id for row in db.session.scalars(select(Person))}
    with writing() as session:
        batch = session.scalars(select(CertificateBatch).limit(1)).one()
        proposed = CertificateBatch(
            workshop_id=batch.workshop_id, rule_id=batch.rule_id, proposed_by="system"
        )
        session.add(proposed)
        session.flush()
        number = proposed.id
        session.add_all(
            Certificate(
                batch_id=number,
                person_id=ids[each],
                printed_name="Name",
                public_title="Title",
                minutes=60,
            )
            for each in (one, two)
        )
    _merge(one, two)
    held = db.session.scalars(select(Certificate.person_id).where(Certificate.batch_id == number))
    assert list(held) == [ids[one]]


# --- Two made by hand -----------------------------------------------------------------------


@pytest.fixture
def two(both_engines_app, groups):
    def make(first: dict[str, Any] | None = None, second: dict[str, Any] | None = None) -> Any:
        group = groups[0].public_id
        return tuple(
            add_person(
                PersonDetails(**({"chosen_name": name, "group": group} | (more or {}))), SYSTEM
            )
            for name, more in (("Asali", first), ("Baraka", second))
        )

    return make


def _row(public_id: str) -> Person:
    db.session.rollback()
    return db.session.scalars(select(Person).where(Person.public_id == public_id)).one()


def test_facts_are_chosen_one_by_one(two):
    kept, gone = two(
        {"reference": "K-1", "ward": "Kondele", "phone": "+254712000001", "sex": "female"},
        {
            "reference": "G-1",
            "ward": "Nyalenda",
            "phone": "+254712000002",
            "email": "b@example.org",
        },
    )
    _merge(
        kept, gone, reference="gone", phone="gone", email="gone", ward="kept", chosen_name="gone"
    )
    found = _row(kept)
    assert (found.chosen_name, found.sort_name, found.reference, found.ward, found.sex) == (
        "Baraka",
        "baraka",
        "G-1",
        "Kondele",
        "female",
    )
    # What is sealed is sealed for her now.
    assert show_contact(kept, "phone", SYSTEM) == "+254712000002"
    assert show_contact(kept, "email", SYSTEM) == "b@example.org"
    assert db.session.scalar(select(func.count()).where(Person.public_id == gone)) == 0


@pytest.mark.any_engine
def test_a_minor_stays_one_without_an_age(two):
    kept, gone = two({"birth_year": 1990}, {"age_band": "under18"})
    merge = _merge(kept, gone)
    assert not _row(kept).minor
    undo_merge(merge, SYSTEM)
    flagged = (_row(gone).age_recorded_on, _row(gone).minor_since, _row(gone).minor_by)
    assert None not in flagged
    _merge(kept, gone, age_band="gone", birth_year="gone")
    # Else she would never come of age, nor a custodian read since when she counts as a child.
    found = _row(kept)
    assert (found.age_recorded_on, found.minor_since, found.minor_by) == flagged
    assert found.minor


@pytest.mark.any_engine
def test_a_confirmed_name_stays_confirmed_only_as_it_was(two):
    kept, gone = two({"printed_name": "Asali A."}, {"printed_name": "Baraka B."})
    moment = utc_now()
    with writing() as session:
        session.execute(
            update(Person).where(Person.public_id == gone).values(printed_name_confirmed_at=moment)
        )
    merge = _merge(kept, gone)
    assert _row(kept).printed_name_confirmed_at is None
    undo_merge(merge, SYSTEM)
    _merge(kept, gone, printed_name="gone")
    assert _row(kept).printed_name_confirmed_at == moment


@pytest.mark.any_engine
def test_postings_become_those_of_one(two):
    with writing() as session:
        session.add_all(Organisation(name=name, kind="station") for name in ("North", "South"))
    places = {row.name: row.public_id for row in db.session.scalars(select(Organisation))}
    kept, gone = two(
        {"organisation": places["North"], "since": date(2024, 1, 1)},
        {"organisation": places["South"], "since": date(2025, 1, 1)},
    )
    # So they are shown before the merge.
    assert joined_postings(_row(kept), _row(gone)) == [
        JoinedPosting("South", date(2025, 1, 1), None, changed=False),
        JoinedPosting("North", date(2024, 1, 1), date(2025, 1, 1), changed=True),
    ]
    before = dump()
    merge = _merge(kept, gone)
    assert [
        (row.organisation.name, row.since, row.until)
        for row in db.session.scalars(select(Posting).order_by(Posting.since))
    ] == [("North", date(2024, 1, 1), date(2025, 1, 1)), ("South", date(2025, 1, 1), None)]
    undo_merge(merge, SYSTEM)
    assert dump() == before


@pytest.mark.any_engine
def test_two_accounts_forbid_a_merge(two, actor):
    kept, gone = two()
    actor("peer", person_id=_row(kept).id)
    account = actor("peer", person_id=_row(gone).id)
    with refuses("Both have an account."):
        _merge(kept, gone)
    with writing() as session:
        session.execute(
            update(Account).where(Account.public_id == account.public_id).values(person_id=None)
        )
    _merge(kept, gone)


@pytest.mark.any_engine
def test_a_merge_is_refused_in_words(two):
    kept, gone = two({"reference": "1"}, {})
    with refuses("Choose two different people."):
        _merge(kept, kept)
    row_versions = _row_versions(kept, gone)
    change_person(
        gone,
        PersonDetails("Baraka", _row(gone).group.public_id, reference="2"),
        ContactChange(),
        row_versions[1],
        SYSTEM,
    )
    with pytest.raises(ChangedMeanwhile):
        merge_people(kept, gone, {}, row_versions, SYSTEM)
    row_versions = _row_versions(kept, gone)
    merge_people(kept, gone, {}, row_versions, SYSTEM)
    # The other way round, and again: someone else was quicker.
    with pytest.raises(MergedMeanwhile):
        merge_people(gone, kept, {}, row_versions[::-1], SYSTEM)
    assert _row(kept).reference == "1"


@pytest.mark.any_engine
def test_a_number_that_someone_else_has_is_not_taken(two, groups):
    kept, gone = two({"reference": "7"}, {"group": groups[1].public_id})
    add_person(PersonDetails("Third", groups[1].public_id, reference="7"), SYSTEM)
    with pytest.raises(AlreadyHere):
        _merge(kept, gone, group="gone")


@pytest.mark.any_engine
def test_what_was_changed_since_is_not_taken_back(two):
    kept, gone = two()
    merge = _merge(kept, gone)
    change_person(
        kept,
        PersonDetails("Asali Mpya", _row(kept).group.public_id),
        ContactChange(),
        _row(kept).row_version,
        SYSTEM,
    )
    before = dump()
    with refuses("This merge can no longer be undone:"):
        undo_merge(merge, SYSTEM)
    assert dump() == before


def test_a_merge_is_taken_back_though_its_key_was_used_again(two, groups):
    kept, gone = two({}, {"reference": "9"})
    with writing() as session:
        session.add(
            Consent(
                person_id=session.scalar(select(Person.id).where(Person.public_id == gone)),
                purpose="photo",
                answer="given",
                text="May we?",
                text_version="1",
                recorded_by="system",
            )
        )
    merge = _merge(kept, gone)
    add_person(PersonDetails("Newcomer", groups[0].public_id), SYSTEM)
    undo_merge(merge, SYSTEM)
    again = _row(gone)
    assert (again.chosen_name, again.reference) == ("Baraka", "9")
    assert [consent.purpose for consent in again.consents] == ["photo"]


@pytest.mark.any_engine
def test_a_merge_from_before_row_versions_had_their_name_is_taken_back(two):
    kept, gone = two()
    before = dump()
    merge = _merge(kept, gone)
    with writing() as session:
        row = session.scalars(select(PersonMerge)).one()
        written = open_sealed(row.sealed or b"", kind="person.merge", public_id=merge)
        of_before = written.replace(b'"row_version":', b'"edition":')
        assert of_before != written
        row.sealed = seal(of_before, kind="person.merge", public_id=merge)
    undo_merge(merge, SYSTEM)
    assert dump() == before


@pytest.mark.any_engine
def test_after_a_day_nothing_is_left_to_take_back(two):
    kept, gone = two()
    merge = _merge(kept, gone)
    row = select(PersonMerge.sealed).where(PersonMerge.public_id == merge)
    forget_merges()
    assert db.session.scalar(row) is not None
    with writing() as session:
        a_day_ago = utc_now() - timedelta(days=1, minutes=1)
        session.execute(update(PersonMerge).values(merged_at=a_day_ago))
    forget_merges()
    assert db.session.scalar(row) is None
    with refuses("This merge can no longer be undone."):
        undo_merge(merge, SYSTEM)


@pytest.mark.any_engine
def test_what_is_kept_to_take_a_merge_back_is_sealed(two):
    kept, gone = two({}, {"phone": "+254712000002"})
    _merge(kept, gone)
    sealed = db.session.scalar(select(PersonMerge.sealed)) or b""
    assert b"Baraka" not in sealed
    assert b"Asali" not in sealed
    assert len(sealed) > 200
    assert db.session.scalar(text("select count(*) from person_merge")) == 1


def test_of_two_who_merge_crosswise_at_once_one_wins(both_engines_app, two):
    one, other = two()
    row_versions = _row_versions(one, other)
    db.session.remove()
    start = threading.Barrier(2)

    def merge(kept: str, gone: str) -> str:
        with both_engines_app.app_context():
            start.wait()
            try:
                merge_people(kept, gone, {}, row_versions, SYSTEM)
            except MergedMeanwhile:
                return "told"
            finally:
                db.session.remove()
            return "merged"

    with ThreadPoolExecutor(2) as threads:
        ends = list(threads.map(merge, (one, other), (other, one)))
    assert sorted(ends) == ["merged", "told"]
    assert db.session.scalar(select(func.count(Person.id))) == 1
