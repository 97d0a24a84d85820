"""Taking a register along on a phone, and ending that again. Coming in at the door: by a badge
that is scanned, or by oneself with the code on the wall. The items of a pad's queue: opened,
sorted, then written in one pass, within a transaction of the caller's. Sending from a pad: who
sends, what she still may, and one transaction with one entry."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, exists, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kash.accounts.services.throttle import count_try
from kash.attendance.models import (
    EntryAlias,
    Mark,
    MarkStatus,
    NotSent,
    Pad,
    PadKey,
    Register,
    Right,
    RosterEntry,
    Slot,
    owner_of,
    private_half,
    sealed_key,
)
from kash.attendance.queries.pads import Credential, credential
from kash.attendance.register import lock_register
from kash.attendance.rules.marking import (
    NO_MARK,
    PRESENT,
    Operation,
    OperationAnswer,
    RejectionReason,
    Reply,
    is_too_late,
)
from kash.attendance.rules.pads import (
    HeadcountSent,
    ItemAnswer,
    NoteSent,
    OpenedItem,
    OperationKind,
    SealedItem,
    SignatureSent,
    TimeSent,
    Unreadable,
    WalkInSent,
    moment_of,
    sort_queue,
)
from kash.attendance.rules.pads import read_operation as read
from kash.attendance.rules.registers import (
    Met,
    badge_entry,
    one_of,
    read_code,
    short_code,
    turns_taken,
    was_there,
)
from kash.attendance.services.door_operations import (
    DoorAnswer,
    Origin,
    admit_walk_in,
    count_heads,
    keep_note,
    keep_signature,
    known_operations,
)
from kash.attendance.services.inbox import (
    ParkedItem,
    already_parked,
    apply_batch,
    marks_waiting_for,
    park,
    settle_arrived,
)
from kash.attendance.services.marking import apply_in, keep_time
from kash.platform.database import RawQuery, is_postgresql, new_public_id, utc_now, writing
from kash.platform.vault import Change, audited, lookup
from kash.platform.vault.phones import Opener, new_pair
from kash.platform.web.errors import Problem, get_or_404
from kash.platform.web.formats import day_text, to_local
from kash.policy import Actor

# How long after its last session a register may still be sent: phones are without a network for
# days. A person who needs longer takes it again; the queue is kept.
LASTS_AFTER = timedelta(days=7)
# A new key is made for the pads taken from then on; the older ones only open.
KEY_LASTS = timedelta(days=90)
MOST_PADS = 200


def take_pad(
    register: str, signing_key: bytes, label: str, by: Actor, *, continues: str = ""
) -> str:
    """Give a phone the right to send for a register; returns the pad's public id.

    `signing_key` has 65 bytes. The same phone asking twice gets the same pad. `continues` names an
    earlier pad of the same person, whose queue the new one may send. Raises NotFound.
    """
    with audited("attendance.pad_taken", by) as change:
        session = change.session
        locked = lock_register(session, register)
        again = session.scalar(
            select(Pad.public_id).where(
                Pad.register_id == locked.id,
                Pad.signing_key == signing_key,
                Pad.account_id == by.account_id,
                Pad.revoked_at.is_(None),
                Pad.ends_at > change.now,
            )
        )
        if again is not None:
            change.nothing()
            return again
        if (
            session.scalar(select(func.count(Pad.id)).where(Pad.register_id == locked.id)) or 0
        ) >= MOST_PADS:
            raise Problem(_l("This register was taken along too often. Ask an administrator."))
        last = _last(session, locked, change.now)
        if is_past(last, change.now) and not continues:
            raise Problem(past_sentence(last))
        pad = Pad(
            public_id=new_public_id(),
            register_id=locked.id,
            account_id=by.account_id,
            key_id=_present_key(session, change.now),
            continues_id=_continued(session, locked, continues, by) if continues else None,
            signing_key=signing_key,
            label=label,
            taken_at=change.now,
            ends_at=max(last, change.now) + LASTS_AFTER,
        )
        session.add(pad)
        change.about(locked.public_id, pad.public_id)
        return pad.public_id


def _last(session: Session, register: Register, now: datetime) -> datetime:
    """When the last session begins; now, if none is planned."""
    last = session.scalar(
        select(Slot.starts_at)
        .where(Slot.register_id == register.id)
        .order_by(Slot.starts_at.desc())
        .limit(1)
    )
    return last or now


def is_past(last: datetime, now: datetime) -> bool:
    """True if the day on which the last session begins is over: a phone would put such a register
    away at once."""
    return to_local(last).date() < to_local(now).date()


def past_sentence(last: datetime) -> str:
    """Why a register past its day is not taken along, and what to do."""
    return _(
        "The last session was on %(day)s. A phone keeps a register until its last day. Mark on this"
        " website.",
        day=day_text(last),
    )


def _present_key(session: Session, now: datetime) -> int:
    newest = session.execute(
        select(PadKey.id, PadKey.made_at).order_by(PadKey.id.desc()).limit(1)
    ).first()
    if newest is not None and newest.made_at + KEY_LASTS > now:
        return newest.id
    private, point = new_pair()
    public_id = new_public_id()
    key = PadKey(
        public_id=public_id,
        private_sealed=sealed_key(private, public_id),
        public_point=point,
        made_at=now,
    )
    session.add(key)
    session.flush()
    return key.id


def _continued(session: Session, register: Register, public_id: str, by: Actor) -> int:
    earlier = session.execute(
        select(Pad.id, Pad.account_id, Pad.revoked_at).where(
            Pad.public_id == public_id, Pad.register_id == register.id
        )
    ).first()
    if earlier is None or earlier.account_id != by.account_id or earlier.revoked_at is not None:
        raise Problem(
            _l("You cannot send what this phone kept. Keep it as a file and bring it in.")
        )
    return earlier.id


def revoke_pad(register: str, pad: str, by: Actor) -> None:
    """End what a phone may send for a register, at once. Raises NotFound."""
    with audited("attendance.pad_revoked", by) as change:
        locked = lock_register(change.session, register)
        revoked = get_or_404(change.session, Pad, pad, Pad.register_id == locked.id, lock=True)
        change.about(locked.public_id, revoked.public_id)
        if revoked.revoked_at is not None:
            change.nothing()
            return
        revoked.revoked_at, revoked.revoked_by = change.now, by.public_id


def revoke_pads_of(session: Session, account_id: int, now: datetime) -> None:
    """End all pads of an account, within the action that ends its access."""
    session.execute(
        update(Pad)
        .where(Pad.account_id == account_id, Pad.revoked_at.is_(None))
        .values(revoked_at=now)
    )


# Fixed for ever: two phones that scan the same badge make the same mark.
_SCANNED = uuid.UUID("c1b5a3d4-94b1-4f0e-9d55-1f6d2b7f3a10")
_WINDOW, _TRIES = timedelta(minutes=10), 10


@dataclass(frozen=True)
class CameIn:
    """Outcome of a check-in; `entry` is empty where the badge is unknown here."""

    met: Met
    entry: str = ""
    reason: RejectionReason = RejectionReason.NONE


@dataclass(frozen=True)
class OwnSlot:
    """A slot in which somebody stands on the register herself, by public ids."""

    register: str
    slot: str
    entry: str


def wall_code(slot: str, turn: int) -> str:
    """The code that stands on the wall for one slot in one turn; only the server can make it."""
    return short_code(lookup(f"{slot}:{turn}", kind="attendance.check_in"))


def scan_badge(register: str, slot: str, code: str, by: Actor) -> CameIn:
    """Mark the wearer of this badge as present, unless she is so already. Raises NotFound."""
    entry = badge_entry(code)
    if entry is None:
        return CameIn(Met.UNKNOWN)
    with audited("attendance.badge_scanned", by) as change:
        locked = lock_register(change.session, register)
        entry = _present_name(change.session, entry)
        if _row(change.session, locked, entry) is None:
            change.about(locked.public_id)
            change.nothing()
            there = change.session.scalar(select(exists().where(RosterEntry.public_id == entry)))
            return CameIn(Met.WRONG_REGISTER if there else Met.UNKNOWN)
        return _admit(change, locked, slot, entry, "scan", by)


def check_oneself_in(own: list[OwnSlot], code: str, by: Actor) -> CameIn:
    """Mark oneself as present in the slot whose code stands on the wall at this moment.

    `own` are the slots that are open to her now. Once for each person and slot: what somebody else
    marked meanwhile is never written over. Raises TooManyTries.
    """
    count_try("attendance.check_in", by.public_id, limit=_TRIES, window=_WINDOW)
    typed, turns = read_code(code), turns_taken(utc_now())
    fitting = [
        slot for slot in own if one_of(typed, (wall_code(slot.slot, turn) for turn in turns))
    ]
    if not fitting:
        return CameIn(Met.UNKNOWN)
    mine = fitting[0]
    with audited("attendance.checked_in", by) as change:
        register = lock_register(change.session, mine.register)
        return _admit(change, register, mine.slot, mine.entry, "self", by)


def _admit(
    change: Change, register: Register, slot: str, entry: str, how: str, by: Actor
) -> CameIn:
    change.about(register.public_id, slot, entry)
    version, counts = _standing(change.session, register, slot, entry)
    if counts:
        change.nothing()
        return CameIn(Met.ALREADY, entry)
    # A person who checks herself in has seen no mark: one that somebody made stays.
    expected = version if how == "scan" else NO_MARK
    operation = Operation(
        op_id=str(uuid.uuid5(_SCANNED, f"{how}:{slot}:{entry}:{expected}")),
        slot=slot,
        entry=entry,
        status=PRESENT,
        expected_version=expected,
        device_time=change.now,
        device=how,
    )
    outcome = apply_in(change, register, [operation], by)
    if not outcome.kept:
        change.nothing()
    (answer,) = outcome.answers
    if answer.answer is Reply.APPLIED:
        return CameIn(Met.IN, entry)
    if answer.answer is Reply.DUPLICATE:
        return CameIn(Met.ALREADY, entry)
    return CameIn(Met.REFUSED, entry, answer.reason)


def _row(session: Session, register: Register, entry: str) -> int | None:
    return session.scalar(
        select(RosterEntry.id).where(
            RosterEntry.register_id == register.id,
            RosterEntry.public_id == entry,
            RosterEntry.removed_at.is_(None),
        )
    )


def _present_name(session: Session, entry: str) -> str:
    """The id that an entry has now: a badge may be older than a merge of two people."""
    return (
        session.scalar(
            select(RosterEntry.public_id)
            .join(EntryAlias, EntryAlias.entry_id == RosterEntry.id)
            .where(EntryAlias.public_id == entry)
        )
        or entry
    )


def _standing(session: Session, register: Register, slot: str, entry: str) -> tuple[int, bool]:
    """Version of a mark, and whether it counts."""
    mark = session.execute(
        select(Mark.version, Mark.status, MarkStatus.weight)
        .join(MarkStatus, MarkStatus.code == Mark.status)
        .join(Slot, and_(Slot.id == Mark.slot_id, Slot.public_id == slot))
        .join(RosterEntry, RosterEntry.person_id == Mark.person_id)
        .where(RosterEntry.register_id == register.id, RosterEntry.public_id == entry)
    ).first()
    if mark is None:
        return NO_MARK, False
    return mark.version, was_there(mark.status, {mark.status: mark.weight})


_APPLIED, _CONFLICT, _REJECTED = Reply.APPLIED, Reply.CONFLICT, Reply.REJECTED


def open_items(pad: Credential, items: Iterable[SealedItem]) -> list[OpenedItem]:
    """Open what was sealed on a phone for this pad; nothing raises, whatever the bytes are."""
    opener = Opener(private_half(pad.key, pad.private_sealed), f"kash pad v1 {pad.public_id}")
    opened = []
    for item in items:
        plaintext = opener.open(
            item.ephemeral, item.nonce, item.sealed, f"{pad.public_id}:{item.sequence}"
        )
        if plaintext is None:
            opened.append(OpenedItem(item.sequence, OperationKind.UNREADABLE, None, item.sealed))
            continue
        try:
            kind, sent = read(plaintext, pad.public_id, item.sequence)
        except Unreadable:
            opened.append(OpenedItem(item.sequence, OperationKind.UNREADABLE, None, plaintext))
            continue
        opened.append(OpenedItem(item.sequence, kind, sent, plaintext))
    return opened


def apply_items(
    change: Change,
    queue: Credential,
    items: Sequence[OpenedItem],
    by: Actor,
    right: Right,
    *,
    holds: bool = True,
    skew_ms: int | None = None,
) -> tuple[list[ItemAnswer], bool]:
    """Decide and write what a queue holds, in the name of whose pad it was; the register is locked.

    `holds` is whether anything of this queue waits, or waited; `skew_ms` by how much the phone's
    clock is ahead of ours, if that is known. What says that somebody was there before the session
    began, by our clock or by the phone's put right, is refused and so waits for a person: a clock
    that was wrong loses no mark. A person who walked in comes first, so
    that marks on her may stand before her in the queue. Also says whether anything was written.
    """
    clock_ahead = None if skew_ms is None else timedelta(milliseconds=skew_ms)
    pad = queue.public_id
    waiting = already_parked(change.session, [item.op_id(pad) for item in items]) if holds else {}
    order = sort_queue(items, pad, waiting)
    writing = _Writing(change, queue, items, by, right, clock_ahead)
    for position in order.known:
        item = items[position]
        writing.answers[position] = _as_before(item, item.op_id(pad), waiting[item.op_id(pad)])
    writing.write_one_by_one(order.walk_ins)
    writing.write_marks(order.marks)
    writing.write_one_by_one(order.others)
    writing.park_what_waits()
    return [writing.answers[position] for position in range(len(items))], writing.wrote


def _unless_too_late(
    change: Change,
    queue: Credential,
    item: OpenedItem,
    by: Actor,
    right: Right,
    clock_ahead: timedelta | None,
) -> DoorAnswer:
    """As `apply_sent`; what was made after the cancelling, and is not here yet, is rejected."""
    sent = item.sent
    if (
        sent is not None
        and is_too_late(moment_of(sent), right.cancelled_at)
        and not known_operations(change.session, [sent.op_id])
    ):
        return DoorAnswer(Reply.REJECTED, RejectionReason.CANCELLED)
    return apply_sent(change, queue, item, by, clock_ahead)


def apply_sent(
    change: Change,
    queue: Credential,
    item: OpenedItem,
    by: Actor,
    clock_ahead: timedelta | None = None,
) -> DoorAnswer:
    """Decide and write one item that is no mark."""
    came = Origin(
        queue.register_id,
        queue.purpose,
        queue.actor.public_id,
        queue.public_id,
        item.sequence,
        clock_ahead,
    )
    sent = item.sent
    if isinstance(sent, WalkInSent):
        return admit_walk_in(change, came, sent, by)
    if isinstance(sent, HeadcountSent):
        return count_heads(change.session, came, sent, change.now)
    if isinstance(sent, NoteSent):
        return keep_note(change.session, came, sent, change.now)
    if isinstance(sent, SignatureSent):
        return keep_signature(change.session, came, sent, change.now)
    if isinstance(sent, TimeSent):
        return keep_time(change.session, came, sent, change.now)
    return DoorAnswer(Reply.REJECTED, RejectionReason.UNREADABLE)


class _Writing:
    """A sorted queue while it is written: the answers by position, what waits for a person, and
    whether anything was written."""

    def __init__(
        self,
        change: Change,
        queue: Credential,
        items: Sequence[OpenedItem],
        by: Actor,
        right: Right,
        clock_ahead: timedelta | None,
    ) -> None:
        self.change, self.queue, self.items, self.by = change, queue, items, by
        self.right, self.clock_ahead = right, clock_ahead
        self.answers: dict[int, ItemAnswer] = {}
        self.came: list[str] = []
        self.waits: list[int] = []
        self.wrote = False

    def write_one_by_one(self, positions: Sequence[int]) -> None:
        """Decide and write what is no mark."""
        for position in positions:
            item = self.items[position]
            outcome = _unless_too_late(
                self.change, self.queue, item, self.by, self.right, self.clock_ahead
            )
            op_id = item.op_id(self.queue.public_id)
            self.answers[position] = ItemAnswer(
                item.sequence, op_id, outcome.reply, outcome.reason, None, outcome.version
            )
            if outcome.reply is _APPLIED:
                self.wrote = True
                if isinstance(item.sent, WalkInSent):
                    self.came.append(item.sent.entry)
            elif outcome.reply is _CONFLICT or outcome.reply is _REJECTED:
                self.waits.append(position)

    def write_marks(self, positions: Sequence[int]) -> None:
        """Decide and write all marks at once, with those that came before the person they are
        on."""
        session, by = self.change.session, self.by.public_id
        waited = marks_waiting_for(session, self.queue, self.came, by) if self.came else []
        operations = [
            sent
            for position in positions
            if isinstance(sent := self.items[position].sent, Operation)
        ]
        operations += [operation for _item, operation in waited]
        if not operations:
            return
        outcome = apply_batch(
            session,
            self.queue.register_id,
            self.queue.purpose,
            operations,
            by,
            self.change.now,
            self.right.cancelled_at,
            self.clock_ahead,
        )
        self.wrote |= bool(outcome.kept)
        answers = iter(outcome.answers)
        for position in positions:
            answer = next(answers)
            self.answers[position] = _of_mark(self.items[position], answer)
            if answer.answer is _CONFLICT or answer.answer is _REJECTED:
                self.waits.append(position)
        for item, _operation in waited:
            settle_arrived(item, next(answers), by, self.change.now)

    def park_what_waits(self) -> None:
        """Keep what met another mark, or was refused, for a person to decide."""
        answers = [(self.items[position], self.answers[position]) for position in self.waits]
        waiting = [(item, str(answer.answer), answer.reason) for item, answer in answers]
        if waiting:
            self.wrote |= park(self.change.session, self.queue, waiting, self.change.now) > 0


def _of_mark(item: OpenedItem, answer: OperationAnswer) -> ItemAnswer:
    return ItemAnswer(
        item.sequence, answer.op_id, answer.answer, answer.reason, answer.status, answer.version
    )


def _as_before(item: OpenedItem, op_id: str, held: ParkedItem) -> ItemAnswer:
    """Answer to an item that waits already; once a person took it, it is there."""
    if held.decision in ("taken", "arrived"):
        return ItemAnswer(item.sequence, op_id, Reply.DUPLICATE)
    reply = Reply.CONFLICT if held.why == "conflict" else Reply.REJECTED
    return ItemAnswer(item.sequence, op_id, reply, held.reason)


# A pad that was just heard, with its clock as it was, is not written again.
_HEARD_EVERY = timedelta(minutes=1)
_SKEW_MOVES = 2_000


def pad_revoked() -> NotSent:
    """Refusal of a pad that was revoked, or whose person no longer runs the register."""
    sentence = _("This phone may no longer send. Save what it keeps as a file.")
    return NotSent("revoked", sentence, 403)


def check_not_ended(pad: Credential, now: datetime) -> None:
    """Raises NotSent once the time is over in which a pad may send."""
    if pad.ends_at <= now:
        sentence = _("Sign in and download the register again. What this phone keeps stays.")
        raise NotSent("sign_in", sentence, 401)


def receive(
    pad: Credential, queue: Credential, items: Sequence[OpenedItem], skew_ms: int | None
) -> list[ItemAnswer]:
    """Apply what a pad sends, in the name of the person who took it; answers in the same order.

    `pad` may be as it was read a while ago: whether it may send is decided by what it is now.
    `queue` is the pad for which the items were sealed: this one, or an earlier one that it goes on
    with. Raises NotSent, then nothing is kept.
    """
    try:
        return _received(pad, queue, items, skew_ms)
    except IntegrityError:
        # The same operation was just kept by another process.
        return _received(pad, queue, items, skew_ms)


def _received(
    pad: Credential, queue: Credential, items: Sequence[OpenedItem], skew_ms: int | None
) -> list[ItemAnswer]:
    wrote = False
    with audited("attendance.pad_synced", pad.actor) as change:
        now = change.now
        present, right = _held(change.session, pad, now)
        itself = queue.id == pad.id
        answers, wrote = apply_items(
            change,
            present if itself else queue,
            items,
            present.actor,
            right,
            holds=present.waits or not itself,
            skew_ms=skew_ms,
        )
        heard = _is_news(present, skew_ms, now)
        if wrote:
            if heard:
                _hear(change.session, present, skew_ms, now)
            change.about(present.register, present.public_id)
        else:
            change.nothing()
    if heard and not wrote:
        with writing() as session:
            _hear(session, present, skew_ms, now)
    return answers


_HOLD = RawQuery("SELECT id FROM register WHERE id = {register} FOR UPDATE")


def _held(session: Session, pad: Credential, now: datetime) -> tuple[Credential, Right]:
    """Hold the register, and only then read who sends and what she still may.

    What was checked before (by which key, for which register) must be what is there now. Raises
    NotSent.
    """
    connection = session.connection()
    # On SQLite a writer holds everything. What PostgreSQL reads in the statement that waits
    # for the lock is as it was before the waiting.
    if is_postgresql(connection):
        _HOLD.rows(connection, register=pad.register_id)
    present = credential(session, pad.public_id)
    if present is None or _checked(present) != _checked(pad) or present.revoked_at is not None:
        raise pad_revoked()
    right = right_to_send(session, present, present.actor)
    if right is None:
        raise pad_revoked()
    check_not_ended(present, now)
    return present, right


def _checked(pad: Credential) -> tuple[object, ...]:
    return pad.id, pad.signing_key, pad.key, pad.register_id, pad.purpose, pad.actor.public_id


def right_to_send(session: Session, pad: Credential, actor: Actor) -> Right | None:
    """The right of a pad's person; None if she no longer runs its register."""
    owner = owner_of(pad.purpose)
    if not pad.active or owner is None:
        return None
    return owner.may_mark(session, pad.register_id, actor)


def _is_news(pad: Credential, skew_ms: int | None, now: datetime) -> bool:
    """True if it is to be written down that a pad was heard."""
    fresh = pad.last_seen_at is not None and now - pad.last_seen_at < _HEARD_EVERY
    return not fresh or abs((skew_ms or 0) - (pad.skew_ms or 0)) >= _SKEW_MOVES


def _hear(session: Session, pad: Credential, skew_ms: int | None, now: datetime) -> None:
    session.execute(
        update(Pad)
        .where(Pad.id == pad.id)
        .values(last_seen_at=now, skew_ms=pad.skew_ms if skew_ms is None else skew_ms)
        .execution_options(synchronize_session=False)
    )
