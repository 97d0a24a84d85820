"""Safety in the sample: a stand-in, entries of the breach register, a review."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from kash.accounts.rules.safety import Affected
from kash.accounts.services.access import record_review
from kash.accounts.services.breaches import (
    add_breach_note,
    close_breach,
    open_breach,
    record_notice,
)
from kash.accounts.services.delegations import lend_approvals
from kash.demo.accounts import ADMINISTRATOR, DIRECTOR
from kash.platform.database import utc_now
from kash.policy import Actor

_LOST_SHEET = (
    "A sign-in sheet of one session was left in a shared car. It showed letters of groups and"
    " initials, no phones. It was brought back the next morning."
)
_WRONG_ADDRESS = (
    "An invitation to a forum went to a wrong e-mail address. It named the day and the place, and"
    " nobody else."
)
_OLD = "A laptop of the office was stolen. Its disk is encrypted, and nobody was signed in."


def keep_safe(actors: Mapping[str, Actor], today: date) -> None:
    """A stand-in while the director is away, three entries of the register, and a review."""
    administrator, director = actors[ADMINISTRATOR.key], actors[DIRECTOR.key]
    lend_approvals(
        director,
        actors["monitoring"].public_id,
        permissions=["certificates.approve"],
        first=today,
        last=today + timedelta(days=13),
        reason="Leave",
    )
    now = utc_now()
    running = open_breach(
        administrator,
        what=_LOST_SHEET,
        affected=[Affected.ATTENDANCE, Affected.PAPER],
        noticed_at=now - timedelta(hours=20),
    )
    add_breach_note(administrator, running, "The sheet is back, and was put into the safe.")
    add_breach_note(director, running, "Asked the driver who had been in the car. Two colleagues.")
    open_breach(
        director,
        what=_WRONG_ADDRESS,
        affected=[Affected.CONTACTS, Affected.FORUMS],
        noticed_at=now - timedelta(days=5),
    )
    closed = open_breach(
        administrator,
        what=_OLD,
        affected=[Affected.ACCOUNTS],
        noticed_at=now - timedelta(days=40),
    )
    record_notice(administrator, closed, now - timedelta(days=38))
    close_breach(administrator, closed, "The Commissioner asked nothing further.")
    record_review(director)
    record_review(administrator, actors["trainer"].public_id)
