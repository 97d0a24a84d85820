"""What becomes of payments: in cash, by mobile money, failed, returned."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.database import new_public_id
from kash.payouts.models import PayoutEvent, PayoutLine, PayoutList
from kash.payouts.rules import (
    Matched,
    NoColumns,
    Payment,
    Result,
    State,
    Step,
    Transfer,
    match_results,
    next_states,
    read_results,
)
from kash.payouts.services.errors import NotAResult, UnknownChoice, WrongState
from kash.payouts.services.lists import locked_list
from kash.people.lists.files import read_file
from kash.people.models import Person
from kash.people.queries import consent_holds
from kash.policy import Actor
from kash.vault import Change, audited, open_text, seal
from kash.web.errors import NotFound

MEANS = ("cash", "mobile", "bank")


@dataclass(frozen=True)
class Note:
    """What is noted of a payment. `receipt` is the number that mobile money gave it."""

    state: State
    means: str = ""
    receipt: str = ""
    reason: str = ""


def _move(session: Session, line: PayoutLine, note: Note, by: Actor, change: Change) -> None:
    if note.state not in next_states(State(line.state)):
        raise WrongState
    public_id = new_public_id()
    session.add(
        PayoutEvent(
            public_id=public_id,
            line_id=line.id,
            state=str(note.state),
            means=note.means,
            receipt_sealed=seal(note.receipt, kind="payout.receipt", public_id=public_id)
            if note.receipt
            else None,
            reason=note.reason,
            noted_by=by.public_id,
            noted_at=change.now,
        )
    )
    line.state = str(note.state)


def pay_in_cash(one: PayoutList, lines: Collection[str], by: Actor) -> int:
    """Note who signed for cash on the paper list; how many. Only what is outstanding or failed.

    Raises WrongStep, and NotFound for a payment that is not on the list.
    """
    with audited("payouts.paid_in_cash", by) as change:
        locked = locked_list(change.session, one, Step.PAY, by)
        wanted = set(lines)
        if not wanted <= {line.public_id for line in locked.lines}:
            raise NotFound
        paid = [
            line
            for line in locked.lines
            if line.public_id in wanted and State.PAID in next_states(State(line.state))
        ]
        for line in paid:
            _move(change.session, line, Note(State.PAID, "cash"), by, change)
            change.about(line.public_id)
        if not paid:
            change.nothing()
        change.about(locked.public_id)
        return len(paid)


def note_payment(one: PayoutList, line: str, note: Note, before: State, by: Actor) -> None:
    """Note what became of one payment, which stood at `before` when the page was shown.

    Raises WrongStep, NotFound, WrongState and UnknownChoice.
    """
    if note.means not in ("", *MEANS):
        raise UnknownChoice
    with audited("payouts.payment_noted", by) as change:
        locked = locked_list(change.session, one, Step.PAY, by)
        found = next((row for row in locked.lines if row.public_id == line), None)
        if found is None:
            raise NotFound
        if found.state != before:
            raise WrongState
        _move(change.session, found, note, by, change)
        change.about(found.public_id, locked.public_id)


def take_results(one: PayoutList, content: bytes, by: Actor, *, only_fitting: bool) -> Matched:
    """Note what a result file of mobile money says, all rows or none.

    With `only_fitting`, rows with faults are left out. The file itself is kept nowhere. Raises
    FileUnreadable, NotAResult and WrongStep.
    """
    results = _read(content)
    with audited("payouts.results_taken", by) as change:
        locked = locked_list(change.session, one, Step.PAY, by)
        by_reference = {line.reference: line for line in locked.lines}
        matched = match_results(
            {
                reference: Payment(line.amount_cents, State(line.state))
                for reference, line in by_reference.items()
            },
            results,
        )
        if (matched.faults and not only_fitting) or not matched.changes:
            change.nothing()
            return matched
        for result in matched.changes:
            line = by_reference[result.reference]
            note = Note(result.state or State.FAILED, "mobile", result.receipt, result.reason)
            _move(change.session, line, note, by, change)
            change.about(line.public_id)
        change.about(locked.public_id)
        return matched


def _read(content: bytes) -> list[Result]:
    sheet = read_file(content).sheets[0]
    rows: Sequence[tuple[int, Sequence[str]]] = [
        (number, ["" if cell is None else str(cell) for cell in cells])
        for number, cells in sheet.rows
    ]
    try:
        return read_results(rows)
    except NoColumns:
        raise NotAResult from None


@dataclass(frozen=True)
class Numbers:
    """What goes to mobile money, and how many must be paid in another way."""

    transfers: tuple[Transfer, ...]
    without: int


def open_numbers(one: PayoutList, by: Actor) -> Numbers:
    """The phones, opened, of all payments of an approved list that are outstanding.

    One entry in the audit names the list and whose phones were opened. Left out are those without
    a phone, and those who do not want to be contacted. Raises WrongStep.
    """
    with audited("payouts.numbers_exported", by) as change:
        session = change.session
        locked = locked_list(session, one, Step.PAY, by)
        waiting = [line for line in locked.lines if line.state == State.OUTSTANDING]
        people = {
            person.id: person
            for person in session.scalars(
                select(Person).where(
                    Person.id.in_([line.person_id for line in waiting if line.person_id])
                )
            )
        }
        willing = consent_holds(people, "contact", session)
        transfers: list[Transfer] = []
        for line in waiting:
            phone = _phone(line, people, willing)
            if not phone:
                continue
            transfers.append(Transfer(phone, line.amount_cents, line.reference))
            if line.person_id is not None:
                change.about(people[line.person_id].public_id)
        change.about(locked.public_id)
        return Numbers(tuple(transfers), len(waiting) - len(transfers))


def _phone(line: PayoutLine, people: dict[int, Person], willing: Collection[int]) -> str:
    if line.payee is not None:
        sealed, kind, public_id = line.payee.phone_sealed, "payee.phone", line.payee.public_id
    else:
        person = people[line.person_id or 0]
        sealed, kind, public_id = person.phone_sealed, "person.phone", person.public_id
        if person.id not in willing:
            return ""
    return open_text(sealed, kind=kind, public_id=public_id) if sealed is not None else ""
