"""Noting one line of what came of a case, and taking it back; letting the holder of its receipt
read a sentence of the line of time."""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l

from kash.incidents.queries.cases import open_case
from kash.incidents.queries.mediation import with_answers
from kash.incidents.rules.line_of_time import let_out, line_of_time, sentences_of
from kash.incidents.rules.one_line import (
    RELEASED,
    CaseLine,
    ends_something,
    is_pressed_twice,
    line_to_take_back,
    lines_of,
    open_anew,
    take_back_line,
    write_line,
)
from kash.incidents.rules.parts import by_id
from kash.incidents.services.brief_endings import end_what_is_settled
from kash.incidents.services.cases import changing, locked_incident
from kash.incidents.services.documentation import heard_of
from kash.incidents.services.letterbox import letterbox
from kash.incidents.services.saved_views import CaseChangedMeanwhile
from kash.platform.vault import OpenVault, audited
from kash.platform.web.errors import Problem
from kash.platform.web.formats import to_local
from kash.policy import Actor


class CannotBeTakenBack(Problem):
    """With this line something ends that taking it back does not bring again: she is asked once."""

    sentence = _l("What waits for this ends with it, for good.")


def note_line(
    by: Actor,
    vault: OpenVault,
    reference: str,
    line: CaseLine,
    at: datetime | None = None,
    *,
    sure: bool = False,
) -> None:
    """Note a line, of now unless another moment is said; pressed twice, it is noted once.

    Raises CannotBeTakenBack unless she is `sure`, CaseChangedMeanwhile if the record offers it no
    more, Problem for a moment that can't be, NotFound and Damaged.
    """
    with changing("incidents.line_noted", by, vault, reference) as case:
        record, moment = case.record, at or case.now
        if is_pressed_twice(record, line, by.public_id, case.now):
            case.nothing()
            return
        case.refuse_closed()
        if line not in lines_of(record):
            raise CaseChangedMeanwhile
        if moment > case.now:
            raise Problem(_l("This has not happened yet."), field="at")
        person = by_id(record.persons, line.about) if line.what == RELEASED else None
        if person is not None and person.arrested_at and moment < person.arrested_at:
            raise Problem(_l("This is before she was arrested."), field="at")
        day = to_local(moment).date()
        if not sure and ends_something(record, line, moment, day):
            raise CannotBeTakenBack
        about = write_line(record, line, moment, day)
        if person is not None:
            heard_of(case, person)
        end_what_is_settled(case.session, record, line.what, moment, by.public_id, case.now)
        case.happened(line.what, about, on=at)


def take_line_back(by: Actor, vault: OpenVault, reference: str) -> bool:
    """Take back the line that the actor noted last; True if a request to a mediator had ended with
    it, which does not begin again. Raises CaseChangedMeanwhile if something else was done since,
    Problem, NotFound and Damaged."""
    with changing("incidents.line_taken_back", by, vault, reference) as case:
        case.refuse_closed()
        newest = case.record.timeline[-1] if case.record.timeline else None
        if newest is not None and (newest.what, newest.by) == ("line_taken_back", by.public_id):
            # The same was sent twice.
            case.nothing()
            return False
        event = line_to_take_back(case.record, by.public_id)
        if event is None or not take_back_line(case.record, event):
            raise CaseChangedMeanwhile
        ended = open_anew(case.record, event)
        case.happened("line_taken_back", event.about)
        return ended


def let_her_read(by: Actor, vault: OpenVault, reference: str, code: str) -> None:
    """Let the holder of the receipt read a sentence that the line of time has, by its code; let out
    twice, it is so once. It is no step: a phone that rings for the case rings on.

    Raises CaseChangedMeanwhile if the line has it no more, or nobody holds a receipt, NotFound and
    Damaged.
    """
    with audited("incidents.sentence_let_out", by) as change:
        incident = locked_incident(change.session, reference)
        record = open_case(by, vault, reference, change.session).record
        codes = sentences_of(line_of_time(with_answers(record, change.session)))
        if incident.receipt_hash is None or code not in codes:
            raise CaseChangedMeanwhile
        with letterbox(change.session) as box:
            told = box.told.get(reference, [])
            if code in told:
                change.nothing()
                return
            box.told[reference] = let_out(told, code, codes)
        change.about(reference)


def take_sentence_back(by: Actor, vault: OpenVault, reference: str, code: str) -> None:
    """Take a sentence off what the holder of the receipt reads. Nobody knows if she has read it.
    Raises NotFound and Damaged."""
    with audited("incidents.sentence_taken_back", by) as change:
        locked_incident(change.session, reference)
        open_case(by, vault, reference, change.session)
        with letterbox(change.session) as box:
            told = box.told.get(reference, [])
            if code not in told:
                change.nothing()
                return
            box.told[reference] = [other for other in told if other != code]
        change.about(reference)
