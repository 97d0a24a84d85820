"""A bare end point that makes the same writes as a pad's batch: no sign-in, no permission, no form.

It takes plain rows, and writes history and marks by the very statements that a pad's batch uses,
one for each table, as durably. Nothing is asked, checked, opened, decided or audited.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Any

from flask import Flask, jsonify, request
from sqlalchemy import create_engine

from kash.attendance.services.applying import HISTORY, STANDING
from kash.attendance.services.bulk import moments
from kash.settings import load_settings

_settings = load_settings()
engine = create_engine(_settings.database_uri, pool_size=5, max_overflow=5)
application = Flask("bare")


@application.get("/healthz")
def healthz() -> dict[str, str]:
    """That it is there."""
    return {"status": "up", "process": str(os.getpid())}


@application.post("/marks")
def marks() -> Any:
    """Write what is sent, in one statement for each table."""
    sent = request.get_json()
    with engine.connect().execution_options(kash_writing=True) as connection:
        now = moments(connection)(datetime.now(UTC))
        HISTORY.write(
            connection,
            [
                (op_id, slot, person, status, version, pad, sequence, now, now, account,
                 "applied", version + 1, "")
                for op_id, slot, person, status, version, pad, sequence, account in sent
            ],
        )  # fmt: skip
        STANDING.write(
            connection,
            [
                (slot, person, status, version + 1)
                for _op, slot, person, status, version, *_more in sent
            ],
        )
        connection.commit()
    return jsonify([[row[0], "applied"] for row in sent])
