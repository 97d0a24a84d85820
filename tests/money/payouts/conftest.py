"""Workshops that were held, with rates, and the people who deal with their payouts."""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from kash.attendance.queries.registers import slot_sheet
from kash.attendance.rules.marking import Operation
from kash.attendance.services.marking import close_slot
from kash.money.payouts.models import PayoutList, PayoutReversal
from kash.money.payouts.queries.claims import DraftRow, draft, table_for
from kash.money.payouts.queries.payments import lines_of, list_of
from kash.money.payouts.rules import Basis, Rates, RoleRates
from kash.money.payouts.services.claims import Chosen, choose_bands, propose, set_rates
from kash.money.payouts.services.payments import approve, approve_reversal
from kash.people.models import Person
from kash.platform.database import db, new_public_id, utc_now
from kash.platform.vault import seal
from kash.policy import Actor
from kash.workshops.models import Workshop
from kash.workshops.services.people import enrol
from tests.workshops.conftest import Held, make_person, plan  # noqa: F401

# Four sessions on two days: what each was marked in them.
MARKS = {
    "Zawadi Sampuli": ("present", "present", "present", "present"),
    "Baraka Sampuli": ("late", "left_early", "absent", "absent"),
    "Faraja Sampuli": ("absent", "absent", "absent", "absent"),
}
NEAR, FAR = "Within town", "Beyond 20 km"
RATES = Rates(
    bands=(NEAR, FAR),
    roles={
        "participant": RoleRates(Basis.DAY, (50_000, 120_050)),
        "driver": RoleRates(Basis.DAY, (150_000, 300_000)),
        "facilitator": RoleRates(Basis.SESSION, (100_000, None)),
    },
)


def mark(made: Held, marks: Mapping[str, tuple[str, ...]]) -> None:
    """Mark everyone in every slot, and close the slots."""
    register = made.row.register
    register_id, register_public_id = register.id, register.public_id
    for position, public_id in enumerate([slot.public_id for slot in register.slots]):
        slot = next(one for one in made.row.register.slots if one.public_id == public_id)
        operations = [
            Operation(
                op_id=new_public_id(),
                slot=public_id,
                entry=row.entry,
                status=marks.get(row.name, ("absent",) * 4)[position],
                expected_version=row.version,
                device_time=utc_now(),
            )
            for row in slot_sheet(register_id, slot).rows
        ]
        db.session.rollback()
        assert close_slot(register_public_id, public_id, made.trainer, operations).closed


def give_phone(public_id: str, phone: str) -> None:
    """Keep a phone for a person, sealed as usual."""
    person = db.session.query(Person).filter_by(public_id=public_id).one()
    person.phone_sealed = seal(phone, kind="person.phone", public_id=public_id)
    db.session.commit()


@dataclass
class Ready:
    """A workshop that was held, and who deals with its payouts."""

    held: Held
    trainer: Actor
    director: Actor

    @property
    def workshop(self) -> Workshop:
        return self.held.row

    def rows(self) -> dict[str, DraftRow]:
        table = table_for(self.workshop.id)
        assert table is not None
        return {row.name: row for row in draft(self.workshop, table)}

    def person(self, name: str) -> str:
        return db.session.query(Person).filter_by(chosen_name=name).one().public_id

    def band(self, **bands: str) -> int:
        """Choose bands by first names; how many changed."""
        return choose_bands(
            self.workshop,
            {
                self.person(f"{name} Sampuli"): Chosen("participant", band)
                for name, band in bands.items()
            },
            self.trainer,
        )

    def one(self, public_id: str) -> PayoutList:
        return list_of(self.workshop, public_id)

    def proposed(self) -> str:
        return propose(self.workshop, self.trainer)

    def approved(self) -> str:
        made = self.proposed()
        approve(self.one(made), self.director)
        return made

    def agreed(self, by: Actor | None = None) -> int:
        """Approve what is said of payments of all lists; how often that was."""
        waiting = db.session.scalars(
            select(PayoutReversal).where(PayoutReversal.state == "proposed")
        ).all()
        for reversal in waiting:
            approve_reversal(reversal, by or self.director)
        return len(waiting)

    def amounts(self, public_id: str) -> dict[str, int]:
        return {
            (line.person or line.payee).chosen_name  # type: ignore[union-attr]
            if line.person
            else line.payee.name: line.amount_cents  # type: ignore[union-attr]
            for line in lines_of(self.one(public_id))
        }


@pytest.fixture
def ready(plan, actor):  # noqa: F811
    """Two days of two sessions each, all marked; the programme's rates set, no band chosen."""
    held = plan(minutes=(180, 180, 180, 180))
    for name, letter in (("Zawadi", "B"), ("Baraka", "A"), ("Faraja", "B")):
        enrol(held.workshop, make_person(f"{name} Sampuli", letter), held.trainer)
    mark(held, MARKS)
    made = Ready(held, held.trainer, actor("director", name="Subira Mfano"))
    set_rates(RATES, made.director)
    return made


@pytest.fixture
def twice(ready, plan):  # noqa: F811
    """Another workshop on the same days by another trainer, in which Zawadi was on the first."""
    made = plan(minutes=(180, 180, 180, 180))
    enrol(made.workshop, ready.person("Zawadi Sampuli"), made.trainer)
    mark(made, {"Zawadi Sampuli": ("present", "absent", "absent", "absent")})
    return Ready(made, made.trainer, ready.director)
