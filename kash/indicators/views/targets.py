"""Targets: what is to be reached in which period."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.coverage.queries.stations import all_groups
from kash.indicators import blueprint
from kash.indicators.forms import ChangeTargetForm, TargetForm
from kash.indicators.models import Target
from kash.indicators.queries import targets as queries
from kash.indicators.queries.definitions import definitions_on
from kash.indicators.queries.figures import funders
from kash.indicators.rules.keys import KEYS
from kash.indicators.rules.periods import LONGEST_TEXT, quarter_holding
from kash.indicators.services import targets as services
from kash.indicators.words import period_text_words
from kash.platform.web import current_actor, page
from kash.platform.web.formats import local_today
from kash.platform.web.lists import paged
from kash.platform.web.taking import TableColumn, is_taken, offers_table, taken
from kash.policy import allow

TARGET_COLUMNS: list[TableColumn[Target]] = [
    TableColumn(_l("Indicator"), lambda one: one.key, "#indicator+code"),
    TableColumn(_l("Period"), lambda one: one.period, "#date+period"),
    TableColumn(_l("Funder"), lambda one: one.funder.name if one.funder else "", "#org+funder"),
    TableColumn(_l("Group"), lambda one: one.group.letter if one.group else "", "#group"),
    TableColumn(_l("To reach"), lambda one: one.value, "#targeted"),
]


@blueprint.get("/targets")
@allow("indicators.see")
@offers_table("targets")
def targets() -> ResponseReturnValue:
    """All targets, the latest period first."""
    found = queries.all_targets()
    if is_taken():
        return taken(found, TARGET_COLUMNS)
    return page(
        "indicators/targets.html",
        listing=paged(found),
        titles={key: one.title for key, one in definitions_on(local_today(), KEYS).items()},
        words=period_text_words,
        may_set=current_actor().may("targets.set"),
    )


@blueprint.route("/targets/new", methods=["GET", "POST"])
@allow("targets.set")
def add_target() -> ResponseReturnValue:
    """Set a target."""
    asked = request.args.get("period", "")[:LONGEST_TEXT]
    form = TargetForm(
        data={
            "key": request.args.get("key", ""),
            "period": asked or quarter_holding(local_today()).text,
            "funder": request.args.get("funder", ""),
        }
    )
    definitions = definitions_on(local_today(), KEYS)
    form.key.choices = [(key, one.title) for key, one in definitions.items()]
    form.funder.choices = [("", _("The whole programme")), *funders()]
    form.group.choices = [
        ("", _("All groups")),
        *((one.letter, _("Group %(letter)s", letter=one.letter)) for one in all_groups()),
    ]
    if form.validate_on_submit():
        with form.showing_problems():
            services.add_target(form.details(), by=current_actor())
            flash(_("Saved."))
            return redirect(url_for("indicators.targets"), code=303)
    return page("indicators/target_form.html", form=form)


@blueprint.route("/targets/<public_id>/edit", methods=["GET", "POST"])
@allow("targets.set")
def change_target(public_id: str) -> ResponseReturnValue:
    """Change the value of a target."""
    found = queries.target(public_id)
    form = ChangeTargetForm(data={"value": found.value, "row_version": str(found.row_version)})
    if form.validate_on_submit():
        with form.showing_problems():
            services.change_target(
                public_id, form.value.data or 0, form.row_version_shown, by=current_actor()
            )
            flash(_("Saved."))
            return redirect(url_for("indicators.targets"), code=303)
        found = queries.target(public_id)
    if form.changed_meanwhile:
        form.compare({"value": found.value, "row_version": found.row_version})
    return page(
        "indicators/target_form.html",
        form=form,
        found=found,
        title=definitions_on(local_today(), (found.key,))[found.key].title,
        period=period_text_words(found.period),
    )


@blueprint.post("/targets/<public_id>/remove")
@allow("targets.set")
def remove_target(public_id: str) -> ResponseReturnValue:
    """Take a target away."""
    found = queries.target(public_id)
    title = definitions_on(local_today(), (found.key,))[found.key].title
    gone = f"{title}, {period_text_words(found.period)}: {found.value}"
    services.remove_target(public_id, by=current_actor())
    flash(_("Removed: %(what)s", what=gone))
    return redirect(url_for("indicators.targets"), code=303)
