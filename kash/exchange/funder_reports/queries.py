"""Content of a report: what there is of workshops, money and printed figures when it is read, as
plain values that can be kept. Reports that somebody reads: all of them for staff, final ones on
its own for a funder. Words of reports to funders. Reports that funders read, as what has left
tells them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from flask import url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, Text, cast, exists, false, select
from sqlalchemy.orm import contains_eager, joinedload

from kash.exchange.funder_reports.models import APPROVAL, FunderReport, ReportTemplate
from kash.exchange.funder_reports.rules import ReportSection
from kash.figures.funders.services import funder_of
from kash.figures.releases.queries import PrintedTable, printed_tables
from kash.figures.statements.models import Statement
from kash.figures.statements.queries import FrozenCell, FrozenRow, figures_of
from kash.figures.statements.rules import Who
from kash.figures.statements.services import (
    WHO,
    LeftPaper,
    LeftPapers,
    line_title,
    period_text,
    place_text,
    read_line,
)
from kash.forums.stories.queries import not_heard
from kash.forums.stories.rules import FUNDERS
from kash.money.budget.queries import BudgetSearch, budgets, currency
from kash.money.budget.rules import BudgetPart, total_of
from kash.platform.database import db
from kash.platform.web.errors import get_or_404, one_or_404
from kash.platform.web.lists import Listing, listing
from kash.platform.web.programme import LANGUAGES
from kash.policy import SYSTEM, Actor, Reach
from kash.workshops.models import Funder, Funding, Workshop
from kash.workshops.queries.workshops import counts_within, is_confirmed

Content = dict[str, Any]


def content_of(report: FunderReport) -> Content:
    """Content of a report as it was proposed, or as it would be now."""
    if report.content:
        content: Content = json.loads(report.content)
        return content
    return present_content(report.statement, report.language)


def present_content(statement: Statement, language: str) -> Content:
    """The same as of this moment, in a language."""
    with force_locale(language):
        return {
            "figures": [
                _figure_row(figure, line_title(figure.line, figure.title))
                for figure in figures_of(statement)
            ],
            "workshops": _workshops(statement),
            "money": _money(statement),
            "printed": _printed(statement),
            "head_code": statement.head_code,
        }


def shown_content(report: FunderReport) -> Content:
    """Content as a page shows it: figures in words of the reader, all else as on paper."""
    figures = [
        _figure_row(figure, read_line(figure.line, figure.title, figure.version))
        for figure in figures_of(report.statement)
    ]
    return content_of(report) | {"figures": figures}


def _figure_row(row: FrozenRow, title: str) -> Content:
    return {
        "title": title,
        "who": str(WHO[row.line.who]),
        "supported": row.line.supported,
        "weighted": row.line.weighted,
        "counts_people": row.line.who is not Who.NOBODY,
        "definition": row.definition,
        "version": row.version,
        "total": _value(row.total),
        "tables": [
            {
                "dimensions": list(by),
                "cells": [
                    {"words": place_text(cell.place, cell.label), "value": _value(cell)}
                    for cell in row.by(*by)
                ],
            }
            for by in row.line.by
        ],
    }


def _value(cell: FrozenCell) -> int | str | None:
    """A figure as it was sent: a number, "*" where it is left out, None where there is no data."""
    return "*" if cell.starred else cell.value


def _workshops(statement: Statement) -> list[Content]:
    """Workshops that the funder pays in part and that ended in the period, with its share of each,
    and whether its registers are confirmed; none of their people."""
    rows = db.session.execute(
        select(Workshop, Funding.share, Funding.budget_code, is_confirmed())
        .join(Funding, Funding.workshop_id == Workshop.id)
        .options(joinedload(Workshop.venue))
        .where(
            Funding.funder_id == statement.funder_id,
            Workshop.state == "planned",
            counts_within(statement.first_day, statement.last_day),
        )
        .order_by(Workshop.starts_on, Workshop.id)
    )
    return [
        {
            "title": workshop.version.public_title,
            "first": workshop.starts_on.isoformat(),
            "last": workshop.ends_on.isoformat(),
            "place": workshop.venue.place if workshop.venue else "",
            "share": share,
            "code": code,
            "confirmed": bool(confirmed),
        }
        for workshop, share, code, confirmed in rows
    ]


def _money(statement: Statement) -> Content:
    """Money of the funder, planned and spent, by budget code, of workshops that ended in the
    period; whole cents. What a cancelled workshop cost stands in lines of its own, so that the sum
    is whole and no line tells more than the workshops that are named."""
    search = BudgetSearch(statement.first_day, statement.last_day, statement.funder.name)
    parts: dict[bool, list[BudgetPart]] = {False: [], True: []}
    for budget in budgets(SYSTEM, search, most=None):
        parts[budget.workshop.state == "cancelled"] += filter(search.fits, budget.parts)
    lines = [
        {"code": part.code, "planned": part.planned, "spent": part.spent, "cancelled": cancelled}
        for cancelled, those in parts.items()
        for part in total_of(those).values()
        if not cancelled or part.planned or part.spent
    ]
    return {
        "currency": currency(),
        "lines": sorted(lines, key=lambda line: (line["code"], line["cancelled"])),
    }


def _printed(statement: Statement) -> list[Content]:
    return [
        {
            "title": table.title,
            "day": table.freeze_on.isoformat(),
            "lines": [[line.label, line.printed] for line in table.lines],
        }
        for table in tables_of(statement)
    ]


def tables_of(statement: Statement) -> list[PrintedTable]:
    """The tables that were printed by the last day of a statement, the newest of each."""
    newest = {
        table.key: table for table in printed_tables() if table.freeze_on <= statement.last_day
    }
    return list(newest.values())


def writes(actor: Actor) -> bool:
    """True if drafts are hers to read."""
    return actor.reach("funder_reports.see") is Reach.ALL


def _readable(actor: Actor) -> Select[Any]:
    statement = (
        select(FunderReport)
        .join(FunderReport.statement)
        .join(Statement.funder)
        .options(contains_eager(FunderReport.statement).contains_eager(Statement.funder))
    )
    if writes(actor):
        return statement
    own = funder_of(actor)
    mine = Statement.funder_id == own.id if own is not None else false()
    return statement.where(FunderReport.state == "approved", mine)


def reports(actor: Actor, funder: str = "") -> Listing[FunderReport]:
    """A page of the reports that somebody reads, the newest period first."""
    statement = _readable(actor)
    if funder:
        statement = statement.where(Funder.public_id == funder)
    return listing(
        statement,
        sorts={"period": Statement.first_day, "funder": Funder.name},
        default_sort="period",
        default_direction="desc",
        key=FunderReport.id,
    )


def newest_reports(actor: Actor, most: int) -> Sequence[FunderReport]:
    """The newest of them."""
    statement = _readable(actor).order_by(Statement.first_day.desc(), FunderReport.id.desc())
    return db.session.scalars(statement.limit(most)).all()


def report(public_id: str, actor: Actor) -> FunderReport:
    """One of them. Raises NotFound."""
    return one_or_404(
        db.session.scalar(_readable(actor).where(FunderReport.public_id == public_id))
    )


def waiting_reports(actor: Actor) -> Sequence[FunderReport]:
    """Reports that wait for an actor's approval, the oldest first."""
    statement = (
        select(FunderReport)
        .join(FunderReport.statement)
        .join(Statement.funder)
        .options(contains_eager(FunderReport.statement).contains_eager(Statement.funder))
        .where(APPROVAL.open_to(actor))
    )
    return db.session.scalars(statement.order_by(FunderReport.id)).all()


def returned_reports() -> Sequence[FunderReport]:
    """Reports that were sent back, the oldest first."""
    return db.session.scalars(
        select(FunderReport)
        .options(joinedload(FunderReport.statement).joinedload(Statement.funder))
        .where(FunderReport.state == "returned")
        .order_by(FunderReport.id)
    ).all()


def stories_to_settle(report: FunderReport) -> list[str]:
    """Stories (public ids) that a report was approved with, that those who pay may not read (any
    more), and of which nobody noted that they were told so."""
    if not report.is_final:
        return []
    gone = not_heard(report.stories, FUNDERS) - set(report.stories_settled)
    return [story for story in report.stories if story in gone]


def reports_to_settle() -> list[FunderReport]:
    """Final reports with such stories, the oldest first."""
    approved = db.session.scalars(
        select(FunderReport)
        .options(joinedload(FunderReport.statement).joinedload(Statement.funder))
        .where(FunderReport.state == "approved")
        .order_by(FunderReport.id)
    ).all()
    gone = not_heard({story for report in approved for story in report.stories}, FUNDERS)
    return [
        report
        for report in approved
        if gone.intersection(report.stories) - set(report.stories_settled)
    ]


def any_with_stories() -> ColumnElement[bool]:
    """The condition that a final report was approved with stories."""
    written = cast(FunderReport.stories, Text) != "[]"
    return exists().where(FunderReport.state == "approved", written)


def any_returned() -> ColumnElement[bool]:
    """The condition that there is one."""
    return exists().where(FunderReport.state == "returned")


def statements_to_report() -> Sequence[Statement]:
    """Statements that were sent and have no report yet, the newest first."""
    taken = exists().where(FunderReport.statement_id == Statement.id)
    return db.session.scalars(
        select(Statement)
        .options(joinedload(Statement.funder))
        .where(Statement.state == "sent", ~taken)
        .order_by(Statement.sent_number.desc())
    ).all()


def funder(public_id: str) -> Funder:
    """A funder. Raises NotFound."""
    return get_or_404(db.session, Funder, public_id)


def template_of(funder_id: int) -> ReportTemplate:
    """Beginning of a funder's reports; all sections without a word where nobody said."""
    template = db.session.get(ReportTemplate, funder_id)
    if template is not None:
        return template
    return ReportTemplate(
        funder_id=funder_id,
        language="en",
        sections=[str(section) for section in ReportSection],
        texts={},
        row_version=0,
    )


SECTION_NAMES: dict[str, Any] = {
    ReportSection.SUMMARY: _l("Summary"),
    ReportSection.FIGURES: _l("What was reached"),
    ReportSection.STORIES: _l("What people told"),
    ReportSection.WORKSHOPS: _l("Workshops"),
    ReportSection.MONEY: _l("Money"),
    ReportSection.PRINTED: _l("Figures from the cases"),
    ReportSection.NEXT: _l("What comes next"),
    ReportSection.ANNEX: _l("How it was counted"),
}
REPORT_STATES: dict[str, Any] = {
    "draft": _l("Draft"),
    "proposed": _l("Waits for approval"),
    "approved": _l("Final"),
    "returned": _l("Sent back"),
}
REPORT_TONES = {"draft": "", "proposed": "live", "approved": "good", "returned": "bad"}


def made_name(statement: Statement) -> str:
    """The title with which a report on a statement begins."""
    return _(
        "Report to %(funder)s, %(period)s",
        funder=statement.funder.name,
        period=period_text(statement.of_days),
    )[:120]


def read_name(report: FunderReport) -> str:
    """Title of a report on a page: in the language of the reader where nobody gave it another than
    it began with. On paper it stays as it is."""
    for language in LANGUAGES:
        with force_locale(language):
            maker = made_name(report.statement)
        if report.title == maker:
            return made_name(report.statement)
    return report.title


def _papers(funder: Funder) -> list[LeftPaper]:
    """Final reports to a funder, the newest first. They tell figures as its statement did."""
    rows = db.session.scalars(
        select(FunderReport)
        .join(FunderReport.statement)
        .options(contains_eager(FunderReport.statement).joinedload(Statement.funder))
        .where(FunderReport.state == "approved", Statement.funder_id == funder.id)
        .order_by(Statement.sent_number.desc())
    )
    return [
        LeftPaper(
            read_name(report),
            report.approved_at,
            url_for("funder_reports.report", public_id=report.public_id),
        )
        for report in rows
    ]


PAPERS = LeftPapers(_papers)
