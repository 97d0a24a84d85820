"""The sample's payouts, in every state that a list and a payment can have."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from kash.attendance.queries.registers import slot_of, slot_sheet
from kash.attendance.rules.marking import Operation
from kash.attendance.services.marking import close_slot
from kash.demo.accounts import DIRECTOR, SECOND_TRAINER, TRAINER
from kash.payouts.models import PayoutList
from kash.payouts.queries.drafts import draft
from kash.payouts.queries.lists import lines_of, list_of
from kash.payouts.queries.rates import table_for
from kash.payouts.queries.reversals import reversal_of, reversals_of
from kash.payouts.rules.amounts import written_amount
from kash.payouts.rules.rates import Basis, Rates, RoleRates
from kash.payouts.rules.steps import PaymentState
from kash.payouts.services.claims import BOTH, settle
from kash.payouts.services.lists import approve, propose, turn_back
from kash.payouts.services.payees import Chosen, add_payee, choose_bands, make_exception
from kash.payouts.services.payments import Note, note_payment, pay_in_cash, take_results
from kash.payouts.services.rates import set_rates
from kash.payouts.services.reversals import approve_reversal
from kash.payouts.services.sending import open_numbers
from kash.platform.database import db, new_public_id
from kash.platform.web.formats import to_local
from kash.policy import Actor
from kash.training.models import CourseVersion
from kash.workshops.models import Workshop
from kash.workshops.services.enrolment import enrol
from kash.workshops.services.planning import WorkshopDetails, plan_workshop

# A workshop besides those of the schedule, which claims a day of one of them again.
BESIDE = "Evening talk, Kondele"
NEAR, FURTHER, FAR = "Within the town", "Up to 20 km", "Beyond 20 km"
RATES = Rates(
    bands=(NEAR, FURTHER, FAR),
    roles={
        "participant": RoleRates(Basis.DAY, (30_000, 50_000, 90_000)),
        "facilitator": RoleRates(Basis.SESSION, (100_000, 100_000, 120_000)),
        "driver": RoleRates(Basis.DAY, (150_000, 250_000, 400_000)),
        "interpreter": RoleRates(Basis.DAY, (200_000, 200_000, 250_000)),
    },
)


def _workshop(public_id: str) -> Workshop:
    return db.session.scalars(select(Workshop).where(Workshop.public_id == public_id)).one()


def _list(workshop: str, public_id: str) -> PayoutList:
    return list_of(_workshop(workshop), public_id)


def _attended(workshop: str) -> list[str]:
    """People who attended, but for those who only have been paid."""
    found = _workshop(workshop)
    table = table_for(found.id)
    rows = draft(found, table) if table is not None else []
    return [row.public_id for row in rows if row.person_id is not None and row.due.days]


def _choose(workshop: str, by: Actor, excluding: int = 0) -> None:
    people = _attended(workshop)
    choose_bands(
        _workshop(workshop),
        {
            person: Chosen("participant", (NEAR, FURTHER, NEAR, FAR)[place % 4])
            for place, person in enumerate(people[: len(people) - excluding])
        },
        by,
    )


def pay_out(actors: dict[str, Actor], workshops: list[str]) -> None:
    """Rates; one list that was paid, with all that can happen; one that waits, with a day that is
    claimed twice; one that was turned back; and a workshop whose bands are not all chosen."""
    director = actors[DIRECTOR.key]
    set_rates(RATES, director)
    paid, waits, returned = workshops[:3]
    _paid_list(actors, paid)
    _choose(waits, actors[TRAINER.key])
    propose(_workshop(waits), actors[TRAINER.key])
    _beside(actors, waits)
    second = actors[SECOND_TRAINER.key]
    _choose(returned, second)
    turned = propose(_workshop(returned), second)
    turn_back(_list(returned, turned), "The driver of the second day is missing.", director)


def _paid_list(actors: dict[str, Actor], workshop: str) -> None:
    trainer, director = actors[TRAINER.key], actors[DIRECTOR.key]
    _choose(workshop, trainer)
    people = _attended(workshop)
    found = _workshop(workshop)
    make_exception(
        found, people[1], waived=True, extra_cents=0, reason="Came in the car.", by=trainer
    )
    make_exception(
        _workshop(workshop),
        people[2],
        waived=False,
        extra_cents=25_000,
        reason="Night fare after the last session.",
        by=trainer,
    )
    add_payee(
        _workshop(workshop),
        name="Dereva Kigezo",
        phone="+254700000099",
        chosen=Chosen("driver", FURTHER),
        days=[found.starts_on, found.ends_on],
        by=trainer,
    )
    made = propose(_workshop(workshop), trainer)
    approve(_list(workshop, made), director)
    lines = lines_of(_list(workshop, made))
    in_cash = [line.public_id for line in lines[:4]]
    pay_in_cash(_list(workshop, made), in_cash, trainer)
    # The two that stand last are on their way still.
    open_numbers(_list(workshop, made), trainer)
    came_back = [
        f"{line.reference},{written_amount(line.amount_cents)},{said},QKS{place}SAMPLE,{why}"
        for place, (line, said, why) in enumerate(
            zip(
                lines[4:],
                ["Completed"] * 6 + ["Failed", "Reversed"],
                [""] * 6 + ["Number not registered", "Sent to a wrong number"],
                strict=False,
            )
        )
    ]
    content = "\n".join(["Reference,Amount,Status,Transaction ID,Reason", *came_back]).encode()
    # Whoever made the file brings no failed row of it, and another approves that it failed.
    second = actors[SECOND_TRAINER.key]
    take_results(_list(workshop, made), content, second, only_fitting=False)
    (reversal,) = reversals_of(_list(workshop, made))
    approve_reversal(reversal_of(_list(workshop, made), reversal.public_id), director)
    first = lines_of(_list(workshop, made))[0]
    note_payment(
        _list(workshop, made),
        first.public_id,
        Note(PaymentState.RETURNED, "cash", reason="She had left: the envelope came back."),
        PaymentState.PAID,
        trainer,
    )


def _beside(actors: dict[str, Actor], workshop: str) -> None:
    """A short workshop of another trainer on the first day, with two of the same people."""
    by = actors[SECOND_TRAINER.key]
    found = _workshop(workshop)
    version = db.session.scalars(
        select(CourseVersion.public_id).where(CourseVersion.id == found.version_id)
    ).one()
    day = found.starts_on
    table = table_for(found.id)
    rows = draft(found, table) if table is not None else []
    twice = [row.public_id for row in rows if row.person_id and day in row.due.days][:2]
    beside = plan_workshop(
        version,
        WorkshopDetails(title=BESIDE, starts_on=day, ends_on=day + timedelta(days=2)),
        by,
    )
    for person in twice:
        enrol(beside, person, by)
    made = _workshop(beside)
    register, register_id = made.register.public_id, made.register_id
    slots = [slot.public_id for slot in made.register.slots]
    for slot in slots:
        sheet = slot_sheet(register_id, slot_of(register_id, slot))
        on_first = to_local(sheet.slot.starts_at).date() == day
        close_slot(
            register,
            slot,
            by,
            [
                Operation(
                    op_id=new_public_id(),
                    slot=slot,
                    entry=row.entry,
                    status="present" if on_first else "absent",
                    expected_version=row.version,
                    device_time=sheet.slot.starts_at,
                )
                for row in sheet.rows
            ],
        )
    _choose(beside, by)
    propose(_workshop(beside), by)
    settle(
        _workshop(beside),
        person=twice[0],
        day=day,
        other=workshop,
        keeps=BOTH,
        reason="Went home and came again in the evening.",
        by=by,
    )
