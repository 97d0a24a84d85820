"""Official cash bail: to whom it is paid, and what is missing of what was typed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from kash.incidents.rules.money import names_officer
from kash.incidents.rules.record import CashBail, Record

# Bail is paid to an office, never to a hand: it has no other place.
PLACES = ("station", "court")
MOST = 40


class Wrong(StrEnum):
    """Fault of cash bail, by its sentence."""

    NOTHING_PAID = "nothing_paid"
    NOT_YET = "not_yet"
    NO_PLACE = "no_place"
    TO_A_HAND = "to_a_hand"
    NO_RECEIPT = "no_receipt"
    RECEIPT_AND_NONE = "receipt_and_none"
    SAME_RECEIPT = "same_receipt"
    NO_PERSON = "no_person"
    BACK_BEFORE = "back_before"
    BACK_WITHOUT_DAY = "back_without_day"
    MORE_BACK = "more_back"


def wrong_with(
    bail: CashBail,
    others: Sequence[CashBail],
    persons: Sequence[str],
    today: date,
    *,
    no_receipt: bool,
) -> list[tuple[str, Wrong]]:
    """(field, what) of whatever does not hold, in the order of the fields.

    `others` are those on record already, itself among them; `persons` ids of those on record;
    `no_receipt` whether it was said that there is none.
    """
    found: list[tuple[str, Wrong]] = []
    if persons and bail.person not in persons:
        found.append(("person", Wrong.NO_PERSON))
    if bail.amount <= 0:
        found.append(("amount", Wrong.NOTHING_PAID))
    found += _receipt(bail, others, no_receipt=no_receipt)
    if bail.paid_on is not None and bail.paid_on > today:
        found.append(("paid_on", Wrong.NOT_YET))
    if not (bail.place or bail.place_name):
        found.append(("place_name", Wrong.NO_PLACE))
    if not bail.place and names_officer(bail.place_name):
        found.append(("place_name", Wrong.TO_A_HAND))
    return found + _returned(bail, today)


def _receipt(
    bail: CashBail, others: Sequence[CashBail], *, no_receipt: bool
) -> list[tuple[str, Wrong]]:
    if not bail.receipt:
        return [] if no_receipt else [("receipt", Wrong.NO_RECEIPT)]
    if no_receipt:
        return [("receipt", Wrong.RECEIPT_AND_NONE)]
    written = receipt_as_read(bail.receipt)
    if any(receipt_as_read(one.receipt) == written for one in others if one.id != bail.id):
        return [("receipt", Wrong.SAME_RECEIPT)]
    return []


def _returned(bail: CashBail, today: date) -> list[tuple[str, Wrong]]:
    found: list[tuple[str, Wrong]] = []
    if bail.returned_on is not None:
        if bail.returned_on > today:
            found.append(("returned_on", Wrong.NOT_YET))
        elif bail.paid_on is not None and bail.returned_on < bail.paid_on:
            found.append(("returned_on", Wrong.BACK_BEFORE))
    if bail.returned_amount is not None:
        if bail.returned_on is None:
            found.append(("returned_on", Wrong.BACK_WITHOUT_DAY))
        if bail.returned_amount > bail.amount:
            found.append(("returned_amount", Wrong.MORE_BACK))
    return found


def receipt_as_read(text: str) -> str:
    """A receipt's number without what people write differently: spaces, dashes and case."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def bail_of(record: Record, key: str) -> CashBail | None:
    """One of them by its id."""
    return next((one for one in record.bail if one.id == key), None)
