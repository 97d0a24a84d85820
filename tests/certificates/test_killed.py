"""A batch of 1,000 whose worker is killed in the middle, twice: nobody gets two, nobody none."""

import secrets

from sqlalchemy import func, insert, select

from kash.attendance.models import Mark, RosterEntry
from kash.certificates.models import Certificate
from kash.certificates.queries.issuing import how_far
from kash.certificates.rules.issuing import read_serial
from kash.certificates.services.issuing import PART, approve, issue, set_rule
from kash.people.models import Group, Person
from kash.platform.database import db, new_public_id
from kash.platform.jobs import Job
from kash.platform.vault import verify
from kash.platform.vault.models import AuditEntry
from kash.workshops.models import Enrolment
from tests.forks import in_fork

from .conftest import Ready
from .killed import work_until_done

PEOPLE = 1000


def crowd(ready: Ready) -> None:
    """A thousand people who attended everything, in few statements."""
    workshop = ready.workshop
    group = db.session.scalars(select(Group.id).where(Group.letter == "B")).one()
    ids = [new_public_id() for _ in range(PEOPLE)]
    db.session.execute(
        insert(Person),
        [
            {
                "public_id": public_id,
                "chosen_name": f"Mfano {number:04}",
                "sort_name": f"mfano {number:04}",
                "group_id": group,
                "created_by": "system",
            }
            for number, public_id in enumerate(ids)
        ],
    )
    people = db.session.scalars(select(Person.id).where(Person.public_id.in_(ids))).all()
    entries = [
        {"public_id": new_public_id(), "register_id": workshop.register_id, "person_id": person}
        for person in people
    ]
    db.session.execute(insert(RosterEntry), entries)
    rows = db.session.execute(
        select(RosterEntry.id, RosterEntry.person_id).where(RosterEntry.person_id.in_(people))
    ).all()
    db.session.execute(
        insert(Enrolment),
        [
            {
                "public_id": new_public_id(),
                "workshop_id": workshop.id,
                "person_id": row.person_id,
                "roster_entry_id": row.id,
            }
            for row in rows
        ],
    )
    db.session.execute(
        insert(Mark),
        [
            {"slot_id": slot.id, "person_id": person, "status": "present"}
            for slot in workshop.register.slots
            for person in people
        ],
    )
    db.session.commit()


def test_a_killed_worker_leaves_neither_a_double_nor_a_gap(both_engines_app, ready):
    crowd(ready)
    set_rule(75, name_must_be_confirmed=False, months_valid=24, by=ready.director)
    batch = ready.proposed()
    approve(ready.batch(batch), ready.director)
    job = issue(ready.batch(batch), ready.workshop.ends_on, ready.trainer)
    total = PEOPLE + 2
    assert how_far(ready.batch(batch)) == (PART, total)
    given = db.session.scalars(
        select(Certificate.serial).where(Certificate.serial.is_not(None))
    ).all()
    # Of some two hundred statements; the first few only look what was dropped.
    points = [10 + secrets.randbelow(70) for _ in range(2)]

    settings = both_engines_app.config["SETTINGS"]
    db.session.remove()
    db.engine.dispose()
    _, ended = in_fork(work_until_done, settings.data_dir, settings.database_url, points)
    assert ended == [-9, -9, 0], points

    work = db.session.scalars(select(Job).where(Job.public_id == job)).one()
    assert (work.state, work.attempts) == ("done", 3), points
    assert ready.batch(batch).state == "issued"
    rows = db.session.execute(
        select(Certificate.serial, Certificate.person_id, Certificate.payload)
    ).all()
    assert len(rows) == total, points
    assert len({row.serial for row in rows}) == total, points
    assert len({row.person_id for row in rows}) == total
    assert all(row.serial and read_serial(row.serial) == row.serial for row in rows)
    assert set(given) <= {row.serial for row in rows}
    assert all(row.payload is not None for row in rows)
    # One entry for each part that became durable, the first among them.
    parts = db.session.scalar(
        select(func.count(AuditEntry.seq)).where(AuditEntry.action == "certificates.issued")
    )
    assert parts == -(-total // PART)
    assert verify(db.session()).sound
