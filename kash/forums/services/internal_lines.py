"""Problems that stand in the way of circulating, confirming and correcting minutes. Reading again,
inside a write transaction, what an action decides on, with its lock. Lines of minutes that only
those who run the forum read, until two of them release a line."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.forums.models import AgendaItem, Forum, ForumMember, InternalLine, Meeting, MinutesLife
from kash.forums.queries.series import runs, within_reach
from kash.forums.rules.minutes import ConfirmRefusal, line_digest, telling_lines
from kash.forums.services.problems import FiguresBesideCases, MeetingOver
from kash.people.queries.directory import station_names
from kash.platform.vault import audited
from kash.platform.web import Forbidden, NotFound
from kash.platform.web.errors import Problem, get_or_404, one_or_404
from kash.policy import Actor


class MinutesLocked(Problem):
    """The minutes are confirmed and locked, so nothing of the meeting changes any more."""

    sentence = _l(
        "The minutes of this meeting are confirmed and locked. What is wrong in them is put right"
        " by an erratum."
    )


NOT_HELD_YET = _l("Record the meeting as held first.")


DIFFERENCES_LEFT = _l("Two people wrote something differently. Settle that first, under its item.")


class NotCirculated(Problem):
    """This is done with circulated minutes only."""

    sentence = _l("The minutes are not circulated now. The page shows how they stand.")


class NumbersFrozen(Problem):
    """Circulated minutes keep their numbers."""

    sentence = _l(
        "The minutes are circulated, and their numbers stand: no item, decision or action is added"
        " or taken off. Take the minutes back first."
    )


ONLY_WHO_WAS_THERE = _l("Members who were at the meeting can remark on its minutes.")


class NotConfirmed(Problem):
    """Something stands against confirming; `reason` says what, the sentence says it to people."""

    status = 422
    sentence = _l("The minutes could not be confirmed.")

    _SENTENCES: Mapping[ConfirmRefusal, str] = {
        ConfirmRefusal.NOT_CIRCULATED: NotCirculated.sentence,
        ConfirmRefusal.REMARKS: _l("Settle the remarks first: each gets an answer."),
        ConfirmRefusal.EARLIER: _l("Minutes are confirmed at a later meeting of the same forum."),
        ConfirmRefusal.MOMENT: _l("Choose a time at which that meeting was under way."),
        ConfirmRefusal.SAME: _l("Whoever proposes does not second. Choose two members."),
        ConfirmRefusal.ABSENT: _l("Choose members who were present at that time."),
        ConfirmRefusal.NO_QUORUM: _l(
            "The meeting was not quorate at that time, so it could not confirm minutes. They wait"
            " for a quorate meeting."
        ),
    }
    _FIELDS: Mapping[ConfirmRefusal, str] = {
        ConfirmRefusal.MOMENT: "time",
        ConfirmRefusal.SAME: "seconder",
        ConfirmRefusal.ABSENT: "proposer",
    }

    def __init__(self, reason: ConfirmRefusal, field: str = "") -> None:
        super().__init__(self._SENTENCES[reason])
        self.reason = reason
        self.field = field or self._FIELDS.get(reason, "")


def forum_in_reach(session: Session, public_id: str, by: Actor) -> Forum:
    """A forum that the actor sees."""
    wanted = within_reach(by).where(Forum.public_id == public_id)
    return one_or_404(session.scalar(wanted.with_for_update(of=Forum)))


def forum_run_by(session: Session, public_id: str, by: Actor) -> Forum:
    """A forum that the actor runs, locked: what happens in one forum happens in turn."""
    forum = forum_in_reach(session, public_id, by)
    if not runs(by, forum.secretary_id):
        raise Forbidden
    return forum


def meeting_in(session: Session, forum: Forum, public_id: str) -> Meeting:
    """A meeting of this forum."""
    return get_or_404(session, Meeting, public_id, Meeting.forum_id == forum.id)


def planned_meeting(session: Session, forum: Forum, public_id: str) -> Meeting:
    """A meeting that was neither held nor cancelled."""
    meeting = meeting_in(session, forum, public_id)
    if meeting.state != "planned":
        raise MeetingOver
    return meeting


def written_meeting(session: Session, forum: Forum, public_id: str) -> Meeting:
    """A meeting whose minutes may be written: any but a cancelled one, until they are locked."""
    meeting = meeting_in(session, forum, public_id)
    if meeting.state == "cancelled":
        raise MeetingOver
    check_minutes_open(session, meeting)
    return meeting


def minutes_state(session: Session, meeting: Meeting) -> str:
    """State of a meeting's minutes (see `rules.life.MinutesState`)."""
    state = session.scalar(select(MinutesLife.state).where(MinutesLife.meeting_id == meeting.id))
    return state or "draft"


def check_minutes_open(session: Session, meeting: Meeting) -> None:
    """Nothing if a meeting may still change. Raises MinutesLocked once its minutes are locked."""
    if minutes_state(session, meeting) == "locked":
        raise MinutesLocked


def check_numbers_free(session: Session, meeting: Meeting) -> None:
    """Nothing if items, decisions and actions may come and go. Raises NumbersFrozen while the
    minutes are circulated."""
    if minutes_state(session, meeting) == "circulated":
        raise NumbersFrozen


def item_in(session: Session, meeting: Meeting, public_id: str) -> AgendaItem:
    """An item of this meeting's agenda."""
    return get_or_404(session, AgendaItem, public_id, AgendaItem.meeting_id == meeting.id)


def member_in(session: Session, forum: Forum, public_id: str) -> ForumMember:
    """A present member of this forum."""
    return get_or_404(
        session,
        ForumMember,
        public_id,
        ForumMember.forum_id == forum.id,
        ForumMember.left_on.is_(None),
    )


def mark_of(digests: Iterable[str]) -> str:
    """Mark of a set of lines, for saying that just these stay internal."""
    return hashlib.sha256(" ".join(sorted(digests)).encode()).hexdigest()[:32]


def keep_internal(
    session: Session, item: AgendaItem, texts: Iterable[str], accepted: str | None
) -> None:
    """Keep the lines of an item's texts internal that hold a figure beside a station or a case,
    and forget those that are gone; what was released stays so while its line is the same.

    `accepted` is the mark of the lines that the writer agreed to keep internal; None keeps them all
    so and asks nothing. Raises FiguresBesideCases if there are others among them that were not kept
    internal before.
    """
    written = "\n".join(texts)
    lines = telling_lines(written, station_names())
    wanted = {line_digest(line): line for line in lines}
    stored = {internal.digest: internal for internal in item.internal_lines}
    if wanted.keys() - stored.keys() and accepted not in (None, mark_of(wanted)):
        raise FiguresBesideCases(lines, mark_of(wanted))
    # A line that tells nothing any more, since its station has another name now, stays as it was.
    there = {line_digest(line) for line in written.splitlines()}
    for digest, internal in stored.items():
        if digest not in there:
            item.internal_lines.remove(internal)
    for digest in wanted.keys() - stored.keys():
        item.internal_lines.append(InternalLine(digest=digest))
    session.flush()


def _change_line(
    place: tuple[str, str, str], line_id: str, action: str, by: Actor, how: Callable[..., None]
) -> None:
    forum_id, meeting_id, item_id = place
    with audited(action, by) as change:
        forum = forum_run_by(change.session, forum_id, by)
        item = item_in(change.session, written_meeting(change.session, forum, meeting_id), item_id)
        line = change.session.scalar(
            select(InternalLine)
            .where(InternalLine.item_id == item.id, InternalLine.public_id == line_id)
            .with_for_update()
        )
        if line is None or line.released_by is not None:
            raise NotFound
        how(line)
        change.about(item.public_id, line.public_id)


def ask_release(place: tuple[str, str, str], line_id: str, *, by: Actor) -> None:
    """Ask that a line may be read by everybody. `place` are forum, meeting and item.

    Raises NotFound if it is not there or released already, and Forbidden.
    """

    def asked(row: InternalLine) -> None:
        row.asked_by = by.public_id

    _change_line(place, line_id, "forums.release_asked", by, asked)


def release_line(place: tuple[str, str, str], line_id: str, *, by: Actor) -> None:
    """Release a line for which somebody else asked. Raises TwoPeopleNeeded, NotFound, Forbidden."""

    def released(row: InternalLine) -> None:
        if row.asked_by is None or row.asked_by == by.public_id:
            raise Problem(_l("Somebody else who runs this forum has to release the line."))
        row.released_by = by.public_id

    _change_line(place, line_id, "forums.line_released", by, released)


def keep_line(place: tuple[str, str, str], line_id: str, *, by: Actor) -> None:
    """Say that a line for which somebody asked stays internal. Raises NotFound and Forbidden."""

    def kept(row: InternalLine) -> None:
        row.asked_by = None

    _change_line(place, line_id, "forums.line_kept", by, kept)
