"""Filing on a phone, by somebody who can't read it back.

Whoever holds no keys leaves nothing behind but sealed documents: no audit entry, and rows that tell
neither order nor time. After each write the database's own log of pages is emptied, since its order
tells what was written next to what.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kash.accounts.services.throttle import count_try
from kash.database import after_commit, db, insertion, utc_now, without_order, writing
from kash.incidents.errors import NobodyHoldsKeys
from kash.incidents.models import Incident, IncidentDraft, IncidentDraftScreen
from kash.incidents.queries import filing as queries
from kash.incidents.queries.cases import KIND
from kash.incidents.queries.screens import SCREEN_KIND
from kash.incidents.rules.filing import SCREENS, Screen, as_bytes, kept_until, receipt_of
from kash.incidents.rules.record import Filing, Record
from kash.incidents.rules.record import as_bytes as record_as_bytes
from kash.jobs import periodic
from kash.policy import Actor
from kash.vault import (
    NobodyCanOpen,
    SealedDocument,
    VaultMember,
    audited,
    file_document,
    scrub,
    shred,
)
from kash.web.errors import Problem
from kash.web.formats import local_today

_WRONG_CODES, _WITHIN = 300, timedelta(minutes=10)


class AlreadySent(Problem):
    """The draft was filed already; `receipt` is what its author was shown."""

    sentence = _l("This report has been sent already.")

    def __init__(self, receipt: str) -> None:
        super().__init__()
        self.receipt = receipt


class NothingToSend(Problem):
    """No screen was answered."""

    sentence = _l("Nothing has been answered yet.")


@dataclass
class _Filing:
    """A write by somebody who files."""

    session: Session
    now: datetime
    about: Callable[..., None]


@contextmanager
def _filing(action: str, by: Actor) -> Iterator[_Filing]:
    """One transaction. A member's own has its audit entry; nobody else's leaves one."""
    try:
        if _holds_keys(by):
            with audited(action, by) as change:
                yield _Filing(change.session, change.now, change.about)
        else:
            with writing() as session:
                after_commit(_scrub)
                yield _Filing(session, utc_now(), lambda *_ids: None)
    except NobodyCanOpen:
        raise NobodyHoldsKeys from None


def _scrub() -> None:
    # PostgreSQL keeps its log apart; what its rows tell of order is seen to by `mixing`.
    if db.engine.dialect.name == "sqlite":
        scrub()


def _holds_keys(by: Actor) -> bool:
    found = select(VaultMember.id).where(VaultMember.holder == by.public_id)
    return db.session.scalar(found) is not None


def _held_draft(session: Session, code: str, today: date) -> IncidentDraft:
    """The draft of a code, made if it is not there, and locked. Raises AlreadySent."""
    key = queries.draft_hash(code)
    session.execute(
        insertion(session, IncidentDraft)
        .values(code_hash=key, kept_until=kept_until(today))
        .on_conflict_do_nothing()
    )
    draft = session.scalars(
        select(IncidentDraft).where(IncidentDraft.code_hash == key).with_for_update()
    ).one()
    without_order(session, IncidentDraft, draft.id)
    receipt = receipt_of(code)
    sent = select(Incident.id).where(Incident.receipt_hash == queries.receipt_hash(receipt))
    if session.scalar(sent) is not None:
        raise AlreadySent(receipt)
    draft.kept_until = max(draft.kept_until, kept_until(today))
    return draft


def answer_screen(by: Actor, code: str, name: str, screen: Screen) -> None:
    """Seal what was answered on one screen in place of what was answered before.

    Raises AlreadySent, NobodyHoldsKeys.
    """
    if name not in SCREENS:
        raise ValueError("no such screen")
    with _filing("incidents.draft_kept", by) as filing:
        session = filing.session
        draft = _held_draft(session, code, local_today())
        kept = session.get(IncidentDraftScreen, (draft.id, name))
        if kept is not None:
            _shred_screens(session, [kept])
        document = file_document(session, SCREEN_KIND, as_bytes(screen))
        session.add(IncidentDraftScreen(draft_id=draft.id, screen=name, document_id=document.id))
        session.flush()
        without_order(session, IncidentDraftScreen, document.id, "document_id")
        filing.about(document.public_id)


def forget_screen(by: Actor, code: str, name: str) -> None:
    """Shred what was answered on one screen, if anything was. Raises AlreadySent."""
    with _filing("incidents.draft_kept", by) as filing:
        draft = queries.locked_draft(filing.session, code)
        kept = filing.session.get(IncidentDraftScreen, (draft.id, name)) if draft else None
        if kept is not None:
            _shred_screens(filing.session, [kept])


def throw_away(by: Actor, code: str) -> None:
    """Shred a draft at its author's word; nothing if there is none."""
    with _filing("incidents.draft_thrown_away", by) as filing:
        draft = queries.locked_draft(filing.session, code)
        if draft is not None:
            _shred_drafts(filing.session, [draft.id])


def submit(by: Actor, code: str, language: str) -> str:
    """File what was answered as one incident; its receipt code.

    Raises AlreadySent with the same receipt if it was filed before, NothingToSend, NobodyHoldsKeys.
    """
    receipt = receipt_of(code)
    with _filing("incidents.filed", by) as filing:
        session = filing.session
        draft = queries.locked_draft(session, code)
        key = queries.receipt_hash(receipt)
        if session.scalar(select(Incident.id).where(Incident.receipt_hash == key)) is not None:
            raise AlreadySent(receipt)
        screens = queries.screens_of(session, draft.id) if draft is not None else {}
        if draft is None or not screens:
            raise NothingToSend
        record = Record(
            filing=Filing(
                how="phone",
                author=by.public_id,
                language=language,
                filed_at=filing.now.replace(minute=0, second=0, microsecond=0),
                screens=screens,
            )
        )
        document = file_document(session, KIND, record_as_bytes(record).ljust(1000))
        incident = Incident(state="submitted", document_id=document.id, receipt_hash=key)
        session.add(incident)
        session.execute(delete(IncidentDraft).where(IncidentDraft.id == draft.id))
        session.flush()
        without_order(session, Incident, incident.id)
        filing.about(incident.public_id)
    return receipt


def state_by_receipt(receipt: str) -> str | None:
    """The state of what was filed under a receipt code, None if there is nothing.

    Only codes under which there is nothing are counted, all of them together: a row for each
    address or account would say who looked. Raises TooManyTries.
    """
    state = queries.state_of_receipt(receipt) if receipt else None
    if state is None and receipt:
        count_try("incidents.receipt", "anybody", limit=_WRONG_CODES, window=_WITHIN)
    return state


def _shred_screens(session: Session, kept: list[IncidentDraftScreen]) -> None:
    documents = [one.document_id for one in kept]
    for one in kept:
        session.delete(one)
    session.flush()
    ids = select(SealedDocument.public_id).where(SealedDocument.id.in_(documents))
    shred(session, list(session.scalars(ids)))


def _shred_drafts(session: Session, drafts: list[int]) -> None:
    kept = select(IncidentDraftScreen).where(IncidentDraftScreen.draft_id.in_(drafts))
    _shred_screens(session, list(session.scalars(kept)))
    session.execute(delete(IncidentDraft).where(IncidentDraft.id.in_(drafts)))


@periodic("shred_old_drafts", minutes=60)
def shred_old_drafts() -> None:
    """Shred drafts whose day has passed. Bookkeeping: no entry says how many there were."""
    today = local_today()
    with writing() as session:
        found = select(IncidentDraft.id).where(IncidentDraft.kept_until < today).limit(500)
        drafts = list(session.scalars(found.with_for_update(skip_locked=True)))
        if drafts:
            _shred_drafts(session, drafts)
