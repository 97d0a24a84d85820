"""The letterbox: where filings lie until they become visible, and how they do.

A row for each filing would say when one came: two copies of the database, taken before and after
somebody was signed in by herself, would name her. So all of them lie in one sealed text of a fixed
size, which is written anew once a minute whatever happens. At fixed hours what was sent becomes
incidents, all in one transaction and in no order.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime

import structlog
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kash.incidents.models import Incident, IncidentDraft, IncidentDraftScreen, Letterbox
from kash.incidents.queries.letterbox import KIND, PLACE, box_in
from kash.incidents.rules.filing import SCREENS
from kash.incidents.rules.letterbox import (
    Box,
    BoxFull,
    Draft,
    Fate,
    Letter,
    as_bytes,
    in_bytes,
    in_text,
)
from kash.incidents.services.quota import tend_quota
from kash.incidents.services.reminding import next_morning
from kash.platform.database import after_commit, db, insertion, without_order, writing
from kash.platform.vault import (
    Compartment,
    CompartmentName,
    DocumentKey,
    Prepared,
    SealedDocument,
    add_document,
    prepare_document,
    scrub,
    seal,
)
from kash.platform.web.errors import Problem
from kash.platform.web.formats import local_today

_log = structlog.get_logger("kash.incidents")


class LetterboxFull(Problem):
    """More was filed than can wait."""

    sentence = _l("Too many reports wait at the moment. Try again later.")


@contextmanager
def letterbox(session: Session) -> Iterator[Box]:
    """The letterbox inside a write transaction, locked; it is sealed anew when the block ends.

    Raises LetterboxFull and SealError.
    """
    found = select(Letterbox).where(Letterbox.id == 1).with_for_update()
    found = found.execution_options(populate_existing=True)
    row = session.scalar(found)
    if row is None:
        session.execute(
            insertion(session, Letterbox).values(id=1, body=b"").on_conflict_do_nothing()
        )
        row = session.scalars(found).one()
    box = box_in(row.body)
    yield box
    try:
        row.body = seal(as_bytes(box), kind=KIND, public_id=PLACE)
    except BoxFull:
        raise LetterboxFull from None
    session.flush()


def letter(session: Session, kind: str, plaintext: bytes) -> Letter:
    """A text sealed for members, to be put into the letterbox. Raises NobodyCanOpen."""
    made = prepare_document(session, kind, plaintext)
    return Letter(
        public_id=made.public_id,
        kind=kind,
        compartment_id=made.compartment_id,
        body=in_text(made.body),
        wrapped=in_text(made.wrapped),
    )


def deliver(session: Session, box: Box, receipts: Collection[str], now: datetime) -> list[str]:
    """Make incidents of sent filings, all together and in no order; their references.

    Members are reminded of it on the next morning, when they get that mail whether or not
    anything came: a mail that followed an alert would tell it from a drill.
    """
    keys = [key for key in receipts if key in box.sent]
    secrets.SystemRandom().shuffle(keys)
    there = set(session.scalars(select(Compartment.id)))
    remind_at = next_morning(now)
    references = []
    for key in keys:
        sent = box.sent.pop(key)
        if sent.record.compartment_id not in there:
            # What it was sealed to is gone for good: nobody could ever open it.
            _log.error("report_opens_for_nobody")
            continue
        for screen in sent.screens:
            if screen.compartment_id in there:
                _add(session, screen)
        incident = Incident(
            state="submitted",
            document_id=_add(session, sent.record),
            receipt_hash=key,
            remind_at=remind_at,
        )
        session.add(incident)
        session.flush()
        without_order(session, Incident, incident.id)
        if sent.adds_to:
            box.additions[incident.public_id] = sent.adds_to
        if sent.until is not None:
            screens = [one.public_id for one in sent.screens]
            # Such as a custodian alone reads have no last day before she did.
            box.fates[incident.public_id] = Fate(
                until=sent.until, documents=screens, as_asked=True, for_officers=True
            )
        references.append(incident.public_id)
    return references


def _add(session: Session, letter: Letter) -> int:
    row = add_document(
        session,
        Prepared(
            letter.public_id,
            CompartmentName.CASE,
            letter.kind,
            in_bytes(letter.body),
            in_bytes(letter.wrapped),
            letter.compartment_id,
        ),
    )
    if letter.form != "filed":
        session.get_one(DocumentKey, row.id).form = letter.form
    return row.id


def tend_letterbox(now: datetime) -> int:
    """Make visible what is due, forget drafts whose day has passed or for which there
    is no room, and write all of it anew; how
    many reports became visible. Bookkeeping: no entry says that anything came."""
    with writing() as session:
        if db.engine.dialect.name == "sqlite":
            after_commit(_scrub)
        with letterbox(session) as box:
            # In the order in which whoever files locks them: the letterbox, then the quota.
            tend_quota(session, now)
            _take_over(session, box)
            box.forget_old(local_today(), now)
            box.make_room()
            return len(deliver(session, box, box.due(now), now))


def _scrub() -> None:
    # By the worker, whom nobody waits for.
    scrub(patience=20)


def _take_over(session: Session, box: Box) -> None:
    """Bring in drafts that lie in rows of their own, as an earlier version left them."""
    rows = session.execute(
        select(
            IncidentDraft.id,
            IncidentDraft.code_hash,
            IncidentDraft.kept_until,
            IncidentDraftScreen.screen,
            SealedDocument,
            DocumentKey,
        )
        .join(IncidentDraftScreen, IncidentDraftScreen.draft_id == IncidentDraft.id)
        .join(SealedDocument, SealedDocument.id == IncidentDraftScreen.document_id)
        .join(DocumentKey, DocumentKey.document_id == SealedDocument.id)
        .where(IncidentDraftScreen.screen.in_(SCREENS))
        .limit(500)
    ).all()
    for _id, code_hash, kept_until, screen, document, key in rows:
        draft = box.drafts.setdefault(code_hash, Draft(kept_until=kept_until))
        draft.screens.setdefault(
            screen,
            Letter(
                public_id=document.public_id,
                kind=document.kind,
                compartment_id=key.compartment_id,
                form=key.form,
                body=in_text(document.body),
                wrapped=in_text(key.wrapped),
            ),
        )
    drafts = {row[0] for row in rows}
    documents = {row[4].id for row in rows}
    for row in rows:
        session.expunge(row[4])
        session.expunge(row[5])
    for table, column, ids in (
        (IncidentDraftScreen, IncidentDraftScreen.document_id, documents),
        (DocumentKey, DocumentKey.document_id, documents),
        (SealedDocument, SealedDocument.id, documents),
    ):
        session.execute(
            delete(table).where(column.in_(ids)).execution_options(synchronize_session=False)
        )
    left = select(IncidentDraftScreen.draft_id)
    session.execute(
        delete(IncidentDraft)
        .where(IncidentDraft.id.in_(drafts), IncidentDraft.id.not_in(left))
        .execution_options(synchronize_session=False)
    )
