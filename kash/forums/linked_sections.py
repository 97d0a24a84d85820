"""Sections on the pages of what actions change: a workshop, a session of a course, a station and a
service."""

from __future__ import annotations

from sqlalchemy import select

from kash.forums.queries.links import ActionsHere, actions_about
from kash.platform.database import db
from kash.platform.web.page_sections import PageSection
from kash.policy import Actor
from kash.training.models import SessionPlan

_TEMPLATE = "forums/linked_section.html"


def _workshop(public_id: str, actor: Actor) -> ActionsHere | None:
    return actions_about("workshop", public_id, actor)


def _session(public_id: str, actor: Actor) -> ActionsHere | None:
    lineage = db.session.scalar(
        select(SessionPlan.lineage).where(SessionPlan.public_id == public_id)
    )
    return actions_about("session", lineage, actor) if lineage else None


def _station(public_id: str, actor: Actor) -> ActionsHere | None:
    return actions_about("station", public_id, actor)


def _service(public_id: str, actor: Actor) -> ActionsHere | None:
    return actions_about("service", public_id, actor)


SECTIONS = (
    PageSection("workshop", _TEMPLATE, _workshop),
    PageSection("session", _TEMPLATE, _session),
    PageSection("station", _TEMPLATE, _station),
    PageSection("service", _TEMPLATE, _service),
)
