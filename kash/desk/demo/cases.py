"""Cases of the sample, as members of its vault have them on record, and work on them day by day.

A case is told by a row of the data: acts, party, station, ward, ages, amount in cents, what was
asked for, and what happened. Its state says how far the record goes.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import select

from kash.accounts.members.services.vault_sessions import ask as ask_to_see
from kash.desk.demo.opening import CaseWork, SampleProgramme
from kash.forums.stories.queries import open_draft
from kash.forums.stories.rules import CHECKS, PURPOSE_OF
from kash.forums.stories.services import WrittenStory, return_story, tell_story, write_story
from kash.incidents import documents as charge_warning
from kash.incidents.consent_texts import TEXTS, VERSION
from kash.incidents.models import Incident
from kash.incidents.queries.cases import open_case, open_cases
from kash.incidents.queries.letterbox import proposed_numbers
from kash.incidents.queries.officers import proposed_contacts
from kash.incidents.rules.case_file import CourtPaper, may_be_asked
from kash.incidents.rules.casework import closing_outcomes
from kash.incidents.rules.consents import CaseConsent
from kash.incidents.rules.filing import Screen, new_code
from kash.incidents.rules.mediation_gate import CHARGE, is_shut, standing_of
from kash.incidents.rules.parts import (
    Act,
    Asked,
    CaseDecision,
    CashBail,
    Choice,
    Comment,
    Event,
    Filing,
    Happening,
    Information,
    Intervention,
    Party,
    Person,
    Place,
    Referral,
    Term,
)
from kash.incidents.rules.record import Record, Taking, as_bytes
from kash.incidents.services import evidence
from kash.incidents.services.alerts import agree_to_contact, agree_to_number
from kash.incidents.services.cases import add_link, changing
from kash.incidents.services.consents import AskedAgain, answer_consents, note_asked_again
from kash.incidents.services.evidence import Received, note_custody
from kash.incidents.services.filing import answer_screen, submit
from kash.incidents.services.letterbox import tend_letterbox
from kash.incidents.services.mediation import MustKeepAway, Request, ask_mediator
from kash.people.models import Organisation, ServiceEntry
from kash.platform.database import db, utc_now
from kash.platform.vault import OpenVault, audited, file_document
from kash.platform.web.formats import to_local
from kash.policy import Actor

_PURPOSES = ("record", "mediation", "forum_totals", "court")
_REFERRED = {"S1": "medical", "H3": "medical", "P1": "medical", "H2": "psychosocial"}
# Of each request to a mediator: as an officer writes it, and what comes of it when all goes well.
_ASKED = {
    "apologise": ("An apology.", "apology"),
    "charge_or_release": ("To be brought to court or let go.", "released"),
    "complaint": ("That a complaint is taken.", "taken"),
    "medical": ("To see a doctor.", "seen"),
    "pay": ("What is owed to her.", "paid"),
    "release": ("Her release.", "released"),
    "return": ("What was taken, back.", "returned"),
    "stop": ("That it stops.", "stopped"),
}
# What somebody wants once a case went so far.
_WANTED = {
    "referred": ["help", "complaint"],
    "mediation": ["mediation"],
    "resolved": ["mediation"],
    "unresolved": ["help", "mediation"],
    "closed": ["mediation"],
}
_MOST = 10 * 1024 * 1024


@dataclass(frozen=True)
class SampleCase:
    """A row of the data, read."""

    acts: list[str]
    party: str
    station: tuple[str, str]
    ward: str
    ages: list[str]
    amount: int | None
    asked: str
    narrative: str


def stations_known() -> dict[str, tuple[str, str]]:
    """Stations by name, each with its public id and name; by an empty name none."""
    rows = select(Organisation).where(Organisation.kind == "station").order_by(Organisation.id)
    return {"": ("", "")} | {
        station.name: (station.public_id, station.name) for station in db.session.scalars(rows)
    }


def sample_cases(
    table: Mapping[str, Any], stations: Mapping[str, tuple[str, str]]
) -> list[SampleCase]:
    """The cases in the order of the table."""
    cases = []
    for told in table["each"]:
        acts, party, station, ward, ages, amount, request, narrative = told
        where = stations[station]
        cases.append(
            SampleCase(
                acts.split(), party, where, ward, ages.split(), amount or None, request, narrative
            )
        )
    return cases


def record_cases(
    sample: SampleProgramme,
    states: Sequence[str],
    table: Mapping[str, Any],
    bail: Mapping[str, Any],
    questioned: Mapping[str, Any],
    by: Actor,
) -> None:
    """Record a case in each of these states, the newest first, and have mediators asked."""
    cases, now = sample_cases(table, stations_known()), utc_now()
    telling = CaseTelling(sample.actors, now, _services(), bail, questioned)
    for number, state in enumerate(states):
        case = cases[number % len(cases)]
        days = 2 * number if number < len(cases) else 3 * number - 20
        # Whatever went further than being read has had the days that it takes.
        days += 0 if state in ("draft", "submitted", "triaged") else 4
        begun = now - timedelta(days=days, hours=7 + number % 5)
        taken_on = ("documentation", "documentation2")[number % 3 == 2]
        if "under_18" in case.ages:
            taken_on = "custodian"
        record = telling.record(case, state, begun, sample.actors[taken_on].public_id)
        with audited("incidents.recorded", by) as change:
            document = None
            if state != "shredded":
                document = file_document(change.session, "incident", as_bytes(record)).id
            incident = Incident(state=state, document_id=document)
            change.session.add(incident)
            change.session.flush()
            change.about(incident.public_id)
            sample.named[f"case {number}"] = incident.public_id
            sample.incidents.append(incident.public_id)
    requested = {
        sample.incidents[number]: cases[number % len(cases)].asked
        for number, state in enumerate(states)
        if state == "mediation"
    }
    _ask_mediators(sample, requested, by)


def _services() -> dict[str, tuple[str, str]]:
    """One service of the directory for each kind of referral."""
    kinds = {"legal": "legal", "clinic": "medical", "counselling": "psychosocial"}
    services: dict[str, tuple[str, str]] = {}
    for service in db.session.scalars(select(ServiceEntry).order_by(ServiceEntry.id)):
        if service.kind in kinds:
            services.setdefault(kinds[service.kind], (service.public_id, service.name))
    return services


class CaseTelling:
    """Teller of cases: the record of each, as far as its state says."""

    def __init__(
        self,
        actors: Mapping[str, Actor],
        now: datetime,
        services: Mapping[str, tuple[str, str]],
        bail: Mapping[str, Any],
        questioned: Mapping[str, Any],
    ) -> None:
        self._officer = actors["documentation"].public_id
        self._second = actors["documentation2"].public_id
        self._peer = actors["peer"].public_id
        self._now = now
        self._services = services
        self._bail = bail
        self._questioned = questioned

    def record(self, case: SampleCase, state: str, begun: datetime, whose: str) -> Record:
        """The record of a case that began at a moment and is somebody's."""
        filed = min(begun + timedelta(hours=14), self._now - timedelta(hours=6))
        record = self._filed(case, state, begun, filed)
        if state not in ("draft", "submitted"):
            self._add_money(record, case, to_local(begun).date())
            self._follow(record, case, state, filed)
            record.assigned_to = whose
        return record

    def _filed(self, case: SampleCase, state: str, begun: datetime, filed: datetime) -> Record:
        party = Party(id="o1", kind=case.party)
        if case.station[0]:
            party.station, party.station_name = case.station
            party.rank_band = "constable"
        by_phone = state == "submitted"
        persons = [
            Person(
                id=f"p{number}",
                code=f"P{number}",
                age_band=age,
                among_adults="yes" if age == "under_18" else "",
                arrested_at=begun if {"L1", "L2"} & set(case.acts) else None,
                exposed_at=begun if "S1" in case.acts else None,
            )
            for number, age in enumerate(case.ages, 1)
        ]
        return Record(
            filing=Filing(
                how="phone" if by_phone else "form",
                author=self._peer if by_phone else self._officer,
                filed_at=filed.replace(minute=0, second=0, microsecond=0),
                language="sw",
            ),
            happening=Happening(begun_on=to_local(begun).date(), about_when="night"),
            place=Place(ward=case.ward),
            narrative=case.narrative,
            asked_for=_ASKED[case.asked][0],
            wanted=[case.asked],
            persons=persons,
            parties=[party],
            acts=[
                Act(id=f"a{number}", code=code, amount=case.amount if code[0] in "MW" else None)
                for number, code in enumerate(case.acts, 1)
            ],
            information=[Information(id="n1", source="herself", reliability="likely")],
            consents=[
                self._consent(purpose, filed, TEXTS[purpose].version) for purpose in _PURPOSES
            ],
            urgent="S1" in case.acts or "under_18" in case.ages,
            timeline=[Event(what="filed", by=self._peer, at=filed, state="submitted")],
        )

    def _consent(self, purpose: str, at: datetime, wording: str, person: str = "") -> CaseConsent:
        return CaseConsent(
            purpose=purpose, given=True, at=at, by=self._officer, person=person, wording=wording
        )

    def _add_money(self, record: Record, case: SampleCase, day: date) -> None:
        """Bail that was paid at a court beside what was demanded; and a payment that a record of
        before kept as a term."""
        acts = " ".join(case.acts)
        if acts == self._bail["of"]:
            record.bail.append(CashBail(paid_on=day + timedelta(days=2), **_without_of(self._bail)))
        if acts == self._questioned["of"]:
            term = Term(amount=case.amount, **_without_of(self._questioned))
            record.questioned_terms.append(term)

    def _follow(self, record: Record, case: SampleCase, state: str, filed: datetime) -> None:
        """Bring a record from its filing to its state."""

        def step(what: str, by: str, hours: int, reached: str) -> datetime:
            at = filed + timedelta(hours=hours)
            record.timeline.append(Event(what=what, by=by, at=at, state=reached))
            return at

        at = step("triaged", self._officer, 5, "triaged")
        record.triage = CaseDecision(by=self._officer, at=at, outcome="triaged")
        if state == "triaged":
            text = "I will ask her sister for the day."
            record.comments.append(Comment(id="c1", by=self._second, at=at, text=text))
            return
        outcome = state if state in ("insufficient", "no_violation") else "verified"
        at = step("verified", self._second, 20, outcome)
        reason = "Two people say the same of day and place."
        record.verification = CaseDecision(by=self._second, at=at, outcome=outcome, reason=reason)
        if outcome != "verified":
            return
        self._let_them_choose(record, state, case.asked, at + timedelta(hours=1))
        if state == "verified":
            return
        if state in ("referred", "closed"):
            self._refer(record, case, state, to_local(at).date())
        if state == "referred":
            step("referred", self._officer, 22, "referred")
            return
        asked_at = step("mediator_asked", self._officer, 24, "mediation")
        if state == "mediation":
            return
        settled = state in ("resolved", "closed")
        self._mediate(record, case, asked_at, settled=settled)
        if settled:
            step("resolve", self._officer, 48, "resolved")
        else:
            step("unresolve", self._officer, 48, "unresolved")
        if state == "closed":
            at = step("close", self._officer, 50, "closed")
            outcome = closing_outcomes("resolved", standing_of(record))[0]
            record.closing = CaseDecision(by=self._officer, at=at, outcome=outcome)

    def _let_them_choose(self, record: Record, state: str, asked: str, at: datetime) -> None:
        """Note what each wants, as far as the case went. Of the verified ones nobody was asked yet,
        but one where the first was, and the other could not be."""
        if state == "verified" and asked != "return":
            return
        for number, person in enumerate(record.persons):
            wanted = _WANTED.get(state, [])
            if state == "verified":
                wanted = [] if number else ["complaint", "mediation"]
            record.choices.append(
                Choice(
                    person=person.id,
                    wanted=wanted,
                    on=to_local(at).date(),
                    at=at,
                    by=self._officer,
                    origin="herself" if wanted else "not_asked",
                )
            )
            event = Event(what="asked_her", by=self._officer, at=at, state="verified")
            record.timeline.append(event)
            if asked == CHARGE:
                consent = self._consent(CHARGE, at, charge_warning.VERSION, person.id)
                record.own_words.append(consent)

    def _refer(self, record: Record, case: SampleCase, state: str, day: date) -> None:
        kind = _REFERRED.get(case.acts[0], "legal")
        if kind not in self._services:
            return
        service, name = self._services[kind]
        referral = Referral(
            id="r1", kind=kind, service=service, service_name=name, made_on=day, agreed="herself"
        )
        referral.due_on = day + timedelta(days=7)
        if state == "closed":
            referral.outcome, referral.outcome_on = "helped", day + timedelta(days=4)
        record.referrals.append(referral)

    def _mediate(self, record: Record, case: SampleCase, asked: datetime, *, settled: bool) -> None:
        """Note what a mediator was asked for, what came of it, and what was agreed."""
        result = _ASKED[case.asked][1] if settled else "none"
        people = len(record.persons) if result == "released" and len(record.persons) > 1 else None
        # Read within minutes, said yes to, and told an hour later.
        read, going, ended = (asked + timedelta(minutes=after) for after in (3, 4, 68))
        requests = [Asked(kind=case.asked, result=result, count=people, at=ended)]
        if case.party == "client" and case.asked == "return":
            requests.append(Asked(kind="pay", result="paid" if settled else "none", at=ended))
        record.interventions.append(
            Intervention(
                id="i1",
                mediator=self._peer,
                persons=[person.id for person in record.persons],
                asked=requests,
                asked_at=asked,
                read_at=read,
                answered_at=going,
                ended_at=ended,
                response="agreed",
            )
        )
        for person in record.persons if result == "released" else []:
            person.released_at = ended
        if case.acts[0][0] not in "MW":
            return
        if case.party != "client":
            # What officers took goes back; nothing ever goes to them.
            owed = [Term(id="t1", kind="return", owed_by="o1", owed_to="p1", amount=case.amount)]
        else:
            owed = [Term(id="t2", kind="pay", owed_by="o1", owed_to="p1", amount=case.amount)]
            if "M2" in case.acts:
                pledge = Term(id="t1", kind="return", owed_by="p1", owed_to="o1", what="DVD player")
                owed.insert(0, pledge)
        record.terms.extend(owed)
        for term in record.terms:
            term.fulfilled_on = to_local(asked).date() if settled else None


def _without_of(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != "of"}


def _ask_mediators(sample: SampleProgramme, asked: Mapping[str, str], by: Actor) -> None:
    """Briefs for the cases that are in mediation, in turn to both mediators."""
    vault = sample.member(by).vault
    mediators = [sample.actors["peer"].public_id, sample.actors["police"].public_id]
    stations = [name for name in stations_known() if name]
    cases, _damaged = open_cases(by, vault)
    records = {case.reference: case.record for case in cases}
    for number, (reference, kind) in enumerate(asked.items()):
        record = records[reference]
        requests = ("return", "pay") if kind == "return" else (kind,)
        for mediator in (mediators[number % 2], mediators[(number + 1) % 2]):
            request = Request(
                mediator=mediator,
                requests=("stop",) if is_shut(record) else requests,
                persons=tuple(person.id for person in record.persons),
                station=stations[number % len(stations)],
                call_name="Siri Mchoro",
                call_phone="+254700000709",
            )
            try:
                ask_mediator(by, vault, reference, request)
            except MustKeepAway:
                continue
            break


def send_report(
    sample: SampleProgramme, screens: Mapping[str, Mapping[str, Any]], by: Actor, sent: bool = True
) -> None:
    """Answer screens as a phone does, and send the report unless it is to wait."""
    code = new_code()
    for name, values in screens.items():
        answer_screen(by, code, name, _screen(dict(values)))
    if not sent:
        sample.work.draft = code
        return
    receipt = submit(by, code, "sw")
    if sample.work.receipt == CaseWork().receipt:
        sample.work.receipt = receipt


def _screen(values: dict[str, Any]) -> Screen:
    if "hours_ago" in values:
        hours = values.pop("hours_ago")
        at = to_local(utc_now() - timedelta(hours=hours))
        values |= {"day": at.date(), "clock": time(at.hour, at.minute // 15 * 15)}
    if "station" in values:
        values["station"], values["station_name"] = stations_known()[values["station"]]
    if "consents" in values:
        values["wording"] = VERSION
    return Screen(**values)


def let_reports_arrive() -> None:
    """Let the hour come at which reports are seen."""
    tend_letterbox(utc_now() + timedelta(days=1))


def note_taking(sample: SampleProgramme, case: int, taking: Taking, by: Actor) -> None:
    """Note how the account of a case was taken."""
    reference, vault = sample.incidents[case], sample.member(by).vault
    with changing("incidents.changed", by, vault, reference) as change:
        change.record.taking = taking
        change.happened("taking")


def correct_record(
    sample: SampleProgramme, case: int, more: str, place: str, why: str, by: Actor
) -> None:
    """Correct a record: more is told, and the place."""
    reference, vault = sample.incidents[case], sample.member(by).vault
    with changing("incidents.changed", by, vault, reference) as change:
        change.record.narrative += more
        change.record.place.place = place
        change.why = why
        change.happened("written")


def add_piece(
    sample: SampleProgramme,
    case: int,
    content: bytes,
    received: Received,
    by: Actor,
    vault: OpenVault,
    called: str = "",
) -> None:
    """Add a piece of evidence to a case, received yesterday."""
    received = replace(received, received_on=utc_now() - timedelta(days=1))
    reference, file = sample.incidents[case], io.BytesIO(content)
    document = evidence.add_evidence(by, vault, reference, received, file, _MOST)
    if called:
        sample.work.evidence[called] = document


def hand_over_piece(
    sample: SampleProgramme, case: int, piece: str, who: str, note: str, by: Actor, vault: OpenVault
) -> None:
    """Note that a piece was handed over."""
    document = sample.work.evidence[piece]
    note_custody(by, vault, sample.incidents[case], document, "handed_over", who=who, note=note)


def ask_again_for_court(
    sample: SampleProgramme, case: int, paper: CourtPaper, by: Actor, vault: OpenVault
) -> None:
    """Note that everybody in a case was asked today about a paper for a court, and said yes."""
    reference, today = sample.incidents[case], to_local(utc_now()).date()
    opened = open_case(by, vault, reference)
    answer = AskedAgain(may_be_asked(opened.record), True, paper, today, today, "sw")
    note_asked_again(by, vault, reference, opened.version, answer)


def ask_for_identity(sample: SampleProgramme, case: int, reason: str, by: Actor) -> str:
    """Ask for the identity of the first person of a case; the request."""
    opened = open_case(by, sample.member(by).vault, sample.incidents[case])
    return ask_to_see(by, opened.record.persons[0].identity, reason)


def link_case(reference: str, kind: str, target: str, by: Actor, vault: OpenVault) -> None:
    """Link a case with something. What is offered to be linked has a page."""
    with current_app.test_request_context():
        add_link(reference, kind, target, by=by, vault=vault)


def agree_to_contacts(by: Actor) -> None:
    """Agree to all outside contacts and numbers of the programme that are proposed."""
    for proposed in proposed_contacts().values():
        agree_to_contact(by, proposed.digest)
    for proposed in proposed_numbers().values():
        agree_to_number(by, proposed.digest)


def find_reports(
    sample: SampleProgramme, reported: tuple[str, str], programme: tuple[str, str]
) -> None:
    """Find two cases by who sees them, and the words with which they begin."""
    for name, (key, words) in (("reported", reported), ("programme", programme)):
        member = sample.member(sample.actors[key])
        cases, _damaged = open_cases(member.actor, member.vault)
        begins = (case.reference for case in cases if case.record.narrative.startswith(words))
        setattr(sample.work, name, next(begins))


def tell(
    sample: SampleProgramme,
    case: int,
    language: str,
    title: str,
    text: str,
    reader: Actor,
    by: Actor,
    told: bool = False,
    returned: str = "",
) -> None:
    """Have everybody in a case agree, and write its story; a second reader tells it, or returns it
    for a reason."""
    reference, vault, second = (
        sample.incidents[case],
        sample.member(by).vault,
        sample.member(reader),
    )
    version = open_case(by, vault, reference).version
    agrees = {"forum_story": True, "funder": True}
    answer_consents(by, vault, reference, version, "", agrees, language="sw")
    written = WrittenStory(reference, language, title, text, list(PURPOSE_OF), CHECKS, ready=True)
    draft = write_story(written, by=by, vault=vault)
    version = open_draft(reader, second.vault, draft).version
    if told:
        tell_story(draft, version, CHECKS, by=reader, vault=second.vault)
    elif returned:
        return_story(draft, version, returned, by=reader, vault=second.vault)
