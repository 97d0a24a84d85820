"""A workshop of today with forty people, over the folder that a server serves."""

import os
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from multiprocessing.connection import Connection
from zoneinfo import ZoneInfo

from sqlalchemy import select

from kash.accounts.services.accounts import new_account
from kash.application import create_app
from kash.desk.demo.opening import set_up
from kash.people.models import Group, Person
from kash.people.rules.persons import sort_name
from kash.platform.database import db, new_public_id, writing
from kash.platform.web.formats import local_today
from kash.policy import Role
from kash.training.models import Course, CourseVersion, Module, SessionPlan
from kash.workshops.models import Workshop
from kash.workshops.services.people import enrol
from kash.workshops.services.planning import WorkshopDetails, plan_workshop
from kash.workshops.services.sessions import SessionDetails, change_session

PEOPLE = 40
TRAINERS = ("amani@example.org", "baraka@example.org")
# Names that stand nowhere else, so that finding one of them means something.
FIRST = "Zanzubita"
LAST = "Kwekwelindo"


def make(password: str) -> dict[str, object]:
    """Two trainers, one workshop of four sessions, forty people of both groups on its register."""
    administrator = set_up(password)
    accounts = [
        new_account(
            administrator,
            name=email.partition("@")[0].title(),
            email=email,
            password=password,
            roles=[Role.TRAINER],
        )
        for email in TRAINERS
    ]
    from kash.accounts.queries.accounts import account, actor_of

    trainer = actor_of(account(accounts[0]))
    version = _version()
    names = _people()
    workshop = plan_workshop(
        version,
        WorkshopDetails(
            title="By the lake",
            # Nobody is marked before a session begins, whatever the hour at which this runs, and a
            # phone keeps a register until the day of its last session is over.
            starts_on=local_today() - timedelta(days=1),
            ends_on=local_today(),
            facilitators=accounts,
        ),
        trainer,
    )
    for public_id in names.values():
        enrol(workshop, public_id, trainer)
    held = db.session.scalars(select(Workshop).where(Workshop.public_id == workshop)).one()
    last = held.sessions[-1]
    midnight = datetime.combine(local_today(), time(0), ZoneInfo("Africa/Nairobi"))
    change_session(
        workshop,
        last.public_id,
        SessionDetails(last.title, midnight, 60),
        held.row_version,
        trainer,
    )
    return {
        "workshop": workshop,
        "slots": [slot.public_id for slot in held.register.slots],
        "names": list(names),
    }


def _version() -> str:
    with writing() as session:
        plans = [
            SessionPlan(position=number, title=f"Session {number}", minutes=60)
            for number in range(1, 5)
        ]
        version = CourseVersion(
            public_id=new_public_id(),
            course=Course(name="Working together"),
            number=1,
            language="en",
            public_title="Working together",
            state="published",
            modules=[Module(position=1, title="Module", plans=plans)],
        )
        session.add(version)
        return version.public_id


def _people() -> dict[str, str]:
    made: dict[str, str] = {}
    with writing() as session:
        groups = [row.id for row in session.scalars(select(Group).order_by(Group.position))]
        for number in range(PEOPLE):
            name = f"{FIRST}{chr(97 + number % 26)}{chr(97 + number // 26)} {LAST}"
            person = Person(
                public_id=new_public_id(),
                chosen_name=name,
                sort_name=sort_name(name),
                group_id=groups[number % 2],
                created_by="system",
            )
            session.add(person)
            made[name] = person.public_id
    return made


def make_in(environment: Mapping[str, str], password: str, tell: Connection) -> None:
    """Make it in a process of its own, under a server's variables, and tell what a test needs to
    know of it."""
    os.environ.update(environment, KASH_LOG_LEVEL="error")
    with create_app().app_context():
        tell.send(make(password))
