"""Endings of a brief before its mediator ends it, and what she answered until then."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from kash.incidents.models import MediationBrief, Remains
from kash.incidents.queries.mediation import (
    ENDED,
    LEFT,
    NOTE,
    OUTCOME,
    answers_to,
    note_of,
    outcome_of,
)
from kash.incidents.rules import mediation as rules
from kash.incidents.rules.clocks import end_referrals
from kash.incidents.rules.consents import ForCustodian
from kash.incidents.rules.letterbox import Box
from kash.incidents.rules.mediation_gate import asks_too_much, why_ended
from kash.incidents.rules.one_line import REQUEST_SETTLED, SETTLED, settle, settled_by
from kash.incidents.rules.parts import Event, Intervention
from kash.incidents.rules.record import Record, is_taken_back
from kash.platform.database import utc_now
from kash.platform.vault import seal
from kash.platform.web.formats import local_today


def collect_answers(session: Session, record: Record) -> bool:
    """Take over into a record, which is about to be saved, what mediators answered meanwhile.

    What is in the record now is deleted from the briefs. Whether there was anything.
    """
    briefs = [intervention.brief for intervention in record.interventions if intervention.brief]
    answers = answers_to(briefs, session)
    done = rules.take_over(record, answers)
    if done:
        rows = select(MediationBrief).where(MediationBrief.public_id.in_(done))
        for brief in session.scalars(rows):
            if (outcome_of(brief) or {}).get("response") == LEFT:
                # She may be on her way: until its days are over she reads that it ended.
                brief.outcome_sealed = None
            else:
                session.delete(brief)
    for intervention in record.interventions:
        if intervention.brief and intervention.response == ENDED:
            _end_one(session, intervention)
    return bool(answers)


def note_answers_read(session: Session, record: Record, by: str, owner: str) -> None:
    """Somebody (a public id) opened a case: if she owns it, or asked where nobody does, what
    mediators answered until now is new no more."""
    briefs = [intervention.brief for intervention in record.interventions if intervention.brief]
    query = select(MediationBrief).where(MediationBrief.public_id.in_(briefs))
    for brief in session.scalars(query.with_for_update()) if briefs else ():
        outcome = outcome_of(brief) or {}
        if outcome.get("new") and by == (owner or outcome.get("by")):
            text = json.dumps(outcome | {"new": False, "rings": False})
            brief.outcome_sealed = seal(text, kind=OUTCOME, public_id=brief.public_id)


def end_briefs(session: Session, record: Record) -> None:
    """A case is closed: what nobody answered is taken back."""
    _end(session, record, lambda _one: True)


def end_briefs_without_consent(session: Session, record: Record) -> None:
    """Somebody took her consent back: what was asked for her, and others too, is taken back."""
    collect_answers(session, record)
    for intervention in record.interventions:
        if intervention.brief:
            _leave(session, intervention, rules.what_goes_on(record, intervention))


def _end(session: Session, record: Record, ends: Callable[[Intervention], object]) -> None:
    collect_answers(session, record)
    for intervention in record.interventions:
        if intervention.brief and ends(intervention):
            _end_one(session, intervention)


def _leave(session: Session, one: Intervention, requests: Collection[str]) -> None:
    """Leave of what a mediator was asked only these requests; the brief ends if it is none."""
    if not requests:
        _end_one(session, one)
    elif len(requests) < len(one.asked):
        one.asked = [request for request in one.asked if request.kind in requests]
        for brief in _rows(session, [one.brief]):
            _narrow(brief, requests)


def _rows(session: Session, briefs: Collection[str]) -> Sequence[MediationBrief]:
    query = select(MediationBrief).where(
        MediationBrief.public_id.in_(briefs), MediationBrief.note_sealed.is_not(None)
    )
    return session.scalars(query.order_by(MediationBrief.id).with_for_update()).all()


def _narrow(row: MediationBrief, requests: Collection[str]) -> bool:
    """Leave in the note of a brief only these requests; False if it asks for none of them."""
    note = note_of(row) or {}
    left = [kind for kind in note.get("requests", ()) if kind in requests]
    if left and left != note["requests"]:
        text = json.dumps({**note, "requests": left})
        row.note_sealed = seal(text, kind=NOTE, public_id=row.public_id)
    return bool(left)


def note_open_briefs(box: Box, reference: str, record: Record) -> None:
    """Note in the letterbox the open briefs of a case as it is sealed: by a receipt they end at
    once, though nobody has keys at hand."""
    box.briefs.pop(reference, None)
    if open_ones := rules.open_requests(record):
        box.briefs[reference] = open_ones


def stop_briefs(session: Session, box: Box, reference: str, purposes: Collection[str]) -> None:
    """End the open briefs of a case, from which these consents are taken back, without any key. If
    it is only the keeping of the report, what asks for the release of somebody who is held goes on.
    A mediator who said yes finds that it ended; that she did is read by the person who opens the
    case."""
    if {"record", "mediation"}.isdisjoint(purposes):
        return
    briefs = box.briefs.get(reference, {})
    for brief in _rows(session, briefs):
        goes_on = () if "mediation" in purposes else briefs[brief.public_id]
        if not _narrow(brief, goes_on):
            outcome = json.dumps({**(outcome_of(brief) or {}), "response": ENDED})
            brief.outcome_sealed = seal(outcome, kind=OUTCOME, public_id=brief.public_id)
            brief.state, brief.note_sealed = "closed", None


def _end_one(session: Session, one: Intervention) -> None:
    # The row stays without a word of what was asked until its seven days are over, so that its
    # mediator reads that it ended: she may be on her way.
    session.execute(
        update(MediationBrief)
        .where(MediationBrief.public_id == one.brief)
        .values(state="closed", note_sealed=None, outcome_sealed=None)
    )
    one.response, one.brief = ENDED, ""


def _note_ended(record: Record, one: Intervention, why: str) -> None:
    what = f"request_ended_{why}"
    record.timeline.append(Event(what=what, by="", at=utc_now(), about=one.id))


def end_what_may_not_be_asked(session: Session, record: Record) -> None:
    """A record is saved: whatever a mediator was asked and may be asked no longer ends, and what
    was done says why. An act was added, an age corrected, or she chose something else."""
    if not asks_too_much(record):
        return
    collect_answers(session, record)
    for intervention in record.interventions:
        why = why_ended(record, intervention) if intervention.brief else None
        if why is not None:
            _end_one(session, intervention)
            _note_ended(record, intervention, why)


def end_what_is_settled(
    session: Session, record: Record, what: str, at: datetime, by: str, now: datetime
) -> None:
    """A line of this kind was written into a record: a request of which nothing is left to be done
    ends, as if its mediator had told it. Of its note one word stays until its seven days are over,
    so that its mediator, who may be on her way, reads that it is settled."""
    if not settled_by(record, what):
        return
    collect_answers(session, record)
    for request in settled_by(record, what):
        for brief in _rows(session, [request.brief]):
            text = json.dumps({"response": SETTLED})
            brief.note_sealed = seal(text, kind=NOTE, public_id=brief.public_id)
            brief.outcome_sealed, brief.state = None, "closed"
        settle(request, at)
        record.timeline.append(Event(what=REQUEST_SETTLED, by=by, at=now, about=request.id))


def tells_who_must_not_know(record: Record, away: Collection[str]) -> list[Intervention]:
    """The open requests that one of these accounts (empty: nobody knows whose) made or reads."""
    return [
        intervention
        for intervention in record.interventions
        if intervention.brief
        and not {intervention.mediator, rules.asked_by(record, intervention)}.isdisjoint(away)
    ]


def end_what_tells_who_must_not_know(
    session: Session, record: Record, why: ForCustodian | None, away: Collection[str]
) -> None:
    """Somebody must not know of a case any more (`why`: it is for a custodian alone): every open
    brief ends that she reads, or that she asked for, since it names her to be called. Where
    somebody of the programme or of a station did it, she may be the one. Who may know asks anew."""
    if not tells_who_must_not_know(record, away):
        return
    collect_answers(session, record)
    for intervention in tells_who_must_not_know(record, away):
        _end_one(session, intervention)
        _note_ended(record, intervention, why or "conflict")


def end_what_was_taken_back(session: Session, record: Record) -> None:
    """A record is saved in which the holder of the receipt took mediation back, or somebody does
    not let it be kept: open briefs end, but for what asks for the release of who is held, and
    referrals."""
    if is_taken_back(record, "mediation"):
        end_briefs(session, record)
    elif record.who_stopped():
        end_briefs_without_consent(session, record)
    end_referrals(record, utc_now(), local_today())


def shred_briefs(_session: Session, record: Record) -> Remains:
    """Shred the briefs of a case with it."""
    return Remains(
        briefs=[intervention.brief for intervention in record.interventions if intervention.brief]
    )


def shred_old_notes(session: Session, now: datetime) -> int:
    """Delete notes whose seven days are over; how many. An answer stays until a member took it
    over; a brief without an answer goes wholly, and the record says that nobody answered."""
    over = MediationBrief.runs_out_at <= now
    gone = session.execute(
        delete(MediationBrief).where(over, MediationBrief.outcome_sealed.is_(None))
    )
    ended = session.execute(
        update(MediationBrief)
        .where(over, MediationBrief.note_sealed.is_not(None))
        .values(note_sealed=None, state="closed")
    )
    return int(gone.rowcount) + int(ended.rowcount)  # type: ignore[attr-defined]
