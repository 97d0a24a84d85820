"""Spells in which somebody counts as trained, and how she stands on a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum

from kash.tracks.rules.standing import CertificatePeriod

# From a day through another one; None: for ever.
Spell = tuple[date, date | None]
Spells = tuple[Spell, ...]


class Training(StrEnum):
    """Training of somebody as it stands: it holds, a refresher is due soon, it has run out, it has
    begun, or there is none."""

    HOLDS = "holds"
    DUE = "due"
    RAN_OUT = "ran_out"
    ON_THE_WAY = "on_the_way"
    NONE = "none"


def merged(spells: Iterable[Spell]) -> Spells:
    """The same days as few spells, in order: those that meet or overlap become one."""
    found: list[Spell] = []
    for since, until in sorted(spells, key=lambda spell: (spell[0], spell[1] or date.max)):
        if until is not None and until < since:
            continue
        if found:
            before = found[-1][1]
            if before is None:
                break
            if since <= before + timedelta(days=1):
                longer = None if until is None else max(before, until)
                found[-1] = (found[-1][0], longer)
                continue
        found.append((since, until))
    return tuple(found)


def certified_spells(certificates: Iterable[CertificatePeriod]) -> Spells:
    """Days on which one of these certificates held. One that was taken back held until then."""
    found = []
    for one in certificates:
        until = one.until
        if one.ended is not None:
            eve = one.ended - timedelta(days=1)
            until = eve if until is None else min(eve, until)
        found.append((one.since, until))
    return merged(found)


def earned_spells(earned_on: date, certificates: Iterable[CertificatePeriod] | None) -> Spells:
    """Spells of somebody who earned a track on a day: for ever where it leads to no certificate
    (None), else from then on as long as her certificates hold."""
    if certificates is None:
        return ((earned_on, None),)
    held = certified_spells(certificates)
    return merged((max(since, earned_on), until) for since, until in held)


def holds_on(spells: Spells, day: date) -> bool:
    """True if one of these spells holds on a day."""
    return any(since <= day and (until is None or day <= until) for since, until in spells)


def training_of(spells: Spells, today: date, due_by: date) -> Training:
    """How somebody with these spells stands; a refresher is due if the one that holds now ends by
    `due_by`."""
    for since, until in spells:
        if since <= today and (until is None or today <= until):
            return Training.DUE if until is not None and until <= due_by else Training.HOLDS
    return Training.RAN_OUT if any(since <= today for since, _ in spells) else Training.NONE


def months_later(day: date, months: int) -> date:
    """The same day so many months later, or the last day of that month."""
    whole = day.year * 12 + day.month - 1 + months
    year, month = divmod(whole, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    last = following - timedelta(days=1)
    return date(year, month + 1, min(day.day, last.day))
