"""Withdrawing stories: nothing is left but that there was one."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kash.incidents.services.made import forget_made
from kash.platform.database import after_commit
from kash.platform.vault import audited, scrub, shred
from kash.platform.web.errors import one_or_404
from kash.policy import Actor
from kash.stories.models import Story
from kash.stories.queries.drafts import PURPOSE


def withdraw_story(public_id: str, *, by: Actor) -> None:
    """Withdraw a told story by hand, whoever agrees to it. Raises NotFound, also if it is withdrawn
    already."""
    with audited("stories.withdrawn", by) as change:
        session = change.session
        told = select(Story.public_id).where(Story.public_id == public_id, Story.text.is_not(None))
        one_or_404(session.scalar(told))
        forget_made(session, PURPOSE, public_id)
        end_stories(session, [public_id])
        change.about(public_id)


def end_stories(session: Session, made: Sequence[str]) -> None:
    """End drafts and told stories by their ids, in the transaction of whoever takes the consent
    back: the text is in no file of the database after the commit."""
    shred(session, made)
    session.execute(
        update(Story)
        .where(Story.public_id.in_(made))
        .values(title=None, text=None)
        .execution_options(synchronize_session=False)
    )
    after_commit(_scrub)


def _scrub() -> None:
    scrub()
