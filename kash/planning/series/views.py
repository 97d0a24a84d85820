"""Pages of series: planning one with its dates shown first, and what is changed of it later."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import date, time, timedelta

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from kash.forums.models import Forum
from kash.forums.queries.series import forum_to_edit
from kash.people.queries.directory import venue_names, venues
from kash.planning.series import blueprint
from kash.planning.series.forms import (
    ComingForm,
    LeaveOutForm,
    MeetingsForm,
    SeriesRuleForm,
    sentence,
)
from kash.planning.series.models import Series
from kash.planning.series.queries import (
    SERIES_COLUMNS,
    HeldDate,
    SeriesLine,
    held_dates,
    next_days,
    one_series,
    pattern_of,
    series_list,
)
from kash.planning.series.rules import PlannedDate
from kash.planning.series.services import (
    DATES_CHANGED,
    ComingChange,
    MeetingHours,
    OneStandsInTheWay,
    add_dates,
    change_coming,
    dates_after,
    leave_out,
    repeat_meetings,
    repeat_workshop,
    take_up,
)
from kash.platform.database import utc_now
from kash.platform.web import current_actor, go, page
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.errors import Problem, one_or_404
from kash.platform.web.formats import local_today
from kash.platform.web.lists import listing
from kash.platform.web.taking import is_taken, offers_table, taken
from kash.policy import allow
from kash.workshops.models import Workshop
from kash.workshops.queries.scope import own_workshop


@blueprint.get("")
@allow("series.edit")
@offers_table("series")
def index() -> ResponseReturnValue:
    """Series that the actor runs, with when each is held next."""
    listed = listing(
        series_list(current_actor()),
        sorts={"made": (Series.created_at,)},
        default_sort="made",
        default_direction="desc",
        key=Series.id,
    )
    if is_taken():
        return taken(listed.turned(_lines), SERIES_COLUMNS)
    return render_template(
        "series/index.html",
        listing=listed,
        next_days=next_days(listed.rows, utc_now()),
        told={repeated.id: sentence(pattern_of(repeated)) for repeated in listed},
    )


def _lines(rows: Sequence[Series]) -> list[SeriesLine]:
    following = next_days(rows, utc_now())
    return [(series, sentence(pattern_of(series)), following.get(series.id)) for series in rows]


@blueprint.route("/workshops/<public_id>/new", methods=["GET", "POST"])
@allow("workshops.edit")
def new_of_workshop(public_id: str) -> ResponseReturnValue:
    """Repeat a workshop by a rule; its dates are shown before anything is planned."""
    actor = current_actor()
    workshop = own_workshop(public_id, actor, "workshops.edit")
    form = SeriesRuleForm()
    if request.method == "GET":
        form.first.data = max(workshop.starts_on + timedelta(days=1), local_today())
        form.begin_like(workshop.starts_on)
    days = (workshop.ends_on - workshop.starts_on).days + 1

    def plan(chosen: Sequence[date]) -> str:
        return repeat_workshop(public_id, form.pattern(), chosen, actor, public_id=form.key.data)

    return _rule_page(form, days, plan, workshop=workshop, taken=(workshop.starts_on,))


@blueprint.route("/forums/<forum_id>/new", methods=["GET", "POST"])
@allow("forums.edit")
def new_of_forum(forum_id: str) -> ResponseReturnValue:
    """Plan meetings of a forum by a rule; their dates are shown before anything is planned."""
    actor = current_actor()
    forum = forum_to_edit(forum_id, actor)
    form = MeetingsForm()
    if request.method == "GET":
        form.first.data = local_today()
        form.repeats.data = "monthly_weekday"
        form.begin_like(local_today())
        form.begins.data, form.ends.data = time(14), time(16, 30)

    def plan(chosen: Sequence[date]) -> str:
        hours = form.command(MeetingHours)
        return repeat_meetings(
            forum_id, form.pattern(), hours, chosen, actor, public_id=form.key.data
        )

    return _rule_page(form, 1, plan, forum=forum)


@blueprint.route("/<series_id>/more", methods=["GET", "POST"])
@allow("series.edit")
def more(series_id: str) -> ResponseReturnValue:
    """Add dates to a series, by the same rule or another from its last date on."""
    actor = current_actor()
    series = one_series(series_id, actor)
    locked = held_dates(series, utc_now())
    model = one_or_404(next((date for date in reversed(locked) if date.day is not None), None))
    form = SeriesRuleForm()
    if request.method == "GET":
        pattern = pattern_of(series)
        form.process(
            repeats=str(pattern.repeats),
            weekdays=[str(day) for day in pattern.weekdays],
            weekday=str(pattern.weekdays[0]) if pattern.weekdays else "0",
            ordinal=str(pattern.ordinal),
            day=str(pattern.day),
            every=pattern.every,
            on_holiday=str(pattern.on_holiday),
            first=max(locked[-1].named + timedelta(days=1), local_today()),
        )
    days = ((model.last or model.named) - (model.day or model.named)).days + 1

    def plan(chosen: Sequence[date]) -> str:
        add_dates(series_id, form.pattern(), chosen, actor, like=model.public_id)
        return series_id

    return _rule_page(form, days, plan, series=series, taken=[date.named for date in locked])


def _rule_page(
    form: SeriesRuleForm,
    days: int,
    plan: Callable[[Sequence[date]], str],
    *,
    taken: Sequence[date] = (),
    workshop: Workshop | None = None,
    forum: Forum | None = None,
    series: Series | None = None,
) -> ResponseReturnValue:
    """The form of a rule. Sent once it shows the dates, sent with them it plans the chosen ones."""
    dates: list[PlannedDate] = []
    sentence_shown, chosen = "", set(request.form.getlist("chosen"))
    if form.validate_on_submit():
        with form.showing_problems():
            dates = dates_after(form.pattern(), days, taken)
            hours = (form.begins.data, form.ends.data) if isinstance(form, MeetingsForm) else ()
            sentence_shown = sentence(form.pattern(), *hours)
            shown = request.form.get("shown", "")
            if request.form.get("step") == "plan" and shown != _digest(dates):
                raise Problem(DATES_CHANGED, status=409)
            if request.form.get("step") == "plan":
                wanted = [
                    planned_date.named
                    for planned_date in dates
                    if planned_date.named.isoformat() in chosen
                ]
                new_series = plan(wanted)
                return go(
                    "series.one",
                    ngettext("%(num)s date is planned.", "%(num)s dates are planned.", len(wanted)),
                    series_id=new_series,
                )
    if request.form.get("shown", "") != _digest(dates):
        chosen = {
            planned_date.named.isoformat() for planned_date in dates if planned_date.day is not None
        }
    return page(
        "series/rule.html",
        form=form,
        dates=dates,
        shown=_digest(dates),
        chosen=chosen,
        said=sentence_shown,
        workshop=workshop,
        forum=forum,
        series=series,
        places=venue_names() if forum is not None else [],
    )


def _digest(dates: Sequence[PlannedDate]) -> str:
    """Digest that tells these dates from others."""
    told = ";".join(f"{planned_date.named}{planned_date.day}" for planned_date in dates)
    return hashlib.sha256(told.encode()).hexdigest()[:16] if dates else ""


@blueprint.get("/<series_id>")
@allow("series.edit")
def one(series_id: str) -> str:
    """A series: its rule in words, and each of its dates as it stands."""
    series = one_series(series_id, current_actor())
    dates = held_dates(series, utc_now())
    return render_template(
        "series/series.html",
        series=series,
        said=sentence(pattern_of(series)),
        dates=dates,
        to_come=sum(date.to_come for date in dates),
    )


def _date(series: Series, date_id: str) -> HeldDate:
    """A date of a series. Raises NotFound."""
    dates = held_dates(series, utc_now())
    return one_or_404(next((date for date in dates if date.public_id == date_id), None))


@blueprint.route("/<series_id>/dates/<date_id>/change", methods=["GET", "POST"])
@allow("series.edit")
def change(series_id: str, date_id: str) -> ResponseReturnValue:
    """Change a date and those that follow it, or all to come."""
    actor = current_actor()
    series = one_series(series_id, actor)
    anchor = _date(series, date_id)
    venue = _venue_of(series, anchor)
    form = ComingForm(data={"begins": anchor.begins, "venue": venue, "place": anchor.place})
    form.venue.choices = [
        ("", _("Not decided yet")),
        *(
            (one.public_id, one.name)
            for one in venues(also_closed=True)
            if one.active or one.public_id == venue
        ),
    ]
    if form.validate_on_submit():
        with form.showing_problems():
            wanted = ComingChange(
                days=form.days.data or 0,
                begins=form.begins.data if form.begins.data != anchor.begins else None,
                venue=form.venue.data if form.venue.data != venue else None,
                place=form.place.data if form.place.data != anchor.place else None,
            )
            done = change_coming(
                series_id, date_id, wanted, actor, all_to_come=form.which.data == "all"
            )
            told = [
                ngettext("%(num)s date was changed.", "%(num)s dates were changed.", done.changed)
            ]
            if done.kept:
                told.append(
                    ngettext("%(num)s stays as it is.", "%(num)s stay as they are.", done.kept)
                )
            return go("series.one", " ".join(told))
    return page("series/change.html", form=form, series=series, anchor=anchor)


def _venue_of(series: Series, anchor: HeldDate) -> str:
    """The public id of the venue of a date, empty for none."""
    date = next(date for date in series.dates if date.public_id == anchor.public_id)
    if date.workshop is None or date.workshop.venue is None:
        return ""
    return date.workshop.venue.public_id


@blueprint.route("/<series_id>/dates/<date_id>/leave-out", methods=["GET", "POST"])
@allow("series.edit")
def leave(series_id: str, date_id: str) -> ResponseReturnValue:
    """Call a date off, or it and those that follow."""
    actor = current_actor()
    series = one_series(series_id, actor)
    anchor = _date(series, date_id)
    form = LeaveOutForm()
    following = [
        date
        for date in held_dates(series, utc_now())
        if date.to_come and date.number >= anchor.number
    ]
    if form.validate_on_submit():
        with form.showing_problems():
            chosen = following if form.which.data == "following" else [anchor]
            count = leave_out(
                series_id, [date.public_id for date in chosen], form.reason.data, actor
            )
            return go(
                "series.one",
                ngettext("%(num)s date is called off.", "%(num)s dates are called off.", count),
            )
    return page("series/leave.html", form=form, series=series, anchor=anchor, following=following)


@blueprint.post("/<series_id>/dates/<date_id>/take-up")
@allow("series.edit")
def take(series_id: str, date_id: str) -> ResponseReturnValue:
    """Hold a date after all."""
    with FlashedProblems(OneStandsInTheWay):
        take_up(series_id, date_id, current_actor())
        flash(_("This date is planned again."))
    return go("series.one")
