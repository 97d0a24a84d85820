"""The end of a case: its keys, its documents and its files, for good."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, select

from kash import storage
from kash.database import after_commit
from kash.incidents.endings import remains_of
from kash.incidents.errors import NotNow
from kash.incidents.models import Incident, IncidentDraft, IncidentDraftScreen
from kash.incidents.queries.autosaves import autosaves_of_case
from kash.incidents.queries.cases import open_case
from kash.incidents.rules.workflow import refusal_of
from kash.incidents.services.cases import forget_what_was_taken_in
from kash.policy import Actor
from kash.vault import OpenVault, SealedDocument, audited, shred
from kash.web.errors import NotFound


@dataclass
class Shredded:
    """What went: sealed documents and files; `left` are files that could not be deleted."""

    documents: int = 0
    files: int = 0
    left: int = 0


def shred_case(reference: str, *, by: Actor, vault: OpenVault) -> Shredded:
    """Shred a closed case. Raises NotFound, Damaged and NotNow."""
    done = Shredded()
    with audited("incidents.shredded", by) as change:
        session = change.session
        row = session.scalar(
            select(Incident).where(Incident.public_id == reference).with_for_update()
        )
        if row is None:
            raise NotFound
        case = open_case(by, vault, reference, session)
        if refusal_of("shred", row.state, by=by.public_id) is not None:
            raise NotNow
        remains = remains_of(session, case.record)
        # What somebody was writing of it when it ended, which only opening tells.
        unfinished = autosaves_of_case(session, vault, reference)
        ids = [*(one.place.public_id for one in case.documents), *remains.documents, *unfinished]
        numbers = select(SealedDocument.id).where(SealedDocument.public_id.in_(ids))
        forget_what_was_taken_in(session, case)
        row.state, row.document_id, row.remind_at = "shredded", None, None
        session.flush()
        drafts = session.scalars(
            select(IncidentDraftScreen.draft_id).where(IncidentDraftScreen.document_id.in_(numbers))
        ).all()
        for table, column, gone in (
            (IncidentDraftScreen, IncidentDraftScreen.document_id, numbers),
            (IncidentDraft, IncidentDraft.id, drafts),
        ):
            session.execute(
                delete(table).where(column.in_(gone)).execution_options(synchronize_session=False)
            )
        done.documents = shred(session, ids)
        change.about(reference)
        files = list(remains.files)
        after_commit(lambda: _delete(files, done))
    return done


def _delete(files: list[str], done: Shredded) -> None:
    for name in files:
        try:
            storage.delete(name)
            done.files += 1
        except storage.StorageError:
            # Without its key it is noise; a chore of whoever keeps files may try again.
            done.left += 1
