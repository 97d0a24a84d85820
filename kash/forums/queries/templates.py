"""Agenda templates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from kash.forums.models import AgendaTemplate, AgendaTemplateItem
from kash.platform.database import db
from kash.platform.web.errors import one_or_404


@dataclass(frozen=True)
class TemplateLine:
    """A template as a list shows it; `minutes` is the sum of those that are set."""

    public_id: str
    name: str
    language: str
    items: int
    minutes: int


def template_lines() -> list[TemplateLine]:
    """All templates by name; one query."""
    rows = db.session.execute(
        select(
            AgendaTemplate.public_id,
            AgendaTemplate.name,
            AgendaTemplate.language,
            func.count(AgendaTemplateItem.id),
            func.coalesce(func.sum(AgendaTemplateItem.minutes), 0),
        )
        .outerjoin(AgendaTemplateItem, AgendaTemplateItem.template_id == AgendaTemplate.id)
        .group_by(AgendaTemplate.id)
        .order_by(func.lower(AgendaTemplate.name))
        .limit(500)
    )
    return [
        TemplateLine(row[0], row[1], row[2], items=row[3], minutes=int(row[4] or 0)) for row in rows
    ]


def template_choices() -> Sequence[tuple[str, str]]:
    """(public id, name) of all templates by name."""
    return [
        (row.public_id, row.name)
        for row in db.session.execute(
            select(AgendaTemplate.public_id, AgendaTemplate.name)
            .order_by(func.lower(AgendaTemplate.name))
            .limit(500)
        )
    ]


def template(public_id: str) -> AgendaTemplate:
    """A template with its items. Raises NotFound."""
    return one_or_404(
        db.session.scalars(
            select(AgendaTemplate)
            .options(selectinload(AgendaTemplate.items))
            .where(AgendaTemplate.public_id == public_id)
        ).first()
    )


def template_of(template_id: int | None) -> str:
    """The public id of a forum's own template; empty if it has none."""
    if template_id is None:
        return ""
    return (
        db.session.scalar(select(AgendaTemplate.public_id).where(AgendaTemplate.id == template_id))
        or ""
    )
