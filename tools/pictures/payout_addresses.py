"""The sample's values for the addresses of payouts."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Select, select

from kash.money.payouts.models import (
    Payee,
    PaymentSheet,
    PayoutLine,
    PayoutList,
    PayoutPart,
    PayoutReversal,
)
from kash.money.payouts.queries.claims import double_claims
from kash.people.models import Person
from kash.platform.database import db
from kash.workshops.models import Workshop
from tools.pictures.sample_values import Choices, Known

Place = Callable[[str, str, Known], Choices]


def payout_places() -> dict[str, Place]:
    """By the beginning of a route, what its last argument may be."""
    at = "/workshops/<public_id>/payouts"
    return {
        f"{at}/lists/<list_id>": _of_workshop(
            select(PayoutList.public_id)
            .join(Workshop, Workshop.id == PayoutList.workshop_id)
            .order_by(PayoutList.id.desc())
        ),
        f"{at}/lists/<list_id>/paper/<sheet_id>": _of_workshop(
            select(PaymentSheet.public_id)
            .join(PayoutList, PayoutList.id == PaymentSheet.list_id)
            .join(Workshop, Workshop.id == PayoutList.workshop_id)
            .where(PaymentSheet.letter == "B")
        ),
        f"{at}/lists/<list_id>/lines/<line_id>": _of_workshop(
            select(PayoutLine.public_id)
            .join(PayoutList, PayoutList.id == PayoutLine.list_id)
            .join(Workshop, Workshop.id == PayoutList.workshop_id)
            .order_by(PayoutList.id.desc(), PayoutLine.position)
        ),
        f"{at}/lists/<list_id>/reversals/<reversal_id>": _of_workshop(
            select(PayoutReversal.public_id)
            .join(PayoutList, PayoutList.id == PayoutReversal.list_id)
            .join(Workshop, Workshop.id == PayoutList.workshop_id)
            .order_by(PayoutReversal.id.desc())
        ),
        f"{at}/people/<person_id>": _of_workshop(
            select(Person.public_id)
            .join(PayoutPart, PayoutPart.person_id == Person.id)
            .join(Workshop, Workshop.id == PayoutPart.workshop_id)
            .where(PayoutPart.extra_cents > 0)
        ),
        f"{at}/payees/<payee_id>": _of_workshop(
            select(Payee.public_id).join(Workshop, Workshop.id == Payee.workshop_id)
        ),
        f"{at}/claims/<person_id>": _claimed(0),
        f"{at}/claims/<person_id>/<day>": _claimed(1),
        f"{at}/claims/<person_id>/<day>/<other_id>": _claimed(2),
    }


def _of_workshop(statement: Select[str]) -> Place:
    def chosen(_endpoint: str, _key: str, known: Known) -> Choices:
        found = db.session.scalars(
            statement.where(Workshop.public_id == known["public_id"]).limit(1)
        ).one()
        return {"": found}

    return chosen


def _claimed(place: int) -> Place:
    """Address of a double claim that was settled: person, day and other workshop."""

    def chosen(_endpoint: str, _key: str, known: Known) -> Choices:
        found = db.session.scalars(
            select(Workshop).where(Workshop.public_id == known["public_id"])
        ).one()
        claim = next(one for one in double_claims(found, ()) if one.settled is not None)
        return {"": (claim.person, claim.day.isoformat(), claim.other)[place]}

    return chosen
