"""Reading the audit chain, for its page."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from kash.platform.vault import chain
from kash.platform.vault.models import AuditEntry, AuditSubject
from kash.platform.vault.redaction import BY_DAY


def newest_entries(*, actor: str | None = None, action: str | None = None) -> Select[AuditEntry]:
    """Entries, newest first, of one actor (public id) or one action or both; without those that
    are told by day only (`told_by_day`)."""
    query = select(AuditEntry).order_by(AuditEntry.seq.desc())
    query = query.where(AuditEntry.action.not_like(f"{BY_DAY}%"))
    if actor is not None:
        query = query.where(AuditEntry.actor == actor)
    if action is not None:
        query = query.where(AuditEntry.action == action)
    return query


def told_by_day(
    session: Session, since: datetime, until: datetime, *, actor: str | None = None
) -> Sequence[tuple[datetime, str, str]]:
    """(moment, actor, action) of the entries that are told by day only, in no order."""
    query = select(AuditEntry.at, AuditEntry.actor, AuditEntry.action).where(
        AuditEntry.action.like(f"{BY_DAY}%"), AuditEntry.at >= since, AuditEntry.at < until
    )
    if actor is not None:
        query = query.where(AuditEntry.actor == actor)
    return [(at, who, action) for at, who, action in session.execute(query)]


def entries_about(subject: str, *, but_by: str | None = None) -> Select[AuditEntry]:
    """Entries that name a public id, newest first; without those of one actor if asked."""
    query = (
        select(AuditEntry)
        .join(AuditSubject, AuditSubject.seq == AuditEntry.seq)
        .where(AuditSubject.subject == subject)
        .order_by(AuditEntry.seq.desc())
    )
    return query if but_by is None else query.where(AuditEntry.actor != but_by)


def named_before(session: Session, public_ids: Collection[str]) -> set[str]:
    """Those of some public ids that any entry names."""
    query = select(AuditSubject.subject).where(AuditSubject.subject.in_(public_ids)).distinct()
    return set(session.scalars(query))


def recent(
    session: Session,
    *,
    page: int = 1,
    size: int = 50,
    actor: str | None = None,
    action: str | None = None,
) -> Sequence[AuditEntry]:
    """One page of entries, newest first."""
    query = newest_entries(actor=actor, action=action)
    return session.scalars(query.limit(size).offset((page - 1) * size)).all()


def known_actions(session: Session) -> Sequence[str]:
    """The actions that occur and are told one by one, for choosing one."""
    query = select(AuditEntry.action).distinct().order_by(AuditEntry.action)
    return session.scalars(query.where(AuditEntry.action.not_like(f"{BY_DAY}%"))).all()


def entry_with_code(session: Session, code: str) -> AuditEntry | None:
    """The entry whose code stands on a paper, typed with or without its hyphens."""
    prefix = chain.mac_prefix(code)
    if prefix is None:
        return None
    query = select(AuditEntry).where(AuditEntry.mac.startswith(prefix)).order_by(AuditEntry.seq)
    return session.scalars(query.limit(1)).first()


def entries_with_root(session: Session, code: str) -> Sequence[AuditEntry]:
    """The entries that name a root by its short code, as locked minutes print it."""
    prefix = chain.mac_prefix(code)
    if prefix is None:
        return []
    return session.scalars(entries_about(chain.root_subject(prefix))).all()
