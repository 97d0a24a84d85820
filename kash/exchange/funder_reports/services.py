"""A report to a funder on paper and as sheets. Errors of reports to funders. Proposing a report,
approving it for good, and sending it back. Beginning and writing a report, and what a funder's
reports begin with."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import render_template
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from kash.exchange.funder_reports.models import APPROVAL, FunderReport, ReportTemplate
from kash.exchange.funder_reports.queries import (
    SECTION_NAMES,
    Content,
    content_of,
    made_name,
    present_content,
    stories_to_settle,
    tables_of,
    template_of,
)
from kash.exchange.funder_reports.queries import report as report_read
from kash.exchange.funder_reports.rules import (
    canonical,
    content_digest,
    sections_in_order,
    sections_told,
)
from kash.figures.statements.models import Statement
from kash.figures.statements.services import period_text
from kash.forums.stories.queries import ToldStory, stories_by
from kash.forums.stories.rules import FUNDERS
from kash.platform.approvals.approval import WrongStep
from kash.platform.database import db
from kash.platform.press import PagedDocument, document
from kash.platform.press.charts import bar_chart, picture_of
from kash.platform.vault import audited
from kash.platform.web.errors import ChangedMeanwhile, Problem, get_or_404, one_or_404
from kash.platform.web.formats import date_text
from kash.platform.web.programme import brand, logo_address, paper_wording
from kash.policy import SYSTEM, Actor
from kash.workshops.models import Funder


def stories_of(report: FunderReport) -> list[ToldStory]:
    """The stories of a report in its order; of one that was withdrawn, that those who pay may not
    hear or of which a number of the report says "few", nothing but that it was."""
    stories = stories_by(report.stories, FUNDERS, tables_of(report.statement))
    return [stories[story] for story in report.stories if story in stories]


def chart_of(content: Content) -> str:
    """Figures of this funder's workshops as bars, as an address of a picture; empty without any."""
    counts: dict[str, dict[str, float]] = {}
    for figure in content["figures"]:
        told = figure["supported"] and not figure["weighted"] and isinstance(figure["total"], int)
        if told and figure["counts_people"]:
            counts.setdefault(figure["who"], {})[figure["title"]] = float(figure["total"])
    titles = list(dict.fromkeys(title for count in counts.values() for title in count))
    if not titles:
        return ""
    series = {who: [value.get(title) for title in titles] for who, value in counts.items()}
    return picture_of(bar_chart(_("With this funder's support"), titles, series))


def report_paper(report: FunderReport) -> bytes:
    """The report as PDF in its language. Raises RenderError."""
    with force_locale(report.language):
        wording, content = paper_wording(), content_of(report)
        period = period_text(report.statement.of_days)
        html = render_template(
            "funder_reports/paper.html",
            report=report,
            content=content,
            sections=sections_told(report.sections, report.texts),
            names=SECTION_NAMES,
            stories=stories_of(report),
            chart=chart_of(content),
            period=period,
            organisation=brand(),
            wording=wording,
            logo=logo_address(wording, "minutes"),
            days=days_of,
            is_counted=is_counted,
            notes=notes_of(content),
        )
        paged = PagedDocument(
            html=html,
            title=_("Report to a funder"),
            language=report.language,
            header_left=report.title,
            header_right=period,
            footer_left=wording.footer,
            # The same bytes whenever it is printed again.
            dated=report.approved_at,
            watermark="" if report.is_final else _("Draft"),
        )
    return document(paged)


def days_of(one: Content) -> str:
    """The days of a workshop in words."""
    first, last = date.fromisoformat(one["first"]), date.fromisoformat(one["last"])
    return date_text(first) if first == last else f"{date_text(first)} – {date_text(last)}"


def is_counted(workshop: Content) -> bool:
    """True if the registers of a workshop were confirmed, so that its people are among the figures;
    reports that were kept before that was asked say nothing else."""
    return bool(workshop.get("confirmed", True))


def notes_of(content: Content) -> dict[str, str]:
    """Sentences below the tables of workshops and of money, by section, empty without need: nobody
    who came to a workshop without a confirmed register is counted, and a cancelled one is not
    named."""
    waiting = sum(not is_counted(workshop) for workshop in content["workshops"])
    lost = any(line.get("cancelled") for line in content["money"]["lines"])
    return {
        "workshops": _(
            "Workshops without a confirmed register: %(number)s. Their money stands in this"
            " report, and nobody who came to them is counted in it yet.",
            number=waiting,
        )
        if waiting
        else "",
        "money": _(
            "Cancelled workshops are not among the workshops of this report. What they cost stands"
            " in lines of their own, so that the sum is all that was spent."
        )
        if lost
        else "",
    }


def report_sheets(report: FunderReport) -> bytes:
    """The same figures as sheets: what was reached, workshops, money, definitions."""
    import xlsxwriter

    content = content_of(report)
    file = io.BytesIO()
    with (
        force_locale(report.language),
        xlsxwriter.Workbook(
            file,
            {
                "in_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "default_date_format": "yyyy-mm-dd",
            },
        ) as book,
    ):
        for name, rows in _sheets(report, content).items():
            sheet = book.add_worksheet(name[:31])
            for place, line in enumerate(rows):
                sheet.write_row(place, 0, line)
            sheet.freeze_panes(1, 0)
            sheet.autofit()
    return file.getvalue()


def _sheets(report: FunderReport, content: Content) -> dict[str, list[Sequence[Any]]]:
    figures: list[Sequence[Any]] = [
        (_("Figure"), _("Who"), _("Of"), _("Told apart by"), _("Count"), _("Definition, version"))
    ]
    for figure in content["figures"]:
        of = report.statement.funder.name if figure["supported"] else _("The whole programme")
        figures.append(
            (figure["title"], figure["who"], of, "", _cell(figure["total"]), figure["version"])
        )
        figures += [
            (
                figure["title"],
                figure["who"],
                of,
                cell["words"],
                _cell(cell["value"]),
                figure["version"],
            )
            for table in figure["tables"]
            for cell in table["cells"]
        ]
    workshops: list[Sequence[Any]] = [
        (
            _("Workshop"),
            _("First day"),
            _("Last day"),
            _("Place"),
            _("Share, per cent"),
            _("Code"),
            _("Register confirmed"),
        )
    ]
    workshops += [
        (
            workshop["title"],
            date.fromisoformat(workshop["first"]),
            date.fromisoformat(workshop["last"]),
            workshop["place"],
            workshop["share"],
            workshop["code"],
            _("yes") if is_counted(workshop) else _("no"),
        )
        for workshop in content["workshops"]
    ]
    money: list[Sequence[Any]] = [
        (_("Code"), _("Planned"), _("Spent"), _("Currency"), _("Workshops cancelled"))
    ]
    money += [
        (
            line["code"],
            line["planned"] / 100,
            line["spent"] / 100,
            content["money"]["currency"],
            _("yes") if line.get("cancelled") else _("no"),
        )
        for line in content["money"]["lines"]
    ]
    meanings: list[Sequence[Any]] = [(_("Figure"), _("Version"), _("What it counts"))]
    seen = {
        (figure["title"], figure["version"]): figure["definition"] for figure in content["figures"]
    }
    meanings += [(title, version, text) for (title, version), text in seen.items()]
    meanings += [
        (str(SECTION_NAMES[name]), "", note) for name, note in notes_of(content).items() if note
    ]
    return {
        _("What was reached"): figures,
        _("Workshops"): workshops,
        _("Money"): money,
        _("How it was counted"): meanings,
    }


def _cell(value: int | str | None) -> int | str:
    """A figure as a sheet holds it: "*" is left out, and empty is no data."""
    return "" if value is None else value


def propose_report(public_id: str, row_version: int, *, by: Actor) -> None:
    """Fix what is reported, and have another person read it than the one who wrote it. Raises
    NotFound, WrongStep and ChangedMeanwhile."""
    read = report_read(public_id, SYSTEM)
    content = canonical(present_content(read.statement, read.language))
    db.session.rollback()
    with audited("funder_reports.proposed", by) as change:
        report: FunderReport = APPROVAL.locked(change.session, public_id)
        if report.state not in ("draft", "returned"):
            raise WrongStep
        if report.row_version != row_version:
            raise ChangedMeanwhile
        report.content = content
        report.digest = content_digest(content, report.texts, report.stories)
        report.state, report.returned_reason = "proposed", ""
        report.row_version += 1
        change.about(public_id)


def approve_report(public_id: str, digest: str, *, by: Actor) -> None:
    """Approve exactly what was read: it is final. Raises NotFound, SamePerson, WrongStep and
    ChangedMeanwhile."""
    with audited("funder_reports.approved", by) as change:
        report: FunderReport = APPROVAL.locked(change.session, public_id)
        if report.state == "proposed" and report.digest != digest:
            raise ChangedMeanwhile
        APPROVAL.approve(change, report, by)
        report.approved_at = change.now
        report.row_version += 1


def settle_stories(public_id: str, *, by: Actor) -> None:
    """Note that a funder was told of the stories in a final report that those who pay may not read
    (any more). Raises NotFound."""
    with audited("funder_reports.stories_settled", by) as change:
        report: FunderReport = APPROVAL.locked(change.session, public_id)
        left = stories_to_settle(report)
        if not left:
            change.nothing()
            return
        report.stories_settled = [*report.stories_settled, *left]
        report.row_version += 1
        change.about(public_id)


def return_report(public_id: str, reason: str, *, by: Actor) -> None:
    """Send a report back, to be written on. Raises NotFound and WrongStep."""
    with audited("funder_reports.returned", by) as change:
        report: FunderReport = APPROVAL.locked(change.session, public_id)
        APPROVAL.turn_back(change, report, reason, by)
        report.content = report.digest = ""
        report.row_version += 1


OPEN = ("draft", "returned")


@dataclass(frozen=True)
class ReportDetails:
    """A report as it is written, or what a funder's reports begin with."""

    language: str
    sections: Sequence[str]
    texts: Mapping[str, str]
    title: str = ""
    stories: Sequence[str] = ()


def begin_report(statement: str, *, by: Actor) -> str:
    """Begin a report on a statement (public id) that was sent; the report's public id. Raises
    NotFound, StatementNotSent and ReportThere."""
    with audited("funder_reports.begun", by) as change:
        session = change.session
        report_locked = one_or_404(
            session.scalar(
                select(Statement)
                .options(joinedload(Statement.funder))
                .where(Statement.public_id == statement)
                .with_for_update(of=Statement)
            )
        )
        if report_locked.state != "sent":
            raise Problem(
                _l("Send the figures first: a report tells nothing that was not audited and sent.")
            )
        there = select(FunderReport.id).where(FunderReport.statement_id == report_locked.id)
        if session.scalar(there) is not None:
            raise Problem(_l("There is a report on these figures already."))
        begins = template_of(report_locked.funder_id)
        with force_locale(begins.language):
            title = made_name(report_locked)
        report: FunderReport = APPROVAL.propose(
            change,
            by,
            state="draft",
            statement_id=report_locked.id,
            language=begins.language,
            title=title,
            sections=list(begins.sections),
            texts=dict(begins.texts),
        )
        return report.public_id


def write_report(public_id: str, details: ReportDetails, row_version: int, *, by: Actor) -> None:
    """Change a report that is not proposed; the person who writes it does not approve it. Raises
    NotFound, ReportFixed and ChangedMeanwhile."""
    heard = stories_by(details.stories, FUNDERS)
    told = [key for key, value in heard.items() if not value.is_withdrawn]
    with audited("funder_reports.written", by) as change:
        report: FunderReport = APPROVAL.locked(change.session, public_id)
        if report.state not in OPEN:
            raise Problem(
                _l("This report was proposed, so it does not change. It can be sent back.")
            )
        if report.row_version != row_version:
            raise ChangedMeanwhile
        report.title, report.language = details.title, details.language
        report.sections = [str(section) for section in sections_in_order(details.sections)]
        report.texts = {key: text for key, text in details.texts.items() if text}
        report.stories = [story for story in details.stories if story in told]
        report.state, report.proposed_by = "draft", by.public_id
        report.row_version += 1
        change.about(public_id)


def write_template(funder: str, details: ReportDetails, row_version: int, *, by: Actor) -> None:
    """Say what a funder's (public id) reports begin with. Raises NotFound and ChangedMeanwhile."""
    with audited("funder_reports.template_written", by) as change:
        session = change.session
        paying = get_or_404(session, Funder, funder, lock=True)
        template = session.get(ReportTemplate, paying.id, with_for_update=True)
        if (template.row_version if template is not None else 0) != row_version:
            raise ChangedMeanwhile
        if template is None:
            template = ReportTemplate(funder_id=paying.id, row_version=0)
            session.add(template)
        template.language = details.language
        template.sections = [str(section) for section in sections_in_order(details.sections)]
        template.texts = {key: text for key, text in details.texts.items() if text}
        template.row_version += 1
        template.written_by, template.written_at = by.public_id, change.now
        change.about(funder)
