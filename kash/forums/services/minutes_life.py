"""Circulating minutes, remarks on them, confirming and locking them, errata, withdrawals.
Withdrawing a name or a text from locked minutes: it is deleted, and the root still verifies."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, datetime
from functools import partial

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from kash.attendance.models import RosterEntry
from kash.forums.models import (
    Action,
    ActionNote,
    AgendaItem,
    Decision,
    DecisionReview,
    Forum,
    ForumMember,
    InternalLine,
    ItemConflict,
    Meeting,
    MeetingAnswer,
    MinutesErratum,
    MinutesLeaf,
    MinutesLife,
    MinutesRemark,
    NamedLeaf,
    PresenceSpell,
    forget,
)
from kash.forums.queries.meetings import number_of
from kash.forums.queries.minutes import leaf_rows, live_record
from kash.forums.queries.minutes_life import (
    errata_rows,
    life_row,
    open_remarks,
    seat_that_was_there,
    there_at_moment,
)
from kash.forums.queries.series import appearance_of, runs
from kash.forums.rules.minutes import (
    NAMES,
    SALT_BYTES,
    WITHDRAWABLE,
    Confirmation,
    ConfirmRefusal,
    MinutesPart,
    MinutesRecord,
    MinutesState,
    SaltedLeaf,
    erratum_root,
    leaf_digest,
    leaves_of,
    line_digest,
    may_confirm,
    may_remark,
    month_mark,
    parts_in_order,
    refusal,
    root_of,
    said_in,
)
from kash.forums.services.agenda import (
    NOT_HELD_YET,
    ONLY_WHO_WAS_THERE,
    UNKNOWN_CHOICE,
    NotCirculated,
    NotConfirmed,
    differences_left,
    forum_in_reach,
    forum_run_by,
    item_in,
    meeting_in,
    written_meeting,
)
from kash.forums.services.minutes import forget_revisions, items_to_settle
from kash.platform.database import after_commit, new_public_id
from kash.platform.vault import audited
from kash.platform.vault.chain import root_subject
from kash.platform.vault.documents import scrub_after_commit
from kash.platform.web import NotFound
from kash.platform.web.errors import Problem, one_or_404
from kash.platform.web.formats import to_local
from kash.policy import Actor

REMARKS_ON_AN_ITEM = 10
ANSWERS = ("taken", "declined")


def circulate(forum_id: str, meeting_id: str, *, remarks_until: date, by: Actor) -> None:
    """Circulate the minutes of a meeting that was held: its numbers stand from now on, and the
    members who were there may remark until the end of a day.

    Raises MinutesLocked and Problem.
    """
    with audited("forums.minutes_circulated", by) as change:
        session = change.session
        forum = forum_run_by(session, forum_id, by)
        meeting = written_meeting(session, forum, meeting_id)
        if meeting.state != "held":
            raise Problem(NOT_HELD_YET)
        life = life_row(meeting.id)
        if life is not None and life.state == MinutesState.CIRCULATED:
            raise Problem(_l("The minutes are circulated already."))
        if remarks_until < to_local(change.now).date():
            raise Problem(_l("Choose today or a later day."), field="remarks_until", status=422)
        if not any(item.minute or item.decisions or item.actions for item in meeting.items):
            raise Problem(_l("Nothing is written yet. Write the minutes first."))
        if to_settle := items_to_settle(session, meeting):
            raise differences_left([number_of(item, meeting) for item in to_settle])
        forget_revisions(session, meeting)
        if life is None:
            life = MinutesLife(meeting_id=meeting.id)
            session.add(life)
        life.state, life.remarks_until = str(MinutesState.CIRCULATED), remarks_until
        life.circulated_at, life.circulated_by = change.now, by.public_id
        change.about(forum.public_id, meeting.public_id)


def _circulated(session: Session, meeting: Meeting) -> MinutesLife:
    life = life_row(meeting.id)
    if life is None or life.state != MinutesState.CIRCULATED:
        raise NotCirculated
    return life


def take_back(forum_id: str, meeting_id: str, *, by: Actor) -> None:
    """Make circulated minutes a draft again, as for adding a decision. Remarks stay."""
    with audited("forums.minutes_taken_back", by) as change:
        forum = forum_run_by(change.session, forum_id, by)
        meeting = written_meeting(change.session, forum, meeting_id)
        life = _circulated(change.session, meeting)
        life.state = str(MinutesState.DRAFT)
        change.about(forum.public_id, meeting.public_id)


def remark(forum_id: str, meeting_id: str, item_id: str, *, text: str, by: Actor) -> str:
    """Remark on an item of circulated minutes, as a member who was there; its public id.

    Raises NotCirculated and Problem.
    """
    with audited("forums.minutes_remarked", by) as change:
        session = change.session
        forum = forum_in_reach(session, forum_id, by)
        meeting = written_meeting(session, forum, meeting_id)
        seat = seat_that_was_there(meeting, by)
        if seat is None:
            raise Problem(ONLY_WHO_WAS_THERE, status=403)
        life = _circulated(session, meeting)
        if not may_remark(
            MinutesState(life.state), life.remarks_until, to_local(change.now).date()
        ):
            raise Problem(_l("Remarks were taken until another day. Say it at the next meeting."))
        item = item_in(session, meeting, item_id)
        own = session.scalars(
            select(MinutesRemark.id).where(
                MinutesRemark.item_id == item.id, MinutesRemark.member_id == seat.id
            )
        ).all()
        if len(own) >= REMARKS_ON_AN_ITEM:
            raise Problem(
                _l("You have many remarks on this item already. Put them together in one."),
                field="text",
                status=422,
            )
        written = MinutesRemark(
            public_id=new_public_id(),
            item_id=item.id,
            member_id=seat.id,
            text=text,
            written_at=change.now,
        )
        session.add(written)
        change.about(meeting.public_id, item.public_id, written.public_id)
        return written.public_id


def settle_remark(
    forum_id: str, meeting_id: str, remark_id: str, *, state: str, answer: str, by: Actor
) -> None:
    """Settle a remark with an answer: it was taken up, or declined. Raises Problem."""
    if state not in ANSWERS:
        raise Problem(UNKNOWN_CHOICE, status=400)
    with audited("forums.remark_settled", by) as change:
        session = change.session
        forum = forum_run_by(session, forum_id, by)
        meeting = written_meeting(session, forum, meeting_id)
        written = one_or_404(
            session.scalar(
                select(MinutesRemark)
                .join(AgendaItem, AgendaItem.id == MinutesRemark.item_id)
                .where(AgendaItem.meeting_id == meeting.id, MinutesRemark.public_id == remark_id)
            )
        )
        if written.state != "open":
            raise Problem(_l("This remark is settled already."))
        written.state, written.answer = state, answer
        change.about(meeting.public_id, written.public_id)


def confirm(
    forum_id: str,
    meeting_id: str,
    *,
    confirmed_in: str,
    at: datetime,
    proposer: str,
    seconder: str,
    by: Actor,
) -> str:
    """Confirm circulated minutes and lock them in the same step; returns the root.

    `confirmed_in` is the meeting that confirmed them at the moment `at`, `proposer` and `seconder`
    are seats of members who were present there then. Raises NotConfirmed with its reason, and
    Problem where a page that was open since before they were circulated brought one.
    """
    with audited("forums.minutes_locked", by) as change:
        session = change.session
        forum = forum_run_by(session, forum_id, by)
        meeting = written_meeting(session, forum, meeting_id)
        confirming = meeting_in(session, forum, confirmed_in)
        life = life_row(meeting.id)
        there, quorum = there_at_moment(confirming, at)
        reason = refusal(
            Confirmation(
                MinutesState(life.state) if life else MinutesState.DRAFT,
                open_remarks(meeting.id),
                later=confirming.starts_at > meeting.starts_at,
                during=confirming.starts_at <= at <= change.now and confirming.state != "cancelled",
                proposer=proposer,
                seconder=seconder,
                present=frozenset(there),
                quorate=may_confirm(quorum),
            )
        )
        if reason is not None or life is None:
            absent = reason is ConfirmRefusal.ABSENT and proposer in there
            raise NotConfirmed(reason, "seconder" if absent else "") if reason else NotCirculated
        if to_settle := items_to_settle(session, meeting):
            raise differences_left([number_of(item, meeting) for item in to_settle])
        day = to_local(confirming.starts_at).date()
        proposed, seconded = there[proposer], there[seconder]
        record = replace(
            live_record(forum, meeting, change.now),
            confirmed=MinutesPart(
                "confirmed",
                {
                    "meeting": month_mark(day, confirming.letter),
                    "day": day.isoformat(),
                    "proposer": proposed.person.group.letter,
                    "seconder": seconded.person.group.letter,
                    "groups": [
                        [group.letter, group.present, group.members] for group in quorum.groups
                    ],
                },
            ),
            proposer=_name("proposer", proposed),
            seconder=_name("seconder", seconded),
        )
        life.root = _lock(session, meeting, record)
        life.state, life.locked_at = str(MinutesState.LOCKED), change.now
        life.confirmed_in_id = confirming.id
        forget_revisions(session, meeting)
        _forget_remarks(session, meeting)
        change.about(meeting.public_id, confirming.public_id, root_subject(life.root))
        return life.root


def _name(kind: str, seat: ForumMember) -> MinutesPart | None:
    shown = appearance_of(seat)
    return MinutesPart(kind, {"shown": shown}, member=seat.public_id) if shown else None


def _lock(session: Session, meeting: Meeting, record: MinutesRecord) -> str:
    parts = parts_in_order(record)
    leaves = leaves_of(
        [(part.kind, part.value) for part in parts], lambda: secrets.token_bytes(SALT_BYTES)
    )
    seats = dict(
        session.execute(
            select(ForumMember.public_id, ForumMember.id).where(
                ForumMember.public_id.in_({part.member for part in parts if part.member})
            )
        ).all()
    )
    for place, (part, leaf) in enumerate(zip(parts, leaves, strict=True)):
        session.add(
            MinutesLeaf(
                public_id=new_public_id(),
                meeting_id=meeting.id,
                place=place,
                kind=leaf.kind,
                digest=leaf.digest,
                value=leaf.value,
                salt=leaf.salt.hex() if leaf.salt else None,
                about=part.about,
                named=NamedLeaf(member_id=seats[part.member]) if part.member else None,
            )
        )
    return root_of(meeting.public_id, leaves)


def _forget_remarks(session: Session, meeting: Meeting) -> None:
    items = select(AgendaItem.id).where(AgendaItem.meeting_id == meeting.id)
    session.execute(delete(MinutesRemark).where(MinutesRemark.item_id.in_(items)))
    after_commit(scrub_after_commit)


def locked_life(meeting: Meeting) -> MinutesLife:
    """The row of a meeting's locked minutes. Raises Problem."""
    life = life_row(meeting.id)
    if life is None or life.state != MinutesState.LOCKED:
        raise Problem(_l("The minutes are not locked yet: correct the text itself."))
    return life


def add_erratum(forum_id: str, meeting_id: str, *, text: str, by: Actor) -> str:
    """Say what turned out to be wrong in locked minutes; returns the erratum's root."""
    with audited("forums.erratum_added", by) as change:
        session = change.session
        forum = forum_run_by(session, forum_id, by)
        meeting = meeting_in(session, forum, meeting_id)
        life = locked_life(meeting)
        errata = errata_rows(meeting.id)
        number = len(errata) + 1
        day = to_local(change.now).date().isoformat()
        part = MinutesPart("erratum", {"day": day, "text": text})
        salt = secrets.token_bytes(SALT_BYTES)
        leaf = SaltedLeaf(
            "erratum", leaf_digest(salt, "erratum", number, part.value), part.value, salt
        )
        root = erratum_root(errata[-1].root if errata else life.root, number, leaf)
        erratum = MinutesErratum(
            public_id=new_public_id(),
            meeting_id=meeting.id,
            number=number,
            digest=leaf.digest,
            root=root,
            value=leaf.value,
            salt=salt.hex(),
        )
        session.add(erratum)
        change.about(meeting.public_id, erratum.public_id, root_subject(root))
        return root


# What stands in the records of a meeting in place of a text that was withdrawn from its minutes.
_GONE = "…"


def withdraw(forum_id: str, meeting_id: str, leaf_id: str, *, by: Actor) -> None:
    """Withdraw a piece of locked minutes for ever: value and salt are deleted, the root holds.

    A member may withdraw her own name, the person who runs the forum any name and any text. With a
    name go all places where these minutes name her; with an action, wherever the forum's minutes
    carry it. Raises NotFound, also for what is withdrawn already, and Problem.
    """
    with audited("forums.leaf_withdrawn", by) as change:
        session = change.session
        forum = forum_in_reach(session, forum_id, by)
        meeting = meeting_in(session, forum, meeting_id)
        locked_life(meeting)
        runs_it = runs(by, forum.secretary_id)
        leaf = session.scalar(
            select(MinutesLeaf).where(
                MinutesLeaf.meeting_id == meeting.id, MinutesLeaf.public_id == leaf_id
            )
        )
        if leaf is None and runs_it:
            change.about(meeting.public_id, _withdraw_erratum(session, meeting, leaf_id))
            return
        if leaf is None or leaf.kind not in WITHDRAWABLE or leaf.value is None:
            raise NotFound
        change.about(meeting.public_id, leaf.public_id)
        seat = leaf.named.member_id if leaf.named else None
        if not runs_it and (seat is None or _person_of(session, seat) != by.person_id):
            raise NotFound
        if seat is not None:
            _withdraw_seats(session, [seat], meeting)
        elif leaf.kind in NAMES:
            _delete([leaf])
        else:
            _withdraw_text(session, forum, meeting, leaf)
        after_commit(scrub_after_commit)


def _person_of(session: Session, member_id: int) -> int | None:
    return session.scalar(select(ForumMember.person_id).where(ForumMember.id == member_id))


def _delete(leaves: Iterable[MinutesLeaf]) -> None:
    for leaf in leaves:
        leaf.value = leaf.salt = None
        leaf.named = None


def _withdraw_seats(
    session: Session, seats: Collection[int], meeting: Meeting | None = None
) -> list[str]:
    """Withdraw the names of seats, in one meeting's minutes or in all; ids of their meetings."""
    wanted = (
        select(MinutesLeaf)
        .join(NamedLeaf, NamedLeaf.leaf_id == MinutesLeaf.id)
        .where(NamedLeaf.member_id.in_(seats))
    )
    if meeting is not None:
        wanted = wanted.where(MinutesLeaf.meeting_id == meeting.id)
    leaves = session.scalars(wanted).all()
    _delete(leaves)
    concerned = {leaf.meeting_id for leaf in leaves}
    # Who has nothing more to do with a task is not kept beside it either.
    closed = session.scalars(
        select(Action)
        .join(AgendaItem, AgendaItem.id == Action.item_id)
        .where(
            Action.owner_id.in_(seats), Action.state != "open", AgendaItem.meeting_id.in_(concerned)
        )
    )
    for action in closed:
        action.owner_id = None
    _forget_presence(session, seats, concerned)
    return list(
        session.scalars(
            select(Meeting.public_id).where(Meeting.id.in_(concerned)).order_by(Meeting.id)
        )
    )


def _forget_presence(session: Session, seats: Collection[int], meetings: Collection[int]) -> None:
    """Delete what lies beside the minutes of meetings about who came when, who had answered and
    who had a conflict of interest. What was counted from it stands with each decision."""
    items = select(AgendaItem.id).where(AgendaItem.meeting_id.in_(meetings))
    session.execute(
        delete(ItemConflict).where(
            ItemConflict.member_id.in_(seats), ItemConflict.item_id.in_(items)
        )
    )
    session.execute(
        delete(MeetingAnswer).where(
            MeetingAnswer.member_id.in_(seats), MeetingAnswer.meeting_id.in_(meetings)
        )
    )
    entries = (
        select(RosterEntry.id)
        .join(Meeting, Meeting.register_id == RosterEntry.register_id)
        .join(ForumMember, ForumMember.person_id == RosterEntry.person_id)
        .where(Meeting.id.in_(meetings), ForumMember.id.in_(seats))
    )
    session.execute(delete(PresenceSpell).where(PresenceSpell.entry_id.in_(entries)))


def withdraw_person(session: Session, person_id: int) -> list[str]:
    """Within another action that erases a person: withdraw her name from all locked minutes and
    delete her remarks; public ids of the meetings concerned."""
    seats = session.scalars(select(ForumMember.id).where(ForumMember.person_id == person_id)).all()
    session.execute(delete(MinutesRemark).where(MinutesRemark.member_id.in_(seats)))
    after_commit(scrub_after_commit)
    return _withdraw_seats(session, seats)


def _withdraw_erratum(session: Session, meeting: Meeting, public_id: str) -> str:
    erratum = next(
        (other for other in errata_rows(meeting.id) if other.public_id == public_id), None
    )
    if erratum is None or erratum.value is None:
        raise NotFound
    erratum.value = erratum.salt = None
    after_commit(scrub_after_commit)
    return erratum.public_id


def _withdraw_text(session: Session, forum: Forum, meeting: Meeting, leaf: MinutesLeaf) -> None:
    gone = said_in(leaf.value) or {}
    text = str(gone.get("text", ""))
    if leaf.kind in ("action", "carried"):
        # An action stands word for word in every minutes that carry it.
        _delete(
            session.scalars(
                select(MinutesLeaf)
                .join(Meeting, Meeting.id == MinutesLeaf.meeting_id)
                .where(
                    Meeting.forum_id == forum.id,
                    MinutesLeaf.about == leaf.about,
                    MinutesLeaf.kind.in_(("action", "carried")),
                    MinutesLeaf.value.is_not(None),
                )
            ).all()
        )
        for action in session.scalars(select(Action).where(Action.public_id == leaf.about)):
            action.text = _GONE
            action.outcome = _GONE if action.outcome else ""
            _delete_notes(session, action)
        return
    _delete([leaf])
    if leaf.kind == "decision":
        for decision in session.scalars(select(Decision).where(Decision.public_id == leaf.about)):
            decision.text = _GONE
            session.execute(
                update(DecisionReview)
                .where(DecisionReview.decision_id == decision.id)
                .values(expected=_GONE, found="")
            )
        return
    _rewrite_item(session, meeting, leaf.about, text if leaf.kind == "internal" else "")


def _delete_notes(session: Session, action: Action) -> None:
    """Delete the notes on an action with their evidence, since they go on telling of it."""
    for note in session.scalars(select(ActionNote).where(ActionNote.action_id == action.id)):
        if note.kind:
            after_commit(partial(forget, note.public_id))
        session.delete(note)


def _rewrite_item(session: Session, meeting: Meeting, item_id: str, internal: str) -> None:
    """Leave under an item only what its leaves still hold. `internal` is an internal line that is
    gone, which may stand in a decision or an action."""
    item = item_in(session, meeting, item_id)
    paragraphs = [
        str(value["text"])
        for leaf in leaf_rows(meeting.id)
        if leaf.about == item_id and leaf.kind in ("paragraph", "internal")
        if (value := said_in(leaf.value)) is not None
    ]
    item.minute = "\n\n".join(paragraphs)
    if not internal:
        return
    digest = line_digest(internal)
    session.execute(
        delete(InternalLine).where(InternalLine.item_id == item.id, InternalLine.digest == digest)
    )
    rows: tuple[Decision | Action, ...] = (*item.decisions, *item.actions)
    for written in rows:
        if digest in {line_digest(line) for line in written.text.splitlines()}:
            written.text = _GONE
