"""The cases of the sample, as its members of the vault have them on record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select

from kash.demo.accounts import CUSTODIAN, DOCUMENTATION, PEER, POLICE_PEER
from kash.demo.accounts import SECOND_DOCUMENTATION as SECOND
from kash.demo.cases import STATES, SampleCase, sample_cases
from kash.demo.her_choices import let_them_choose, requests_for
from kash.demo.members import FIRST_PHONE, SampleMember, stations_known
from kash.demo.money import add_money
from kash.demo.people import phone
from kash.incidents.consent_texts import TEXTS
from kash.incidents.models import Incident
from kash.incidents.queries.cases import open_cases
from kash.incidents.rules.consents import CaseConsent
from kash.incidents.rules.record import (
    Act,
    Asked,
    CaseDecision,
    Comment,
    Event,
    Filing,
    Happening,
    Information,
    Intervention,
    Party,
    Person,
    Place,
    Record,
    Referral,
    Term,
    as_bytes,
)
from kash.incidents.services.mediation import (
    MustKeepAway,
    Request,
    ask_mediator,
)
from kash.people.models import ServiceEntry
from kash.platform.database import db
from kash.platform.vault import (
    audited,
    file_document,
)
from kash.platform.web.formats import to_local
from kash.policy import Actor

_PURPOSES = ("record", "mediation", "forum_totals", "court")
_REFERRED = {"S1": "medical", "H3": "medical", "L1": "legal", "P1": "medical", "H2": "psychosocial"}
# What comes of what a mediator is asked for, when all goes well.
_DONE = {
    "return": "returned",
    "pay": "paid",
    "release": "released",
    "charge_or_release": "released",
    "apologise": "apology",
    "stop": "stopped",
    "medical": "seen",
    "complaint": "taken",
}
# What was asked for, as an officer writes it.
_ASKED = {
    "apologise": "An apology.",
    "charge_or_release": "To be brought to court or let go.",
    "complaint": "That a complaint is taken.",
    "medical": "To see a doctor.",
    "pay": "What is owed to her.",
    "release": "Her release.",
    "return": "What was taken, back.",
    "stop": "That it stops.",
}
_LATER = ("verified", "mediation", "referred", "resolved", "unresolved", "closed")


def record_incidents(
    actors: Mapping[str, Actor], members: list[SampleMember], now: datetime
) -> list[str]:
    """Forty incidents in every state, the newest first; their references."""
    rows = sample_cases()
    stations, referrals = stations_known(), _services()
    references = []
    for number, state in enumerate(STATES):
        case = rows[number % len(rows)]
        days = 2 * number if number < len(rows) else 3 * number - 20
        # Whatever went further than being read has had the days that it takes.
        days += 0 if state in ("draft", "submitted", "triaged") else 4
        begun = now - timedelta(days=days, hours=7 + number % 5)
        taken_on = (DOCUMENTATION, SECOND)[number % 3 == 2]
        if "under_18" in case.ages:
            taken_on = CUSTODIAN
        whose = actors[taken_on.key].public_id
        record = _record(case, state, begun, now, actors, whose, stations, referrals)
        with audited("incidents.recorded", actors[DOCUMENTATION.key]) as change:
            document = None
            if state != "shredded":
                document = file_document(change.session, "incident", as_bytes(record)).id
            row = Incident(state=state, document_id=document)
            change.session.add(row)
            change.session.flush()
            change.about(row.public_id)
            references.append(row.public_id)
    _ask_mediators(actors, members, references, stations)
    return references


def _services() -> dict[str, tuple[str, str]]:
    """One service of the directory for each kind of referral."""
    kinds = {"legal": "legal", "clinic": "medical", "counselling": "psychosocial"}
    found: dict[str, tuple[str, str]] = {}
    for one in db.session.scalars(select(ServiceEntry).order_by(ServiceEntry.id)):
        kind = kinds.get(one.kind)
        if kind and kind not in found:
            found[kind] = (one.public_id, one.name)
    return found


def _record(
    case: SampleCase,
    state: str,
    begun: datetime,
    now: datetime,
    actors: Mapping[str, Actor],
    whose: str,
    stations: list[tuple[str, str]],
    referrals: Mapping[str, tuple[str, str]],
) -> Record:
    officer, second = actors[DOCUMENTATION.key].public_id, actors[SECOND.key].public_id
    peer = actors[PEER.key].public_id
    filed = min(begun + timedelta(hours=14), now - timedelta(hours=6))
    party = Party(id="o1", kind=case.party)
    if case.station >= 0:
        party.station, party.station_name = stations[case.station]
        party.rank_band = "constable"
    arrested_at = begun if "L1" in case.acts or "L2" in case.acts else None
    persons = [
        Person(
            id=f"p{position}",
            code=f"P{position}",
            age_band=age,
            among_adults="yes" if age == "under_18" else "",
            arrested_at=arrested_at,
            exposed_at=begun if "S1" in case.acts else None,
        )
        for position, age in enumerate(case.ages, 1)
    ]
    record = Record(
        filing=Filing(
            how="phone" if state == "submitted" else "form",
            author=peer if state == "submitted" else officer,
            filed_at=filed.replace(minute=0, second=0, microsecond=0),
            language="sw",
        ),
        happening=Happening(
            begun_on=to_local(begun).date(),
            about_when="night",
        ),
        place=Place(ward=case.ward),
        narrative=case.narrative,
        asked_for=_ASKED[case.asked],
        wanted=[case.asked],
        persons=persons,
        parties=[party],
        acts=[
            Act(
                id=f"a{position}",
                code=code,
                amount=case.amount if code[0] in "MW" else None,
            )
            for position, code in enumerate(case.acts, 1)
        ],
        information=[Information(id="n1", source="herself", reliability="likely")],
        consents=[
            CaseConsent(
                purpose=purpose,
                given=True,
                at=filed,
                by=officer,
                wording=TEXTS[purpose].version,
            )
            for purpose in _PURPOSES
        ],
        urgent="S1" in case.acts or "under_18" in case.ages,
        timeline=[Event(what="filed", by=peer, at=filed, state="submitted")],
    )
    if state in ("draft", "submitted"):
        return record
    add_money(record, case, to_local(begun).date())
    _follow(record, case, state, filed, officer, second, peer, referrals)
    record.assigned_to = whose
    return record


def _follow(
    record: Record,
    case: SampleCase,
    state: str,
    filed: datetime,
    officer: str,
    second: str,
    peer: str,
    referrals: Mapping[str, tuple[str, str]],
) -> None:
    """Bring a record from its filing to its state."""

    def step(what: str, by: str, hours: int, reached: str) -> datetime:
        at = filed + timedelta(hours=hours)
        record.timeline.append(Event(what=what, by=by, at=at, state=reached))
        return at

    at = step("triaged", officer, 5, "triaged")
    record.triage = CaseDecision(by=officer, at=at, outcome="triaged")
    if state == "triaged":
        record.comments.append(
            Comment(id="c1", by=second, at=at, text="I will ask her sister for the day.")
        )
        return
    at = step("verified", second, 20, state if state not in _LATER else "verified")
    outcome = state if state in ("insufficient", "no_violation") else "verified"
    record.verification = CaseDecision(
        by=second, at=at, outcome=outcome, reason="Two people say the same of day and place."
    )
    if state in ("insufficient", "no_violation"):
        return
    let_them_choose(record, state, case.asked, officer, at + timedelta(hours=1))
    if state == "verified":
        return
    kind = _REFERRED.get(case.acts[0], "legal")
    if state in ("referred", "closed") and kind in referrals:
        service, name = referrals[kind]
        made = to_local(at).date()
        record.referrals.append(
            Referral(
                id="r1",
                kind=kind,
                service=service,
                service_name=name,
                made_on=made,
                due_on=made + timedelta(days=7),
                outcome="helped" if state == "closed" else "",
                outcome_on=made + timedelta(days=4) if state == "closed" else None,
            )
        )
    if state == "referred":
        step("referred", officer, 22, "referred")
        return
    asked = step("mediator_asked", officer, 24, "mediation")
    if state == "mediation":
        return
    settled = state in ("resolved", "closed")
    answered = asked + timedelta(hours=2)
    ended = asked + timedelta(hours=9)
    result = _DONE[case.asked] if settled else "none"
    people = len(record.persons) if result == "released" and len(record.persons) > 1 else None
    requests = [Asked(kind=case.asked, result=result, count=people)]
    if case.party == "client" and case.asked == "return":
        requests.append(Asked(kind="pay", result="paid" if settled else "none"))
    record.interventions.append(
        Intervention(
            id="i1",
            mediator=peer,
            persons=[one.id for one in record.persons],
            asked=requests,
            asked_at=asked,
            answered_at=answered,
            ended_at=ended,
            response="agreed",
        )
    )
    if result == "released":
        for one in record.persons:
            one.released_at = ended
    if case.acts[0].startswith(("M", "W")):
        day = to_local(asked).date()
        if case.party == "client":
            if "M2" in case.acts:
                kept = Term(id="t1", kind="return", owed_by="p1", owed_to="o1", what="DVD player")
                record.terms.append(kept)
            owed = Term(id="t2", kind="pay", owed_by="o1", owed_to="p1", amount=case.amount)
        else:
            # What officers took goes back; nothing ever goes to them.
            owed = Term(id="t1", kind="return", owed_by="o1", owed_to="p1", amount=case.amount)
        record.terms.append(owed)
        for term in record.terms:
            term.fulfilled_on = day if settled else None
    done = step("settled" if settled else "not_settled", officer, 48, state)
    record.closing = CaseDecision(
        by=officer, at=done, outcome="resolved" if settled else "unresolved", reason=""
    )


def _ask_mediators(
    actors: Mapping[str, Actor],
    members: list[SampleMember],
    references: list[str],
    stations: list[tuple[str, str]],
) -> None:
    """Briefs for the cases that are in mediation, in turn to both mediators."""
    writing = actors[DOCUMENTATION.key].public_id
    officer = next(one for one in members if one.actor.public_id == writing)
    mediators = [actors[PEER.key].public_id, actors[POLICE_PEER.key].public_id]
    states = zip(references, STATES, strict=True)
    rows = sample_cases()
    waiting = [
        (reference, rows[place % len(rows)].asked)
        for place, (reference, state) in enumerate(states)
        if state == "mediation"
    ]
    cases, _damaged = open_cases(officer.actor, officer.vault)
    records = {case.reference: case.record for case in cases}
    for number, (reference, asked) in enumerate(waiting):
        for mediator in (mediators[number % 2], mediators[(number + 1) % 2]):
            try:
                ask_mediator(
                    officer.actor,
                    officer.vault,
                    reference,
                    Request(
                        mediator=mediator,
                        requests=requests_for(records[reference], asked),
                        persons=tuple(one.id for one in records[reference].persons),
                        station=stations[number % len(stations)][1],
                        call_name="Siri Mchoro",
                        call_phone=phone(FIRST_PHONE + 9),
                    ),
                )
            except MustKeepAway:
                continue
            break
