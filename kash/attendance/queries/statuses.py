"""The statuses that marks may have, asked for once in a request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from flask import g
from sqlalchemy import exists, select

from kash.attendance.models import MarkOperation, MarkStatus
from kash.attendance.rules.marking import ABSENT, ANY_PURPOSE, PRESENT, STANDARD_STATUSES, Status
from kash.platform.database import db
from kash.platform.web.errors import one_or_404


def status_catalogue() -> Mapping[str, Status]:
    """Every status by its code in the programme's order, also those out of use.

    One query for each request. Until the first register is made these are the standard ones.
    """
    if "mark_statuses" not in g:
        rows = db.session.execute(
            select(
                MarkStatus.code,
                MarkStatus.letter,
                MarkStatus.weight,
                MarkStatus.purpose,
                MarkStatus.tone,
                MarkStatus.name,
                MarkStatus.active,
                MarkStatus.row_version,
            ).order_by(MarkStatus.position, MarkStatus.code)
        )
        statuses = {line.code: Status(*line) for line in rows}
        for status in STANDARD_STATUSES:
            statuses.setdefault(status.code, status)
        g.mark_statuses = statuses
    return cast("Mapping[str, Status]", g.mark_statuses)


def forget_statuses() -> None:
    """Have the statuses asked for anew, after one was changed in this request."""
    g.pop("mark_statuses", None)


def statuses_for(purpose: str, *, also_retired: bool = False) -> list[Status]:
    """The statuses of a kind of register in their order, those in use only unless asked."""
    return [
        status
        for status in status_catalogue().values()
        if status.purpose in (purpose, ANY_PURPOSE) and (status.active or also_retired)
    ]


def workshop_choices() -> dict[str, Any]:
    """How the register of a workshop offers its statuses: `quick` beside each person, as is being
    absent; `part` counts for something, `away` for nothing."""
    others = [status for status in statuses_for("workshop") if status.code not in (PRESENT, ABSENT)]
    counting = [status for status in others if status.weight]
    return {
        "present": status_catalogue()[PRESENT],
        "quick": counting[0] if counting else None,
        "part": counting[1:],
        "absent": status_catalogue()[ABSENT],
        "away": [status for status in others if not status.weight],
    }


def status(code: str, purpose: str = "workshop") -> Status:
    """A status of a kind of register. Raises NotFound."""
    statuses = statuses_for(purpose, also_retired=True)
    return one_or_404(next((status for status in statuses if status.code == code), None))


def status_used(code: str) -> bool:
    """True if anybody was ever marked so."""
    return bool(db.session.scalar(select(exists().where(MarkOperation.status == code))))
