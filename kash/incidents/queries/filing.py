"""Reads of what is being filed: by codes that the server knows only hashed."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.database import db
from kash.incidents.models import Incident, IncidentDraft, IncidentDraftScreen
from kash.incidents.rules.filing import SCREENS, receipt_of
from kash.vault import SealedDocument, lookup


def draft_hash(code: str) -> str:
    """What is kept of a draft's code."""
    return lookup(code, kind="incidents.draft")


def receipt_hash(receipt: str) -> str:
    """What is kept of a receipt code."""
    return lookup(receipt, kind="incidents.receipt")


def locked_draft(session: Session, code: str) -> IncidentDraft | None:
    """The draft of a code inside a write transaction."""
    return session.scalar(
        select(IncidentDraft).where(IncidentDraft.code_hash == draft_hash(code)).with_for_update()
    )


def screens_of(session: Session, draft_id: int) -> dict[str, str]:
    """The public ids of a draft's sealed screens, by the screens' names."""
    rows = session.execute(
        select(IncidentDraftScreen.screen, SealedDocument.public_id)
        .join(SealedDocument, SealedDocument.id == IncidentDraftScreen.document_id)
        .where(IncidentDraftScreen.draft_id == draft_id)
    )
    return {row[0]: row[1] for row in rows}


def answered_screens(code: str) -> list[str] | None:
    """Which screens of a draft were answered, in their order; None if there is no draft."""
    found = db.session.execute(
        select(IncidentDraft.id, IncidentDraftScreen.screen)
        .outerjoin(IncidentDraftScreen, IncidentDraftScreen.draft_id == IncidentDraft.id)
        .where(IncidentDraft.code_hash == draft_hash(code))
    ).all()
    if not found:
        return None
    names = {row[1] for row in found}
    return [name for name in SCREENS if name in names]


def state_of_receipt(receipt: str) -> str | None:
    """The state of what was filed under a receipt code."""
    return db.session.scalar(
        select(Incident.state).where(Incident.receipt_hash == receipt_hash(receipt))
    )


def receipt_if_sent(code: str) -> str | None:
    """The receipt code of a draft that was filed already, else None."""
    receipt = receipt_of(code)
    return receipt if state_of_receipt(receipt) is not None else None
