"""Reads of mediators on duty, of briefs and of what was answered to them. Cases that wait for a
custodian's decision about money and the duty to report. Evidence of an opened case. Help that there
is now: services of the directory, and mediators on duty. Second members: who may be one, and how
somebody stands to what is proposed. Cases as totals count them: all with the consent for it, no
matter who asks. Lists of cases leave out those from which their reader must be kept away. Counted
through such a list a total would follow from who asked for it, and two of them would tell of a
case. So this reader knows no conflict of interest, shows no case to anybody, and refuses altogether
while there is one that it cannot read."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from kash.accounts.models import Account, AccountRole
from kash.incidents.models import Duty, DutyStation, MediationBrief, OfficerDuty
from kash.incidents.queries.cases import KIND as CASES_KIND
from kash.incidents.queries.cases import Case, cases_by_document, concerns_custodian, open_cases
from kash.incidents.queries.letterbox import Screens, Withdrawals, opened_box
from kash.incidents.queries.officers import (
    Officer,
    custodian_is_free,
    kept_away,
    officers,
    readers,
    settings_of,
)
from kash.incidents.rules.casework import next_arrival
from kash.incidents.rules.clocks import Policy, ReportNote, is_decided, policy_from
from kash.incidents.rules.consents import Reader, Seen, may_read
from kash.incidents.rules.letterbox import adds_to, first_of
from kash.incidents.rules.mediation import Answer, Mediator, Result, is_final, is_late, take_over
from kash.incidents.rules.one_line import SETTLED
from kash.incidents.rules.parts import Evidence, by_id
from kash.incidents.rules.record import Record
from kash.incidents.rules.record import from_bytes as record_from_bytes
from kash.incidents.rules.totals import (
    EvidenceFile,
    came_in,
    from_bytes,
    how_mediation_ended,
    is_once_more,
    may_be_counted,
    what_was_done,
    who_did_it,
)
from kash.incidents.services.saved_views import EvidenceDamaged, RecordsNotOpen, ReportsStillWait
from kash.people.models import Person, ServiceEntry
from kash.people.queries.directory import ServiceSearch, services_for_paper
from kash.people.rules.directory import Stretch, open_at
from kash.platform.approvals.rules import Standing, standing_of
from kash.platform.database import db, utc_now
from kash.platform.vault import (
    OpenVault,
    Sealed,
    SealedDocument,
    SealError,
    fetch,
    fetch_each,
    open_document,
    open_each,
    open_text,
)
from kash.platform.web import Listing, NotFound, listing
from kash.platform.web.account_names import accounts_in_line
from kash.platform.web.errors import one_or_404
from kash.platform.web.formats import from_local, to_local, zone
from kash.policy import Actor, Role

NOTE, OUTCOME, PHONE = "mediation.note", "mediation.outcome", "mediation.phone"
OFFICER_PHONE = "officer.phone"
# What is noted for members of a brief that a receipt ended while no vault was open, and of one
# whose mediator was taken off the list before she was done.
ENDED, LEFT = "ended", "left"
MEDIATING_ROLES = (Role.PEER, Role.POLICE_PEER)


@dataclass(frozen=True)
class Brief:
    """Brief as a mediator reads it: the requests (codes), for how many people (0: not said), where,
    and who of the programme she may call; whether she said that she needs to talk, what she has
    told of each request, and those of which nothing more can come."""

    public_id: str
    state: str
    station: str
    requests: tuple[str, ...]
    people: int
    call_name: str
    call_phone: str
    runs_out_at: datetime
    talks: bool = False
    told: dict[str, Result] = field(default_factory=dict)
    over: frozenset[str] = frozenset()

    def ends_with(self, result: Result) -> bool:
        """True if the brief ends with this result: nothing more can come of any request."""
        ends = result.result == "none" or is_final(result, self.people)
        return ends and set(self.requests) <= self.over | {result.kind}


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
    numbers = {}
    for duty in rows:
        try:
            numbers[duty.account.public_id] = phone_of(duty)
        except SealError:
            continue
    return numbers


def numbers_of_mediators() -> set[str]:
    """The numbers of all mediators' duties, E.164."""
    return set(numbers_of(db.session.scalars(select(Account.public_id).join(Duty))).values())


def numbers_to_ring(accounts: Iterable[str]) -> dict[str, str]:
    """The numbers at which these accounts' phones ring, E.164: an officer's or a mediator's for
    that duty, else that of the person who she is; who has none is left out. Three queries."""
    wanted = list(accounts)
    numbers: dict[str, str] = {}
    for account, public_id, sealed in db.session.execute(
        select(Account.public_id, Person.public_id, Person.phone_sealed)
        .join(Person, Person.id == Account.person_id)
        .where(Account.public_id.in_(wanted), Person.phone_sealed.is_not(None))
    ):
        with suppress(SealError):
            numbers[account] = open_text(sealed or b"", kind="person.phone", public_id=public_id)
    return {**numbers, **numbers_of(wanted), **officers_numbers(wanted)}


def officers_numbers(accounts: Iterable[str]) -> dict[str, str]:
    """The numbers for their duty of those who are told of alerts, by account."""
    numbers: dict[str, str] = {}
    for account, sealed in db.session.execute(
        select(Account.public_id, OfficerDuty.phone_sealed)
        .join(OfficerDuty, OfficerDuty.account_id == Account.id)
        .where(Account.public_id.in_(list(accounts)), OfficerDuty.phone_sealed.is_not(None))
    ):
        with suppress(SealError):
            numbers[account] = open_text(sealed or b"", kind=OFFICER_PHONE, public_id=account)
    return numbers


def police_accounts() -> set[int]:
    """The accounts of the police, by their internal ids."""
    query = select(AccountRole.account_id).where(AccountRole.role == Role.POLICE_PEER)
    return set(db.session.scalars(query))


def possible_mediators() -> list[tuple[str, str]]:
    """(public id, name) of peer educators of either group who do not mediate yet."""
    mediates = select(Duty.account_id)
    accounts = db.session.execute(
        select(Account.public_id, Account.name)
        .join(AccountRole, AccountRole.account_id == Account.id)
        .where(
            AccountRole.role.in_(MEDIATING_ROLES),
            Account.active.is_(True),
            Account.id.not_in(mediates),
        )
        .order_by(Account.name)
    )
    return [(public_id, name) for public_id, name in accounts]


def as_mediators(found: Collection[Duty]) -> list[Mediator]:
    """Mediators as the rules see them, with what keeps each away from a case."""
    readers_known = readers([duty.account.public_id for duty in found])
    police = police_accounts()
    return [
        Mediator(
            account=duty.account.public_id,
            stations=frozenset(station.organisation.public_id for station in duty.stations),
            spoken=tuple(code for code in duty.spoken.split(",") if code),
            stretches=stretches_of(duty),
            active=duty.active,
            police=duty.account_id in police,
            reader=readers_known.get(duty.account.public_id, Reader(duty.account.public_id)),
        )
        for duty in found
    ]


def stretches_of(one: Duty) -> tuple[Stretch, ...]:
    """The hours of a duty."""
    return tuple(Stretch(stretch.opens, stretch.closes) for stretch in one.hours)


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
    return [brief for sealed_brief in rows if (brief := _brief(sealed_brief)) is not None]


def ended_briefs(by: Actor) -> dict[str, str]:
    """The actor's briefs that the programme ended before she did, by their public ids, and why:
    `ENDED`, `LEFT` or `SETTLED`. Nothing of what was asked is left of them, and after their seven
    days they are gone as well."""
    rows = db.session.scalars(
        select(MediationBrief).where(
            MediationBrief.account_id == by.account_id,
            MediationBrief.state == "closed",
            MediationBrief.runs_out_at > utc_now(),
        )
    )
    why = {
        brief.public_id: (outcome_of(brief) or note_of(brief) or {}).get("response", ENDED)
        for brief in rows
    }
    return {brief: word for brief, word in why.items() if word in (ENDED, LEFT, SETTLED)}


def is_over(by: Actor, public_id: str) -> bool:
    """True if one of the actor's own briefs is closed, by her or by the programme."""
    closed = select(MediationBrief.id).where(
        MediationBrief.account_id == by.account_id,
        MediationBrief.public_id == public_id,
        MediationBrief.state == "closed",
    )
    return db.session.scalar(closed) is not None


def own_brief(by: Actor, public_id: str) -> Brief:
    """One of the actor's own briefs that is still open. Raises NotFound."""
    for brief in own_briefs(by):
        if brief.public_id == public_id:
            return brief
    raise NotFound


def briefs_waiting(by: Actor) -> int:
    """How many briefs wait for the actor's answer."""
    return sum(brief.state == "open" for brief in own_briefs(by))


def _brief(row: MediationBrief) -> Brief | None:
    note = note_of(row)
    if note is None:
        return None
    # One that an older version wrote asked for one thing.
    requests = note.get("requests") or [note.get("request", "")]
    outcome = outcome_of(row) or {}
    return Brief(
        public_id=row.public_id,
        state=row.state,
        station=str(note.get("station", "")),
        requests=tuple(str(kind) for kind in requests),
        people=int(note.get("people", 0)),
        call_name=str(note.get("call_name", "")),
        call_phone=str(note.get("call_phone", "")),
        runs_out_at=row.runs_out_at,
        talks=outcome.get("response") == "talk",
        told={result.kind: result for result in _results(outcome)},
        over=frozenset(told["kind"] for told in outcome.get("results", ()) if told.get("final")),
    )


def owners_of_briefs(session: Session) -> dict[str, tuple[str, str]]:
    """The account (a public id) that owns the case of each open brief, as the letterbox has it, and
    the case's reference."""
    box = opened_box(session)
    return {
        brief: (box.owners[reference].account, reference)
        for reference, briefs in box.briefs.items()
        if reference in box.owners
        for brief in briefs
    }


@dataclass(frozen=True)
class AskedBriefs:
    """Requests of one person as they stand without the vault: mediators who answered since she last
    opened their case, who are silent for too long, and whose phone did not ring. Each is the
    reference of its case, for a reader whose vault is open; empty if nobody owns that."""

    answered: tuple[str, ...] = ()
    late: tuple[str, ...] = ()
    unreached: tuple[str, ...] = ()


def asked_briefs(by: Actor, now: datetime) -> AskedBriefs:
    """Requests to mediators in an actor's cases, or that she made where nobody owns the case.
    Which case each belongs to stands only in its sealed record, and in the letterbox."""
    owners = owners_of_briefs(db.session())
    answered, late, unreached = [], [], []
    for brief in db.session.scalars(select(MediationBrief)):
        note, outcome = note_of(brief) or {}, outcome_of(brief)
        by_asker = ((outcome or note).get("by"), "")
        owner, reference = owners.get(brief.public_id, by_asker)
        if owner != by.public_id:
            continue
        if outcome is not None:
            answered += [reference] * bool(outcome.get("new"))
        elif brief.runs_out_at > now:
            late += [reference] * is_late_now(note, now)
            unreached += [reference] * (not (note.get("reached") or "read" in note))
    return AskedBriefs(tuple(answered), tuple(late), tuple(unreached))


def is_late_now(note: dict[str, Any], now: datetime) -> bool:
    """True if the mediator of an open note has been silent for too long."""
    asked_at = _moment(note.get("asked"))
    return asked_at is not None and is_late(asked_at, now, held=bool(note.get("held")))


def note_of(row: MediationBrief) -> dict[str, Any] | None:
    """Note of a brief, None if it was shredded or does not open."""
    if row.note_sealed is None:
        return None
    try:
        note = json.loads(open_text(row.note_sealed, kind=NOTE, public_id=row.public_id))
    except (SealError, ValueError):
        return None
    return note if isinstance(note, dict) else None


def answers_to(briefs: Collection[str], session: Session | None = None) -> dict[str, Answer]:
    """Answers of mediators to these briefs; of those that still wait, if they were read.

    A brief that is no longer there, or ended without a word, was not answered.
    """
    if not briefs:
        return {}
    rows = (session or db.session()).scalars(
        select(MediationBrief).where(MediationBrief.public_id.in_(briefs))
    )
    answers = dict.fromkeys(briefs, Answer("no_answer"))
    for brief in rows:
        if brief.outcome_sealed is None and brief.state != "closed":
            note = note_of(brief) or {}
            reached = bool(note.get("reached", "by" not in note))
            answers[brief.public_id] = Answer(
                "waiting", read_at=_moment(note.get("read")), reached=reached
            )
        outcome = outcome_of(brief)
        if outcome is not None:
            answers[brief.public_id] = _answer(outcome)
    return answers


def all_answers() -> dict[str, Answer]:
    """Answers of mediators that nobody has taken over into a record yet, by the briefs."""
    rows = db.session.scalars(
        select(MediationBrief).where(MediationBrief.outcome_sealed.is_not(None))
    )
    outcomes = {brief.public_id: outcome_of(brief) for brief in rows}
    return {brief: _answer(outcome) for brief, outcome in outcomes.items() if outcome is not None}


def with_answers(record: Record, session: Session | None = None) -> Record:
    """A record as it stands with what mediators have answered since it was saved."""
    briefs = [intervention.brief for intervention in record.interventions if intervention.brief]
    if not briefs:
        return record
    answered = record.model_copy(deep=True)
    take_over(answered, answers_to(briefs, session))
    return answered


def outcome_of(row: MediationBrief) -> dict[str, Any] | None:
    """Outcome of a brief, None if there is none or it does not open."""
    if row.outcome_sealed is None:
        return None
    try:
        outcome = json.loads(open_text(row.outcome_sealed, kind=OUTCOME, public_id=row.public_id))
    except (SealError, ValueError):
        return None
    return outcome if isinstance(outcome, dict) else None


def _answer(said: dict[str, Any]) -> Answer:
    return Answer(
        response=str(said.get("response", "waiting")),
        results=tuple(_results(said)),
        answered_at=_moment(said.get("at")),
        # A brief of an older version ended with its only result.
        ended_at=_moment(said.get("ended") or (said.get("at") if said.get("result") else None)),
        read_at=_moment(said.get("read")),
        not_yet_at=_moment(said.get("not_yet")),
        reached=bool(said.get("reached", True)),
    )


def _results(said: dict[str, Any]) -> list[Result]:
    results = [
        Result(
            str(result["kind"]),
            str(result["result"]),
            result.get("count"),
            _moment(result.get("at")),
        )
        for result in said.get("results", ())
    ]
    # Of a brief that an older version wrote.
    return results + ([Result("", str(said["result"]))] if said.get("result") else [])


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


@dataclass(frozen=True)
class Asking:
    """A case that asks for a decision, with what was noted of it so far, the oldest first."""

    case: Case
    notes: Sequence[ReportNote] = ()

    @property
    def waits(self) -> bool:
        """True if a term is set aside, or something was not decided yet."""
        return self.case.record.waits_for_a_decision() or not is_decided(self.notes)

    @property
    def is_new(self) -> bool:
        """True if something came after what was decided."""
        return is_decided(self.notes) and self.case.record.waits_for_a_decision()


# The part of the programme's settings that names the policy.
POLICY = "reporting"


def reporting_policy() -> Policy:
    """The programme's written policy on reporting bribery, empty if none is named."""
    return policy_from(settings_of(POLICY))


def asking_cases(by: Actor, vault: OpenVault) -> tuple[list[Case], list[Any]]:
    """The cases that ask for a decision, of those that the actor may see, and those that do not
    open. A page that shows them notes the look."""
    cases, damaged = open_cases(by, vault)
    return [case for case in cases if case.record.asks_for_a_decision()], damaged


KIND = "evidence"


@dataclass
class OpenEvidence:
    """A piece of evidence, opened: as its case lists it, and as its own document tells."""

    case: Case = field(repr=False)
    listed: Evidence = field(repr=False)
    file: EvidenceFile = field(repr=False)
    sealed: Sealed = field(repr=False)

    @property
    def document(self) -> str:
        """The public id of its document."""
        return self.sealed.place.public_id


def open_evidence(
    vault: OpenVault, case: Case, document: str, session: Session | None = None
) -> OpenEvidence:
    """One piece of evidence of a case. Raises NotFound and EvidenceDamaged."""
    listed = one_or_404(by_id(case.record.evidence, document, "document"))
    sealed = fetch(session or db.session(), document, kind=KIND)
    if not sealed:
        raise EvidenceDamaged
    try:
        file = from_bytes(open_document(vault, sealed[0]))
    except (SealError, ValidationError):
        raise EvidenceDamaged from None
    return OpenEvidence(case, listed, file, sealed[0])


def documents_there(documents: Iterable[str]) -> set[str]:
    """Those of these ids that are documents of evidence."""
    return set(
        db.session.scalars(
            select(SealedDocument.public_id).where(
                SealedDocument.kind == KIND, SealedDocument.public_id.in_(list(documents))
            )
        )
    )


def documents_of_evidence() -> set[str]:
    """The ids of all documents of evidence."""
    return set(
        db.session.scalars(select(SealedDocument.public_id).where(SealedDocument.kind == KIND))
    )


MOST = 40
# What is needed first comes first.
_URGENT = ("pep", "clinic", "hotline", "legal", "shelter", "counselling", "children")


def mediators_on_duty(by: Actor, minute: int) -> list[dict[str, Any]]:
    """Everybody else who mediates, those first who can be called in this minute of the week.

    `name` is empty for a police account that reads of somebody who is not of the police. The number
    was given to be shown, so that showing it is no opening of a phone number: an entry would say
    who was in need of a mediator, and when.
    """
    police = police_accounts()
    mediators = [
        {
            "name": duty.account.name
            if Role.POLICE_PEER not in by.roles or duty.account_id in police
            else "",
            "police": duty.account_id in police,
            "phone": _phone(duty),
            "stations": tuple(sorted(station.organisation.name for station in duty.stations)),
            "spoken": tuple(code for code in duty.spoken.split(",") if code),
            "stretches": stretches_of(duty),
            "note": duty.note,
            "now": not duty.hours or open_at(stretches_of(duty), minute),
        }
        for duty in duties()
        if duty.account_id != by.account_id
    ]
    return sorted(mediators, key=lambda mediator: not mediator["now"])


def _phone(row: Duty) -> str:
    try:
        return phone_of(row)
    except SealError:
        return ""


def services_near(
    actor: Actor, minute: int, *, area: str = "", kind: str = ""
) -> Sequence[ServiceEntry]:
    """Services of an area and kind: what is open now first, then what is most urgent."""
    services = services_for_paper(actor, ServiceSearch(area=area, kind=kind), most=200)

    def order(entry: ServiceEntry) -> tuple[bool, int]:
        urgent = _URGENT.index(entry.kind) if entry.kind in _URGENT else len(_URGENT)
        return not open_at(entry.stretches, minute), urgent

    return sorted(services, key=order)[:MOST]


def standings(session: Session, second: str, askers: Iterable[str]) -> dict[str, Standing]:
    """How somebody stands to what each of these asked for, by the rule of approvals: neither stands
    behind the other. Of a person who sees the case; one query."""
    line = set(session.scalars(accounts_in_line(second)))
    return {
        asker: standing_of(second, asker, independent=asker not in line) for asker in set(askers)
    }


def nobody_decides(asker: Actor, case: Case) -> bool:
    """True if nobody with keys could decide about what an actor asks for in a case."""
    return not seconds(db.session(), asker.public_id, case.seen)


def seconds(session: Session, asker: str, seen: Seen) -> list[Officer]:
    """Everybody with keys who could decide about what somebody asks for in a case."""
    everybody = officers()
    away = {*kept_away(everybody, seen), *session.scalars(accounts_in_line(asker))}
    return [
        officer
        for officer in everybody
        if officer.public_id not in away
        and may_read(
            seen,
            custodian=officer.custodian,
            somebody_free=lambda: custodian_is_free(everybody, seen),
        )
        and (officer.works or not officer.custodian or concerns_custodian(seen, everybody))
    ]


@dataclass(frozen=True)
class TotalsCase:
    """One case as it is counted: the day on which it was filed, the kind of party that did it, of
    `PARTY_KINDS` (empty: not known yet), codes of acts as they stand on record, and how mediation
    ended, of `ENDS` (empty until the case is closed). `also` are the references of other reports
    that are one case with it: whichever of them is counted, none of the others ever is."""

    reference: str
    filed_on: date
    party: str = ""
    acts: tuple[str, ...] = ()
    mediation: str = ""
    also: frozenset[str] = frozenset()


def countable_from(day: date) -> datetime:
    """The moment from which whatever was filed up to and on a day can be counted, in UTC: the first
    hour after it at which what was sent becomes visible."""
    return next_arrival(from_local(day, time.max), zone())


def cases_for_totals(session: Session, vault: OpenVault, day: date) -> list[TotalsCase]:
    """Cases filed up to and on a day that may be counted, in no particular order. Mediation that
    ended later has not ended yet.

    Reports that say more about another one are one case with it, under its reference. Raises
    RecordsNotOpen and ReportsStillWait.
    """
    box = opened_box(session)
    until = countable_from(day)
    if any(report.visible_at <= until for report in box.sent.values()):
        raise ReportsStillWait
    cases = list(_read_all(session, vault))
    adds = {reference: first for reference, _state, record in cases if (first := adds_to(record))}
    adds |= box.additions
    once_more = {reference for reference, state, record in cases if is_once_more(record, state)}
    counted: dict[str, TotalsCase] = {}
    named: defaultdict[str, set[str]] = defaultdict(set)
    # Of several that are one case that counts which came first, as long as it may.
    for reference, state, record in sorted(cases, key=lambda read: (read[0] in adds, read[0])):
        first = first_of(reference, adds)
        named[first].add(reference)
        case = _counted(record, state, first, day)
        if case is not None and first not in once_more:
            counted.setdefault(first, case)
    return [
        replace(case, also=frozenset(named[first] - {first})) for first, case in counted.items()
    ]


def _read_all(session: Session, vault: OpenVault) -> Iterator[tuple[str, str, Record]]:
    """Reference, state and record of each case there is. Raises RecordsNotOpen if one of them
    does not open whole."""
    rows = cases_by_document(session)
    documents = [sealed for sealed in fetch_each(session, CASES_KIND) if sealed.id in rows]
    # A document whose key is gone is not even found.
    if len(documents) != len(rows):
        raise RecordsNotOpen
    screens, withdrawals = Screens(session, vault), Withdrawals(session, vault)
    for sealed, plaintext in open_each(vault, documents):
        if isinstance(plaintext, SealError):
            raise RecordsNotOpen
        try:
            record, _parts = screens.put_together(record_from_bytes(plaintext))
        except ValidationError:
            raise RecordsNotOpen from None
        if record.unread():
            raise RecordsNotOpen
        withdrawals.put_into(sealed.id, record)
        yield rows[sealed.id].public_id, rows[sealed.id].state, record


def _counted(record: Record, state: str, reference: str, day: date) -> TotalsCase | None:
    at = came_in(record)
    if at is None or to_local(at).date() > day or not may_be_counted(record, state):
        return None
    ended = how_mediation_ended(record, state)
    return TotalsCase(
        reference=reference,
        filed_on=to_local(at).date(),
        party=who_did_it(record),
        acts=what_was_done(record),
        mediation=ended[0] if ended and to_local(ended[1]).date() <= day else "",
    )
