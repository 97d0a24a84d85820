"""Evaluations of a workshop: its forms; each made, opened, given time, closed, removed."""

from __future__ import annotations

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.evaluations import blueprint
from kash.evaluations.errors import (
    AlreadyOpened,
    AnotherForm,
    FormNotOpen,
    FormWithoutQuestions,
    NotOfThisWorkshop,
    WrongClosingTime,
)
from kash.evaluations.forms import OpenEvaluationForm
from kash.evaluations.models import EvaluationForm
from kash.evaluations.queries.forms import forms_of, hall_code, questions_of, taken_so_far
from kash.evaluations.queries.results import groups_stand_apart, in_the_room, results_of
from kash.evaluations.rules.results import FEWEST, is_unanimous, mean_step
from kash.evaluations.rules.times import USUALLY_OPEN
from kash.evaluations.services import closing, forms
from kash.evaluations.views.scope import run_form, seen_form, to_form
from kash.platform.database import db, utc_now
from kash.platform.web import current_actor, page
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.formats import day_text, local_today, to_local
from kash.platform.web.programme import retention
from kash.policy import allow
from kash.workshops.frame import frame
from kash.workshops.queries.scope import own_workshop, runs
from kash.workshops.rules import days_between
from kash.workshops.services.errors import WorkshopCancelled

_WHOLE = "whole"


@blueprint.get("/workshops/<public_id>/evaluations")
@allow("evaluations.see")
def workshop(public_id: str) -> ResponseReturnValue:
    """Forms of a workshop, and what can be made: one for each day, one for the whole."""
    actor = current_actor()
    found = own_workshop(public_id, actor, "evaluations.see")
    there = forms_of(found)
    open_days = {one.day for one in there if one.state != "closed" or one.answered - one.left_out}
    choices = [
        (day.isoformat(), day_text(day))
        for day in days_between(found.starts_on, found.ends_on)
        if day not in open_days
    ]
    if None not in open_days:
        choices.append((_WHOLE, _("The whole workshop")))
    return render_template(
        "evaluations/workshop.html",
        **frame(found),
        forms=there,
        choices=choices,
        runs=runs(actor, found, "evaluations.run") and found.state != "cancelled",
    )


@blueprint.post("/workshops/<public_id>/evaluations")
@allow("evaluations.run")
def add(public_id: str) -> ResponseReturnValue:
    """Make a form of a day, or of the whole workshop."""
    own_workshop(public_id, current_actor(), "evaluations.run")
    asked = request.form.get("of", "")
    with FlashedProblems(AnotherForm, NotOfThisWorkshop, WorkshopCancelled, tone="warn"):
        made = forms.add_form(public_id, _day(asked), by=current_actor())
        return to_form(public_id, made)
    return _to_all(public_id)


def _day(asked: str) -> date | None:
    if asked == _WHOLE:
        return None
    try:
        return date.fromisoformat(asked)
    except ValueError:
        raise NotOfThisWorkshop from None


def _to_all(public_id: str) -> ResponseReturnValue:
    return redirect(url_for("evaluations.workshop", public_id=public_id), code=303)


@blueprint.get("/workshops/<public_id>/evaluations/<form_id>")
@allow("evaluations.see")
def form(public_id: str, form_id: str) -> ResponseReturnValue:
    """One form: its questions, how many answered, or what was answered."""
    found, one = seen_form(public_id, form_id)
    told = one.state == "closed" and one.answered - one.left_out >= FEWEST
    taken = taken_so_far(one) if one.state == "open" else 0
    return render_template(
        f"evaluations/{one.state}.html",
        workshop=found,
        form=one,
        questions=questions_of(db.session(), one.id),
        runs=runs(current_actor(), found, "evaluations.run"),
        # Fewer than five are no number: it would tick with each of the first.
        taken=taken if taken >= FEWEST else None,
        overdue=one.closes_at is not None and one.closes_at <= utc_now(),
        in_the_room=in_the_room(found, one),
        code=hall_code(one) if one.state == "open" else "",
        results=results_of(one) if told else [],
        comments_until=_comments_until(one),
        today=local_today(),
        told=told,
        fewest=FEWEST,
        mean_step=mean_step,
        is_unanimous=is_unanimous,
    )


def _comments_until(one: EvaluationForm) -> date | None:
    """The day on which comments of a closed form are deleted."""
    if one.closed_at is None:
        return None
    return to_local(one.closed_at + retention().span("own_words")).date()


@blueprint.route("/workshops/<public_id>/evaluations/<form_id>/open", methods=["GET", "POST"])
@allow("evaluations.run")
def open_form(public_id: str, form_id: str) -> ResponseReturnValue:
    """Have a form take answers until a time."""
    found, one = run_form(public_id, form_id)
    entered = OpenEvaluationForm(data={"closes_at": utc_now() + USUALLY_OPEN})
    if not groups_stand_apart(found):
        # Nobody is asked for what could never be shown.
        del entered.asks_group
    if entered.validate_on_submit():
        with entered.showing_problems(FormWithoutQuestions, closes_at=WrongClosingTime):
            forms.open_form(
                public_id,
                form_id,
                entered.closes_at.data,
                asks_group="asks_group" in entered and entered.asks_group.data,
                by=current_actor(),
            )
            flash(_("The form is open. Show its code on the wall."))
            return to_form(public_id, form_id)
    return page("evaluations/open_form.html", form=entered, workshop=found, evaluation=one)


@blueprint.post("/workshops/<public_id>/evaluations/<form_id>/longer")
@allow("evaluations.run")
def longer(public_id: str, form_id: str) -> ResponseReturnValue:
    """Have an open form close a quarter of an hour later."""
    run_form(public_id, form_id)
    with FlashedProblems(FormNotOpen, WrongClosingTime, tone="warn"):
        forms.give_more_time(public_id, form_id, by=current_actor())
        flash(_("A quarter of an hour more."))
    return to_form(public_id, form_id)


@blueprint.route("/workshops/<public_id>/evaluations/<form_id>/close", methods=["GET", "POST"])
@allow("evaluations.run")
def close(public_id: str, form_id: str) -> ResponseReturnValue:
    """Close a form for good, and see what was answered."""
    found, one = run_form(public_id, form_id)
    if request.method == "GET":
        return render_template("evaluations/close.html", workshop=found, form=one, fewest=FEWEST)
    with FlashedProblems(FormNotOpen, tone="warn"):
        closing.close_form(public_id, form_id, by=current_actor())
        flash(_("The form is closed, and its key is destroyed."))
    return to_form(public_id, form_id)


@blueprint.route("/workshops/<public_id>/evaluations/<form_id>/remove", methods=["GET", "POST"])
@allow("evaluations.run")
def remove(public_id: str, form_id: str) -> ResponseReturnValue:
    """Remove a form that was not opened."""
    found, one = run_form(public_id, form_id)
    if request.method == "GET":
        return render_template("evaluations/remove.html", workshop=found, form=one)
    with FlashedProblems(AlreadyOpened, tone="warn"):
        forms.remove_form(public_id, form_id, by=current_actor())
        flash(_("Removed."))
        return _to_all(public_id)
    return to_form(public_id, form_id)
