"""Stories on the page of figures, between which the forum reads them."""

from __future__ import annotations

from collections.abc import Sequence

from kash.policy import Actor
from kash.stories.queries.told import ToldStory, stories_heard

_SHOWN = 2


def newest_stories(_page: str, by: Actor) -> Sequence[ToldStory] | None:
    """The newest stories, for whoever may see them."""
    return stories_heard(_SHOWN, by) if by.may("stories.see") else None
