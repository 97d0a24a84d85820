"""Columns of the tables that lie beneath people, sorted by what they hold about a person; and
messages, files that were made, and forms that were kept."""

from __future__ import annotations

from functools import partial

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from kash.people.erasure import (
    GOES,
    Beneath,
    ErasedPerson,
    FreeText,
    GoesIfNamed,
    HeldElsewhere,
    StandsInTheWay,
    Values,
    about_things,
    free_texts,
)
from kash.people.queries.search import column_of
from kash.platform import storage
from kash.platform.database import after_commit
from kash.platform.jobs.models import Job
from kash.platform.messages.models import OutboxMessage


def _to(subject: ErasedPerson) -> ColumnElement[bool]:
    return OutboxMessage.address_lookup.in_(subject.lookups)


def _count_messages(session: Session, subject: ErasedPerson) -> int:
    return session.scalar(select(func.count(OutboxMessage.id)).where(_to(subject))) or 0


def _unaddress(session: Session, subject: ErasedPerson) -> int:
    """Messages still to go are left; of those that went stays that they did."""
    messages = session.scalars(select(OutboxMessage).where(_to(subject)).with_for_update()).all()
    for message in messages:
        if message.state in ("due", "claimed"):
            message.state = "left"
        message.request_sealed = message.address_lookup = None
    return len(messages)


def _count_made(session: Session, _subject: ErasedPerson) -> int:
    return session.scalar(select(func.count(Job.id)).where(Job.result_key.is_not(None))) or 0


def _throw_away_made(session: Session, _subject: ErasedPerson) -> int:
    """All that the worker made and that waits to be fetched, since any of it may show her; it is
    made again by the person who needs it."""
    jobs = session.scalars(select(Job).where(Job.result_key.is_not(None)).with_for_update()).all()
    for job in jobs:
        after_commit(partial(storage.delete, str(job.result_key)))
        job.result_key = None
    return len(jobs)


def _kept_forms() -> ColumnElement[bool]:
    return column_of("signed_in_session.kept_form").is_not(None)


def _count_kept(session: Session, _subject: ErasedPerson) -> int:
    table = column_of("signed_in_session.kept_form").table
    return session.scalar(select(func.count()).select_from(table).where(_kept_forms())) or 0


def _forget_kept(session: Session, subject: ErasedPerson) -> int:
    """Forms that were kept for somebody who has to sign in again, whatever stands in them."""
    count = _count_kept(session, subject)
    table = column_of("signed_in_session.kept_form").table
    session.execute(update(table).where(_kept_forms()).values(kept_form=None))
    return count


def _may_sign_in(session: Session, person_id: int) -> bool:
    active = column_of("account.active")
    open_accounts = select(active).where(column_of("account.person_id") == person_id, active)
    return session.scalar(open_accounts.limit(1)) is not None


def _withdrawn_if_it_waits(row: Values) -> str:
    return "withdrawn" if row["state"] in ("waiting", "agreed") else str(row["state"])


BENEATH = (
    Beneath("passkey.account_id", GOES),
    Beneath("passkey_challenge.account_id", GOES),
    Beneath("recovery_code.account_id", GOES),
    Beneath("known_address.account_id", GOES),
    Beneath("browser_mark.account_id", GOES),
    Beneath("signed_in_session.account_id", GOES),
    StandsInTheWay(_l("The account of this person is active. Close it first."), _may_sign_in),
    *free_texts("delegation.reason"),
    FreeText("account_request.reason_sealed", kind="second_step_reset.reason"),
    FreeText("account_request.answer_sealed", kind="account_request.answer"),
    GoesIfNamed(
        "account_request.content_sealed",
        kind="account_request.content",
        emptied={"content_sealed": None, "email_lookup": "", "state": _withdrawn_if_it_waits},
    ),
    FreeText("breach.what_sealed", kind="breach.what"),
    FreeText("breach.reason_sealed", kind="breach.reason"),
    FreeText("breach_note.text_sealed", kind="breach.note"),
    HeldElsewhere(
        ("outbox_message.request_sealed", "outbox_message.address_lookup"),
        _l("Messages to this phone or e-mail"),
        _count_messages,
        _unaddress,
    ),
    HeldElsewhere(
        ("job.result_key",),
        _l("Papers and lists to download, with all who are on them"),
        _count_made,
        _throw_away_made,
    ),
    HeldElsewhere(
        ("signed_in_session.kept_form",),
        _l("Forms kept for people who have to sign in again"),
        _count_kept,
        _forget_kept,
    ),
    *about_things(
        access_review="by",
        account_backing="by",
        account_notice="kind request_id",
        account_request="kind email_lookup digest state code_sealed",
        account_role="role",
        audit_entry="actor action subjects previous mac",
        audit_head="mac mirror",
        audit_subject="subject",
        breach="affected unfinished",
        breach_note="by",
        counted_tries="kind key",
        delegation="permissions",
        hand_over="lines unfinished by",
        job="kind title owner back language state error arguments result_name result_type worker",
        local_holiday="name source",
        outbox_message="key channel state code alike claim gateway_id stop_hash",
        programme="name neutral_name zone languages default_language settings",
        signed_in_session="token_hash device",
        vault_compartment="name public_key state seal",
        vault_document="compartment kind body",
        vault_document_key="form wrapped",
        vault_member="holder public_key salt sealed_private recovery_salt recovery_private "
        "removal_asked_by",
        vault_opening="session sealed_private",
        vault_unsealing="wrapped",
        vault_wrap="wrapped seal",
    ),
)
