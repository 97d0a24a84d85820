"""A register with slots and people, that belongs to nothing in particular."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from kash.attendance.models import HeldItem, Mark, Pad, RosterEntry, Slot
from kash.attendance.register import add_slot, new_register, put_on_roster
from kash.attendance.rules.marking import Operation
from kash.people.models import Group, Person
from kash.platform.database import db, new_public_id, utc_now, writing
from kash.policy import Actor
from kash.workshops.services.people import enrol
from kash.workshops.services.planning import plan_workshop
from tests.attendance.phones import Phone
from tests.workshops.conftest import details, make_person, make_version

BEGIN = datetime(2026, 11, 17, 5, 30, tzinfo=UTC)


@dataclass
class Kept:
    """A register's public ids, in order."""

    id: int
    public_id: str
    slots: list[str] = field(default_factory=list)
    entries: list[str] = field(default_factory=list)

    def operation(
        self, entry: int, status: str, version: int = 0, *, slot: int = 0, op_id: str = ""
    ) -> Operation:
        return Operation(
            op_id or new_public_id(),
            self.slots[slot],
            self.entries[entry],
            status,
            version,
            datetime.now(UTC),
        )

    def marks(self, slot: int = 0) -> dict[int, tuple[str, int]]:
        """Status and version by the entry's number."""
        rows = db.session.execute(
            db.select(RosterEntry.public_id, Mark.status, Mark.version)
            .join(Slot, Slot.id == Mark.slot_id)
            .join(RosterEntry, RosterEntry.person_id == Mark.person_id)
            .where(Slot.public_id == self.slots[slot], RosterEntry.register_id == self.id)
        )
        return {self.entries.index(row[0]): (row[1], row[2]) for row in rows}


@pytest.fixture
def trainer(actor):
    return actor("trainer", name="Amani Mfano")


@pytest.fixture
def keep(app):
    """`keep(people=3, slots=2)` makes a register; its people alternate between the groups."""

    def make(people: int = 3, slots: int = 2, purpose: str = "workshop") -> Kept:
        groups = [row.id for row in db.session.query(Group).order_by(Group.position)]
        with writing() as session:
            register = new_register(session, purpose)
            kept = Kept(register.id, register.public_id)
            for number in range(slots):
                slot = add_slot(session, register, BEGIN + timedelta(hours=2 * number), 90)
                kept.slots.append(slot.public_id)
            for number in range(people):
                person = Person(
                    chosen_name=f"Person {number:03}",
                    sort_name=f"person {number:03}",
                    group_id=groups[number % len(groups)],
                    created_by="system",
                )
                session.add(person)
                session.flush()
                entry = put_on_roster(session, register.id, person.id)
                kept.entries.append(entry.public_id)
        return kept

    return make


NAMES = ("Zawadi Kiongozi", "Amina Otieno", "Juma")


@dataclass
class Taken:
    """A workshop whose register is on a phone."""

    trainer: Actor
    workshop: str
    phone: Phone
    signed_in: FlaskClient
    # Nobody is signed in where the phone sends.
    network: FlaskClient

    @property
    def slots(self) -> list[str]:
        return [each["id"] for each in self.phone.granted["slots"]]

    @property
    def entries(self) -> list[str]:
        return [each["entry"] for each in self.phone.granted["roster"]]

    def send(self, *items: dict[str, Any], **more: Any) -> Any:
        return self.phone.send(self.network, list(items), **more)

    def held(self) -> list[HeldItem]:
        """What waits, in order."""
        db.session.rollback()
        return db.session.query(HeldItem).filter_by(decision="").order_by(HeldItem.id).all()

    def pad(self) -> Pad:
        db.session.rollback()
        return db.session.query(Pad).filter_by(public_id=self.phone.pad).one()


@pytest.fixture
def taken(app, actor, client_for):
    trainer = actor("trainer", name="Amani Mfano")
    workshop = plan_workshop(
        make_version((60, 60)), details(facilitators=[trainer.public_id]), trainer
    )
    for name in NAMES:
        enrol(workshop, make_person(name), trainer)
    # A register is taken along until the day of its last session is over.
    db.session.query(Slot).order_by(Slot.starts_at.desc()).first().starts_at = utc_now()
    db.session.commit()
    phone, browser = Phone(), client_for(trainer)
    assert phone.take(browser, workshop).status_code == 200
    return Taken(trainer, workshop, phone, browser, app.test_client())
