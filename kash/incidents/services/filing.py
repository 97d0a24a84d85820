"""Writing by somebody who files: without an entry that says so, unless she holds keys herself.
Filing on a phone, by somebody who can't read it back. A person who holds no keys leaves nothing
behind but what lies sealed in the letterbox: no audit entry, and no row until the next of the fixed
hours, unless somebody is held now. After each write the database's own log of pages is emptied,
since its order tells what was written next to what."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.incidents.models import Incident, IncidentDraft, IncidentDraftScreen, delete_where
from kash.incidents.queries import letterbox as queries
from kash.incidents.queries.cases import KIND
from kash.incidents.queries.letterbox import (
    SCREEN_KIND,
    Receipt,
    ReceiptKeys,
    is_sent,
    keys_of,
    open_alerts,
    page_hash,
    receipt_by,
)
from kash.incidents.rules.casework import next_arrival
from kash.incidents.rules.clocks import whole_hour
from kash.incidents.rules.filing import (
    ALL_SCREENS,
    CONSENTS,
    EXPOSURES,
    MEDICINE_HELPS,
    Screen,
    answered_until,
    as_bytes,
    is_kept_unread,
    kept_until,
    new_token,
    token_helps,
)
from kash.incidents.rules.letterbox import Answered, Box, Draft, Sent
from kash.incidents.rules.parts import Filing, Link
from kash.incidents.rules.record import Record
from kash.incidents.rules.record import as_bytes as record_as_bytes
from kash.incidents.rules.totals import last_day
from kash.incidents.services.alerts import raise_alert
from kash.incidents.services.letterbox import deliver, letter, letterbox, spend_token
from kash.incidents.services.saved_views import KeysAltered, NobodyHoldsKeys
from kash.platform.database import after_commit, db, utc_now, writing
from kash.platform.vault import (
    KeyAltered,
    NobodyCanOpen,
    SealedDocument,
    VaultMember,
    audited,
    can_file,
    scrub,
    shred,
)
from kash.platform.web.errors import Problem
from kash.platform.web.formats import local_today, zone
from kash.policy import Actor


@dataclass
class Filed:
    """A write by somebody who files."""

    session: Session
    now: datetime
    about: Callable[..., None]
    # For a write that turns out to change nothing.
    nothing: Callable[[], None]
    # Whether an entry of the audit tells of it, and so when it was.
    is_noted: bool = False


@contextmanager
def without_trace(action: str, by: Actor) -> Iterator[Filed]:
    """One transaction. A member's own has its audit entry; nobody else's leaves one.

    Raises NobodyHoldsKeys, and KeysAltered: the alarm that belongs to it comes with the chore that
    looks at keys, since one at this moment would tell when somebody filed.
    """
    try:
        if _holds_keys(by):
            with audited(action, by) as change:
                yield Filed(change.session, change.now, change.about, change.nothing, is_noted=True)
        else:
            with writing() as session:
                after_commit(_scrub)
                yield Filed(session, utc_now(), lambda *_ids: None, lambda: None)
    except NobodyCanOpen:
        raise NobodyHoldsKeys from None
    except KeyAltered:
        raise KeysAltered from None


def _scrub() -> None:
    # PostgreSQL keeps its log apart; what its rows tell of order is seen to by `mixing`.
    if db.engine.dialect.name == "sqlite":
        scrub(pages=False)


def _holds_keys(by: Actor) -> bool:
    query = select(VaultMember.id).where(VaultMember.holder == by.public_id)
    return db.session.scalar(query) is not None


class NothingToSend(Problem):
    """No screen was answered."""

    sentence = _l("Nothing has been answered yet.")


def _draft(filing: Filed, by: Actor, box: Box, code: str, *, held: bool = False) -> Draft:
    """The draft of a code, made if it is not there, which spends a token of the day. Raises
    TooManyReports and WaitAMinute."""
    key = queries.draft_hash(code)
    if key not in box.drafts:
        within = spend_token(filing.session, by, filing.now, urgent=held)
        box.drafts[key] = Draft(kept_until=local_today(), beyond=not within)
    draft = box.drafts[key]
    # What is begun beyond the quota is to be sent, not kept: a few a minute would fill its room.
    today = local_today()
    until = today + timedelta(days=1) if draft.beyond else kept_until(today)
    draft.kept_until = max(draft.kept_until, until)
    return draft


def say_held(by: Actor, code: str) -> None:
    """Keep that somebody is held or in danger now: what is sent under this code is seen at once.

    Raises Problem and NobodyHoldsKeys.
    """
    with without_trace("incidents.draft_kept", by) as filing, letterbox(filing.session) as box:
        if not can_file(filing.session):
            raise NobodyHoldsKeys
        _draft(filing, by, box, code, held=True).held = True


def begin_addition(by: Actor, code: str, keys: ReceiptKeys | None) -> None:
    """Begin a report that says more about one that was sent at once, found by its receipt; it is
    seen at once as well. A receipt under which there is nothing begins one that stands alone, so
    that nobody learns whether there is one. Raises NobodyHoldsKeys."""
    with without_trace("incidents.draft_kept", by) as filing, letterbox(filing.session) as box:
        if not can_file(filing.session):
            raise NobodyHoldsKeys
        draft = _draft(filing, by, box, code, held=True)
        key = keys.hash if keys else ""
        query = select(Incident.public_id).where(Incident.receipt_hash == key)
        draft.held, draft.adds_to = True, filing.session.scalar(query) or ""


def answer_screen(by: Actor, code: str, name: str, screen: Screen) -> None:
    """Seal what was answered on one screen in place of what was answered before. Where unfinished
    filings take more than their room, others go.

    Raises Problem and NobodyHoldsKeys.
    """
    if name not in ALL_SCREENS:
        raise ValueError("no such screen")
    with without_trace("incidents.draft_kept", by) as filing, letterbox(filing.session) as box:
        sealed = letter(filing.session, SCREEN_KIND, as_bytes(screen))
        draft = _draft(filing, by, box, code)
        draft.screens[name], draft.guards[name] = sealed, is_kept_unread(screen)
        _note_said(draft, name, screen)
        box.make_room(queries.draft_hash(code))
        filing.about(sealed.public_id)


def _note_said(draft: Draft, name: str, screen: Screen) -> None:
    """Note what the server itself must know of a screen, which it cannot open again."""
    if name == CONSENTS:
        draft.keep = "record" in screen.consents
    if name == "what":
        draft.exposed = not EXPOSURES.isdisjoint(screen.acts)
    if name == "when":
        last_day = local_today() - MEDICINE_HELPS
        draft.long_ago = screen.day is not None and screen.day < last_day


def forget_screen(by: Actor, code: str, name: str) -> None:
    """Forget what was answered on one screen, if anything was."""
    with without_trace("incidents.draft_kept", by) as filing, letterbox(filing.session) as box:
        draft = box.drafts.get(queries.draft_hash(code))
        if draft is not None:
            draft.screens.pop(name, None)
            draft.guards.pop(name, None)
            _note_said(draft, name, Screen())
            if name == CONSENTS:
                draft.keep = None


def throw_away(by: Actor, code: str) -> None:
    """Forget a draft at its author's word; nothing if there is none."""
    with (
        without_trace("incidents.draft_thrown_away", by) as filing,
        letterbox(filing.session) as box,
    ):
        box.drafts.pop(queries.draft_hash(code), None)


def filed_at(now: datetime, held: bool) -> datetime:
    """A moment as it is noted of what comes in: to the hour; but for how long somebody is held
    counts in minutes, and the alert tells them."""
    return now.replace(second=0, microsecond=0) if held else whole_hour(now)


def _kept_until(draft: Draft) -> date | None:
    """The last day on which a report is kept that is sent today; None if something keeps it, or if
    nobody but a member can tell."""
    unknown = draft.keep is None and CONSENTS in draft.screens
    # It may be that nobody reads it for a week, and what was ticked tells too little: a custodian
    # is away, somebody arrested is held still.
    guarded = any(draft.guards.get(name, True) for name in draft.screens)
    stays = draft.keep or draft.held or unknown or guarded
    return None if stays else last_day(local_today())


def submit(by: Actor, code: str, language: str, token: str = "", *, held: bool = False) -> Receipt:
    """File what was answered as one incident; its receipt, with a word that was drawn.

    It is seen at the next of the fixed hours, or at once if somebody is `held`, now or by an answer
    from before, if it tells of forced sex for which medicine still helps, or if it is a member's
    own. The same page sent twice, within the hour in which its
    token helps, files once and is given the same receipt; without that token the draft's code is
    from now on one that never was. Raises NothingToSend, TooManyReports, WaitAMinute,
    NobodyHoldsKeys.
    """
    if not token_helps(token, utc_now()):
        token = new_token(utc_now())
    receipt = receipt_by(code, token, language)
    keys, page = keys_of(receipt.code, receipt.word), page_hash(code, token)
    key = keys.hash
    with without_trace("incidents.filed", by) as filing, letterbox(filing.session) as box:
        session = filing.session
        if page in box.pages:
            # Also if she chose a word of her own meanwhile, or another language.
            filing.nothing()
            return receipt_by(code, token, box.pages[page].language)
        if is_sent(session, box, key):
            filing.nothing()
            return receipt
        if not held and queries.draft_hash(code) not in box.drafts:
            raise NothingToSend
        # Its token went with the first screen, if there was one: a second would tell that it was
        # sent, and by which of those who began one.
        draft = _draft(filing, by, box, code, held=held)
        del box.drafts[queries.draft_hash(code)]
        draft.held = draft.held or held
        if not (draft.screens or draft.held):
            raise NothingToSend
        record = Record(
            filing=Filing(
                how="phone",
                author=by.public_id,
                language=language,
                filed_at=filed_at(filing.now, draft.held),
                held=draft.held,
                screens={name: screen.public_id for name, screen in draft.screens.items()},
            )
        )
        if draft.adds_to:
            record.links.append(Link(kind="incident", id=draft.adds_to))
        box.sent[key] = Sent(
            visible_at=next_arrival(filing.now, zone()),
            held=draft.held,
            until=_kept_until(draft),
            adds_to=draft.adds_to,
            record=letter(session, KIND, record_as_bytes(record).ljust(1000)),
            screens=list(draft.screens.values()),
            seal_to=keys.seal_to,
        )
        box.pages[page] = Answered(until=answered_until(filing.now), language=language, receipt=key)
        if draft.rings or filing.is_noted:
            filing.about(*deliver(session, box, [key], filing.now))
        # What is told afterwards may be the first that says where she is.
        if draft.rings and not (draft.adds_to and open_alerts()):
            raise_alert(session, filing.now)
    return receipt


def _shred_drafts(session: Session, drafts: list[int]) -> None:
    screens = select(IncidentDraftScreen.document_id).where(
        IncidentDraftScreen.draft_id.in_(drafts)
    )
    ids = select(SealedDocument.public_id).where(SealedDocument.id.in_(screens))
    documents = list(session.scalars(ids))
    for column in (IncidentDraftScreen.draft_id, IncidentDraft.id):
        delete_where(session, column, drafts)
    shred(session, documents)


def shred_old_drafts() -> None:
    """Shred members' unfinished forms whose day has passed. Bookkeeping: no entry says how many
    there were."""
    today = local_today()
    with writing() as session:
        query = select(IncidentDraft.id).where(IncidentDraft.kept_until < today).limit(500)
        drafts = list(session.scalars(query.with_for_update(skip_locked=True)))
        if drafts:
            _shred_drafts(session, drafts)
