"""Reads of what is being filed: by codes that the server knows only hashed."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.incidents.models import Incident
from kash.incidents.queries.letterbox import opened_box
from kash.incidents.rules.filing import SCREENS
from kash.incidents.rules.letterbox import Box, Draft
from kash.platform.database import db
from kash.platform.vault import lookup


def draft_hash(code: str) -> str:
    """Hash that is kept of a draft's code."""
    return lookup(code, kind="incidents.draft")


def draft_of(code: str) -> Draft | None:
    """The unfinished filing of a code, None if there is none."""
    return opened_box(db.session()).drafts.get(draft_hash(code))


def answered_screens(code: str) -> list[str] | None:
    """Screens of a draft that were answered, in their order; None if there is no draft."""
    draft = draft_of(code)
    return None if draft is None else [name for name in SCREENS if name in draft.screens]


def state_of(receipt_hash: str) -> str | None:
    """The state of what was filed under a receipt; what waits for its hour has arrived."""
    waits = receipt_hash in opened_box(db.session()).sent
    state = db.session.scalar(select(Incident.state).where(Incident.receipt_hash == receipt_hash))
    return "submitted" if waits else state


def is_sent(session: Session, box: Box, receipt_hash: str) -> bool:
    """True if something was filed under a receipt."""
    found = select(Incident.id).where(Incident.receipt_hash == receipt_hash)
    return receipt_hash in box.sent or session.scalar(found) is not None
