"""The life of minutes: draft, circulated among those who were present, confirmed and locked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from kash.forums.rules.quorum import Quorum

# For how long those who were present may remark, unless another day is chosen.
REMARKS_FOR = timedelta(days=7)


class MinutesState(StrEnum):
    """State of the minutes of a meeting that was held."""

    DRAFT = "draft"
    CIRCULATED = "circulated"
    LOCKED = "locked"


class MinutesStep(StrEnum):
    """The one thing that whoever runs the forum does next about the minutes of a meeting."""

    HOLD = "hold"
    CIRCULATE = "circulate"
    SETTLE = "settle"
    WAIT = "wait"
    CONFIRM = "confirm"
    NOTHING = "nothing"


def next_step(
    meeting: str, minutes: MinutesState, *, open_remarks: int, later_begun: bool
) -> MinutesStep:
    """The next step, by the state of the meeting and of its minutes, and by whether a later
    meeting has begun at which they can be confirmed."""
    if meeting == "cancelled" or minutes is MinutesState.LOCKED:
        return MinutesStep.NOTHING
    if meeting != "held":
        return MinutesStep.HOLD
    if minutes is MinutesState.DRAFT:
        return MinutesStep.CIRCULATE
    if open_remarks:
        return MinutesStep.SETTLE
    return MinutesStep.CONFIRM if later_begun else MinutesStep.WAIT


def may_remark(state: MinutesState, until: date | None, today: date) -> bool:
    """True while remarks are taken: up to the end of the day that was said."""
    return state is MinutesState.CIRCULATED and (until is None or today <= until)


def may_confirm(quorum: Quorum) -> bool:
    """True if a meeting can confirm minutes. Where no quorum was agreed, somebody of each group
    that has members must be there."""
    together = all(group.present for group in quorum.groups if group.members)
    return quorum.met and (quorum.agreed or together)


class ConfirmRefusal(StrEnum):
    """Reason for which minutes are not confirmed."""

    NOT_CIRCULATED = "not_circulated"
    REMARKS = "remarks"
    EARLIER = "earlier"
    MOMENT = "moment"
    SAME = "same"
    ABSENT = "absent"
    NO_QUORUM = "no_quorum"


@dataclass(frozen=True)
class Confirmation:
    """All that is known when a meeting is about to confirm the minutes of another."""

    state: MinutesState
    open_remarks: int
    # The confirming meeting comes after the one whose minutes they are.
    later: bool
    # The moment lies within the confirming meeting, and not ahead.
    during: bool
    proposer: str
    seconder: str
    # Members who are present at that moment.
    present: frozenset[str]
    quorate: bool


def refusal(asked: Confirmation) -> ConfirmRefusal | None:
    """The first reason against confirming; None if there is none."""
    reasons = (
        (asked.state is not MinutesState.CIRCULATED, ConfirmRefusal.NOT_CIRCULATED),
        (asked.open_remarks > 0, ConfirmRefusal.REMARKS),
        (not asked.later, ConfirmRefusal.EARLIER),
        (not asked.during, ConfirmRefusal.MOMENT),
        (asked.proposer == asked.seconder, ConfirmRefusal.SAME),
        (not {asked.proposer, asked.seconder} <= asked.present, ConfirmRefusal.ABSENT),
        (not asked.quorate, ConfirmRefusal.NO_QUORUM),
    )
    return next((reason for against, reason in reasons if against), None)
