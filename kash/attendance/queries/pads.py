"""Pads of a register: what a phone is given of it, which there are, and what one may send. How
sessions were planned and really held, and what a person has read of their registers. Notes from
the door, and the sessions in which anybody signed. Inbox of a register: what phones sent that met
something else, and people who walked in."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

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
from kash.attendance.queries.registers import counted, everybody, with_who
from kash.attendance.queries.statuses import statuses_for
from kash.attendance.rules.marking import Operation, RejectionReason, Stretch
from kash.attendance.rules.pads import (
    Cell,
    Counted,
    HeadcountSent,
    NoteSent,
    WalkInSent,
    register_text,
    short_codes,
)
from kash.attendance.rules.registers import Conduct, came_at_once, opens_at
from kash.people.models import Group, Person
from kash.people.rules.persons import AGE_BANDS, SEXES
from kash.platform.database import RawQuery, db, moment_from
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
    "SELECT pad.id, pad.register_id, register.public_id, register.purpose, pad.signing_key,"
    " pad_key.public_id, pad_key.private_sealed, pad.ends_at, pad.revoked_at, pad.last_seen_at,"
    " pad.skew_ms, pad.continues_id, account.active, account.paused_at, EXISTS (SELECT 1 FROM"
    " held_item WHERE held_item.pad_id = pad.id), pad.account_id, account.public_id,"
    " account.person_id, account.language, account_role.role FROM pad JOIN register ON register.id"
    " = pad.register_id JOIN pad_key ON pad_key.id = pad.key_id JOIN account ON account.id ="
    " pad.account_id LEFT JOIN account_role ON account_role.account_id = account.id WHERE"
    " pad.public_id = {pad}"
)


def credential(session: Session, public_id: str) -> Credential | None:
    """A pad with the person who took it; one query."""
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
        earlier = session.execute(
            select(Pad.public_id, Pad.continues_id).where(Pad.id == key)
        ).first()
        if earlier is None:
            return None
        if earlier.public_id == public_id:
            return credential(session, public_id)
        key = earlier.continues_id
    return None


def grant(register_id: int, pad: str, title: str, language: str, now: datetime) -> dict[str, Any]:
    """Grant: all that a phone takes along, codes and initials, never a name of either group.

    `title` is the neutral one. Raises NotFound.
    """
    ends_at, key, point, register, purpose = one_or_404(
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
    marks = db.session.execute(
        select(
            Slot.public_id.label("slot"),
            RosterEntry.public_id.label("entry"),
            Mark.status,
            Mark.version,
        )
        .join(Slot, Slot.id == Mark.slot_id)
        .join(
            RosterEntry,
            (RosterEntry.person_id == Mark.person_id)
            & (RosterEntry.register_id == Slot.register_id),
        )
        .where(Slot.register_id == register_id, RosterEntry.removed_at.is_(None))
    )
    letters = db.session.scalars(select(Group.letter).order_by(Group.position))
    return {
        "pad": pad,
        "now": now.isoformat(),
        "ends": ends_at.isoformat(),
        "server_key": {"id": key, "jwk": jwk_of(point)},
        "register": {"id": register, "neutral_title": title, "language": language},
        "slots": slots_given(register_id),
        "groups": [{"letter": letter} for letter in letters],
        "sexes": list(SEXES),
        "age_bands": list(AGE_BANDS),
        "statuses": [
            {
                "code": status.code,
                "letter": status.letter,
                "weight": status.weight,
                "tone": status.tone,
                "label": status_word(status.code),
            }
            for status in statuses_for(purpose)
        ],
        "roster": roster_given(register_id),
        "marks": [dict(mark._mapping) for mark in marks],
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
    days = groupby(rows, lambda slot: to_local(slot.starts_at).date())
    return [
        {
            "id": slot.public_id,
            "label": f"{day}.{number} · {time_text(slot.starts_at)}",
            "starts_at": slot.starts_at.isoformat(),
            "opens_at": opens_at(slot.starts_at).isoformat(),
            "minutes": slot.minutes,
            "closed": slot.closed_at is not None,
            "began_at": slot.began_at.isoformat() if slot.began_at else None,
            "ended_at": slot.ended_at.isoformat() if slot.ended_at else None,
        }
        for day, (_date, of_day) in enumerate(days, start=1)
        for number, slot in enumerate(of_day, start=1)
    ]


def roster_given(register_id: int) -> list[dict[str, str]]:
    """Everybody who ever was on the register has a code, so that codes stay; those on it now are
    given."""
    people = db.session.execute(
        everybody(register_id, RosterEntry.id).order_by(None).order_by(Group.letter, RosterEntry.id)
    ).all()
    codes = short_codes([(person.id, person.letter) for person in people])
    return [
        {
            "entry": person.entry,
            "code": code,
            "initials": "".join(f"{letter}." for letter in initials(person.name)),
            "letter": person.letter,
        }
        for person, code in zip(people, codes, strict=True)
        if person.listed
    ]


def pads_of(register_id: int, now: datetime) -> list[dict[str, Any]]:
    """The pads of a register, the newest first, each with its `state` ("live", "ended" or
    "revoked"); two queries. `skew_ms` says by how much the phone's clock was ahead (behind if
    negative), None if it was never heard."""
    ended = case((Pad.revoked_at.is_not(None), "revoked"), (Pad.ends_at <= now, "ended"))
    pads = db.session.execute(
        select(
            Pad.public_id,
            Pad.label,
            Pad.taken_at,
            Pad.ends_at,
            Pad.last_seen_at,
            Pad.skew_ms,
            func.coalesce(ended, "live").label("state"),
            Account.public_id.label("account"),
        )
        .join(Account, Account.id == Pad.account_id)
        .where(Pad.register_id == register_id)
        .order_by(Pad.id.desc())
        .limit(200)
    )
    return with_who(pads, "account")


def skew_text(milliseconds: int | None) -> str:
    """By how much a phone's clock was off, as a person says it; empty below ten seconds, and if it
    is not known."""
    seconds = round(abs(milliseconds or 0) / 1000)
    if seconds < 10:
        return ""
    minutes, rest = divmod(seconds, 60)
    much = _("%(minutes)s min", minutes=minutes) if minutes else _("%(seconds)s s", seconds=rest)
    if milliseconds and milliseconds > 0:
        return _("its clock is %(much)s fast", much=much)
    return _("its clock is %(much)s slow", much=much)


def conducts(
    register_id: int, session: Session | None = None, taught: Mapping[str, int] | None = None
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
    counted, moments = _counted(asking, register_id), _moments(asking, register_id)
    of_slots: dict[str, Conduct] = {}
    for slot in slots:
        marked, there, alike = counted.get(slot.id, (0, 0, False))
        first, last, first_came, last_came = moments.get(slot.id, (None,) * 4)
        of_slots[slot.public_id] = Conduct(
            slot.starts_at,
            slot.minutes,
            slot.closed_at,
            slot.early_reason,
            first,
            last,
            people or 0,
            marked,
            there,
            alike,
            first_came is not None and came_at_once(first_came, last_came),
            (taught or {}).get(slot.public_id),
            slot.planned_end,
        )
    return of_slots


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


def _moments(session: Session, register_id: int) -> dict[int, tuple[Any, ...]]:
    """When the marks of each slot were made first and last, and when they arrived. The first is the
    first by which somebody was there: that somebody will not come may be noted days before."""
    there = MarkStatus.weight > 0
    rows = session.execute(
        select(
            MarkOperation.slot_id,
            func.min(case((there, MarkOperation.device_time))),
            func.max(MarkOperation.device_time),
            func.min(case((there, MarkOperation.received_at))),
            func.max(case((there, MarkOperation.received_at))),
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
    return {slot: tuple(moments) for slot, *moments in rows}


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
            Slot.register_id == register_id, Slot.public_id.in_(slots), Slot.closed_at.is_not(None)
        )
    ).all()
    marks: dict[int, list[tuple[int, str, int]]] = {slot.id: [] for slot in rows}
    for slot, person, status, version in asking.execute(
        select(Mark.slot_id, Mark.person_id, Mark.status, Mark.version).where(
            Mark.slot_id.in_(marks)
        )
    ):
        marks[slot].append((person, status, version))
    return {
        slot.public_id: lookup(
            f"{by.public_id}|"
            + register_text(slot.public_id, slot.closed_at, slot.early_reason, marks[slot.id]),
            kind="attendance.read",
        )
        for slot in rows
    }


def notes(register_id: int) -> list[dict[str, Any]]:
    """The latest notes of a register from the door; two queries. `slot` is a public id, empty if a
    note is on no session."""
    rows = db.session.execute(
        select(
            RegisterNote, func.coalesce(Slot.public_id, "").label("slot"), RegisterNote.written_by
        )
        .outerjoin(Slot, Slot.id == RegisterNote.slot_id)
        .where(RegisterNote.register_id == register_id)
        .order_by(RegisterNote.id.desc())
        .limit(50)
    )
    return [
        {
            "text": note_text(line["RegisterNote"]),
            "slot": line["slot"],
            "who": line["who"],
            "at": line["RegisterNote"].device_time,
        }
        for line in with_who(rows, "written_by")
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


def held_lines(register_id: int, items: Sequence[HeldItem]) -> list[dict[str, Any]]:
    """Both versions of each thing that waits; some five queries for a page of them.

    `sent` is what the phone sent, None if it can't be read; `mine` and `standing` say what each
    version is, whose, when it was made by the device (`at`) and when it arrived; `version` is that
    of what stands, `heads` how many were counted. What is `locked` is only taken as a correction:
    its register was confirmed. `person` is a public id, `letter` her group's and `code` what phones
    show in place of her name; of somebody who walked in only the letter is known, and all are empty
    where nobody is meant. `taught` is when its session was, as far as somebody said so.
    """
    people = _people(register_id, {item.entry for item in items if item.entry})
    slots = {
        slot.public_id: slot
        for slot in db.session.execute(
            select(Slot.public_id, Slot.id, Slot.confirmed_at, Slot.began_at, Slot.ended_at).where(
                Slot.register_id == register_id, Slot.public_id.in_({item.slot for item in items})
            )
        )
    }
    codes = codes_of(register_id) if people else {}
    standing = _standing(
        {slot.id for slot in slots.values()}, {person.person_id for person in people.values()}
    )
    names = names_of([*(item.sent_by for item in items), *(who for *_, who in standing.values())])
    lines = []
    for item in items:
        person, slot, sent = people.get(item.entry), slots.get(item.slot), sent_of(item)
        mark = standing.get((slot.id, person.person_id)) if slot and person else None
        status, version, at, arrived_at, by = mark or (None, 0, None, None, "")
        heads = counted(db.session(), slot.id) if item.kind == "headcount" and slot else Counted()
        walk_in = sent if isinstance(sent, WalkInSent) else None
        lines.append(
            {
                "public_id": item.public_id,
                "kind": item.kind,
                "why": item.why,
                "reason": RejectionReason(item.reason),
                "slot": item.slot,
                "sent": sent,
                "note": sent.text if isinstance(sent, NoteSent) else "",
                "walk_in": walk_in,
                "counted": _heads(sent.cells) if isinstance(sent, HeadcountSent) else 0,
                "mine": {
                    "status": sent.status if isinstance(sent, Operation) else None,
                    "who": names.get(item.sent_by, ""),
                    "at": item.device_time,
                    "arrived_at": item.received_at,
                },
                "standing": {
                    "status": status,
                    "who": names.get(by, ""),
                    "at": at,
                    "arrived_at": arrived_at,
                },
                "version": version or heads.version,
                "heads": _heads(heads.cells),
                "skew_ms": item.pad.skew_ms,
                "locked": slot is not None
                and slot.confirmed_at is not None
                and isinstance(sent, Operation | HeadcountSent),
                "name": person.name if person else "",
                "person": person.person if person else "",
                "letter": walk_in.letter if walk_in else person.letter if person else "",
                "code": codes.get(person.entry, "") if person else "",
                "taught": Stretch(slot.began_at, slot.ended_at) if slot else Stretch(),
            }
        )
    return lines


def _heads(cells: Sequence[Cell]) -> int:
    return sum(cell.count for cell in cells)


def _people(register_id: int, entries: Collection[str]) -> dict[str, Any]:
    """People by their entries' ids, also those that they had before a merge."""
    rows = db.session.execute(
        everybody(register_id, EntryAlias.public_id.label("alias"))
        .outerjoin(EntryAlias, EntryAlias.entry_id == RosterEntry.id)
        .where(RosterEntry.public_id.in_(entries) | EntryAlias.public_id.in_(entries))
    )
    return {
        public_id: row
        for row in rows
        for public_id in (row.entry, row.alias)
        if public_id in entries
    }


def _standing(
    slots: Collection[int], people: Collection[int]
) -> dict[tuple[int, int], tuple[Any, ...]]:
    """(status, version, device time, arrival, who) of the marks at these places."""
    rows = db.session.execute(
        select(
            Mark.slot_id,
            Mark.person_id,
            Mark.status,
            Mark.version,
            MarkOperation.device_time,
            MarkOperation.received_at,
            func.coalesce(MarkOperation.marked_by, ""),
        )
        .outerjoin(
            MarkOperation,
            and_(
                MarkOperation.slot_id == Mark.slot_id,
                MarkOperation.person_id == Mark.person_id,
                MarkOperation.version == Mark.version,
                MarkOperation.answer == "applied",
            ),
        )
        .where(Mark.slot_id.in_(slots), Mark.person_id.in_(people))
        # The first operation that brought the version is the one that made the mark.
        .order_by(MarkOperation.id.desc())
    )
    return {(slot, person): (status, *mark) for slot, person, status, *mark in rows}


def walk_ins(register_id: int) -> list[dict[str, Any]]:
    """People who walked in and wait to be matched, in the order in which they came; two queries."""
    rows = db.session.execute(
        select(
            WalkIn.public_id,
            Person.public_id.label("person"),
            Person.chosen_name.label("name"),
            Group.public_id.label("group_id"),
            Group.letter,
            Person.sex,
            Person.age_band,
            WalkIn.named,
            WalkIn.taken_by,
            WalkIn.device_time.label("at"),
        )
        .join(Person, Person.id == WalkIn.person_id)
        .join(Group, Group.id == Person.group_id)
        .where(WalkIn.register_id == register_id, WalkIn.settled_at.is_(None))
        .order_by(WalkIn.id)
        .limit(200)
    )
    return with_who(rows, "taken_by")


def waiting_count(register_id: int) -> tuple[int, int]:
    """How many things wait for a decision, and how many people to be matched; one query."""
    waiting = select(func.count(HeldItem.id)).where(
        HeldItem.register_id == register_id, HeldItem.decided_at.is_(None)
    )
    came = select(func.count(WalkIn.id)).where(
        WalkIn.register_id == register_id, WalkIn.settled_at.is_(None)
    )
    counts = select(waiting.scalar_subquery(), came.scalar_subquery())
    return db.session.execute(counts).one()
