"""Off-boarding of a trainer: she hands over lists that she proposed and that nobody decided."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.accounts.holdings import register_proposals
from kash.payouts.models import PayoutList


def join_hand_over() -> None:
    """Have proposed lists handed over before an account is closed."""
    register_proposals(
        _l("Payouts proposed, not approved"),
        PayoutList,
        ("proposed",),
        key="payouts",
        permission="payouts.propose",
    )
