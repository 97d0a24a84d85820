"""The directory of services."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from benchmarks.load.rows import Rows
from kash.people.models import ServiceEntry, ServiceHours
from kash.people.rules.directory import DAY, SERVICE_KINDS, found_by
from kash.people.rules.persons import sort_name
from kash.platform.database import new_public_id

_AREAS = ("Kisumu Central", "Kondele", "Manyatta", "Nyalenda", "Kajulu", "Whole country")


def load_services(rows: Rows, count: int, now: datetime, dice: random.Random) -> None:
    """`count` services, open on weekdays."""
    for number in range(count):
        name, area = f"Sample service {number:03}", dice.choice(_AREAS)
        key = rows.add(
            ServiceEntry,
            public_id=new_public_id(),
            name=name,
            sort_name=sort_name(name),
            kind=SERVICE_KINDS[number % len(SERVICE_KINDS)],
            area=area,
            phone=f"+2547001{number:05}",
            spoken=",en,sw,",
            notes="A clinic, a lawyer or a hotline.",
            found_by=found_by(name, area, "a clinic a lawyer or a hotline"),
            checked_on=(now - timedelta(days=number % 400)).date(),
            created_at=now,
            changed_at=now,
        )
        for weekday in range(5):
            opens = weekday * DAY + 8 * 60
            rows.add(ServiceHours, entry_id=key, opens=opens, closes=opens + 9 * 60)
