"""Venues, funders and confirmed registers that are missing of workshops."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, case, exists, literal, select

from kash.attendance.models import Slot
from kash.feature import is_used
from kash.platform.web.formats import to_local
from kash.platform.web.missing import Lookout, MissingInformation, MissingLine
from kash.policy import Actor, Reach
from kash.workshops.models import Funding, Workshop, WorkshopSession
from kash.workshops.queries.scope import is_run_by

_WORKSHOPS = _l("Workshops")


def answered_for(actor: Actor, see: str, mend: str) -> tuple[ColumnElement[bool], Any] | None:
    """Workshops of which an actor is told what is missing, and whether she may mend it: all for who
    sees everybody's records and answers for the figures, else those that she runs. What is
    missing is found first, and asked about one by one."""
    own = is_run_by(actor)
    mends = case((own, 1), else_=0) if actor.reach(mend) is Reach.OWN else literal(0)
    if actor.reach("records.missing") is Reach.ALL and actor.reach(see) is Reach.ALL:
        return literal(True).is_(True), mends
    return (own, literal(1)) if actor.reach(mend) is Reach.OWN else None


def _workshops(*lacking: ColumnElement[bool]) -> Callable[[Lookout], Select[Any] | None]:
    """Workshops that have begun and lack something, the oldest first."""

    def listed(lookout: Lookout) -> Select[Any] | None:
        scope = answered_for(lookout.actor, "workshops.see", "workshops.edit")
        if scope is None:
            return None
        mine, mends = scope
        return select(
            Workshop.id.label("key"),
            Workshop.starts_on.label("ordered"),
            mends.label("mends"),
            Workshop.created_by.label("asked"),
            Workshop.public_id,
            Workshop.title,
            Workshop.starts_on,
        ).where(mine, Workshop.state == "planned", Workshop.starts_on <= lookout.day, *lacking)

    return listed


def _without_funders(lookout: Lookout) -> Select[Any] | None:
    """Workshops of which nobody is named as paying, where that is asked at all."""
    if not (is_used("funders") or is_used("budget")):
        return None
    return _workshops(~exists().where(Funding.workshop_id == Workshop.id))(lookout)


def _registers(asked: Lookout) -> Select[Any] | None:
    """Sessions of the past whose register no second person has confirmed."""
    scope = answered_for(asked.actor, "attendance.see", "attendance.mark")
    if scope is None:
        return None
    mine, mends = scope
    return (
        select(
            Slot.id.label("key"),
            Slot.starts_at.label("ordered"),
            mends.label("mends"),
            Workshop.created_by.label("asked"),
            Workshop.public_id,
            Workshop.title,
            Slot.starts_at,
            WorkshopSession.public_id.label("session_id"),
            WorkshopSession.title.label("session"),
            Slot.closed_at,
        )
        .join(WorkshopSession, WorkshopSession.slot_id == Slot.id)
        .join(Workshop, Workshop.id == WorkshopSession.workshop_id)
        .where(
            mine,
            Workshop.state == "planned",
            Workshop.ends_on < asked.day,
            Slot.confirmed_at.is_(None),
        )
    )


def _line(row: Any, endpoint: str, anchor: str, seen: str) -> MissingLine:
    url = (
        url_for(endpoint, public_id=row.public_id, _anchor=anchor)
        if row.mends
        else url_for("workshops.workshop", public_id=row.public_id, _anchor=seen)
    )
    return MissingLine(row.title, url, since=row.starts_on)


def _register_line(row: Any) -> MissingLine:
    text = _("Closed, no second person has confirmed it") if row.closed_at else _("Still open")
    if not row.mends:
        url = url_for("workshops.attendance", public_id=row.public_id)
    elif row.closed_at:
        url = url_for(
            "workshops.confirm_register", public_id=row.public_id, session_id=row.session_id
        )
    else:
        url = url_for("workshops.register", public_id=row.public_id, session_id=row.session_id)
    return MissingLine(f"{row.title}: {row.session}", url, text, to_local(row.starts_at).date())


MISSING = (
    MissingInformation(
        "registers",
        _WORKSHOPS,
        _l("Confirmed register"),
        _l("Workshops that are over; hours count for certain once a second person has confirmed."),
        60,
        _registers,
        _register_line,
    ),
    MissingInformation(
        "venue",
        _WORKSHOPS,
        _l("Venue"),
        _l("Figures by place leave these workshops out."),
        70,
        _workshops(Workshop.venue_id.is_(None)),
        lambda row: _line(row, "workshops.edit", "venue", "facts-heading"),
    ),
    MissingInformation(
        "funder",
        _WORKSHOPS,
        _l("Who pays"),
        _l("Figures for funders leave these workshops out."),
        80,
        _without_funders,
        lambda row: _line(row, "workshops.costs", "lines-0-funder", "costs-heading"),
    ),
)
