"""Other counts of who was there, beside the marks: a room above that pays people brings its own.
The register: a roster, slots, and one mark for each. Workshops and forums both keep one. Following
registers that are confirmed as a whole. A room above that keeps facts made of them declares how
they are written, in the transaction that confirmed the last slot or changed anything that counts
afterwards. Other things from a door: people who walk in, heads counted, notes and signatures.
Pads: registers taken along on phones, and what of theirs waits for a person to decide. Sheets of
paper: as they were printed, as they came back, and what they said. When sessions really began and
ended. Owners of registers: attendance knows no feature, and asks its owner what only the owner
knows. A room that keeps registers declares for its purpose who may mark one, and what becomes of
somebody who came to the door. Sealed texts of this room, and how each is read again. Nothing else
names these kinds. Each reading function raises SealError. Sealed items of a phone's queue, as they
came over the network or in a file."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    UniqueConstraint,
    func,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from kash.attendance.rules.pads import SealedItem, Sent, Unreadable, read_operation
from kash.feature import Part, ShownPart, declared
from kash.platform.database import Base, Key, Now, PublicId, Short, only_where
from kash.platform.vault import open_sealed, open_text, seal
from kash.platform.vault.phones import POINT, from_unpadded
from kash.platform.web.errors import Problem
from kash.policy import Actor

# For a register (its key): {day on the programme's clock: the keys of the people counted that day}.
CountedByDay = Callable[[int], Mapping[date, Collection[int]]]


@dataclass(frozen=True)
class OtherCount(ShownPart):
    """A count that stands beside paper and marks, day by day: a fixed word for it, what it is
    called, and who is counted.

    A person that it counts for a day on which she was nowhere is a difference to settle.
    """

    source: str
    label: Any
    counted: CountedByDay


BigKey = BigInteger().with_variant(Integer, "sqlite")


class Register(PublicId, Base):
    """Register of who was expected and who came, for one workshop or one forum meeting."""

    __tablename__ = "register"

    id: Mapped[Key]
    purpose: Mapped[str] = mapped_column(String(12))
    created_at: Mapped[Now]

    slots: Mapped[list[Slot]] = relationship(
        back_populates="register", order_by="Slot.position", cascade="all, delete-orphan"
    )
    roster: Mapped[list[RosterEntry]] = relationship(
        back_populates="register", cascade="all, delete-orphan"
    )


class Slot(PublicId, Base):
    """A stretch of time in which presence is marked; `minutes` is what counts as hours.

    Its register is closed by one person and confirmed by another, after which it is locked.
    `early_reason` is why it was closed before its planned end, empty where it was not.
    `planned_end` is the latest end that it had while it was brought forward or shortened at short
    notice, None where it was not. `began_at` and `ended_at` are when it was really taught, as
    far as somebody said so (`TimeTap`).
    """

    __tablename__ = "slot"
    __table_args__ = (
        Index("ix_slot_open", "closed_at", "starts_at"),
        Index("ix_slot_register_id", "register_id", "confirmed_at"),
        # What no second person confirmed yet, among all that were ever confirmed.
        Index("ix_slot_unconfirmed", "starts_at", **only_where("confirmed_at is null")),
        # What is closed and waits for one, the longest waiting first.
        Index(
            "ix_slot_waiting_since",
            "closed_at",
            **only_where("closed_at is not null and confirmed_at is null"),
        ),
        # What somebody began and nobody ended.
        Index(
            "ix_slot_unended",
            "starts_at",
            **only_where("began_at is not null and ended_at is null"),
        ),
    )

    id: Mapped[Key]
    register_id: Mapped[int] = mapped_column(ForeignKey("register.id"))
    position: Mapped[int] = mapped_column(SmallInteger)
    starts_at: Mapped[datetime]
    minutes: Mapped[int] = mapped_column(SmallInteger)
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[Short | None]
    early_reason: Mapped[str] = mapped_column(String(300), default="")
    planned_end: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[Short | None]
    began_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    register: Mapped[Register] = relationship(back_populates="slots")


class RosterEntry(PublicId, Base):
    """A person on a register. `walk_in` says that she was added at the door."""

    __tablename__ = "roster_entry"
    __table_args__ = (UniqueConstraint("register_id", "person_id"),)

    id: Mapped[Key]
    register_id: Mapped[int] = mapped_column(ForeignKey("register.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    walk_in: Mapped[bool] = mapped_column(default=False)
    removed_at: Mapped[datetime | None]

    register: Mapped[Register] = relationship(back_populates="roster")


class MarkStatus(Base):
    """A status a mark may have, with the share of a slot that it counts (0 to 100 per cent).

    `purpose` is that of the registers it is for, or "any". A standard status without a `name` goes
    by its usual word. The weight never changes once anybody was marked so: another is added.
    """

    __tablename__ = "mark_status"
    __table_args__ = (
        CheckConstraint("weight between 0 and 100", name="weight"),
        CheckConstraint("tone in ('good', 'warn', 'bad', 'quiet')", name="tone"),
    )

    code: Mapped[Short] = mapped_column(primary_key=True)
    letter: Mapped[str] = mapped_column(String(2), unique=True)
    weight: Mapped[int] = mapped_column(SmallInteger)
    position: Mapped[int] = mapped_column(SmallInteger)
    purpose: Mapped[str] = mapped_column(String(12), default="workshop")
    name: Mapped[str] = mapped_column(String(40), default="")
    tone: Mapped[str] = mapped_column(String(8), default="quiet")
    active: Mapped[bool] = mapped_column(default=True)
    row_version: Mapped[int] = mapped_column(default=1)


class Mark(Base):
    """The present mark of one person in one slot. `version` counts the operations applied to it."""

    __tablename__ = "mark"
    __table_args__ = (UniqueConstraint("slot_id", "person_id"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    status: Mapped[str] = mapped_column(ForeignKey("mark_status.code"))
    version: Mapped[int] = mapped_column(default=1)


class MarkOperation(Base):
    """The history of marks: each operation that was applied or that met another, as it arrived.

    A rejected one is answered but not kept, so that it may be sent again once the reason is gone.
    `version` is the mark's version after it. `op_id` is chosen by the maker of the mark, so that
    sending it twice applies it once. `correction` is the reason for changing a locked register.
    """

    __tablename__ = "mark_operation"
    __table_args__ = (
        Index("ix_mark_operation_slot_id_person_id", "slot_id", "person_id", "id"),
        CheckConstraint(
            "answer in ('applied', 'duplicate', 'conflict', 'rejected')", name="answer"
        ),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    op_id: Mapped[str] = mapped_column(String(36), unique=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    status: Mapped[Short]
    expected_version: Mapped[int]
    device: Mapped[str] = mapped_column(String(36), default="")
    device_sequence: Mapped[int] = mapped_column(default=0)
    device_time: Mapped[datetime]
    received_at: Mapped[Now]
    marked_by: Mapped[Short]
    answer: Mapped[str] = mapped_column(String(12))
    version: Mapped[int]
    correction: Mapped[str] = mapped_column(String(300), default="")


@dataclass(frozen=True)
class FollowsConfirming(Part):
    """A room that keeps facts made of registers (by their keys); `follow` writes them anew."""

    follow: Callable[[Session, int, datetime], None]


def let_facts_follow(session: Session, register_id: int, now: datetime) -> None:
    """Have facts follow a register, if all of its slots are confirmed; one query, and theirs."""
    session.flush()
    slots, confirmed = session.execute(
        select(func.count(), func.count(Slot.confirmed_at)).where(Slot.register_id == register_id)
    ).one()
    if slots and slots == confirmed:
        for part in declared(FollowsConfirming):
            part.follow(session, register_id, now)


class EntryAlias(Base):
    """A public id under which a roster entry was known before two people turned out to be one.

    Phones without a network, and sheets of paper, still name it.
    """

    __tablename__ = "entry_alias"

    id: Mapped[Key]
    public_id: Mapped[Short] = mapped_column(unique=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("roster_entry.id"), index=True)


class WalkIn(PublicId, Base):
    """Somebody that a pad took in at the door, until a person has said who she is.

    `outcome` is "kept" (she is new) or "merged" (she was here already) once that is settled.
    """

    __tablename__ = "walk_in"
    __table_args__ = (
        CheckConstraint("outcome in ('', 'kept', 'merged')", name="outcome"),
        CheckConstraint("(settled_at is null) = (outcome = '')", name="settled"),
        Index("ix_walk_in_register_id_settled_at", "register_id", "settled_at"),
    )

    id: Mapped[Key]
    op_id: Mapped[str] = mapped_column(String(36), unique=True)
    register_id: Mapped[int] = mapped_column(ForeignKey("register.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    named: Mapped[bool] = mapped_column(default=True)
    taken_by: Mapped[Short]
    device: Mapped[str] = mapped_column(String(36), default="")
    device_sequence: Mapped[int] = mapped_column(default=0)
    device_time: Mapped[datetime]
    received_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[Short | None]
    outcome: Mapped[str] = mapped_column(String(8), default="")


class Headcount(Base):
    """How many of one group, sex and age band were in a slot, where nobody is named.

    `sex` and `age_band` are empty where they were not told apart.
    """

    __tablename__ = "headcount"
    __table_args__ = (
        UniqueConstraint("slot_id", "group_id", "sex", "age_band"),
        CheckConstraint("count > 0", name="count"),
    )

    id: Mapped[Key]
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"))
    group_id: Mapped[int] = mapped_column(ForeignKey("people_group.id"), index=True)
    sex: Mapped[str] = mapped_column(String(8), default="")
    age_band: Mapped[str] = mapped_column(String(8), default="")
    count: Mapped[int] = mapped_column(SmallInteger)


class HeadcountOperation(Base):
    """The history of a slot's headcount: each count of the whole room as it arrived.

    `counts` are rows of letter, sex, age band and number. `version` is the count's after it.
    `correction` is the reason for changing a locked register.
    """

    __tablename__ = "headcount_operation"
    __table_args__ = (
        CheckConstraint("answer in ('applied', 'conflict')", name="answer"),
        Index("ix_headcount_operation_slot_id_id", "slot_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    op_id: Mapped[str] = mapped_column(String(36), unique=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"))
    counts: Mapped[list[list[Any]]] = mapped_column(JSON)
    expected_version: Mapped[int]
    device: Mapped[str] = mapped_column(String(36), default="")
    device_sequence: Mapped[int] = mapped_column(default=0)
    device_time: Mapped[datetime]
    received_at: Mapped[datetime]
    counted_by: Mapped[Short]
    answer: Mapped[str] = mapped_column(String(12))
    version: Mapped[int]
    correction: Mapped[str] = mapped_column(String(300), default="")


class RegisterNote(PublicId, Base):
    """Note that somebody wrote down at the door. Sealed, since it may hold a name."""

    __tablename__ = "register_note"
    __table_args__ = (Index("ix_register_note_register_id_id", "register_id", "id"),)

    id: Mapped[Key]
    op_id: Mapped[str] = mapped_column(String(36), unique=True)
    register_id: Mapped[int] = mapped_column(ForeignKey("register.id"))
    slot_id: Mapped[int | None] = mapped_column(ForeignKey("slot.id"), index=True)
    text_sealed: Mapped[bytes]
    written_by: Mapped[Short]
    device: Mapped[str] = mapped_column(String(36), default="")
    device_time: Mapped[datetime]
    received_at: Mapped[datetime]


class Signature(PublicId, Base):
    """A signature drawn on a screen: its strokes, sealed. A person's latest in a slot counts."""

    __tablename__ = "signature"
    __table_args__ = (Index("ix_signature_slot_id_person_id", "slot_id", "person_id", "id"),)

    id: Mapped[Key]
    op_id: Mapped[str] = mapped_column(String(36), unique=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    strokes_sealed: Mapped[bytes]
    taken_by: Mapped[Short]
    device: Mapped[str] = mapped_column(String(36), default="")
    device_time: Mapped[datetime]
    received_at: Mapped[datetime]


class PadKey(PublicId, Base):
    """A key of the server to which phones seal what they queue; the newest is given to new pads.

    The private half is sealed under the key file, for this row. `public_point` has 65 bytes.
    """

    __tablename__ = "pad_key"

    id: Mapped[Key]
    private_sealed: Mapped[bytes]
    public_point: Mapped[bytes]
    made_at: Mapped[Now]


class Pad(PublicId, Base):
    """A register on one phone: a credential of its own, of the person who took the register.

    It sends until `ends_at`, unless it was revoked. `signing_key` is the phone's public key (65
    bytes). `skew_ms` is by how much the phone's clock was ahead of ours when it was last heard.
    `continues_id` is the pad of the same person whose queue this one may send.
    """

    __tablename__ = "pad"
    __table_args__ = (Index("ix_pad_register_id_id", "register_id", "id"),)

    id: Mapped[Key]
    register_id: Mapped[int] = mapped_column(ForeignKey("register.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    key_id: Mapped[int] = mapped_column(ForeignKey("pad_key.id"))
    continues_id: Mapped[int | None] = mapped_column(ForeignKey("pad.id"))
    signing_key: Mapped[bytes]
    label: Mapped[str] = mapped_column(String(60), default="")
    taken_at: Mapped[Now]
    ends_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[Short | None]
    last_seen_at: Mapped[datetime | None]
    skew_ms: Mapped[int | None]

    register: Mapped[Register] = relationship()
    key: Mapped[PadKey] = relationship()


class HeldItem(PublicId, Base):
    """Item of a pad that a person must decide: it met something else, was refused, or came when its
    pad had ended. The operation itself is sealed, and gone once it is decided.

    `why` is the answer that the pad was given, or "ended" for what came by a file too late;
    `slot` and `entry` are public ids as they were sent. `sent_by` is whose pad it was.
    """

    __tablename__ = "held_item"
    __table_args__ = (
        CheckConstraint("why in ('conflict', 'rejected', 'ended')", name="why"),
        CheckConstraint("decision in ('', 'kept', 'taken', 'arrived')", name="decision"),
        CheckConstraint("(decided_at is null) = (decision = '')", name="decided"),
        Index("ix_held_item_register_id_decided_at_id", "register_id", "decided_at", "id"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    op_id: Mapped[str] = mapped_column(String(36), unique=True)
    register_id: Mapped[int] = mapped_column(ForeignKey("register.id"))
    pad_id: Mapped[int] = mapped_column(ForeignKey("pad.id"), index=True)
    device_sequence: Mapped[int]
    kind: Mapped[str] = mapped_column(String(12))
    why: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(24), default="")
    slot: Mapped[Short] = mapped_column(default="")
    entry: Mapped[Short] = mapped_column(default="")
    operation_sealed: Mapped[bytes | None]
    sent_by: Mapped[Short]
    device_time: Mapped[datetime]
    received_at: Mapped[datetime]
    decision: Mapped[str] = mapped_column(String(8), default="")
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[Short | None]

    pad: Mapped[Pad] = relationship()


class Sheet(PublicId, Base):
    """A paper sheet as it was printed: the group's rows of one day in their order.

    `rows` holds the roster entries' public ids; paper can't follow a roster that changes. The
    sheet's public id is what its QR says. `columns` are those to sign in, each with the slots that
    a signature stands for (`rules.sheets.as_data`); `extras` are codes of further columns.
    """

    __tablename__ = "sheet"
    __table_args__ = (UniqueConstraint("register_id", "number"),)

    id: Mapped[Key]
    register_id: Mapped[int] = mapped_column(ForeignKey("register.id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    group_id: Mapped[int] = mapped_column(ForeignKey("people_group.id"), index=True)
    day: Mapped[date]
    rows: Mapped[list[str]]
    columns: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    extras: Mapped[list[str]] = mapped_column(default=list)
    large: Mapped[bool] = mapped_column(default=False)
    printed_by: Mapped[Short]
    printed_at: Mapped[Now]


class SheetScan(PublicId, Base):
    """A picture of a signed page, sealed in the file store under its register and its id.

    `found_by` says how it came to its sheet: "code" (its QR was read), "hand", or not yet.
    """

    __tablename__ = "sheet_scan"
    __table_args__ = (
        CheckConstraint("found_by in ('', 'code', 'hand')", name="found_by"),
        CheckConstraint("(sheet_id is null) = (found_by = '')", name="found"),
        Index("ix_sheet_scan_register_id_id", "register_id", "id"),
    )

    id: Mapped[Key]
    register_id: Mapped[int] = mapped_column(ForeignKey("register.id"))
    sheet_id: Mapped[int | None] = mapped_column(ForeignKey("sheet.id"), index=True)
    found_by: Mapped[str] = mapped_column(String(8), default="")
    size: Mapped[int]
    width: Mapped[int] = mapped_column(SmallInteger)
    height: Mapped[int] = mapped_column(SmallInteger)
    uploaded_by: Mapped[Short]
    uploaded_at: Mapped[datetime]


class SheetReading(Base):
    """Reading: what somebody read off a signed sheet.

    `ticks` has for each printed row the columns (from 0) that are signed; `written_in` counts the
    people who wrote themselves on empty rows.
    """

    __tablename__ = "sheet_reading"
    __table_args__ = (CheckConstraint("written_in >= 0", name="written_in"),)

    sheet_id: Mapped[int] = mapped_column(ForeignKey("sheet.id"), primary_key=True)
    ticks: Mapped[list[list[int]]] = mapped_column(JSON)
    written_in: Mapped[int] = mapped_column(SmallInteger, default=0)
    row_version: Mapped[int] = mapped_column(default=1)
    read_by: Mapped[Short]
    read_at: Mapped[datetime]


class Settlement(Base):
    """Why a mark stays although paper or a list of payments says otherwise.

    It holds only as long as both say what they said then: `counted` is what the other source said,
    `status` the mark ("" for none). What is said of a whole day stands at its first slot.
    """

    __tablename__ = "settlement"
    __table_args__ = (UniqueConstraint("slot_id", "entry_id", "source"),)

    id: Mapped[Key]
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("roster_entry.id"), index=True)
    source: Mapped[Short]
    counted: Mapped[bool]
    status: Mapped[Short] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(String(300))
    settled_by: Mapped[Short]
    settled_at: Mapped[datetime]


class TimeTap(Base):
    """A tap at the beginning or end of a slot, or a moment that was typed `by_hand`.

    `at` is by our clock, as far as the phone's could be put right. `op_id` is chosen by the
    tapper, so that sending it twice counts once. One that was taken back counts no longer.
    """

    __tablename__ = "time_tap"
    __table_args__ = (CheckConstraint("edge in ('start', 'end')", name="edge"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    op_id: Mapped[str] = mapped_column(String(36), unique=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"), index=True)
    edge: Mapped[str] = mapped_column(String(8))
    at: Mapped[datetime]
    by_hand: Mapped[bool] = mapped_column(default=False)
    device: Mapped[str] = mapped_column(String(36), default="")
    device_time: Mapped[datetime]
    received_at: Mapped[datetime]
    tapped_by: Mapped[Short]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[Short | None]


@dataclass(frozen=True)
class Right:
    """The right to mark a register. What was made from `cancelled_at` on is not taken any more."""

    cancelled_at: datetime | None = None


# Whether an actor may mark a register (its key) at this moment; None if not.
MayMark = Callable[[Session, int, Actor], Right | None]
# Gives a person (her key), who stands on a register (its key) already, her place with the owner,
# at a moment; returns the public ids that the action concerns.
AdmitWalkIn = Callable[[Session, int, int, datetime], Sequence[str]]


@dataclass(frozen=True)
class Owner(Part):
    """The owner of all registers of a purpose, such as "workshop", and what it answers."""

    purpose: str
    may_mark: MayMark
    admit_walk_in: AdmitWalkIn


def owner_of(purpose: str) -> Owner | None:
    """Owner of the registers of a purpose; None where no phone may take them along."""
    return next((owner for owner in declared(Owner) if owner.purpose == purpose), None)


_HELD, _NOTE, _SIGNATURE, _KEY = (
    "held.operation", "register.note", "register.signature", "pad.key",
)  # fmt: skip

Strokes = Sequence[Sequence[tuple[int, int]]]


def sealed_key(private: bytes, public_id: str) -> bytes:
    """The private half of a key of the server, for its row."""
    return seal(private, kind=_KEY, public_id=public_id)


def private_half(public_id: str, sealed: bytes) -> bytes:
    """The private half of a key of the server."""
    return open_sealed(sealed, kind=_KEY, public_id=public_id)


def sealed_operation(plaintext: bytes, public_id: str) -> bytes:
    """Seal an operation that waits for a decision, as the phone wrote it."""
    return seal(plaintext, kind=_HELD, public_id=public_id)


def sent_of(item: HeldItem) -> Sent | None:
    """The operation that waits, read; None if it can't be, or was decided."""
    if item.operation_sealed is None:
        return None
    plaintext = open_sealed(item.operation_sealed, kind=_HELD, public_id=item.public_id)
    try:
        _kind, sent = read_operation(plaintext, item.pad.public_id, item.device_sequence)
    except Unreadable:
        return None
    return sent


def sealed_note(text: str, public_id: str) -> bytes:
    """A note from the door."""
    return seal(text, kind=_NOTE, public_id=public_id)


def note_text(note: RegisterNote) -> str:
    """Text of a note."""
    return open_text(note.text_sealed, kind=_NOTE, public_id=note.public_id)


def sealed_strokes(strokes: Strokes, public_id: str) -> bytes:
    """A signature."""
    written = json.dumps(strokes, separators=(",", ":"))
    return seal(written, kind=_SIGNATURE, public_id=public_id)


def strokes_of(signature: Signature) -> Strokes:
    """A signature's strokes, each of points."""
    written = open_text(signature.strokes_sealed, kind=_SIGNATURE, public_id=signature.public_id)
    return [[(x, y) for x, y in stroke] for stroke in json.loads(written)]


_LARGEST_ITEM = 128 * 1024


class NotSent(Problem):
    """A pad's sending that is not taken. `code` is what a program reads of it."""

    def __init__(self, code: str, sentence: str, status: int = 400) -> None:
        super().__init__(sentence, status=status)
        self.code = code


def too_much_sent() -> NotSent:
    """Refusal of a body with more than a pad sends at once."""
    return NotSent("too_large", _("Too many marks at once. Send them in parts."), 413)


def sealed_items(given: object, most: int) -> list[SealedItem]:
    """The items of a queue as they came. Raises NotSent."""
    if not isinstance(given, list):
        raise NotSent("unreadable", _("This could not be read."))
    if len(given) > most:
        raise too_much_sent()
    # All that one page queued came with one public half.
    points: dict[str, bytes] = {}
    try:
        return [_item(item, points) for item in given]
    except (TypeError, KeyError, ValueError, AttributeError):
        raise NotSent("unreadable", _("This could not be read.")) from None


def _item(given: dict[str, Any], points: dict[str, bytes]) -> SealedItem:
    sequence, sealed, written = given["seq"], given["ct"], given["epk"]
    if type(sequence) is not int or not 0 <= sequence < 2**31 or len(sealed) > _LARGEST_ITEM:
        raise ValueError
    ephemeral = points.get(written)
    if ephemeral is None:
        ephemeral = points[written] = from_unpadded(written)
    if len(ephemeral) != POINT:
        raise ValueError
    return SealedItem(sequence, ephemeral, from_unpadded(given["iv"]), from_unpadded(sealed))
