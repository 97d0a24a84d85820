"""Attendance that came by forms, beside the registers that it is of."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session, joinedload

from kash.attendance.models import EntryAlias, Mark, RosterEntry, Slot
from kash.attendance.queries.codes import codes_of
from kash.attendance.queries.statuses import statuses_for
from kash.attendance.rules.conduct import opens_at
from kash.attendance.rules.marking import CurrentMark
from kash.kobo.models import ATTENDANCE, KoboForm, KoboMark
from kash.kobo.rules.marks import (
    MarkDecided,
    RegisterPlaces,
    SaidSession,
    SlotStand,
    SuggestedMark,
    Suggestions,
    suggestions,
)
from kash.people.models import Group, Person
from kash.platform.database import db, utc_now
from kash.platform.vault import lookup, open_text
from kash.policy import Actor
from kash.workshops.frame import numbered
from kash.workshops.models import Workshop
from kash.workshops.queries.plan import PlannedSession
from kash.workshops.queries.scope import run_by

MARKS = "kobo.marks"


def choice_of(entry: str) -> str:
    """By what a form names a place on a register (by public id). Whoever knew the id itself could
    print a badge; this tells nothing to anybody but this server."""
    return f"p{lookup(entry, kind='kobo.place')[:15]}"


def attendance_form_of(workshop_id: int, session: Session | None = None) -> KoboForm | None:
    """The form of a workshop's attendance; None where there is none."""
    asked = select(KoboForm).where(KoboForm.workshop_id == workshop_id)
    return (session or db.session()).scalar(asked.options(joinedload(KoboForm.connection)))


def said_by(form: KoboForm | None) -> list[SaidSession]:
    """Submissions of a form, as they came last."""
    if form is None or form.marks_sealed is None:
        return []
    text = open_text(form.marks_sealed, kind=MARKS, public_id=form.public_id)
    return [SaidSession.from_data(one) for one in json.loads(text)]


def suggested(
    form: KoboForm | None, workshop: Workshop, session: Session | None = None
) -> Suggestions:
    """Suggestions of a form for a workshop's register; seven queries."""
    if form is None:
        return Suggestions()
    asking = session or db.session()
    return suggestions(said_by(form), _places(asking, workshop), _decided(asking, form.id))


def _decided(session: Session, form_id: int) -> dict[tuple[str, str], MarkDecided]:
    rows = session.scalars(select(KoboMark).where(KoboMark.form_id == form_id))
    return {
        (row.slot, row.entry): MarkDecided(
            row.state == "accepted",
            row.state == "out",
            row.said,
            row.choice,
            row.draft,
            row.draft_said,
        )
        for row in rows
    }


def _places(session: Session, workshop: Workshop) -> RegisterPlaces:
    register, now = workshop.register_id, utc_now()
    slots = {
        row.public_id: SlotStand(
            row.closed_at is not None, row.confirmed_at is not None, opens_at(row.starts_at) <= now
        )
        for row in session.execute(
            select(Slot.public_id, Slot.starts_at, Slot.closed_at, Slot.confirmed_at)
            .where(Slot.register_id == register)
            .order_by(Slot.starts_at, Slot.id)
        )
    }
    roster = session.execute(
        select(RosterEntry.public_id, RosterEntry.removed_at)
        .join(Person, Person.id == RosterEntry.person_id)
        .where(RosterEntry.register_id == register)
        .order_by(Person.sort_name, Person.id)
    ).all()
    aliases = session.execute(
        select(EntryAlias.public_id, RosterEntry.public_id)
        .join(RosterEntry, RosterEntry.id == EntryAlias.entry_id)
        .where(RosterEntry.register_id == register)
    )
    marks = session.execute(
        select(Slot.public_id, RosterEntry.public_id, Mark.status, Mark.version)
        .join(Slot, Slot.id == Mark.slot_id)
        .join(
            RosterEntry,
            (RosterEntry.person_id == Mark.person_id)
            & (RosterEntry.register_id == Slot.register_id),
        )
        .where(Slot.register_id == register)
    )
    kept = statuses_for("workshop", also_retired=True)
    return RegisterPlaces(
        workshop.public_id,
        slots,
        {choice_of(row.public_id): row.public_id for row in roster}
        | {choice_of(alias): entry for alias, entry in aliases},
        {row.public_id for row in roster if row.removed_at is None},
        {(slot, entry): CurrentMark(status, version) for slot, entry, status, version in marks},
        {one.code for one in kept if one.active},
        {one.code for one in kept if not one.active},
        {one.code for one in kept if one.weight},
    )


@dataclass(frozen=True)
class PersonToMark:
    """Somebody on a register as she is shown beside what a form says."""

    person: str
    name: str
    letter: str
    code: str


def people_to_mark(register_id: int) -> Mapping[str, PersonToMark]:
    """Everybody who ever was on a register, by entry; two queries."""
    codes = codes_of(register_id)
    rows = db.session.execute(
        select(RosterEntry.public_id, Person.public_id, Person.chosen_name, Group.letter)
        .join(Person, Person.id == RosterEntry.person_id)
        .join(Group, Group.id == Person.group_id)
        .where(RosterEntry.register_id == register_id)
    )
    return {
        entry: PersonToMark(person, name, letter, codes.get(entry, ""))
        for entry, person, name, letter in rows
    }


@dataclass(frozen=True)
class SuggestedLine:
    """One line of the page: what is said, of whom, and in which session."""

    mark: SuggestedMark
    who: PersonToMark
    session: str
    session_id: str


def suggested_lines(
    workshop: Workshop, marks: Sequence[SuggestedMark], sessions: Sequence[PlannedSession]
) -> list[SuggestedLine]:
    """The lines of these suggestions, in their order."""
    people = people_to_mark(workshop.register_id)
    names = numbered(list(sessions))
    ids = {one.slot: one.public_id for one in sessions}
    return [
        SuggestedLine(one, people[one.entry], names[one.slot], ids[one.slot])
        for one in marks
        if one.entry in people and one.slot in ids
    ]


def forms_of_attendance(actor: Actor) -> Sequence[Any]:
    """Workshops that this actor runs and of which a form of attendance is here, the latest
    first."""
    return db.session.execute(
        select(
            Workshop.public_id,
            Workshop.title,
            KoboForm.fetched_at,
        )
        .join(KoboForm, KoboForm.workshop_id == Workshop.id)
        .where(KoboForm.purpose == ATTENDANCE, Workshop.id.in_(run_by(actor)))
        .order_by(Workshop.starts_on.desc(), Workshop.id.desc())
        .limit(100)
    ).all()


def some_wait(actor: Actor) -> ColumnElement[bool]:
    """Condition under which marks may wait in a workshop that this actor runs."""
    return exists().where(
        KoboForm.waiting > 0,
        KoboForm.workshop_id.in_(run_by(actor)),
    )


@dataclass(frozen=True)
class WaitingMarks:
    """Marks of a workshop that wait to be looked at: how many do now."""

    public_id: str
    title: str
    starts_on: date
    waiting: int


def waiting_marks(actor: Actor, workshop: str = "") -> list[WaitingMarks]:
    """Workshops that this actor runs, or the one that is named, in which marks wait to be looked
    at; at most ten. How many do is counted anew: somebody may have marked the register since."""
    asked = (
        select(KoboForm)
        .join(Workshop, KoboForm.workshop_id == Workshop.id)
        .where(KoboForm.waiting > 0, Workshop.state == "planned", Workshop.id.in_(run_by(actor)))
        .options(joinedload(KoboForm.workshop))
        .order_by(Workshop.starts_on.desc(), Workshop.id.desc())
        .limit(10)
    )
    if workshop:
        asked = asked.where(Workshop.public_id == workshop)
    found = [
        WaitingMarks(of.public_id, of.title, of.starts_on, len(suggested(form, of).open))
        for form in db.session.scalars(asked)
        for of in (form.workshop,)
        if of is not None
    ]
    return [one for one in found if one.waiting]


def waiting_of(workshop: str, actor: Actor) -> int | None:
    """How many marks of a workshop wait to be looked at; None if none does, and for whoever does
    not run it."""
    if not actor.may("attendance.mark"):
        return None
    return next((one.waiting for one in waiting_marks(actor, workshop)), None)


def runs_workshop(workshop: str, actor: Actor) -> bool | None:
    """True for whoever runs a workshop and marks its register, else None."""
    if not actor.may("attendance.mark"):
        return None
    asked = run_by(actor).where(Workshop.public_id == workshop)
    return db.session.scalar(asked) is not None or None
