"""Texts that two people wrote differently under an item, until it is settled. Minutes as a record:
of what is written now, or read from the leaves that were locked. Verifying locked minutes: the
leaves under their root, the errata, and the root in the chain. Minutes that wait for somebody:
remarks to settle, text to read, a meeting that confirms them. Papers of a meeting, by the items
under which they lie. Signed copies of minutes. Attendance of a forum over a year."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from kash.attendance.models import Mark, Slot
from kash.forums.models import (
    AgendaItem,
    AgendaPaper,
    Decision,
    DecisionPresence,
    Forum,
    ForumMember,
    ForumTerm,
    Meeting,
    MinutesDifference,
    MinutesErratum,
    MinutesLeaf,
    MinutesLife,
    MinutesRemark,
    SignedCopy,
)
from kash.forums.queries.decisions import ActionLine, action_line, arising_in
from kash.forums.queries.meetings import (
    AttendanceLine,
    MeetingPresence,
    attendance_at,
    attendance_of,
    attendance_table,
    attendances_at,
    attendances_of,
    following_meeting,
    minutes_of,
    number_of,
)
from kash.forums.queries.minutes_life import THERE, errata_rows, shown_text
from kash.forums.queries.series import account_name, within_reach
from kash.forums.rules.meetings import STATUSES, Attendee, GroupInMeeting, MeetingInYear
from kash.forums.rules.merging import paragraphs
from kash.forums.rules.minutes import (
    MinutesPart,
    MinutesRecord,
    RecordedItem,
    SaltedLeaf,
    Task,
    altered,
    erratum_root,
    leaf_digest,
    line_digest,
    published_text,
    record_of,
    root_of,
    said_in,
)
from kash.people.models import Group
from kash.platform.database import db
from kash.platform.vault.chain import code_of, root_subject
from kash.platform.vault.queries import named_before
from kash.platform.web.errors import get_or_404
from kash.platform.web.formats import from_local, to_local
from kash.policy import NOBODY, Actor, Reach


def differences_of(item: AgendaItem, owners: dict[str, str], actor: Actor) -> list[dict[str, Any]]:
    """The differences under an item as those read them who write the minutes, the oldest first;
    `owners` are names of members by key.

    `kind` is minute, decision, action, owner or due, and `number` that of its row, 0 if there is
    none. `stands` and `other` are texts; of who and when, names and days.
    """
    rows = db.session.scalars(
        select(MinutesDifference)
        .where(MinutesDifference.item_id == item.id)
        .order_by(MinutesDifference.id)
    ).all()
    decisions = {written.public_id: place for place, written in enumerate(item.decisions, start=1)}
    actions = {written.public_id: place for place, written in enumerate(item.actions, start=1)}
    names = {account: account_name(account) for account in {written.written_by for written in rows}}

    def shown(kind: str, text: str) -> str | date:
        if kind == "owner":
            return owners.get(text, "")
        return date.fromisoformat(text) if kind == "due" and text else text

    differences = []
    for written in rows:
        kind, _sign, key = written.part.partition(":")
        differences.append(
            {
                "public_id": written.public_id,
                "kind": kind,
                "number": decisions.get(key, 0) or actions.get(key, 0),
                "stands": shown(kind, written.stands),
                "other": shown(kind, written.other),
                "own": written.written_by == actor.public_id,
                "writer": names[written.written_by],
            }
        )
    return differences


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
    named = [
        (groups.index(line.letter), STATUSES.index(status), line.seat, line.shown)
        for line in attendance
        if line.shown
        and (status := Attendee(line.letter, line.status, line.shown, line.member).counts_as)
    ]
    return tuple(
        MinutesPart("name", {"shown": shown, "office": offices.get(seat, "")}, member=seat)
        for _group, _status, seat, shown in sorted(named)
    )


def _owner(line: ActionLine) -> MinutesPart | None:
    return MinutesPart("owner", {"shown": line.owner}, member=line.seat) if line.owner else None


def _carried(line: ActionLine, state: str) -> Task:
    facts = {
        "minute": line.number,
        "text": line.text,
        "state": state,
        "outcome": line.outcome if state != "open" else "",
        "group": line.owner_group,
        "due": line.due_on.isoformat() if line.due_on else "",
    }
    return Task(MinutesPart("carried", facts, line.public_id), _owner(line))


def presence_with_decisions(meeting: Meeting) -> dict[int, dict[str, Any]]:
    """By the key of each decision of a meeting who was there: groups as letter, present
    and members, their votes if they were counted, and whether every group met its quorum."""
    rows = db.session.execute(
        select(DecisionPresence, Group.letter)
        .join(Group, Group.id == DecisionPresence.group_id)
        .join(Decision, Decision.id == DecisionPresence.decision_id)
        .join(AgendaItem, AgendaItem.id == Decision.item_id)
        .where(AgendaItem.meeting_id == meeting.id)
        .order_by(Group.position, Group.letter)
    )
    by_decision: dict[int, dict[str, Any]] = {}
    for counted, letter in rows:
        presence = by_decision.setdefault(
            counted.decision_id, {"groups": [], "votes": [], "quorate": True}
        )
        presence["groups"].append([letter, counted.present, counted.members])
        if counted.votes_for is not None:
            presence["votes"].append(
                [letter, counted.votes_for, counted.votes_against, counted.abstained]
            )
        presence["quorate"] = presence["quorate"] and counted.present >= counted.needed
    return by_decision


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
                {"text": shown_text(item, line.text, whole=False), **presence.get(line.id, {})},
                line.public_id,
            )
            for line in item.decisions
        ),
        tuple(_action(action_line(line, item, meeting, NOBODY)) for line in item.actions),
    )


def _internal(item: AgendaItem) -> list[MinutesPart]:
    texts = [item.minute, *(line_of.text for line_of in item.decisions)]
    texts += [line_of.text for line_of in item.actions]
    lines = {
        line_digest(line): line.strip()
        for line in "\n".join(texts).splitlines()
        if line_digest(line) in item.kept_internal
    }
    return [MinutesPart("internal", {"text": line}, item.public_id) for line in lines.values()]


def _action(line: ActionLine) -> Task:
    facts = {
        "text": line.text,
        "group": line.owner_group,
        "due": line.due_on.isoformat() if line.due_on else "",
    }
    return Task(MinutesPart("action", facts, line.public_id), _owner(line))


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
            MinutesPart(leaf.kind, said_in(leaf.value), leaf.about, key=leaf.public_id)
            for leaf in leaf_rows(meeting.id)
        ]
    )


def record_in(forum: Forum, meeting: Meeting, now: datetime, *, locked: bool) -> MinutesRecord:
    """The minutes as they stand: from their leaves once they are locked."""
    return locked_record(meeting) if locked else live_record(forum, meeting, now)


@dataclass(frozen=True)
class VerifiedMinutes:
    """Findings about the locked minutes of a meeting. `altered` are places of leaves,
    counted from 1; `in_chain` is whether the audit chain names the root."""

    meeting_id: str
    forum: str
    starts_at: datetime
    code: str
    root: str
    leaves: int
    withdrawn: int
    altered: tuple[int, ...]
    whole: bool
    errata: int
    errata_whole: bool
    in_chain: bool

    @property
    def sound(self) -> bool:
        """True if nothing is wrong."""
        return self.whole and self.errata_whole and self.in_chain and not self.altered


def _errata_whole(root: str, rows: Sequence[MinutesErratum]) -> tuple[bool, str]:
    """True if all errata stand on the root and on each other; and the last root."""
    before = root
    for number, erratum in enumerate(rows, start=1):
        salt = None if erratum.salt is None else bytes.fromhex(erratum.salt)
        leaf = SaltedLeaf("erratum", erratum.digest, erratum.value, salt)
        holds = leaf.withdrawn or (
            salt is not None
            and erratum.value is not None
            and leaf_digest(salt, "erratum", number, erratum.value) == erratum.digest
        )
        if (
            erratum.number != number
            or not holds
            or erratum_root(before, number, leaf) != erratum.root
        ):
            return False, before
        before = erratum.root
    return True, before


def verify_minutes() -> list[VerifiedMinutes]:
    """All locked minutes, by the day of their meeting, each with what was found about it."""
    rows: Sequence[Any] = db.session.execute(
        select(MinutesLife.root, Meeting, Forum.name)
        .join(Meeting, Meeting.id == MinutesLife.meeting_id)
        .join(Forum, Forum.id == Meeting.forum_id)
        .where(MinutesLife.state == "locked")
        .order_by(Meeting.starts_at, Meeting.id)
    ).all()
    findings = []
    for root, meeting, forum in rows:
        leaves = [as_leaf(stored_leaf) for stored_leaf in leaf_rows(meeting.id)]
        errata = errata_rows(meeting.id)
        errata_whole, last = _errata_whole(root, errata)
        named = named_before(db.session(), {root_subject(root), root_subject(last)})
        findings.append(
            VerifiedMinutes(
                meeting.public_id,
                forum,
                meeting.starts_at,
                code_of(root),
                root,
                len(leaves),
                sum(leaf.withdrawn for leaf in leaves),
                tuple(place + 1 for place in altered(leaves)),
                root_of(meeting.public_id, leaves) == root,
                len(errata),
                errata_whole,
                {root_subject(root), root_subject(last)} <= named,
            )
        )
    return findings


def _circulated(condition: ColumnElement[bool]) -> Any:
    return (
        select(
            Forum.public_id.label("forum_id"),
            Forum.name.label("forum_name"),
            Meeting.public_id.label("meeting_id"),
            Meeting.starts_at,
            MinutesLife.remarks_until.label("until"),
        )
        .select_from(MinutesLife)
        .join(Meeting, Meeting.id == MinutesLife.meeting_id)
        .join(Forum, Forum.id == Meeting.forum_id)
        .where(MinutesLife.state == "circulated", condition)
        .order_by(Meeting.starts_at)
    )


def minutes_to_see_through(actor: Actor, now: datetime, *, most: int = 20) -> Sequence[Any]:
    """The circulated minutes of the forums of which the actor is the secretary, with the number of
    open remarks and whether a meeting that may confirm them is today; one query."""
    if actor.reach("forums.edit") is Reach.NONE or actor.account_id is None:
        return []
    midnight = to_local(now).replace(hour=0, minute=0, second=0, microsecond=0)
    later = aliased(Meeting)
    remarks = (
        select(func.count(MinutesRemark.id))
        .join(AgendaItem, AgendaItem.id == MinutesRemark.item_id)
        .where(AgendaItem.meeting_id == Meeting.id, MinutesRemark.state == "open")
        .correlate(Meeting)
        .scalar_subquery()
    )
    today = exists().where(
        later.forum_id == Forum.id,
        later.starts_at > Meeting.starts_at,
        later.starts_at >= midnight,
        later.starts_at < midnight + timedelta(days=1),
        later.state != "cancelled",
    )
    return db.session.execute(
        _circulated(Forum.secretary_id == actor.account_id)
        .add_columns(remarks.label("open_remarks"), today.label("meets_today"))
        .limit(most)
    ).all()


def minutes_to_read(actor: Actor, now: datetime, *, most: int = 10) -> Sequence[Any]:
    """Circulated minutes of meetings at which the actor was, while remarks are taken."""
    if actor.person_id is None or actor.reach("forums.see") is Reach.NONE:
        return []
    return db.session.execute(
        _circulated(MinutesLife.remarks_until >= to_local(now).date())
        .join(Slot, Slot.register_id == Meeting.register_id)
        .join(Mark, and_(Mark.slot_id == Slot.id, Mark.person_id == actor.person_id))
        .where(
            Mark.status.in_(THERE), Forum.id.in_(within_reach(actor).with_only_columns(Forum.id))
        )
        .limit(most)
    ).all()


def papers_of(meeting: Meeting) -> dict[str, list[AgendaPaper]]:
    """The papers of a meeting by the public ids of its items, each item's oldest first; one
    query."""
    papers: defaultdict[str, list[AgendaPaper]] = defaultdict(list)
    for item_id, paper in db.session.execute(
        select(AgendaItem.public_id, AgendaPaper)
        .join(AgendaItem, AgendaItem.id == AgendaPaper.item_id)
        .where(AgendaItem.meeting_id == meeting.id)
        .order_by(AgendaItem.position, AgendaPaper.id)
    ):
        papers[item_id].append(paper)
    return dict(papers)


def paper_of(item: AgendaItem, public_id: str) -> AgendaPaper:
    """A paper under this item. Raises NotFound."""
    return get_or_404(db.session, AgendaPaper, public_id, AgendaPaper.item_id == item.id)


def signed_copy_of(meeting: Meeting) -> SignedCopy | None:
    """The signed copy of a meeting's minutes; None if none was kept."""
    return db.session.scalar(select(SignedCopy).where(SignedCopy.meeting_id == meeting.id))


# More than one a week.
MOST_MEETINGS = 60


def meetings_in_year(forum: Forum, year: int) -> list[MeetingInYear]:
    """The meetings of a year that were held, in order, at most sixty. Those whose minutes are
    locked say what their minutes say, so that a name that was withdrawn stands nowhere."""
    rows = db.session.execute(
        select(Meeting, MinutesLife.state)
        .outerjoin(MinutesLife, MinutesLife.meeting_id == Meeting.id)
        .where(
            Meeting.forum_id == forum.id,
            Meeting.state == "held",
            Meeting.starts_at >= _begins(year),
            Meeting.starts_at < _begins(year + 1),
        )
        .order_by(Meeting.starts_at)
        .limit(MOST_MEETINGS)
    ).all()
    locked = _locked_parts([meeting.id for meeting, state in rows if state == "locked"])
    live = attendance_parts([meeting for meeting, _state in rows if not locked.get(meeting.id)])
    return [
        MeetingInYear(
            meeting.starts_at,
            meeting.letter,
            _year_groups(locked.get(meeting.id) or live[meeting.id]),
        )
        for meeting, _state in rows
    ]


def years_of(forum: Forum) -> list[int]:
    """The years in which a forum held a meeting, the newest first."""
    moments = db.session.scalars(
        select(Meeting.starts_at).where(Meeting.forum_id == forum.id, Meeting.state == "held")
    )
    return sorted({to_local(moment).year for moment in moments}, reverse=True)


def _begins(year: int) -> datetime:
    return from_local(date(year, 1, 1), time())


def _locked_parts(meeting_ids: list[int]) -> dict[int, list[MinutesPart]]:
    parts: defaultdict[int, list[MinutesPart]] = defaultdict(list)
    if meeting_ids:
        for leaf in db.session.scalars(
            select(MinutesLeaf)
            .where(MinutesLeaf.meeting_id.in_(meeting_ids), MinutesLeaf.kind.in_(("group", "name")))
            .order_by(MinutesLeaf.meeting_id, MinutesLeaf.place)
        ):
            parts[leaf.meeting_id].append(MinutesPart(leaf.kind, said_in(leaf.value)))
    return parts


def _year_groups(parts: list[MinutesPart]) -> list[GroupInMeeting]:
    record = MinutesRecord(
        MinutesPart("meeting", {}),
        tuple(part for part in parts if part.kind == "group"),
        tuple(part for part in parts if part.kind == "name"),
    )
    return [
        GroupInMeeting(
            group["group"],
            group["members"],
            group["needed"] if group["needed"] != "" else None,
            group["counts"],
            {
                status: [
                    name["shown"]
                    for name in record.names_of(group["group"], status)
                    if not name.withdrawn
                ]
                for status in STATUSES
            },
        )
        for group in record.groups
    ]
