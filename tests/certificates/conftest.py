"""A workshop of which one person attended all, one most and one little; and a rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from kash.attendance import services as attendance
from kash.attendance.queries import slot_sheet
from kash.attendance.rules import Operation
from kash.certificates import queries, services
from kash.certificates.models import CertificateBatch
from kash.certificates.rules import Unasked
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
        closing = attendance.close_slot(register_public_id, public_id, made.trainer, operations)
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
            row.person_public_id
            for row in queries.candidates(self.workshop)
            if row.chosen_name == name
        )

    def batch(self, public_id: str) -> CertificateBatch:
        return queries.batch_of(self.workshop, public_id)

    def confirm(self, *names: str) -> None:
        services.confirm_names(
            self.workshop, {self.person(name): name for name in names}, self.trainer
        )

    def proposed(self) -> str:
        return services.propose(
            self.workshop, "classic", self.trainer, unasked=Unasked.PRINT
        ).public_id

    def issued(self) -> str:
        batch = self.proposed()
        services.approve(self.batch(batch), self.director)
        services.issue(self.batch(batch), self.workshop.ends_on, self.trainer)
        return batch


@pytest.fixture
def ready(held: Held, actor: Callable[..., Actor]) -> Ready:  # noqa: F811
    """All marked, the rule at 75 per cent of the hours, no name confirmed yet."""
    mark(held)
    made = Ready(held, held.trainer, actor("director", name="Subira Mfano"))
    services.set_rule(75, name_must_be_confirmed=True, by=made.director)
    return made
