"""Workshops with their registers, enrolments, marks and certificates."""

from __future__ import annotations

import random
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import BigInteger, Select, String, case, cast, insert, literal, select
from sqlalchemy.orm import Session

from benchmarks.load.people import AnAccount, APerson, Everybody
from benchmarks.load.rows import Rows
from benchmarks.load.training import AVersion
from kash.attendance.models import (
    Mark,
    MarkOperation,
    MarkStatus,
    Register,
    RosterEntry,
    Sheet,
    Slot,
)
from kash.attendance.rules.marking import STANDARD_STATUSES
from kash.certificates.models import Certificate, CertificateBatch, CertificateRule
from kash.certificates.rules.issuing import new_serial
from kash.certificates.tracks.models import Track, TrackVersion
from kash.figures.indicators.models import Completion
from kash.people.models import Venue, Zone
from kash.platform.database import new_public_id
from kash.workshops.models import Enrolment, Facilitator, Funder, Funding, Workshop, WorkshopSession

_STARTS = (time(5, 30), time(7, 0), time(10, 30), time(12, 0))
_SESSION_MINUTES = 75
_SECOND_PERSON = "0" * 16
_COUNTS = {status.code: status.weight for status in STANDARD_STATUSES}
_LEAST_SHARE = 80


@dataclass
class Places:
    """Places and all else that workshops share."""

    venues: list[int] = field(default_factory=list)
    funders: list[int] = field(default_factory=list)
    rule: int = 0


@dataclass
class AWorkshop:
    """A workshop as the measurements address it."""

    key: int
    public_id: str
    lead: str
    state: str
    batch: str = ""
    certificates: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Plan:
    """How one workshop is to be. `days_ago` is that of its first day, negative in the future."""

    days_ago: int
    people: int
    slots: int
    lead: AnAccount
    helper: AnAccount | None
    all_present: bool = False
    issued: bool = True


def load_places(rows: Rows, author: str) -> Places:
    """Statuses, venues, funders and the rule for certificates."""
    for position, status in enumerate(STANDARD_STATUSES):
        rows.add_keyless(
            MarkStatus,
            code=status.code,
            letter=status.letter,
            weight=status.weight,
            position=position,
            purpose=status.purpose,
            tone=str(status.tone),
        )
    for n in range(1, 36):
        rows.add(Zone, name=f"Ward {n:02}", kind="ward")
    return Places(
        venues=[
            rows.add(Venue, name=f"Hall {n:02}", place="Kisumu", seats=40) for n in range(1, 13)
        ],
        funders=[rows.add(Funder, name=f"Fund {n}") for n in range(1, 6)],
        rule=rows.add(
            CertificateRule,
            version=1,
            requires_id=_standard_track(rows),
            name_must_be_confirmed=True,
            created_by=author,
        ),
    )


def _standard_track(rows: Rows) -> int:
    """The version of the track that all certificates need."""
    track = rows.add(Track, name="Certificate of a workshop", certifies=True)
    return rows.add(
        TrackVersion,
        track_id=track,
        number=1,
        tree={"all": [{"is": "workshop", "share": _LEAST_SHARE}]},
        state="published",
    )


def load_workshop(
    rows: Rows,
    plan: Plan,
    version: AVersion,
    everybody: Everybody,
    places: Places,
    now: datetime,
    dice: random.Random,
) -> AWorkshop:
    """One workshop; a past one is closed, marked and certified, one of today half marked."""
    first = (now - timedelta(days=plan.days_ago)).date()
    days = -(-plan.slots // len(_STARTS))
    register = rows.add(Register, purpose="workshop")
    public_id = new_public_id()
    key = rows.add(
        Workshop,
        public_id=public_id,
        version_id=version.key,
        register_id=register,
        title=version.public_title,
        starts_on=first,
        ends_on=first + timedelta(days=days - 1),
        venue_id=dice.choice(places.venues),
        capacity=plan.people + 5,
        created_by=plan.lead.public_id,
        created_at=now - timedelta(days=plan.days_ago + 30),
    )
    rows.add(Facilitator, workshop_id=key, account_id=plan.lead.key, lead=True)
    if plan.helper is not None and plan.helper != plan.lead:
        rows.add(Facilitator, workshop_id=key, account_id=plan.helper.key, lead=False)
    for funder, share in zip(dice.sample(places.funders, 2), (60, 40), strict=True):
        rows.add(Funding, workshop_id=key, funder_id=funder, share=share)
    slots = _slots(rows, key, register, first, plan, version, now)
    chosen = dice.sample(everybody.people, plan.people)
    entries = _roster(rows, key, register, chosen, plan, now)
    made = AWorkshop(key, public_id, plan.lead.public_id, _state(plan, days))
    for day in range(days if made.state == "past" else 0):
        _sheet(rows, register, day, everybody, entries, first, plan)
    minutes = _minutes(slots, chosen, plan)
    if made.state == "past":
        _completions(rows, made, chosen, minutes, version, plan, first + timedelta(days=days - 1))
        _certificates(rows, made, chosen, minutes, version, places, plan, now)
    return made


def _state(plan: Plan, days: int) -> str:
    if plan.days_ago >= days:
        return "past"
    return "running" if plan.days_ago >= 0 else "coming"


def _slots(
    rows: Rows,
    workshop: int,
    register: int,
    first: date,
    plan: Plan,
    version: AVersion,
    now: datetime,
) -> list[tuple[int, datetime, bool]]:
    made = []
    for number in range(plan.slots):
        day = first + timedelta(days=number // len(_STARTS))
        starts = datetime.combine(day, _STARTS[number % len(_STARTS)], UTC)
        over = starts + timedelta(minutes=_SESSION_MINUTES) < now
        slot = rows.add(
            Slot,
            register_id=register,
            position=number + 1,
            starts_at=starts,
            minutes=_SESSION_MINUTES,
            closed_at=starts + timedelta(minutes=_SESSION_MINUTES) if over else None,
            closed_by=plan.lead.public_id if over else None,
            # The first of each still waits for a second person.
            confirmed_at=starts + timedelta(days=1) if over and number else None,
            confirmed_by=_SECOND_PERSON if over and number else None,
        )
        plan_key, title = version.plans[number % len(version.plans)]
        rows.add(WorkshopSession, workshop_id=workshop, slot_id=slot, plan_id=plan_key, title=title)
        made.append((slot, starts, over))
    return made


def _roster(
    rows: Rows, workshop: int, register: int, chosen: Sequence[APerson], plan: Plan, now: datetime
) -> list[tuple[str, bool]]:
    enrolled_at = now - timedelta(days=plan.days_ago + 15)
    entries = []
    for person in chosen:
        public_id = new_public_id()
        entry = rows.add(
            RosterEntry,
            public_id=public_id,
            register_id=register,
            person_id=person.key,
            walk_in=False,
        )
        rows.add(
            Enrolment,
            workshop_id=workshop,
            person_id=person.key,
            roster_entry_id=entry,
            state="confirmed",
            queued_at=enrolled_at,
            changed_at=enrolled_at,
        )
        entries.append((public_id, person.police))
    return entries


def _sheet(
    rows: Rows,
    register: int,
    day: int,
    everybody: Everybody,
    entries: list[tuple[str, bool]],
    first: date,
    plan: Plan,
) -> None:
    for offset, police in enumerate((True, False)):
        rows.add(
            Sheet,
            register_id=register,
            number=day * 2 + offset + 1,
            group_id=everybody.groups[0 if police else 1],
            day=first + timedelta(days=day),
            rows=[entry for entry, is_police in entries if is_police is police],
            printed_by=plan.lead.public_id,
        )


# Marks are drawn by the keys of slot and person, alike in SQL and here, so that two statements make
# two million rows.
_OF_TWENTY = ("late", "left_early", "absent", "excused")
_PRESENT_OF_TWENTY = 20 - len(_OF_TWENTY)


def _chosen(slot: Any, person: Any) -> Any:
    return (slot * 7_919 + person * 104_729) % 20


def _status(slot: int, person: int) -> str:
    number: int = _chosen(slot, person)
    return "present" if number < _PRESENT_OF_TWENTY else _OF_TWENTY[number - _PRESENT_OF_TWENTY]


def _minutes(
    slots: Sequence[tuple[int, datetime, bool]], chosen: Sequence[APerson], plan: Plan
) -> dict[int, int]:
    """Each person's minutes in the slots that are over."""
    over = [slot for slot, _starts, is_over in slots if is_over]
    found = {}
    for person in chosen:
        weights = (
            _COUNTS["present" if plan.all_present else _status(slot, person.key)] for slot in over
        )
        found[person.key] = _SESSION_MINUTES * sum(weights) // 100
    return found


def load_marks(session: Session, all_present: AWorkshop) -> None:
    """A mark, and the operation that made it, of everybody on the roster of a workshop in each of
    its slots that is over."""
    # Their product is above what a plain number of PostgreSQL holds.
    number = _chosen(cast(Slot.id, BigInteger), cast(RosterEntry.person_id, BigInteger))
    drawn = case(
        *((number == _PRESENT_OF_TWENTY + place, code) for place, code in enumerate(_OF_TWENTY)),
        else_="present",
    )
    whole = select(Workshop.register_id).where(Workshop.id == all_present.key).scalar_subquery()
    status = case((Slot.register_id == whole, "present"), else_=drawn)
    who = [Slot.id, RosterEntry.person_id]

    def of_all(*columns: Any) -> Select[Any]:
        return (
            select(*columns)
            .join(RosterEntry, RosterEntry.register_id == Slot.register_id)
            .join(Register, Register.id == Slot.register_id)
            .where(Register.purpose == "workshop", Slot.closed_at.is_not(None))
            .order_by(Slot.id, RosterEntry.id)
        )

    session.execute(
        insert(Mark).from_select(
            ["slot_id", "person_id", "status", "version"], of_all(*who, status, literal(1))
        )
    )
    names = [
        *("op_id", "slot_id", "person_id", "status", "expected_version", "device_time"),
        *("received_at", "marked_by", "answer", "version"),
    ]
    op_id = cast(Slot.id, String).concat("-").concat(cast(RosterEntry.person_id, String))
    session.execute(
        insert(MarkOperation).from_select(
            names,
            of_all(
                *(op_id, *who, status, literal(0), Slot.starts_at, Slot.starts_at),
                *(Slot.closed_by, literal("applied"), literal(1)),
            ),
        )
    )


def _completions(
    rows: Rows,
    workshop: AWorkshop,
    chosen: Sequence[APerson],
    minutes: dict[int, int],
    version: AVersion,
    plan: Plan,
    last: date,
) -> None:
    total = plan.slots * _SESSION_MINUTES
    for person in chosen:
        rows.add(
            Completion,
            workshop_id=workshop.key,
            person_id=person.key,
            course_id=version.course,
            held_on=last,
            completed_on=last,
            minutes=minutes[person.key],
            percentage=minutes[person.key] * 100 // total,
            met=minutes[person.key] * 100 >= total * _LEAST_SHARE,
            group_id=person.group,
            asked_on=last,
            **person.facts,
        )


def _certificates(
    rows: Rows,
    workshop: AWorkshop,
    chosen: Sequence[APerson],
    minutes: dict[int, int],
    version: AVersion,
    places: Places,
    plan: Plan,
    now: datetime,
) -> None:
    total = plan.slots * _SESSION_MINUTES
    issued = now - timedelta(days=plan.days_ago - 4)
    workshop.batch = new_public_id()
    batch = rows.add(
        CertificateBatch,
        public_id=workshop.batch,
        workshop_id=workshop.key,
        rule_id=places.rule,
        state="issued" if plan.issued else "proposed",
        proposed_by=plan.lead.public_id,
        approved_by=new_public_id() if plan.issued else None,
        issued_by=plan.lead.public_id if plan.issued else None,
        issued_at=issued if plan.issued else None,
        created_at=issued - timedelta(days=1),
    )
    for person in chosen:
        if minutes[person.key] * 100 < total * _LEAST_SHARE:
            continue
        public_id = new_public_id()
        workshop.certificates.append(public_id)
        rows.add(
            Certificate,
            public_id=public_id,
            batch_id=batch,
            person_id=person.key,
            serial=new_serial(secrets.choice) if plan.issued else None,
            printed_name=person.name,
            public_title=version.public_title,
            minutes=minutes[person.key],
            issued_on=issued.date() if plan.issued else None,
        )
