"""Pages of who is there: taps at the door, times, and answers to the invitation."""

from __future__ import annotations

from datetime import datetime, time
from operator import attrgetter
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.attendance.rules.conduct import is_ahead
from kash.attendance.services.marking import NotBegun
from kash.forums import blueprint
from kash.forums.models import Forum, Meeting
from kash.forums.presence_forms import ANSWER_WORDS, ROWS_OFFERED, TimesForm
from kash.forums.queries.meetings import meeting, slot_of
from kash.forums.queries.presence import attendance_at
from kash.forums.queries.present_people import PersonAtMeeting, people_at
from kash.forums.queries.series import forum_to_edit
from kash.forums.rules.presence import ANSWERS, MOST_TIMES, version_of
from kash.forums.services import presence as presence_services
from kash.forums.services.answers import answer_invitation, note_answers
from kash.forums.services.loading import check_minutes_open
from kash.forums.services.presence import DoorTap, RegisterClosed, set_times
from kash.forums.services.problems import MeetingOver, UnknownChoice
from kash.people.rules.one_group import one_group
from kash.platform.database import db, utc_now
from kash.platform.web import current_actor, page
from kash.platform.web.commands import CaughtProblem, FlashedProblems
from kash.platform.web.errors import one_or_404
from kash.platform.web.formats import to_local
from kash.policy import allow


def _meeting(forum_id: str, meeting_id: str) -> tuple[Forum, Meeting]:
    found = forum_to_edit(forum_id, current_actor())
    held = meeting(found, meeting_id)
    if held.state == "cancelled":
        raise MeetingOver
    # Beside locked minutes nobody reads a name that may have been withdrawn.
    check_minutes_open(db.session(), held)
    return found, held


@blueprint.get("/<forum_id>/meetings/<meeting_id>/presence")
@allow("forums.edit")
def presence(forum_id: str, meeting_id: str) -> ResponseReturnValue:
    """Members and guests who are there now, one group at a time, and the quorum."""
    return _presence(forum_id, meeting_id, request.args.get("group", ""))


def _presence(
    forum_id: str, meeting_id: str, group: str, problem: str = "", asked: bool = False
) -> str:
    found, held = _meeting(forum_id, meeting_id)
    slot, now = slot_of(held), utc_now()
    everybody, there = people_at(held), attendance_at(db.session(), held)
    shown = one_group(everybody, attrgetter("letter"), group)
    return render_template(
        "forums/presence.html",
        forum=found,
        meeting=held,
        quorum=there.at(now),
        quorate=there.quorate_times(held.starts_at) if held.state == "held" else None,
        shown=shown,
        expected=sum(_expected(one) for one in shown.rows),
        closed=slot.closed_at is not None,
        ahead=is_ahead(slot.starts_at, now),
        problem=problem,
        asked_by_script=asked,
        answer_words=ANSWER_WORDS,
    )


def _person(held: Meeting, entry_id: str) -> PersonAtMeeting:
    return one_or_404(next((one for one in people_at(held) if one.entry == entry_id), None))


def _expected(one: PersonAtMeeting) -> bool:
    return one.mark is None and one.counts and one.answer != "no"


def _answered(forum_id: str, meeting_id: str, problem: str = "") -> ResponseReturnValue:
    """The page again after a tap: in place with script, else by a way that can be reloaded."""
    group = request.form.get("group", "")[:1]
    if request.headers.get("HX-Request") == "true":
        return _presence(forum_id, meeting_id, group, problem, asked=True)
    if problem:
        flash(problem, "warn")
    return redirect(
        url_for("forums.presence", forum_id=forum_id, meeting_id=meeting_id, group=group or None),
        code=303,
    )


@blueprint.post("/<forum_id>/meetings/<meeting_id>/presence/all")
@allow("forums.edit")
def all_came(forum_id: str, meeting_id: str) -> ResponseReturnValue:
    """Everybody of a group came who has no mark yet and sent no apology."""
    _meeting(forum_id, meeting_id)
    with CaughtProblem(RegisterClosed, NotBegun) as caught:
        presence_services.all_came(
            forum_id, meeting_id, request.form.get("group", "")[:1], by=current_actor()
        )
        return _answered(forum_id, meeting_id)
    return _answered(forum_id, meeting_id, caught.sentence)


@blueprint.post("/<forum_id>/meetings/<meeting_id>/presence/<entry_id>")
@allow("forums.edit")
def tap(forum_id: str, meeting_id: str, entry_id: str) -> ResponseReturnValue:
    """Somebody came, left, or the last tap was wrong."""
    _found, held = _meeting(forum_id, meeting_id)
    if request.form.get("do") not in set(DoorTap):
        _person(held, entry_id)
        raise UnknownChoice
    with CaughtProblem(RegisterClosed, NotBegun) as caught:
        presence_services.tap(
            forum_id, meeting_id, entry_id, DoorTap(request.form["do"]), by=current_actor()
        )
        return _answered(forum_id, meeting_id)
    return _answered(forum_id, meeting_id, caught.sentence)


def _saved(one: PersonAtMeeting, rows: int) -> dict[str, Any]:
    """Times by the names of fields, to the minute, and which they are."""
    saved: dict[str, Any] = {"row_version": version_of(one.times)}
    for place in range(rows):
        each = one.times[place] if place < len(one.times) else None
        saved[f"arrived_{place}"] = _clock(each.arrived_at) if each else None
        saved[f"left_{place}"] = _clock(each.left_at) if each and each.left_at else None
    return saved


def _clock(moment: datetime) -> time:
    return to_local(moment).time().replace(second=0, microsecond=0)


@blueprint.route(
    "/<forum_id>/meetings/<meeting_id>/presence/<entry_id>/times", methods=["GET", "POST"]
)
@allow("forums.edit")
def times(forum_id: str, meeting_id: str, entry_id: str) -> ResponseReturnValue:
    """Correct when somebody came and left."""
    found, held = _meeting(forum_id, meeting_id)
    one = _person(held, entry_id)
    rows = min(MOST_TIMES, max(ROWS_OFFERED, len(one.times) + 1))
    form = TimesForm.with_rows(rows, data=_saved(one, rows))
    if form.validate_on_submit():
        with form.showing_problems(RegisterClosed, NotBegun):
            set_times(
                forum_id,
                meeting_id,
                entry_id,
                form.times(to_local(held.starts_at).date(), one.times),
                shown=form.row_version_shown,
                by=current_actor(),
            )
            flash(_("Saved."))
            return redirect(
                url_for(
                    "forums.presence", forum_id=forum_id, meeting_id=meeting_id, group=one.letter
                )
            )
        found, held = _meeting(forum_id, meeting_id)
        one = _person(held, entry_id)
        if form.changed_meanwhile:
            form.compare(_saved(one, rows))
    return page(
        "forums/presence_times.html", form=form, forum=found, meeting=held, one=one, rows=rows
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
    return redirect(
        url_for("forums.meeting", forum_id=forum_id, meeting_id=meeting_id, _anchor="invitation"),
        code=303,
    )


@blueprint.route("/<forum_id>/meetings/<meeting_id>/answers", methods=["GET", "POST"])
@allow("forums.edit")
def answers(forum_id: str, meeting_id: str) -> ResponseReturnValue:
    """Answers to the invitation, one group at a time; what members say is noted for them."""
    found, held = _meeting(forum_id, meeting_id)
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
        return redirect(
            url_for(
                "forums.answers",
                forum_id=forum_id,
                meeting_id=meeting_id,
                group=turning or group or None,
            ),
            code=303,
        )
    members = [one for one in people_at(held) if one.member]
    return render_template(
        "forums/presence_answers.html",
        forum=found,
        meeting=held,
        shown=one_group(members, attrgetter("letter"), group),
        answers=[("", _("No answer")), *((key, _answer_word(key)) for key in ANSWERS)],
        closed=held.state != "planned",
    )


def _answer_word(answer: str) -> str:
    return {"yes": _("Comes"), "no": _("Does not come"), "unsure": _("Not sure")}[answer]
