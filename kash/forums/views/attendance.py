"""The register of a meeting, on a phone and on a desk."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.attendance.forms import marks_from_form, page_key
from kash.attendance.queries.history import MarkConflict, conflicts_of
from kash.attendance.queries.registers import SlotSheet, slot_sheet
from kash.attendance.queries.statuses import status_catalogue
from kash.attendance.rules.conduct import has_begun, is_ahead
from kash.attendance.rules.marking import Operation, OperationAnswer
from kash.attendance.services.closing import reopen_slot
from kash.attendance.services.marking import (
    NobodyMarked,
    NotBegun,
    SomebodyUnmarked,
    apply_marks,
    close_slot,
)
from kash.forums import blueprint
from kash.forums.forms import STATUS_WORDS, FindForm
from kash.forums.models import Forum, Meeting
from kash.forums.queries.meetings import attendance_of, meeting, slot_of
from kash.forums.queries.present_people import usual_marks
from kash.forums.queries.series import forum_to_edit
from kash.forums.rules.attendance import STATUSES
from kash.forums.services import register as register_services
from kash.forums.services.loading import check_minutes_open
from kash.forums.services.problems import MeetingOver
from kash.people.queries.search import find_people
from kash.people.rules.one_group import one_group
from kash.platform.database import db, utc_now
from kash.platform.web import current_actor, page
from kash.platform.web.commands import CaughtProblem
from kash.policy import Actor, allow


def _meeting(forum_id: str, meeting_id: str) -> tuple[Forum, Meeting]:
    found = forum_to_edit(forum_id, current_actor())
    held = meeting(found, meeting_id)
    if held.state == "cancelled":
        raise MeetingOver
    check_minutes_open(db.session(), held)
    return found, held


@blueprint.route("/<forum_id>/meetings/<meeting_id>/attendance", methods=["GET", "POST"])
@allow("forums.edit")
def attendance(forum_id: str, meeting_id: str) -> ResponseReturnValue:
    """Mark who is there, one group at a time. Whoever is not yet marked is offered as present."""
    found, held = _meeting(forum_id, meeting_id)
    conflicts: list[MarkConflict] = []
    if request.method == "POST":
        sheet = slot_sheet(held.register_id, slot_of(held))
        now = utc_now()
        sent = marks_from_form(sheet, request.form, now)
        # Whoever only turns to the other group keeps what she tapped; what the page offered by
        # itself is no mark before she saves.
        turning_to = request.form.get("turn_to", "")[:1]
        if turning_to:
            offered = _offered_by_entry(held, sheet, is_ahead(sheet.slot.starts_at, now))
            sent = [one for one in sent if one.status != offered.get(one.entry)]
        closing = request.form.get("action") == "close" and not turning_to
        answers, problem = _keep(
            held.register.public_id, sheet.slot.public_id, current_actor(), sent, closing=closing
        )
        found, held = _meeting(forum_id, meeting_id)
        sheet = slot_sheet(held.register_id, slot_of(held))
        conflicts = conflicts_of(held.register_id, answers, sent)
        if problem:
            flash(problem, "warn")
        if not conflicts:
            if not problem and (sent or not turning_to):
                flash(_("The register is closed.") if sheet.slot.closed_at else _("Saved."))
            if closing and not problem:
                return redirect(url_for("forums.meeting", forum_id=forum_id, meeting_id=meeting_id))
            unmarked = next((row.letter for row in sheet.rows if not row.status), None)
            group = turning_to or unmarked or request.form.get("group", "")[:1] or None
            return redirect(
                url_for("forums.attendance", forum_id=forum_id, meeting_id=meeting_id, group=group)
            )
    sheet = slot_sheet(held.register_id, slot_of(held))
    now, starts_at = utc_now(), sheet.slot.starts_at
    weights = status_catalogue()
    shown = one_group(sheet.rows, attrgetter("letter"), request.values.get("group", ""))
    answer, _status = page(
        "forums/attendance.html",
        forum=found,
        meeting=held,
        sheet=sheet,
        shown=shown,
        can_close=all(row.status for row in sheet.rows if row.letter != shown.letter),
        statuses=[(status, str(STATUS_WORDS[status]).capitalize()) for status in STATUSES],
        counts=sheet.counts,
        closed=sheet.slot.closed_at is not None,
        ahead=is_ahead(starts_at, now),
        offered=_offered_by_entry(held, sheet, is_ahead(starts_at, now)),
        may_close=has_begun(starts_at, now),
        counting={status for status in STATUSES if weights[status].weight},
        conflicts=conflicts,
        key=page_key(),
    )
    return answer, 409 if conflicts else 200


def _keep(
    register: str, slot: str, by: Actor, sent: Sequence[Operation], *, closing: bool
) -> tuple[list[OperationAnswer], str]:
    """Save marks, and close the register if that is wanted; why it stayed open, if it did."""
    if not closing:
        return apply_marks(register, sent, by) if sent else [], ""
    with CaughtProblem(NobodyMarked, NotBegun, SomebodyUnmarked) as caught:
        return close_slot(register, slot, by, sent, everybody=True).answers, ""
    # What was tapped is kept all the same.
    return apply_marks(register, sent, by) if sent else [], caught.sentence


def _offered_by_entry(held: Meeting, sheet: SlotSheet, ahead: bool) -> dict[str, str]:
    """{entry: the mark that the page offers for who has none}: an apology for whoever answered so,
    and else, once the door opens, being there, unless arrivals are tapped one by one."""
    unmarked = [row for row in sheet.rows if not row.status]
    answers = usual_marks(held, [row.entry for row in unmarked]) if unmarked else {}
    offered = {}
    for row in unmarked:
        usual = answers.get(row.entry, "")
        if not usual and not ahead:
            usual = "in_attendance" if row.walk_in else "present"
        if usual and not (ahead and usual != "apology"):
            offered[row.entry] = usual
    return offered


@blueprint.post("/<forum_id>/meetings/<meeting_id>/attendance/reopen")
@allow("forums.edit")
def reopen_register(forum_id: str, meeting_id: str) -> ResponseReturnValue:
    """Open the register again to correct it."""
    _found, held = _meeting(forum_id, meeting_id)
    reopen_slot(held.register.public_id, slot_of(held).public_id, current_actor())
    return redirect(url_for("forums.attendance", forum_id=forum_id, meeting_id=meeting_id))


@blueprint.route("/<forum_id>/meetings/<meeting_id>/attendance/guests", methods=["GET", "POST"])
@allow("forums.edit")
def find_guest(forum_id: str, meeting_id: str) -> ResponseReturnValue:
    """Find somebody by name who is there without being a member."""
    found, held = _meeting(forum_id, meeting_id)
    form = FindForm()
    matches = find_people(current_actor(), form.search.data) if form.validate_on_submit() else None
    shown = one_group(matches or (), attrgetter("letter"), request.form.get("group", ""))
    return page(
        "forums/find.html",
        form=form,
        forum=found,
        meeting=held,
        matches=matches,
        shown=shown,
        seated={line.person_id for line in attendance_of(held)},
        purpose="guest",
    )


@blueprint.post("/<forum_id>/meetings/<meeting_id>/attendance/guests/<person_id>")
@allow("forums.edit")
def add_guest(forum_id: str, meeting_id: str, person_id: str) -> ResponseReturnValue:
    """Put a guest on the register."""
    register_services.add_guest(forum_id, meeting_id, person_id, by=current_actor())
    flash(_("Added to the register. On paper guests are only counted."))
    return redirect(url_for("forums.attendance", forum_id=forum_id, meeting_id=meeting_id))
