"""Content of a report: what there is of workshops, money and printed figures when it is read, as
plain values that can be kept."""

from __future__ import annotations

import json
from typing import Any

from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from kash.budget.queries.budgets import BudgetSearch, budgets, currency
from kash.budget.rules import BudgetPart, total_of
from kash.funder_reports.models import FunderReport
from kash.platform.database import db
from kash.policy import SYSTEM
from kash.releases.queries.printed import PrintedTable, printed_tables
from kash.statements.models import Statement
from kash.statements.queries.frozen import FrozenCell, FrozenRow, figures_of
from kash.statements.rules.lines import Who
from kash.statements.words import WHO, line_title, place_text, read_line
from kash.workshops.models import Funding, Workshop
from kash.workshops.queries.holding import counts_within, is_confirmed

Content = dict[str, Any]


def content_of(report: FunderReport) -> Content:
    """Content of a report as it was proposed, or as it would be now."""
    if report.content:
        kept: Content = json.loads(report.content)
        return kept
    return present_content(report.statement, report.language)


def present_content(statement: Statement, language: str) -> Content:
    """The same as of this moment, in a language."""
    with force_locale(language):
        return {
            "figures": [
                _figure_row(one, line_title(one.line, one.title)) for one in figures_of(statement)
            ],
            "workshops": _workshops(statement),
            "money": _money(statement),
            "printed": _printed(statement),
            "head_code": statement.head_code,
        }


def shown_content(report: FunderReport) -> Content:
    """Content as a page shows it: figures in words of whoever reads, all else as on paper."""
    figures = [
        _figure_row(one, read_line(one.line, one.title, one.version))
        for one in figures_of(report.statement)
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
            "title": one.version.public_title,
            "first": one.starts_on.isoformat(),
            "last": one.ends_on.isoformat(),
            "place": one.venue.place if one.venue else "",
            "share": share,
            "code": code,
            "confirmed": bool(confirmed),
        }
        for one, share, code, confirmed in rows
    ]


def _money(statement: Statement) -> Content:
    """Money of the funder, planned and spent, by budget code, of workshops that ended in the
    period; whole cents. What a cancelled workshop cost stands in lines of its own, so that the sum
    is whole and no line tells more than the workshops that are named."""
    asked = BudgetSearch(statement.first_day, statement.last_day, statement.funder.name)
    parts: dict[bool, list[BudgetPart]] = {False: [], True: []}
    for budget in budgets(SYSTEM, asked, most=None):
        parts[budget.workshop.state == "cancelled"] += filter(asked.fits, budget.parts)
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
            "title": one.title,
            "day": one.freeze_on.isoformat(),
            "lines": [[line.label, line.printed] for line in one.lines],
        }
        for one in tables_of(statement)
    ]


def tables_of(statement: Statement) -> list[PrintedTable]:
    """The tables that were printed by the last day of a statement, the newest of each."""
    newest = {one.key: one for one in printed_tables() if one.freeze_on <= statement.last_day}
    return list(newest.values())
