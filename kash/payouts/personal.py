"""Columns of this room's tables, sorted by what they hold about a person."""

from __future__ import annotations

from kash.people.erasure import Beneath, FreeText, about_things, free_texts, stays

PERSONAL = (
    Beneath("payout_day.line_id", stays()),
    Beneath("payout_event.line_id", stays()),
    *free_texts(
        "payout_list.returned_reason",
        "payout_event.reason",
    ),
    FreeText("payout_event.receipt_sealed", kind="payout.receipt"),
    *about_things(
        payee="name phone_sealed role band days",
        payment_sheet="letter",
        payout_event="state means",
        payout_file="digest",
        payout_line="group_letter role band reference state",
        payout_list="state approved_for",
        payout_part="role band",
        rate_table="currency bands rates",
    ),
)
