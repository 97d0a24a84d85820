"""Proposals and their lines."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Integer, case, func, select
from sqlalchemy.orm import Session, joinedload

from kash.platform.database import db
from kash.platform.web import Listing, listing
from kash.platform.web.errors import one_or_404
from kash.quarters.models import QuarterLine, QuarterProposal
from kash.training.models import CourseVersion

# As `QuarterLine.has_place`: what was fixed of a line stands there without a place too.
_HAS_PLACE = (
    QuarterLine.first.is_not(None)
    & QuarterLine.venue_id.is_not(None)
    & (func.json_array_length(QuarterLine.team, type_=Integer) > 0)
)


def proposal_list() -> Listing[Any]:
    """Proposals, the latest quarter first, as rows of public_id, first, last, made_by, made_at, and
    how many lines they have: all, with a place, accepted."""
    counted = (
        select(
            QuarterLine.proposal_id,
            func.count(QuarterLine.id).label("lines"),
            func.sum(case((_HAS_PLACE, 1), else_=0)).label("placed"),
            func.sum(case((QuarterLine.state == "accepted", 1), else_=0)).label("accepted"),
        )
        .where(QuarterLine.state != "rejected")
        .group_by(QuarterLine.proposal_id)
        .subquery()
    )
    statement: Any = select(
        QuarterProposal.public_id,
        QuarterProposal.first,
        QuarterProposal.last,
        QuarterProposal.made_by,
        QuarterProposal.made_at,
        func.coalesce(counted.c.lines, 0).label("lines"),
        func.coalesce(counted.c.placed, 0).label("placed"),
        func.coalesce(counted.c.accepted, 0).label("accepted"),
    ).outerjoin(counted, counted.c.proposal_id == QuarterProposal.id)
    return listing(
        statement,
        sorts={"quarter": QuarterProposal.last, "made": QuarterProposal.made_at},
        default_sort="quarter",
        default_direction="desc",
        key=QuarterProposal.id,
        counted=select(QuarterProposal.id),
    )


def proposal(public_id: str, session: Session | None = None) -> QuarterProposal:
    """A proposal. Raises NotFound."""
    return one_or_404(
        (session or db.session()).scalar(
            select(QuarterProposal).where(QuarterProposal.public_id == public_id)
        )
    )


def lines_of(found: QuarterProposal, session: Session | None = None) -> list[QuarterLine]:
    """Lines of a proposal by their days, those without one last; one query."""
    return list(
        (session or db.session()).scalars(
            select(QuarterLine)
            .options(
                joinedload(QuarterLine.version).joinedload(CourseVersion.course),
                joinedload(QuarterLine.group),
                joinedload(QuarterLine.venue),
                joinedload(QuarterLine.workshop),
            )
            .where(QuarterLine.proposal_id == found.id)
            .order_by(QuarterLine.first.is_(None), QuarterLine.first, QuarterLine.id)
        )
    )


def line(found: QuarterProposal, public_id: str, session: Session | None = None) -> QuarterLine:
    """A line, fetched through its proposal. Raises NotFound."""
    return one_or_404(
        (session or db.session()).scalar(
            select(QuarterLine)
            .options(joinedload(QuarterLine.version).joinedload(CourseVersion.course))
            .where(QuarterLine.proposal_id == found.id, QuarterLine.public_id == public_id)
        )
    )


def accepted_lines(found: QuarterProposal, session: Session | None = None) -> list[QuarterLine]:
    """Lines of a proposal of which workshops were planned; one query."""
    return [one for one in lines_of(found, session) if one.state == "accepted"]
