"""Payouts: transport and other refunds of a workshop. Rates by role and distance band are stored
and versioned; what is due follows from attendance; one person proposes a list, another approves it,
and then it is frozen; it is paid in cash on a signed paper or by mobile money, and every cent is
accounted for. Whoever is paid for one day in two workshops is found, and somebody says why."""

from flask import Blueprint, Flask

blueprint = Blueprint("payouts", __name__)

from kash.payouts import models  # noqa: E402

__all__ = ["blueprint", "init_payouts", "models"]


def init_payouts(app: Flask) -> None:
    """Say what becomes of payouts when two people turn out to be one, and when a trainer leaves."""
    from kash.payouts.leaving import join_hand_over
    from kash.payouts.merging import declare_references

    declare_references()
    join_hand_over()
