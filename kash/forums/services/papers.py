"""Papers under the items of an agenda: brought and removed."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from kash.forums.models import AgendaItem, AgendaPaper
from kash.forums.services.loading import forum_run_by, item_in, meeting_in, written_meeting
from kash.forums.stored_files import MOST_BYTES, forget, store
from kash.platform.vault import audited
from kash.platform.web.errors import one_or_404
from kash.policy import Actor
from kash.training.material_files import MaterialProblem

MOST_PAPERS = 20
# So much is put behind the agenda when its pack is made.
MOST_TOGETHER = 4 * MOST_BYTES


class PapersFull(MaterialProblem):
    """More papers, or larger ones, than a meeting may have."""

    sentence = _l("A meeting takes at most 20 papers of 20 MB together. Remove one first.")


def add_paper(
    forum_id: str, meeting_id: str, item_id: str, *, title: str, content: bytes, by: Actor
) -> str:
    """Put a paper under an item; its public id. Only the cleaned copy is kept, sealed.

    Raises MaterialProblem, CleaningBusy, StorageError, MeetingOver, NotFound and Forbidden.
    """
    made = store(content)
    with audited("forums.paper_added", by) as change:
        session = change.session
        forum = forum_run_by(session, forum_id, by)
        meeting = written_meeting(session, forum, meeting_id)
        item = item_in(session, meeting, item_id)
        count, size = session.execute(
            select(func.count(AgendaPaper.id), func.coalesce(func.sum(AgendaPaper.size), 0))
            .join(AgendaItem, AgendaItem.id == AgendaPaper.item_id)
            .where(AgendaItem.meeting_id == meeting.id)
        ).one()
        if count >= MOST_PAPERS or size + made.size > MOST_TOGETHER:
            raise PapersFull
        session.add(
            AgendaPaper(
                public_id=made.public_id,
                item_id=item.id,
                title=title,
                kind=made.kind,
                size=made.size,
                created_at=change.now,
            )
        )
        change.about(meeting.public_id, item.public_id, made.public_id)
    return made.public_id


def remove_paper(forum_id: str, meeting_id: str, item_id: str, paper_id: str, *, by: Actor) -> None:
    """Take a paper away for good, also where the minutes are locked. Raises NotFound and
    Forbidden."""
    with audited("forums.paper_removed", by) as change:
        session = change.session
        forum = forum_run_by(session, forum_id, by)
        item = item_in(session, meeting_in(session, forum, meeting_id), item_id)
        paper = one_or_404(
            session.scalar(
                select(AgendaPaper).where(
                    AgendaPaper.item_id == item.id, AgendaPaper.public_id == paper_id
                )
            )
        )
        session.delete(paper)
        change.about(meeting_id, item.public_id, paper_id)
    forget(paper_id)
