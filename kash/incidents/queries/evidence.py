"""Evidence of an opened case."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.incidents.errors import EvidenceDamaged
from kash.incidents.queries.cases import Case
from kash.incidents.rules.evidence import EvidenceFile, from_bytes
from kash.incidents.rules.record import Evidence
from kash.platform.database import db
from kash.platform.vault import OpenVault, Sealed, SealedDocument, SealError, fetch, open_document
from kash.platform.web.errors import one_or_404

KIND = "evidence"


@dataclass
class OpenEvidence:
    """A piece of evidence, opened: as its case lists it, and as its own document tells."""

    case: Case = field(repr=False)
    listed: Evidence = field(repr=False)
    file: EvidenceFile = field(repr=False)
    sealed: Sealed = field(repr=False)

    @property
    def document(self) -> str:
        """The public id of its document."""
        return self.sealed.place.public_id


def open_evidence(
    vault: OpenVault, case: Case, document: str, session: Session | None = None
) -> OpenEvidence:
    """One piece of evidence of a case. Raises NotFound and EvidenceDamaged."""
    listed = one_or_404(
        next((piece for piece in case.record.evidence if piece.document == document), None)
    )
    found = fetch(session or db.session(), document, kind=KIND)
    if not found:
        raise EvidenceDamaged
    try:
        file = from_bytes(open_document(vault, found[0]))
    except (SealError, ValidationError):
        raise EvidenceDamaged from None
    return OpenEvidence(case, listed, file, found[0])


def documents_there(documents: Iterable[str]) -> set[str]:
    """Those of these ids that are documents of evidence."""
    return set(
        db.session.scalars(
            select(SealedDocument.public_id).where(
                SealedDocument.kind == KIND, SealedDocument.public_id.in_(list(documents))
            )
        )
    )


def documents_of_evidence() -> set[str]:
    """The ids of all documents of evidence."""
    return set(
        db.session.scalars(select(SealedDocument.public_id).where(SealedDocument.kind == KIND))
    )
