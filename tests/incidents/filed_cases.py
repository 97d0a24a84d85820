"""Cases as they are filed, for tests of this room."""

from datetime import timedelta
from typing import Any

from kash.incidents.consent_texts import VERSION
from kash.incidents.models import Incident
from kash.incidents.rules.case_file import CourtPaper
from kash.incidents.rules.casework import REMOVE, SHRED
from kash.incidents.rules.consents import CaseConsent
from kash.incidents.rules.parts import CourtAsk, MemberProposal
from kash.incidents.rules.record import Record, as_bytes
from kash.incidents.services.cases import changing
from kash.incidents.services.evidence import remove_evidence
from kash.incidents.services.letterbox import tend_letterbox
from kash.incidents.services.second_member import Shredded, propose, shred_case
from kash.platform.database import db, utc_now
from kash.platform.vault import file_document
from kash.platform.web.formats import local_today
from tests.conftest import AMember

PAPER = CourtPaper("Mfano Advocates", "Case 12 of 2026")


def asked_again(*persons: str, **more: Any) -> list[CourtAsk]:
    """Each said yes to that paper today, after it was read back to her."""
    facts: dict[str, Any] = {
        "given": True,
        "to_whom": PAPER.to_whom,
        "about": PAPER.about,
        "on": local_today(),
        "read_back_on": local_today(),
        "at": utc_now(),
        "by": "x" * 16,
    }
    return [CourtAsk(**{"person": one, **facts, **more}) for one in persons or ("p1", "p2")]


def may_leave() -> Record:
    """A case of which all may leave the vault that a court may see."""
    told = {"given": True, "at": utc_now(), "by": "x" * 16, "wording": VERSION}
    return Record(
        consents=[CaseConsent(purpose=one, **told) for one in ("court", "health")],
        court_asks=asked_again(""),
    )


def filed(record: Record | None = None, state: str = "submitted") -> str:
    """Seal a record as somebody without keys does; the reference of the case. Somebody must hold
    keys first (`a_member`)."""
    session = db.session()
    document = file_document(session, "incident", as_bytes(record or Record()))
    row = Incident(state=state, document_id=document.id)
    session.add(row)
    session.commit()
    reference = row.public_id
    session.rollback()
    return reference


def let_arrive() -> int:
    """Let the next of the fixed hours come, at which what was sent becomes visible; how many."""
    return tend_letterbox(utc_now() + timedelta(days=1))


def asked_by_another(
    her: AMember, reference: str, act: str, about: str = "", asker: str = "0123456789abcdef"
) -> str:
    """Have another member ask for what takes two; the id under which it waits for her answer."""
    with changing("incidents.second_asked", her.actor, her.vault(), reference) as change:
        new = MemberProposal(
            id="", act=act, by=asker, at=utc_now(), reason="Asked for.", about=about
        )
        propose(change, new)
    return new.id


def shredded(reference: str, her: AMember) -> Shredded:
    """Have a case shredded by two, of whom she is the second."""
    proposal = asked_by_another(her, reference, SHRED)
    return shred_case(reference, by=her.actor, vault=her.vault(), proposal=proposal)


def removed(reference: str, her: AMember, document: str) -> None:
    """Have evidence removed by two, of whom she is the second."""
    proposal = asked_by_another(her, reference, REMOVE, document)
    remove_evidence(her.actor, her.vault(), reference, proposal)
