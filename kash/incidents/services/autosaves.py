"""Keeping a form while it is written: sealed at once, found again by its writer, gone when saved.
An unfinished form lies as the phone's unfinished filings do: under the hash of a code that only
the page holds, here together with the account that typed it. Keeping needs no keys, so it goes on
when the vault has closed. It is bookkeeping and leaves no entry in the audit chain, as it happens
every few seconds; opening one again and saving the case do."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kash.incidents.models import Incident, IncidentDraft, IncidentDraftScreen, delete_where
from kash.incidents.queries.letterbox import (
    AUTOSAVES_KIND,
    Autosave,
    Fields,
    as_kept,
    times_words_were_taken_out,
)
from kash.incidents.rules.redaction import Redaction, path_of
from kash.incidents.services.retention import note_document
from kash.platform.database import utc_now, writing
from kash.platform.vault import (
    OpenVault,
    SealedDocument,
    SealError,
    audited,
    fetch,
    file_document,
    keep_keys,
    open_each,
    refile_document,
    save_document,
    shred,
)
from kash.platform.web.errors import ChangedMeanwhile, NotFound
from kash.platform.web.row_versions import number_shown
from kash.policy import Actor


class WordsTakenOut(ChangedMeanwhile):
    """Two members took words out of the case since the page was opened, which may hold them yet."""

    sentence = _l(
        "Two members took words out of this case meanwhile. What you type here is not kept. Save "
        "it now, or open the page again."
    )


KEPT_FOR = timedelta(days=7)
SCREEN = "form"


def _code_hash(account: str, token: str) -> str:
    return hashlib.sha256(f"autosave:{account}:{token}".encode()).hexdigest()


def _document(session: Session, account: str, token: str) -> tuple[int, int] | None:
    draft = session.execute(
        select(IncidentDraft.id, IncidentDraftScreen.document_id)
        .join(IncidentDraftScreen, IncidentDraftScreen.draft_id == IncidentDraft.id)
        .where(
            IncidentDraft.code_hash == _code_hash(account, token),
            IncidentDraftScreen.screen == SCREEN,
        )
        .with_for_update()
    ).one_or_none()
    return None if draft is None else (draft[0], draft[1])


def _is_there(session: Session, case: str) -> bool:
    """True if a case can still be written to; it is not shredded before this is over."""
    query = select(Incident.document_id).where(Incident.public_id == case)
    return session.scalar(query.with_for_update(read=True)) is not None


def keep_typed(by: Actor, case: str, token: str, fields: Fields) -> None:
    """Seal what is typed so far, in place of what the same page kept before.

    `case` is a reference, empty for a new case; `token` names the page. Raises NobodyCanOpen,
    WordsTakenOut if the page was drawn before words were taken out of the case, and NotFound if
    there is no such case, or it was shredded: nothing may come after that.
    """
    now = utc_now()
    plaintext = as_kept(by, case, token, fields, now)
    drawn_after = number_shown(dict(fields).get("taken_out"))
    try:
        _keep(by, case, token, plaintext, now, drawn_after)
    except IntegrityError:
        # The same page sent twice at once, and the other was first.
        _keep(by, case, token, plaintext, now, drawn_after)


def _keep(
    by: Actor, case: str, token: str, plaintext: bytes, now: datetime, drawn_after: int
) -> None:
    # The last day on which it is kept; drafts are shredded in the night after it.
    kept_until = (now + KEPT_FOR - timedelta(days=1)).date()
    with writing() as session:
        if case and not _is_there(session, case):
            raise NotFound
        if case and drawn_after != times_words_were_taken_out(session, case):
            raise WordsTakenOut
        before = _document(session, by.public_id, token)
        if before is not None:
            refile_document(session, before[1], plaintext)
            session.get_one(IncidentDraft, before[0]).kept_until = kept_until
            return
        document = file_document(session, AUTOSAVES_KIND, plaintext)
        draft = IncidentDraft(code_hash=_code_hash(by.public_id, token), kept_until=kept_until)
        session.add(draft)
        session.flush()
        session.add(IncidentDraftScreen(draft_id=draft.id, screen=SCREEN, document_id=document.id))
        if case:
            note_document(session, case, document.public_id)


def forget_typed(session: Session, by: Actor, token: str) -> None:
    """Shred what a page kept, inside the transaction that saves it for good."""
    _forget(session, by.public_id, token)


def _forget(session: Session, account: str, token: str) -> None:
    draft = _document(session, account, token)
    if draft is not None:
        _remove(session, *draft)


def _remove(session: Session, draft_id: int, document_id: int) -> None:
    public_id = session.scalar(
        select(SealedDocument.public_id).where(SealedDocument.id == document_id)
    )
    for column in (IncidentDraftScreen.draft_id, IncidentDraft.id):
        delete_where(session, column, [draft_id])
    if public_id is not None:
        shred(session, [public_id])


def discard_typed(by: Actor, token: str) -> None:
    """Shred what a page kept, because its writer wants it no more."""
    with writing() as session:
        forget_typed(session, by, token)


def discard_left(kept: Autosave) -> None:
    """Shred what somebody left in a case that went to a custodian, who has looked at it."""
    with writing() as session:
        _forget(session, kept.by, kept.token)


def strike_typed(session: Session, vault: OpenVault, case: str, redaction: Redaction) -> None:
    """Take words out of everybody's unfinished forms for a case. Raises SavedMeanwhile."""
    for sealed, plaintext in open_each(vault, fetch(session, kind=AUTOSAVES_KIND)):
        if isinstance(plaintext, SealError):
            continue
        content = json.loads(plaintext)
        fields = [
            [name, redaction.document(text, path_of(name))] for name, text in content["fields"]
        ]
        if content["case"] == case and fields != content["fields"]:
            save_document(session, vault, sealed, json.dumps(content | {"fields": fields}).encode())


def note_autosave_opened(by: Actor, vault: OpenVault, kept: Autosave) -> None:
    """Note that an unfinished form was opened again; the entry names no document."""
    with audited("incidents.autosave_opened", by) as change:
        keep_keys(change.session, vault, fetch(change.session, kept.document, kind=AUTOSAVES_KIND))
