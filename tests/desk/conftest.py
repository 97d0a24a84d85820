"""A workshop with sessions, for what the desk says of them."""

from datetime import datetime, time

import pytest

from kash.attendance.register import add_slot, new_register
from kash.platform.database import db, new_public_id
from kash.policy import Actor
from kash.training.models import Course, CourseVersion
from kash.workshops.models import Facilitator, Workshop, WorkshopSession


@pytest.fixture
def workshop(app):
    """`workshop(trainer, [moments])`: a workshop with a session of an hour at each moment."""
    count = 0

    def make(trainer: Actor, moments: list[datetime], title: str = "Working together") -> int:
        nonlocal count
        count += 1
        course = Course(public_id=new_public_id(), name=f"Course {count}")
        version = CourseVersion(
            public_id=new_public_id(),
            course=course,
            number=1,
            language="en",
            public_title=title,
            state="published",
        )
        register = new_register(db.session(), "workshop")
        made = Workshop(
            public_id=new_public_id(),
            version=version,
            register=register,
            title=title,
            starts_on=min(moments).date(),
            ends_on=max(moments).date(),
            day_starts_at=time(8),
            day_ends_at=time(17),
            created_by=trainer.public_id,
        )
        db.session.add(made)
        made.facilitators.append(Facilitator(account_id=trainer.account_id, lead=True))
        for number, moment in enumerate(moments, start=1):
            slot = add_slot(db.session(), register, starts_at=moment, minutes=60)
            made.sessions.append(
                WorkshopSession(public_id=new_public_id(), slot=slot, title=f"Session {number}")
            )
        db.session.commit()
        key = made.id
        db.session.rollback()
        return key

    return make
