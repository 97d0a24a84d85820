"""The section on the page of one's own account."""

from __future__ import annotations

from kash.policy import Actor


def of_account(public_id: str, actor: Actor) -> tuple[()] | None:
    """Nothing but the way there, on the own page of whoever may ask for a token; None elsewhere."""
    return () if actor.public_id == public_id and actor.may("api.make") else None
