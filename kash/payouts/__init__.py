"""Payouts: transport and other refunds of a workshop. Rates by role and distance band are stored
and versioned; what is due follows from attendance; one person proposes a list, another approves it,
and then it is frozen; it is paid in cash on a signed paper or by mobile money, and every cent is
accounted for. Whoever is paid for one day in two workshops is found, and somebody says why."""

from flask import Blueprint, Flask

blueprint = Blueprint("payouts", __name__)

from kash.payouts import models, views  # noqa: E402

__all__ = ["blueprint", "init_payouts", "models", "views"]


def init_payouts(app: Flask) -> None:
    """Put the room's tab on workshops and its part on people's pages; say what becomes of payouts
    when two people turn out to be one, and when a trainer leaves."""
    from kash.payouts.leaving import join_hand_over
    from kash.payouts.merging import declare_references

    declare_references()
    join_hand_over()
    views.join_other_rooms(app)
