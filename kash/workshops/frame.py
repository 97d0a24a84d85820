"""Frame of every page of one workshop: head, facts and tabs."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from kash.attendance.queries.pads import waiting_count
from kash.people.queries.persons import key_within_reach
from kash.people.sections import SectionRow, SectionRows
from kash.platform.web import current_actor
from kash.platform.web.formats import day_text, hours_text, local_today, short_date_text, to_local
from kash.policy import Actor, Reach
from kash.workshops.forms import ENROLMENT, ENROLMENT_TONE, STAGE, STAGE_TONE
from kash.workshops.models import Workshop
from kash.workshops.queries.people import OwnWorkshop, headcount, workshops_of_person
from kash.workshops.queries.plan import PlannedSession, facilitators_of, funding_of, sessions_of
from kash.workshops.queries.scope import own_workshop, runs
from kash.workshops.rules import Stage, stage
from kash.workshops.services.timetable import WorkshopCancelled
from kash.workshops.tabs import tabs_for


def for_marking(public_id: str) -> Workshop:
    """A workshop whose marks this actor may change.

    Raises NotFound, Forbidden, WorkshopCancelled.
    """
    workshop = own_workshop(public_id, current_actor(), "attendance.mark")
    if workshop.state == "cancelled":
        raise WorkshopCancelled
    return workshop


def stage_of(workshop: Workshop) -> Stage:
    """Where a workshop stands today."""
    return stage(workshop.state, workshop.starts_on, workshop.ends_on, local_today())


def next_to_mark(sessions: list[PlannedSession]) -> PlannedSession | None:
    """The first session whose register is not closed."""
    return next((one for one in sessions if not one.closed), None)


def frame(workshop: Workshop) -> dict[str, Any]:
    """The values of `workshops/frame.html`."""
    actor = current_actor()
    sessions = sessions_of(workshop)
    count = headcount(workshop)
    stands = stage_of(workshop)
    may_edit = runs(actor, workshop, "workshops.edit")
    marked_open = sum(1 for one in sessions if one.marked and not one.closed)
    # What reaches as far is not asked twice.
    alike = actor.reach("attendance.mark") is actor.reach("workshops.edit")
    may_mark = may_edit if alike else runs(actor, workshop, "attendance.mark")
    to_decide, to_match = waiting_count(workshop.register_id) if may_mark else (0, 0)
    return {
        "workshop": workshop,
        "sessions": sessions,
        "headcount": count,
        "facilitators": facilitators_of(workshop),
        "funding": funding_of(workshop),
        "stage": stands,
        "stage_word": STAGE[stands],
        "stage_tone": STAGE_TONE[stands],
        "may_edit": may_edit,
        "may_mark": may_mark,
        # Both reach as far for a trainer.
        "may_confirm": may_mark or actor.reach("attendance.confirm") is Reach.ALL,
        "to_decide": to_decide,
        "to_match": to_match,
        "next_open": next_to_mark(sessions),
        "tabs": tabs_for(
            workshop.public_id,
            actor,
            {
                "workshops.people": count.confirmed or "",
                "workshops.attendance": _attendance_note(to_decide + to_match, marked_open),
            },
            own=may_edit,
        ),
    }


def numbered(sessions: list[PlannedSession]) -> dict[str, str]:
    """Name of each slot (public id) in a list: `2.1 Rights on arrest`."""
    days = groupby(sessions, lambda one: to_local(one.starts_at).date())
    return {
        one.slot: f"{day}.{number} {one.title}"
        for day, (_date, of_day) in enumerate(days, start=1)
        for number, one in enumerate(of_day, start=1)
    }


def _attendance_note(waiting: int, marked_open: int) -> str:
    if waiting:
        return _("%(count)s to decide", count=waiting)
    return _("%(count)s open", count=marked_open) if marked_open else ""


def _told(one: OwnWorkshop) -> list[str]:
    """More that is known of somebody in a workshop: how long she came and, if she was taken off or
    declined and came back, how she stood when."""
    told = [_("Attended: %(hours)s", hours=hours_text(one.minutes))] if one.minutes else []
    if len(one.history) > 1:
        told += [
            _("%(state)s on %(day)s", state=ENROLMENT[state], day=short_date_text(day))
            for state, day in one.history
        ]
    return told


def person_rows(person_id: str, actor: Actor) -> list[SectionRow] | None:
    """A person's workshops for her page, if the actor may see them."""
    if not actor.may("workshops.see"):
        return None
    if key_within_reach(actor, person_id) is None:
        return None
    workshops = workshops_of_person(person_id)
    rows = [
        SectionRow(
            key=day_text(one.starts_on),
            key_small=str(one.starts_on.year),
            text=one.title,
            small=" · ".join(_told(one)),
            url=url_for("workshops.workshop", public_id=one.public_id),
            tone="bad" if one.state == "cancelled" else ENROLMENT_TONE[one.enrolment],
            state=str(
                STAGE[Stage.CANCELLED] if one.state == "cancelled" else ENROLMENT[one.enrolment]
            ),
        )
        for one in workshops
    ]
    total = sum(one.minutes for one in workshops)
    return SectionRows(rows, _("Total hours: %(hours)s", hours=hours_text(total)) if total else "")
