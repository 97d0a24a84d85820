"""How large the programme is, and putting it together."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from flask import Flask
from sqlalchemy import text

from benchmarks.load.forums import load_forum
from benchmarks.load.people import PASSWORD, Everybody, load_links, load_people
from benchmarks.load.rows import Rows
from benchmarks.load.services import load_services
from benchmarks.load.training import load_courses
from benchmarks.load.workshops import AWorkshop, Plan, load_marks, load_places, load_workshop
from kash.platform.database import db, utc_now
from kash.platform.jobs.models import Job
from kash.platform.vault import audited
from kash.policy import SYSTEM

__all__ = ["PASSWORD", "Loaded", "Size", "load_programme"]


_WAITING_DAYS = 9


@dataclass(frozen=True)
class Size:
    """How much of everything. Marks follow: workshops that are over, times people, times slots."""

    people: int = 2_000
    workshops: int = 500
    people_each: int = 20
    slots_each: int = 11
    largest: int = 100
    courses: int = 12
    trainers: int = 10
    meetings: int = 36
    services: int = 120
    audit_entries: int = 2_000


@dataclass
class Loaded:
    """Loaded programme, as far as it is asked for again."""

    everybody: Everybody
    workshops: list[AWorkshop] = field(default_factory=list)
    largest: AWorkshop | None = None
    forum: str = ""


def load_programme(app: Flask, size: Size | None = None, seed: int = 1) -> Loaded:
    """Fill an empty, migrated database; ends with ANALYZE. Same seed, same numbers."""
    size = size or Size()
    dice = random.Random(seed)
    with app.app_context():
        with audited("demo.programme_loaded", SYSTEM) as change:
            loaded = _fill(Rows(change.session), size, dice)
            change.about("demo")
        for number in range(size.audit_entries):
            account = loaded.everybody.trainers[number % len(loaded.everybody.trainers)]
            workshop = loaded.workshops[number % len(loaded.workshops)]
            with audited("attendance.marks_made", account) as change:
                change.about(workshop.public_id)
        db.session.execute(text("ANALYZE"))
        db.session.commit()
        db.session.remove()
    return loaded


def _fill(rows: Rows, size: Size, dice: random.Random) -> Loaded:
    now = utc_now()
    everybody = load_people(rows, size.people, size.trainers, now, dice)
    load_links(rows, everybody, now)
    load_services(rows, size.services, now, dice)
    author = everybody.trainers[0].public_id
    versions = load_courses(rows, size.courses, author, now)
    places = load_places(rows, author)
    loaded = Loaded(everybody)
    largest = min(size.largest, size.people)
    for number in range(size.workshops):
        # Two days apart; the last tenth lies ahead.
        ago = (size.workshops - max(size.workshops // 10, 2) - number) * 2
        trainers = everybody.trainers
        plan = Plan(
            days_ago=ago,
            people=min(size.people_each, size.people),
            slots=size.slots_each,
            lead=trainers[number % len(trainers)],
            helper=trainers[(number + 3) % len(trainers)],
            # The newest wait for a director.
            issued=ago > _WAITING_DAYS,
        )
        version = versions[number % len(versions)]
        loaded.workshops.append(load_workshop(rows, plan, version, everybody, places, now, dice))
        rows.write_if_many()
    loaded.largest = load_workshop(
        rows,
        Plan(10, largest, size.slots_each, everybody.trainers[0], None, all_present=True),
        versions[0],
        everybody,
        places,
        now,
        dice,
    )
    loaded.workshops.append(loaded.largest)
    loaded.forum = load_forum(
        rows, "Monthly review", size.meetings, everybody.trainers[0], everybody, now, dice
    )
    rows.add(
        Job,
        kind="certificates.print_file",
        title="Certificates",
        owner=author,
        state="done",
        done=20,
        total=20,
        finished_at=now,
    )
    rows.write()
    rows.let_keys_follow()
    load_marks(rows.session, loaded.largest)
    return loaded
