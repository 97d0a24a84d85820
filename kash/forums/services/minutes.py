"""Presence by group that is kept with each decision, at the moment at which it was taken. Minutes:
what was said, decided and taken on under an item; and what became of it. Papers under the items of
an agenda: brought and removed. Keeping the signed copy of a meeting's minutes, and removing it.
Minutes that several write at once: what their pages send is merged, and what stays different is
settled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, delete, exists, func, select, union_all
from sqlalchemy.orm import Session

from kash.forums.models import (
    MOST_BYTES,
    Action,
    AgendaItem,
    AgendaPaper,
    Decision,
    DecisionPresence,
    Forum,
    ForumMember,
    Meeting,
    MinutesDifference,
    MinutesPage,
    SignedCopy,
    forget,
    store,
)
from kash.forums.queries.meetings import MeetingPresence, attendance_at, conflicted_in
from kash.forums.queries.series import runs
from kash.forums.rules.merging import (
    ACTION_LENGTH,
    DECISION_LENGTH,
    MINUTE_LENGTH,
    ROWS_OF_AN_ITEM,
    MergedItem,
    MinutesChanges,
    TextDifference,
    TypedMinutesRow,
    WrittenItem,
    carried_on,
    merge_items,
    row_changes,
    settled_text,
    with_names,
)
from kash.forums.rules.minutes import MinutesOperation, item_of, moment_of, values_of
from kash.forums.services import agenda as problems
from kash.forums.services.agenda import (
    NOT_HELD_YET,
    UNKNOWN_CHOICE,
    TooManyRows,
    check_numbers_free,
    forum_in_reach,
    forum_run_by,
    item_in,
    items_in_order,
    keep_internal,
    meeting_in,
    written_meeting,
)
from kash.people.models import Group
from kash.platform.database import new_public_id
from kash.platform.vault import Change, audited
from kash.platform.web import Forbidden, NotFound
from kash.platform.web.errors import Problem, get_or_404, one_or_404
from kash.policy import Actor
from kash.training.material_files import MaterialProblem


def note_presence(
    session: Session, meeting: Meeting, item: AgendaItem, decision: Decision, now: datetime
) -> None:
    """Keep with a decision who was there when it was written, within the action that adds it.

    While nobody stands as being there, nothing is kept: that is not known yet, and is noted when
    the meeting is recorded as held, or for the time that the person who runs the forum says.
    """
    session.flush()
    keep_presence(session, attendance_at(session, meeting), item, decision, now)


def keep_presence(
    session: Session,
    attendance: MeetingPresence,
    item: AgendaItem,
    decision: Decision,
    moment: datetime,
) -> bool:
    """Keep the presence of a moment in place of what was kept, with the votes gone; True if anybody
    was there then."""
    quorum = attendance.at(moment, conflicted_in(session, item))
    if not quorum.recorded:
        return False
    session.execute(delete(DecisionPresence).where(DecisionPresence.decision_id == decision.id))
    keys = dict(session.execute(select(Group.letter, Group.id)).all())
    session.add_all(
        DecisionPresence(
            decision_id=decision.id,
            group_id=keys[group.letter],
            noted_at=moment,
            members=group.members,
            present=group.present,
            needed=group.needed,
            counted_out=group.counted_out,
        )
        for group in quorum.groups
    )
    return True


def note_where_missing(session: Session, meeting: Meeting, now: datetime) -> None:
    """Keep the presence of now with the decisions of a meeting that have none yet."""
    session.flush()
    rows = session.execute(
        select(Decision, AgendaItem)
        .join(AgendaItem, AgendaItem.id == Decision.item_id)
        .where(
            AgendaItem.meeting_id == meeting.id,
            ~exists().where(DecisionPresence.decision_id == Decision.id),
        )
        .order_by(Decision.id)
    ).all()
    if not rows:
        return
    attendance = attendance_at(session, meeting)
    for decision, item in rows:
        keep_presence(session, attendance, item, decision, now)


OUTCOMES = ("done", "dropped")


def written_item(item: AgendaItem) -> WrittenItem:
    """All that is written under an item; actions that were closed are no longer written on."""
    return WrittenItem(
        item.minute,
        tuple(TypedMinutesRow(line.public_id, line.text) for line in item.decisions),
        tuple(
            TypedMinutesRow(
                line.public_id, line.text, line.owner.public_id if line.owner else "", line.due_on
            )
            for line in item.actions
            if line.state == "open"
        ),
    )


def write_item(
    forum_id: str,
    meeting_id: str,
    item_id: str,
    *,
    minute: str,
    decisions: Sequence[TypedMinutesRow] = (),
    actions: Sequence[TypedMinutesRow] = (),
    row_version: int,
    by: Actor,
    internal: str = "",
) -> int:
    """Save what is written under an item and return its new row version.

    `internal` is the mark of the lines that the writer agreed to keep internal; lines that hold a
    figure beside a station or a case raise FiguresBesideCases without it, and nothing is saved.

    `row_version` is the one that the page showed. If somebody saved in between, nothing is changed
    and MinuteChanged carries what they wrote. Rows that the page did not know stay as they are.
    """
    with audited("forums.item_written", by) as change:
        session = change.session
        forum = forum_run_by(session, forum_id, by)
        meeting = written_meeting(session, forum, meeting_id)
        item = item_in(session, meeting, item_id)
        if item.row_version != row_version:
            raise problems.MinuteChanged(
                row_version=item.row_version, changed_by=item.changed_by, item=written_item(item)
            )
        owners = members_by_key(session, forum)
        stored_decisions = {line.public_id: line for line in item.decisions}
        stored_actions = {line.public_id: line for line in item.actions if line.state == "open"}
        closed = {line.public_id for line in item.actions if line.state != "open"}
        on_decisions = _with_new_keys(row_changes(set(stored_decisions), decisions))
        on_actions = _with_new_keys(
            row_changes(set(stored_actions), [line for line in actions if line.key not in closed])
        )
        for stored, rows in ((len(item.decisions), on_decisions), (len(item.actions), on_actions)):
            if stored + len(rows.added) - len(rows.removed) > ROWS_OF_AN_ITEM:
                raise problems.TooManyRows
        if any(rows.added or rows.removed for rows in (on_decisions, on_actions)):
            check_numbers_free(session, meeting)
        item.minute = minute
        item.row_version += 1
        item.changed_by = by.public_id
        for decision in save_decisions(item, stored_decisions, on_decisions):
            note_presence(session, meeting, item, decision, change.now)
        save_actions(item, stored_actions, on_actions, owners)
        texts = [item.minute, *(line.text for line in item.decisions)]
        texts += [line.text for line in item.actions]
        keep_internal(session, item, texts, internal)
        if on_actions.added:
            carry_over(session, forum, meeting)
        change.about(meeting.public_id, item.public_id)
        return item.row_version


def _with_new_keys(rows: MinutesChanges) -> MinutesChanges:
    return replace(rows, added=tuple(replace(line, key=new_public_id()) for line in rows.added))


def members_by_key(session: Session, forum: Forum) -> dict[str, ForumMember]:
    """The members of a forum, also those who left, by public id."""
    members = session.scalars(select(ForumMember).where(ForumMember.forum_id == forum.id))
    return {member.public_id: member for member in members}


def save_decisions(
    item: AgendaItem, stored: dict[str, Decision], rows: MinutesChanges
) -> list[Decision]:
    """Save the decisions of an item; those that are new, each under its key."""
    for line in rows.changed:
        stored[line.key].text = line.text
    for key in rows.removed:
        item.decisions.remove(stored[key])
    added = [Decision(public_id=line.key, text=line.text) for line in rows.added]
    item.decisions.extend(added)
    return added


def save_actions(
    item: AgendaItem,
    stored: dict[str, Action],
    rows: MinutesChanges,
    owners: dict[str, ForumMember],
) -> None:
    """Write the open actions of an item; a new one keeps the key that it has."""

    def owner_of(row: TypedMinutesRow, present: ForumMember | None) -> ForumMember | None:
        if not row.owner:
            return None
        owner = owners.get(row.owner)
        # Who has left keeps what she took on, but takes on nothing new.
        if owner is None or (owner.left_on is not None and owner is not present):
            raise problems.UnknownOwner
        return owner

    for line in rows.changed:
        action = stored[line.key]
        action.text, action.due_on = line.text, line.due_on
        action.owner = owner_of(line, action.owner)
    for key in rows.removed:
        item.actions.remove(stored[key])
    for line in rows.added:
        item.actions.append(
            Action(
                public_id=line.key,
                text=line.text,
                owner=owner_of(line, None),
                due_on=line.due_on,
                state="open",
            )
        )


def carry_over(session: Session, forum: Forum, held: Meeting) -> None:
    """Give the planned meetings after this one their item for matters arising, if they lack it."""
    later = session.scalars(
        select(Meeting).where(
            Meeting.forum_id == forum.id,
            Meeting.starts_at > held.starts_at,
            Meeting.state == "planned",
        )
    )
    for meeting in later:
        items = items_in_order(session, meeting)
        if any(item.kind == "arising" for item in items):
            continue
        for item in items:
            item.position += 1
        session.add(
            AgendaItem(public_id=new_public_id(), meeting_id=meeting.id, position=1, kind="arising")
        )


def _action_in(session: Session, forum: Forum, public_id: str) -> Action:
    return one_or_404(
        session.scalar(
            select(Action)
            .join(AgendaItem, AgendaItem.id == Action.item_id)
            .join(Meeting, Meeting.id == AgendaItem.meeting_id)
            .where(Meeting.forum_id == forum.id, Action.public_id == public_id)
        )
    )


def _may_close(by: Actor, forum: Forum, action: Action) -> bool:
    owner = action.owner
    own = (
        owner is not None
        and owner.left_on is None
        and by.person_id is not None
        and owner.person_id == by.person_id
    )
    return own or runs(by, forum.secretary_id)


def close_action(
    forum_id: str, action_id: str, *, state: str, outcome: str = "", by: Actor
) -> None:
    """Mark an open action as done or dropped, by its owner or the person who runs the forum."""
    if state not in OUTCOMES:
        raise Problem(problems.UNKNOWN_CHOICE, status=400)
    with audited("forums.action_closed", by) as change:
        forum = forum_in_reach(change.session, forum_id, by)
        action = _action_in(change.session, forum, action_id)
        if not _may_close(by, forum, action):
            raise Forbidden
        if action.state != "open":
            raise Problem(problems.ALREADY_CLOSED, field="")
        action.state, action.outcome, action.closed_at = state, outcome, change.now
        change.about(forum.public_id, action.public_id)


def reopen_action(forum_id: str, action_id: str, *, by: Actor) -> None:
    """Take back that an action is done or dropped, by the person who runs the forum."""
    with audited("forums.action_reopened", by) as change:
        forum = forum_run_by(change.session, forum_id, by)
        action = _action_in(change.session, forum, action_id)
        if action.state == "open":
            raise Problem(problems.ALREADY_CLOSED, field="")
        action.state, action.outcome, action.closed_at = "open", "", None
        change.about(forum.public_id, action.public_id)


MOST_PAPERS = 20
# So much is put behind the agenda when its pack is made.
MOST_TOGETHER = 4 * MOST_BYTES


def add_paper(
    forum_id: str, meeting_id: str, item_id: str, *, title: str, content: bytes, by: Actor
) -> str:
    """Put a paper under an item; its public id. Only the cleaned copy is kept, sealed.

    Raises MaterialProblem, CleaningBusy, StorageError, MeetingOver, NotFound and Forbidden.
    """
    stored = store(content)
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
        if count >= MOST_PAPERS or size + stored.size > MOST_TOGETHER:
            raise MaterialProblem(
                _l("A meeting takes at most 20 papers of 20 MB together. Remove one first.")
            )
        session.add(
            AgendaPaper(
                public_id=stored.public_id,
                item_id=item.id,
                title=title,
                kind=stored.kind,
                size=stored.size,
                created_at=change.now,
            )
        )
        change.about(meeting.public_id, item.public_id, stored.public_id)
    return stored.public_id


def remove_paper(forum_id: str, meeting_id: str, item_id: str, paper_id: str, *, by: Actor) -> None:
    """Take a paper away for good, also where the minutes are locked. Raises NotFound and
    Forbidden."""
    with audited("forums.paper_removed", by) as change:
        session = change.session
        forum = forum_run_by(session, forum_id, by)
        item = item_in(session, meeting_in(session, forum, meeting_id), item_id)
        paper = get_or_404(session, AgendaPaper, paper_id, AgendaPaper.item_id == item.id)
        session.delete(paper)
        change.about(meeting_id, item.public_id, paper_id)
    forget(paper_id)


def keep_signed_copy(forum_id: str, meeting_id: str, *, content: bytes, by: Actor) -> str:
    """Keep a scan in the place of the one before; its public id. Only the cleaned copy is kept,
    sealed. Raises MaterialProblem, CleaningBusy, StorageError, Problem, NotFound and Forbidden."""
    stored = store(content)
    with audited("forums.signed_copy_kept", by) as change:
        session = change.session
        meeting = meeting_in(session, forum_run_by(session, forum_id, by), meeting_id)
        if meeting.state != "held":
            raise Problem(NOT_HELD_YET)
        before = _copy_of(session, meeting)
        replaced = before.public_id if before else ""
        if before is not None:
            session.delete(before)
            session.flush()
        session.add(
            SignedCopy(
                public_id=stored.public_id,
                meeting_id=meeting.id,
                kind=stored.kind,
                size=stored.size,
                added_at=change.now,
            )
        )
        change.about(meeting.public_id, stored.public_id)
    if replaced:
        forget(replaced)
    return stored.public_id


def remove_signed_copy(forum_id: str, meeting_id: str, *, by: Actor) -> None:
    """Delete the signed copy for good. Raises NotFound and Forbidden."""
    with audited("forums.signed_copy_removed", by) as change:
        session = change.session
        meeting = meeting_in(session, forum_run_by(session, forum_id, by), meeting_id)
        copy = one_or_404(_copy_of(session, meeting))
        removed = copy.public_id
        session.delete(copy)
        change.about(meeting.public_id, removed)
    forget(removed)


def _copy_of(session: Session, meeting: Meeting) -> SignedCopy | None:
    return session.scalar(select(SignedCopy).where(SignedCopy.meeting_id == meeting.id))


Place = tuple[str, str, str]
TAKES = ("stands", "other", "both")


def apply_minutes_operation(
    place: Place, operation: MinutesOperation, *, by: Actor, sent: int | None = None
) -> bool:
    """Merge what a page sent with what stands; false if it was here already.

    `place` are forum, meeting and item; `sent` is when it was sent by the browser's clock, in
    milliseconds, by which decisions get the presence of when they were taken, and not of when there
    was a network again. What was sent before it, or twice, changes nothing. Lines that hold a
    figure beside a station or a case are kept internal. What cannot be merged stays as a
    difference. Raises NotFound, Forbidden, MeetingOver, Problem and TooManyRows.
    """
    with audited("forums.item_written", by) as change:
        session = change.session
        forum, meeting, item = _writable(session, place, by)
        page = session.scalar(select(MinutesPage).where(MinutesPage.page == operation.page))
        if page is not None and (page.item_id != item.id or page.written_by != by.public_id):
            raise NotFound
        if page is not None and page.number >= operation.number:
            change.nothing()
            return False
        # What it sent and had no answer to is in what stands.
        unanswered = page is not None and page.number > operation.began
        base = item_of(page.written) if page and unanswered else operation.base
        if page is None:
            page = MinutesPage(
                page=operation.page, item_id=item.id, written_by=by.public_id, renamed={}
            )
        names = page.renamed | _taken_keys(session, item, operation.now, page.renamed)
        merged = merge_items(
            _own_rows(item, with_names(base, names)),
            _own_rows(item, with_names(operation.now, names)),
            written_item(item),
        )
        page.renamed = names | merged.renamed
        page.number, page.written_at = operation.number, change.now
        page.written = values_of(operation.now)
        session.add(page)
        taken = {
            names.get(key, key): moment_of(at, sent, change.now)
            for key, at in operation.taken.items()
        }
        _save(change, forum, meeting, item, merged.item, by, taken)
        _note_differences(change, item, page, merged)
        change.about(meeting.public_id, item.public_id)
        return True


def settle_difference(place: Place, difference_id: str, take: str, *, by: Actor) -> None:
    """Settle a difference: leave what `stands`, take the `other`, or have `both`.

    Raises NotFound, Forbidden, MeetingOver and Problem and what is too long or too much.
    """
    if take not in TAKES:
        raise Problem(UNKNOWN_CHOICE, status=400)
    with audited("forums.difference_settled", by) as change:
        session = change.session
        forum, meeting, item = _writable(session, place, by)
        difference = session.scalar(
            select(MinutesDifference)
            .where(
                MinutesDifference.item_id == item.id, MinutesDifference.public_id == difference_id
            )
            .with_for_update()
        )
        if difference is None:
            raise NotFound
        both = TextDifference(
            difference.part, difference.before, difference.stands, difference.other
        )
        settled = _settled(written_item(item), both, take)
        _save(change, forum, meeting, item, settled, by, {})
        change.about(item.public_id, difference.public_id)
        session.delete(difference)


def items_to_settle(session: Session, meeting: Meeting) -> list[AgendaItem]:
    """The items of a meeting under which two people wrote something differently, in order."""
    differs = exists().where(MinutesDifference.item_id == AgendaItem.id)
    wanted = select(AgendaItem).where(AgendaItem.meeting_id == meeting.id, differs)
    return list(session.scalars(wanted.order_by(AgendaItem.position)))


def forget_revisions(session: Session, meeting: Meeting) -> None:
    """Forget what was written before, with its writers, once the minutes of a meeting are
    locked."""
    items = _items_of(meeting)
    session.execute(delete(MinutesPage).where(MinutesPage.item_id.in_(items)))
    session.execute(delete(MinutesDifference).where(MinutesDifference.item_id.in_(items)))


def _items_of(meeting: Meeting) -> Select[int]:
    return select(AgendaItem.id).where(AgendaItem.meeting_id == meeting.id)


def _writable(session: Session, place: Place, by: Actor) -> tuple[Forum, Meeting, AgendaItem]:
    forum_id, meeting_id, item_id = place
    forum = problems.forum_run_by(session, forum_id, by)
    meeting = problems.written_meeting(session, forum, meeting_id)
    return forum, meeting, problems.item_in(session, meeting, item_id)


def _own_rows(item: AgendaItem, written: WrittenItem) -> WrittenItem:
    """An item without actions that were closed meanwhile."""
    closed = {line.public_id for line in item.actions if line.state != "open"}
    return replace(
        written, actions=tuple(line for line in written.actions if line.key not in closed)
    )


def _taken_keys(
    session: Session, item: AgendaItem, written: WrittenItem, renamed: dict[str, str]
) -> dict[str, str]:
    """New keys for new rows whose own are those of rows elsewhere."""
    here = {line.public_id for line in item.decisions} | {line.public_id for line in item.actions}
    keys = [line.key for line in (*written.decisions, *written.actions)]
    new = [key for key in keys if key not in here and key not in renamed]
    if not new:
        return {}
    taken = session.scalars(
        union_all(
            select(Decision.public_id).where(Decision.public_id.in_(new)),
            select(Action.public_id).where(Action.public_id.in_(new)),
        )
    )
    return {key: new_public_id() for key in taken}


def _save(
    change: Change,
    forum: Forum,
    meeting: Meeting,
    item: AgendaItem,
    merged: WrittenItem,
    by: Actor,
    taken: Mapping[str, datetime],
) -> None:
    """Write what a merge made, if it differs from what stands."""
    session, stands = change.session, written_item(item)
    members = members_by_key(session, forum)
    on_decisions = _changes(stands.decisions, merged.decisions)
    on_actions = _changes(stands.actions, merged.actions)
    owned = {line.key: line.owner for line in stands.actions}

    def owner_of(row: TypedMinutesRow) -> TypedMinutesRow:
        # A person who left meanwhile takes on nothing new, and the page says so by what it shows.
        member = members.get(row.owner)
        may = member is not None and (member.left_on is None or owned.get(row.key) == row.owner)
        return row if may else replace(row, owner="")

    on_actions = replace(
        on_actions,
        added=tuple(map(owner_of, on_actions.added)),
        changed=tuple(map(owner_of, on_actions.changed)),
    )
    if item.minute == merged.minute and on_decisions == on_actions == MinutesChanges((), (), ()):
        return
    _refuse_too_much(item, merged, on_decisions, on_actions)
    if any(rows.added or rows.removed for rows in (on_decisions, on_actions)):
        problems.check_numbers_free(session, meeting)
    item.minute = merged.minute
    item.row_version += 1
    item.changed_by = by.public_id
    decisions = {line.public_id: line for line in item.decisions}
    for decision in save_decisions(item, decisions, on_decisions):
        moment = taken.get(decision.public_id, change.now)
        note_presence(session, meeting, item, decision, moment)
    save_actions(item, {line.public_id: line for line in item.actions}, on_actions, members)
    texts = [item.minute, *(line.text for line in item.decisions)]
    texts += [line.text for line in item.actions]
    problems.keep_internal(session, item, texts, None)
    if on_actions.added:
        carry_over(session, forum, meeting)


def _changes(
    stands: tuple[TypedMinutesRow, ...], merged: tuple[TypedMinutesRow, ...]
) -> MinutesChanges:
    before = {line.key: line for line in stands}
    keys = {line.key for line in merged}
    return MinutesChanges(
        added=tuple(line for line in merged if line.key not in before),
        changed=tuple(line for line in merged if before.get(line.key, line) != line),
        removed=tuple(key for key in before if key not in keys),
    )


def _refuse_too_much(
    item: AgendaItem, merged: WrittenItem, decisions: MinutesChanges, actions: MinutesChanges
) -> None:
    for stored, rows in ((len(item.decisions), decisions), (len(item.actions), actions)):
        if rows.added and stored + len(rows.added) - len(rows.removed) > ROWS_OF_AN_ITEM:
            raise TooManyRows
    longest = (
        ((merged.minute,), MINUTE_LENGTH),
        ([line.text for line in merged.decisions], DECISION_LENGTH),
        ([line.text for line in merged.actions], ACTION_LENGTH),
    )
    if any(len(text) > most for texts, most in longest for text in texts):
        raise Problem(
            _l("This is too long for one item. Move a part under another item."), status=422
        )


def _note_differences(
    change: Change, item: AgendaItem, page: MinutesPage, merged: MergedItem
) -> None:
    open_ones = list(
        change.session.scalars(
            select(MinutesDifference)
            .where(MinutesDifference.item_id == item.id, MinutesDifference.page == page.page)
            .order_by(MinutesDifference.id)
        )
    )
    for new in merged.differences:
        for other in open_ones:
            earlier = TextDifference(other.part, other.before, other.stands, other.other)
            later = carried_on(earlier, new)
            if later is not None:
                other.other = later.other
                break
        else:
            difference = MinutesDifference(
                public_id=new_public_id(),
                item_id=item.id,
                page=page.page,
                part=new.part,
                before=new.before,
                stands=new.stands,
                other=new.other,
                written_by=page.written_by,
                made_at=change.now,
            )
            change.session.add(difference)
            open_ones.append(difference)


def _settled(item: WrittenItem, found: TextDifference, take: str) -> WrittenItem:
    kind, _sign, key = found.part.partition(":")
    if kind in ("owner", "due"):
        if take != "other":
            return item
        chosen = found.other
        return replace(
            item,
            actions=tuple(
                line
                if line.key != key
                else replace(line, owner=chosen)
                if kind == "owner"
                else replace(line, due_on=date.fromisoformat(chosen) if chosen else None)
                for line in item.actions
            ),
        )
    rows = item.decisions if kind == "decision" else item.actions
    if kind == "minute" or key not in {line.key for line in rows}:
        return replace(item, minute=settled_text(item.minute, found, take))
    settled = tuple(
        replace(line, text=settled_text(line.text, found, take)) if line.key == key else line
        for line in rows
    )
    if kind == "decision":
        return replace(item, decisions=settled)
    return replace(item, actions=settled)
