"""Rates by role and distance band; with what somebody attended they give what is due."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

ROLES = ("participant", "facilitator", "driver", "interpreter", "helper")
MOST_BANDS = 6
WHOLE = 100


class Basis(StrEnum):
    """Basis on which a rate is paid."""

    DAY = "day"
    SESSION = "session"


@dataclass(frozen=True)
class RoleRates:
    """The rates of one role: cents for each band, None where nothing is paid."""

    basis: Basis
    cents: tuple[int | None, ...]


@dataclass(frozen=True)
class Rates:
    """A rate table.

    A session counts if the weight of its mark (0 to 100) reaches `least_weight`. With `weighted` it
    then counts as much as its weight, a day as much as the best of its sessions; else as a whole.
    """

    bands: tuple[str, ...]
    roles: Mapping[str, RoleRates]
    least_weight: int = 1
    weighted: bool = False
    currency: str = "KES"


class NotDue(StrEnum):
    """Why nothing can be said to be due yet, or is not paid."""

    BAND = "band"
    RATE = "rate"


@dataclass(frozen=True)
class DecidedPart:
    """Part of one payee as it was decided. `extra` is in cents and comes once, whatever was
    attended."""

    role: str = "participant"
    band: int | None = None
    waived: bool = False
    extra: int = 0


@dataclass(frozen=True)
class Sitting:
    """A session that took place, on a day, with the weight of somebody's mark in it."""

    day: date
    weight: int


@dataclass(frozen=True)
class Due:
    """Amount that is due, and why. `units` are hundredths of a day or of a session; money is in
    cents."""

    days: tuple[date, ...] = ()
    units: int = 0
    basis: Basis = Basis.DAY
    rate: int = 0
    extra: int = 0
    cents: int = 0
    missing: NotDue | None = None


@dataclass(frozen=True)
class _Counted:
    days: dict[date, int] = field(default_factory=dict)
    sessions: int = 0


def _count(rates: Rates, sittings: Iterable[Sitting], left_out: Collection[date]) -> _Counted:
    days: dict[date, int] = {}
    sessions = 0
    for sitting in sittings:
        if sitting.day in left_out or sitting.weight < max(rates.least_weight, 1):
            continue
        counts = sitting.weight if rates.weighted else WHOLE
        sessions += counts
        days[sitting.day] = max(days.get(sitting.day, 0), counts)
    return _Counted(days, sessions)


def due(
    rates: Rates, part: DecidedPart, sittings: Iterable[Sitting], left_out: Collection[date] = ()
) -> Due:
    """Amount that is due to one payee. `left_out` are days that are paid elsewhere.

    Half a cent and more is rounded up. Whoever attended nothing gets nothing, an extra included.
    """
    counted = _count(rates, sittings, left_out)
    days = tuple(sorted(counted.days))
    if not days or part.waived:
        return Due(days=days)
    band = part.band
    if band is None or band >= len(rates.bands):
        return Due(days=days, missing=NotDue.BAND)
    found = rates.roles.get(part.role)
    rate = found.cents[band] if found is not None else None
    if found is None or rate is None:
        return Due(days=days, extra=part.extra, cents=part.extra, missing=NotDue.RATE)
    units = counted.sessions if found.basis is Basis.SESSION else sum(counted.days.values())
    return Due(
        days=days,
        units=units,
        basis=found.basis,
        rate=rate,
        extra=part.extra,
        cents=(rate * units + WHOLE // 2) // WHOLE + part.extra,
    )


def merged_part(kept: Mapping[str, object], gone: Mapping[str, object]) -> dict[str, object]:
    """Changes in the decided part of who is kept, when two people were one: an open band, and what
    is paid extra once, unless something else was decided of her."""
    changes: dict[str, object] = {}
    if not kept["band"] and gone["band"]:
        changes |= {"band": gone["band"], "role": gone["role"]}
    if gone["extra_cents"] and not (kept["waived"] or kept["extra_cents"]):
        changes |= {"extra_cents": gone["extra_cents"], "reason": gone["reason"]}
    return changes
