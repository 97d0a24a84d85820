"""Reports as they are read, decided on and taken away."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.accounts.queries.accounts import names_of
from kash.funder_reports import blueprint
from kash.funder_reports.approval import APPROVAL
from kash.funder_reports.documents import (
    chart_of,
    days_of,
    is_counted,
    notes_of,
    report_paper,
    report_sheets,
    stories_of,
)
from kash.funder_reports.forms import BeginReportForm, ReadReportForm
from kash.funder_reports.models import FunderReport
from kash.funder_reports.queries import reports as queries
from kash.funder_reports.queries.content import shown_content
from kash.funder_reports.rules.sections import sections_told
from kash.funder_reports.services import deciding
from kash.funder_reports.words import REPORT_STATES, SECTION_NAMES, read_name
from kash.platform.approvals.pages import ProposalPage, SendBackForm
from kash.platform.press import RenderError
from kash.platform.web import current_actor, download
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.row_versions import number_shown
from kash.platform.web.tables import XLSX
from kash.platform.web.taking import TableColumn, is_taken, noted, offers_table, taken
from kash.policy import allow
from kash.statements.words import period_text

REPORT_COLUMNS = (
    TableColumn[FunderReport](_l("Funder"), lambda one: one.statement.funder.name, "#org+funder"),
    TableColumn[FunderReport](_l("Period"), lambda one: one.statement.period, "#date+period"),
    TableColumn[FunderReport](_l("Title"), read_name, "#meta+title"),
    TableColumn[FunderReport](
        _l("How it stands"), lambda one: str(REPORT_STATES[one.state]), "#status"
    ),
)


@blueprint.get("/")
@allow("funder_reports.see")
@offers_table("funder_reports")
def index() -> ResponseReturnValue:
    """Reports that somebody reads."""
    actor = current_actor()
    found = queries.reports(actor, request.args.get("funder", "")[:16])
    if is_taken():
        return taken(found, REPORT_COLUMNS)
    form = BeginReportForm(formdata=None)
    writes = actor.may("funder_reports.write")
    waiting = queries.statements_to_report() if writes else []
    form.statement.choices = [
        (one.public_id, f"{one.funder.name}, {period_text(one.of_days)}") for one in waiting
    ]
    return render_template(
        "funder_reports/index.html",
        listing=found,
        form=form if waiting else None,
        writes=writes,
        staff=queries.writes(actor),
    )


@blueprint.get("/<public_id>")
@allow("funder_reports.see")
def report(public_id: str) -> ResponseReturnValue:
    """A report, section by section."""
    return _page(queries.report(public_id, current_actor()), SendBackForm(formdata=None), "")


def _page(found: FunderReport, back: SendBackForm, problem: str) -> ResponseReturnValue:
    actor, content = current_actor(), shown_content(found)
    return render_template(
        "funder_reports/report.html",
        report=found,
        content=content,
        sections=sections_told(found.sections, found.texts),
        names=SECTION_NAMES,
        stories=stories_of(found),
        taken_back=queries.stories_to_settle(found) if actor.may("funder_reports.approve") else [],
        chart=chart_of(content),
        days=days_of,
        is_counted=is_counted,
        notes=notes_of(content),
        decision=APPROVAL.offered(found, actor),
        accounts=names_of(one for one in found.accounts if one) if queries.writes(actor) else {},
        staff=queries.writes(actor),
        approve_form=ReadReportForm(formdata=None, data={"digest": found.digest}),
        form=back,
        problem=problem,
    ), 409 if problem else 422 if back.errors else 200


def _proposal(public_id: str) -> ProposalPage[FunderReport]:
    return ProposalPage(
        APPROVAL,
        lambda: queries.report(public_id, current_actor()),
        _page,
        url_for("funder_reports.report", public_id=public_id),
    )


def _done(said: str) -> Callable[[object], str]:
    return lambda _nothing: said


@blueprint.post("/<public_id>/propose")
@allow("funder_reports.write")
def propose(public_id: str) -> ResponseReturnValue:
    """Fix what it says, and have another read it."""
    shown = number_shown(request.form.get("row_version"))
    return _proposal(public_id).step(
        lambda one: deciding.propose_report(one.public_id, shown, by=current_actor()),
        _done(_("Proposed. A director reads it next.")),
    )


@blueprint.post("/<public_id>/approve")
@allow("funder_reports.approve", fresh=True)
def approve(public_id: str) -> ResponseReturnValue:
    """Make it final as it was read."""
    digest = ReadReportForm().digest.data or ""
    return _proposal(public_id).step(
        lambda one: deciding.approve_report(one.public_id, digest, by=current_actor()),
        _done(_("Final. The funder's accounts read it from now on.")),
    )


@blueprint.post("/<public_id>/stories")
@allow("funder_reports.approve")
def settle_stories(public_id: str) -> ResponseReturnValue:
    """Note that the funder was told of stories that it may not read (any more)."""
    deciding.settle_stories(public_id, by=current_actor())
    flash(_("Noted."))
    return redirect(url_for("funder_reports.report", public_id=public_id), code=303)


@blueprint.post("/<public_id>/return")
@allow("funder_reports.approve")
def send_back(public_id: str) -> ResponseReturnValue:
    """Send it back, with what must be put right."""
    return _proposal(public_id).send_back(
        lambda one, reason: deciding.return_report(one.public_id, reason, by=current_actor()),
        _("Sent back."),
        as_organiser=False,
    )


@blueprint.get("/<public_id>/report.pdf")
@allow("funder_reports.see")
def paper(public_id: str) -> ResponseReturnValue:
    """The report as PDF."""
    found = queries.report(public_id, current_actor())
    with FlashedProblems(RenderError):
        return noted(download(report_paper(found), name="report.pdf", type="application/pdf"))
    return redirect(url_for("funder_reports.report", public_id=public_id), code=303)


@blueprint.get("/<public_id>/report.xlsx")
@allow("funder_reports.see")
def sheets(public_id: str) -> ResponseReturnValue:
    """Its figures, workshops and money as sheets."""
    found = queries.report(public_id, current_actor())
    return noted(download(report_sheets(found), name="report.xlsx", type=XLSX))
