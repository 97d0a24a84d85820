"""The statuses that marks may have, asked for once in a request."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from flask import g
from sqlalchemy import exists, select

from kash.attendance.models import MarkOperation, MarkStatus
from kash.attendance.rules.marking import ABSENT, ANY_PURPOSE, PRESENT, STANDARD_STATUSES
from kash.platform.database import db
from kash.platform.web.errors import NotFound

_STANDARD = {status.code for status in STANDARD_STATUSES}


@dataclass(frozen=True)
class Status:
    """A status as the programme has it; `name` is empty while it goes by its usual word.

    `weight` is the share of a slot that it counts, in per cent.
    """

    code: str
    letter: str
    weight: int
    name: str
    tone: str
    active: bool
    purpose: str
    row_version: int

    @property
    def standard(self) -> bool:
        """True if every programme has it."""
        return self.code in _STANDARD


@dataclass(frozen=True)
class StatusChoices:
    """A workshop's statuses as its register lays them out.

    `quick` is offered beside each person, as is being absent; `part` counts for something, `away`
    for nothing.
    """

    present: Status
    quick: Status | None
    part: tuple[Status, ...]
    absent: Status
    away: tuple[Status, ...]


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
                MarkStatus.name,
                MarkStatus.tone,
                MarkStatus.active,
                MarkStatus.purpose,
                MarkStatus.row_version,
            ).order_by(MarkStatus.position, MarkStatus.code)
        )
        found = {row.code: Status(*row) for row in rows}
        g.mark_statuses = {**found, **_missing(found)}
    kept: Mapping[str, Status] = g.mark_statuses
    return kept


def _missing(found: Collection[str]) -> dict[str, Status]:
    return {
        one.code: Status(
            one.code, one.letter, one.weight, "", str(one.tone), True, one.purpose, row_version=1
        )
        for one in STANDARD_STATUSES
        if one.code not in found
    }


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


def workshop_choices() -> StatusChoices:
    """How the register of a workshop offers its statuses."""
    kept = status_catalogue()
    others = [status for status in statuses_for("workshop") if status.code not in (PRESENT, ABSENT)]
    counting = [status for status in others if status.weight]
    return StatusChoices(
        present=kept[PRESENT],
        quick=counting[0] if counting else None,
        part=tuple(counting[1:]),
        absent=kept[ABSENT],
        away=tuple(status for status in others if not status.weight),
    )


def status(code: str, purpose: str = "workshop") -> Status:
    """A status of a kind of register. Raises NotFound."""
    found = status_catalogue().get(code)
    if found is None or found.purpose not in (purpose, ANY_PURPOSE):
        raise NotFound
    return found


def status_used(code: str) -> bool:
    """True if anybody was ever marked so."""
    return bool(db.session.scalar(select(exists().where(MarkOperation.status == code))))
