"""Withdrawing stories: nothing is left but that there was one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kash.incidents.services.made import forget_made
from kash.platform.database import after_commit
from kash.platform.vault import audited, scrub, shred
from kash.platform.web.errors import one_or_404
from kash.policy import Actor
from kash.stories.models import Story
from kash.stories.rules.drafts import FORUM, PURPOSE_OF


def withdraw_story(public_id: str, *, by: Actor) -> None:
    """Withdraw a told story by hand, whoever agrees to it. Raises NotFound, also if it is withdrawn
    already."""
    with audited("stories.withdrawn", by) as change:
        session = change.session
        told = select(Story.public_id).where(Story.public_id == public_id, Story.text.is_not(None))
        one_or_404(session.scalar(told))
        for purpose in PURPOSE_OF.values():
            forget_made(session, purpose, public_id)
        _end(session, [public_id])
        change.about(public_id)


def end_for(audience: str) -> Callable[[Session, Sequence[str], Collection[str]], None]:
    """The end of drafts and told stories, by ids, once an audience may not hear them any more,
    in the transaction of whoever takes the consent back. One that another audience may still hear
    (`still`) stays for that one alone; of any other the text is in no file of the database after
    the commit."""
    flag = "for_forum" if audience == FORUM else "for_funders"

    def end(session: Session, made: Sequence[str], still: Collection[str]) -> None:
        session.execute(
            update(Story)
            .where(Story.public_id.in_(made))
            .values({flag: False})
            .execution_options(synchronize_session=False)
        )
        _end(session, [one for one in made if one not in still])

    return end


def _end(session: Session, made: Sequence[str]) -> None:
    shred(session, made)
    session.execute(
        update(Story)
        .where(Story.public_id.in_(made))
        .values(title=None, text=None, for_forum=False, for_funders=False, beside_sealed=None)
        .execution_options(synchronize_session=False)
    )
    after_commit(_scrub)


def _scrub() -> None:
    scrub()
