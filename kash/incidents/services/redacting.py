"""Words that two members take out of a case, such as a name typed by mistake.

They go out of all that is sealed of it. In the place of a first account comes another with a mark
where they stood and the SHA-256 of what was there; that one is shredded.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from flask_babel import gettext as _
from pydantic import ValidationError
from sqlalchemy.orm import Session

from kash.incidents.queries.mediation import open_evidence
from kash.incidents.rules import casework as changes
from kash.incidents.rules import filing as first_account
from kash.incidents.rules import totals as evidence
from kash.incidents.rules.casework import REDACT
from kash.incidents.rules.parts import MemberProposal, TakenOut
from kash.incidents.rules.redaction import Redaction
from kash.incidents.services.autosaves import strike_typed
from kash.incidents.services.cases import CaseChange, changing, file_beside
from kash.incidents.services.letterbox import forget_texts
from kash.incidents.services.saved_views import CaseChangedMeanwhile, EvidenceDamaged
from kash.incidents.services.second_member import agreed, propose
from kash.platform.database import after_commit
from kash.platform.vault import (
    OpenVault,
    SavedMeanwhile,
    SealError,
    fetch,
    open_each,
    save_document,
    shred,
)
from kash.platform.vault.documents import scrub_after_commit
from kash.platform.web.errors import Problem
from kash.platform.web.formats import date_text, to_local
from kash.policy import Actor


def ask_redaction(
    by: Actor, vault: OpenVault, reference: str, words: list[str], reason: str
) -> None:
    """Ask that words are taken out. Raises OnHold, Problem and NotFound."""
    with changing("incidents.second_asked", by, vault, reference) as change:
        for line, phrase in enumerate(words, start=1):
            if not _stands(change, Redaction([phrase])):
                # Told by their line, not by what they are.
                raise Problem(
                    _(
                        "Line %(line)s stands nowhere in the case. Whole words are looked for, "
                        "as they are spelt.",
                        line=line,
                    ),
                    field="words",
                )
        new = MemberProposal(
            id="", act=REDACT, by=by.public_id, at=change.now, reason=reason, words=words
        )
        if not propose(change, new):
            change.nothing()


def _stands(change: CaseChange, redaction: Redaction) -> bool:
    session, record = change.session, change.record
    if redaction.stands_in(record):
        return True
    for _key, plaintext in _opened(session, change.vault, record.first_accounts):
        if redaction.account(plaintext) is not None:
            return True
    return any(
        redaction.change(change_made) != change_made
        for _key, plaintext in _opened(session, change.vault, record.sealed_changes)
        for change_made in changes.changes_from(plaintext)
    )


def _opened(
    session: Session, vault: OpenVault, documents: list[str]
) -> Iterator[tuple[str, bytes]]:
    """Those documents that open, by their ids: one that is damaged says nothing to anybody."""
    for sealed, plaintext in open_each(vault, fetch(session, *documents) if documents else ()):
        if not isinstance(plaintext, SealError):
            yield sealed.place.public_id, plaintext


def redact(by: Actor, vault: OpenVault, reference: str, proposal: str) -> None:
    """Agree that words are taken out of all that is sealed of a case, for good. Raises NotFound,
    Problem, OnHold and CaseChangedMeanwhile."""
    with changing("incidents.words_taken_out", by, vault, reference) as change:
        session, case, now = change.session, change.case, change.now
        proposed = agreed(session, by, case, proposal, REDACT)
        history = change.history
        assert history is not None  # noqa: S101 - for the type: `changing` has one
        # What has to be kept of the record as it was is sealed first, then all of it is gone
        # through alike.
        history.seal(session, vault, by, now)
        shred(session, [screen.place.public_id for screen in case.screens])
        case.screens = []
        day = date_text(to_local(now).date())
        redaction = Redaction(proposed.words, _("[taken out on %(day)s by two members]", day=day))
        texts, case.record = case.record.texts, redaction.part(case.record)
        if case.record.texts != texts:
            forget_texts(session, reference)
        reason = redaction.text(proposed.reason)
        taken = TakenOut(at=now, by=proposed.by, second=by.public_id, reason=reason)
        try:
            originals = _strike_accounts(change, redaction, taken)
            _strike_changes(change, redaction)
            _strike_evidence(change, redaction)
            strike_typed(session, vault, reference, redaction)
        except SavedMeanwhile:
            raise CaseChangedMeanwhile from None
        case.record.taken_out += originals or [taken]
        history.begin_again()
        change.happened("words_taken_out", reason=reason)
        after_commit(scrub_after_commit)


def _strike_accounts(change: CaseChange, redaction: Redaction, taken: TakenOut) -> list[TakenOut]:
    """Put other first accounts in the place of those that hold the words; what is kept of each."""
    session, accounts = change.session, change.record.first_accounts
    originals = []
    for document, plaintext in list(_opened(session, change.vault, accounts)):
        with suppress(ValidationError):
            account = redaction.account(plaintext)
            if account is None:
                continue
            original = taken.model_copy(
                update={"sha256": first_account.fingerprint(plaintext), "size": len(plaintext)}
            )
            account.taken_out.append(original)
            originals.append(original)
            _put(
                change,
                accounts,
                document,
                first_account.KIND,
                first_account.first_account_as_bytes(account),
            )
    return originals


def _strike_changes(change: CaseChange, redaction: Redaction) -> None:
    session, documents = change.session, change.record.sealed_changes
    for document, plaintext in list(_opened(session, change.vault, documents)):
        with suppress(ValidationError):
            before = changes.changes_from(plaintext)
            left = [redaction.change(change_made) for change_made in before]
            if left != before:
                _put(change, documents, document, changes.KIND, changes.as_bytes(left))


def _put(
    change: CaseChange, documents: list[str], document: str, kind: str, plaintext: bytes
) -> None:
    session = change.session
    documents[documents.index(document)] = file_beside(session, change.vault, kind, plaintext)
    shred(session, [document])


def _strike_evidence(change: CaseChange, redaction: Redaction) -> None:
    session, vault = change.session, change.vault
    for piece in change.record.evidence:
        with suppress(EvidenceDamaged):
            opened = open_evidence(vault, change.case, piece.document, session)
            file = redaction.part(opened.file)
            if file != opened.file:
                save_document(session, vault, opened.sealed, evidence.as_bytes(file))
