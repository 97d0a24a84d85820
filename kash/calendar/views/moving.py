"""Moving a workshop: by its page, by keys and by dragging, which ask the same; and back again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time

from flask import flash, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.calendar import blueprint
from kash.calendar.addresses import CalendarPlace, place_asked
from kash.calendar.forms import MoveWorkshopForm
from kash.calendar.queries.free_days import reasons_against
from kash.calendar.recent_moves import RecentMove, forget, keep, last_move, take_back
from kash.calendar.rules import DAY, View, monday_of, month_of, turned, within_reach
from kash.people.queries.places import venues
from kash.platform.database import utc_now
from kash.platform.web import current_actor, page
from kash.platform.web.errors import NotFound, Problem
from kash.platform.web.formats import day_text, local_today, time_text
from kash.platform.web.row_versions import number_shown
from kash.policy import Actor, allow
from kash.workshops.forms import given
from kash.workshops.models import Workshop
from kash.workshops.queries.plan import facilitators_of
from kash.workshops.queries.scope import own_workshop
from kash.workshops.services.errors import WorkshopCancelled
from kash.workshops.services.moving import MovedWorkshop, WorkshopPlace, move_workshop, place_of

# A script asks about the days that are on the page: six weeks, and none that is not.
MOST_DAYS_ASKED = 62


@dataclass(frozen=True)
class FreeDay:
    """A day of the page on which a workshop could begin: whether it has passed, and what is in the
    way."""

    day: date
    passed: bool
    reasons: Sequence[str]


@blueprint.route("/workshops/<public_id>/move", methods=["GET", "POST"])
@allow("workshops.edit")
def move(public_id: str) -> ResponseReturnValue:
    """Move a workshop to another day, hour or venue; its trainers' and the venue's free days."""
    actor, place = current_actor(), place_asked()
    workshop = own_workshop(public_id, actor, "workshops.edit")
    if request.headers.get("X-Requested-With") == "fetch":
        return _moved_by_script(workshop, place, actor)
    stands = place_of(workshop)
    form = MoveWorkshopForm(
        data={
            "starts_on": stands.starts_on,
            "day_starts_at": stands.day_starts_at,
            "venue": stands.venue,
            "row_version": workshop.row_version,
        }
    )
    _offer(form, workshop)
    asks = request.form.get("show", "")
    if not asks and form.validate_on_submit():
        with form.showing_problems(WorkshopCancelled):
            first = given(form.starts_on.data)
            done = move_workshop(
                public_id,
                first,
                actor,
                form.row_version_shown,
                day_starts_at=form.day_starts_at.data,
                venue=form.venue.data,
            )
            _keep(public_id, done, actor)
            for caution in _cautions(own_workshop(public_id, actor, "workshops.edit")):
                flash(caution, "warn")
            return redirect(_there(place, first, public_id), code=303)
    if form.changed_meanwhile:
        workshop = own_workshop(public_id, actor, "workshops.edit")
        form.show_row_version(workshop.row_version)
    return _page(form, workshop, place, asks)


def _page(
    form: MoveWorkshopForm, workshop: Workshop, place: CalendarPlace, asks: str
) -> ResponseReturnValue:
    chosen = form.starts_on.data or workshop.starts_on
    month = month_of(_day_asked(asks) or chosen)
    days = [monday_of(month.first) + DAY * number for number in range(42)]
    days = [day for day in days if monday_of(day) <= month.last]
    begins = form.day_starts_at.data or workshop.day_starts_at
    before, after = turned(View.MONTH, month.first)
    free = _free_days(workshop, days, begins, form.venue.data or "")
    to_come = [one for one in free if not one.passed]
    return page(
        "calendar/move.html",
        form=form,
        workshop=workshop,
        trainers=facilitators_of(workshop),
        place=place,
        month=month,
        chosen=form.starts_on.data,
        days=free,
        reasons=list(dict.fromkeys(told for one in to_come for told in one.reasons)),
        against=next((one.reasons for one in to_come if one.day == form.starts_on.data), ()),
        before=before,
        after=after,
    )


def _day_asked(text: str) -> date | None:
    try:
        return within_reach(date.fromisoformat(text[:10]))
    except ValueError:
        return None


def _offer(form: MoveWorkshopForm, workshop: Workshop) -> None:
    offered = [(one.public_id, one.name) for one in venues()]
    now = workshop.venue
    if now is not None and not now.active:
        # Where it was planned to be stays, though nobody else may go there.
        offered.append((now.public_id, now.name))
    form.venue.choices = [("", _("Not decided yet")), *offered]


def _free_days(workshop: Workshop, days: list[date], begins: time, venue: str) -> list[FreeDay]:
    reasons = reasons_against(workshop, days, begins, venue, current_actor())
    today = local_today()
    return [FreeDay(day, day < today, reasons[day]) for day in days]


@blueprint.get("/workshops/<public_id>/free-days")
@allow("workshops.edit")
def free_days(public_id: str) -> ResponseReturnValue:
    """Reasons against moving a workshop to the days from `first` to `last`, for a script; on those
    of its own month, if the address names none."""
    workshop = own_workshop(public_id, current_actor(), "workshops.edit")
    own = month_of(workshop.starts_on)
    first = _day_asked(request.args.get("first", "")) or own.first
    last = _day_asked(request.args.get("last", "")) or own.last
    if not 0 <= (last - first).days < MOST_DAYS_ASKED:
        raise NotFound
    days = [first + DAY * number for number in range((last - first).days + 1)]
    venue = place_of(workshop).venue
    found = _free_days(workshop, days, workshop.day_starts_at, venue)
    passed = _("This day has passed.")
    return jsonify(
        {
            one.day.isoformat(): [passed, *one.reasons] if one.passed else list(one.reasons)
            for one in found
        }
    )


def _moved_by_script(workshop: Workshop, place: CalendarPlace, actor: Actor) -> ResponseReturnValue:
    """Move to a day, by keys or by dragging; what stands in the way is told as its Problem."""
    if request.method != "POST":
        raise NotFound
    first = _day_asked(request.form.get("starts_on", ""))
    if first is None:
        raise Problem(_("This is not a day. It looks like 2026-11-16."))
    public_id = workshop.public_id
    done = move_workshop(public_id, first, actor, number_shown(request.form.get("row_version")))
    _keep(public_id, done, actor)
    now = own_workshop(public_id, actor, "workshops.edit")
    said = [_moved_sentence(done.title, done.before, place_of(now), now), *_cautions(now)]
    return jsonify(
        {"said": " ".join(said), "url": place.url(day=first), "key": f"workshop-{public_id}"}
    )


def _keep(public_id: str, done: MovedWorkshop, actor: Actor) -> None:
    if not done.stays:
        keep(public_id, done, actor, utc_now())


def _there(place: CalendarPlace, first: date, public_id: str) -> str:
    return f"{place.url(day=first)}#workshop-{public_id}"


def _cautions(workshop: Workshop) -> list[str]:
    """Reasons against the place where a workshop lies now: it was moved there all the same."""
    first, venue = workshop.starts_on, place_of(workshop).venue
    reasons = reasons_against(workshop, [first], workshop.day_starts_at, venue, current_actor())
    return list(reasons[first])


@dataclass(frozen=True)
class LastMoved:
    """The newest move, as the calendar tells it, with what undoing it asks for."""

    sentence: str
    workshop: str
    row_version: int


def last_moved(actor: Actor) -> LastMoved | None:
    """The newest move that this actor can undo; None if there is none."""
    move = last_move(actor, utc_now())
    if move is None:
        return None
    try:
        workshop = own_workshop(move.workshop, actor, "workshops.edit")
    except Problem:
        return None
    if workshop.row_version != move.row_version:
        return None
    sentence = _moved_sentence(workshop.title, move.before, place_of(workshop), workshop)
    return LastMoved(sentence, move.workshop, move.row_version)


def _moved_sentence(
    title: str, before: WorkshopPlace, after: WorkshopPlace, workshop: Workshop
) -> str:
    def told(one: WorkshopPlace) -> str:
        clock = time_text(one.day_starts_at)
        hour = clock if before.day_starts_at != after.day_starts_at else ""
        return ", ".join(filter(None, (day_text(one.starts_on), hour)))

    sentence = _(
        "“%(title)s” was moved from %(was)s to %(now)s.",
        title=title,
        was=told(before),
        now=told(after),
    )
    if before.venue == after.venue:
        return sentence
    where = workshop.venue.name if workshop.venue else _("Not decided yet")
    said = _("Venue: %(venue)s.", venue=where)
    return f"{sentence} {said}"


@blueprint.post("/undo")
@allow("workshops.edit")
def undo() -> ResponseReturnValue:
    """Move a workshop back to where it was before the newest move."""
    actor, place = current_actor(), place_asked()
    move = last_move(actor, utc_now())
    asked = (request.form.get("workshop"), number_shown(request.form.get("row_version")))
    if move is None or asked != (move.workshop, move.row_version):
        raise Problem(_("There is nothing left to undo."))
    own_workshop(move.workshop, actor, "workshops.edit")
    done = _moved_back(move, actor)
    take_back(move, done.row_version, actor)
    first = move.before.starts_on
    said = _("“%(title)s” is back on %(day)s.", title=done.title, day=day_text(first))
    if request.headers.get("X-Requested-With") == "fetch":
        key = f"workshop-{move.workshop}"
        return jsonify({"said": said, "url": place.url(day=first), "key": key})
    flash(said)
    return redirect(_there(place, first, move.workshop), code=303)


def _moved_back(move: RecentMove, actor: Actor) -> MovedWorkshop:
    before = move.before
    try:
        return move_workshop(
            move.workshop,
            before.starts_on,
            actor,
            move.row_version,
            day_starts_at=before.day_starts_at,
            venue=before.venue,
        )
    except Problem:
        forget(move, actor)
        raise
