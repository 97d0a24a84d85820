"""The cases of the sample, day by day: reports by phone, evidence, links, names that are
asked for. Through the services of the rooms, as people do it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from flask import current_app
from sqlalchemy import select

from kash.demo.accounts import DIRECTOR, DOCUMENTATION, PEER
from kash.demo.cases import STATES
from kash.demo.evidence import add_evidence, add_scan
from kash.demo.members import SampleMember
from kash.incidents.consent_texts import VERSION
from kash.incidents.queries.cases import open_cases
from kash.incidents.queries.outside import proposed_contacts
from kash.incidents.queries.receipts import Receipt
from kash.incidents.rules.filing import Screen, new_code
from kash.incidents.rules.filters import OPEN, Filters
from kash.incidents.rules.second_member import SHRED
from kash.incidents.rules.taking import Taking
from kash.incidents.services.autosaves import keep_typed
from kash.incidents.services.cases import changing
from kash.incidents.services.filing import answer_screen, submit
from kash.incidents.services.identities import file_identity
from kash.incidents.services.letterbox import tend_letterbox
from kash.incidents.services.linking import add_link
from kash.incidents.services.outside import agree_to_contact, propose_contact
from kash.incidents.services.saved_views import save_view
from kash.incidents.services.second_member import ask as ask_second
from kash.incidents.services.second_member import hold
from kash.members.services.identity_requests import ask, decide
from kash.people.models import Organisation
from kash.platform.database import db, utc_now
from kash.platform.web.formats import to_local
from kash.policy import Actor

# Places in the list of cases.
MINOR = 15
WITH_EVIDENCE = STATES.index("triaged")
_NAMED = (WITH_EVIDENCE, STATES.index("verified"), MINOR)


@dataclass(frozen=True)
class CaseWork:
    """Things that the pictures type and see: the code of a report that was not sent, the receipt of
    one that was, the reference of that one's case, that of one about somebody of the programme, and
    evidence with what each piece is."""

    draft: str = ""
    receipt: Receipt = field(default_factory=lambda: Receipt("x", "x"))
    reported: str = ""
    programme: str = ""
    evidence: dict[str, str] = field(default_factory=dict)


def work_on_cases(
    actors: Mapping[str, Actor],
    members: list[SampleMember],
    incidents: list[str],
    workshops: list[str],
    meetings: list[str],
    now: datetime,
) -> CaseWork:
    """Everything that follows the records themselves."""
    custodian, officer, second = members
    receipt = _report(actors[PEER.key], now)
    draft = new_code()
    answer_screen(actors[PEER.key], draft, "what", Screen(acts=["M1"]))
    answer_screen(actors[PEER.key], draft, "whom", Screen(count=1))
    typed = [("how", "form"), ("narrative", "Two women came to the office this morning.")]
    keep_typed(actors[DOCUMENTATION.key], "", "0" * 16, typed)
    _said_of(officer, second, incidents[WITH_EVIDENCE])
    evidence = _evidence(officer, custodian, incidents)
    _names(custodian, officer, second, incidents)
    save_view(
        "Kondele, open",
        Filters(show=OPEN, ward="Kondele"),
        shared=True,
        by=officer.actor,
        vault=officer.vault,
    )
    linked = incidents[WITH_EVIDENCE]
    # What is offered to be linked has a page.
    with current_app.test_request_context():
        for kind, target in (
            ("incident", incidents[STATES.index("verified")]),
            ("workshop", workshops[0]),
            ("meeting", meetings[-2]),
        ):
            add_link(linked, kind, target, by=officer.actor, vault=officer.vault)
    closed = incidents[STATES.index("closed")]
    ask_second(officer.actor, officer.vault, closed, SHRED, "Told twice: another case is the same.")
    hold(second.actor, second.vault, linked, "Her lawyer wants to see the first photo.")
    director = actors[DIRECTOR.key]
    propose_contact(director, "Wakili Mfano, advocate", "0700 000 790, weekdays from 8 to 17")
    for proposed in proposed_contacts().values():
        agree_to_contact(custodian.actor, proposed.digest)
    return CaseWork(
        draft,
        receipt,
        _reported(officer, "Walinizuia"),
        _reported(custodian, "A trainer"),
        evidence,
    )


def _said_of(officer: SampleMember, second: SampleMember, reference: str) -> None:
    """How one account was taken, and what was corrected of the record since."""
    with changing("incidents.changed", officer.actor, officer.vault, reference) as case:
        case.record.taking = Taking(
            language="Dholuo",
            told_by="herself",
            interpreter="peer",
            read_back="yes",
            present=["relative"],
            told_before=["health", "peer"],
        )
        case.happened("taking")
    with changing("incidents.changed", second.actor, second.vault, reference) as case:
        case.record.narrative += " She says that it began to rain then."
        case.record.place.place = "Behind the market"
        case.why = "She remembered it on the second visit."
        case.happened("written")


def _reported(member: SampleMember, words: str) -> str:
    """The case of a report that begins with these words, found as somebody who sees it finds it."""
    cases, _damaged = open_cases(member.actor, member.vault)
    return next(case.reference for case in cases if case.record.narrative.startswith(words))


def _report(peer: Actor, now: datetime) -> Receipt:
    """Four reports as a phone sends them, the last about somebody of the programme; the receipt of
    the first."""
    station = db.session.scalars(
        select(Organisation).where(Organisation.kind == "station").order_by(Organisation.id)
    ).first()
    place = {"station": station.public_id, "station_name": station.name} if station else {}
    this_morning = to_local(now - timedelta(hours=5))
    yesterday = to_local(now - timedelta(hours=20))
    clock = time(this_morning.hour, this_morning.minute // 15 * 15)
    reports = (
        {
            "what": Screen(acts=["L1", "H1"]),
            "when": Screen(day=this_morning.date(), clock=clock, ward="Kondele"),
            "whom": Screen(count=3, ages=["18_24", "25_34"]),
            "who": Screen(party="police", **place),
            "next": Screen(
                wanted=["release"],
                consents=["record", "mediation"],
                unticked=["forum_totals", "forum_story", "funder", "court"],
                wording=VERSION,
                origin="not_asked",
            ),
            "words": Screen(narrative="They are at the station still.", teller="peer"),
        },
        {
            "what": Screen(acts=["S1"]),
            "when": Screen(day=yesterday.date(), clock=time(yesterday.hour), ward="Kajulu"),
            "whom": Screen(count=1, ages=["25_34"]),
            "who": Screen(party="client"),
            "next": Screen(consents=["record", "court"], wording=VERSION, origin="told_reporter"),
        },
        {
            "what": Screen(acts=["M1"]),
            "words": Screen(
                narrative="Walinizuia barabarani na kutaka pesa kabla ya kuniachilia.",
                teller="herself",
            ),
        },
        {
            "what": Screen(acts=["S3"]),
            "whom": Screen(count=1, ages=["18_24"]),
            "who": Screen(party="programme", description="Stays behind after each session."),
            "words": Screen(
                narrative="A trainer asks her to come to his room before he writes her name down.",
                teller="peer",
            ),
        },
    )
    receipts = []
    for screens in reports:
        code = new_code()
        for name, screen in screens.items():
            answer_screen(peer, code, name, screen)
        receipts.append(submit(peer, code, "sw"))
    # The hour at which they are seen has come.
    tend_letterbox(utc_now() + timedelta(days=1))
    return receipts[0]


def _evidence(
    officer: SampleMember, custodian: SampleMember, incidents: list[str]
) -> dict[str, str]:
    """Files of five cases; the public ids of some, by what they are."""
    photo, paper, sound = add_evidence(officer, incidents[WITH_EVIDENCE])
    for state in ("resolved", "verified", "mediation"):
        add_scan(officer, incidents[STATES.index(state)])
    own = add_scan(custodian, incidents[MINOR])
    return {"photo": photo, "paper": paper, "sound": sound, "minor": own}


def _names(
    custodian: SampleMember, officer: SampleMember, second: SampleMember, incidents: list[str]
) -> None:
    """Three identities, sealed for custodians; two officers ask, and one is answered."""
    for number in _NAMED:
        # A child's case is a custodian's alone.
        by = custodian if number == MINOR else officer
        file_identity(
            incidents[number],
            "p1",
            {"legal_name": "Jina Kamili Mfano", "phone": "0700 000 700", "note": "Call after six."},
            by=by.actor,
            vault=by.vault,
        )
    cases, _damaged = open_cases(officer.actor, officer.vault)
    sealed = {case.reference: case.record.persons for case in cases}
    asked, waiting = (sealed[incidents[number]][0].identity for number in _NAMED[:2])
    granted = ask(officer.actor, asked, "Her lawyer needs her name before the court opens.")
    decide(custodian.actor, custodian.vault, granted, grant=True)
    ask(second.actor, waiting, "The clinic asks for the name on her card.")
