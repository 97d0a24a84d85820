"""Reports become visible together, at fixed hours of the programme's clock; but one in which
somebody is held or in danger at once. Changes of a record, place by place: kept sealed with who
made each, when, and why. A place is named as in `writing`: "narrative", "happening.begun_on", or
"acts/a1/code". What has ids of its own is compared field by field, other things as wholes. What
only ever grows, and says itself who and when (the timeline, comments, what is wanted), is not kept
a second time. The steps of a case: from where to where, who may take each, and what it asks for.
Asking a mediator for a release and making a referral wait for no state: somebody may be in a cell.
The states `mediation` and `referred` say what a case is waiting for, and come after it was verified
and she was asked what she wants. Acts that take a second member, and what a hold stops. One member
asks, with the reason; another, who is not in line with her, agrees or refuses. Nobody alone shreds
a case, removes evidence or its custody, replaces a sealed identity, takes words out of her first
account, or says that somebody who was held is not known any more. A hold of one member stops the
first four, and closing, no matter who asks. A hold against a withdrawal takes two, and so does
ending one that somebody else put there."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from kash.incidents.rules.clocks import may_be_given_up, who_is_held
from kash.incidents.rules.parts import HOLD_PAPERS, Hold
from kash.incidents.rules.record import Record

# The hours, in the programme's zone, at which reports come; at others only those of somebody held.
COME_AT = (8, 13, 18)


def next_arrival(now: datetime, zone: tzinfo) -> datetime:
    """The next of the fixed hours after a moment, in UTC."""
    today = now.astimezone(zone).date()
    moments = (
        datetime.combine(day, time(hour), tzinfo=zone)
        for day in (today, today + timedelta(days=1))
        for hour in COME_AT
    )
    return next(moment for moment in moments if moment > now).astimezone(UTC)


KIND = "incident.changes"
# Beyond so many bytes another document is begun, so that saving never takes longer.
ENOUGH = 120_000
LONGEST_REASON = 500
_LEFT_OUT = frozenset(
    {
        "edition",
        "paper_reference",
        "timeline",
        "comments",
        "texts",
        "choices",
        "court_asks",
        "holds",
        "proposals",
        "member_answers",
        "removed_evidence",
        "earlier_identities",
        "taken_out",
        "accounts_given",
        "own_words",
        "first_accounts",
        "sealed_changes",
        # Custodians' own, who alone may know of it.
        "duty_note",
        "duty_waits",
        "was_questioned",
        "decided_on",
    }
)
# What tells the entries of a list apart that are kept as wholes.
_WHOLE = {"evidence": "document", "links": "id"}


class ChangedPlace(BaseModel):
    """One place: what stood there and what stands there now, as JSON has it; None for nothing."""

    model_config = ConfigDict(extra="allow")

    place: str
    before: Any = None
    after: Any = None


class RecordChange(BaseModel):
    """Change of a record by one save. `by` is an account's public id; empty for what was only taken
    over: an answer of a mediator, or what was taken back by its receipt."""

    model_config = ConfigDict(extra="allow")

    by: str = ""
    at: datetime
    why: str = ""
    places: list[ChangedPlace] = Field(default_factory=list)


_CHANGES = TypeAdapter(list[RecordChange])


def asks_why(record: Record) -> bool:
    """True if this record is changed for a reason only: it was verified by what it said."""
    return record.verification.outcome == "verified"


def values_of(record: Record) -> dict[str, Any]:
    """Every place of a record that is not empty, with its value as JSON has it."""
    values: dict[str, Any] = {}
    for name, value in record.model_dump(exclude_defaults=True, warnings=False).items():
        if name not in _LEFT_OUT:
            values |= dict(_flat(name, value))
    values.pop("filing.screens", None)
    return {place: _plain(value) for place, value in values.items()}


def _flat(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for inner, content in value.items():
            yield f"{name}.{inner}", content
    elif isinstance(value, list) and value and all(isinstance(entry, Mapping) for entry in value):
        for number, entry in enumerate(value):
            if name in _WHOLE or "id" not in entry:
                yield f"{name}/{entry.get(_WHOLE.get(name, ''), number)}", dict(entry)
                continue
            yield f"{name}/{entry['id']}/id", entry["id"]
            for inner, content in entry.items():
                yield f"{name}/{entry['id']}/{inner}", content
    else:
        yield name, value


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        # To the minute, as a page shows it: else each save of a form would change the seconds.
        return value.astimezone(UTC).isoformat(timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return value


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[ChangedPlace]:
    """The places at which two records differ, in the order of the newer one, then what went."""
    return [
        ChangedPlace(place=place, before=before.get(place), after=after.get(place))
        for place in dict.fromkeys([*after, *before])
        if before.get(place) != after.get(place)
    ]


def as_bytes(changes: list[RecordChange]) -> bytes:
    """Changes as they are sealed, the oldest first."""
    return _CHANGES.dump_json(changes, exclude_defaults=True)


def changes_from(plaintext: bytes) -> list[RecordChange]:
    """Changes as they were sealed. Raises pydantic's ValidationError if they are none."""
    return _CHANGES.validate_json(plaintext)


OVER = frozenset({"closed", "shredded"})
DECISIONS = frozenset({"verified", "insufficient", "no_violation"})
OPEN = frozenset(
    {
        "draft",
        "submitted",
        "triaged",
        "verified",
        "insufficient",
        "no_violation",
        "mediation",
        "referred",
        "resolved",
        "unresolved",
    }
)


class Refusal(StrEnum):
    """Why a step is not open to somebody."""

    STATE = "state"
    SAME_PERSON = "same_person"
    CONFLICT = "conflict"
    OUTCOME = "outcome"
    REASON = "reason"
    CHILD = "child"
    CHILD_CUSTODIAN = "child_custodian"
    NOT_WANTED = "not_wanted"
    STILL_OPEN = "still_open"
    ASK_FIRST = "ask_first"
    ENDINGS = "endings"


@dataclass(frozen=True)
class CaseStanding:
    """Standing of a case: all that its steps ask for besides its state.

    `wanted`: what its persons want (`her_choice.WAYS`), None until each was asked. `mediation`:
    somebody wants mediation and agreed to it. `gate_shut`: nothing may be settled (see
    `mediation_gate`). `agreed`: she agreed herself to terms; `taken_back`: somebody took back that
    it is kept. `mediates_by`: what is done first once it is taken to mediation, empty if nothing.
    """

    wanted: frozenset[str] | None = None
    mediation: bool = False
    gate_shut: bool = False
    agreed: bool = False
    taken_back: bool = False
    mediates_by: str = ""


NOT_ASKED = CaseStanding()


@dataclass(frozen=True)
class Step:
    """One step. `verb` names it; with `another` it takes somebody who neither filed nor triaged;
    `asks_reason` that it needs one; `undoable` that another step leads back."""

    verb: str
    sources: frozenset[str]
    target: str
    another: bool = False
    asks_reason: bool = False
    undoable: bool = True


def _step(verb: str, sources: Collection[str], target: str, **more: bool) -> tuple[str, Step]:
    return verb, Step(verb, frozenset(sources), target, **more)


_UNDER_WAY = ("verified", "mediation", "referred")
STEPS: dict[str, Step] = dict(
    [
        _step("submit", ["draft"], "submitted"),
        _step("triage", ["submitted"], "triaged"),
        _step("verify", ["triaged"], "verified", another=True),
        _step("insufficient", ["triaged"], "insufficient", another=True, asks_reason=True),
        _step("no_violation", ["triaged"], "no_violation", another=True, asks_reason=True),
        # New information came in.
        _step("look_again", ["insufficient", "no_violation"], "triaged", asks_reason=True),
        _step("mediate", ["verified", "referred", "resolved", "unresolved"], "mediation"),
        _step("refer", ["verified", "mediation", "resolved", "unresolved"], "referred"),
        _step("resolve", [*_UNDER_WAY, "unresolved"], "resolved", asks_reason=True),
        _step("unresolve", [*_UNDER_WAY, "resolved"], "unresolved", asks_reason=True),
        _step("close", OPEN - {"draft"}, "closed"),
        # Back to where it stood: verified if it had been, else to be looked at again.
        _step("reopen", ["closed"], "triaged", asks_reason=True),
        _step("shred", ["closed"], "shredded", undoable=False),
    ]
)

# What may be said at closing, by the state that it is closed from.
_ENDED = {
    "resolved": ("settled", "partly_settled"),
    "unresolved": ("not_settled",),
    "insufficient": ("insufficient",),
    "no_violation": ("no_violation",),
}
# The same where nothing may be settled between the two sides, or she agreed to nothing.
_ENDED_UNSETTLED = _ENDED | {"resolved": ("reached",), "unresolved": ("not_reached",)}
# It was filed twice, or she took her consent back: from every state.
WITHDRAWN, DUPLICATE = "withdrawn", "duplicate"
# With these nothing of hers ended, so that nobody is asked how.
WITHOUT_ENDINGS = frozenset({WITHDRAWN, DUPLICATE, "no_violation"})
# She was asked, and wants nothing done.
NOTHING_WANTED = "nothing_wanted"
CLOSING_OUTCOMES = (
    "settled",
    "partly_settled",
    "not_settled",
    "reached",
    "not_reached",
    "insufficient",
    "no_violation",
    NOTHING_WANTED,
    WITHDRAWN,
    DUPLICATE,
)


def closing_outcomes(state: str, standing: CaseStanding = NOT_ASKED) -> tuple[str, ...]:
    """Outcomes with which a case may be closed from a state; none if it cannot be closed."""
    if state not in STEPS["close"].sources:
        return ()
    settled = standing.agreed and not standing.gate_shut
    ended = (_ENDED if settled else _ENDED_UNSETTLED).get(state, ())
    nothing = (NOTHING_WANTED,) if standing.wanted == frozenset({"nothing"}) else ()
    withdrawn = (WITHDRAWN,) if standing.taken_back else ()
    return (*ended, *nothing, *withdrawn, DUPLICATE)


def target_of(step: Step, *, verified: bool) -> str:
    """The state that a step leads to. `verified`: whether the case was found true before."""
    if step.verb == "reopen" and verified:
        return "verified"
    return step.target


def refusal_of(
    verb: str,
    state: str,
    *,
    by: str,
    filed_by: str = "",
    triaged_by: str = "",
    conflict: bool = False,
    alone: bool = False,
    unprotected: bool = False,
    custodian: bool = False,
    outcome: str = "",
    reason: str = "",
    standing: CaseStanding = NOT_ASKED,
    still_open: bool = False,
    endings_fit: bool = True,
) -> Refusal | None:
    """Why somebody (an account's public id) must not take a step now; None if she may.

    `filed_by` and `triaged_by` are accounts' public ids, or empty where nobody knows. `alone`:
    nobody else may decide, as with one custodian. `unprotected`: somebody who is or may be under 18
    was not reached by child protection yet, so that nobody but a `custodian` closes it, who gives a
    reason. `still_open`: somebody is held, a limit runs or something waits for its outcome;
    `endings_fit`: it was said how it ended for each person.
    """
    step = STEPS[verb]
    if conflict:
        return Refusal.CONFLICT
    if state not in step.sources:
        return Refusal.STATE
    if step.another and not alone and by in {filed_by, triaged_by} - {""}:
        return Refusal.SAME_PERSON
    if verb == "mediate" and not standing.mediation:
        return Refusal.NOT_WANTED
    if verb == "resolve" and standing.wanted is None:
        return Refusal.ASK_FIRST
    if verb == "close" and still_open:
        return Refusal.STILL_OPEN
    if verb == "close" and outcome not in closing_outcomes(state, standing):
        return Refusal.OUTCOME
    if verb == "close" and outcome not in WITHOUT_ENDINGS and not endings_fit:
        return Refusal.ENDINGS
    if verb == "close" and unprotected and not custodian:
        return Refusal.CHILD_CUSTODIAN
    if verb == "close" and unprotected and not reason.strip():
        return Refusal.CHILD
    if step.asks_reason and not reason.strip():
        return Refusal.REASON
    return None


def open_steps(state: str, standing: CaseStanding = NOT_ASKED) -> list[Step]:
    """The steps that lead on from a state, but shredding, no matter who may take them."""
    return [
        step
        for step in STEPS.values()
        if state in step.sources
        and step.verb != "shred"
        and (step.verb != "mediate" or standing.mediation)
    ]


# What comes after the verification, and is no step: it moves no case.
ASK_HER = "ask_her"
# The one thing that comes next, no matter who has to do it.
_NEXT = {
    "draft": "submit",
    "submitted": "triage",
    "triaged": "verify",
    "insufficient": "close",
    "no_violation": "close",
    "mediation": "resolve",
    "referred": "resolve",
    "resolved": "close",
    "unresolved": "close",
}
# What each way asks for first.
_LEADS_TO = {
    "help": "refer",
    "complaint": "refer",
    "court": "refer",
    "mediation": "mediate",
    "nothing": "close",
}


def next_step(state: str, standing: CaseStanding = NOT_ASKED) -> str:
    """The verb of what usually comes next, `ASK_HER` or a way to mediate; empty if nothing does."""
    if state == "mediation" and standing.mediates_by:
        return standing.mediates_by
    if state != "verified":
        return _NEXT.get(state, "")
    if standing.wanted is None:
        return ASK_HER
    return next((verb for way, verb in _LEADS_TO.items() if way in standing.wanted), "close")


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
        return any(piece.document == about for piece in record.evidence)
    if act == REPLACE:
        return any(person.id == about and person.identity == replaces for person in record.persons)
    if act == NOT_KNOWN:
        persons_held = [] if state in OVER else who_is_held(record)
        return any(person.id == about and may_be_given_up(person) for person in persons_held)
    if act == END_HOLD:
        return any(hold.id == about for hold in record.holds)
    return act == REDACT or (act == HOLD and record.paper_hold() is None)


def lifts_alone(hold: Hold, account: str) -> bool:
    """True if an account lifts a hold without a second member: its own, and no paper's."""
    return not hold.paper and hold.by == account


def is_a_paper(paper: str) -> bool:
    """True if it is one by which a report is kept against a withdrawal."""
    return paper in HOLD_PAPERS
