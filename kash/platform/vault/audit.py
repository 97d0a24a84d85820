"""Writing the audit chain: one action, one transaction, one entry.

with audited("people.person_added", by) as change:
    person = Person(...)
    change.session.add(person)
    change.about(person.public_id)
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import structlog
from flask import current_app
from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from kash.platform.database import (
    PUBLIC_ID,
    after_commit,
    db,
    is_public_id,
    new_public_id,
    utc_now,
    writing,
)
from kash.platform.raw_sql import RawQuery, is_postgresql, moment_text
from kash.platform.vault import chain, mirror
from kash.platform.vault.memory import begin_memory_anew
from kash.platform.vault.models import AuditEntry, AuditHead
from kash.platform.vault.sealing import Vault, vault_of
from kash.policy import Role

MIRROR_STARTED = "audit.mirror_started"

# For whom somebody decided, standing in.
_ON_BEHALF = re.compile(rf"for:{PUBLIC_ID}")
# A list or another file that was taken away, by the endpoint of its page.
_TAKEN = re.compile(r"(?:list|file):[a-z0-9_]+\.[a-z0-9_]+")
_ACTION = re.compile(r"[a-z]+(?:_[a-z]+)*(?:\.[a-z]+(?:_[a-z]+)*)+")
_ACTORS = frozenset({"system", "nobody"})
# What has no row of its own, but may be named in an entry.
_SUBJECTS = frozenset(
    {"programme", "settings", "backup", "archive", "demo"}
    | {"keys", "keys:case", "keys:identity"}
    # A register that was closed before its session should have ended.
    | {"register:early"}
    # Designs that every programme has, whose ids are words.
    | {"design:classic", "design:modern", "design:plain"}
) | {f"role:{role}" for role in Role}

_log = structlog.get_logger("kash.audit")


class ActorLike(Protocol):
    """Whoever acts: only the public id counts here."""

    @property
    def public_id(self) -> str:
        """The account's public id, or "system" or "nobody"."""


class ValueInAudit(RuntimeError):
    """A programming error: something other than an id or a fixed word was given to the chain."""


@dataclass
class Change:
    """One action under way. `now` is the moment that its rows and its entry share."""

    session: Session
    now: datetime
    _subjects: dict[str, None] = field(default_factory=dict)
    _counts: bool = True

    def about(self, *public_ids: str) -> None:
        """Name what the action concerns, by public ids (in order, each once)."""
        for public_id in public_ids:
            if not isinstance(public_id, str) or not (
                is_public_id(public_id)
                or public_id in _SUBJECTS
                or _ON_BEHALF.fullmatch(public_id)
                or _TAKEN.fullmatch(public_id)
            ):
                raise ValueInAudit("an audit entry names public ids and fixed words, never values")
            self._subjects[public_id] = None

    def nothing(self) -> None:
        """Nothing was to be done: at the end of the block no change is kept, no entry made."""
        self._counts = False


@contextmanager
def audited(action: str, by: ActorLike) -> Iterator[Change]:
    """One write transaction that leaves exactly one entry; a failing block leaves nothing.

    `action` is the feature and what happened, as "people.person_added". Not reentrant, as
    `writing()`: what must happen after the commit goes through `after_commit`.
    """
    actor = by.public_id
    if not _ACTION.fullmatch(action) or len(action) > 64:
        raise ValueInAudit("an action is named as feature.what_happened")
    if not is_public_id(actor) and actor not in _ACTORS:
        raise ValueInAudit("an actor is named by a public id")
    vault = vault_of(current_app)
    written: list[tuple[str, int, str]] = []
    with writing() as session:
        # First of all, so that no other call after the commit can fail before it.
        after_commit(lambda: _mirror(vault, written))
        change = Change(session, utc_now())
        yield change
        if change._counts:
            written.append(_append(vault, change, actor, action))
        else:
            session.rollback()


def note_restore(by: ActorLike) -> str:
    """Begin a new mirror and say so in the chain; returns its id.

    To be called at once after a backup was put back, before anything else is written: the old
    mirror then knows of entries that the restored database no longer has. The entry also names the
    mirrors in the folder that the restored chain has never heard of.
    """
    vault = vault_of(current_app)
    new = new_public_id()
    with audited(MIRROR_STARTED, by) as change:
        known = {chain.first_mirror(vault.audit_key)}
        for subjects in change.session.scalars(
            select(AuditEntry.subjects).where(AuditEntry.action == MIRROR_STARTED)
        ):
            known.update(subjects)
        unheard = mirror.present(vault.mirror_folder) - known
        mirror.start(vault.mirror_folder, new)
        change.about(new, *sorted(unheard))
        # What it knew was another database: what stands in this one is listed anew.
        begin_memory_anew(vault.memory_file, change.now)
    return new


def note_once(session: Session, happened: Mapping[str, str]) -> None:
    """Within an action, before it is committed: note in the mirror what may happen only once, by
    names, each with a digest (hexadecimal) of what came of it. Raises MirrorMissing, OSError."""
    vault = vault_of(current_app)
    head = _locked_head(session.connection())
    if head is None or head[0] == 0:
        first = chain.first_mirror(vault.audit_key)
        mirror.start(vault.mirror_folder, first)
        mirror.append_once(vault.mirror_folder, first, happened)
        return
    mirror.append_once(vault.mirror_folder, head[2], happened)


def noted_once() -> Mapping[str, int]:
    """How often each thing that may happen only once is noted, in any mirror that is there."""
    return mirror.happened_once(vault_of(current_app).mirror_folder)


def put_back_at(session: Session) -> datetime | None:
    """When the database was last put back, or its mirror begun anew; None if it never was."""
    return session.scalar(
        select(func.max(AuditEntry.at)).where(AuditEntry.action == MIRROR_STARTED)
    )


def is_behind_its_mirror(session: Session) -> bool:
    """True if the mirror knows of entries that the database has not: it was put back by hand, and
    nothing says so. Raises MirrorMissing."""
    asked = select(AuditHead.seq, AuditHead.mirror).where(AuditHead.id == 1)
    head = session.execute(asked).one_or_none()
    if head is None:
        return False
    # The mirror before the head: what it holds was committed before.
    last = mirror.read(vault_of(current_app).mirror_folder, head.mirror).last
    return last > session.execute(asked).one().seq


def head_code() -> str:
    """The code of the chain's end for paper: 4 × 4 characters, without its number."""
    mac = db.session.scalar(select(AuditHead.mac).where(AuditHead.id == 1))
    return chain.code_of(mac or chain.genesis(vault_of(current_app).audit_key))


def _append(vault: Vault, change: Change, actor: str, action: str) -> tuple[str, int, str]:
    session, key = change.session, vault.audit_key
    # What the action still has to lock, it locks before the head.
    session.flush()
    connection = session.connection()
    head = _locked_head(connection)
    if head is None:
        _FIRST_HEAD.run(connection, {"mac": chain.genesis(key), "mirror": chain.first_mirror(key)})
        head = _locked_head(connection)
    if head is None:
        raise RuntimeError("the audit chain has no head")
    last, previous, mirror_id = head
    if last == 0:
        mirror.start(vault.mirror_folder, mirror_id)
    subjects = list(change._subjects)
    if action == MIRROR_STARTED:
        mirror_id = subjects[0]
    seq = last + 1
    mac = chain.entry_mac(
        key,
        previous=previous,
        seq=seq,
        at=change.now,
        actor=actor,
        action=action,
        subjects=subjects,
    )
    entry = {
        "seq": seq,
        "at": moment_text(change.now, on_postgresql=is_postgresql(connection)),
        "actor": actor,
        "action": action,
        "subjects": json.dumps(subjects),
        "previous": previous,
        "mac": mac,
    }
    for statement in _ON_POSTGRESQL if is_postgresql(connection) else _ON_SQLITE:
        statement.run(connection, entry | {"named": subjects, "mirror": mirror_id})
    return mirror_id, seq, mac


# Every action runs these. PostgreSQL, to which each takes a way there and back, gets one statement.
_FIRST_HEAD = RawQuery(
    "INSERT INTO audit_head (id, seq, mac, mirror) VALUES (1, 0, {mac}, {mirror}) "
    "ON CONFLICT DO NOTHING"
)
_HEAD = "SELECT seq, mac, mirror FROM audit_head WHERE id = 1"
_LOCK = RawQuery(_HEAD, postgresql=f"{_HEAD} FOR UPDATE")
_ENTRY = (
    "INSERT INTO audit_entry (seq, at, actor, action, subjects, previous, mac) "
    "VALUES ({seq}, {at}, {actor}, {action}, {subjects}, {previous}, {mac})"
)
_NAMED = "INSERT INTO audit_subject (subject, seq) SELECT given.*, {seq} FROM {named:text} AS given"
_MOVE = "UPDATE audit_head SET seq = {seq}, mac = {mac}, mirror = {mirror} WHERE id = 1"
_ON_SQLITE = (RawQuery(_ENTRY), RawQuery(_NAMED), RawQuery(_MOVE))
_ON_POSTGRESQL = (RawQuery(f"WITH entry AS ({_ENTRY}), named AS ({_NAMED}) {_MOVE}"),)


def _locked_head(connection: Connection) -> tuple[int, str, str] | None:
    rows = _LOCK.rows(connection)
    return None if not rows else (rows[0][0], rows[0][1], rows[0][2])


def _mirror(vault: Vault, written: list[tuple[str, int, str]]) -> None:
    # The action is done and durable: a full disk here must not tell the person that it failed.
    for mirror_id, seq, mac in written:
        try:
            mirror.append(vault.mirror_folder, mirror_id, [(seq, mac)])
        except (OSError, mirror.MirrorMissing) as error:
            _log.error("audit_mirror_not_written", seq=seq, error=type(error).__name__)
