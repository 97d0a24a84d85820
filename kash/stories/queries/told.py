"""Told stories, for every page that shows them: forums, agenda packs, reports and the list itself.

Each function says to whom it shows them, by name of audience; none shows one of which a printed
line says "few".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select

from kash.platform.database import db
from kash.platform.web.errors import one_or_404
from kash.platform.web.lists import Listing, listing
from kash.policy import Actor
from kash.releases.queries.printed import PrintedTable
from kash.stories.audiences import FLAGS, heard_by
from kash.stories.models import Story
from kash.stories.queries.windows import beside_few
from kash.stories.rules.drafts import FORUM, FUNDERS, paragraphs

PAGE = 10
_MOST_KEPT_BACK = 40


@dataclass(frozen=True)
class ToldStory:
    """A story; `month` is the first day of the month in which it was told, `audiences` who hears
    it. Once it is withdrawn, or where it may not stand, its title and text are empty."""

    public_id: str
    month: date
    language: str
    title: str
    text: str
    audiences: tuple[str, ...] = ()

    @property
    def is_withdrawn(self) -> bool:
        """True if nothing may be shown but that it was there."""
        return not self.text

    @property
    def paragraphs(self) -> list[str]:
        """Its text, paragraph by paragraph."""
        return paragraphs(self.text)


def _told(to: ColumnElement[bool], same_paper: Iterable[PrintedTable] = ()) -> Select[Any]:
    shown = Story.public_id.not_in(beside_few(same_paper))
    return select(Story).where(Story.text.is_not(None), to, shown)


def _told_story(row: Story, *, shown: bool = True) -> ToldStory:
    told = {FORUM: row.for_forum, FUNDERS: row.for_funders}
    return ToldStory(
        row.public_id,
        row.month,
        row.language,
        (row.title or "") if shown else "",
        (row.text or "") if shown else "",
        tuple(name for name, heard in told.items() if heard),
    )


def stories_told(limit: int, to: str, same_paper: Iterable[PrintedTable] = ()) -> list[ToldStory]:
    """The newest stories that an audience (`FORUM` or `FUNDERS`) hears and that may stand beside
    these tables, those of one month in no order that tells when each was told.

    Whatever shows them keeps ids and not texts: a story may be withdrawn at any moment.
    """
    return _newest(limit, _told(FLAGS[to], same_paper))


def stories_heard(limit: int, by: Actor) -> list[ToldStory]:
    """The newest stories that an actor hears, as `stories_told`."""
    return _newest(limit, _told(heard_by(by)))


def _newest(limit: int, told: Select[Any]) -> list[ToldStory]:
    rows = db.session.scalars(
        told.order_by(Story.month.desc(), Story.public_id.desc()).limit(limit)
    )
    return [_told_story(row) for row in rows]


def stories_by(
    public_ids: Collection[str], to: str, same_paper: Iterable[PrintedTable] = ()
) -> dict[str, ToldStory]:
    """Stories by their ids; of one that is withdrawn, that this audience does not hear or that may
    not stand beside these tables only that it was there."""
    rows = db.session.scalars(select(Story).where(Story.public_id.in_(public_ids))).all()
    if not rows:
        return {}
    few = set(beside_few(same_paper))
    return {row.public_id: _told_story(row, shown=_heard(row, to, few)) for row in rows}


def _heard(row: Story, to: str, few: Collection[str]) -> bool:
    heard = row.for_forum if to == FORUM else row.for_funders
    return heard and row.public_id not in few


def not_heard(public_ids: Collection[str], to: str) -> set[str]:
    """Those of these stories (public ids) that an audience does not hear now; one query."""
    heard = select(Story.public_id).where(Story.public_id.in_(public_ids), FLAGS[to])
    return set(public_ids) - set(db.session.scalars(heard))


def told_story(public_id: str, by: Actor) -> ToldStory:
    """One story that an actor hears, withdrawn or not: of one that was withdrawn, or of which a
    printed line says "few", nothing but that it was there. Raises NotFound."""
    found = select(Story).where(
        Story.public_id == public_id, or_(heard_by(by), Story.text.is_(None))
    )
    if by.may("stories.drafts"):
        found = select(Story).where(Story.public_id == public_id)
    row = one_or_404(db.session.scalar(found))
    shown = by.may("stories.drafts") or public_id not in beside_few()
    return _told_story(row, shown=shown)


def list_stories(by: Actor) -> Listing[Any]:
    """All stories that an actor hears (`told_stories` of its rows), the newest months first."""
    return listing(
        _told(heard_by(by)),
        sorts={"month": Story.month},
        default_sort="month",
        default_direction="desc",
        key=Story.public_id,
        per_page=PAGE,
    )


def told_stories(rows: Iterable[Story]) -> list[ToldStory]:
    """Rows as they are shown."""
    return [_told_story(row) for row in rows]


def kept_back() -> list[ToldStory]:
    """Stories that nobody hears now, for whoever writes them: such as were told before people were
    asked who may hear them (no audience), and such of which a printed line says "few"."""
    nobody = ~or_(*FLAGS.values())
    rows = db.session.scalars(
        select(Story)
        .where(Story.text.is_not(None), or_(nobody, Story.public_id.in_(beside_few())))
        .order_by(Story.month.desc(), Story.public_id.desc())
        .limit(_MOST_KEPT_BACK)
    )
    return [_told_story(row) for row in rows]
