"""Reports that somebody reads: all of them for staff, final ones on its own for a funder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, cast, exists, false, select
from sqlalchemy.orm import contains_eager, joinedload

from kash.funder_reports.approval import APPROVAL
from kash.funder_reports.models import FunderReport, ReportTemplate
from kash.funder_reports.rules.sections import ReportSection
from kash.funders.queries import funder_of
from kash.platform.database import db
from kash.platform.web.errors import one_or_404
from kash.platform.web.lists import Listing, listing
from kash.policy import Actor, Reach
from kash.statements.models import Statement
from kash.stories.queries.told import not_heard
from kash.stories.rules.drafts import FUNDERS
from kash.workshops.models import Funder


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
    found = _readable(actor)
    if funder:
        found = found.where(Funder.public_id == funder)
    return listing(
        found,
        sorts={"period": Statement.first_day, "funder": Funder.name},
        default_sort="period",
        default_direction="desc",
        key=FunderReport.id,
    )


def newest_reports(actor: Actor, most: int) -> Sequence[FunderReport]:
    """The newest of them."""
    found = _readable(actor).order_by(Statement.first_day.desc(), FunderReport.id.desc())
    return db.session.scalars(found.limit(most)).all()


def report(public_id: str, actor: Actor) -> FunderReport:
    """One of them. Raises NotFound."""
    return one_or_404(
        db.session.scalar(_readable(actor).where(FunderReport.public_id == public_id))
    )


def waiting_reports(actor: Actor) -> Sequence[FunderReport]:
    """Reports that wait for an actor's approval, the oldest first."""
    found = (
        select(FunderReport)
        .join(FunderReport.statement)
        .join(Statement.funder)
        .options(contains_eager(FunderReport.statement).contains_eager(Statement.funder))
        .where(APPROVAL.open_to(actor))
    )
    return db.session.scalars(found.order_by(FunderReport.id)).all()


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
    return [one for one in report.stories if one in gone]


def reports_to_settle() -> list[FunderReport]:
    """Final reports with such stories, the oldest first."""
    approved = db.session.scalars(
        select(FunderReport)
        .options(joinedload(FunderReport.statement).joinedload(Statement.funder))
        .where(FunderReport.state == "approved")
        .order_by(FunderReport.id)
    ).all()
    gone = not_heard({one for report in approved for one in report.stories}, FUNDERS)
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
    return one_or_404(db.session.scalar(select(Funder).where(Funder.public_id == public_id)))


def template_of(funder_id: int) -> ReportTemplate:
    """Beginning of a funder's reports; all sections without a word where nobody said."""
    found = db.session.get(ReportTemplate, funder_id)
    if found is not None:
        return found
    return ReportTemplate(
        funder_id=funder_id,
        language="en",
        sections=[str(one) for one in ReportSection],
        texts={},
        row_version=0,
    )
