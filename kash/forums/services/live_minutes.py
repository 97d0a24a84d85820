"""Minutes that several write at once: what their pages send is merged, and what stays different
is settled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, delete, func, select, union_all
from sqlalchemy.orm import Session

from kash.forums.models import (
    Action,
    AgendaItem,
    Decision,
    Forum,
    Meeting,
    MinutesDifference,
    MinutesPage,
)
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
    settled_text,
    with_names,
)
from kash.forums.rules.minutes import MinutesOperation, item_of, moment_of, values_of
from kash.forums.services import internal_lines, minutes
from kash.forums.services.problems import UNKNOWN_CHOICE, TooManyRows
from kash.platform.database import new_public_id
from kash.platform.vault import Change, audited
from kash.platform.web import NotFound
from kash.platform.web.errors import Problem
from kash.policy import Actor

Place = tuple[str, str, str]
TAKES = ("stands", "other", "both")


def apply_minutes_operation(
    place: Place, operation: MinutesOperation, *, by: Actor, sent: int | None = None
) -> bool:
    """Merge what a page sent with what stands; false if it was here already.

    `place` are forum, meeting and item; `sent` is when it was sent by the browser's clock, in
    milliseconds, by which decisions get the presence of when they were taken, and not of when there
    was a network again. What was sent before it, or twice, changes nothing. Lines
    that hold a figure beside a station or a case are kept internal. What cannot be merged stays as
    a difference. Raises NotFound, Forbidden, MeetingOver, TextTooLong and TooManyRows.
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
            minutes.written_item(item),
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

    Raises NotFound, Forbidden, MeetingOver, UnknownChoice and what is too long or too much.
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
        settled = _settled(minutes.written_item(item), both, take)
        _save(change, forum, meeting, item, settled, by, {})
        change.about(item.public_id, difference.public_id)
        session.delete(difference)


def open_differences(session: Session, meeting: Meeting) -> int:
    """Number of differences that nobody settled yet, under all items of a meeting."""
    counted = session.scalar(
        select(func.count()).where(MinutesDifference.item_id.in_(_items_of(meeting)))
    )
    return counted or 0


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
    forum = internal_lines.forum_run_by(session, forum_id, by)
    meeting = internal_lines.written_meeting(session, forum, meeting_id)
    return forum, meeting, internal_lines.item_in(session, meeting, item_id)


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
    session, stands = change.session, minutes.written_item(item)
    members = minutes.members_by_key(session, forum)
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
        internal_lines.check_numbers_free(session, meeting)
    item.minute = merged.minute
    item.row_version += 1
    item.changed_by = by.public_id
    decisions = {line.public_id: line for line in item.decisions}
    for decision in minutes.save_decisions(item, decisions, on_decisions):
        moment = taken.get(decision.public_id, change.now)
        minutes.note_presence(session, meeting, item, decision, moment)
    minutes.save_actions(item, {line.public_id: line for line in item.actions}, on_actions, members)
    texts = [item.minute, *(line.text for line in item.decisions)]
    texts += [line.text for line in item.actions]
    internal_lines.keep_internal(session, item, texts, None)
    if on_actions.added:
        minutes.carry_over(session, forum, meeting)


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
