"""Rate tables, what was decided of each payee, lists, their payments, and settled double claims.
Money is in whole cents of the rate table's currency. Phones and receipts are sealed. Approval of
payouts, list by list, and of what is said of payments that did not arrive."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    exists,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kash.people.models import Person
from kash.platform.approvals.approval import Approval, Proposal
from kash.platform.database import Base, Key, Now, PublicId, Short, only_where
from kash.platform.web.today import AnswerKind
from kash.workshops.models import Workshop

_LINE_STATES = "state in ('outstanding', 'sent', 'paid', 'failed', 'returned', 'changed')"
_ROLES = "role in ('participant', 'facilitator', 'driver', 'interpreter', 'helper')"


class RateTable(PublicId, Base):
    """Rates by role and distance band, for the programme or for one workshop. Versions are never
    changed. A workshop's version without bands gives its own rates up for the programme's.

    `rates` maps a role to `[basis, [cents or none for each band]]`.
    """

    __tablename__ = "rate_table"
    __table_args__ = (
        UniqueConstraint("workshop_id", "version"),
        Index(
            "uq_rate_table_version_programme",
            "version",
            unique=True,
            **only_where("workshop_id is null"),
        ),
        CheckConstraint("least_weight between 1 and 100", name="least_weight"),
    )

    id: Mapped[Key]
    workshop_id: Mapped[int | None] = mapped_column(ForeignKey("workshop.id"))
    version: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    bands: Mapped[list[str]]
    rates: Mapped[dict[str, Any]]
    least_weight: Mapped[int] = mapped_column(SmallInteger)
    weighted: Mapped[bool]
    created_by: Mapped[Short]
    created_at: Mapped[Now]


class PayoutPart(Base):
    """Part of a participant as it was decided: role, distance band by its words (empty until
    chosen, open again if the table has it no longer), exceptions."""

    __tablename__ = "payout_part"
    __table_args__ = (
        UniqueConstraint("workshop_id", "person_id"),
        CheckConstraint(_ROLES, name="role"),
        CheckConstraint("extra_cents >= 0", name="extra_cents"),
    )

    id: Mapped[Key]
    workshop_id: Mapped[int] = mapped_column(ForeignKey("workshop.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[Short] = mapped_column(default="participant")
    band: Mapped[str] = mapped_column(String(60), default="")
    waived: Mapped[bool] = mapped_column(default=False)
    extra_cents: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(Text, default="")
    changed_by: Mapped[Short]
    changed_at: Mapped[Now]


class Payee(PublicId, Base):
    """Somebody who is paid and stands on no register: a driver, a facilitator. `days` are ISO."""

    __tablename__ = "payee"
    __table_args__ = (CheckConstraint(_ROLES, name="role"),)

    id: Mapped[Key]
    workshop_id: Mapped[int] = mapped_column(ForeignKey("workshop.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    phone_sealed: Mapped[bytes | None]
    role: Mapped[Short]
    band: Mapped[str] = mapped_column(String(60))
    days: Mapped[list[str]]
    added_by: Mapped[Short]
    added_at: Mapped[Now]
    removed_at: Mapped[datetime | None]


class PayoutList(Proposal, PublicId, Base):
    """List of who gets what of a workshop, proposed by one person and approved by another, then
    frozen.

    The first list of a workshop pays what is due; every later one the difference.
    """

    __tablename__ = "payout_list"
    __table_args__ = (
        UniqueConstraint("workshop_id", "number"),
        CheckConstraint("state in ('proposed', 'approved', 'returned')", name="state"),
        Index("ix_payout_list_state_created_at", "state", "created_at"),
    )

    id: Mapped[Key]
    workshop_id: Mapped[int] = mapped_column(ForeignKey("workshop.id"))
    table_id: Mapped[int] = mapped_column(ForeignKey("rate_table.id"), index=True)
    number: Mapped[int] = mapped_column(SmallInteger)
    total_cents: Mapped[int] = mapped_column(BigInteger)
    approved_at: Mapped[datetime | None]

    workshop: Mapped[Workshop] = relationship()
    table: Mapped[RateTable] = relationship()
    lines: Mapped[list[PayoutLine]] = relationship(
        back_populates="of_list", order_by="PayoutLine.position"
    )


class PayoutFile(PublicId, Base):
    """A file for mobile money that left; the file itself is kept nowhere. `digest` is keyed, and
    tells whether what would be made again is the very same; `repeats` is how often it was."""

    __tablename__ = "payout_file"
    __table_args__ = (UniqueConstraint("list_id", "number"),)

    id: Mapped[Key]
    list_id: Mapped[int] = mapped_column(ForeignKey("payout_list.id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    count: Mapped[int] = mapped_column(SmallInteger)
    total_cents: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[str] = mapped_column(String(64))
    repeats: Mapped[int] = mapped_column(SmallInteger, default=0)
    made_by: Mapped[Short]
    made_at: Mapped[Now]


class PayoutLine(PublicId, Base):
    """One payment of a list: what is due to a payee in all, less what earlier lists gave her.

    `units` are hundredths of a day or session. `reference` is by what mobile money's result is
    matched. `group_letter` is that of the paper list on which it stands; empty for payees who are
    on no register. `cash_digest` and `mobile_digest` are what was approved (`rules/approval.py`);
    the latter is empty where there was no phone. `file_id` is the file in which it was sent, until
    it is settled as failed.
    """

    __tablename__ = "payout_line"
    __table_args__ = (
        CheckConstraint("(person_id is null) <> (payee_id is null)", name="payee"),
        CheckConstraint("amount_cents > 0", name="amount"),
        CheckConstraint(_LINE_STATES, name="state"),
        Index("ix_payout_line_list_id_position", "list_id", "position"),
    )

    id: Mapped[Key]
    list_id: Mapped[int] = mapped_column(ForeignKey("payout_list.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    payee_id: Mapped[int | None] = mapped_column(ForeignKey("payee.id"), index=True)
    position: Mapped[int] = mapped_column(SmallInteger)
    group_letter: Mapped[str] = mapped_column(String(1), default="")
    role: Mapped[Short]
    band: Mapped[str] = mapped_column(String(60))
    units: Mapped[int]
    rate_cents: Mapped[int]
    extra_cents: Mapped[int]
    due_cents: Mapped[int] = mapped_column(BigInteger)
    before_cents: Mapped[int] = mapped_column(BigInteger)
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(Text, default="")
    reference: Mapped[str] = mapped_column(String(10), unique=True)
    state: Mapped[str] = mapped_column(String(12), default="outstanding")
    cash_digest: Mapped[str | None] = mapped_column(String(64))
    mobile_digest: Mapped[str | None] = mapped_column(String(64))
    file_id: Mapped[int | None] = mapped_column(ForeignKey("payout_file.id"), index=True)

    of_list: Mapped[PayoutList] = relationship(back_populates="lines")
    person: Mapped[Person | None] = relationship()
    payee: Mapped[Payee | None] = relationship()
    days: Mapped[list[PayoutDay]] = relationship(order_by="PayoutDay.day")
    file: Mapped[PayoutFile | None] = relationship()


class PayoutDay(Base):
    """A day that a payment is for."""

    __tablename__ = "payout_day"
    __table_args__ = (Index("ix_payout_day_day", "day"),)

    line_id: Mapped[int] = mapped_column(ForeignKey("payout_line.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)


class PayoutEvent(PublicId, Base):
    """Event of a payment, step by step; only added to. The receipt is sealed.

    `approved_by` approved what opened the payment again (`PayoutReversal`). `checked_by` compared
    what was paid after such an event with what mobile money says.
    """

    __tablename__ = "payout_event"
    __table_args__ = (
        CheckConstraint(_LINE_STATES, name="state"),
        CheckConstraint("means in ('', 'cash', 'mobile', 'bank')", name="means"),
        Index(
            "ix_payout_event_unchecked",
            "line_id",
            **only_where("state in ('failed', 'outstanding') and checked_by is null"),
        ),
    )

    id: Mapped[Key]
    line_id: Mapped[int] = mapped_column(ForeignKey("payout_line.id"), index=True)
    state: Mapped[str] = mapped_column(String(12))
    means: Mapped[str] = mapped_column(String(8), default="")
    receipt_sealed: Mapped[bytes | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    noted_by: Mapped[Short]
    noted_at: Mapped[Now]
    approved_by: Mapped[Short | None]
    checked_by: Mapped[Short | None]


class PayoutReversal(Proposal, PublicId, Base):
    """Payments of a list that were sent or paid, of which somebody says that the money did not
    arrive, came back or was noted wrongly. They are payable again only once another approved."""

    __tablename__ = "payout_reversal"
    __table_args__ = (
        CheckConstraint("state in ('proposed', 'approved', 'returned')", name="state"),
        CheckConstraint("approved_by is null or approved_by <> proposed_by", name="two_people"),
    )

    id: Mapped[Key]
    list_id: Mapped[int] = mapped_column(ForeignKey("payout_list.id"), index=True)

    of_list: Mapped[PayoutList] = relationship()
    lines: Mapped[list[ReversalLine]] = relationship(order_by="ReversalLine.id")

    @property
    def makers(self) -> set[str]:
        """The accounts that made the files in which these payments were sent."""
        return {line.file.made_by for line in self.lines if line.file is not None}


class ReversalLine(PublicId, Base):
    """One payment of a reversal: how and in which file it stood, what is said of it, and why. The
    receipt is sealed."""

    __tablename__ = "payout_reversal_line"
    __table_args__ = (
        CheckConstraint("before in ('sent', 'paid')", name="before"),
        CheckConstraint("after in ('failed', 'returned', 'outstanding')", name="after"),
    )

    id: Mapped[Key]
    reversal_id: Mapped[int] = mapped_column(ForeignKey("payout_reversal.id"), index=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("payout_line.id"), index=True)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("payout_file.id"), index=True)
    before: Mapped[str] = mapped_column(String(12))
    after: Mapped[str] = mapped_column(String(12))
    means: Mapped[str] = mapped_column(String(8), default="")
    receipt_sealed: Mapped[bytes | None]
    reason: Mapped[str] = mapped_column(Text, default="")

    line: Mapped[PayoutLine] = relationship()
    file: Mapped[PayoutFile | None] = relationship()


class PaymentSheet(PublicId, Base):
    """The paper list of one group of an approved list; its public id is its code and its QR."""

    __tablename__ = "payment_sheet"
    __table_args__ = (UniqueConstraint("list_id", "letter"),)

    id: Mapped[Key]
    list_id: Mapped[int] = mapped_column(ForeignKey("payout_list.id"))
    letter: Mapped[str] = mapped_column(String(1))
    number: Mapped[int] = mapped_column(SmallInteger)


class SettledClaim(Base):
    """How a double claim was settled. The first workshop's key is the smaller.

    `keeps_id` is the workshop that pays the day; none says that both do.
    """

    __tablename__ = "settled_claim"
    __table_args__ = (
        UniqueConstraint("person_id", "day", "first_id", "second_id"),
        CheckConstraint("first_id < second_id", name="order"),
    )

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    day: Mapped[date]
    first_id: Mapped[int] = mapped_column(ForeignKey("workshop.id"), index=True)
    second_id: Mapped[int] = mapped_column(ForeignKey("workshop.id"), index=True)
    keeps_id: Mapped[int | None] = mapped_column(ForeignKey("workshop.id"), index=True)
    reason: Mapped[str] = mapped_column(Text)
    settled_by: Mapped[Short]
    settled_at: Mapped[Now]


def _pays(people: Collection[int]) -> ColumnElement[bool]:
    line = exists().where(PayoutLine.list_id == PayoutList.id, PayoutLine.person_id.in_(people))
    return line.correlate(PayoutList)


def _pays_again(people: Collection[int]) -> ColumnElement[bool]:
    line = exists().where(
        ReversalLine.reversal_id == PayoutReversal.id,
        ReversalLine.line_id == PayoutLine.id,
        PayoutLine.person_id.in_(people),
    )
    return line.correlate(PayoutReversal)


# Told to the proposer.
SENT_BACK = AnswerKind(
    "payouts_sent_back",
    _l("On %(when)s a list of payouts that you proposed was sent back. The list says why."),
    "payouts.workshop",
    "public_id",
    _l("Payouts"),
    _l("See why"),
)
APPROVAL = Approval(
    "payouts",
    PayoutList,
    proposes="payouts.propose",
    approves="payouts.approve",
    label=_l("Payouts: approve or send back"),
    waiting=_l("Payouts proposed, not approved"),
    own=_l("You proposed this list, so another person must approve it."),
    stands_in=_l("You stand in for the person who proposed this list, so another must approve it."),
    sent_back=SENT_BACK,
    gains=_pays,
    gained=_l("You stand on this list yourself, so another must approve it."),
)
REVERSAL_SENT_BACK = AnswerKind(
    "reversal_sent_back",
    _l(
        "On %(when)s it was sent back that payments did not arrive, as you had said. Their list"
        " says why."
    ),
    "payouts.workshop",
    "public_id",
    _l("Payouts"),
    _l("See why"),
)
REVERSAL = Approval(
    "payout_reversals",
    PayoutReversal,
    proposes="payouts.pay",
    approves=APPROVAL.approves,
    label=APPROVAL.label,
    waiting=_l("Payments said not to have arrived, not approved"),
    own=_l("You said this, or made the file, so another must approve it."),
    stands_in=_l("You stand in for the person who said this, so another must agree."),
    sent_back=REVERSAL_SENT_BACK,
    gains=_pays_again,
    gained=_l("You are paid by this yourself, so another must approve it."),
    also=lambda reversal: reversal.makers,
)
