"""Workshops of one funder, as it may see them: when, where, and its share; nothing of their people
but what was sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from kash.platform.database import db
from kash.platform.web.lists import Listing, listing
from kash.policy import Actor
from kash.statements.models import Statement
from kash.statements.queries.frozen import FrozenRow, figures_of
from kash.statements.queries.statements import sent_to, statement
from kash.training.models import CourseVersion
from kash.workshops.models import Funder, Funding, Workshop


@dataclass(frozen=True)
class FundedCounts:
    """Workshops of a funder: those that are over, those to come, and those that were cancelled."""

    over: int
    ahead: int
    cancelled: int


@dataclass(frozen=True)
class FundedLook:
    """One look at all that a funder supports: its workshops counted, the newest statement that was
    sent to it, and those figures of it that were reached with its support."""

    funder: Funder
    counts: FundedCounts
    newest: Statement | None
    figures: Sequence[FrozenRow]


def look_of(funder: Funder, actor: Actor, today: date) -> FundedLook:
    """One look for an account of a funder."""
    sent = sent_to(funder.public_id, actor)
    newest = statement(sent[0].public_id, actor) if sent else None
    figures = [one for one in figures_of(newest) if one.line.supported] if newest else []
    return FundedLook(funder, counts_of(funder, today), newest, figures)


def workshops_of(funder: Funder) -> Listing[Funding]:
    """A page of the workshops that a funder pays in part, the latest first."""
    return listing(
        select(Funding)
        .join(Workshop, Workshop.id == Funding.workshop_id)
        .join(CourseVersion, CourseVersion.id == Workshop.version_id)
        .where(Funding.funder_id == funder.id)
        .options(
            joinedload(Funding.workshop).joinedload(Workshop.venue),
            joinedload(Funding.workshop).joinedload(Workshop.version),
        ),
        sorts={"day": Workshop.starts_on, "title": CourseVersion.public_title},
        default_sort="day",
        default_direction="desc",
        key=Funding.id,
    )


def counts_of(funder: Funder, today: date) -> FundedCounts:
    """Counts of them; one query."""
    planned = Workshop.state == "planned"
    row = db.session.execute(
        select(
            func.count().filter(planned, Workshop.ends_on < today),
            func.count().filter(planned, Workshop.ends_on >= today),
            func.count().filter(~planned),
        )
        .select_from(Funding)
        .join(Workshop, Workshop.id == Funding.workshop_id)
        .where(Funding.funder_id == funder.id)
    ).one()
    return FundedCounts(*row)
