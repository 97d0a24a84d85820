"""Reads of what is being filed: by codes that the server knows only hashed."""

from __future__ import annotations

from sqlalchemy import select

from kash.database import db
from kash.incidents.models import Incident
from kash.incidents.queries.letterbox import opened_box
from kash.incidents.rules.filing import SCREENS, receipt_of
from kash.incidents.rules.letterbox import Draft
from kash.vault import lookup


def draft_hash(code: str) -> str:
    """What is kept of a draft's code."""
    return lookup(code, kind="incidents.draft")


def receipt_hash(receipt: str) -> str:
    """What is kept of a receipt code."""
    return lookup(receipt, kind="incidents.receipt")


def draft_of(code: str) -> Draft | None:
    """The unfinished filing of a code, None if there is none."""
    return opened_box(db.session()).drafts.get(draft_hash(code))


def answered_screens(code: str) -> list[str] | None:
    """Which screens of a draft were answered, in their order; None if there is no draft."""
    draft = draft_of(code)
    return None if draft is None else [name for name in SCREENS if name in draft.screens]


def state_of_receipt(receipt: str) -> str | None:
    """The state of what was filed under a receipt code; what waits for its hour has arrived."""
    key = receipt_hash(receipt)
    if key in opened_box(db.session()).sent:
        return "submitted"
    return db.session.scalar(select(Incident.state).where(Incident.receipt_hash == key))


def receipt_if_sent(code: str) -> str | None:
    """The receipt code of a draft that was filed already, else None."""
    receipt = receipt_of(code)
    return receipt if state_of_receipt(receipt) is not None else None
