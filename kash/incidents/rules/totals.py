"""A case as totals count it: when it was filed, who did it, what was done, and how mediation ended.
One that is not to be counted yet says nothing."""

from __future__ import annotations

from datetime import datetime

from kash.incidents.rules.her_choice import choice_of
from kash.incidents.rules.record import Record

# How mediation ended, in the words of totals.
ENDS = ("settled", "partly", "failed", "withdrawn", "court")
_ENDS_OF = {
    "settled": "settled",
    "reached": "settled",
    "partly_settled": "partly",
    "not_settled": "failed",
    "not_reached": "failed",
    "withdrawn": "withdrawn",
}
# Nobody is counted for having helped.
_BY_PART = ("did", "ordered", "present", "unclear")
_ONCE_MORE = "duplicate"


def may_be_counted(record: Record, state: str) -> bool:
    """True if everybody on record agreed to be counted, and it is neither a draft nor closed as
    being another case as well."""
    return state != "draft" and not is_once_more(record, state) and consents(record)


def consents(record: Record) -> bool:
    """True if everybody on record agreed to be counted."""
    return record.consents_to("forum_totals")


def is_once_more(record: Record, state: str) -> bool:
    """True if it was closed as being another case as well."""
    return state == "closed" and record.closing.outcome == _ONCE_MORE


def came_in(record: Record) -> datetime | None:
    """The moment at which it was filed, else of the first that is known of it."""
    known = [*(one.at for one in record.timeline), *(one.at for one in record.consents)]
    return record.filing.filed_at or min(known, default=None)


def who_did_it(record: Record) -> str:
    """The kind of party that did it: of several the one with the greatest part, and of those the
    first on record. Empty if nobody is on record."""
    parties = [one for one in record.parties if one.involvement in _BY_PART]
    parties.sort(key=lambda one: _BY_PART.index(one.involvement))
    return parties[0].kind if parties else ""


def what_was_done(record: Record) -> tuple[str, ...]:
    """Codes of its acts, each once, in the order in which they stand on record."""
    return tuple(dict.fromkeys(one.code for one in record.acts))


def how_mediation_ended(record: Record, state: str) -> tuple[str, datetime] | None:
    """One of `ENDS`, and when the case was closed; None while it is open, if nobody was asked to
    mediate, or if closing says nothing of it."""
    closing = record.closing
    if state != "closed" or closing.at is None or not record.interventions:
        return None
    end = _ENDS_OF.get(closing.outcome, "")
    if end == "failed" and _goes_to_court(record):
        end = "court"
    return (end, closing.at) if end else None


def _goes_to_court(record: Record) -> bool:
    charged = any(asked.result == "charged" for one in record.interventions for asked in one.asked)
    chosen = [choice_of(record, one.id) for one in record.persons]
    return charged or any(one is not None and "court" in one.wanted for one in chosen)
