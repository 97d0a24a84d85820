"""Asking mediators, their answers, and who is on duty. How her account was taken, said once, or
anew, and who it is given to; her account itself is never touched. Chores of this room, which the
worker does by itself and without any key."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kash.accounts.models import Account, AccountRole
from kash.incidents.models import Duty, DutyHours, DutyStation, MediationBrief
from kash.incidents.queries.cases import (
    Case,
    KeptAccount,
    all_accounts_of,
    who_keeps_accounts,
    whom_accounts_tell_of,
)
from kash.incidents.queries.letterbox import accounts_named
from kash.incidents.queries.mediation import (
    LEFT,
    MEDIATING_ROLES,
    NOTE,
    OUTCOME,
    PHONE,
    as_mediators,
    duties,
    duty,
    is_late_now,
    note_of,
    outcome_of,
    owners_of_briefs,
)
from kash.incidents.rules import mediation as rules
from kash.incidents.rules.case_file import CourtPaper
from kash.incidents.rules.casework import asks_why
from kash.incidents.rules.mediation import Result
from kash.incidents.rules.mediation_gate import Why, why_not
from kash.incidents.rules.parts import AccountGiven
from kash.incidents.rules.record import Taking
from kash.incidents.services.alerts import tell
from kash.incidents.services.brief_endings import shred_old_notes
from kash.incidents.services.cases import GoneOn, changing
from kash.incidents.services.consents import refuse_unasked
from kash.incidents.services.documentation import WHY_IS_MISSING
from kash.incidents.services.saved_views import STAYS_HERE, NotNow
from kash.people.models import Organisation
from kash.people.rules.directory import Stretch, overlap
from kash.platform.database import db, new_public_id, utc_now, writing
from kash.platform.messages.rules import TryOutcome
from kash.platform.vault import OpenVault, audited, seal
from kash.platform.web import NotFound, Problem
from kash.platform.web.errors import ChangedMeanwhile, get_or_404, one_or_404
from kash.platform.web.formats import to_local
from kash.policy import Actor

# So long the same answer by the same hand is the button pressed twice.
_TWICE = timedelta(minutes=2)
_WHY_NOT = {
    Why.CONSENT: _l(
        "One of them has not agreed, or takes back that the report is kept. Only her release may "
        "be asked, while she is held."
    ),
    Why.GATE: _l(
        "A mediator may ask for a release, for what was taken, that it stops, and for a doctor; "
        "for nothing else."
    ),
    Why.OWN_YES: _l(
        "“Court or release” may get her charged. Each of them must have said yes to it herself, "
        "after you read the warning to her."
    ),
    Why.NOT_WANTED: _l("One of them does not want a mediator. If that has changed, note it first."),
    Why.ASK_FIRST: _l(
        "Ask them first what they want, and note it. Until then a mediator is asked only for a "
        "release and for a doctor."
    ),
}


NO_CONSENT_TO_MEDIATE = _l(
    "Nobody has agreed yet that a mediator is asked. Note the consent first."
)


class NotToBeAsked(Problem):
    """A mediator must not be asked for this: `why` says which of the rules stands against it."""

    def __init__(self, why: Why) -> None:
        super().__init__(str(_WHY_NOT[why]))
        self.field = "persons" if why is Why.NOT_WANTED else "requests"
        self.why = why


class MustKeepAway(Problem):
    """This mediator has a part in the case, or serves where it happened."""

    field = "mediator"
    sentence = _l("This mediator must be kept away from this case. Choose another one.")


NO_MEDIATOR = _l("Choose a peer educator who does not mediate yet.")


@dataclass(frozen=True)
class DutyDetails:
    """When, where and in which languages somebody mediates. `phone` is E.164 or empty; stations
    are public ids of organisations."""

    phone: str = field(default="", repr=False)
    spoken: tuple[str, ...] = ()
    stations: tuple[str, ...] = ()
    hours: tuple[Stretch, ...] = ()
    note: str = ""
    active: bool = True


# --- Duty ------------------------------------------------------------------------------------


def add_mediator(by: Actor, account: str, details: DutyDetails) -> str:
    """Put a peer educator on duty; the public id of the duty. Raises Problem."""
    _refuse(details)
    with audited("mediation.mediator_added", by) as change:
        number = change.session.scalar(
            select(Account.id)
            .join(AccountRole, AccountRole.account_id == Account.id)
            .where(
                Account.public_id == account,
                Account.active.is_(True),
                AccountRole.role.in_(MEDIATING_ROLES),
            )
        )
        mediates = change.session.scalar(select(Duty.id).where(Duty.account_id == number))
        if number is None or mediates is not None:
            raise Problem(NO_MEDIATOR, field="account")
        mediator = Duty(public_id=new_public_id(), account_id=number)
        change.session.add(mediator)
        _write(change.session, mediator, details)
        change.about(mediator.public_id)
        return mediator.public_id


def change_mediator(by: Actor, public_id: str, details: DutyDetails, row_version: int) -> None:
    """Change when and where somebody mediates. Raises NotFound, ChangedMeanwhile."""
    _refuse(details)
    with audited("mediation.mediator_changed", by) as change:
        mediator = duty(public_id, change.session)
        if mediator.row_version != row_version:
            raise ChangedMeanwhile
        _write(change.session, mediator, details)
        mediator.row_version += 1
        change.about(public_id)


def remove_mediator(by: Actor, public_id: str) -> None:
    """Take somebody off the list for good. Her open briefs end. Raises NotFound."""
    with audited("mediation.mediator_removed", by) as change:
        mediator = duty(public_id, change.session)
        _end_briefs(change.session, mediator.account_id)
        change.session.delete(mediator)
        change.about(public_id)


def set_own_duty(by: Actor, *, active: bool) -> None:
    """A mediator says herself whether she can be called. Raises NotFound."""
    with audited("mediation.duty_changed", by) as change:
        mediator = one_or_404(
            change.session.scalar(select(Duty).where(Duty.account_id == by.account_id))
        )
        if mediator.active is active:
            change.nothing()
            return
        mediator.active = active
        mediator.row_version += 1
        change.about(mediator.public_id)


def _refuse(details: DutyDetails) -> None:
    if overlap(details.hours):
        raise Problem(_l("Two of these hours overlap."))


def _write(session: Session, row: Duty, details: DutyDetails) -> None:
    row.phone_sealed = (
        seal(details.phone, kind=PHONE, public_id=row.public_id) if details.phone else None
    )
    row.spoken, row.note = ",".join(details.spoken), details.note
    row.active = details.active
    session.flush()
    stations = session.scalars(
        select(Organisation.id).where(
            Organisation.public_id.in_(details.stations), Organisation.kind == "station"
        )
    )
    row.stations = [DutyStation(organisation_id=number) for number in stations]
    row.hours = [DutyHours(opens=stretch.opens, closes=stretch.closes) for stretch in details.hours]
    session.flush()


def end_duty(session: Session, account_id: int, _now: datetime) -> None:
    """For an account that is locked out or leaves: no duty, and no briefs."""
    _end_briefs(session, account_id)
    session.execute(update(Duty).where(Duty.account_id == account_id).values(active=False))


def _end_briefs(session: Session, account_id: int) -> None:
    # The person who asked is told by the chore, within a minute.
    briefs = select(MediationBrief).where(
        MediationBrief.account_id == account_id, MediationBrief.state != "closed"
    )
    for brief in session.scalars(briefs.order_by(MediationBrief.id).with_for_update()):
        brief.state = "closed"
        _answer(brief, response=LEFT, ended=_minute(utc_now()))


# --- Briefs ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Request:
    """Request to a mediator: some of `rules.REQUESTS`, the station's name, who to call (E.164), and
    about which persons of the case (ids): she is told only how many they are."""

    mediator: str
    requests: tuple[str, ...]
    station: str = ""
    call_name: str = ""
    call_phone: str = field(default="", repr=False)
    persons: tuple[str, ...] = ()


def ask_mediator(
    by: Actor,
    vault: OpenVault,
    reference: str,
    request: Request,
    *,
    version: int | None = None,
    gone_on: GoneOn | None = None,
) -> None:
    """Write a brief for one mediator, and into the record that she was asked; sent twice, once.

    The audit names the case alone, as for any change of it: what ties the two stands only in the
    sealed record. Raises Problem, NotToBeAsked, MustKeepAway, NotFound and ChangedMeanwhile.
    """
    requests = [kind for kind in rules.REQUESTS if kind in request.requests]
    if not requests or not set(request.requests) <= set(rules.REQUESTS):
        raise NotFound
    if not (request.call_name.strip() and request.call_phone):
        raise Problem(_l("Say who of the programme the mediator calls, and at which number."))
    with changing("incidents.changed", by, vault, reference, version=version) as case:
        case.refuse_closed()
        persons = [person.id for person in case.record.persons if person.id in request.persons]
        if not rules.may_ask(case.record, persons):
            raise Problem(NO_CONSENT_TO_MEDIATE, field="persons")
        why = why_not(case.record, persons, requests)
        if why is not None:
            raise NotToBeAsked(why)
        session = case.session
        able = as_mediators(duties())
        free = rules.may_mediate(able, case.record, 0, seen=case.case.seen)
        if request.mediator not in {officer.account for officer in free}:
            raise MustKeepAway
        note = {
            "station": request.station,
            "requests": requests,
            # Nobody is counted where it does not matter.
            "people": len(persons) if rules.FOR_PEOPLE.intersection(requests) else 0,
            "call_name": request.call_name,
            "call_phone": request.call_phone,
        }
        waiting = [
            intervention.brief
            for intervention in case.record.interventions
            if (intervention.mediator, intervention.persons, intervention.response)
            == (request.mediator, persons, "waiting")
        ]
        briefs = select(MediationBrief).where(MediationBrief.public_id.in_(waiting))
        open_notes = [note_of(brief) or {} for brief in session.scalars(briefs)]
        if any(note.items() <= open_note.items() for open_note in open_notes):
            case.nothing()
            return
        # Whom to tell of what comes of it, without any key, and how urgently.
        note |= {"by": by.public_id, "held": bool(rules.whom_to_free(case.record))}
        note |= {"asked": _minute(case.now)}
        account = session.scalar(select(Account.id).where(Account.public_id == request.mediator))
        brief = MediationBrief(
            public_id=new_public_id(),
            account_id=account,
            runs_out_at=rules.runs_out(to_local(case.now)).astimezone(UTC),
        )
        _put_note(brief, note)
        session.add(brief)
        intervention = rules.asked(
            case.record, request.mediator, brief.public_id, requests, case.now, persons
        )
        intervention.station, intervention.reached = request.station, False
        intervention.call_name, intervention.call_phone = request.call_name, request.call_phone
        case.went_on(gone_on)
        case.happened("mediator_asked", request.mediator)
        asked_brief = brief.public_id
    follow_briefs(asked_brief)


def withdraw_request(by: Actor, vault: OpenVault, reference: str, intervention: str) -> None:
    """Take a brief back before it was answered; its mediator reads that it ended, as she may be on
    her way. Raises NotFound and Problem."""
    with changing("incidents.changed", by, vault, reference) as case:
        requests = [
            mediation_case
            for mediation_case in case.record.interventions
            if mediation_case.id == intervention
        ]
        if requests and not requests[0].brief and requests[0].response == "no_answer":
            # The same was sent twice.
            case.nothing()
            return
        if not requests or not requests[0].brief:
            raise NotFound
        brief = case.session.scalar(
            select(MediationBrief)
            .where(MediationBrief.public_id == requests[0].brief)
            .with_for_update()
        )
        if brief is not None:
            if (outcome_of(brief) or {}).get("response", "talk") != "talk":
                raise Problem(_l("The mediator has answered meanwhile. Look at what was answered."))
            brief.state, brief.note_sealed, brief.outcome_sealed = "closed", None, None
        requests[0].brief, requests[0].response = "", "no_answer"
        case.happened("request_withdrawn", requests[0].mediator)


def mark_read(by: Actor) -> None:
    """Note in the open briefs of a mediator that she has read them, as a delivery is noted."""
    unread = select(MediationBrief).where(
        MediationBrief.account_id == by.account_id, MediationBrief.state == "open"
    )
    if all("read" in (note_of(brief) or {"read": ""}) for brief in db.session.scalars(unread)):
        return
    with writing() as session:
        for brief in session.scalars(unread.order_by(MediationBrief.id).with_for_update()):
            note = note_of(brief)
            if note is not None and "read" not in note:
                _put_note(brief, note | {"read": _minute(utc_now())})


def answer_brief(by: Actor, public_id: str, *, accepts: bool | None) -> None:
    """A mediator says that she goes, that she can't, or (None) that she needs to talk first. Saying
    no shreds the note. Raises NotFound."""
    with audited("mediation.brief_answered", by) as change:
        brief = _own(change.session, by, public_id)
        response = {True: "agreed", False: "refused", None: "talk"}[accepts]
        if accepts is not False and (outcome_of(brief) or {}).get("response") in (
            "agreed",
            response,
        ):
            # Sent twice, or she wants to talk on her way: that she goes stands.
            change.nothing()
            return
        brief.state = {True: "accepted", False: "closed", None: "open"}[accepts]
        _answer(brief, response=response, at=_minute(change.now))
        change.about(public_id)
    follow_briefs(public_id)


def say_not_yet(by: Actor, public_id: str) -> None:
    """A mediator says that nothing came of it yet, and that she goes on. Raises NotFound."""
    with audited("mediation.brief_answered", by) as change:
        brief, now = _own(change.session, by, public_id), _minute(change.now)
        before = outcome_of(brief) or {}
        if before.get("not_yet", "") >= _minute(change.now - _TWICE):
            change.nothing()
            return
        brief.state = "accepted"
        _answer(brief, response="agreed", not_yet=now, at=before.get("at") or now)
        change.about(public_id)
    follow_briefs(public_id)


def close_brief(by: Actor, public_id: str, results: Sequence[Result]) -> None:
    """A mediator says what came of some of what she was asked for. When nothing more can come of
    any, it has ended and the note is shredded. Raises NotFound."""
    with audited("mediation.brief_closed", by) as change:
        brief = _own(change.session, by, public_id)
        note = note_of(brief) or {}
        kinds = note.get("requests") or [note.get("request")]
        people = int(note.get("people", 0))
        told = {result.kind: result for result in results}
        if not told or not set(told) <= set(kinds):
            raise NotFound
        if not all(rules.is_result(result, people) for result in results):
            raise NotFound
        now, before = _minute(change.now), outcome_of(brief) or {}
        results_by_kind = {result["kind"]: result for result in before.get("results", ())}
        if all(_is_told(results_by_kind.get(kind, {}), one) for kind, one in told.items()):
            change.nothing()
            return
        for kind, result in told.items():
            earlier = results_by_kind.get(kind, {})
            if result.result == "none" and earlier.get("result", "none") != "none":
                # Of some it was reached: the others are refused.
                results_by_kind[kind] = earlier | {"final": True}
            else:
                final = rules.is_final(result, people)
                results_by_kind[kind] = {
                    "kind": kind,
                    "result": result.result,
                    "count": result.count,
                }
                results_by_kind[kind] |= {"at": now, "final": final}
        ends = all(results_by_kind.get(kind, {}).get("final") for kind in kinds)
        brief.state = "closed" if ends else "accepted"
        _answer(
            brief,
            response="agreed",
            at=before.get("at") or now,
            results=list(results_by_kind.values()),
            ended=now if ends else None,
        )
        change.about(public_id)
    follow_briefs(public_id)


def _is_told(before: Mapping[str, Any], result: Result) -> bool:
    """True if this result was told before, as by a button that is pressed twice: to refuse the
    others, too, of whom some were reached."""
    if result.result == "none" and before.get("result", "none") != "none":
        return bool(before.get("final"))
    return (before.get("result"), before.get("count")) == (result.result, result.count)


def _minute(moment: datetime) -> str:
    return moment.isoformat(timespec="minutes")


def _own(session: Session, by: Actor, public_id: str) -> MediationBrief:
    return get_or_404(
        session,
        MediationBrief,
        public_id,
        MediationBrief.account_id == by.account_id,
        MediationBrief.state != "closed",
        MediationBrief.note_sealed.is_not(None),
        lock=True,
    )


def _put_note(brief: MediationBrief, note: dict[str, Any]) -> None:
    brief.note_sealed = seal(json.dumps(note), kind=NOTE, public_id=brief.public_id)


def _put_outcome(brief: MediationBrief, outcome: dict[str, Any]) -> None:
    brief.outcome_sealed = seal(json.dumps(outcome), kind=OUTCOME, public_id=brief.public_id)


def _answer(brief: MediationBrief, **said: Any) -> None:
    """Add to what a mediator said. Whom to tell of it, and how it went out, stays known when the
    note is shredded."""
    note, before = note_of(brief) or {}, outcome_of(brief) or {}
    for_owner = {name: note[name] for name in ("by", "held", "read", "reached") if name in note}
    outcome = for_owner | before | said | {"new": True, "rings": bool(note.get("held"))}
    _put_outcome(brief, outcome)
    if brief.state == "closed":
        brief.note_sealed = None


def say_how_taken(
    by: Actor, vault: OpenVault, reference: str, version: int, taking: Taking, why: str = ""
) -> None:
    """Say how the account of a case was taken.

    Raises CaseChangedMeanwhile if somebody saved since `version` was read, Problem if something
    else was said before and the case was verified, Problem, NotFound and Damaged.
    """
    with changing("incidents.taking_said", by, vault, reference, version=version) as case:
        case.refuse_closed()
        before = case.record.taking
        if before == taking:
            case.nothing()
            return
        if before.is_said() and asks_why(case.record) and not why:
            raise Problem(WHY_IS_MISSING, field="why")
        case.record.taking = before.model_copy(update=taking.model_dump())
        case.why = why
        case.happened("taking")


def give_account(
    by: Actor, vault: OpenVault, reference: str, paper: CourtPaper, reason: str
) -> tuple[Case, list[KeptAccount]]:
    """Note that her first account is given to the receiver of a paper, and why; the case as it then
    is, and all that came in first. Raises Problem and NotNow if none is kept or one does not open,
    and NotFound."""
    with changing("incidents.account_given", by, vault, reference) as change:
        record = change.record
        accounts = all_accounts_of(vault, record)
        if not accounts:
            raise NotNow
        if who_keeps_accounts(record, accounts):
            raise Problem(STAYS_HERE)
        now, told_of = change.now, whom_accounts_tell_of(record, accounts)
        refuse_unasked(record, paper, told_of, now)
        given = AccountGiven(at=now, by=by.public_id, who=paper.receiver, reason=reason)
        given.sha256 = [account.fingerprint for account in accounts]
        record.accounts_given.append(given)
        change.happened("account_given")
    return change.case, accounts


def shred_notes() -> None:
    with writing() as session:
        shred_old_notes(session, utc_now())


def follow_briefs(only: str = "") -> None:
    """Have the phones ring that a brief calls for, of one brief or all: of a mediator who was asked
    and not reached yet; and, while somebody is held, of the owner of the case, once for each answer
    and once if there is none in time. After a commit, and each minute for what failed."""
    now = utc_now()
    query = select(MediationBrief, Account.public_id).join(
        Account, Account.id == MediationBrief.account_id
    )
    only_it = MediationBrief.public_id == only if only else MediationBrief.runs_out_at > now
    briefs = db.session.execute(query.where(only_it)).all()
    owners = owners_of_briefs(db.session()) if briefs else {}
    due = [
        (brief.public_id, what, account or owners.get(brief.public_id, (asker,))[0])
        for brief, mediator in briefs
        for what, account, asker in _due(brief, mediator, now)
    ]
    if not due:
        # A reader who stays would hold up the person who files.
        db.session.rollback()
        return
    accounts = accounts_named({account for _brief, _what, account in due})
    rung = [
        (brief, what if came is TryOutcome.ACCEPTED else _UNSURE.get(what, what))
        for brief, what, account in due
        if account in accounts
        and (came := tell(accounts[account])) in (TryOutcome.ACCEPTED, TryOutcome.UNKNOWN)
    ]
    if not rung:
        db.session.rollback()
        return
    with writing() as session:
        for public_id, what in rung:
            _note_rung(session, public_id, what)


# Of what may have gone out, and nobody knows, there is no second; that it rang is not said either.
_UNSURE = {"reached": "unsure"}


def _due(brief: MediationBrief, mediator: str, now: datetime) -> Iterator[tuple[str, str, str]]:
    """Words to be noted of a brief once a phone rings: the mediator's, or (empty) the owner's of
    the case, or hers who asked."""
    note, outcome = note_of(brief) or {}, outcome_of(brief)
    if outcome is not None:
        if outcome.get("rings"):
            yield "rings", "", str(outcome.get("by", ""))
    elif "by" in note:
        if not note.keys() & {"reached", "read", "unsure"}:
            yield "reached", mediator, ""
        if note.get("held") and not note.get("late") and is_late_now(note, now):
            yield "late", "", str(note["by"])


def _note_rung(session: Session, public_id: str, what: str) -> None:
    query = select(MediationBrief).where(MediationBrief.public_id == public_id).with_for_update()
    brief = session.scalar(query)
    note, outcome = (note_of(brief), outcome_of(brief)) if brief is not None else (None, None)
    if brief is not None and what == "rings" and outcome is not None:
        _put_outcome(brief, outcome | {"rings": False})
    elif brief is not None and what != "rings" and note is not None:
        _put_note(brief, note | {what: True})
