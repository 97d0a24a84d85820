"""Obstacles in the way of a form, in sentences for whoever asked for it. Forms that are read from
other servers, and rows that were brought in before. Attendance that came by forms, beside the
registers that it is of."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, and_, case, exists, func, select
from sqlalchemy.orm import Session, joinedload

from kash.attendance.models import EntryAlias, Mark, RosterEntry, Slot
from kash.attendance.queries.history import codes_of
from kash.attendance.queries.statuses import statuses_for
from kash.attendance.rules.marking import CurrentMark
from kash.attendance.rules.registers import opens_at
from kash.exchange.kobo.models import ATTENDANCE, REGISTRATION, KoboForm, KoboMark, KoboRow
from kash.exchange.kobo.rules import marks
from kash.exchange.kobo.rules.marks import (
    MarkDecided,
    RegisterPlaces,
    SaidSession,
    SlotStand,
    SuggestedMark,
    Suggestions,
    suggestions,
)
from kash.people.connections.models import Connection
from kash.people.connections.services import (
    AnotherHost,
    AnswerTooLarge,
    FetchFailed,
    NotAnswered,
    NotReached,
)
from kash.people.models import Group, PeopleList, PeopleListPerson, Person
from kash.people.scope import within_reach
from kash.platform.database import db, utc_now
from kash.platform.vault import lookup, open_text
from kash.platform.web.errors import Problem, one_or_404
from kash.policy import Actor
from kash.workshops.frame import numbered
from kash.workshops.models import Workshop
from kash.workshops.queries.plan import PlannedSession
from kash.workshops.queries.scope import is_run_by, may_mark_register, run_by


class CannotFetch(Problem):
    """The rows of a form did not come."""

    sentence = _l("The other server did not answer as it should. Nothing was brought in.")


FORM_KNOWN = _l("This form of that server is here already.")


NOT_RUNNING = _l("Marks of a workshop are brought in by whoever runs it.")


class OtherFile(Problem):
    """A file that holds no attendance."""

    status = 422
    field = "file"
    sentence = _l(
        "No row of this file names a session. Bring the export of the form that is downloaded here,"
        " with XML values and headers in place of labels. Nothing was kept."
    )


class QuestionsGone(Problem):
    """Questions that were answered before are in no row any more."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        told = ", ".join(names[:8])
        super().__init__(
            _(
                "These questions were answered before and are in no row now: %(names)s. Was the"
                " form changed? Nothing was brought in.",
                names=told,
            )
        )


def refused(status: int) -> CannotFetch:
    """Sentence for an answer that holds no rows, by its status."""
    if status in (401, 403):
        return CannotFetch(_("The server does not know this connection's token, or not any more."))
    if status == 404:
        return CannotFetch(_("There is no such form on the server, or the token may not see it."))
    if status == 429:
        return CannotFetch(_("The server is asked too often. Try again in an hour."))
    return CannotFetch(
        _("The server answered with an error (%(status)s). Nothing was brought in.", status=status)
    )


@contextmanager
def told_plainly() -> Iterator[None]:
    """Turn what goes wrong while rows are fetched into a sentence."""
    try:
        yield
    except NotReached:
        raise CannotFetch(_("The server cannot be reached. Nothing was brought in.")) from None
    except AnswerTooLarge:
        raise CannotFetch(_("The answer is far larger than rows are. Nothing was read.")) from None
    except NotAnswered:
        raise CannotFetch(
            _("The server stopped in the middle of its answer. Nothing was brought in.")
        ) from None
    except (AnotherHost, marks.LeadsElsewhere):
        raise CannotFetch(
            _("The answer leads to another server, where nothing is asked for.")
        ) from None
    except FetchFailed:
        raise CannotFetch from None
    except marks.NoPage:
        raise CannotFetch(
            _("The answer holds no rows of a form. Nothing was brought in.")
        ) from None
    except marks.PageRepeats:
        raise CannotFetch(
            _("The server gives the same page over and over. Nothing was brought in.")
        ) from None
    except marks.FormTooLong:
        raise CannotFetch(
            _("This form has more rows than a list may hold. Nothing was brought in.")
        ) from None
    except marks.RowsMissing as missing:
        raise CannotFetch(
            _(
                "Rows that came: %(came)s. Rows that the server says there are: %(said)s. Nothing"
                " was brought in; try again.",
                came=missing.came,
                said=missing.said,
            )
        ) from None
    except marks.SeveralInOne:
        raise CannotFetch(
            _(
                "A submission of this form holds several people. Let one submission be one person;"
                " the form that is downloaded here is made so."
            )
        ) from None
    except marks.NoAttendance:
        raise CannotFetch(
            _(
                "No row names a session, so this is not the form of attendance that is downloaded"
                " here. Nothing was brought in."
            )
        ) from None
    except marks.TooManySubmissions:
        raise CannotFetch(
            _(
                "This form has more submissions than a workshop has sessions. Nothing was brought"
                " in."
            )
        ) from None
    except marks.ColumnsGone as gone:
        raise QuestionsGone(gone.names) from None


# As many as anybody looks through; earlier ones are over.
MOST_WORKSHOPS = 20


def connections_on() -> Sequence[Connection]:
    """Connections to such servers that are on, by name."""
    asked = select(Connection).where(
        Connection.kind == "kobo", Connection.is_on.is_(True), Connection.state == "approved"
    )
    return db.session.scalars(asked.order_by(func.lower(Connection.name), Connection.id)).all()


def registration_forms() -> Sequence[KoboForm]:
    """All forms of registrations, by title, with their connections and groups."""
    asked = (
        select(KoboForm)
        .where(KoboForm.purpose == REGISTRATION)
        .options(joinedload(KoboForm.connection), joinedload(KoboForm.group))
    )
    return db.session.scalars(asked.order_by(func.lower(KoboForm.title), KoboForm.id)).all()


def workshops_to_mark(actor: Actor) -> Sequence[Workshop]:
    """Workshops that this actor runs and that have sessions and people, the latest first: each is
    asked about in this order, until there are as many as are shown."""
    asked = (
        select(Workshop)
        .where(
            is_run_by(actor),
            Workshop.state == "planned",
            exists().where(Slot.register_id == Workshop.register_id),
            exists().where(
                RosterEntry.register_id == Workshop.register_id, RosterEntry.removed_at.is_(None)
            ),
        )
        .order_by(Workshop.starts_on.desc(), Workshop.id.desc())
        .limit(MOST_WORKSHOPS)
    )
    return db.session.scalars(asked).all()


def form_of(public_id: str) -> KoboForm:
    """A form. Raises NotFound."""
    asked = (
        select(KoboForm)
        .where(KoboForm.public_id == public_id)
        .options(
            joinedload(KoboForm.connection),
            joinedload(KoboForm.group),
            joinedload(KoboForm.workshop),
        )
    )
    return one_or_404(db.session.scalar(asked))


def may_fetch(form: KoboForm, by: Actor, session: Session | None = None) -> None:
    """Refuse a form of attendance to whoever does not run its workshop. Raises NotRunning."""
    if form.purpose == ATTENDANCE and (
        form.workshop is None
        or may_mark_register(session or db.session(), form.workshop.register_id, by) is None
    ):
        raise Problem(NOT_RUNNING)


def list_of(form: KoboForm, session: Session | None = None) -> PeopleList | None:
    """The list that was made of a form last; None if it was thrown away."""
    if not form.list_id:
        return None
    asked = select(PeopleList).where(PeopleList.public_id == form.list_id)
    return (session or db.session()).scalar(asked)


@dataclass(frozen=True)
class KnownRow:
    """A row as it was stored last: a look-up of its answers, and the person that it became, if it
    is one whom the actor may see."""

    content: str
    person: str


@dataclass(frozen=True)
class KnownRows:
    """Rows that were stored, by first id and by number."""

    by_first_id: Mapping[str, KnownRow]
    by_number: Mapping[int, KnownRow]

    def of(self, first_id: str, number: int) -> KnownRow | None:
        """The row of this first id, else of this number."""
        return (self.by_first_id.get(first_id) if first_id else None) or self.by_number.get(number)


def _stored(actor: Actor) -> Select[Any]:
    # Whoever was left out as wrong or undecided comes again; that a row was somebody here already,
    # without a change, stands nowhere, so where anything was left out it comes again too.
    left_out = and_(PeopleListPerson.id.is_(None), PeopleList.left_count > 0)
    return (
        select(
            KoboRow.first_id,
            KoboRow.form_id,
            KoboRow.number,
            case((left_out, ""), else_=KoboRow.content),
            Person.public_id,
        )
        .join(PeopleList, PeopleList.public_id == KoboRow.list_id)
        .outerjoin(
            PeopleListPerson,
            and_(PeopleListPerson.list_id == PeopleList.id, PeopleListPerson.row == KoboRow.row),
        )
        .outerjoin(
            Person,
            and_(Person.id == PeopleListPerson.person_id, within_reach(actor, "people.edit")),
        )
        .where(PeopleList.state == "added")
        .order_by(KoboRow.id)
    )


def known_rows(form: KoboForm, first_ids: Collection[str], actor: Actor) -> KnownRows:
    """Rows that lists which were confirmed hold: of this form by number, of any by first id. Of
    several versions the last one counts, and the person is whom any of them became."""
    by_first_id: dict[str, KnownRow] = {}
    by_number: dict[int, KnownRow] = {}

    def keep(first_id: str, form_id: int, number: int, content: str, person: str | None) -> None:
        if first_id:
            before = by_first_id.get(first_id)
            became = person or (before.person if before else "")
            by_first_id[first_id] = KnownRow(content, became)
        if form_id == form.id:
            before = by_number.get(number)
            became = person or (before.person if before else "")
            by_number[number] = KnownRow(content, became)

    found = _stored(actor)
    wanted = sorted(set(first_ids) - {""})
    for start in range(0, len(wanted), 500):
        some = wanted[start : start + 500]
        for row in db.session.execute(
            found.where(KoboRow.first_id.in_(some), KoboRow.form_id != form.id)
        ):
            keep(*row)
    for row in db.session.execute(found.where(KoboRow.form_id == form.id)):
        keep(*row)
    return KnownRows(by_first_id, by_number)


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
