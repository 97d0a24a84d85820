"""The case, person, piece of evidence or brief of the sample that stands in an address."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from kash.desk.demo.opening import SampleProgramme, read_data
from kash.incidents.models import Duty, MediationBrief
from kash.platform.database import db
from kash.platform.vault import SealedDocument
from tools.pictures.sample_values import NOTHING, Choices, Known

# What is pictured of each page, by the state of the case.
_SHOWN = {
    "incidents.case": ("triaged", "submitted", "resolved", "mediation", "closed"),
    "incidents.step": ("submitted", "triaged", "resolved", "closed"),
}
_OF = {
    "incidents.shred": "closed",
    "incidents.second": "closed",
    "incidents.court_asks": "verified",
    "incidents.ask_mediator": "verified",
    "incidents.her_choice": "verified",
    "incidents.referrals": "referred",
    "incidents.terms": "resolved",
}
# Of each of the sample's cases how far it went; the numbers of a child's case, of one with evidence
# and of two of money.
STATES = read_data("incidents")["cases"][0]["states"]
MINOR, WITH_EVIDENCE, WITH_BAIL, WITH_QUESTIONED = 15, 3, 19, 3
BAIL, QUESTIONED = "b1", "t9"
# Cases of money, which the custodian sees as well.
_MONEY = {
    "incidents.bail": WITH_BAIL,
    "incidents.correct_bail": WITH_BAIL,
    "incidents.remove_bail": WITH_BAIL,
    "incidents.decision": WITH_QUESTIONED,
    "incidents.term_to_bail": WITH_QUESTIONED,
}
_VERBS = {
    "submitted": {"": "triage"},
    "triaged": {"": "verify", "insufficient": "insufficient"},
    "resolved": {"": "close"},
    "closed": {"": "reopen"},
}
# Somebody who neither filed nor triaged.
_OTHER_OFFICER = "documentation2"
# An arrest, for which a mediator goes to the station; and a referral that is overdue.
_AT_A_STATION, _OVERDUE = 9, 8


def case_places(loaded: SampleProgramme) -> dict[str, Callable[[str, str, Known], Choices]]:
    """Values for the arguments of this room's routes, by the beginning of the route."""

    def in_state(state: str) -> str:
        number = {"verified": _AT_A_STATION, "referred": _OVERDUE}.get(state, STATES.index(state))
        return loaded.incidents[number]

    def case(endpoint: str, key: str, _known: Known) -> Choices:
        if endpoint in _MONEY:
            return {"": loaded.incidents[_MONEY[endpoint]]}
        if key == "custodian":
            found = {"": loaded.incidents[MINOR]}
            if endpoint == "incidents.case" and loaded.work.programme:
                found["programme"] = loaded.work.programme
            return found
        if endpoint in _SHOWN:
            first, *others = _SHOWN[endpoint]
            if endpoint == "incidents.step" and key == _OTHER_OFFICER:
                return {"": in_state("triaged")}
            found = {"": in_state(first), **{state: in_state(state) for state in others}}
            if endpoint == "incidents.case" and loaded.work.reported:
                found["reported"] = loaded.work.reported
            return found
        if endpoint == "incidents.case_file" and loaded.work.reported:
            # Of a case whose people were asked again about a paper, and of two where nobody was.
            choices = {"": loaded.incidents[WITH_EVIDENCE], "asked-once": in_state("verified")}
            return {**choices, "unasked": loaded.work.reported}
        if endpoint == "incidents.ask_mediator" and loaded.work.reported:
            return {"": in_state(_OF[endpoint]), "unasked": loaded.work.reported}
        if endpoint == "incidents.changes" and loaded.work.reported:
            shown = loaded.incidents[WITH_EVIDENCE]
            return {"": shown, "reported": loaded.work.reported, "draft": in_state("draft")}
        if endpoint in _OF:
            return {"": in_state(_OF[endpoint])}
        return {"": loaded.incidents[WITH_EVIDENCE]}

    def verb(_endpoint: str, _key: str, known: Known) -> Choices:
        states = {in_state(state): verbs for state, verbs in _VERBS.items()}
        return states.get(known["reference"], _VERBS["triaged"])

    def evidence(endpoint: str, key: str, _known: Known) -> Choices:
        pieces = loaded.work.evidence
        if key == "custodian":
            return {"": pieces.get("minor", NOTHING)}
        if endpoint == "incidents.evidence":
            return {"": pieces.get("photo", NOTHING), "sound": pieces.get("sound", NOTHING)}
        return {"": pieces.get("photo", NOTHING)}

    def brief(_endpoint: str, key: str, _known: Known) -> Choices:
        mine = select(MediationBrief.public_id).where(
            MediationBrief.account_id == loaded.actors[key].account_id,
            MediationBrief.state != "closed",
        )
        return {"": db.session.scalars(mine.limit(1)).one_or_none() or NOTHING}

    def duty(*_: object) -> Choices:
        return {"": db.session.scalars(select(Duty.public_id).limit(1)).one()}

    def identity(*_: object) -> Choices:
        named = select(SealedDocument.public_id).where(SealedDocument.kind == "identity")
        return {"": db.session.scalars(named.limit(1)).one()}

    return {
        "/w/<reference>": case,
        "/w/<reference>/p/<person>": lambda *_: {"": "p1"},
        "/w/<reference>/j/<person>": lambda *_: {"": "p1"},
        "/w/<reference>/s/<verb>": verb,
        "/w/<reference>/2/<proposal>": lambda *_: {"": "s1"},
        "/w/<reference>/y/<hold_id>": lambda *_: {"": "h1"},
        "/w/<reference>/v/<bail_id>": lambda *_: {"": BAIL},
        "/w/<reference>/q/<term_id>": lambda *_: {"": QUESTIONED},
        "/w/<reference>/e/<document>": evidence,
        "/w/b/<brief_id>": brief,
        "/w/d/<duty_id>": duty,
        "/w/i/<document>": identity,
        "/w/o/<account>": lambda *_: {"": loaded.actors["documentation"].public_id},
    }
