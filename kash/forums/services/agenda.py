"""Problems that stand in the way of an action in a forum, each with its sentence. Problems that
stand in the way of circulating, confirming and correcting minutes. Reading again, inside a write
transaction, what an action decides on, with its lock. Lines of minutes that only those who run the
forum read, until two of them release a line. Items of an agenda: add, name, move, take off."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.forums.models import (
    Action,
    AgendaItem,
    Decision,
    DecisionReview,
    Forum,
    ForumMember,
    InternalLine,
    Meeting,
    MinutesLife,
)
from kash.forums.queries.series import runs, within_reach
from kash.forums.rules.meetings import ITEMS_OF_A_MEETING, order_is_fixed, with_usual_items
from kash.forums.rules.merging import WrittenItem
from kash.forums.rules.minutes import ConfirmRefusal, line_digest, telling_lines
from kash.people.queries.directory import station_names
from kash.platform.database import new_public_id
from kash.platform.ordering import arranged, moved
from kash.platform.vault import audited
from kash.platform.web import Forbidden, NotFound
from kash.platform.web.errors import ChangedMeanwhile, Problem, get_or_404, one_or_404
from kash.platform.web.errors import NotFound as errors_NotFound
from kash.platform.web.formats import to_local
from kash.policy import Actor

FORUM_NAME_TAKEN = _l("There is a forum of this name already. Choose another name.")


UNKNOWN_PERSON = _l("This person is no longer in the list. Search for the person again.")


UNKNOWN_CHOICE = _l("Choose one of the offered possibilities.")


class MeetingOver(Problem):
    """The meeting was held or cancelled, so this can no longer be done."""

    sentence = _l("The meeting was held or cancelled, so this can no longer be changed.")


AGENDA_FULL = _l("The agenda is full. Remove an item first.")


class TooManyRows(Problem):
    """An item has a limit of decisions and actions that no meeting reaches."""

    status = 422
    sentence = _l("This item holds too many decisions or actions. Write some under another item.")


class UnknownOwner(Problem):
    """A person who shall take on an action is no member."""

    status = 422
    sentence = _l("An action is taken on by a member. Choose somebody from the list.")


ALREADY_CLOSED = _l("Somebody marked this action already. The list shows how it stands.")


class MinuteChanged(ChangedMeanwhile):
    """Somebody saved the same item since the page was opened; carries what they wrote."""

    def __init__(self, *, row_version: int, changed_by: str | None, item: WrittenItem) -> None:
        super().__init__()
        self.row_version, self.changed_by, self.item = row_version, changed_by, item


class FiguresBesideCases(Problem):
    """Lines hold a figure beside a station or a case, and nobody said yet that they stay internal.

    `lines` are those lines; `mark` is what answers to just these.
    """

    status = 422
    sentence = _l("Some lines hold a figure beside a station, a report or a case.")

    def __init__(self, lines: list[str], mark: str) -> None:
        super().__init__()
        self.lines = lines
        self.mark = mark


class MinutesLocked(Problem):
    """The minutes are confirmed and locked, so nothing of the meeting changes any more."""

    sentence = _l(
        "The minutes of this meeting are confirmed and locked. What is wrong in them is put right"
        " by an erratum."
    )


NOT_HELD_YET = _l("Record the meeting as held first.")


def differences_left(numbers: Sequence[str]) -> Problem:
    """Problem of items, by their numbers, under which two people wrote something differently."""
    return Problem(
        _(
            "Two people wrote something differently under %(items)s. Settle that first.",
            items=", ".join(numbers),
        )
    )


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
        ConfirmRefusal.SAME: _l("The proposer does not second. Choose two members."),
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
    """Release a line for which somebody else asked. Raises Problem, NotFound and Forbidden."""

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


def items_in_order(session: Session, meeting: Meeting) -> list[AgendaItem]:
    """The agenda as it stands."""
    return list(
        session.scalars(
            select(AgendaItem)
            .where(AgendaItem.meeting_id == meeting.id)
            .order_by(AgendaItem.position, AgendaItem.id)
        )
    )


def _number(items: Iterable[AgendaItem]) -> None:
    for position, item in enumerate(items, start=1):
        item.position = position


def add_item(
    forum_id: str,
    meeting_id: str,
    *,
    title: str,
    minutes: int | None = None,
    by: Actor,
    item_id: str = "",
) -> str:
    """Put an item at the end of the agenda, also after the meeting was held, until its
    minutes are circulated.

    With `item_id`, the id that its form was opened with, sending twice adds one.
    """
    with audited("forums.item_added", by) as change:
        forum = forum_run_by(change.session, forum_id, by)
        meeting = written_meeting(change.session, forum, meeting_id)
        items = items_in_order(change.session, meeting)
        if item_id and _added_before(change.session, meeting, item_id):
            change.nothing()
            return item_id
        check_numbers_free(change.session, meeting)
        if len(items) >= ITEMS_OF_A_MEETING:
            raise Problem(AGENDA_FULL, field="title")
        item = AgendaItem(
            public_id=item_id or new_public_id(),
            meeting_id=meeting.id,
            position=max((item.position for item in items), default=0) + 1,
            title=title,
            minutes=minutes,
        )
        change.session.add(item)
        change.about(meeting.public_id, item.public_id)
        return item.public_id


def _added_before(session: Session, held: Meeting, item_id: str) -> bool:
    """True if this meeting has an item of that id already. Raises NotFound if another has it."""
    where = session.scalar(select(AgendaItem.meeting_id).where(AgendaItem.public_id == item_id))
    if where is not None and where != held.id:
        raise errors_NotFound
    return where is not None


def add_usual_items(
    forum_id: str,
    meeting_id: str,
    *,
    titles: Mapping[str, str],
    known: Callable[[str], str],
    by: Actor,
) -> int:
    """Put the usual items that a planned meeting's agenda lacks into their places; how many.

    `titles` are their titles by `rules.USUAL_ITEMS`; `known` tells which usual one a title is, in
    whatever language, empty if none. Raises MeetingOver and Problem.
    """
    with audited("forums.usual_items_added", by) as change:
        forum = forum_run_by(change.session, forum_id, by)
        meeting = written_meeting(change.session, forum, meeting_id)
        if order_is_fixed(meeting.state):
            raise MeetingOver
        items = items_in_order(change.session, meeting)
        present = [
            "arising" if listed.kind == "arising" else known(listed.title) for listed in items
        ]
        agenda: list[AgendaItem] = []
        for place, usual in with_usual_items(present):
            if place >= 0:
                agenda.append(items[place])
                continue
            arising = usual == "arising"
            item = AgendaItem(
                public_id=new_public_id(),
                meeting_id=meeting.id,
                position=0,
                kind="arising" if arising else "plain",
                # It goes by its usual name in the reader's language.
                title="" if arising else titles[usual],
            )
            change.session.add(item)
            agenda.append(item)
        added = len(agenda) - len(items)
        if added == 0:
            change.nothing()
            return 0
        if len(agenda) > ITEMS_OF_A_MEETING:
            raise Problem(AGENDA_FULL, field="title")
        _number(agenda)
        change.about(meeting.public_id)
        return added


def rename_item(
    forum_id: str,
    meeting_id: str,
    item_id: str,
    *,
    title: str,
    minutes: int | None = None,
    by: Actor,
) -> None:
    """Give an item another title, and say how long it should take."""
    with audited("forums.item_renamed", by) as change:
        forum = forum_run_by(change.session, forum_id, by)
        meeting = written_meeting(change.session, forum, meeting_id)
        item = item_in(change.session, meeting, item_id)
        item.title, item.minutes = title, minutes
        change.about(meeting.public_id, item.public_id)


def has_open_actions(session: Session, forum: Forum, meeting: Meeting) -> bool:
    """True if something of an earlier meeting is still open, or a decision comes back."""
    return decision_returns(session, meeting) or (
        session.scalar(
            select(Action.id)
            .join(AgendaItem, AgendaItem.id == Action.item_id)
            .join(Meeting, Meeting.id == AgendaItem.meeting_id)
            .where(
                Meeting.forum_id == forum.id,
                Meeting.starts_at < meeting.starts_at,
                Action.state == "open",
            )
            .limit(1)
        )
        is not None
    )


def decision_returns(session: Session, meeting: Meeting) -> bool:
    """True if the forum looks at an earlier decision again in this meeting."""
    return (
        session.scalar(
            select(DecisionReview.id)
            .join(Decision, Decision.id == DecisionReview.decision_id)
            .join(AgendaItem, AgendaItem.id == Decision.item_id)
            .join(Meeting, Meeting.id == AgendaItem.meeting_id)
            .where(
                Meeting.forum_id == meeting.forum_id,
                Meeting.starts_at < meeting.starts_at,
                DecisionReview.look_on <= to_local(meeting.starts_at).date(),
                DecisionReview.conclusion == "",
            )
            .limit(1)
        )
        is not None
    )


def remove_item(forum_id: str, meeting_id: str, item_id: str, *, by: Actor) -> None:
    """Take an item off a planned meeting's agenda, while nothing is written under it."""
    with audited("forums.item_removed", by) as change:
        session = change.session
        forum = forum_run_by(session, forum_id, by)
        meeting = planned_meeting(session, forum, meeting_id)
        item = item_in(session, meeting, item_id)
        written = item.minute or any(
            session.scalar(select(kind.id).where(kind.item_id == item.id).limit(1))
            for kind in (Decision, Action)
        )
        if written or (item.kind == "arising" and has_open_actions(session, forum, meeting)):
            raise Problem(
                _l("This item stays: it lists open actions, or something is written under it.")
            )
        rest = [other for other in items_in_order(session, meeting) if other.id != item.id]
        session.delete(item)
        _number(rest)
        change.about(meeting.public_id, item.public_id)


def order_items(
    forum_id: str,
    meeting_id: str,
    *,
    order: Sequence[str] = (),
    up: str = "",
    down: str = "",
    by: Actor,
) -> None:
    """Give the items another order: the whole of it, or one item a place up or down."""
    with audited("forums.agenda_ordered", by) as change:
        forum = forum_run_by(change.session, forum_id, by)
        meeting = written_meeting(change.session, forum, meeting_id)
        if order_is_fixed(meeting.state):
            raise MeetingOver
        items = {item.public_id: item for item in items_in_order(change.session, meeting)}
        present = list(items)
        wanted = arranged(present, order) if order else moved(present, up or down, -1 if up else 1)
        if wanted == present:
            change.nothing()
            return
        _number(items[key] for key in wanted)
        change.about(meeting.public_id)
