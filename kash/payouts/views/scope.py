"""Scope of the actor here: the workshops and steps that she may touch."""

from __future__ import annotations

from kash.payouts.models import PayoutLine, PayoutList
from kash.payouts.queries.claims import DoubleClaim
from kash.payouts.queries.drafts import DraftRow
from kash.payouts.queries.lists import list_of
from kash.platform.web import current_actor
from kash.workshops.models import Workshop
from kash.workshops.queries.scope import own_workshop, runs

OTHERS = "–"
"""The letter under which payees who are in no group are shown, after the groups."""


def letter_of(one: PayoutLine | DoubleClaim) -> str:
    """The group that a payment or a claim is shown with: its letter, or the dash of the others."""
    return (one.letter if isinstance(one, DoubleClaim) else one.group_letter) or OTHERS


def row_letter(row: DraftRow) -> str:
    """The same of what is due."""
    return row.letter or OTHERS


def staff_workshop(public_id: str) -> Workshop:
    """A workshop whose payouts the actor may see as staff, not as a payee."""
    return own_workshop(public_id, current_actor(), "payouts.see")


def organises(found: Workshop) -> bool:
    """True if the actor proposes and pays here."""
    return runs(current_actor(), found, "payouts.propose")


def paid_list(public_id: str, list_id: str) -> tuple[Workshop, PayoutList]:
    """A list that the actor pays out, with its workshop."""
    found = own_workshop(public_id, current_actor(), "payouts.pay")
    return found, list_of(found, list_id)
