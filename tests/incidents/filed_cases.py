"""Cases as they are filed, for tests of this room."""

from __future__ import annotations

from datetime import timedelta

from kash.incidents.consent_texts import VERSION
from kash.incidents.models import Incident
from kash.incidents.rules.consents import CaseConsent
from kash.incidents.rules.record import Record, as_bytes
from kash.incidents.services.letterbox import tend_letterbox
from kash.platform.database import db, utc_now
from kash.platform.vault import file_document


def may_leave() -> Record:
    """A case of which all may leave the vault that a court may see."""
    told = {"given": True, "at": utc_now(), "by": "x" * 16, "wording": VERSION}
    return Record(consents=[CaseConsent(purpose=one, **told) for one in ("court", "health")])


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
