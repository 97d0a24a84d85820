"""Links into a workshop whose tokens only the pictures know."""

from __future__ import annotations

from sqlalchemy import select

from kash.people.models import Group, Organisation, Person
from kash.platform.database import db, new_public_id
from kash.policy import Actor
from kash.workshops.invitations.models import SignUpLink, Typed
from kash.workshops.invitations.services import (
    OpenDetails,
    QuotaDetails,
    make_open_link,
    make_quota_links,
    put_down,
)
from kash.workshops.models import Enrolment, Workshop
from kash.workshops.services.people import make_answer_links


def links_into(workshop: str, trainer: Actor) -> tuple[str, str, str]:
    """Tokens of links into a workshop: of somebody invited, of a station, and an open one."""
    enrolment, group = db.session.execute(
        select(Enrolment.public_id, Group.public_id)
        .join(Enrolment.person)
        .join(Person.group)
        .join(Enrolment.workshop)
        .where(Workshop.public_id == workshop, Enrolment.state == "invited")
    ).first() or ("", "")
    station = db.session.scalar(
        select(Organisation.public_id)
        .where(Organisation.kind == "station")
        .order_by(Organisation.name.desc())
        .limit(1)
    )
    (invited,) = make_answer_links(workshop, [enrolment], trainer).values()
    (quota,) = make_quota_links(workshop, QuotaDetails([station or ""], 4, 14), trainer)
    opened = make_open_link(workshop, OpenDetails(group, 40, 14), trainer)
    link = db.session.scalar(select(SignUpLink.id).where(SignUpLink.public_id == quota[0]))
    put_down(link or 0, [(new_public_id(), Typed("Wekesa Kigezo", "male", "35-44"))])
    return invited, quota[2], opened[2]
