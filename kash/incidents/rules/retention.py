"""Keeping: what keeps a report, and until when one is kept that nothing keeps.

Whoever files is told first: without her consent to keep it a report is shredded after seven days,
unless somebody is held, help is under way, or a custodian alone may read it: she may be away for a
week, and what only she may read is not lost unread. Nor is what she has to decide about, a report
of bribery, before she did: that may be a duty, whatever anybody agreed to. That holds for every
case, however it came in, and nobody can put it off by her word alone: consent is noted, help
begins, or two members name the paper of a court.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from kash.incidents.rules.acts import ARRESTS
from kash.incidents.rules.clocks import is_free, releases_done
from kash.incidents.rules.consents import holds, says_yes_herself, standing
from kash.incidents.rules.custodian_only import for_custodian
from kash.incidents.rules.dues import is_open
from kash.incidents.rules.her_choice import everybody
from kash.incidents.rules.minors import unprotected
from kash.incidents.rules.record import Record
from kash.incidents.rules.withdrawing import is_taken_back
from kash.incidents.rules.workflow import OVER

DAYS_KEPT = 7
# So few days before the end Today tells of it.
SOON = 2
_ANSWERING = frozenset({"waiting", "agreed"})


class Keeps(StrEnum):
    """Reason that keeps a report."""

    CONSENT = "consent"
    HELD = "held"
    HELP = "help"
    GUARDED = "guarded"
    DECISION = "decision"
    PAPER = "paper"
    ASK = "ask"


def last_day(today: date, taken_back: date | None = None) -> date:
    """The last day on which a report is kept of which it turns out today that nothing keeps it.
    Where its keeping was `taken_back` by the receipt, the days began on that day; it stays until
    tomorrow all the same, for whoever reads of it only now."""
    if taken_back is None:
        return today + timedelta(days=DAYS_KEPT)
    return max(taken_back + timedelta(days=DAYS_KEPT), today + timedelta(days=1))


def is_over(last: date, today: date) -> bool:
    """True if the last day of a report has passed."""
    return today > last


def days_left(last: date, today: date) -> int:
    """How many days a report is kept after today; 0 on its last day and later."""
    return max(0, (last - today).days)


def what_keeps(record: Record, state: str) -> Keeps | None:
    """Reason that keeps a case in this state, None if there is none. With closing, help is over,
    and no duty."""
    if may_be_kept(record):
        return Keeps.CONSENT
    if record.paper_hold() is not None:
        return Keeps.PAPER
    if state not in OVER:
        # First, since no days begin when she is let go or help has ended.
        if is_guarded(record):
            return Keeps.GUARDED
        if is_held(record):
            return Keeps.HELD
        if is_being_helped(record):
            return Keeps.HELP
    if is_to_be_asked(record):
        return Keeps.ASK
    return Keeps.DECISION if record.waits_for_a_decision() else None


def may_be_kept(record: Record) -> bool:
    """True if anybody on record agreed that it is kept, or that it is used in court, which takes
    that it is there, and nobody refused: what one woman wants to be kept is not shredded because
    another said nothing, but her yes keeps nothing that another refused."""
    agreed = any(
        record.consents_to("record", one) or _is_for_court(record, one) for one in everybody(record)
    )
    return agreed and not record.who_stopped()


def _is_for_court(record: Record, person: str) -> bool:
    # A no to keeping it goes over that; a tick that was left out on a phone is none. A yes to
    # earlier words prints nothing until it is asked again, and meanwhile it is not shredded.
    if record.is_child(person):
        return record.agreed_to("court", person)
    yes = standing(
        record.consents, "court", person, several=len(record.persons) > 1, earlier_words=True
    )
    return holds(yes)


def is_to_be_asked(record: Record) -> bool:
    """True if somebody does not let it be kept, or took that back by a receipt, and somebody on
    record said yes herself: then it is not deleted by itself, and members ask each person."""
    return bool(record.who_stopped()) and any(
        says_yes_herself(record.consents, one) for one in everybody(record)
    )


def is_as_asked(record: Record) -> bool:
    """True if whoever sent a report that is not kept left the tick out, or took it back: a tick may
    also count for nothing since the others could not be asked."""
    said = [one for one in record.consents if one.purpose == "record"]
    ticked = any(one.wish and one.given for one in said)
    return not ticked or any(one.is_taken_back for one in said)


def is_guarded(record: Record) -> bool:
    """True if a case is for a custodian alone, and the holder of its receipt did not take back that
    it is kept: what she asked for is done once a custodian has read it."""
    return for_custodian(record) is not None and not is_taken_back(record, "record")


def is_held(record: Record) -> bool:
    """True if somebody is held: of whom an arrest is known and no release, or the report came in
    saying so and not everybody who may have been held is known to be free (as the register marks
    it, see `finding.Summary.held`)."""
    if any(one.arrested_at and not is_free(record, one) for one in record.persons):
        return True
    if not record.filing.held:
        return False
    if not record.persons:
        return not releases_done(record)
    arrests = [act for act in record.acts if act.code in ARRESTS]
    named = {person for act in arrests for person in act.persons}
    of_all = any(not act.persons for act in arrests)
    told = [one for one in record.persons if of_all or one.arrested_at or one.id in named]
    return any(not is_free(record, one) for one in told or record.persons)


def is_being_helped(record: Record) -> bool:
    """True if a mediator was asked and has not ended, a referral or something that was agreed waits
    for its outcome, or child protection is still to reach somebody who is or may be under 18."""
    if len(record.who_stopped()) == len(everybody(record)):
        # What nobody wants to be kept any more waits for nothing but a child's protection.
        return bool(unprotected(record))
    asked = any(one.ended_at is None and one.response in _ANSWERING for one in record.interventions)
    sent = any(is_open(one) for one in record.referrals)
    agreed = any(is_open(one) for one in record.terms)
    return asked or sent or agreed or bool(unprotected(record))
