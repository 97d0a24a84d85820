"""Agenda templates: written, taken from a meeting, changed, deleted."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kash.forums.models import AgendaTemplate, AgendaTemplateItem, Forum
from kash.forums.rules.agenda import ITEMS_OF_A_MEETING, PlannedItem
from kash.forums.services.agenda import items_in_order
from kash.forums.services.loading import forum_run_by, meeting_in
from kash.forums.services.problems import AgendaFull, EmptyAgenda, ForumNameTaken
from kash.platform.vault import audited
from kash.platform.web import Forbidden
from kash.platform.web.errors import ChangedMeanwhile, one_or_404
from kash.policy import Actor, Reach


def add_template(name: str, language: str, items: Sequence[PlannedItem], by: Actor) -> str:
    """Keep an agenda under a name; returns its public id.

    Raises NameTaken, EmptyAgenda, AgendaFull.
    """
    _may_write(by)
    with audited("forums.template_added", by) as change:
        made = _kept(change.session, name, language, items)
        change.about(made.public_id)
        return made.public_id


def keep_agenda(forum_id: str, meeting_id: str, *, name: str, by: Actor) -> str:
    """Keep a meeting's agenda as a template; returns its public id.

    Titles and minutes go along, what was said does not. Raises NameTaken, EmptyAgenda.
    """
    with audited("forums.template_added", by) as change:
        session = change.session
        held = meeting_in(session, forum_run_by(session, forum_id, by), meeting_id)
        items = [
            PlannedItem(item.title, item.minutes, item.kind)
            for item in items_in_order(session, held)
        ]
        made = _kept(session, name, "", items)
        change.about(made.public_id)
        return made.public_id


def change_template(
    public_id: str,
    name: str,
    language: str,
    items: Sequence[PlannedItem],
    row_version: int,
    by: Actor,
) -> None:
    """Change a template; meetings that began with it stay as they are.

    Raises NotFound, ChangedMeanwhile, NameTaken, EmptyAgenda, AgendaFull.
    """
    _may_write(by)
    with audited("forums.template_changed", by) as change:
        session = change.session
        template = held_template(session, public_id)
        if template.row_version != row_version:
            raise ChangedMeanwhile
        _name_is_free(session, name, template.id)
        template.name, template.language = name, language
        template.items = _rows(items)
        template.row_version += 1
        _flush(session)
        change.about(template.public_id)


def remove_template(public_id: str, by: Actor) -> None:
    """Delete a template; forums that began with it begin as last time. Raises NotFound."""
    _may_write(by)
    with audited("forums.template_removed", by) as change:
        template = held_template(change.session, public_id)
        change.session.execute(
            update(Forum).where(Forum.template_id == template.id).values(template_id=None)
        )
        change.about(template.public_id)
        change.session.delete(template)


def held_template(session: Session, public_id: str) -> AgendaTemplate:
    """A template, held until the transaction ends. Raises NotFound."""
    return one_or_404(
        session.scalars(
            select(AgendaTemplate).where(AgendaTemplate.public_id == public_id).with_for_update()
        ).first()
    )


def _may_write(by: Actor) -> None:
    if by.reach("forums.edit") is Reach.NONE:
        raise Forbidden


def _kept(
    session: Session, name: str, language: str, items: Sequence[PlannedItem]
) -> AgendaTemplate:
    _name_is_free(session, name, None)
    made = AgendaTemplate(name=name, language=language, items=_rows(items))
    session.add(made)
    _flush(session)
    return made


def _rows(items: Sequence[PlannedItem]) -> list[AgendaTemplateItem]:
    if not items:
        raise EmptyAgenda
    if len(items) > ITEMS_OF_A_MEETING:
        raise AgendaFull
    return [
        AgendaTemplateItem(position=place, kind=item.kind, title=item.title, minutes=item.minutes)
        for place, item in enumerate(items, start=1)
    ]


def _name_is_free(session: Session, name: str, excluding: int | None) -> None:
    taken = session.scalar(
        select(AgendaTemplate.id).where(func.lower(AgendaTemplate.name) == func.lower(name))
    )
    if taken is not None and taken != excluding:
        raise ForumNameTaken


def _flush(session: Session) -> None:
    try:
        session.flush()
    except IntegrityError:
        raise ForumNameTaken from None
