"""A workshop of which one person attended all, one most and one little; and a rule."""

from dataclasses import dataclass

import pytest

from kash.attendance.queries.registers import slot_sheet
from kash.attendance.rules.marking import Operation
from kash.attendance.services.marking import close_slot
from kash.certificates.models import CertificateBatch
from kash.certificates.queries.issuing import batch_of, candidates
from kash.certificates.rules.issuing import Unasked
from kash.certificates.services.issuing import approve, confirm_names, issue, propose, set_rule
from kash.platform.database import db, utc_now
from kash.policy import Actor
from kash.workshops.models import Workshop
from tests.workshops.conftest import Held, held, plan  # noqa: F401

ALL, MOST, LITTLE = "Zawadi Sampuli", "Baraka Sampuli", "Faraja Sampuli"
# Slots of 90 minutes each in which each is present, of four.
PRESENT = {ALL: 4, MOST: 3, LITTLE: 1}


def mark(made: Held) -> None:
    """Mark everyone in every slot, and close the slots."""
    register = made.row.register
    register_id, register_public_id = register.id, register.public_id
    slots = [slot.public_id for slot in register.slots]
    for position, public_id in enumerate(slots):
        slot = next(one for one in made.row.register.slots if one.public_id == public_id)
        sheet = slot_sheet(register_id, slot)
        operations = [
            Operation(
                op_id=f"{public_id}-{row.entry}",
                slot=public_id,
                entry=row.entry,
                status="present" if position < PRESENT.get(row.name, 0) else "absent",
                expected_version=0,
                device_time=utc_now(),
            )
            for row in sheet.rows
        ]
        db.session.rollback()
        closing = close_slot(register_public_id, public_id, made.trainer, operations)
        assert closing.closed


@dataclass
class Ready:
    """A workshop that was held, and the people who deal with its certificates."""

    held: Held
    trainer: Actor
    director: Actor

    @property
    def workshop(self) -> Workshop:
        return self.held.row

    def person(self, name: str) -> str:
        return next(
            row.person_public_id for row in candidates(self.workshop) if row.chosen_name == name
        )

    def batch(self, public_id: str) -> CertificateBatch:
        return batch_of(self.workshop, public_id)

    def confirm(self, *names: str) -> None:
        confirm_names(self.workshop, {self.person(name): name for name in names}, self.trainer)

    def proposed(self) -> str:
        return propose(self.workshop, "classic", self.trainer, unasked=Unasked.PRINT).public_id

    def issued(self) -> str:
        batch = self.proposed()
        approve(self.batch(batch), self.director)
        issue(self.batch(batch), self.workshop.ends_on, self.trainer)
        return batch


@pytest.fixture
def ready(held, actor):  # noqa: F811
    """All marked, the rule at 75 per cent of the hours, no name confirmed yet."""
    mark(held)
    made = Ready(held, held.trainer, actor("director", name="Subira Mfano"))
    set_rule(75, name_must_be_confirmed=True, by=made.director)
    return made
