"""Pages of absences: her own in a few taps, who else is away, and on which days she teaches."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.accounts.models import Account
from kash.platform.web import current_actor, page
from kash.platform.web.formats import local_today
from kash.platform.web.taking import is_taken, offers_table, taken
from kash.policy import Reach, allow
from kash.workshops.availability import absences_blueprint as blueprint
from kash.workshops.availability import queries, services
from kash.workshops.availability.forms import AbsenceForm, TeachingDaysForm
from kash.workshops.availability.queries import bookings_of_account
from kash.workshops.availability.services import (
    ABSENCE_KIND,
    AbsenceDetails,
    TeachingDaysDetails,
    days_text,
    weekdays_text,
)
from kash.workshops.availability.tables import ABSENCE_COLUMNS


@blueprint.get("")
@allow("absences.see")
@offers_table("absences")
def index() -> ResponseReturnValue:
    """Absences that are not over: her own, then everybody else's as far as she may know."""
    actor, today = current_actor(), local_today()
    others = queries.absences_of_others(actor, today)
    if is_taken():
        return taken(others, ABSENCE_COLUMNS)
    said = queries.said_teaching_days(actor.account_id or 0)
    return render_template(
        "absences/index.html",
        me=actor.public_id,
        own=queries.own_absences(actor, today),
        others=others,
        days_text=days_text,
        kinds=ABSENCE_KIND,
        today=today,
        teaching=weekdays_text(said.weekdays) if said is not None else "",
        most=said.most_days_a_month if said is not None else None,
        knows_why=actor.reach("absences.see") is Reach.ALL,
    )


@blueprint.route("/new", methods=["GET", "POST"])
@allow("absences.write")
def add() -> ResponseReturnValue:
    """Write down that she is away, or for who plans for all, that somebody is."""
    actor = current_actor()
    form = AbsenceForm(first=local_today())
    accounts = queries.who_may_be_away(actor)
    form.offer(accounts)
    if accounts and request.method == "GET" and request.args.get("whose", "") in dict(accounts):
        form.whose.data = request.args["whose"]
    if form.validate_on_submit():
        with form.showing_problems():
            details = form.command(AbsenceDetails)
            whose = form.whose.data if accounts else actor.public_id
            services.add_absence(details, whose=whose, key=form.key.data, by=actor)
            flash(_("Saved."))
            _tell_what_is_taught(whose, details)
            return redirect(url_for("absences.index"), code=303)
    return page("absences/edit.html", form=form, absence=None)


@blueprint.route("/<public_id>/edit", methods=["GET", "POST"])
@allow("absences.write")
def edit(public_id: str) -> ResponseReturnValue:
    """Change an absence."""
    actor = current_actor()
    found = queries.absence(actor, public_id)
    form = AbsenceForm(data=_values(found))
    form.offer(())
    if form.validate_on_submit():
        with form.showing_problems():
            details = form.command(AbsenceDetails)
            services.change_absence(public_id, details, form.row_version_shown, by=actor)
            flash(_("Saved."))
            _tell_what_is_taught(found.account, details)
            return redirect(url_for("absences.index"), code=303)
        if form.changed_meanwhile:
            form.compare(_values(queries.absence(actor, public_id)))
    return page("absences/edit.html", form=form, absence=found)


@blueprint.route("/<public_id>/remove", methods=["GET", "POST"])
@allow("absences.write")
def remove(public_id: str) -> ResponseReturnValue:
    """Remove an absence: she is there after all."""
    actor = current_actor()
    if request.method == "POST":
        services.remove_absence(public_id, by=actor)
        flash(_("Removed."))
        return redirect(url_for("absences.index"), code=303)
    found = queries.absence(actor, public_id)
    return render_template("absences/remove.html", absence=found, days_text=days_text)


@blueprint.route("/teaching/<public_id>", methods=["GET", "POST"])
@allow("absences.write")
def teaching(public_id: str) -> ResponseReturnValue:
    """Weekdays on which an account teaches, and its most days of a month."""
    actor = current_actor()
    account = queries.account_that_may_be_away(actor, public_id)
    form = TeachingDaysForm(data=_said(account))
    form.offer()
    if form.validate_on_submit():
        with form.showing_problems():
            details = TeachingDaysDetails(tuple(form.weekdays.data), form.most_days_a_month.data)
            services.say_teaching_days(public_id, details, form.row_version_shown, by=actor)
            flash(_("Saved."))
            return redirect(url_for("absences.index"), code=303)
        if form.changed_meanwhile:
            account = queries.account_that_may_be_away(actor, public_id)
            form.show_row_version(_said(account)["row_version"])
    return page(
        "absences/teaching.html",
        form=form,
        own=public_id == actor.public_id,
        name=account.name,
    )


def _tell_what_is_taught(whose: str, details: AbsenceDetails) -> None:
    """Tell, once it is saved, what she was to teach on these days."""
    account = queries.account_that_may_be_away(current_actor(), whose)
    for booked in bookings_of_account(account.id, details.days.first, details.days.last):
        flash(
            _(
                "On these days there is a workshop to teach: %(title)s, %(days)s. Somebody else has"
                " to take it, or it has to move.",
                title=booked.title,
                days=days_text(booked.first, booked.last),
            ),
            "warn",
        )


def _values(found: queries.ShownAbsence) -> dict[str, object]:
    return {
        "first": found.first,
        "last": found.last if found.last != found.first else None,
        "kind": found.kind,
        "note": found.note,
        "row_version": found.row_version,
    }


def _said(account: Account) -> dict[str, Any]:
    said = queries.said_teaching_days(account.id)
    if said is None:
        return {"weekdays": list(range(7)), "most_days_a_month": None, "row_version": 0}
    return {
        "weekdays": said.weekdays,
        "most_days_a_month": said.most_days_a_month,
        "row_version": said.row_version,
    }
