"""Acts that take a second member, and what a hold stops.

One member asks, with the reason; another, who is not in line with her, agrees or refuses. Nobody
alone shreds a case, removes evidence or its custody, replaces a sealed identity, takes words out of
her first account, or says that somebody who was held is not known any more. A hold of one member
stops the first four, and closing, whoever would. A hold against a withdrawal takes two, and so does
ending one that somebody else put there.
"""

from __future__ import annotations

from kash.incidents.rules.clocks import who_is_held
from kash.incidents.rules.parts import HOLD_PAPERS, Hold, MemberProposal
from kash.incidents.rules.record import Record
from kash.incidents.rules.still_open import may_be_given_up
from kash.incidents.rules.workflow import OVER

SHRED, REMOVE, REPLACE = "shred", "remove_evidence", "replace_identity"
REDACT = "redact"
HOLD, END_HOLD, NOT_KNOWN = "hold", "end_hold", "not_known"
ACTS = (SHRED, REMOVE, REPLACE, REDACT, HOLD, END_HOLD, NOT_KNOWN)
# What a hold stops.
STOPPED = frozenset({SHRED, REMOVE, REPLACE, REDACT})


def is_stopped(record: Record, act: str) -> bool:
    """True if a hold stops an act."""
    return act in STOPPED and bool(record.holds)


def is_possible(record: Record, state: str, act: str, about: str, replaces: str = "") -> bool:
    """True if an act can be done with a case as it stands: what it is about is there, and what it
    replaces is what stands there now."""
    if act == SHRED:
        return state == "closed"
    if act == REMOVE:
        return any(one.document == about for one in record.evidence)
    if act == REPLACE:
        return any(one.id == about and one.identity == replaces for one in record.persons)
    if act == NOT_KNOWN:
        held = [] if state in OVER else who_is_held(record)
        return any(one.id == about and may_be_given_up(one) for one in held)
    if act == END_HOLD:
        return any(one.id == about for one in record.holds)
    return act == REDACT or (act == HOLD and record.paper_hold() is None)


def proposed(record: Record, proposal: str) -> MemberProposal | None:
    """The proposal of this id, None if it waits no more."""
    return next((one for one in record.proposals if one.id == proposal), None)


def lifts_alone(hold: Hold, account: str) -> bool:
    """True if an account lifts a hold without a second member: its own, and no paper's."""
    return not hold.paper and hold.by == account


def is_a_paper(paper: str) -> bool:
    """True if it is one by which a report is kept against a withdrawal."""
    return paper in HOLD_PAPERS
