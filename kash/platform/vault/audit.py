"""The audit trail: an action and its entry in one transaction, mirrored in a file."""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

import structlog
from flask import current_app
from sqlalchemy import Connection, func, inspect, select
from sqlalchemy.orm import Session

from kash.feature import CHOICES
from kash.platform.database import (
    PUBLIC_ID,
    RawQuery,
    after_commit,
    db,
    is_postgresql,
    is_public_id,
    moment_text,
    new_public_id,
    utc_now,
    writing,
)
from kash.platform.vault import chain
from kash.platform.vault.keys import make_private_folder
from kash.platform.vault.models import AuditEntry, AuditHead
from kash.platform.vault.sealing import Vault, begin_memory_anew, vault_of
from kash.policy import Role

_TORN = re.compile(
    r'\{(?:"(?:s(?:e(?:q(?:"(?::[0-9, "mac:a-f]*)?)?)?)?'
    r'|o(?:n(?:c(?:e(?:"(?::(?:"[a-z0-9/_",:-]*)?)?)?)?)?)?)?)?'
)
_NAME = r"[a-z0-9/_-]{1,64}"
_ONCE = re.compile(rf'\{{"once":"({_NAME})","digest":"[0-9a-f]{{64}}"\}}')


class MirrorMissing(Exception):
    """The mirror that the chain names is not there; a writer never makes it anew by itself."""


@dataclass
class Lines:
    """Lines of a mirror file: the macs it holds for each number, what happened that may happen only
    once, and its unreadable lines."""

    macs: dict[int, set[str]] = field(default_factory=dict)
    once: list[str] = field(default_factory=list)
    torn: int = 0
    foreign: int = 0

    @property
    def last(self) -> int:
        """The highest number mirrored, 0 if none."""
        return max(self.macs, default=0)


def path_of(folder: Path, mirror: str) -> Path:
    """The file of a mirror."""
    return folder / f"{mirror}.jsonl"


def start(folder: Path, mirror: str) -> None:
    """Make the file, unless it is there."""
    make_private_folder(folder)
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
    with _locked(path_of(folder, mirror), flags) as descriptor:
        if os.fstat(descriptor).st_size == 0:
            _write(descriptor, _header(mirror).encode() + b"\n")
    listing = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(listing)
    finally:
        os.close(listing)


def append(folder: Path, mirror: str, entries: Iterable[tuple[int, str]]) -> None:
    """Add lines for (number, mac) at the end, durable on return. Raises MirrorMissing, OSError."""
    _add(folder, mirror, "".join(_line(seq, mac) for seq, mac in entries))


def append_once(folder: Path, mirror: str, happened: Mapping[str, str]) -> None:
    """Add a line for each thing that may happen only once, by its name, with the digest of what
    came of it; durable on return. Raises MirrorMissing, OSError."""
    lines = (
        json.dumps({"once": name, "digest": digest}, separators=(",", ":"))
        for name, digest in happened.items()
    )
    _add(folder, mirror, "".join(f"{line}\n" for line in lines))


def happened_once(folder: Path) -> Counter[str]:
    """How often each thing that may happen only once is noted in any mirror that is there."""
    return Counter(name for mirror in present(folder) for name in read(folder, mirror).once)


def _add(folder: Path, mirror: str, text: str) -> None:
    flags = os.O_RDWR | os.O_APPEND | os.O_CLOEXEC
    try:
        with _locked(path_of(folder, mirror), flags) as descriptor:
            size = os.fstat(descriptor).st_size
            torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
            _put(descriptor, b"\n" * torn + text.encode())
            # Beside others that wait for the disk, not after them.
            fcntl.flock(descriptor, fcntl.LOCK_UN)
            os.fsync(descriptor)
    except FileNotFoundError:
        raise MirrorMissing(mirror) from None


def read(folder: Path, mirror: str) -> Lines:
    """All that a mirror says. Raises MirrorMissing."""
    lines = Lines()
    try:
        content = path_of(folder, mirror).read_bytes().decode(errors="replace")
    except FileNotFoundError:
        raise MirrorMissing(mirror) from None
    for text in content.split("\n"):
        if not text or text == _header(mirror):
            continue
        entry, once = _parsed(text), _parsed_once(text)
        if once is not None:
            lines.once.append(once)
        elif entry is not None:
            lines.macs.setdefault(entry[0], set()).add(entry[1])
        elif _TORN.fullmatch(text) or _header(mirror).startswith(text):
            lines.torn += 1
        else:
            lines.foreign += 1
    return lines


def present(folder: Path) -> set[str]:
    """The ids of the mirrors in the folder."""
    return {path.stem for path in folder.glob("*.jsonl")}


def _header(mirror: str) -> str:
    return json.dumps({"mirror": mirror})


def _line(seq: int, mac: str) -> str:
    return json.dumps({"seq": seq, "mac": mac}, separators=(",", ":")) + "\n"


def _parsed(text: str) -> tuple[int, str] | None:
    try:
        stored = json.loads(text)
    except ValueError:
        return None
    if not isinstance(stored, dict) or set(stored) != {"seq", "mac"}:
        return None
    seq, mac = stored["seq"], stored["mac"]
    return (seq, mac) if type(seq) is int and seq > 0 and isinstance(mac, str) else None


def _parsed_once(text: str) -> str | None:
    match = _ONCE.fullmatch(text)
    return match[1] if match else None


def _write(descriptor: int, content: bytes) -> None:
    _put(descriptor, content)
    os.fsync(descriptor)


def _put(descriptor: int, content: bytes) -> None:
    while content:
        content = content[os.write(descriptor, content) :]


@contextmanager
def _locked(path: Path, flags: int) -> Iterator[int]:
    descriptor = os.open(path, flags, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


MIRROR_STARTED = "audit.mirror_started"

# The person that somebody decided for, standing in.
_ON_BEHALF = re.compile(rf"for:{PUBLIC_ID}")
# A list or another file that was taken away, by the endpoint of its page.
_TAKEN = re.compile(r"(?:list|file):[a-z0-9_]+\.[a-z0-9_]+")
_ACTION = re.compile(r"[a-z]+(?:_[a-z]+)*(?:\.[a-z]+(?:_[a-z]+)*)+")
_ACTORS = frozenset({"system", "nobody"})
# What has no row of its own, but may be named in an entry.
_SUBJECTS = (
    frozenset(
        {"programme", "settings", "backup", "archive", "demo"}
        | {"keys", "keys:case", "keys:identity"}
        # A register that was closed before its session should have ended.
        | {"register:early"}
        # Designs that every programme has, whose ids are words.
        | {"design:classic", "design:modern", "design:plain"}
    )
    | {f"role:{role}" for role in Role}
    | {f"choice:{choice}" for choice in CHOICES}
)

_log = structlog.get_logger("kash.audit")


class ActorLike(Protocol):
    """The person who acts: only the public id counts here."""

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
        macs = {chain.first_mirror(vault.audit_key)}
        for subjects in change.session.scalars(
            select(AuditEntry.subjects).where(AuditEntry.action == MIRROR_STARTED)
        ):
            macs.update(subjects)
        unheard = present(vault.mirror_folder) - macs
        start(vault.mirror_folder, new)
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
        start(vault.mirror_folder, first)
        append_once(vault.mirror_folder, first, happened)
        return
    append_once(vault.mirror_folder, head[2], happened)


def noted_once() -> Mapping[str, int]:
    """How often each thing that may happen only once is noted, in any mirror that is there."""
    return happened_once(vault_of(current_app).mirror_folder)


def put_back_at(session: Session) -> datetime | None:
    """When the database was last put back, or its mirror begun anew; None if it never was."""
    return session.scalar(
        select(func.max(AuditEntry.at)).where(AuditEntry.action == MIRROR_STARTED)
    )


def is_behind_its_mirror(session: Session) -> bool:
    """True if the mirror knows of entries that the database has not: it was put back by hand, and
    nothing says so. Raises MirrorMissing."""
    query = select(AuditHead.seq, AuditHead.mirror).where(AuditHead.id == 1)
    head = session.execute(query).one_or_none()
    if head is None:
        return False
    # The mirror before the head: what it holds was committed before.
    last = read(vault_of(current_app).mirror_folder, head.mirror).last
    return last > session.execute(query).one().seq


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
        start(vault.mirror_folder, mirror_id)
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
            append(vault.mirror_folder, mirror_id, [(seq, mac)])
        except (OSError, MirrorMissing) as error:
            _log.error("audit_mirror_not_written", seq=seq, error=type(error).__name__)


_SQLITE = {
    "audit_entry_refuses_update": "BEFORE UPDATE ON audit_entry",
    "audit_entry_refuses_delete": "BEFORE DELETE ON audit_entry",
    # INSERT OR REPLACE removes the old row without waking the trigger on DELETE.
    "audit_entry_refuses_replace": (
        "BEFORE INSERT ON audit_entry WHEN EXISTS (SELECT 1 FROM audit_entry WHERE seq = NEW.seq)"
    ),
}
_POSTGRESQL = {
    "audit_entry_refuses_update": "BEFORE UPDATE ON audit_entry FOR EACH ROW",
    "audit_entry_refuses_delete": "BEFORE DELETE ON audit_entry FOR EACH ROW",
    "audit_entry_refuses_truncate": "BEFORE TRUNCATE ON audit_entry FOR EACH STATEMENT",
}
_REFUSAL = "audit entries are never changed"


class TriggersMissing(RuntimeError):
    """A migration has dropped triggers of the audit chain."""


def install_triggers(connection: Connection) -> None:
    """Make the triggers anew; for the migration that makes or rebuilds `audit_entry`."""
    if connection.dialect.name == "sqlite":
        for name, event in _SQLITE.items():
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
            connection.exec_driver_sql(
                f"CREATE TRIGGER {name} {event} BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
            )
        return
    connection.exec_driver_sql(
        "CREATE OR REPLACE FUNCTION audit_entry_refuses() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$"
    )
    for name, event in _POSTGRESQL.items():
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name} ON audit_entry")
        connection.exec_driver_sql(
            f"CREATE TRIGGER {name} {event} EXECUTE FUNCTION audit_entry_refuses()"
        )


def drop_triggers(connection: Connection) -> None:
    """Take the triggers away; for a migration that rebuilds the table, and for tests."""
    sqlite = connection.dialect.name == "sqlite"
    for name in _SQLITE if sqlite else _POSTGRESQL:
        on = "" if sqlite else " ON audit_entry"
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}{on}")


def assert_triggers(connection: Connection) -> None:
    """Raise TriggersMissing if `audit_entry` exists without all of its triggers."""
    if not inspect(connection).has_table("audit_entry"):
        return
    if connection.dialect.name == "sqlite":
        wanted = set(_SQLITE)
        query = "SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name='audit_entry'"
    else:
        wanted = set(_POSTGRESQL)
        query = (
            "SELECT tgname FROM pg_trigger WHERE tgrelid = 'audit_entry'::regclass "
            "AND NOT tgisinternal AND tgenabled IN ('O', 'A')"
        )
    missing = wanted - set(connection.exec_driver_sql(query).scalars())
    if missing:
        raise TriggersMissing("audit_entry lacks its triggers: " + ", ".join(sorted(missing)))
