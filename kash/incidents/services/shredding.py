"""The end of a case: its keys, its documents and its files, for good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kash.incidents.endings import remains_of
from kash.incidents.errors import NotNow
from kash.incidents.models import Incident, IncidentDraft, IncidentDraftScreen, MediationBrief
from kash.incidents.queries.autosaves import autosaves_of_case
from kash.incidents.queries.cases import open_case
from kash.incidents.queries.letterbox import opened_box
from kash.incidents.rules.letterbox import Fate
from kash.incidents.rules.retention import is_over
from kash.incidents.rules.second_member import SHRED
from kash.incidents.rules.workflow import refusal_of
from kash.incidents.services.cases import forget_what_was_taken_in
from kash.incidents.services.letterbox import letterbox
from kash.incidents.services.retention import forget, forget_shredded
from kash.incidents.services.second_member import agreed
from kash.platform import storage
from kash.platform.database import after_commit, db
from kash.platform.vault import OpenVault, SealedDocument, audited, shred
from kash.platform.web.errors import one_or_404
from kash.platform.web.formats import to_local
from kash.policy import SYSTEM, Actor


@dataclass
class Shredded:
    """Shredding as it went: sealed documents and files; `left` are files that could not be
    deleted."""

    documents: int = 0
    files: int = 0
    left: int = 0


def shred_case(reference: str, *, by: Actor, vault: OpenVault, proposal: str) -> Shredded:
    """Agree that a closed case is shredded, and shred it; the entry names both members. Raises
    NotFound, Damaged, NotNow, DecidedMeanwhile, AnotherDecides and OnHold."""
    done = Shredded()
    with audited("incidents.shredded", by) as change:
        session = change.session
        row = one_or_404(
            session.scalar(
                select(Incident).where(Incident.public_id == reference).with_for_update()
            )
        )
        case = open_case(by, vault, reference, session)
        if refusal_of("shred", row.state, by=by.public_id) is not None:
            raise NotNow
        asked = agreed(session, by, case, proposal, SHRED)
        remains = remains_of(session, case.record)
        # What somebody was writing of it when it ended, which only opening tells.
        unfinished = autosaves_of_case(session, vault, reference)
        forget_what_was_taken_in(session, case)
        forget(session, reference, case.record, asked.by, to_local(change.now).date())
        ids = [*(one.place.public_id for one in case.documents), *remains.documents, *unfinished]
        done.documents = _shred(session, [row], ids, remains.briefs)
        change.about(reference, asked.by)
        files = list(remains.files)
        after_commit(lambda: _delete(files, done))
    return done


def _shred(
    session: Session, rows: Sequence[Incident], ids: Sequence[str], briefs: Sequence[str]
) -> int:
    """End cases, and the documents and briefs that belong to them; how many documents went."""
    session.execute(
        delete(MediationBrief)
        .where(MediationBrief.public_id.in_(briefs))
        .execution_options(synchronize_session=False)
    )
    for row in rows:
        row.state, row.document_id, row.remind_at = "shredded", None, None
    session.flush()
    numbers = select(SealedDocument.id).where(SealedDocument.public_id.in_(ids))
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
    return shred(session, ids)


def _delete(files: list[str], done: Shredded) -> None:
    for name in files:
        try:
            storage.delete(name)
            done.files += 1
        except storage.StorageError:
            # Without its key it is noise; a chore of whoever keeps files may try again.
            done.left += 1


# --- What nothing keeps -----------------------------------------------------------------------


def shred_unkept(today: date) -> int:
    """Shred every case that nothing keeps and whose last day has passed; how many.

    No key is needed: what belongs to each was noted while somebody could read it. One transaction,
    and one entry of the audit, without ids. Files go after the commit.
    """
    due = [key for key, one in opened_box(db.session()).fates.items() if is_over(one.until, today)]
    db.session.rollback()
    if not due:
        return 0
    with audited("incidents.shredded_unkept", SYSTEM) as change:
        session = change.session
        # As whoever changes a case: first its row, then the letterbox.
        found = select(Incident).where(Incident.public_id.in_(due)).order_by(Incident.id)
        rows = {row.public_id: row for row in session.scalars(found.with_for_update())}
        fates: dict[str, Fate] = {}
        with letterbox(session) as box:
            for reference in due:
                # Somebody may have kept it meanwhile.
                fate = box.fates.get(reference)
                if fate is None or not is_over(fate.until, today) or box.is_held(reference):
                    continue
                row = rows.get(reference)
                if row is None or row.document_id is None:
                    del box.fates[reference]
                    continue
                fates[reference] = fate
                if row.receipt_hash:
                    box.taken_back.pop(row.receipt_hash, None)
                    if fate.as_asked:
                        box.shredded[row.receipt_hash] = today
            forget_shredded(session, box, {key: one.for_officers for key, one in fates.items()})
        if not fates:
            change.nothing()
        records = [row.document_id for key, row in rows.items() if key in fates]
        ids = [
            *session.scalars(
                select(SealedDocument.public_id).where(SealedDocument.id.in_(records))
            ),
            *(one for fate in fates.values() for one in fate.documents),
        ]
        briefs = [one for fate in fates.values() for one in fate.briefs]
        files = [one for fate in fates.values() for one in fate.files]
        _shred(session, [rows[key] for key in fates], ids, briefs)
        after_commit(lambda: _delete(files, Shredded()))
    return len(fates)
