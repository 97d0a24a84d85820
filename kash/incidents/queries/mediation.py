"""Reads of mediators on duty, of briefs and of what was answered to them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from kash.accounts.models import Account, AccountRole
from kash.incidents.models import Duty, DutyStation, MediationBrief
from kash.incidents.queries.readers import readers
from kash.incidents.rules.conflicts import Reader
from kash.incidents.rules.mediation import Answer, Mediator, Result, take_over
from kash.incidents.rules.record import Record
from kash.people.rules.directory import Stretch, open_at
from kash.platform.database import db, utc_now
from kash.platform.vault import SealError, open_text
from kash.platform.web import Listing, NotFound, listing
from kash.platform.web.errors import one_or_404
from kash.policy import Actor, Role

NOTE, OUTCOME, PHONE = "mediation.note", "mediation.outcome", "mediation.phone"
# What is noted for members of a brief that a receipt ended while no vault was open.
ENDED = "ended"
MEDIATING_ROLES = (Role.PEER, Role.POLICE_PEER)


@dataclass(frozen=True)
class Brief:
    """Brief as a mediator reads it: the requests (codes), for how many people (0: not said), where,
    and whom of the programme she may call."""

    public_id: str
    state: str
    station: str
    requests: tuple[str, ...]
    people: int
    call_name: str
    call_phone: str
    runs_out_at: datetime


def duties(*, active: bool | None = True) -> Sequence[Duty]:
    """Mediators with their stations and hours, by name."""
    query = _with_parts().join(Account, Account.id == Duty.account_id).order_by(Account.name)
    if active is not None:
        query = query.where(Duty.active.is_(active), Account.active.is_(True))
    return db.session.scalars(query).all()


def _with_parts() -> Select[Duty]:
    return select(Duty).options(
        joinedload(Duty.account),
        selectinload(Duty.stations).joinedload(DutyStation.organisation),
        selectinload(Duty.hours),
    )


def duty_listing() -> Listing[Duty]:
    """A page of everybody who mediates, whether on duty or not."""
    query = _with_parts().join(Account, Account.id == Duty.account_id)
    return listing(
        query,
        sorts={"name": Account.name, "active": (Duty.active.desc(), Account.name)},
        default_sort="name",
        key=Duty.id,
    )


def duty(public_id: str, session: Session | None = None) -> Duty:
    """One mediator. Raises NotFound."""
    return one_or_404(
        (session or db.session()).scalar(_with_parts().where(Duty.public_id == public_id))
    )


def own_duty(by: Actor) -> Duty | None:
    """The actor's own duty, if she mediates."""
    return db.session.scalar(_with_parts().where(Duty.account_id == by.account_id))


def phone_of(one: Duty) -> str:
    """The number for this duty, E.164; empty if there is none."""
    if one.phone_sealed is None:
        return ""
    return open_text(one.phone_sealed, kind=PHONE, public_id=one.public_id)


def numbers_of(accounts: Iterable[str]) -> dict[str, str]:
    """The numbers of mediators' duties, E.164, by their accounts; who has none is left out."""
    rows = db.session.scalars(
        select(Duty)
        .join(Account, Account.id == Duty.account_id)
        .where(Account.public_id.in_(list(accounts)), Duty.phone_sealed.is_not(None))
        .options(joinedload(Duty.account))
    )
    found = {}
    for row in rows:
        try:
            found[row.account.public_id] = phone_of(row)
        except SealError:
            continue
    return found


def police_accounts() -> set[int]:
    """The accounts of the police, by their internal ids."""
    query = select(AccountRole.account_id).where(AccountRole.role == Role.POLICE_PEER)
    return set(db.session.scalars(query))


def possible_mediators() -> list[tuple[str, str]]:
    """(public id, name) of peer educators of either group who do not mediate yet."""
    mediates = select(Duty.account_id)
    found = db.session.execute(
        select(Account.public_id, Account.name)
        .join(AccountRole, AccountRole.account_id == Account.id)
        .where(
            AccountRole.role.in_(MEDIATING_ROLES),
            Account.active.is_(True),
            Account.id.not_in(mediates),
        )
        .order_by(Account.name)
    )
    return [(public_id, name) for public_id, name in found]


def as_mediators(found: Collection[Duty]) -> list[Mediator]:
    """Mediators as the rules see them, with what keeps each away from a case."""
    known = readers([one.account.public_id for one in found])
    police = police_accounts()
    return [
        Mediator(
            account=one.account.public_id,
            stations=frozenset(each.organisation.public_id for each in one.stations),
            spoken=tuple(code for code in one.spoken.split(",") if code),
            stretches=stretches_of(one),
            active=one.active,
            police=one.account_id in police,
            reader=known.get(one.account.public_id, Reader(one.account.public_id)),
        )
        for one in found
    ]


def stretches_of(one: Duty) -> tuple[Stretch, ...]:
    """The hours of a duty."""
    return tuple(Stretch(each.opens, each.closes) for each in one.hours)


def is_on_duty(one: Duty, minute: int) -> bool:
    """True if somebody can be called in this minute of the week; always, if no hours are known."""
    stretches = stretches_of(one)
    return one.active and (not stretches or open_at(stretches, minute))


def own_briefs(by: Actor) -> list[Brief]:
    """The actor's own briefs that are still to be answered or closed, the oldest first."""
    rows = db.session.scalars(
        select(MediationBrief)
        .where(
            MediationBrief.account_id == by.account_id,
            MediationBrief.state != "closed",
            MediationBrief.runs_out_at > utc_now(),
        )
        .order_by(MediationBrief.runs_out_at, MediationBrief.id)
    )
    return [found for row in rows if (found := _brief(row)) is not None]


def ended_briefs(by: Actor) -> set[str]:
    """The actor's briefs that the programme ended before she did, by their public ids: nothing of
    what was asked is left of them, and after their seven days they are gone as well."""
    rows = db.session.scalars(
        select(MediationBrief).where(
            MediationBrief.account_id == by.account_id,
            MediationBrief.state == "closed",
            MediationBrief.runs_out_at > utc_now(),
        )
    )
    said = {row.public_id: outcome_of(row) for row in rows}
    return {brief for brief, one in said.items() if one is None or one.get("response") == ENDED}


def own_brief(by: Actor, public_id: str) -> Brief:
    """One of the actor's own briefs that is still open. Raises NotFound."""
    for found in own_briefs(by):
        if found.public_id == public_id:
            return found
    raise NotFound


def briefs_waiting(by: Actor) -> int:
    """How many briefs wait for the actor's answer."""
    return sum(found.state == "open" for found in own_briefs(by))


def _brief(row: MediationBrief) -> Brief | None:
    note = note_of(row)
    if note is None:
        return None
    # One that an older version wrote asked for one thing.
    requests = note.get("requests") or [note.get("request", "")]
    return Brief(
        public_id=row.public_id,
        state=row.state,
        station=str(note.get("station", "")),
        requests=tuple(str(each) for each in requests),
        people=int(note.get("people", 0)),
        call_name=str(note.get("call_name", "")),
        call_phone=str(note.get("call_phone", "")),
        runs_out_at=row.runs_out_at,
    )


def note_of(row: MediationBrief) -> dict[str, Any] | None:
    """Note of a brief, None if it was shredded or does not open."""
    if row.note_sealed is None:
        return None
    try:
        found = json.loads(open_text(row.note_sealed, kind=NOTE, public_id=row.public_id))
    except (SealError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def answers_to(briefs: Collection[str], session: Session | None = None) -> dict[str, Answer]:
    """Answers of mediators to these briefs; those that still wait are left out.

    A brief that is no longer there, or ended without a word, was not answered.
    """
    if not briefs:
        return {}
    rows = (session or db.session()).scalars(
        select(MediationBrief).where(MediationBrief.public_id.in_(briefs))
    )
    answers = dict.fromkeys(briefs, Answer("no_answer"))
    for row in rows:
        if row.outcome_sealed is None and row.state != "closed":
            del answers[row.public_id]
        said = outcome_of(row)
        if said is not None:
            answers[row.public_id] = _answer(said)
    return answers


def all_answers() -> dict[str, Answer]:
    """Answers of mediators that nobody has taken over into a record yet, by the briefs."""
    rows = db.session.scalars(
        select(MediationBrief).where(MediationBrief.outcome_sealed.is_not(None))
    )
    said = {row.public_id: outcome_of(row) for row in rows}
    return {brief: _answer(one) for brief, one in said.items() if one is not None}


def with_answers(record: Record, session: Session | None = None) -> Record:
    """A record as it stands with what mediators have answered since it was saved."""
    briefs = [one.brief for one in record.interventions if one.brief]
    if not briefs:
        return record
    made = record.model_copy(deep=True)
    take_over(made, answers_to(briefs, session))
    return made


def outcome_of(row: MediationBrief) -> dict[str, Any] | None:
    """Outcome of a brief, None if there is none or it does not open."""
    if row.outcome_sealed is None:
        return None
    try:
        found = json.loads(open_text(row.outcome_sealed, kind=OUTCOME, public_id=row.public_id))
    except (SealError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _answer(said: dict[str, Any]) -> Answer:
    results = [
        Result(str(one["kind"]), str(one["result"]), one.get("count"))
        for one in said.get("results", ())
    ]
    if said.get("result"):
        # Of a brief that an older version wrote.
        results.append(Result("", str(said["result"])))
    return Answer(
        response=str(said.get("response", "waiting")),
        results=tuple(results),
        answered_at=_moment(said.get("at")),
        ended_at=_moment(said.get("ended") or (said.get("at") if results else None)),
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
