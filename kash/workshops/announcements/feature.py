"""Chapters of the handbook that tell about announcements. Columns of this room's tables, sorted by
what they hold about a person. The section on the page of a workshop. Words of the audit trail for
what is done here: the room, then what happened. The declaration of announcements."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from kash.feature import Feature
from kash.people.erasure import about_things
from kash.platform.database import db, utc_now
from kash.platform.handbook.places import Chapters
from kash.platform.jobs import Chore
from kash.platform.web.parts import ActionWords, PageSection, SampleId
from kash.policy import Actor, Reach, Role
from kash.workshops.announcements import blueprint, views
from kash.workshops.announcements.models import Announcement
from kash.workshops.announcements.services import KINDS, tell_people
from kash.workshops.models import Workshop
from kash.workshops.queries.scope import run_by

CHAPTERS = Chapters({"announcements": {Role.TRAINER: "trainer#tell-the-people-of-a-workshop"}})


PERSONAL = (*about_things(announcement="told held"),)


def of_workshop(public_id: str, actor: Actor) -> dict[str, object] | None:
    """Section for one who runs the workshop, else None: if its people are told of it (`on`). One
    query."""
    if actor.reach("workshops.edit") is Reach.NONE:
        return None
    row = db.session.execute(
        select(Workshop.id, Announcement.id)
        .outerjoin(
            Announcement,
            (Announcement.workshop_id == Workshop.id) & Announcement.ended_at.is_(None),
        )
        .where(Workshop.public_id == public_id, Workshop.id.in_(run_by(actor)))
    ).first()
    return {"of": public_id, "on": row[1] is not None} if row is not None else None


ACTION_WORDS = ActionWords(
    {
        "announcements.begun": _l("workshops: people are told of it"),
        "announcements.changed": _l("workshops: reminders changed"),
        "announcements.ended": _l("workshops: people are told no more"),
        "announcements.told": _l("workshops: people told"),
    }
)


FEATURE = Feature(
    "announcements",
    modules=(views,),
    blueprints=(blueprint,),
    parts=(
        *PERSONAL,
        ACTION_WORDS,
        CHAPTERS,
        *KINDS,
        Chore("tell_people_of_workshops", lambda: tell_people(utc_now()), minutes=1),
        PageSection("workshop", "announcements/workshop_section.html", of_workshop),
        SampleId(
            "/announcements/workshops/<public_id>",
            lambda _: (
                select(Workshop.public_id)
                .where(Workshop.state == "planned")
                .order_by(Workshop.starts_on.desc())
            ),
        ),
    ),
)
