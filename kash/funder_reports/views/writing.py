"""Writing a report, and what a funder's reports begin with."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.funder_reports import blueprint
from kash.funder_reports.forms import (
    BeginReportForm,
    FunderReportForm,
    ReportTemplateForm,
    texts_as_entered,
)
from kash.funder_reports.models import FunderReport, ReportTemplate
from kash.funder_reports.queries import reports as queries
from kash.funder_reports.queries.content import tables_of
from kash.funder_reports.rules.sections import ReportSection
from kash.funder_reports.services import writing
from kash.funder_reports.words import SECTION_NAMES
from kash.platform.web import current_actor, page
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.errors import NotFound, Problem
from kash.policy import allow
from kash.statements.words import period_text
from kash.stories.queries.told import stories_by, stories_told
from kash.stories.rules.drafts import FUNDERS

_MOST_STORIES = 24


@blueprint.post("/new")
@allow("funder_reports.write")
def begin() -> ResponseReturnValue:
    """Begin a report on figures that were sent."""
    form = BeginReportForm()
    form.statement.choices = [
        (one.public_id, period_text(one.of_days)) for one in queries.statements_to_report()
    ]
    if form.validate_on_submit():
        with FlashedProblems(Problem):
            made = writing.begin_report(form.statement.data, by=current_actor())
            return redirect(url_for("funder_reports.edit", public_id=made), code=303)
    else:
        flash(_("Choose figures that were sent and have no report yet."), "bad")
    return redirect(url_for("funder_reports.index"), code=303)


@blueprint.route("/<public_id>/edit", methods=["GET", "POST"])
@allow("funder_reports.write")
def edit(public_id: str) -> ResponseReturnValue:
    """Write a report, section by section."""
    found = queries.report(public_id, current_actor())
    if found.state not in writing.OPEN:
        raise NotFound
    form = FunderReportForm(data=_saved(found))
    form.stories.choices = _story_choices(found)
    if form.validate_on_submit():
        with form.showing_problems():
            writing.write_report(
                public_id, form.details, form.row_version_shown, by=current_actor()
            )
            flash(_("Saved."))
            return redirect(url_for("funder_reports.report", public_id=public_id), code=303)
        found = queries.report(public_id, current_actor())
    if form.changed_meanwhile:
        form.compare(_saved(found))
    return page(
        "funder_reports/edit.html",
        form=form,
        report=found,
        names=SECTION_NAMES,
        sections=list(ReportSection),
    )


def _saved(found: FunderReport) -> dict[str, Any]:
    return {
        "title": found.title,
        "language": found.language,
        "sections": list(found.sections),
        "stories": list(found.stories),
        "row_version": found.row_version,
        **texts_as_entered(found.texts),
    }


def _story_choices(found: FunderReport) -> list[tuple[str, str]]:
    """Stories that those who pay may hear, those of the report among them."""
    tables = tables_of(found.statement)
    heard = stories_by(found.stories, FUNDERS, tables)
    chosen = [one for one in heard.values() if not one.is_withdrawn]
    newest = stories_told(_MOST_STORIES, FUNDERS, tables)
    return [
        (one.public_id, one.title)
        for one in {one.public_id: one for one in (*chosen, *newest)}.values()
    ]


@blueprint.route("/begins/<funder_id>", methods=["GET", "POST"])
@allow("funder_reports.write")
def template(funder_id: str) -> ResponseReturnValue:
    """Beginning of a funder's reports."""
    funder = queries.funder(funder_id)
    form = ReportTemplateForm(data=_template_saved(queries.template_of(funder.id)))
    if form.validate_on_submit():
        with form.showing_problems():
            writing.write_template(
                funder_id, form.details, form.row_version_shown, by=current_actor()
            )
            flash(_("Saved."))
            return redirect(url_for("funder_reports.index"), code=303)
    if form.changed_meanwhile:
        form.compare(_template_saved(queries.template_of(queries.funder(funder_id).id)))
    return page(
        "funder_reports/template.html",
        form=form,
        funder=funder,
        sections=list(ReportSection),
    )


def _template_saved(found: ReportTemplate) -> dict[str, Any]:
    return {
        "language": found.language,
        "sections": list(found.sections),
        "row_version": found.row_version,
        **texts_as_entered(found.texts),
    }
