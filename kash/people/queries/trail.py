"""Trail of a person: who opened or changed what is kept of her, read from the audit chain."""

from __future__ import annotations

from typing import Any

from kash.platform.database import db
from kash.platform.vault.models import AuditEntry
from kash.platform.vault.queries import entries_about
from kash.platform.web import Listing, listing


def latest_of_trail(public_id: str, most: int) -> list[AuditEntry]:
    """The newest entries about a person, not more than `most`."""
    return list(db.session.scalars(entries_about(public_id).limit(most)))


def trail(public_id: str) -> Listing[Any]:
    """Everything that the chain says about a person, newest first."""
    return listing(
        entries_about(public_id),
        sorts={"newest": AuditEntry.seq},
        default_sort="newest",
        default_direction="desc",
    )
