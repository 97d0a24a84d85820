"""Columns of this room's tables, sorted by what they hold about a person."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from kash.payouts.models import PayoutLine, PayoutList
from kash.payouts.rules.steps import PaymentState
from kash.people.erasure import (
    Beneath,
    FreeText,
    GoesIfNamed,
    OpenedForHer,
    StandsInTheWay,
    about_things,
    free_texts,
    stays,
)


def _owed(session: Session, person_id: int) -> bool:
    # Nothing is owed by a list that was sent back; what failed is still to be paid or given up.
    open_lines = exists().where(
        PayoutLine.person_id == person_id,
        PayoutLine.list_id == PayoutList.id,
        PayoutList.state != "returned",
        PayoutLine.state.in_((PaymentState.OUTSTANDING, PaymentState.SENT, PaymentState.FAILED)),
    )
    return bool(session.scalar(select(open_lines)))


PERSONAL = (
    Beneath("payout_day.line_id", stays()),
    Beneath("payout_event.line_id", stays()),
    Beneath("payout_reversal_line.line_id", stays()),
    *free_texts(
        "payee.name",
        "payout_list.returned_reason",
        "payout_event.reason",
        "payout_reversal.returned_reason",
        "payout_reversal_line.reason",
    ),
    # Whoever is paid without being on a register may be a participant elsewhere.
    GoesIfNamed("payee.phone_sealed", kind="payee.phone", emptied={"phone_sealed": None}),
    # Receipts stay for the tax years.
    FreeText("payout_event.receipt_sealed", kind="payout.receipt"),
    OpenedForHer("payout_event.receipt_sealed", kind="payout.receipt"),
    FreeText("payout_reversal_line.receipt_sealed", kind="payout.reversal_receipt"),
    OpenedForHer("payout_reversal_line.receipt_sealed", kind="payout.reversal_receipt"),
    StandsInTheWay(_l("A payment to this person is not settled."), _owed),
    *about_things(
        payee="role band days",
        payment_sheet="letter",
        payout_event="state means",
        payout_file="digest",
        payout_line="group_letter role band reference state",
        payout_list="state approved_for",
        payout_part="role band",
        payout_reversal="state approved_for",
        payout_reversal_line="before after means",
        rate_table="currency bands rates",
    ),
)
