"""The file for mobile money: made once, of what was approved and of nothing else.

The file itself is kept nowhere. Whoever made it may fetch the very same one again for a short
while, if it was lost on the way; that is written down, and the file says nothing new.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kash.payouts.models import PayoutEvent, PayoutFile, PayoutLine, PayoutList
from kash.payouts.rules.approval import PaymentDifference
from kash.payouts.rules.files import Transfer, bulk_file
from kash.payouts.rules.steps import ListStep, PaymentState
from kash.payouts.services.approval import differences, phones_of, put_back
from kash.payouts.services.errors import NoPaymentToSend, NotTheSameFile
from kash.payouts.services.lists import locked_list
from kash.people.queries.consents import consent_holds
from kash.platform.database import db, new_public_id
from kash.platform.vault import audited, lookup
from kash.platform.web.errors import one_or_404
from kash.policy import Actor

FETCHED_AGAIN_FOR = timedelta(hours=1)


@dataclass(frozen=True)
class Sorted:
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


@dataclass(frozen=True)
class Numbers:
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
    whoever approves; no phone is shown."""
    known = Counter(phone for phone in phones_of(lines).values() if phone)
    return sum(known.values()), sum(count for count in known.values() if count > 1)


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
        found = sort_lines(locked, locked.lines, session)
        change.about(locked.public_id)
        if found.changed:
            put_back(session, [line for line, _differs in found.changed], by, change)
            return Numbers(without=len(found.without), changed=len(found.changed))
        if not found.fitting:
            raise NoPaymentToSend
        transfers = found.transfers
        last = session.scalar(
            select(func.max(PayoutFile.number)).where(PayoutFile.list_id == locked.id)
        )
        made = PayoutFile(
            list_id=locked.id,
            number=(last or 0) + 1,
            count=len(transfers),
            total_cents=sum(one.cents for one in transfers),
            digest=_digest(transfers),
            made_by=by.public_id,
            made_at=change.now,
        )
        session.add(made)
        session.flush()
        change.about(made.public_id)
        for line in found.fitting:
            line.state, line.file_id = str(PaymentState.SENT), made.id
            session.add(
                PayoutEvent(
                    public_id=new_public_id(),
                    line_id=line.id,
                    state=str(PaymentState.SENT),
                    means="mobile",
                    noted_by=by.public_id,
                    noted_at=change.now,
                )
            )
            if line.person is not None:
                change.about(line.person.public_id)
        return Numbers(transfers, len(found.without))


def fetched_again(made: PayoutFile, by: Actor, now: datetime) -> bool:
    """True if a file may be fetched once more: by whoever made it, for a while."""
    return made.made_by == by.public_id and now < made.made_at + FETCHED_AGAIN_FOR


def repeat_file(payout_list: PayoutList, public_id: str, by: Actor) -> Numbers:
    """The very same file again, for whoever made it and lost it on the way.

    Raises NotFound, and NotTheSameFile if its time is over, anything in it was settled or changed
    since, or somebody else made it.
    """
    with audited("payouts.file_fetched_again", by) as change:
        session = change.session
        locked = locked_list(session, payout_list, ListStep.PAY, by)
        made = one_or_404(
            session.scalars(
                select(PayoutFile).where(
                    PayoutFile.list_id == locked.id, PayoutFile.public_id == public_id
                )
            ).first()
        )
        lines = [
            line
            for line in locked.lines
            if line.file_id == made.id and line.state == PaymentState.SENT
        ]
        transfers = _transfers(lines, phones_of(lines))
        if not fetched_again(made, by, change.now) or _digest(transfers) != made.digest:
            raise NotTheSameFile
        made.repeats += 1
        change.about(locked.public_id, made.public_id)
        change.about(*(line.person.public_id for line in lines if line.person is not None))
        return Numbers(transfers)
