"""Reads of alerts: who is told, and how alerts were answered."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from kash.accounts.models import Account, Programme
from kash.incidents.models import Alert, OfficerDuty
from kash.incidents.queries.officers import officers
from kash.incidents.rules.alerts import MOST_DRILLS, USUAL_DRILLS, OnRoster
from kash.people.rules.directory import Stretch
from kash.platform.database import db
from kash.platform.web.errors import NotFound

COUNTED = timedelta(weeks=13)
SETTINGS, DRILLS = "alerts", "drills"


@dataclass(frozen=True)
class AlertsAnswered:
    """How the alerts of the last thirteen weeks were answered, drills and others together."""

    in_time: int = 0
    late: int = 0


def roster() -> list[OnRoster]:
    """Every documentation officer who holds keys, in the order in which they are told; four
    queries. Who was given no place yet comes after the others, by name."""
    rows = {
        row.account.public_id: row
        for row in db.session.scalars(
            select(OfficerDuty).options(
                selectinload(OfficerDuty.hours), selectinload(OfficerDuty.account)
            )
        )
    }
    last = max((row.position for row in rows.values()), default=0) + 1
    found = []
    for one in officers():
        if not one.works:
            continue
        row = rows.get(one.public_id)
        found.append(
            OnRoster(
                account=one.public_id,
                name=one.name,
                position=row.position if row is not None else last,
                stretches=tuple(Stretch(each.opens, each.closes) for each in row.hours)
                if row is not None
                else (),
                active=row is None or row.active,
            )
        )
    return sorted(found, key=lambda one: (one.position, one.name, one.account))


def on_roster(account: str) -> OnRoster:
    """One officer. Raises NotFound."""
    for one in roster():
        if one.account == account:
            return one
    raise NotFound


def custodians() -> list[str]:
    """The accounts of custodians who hold keys."""
    return [one.public_id for one in officers() if one.custodian]


def accounts_named(public_ids: Collection[str]) -> dict[str, Account]:
    """These accounts by their public ids, as far as they are in use."""
    rows = db.session.scalars(
        select(Account).where(Account.public_id.in_(public_ids), Account.active.is_(True))
    )
    return {row.public_id: row for row in rows}


def drills_a_week() -> int:
    """How many drills come in a week, on average."""
    settings = db.session.scalar(select(Programme.settings).where(Programme.id == 1)) or {}
    chosen = settings.get(SETTINGS, {}).get(DRILLS, USUAL_DRILLS)
    return chosen if isinstance(chosen, int) and 0 <= chosen <= MOST_DRILLS else USUAL_DRILLS


def open_alerts() -> list[tuple[int, datetime, int]]:
    """Alerts that are not over: number, minute, and how many steps were taken."""
    rows = db.session.execute(
        select(Alert.id, Alert.raised_at, Alert.told).where(Alert.raised_at.is_not(None))
    )
    return [(number, raised_at, told) for number, raised_at, told in rows if raised_at is not None]


def answered_since(today: date) -> AlertsAnswered:
    """How the alerts of the last thirteen weeks were answered."""
    rows = db.session.execute(
        select(Alert.in_time, func.count())
        .where(Alert.in_time.is_not(None), Alert.week >= today - COUNTED)
        .group_by(Alert.in_time)
    )
    counts = {bool(in_time): int(count) for in_time, count in rows}
    return AlertsAnswered(counts.get(True, 0), counts.get(False, 0))
