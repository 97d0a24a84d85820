"""Links from actions to the things they change, seen from both ends."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from kash.forums.models import Action, ActionLink
from kash.forums.queries.actions import ActionLine, linked_actions
from kash.people.models import Organisation, ServiceEntry
from kash.people.queries.directory import service_choices
from kash.people.queries.organisations import organisations
from kash.platform.database import db
from kash.platform.web.formats import short_date_text
from kash.policy import Actor
from kash.training.models import Course, CourseVersion, Module, SessionPlan
from kash.training.queries import versions_in_reach
from kash.workshops.models import Workshop
from kash.workshops.queries.scope import visible_workshops

_MOST_OFFERED = 300
Titled = Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class LinkLine:
    """Something that an action changes. `title` and `url` are empty for whoever may not see it,
    and when it is no longer there."""

    public_id: str
    kind: str
    title: str
    url: str


def _workshops(targets: Collection[str], actor: Actor) -> Titled:
    rows = db.session.scalars(
        visible_workshops(actor)
        .where(Workshop.public_id.in_(targets))
        .options(joinedload(Workshop.version))
    )
    return {
        row.public_id: (
            _workshop_title(row),
            url_for("workshops.workshop", public_id=row.public_id),
        )
        for row in rows
    }


def _workshop_title(row: Workshop) -> str:
    return f"{row.version.public_title}, {short_date_text(row.starts_on)}"


def _sessions(targets: Collection[str], actor: Actor) -> Titled:
    """Each by its key in all versions, as the newest version in reach has it."""
    rows = db.session.execute(
        select(SessionPlan.lineage, Course.name, SessionPlan.title, CourseVersion, SessionPlan)
        .join(Module, Module.id == SessionPlan.module_id)
        .join(CourseVersion, CourseVersion.id == Module.version_id)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(SessionPlan.lineage.in_(targets), versions_in_reach(actor))
        .order_by(CourseVersion.number, CourseVersion.id)
    )
    return {
        lineage: (
            _session_title(course, title),
            url_for("training.session", public_id=version.public_id, plan_id=plan.public_id),
        )
        for lineage, course, title, version, plan in rows
    }


def _session_title(course: str, title: str) -> str:
    shown = title or _("Session without a title yet")
    return f"{course}: {shown}"


def _stations(targets: Collection[str], actor: Actor) -> Titled:
    if not actor.may("coverage.see"):
        return {}
    rows = db.session.execute(
        select(Organisation.public_id, Organisation.name).where(Organisation.public_id.in_(targets))
    )
    return {
        public_id: (name, url_for("coverage.station", public_id=public_id))
        for public_id, name in rows
    }


def _services(targets: Collection[str], actor: Actor) -> Titled:
    if not actor.may("directory.see"):
        return {}
    rows = db.session.execute(
        select(ServiceEntry.public_id, ServiceEntry.name).where(
            ServiceEntry.public_id.in_(targets), ServiceEntry.active
        )
    )
    return {
        public_id: (name, url_for("directory.entry", public_id=public_id))
        for public_id, name in rows
    }


_TITLES: Mapping[str, Callable[[Collection[str], Actor], Titled]] = {
    "workshop": _workshops,
    "session": _sessions,
    "station": _stations,
    "service": _services,
}


def links_of(actions: Collection[str], actor: Actor) -> Mapping[str, Sequence[LinkLine]]:
    """The things that actions (by public id) change, as the actor may see them; five queries at
    most."""
    rows = db.session.execute(
        select(Action.public_id, ActionLink)
        .join(Action, Action.id == ActionLink.action_id)
        .where(Action.public_id.in_(actions))
        .order_by(ActionLink.id)
    ).all()
    wanted: defaultdict[str, set[str]] = defaultdict(set)
    for _action, link in rows:
        wanted[link.kind].add(link.target)
    titles = {kind: _TITLES[kind](targets, actor) for kind, targets in wanted.items()}
    found: defaultdict[str, list[LinkLine]] = defaultdict(list)
    for action, link in rows:
        title, url = titles[link.kind].get(link.target, ("", ""))
        found[action].append(LinkLine(link.public_id, link.kind, title, url))
    return dict(found)


def offered(kind: str, actor: Actor) -> list[tuple[str, str]]:
    """(target, title) of what an action of this kind of link can be said to change."""
    if kind == "workshop":
        newest = (
            visible_workshops(actor)
            .where(Workshop.state != "cancelled")
            .options(joinedload(Workshop.version))
            .order_by(Workshop.starts_on.desc(), Workshop.id.desc())
            .limit(_MOST_OFFERED)
        )
        return [(row.public_id, _workshop_title(row)) for row in db.session.scalars(newest)]
    if kind == "session":
        return _offered_sessions(actor)
    if kind == "station":
        if not actor.may("coverage.see"):
            return []
        return [(row.public_id, row.name) for row in organisations(("station", "collective"))]
    return [
        (row.public_id, f"{row.name}, {row.area}" if row.area else row.name)
        for row in service_choices(actor, limit=_MOST_OFFERED)
    ]


def _offered_sessions(actor: Actor) -> list[tuple[str, str]]:
    """The sessions of each course as its newest published version has them."""
    rows = db.session.execute(
        select(SessionPlan.lineage, Course.name, SessionPlan.title)
        .join(Module, Module.id == SessionPlan.module_id)
        .join(CourseVersion, CourseVersion.id == Module.version_id)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(CourseVersion.state == "published", versions_in_reach(actor))
        .order_by(
            func.lower(Course.name), CourseVersion.number, Module.position, SessionPlan.position
        )
        .limit(4 * _MOST_OFFERED)
    )
    return list({lineage: _session_title(course, title) for lineage, course, title in rows}.items())


@dataclass(frozen=True)
class ActionsHere:
    """Actions of forums that change what a page is about."""

    actions: Sequence[ActionLine]


def actions_about(kind: str, target: str, actor: Actor) -> ActionsHere | None:
    """The actions that change this, in the forums that the actor sees; None if there are none. One
    query."""
    found = linked_actions(kind, target, actor)
    return ActionsHere(found) if found else None
