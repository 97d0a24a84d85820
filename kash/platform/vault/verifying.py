"""Verifying the audit chain against its key, its head and its mirror."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import String, select, type_coerce
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from kash.platform.vault import audit as mirror
from kash.platform.vault import chain
from kash.platform.vault.audit import MIRROR_STARTED
from kash.platform.vault.models import AuditEntry, AuditHead
from kash.platform.vault.sealing import Vault, vault_of


class ChainFault(StrEnum):
    """Fault that the chain can have."""

    EDITED = "edited"
    DELETED = "deleted"
    INSERTED = "inserted"
    REORDERED = "reordered"
    TRUNCATED = "truncated"
    RECOMPUTED = "recomputed"
    HEAD = "head"
    MIRROR = "mirror"


@dataclass(frozen=True)
class ChainProblem:
    """The first place at which one fault was found, and a sentence about it."""

    fault: ChainFault
    seq: int
    sentence: str


@dataclass
class Verification:
    """Outcome of verifying. `notes` are remarkable but no sign of tampering."""

    entries: int = 0
    code: str = ""
    problems: list[ChainProblem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """True if nothing is wrong."""
        return not self.problems

    def report(self, fault: ChainFault, seq: int, sentence: str) -> None:
        """Add a problem, unless its fault was reported before."""
        if all(problem.fault is not fault for problem in self.problems):
            self.problems.append(ChainProblem(fault, seq, sentence))


# A crash loses the mirror lines of the writers then at work, never more.
_CRASH = 16
_PATIENCE = 0.2


@dataclass(slots=True)
class _Row:
    seq: int
    previous: Any
    mac: Any
    action: Any
    subjects: list[str]
    authentic: bool


@dataclass
class _Span:
    """One mirror and the entries it is to hold: from `first` on, up to the next mirror's first."""

    mirror: str
    first: int
    end: int | None = None


def verify(session: Session) -> Verification:
    """Compare the table, the head and the mirrors. Ends the session's present transaction.

    Lines that a crash kept from the current mirror are written there now, if the entries prove
    themselves.
    """
    vault = vault_of(current_app)
    session.rollback()
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    result = Verification()
    key = vault.audit_key
    # The mirrors first: whatever they hold was committed before, so the table must know it.
    mirrors = _mirrors(vault, result)
    try:
        rows = list(_rows(session, key))
    except OperationalError as error:
        session.rollback()
        if "UTF-8" not in str(error.orig):
            raise
        result.report(ChainFault.EDITED, 0, _("An entry holds what cannot be read as text."))
        return result
    head = session.execute(
        select(AuditHead.seq, AuditHead.mac, AuditHead.mirror).where(AuditHead.id == 1)
    ).one_or_none()
    session.rollback()
    result.entries = len(rows)
    _verify_table(rows, key, mirrors, result)
    last = rows[-1].seq if rows else 0
    spans = _spans(rows, key)
    _hear_the_youngest(vault, spans[-1], last, mirrors)
    _verify_head(head, rows, key, spans[-1].mirror, result)
    _verify_mirrors(vault, rows, last, spans, mirrors, result)
    mac = rows[-1].mac if rows and isinstance(rows[-1].mac, str) else ""
    if result.sound:
        result.code = chain.code_of(mac or chain.genesis(key))
    return result


def _mirrors(vault: Vault, result: Verification) -> dict[str, mirror.Lines]:
    mirrors = {}
    for name in sorted(mirror.present(vault.mirror_folder)):
        lines = mirror.read(vault.mirror_folder, name)
        mirrors[name] = lines
        if lines.foreign:
            result.report(
                ChainFault.MIRROR, 0, _("The mirror holds lines that nothing of ours has written.")
            )
        if lines.torn:
            result.notes.append(_("The mirror holds half a line: a machine stopped while writing."))
    return mirrors


def _rows(session: Session, key: bytes) -> Iterator[_Row]:
    # Without the types' own reading: a forged moment or list must be reported, not raise.
    query = select(
        AuditEntry.seq,
        type_coerce(AuditEntry.at, String).label("at"),
        AuditEntry.actor,
        AuditEntry.action,
        type_coerce(AuditEntry.subjects, String).label("subjects"),
        AuditEntry.previous,
        AuditEntry.mac,
    ).order_by(AuditEntry.seq)
    for entry in session.execute(query.execution_options(yield_per=1000)):
        at, subjects = _moment(entry.at), _subjects(entry.subjects)
        texts = (entry.actor, entry.action, entry.previous, entry.mac)
        authentic = False
        if at is not None and subjects is not None and all(isinstance(t, str) for t in texts):
            wanted = chain.entry_mac(
                key,
                previous=entry.previous,
                seq=entry.seq,
                at=at,
                actor=entry.actor,
                action=entry.action,
                subjects=subjects,
            )
            authentic = wanted == entry.mac
        yield _Row(entry.seq, entry.previous, entry.mac, entry.action, subjects or [], authentic)


def _moment(stored: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(stored) if isinstance(stored, str) else stored
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, AttributeError, OverflowError):
        return None


def _subjects(stored: Any) -> list[str] | None:
    try:
        subjects = json.loads(stored) if isinstance(stored, str | bytes) else stored
    except (ValueError, RecursionError):
        return None
    if not isinstance(subjects, list) or not all(isinstance(subject, str) for subject in subjects):
        return None
    return subjects


def _hear_the_youngest(
    vault: Vault, span: _Span, last: int, mirrors: dict[str, mirror.Lines]
) -> None:
    """Read the present mirror if it was started after we had looked: it is there before its first
    entry is. What was written since we read the table is not yet asked for."""
    if not last or span.mirror in mirrors:
        return
    with contextlib.suppress(mirror.MirrorMissing):
        lines = mirror.read(vault.mirror_folder, span.mirror)
        lines.macs = {seq: macs for seq, macs in lines.macs.items() if seq <= last}
        mirrors[span.mirror] = lines


def _verify_table(
    rows: Sequence[_Row], key: bytes, mirrors: dict[str, mirror.Lines], result: Verification
) -> None:
    places = {
        mac: seq for lines in mirrors.values() for seq, macs in lines.macs.items() for mac in macs
    }
    if len(rows) > 1 and not any(entry.authentic or _moved(entry, places) for entry in rows):
        result.report(
            ChainFault.RECOMPUTED,
            rows[0].seq,
            _("The whole chain was written anew without its key."),
        )
        return
    expected, link = 1, chain.genesis(key)
    for entry in rows:
        if entry.seq > expected:
            result.report(
                ChainFault.DELETED,
                expected,
                _(
                    "Entries are missing between %(first)s and %(last)s.",
                    first=expected - 1,
                    last=entry.seq,
                ),
            )
        elif entry.seq < expected:
            result.report(
                ChainFault.INSERTED, entry.seq, _("An entry stands before the first one.")
            )
        if not entry.authentic:
            if _moved(entry, places):
                result.report(
                    ChainFault.REORDERED,
                    entry.seq,
                    _("Entry %(seq)s stood at another place before.", seq=entry.seq),
                )
            elif isinstance(entry.mac, str) and entry.mac in places:
                result.report(
                    ChainFault.EDITED, entry.seq, _("Entry %(seq)s was changed.", seq=entry.seq)
                )
            else:
                result.report(
                    ChainFault.INSERTED,
                    entry.seq,
                    _("Entry %(seq)s was not written by this programme.", seq=entry.seq),
                )
        elif entry.seq == expected and entry.previous != link:
            result.report(
                ChainFault.EDITED,
                entry.seq,
                _("Entry %(seq)s does not follow the one before it.", seq=entry.seq),
            )
        expected, link = entry.seq + 1, entry.mac


def _moved(row: _Row, places: dict[str, int]) -> bool:
    return isinstance(row.mac, str) and places.get(row.mac, row.seq) != row.seq


def _verify_head(
    head: Any, rows: Sequence[_Row], key: bytes, mirror_id: str, result: Verification
) -> None:
    last = rows[-1].seq if rows else 0
    if head is None:
        if rows:
            result.report(ChainFault.HEAD, last, _("The head of the chain is missing."))
        return
    if not isinstance(head.seq, int):
        result.report(ChainFault.HEAD, last, _("The head of the chain has no number."))
    elif head.seq > last:
        result.report(
            ChainFault.TRUNCATED,
            last + 1,
            _("The chain was cut off after entry %(seq)s: its head knows more.", seq=last),
        )
    elif head.seq < last:
        result.report(
            ChainFault.INSERTED, head.seq + 1, _("Entries stand after the head of the chain.")
        )
    elif head.mac != (rows[-1].mac if rows else chain.genesis(key)):
        result.report(ChainFault.HEAD, last, _("The head of the chain names another last entry."))
    elif head.mirror != mirror_id:
        result.report(ChainFault.HEAD, last, _("The head of the chain names another mirror."))


def _spans(rows: Sequence[_Row], key: bytes) -> list[_Span]:
    spans = [_Span(chain.first_mirror(key), 1)]
    for entry in rows:
        if entry.authentic and entry.action == MIRROR_STARTED and entry.subjects:
            spans[-1].end = entry.seq
            spans.append(_Span(entry.subjects[0], entry.seq))
    return spans


def _verify_mirrors(
    vault: Vault,
    rows: Sequence[_Row],
    last: int,
    spans: Sequence[_Span],
    mirrors: dict[str, mirror.Lines],
    result: Verification,
) -> None:
    macs = {entry.seq: entry.mac for entry in rows}
    for span in spans:
        lines = mirrors.get(span.mirror)
        if lines is None:
            if span.end is None and rows:
                result.report(
                    ChainFault.MIRROR, span.first, _("The mirror of the chain is missing.")
                )
            elif span.end is not None and span.end > span.first:
                result.notes.append(_("An earlier mirror is no longer there."))
            continue
        _compare(lines, span, macs, last, result)
    _verify_unheard(rows, spans, mirrors, result)
    current = mirrors.get(spans[-1].mirror)
    if current is None or not result.sound:
        return
    span = spans[-1]
    absent = _absent(rows, span, current)
    if absent:
        # Writers that committed while we were reading write their lines now, unless they died.
        time.sleep(_PATIENCE)
        absent = _absent(rows, span, mirror.read(vault.mirror_folder, span.mirror))
    if not absent:
        return
    if len(absent) > _CRASH:
        result.report(
            ChainFault.MIRROR,
            absent[0][0],
            _(
                "The mirror lacks entries from %(seq)s on, %(count)s of them: it was cut, or could "
                "not be written.",
                count=len(absent),
                seq=absent[0][0],
            ),
        )
        return
    try:
        mirror.append(vault.mirror_folder, span.mirror, absent)
    except (OSError, mirror.MirrorMissing):
        result.report(ChainFault.MIRROR, absent[0][0], _("The mirror cannot be written."))
        return
    result.notes.append(
        _(
            "The mirror lacked entries from %(seq)s on, %(count)s of them, as after a sudden stop; "
            "they were proved and added.",
            count=len(absent),
            seq=absent[0][0],
        )
    )


def _absent(rows: Sequence[_Row], span: _Span, lines: mirror.Lines) -> list[tuple[int, str]]:
    return [
        (entry.seq, entry.mac)
        for entry in rows
        if entry.seq >= span.first and entry.seq not in lines.macs
    ]


def _compare(
    lines: mirror.Lines, span: _Span, macs: dict[int, Any], last: int, result: Verification
) -> None:
    for seq in sorted(lines.macs):
        if span.end is not None and seq >= span.end:
            result.notes.append(
                _(
                    "The backup put back at entry %(seq)s was older than the programme then was.",
                    seq=span.end,
                )
            )
            return
        if seq > last:
            result.report(
                ChainFault.TRUNCATED,
                last + 1,
                _("The chain was cut off after entry %(seq)s: its mirror knows more.", seq=last),
            )
            return
        if seq in macs and lines.macs[seq] != {macs[seq]}:
            result.report(
                ChainFault.MIRROR, seq, _("The mirror holds another entry %(seq)s.", seq=seq)
            )
            return


def _verify_unheard(
    rows: Sequence[_Row],
    spans: Sequence[_Span],
    mirrors: dict[str, mirror.Lines],
    result: Verification,
) -> None:
    heard = {span.mirror for span in spans}
    for entry in rows:
        if entry.authentic and entry.action == MIRROR_STARTED:
            heard.update(entry.subjects)
    if any(lines.macs for name, lines in mirrors.items() if name not in heard):
        result.report(
            ChainFault.TRUNCATED,
            rows[-1].seq + 1 if rows else 1,
            _("There is a mirror of which the chain knows nothing: its end was cut off."),
        )
