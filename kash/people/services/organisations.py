"""Stations, collectives and partners."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kash.people.models import Group, Organisation
from kash.platform.vault import audited
from kash.platform.web import Problem
from kash.platform.web.errors import one_or_404
from kash.policy import Actor


class OrganisationTaken(Problem):
    """Another organisation has this name."""

    field = "name"
    sentence = _l("Another organisation has this name.")


@dataclass(frozen=True)
class OrganisationDetails:
    """An organisation as entered. `group` is a public id or empty."""

    name: str
    kind: str
    place: str = ""
    group: str = ""


def _group_id(session: Session, public_id: str) -> int | None:
    if not public_id:
        return None
    return one_or_404(session.scalar(select(Group.id).where(Group.public_id == public_id)))


def _refuse_taken(session: Session, name: str, excluding: int | None = None) -> None:
    statement = select(Organisation.id).where(func.lower(Organisation.name) == func.lower(name))
    if excluding is not None:
        statement = statement.where(Organisation.id != excluding)
    if session.scalar(statement.limit(1)) is not None:
        raise OrganisationTaken


def add_organisation(details: OrganisationDetails, by: Actor) -> str:
    """Add an organisation; returns its public id. Raises OrganisationTaken."""
    with audited("people.organisation_added", by) as change:
        session = change.session
        _refuse_taken(session, details.name)
        made = Organisation(
            name=details.name,
            kind=details.kind,
            place=details.place,
            group_id=_group_id(session, details.group),
            created_at=change.now,
        )
        session.add(made)
        session.flush()
        change.about(made.public_id)
        return made.public_id


def change_organisation(public_id: str, details: OrganisationDetails, by: Actor) -> None:
    """Change an organisation. Raises NotFound and OrganisationTaken."""
    with audited("people.organisation_changed", by) as change:
        session = change.session
        organisation = one_or_404(
            session.scalar(
                select(Organisation).where(Organisation.public_id == public_id).with_for_update()
            )
        )
        _refuse_taken(session, details.name, excluding=organisation.id)
        organisation.name, organisation.kind, organisation.place = (
            details.name,
            details.kind,
            details.place,
        )
        organisation.group_id = _group_id(session, details.group)
        change.about(organisation.public_id)
