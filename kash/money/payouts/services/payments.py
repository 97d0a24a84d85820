"""Fixing what an approval approved, and asking later whether a payment still is that. A list on its
way: approved by another, or turned back. Notes on payments, and moving a payment on by one.
Payments that were sent or paid and are said not to have arrived: one says so, another approves,
and only then they are payable again. What is paid after that is compared by a third look. Payments
and their outcomes: in cash, by mobile money, failed, returned. The file for mobile money: made
once, of what was approved and of nothing else. The file itself is kept nowhere. The person who made
it may fetch the very same one again for a short while, if it was lost on the way; that is written
down, and the file says nothing new."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from kash.attendance.queries.registers import closed_ahead
from kash.money.payouts.models import (
    APPROVAL,
    REVERSAL,
    Payee,
    PaymentSheet,
    PayoutEvent,
    PayoutFile,
    PayoutLine,
    PayoutList,
    PayoutReversal,
    ReversalLine,
)
from kash.money.payouts.queries.claims import as_settled, draft, listed_claims, settled_claims
from kash.money.payouts.queries.payments import OPENED_AGAIN, given_later, lines_waiting, paid_again
from kash.money.payouts.rules import (
    ApprovedPayment,
    Fixed,
    ListStep,
    Matched,
    NoColumns,
    Payment,
    PaymentDifference,
    PaymentResult,
    PaymentState,
    Transfer,
    allowed_steps,
    blocks,
    bulk_file,
    difference,
    doubles,
    match_results,
    needs_reason,
    next_states,
    paid_by,
    read_results,
    takes_two,
    written,
)
from kash.money.payouts.services.claims import UNKNOWN_PAYOUT_CHOICE, NoPaymentToSend, WrongState
from kash.people.lists.services import read_file
from kash.people.models import Person
from kash.people.queries.persons import consent_holds
from kash.platform.approvals.approval import SamePerson, WrongStep
from kash.platform.database import db, new_public_id
from kash.platform.vault import Change, audited, lookup, open_text, seal
from kash.platform.web.account_names import account_names, people_of_accounts
from kash.platform.web.errors import NotFound, Problem, get_or_404, one_or_404
from kash.policy import Actor

_DIGEST = "payout.approved"


def phones_of(lines: Sequence[PayoutLine]) -> dict[int, str]:
    """The phones of payments by their keys, in E.164 or empty; opened in memory, shown to nobody.

    Payees are loaded with the payments.
    """
    return {line.id: _phone(line.person or line.payee) for line in lines}


def _phone(holder: Person | Payee | None) -> str:
    if holder is None or holder.phone_sealed is None:
        return ""
    kind = "person.phone" if isinstance(holder, Person) else "payee.phone"
    return open_text(holder.phone_sealed, kind=kind, public_id=holder.public_id)


def _fixed(line: PayoutLine, currency: str, phone: str) -> Fixed:
    of = line.person or line.payee
    payment = ApprovedPayment(of.public_id if of else "", line.amount_cents, currency, phone)
    return Fixed(
        lookup(written(payment, mobile=False), kind=_DIGEST),
        lookup(written(payment, mobile=True), kind=_DIGEST) if phone else None,
    )


def fix_approval(one: PayoutList) -> None:
    """Within approving: keep the digests of what is approved."""
    phones = phones_of(one.lines)
    for line in one.lines:
        fixed = _fixed(line, one.table.currency, phones[line.id])
        line.cash_digest, line.mobile_digest = fixed.cash, fixed.mobile


def differences(
    payout_list: PayoutList, lines: Sequence[PayoutLine], phones: Mapping[int, str], *, mobile: bool
) -> dict[int, PaymentDifference]:
    """Differences of payments, by their keys, that are no longer what was approved."""
    return {
        line.id: differs
        for line in lines
        if (
            differs := difference(
                Fixed(line.cash_digest, line.mobile_digest),
                _fixed(line, payout_list.table.currency, phones.get(line.id, "")),
                mobile=mobile,
            )
        )
    }


def put_back(lines: Sequence[PayoutLine], by: Actor, change: Change) -> None:
    """Within another action: have payments that are not what was approved due again, so that they
    are proposed and approved anew."""
    for line in lines:
        _set_down(change, line, Note(PaymentState.CHANGED), by.public_id)
        change.about(line.public_id)


def _set_down(
    change: Change, line: PayoutLine, note: Note, noted_by: str, approved_by: str | None = None
) -> None:
    public_id, receipt = new_public_id(), note.receipt
    change.session.add(
        PayoutEvent(
            public_id=public_id,
            line_id=line.id,
            state=str(note.state),
            means=note.means,
            receipt_sealed=seal(receipt, kind="payout.receipt", public_id=public_id)
            if receipt
            else None,
            reason=note.reason,
            noted_by=noted_by,
            noted_at=change.now,
            approved_by=approved_by,
        )
    )
    line.state = str(note.state)


def locked_list(session: Session, payout_list: PayoutList, step: ListStep, by: Actor) -> PayoutList:
    """A list, held until the transaction ends, on which this step may be taken.

    Raises SamePerson, WrongStep and Problem if it pays for a session that has not begun.
    """
    locked: PayoutList = APPROVAL.locked(
        session,
        payout_list.public_id,
        selectinload(PayoutList.lines).options(
            selectinload(PayoutLine.days),
            joinedload(PayoutLine.person),
            joinedload(PayoutLine.payee),
            joinedload(PayoutLine.file),
        ),
    )
    if step in allowed_steps(locked.state, proposed_by=locked.proposed_by, actor=by.public_id):
        if step is not ListStep.RETURN and closed_ahead(locked.workshop.register_id, session):
            raise Problem(_l("This list pays for a session that has not begun."))
        return locked
    if step is ListStep.APPROVE and locked.state == "proposed":
        raise SamePerson(APPROVAL.own)
    raise WrongStep


def _refuse_own(session: Session, locked: PayoutList, by: Actor) -> None:
    """Raise Problem if a payment bears the name of the approver, or of a person that she decides
    for, or goes to a phone of theirs, by whichever entry."""
    accounts = [by.public_id, *([locked.approved_for] if locked.approved_for else [])]
    names = {name.casefold() for name in account_names(accounts).values()}
    people = {by.person_id, *people_of_accounts(accounts, session)} - {None}
    persons = session.scalars(select(Person).where(Person.id.in_(people))) if people else ()
    theirs = {_phone(person) for person in persons} - {""}
    phones = phones_of(locked.lines)
    for line in locked.lines:
        named = line.payee is not None and line.payee.name.casefold() in names
        if named or phones[line.id] in theirs:
            raise Problem(
                _l(
                    "A payment of this list goes to you or the person you stand in for, so "
                    "another must approve it."
                ),
                status=403,
            )


def approve(one: PayoutList, by: Actor) -> None:
    """Approve a proposed list; from then on it is frozen, who gets what and by which phone is
    fixed, and its paper has numbers.

    Raises as `Approval.decides`, and ChangedSince, WrongStep and Problem.
    """
    with audited("payouts.approved", by) as change:
        session = change.session
        locked = locked_list(session, one, ListStep.APPROVE, by)
        APPROVAL.approve(change, locked, by)
        _refuse_own(session, locked, by)
        _check_still_right(session, locked)
        _check_claims(session, locked)
        fix_approval(locked)
        locked.approved_at = change.now
        letters = sorted(
            {line.group_letter for line in locked.lines}, key=lambda one: (not one, one)
        )
        last = session.scalar(
            select(func.max(PaymentSheet.number))
            .join(PayoutList, PayoutList.id == PaymentSheet.list_id)
            .where(PayoutList.workshop_id == locked.workshop_id)
        )
        session.add_all(
            PaymentSheet(list_id=locked.id, letter=letter, number=number)
            for number, letter in enumerate(letters, (last or 0) + 1)
        )


def _check_still_right(session: Session, locked: PayoutList) -> None:
    """Marks, bands and exceptions must be as they were proposed."""
    now = {
        (line.person_id, line.payee_id): (line.amount, line.due.days)
        for line in draft(locked.workshop, locked.table, session, excluding=locked)
        if line.amount
    }
    proposed = {
        (line.person_id, line.payee_id): (line.amount_cents, tuple(day.day for day in line.days))
        for line in locked.lines
    }
    if now != proposed or len(now) != len(locked.lines):
        raise Problem(
            _l(
                "What is due changed since this list was proposed. Send it back, and propose it "
                "again."
            )
        )


def _check_claims(session: Session, locked: PayoutList) -> None:
    people = {line.person_id for line in locked.lines if line.person_id is not None}
    settled = as_settled(settled_claims(locked.workshop_id, people, session))
    for double in doubles(listed_claims(people, session)):
        if locked.workshop_id in (double.first, double.second) and blocks(
            double, settled.get(double), locked.workshop_id
        ):
            raise Problem(
                _l(
                    "Somebody here is paid for the same day in another workshop. Settle every "
                    "double claim first."
                )
            )


def turn_back(
    payout_list: PayoutList, reason: str, by: Actor, *, as_organiser: bool = False
) -> None:
    """Turn a proposed list back; what is due can be proposed again. The person who proposed it is
    told.

    `as_organiser` says that the actor runs the workshop, and so needs nobody's approval lent to
    her.
    """
    with audited("payouts.turned_back", by) as change:
        locked = locked_list(change.session, payout_list, ListStep.RETURN, by)
        workshop = locked.workshop.public_id
        APPROVAL.turn_back(change, locked, reason, by, as_organiser=as_organiser, about=workshop)


@dataclass(frozen=True)
class Note:
    """Note on a payment. `receipt` is the number that mobile money gave it."""

    state: PaymentState
    means: str = ""
    receipt: str = ""
    reason: str = ""


def check_step(session: Session, line: PayoutLine, note: Note) -> None:
    """Check that a note can follow on how a payment stands. Raises WrongState and Problem."""
    before, in_file = PaymentState(line.state), line.file_id is not None
    if note.state not in next_states(before, in_file=in_file):
        raise WrongState
    if note.state is PaymentState.PAID and note.means not in paid_by(before, in_file=in_file):
        raise Problem(
            _l("This payment is in a file for mobile money. First note that it failed, and why.")
        )
    if before is PaymentState.RETURNED and given_later(line, session):
        raise Problem(_l("A later list gives this money again."))


def move(
    change: Change, line: PayoutLine, note: Note, noted_by: str, approved_by: str | None = None
) -> None:
    """Move a payment on, within an action; accounts by public id. Raises as `check_step`."""
    check_step(change.session, line, note)
    _set_down(change, line, note, noted_by, approved_by)
    if note.state is PaymentState.FAILED:
        # Settled: it may be sent or paid once more.
        line.file_id = None


_RECEIPT = "payout.reversal_receipt"


def propose_reversal(
    change: Change, payout_list: PayoutList, said: Sequence[tuple[PayoutLine, Note]], by: Actor
) -> None:
    """Within another action on a locked list: propose what is said of payments."""
    reversal = REVERSAL.propose(change, by, list_id=payout_list.id)
    for line, note in said:
        public_id, receipt = new_public_id(), note.receipt
        change.session.add(
            ReversalLine(
                public_id=public_id,
                reversal_id=reversal.id,
                line_id=line.id,
                file_id=line.file_id,
                before=line.state,
                after=str(note.state),
                means=note.means,
                receipt_sealed=seal(receipt, kind=_RECEIPT, public_id=public_id)
                if receipt
                else None,
                reason=note.reason,
            )
        )


def receipt_of(told: ReversalLine | PayoutEvent | None) -> str:
    """The receipt that was told with what is said, or was noted, of a payment; empty without
    one."""
    if told is None or told.receipt_sealed is None:
        return ""
    kind = _RECEIPT if isinstance(told, ReversalLine) else "payout.receipt"
    return open_text(told.receipt_sealed, kind=kind, public_id=told.public_id)


def approve_reversal(reversal: PayoutReversal, by: Actor) -> None:
    """Approve what is said of payments: each stands so from now on.

    Raises as `Approval.decides`, by which the person who made one of the files counts as the person
    who said it; WrongStep, and MovedOn if one of them stands differently by now.
    """
    with audited("payouts.reversal_approved", by) as change:
        session = change.session
        locked_list(session, reversal.of_list, ListStep.PAY, by)
        locked: PayoutReversal = REVERSAL.locked(
            session,
            reversal.public_id,
            selectinload(PayoutReversal.lines).options(
                joinedload(ReversalLine.line), joinedload(ReversalLine.file)
            ),
        )
        REVERSAL.approve(change, locked, by)
        for said in locked.lines:
            line = said.line
            if (line.state, line.file_id) != (said.before, said.file_id):
                raise Problem(
                    _l(
                        "A payment changed since this was proposed. Send it back, and propose it "
                        "again."
                    )
                )
            note = Note(PaymentState(said.after), said.means, receipt_of(said), said.reason)
            move(change, line, note, locked.proposed_by, by.public_id)
            change.about(line.public_id)


def turn_back_reversal(
    reversal: PayoutReversal, reason: str, by: Actor, *, as_organiser: bool = False
) -> None:
    """Send back what is said of payments: they stand as before. The person who said it is told.

    `as_organiser` as in `lists.turn_back`. Raises WrongStep.
    """
    with audited("payouts.reversal_turned_back", by) as change:
        payout_list = locked_list(change.session, reversal.of_list, ListStep.PAY, by)
        locked = REVERSAL.locked(change.session, reversal.public_id)
        REVERSAL.turn_back(
            change,
            locked,
            reason,
            by,
            as_organiser=as_organiser,
            about=payout_list.workshop.public_id,
        )


def note_compared(payout_list: PayoutList, lines: Collection[str], by: Actor) -> None:
    """Note that payments of a list that were paid after a failure were compared with what mobile
    money says; nothing happens for others. Raises Problem if the actor noted one of them."""
    with audited("payouts.compared", by) as change:
        session = change.session
        locked = locked_list(session, payout_list, ListStep.PAY, by)
        wanted = set(lines)
        shown = [again for again in paid_again(session, locked) if again[0].public_id in wanted]
        if any(by.public_id in accounts for _line, accounts in shown):
            raise Problem(
                _l("You noted these payments yourself, so another person compares them."),
                status=403,
            )
        if not shown:
            change.nothing()
            return
        for event in session.scalars(
            select(PayoutEvent).where(
                PayoutEvent.line_id.in_([line.id for line, _accounts in shown]),
                PayoutEvent.state.in_(OPENED_AGAIN),
                PayoutEvent.checked_by.is_(None),
            )
        ):
            event.checked_by = by.public_id
        change.about(locked.public_id, *(line.public_id for line, _accounts in shown))


_IN_SAME_FILE = (PaymentState.PAID, PaymentState.RETURNED)
MEANS = ("cash", "mobile", "bank")


class InCash(NamedTuple):
    """How many were noted as paid, and how many went back as they are not what was approved."""

    paid: int
    changed: int


def pay_in_cash(payout_list: PayoutList, lines: Collection[str], by: Actor) -> InCash:
    """Note who signed for cash on the paper list. Only what is outstanding or failed: what is in a
    file for mobile money is passed over.

    Raises WrongStep, and NotFound for a payment that is not on the list.
    """
    with audited("payouts.paid_in_cash", by) as change:
        locked = locked_list(change.session, payout_list, ListStep.PAY, by)
        wanted = set(lines)
        if not wanted <= {line.public_id for line in locked.lines}:
            raise NotFound
        ticked = [
            line
            for line in locked.lines
            if line.public_id in wanted
            and "cash" in paid_by(PaymentState(line.state), in_file=line.file_id is not None)
        ]
        changed = differences(locked, ticked, {}, mobile=False)
        put_back([line for line in ticked if line.id in changed], by, change)
        for line in ticked:
            if line.id not in changed:
                move(change, line, Note(PaymentState.PAID, "cash"), by.public_id)
                change.about(line.public_id)
        if not ticked:
            change.nothing()
        change.about(locked.public_id)
        return InCash(len(ticked) - len(changed), len(changed))


def made_file(line: PayoutLine, by: Actor) -> bool:
    """True if a payment is in a file that this actor made."""
    return line.file is not None and line.file.made_by == by.public_id


def note_payment(
    payout_list: PayoutList, line: str, note: Note, before: PaymentState, by: Actor
) -> PaymentState:
    """Note what became of one payment, which stood at `before` when the page was shown; how it
    stands then. That is CHANGED if it was to be paid and is no longer what was approved. It stands
    as before if it would be payable again: that waits until another approves.

    Raises WrongStep, NotFound, WrongState and Problem.
    """
    if note.means not in ("", *MEANS):
        raise Problem(UNKNOWN_PAYOUT_CHOICE, status=400)
    with audited("payouts.payment_noted", by) as change:
        locked = locked_list(change.session, payout_list, ListStep.PAY, by)
        line_of_list = one_or_404(
            next((payment for payment in locked.lines if payment.public_id == line), None)
        )
        if line_of_list.state != before:
            raise WrongState
        if note.state in (PaymentState.FAILED, PaymentState.RETURNED) and made_file(
            line_of_list, by
        ):
            raise Problem(
                _l(
                    "You made the file with this payment. Another trainer of this workshop says "
                    "what failed or came back."
                ),
                status=403,
            )
        if needs_reason(before, note.state) and not note.reason:
            raise Problem(_l("Say why. The readers of the list need it later."))
        change.about(line_of_list.public_id, locked.public_id)
        if (
            note.state is PaymentState.PAID
            and line_of_list.file_id is None
            and _differs(locked, line_of_list, mobile=note.means == "mobile")
        ):
            put_back([line_of_list], by, change)
            return PaymentState.CHANGED
        if takes_two(before, note.state):
            check_step(change.session, line_of_list, note)
            if lines_waiting([line_of_list.id], change.session):
                raise Problem(
                    _l(
                        "It was said that this money did not arrive. Another person must approve "
                        "that first."
                    )
                )
            propose_reversal(change, locked, [(line_of_list, note)], by)
            return before
        move(change, line_of_list, note, by.public_id)
        return note.state


def _differs(one: PayoutList, line: PayoutLine, *, mobile: bool) -> bool:
    # By mobile money the phone must be the approved one too.
    phones = phones_of([line]) if mobile else {}
    return bool(differences(one, [line], phones, mobile=mobile))


def take_results(
    payout_list: PayoutList, content: bytes, by: Actor, *, only_fitting: bool
) -> Matched:
    """Note what a result file of mobile money says, all rows or none.

    Payments that it says failed or came back wait together until another approves. With
    `only_fitting`, rows with faults are left out. The file itself is kept nowhere. Raises
    FileUnreadable, NotAResult and WrongStep.
    """
    results = _read(content)
    with audited("payouts.results_taken", by) as change:
        locked = locked_list(change.session, payout_list, ListStep.PAY, by)
        by_reference = {line.reference: line for line in locked.lines}
        matched = match_results(_payments(change.session, locked.lines, by), results)
        if (matched.faults and not only_fitting) or not matched.changes:
            change.nothing()
            return matched
        reversed_lines: list[tuple[PayoutLine, Note]] = []
        for result in matched.changes:
            line = by_reference[result.reference]
            note = Note(
                result.state or PaymentState.FAILED, "mobile", result.receipt, result.reason
            )
            if takes_two(PaymentState(line.state), note.state):
                reversed_lines.append((line, note))
            else:
                move(change, line, note, by.public_id)
            change.about(line.public_id)
        if reversed_lines:
            propose_reversal(change, locked, reversed_lines, by)
        change.about(locked.public_id)
        return matched


def _payments(session: Session, lines: Sequence[PayoutLine], by: Actor) -> dict[str, Payment]:
    """How payments stand, by their references: what was noted of them last, how often they were
    sent, by this actor or not, and whether their failure waits for approval."""
    waiting = lines_waiting([line.id for line in lines], session)
    told: dict[int, PayoutEvent] = {}
    files: Counter[int] = Counter()
    before: dict[int, str] = {}
    for event in session.scalars(
        select(PayoutEvent)
        .where(PayoutEvent.line_id.in_([line.id for line in lines]))
        .order_by(PayoutEvent.id)
    ):
        # One that was noted wrongly and fell back to "sent" is in the same file as before.
        if event.state == PaymentState.SENT and before.get(event.line_id) not in _IN_SAME_FILE:
            files[event.line_id] += 1
        told[event.line_id], before[event.line_id] = event, event.state
    return {
        line.reference: Payment(
            line.amount_cents,
            PaymentState(line.state),
            line.file_id is not None,
            means=told[line.id].means if line.id in told else "",
            receipt=receipt_of(told.get(line.id)),
            files=files[line.id],
            made_file=made_file(line, by),
            waits=line.id in waiting,
        )
        for line in lines
    }


def _read(content: bytes) -> list[PaymentResult]:
    try:
        return read_results(
            [
                (number, ["" if cell is None else str(cell) for cell in cells])
                for number, cells in read_file(content).sheets[0].rows
            ]
        )
    except NoColumns:
        raise Problem(
            _l("This file has no columns of references and states. Bring it as it was downloaded."),
            field="file",
            status=400,
        ) from None


FETCHED_AGAIN_FOR = timedelta(hours=1)


class Sorted(NamedTuple):
    """Payments sorted for a file: what it would hold, what is left out of it (no phone, or no wish
    to be contacted), and what is no longer what was approved."""

    fitting: tuple[PayoutLine, ...]
    without: tuple[PayoutLine, ...]
    changed: tuple[tuple[PayoutLine, PaymentDifference], ...]
    phones: dict[int, str]

    @property
    def transfers(self) -> tuple[Transfer, ...]:
        """The lines of the file."""
        return _transfers(self.fitting, self.phones)


class Numbers(NamedTuple):
    """Numbers that go to mobile money: none if payments had to go back first, `changed` of them."""

    transfers: tuple[Transfer, ...] = ()
    without: int = 0
    changed: int = 0


def _transfers(lines: Sequence[PayoutLine], phones: dict[int, str]) -> tuple[Transfer, ...]:
    return tuple(Transfer(phones[line.id], line.amount_cents, line.reference) for line in lines)


def sort_lines(
    payout_list: PayoutList, lines: Sequence[PayoutLine], session: Session | None = None
) -> Sorted:
    """Payments that are to be paid, by what can be done with them. Nothing is shown or written."""
    asking = session or db.session()
    waiting = [line for line in lines if line.state == PaymentState.OUTSTANDING]
    phones = phones_of(waiting)
    willing = consent_holds(
        [line.person_id for line in waiting if line.person_id is not None], "contact", asking
    )
    reached = {
        line.id
        for line in waiting
        if phones[line.id] and (line.person_id is None or line.person_id in willing)
    }
    there = [line for line in waiting if line.id in reached]
    changed = differences(payout_list, there, phones, mobile=True)
    return Sorted(
        tuple(line for line in there if line.id not in changed),
        tuple(line for line in waiting if line.id not in reached),
        tuple((line, changed[line.id]) for line in there if line.id in changed),
        phones,
    )


def phones_told(lines: Sequence[PayoutLine]) -> tuple[int, int]:
    """How many payments have a phone, and how many of them share it with another of the list, for
    the approver; no phone is shown."""
    counter = Counter(phone for phone in phones_of(lines).values() if phone)
    return sum(counter.values()), sum(count for count in counter.values() if count > 1)


def _digest(transfers: Sequence[Transfer]) -> str:
    return lookup("\r\n".join(bulk_file(transfers)), kind="payout.file")


def open_numbers(one: PayoutList, by: Actor) -> Numbers:
    """The phones, opened, of all payments that are to be paid; from then on they are sent.

    If any payment is no longer what was approved, these go back and nothing else happens, so that
    nobody takes the file for the whole list. Raises WrongStep, and NothingToSend if there is
    nothing, also because somebody was faster.
    """
    with audited("payouts.numbers_exported", by) as change:
        session = change.session
        locked = locked_list(session, one, ListStep.PAY, by)
        lines_sorted = sort_lines(locked, locked.lines, session)
        change.about(locked.public_id)
        if lines_sorted.changed:
            put_back([line for line, _differs in lines_sorted.changed], by, change)
            return Numbers(without=len(lines_sorted.without), changed=len(lines_sorted.changed))
        if not lines_sorted.fitting:
            raise NoPaymentToSend
        transfers = lines_sorted.transfers
        last = session.scalar(
            select(func.max(PayoutFile.number)).where(PayoutFile.list_id == locked.id)
        )
        file = PayoutFile(
            list_id=locked.id,
            number=(last or 0) + 1,
            count=len(transfers),
            total_cents=sum(transfer.cents for transfer in transfers),
            digest=_digest(transfers),
            made_by=by.public_id,
            made_at=change.now,
        )
        session.add(file)
        session.flush()
        change.about(file.public_id)
        for line in lines_sorted.fitting:
            line.file_id = file.id
            _set_down(change, line, Note(PaymentState.SENT, "mobile"), by.public_id)
            if line.person is not None:
                change.about(line.person.public_id)
        return Numbers(transfers, len(lines_sorted.without))


def fetched_again(made: PayoutFile, by: Actor, now: datetime) -> bool:
    """True if a file may be fetched once more: by the person who made it, for a while."""
    return made.made_by == by.public_id and now < made.made_at + FETCHED_AGAIN_FOR


def repeat_file(payout_list: PayoutList, public_id: str, by: Actor) -> Numbers:
    """The very same file again, for the person who made it and lost it on the way.

    Raises NotFound and Problem if its time is over, anything in it was settled or changed since, or
    somebody else made it.
    """
    with audited("payouts.file_fetched_again", by) as change:
        session = change.session
        locked = locked_list(session, payout_list, ListStep.PAY, by)
        file = get_or_404(session, PayoutFile, public_id, PayoutFile.list_id == locked.id)
        lines = [
            line
            for line in locked.lines
            if line.file_id == file.id and line.state == PaymentState.SENT
        ]
        transfers = _transfers(lines, phones_of(lines))
        if not fetched_again(file, by, change.now) or _digest(transfers) != file.digest:
            raise Problem(
                _l(
                    "The person who made this file can download it again within an hour, while "
                    "nothing in it was settled. If mobile money never got it, note each payment "
                    "as failed, and why."
                )
            )
        file.repeats += 1
        change.about(locked.public_id, file.public_id)
        change.about(*(line.person.public_id for line in lines if line.person is not None))
        return Numbers(transfers)
