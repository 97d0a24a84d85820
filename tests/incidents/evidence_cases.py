"""A case with members around it, for tests of evidence."""

from __future__ import annotations

from kash.database import db
from kash.incidents.models import Incident
from kash.incidents.rules.record import Record, as_bytes
from kash.vault import file_document


def filed(record: Record | None = None, state: str = "triaged") -> str:
    """A case as it was filed; its reference."""
    document = file_document(db.session(), "incident", as_bytes(record or Record()))
    row = Incident(state=state, document_id=document.id)
    db.session.add(row)
    db.session.commit()
    return row.public_id
