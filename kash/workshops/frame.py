"""Frame of every page of one workshop: head, facts and tabs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.attendance.queries.pads import waiting_count
from kash.feature import declared
from kash.people.queries.persons import key_within_reach
from kash.people.sections import SectionRow, SectionRows
from kash.platform.web import current_actor
from kash.platform.web.formats import day_text, hours_text, local_today, short_date_text, to_local
from kash.policy import Actor, Reach
from kash.workshops.forms import ENROLMENT, ENROLMENT_TONE, STAGE, STAGE_TONE
from kash.workshops.models import Workshop
from kash.workshops.queries.people import headcount, workshops_of_person
from kash.workshops.queries.plan import facilitators_of, funding_of, sessions_of
from kash.workshops.queries.scope import own_workshop, runs, workshop_with_people
from kash.workshops.queries.workshops import registers_to_confirm
from kash.workshops.rules import Stage, stage
from kash.workshops.services.timetable import WorkshopCancelled
from kash.workshops.tabs import Milestones, MilestoneState, tabs_for


def mine(public_id: str, permission: str = "workshops.edit") -> Workshop:
    """A workshop on which the acting account may act. Raises NotFound and Forbidden."""
    return own_workshop(public_id, current_actor(), permission)


def seen(public_id: str, permission: str = "attendance.see") -> Workshop:
    """A workshop of which the acting account may see everybody. Raises NotFound and Forbidden."""
    return workshop_with_people(public_id, current_actor(), permission)


def for_marking(public_id: str) -> Workshop:
    """A workshop that is not cancelled, of which the acting account may change marks. Raises
    NotFound, Forbidden and WorkshopCancelled."""
    workshop = mine(public_id, "attendance.mark")
    if workshop.state == "cancelled":
        raise WorkshopCancelled
    return workshop


def go_to(endpoint: str, public_id: str, **values: Any) -> ResponseReturnValue:
    """On to a page of a workshop after a form."""
    return redirect(url_for(endpoint, public_id=public_id, **values), code=303)


def stage_of(workshop: Workshop) -> Stage:
    """Where a workshop stands today."""
    return stage(workshop.state, workshop.starts_on, workshop.ends_on, local_today())


def frame(workshop: Workshop) -> dict[str, Any]:
    """The values of `workshops/frame.html`."""
    actor = current_actor()
    sessions = sessions_of(workshop)
    count = headcount(workshop)
    stands = stage_of(workshop)
    may_edit = runs(actor, workshop, "workshops.edit")
    marked_open = sum(1 for session in sessions if session.marked and not session.closed)
    # What reaches as far is not asked twice.
    alike = actor.reach("attendance.mark") is actor.reach("workshops.edit")
    may_mark = may_edit if alike else runs(actor, workshop, "attendance.mark")
    to_decide, to_match = waiting_count(workshop.register_id) if may_mark else (0, 0)
    note = _("%(count)s open", count=marked_open) if marked_open else ""
    if to_decide + to_match:
        note = _("%(count)s to decide", count=to_decide + to_match)
    # Both reach as far for a trainer.
    may_confirm = may_mark or actor.reach("attendance.confirm") is Reach.ALL
    way = []
    if stands is not Stage.CANCELLED:
        way = _way(
            workshop,
            sessions,
            # As long as it has not begun, people are enrolled.
            enrolled=bool(count["confirmed"]) and stands is not Stage.PLANNED,
            edits=may_edit,
            marks=may_mark,
            confirms=may_confirm,
        )
    return {
        "workshop": workshop,
        "way": way,
        "sessions": sessions,
        "headcount": count,
        "facilitators": facilitators_of(workshop),
        "funding": funding_of(workshop),
        "stage": stands,
        "stage_word": STAGE[stands],
        "stage_tone": STAGE_TONE[stands],
        "may_edit": may_edit,
        "may_mark": may_mark,
        "may_confirm": may_confirm,
        "to_decide": to_decide,
        "to_match": to_match,
        "next_open": next((session for session in sessions if not session.closed), None),
        "tabs": tabs_for(
            workshop.public_id,
            actor,
            {"workshops.people": count["confirmed"] or "", "workshops.attendance": note},
            own=may_edit,
        ),
    }


def _way(
    workshop: Workshop,
    sessions: Sequence[Any],
    *,
    enrolled: bool,
    edits: bool,
    marks: bool,
    confirms: bool,
) -> list[tuple[Any, MilestoneState]]:
    """The milestones of a workshop in their order, each by its name."""
    actor = current_actor()

    def page(of: str, may: bool, **values: Any) -> str:
        return url_for(f"workshops.{of}", public_id=workshop.public_id, **values) if may else ""

    is_open = next((session for session in sessions if not session.closed), None)
    begun = is_open is not None and to_local(is_open.starts_at).date() <= local_today()
    held = bool(sessions) and is_open is None
    confirmed = held and all(session.confirmed for session in sessions)
    waiting = confirms and held and not confirmed and bool(registers_to_confirm(workshop, actor))
    register = page("register", marks and begun, session_id=is_open.public_id) if is_open else ""
    way = [
        (
            _("Planned"),
            MilestoneState(bool(sessions), page("add_session", edits), _("Add a session")),
        ),
        (
            _("Enrolled"),
            MilestoneState(enrolled, page("people", edits, _anchor="find"), _("Enrol people")),
        ),
        (_("Sessions held"), MilestoneState(held, register, _("Open the register"))),
        (
            _("Confirmed"),
            MilestoneState(confirmed, page("confirm_registers", waiting), _("Confirm registers")),
        ),
    ]
    for part in sorted(declared(Milestones), key=lambda part: part.order):
        way += part.look(workshop, actor, held)
    return way


def numbered(sessions: Sequence[Any]) -> dict[str, str]:
    """Name of each slot (public id) in a list: `2.1 Rights on arrest`."""
    days = groupby(sessions, lambda session: to_local(session.starts_at).date())
    return {
        session.slot: f"{day}.{number} {session.title}"
        for day, (_date, of_day) in enumerate(days, start=1)
        for number, session in enumerate(of_day, start=1)
    }


def _told(workshop: Any) -> str:
    """More that is known of somebody in a workshop: how long she came and, if she was taken off or
    declined and came back, how she stood when."""
    told = []
    if workshop.minutes:
        told.append(_("Attended: %(hours)s", hours=hours_text(workshop.minutes)))
    if len(workshop.history) > 1:
        told += [
            _(
                "%(state)s on %(day)s",
                state=ENROLMENT[state],
                day=short_date_text(to_local(datetime.fromisoformat(moment)).date()),
            )
            for state, moment in workshop.history
        ]
    return " · ".join(told)


def person_rows(person_id: str, actor: Actor) -> list[SectionRow] | None:
    """A person's workshops for her page, if the actor may see them."""
    if not actor.may("workshops.see") or key_within_reach(actor, person_id) is None:
        return None
    workshops = workshops_of_person(person_id)
    rows = [
        SectionRow(
            key=day_text(row.starts_on),
            key_small=str(row.starts_on.year),
            text=row.title,
            small=_told(row),
            url=url_for("workshops.workshop", public_id=row.public_id),
            tone="bad" if row.state == "cancelled" else ENROLMENT_TONE[row.enrolment],
            state=str(
                STAGE[Stage.CANCELLED] if row.state == "cancelled" else ENROLMENT[row.enrolment]
            ),
        )
        for row in workshops
    ]
    total = sum(row.minutes for row in workshops)
    return SectionRows(rows, _("Total hours: %(hours)s", hours=hours_text(total)) if total else "")
