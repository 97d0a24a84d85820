"""Names by link in the sample: a station's list, and an open link, of which names wait."""

from __future__ import annotations

from sqlalchemy import select

from kash.demo.accounts import TRAINER
from kash.invitations.models import SignUpLink
from kash.invitations.sealed import Typed
from kash.invitations.services.entering import put_down
from kash.invitations.services.links import (
    OpenDetails,
    QuotaDetails,
    make_open_link,
    make_quota_links,
)
from kash.people.models import Group, Organisation
from kash.platform.database import db, new_public_id
from kash.policy import Actor

_OFFICERS = (
    Typed("Otieno Kigezo", "male", "25-34"),
    Typed("Chebet Kigezo", "female", "35-44"),
    Typed("Barasa Kigezo", "male", "35-44"),
)
_OTHERS = (Typed("Neema Kigezo", "female", "18-24"), Typed("Subira Kigezo", "female", "25-34"))


def leave_names_waiting(actors: dict[str, Actor], workshop: str) -> None:
    """Give a station ten places and put names down for them, and some through an open link."""
    trainer = actors[TRAINER.key]
    station = db.session.scalar(
        select(Organisation.public_id)
        .where(Organisation.kind == "station")
        .order_by(Organisation.name)
        .limit(1)
    )
    community = db.session.scalar(select(Group.public_id).where(~Group.is_police))
    db.session.rollback()
    (quota,) = make_quota_links(
        workshop,
        QuotaDetails([station or ""], quota=10, days=14, call="Training office, 0700 000000"),
        trainer,
    )
    opened = make_open_link(workshop, OpenDetails(community or "", 40, 14), trainer)
    for made, people in ((quota, _OFFICERS), (opened, _OTHERS)):
        link = db.session.scalar(
            select(SignUpLink.id).where(SignUpLink.public_id == made.public_id)
        )
        db.session.rollback()
        put_down(link or 0, [(new_public_id(), one) for one in people])
