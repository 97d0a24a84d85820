"""Pads of a register: what a phone is given of it, which there are, and what one may send. How
sessions were planned and really held, and what a person has read of their registers. Notes from
the door, and the sessions in which anybody signed. Inbox of a register: what phones sent that met
something else, and people who walked in."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from flask_babel import gettext as _
from sqlalchemy import and_, case, distinct, func, select
from sqlalchemy.orm import Session, joinedload

from kash.accounts.models import Account
from kash.accounts.queries.accounts import names_of
from kash.attendance.forms import status_word
from kash.attendance.models import (
    EntryAlias,
    HeldItem,
    Mark,
    MarkOperation,
    MarkStatus,
    Pad,
    PadKey,
    Register,
    RegisterNote,
    RosterEntry,
    Signature,
    Slot,
    WalkIn,
    note_text,
    sent_of,
)
from kash.attendance.queries.history import codes_of
from kash.attendance.queries.registers import counted
from kash.attendance.queries.statuses import statuses_for
from kash.attendance.rules.marking import Operation, RejectionReason, Stretch
from kash.attendance.rules.pads import (
    HeadcountSent,
    NoteSent,
    Sent,
    WalkInSent,
    register_text,
    short_codes,
)
from kash.attendance.rules.registers import Conduct, came_at_once, opens_at
from kash.people.models import Group, Person
from kash.people.rules.persons import AGE_BANDS, SEXES
from kash.platform.database import db
from kash.platform.raw_sql import RawQuery, moment_from
from kash.platform.vault import lookup
from kash.platform.vault.phones import jwk_of
from kash.platform.web import Listing
from kash.platform.web.errors import one_or_404
from kash.platform.web.formats import initials, time_text, to_local
from kash.platform.web.lists import listing
from kash.policy import Actor, Role


@dataclass(frozen=True)
class Credential:
    """A pad as what it sends is checked: whose it is, its keys, and until when it may send.

    `waits` is whether anything of its queue waits, or waited, for a person.
    """

    id: int
    public_id: str
    register_id: int
    register: str
    purpose: str
    signing_key: bytes
    key: str
    private_sealed: bytes
    ends_at: datetime
    revoked_at: datetime | None
    last_seen_at: datetime | None
    skew_ms: int | None
    continues_id: int | None
    active: bool
    waits: bool
    actor: Actor


# Every request of a phone asks it, before anything is held and once more then.
_CREDENTIAL = RawQuery(
    "SELECT pad.id, pad.register_id, register.public_id, register.purpose, pad.signing_key, "
    "pad_key.public_id, pad_key.private_sealed, pad.ends_at, pad.revoked_at, pad.last_seen_at, "
    "pad.skew_ms, pad.continues_id, account.active, account.paused_at, "
    "EXISTS (SELECT 1 FROM held_item WHERE held_item.pad_id = pad.id), "
    "pad.account_id, account.public_id, account.person_id, account.language, account_role.role "
    "FROM pad JOIN register ON register.id = pad.register_id "
    "JOIN pad_key ON pad_key.id = pad.key_id JOIN account ON account.id = pad.account_id "
    "LEFT JOIN account_role ON account_role.account_id = account.id "
    "WHERE pad.public_id = {pad}"
)


def credential(session: Session, public_id: str) -> Credential | None:
    """A pad with whoever took it; one query."""
    rows = _CREDENTIAL.rows(session.connection(), pad=public_id)
    if not rows:
        return None
    (
        pad_id, register_id, register, purpose, signing_key, key, private, ends_at, revoked_at,
        last_seen_at, skew_ms, continues_id, active, paused_at, waits,
        account_id, account, person_id, language, _role,
    ) = rows[0]  # fmt: skip
    return Credential(
        id=pad_id,
        public_id=public_id,
        register_id=register_id,
        register=register,
        purpose=purpose,
        signing_key=signing_key,
        key=key,
        private_sealed=private,
        ends_at=moment_from(ends_at),
        revoked_at=moment_from(revoked_at),
        last_seen_at=moment_from(last_seen_at),
        skew_ms=skew_ms,
        continues_id=continues_id,
        active=bool(active) and paused_at is None,
        waits=bool(waits),
        actor=Actor(
            public_id=account,
            roles=frozenset(Role(row[-1]) for row in rows if row[-1] is not None),
            account_id=account_id,
            person_id=person_id,
            language=language or "en",
        ),
    )


def continued(session: Session, pad: Credential, public_id: str) -> Credential | None:
    """An earlier pad of the same person, whose queue this one may send; None if it may not."""
    key = pad.continues_id
    # As often as anybody takes a register again.
    for _again in range(20):
        if key is None:
            return None
        row = session.execute(select(Pad.public_id, Pad.continues_id).where(Pad.id == key)).first()
        if row is None:
            return None
        if row.public_id == public_id:
            return credential(session, public_id)
        key = row.continues_id
    return None


def grant(register_id: int, pad: str, title: str, language: str, now: datetime) -> dict[str, Any]:
    """Grant: all that a phone takes along, codes and initials, never a name of either group.

    `title` is the neutral one. Raises NotFound.
    """
    held = one_or_404(
        db.session.execute(
            select(
                Pad.ends_at,
                PadKey.public_id,
                PadKey.public_point,
                Register.public_id,
                Register.purpose,
            )
            .join(PadKey, PadKey.id == Pad.key_id)
            .join(Register, Register.id == Pad.register_id)
            .where(Pad.register_id == register_id, Pad.public_id == pad)
        ).first()
    )
    ends_at, key, point, register, purpose = held
    return {
        "pad": pad,
        "now": now.isoformat(),
        "ends": ends_at.isoformat(),
        "server_key": {"id": key, "jwk": jwk_of(point)},
        "register": {"id": register, "neutral_title": title, "language": language},
        "slots": slots_given(register_id),
        "groups": [
            {"letter": letter}
            for letter in db.session.scalars(select(Group.letter).order_by(Group.position))
        ],
        "sexes": list(SEXES),
        "age_bands": list(AGE_BANDS),
        "statuses": [
            {
                "code": one.code,
                "letter": one.letter,
                "weight": one.weight,
                "tone": one.tone,
                "label": status_word(one.code),
            }
            for one in statuses_for(purpose)
        ],
        "roster": roster_given(register_id),
        "marks": _marks(register_id),
    }


def slots_given(register_id: int) -> list[dict[str, Any]]:
    """The slots of a register by day and number, in their order; one query."""
    rows = db.session.execute(
        select(
            Slot.public_id,
            Slot.starts_at,
            Slot.minutes,
            Slot.closed_at,
            Slot.began_at,
            Slot.ended_at,
        )
        .where(Slot.register_id == register_id)
        .order_by(Slot.starts_at, Slot.id)
    ).all()
    days = groupby(rows, lambda row: to_local(row.starts_at).date())
    return [
        {
            "id": row.public_id,
            "label": f"{day}.{number} · {time_text(row.starts_at)}",
            "starts_at": row.starts_at.isoformat(),
            "opens_at": opens_at(row.starts_at).isoformat(),
            "minutes": row.minutes,
            "closed": row.closed_at is not None,
            "began_at": row.began_at.isoformat() if row.began_at else None,
            "ended_at": row.ended_at.isoformat() if row.ended_at else None,
        }
        for day, (_date, of_day) in enumerate(days, start=1)
        for number, row in enumerate(of_day, start=1)
    ]


def roster_given(register_id: int) -> list[dict[str, str]]:
    """Everybody who ever was on the register has a code, so that codes stay; those on it now are
    given."""
    rows = db.session.execute(
        select(
            RosterEntry.id,
            RosterEntry.public_id,
            RosterEntry.removed_at,
            Group.letter,
            Person.chosen_name,
        )
        .join(Person, Person.id == RosterEntry.person_id)
        .join(Group, Group.id == Person.group_id)
        .where(RosterEntry.register_id == register_id)
        .order_by(Group.letter, RosterEntry.id)
    ).all()
    codes = short_codes([(row.id, row.letter) for row in rows])
    return [
        {
            "entry": row.public_id,
            "code": code,
            "initials": "".join(f"{letter}." for letter in initials(row.chosen_name)),
            "letter": row.letter,
        }
        for row, code in zip(rows, codes, strict=True)
        if row.removed_at is None
    ]


def _marks(register_id: int) -> list[dict[str, Any]]:
    return [
        {"slot": slot, "entry": entry, "status": status, "version": version}
        for slot, entry, status, version in db.session.execute(
            select(Slot.public_id, RosterEntry.public_id, Mark.status, Mark.version)
            .join(Slot, Slot.id == Mark.slot_id)
            .join(
                RosterEntry,
                (RosterEntry.person_id == Mark.person_id)
                & (RosterEntry.register_id == Slot.register_id),
            )
            .where(Slot.register_id == register_id, RosterEntry.removed_at.is_(None))
        )
    ]


@dataclass(frozen=True)
class PadLine:
    """A pad as the register's page lists it. `state` is "live", "ended" or "revoked"; `skew` says
    by how many seconds the phone's clock was ahead (behind if negative), None if never heard."""

    public_id: str
    who: str
    label: str
    taken_at: datetime
    ends_at: datetime
    last_seen_at: datetime | None
    skew: float | None
    state: str


def pads_of(register_id: int, now: datetime) -> Sequence[PadLine]:
    """The pads of a register, the newest first; two queries."""
    rows = db.session.execute(
        select(Pad, Account.public_id)
        .join(Account, Account.id == Pad.account_id)
        .where(Pad.register_id == register_id)
        .order_by(Pad.id.desc())
        .limit(200)
    ).all()
    names = names_of(account for _pad, account in rows)
    return [
        PadLine(
            pad.public_id,
            names.get(account, ""),
            pad.label,
            pad.taken_at,
            pad.ends_at,
            pad.last_seen_at,
            None if pad.skew_ms is None else pad.skew_ms / 1000,
            "revoked" if pad.revoked_at else "ended" if pad.ends_at <= now else "live",
        )
        for pad, account in rows
    ]


def skew_text(seconds: float) -> str:
    """By how much a phone's clock was off, as a person says it; empty below ten seconds."""
    whole = round(abs(seconds))
    if whole < 10:
        return ""
    minutes, rest = divmod(whole, 60)
    much = _("%(minutes)s min", minutes=minutes) if minutes else _("%(seconds)s s", seconds=rest)
    if seconds > 0:
        return _("its clock is %(much)s fast", much=much)
    return _("its clock is %(much)s slow", much=much)


def conducts(
    register_id: int,
    session: Session | None = None,
    taught: Mapping[str, int] | None = None,
) -> dict[str, Conduct]:
    """How each slot (public id) of a register was planned and held; four queries.

    `taught` are the minutes of the plans that slots follow.
    """
    asking = session or db.session()
    slots = asking.execute(
        select(
            Slot.id,
            Slot.public_id,
            Slot.starts_at,
            Slot.minutes,
            Slot.closed_at,
            Slot.early_reason,
            Slot.planned_end,
        )
        .where(Slot.register_id == register_id)
        .order_by(Slot.starts_at, Slot.id)
    ).all()
    people = asking.scalar(
        select(func.count(RosterEntry.id)).where(
            RosterEntry.register_id == register_id, RosterEntry.removed_at.is_(None)
        )
    )
    counted = _counted(asking, register_id)
    made = _made(asking, register_id)
    plans = taught or {}
    found: dict[str, Conduct] = {}
    for slot in slots:
        held = Conduct(
            slot.starts_at,
            slot.minutes,
            slot.closed_at,
            slot.early_reason,
            people=people or 0,
            taught=plans.get(slot.public_id),
            planned_end=slot.planned_end,
        )
        if slot.id in counted:
            marked, there, alike = counted[slot.id]
            held = replace(held, marked=marked, there=there, alike=alike)
        if slot.id in made:
            row = made[slot.id]
            held = replace(
                held,
                first_mark=row.first_mark,
                last_mark=row.last_mark,
                at_once=row.first_came is not None and came_at_once(row.first_came, row.last_came),
            )
        found[slot.public_id] = held
    return found


def _counted(session: Session, register_id: int) -> dict[int, tuple[int, int, bool]]:
    """(marked, marked so that it counts, all alike) by slot, of those on the roster."""
    rows = session.execute(
        select(
            Mark.slot_id,
            func.count(Mark.id),
            func.sum(case((MarkStatus.weight > 0, 1), else_=0)),
            func.count(distinct(Mark.status)),
        )
        .join(Slot, Slot.id == Mark.slot_id)
        .join(MarkStatus, MarkStatus.code == Mark.status)
        .join(
            RosterEntry,
            and_(
                RosterEntry.register_id == Slot.register_id,
                RosterEntry.person_id == Mark.person_id,
                RosterEntry.removed_at.is_(None),
            ),
        )
        .where(Slot.register_id == register_id)
        .group_by(Mark.slot_id)
    )
    return {slot: (marked, int(there or 0), kinds == 1) for slot, marked, there, kinds in rows}


def _made(session: Session, register_id: int) -> dict[int, Any]:
    """When the marks of each slot were made, and when they arrived. The first is the first by which
    somebody was there: that somebody will not come may be noted days before."""
    there = MarkStatus.weight > 0
    rows = session.execute(
        select(
            MarkOperation.slot_id,
            func.min(case((there, MarkOperation.device_time))).label("first_mark"),
            func.max(MarkOperation.device_time).label("last_mark"),
            func.min(case((there, MarkOperation.received_at))).label("first_came"),
            func.max(case((there, MarkOperation.received_at))).label("last_came"),
        )
        .join(Slot, Slot.id == MarkOperation.slot_id)
        .join(MarkStatus, MarkStatus.code == MarkOperation.status)
        .where(
            Slot.register_id == register_id,
            MarkOperation.answer == "applied",
            MarkOperation.correction == "",
        )
        .group_by(MarkOperation.slot_id)
    )
    return {row.slot_id: row for row in rows}


def read_tokens(
    register_id: int, slots: Collection[str], by: Actor, session: Session | None = None
) -> dict[str, str]:
    """Tokens that prove that somebody was shown these closed registers (public ids) as they stand
    now.

    Only the server makes it, for one account; two queries.
    """
    asking = session or db.session()
    rows = asking.execute(
        select(Slot.id, Slot.public_id, Slot.closed_at, Slot.early_reason).where(
            Slot.register_id == register_id,
            Slot.public_id.in_(slots),
            Slot.closed_at.is_not(None),
        )
    ).all()
    marks: dict[int, list[tuple[int, str, int]]] = {row.id: [] for row in rows}
    for slot, person, status, version in asking.execute(
        select(Mark.slot_id, Mark.person_id, Mark.status, Mark.version).where(
            Mark.slot_id.in_(marks)
        )
    ):
        marks[slot].append((person, status, version))
    return {
        row.public_id: lookup(
            f"{by.public_id}|"
            + register_text(row.public_id, row.closed_at, row.early_reason, marks[row.id]),
            kind="attendance.read",
        )
        for row in rows
    }


@dataclass(frozen=True)
class NoteLine:
    """A note from the door. `slot` is a public id, empty if it is on no session."""

    text: str
    slot: str
    who: str
    at: datetime
    arrived_at: datetime


def notes(register_id: int, most: int = 50) -> Sequence[NoteLine]:
    """The latest notes of a register; two queries."""
    rows = db.session.execute(
        select(RegisterNote, Slot.public_id)
        .outerjoin(Slot, Slot.id == RegisterNote.slot_id)
        .where(RegisterNote.register_id == register_id)
        .order_by(RegisterNote.id.desc())
        .limit(most)
    ).all()
    names = names_of(note.written_by for note, _slot in rows)
    return [
        NoteLine(
            note_text(note),
            slot or "",
            names.get(note.written_by, ""),
            note.device_time,
            note.received_at,
        )
        for note, slot in rows
    ]


def signed_by_slot(register_id: int) -> dict[str, int]:
    """How many people signed in each slot (public id); one query."""
    rows = db.session.execute(
        select(Slot.public_id, func.count(Signature.person_id.distinct()))
        .join(Signature, Signature.slot_id == Slot.id)
        .where(Slot.register_id == register_id)
        .group_by(Slot.public_id)
    )
    return {slot: int(count) for slot, count in rows}


@dataclass(frozen=True)
class Version:
    """One of two versions that stand side by side: what it says, whose it is, and when it was made.

    `at` is the time of the device, `arrived_at` ours.
    """

    status: str | None
    who: str
    at: datetime | None
    arrived_at: datetime | None


@dataclass(frozen=True)
class HeldLine:
    """Something that waits. `kind` is a `rules.Kind`; `sent` what the phone sent, None if it cannot
    be read. `standing` is what stands, with its version, for marks; `heads` for headcounts. What is
    `locked` is only taken as a correction: its register was confirmed. `person` is a public id,
    `letter` her group's and `code` what phones show in place of her name; of whoever walked in only
    the letter is known, and all are empty where nobody is meant. `taught` is when its
    session was, as far as somebody said so."""

    public_id: str
    kind: str
    why: str
    reason: RejectionReason
    slot: str
    name: str
    sent: Sent | None
    mine: Version
    standing: Version
    version: int
    heads: int
    skew: float | None
    locked: bool
    person: str = ""
    letter: str = ""
    code: str = ""
    taught: Stretch = field(default_factory=Stretch)

    @property
    def note(self) -> str:
        """Text of a note."""
        return self.sent.text if isinstance(self.sent, NoteSent) else ""

    @property
    def walk_in(self) -> WalkInSent | None:
        """The person who walked in, if this is one."""
        return self.sent if isinstance(self.sent, WalkInSent) else None

    @property
    def counted(self) -> int:
        """How many heads the phone counted."""
        if not isinstance(self.sent, HeadcountSent):
            return 0
        return sum(cell.count for cell in self.sent.cells)


def held_items(register_id: int) -> Listing[HeldItem]:
    """Items that wait, in the order in which they came."""
    return listing(
        select(HeldItem)
        .where(HeldItem.register_id == register_id, HeldItem.decided_at.is_(None))
        .options(joinedload(HeldItem.pad)),
        sorts={"arrived": HeldItem.id},
        default_sort="arrived",
        key=HeldItem.id,
    )


def held_lines(register_id: int, items: Sequence[HeldItem]) -> list[HeldLine]:
    """Both versions of each thing that waits; some five queries for a page of them."""
    people = _people(register_id, {item.entry for item in items if item.entry})
    named = db.session.execute(
        select(Slot.public_id, Slot.id, Slot.confirmed_at, Slot.began_at, Slot.ended_at).where(
            Slot.register_id == register_id, Slot.public_id.in_({item.slot for item in items})
        )
    ).all()
    slots = {row.public_id: row.id for row in named}
    taught = {row.public_id: Stretch(row.began_at, row.ended_at) for row in named}
    locked = {row.public_id for row in named if row.confirmed_at is not None}
    codes = codes_of(register_id) if people else {}
    standing = _standing(set(slots.values()), {one.person_id for one in people.values()})
    names = names_of([*(item.sent_by for item in items), *(who for *_, who in standing.values())])
    found = []
    for item in items:
        who = people.get(item.entry, _NOBODY)
        slot = slots.get(item.slot, 0)
        theirs = standing.get((slot, who.person_id))
        sent = sent_of(item)
        heads = counted(db.session(), slot) if item.kind == "headcount" and slot else None
        version = theirs[1] if theirs else heads.version if heads else 0
        found.append(
            HeldLine(
                public_id=item.public_id,
                kind=item.kind,
                why=item.why,
                reason=RejectionReason(item.reason),
                slot=item.slot,
                name=who.name,
                sent=sent,
                mine=Version(
                    sent.status if isinstance(sent, Operation) else None,
                    names.get(item.sent_by, ""),
                    item.device_time,
                    item.received_at,
                ),
                standing=Version(theirs[0], names.get(theirs[4], ""), theirs[2], theirs[3])
                if theirs
                else Version(None, "", None, None),
                version=version,
                heads=sum(cell.count for cell in heads.cells) if heads else 0,
                skew=None if item.pad.skew_ms is None else item.pad.skew_ms / 1000,
                locked=item.slot in locked and isinstance(sent, Operation | HeadcountSent),
                person=who.person,
                letter=sent.letter if isinstance(sent, WalkInSent) else who.letter,
                code=codes.get(who.entry, ""),
                taught=taught.get(item.slot, Stretch()),
            )
        )
    return found


class _OnRegister(NamedTuple):
    entry: str
    person_id: int
    person: str
    name: str
    letter: str


_NOBODY = _OnRegister("", 0, "", "", "")


def _people(register_id: int, entries: Collection[str]) -> dict[str, _OnRegister]:
    """People by their entries' ids, also those that they had before a merge."""
    rows = db.session.execute(
        select(
            EntryAlias.public_id.label("alias"),
            RosterEntry.public_id,
            RosterEntry.person_id,
            Person.public_id.label("person"),
            Person.chosen_name,
            Group.letter,
        )
        .join(Person, Person.id == RosterEntry.person_id)
        .join(Group, Group.id == Person.group_id)
        .outerjoin(EntryAlias, EntryAlias.entry_id == RosterEntry.id)
        .where(
            RosterEntry.register_id == register_id,
            RosterEntry.public_id.in_(entries) | EntryAlias.public_id.in_(entries),
        )
    )
    found: dict[str, _OnRegister] = {}
    for row in rows:
        one = _OnRegister._make(row[1:])
        for public_id in (one.entry, row.alias):
            if public_id in entries:
                found[public_id] = one
    return found


_Stands = tuple[str, int, datetime, datetime, str]


def _standing(slots: Collection[int], people: Collection[int]) -> Mapping[tuple[int, int], _Stands]:
    """(status, version, device time, arrival, who) of the marks at these places."""
    marks = {
        (row.slot_id, row.person_id): row
        for row in db.session.execute(
            select(Mark.slot_id, Mark.person_id, Mark.status, Mark.version).where(
                Mark.slot_id.in_(slots), Mark.person_id.in_(people)
            )
        )
    }
    found: dict[tuple[int, int], _Stands] = {}
    for row in db.session.execute(
        select(
            MarkOperation.slot_id,
            MarkOperation.person_id,
            MarkOperation.version,
            MarkOperation.device_time,
            MarkOperation.received_at,
            MarkOperation.marked_by,
        )
        .where(
            MarkOperation.slot_id.in_({slot for slot, _person in marks}),
            MarkOperation.person_id.in_({person for _slot, person in marks}),
            MarkOperation.answer == "applied",
        )
        .order_by(MarkOperation.id)
    ):
        mark = marks.get((row.slot_id, row.person_id))
        # The first operation that brought the version is the one that made the mark.
        if mark is not None and row.version == mark.version:
            found.setdefault(
                (row.slot_id, row.person_id),
                (mark.status, mark.version, row.device_time, row.received_at, row.marked_by),
            )
    for place, mark in marks.items():
        if place not in found:
            found[place] = (mark.status, mark.version, None, None, "")  # type: ignore[assignment]
    return found


@dataclass(frozen=True)
class WalkInLine:
    """Somebody who walked in and is not matched yet."""

    public_id: str
    person: str
    name: str
    group: str
    group_id: str
    letter: str
    sex: str
    age_band: str
    named: bool
    who: str
    at: datetime
    arrived_at: datetime


def walk_ins(register_id: int) -> list[WalkInLine]:
    """People who walked in and wait to be matched, in the order in which they came; two queries."""
    rows = db.session.execute(
        select(
            WalkIn.public_id,
            Person.public_id.label("person"),
            Person.chosen_name,
            Group.name.label("group"),
            Group.public_id.label("group_id"),
            Group.letter,
            Person.sex,
            Person.age_band,
            WalkIn.named,
            WalkIn.taken_by,
            WalkIn.device_time,
            WalkIn.received_at,
        )
        .join(Person, Person.id == WalkIn.person_id)
        .join(Group, Group.id == Person.group_id)
        .where(WalkIn.register_id == register_id, WalkIn.settled_at.is_(None))
        .order_by(WalkIn.id)
        .limit(200)
    ).all()
    names = names_of(row.taken_by for row in rows)
    return [
        WalkInLine(
            public_id=row.public_id,
            person=row.person,
            name=row.chosen_name,
            group=row.group,
            group_id=row.group_id,
            letter=row.letter,
            sex=row.sex,
            age_band=row.age_band,
            named=row.named,
            who=names.get(row.taken_by, ""),
            at=row.device_time,
            arrived_at=row.received_at,
        )
        for row in rows
    ]


def waiting_count(register_id: int) -> tuple[int, int]:
    """How many things wait for a decision, and how many people to be matched; one query."""
    held = (
        select(func.count(HeldItem.id))
        .where(HeldItem.register_id == register_id, HeldItem.decided_at.is_(None))
        .scalar_subquery()
    )
    came = (
        select(func.count(WalkIn.id))
        .where(WalkIn.register_id == register_id, WalkIn.settled_at.is_(None))
        .scalar_subquery()
    )
    row = db.session.execute(select(held, came)).one()
    return int(row[0] or 0), int(row[1] or 0)
