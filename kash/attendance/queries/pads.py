"""Pads of a register: what a phone is given of it, which there are, and what one may send."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.accounts.models import Account
from kash.accounts.queries.accounts import names_of
from kash.attendance.models import Mark, Pad, PadKey, Register, RosterEntry, Slot
from kash.attendance.queries.statuses import statuses_for
from kash.attendance.rules.conduct import opens_at
from kash.attendance.rules.pads import short_codes
from kash.attendance.wording import status_word
from kash.people.models import Group, Person
from kash.people.rules.persons import AGE_BANDS, SEXES
from kash.platform.database import db
from kash.platform.raw_sql import RawQuery, moment_from
from kash.platform.vault.phones import jwk_of
from kash.platform.web.errors import one_or_404
from kash.platform.web.formats import initials, time_text, to_local
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
