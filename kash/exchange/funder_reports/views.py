"""Forms of reports to funders. Reports as they are read, decided on and taken away. Writing a
report, and what a funder's reports begin with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.accounts.queries.accounts import names_of
from kash.exchange.funder_reports import blueprint, queries
from kash.exchange.funder_reports import services as deciding
from kash.exchange.funder_reports.models import APPROVAL, FunderReport, ReportTemplate
from kash.exchange.funder_reports.queries import (
    REPORT_STATES,
    SECTION_NAMES,
    read_name,
    shown_content,
    tables_of,
)
from kash.exchange.funder_reports.rules import ALWAYS, LONGEST_TEXT, ReportSection, sections_told
from kash.exchange.funder_reports.services import (
    ReportDetails,
    chart_of,
    days_of,
    is_counted,
    notes_of,
    report_paper,
    report_sheets,
    stories_of,
)
from kash.figures.statements.services import period_text
from kash.forums.stories.queries import stories_by, stories_told
from kash.forums.stories.rules import FUNDERS
from kash.platform.approvals.pages import ProposalPage, SendBackForm
from kash.platform.press import RenderError
from kash.platform.web import KashForm, current_actor, download, go, page
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.errors import NotFound, Problem
from kash.platform.web.fields import HiddenField, SeveralField
from kash.platform.web.forms import choice_field, long_text_field, text_field
from kash.platform.web.programme import LANGUAGES
from kash.platform.web.row_versions import RowVersionForm, number_shown
from kash.platform.web.taking import XLSX, TableColumn, is_taken, noted, offers_table, taken
from kash.policy import allow

_CHOSEN = [
    (str(section), SECTION_NAMES[section]) for section in ReportSection if section not in ALWAYS
]
_LANGUAGES = [(code, name) for code, name in LANGUAGES.items() if code in ("en", "sw")]


def _words(section: ReportSection) -> Any:
    return long_text_field(SECTION_NAMES[section], most=LONGEST_TEXT, rows=5)


class ReportTemplateForm(RowVersionForm):
    """Beginning of a funder's reports: sections, and what is written in each."""

    language = choice_field(_l("Language"), _LANGUAGES)
    sections = SeveralField(_l("Sections"), choices=_CHOSEN)
    summary = _words(ReportSection.SUMMARY)
    figures = _words(ReportSection.FIGURES)
    stories_text = _words(ReportSection.STORIES)
    workshops = _words(ReportSection.WORKSHOPS)
    money = _words(ReportSection.MONEY)
    printed = _words(ReportSection.PRINTED)
    next = _words(ReportSection.NEXT)
    annex = _words(ReportSection.ANNEX)

    @property
    def details(self) -> ReportDetails:
        """The report or template as entered, its texts by section."""
        return self.command(
            ReportDetails,
            texts={
                str(section): (self[_name_of(section)].data or "").strip()
                for section in ReportSection
            },
        )


def _name_of(section: ReportSection) -> str:
    return "stories_text" if section is ReportSection.STORIES else str(section)


def texts_as_entered(texts: Mapping[str, str]) -> dict[str, str]:
    """Texts by the fields of the form."""
    return {_name_of(section): texts.get(section, "") for section in ReportSection}


class FunderReportForm(ReportTemplateForm):
    """A report; the view offers stories that are told."""

    title = text_field(_l("Title"), most=120)
    stories = SeveralField(_l("Stories"), choices=[])


class BeginReportForm(KashForm):
    """The figures that a new report is about; the view offers statements that were sent."""

    statement = choice_field(_l("Figures that were sent"), [])


class ReadReportForm(KashForm):
    """Approval of exactly what was read."""

    digest = HiddenField()


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
    reports = queries.reports(actor, request.args.get("funder", "")[:16])
    if is_taken():
        return taken(reports, REPORT_COLUMNS)
    form = BeginReportForm(formdata=None)
    writes = actor.may("funder_reports.write")
    waiting = queries.statements_to_report() if writes else []
    form.statement.choices = [
        (statement.public_id, f"{statement.funder.name}, {period_text(statement.of_days)}")
        for statement in waiting
    ]
    return render_template(
        "funder_reports/index.html",
        listing=reports,
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
        accounts=names_of(account for account in found.accounts if account)
        if queries.writes(actor)
        else {},
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
    return go("funder_reports.report", _("Noted."))


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
    report = queries.report(public_id, current_actor())
    with FlashedProblems(RenderError):
        return noted(download(report_paper(report), name="report.pdf", type="application/pdf"))
    return go("funder_reports.report")


@blueprint.get("/<public_id>/report.xlsx")
@allow("funder_reports.see")
def sheets(public_id: str) -> ResponseReturnValue:
    """Its figures, workshops and money as sheets."""
    report = queries.report(public_id, current_actor())
    return noted(download(report_sheets(report), name="report.xlsx", type=XLSX))


_MOST_STORIES = 24


@blueprint.post("/new")
@allow("funder_reports.write")
def begin() -> ResponseReturnValue:
    """Begin a report on figures that were sent."""
    form = BeginReportForm()
    form.statement.choices = [
        (statement.public_id, period_text(statement.of_days))
        for statement in queries.statements_to_report()
    ]
    if form.validate_on_submit():
        with FlashedProblems(Problem):
            new_id = deciding.begin_report(form.statement.data, by=current_actor())
            return go("funder_reports.edit", public_id=new_id)
    else:
        flash(_("Choose figures that were sent and have no report yet."), "bad")
    return go("funder_reports.index")


@blueprint.route("/<public_id>/edit", methods=["GET", "POST"])
@allow("funder_reports.write")
def edit(public_id: str) -> ResponseReturnValue:
    """Write a report, section by section."""
    report = queries.report(public_id, current_actor())
    if report.state not in deciding.OPEN:
        raise NotFound
    form = FunderReportForm(data=_saved(report))
    form.stories.choices = _story_choices(report)
    if form.validate_on_submit():
        with form.showing_problems():
            deciding.write_report(
                public_id, form.details, form.row_version_shown, by=current_actor()
            )
            return go("funder_reports.report", _("Saved."))
        report = queries.report(public_id, current_actor())
    if form.changed_meanwhile:
        form.compare(_saved(report))
    return page(
        "funder_reports/edit.html",
        form=form,
        report=report,
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
    chosen = [story for story in heard.values() if not story.is_withdrawn]
    newest = stories_told(_MOST_STORIES, FUNDERS, tables)
    return [
        (one.public_id, one.title)
        for one in {story.public_id: story for story in (*chosen, *newest)}.values()
    ]


@blueprint.route("/begins/<funder_id>", methods=["GET", "POST"])
@allow("funder_reports.write")
def template(funder_id: str) -> ResponseReturnValue:
    """Beginning of a funder's reports."""
    funder = queries.funder(funder_id)
    form = ReportTemplateForm(data=_template_saved(queries.template_of(funder.id)))
    if form.validate_on_submit():
        with form.showing_problems():
            deciding.write_template(
                funder_id, form.details, form.row_version_shown, by=current_actor()
            )
            return go("funder_reports.index", _("Saved."))
    if form.changed_meanwhile:
        form.compare(_template_saved(queries.template_of(queries.funder(funder_id).id)))
    return page(
        "funder_reports/template.html", form=form, funder=funder, sections=list(ReportSection)
    )


def _template_saved(found: ReportTemplate) -> dict[str, Any]:
    return {
        "language": found.language,
        "sections": list(found.sections),
        "row_version": found.row_version,
        **texts_as_entered(found.texts),
    }
