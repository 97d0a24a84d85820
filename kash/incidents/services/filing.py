"""Filing on a phone, by somebody who can't read it back.

Whoever holds no keys leaves nothing behind but what lies sealed in the letterbox: no audit entry,
and no row until the next of the fixed hours, unless somebody is held now. After each write the
database's own log of pages is emptied, since its order tells what was written next to what.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kash.accounts.services.throttle import count_try
from kash.database import after_commit, db, utc_now, writing
from kash.incidents.errors import NobodyHoldsKeys
from kash.incidents.models import Incident, IncidentDraft, IncidentDraftScreen
from kash.incidents.queries import filing as queries
from kash.incidents.queries.cases import KIND
from kash.incidents.queries.screens import SCREEN_KIND
from kash.incidents.rules.arrivals import next_arrival
from kash.incidents.rules.filing import SCREENS, Screen, as_bytes, kept_until, receipt_of
from kash.incidents.rules.letterbox import Box, Draft, Sent
from kash.incidents.rules.record import Filing, Link, Record
from kash.incidents.rules.record import as_bytes as record_as_bytes
from kash.incidents.services.alerts import raise_alert
from kash.incidents.services.letterbox import deliver, letter, letterbox
from kash.jobs import periodic
from kash.policy import Actor
from kash.vault import (
    NobodyCanOpen,
    SealedDocument,
    VaultMember,
    audited,
    can_file,
    scrub,
    shred,
)
from kash.web.errors import Problem
from kash.web.formats import local_today, zone

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
    # Whether an entry of the audit tells of it, and so when it was.
    is_noted: bool = False


@contextmanager
def _filing(action: str, by: Actor) -> Iterator[_Filing]:
    """One transaction. A member's own has its audit entry; nobody else's leaves one."""
    try:
        if _holds_keys(by):
            with audited(action, by) as change:
                yield _Filing(change.session, change.now, change.about, is_noted=True)
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


def _is_sent(session: Session, box: Box, receipt: str) -> bool:
    key = queries.receipt_hash(receipt)
    found = select(Incident.id).where(Incident.receipt_hash == key)
    return key in box.sent or session.scalar(found) is not None


def _draft(session: Session, box: Box, code: str) -> Draft:
    """The draft of a code, made if it is not there. Raises AlreadySent."""
    receipt = receipt_of(code)
    if _is_sent(session, box, receipt):
        raise AlreadySent(receipt)
    until = kept_until(local_today())
    draft = box.drafts.setdefault(queries.draft_hash(code), Draft(kept_until=until))
    draft.kept_until = max(draft.kept_until, until)
    return draft


def say_held(by: Actor, code: str) -> None:
    """Keep that somebody is held or in danger now: what is sent under this code is seen at once.

    Raises AlreadySent, NobodyHoldsKeys.
    """
    with _filing("incidents.draft_kept", by) as filing, letterbox(filing.session) as box:
        if not can_file(filing.session):
            raise NobodyHoldsKeys
        _draft(filing.session, box, code).held = True


def begin_addition(by: Actor, code: str, receipt: str) -> None:
    """Begin a report that says more about one that was sent at once, found by its receipt; it is
    seen at once as well. A receipt under which there is nothing begins one that stands alone, so
    that nobody learns whether there is one. Raises NobodyHoldsKeys."""
    with _filing("incidents.draft_kept", by) as filing, letterbox(filing.session) as box:
        if not can_file(filing.session):
            raise NobodyHoldsKeys
        draft = _draft(filing.session, box, code)
        key = queries.receipt_hash(receipt)
        found = select(Incident.public_id).where(Incident.receipt_hash == key)
        draft.held, draft.adds_to = True, filing.session.scalar(found) or ""


def answer_screen(by: Actor, code: str, name: str, screen: Screen) -> None:
    """Seal what was answered on one screen in place of what was answered before.

    Raises AlreadySent, NobodyHoldsKeys.
    """
    if name not in SCREENS:
        raise ValueError("no such screen")
    with _filing("incidents.draft_kept", by) as filing, letterbox(filing.session) as box:
        sealed = letter(filing.session, SCREEN_KIND, as_bytes(screen))
        _draft(filing.session, box, code).screens[name] = sealed
        filing.about(sealed.public_id)


def forget_screen(by: Actor, code: str, name: str) -> None:
    """Forget what was answered on one screen, if anything was."""
    with _filing("incidents.draft_kept", by) as filing, letterbox(filing.session) as box:
        draft = box.drafts.get(queries.draft_hash(code))
        if draft is not None:
            draft.screens.pop(name, None)


def throw_away(by: Actor, code: str) -> None:
    """Forget a draft at its author's word; nothing if there is none."""
    with _filing("incidents.draft_thrown_away", by) as filing, letterbox(filing.session) as box:
        box.drafts.pop(queries.draft_hash(code), None)


def submit(by: Actor, code: str, language: str) -> str:
    """File what was answered as one incident; its receipt code.

    It is seen at the next of the fixed hours, or at once if somebody is held, or if it is a
    member's own. Raises AlreadySent with the same receipt if it was filed before, NothingToSend,
    NobodyHoldsKeys.
    """
    receipt = receipt_of(code)
    with _filing("incidents.filed", by) as filing, letterbox(filing.session) as box:
        session = filing.session
        if _is_sent(session, box, receipt):
            raise AlreadySent(receipt)
        draft = box.drafts.pop(queries.draft_hash(code), None)
        if draft is None or not (draft.screens or draft.held):
            raise NothingToSend
        record = Record(
            filing=Filing(
                how="phone",
                author=by.public_id,
                language=language,
                filed_at=filing.now.replace(minute=0, second=0, microsecond=0),
                held=draft.held,
                screens={name: one.public_id for name, one in draft.screens.items()},
            )
        )
        if draft.adds_to:
            record.links.append(Link(kind="incident", id=draft.adds_to))
        key = queries.receipt_hash(receipt)
        box.sent[key] = Sent(
            visible_at=next_arrival(filing.now, zone()),
            record=letter(session, KIND, record_as_bytes(record).ljust(1000)),
            screens=list(draft.screens.values()),
        )
        if draft.held or filing.is_noted:
            filing.about(*deliver(session, box, [key], filing.now, at_once=True))
        if draft.held and not draft.adds_to:
            raise_alert(session, filing.now)
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


def _shred_drafts(session: Session, drafts: list[int]) -> None:
    kept = select(IncidentDraftScreen.document_id).where(IncidentDraftScreen.draft_id.in_(drafts))
    ids = select(SealedDocument.public_id).where(SealedDocument.id.in_(kept))
    documents = list(session.scalars(ids))
    for table, column in (
        (IncidentDraftScreen, IncidentDraftScreen.draft_id),
        (IncidentDraft, IncidentDraft.id),
    ):
        session.execute(
            delete(table).where(column.in_(drafts)).execution_options(synchronize_session=False)
        )
    shred(session, documents)


@periodic("shred_old_drafts", minutes=60)
def shred_old_drafts() -> None:
    """Shred members' unfinished forms whose day has passed. Bookkeeping: no entry says how many
    there were."""
    today = local_today()
    with writing() as session:
        found = select(IncidentDraft.id).where(IncidentDraft.kept_until < today).limit(500)
        drafts = list(session.scalars(found.with_for_update(skip_locked=True)))
        if drafts:
            _shred_drafts(session, drafts)
