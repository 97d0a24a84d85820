"""Audiences of stories: who hears one follows from the consent to it, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, or_

from kash.feature import Part, declared
from kash.figures.funders.queries import funder_of
from kash.forums.stories.models import Story
from kash.forums.stories.rules import FORUM, FUNDERS
from kash.policy import Actor, Reach


@dataclass(frozen=True)
class ForumSeats(Part):
    """True if an account's person sits in a forum now, as the room of forums knows it."""

    sits: Callable[[Actor], bool]


FLAGS: Mapping[str, ColumnElement[bool]] = {
    FORUM: Story.for_forum.expression,
    FUNDERS: Story.for_funders.expression,
}


def heard_by(actor: Actor) -> ColumnElement[bool]:
    """The condition of the stories that are told to an actor: to members of a forum and to staff
    what the forum hears, to a funder's account what those who pay hear, and all of it to the person
    who writes stories or reports to funders."""
    reach = actor.reach("stories.see")
    if reach is Reach.OWN:
        return FLAGS[FUNDERS] if funder_of(actor) is not None else false()
    if reach is Reach.MEMBER:
        sits = any(part.sits(actor) for part in declared(ForumSeats))
        return FLAGS[FORUM] if sits else false()
    if reach is not Reach.ALL:
        return false()
    if actor.may("stories.drafts") or actor.may("funder_reports.write"):
        return or_(*FLAGS.values())
    return FLAGS[FORUM]
