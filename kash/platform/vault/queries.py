"""Entries of the audit trail, without the ids that nobody is shown who has no keys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from kash.platform.vault import chain
from kash.platform.vault.models import AuditEntry, AuditSubject

# Actions whose subjects are cases, briefs, sealed documents and requests to open one.
_OF_THE_VAULT = ("incidents.", "mediation.", "vault.unsealing", "vault.identity")
# Actions that are told by day only.
BY_DAY = "mediation."


def names_sealed(action: str) -> bool:
    """True if the subjects of an action are ids of what is sealed in the vault."""
    return action.startswith(_OF_THE_VAULT)


def subjects_shown(action: str, subjects: Sequence[str]) -> tuple[str, ...]:
    """The ids that may be shown of an entry."""
    return () if names_sealed(action) else tuple(subjects)


def has_a_time(action: str) -> bool:
    """True if an action may be shown with its moment and its place among the others."""
    return not action.startswith(BY_DAY)


@dataclass(frozen=True, order=True)
class DayLine:
    """How often somebody (a public id) did something on one day."""

    day: date
    actor: str
    action: str
    count: int


def by_day(entries: Iterable[tuple[datetime, str, str]], zone: tzinfo) -> list[DayLine]:
    """(moment, actor, action) counted by day of `zone`: the newest day first, and within a day by
    actor and action, whatever order they came in."""
    counted = Counter((at.astimezone(zone).date(), actor, action) for at, actor, action in entries)
    lines = sorted(DayLine(*key, count) for key, count in counted.items())
    return sorted(lines, key=lambda line: line.day, reverse=True)


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
