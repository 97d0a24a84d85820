"""Minutes as a record: of what is written now, or read from the leaves that were locked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select

from kash.forums.models import (
    AgendaItem,
    Decision,
    DecisionPresence,
    Forum,
    ForumMember,
    ForumTerm,
    Meeting,
    MinutesLeaf,
)
from kash.forums.queries.actions import ActionLine, action_line, arising_in
from kash.forums.queries.internal_lines import shown_text
from kash.forums.queries.meetings import (
    AttendanceLine,
    attendance_of,
    attendance_table,
    attendances_of,
    following_meeting,
    minutes_of,
    number_of,
)
from kash.forums.queries.presence import MeetingPresence, attendance_at, attendances_at
from kash.forums.rules.attendance import STATUSES, Attendee
from kash.forums.rules.leaves import SaltedLeaf
from kash.forums.rules.record import (
    MinutesPart,
    MinutesRecord,
    RecordedItem,
    Task,
    record_of,
    said_in,
)
from kash.forums.rules.rows import paragraphs
from kash.forums.rules.telling import line_digest, published_text
from kash.people.models import Group
from kash.platform.database import db
from kash.platform.web.formats import to_local
from kash.policy import NOBODY


def live_record(forum: Forum, meeting: Meeting, now: datetime) -> MinutesRecord:
    """The minutes as they are written now, as every group may read them."""
    attendance = attendance_of(meeting)
    following = following_meeting(meeting)
    # Nobody in particular reads them, so nothing shows that only somebody may see.
    carried = tuple(_carried(line, state) for line, state in arising_in(meeting, now, NOBODY))
    presence = presence_with_decisions(meeting)
    items = tuple(_item(item, meeting, carried, presence) for item in minutes_of(meeting))
    head = {
        "forum": forum.name,
        "starts_at": meeting.starts_at.isoformat(),
        "place": meeting.place,
        "letter": meeting.letter,
        "following": following.starts_at.isoformat() if following else "",
    }
    return MinutesRecord(
        MinutesPart("meeting", head),
        _groups(attendance, _needed(meeting, attendance_at(db.session(), meeting))),
        _names(attendance, _offices(meeting)),
        items,
    )


def attendance_parts(meetings: Sequence[Meeting]) -> dict[int, list[MinutesPart]]:
    """By the keys of meetings their groups, then the names of those who are shown, as their
    registers say now; seven queries."""
    if not meetings:
        return {}
    lines, presence = attendances_of(meetings), attendances_at(db.session(), meetings)
    return {
        meeting.id: [
            *_groups(lines[meeting.id], _needed(meeting, presence[meeting.id])),
            *_names(lines[meeting.id], {}),
        ]
        for meeting in meetings
    }


def _offices(meeting: Meeting) -> dict[str, str]:
    """By the public ids of their seats the offices that those held on the day of a meeting who
    appear by name. Beside an alias an office would tell whose it is."""
    day = to_local(meeting.starts_at).date()
    rows = db.session.execute(
        select(ForumMember.public_id, ForumTerm.office)
        .join(ForumTerm, ForumTerm.member_id == ForumMember.id)
        .where(
            ForumMember.forum_id == meeting.forum_id,
            ForumMember.appears == "name",
            ForumTerm.office != "",
            ForumTerm.begins_on <= day,
            or_(ForumTerm.ends_on.is_(None), ForumTerm.ends_on >= day),
        )
        .order_by(ForumTerm.begins_on)
    )
    return dict(rows.all())


def _needed(meeting: Meeting, presence: MeetingPresence) -> dict[str, int]:
    """How many of each group make its quorum, by letter; empty where none was agreed."""
    return {
        group.letter: group.needed
        for group in presence.at(meeting.starts_at).groups
        if group.letter in presence.needed
    }


def _groups(attendance: list[AttendanceLine], needed: Mapping[str, int]) -> tuple[MinutesPart, ...]:
    """A part for each group: how many members it has and needs, and for each status how many there
    are and how many of them are named, so that a name that is withdrawn keeps its place."""
    return tuple(
        MinutesPart(
            "group",
            {
                "group": line.group,
                "members": line.members,
                "needed": needed.get(line.group, ""),
                "counts": {status: line.column(status).total for status in STATUSES},
                "named": {status: len(line.column(status).shown) for status in STATUSES},
            },
        )
        for line in attendance_table(attendance)
    )


def _names(attendance: list[AttendanceLine], offices: Mapping[str, str]) -> tuple[MinutesPart, ...]:
    """The names of those who are shown, by group and status, then in the order of random ids, so
    that the place of one that is withdrawn tells nothing of it."""
    groups = list(dict.fromkeys(line.letter for line in attendance))
    found = [
        (groups.index(line.letter), STATUSES.index(status), line.seat, line.shown)
        for line in attendance
        if line.shown
        and (status := Attendee(line.letter, line.status, line.shown, line.member).counts_as)
    ]
    return tuple(
        MinutesPart("name", {"shown": shown, "office": offices.get(seat, "")}, member=seat)
        for _group, _status, seat, shown in sorted(found)
    )


def _owner(line: ActionLine) -> MinutesPart | None:
    return MinutesPart("owner", {"shown": line.owner}, member=line.seat) if line.owner else None


def _carried(line: ActionLine, state: str) -> Task:
    said = {
        "minute": line.number,
        "text": line.text,
        "state": state,
        "outcome": line.outcome if state != "open" else "",
        "group": line.owner_group,
        "due": line.due_on.isoformat() if line.due_on else "",
    }
    return Task(MinutesPart("carried", said, line.public_id), _owner(line))


def presence_with_decisions(meeting: Meeting) -> dict[int, dict[str, Any]]:
    """By the key of each decision of a meeting with whom it was taken: groups as letter, present
    and members, their votes if they were counted, and whether every group met its quorum."""
    rows = db.session.execute(
        select(DecisionPresence, Group.letter)
        .join(Group, Group.id == DecisionPresence.group_id)
        .join(Decision, Decision.id == DecisionPresence.decision_id)
        .join(AgendaItem, AgendaItem.id == Decision.item_id)
        .where(AgendaItem.meeting_id == meeting.id)
        .order_by(Group.position, Group.letter)
    )
    found: dict[int, dict[str, Any]] = {}
    for row, letter in rows:
        said = found.setdefault(row.decision_id, {"groups": [], "votes": [], "quorate": True})
        said["groups"].append([letter, row.present, row.members])
        if row.votes_for is not None:
            said["votes"].append([letter, row.votes_for, row.votes_against, row.abstained])
        said["quorate"] = said["quorate"] and row.present >= row.needed
    return found


def _item(
    item: AgendaItem,
    meeting: Meeting,
    carried: tuple[Task, ...],
    presence: Mapping[int, Mapping[str, Any]],
) -> RecordedItem:
    head = {"number": number_of(item, meeting), "title": item.title, "kind": item.kind}
    written = [
        MinutesPart("paragraph", {"text": text}, item.public_id)
        for paragraph in paragraphs(item.minute)
        if (text := published_text(paragraph, item.kept_internal))
    ]
    return RecordedItem(
        MinutesPart("item", head, item.public_id),
        carried if item.kind == "arising" else (),
        (*written, *_internal(item)),
        tuple(
            MinutesPart(
                "decision",
                {"text": shown_text(item, row.text, whole=False), **presence.get(row.id, {})},
                row.public_id,
            )
            for row in item.decisions
        ),
        tuple(_action(action_line(row, item, meeting, NOBODY)) for row in item.actions),
    )


def _internal(item: AgendaItem) -> list[MinutesPart]:
    texts = [item.minute, *(row.text for row in item.decisions)]
    texts += [row.text for row in item.actions]
    lines = {
        line_digest(line): line.strip()
        for line in "\n".join(texts).splitlines()
        if line_digest(line) in item.kept_internal
    }
    return [MinutesPart("internal", {"text": line}, item.public_id) for line in lines.values()]


def _action(line: ActionLine) -> Task:
    said = {
        "text": line.text,
        "group": line.owner_group,
        "due": line.due_on.isoformat() if line.due_on else "",
    }
    return Task(MinutesPart("action", said, line.public_id), _owner(line))


def leaf_rows(meeting_id: int) -> list[MinutesLeaf]:
    """The leaves of a meeting's locked minutes in order."""
    return list(
        db.session.scalars(
            select(MinutesLeaf)
            .where(MinutesLeaf.meeting_id == meeting_id)
            .order_by(MinutesLeaf.place)
        )
    )


def as_leaf(row: MinutesLeaf) -> SaltedLeaf:
    """A row as the rules read it."""
    salt = None if row.salt is None else bytes.fromhex(row.salt)
    return SaltedLeaf(row.kind, row.digest, row.value, salt)


def locked_record(meeting: Meeting) -> MinutesRecord:
    """Locked minutes, from their leaves."""
    return record_of(
        [
            MinutesPart(row.kind, said_in(row.value), row.about, key=row.public_id)
            for row in leaf_rows(meeting.id)
        ]
    )


def record_in(forum: Forum, meeting: Meeting, now: datetime, *, locked: bool) -> MinutesRecord:
    """The minutes as they stand: from their leaves once they are locked."""
    return locked_record(meeting) if locked else live_record(forum, meeting, now)
