"""Writing a case in the full form: a new one, or over one that is there."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kash.incidents.errors import NobodyHoldsKeys, NotToBeAgreed
from kash.incidents.models import Incident
from kash.incidents.queries.cases import KIND
from kash.incidents.rules.changes import asks_why
from kash.incidents.rules.custodian_only import for_custodian
from kash.incidents.rules.first_account import KIND as FIRST_ACCOUNT
from kash.incidents.rules.first_account import account_from, first_account
from kash.incidents.rules.mediation_gate import terms_refused
from kash.incidents.rules.money import refusals
from kash.incidents.rules.record import Event, Record, as_bytes, from_bytes
from kash.incidents.rules.writing import (
    digests,
    identities_of_who_refused,
    persons_with_identity_taken_off,
    write,
)
from kash.incidents.services.autosaves import forget_typed
from kash.incidents.services.cases import changing
from kash.incidents.services.handing_over import (
    goes_to_custodian,
    refuse_opening_unknown,
    tell_of_who_is_held,
)
from kash.incidents.services.history import keep_first_account
from kash.incidents.services.reminding import next_reminder
from kash.incidents.services.retention import settle
from kash.platform.database import new_public_id, public_id_from
from kash.platform.vault import (
    NobodyCanOpen,
    OpenVault,
    SealedDocument,
    SealError,
    audited,
    fetch,
    file_document,
    open_document,
    shred,
)
from kash.platform.web.errors import Problem
from kash.platform.web.formats import zone
from kash.policy import Actor

# States in which the form still changes what was documented.
CLOSED = frozenset({"closed", "shredded"})


class IdentityWouldBeLeft(Problem):
    """A person whose name is kept sealed cannot be taken off before the name was."""

    field = ""
    sentence = _l("A person whose name is kept sealed cannot be taken off here.")


class NoTerm(Problem):
    """The term would give something to a public officer: it is none, whoever writes it."""

    field = ""
    sentence = _l(
        "Nothing is owed to police, prison or county officers: it may be a bribe. Look at what was"
        " agreed."
    )


class WhyIsMissing(Problem):
    """The record was verified and is changed for a reason only."""

    field = "why"
    sentence = _l("This case was verified. Say why the record is changed.")


class CaseClosed(Problem):
    """A closed case is not written on."""

    field = ""
    sentence = _l("This case is closed. Open it again before you change it.")


@dataclass(frozen=True)
class SentPage:
    """Sending of a page: what was typed, and the page that it was typed on.

    `submit` hands a draft in; `token` names what was kept of this page meanwhile; `why` says why a
    record is changed. `hands_over`: she knows that a custodian alone reads it from then on;
    `opens`: that all officers read it, and no custodian alone.
    """

    typed: Record
    token: str
    submit: bool = False
    why: str = ""
    hands_over: bool = False
    opens: bool = False


def refuse_bribes(record: Record) -> None:
    """Raise NoTerm if a record holds a term that a public officer would gain by: whatever a form
    saw, this is what would be saved."""
    if any(refusals(record.terms, record.parties)):
        raise NoTerm


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _reference(by: Actor, token: str) -> str:
    """The reference that the case of a page gets: as random as the page's token, and the same for
    the same page sent twice."""
    return public_id_from(hashlib.sha256(f"case:{by.public_id}:{token}".encode()).digest())


def _is_there(session: Session, vault: OpenVault, reference: str, new: Record) -> bool:
    """True if the very same was saved before: the button was pressed twice.

    If it was handed over, its writer does not see it any more, and somebody may have written on it
    since: so it is compared with what was handed in as well, and nothing of it is shown.
    """
    named = select(SealedDocument.public_id).join(
        Incident, Incident.document_id == SealedDocument.id
    )
    document = session.scalar(named.where(Incident.public_id == reference))
    try:
        written = [
            from_bytes(open_document(vault, one))
            for one in (fetch(session, document, kind=KIND) if document else ())
        ]
        first = [key for one in written for key in one.first_accounts]
        written += [
            account_from(open_document(vault, one)).as_record(zone())
            for one in (fetch(session, *first, kind=FIRST_ACCOUNT) if first else ())
        ]
    except (SealError, ValidationError):
        return False
    return digests(new) in [digests(one) for one in written]


def add_case(by: Actor, vault: OpenVault, written: SentPage, language: str) -> str:
    """Add a case of the actor's own, a draft unless it is handed in or over; its reference.

    The same page sent twice adds one case. Raises NobodyHoldsKeys, NoTerm, HandsOver and
    NotToBeAgreed.
    """
    try:
        return _added(by, vault, written, language)
    except IntegrityError:
        # Sent twice at once, and the other was first.
        return _added(by, vault, written, language)


def _added(by: Actor, vault: OpenVault, written: SentPage, language: str) -> str:
    record = Record()
    write(record, written.typed)
    refuse_bribes(record)
    if terms_refused(record, Record()):
        raise NotToBeAgreed
    goes = goes_to_custodian(by, record, knows=written.hands_over)
    state = "submitted" if written.submit or written.hands_over else "draft"
    with audited("incidents.case_added", by) as change:
        reference = _reference(by, written.token)
        taken = select(Incident.id).where(Incident.public_id == reference)
        if change.session.scalar(taken) is not None:
            if _is_there(change.session, vault, reference, record):
                change.nothing()
                return reference
            reference = new_public_id()
        record.filing.author = by.public_id
        record.filing.language = language
        record.filing.filed_at = _hour(change.now)
        record.timeline.append(Event(what="added", by=by.public_id, at=change.now, state=state))
        if goes:
            tell_of_who_is_held(change, record)
        try:
            if state == "submitted":
                account = first_account(record, change.now, by.public_id)
                account.written = as_bytes(record).decode()
                keep_first_account(change.session, vault, record, account)
            document = file_document(change.session, KIND, as_bytes(record))
        except NobodyCanOpen:
            raise NobodyHoldsKeys from None
        row = Incident(
            public_id=reference,
            state=state,
            document_id=document.id,
            remind_at=next_reminder(record, state, change.now, newly=True),
        )
        change.session.add(row)
        change.session.flush()
        forget_typed(change.session, by, written.token)
        settle(change.session, vault, reference, state, record)
        change.about(reference)
        return reference


def write_case(
    by: Actor, vault: OpenVault, reference: str, version: int, written: SentPage
) -> None:
    """Put what was typed into a case.

    Raises CaseChangedMeanwhile if somebody saved since `version` was read, WhyIsMissing,
    IdentityWouldBeLeft, CaseClosed, NoTerm, HandsOver, OpensToOfficers, NotToBeAgreed, NotFound and
    Damaged.
    """
    with changing("incidents.case_written", by, vault, reference, version=version) as case:
        if case.row.state in CLOSED:
            raise CaseClosed
        if asks_why(case.record) and not written.why:
            raise WhyIsMissing
        case.why = written.why
        if persons_with_identity_taken_off(case.record, written.typed):
            raise IdentityWouldBeLeft
        shred(case.change.session, identities_of_who_refused(case.record, written.typed))
        before, alone = case.record.model_copy(), for_custodian(case.case.seen)
        write(case.record, written.typed)
        refuse_bribes(case.record)
        if terms_refused(case.record, before):
            raise NotToBeAgreed
        refuse_opening_unknown(alone, case.case.seen, knows=written.opens)
        goes = goes_to_custodian(by, case.case.seen, knows=written.hands_over)
        if goes:
            tell_of_who_is_held(case.change, case.record)
        if (written.submit or written.hands_over) and case.row.state == "draft":
            case.row.state = "submitted"
            case.happened("submit")
        elif goes:
            case.happened("handed_over")
        else:
            case.happened("written")
        forget_typed(case.change.session, by, written.token)
