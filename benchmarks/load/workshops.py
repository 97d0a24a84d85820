"""Workshops with their registers, enrolments, marks and certificates."""

from __future__ import annotations

import random
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

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
from kash.people.models import Venue, Zone
from kash.platform.database import new_public_id
from kash.tracks.models import Track, TrackVersion
from kash.workshops.models import (
    Enrolment,
    Facilitator,
    Funder,
    Funding,
    Workshop,
    WorkshopSession,
)

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
    minutes = _marks(rows, slots, chosen, plan, dice)
    if made.state == "past":
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


def _marks(
    rows: Rows,
    slots: Sequence[tuple[int, datetime, bool]],
    chosen: Sequence[APerson],
    plan: Plan,
    dice: random.Random,
) -> dict[int, int]:
    """Marks for the slots that are over; returns each person's minutes."""
    weighted = dict.fromkeys((person.key for person in chosen), 0)
    choices = ("present",) * 16 + ("late", "left_early", "absent", "excused")
    for slot, starts, over in slots:
        if not over:
            continue
        for person in chosen:
            status = "present" if plan.all_present else dice.choice(choices)
            rows.add(Mark, slot_id=slot, person_id=person.key, status=status, version=1)
            rows.add(
                MarkOperation,
                op_id=secrets.token_hex(16),
                slot_id=slot,
                person_id=person.key,
                status=status,
                expected_version=0,
                device_time=starts,
                received_at=starts,
                marked_by=plan.lead.public_id,
                answer="applied",
                version=1,
            )
            weighted[person.key] += _SESSION_MINUTES * _COUNTS[status]
    return {person: sum_of_weights // 100 for person, sum_of_weights in weighted.items()}


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
