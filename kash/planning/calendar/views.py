"""Addresses of the calendar: the view, the day and the filters, all of which may stand there. Form
with which a workshop is moved. Layout of the calendar's views: entries put into weeks, and onto
days with their sessions. Moves that somebody just made, kept in her session so that she can undo
them after turning pages. They hold ids, days and clocks only, and end with the session. Moving a
workshop: by its page, by keys and by dragging, which ask the same; and back again. The calendar by
month, by week and as an agenda."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import flash, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.feature import declared
from kash.people.queries.directory import venues
from kash.planning.calendar import blueprint
from kash.planning.calendar.queries import (
    KindEntry,
    calendar_entries,
    filter_choices,
    reasons_against,
)
from kash.planning.calendar.rules import (
    DAY,
    DaySpan,
    View,
    bars_of_week,
    cells_of_week,
    monday_of,
    month_of,
    shown,
    turned,
    within_reach,
)
from kash.platform.database import is_public_id, utc_now
from kash.platform.web import current_actor, page
from kash.platform.web.errors import NotFound, Problem
from kash.platform.web.fields import DayField, TimeOfDayField
from kash.platform.web.formats import date_text, day_text, local_today, month_text, time_text
from kash.platform.web.forms import choice_field, required
from kash.platform.web.parts import CalendarEntry, CalendarFilters, CalendarQuestion, CalendarSource
from kash.platform.web.row_versions import RowVersionForm, number_shown
from kash.policy import Actor, allow
from kash.workshops.forms import given
from kash.workshops.models import Workshop
from kash.workshops.queries.plan import facilitators_of
from kash.workshops.queries.scope import own_workshop
from kash.workshops.services.planning import MovedWorkshop, WorkshopPlace, move_workshop, place_of
from kash.workshops.services.timetable import WorkshopCancelled

_FILTERS = tuple(field.name for field in fields(CalendarFilters))


@dataclass(frozen=True)
class CalendarPlace:
    """A view of the calendar around a day, narrowed by filters."""

    view: View
    day: date
    filters: CalendarFilters

    def asked(self, view: View | None = None, day: date | None = None) -> dict[str, Any]:
        """The query of its address, or of that of another view or day under the same filters."""
        chosen = {name: getattr(self.filters, name) for name in _FILTERS}
        return {
            "view": str(view or self.view),
            "on": (day or self.day).isoformat(),
            **{name: value for name, value in chosen.items() if value},
        }

    def url(self, view: View | None = None, day: date | None = None) -> str:
        """Its address, or that of another view or day under the same filters."""
        return f"{url_for('calendar.index')}?{urlencode(self.asked(view, day))}"


def place_asked() -> CalendarPlace:
    """The view, day and filters of the address. Left out or unreadable, it is today, in the view
    that fits the device: a month is not read on a phone."""
    given: Mapping[str, str] = request.args
    filters = {name: given.get(name, "") for name in _FILTERS}
    chosen = {name: value for name, value in filters.items() if is_public_id(value)}
    try:
        view = View(given.get("view", ""))
    except ValueError:
        phone = "Mobi" in request.headers.get("User-Agent", "")
        view = View.AGENDA if phone else View.MONTH
    try:
        day = within_reach(date.fromisoformat(given.get("on", "")[:10]))
    except ValueError:
        day = local_today()
    return CalendarPlace(view, day, CalendarFilters(**chosen))


class MoveWorkshopForm(RowVersionForm):
    """The day on which a workshop is to begin, the clock at which its days do, and where."""

    starts_on = DayField(_l("First day"), validators=[required(_l("Choose a day."))])
    day_starts_at = TimeOfDayField(_l("A day begins at"), validators=[required()])
    venue = choice_field(_l("Venue"), required=False)


HOLIDAY = "holiday"


@dataclass(frozen=True)
class MonthCell:
    """A day of a month: names of holidays, its lanes from the top (see `cells_of_week`), and how
    many things lie on it."""

    day: date
    holidays: tuple[str, ...]
    lanes: Sequence[Any]
    count: int


@dataclass(frozen=True)
class DayItem:
    """An entry on one of its days, the `number`th `of` so many, with its sessions of that day."""

    kind: str
    entry: CalendarEntry
    number: int
    of: int
    sessions: Sequence[CalendarEntry] = ()


@dataclass
class CalendarDay:
    """A day with what lies on it."""

    day: date
    holidays: list[str] = field(default_factory=list)
    things: list[DayItem] = field(default_factory=list)


def weeks_of(span: DaySpan, found: Sequence[KindEntry]) -> list[list[MonthCell]]:
    """The weeks of a month, each of seven cells."""
    holidays = _holidays(found)
    things = [
        (DaySpan(entry.entry.first, entry.entry.last), entry)
        for entry in found
        if entry.kind != HOLIDAY
    ]
    weeks = []
    for number in range(0, (span.last - span.first).days + 1, 7):
        monday = span.first + DAY * number
        cells = cells_of_week(bars_of_week(monday, things))
        weeks.append(
            [
                MonthCell(
                    day,
                    tuple(holidays.get(day, ())),
                    cell,
                    sum(thing is not None for thing in cell),
                )
                for day, cell in zip(DaySpan(monday, monday + 6 * DAY).days(), cells, strict=True)
            ]
        )
    return weeks


def days_of(span: DaySpan, found: Sequence[KindEntry]) -> list[CalendarDay]:
    """The days of a week or of the agenda. A session stands under the workshop that it belongs to,
    on its own day."""
    holidays = _holidays(found)
    days = {day: CalendarDay(day, list(holidays.get(day, ()))) for day in span.days()}
    parts: dict[tuple[str, date], list[CalendarEntry]] = defaultdict(list)
    for kind_entry in found:
        if kind_entry.entry.within:
            parts[kind_entry.entry.within, kind_entry.entry.first].append(kind_entry.entry)
    for kind_entry in found:
        entry = kind_entry.entry
        if kind_entry.kind == HOLIDAY or entry.within:
            continue
        all_days = DaySpan(entry.first, entry.last).days()
        for number, day in enumerate(all_days, start=1):
            if day in days:
                sessions = parts.get((entry.key, day), ())
                days[day].things.append(
                    DayItem(kind_entry.kind, entry, number, len(all_days), sessions)
                )
    return list(days.values())


def days_to_read(days: Sequence[CalendarDay]) -> list[CalendarDay]:
    """The days of an agenda: the first, which was asked for, and those on which something lies.
    Whatever takes several whole days is read once, on the first of them."""
    first = days[0].day if days else None
    read = [
        replace(
            day,
            things=[
                item
                for item in day.things
                if item.number == 1 or day.day == first or item.entry.starts_at is not None
            ],
        )
        for day in days
    ]
    return [day for number, day in enumerate(read) if not number or day.things or day.holidays]


def _holidays(found: Sequence[KindEntry]) -> dict[date, list[str]]:
    names: dict[date, list[str]] = defaultdict(list)
    for entry in found:
        if entry.kind == HOLIDAY:
            names[entry.entry.first].append(entry.entry.title)
    return names


_KEY = "recent_moves"
# More would make the cookie longer than browsers keep.
MOST_KEPT = 10
OFFERED_FOR = timedelta(hours=1)


@dataclass(frozen=True)
class RecentMove:
    """A move: the workshop by public id, where it was, the row version that it got by it (`made`),
    and the one at which it lies there now that later moves were undone."""

    workshop: str
    before: WorkshopPlace
    made: int
    row_version: int


def keep(workshop: str, done: MovedWorkshop, by: Actor, now: datetime) -> None:
    """Keep a move, the newest last."""
    before = done.before
    undo = [
        *_kept(by),
        [
            by.public_id,
            workshop,
            before.starts_on.isoformat(),
            before.day_starts_at.isoformat("minutes"),
            before.venue,
            done.row_version,
            done.row_version,
            int(now.timestamp()),
        ],
    ]
    session[_KEY] = undo[-MOST_KEPT:]


def last_move(by: Actor, now: datetime) -> RecentMove | None:
    """The newest move of this actor that is not older than an hour."""
    moves = _kept(by)
    if not moves or moves[-1][7] < (now - OFFERED_FOR).timestamp():
        return None
    return _read(moves[-1])


def take_back(move: RecentMove, row_version: int, by: Actor) -> None:
    """Forget a move that was undone. The one just before it can be undone next: the workshop lies
    again where that left it, at a new row version."""
    just_before = (move.workshop, move.made - 1)
    session[_KEY] = [
        [*one[:6], row_version, one[7]] if (one[1], one[5]) == just_before else one
        for one in _kept(by)
        if _read(one) != move
    ]


def forget(move: RecentMove, by: Actor) -> None:
    """Forget a move that can't be undone any more, and earlier ones of the same workshop."""
    session[_KEY] = [one for one in _kept(by) if one[1] != move.workshop]


def _kept(by: Actor) -> list[list[Any]]:
    rows: Sequence[list[Any]] = session.get(_KEY, ())
    return [move for move in rows if move[0] == by.public_id]


def _read(row: Sequence[Any]) -> RecentMove:
    _by, workshop, first, clock, venue, made, row_version, _at = row
    place = WorkshopPlace(date.fromisoformat(first), time.fromisoformat(clock), venue)
    return RecentMove(workshop, place, made, row_version)


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
    to_come = [day for day in free if not day.passed]
    return page(
        "calendar/move.html",
        form=form,
        workshop=workshop,
        trainers=facilitators_of(workshop),
        place=place,
        month=month,
        chosen=form.starts_on.data,
        days=free,
        reasons=list(dict.fromkeys(told for day in to_come for told in day.reasons)),
        against=next((day.reasons for day in to_come if day.day == form.starts_on.data), ()),
        before=before,
        after=after,
    )


def _day_asked(text: str) -> date | None:
    try:
        return within_reach(date.fromisoformat(text[:10]))
    except ValueError:
        return None


def _offer(form: MoveWorkshopForm, workshop: Workshop) -> None:
    offered = [(venue.public_id, venue.name) for venue in venues()]
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
            free_day.day.isoformat(): [passed, *free_day.reasons]
            if free_day.passed
            else list(free_day.reasons)
            for free_day in found
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
    sentences = [_moved_sentence(done.title, done.before, place_of(now), now), *_cautions(now)]
    return jsonify(
        {"said": " ".join(sentences), "url": place.url(day=first), "key": f"workshop-{public_id}"}
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
    text = _("Venue: %(venue)s.", venue=where)
    return f"{sentence} {text}"


@blueprint.post("/undo")
@allow("workshops.edit")
def undo() -> ResponseReturnValue:
    """Move a workshop back to where it was before the newest move."""
    actor, place = current_actor(), place_asked()
    move = last_move(actor, utc_now())
    shown = (request.form.get("workshop"), number_shown(request.form.get("row_version")))
    if move is None or shown != (move.workshop, move.row_version):
        raise Problem(_("There is nothing left to undo."))
    own_workshop(move.workshop, actor, "workshops.edit")
    done = _moved_back(move, actor)
    take_back(move, done.row_version, actor)
    first = move.before.starts_on
    sentence = _("“%(title)s” is back on %(day)s.", title=done.title, day=day_text(first))
    if request.headers.get("X-Requested-With") == "fetch":
        key = f"workshop-{move.workshop}"
        return jsonify({"said": sentence, "url": place.url(day=first), "key": key})
    flash(sentence)
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


VIEW_WORDS = {View.MONTH: _l("Month"), View.WEEK: _l("Week"), View.AGENDA: _l("Agenda")}


@blueprint.get("")
@allow("calendar.see")
def index() -> str:
    """The calendar, as far as each room shows what it has to the reader."""
    actor, place, today = current_actor(), place_asked(), local_today()
    span = shown(place.view, place.day)
    question = CalendarQuestion(actor, span.first, span.last, place.filters)
    entries = calendar_entries(question, closely=place.view is not View.MONTH)
    before, after = turned(place.view, place.day)
    plans = actor.may("workshops.edit")
    return render_template(
        f"calendar/{place.view}.html",
        place=place,
        today=today,
        heading=_heading(place, span),
        month=month_of(place.day),
        before=place.url(day=before),
        after=place.url(day=after),
        now=place.url(day=today),
        views=[
            {"label": label, "url": place.url(view), "current": view is place.view}
            for view, label in VIEW_WORDS.items()
        ],
        kinds=_kinds({entry.kind for entry in entries}),
        choices=filter_choices(actor),
        plan_address=url_for("workshops.add") + "?starts_on=" if plans else "",
        move_address=_with_id("calendar.move", place),
        free_address=_with_id("calendar.free_days"),
        undo_address=url_for("calendar.undo", **place.asked()),
        day_address=place.url(View.AGENDA, today).replace(today.isoformat(), "{}"),
        moved=last_moved(actor),
        **_laid_out(place, span, entries),
    )


def _laid_out(place: CalendarPlace, span: DaySpan, found: Any) -> dict[str, Any]:
    if place.view is View.MONTH:
        return {"weeks": weeks_of(span, found)}
    days = days_of(span, found)
    return {"days": days if place.view is View.WEEK else days_to_read(days)}


def _heading(place: CalendarPlace, span: DaySpan) -> str:
    if place.view is View.MONTH:
        return month_text(place.day)
    if place.view is View.WEEK:
        return _("Week of %(day)s", day=date_text(span.first))
    return _("From %(day)s", day=date_text(place.day))


def _kinds(there: set[str]) -> list[tuple[str, Any]]:
    """Meaning of the signs of the page: the kinds that are on it."""
    return [
        (source.kind, source.label)
        for source in declared(CalendarSource)
        if source.kind in there and not source.closely
    ]


def _with_id(endpoint: str, place: CalendarPlace | None = None) -> str:
    """An address about a workshop, with {} in the place of its id: each of a month's entries has
    it."""
    marked = "0" * 16
    window = place.asked() if place is not None else {}
    return url_for(endpoint, public_id=marked, **window).replace(marked, "{}", 1)
