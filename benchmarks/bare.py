"""A bare end point that makes the same writes as a pad's batch: no sign-in, no permission, no form.

It takes plain rows, and writes history, marks and an audit entry (the entry, its subjects, and the
move of the chain's head) in one transaction, as durably, in SQLAlchemy's ordinary way of writing
many rows at once, one statement for each table. Nothing is asked, checked, opened or decided; the
entry is linked to nothing, and there is no mirror. `/marks-alone` leaves the entry out.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Any

from flask import Flask, jsonify, request
from sqlalchemy import Connection, create_engine, update
from sqlalchemy.dialects import postgresql, sqlite

from kash.attendance.models import Mark, MarkOperation
from kash.platform.vault.models import AuditEntry, AuditHead, AuditSubject
from kash.settings import load_settings

_settings = load_settings()
engine = create_engine(_settings.database_uri, pool_size=5, max_overflow=5)
# Both engines know the same clause, each by an insert of its own.
_POSTGRESQL = engine.dialect.name == "postgresql"
_insert = (postgresql if _POSTGRESQL else sqlite).insert
_upsert = _insert(Mark)
_HISTORY: Any = _insert(MarkOperation)
_STANDING: Any = _upsert.on_conflict_do_update(
    index_elements=["slot_id", "person_id"],
    set_={name: _upsert.excluded[name] for name in ("status", "version")},
)
if _POSTGRESQL:
    # Asking for the keys makes one statement of many rows; else they go one by one, much slower.
    _HISTORY, _STANDING = _HISTORY.returning(MarkOperation.id), _STANDING.returning(Mark.id)
_ENTRY, _SUBJECTS = _insert(AuditEntry), _insert(AuditSubject)
_HEAD = update(AuditHead).where(AuditHead.id == 1)
_MOVE: Any = _HEAD.values(seq=AuditHead.seq + 1, mac="0" * 64).returning(AuditHead.seq)
application = Flask("bare")


@application.get("/healthz")
def healthz() -> dict[str, str]:
    """That it is there."""
    return {"status": "up", "process": str(os.getpid())}


@application.post("/marks")
def marks() -> Any:
    """Write what is sent, in one statement for each table, and an entry."""
    return _written(audited=True)


@application.post("/marks-alone")
def marks_alone() -> Any:
    """Write what is sent, without an entry."""
    return _written(audited=False)


def _written(*, audited: bool) -> Any:
    now = datetime.now(UTC)
    sent = request.get_json()
    history = [
        {
            "op_id": op_id,
            "slot_id": slot,
            "person_id": person,
            "status": status,
            "expected_version": version,
            "device": pad,
            "device_sequence": sequence,
            "device_time": now,
            "received_at": now,
            "marked_by": account,
            "answer": "applied",
            "version": version + 1,
            "correction": "",
        }
        for op_id, slot, person, status, version, pad, sequence, account in sent
    ]
    standing = [
        {"slot_id": slot, "person_id": person, "status": status, "version": version + 1}
        for _op, slot, person, status, version, *_more in sent
    ]
    with engine.connect().execution_options(kash_writing=True) as connection:
        connection.execute(_HISTORY, history)
        connection.execute(_STANDING, standing)
        if audited:
            _keep_entry(connection, now, sent[0][5], sent[0][7])
        connection.commit()
    return jsonify([[row[0], "applied"] for row in sent])


def _keep_entry(connection: Connection, now: datetime, pad: str, account: str) -> None:
    seq = connection.execute(_MOVE).scalar_one()
    # As many subjects as a pad's batch names: the register and the pad.
    subjects = [pad, account]
    entry = {
        "seq": seq,
        "at": now,
        "actor": account,
        "action": "attendance.pad_synced",
        "subjects": subjects,
        "previous": "0" * 64,
        "mac": "0" * 64,
    }
    connection.execute(_ENTRY, entry)
    connection.execute(_SUBJECTS, [{"subject": subject, "seq": seq} for subject in subjects])
