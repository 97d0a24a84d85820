"""The section on the page of one's own account."""

from __future__ import annotations

from kash.feeds.models import CalendarAddress
from kash.feeds.queries import own_address
from kash.policy import Actor


def of_account(public_id: str, actor: Actor) -> tuple[CalendarAddress | None] | None:
    """The address of one's own calendar in a tuple, which is None where there is none; None on
    another's page."""
    return (own_address(actor),) if actor.public_id == public_id else None
