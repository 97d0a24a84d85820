"""A workshop that was held, with the rule of its certificates, and what confirms its registers."""

from kash.attendance.services.registers import confirm_slot
from kash.figures.indicators.models import Completion
from kash.people.models import Person
from kash.platform.database import db
from kash.policy import Actor
from tests.certificates.conftest import Ready, mark, ready  # noqa: F401
from tests.workshops.conftest import Held, held, plan  # noqa: F401


def confirm(made: Held, by: Actor, *, leave: int = 0) -> None:
    """Confirm the registers of a workshop but for the last ones."""
    slots = [slot.public_id for slot in made.row.register.slots]
    register = made.register
    db.session.rollback()
    for slot in slots[: len(slots) - leave]:
        confirm_slot(register, slot, by)


def facts(made: Held) -> dict[str, tuple[int, int, bool]]:
    """Minutes, per cent, and if the requirements were met, by chosen name."""
    db.session.rollback()
    rows = (
        db.session.query(Person.chosen_name, Completion)
        .join(Completion, Completion.person_id == Person.id)
        .filter(Completion.workshop_id == made.row.id)
    )
    found = {name: (one.minutes, one.percentage, one.met) for name, one in rows}
    db.session.rollback()
    return found
