"""Told stories, for every page that shows them: forums, agenda packs and the list itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, select

from kash.platform.database import db
from kash.platform.web.errors import one_or_404
from kash.platform.web.lists import Listing, listing
from kash.stories.models import Story
from kash.stories.rules.drafts import paragraphs

PAGE = 10


@dataclass(frozen=True)
class ToldStory:
    """A story; `month` is the first day of the month in which it was told. Once it is withdrawn its
    title and text are empty."""

    public_id: str
    month: date
    language: str
    title: str
    text: str

    @property
    def is_withdrawn(self) -> bool:
        """True if nothing may be shown but that it was withdrawn."""
        return not self.text

    @property
    def paragraphs(self) -> list[str]:
        """Its text, paragraph by paragraph."""
        return paragraphs(self.text)


def _told() -> Select[Any]:
    return select(Story).where(Story.text.is_not(None))


def _told_story(row: Story) -> ToldStory:
    return ToldStory(row.public_id, row.month, row.language, row.title or "", row.text or "")


def stories_told(limit: int) -> list[ToldStory]:
    """The newest stories, those of one month in no order that tells when each was told; one query.

    Whatever shows them keeps ids and not texts: a story may be withdrawn at any moment.
    """
    rows = db.session.scalars(
        _told().order_by(Story.month.desc(), Story.public_id.desc()).limit(limit)
    )
    return [_told_story(row) for row in rows]


def stories_by(public_ids: Collection[str]) -> dict[str, ToldStory]:
    """Stories by their ids, withdrawn ones among them; one query."""
    rows = db.session.scalars(select(Story).where(Story.public_id.in_(public_ids)))
    return {row.public_id: _told_story(row) for row in rows}


def told_story(public_id: str) -> ToldStory:
    """One story, withdrawn or not. Raises NotFound."""
    return one_or_404(stories_by([public_id]).get(public_id))


def list_stories() -> Listing[Any]:
    """All stories that are told (`told_stories` of its rows), the newest months first."""
    return listing(
        _told(),
        sorts={"month": Story.month},
        default_sort="month",
        default_direction="desc",
        key=Story.public_id,
        per_page=PAGE,
    )


def told_stories(rows: Iterable[Story]) -> list[ToldStory]:
    """Rows as they are shown."""
    return [_told_story(row) for row in rows]
