"""Holidays of a year, adding one and removing one that was added."""

from __future__ import annotations

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.platform.web import current_actor, page
from kash.platform.web.formats import local_today
from kash.policy import allow
from kash.workshops.holidays import blueprint
from kash.workshops.holidays.forms import HolidayForm, holiday_name
from kash.workshops.holidays.queries import local_holiday, local_holidays
from kash.workshops.holidays.rules import FIRST_YEAR, LAST_YEAR, public_holidays
from kash.workshops.holidays.services import HolidayDetails, add_holiday, remove_holiday


@blueprint.get("")
@allow("settings.see")
def index() -> ResponseReturnValue:
    """Holidays of a year: those of the law and those that were added."""
    year = _year()
    added = {one.day: one for one in local_holidays(year)}
    of_law = {day: holiday_name(kept) for day, kept in public_holidays(year).items()}
    return render_template(
        "holidays/index.html",
        year=year,
        days=sorted({*of_law, *added}),
        of_law=of_law,
        added=added,
        earlier=year - 1 if year > FIRST_YEAR else None,
        later=year + 1 if year < LAST_YEAR else None,
    )


def _year() -> int:
    year = request.args.get("year", type=int)
    return year if year and FIRST_YEAR <= year <= LAST_YEAR else local_today().year


@blueprint.route("/new", methods=["GET", "POST"])
@allow("settings.edit")
def add() -> ResponseReturnValue:
    """Add a day that was gazetted or follows the moon."""
    form = HolidayForm()
    if form.validate_on_submit():
        with form.showing_problems():
            details = form.command(HolidayDetails)
            add_holiday(details, by=current_actor())
            flash(_("Saved."))
            return redirect(_of(details.day))
    return page("holidays/add.html", form=form)


@blueprint.route("/<public_id>/remove", methods=["GET", "POST"])
@allow("settings.edit")
def remove(public_id: str) -> ResponseReturnValue:
    """Remove a day that was added."""
    if request.method == "POST":
        day = remove_holiday(public_id, by=current_actor())
        flash(_("Removed."))
        return redirect(_of(day))
    return render_template("holidays/remove.html", holiday=local_holiday(public_id))


def _of(day: date) -> str:
    return url_for("holidays.index", year=day.year)
