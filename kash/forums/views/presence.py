"""Pages of who is there: taps at the door, times, and answers to the invitation. The register of a
meeting, on a phone and on a desk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from operator import attrgetter
from typing import Any

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.attendance.forms import marks_from_form, page_key
from kash.attendance.queries.history import conflicts_of
from kash.attendance.queries.registers import SlotSheet, slot_sheet
from kash.attendance.queries.statuses import status_catalogue
from kash.attendance.rules.marking import Operation, OperationAnswer
from kash.attendance.rules.registers import has_begun, is_ahead
from kash.attendance.services.marking import NotBegun, SomebodyUnmarked, apply_marks, close_slot
from kash.attendance.services.registers import reopen_slot
from kash.forums import blueprint, go
from kash.forums.forms import ANSWER_WORDS, ROWS_OFFERED, STATUS_WORDS, FindForm, TimesForm
from kash.forums.models import Forum, Meeting
from kash.forums.queries import meetings
from kash.forums.queries.meetings import attendance_at, attendance_of, slot_of
from kash.forums.queries.people import PersonAtMeeting, people_at, usual_marks
from kash.forums.queries.series import forum_to_edit
from kash.forums.rules.meetings import ANSWERS, MOST_TIMES, STATUSES, version_of
from kash.forums.services import presence as presence_services
from kash.forums.services.agenda import UNKNOWN_CHOICE, MeetingOver, check_minutes_open
from kash.forums.services.presence import DoorTap, answer_invitation, note_answers, set_times
from kash.people.queries.search import find_people
from kash.people.rules.persons import one_group
from kash.platform.database import db, utc_now
from kash.platform.web import current_actor, page
from kash.platform.web.commands import CaughtProblem, FlashedProblems
from kash.platform.web.errors import Problem, one_or_404
from kash.platform.web.formats import to_local
from kash.policy import Actor, allow


def _meeting(forum_id: str, meeting_id: str) -> tuple[Forum, Meeting]:
    forum = forum_to_edit(forum_id, current_actor())
    meeting = meetings.meeting(forum, meeting_id)
    if meeting.state == "cancelled":
        raise MeetingOver
    # Beside locked minutes nobody reads a name that may have been withdrawn.
    check_minutes_open(db.session(), meeting)
    return forum, meeting


@blueprint.get("/<forum_id>/meetings/<meeting_id>/presence")
@allow("forums.edit")
def presence(forum_id: str, meeting_id: str) -> ResponseReturnValue:
    """Members and guests who are there now, one group at a time, and the quorum."""
    return _presence(forum_id, meeting_id, request.args.get("group", ""))


def _presence(
    forum_id: str, meeting_id: str, group: str, problem: str = "", asked: bool = False
) -> str:
    forum, meeting = _meeting(forum_id, meeting_id)
    slot, now = slot_of(meeting), utc_now()
    everybody, there = people_at(meeting), attendance_at(db.session(), meeting)
    shown = one_group(everybody, attrgetter("letter"), group)
    return render_template(
        "forums/presence.html",
        forum=forum,
        meeting=meeting,
        quorum=there.at(now),
        quorate=there.quorate_times(meeting.starts_at) if meeting.state == "held" else None,
        shown=shown,
        expected=sum(_expected(person) for person in shown.rows),
        closed=slot.closed_at is not None,
        ahead=is_ahead(slot.starts_at, now),
        problem=problem,
        asked_by_script=asked,
        answer_words=ANSWER_WORDS,
    )


def _person(held: Meeting, entry_id: str) -> PersonAtMeeting:
    return one_or_404(
        next((person for person in people_at(held) if person.entry == entry_id), None)
    )


def _expected(one: PersonAtMeeting) -> bool:
    return one.mark is None and one.counts and one.answer != "no"


def _answered(forum_id: str, meeting_id: str, problem: str = "") -> ResponseReturnValue:
    """The page again after a tap: in place with script, else by a way that can be reloaded."""
    group = request.form.get("group", "")[:1]
    if request.headers.get("HX-Request") == "true":
        return _presence(forum_id, meeting_id, group, problem, asked=True)
    if problem:
        flash(problem, "warn")
    return go("forums.presence", group=group or None)


@blueprint.post("/<forum_id>/meetings/<meeting_id>/presence/all")
@allow("forums.edit")
def all_came(forum_id: str, meeting_id: str) -> ResponseReturnValue:
    """Everybody of a group came who has no mark yet and sent no apology."""
    _meeting(forum_id, meeting_id)
    with CaughtProblem(NotBegun) as caught:
        presence_services.all_came(
            forum_id, meeting_id, request.form.get("group", "")[:1], by=current_actor()
        )
        return _answered(forum_id, meeting_id)
    return _answered(forum_id, meeting_id, caught.sentence)


@blueprint.post("/<forum_id>/meetings/<meeting_id>/presence/<entry_id>")
@allow("forums.edit")
def tap(forum_id: str, meeting_id: str, entry_id: str) -> ResponseReturnValue:
    """Note that somebody came or left, or take the last tap back; what refuses it is told on the
    page. Raises NotFound, and Problem for an unknown choice."""
    _found, meeting = _meeting(forum_id, meeting_id)
    if request.form.get("do") not in set(DoorTap):
        # An unknown person is not found, whatever the choice.
        _person(meeting, entry_id)
        raise Problem(UNKNOWN_CHOICE, status=400)
    with CaughtProblem(NotBegun) as caught:
        presence_services.tap(
            forum_id, meeting_id, entry_id, DoorTap(request.form["do"]), by=current_actor()
        )
        return _answered(forum_id, meeting_id)
    return _answered(forum_id, meeting_id, caught.sentence)


def _saved(one: PersonAtMeeting, rows: int) -> dict[str, Any]:
    """Times by the names of fields, to the minute, and which they are."""
    saved: dict[str, Any] = {"row_version": version_of(one.times)}
    for place in range(rows):
        spell = one.times[place] if place < len(one.times) else None
        saved[f"arrived_{place}"] = _clock(spell.arrived_at) if spell else None
        saved[f"left_{place}"] = _clock(spell.left_at) if spell and spell.left_at else None
    return saved


def _clock(moment: datetime) -> time:
    return to_local(moment).time().replace(second=0, microsecond=0)


@blueprint.route(
    "/<forum_id>/meetings/<meeting_id>/presence/<entry_id>/times", methods=["GET", "POST"]
)
@allow("forums.edit")
def times(forum_id: str, meeting_id: str, entry_id: str) -> ResponseReturnValue:
    """Correct when somebody came and left."""
    forum, meeting = _meeting(forum_id, meeting_id)
    person = _person(meeting, entry_id)
    rows = min(MOST_TIMES, max(ROWS_OFFERED, len(person.times) + 1))
    form = TimesForm.with_rows(rows, data=_saved(person, rows))
    if form.validate_on_submit():
        with form.showing_problems(NotBegun):
            set_times(
                forum_id,
                meeting_id,
                entry_id,
                form.times(to_local(meeting.starts_at).date(), person.times),
                shown=form.row_version_shown,
                by=current_actor(),
            )
            flash(_("Saved."))
            return go("forums.presence", group=person.letter)
        forum, meeting = _meeting(forum_id, meeting_id)
        person = _person(meeting, entry_id)
        if form.changed_meanwhile:
            form.compare(_saved(person, rows))
    return page(
        "forums/presence_times.html", form=form, forum=forum, meeting=meeting, one=person, rows=rows
    )


@blueprint.post("/<forum_id>/meetings/<meeting_id>/answer")
@allow("forums.see")
def answer(forum_id: str, meeting_id: str) -> ResponseReturnValue:
    """A member's own answer to the invitation."""
    with FlashedProblems(MeetingOver, tone="warn"):
        answer_invitation(
            forum_id, meeting_id, answer=request.form.get("answer", ""), by=current_actor()
        )
        flash(_("Thank you. You can change your answer until the meeting."))
    return go("forums.meeting", _anchor="invitation")


@blueprint.route("/<forum_id>/meetings/<meeting_id>/answers", methods=["GET", "POST"])
@allow("forums.edit")
def answers(forum_id: str, meeting_id: str) -> ResponseReturnValue:
    """Answers to the invitation, one group at a time; what members say is noted for them."""
    forum, meeting = _meeting(forum_id, meeting_id)
    group = request.values.get("group", "")[:1]
    if request.method == "POST":
        # What is as the page showed it was not said to her: a member may have answered meanwhile.
        sent = {
            key.removeprefix("answer-"): answer
            for key, answer in request.form.items()
            if key.startswith("answer-")
            and answer != request.form.get(key.replace("answer-", "was-", 1))
        }
        with FlashedProblems(MeetingOver, tone="warn"):
            note_answers(forum_id, meeting_id, sent, by=current_actor())
            flash(_("Saved."))
        turning = request.form.get("turn_to", "")[:1]
        return go("forums.answers", group=turning or group or None)
    members = [person for person in people_at(meeting) if person.member]
    return render_template(
        "forums/presence_answers.html",
        forum=forum,
        meeting=meeting,
        shown=one_group(members, attrgetter("letter"), group),
        answers=[("", _("No answer")), *((key, _answer_word(key)) for key in ANSWERS)],
        closed=meeting.state != "planned",
    )


def _answer_word(answer: str) -> str:
    return {"yes": _("Comes"), "no": _("Does not come"), "unsure": _("Not sure")}[answer]


@blueprint.route("/<forum_id>/meetings/<meeting_id>/attendance", methods=["GET", "POST"])
@allow("forums.edit")
def attendance(forum_id: str, meeting_id: str) -> ResponseReturnValue:
    """Mark who is there, one group at a time. A person who is not yet marked is offered as
    present."""
    forum, meeting = _meeting(forum_id, meeting_id)
    conflicts: list[dict[str, Any]] = []
    if request.method == "POST":
        sheet = slot_sheet(meeting.register_id, slot_of(meeting))
        now = utc_now()
        sent = marks_from_form(sheet, request.form, now)
        # A person who only turns to the other group keeps what she tapped; what the page offered by
        # itself is no mark before she saves.
        turning_to = request.form.get("turn_to", "")[:1]
        if turning_to:
            offered = _offered_by_entry(meeting, sheet, is_ahead(sheet.slot.starts_at, now))
            sent = [mark for mark in sent if mark.status != offered.get(mark.entry)]
        closing = request.form.get("action") == "close" and not turning_to
        answers, problem = _keep(
            meeting.register.public_id, sheet.slot.public_id, current_actor(), sent, closing=closing
        )
        forum, meeting = _meeting(forum_id, meeting_id)
        sheet = slot_sheet(meeting.register_id, slot_of(meeting))
        conflicts = conflicts_of(meeting.register_id, answers, sent)
        if problem:
            flash(problem, "warn")
        if not conflicts:
            if not problem and (sent or not turning_to):
                flash(_("The register is closed.") if sheet.slot.closed_at else _("Saved."))
            if closing and not problem:
                return go("forums.meeting")
            unmarked = next((line.letter for line in sheet.rows if not line.status), None)
            group = turning_to or unmarked or request.form.get("group", "")[:1] or None
            return go("forums.attendance", group=group)
    sheet = slot_sheet(meeting.register_id, slot_of(meeting))
    now, starts_at = utc_now(), sheet.slot.starts_at
    weights = status_catalogue()
    shown = one_group(sheet.rows, attrgetter("letter"), request.values.get("group", ""))
    answer, _status = page(
        "forums/attendance.html",
        forum=forum,
        meeting=meeting,
        sheet=sheet,
        shown=shown,
        can_close=all(line.status for line in sheet.rows if line.letter != shown.letter),
        statuses=[(status, str(STATUS_WORDS[status]).capitalize()) for status in STATUSES],
        counts=sheet.counts,
        closed=sheet.slot.closed_at is not None,
        ahead=is_ahead(starts_at, now),
        offered=_offered_by_entry(meeting, sheet, is_ahead(starts_at, now)),
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
    with CaughtProblem(NotBegun, SomebodyUnmarked) as caught:
        return close_slot(register, slot, by, sent, everybody=True).answers, ""
    # What was tapped is kept all the same.
    return apply_marks(register, sent, by) if sent else [], caught.sentence


def _offered_by_entry(held: Meeting, sheet: SlotSheet, ahead: bool) -> dict[str, str]:
    """{entry: the mark that the page offers for who has none}: an apology for the person who
    answered so, and else, once the door opens, being there, unless arrivals are tapped one by
    one."""
    unmarked = [line for line in sheet.rows if not line.status]
    answers = usual_marks(held, [line.entry for line in unmarked]) if unmarked else {}
    offered = {}
    for line in unmarked:
        usual = answers.get(line.entry, "")
        if not usual and not ahead:
            usual = "in_attendance" if line.walk_in else "present"
        if usual and not (ahead and usual != "apology"):
            offered[line.entry] = usual
    return offered


@blueprint.post("/<forum_id>/meetings/<meeting_id>/attendance/reopen")
@allow("forums.edit")
def reopen_register(forum_id: str, meeting_id: str) -> ResponseReturnValue:
    """Open the register again to correct it."""
    _found, meeting = _meeting(forum_id, meeting_id)
    reopen_slot(meeting.register.public_id, slot_of(meeting).public_id, current_actor())
    return go("forums.attendance")


@blueprint.route("/<forum_id>/meetings/<meeting_id>/attendance/guests", methods=["GET", "POST"])
@allow("forums.edit")
def find_guest(forum_id: str, meeting_id: str) -> ResponseReturnValue:
    """Find somebody by name who is there without being a member."""
    forum, meeting = _meeting(forum_id, meeting_id)
    form = FindForm()
    matches = find_people(current_actor(), form.search.data) if form.validate_on_submit() else None
    shown = one_group(matches or (), attrgetter("letter"), request.form.get("group", ""))
    return page(
        "forums/find.html",
        form=form,
        forum=forum,
        meeting=meeting,
        matches=matches,
        shown=shown,
        seated={line.person_id for line in attendance_of(meeting)},
        purpose="guest",
    )


@blueprint.post("/<forum_id>/meetings/<meeting_id>/attendance/guests/<person_id>")
@allow("forums.edit")
def add_guest(forum_id: str, meeting_id: str, person_id: str) -> ResponseReturnValue:
    """Put a guest on the register."""
    presence_services.add_guest(forum_id, meeting_id, person_id, by=current_actor())
    flash(_("Added to the register. On paper guests are only counted."))
    return go("forums.attendance")
