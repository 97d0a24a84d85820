"""Workshops and their sessions in the calendar. Chapters of the handbook that tell about
workshops. Finding workshops from every page. Merging enrolments when two people turn out to be
one. Off-boarding of a trainer: she hands over the workshops she teaches that are not done. Columns
of this room's tables, sorted by what they hold about a person. Workshops on Today: sessions,
registers, and workshops that are hers. Words of the audit trail for what is done here: the room,
then what happened. The declaration of workshops."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session

from kash.accounts.holdings import Holder, Holding
from kash.attendance.models import Owner, Slot
from kash.feature import Feature
from kash.people.erasure import (
    GOES,
    Beneath,
    FreeText,
    GoesIfNamed,
    StandsInTheWay,
    Values,
    about_things,
    free_texts,
    stays,
)
from kash.people.models import Person
from kash.people.queries.search import Reference, joined
from kash.people.scope import ContactScope, OwnScope
from kash.people.sections import PersonSection, StillActive
from kash.people.undo_log import RowChanges, table_of
from kash.platform.database import utc_now
from kash.platform.handbook.places import Chapters, each, peers
from kash.platform.jobs import Chore
from kash.platform.web.formats import (
    date_text,
    day_text,
    from_local,
    local_today,
    short_date_text,
    time_text,
    to_local,
)
from kash.platform.web.parts import (
    ActionWords,
    CalendarEntry,
    CalendarQuestion,
    CalendarSource,
    Destination,
    Findable,
    Hit,
    NamedPage,
    OwnEvents,
)
from kash.platform.web.today import (
    MOST_SHOWN,
    BeginningStep,
    Need,
    Own,
    Panel,
    TodayLine,
    Viewer,
    total,
)
from kash.policy import Actor, Reach, Role
from kash.training.queries import Deliveries, TaughtScope
from kash.workshops import answers, blueprint, views
from kash.workshops.bookings import BOOKINGS
from kash.workshops.forms import (
    ENROLMENT,
    ENROLMENT_TONE,
    enrolment_word,
    left_out_word,
    oddity_sentence,
    pause_word,
    reached_word,
)
from kash.workshops.frame import person_rows
from kash.workshops.missing import MISSING
from kash.workshops.models import Enrolment, Facilitator, SessionRecord, Workshop
from kash.workshops.queries.deliveries import (
    DueSession,
    from_phones,
    last_minutes,
    open_slots,
    to_confirm,
    unended_sessions,
    upcoming_sessions,
)
from kash.workshops.queries.people import workshops_of_person
from kash.workshops.queries.plan import CalendarWorkshop, calendar_sessions, calendar_workshops
from kash.workshops.queries.scope import (
    find_workshops,
    may_mark_register,
    people_of,
    runs_for,
    versions_taught_to,
)
from kash.workshops.queries.workshops import met, own_workshop_events
from kash.workshops.rules import EnrolmentState, merged_enrolment
from kash.workshops.seat_parts import SEATS
from kash.workshops.services.people import take_in_walk_in
from kash.workshops.services.seats import move_up
from kash.workshops.services.sessions import forget_words
from kash.workshops.tabs import Tab
from kash.workshops.views.answers import join_answer_links
from kash.workshops.views.plan import ENROL_LIST


def _workshops(question: CalendarQuestion) -> Sequence[CalendarEntry]:
    today = local_today()
    return [
        CalendarEntry(
            f"workshop-{one.public_id}",
            one.title,
            one.starts_on,
            one.ends_on,
            one.day_starts_at,
            one.day_ends_at,
            " · ".join(filter(None, (one.venue, ", ".join(one.trainers)))),
            url_for("workshops.workshop", public_id=one.public_id),
            *_tag(one),
            ended=one.state == "cancelled",
            moves=one.public_id
            if one.runs and one.state == "planned" and one.starts_on >= today
            else "",
            row_version=one.row_version,
        )
        for one in calendar_workshops(question)
    ]


def _tag(one: CalendarWorkshop) -> tuple[str, str]:
    if one.state == "cancelled":
        return _("Cancelled"), "bad"
    if one.own is None or one.own == EnrolmentState.CONFIRMED:
        return "", ""
    own = EnrolmentState(one.own)
    return str(ENROLMENT[own]), ENROLMENT_TONE[own]


def _sessions(question: CalendarQuestion) -> Sequence[CalendarEntry]:
    midnight = time()
    begins = from_local(question.first, midnight)
    ends = from_local(question.last + timedelta(days=1), midnight)
    found = []
    for one in calendar_sessions(question, begins, ends):
        local = to_local(one.starts_at)
        over = to_local(one.starts_at + timedelta(minutes=one.minutes))
        found.append(
            CalendarEntry(
                f"session-{one.public_id}",
                one.title,
                local.date(),
                local.date(),
                local.time(),
                over.time(),
                within=f"workshop-{one.workshop}",
            )
        )
    return found


CALENDAR = (
    CalendarSource("workshop", _l("Workshops"), _workshops),
    CalendarSource("session", _l("Sessions"), _sessions, closely=True),
)


CHAPTERS = Chapters(
    {
        "workshops": peers(
            "peer-educator#answer-an-invitation",
            {
                Role.TRAINER: "trainer#plan-a-workshop",
                Role.DIRECTOR: "director#people-workshops-attendance",
                Role.MONITORING: "monitoring#what-you-see",
            },
        ),
        **each("workshops", "taught", {Role.TRAINER: "trainer#as-it-was-taught"}),
        "answers.answer": "signing-in#answer-an-invitation-by-its-link",
        "workshops.earlier": {
            Role.TRAINER: "trainer#enrol-people",
            Role.DIRECTOR: "director#seats-and-waiting-lists",
        },
        "workshops.seats": {Role.DIRECTOR: "director#seats-and-waiting-lists"},
        "workshops.check_in": peers("peer-educator#check-in-at-a-workshop"),
        **each(
            "workshops",
            "people walk_in ask_contacts withdraw enrol_chosen copy_people answer_links",
            {
                Role.TRAINER: "trainer#enrol-people",
                Role.DIRECTOR: "director#people-workshops-attendance",
                Role.MONITORING: "monitoring#what-you-see",
            },
        ),
        **each(
            "workshops",
            "attendance register confirm_register confirm_registers confirm_day confirm_and_next"
            " correct_mark mark_history",
            peers(
                "peer-educator#what-you-see",
                {
                    Role.TRAINER: "trainer#keep-the-register",
                    Role.DIRECTOR: "director#people-workshops-attendance",
                    Role.MONITORING: "monitoring#how-hours-are-counted",
                },
            ),
        ),
        **each(
            "workshops",
            "held walk_ins headcount signatures import_queue",
            {Role.TRAINER: "trainer#what-phones-sent"},
        ),
        "workshops.pad": {Role.TRAINER: "pad#before-you-leave"},
        **each(
            "workshops",
            "documents sheets read_sheet match_scan remove_scan counts settle",
            peers(
                "peer-educator#what-you-see",
                {
                    Role.TRAINER: "trainer#sign-in-sheets-on-paper",
                    Role.DIRECTOR: "director#people-workshops-attendance",
                    Role.MONITORING: "monitoring#how-hours-are-counted",
                },
            ),
        ),
        **each(
            "workshops", "scan screen", {Role.TRAINER: "trainer#badges-and-the-code-for-the-wall"}
        ),
    }
)


def _hits_workshops(actor: Actor, text: str, limit: int) -> Sequence[Hit]:
    return [
        Hit(
            row.title,
            url_for("workshops.workshop", public_id=row.public_id),
            short_date_text(row.starts_on),
        )
        for row in find_workshops(actor, text, limit)
    ]


FOUND = (
    Findable("workshops", _l("Workshops"), "workshops.see", 30, _hits_workshops),
    NamedPage("workshops.add", _l("Plan a workshop"), "workshops.edit", 80),
)


_join = joined("enrolment.person_id", ("workshop_id",), merged_enrolment)


def move_enrolments(row_changes: RowChanges, kept: int, gone: int) -> None:
    """Where both had a seat, one falls free and goes to the queue's first.

    It stays hers when the merge is undone: whoever was told that she has a seat keeps it. So it
    doesn't stand in the row_changes.
    """
    table = table_of(Enrolment)
    seats = [
        row["workshop_id"]
        for row in row_changes.rows(table, table.c.person_id.in_((kept, gone)))
        if row["state"] == str(EnrolmentState.CONFIRMED)
    ]
    _join(row_changes, kept, gone)
    freed = sorted({workshop for workshop in seats if seats.count(workshop) > 1})
    if not freed:
        return
    workshops = row_changes.session.scalars(
        select(Workshop)
        .where(
            Workshop.id.in_(freed),
            Workshop.state == "planned",
            Workshop.ends_on >= to_local(row_changes.now).date(),
        )
        .order_by(Workshop.id)
        .with_for_update()
    )
    for workshop in workshops.all():
        moved = move_up(row_changes.session, workshop, row_changes.now)
        if moved:
            row_changes.concerned += [workshop.public_id, *moved]


def _taught_by(leaver: Holder) -> Select[Facilitator]:
    """Her part in workshops to come, and in past ones of which a register is still open."""
    return (
        select(Facilitator)
        .join(Facilitator.workshop)
        .where(
            Facilitator.account_id == leaver.account_id,
            Workshop.state == "planned",
            or_(
                Workshop.ends_on >= local_today(),
                exists().where(Slot.register_id == Workshop.register_id, Slot.closed_at.is_(None)),
            ),
        )
    )


def count_taught(session: Session, leaver: Holder) -> int:
    """Number of workshops in which she has a part."""
    return session.scalar(select(func.count()).select_from(_taught_by(leaver).subquery())) or 0


def pass_taught_on(
    session: Session, leaver: Holder, successor: Holder | None, now: datetime
) -> Sequence[str]:
    """Give her part in each to the successor, who may have one already."""
    moved: list[str] = []
    if successor is None:
        return moved
    for row in session.scalars(_taught_by(leaver)).all():
        there = session.scalar(
            select(Facilitator).where(
                Facilitator.workshop_id == row.workshop_id,
                Facilitator.account_id == successor.account_id,
            )
        )
        moved.append(row.workshop.public_id)
        if there is None:
            row.account_id, row.added_at = successor.account_id, now
        else:
            there.lead = there.lead or row.lead
            session.delete(row)
    return moved


def _record_and_step(session: Session, row: Values) -> str:
    """Place for which the words on a step are sealed."""
    record = session.scalar(
        select(SessionRecord.public_id).where(SessionRecord.id == row["record_id"])
    )
    return f"{record}-{row['lineage']}"


def _expected(session: Session, person_id: int) -> bool:
    seats = exists().where(
        Enrolment.person_id == person_id,
        Enrolment.state.in_(("invited", "confirmed", "waiting")),
        Enrolment.workshop_id == Workshop.id,
        Workshop.state == "planned",
        Workshop.ends_on >= local_today(),
    )
    return bool(session.scalar(select(seats)))


PERSONAL = (
    Beneath("answer_link.enrolment_id", GOES),
    StandsInTheWay(
        _l("This person has a seat in a workshop that is still to come. Take the seat back."),
        _expected,
    ),
    *free_texts(
        "workshop.title",
        "workshop.cancelled_reason",
        "workshop_session.title",
    ),
    FreeText("session_record.notes_sealed", kind="session.notes"),
    FreeText("session_record.next_time_sealed", kind="session.next_time"),
    GoesIfNamed(
        "step_left_out.words_sealed",
        kind="session.left_out",
        emptied={"words_sealed": None},
        sealed_for=_record_and_step,
    ),
    *about_things(
        enrolment="state history",
        funder="name",
        funding="budget_code",
        objective_reached="lineage reached",
        step_left_out="lineage reason",
        workshop="state",
    ),
)


@dataclass(frozen=True)
class Sessions:
    """Sessions of whoever marks registers. `now` is the one that runs, or the next one of this
    day; of `begun` the register is open; `coming` are still to come."""

    now: DueSession | None = None
    running: bool = False
    begun: Sequence[DueSession] = ()
    coming: Sequence[DueSession] = ()
    today: int = 0


def sessions_of(asked: Viewer) -> Sessions:
    """Her sessions now; two queries, none for who marks no registers."""
    if asked.actor.reach("attendance.mark") is Reach.NONE:
        return Sessions()
    coming, begun = upcoming_sessions(asked.actor, asked.now), open_slots(asked.actor, asked.now)
    running = [one for one in begun if asked.now < one.starts_at + timedelta(minutes=one.minutes)]
    of_today = [one for one in coming if to_local(one.starts_at).date() == asked.day]
    now = running[-1] if running else None
    if now is None and coming and coming[0] in of_today:
        now = coming[0]
    return Sessions(
        now=now,
        running=bool(running),
        begun=[one for one in begun if one not in running],
        coming=coming,
        today=len(of_today) + bool(running),
    )


def _now(asked: Viewer) -> Sessions | None:
    found = asked.once(sessions_of)
    return found if found.now is not None else None


def _sessions_today(found: Sessions) -> str:
    return _("Sessions today: %(count)s.", count=found.today) if found.today else ""


def _registers(asked: Viewer) -> Sequence[TodayLine]:
    return [
        TodayLine(
            _("Register: %(title)s", title=one.title),
            url_for("workshops.register", public_id=one.workshop, session_id=one.session),
            f"{one.workshop_title} · "
            + (_("marked, not closed") if one.marked else _("nobody marked yet")),
            key=day_text(one.starts_at),
            small=time_text(one.starts_at),
            button=_("Close register") if one.marked else _("Open the register"),
            about=one.title,
        )
        for one in asked.once(sessions_of).begun
    ]


def _unended(asked: Viewer) -> Sequence[TodayLine]:
    if not asked.actor.may("attendance.mark"):
        return []
    return [
        TodayLine(
            _("Without an end: %(title)s", title=one.title),
            url_for("workshops.taught", public_id=one.workshop, session_id=one.session),
            one.workshop_title,
            key=day_text(one.starts_at),
            small=_("Began %(time)s", time=time_text(one.starts_at)),
            button=_("Say when it ended"),
            about=one.title,
        )
        for one in unended_sessions(asked.actor, asked.now)
    ]


def _to_confirm(asked: Viewer) -> Sequence[TodayLine]:
    return [
        TodayLine(
            _("To confirm: %(title)s", title=one.title),
            url_for("workshops.confirm_register", public_id=one.workshop, session_id=one.session)
            if one.session
            else url_for("workshops.confirm_registers", public_id=one.workshop),
            _("Closed by somebody else, the first on %(day)s.", day=date_text(one.since)),
            key=one.registers,
            small=ngettext("register", "registers", one.registers),
            button=_("Look and confirm"),
            about=one.title,
            count=one.registers,
        )
        for one in to_confirm(asked.actor)
    ]


def _phones(asked: Viewer) -> Sequence[TodayLine]:
    if not asked.actor.may("attendance.mark"):
        return []
    return [
        TodayLine(
            _("From phones: %(title)s", title=one.title),
            url_for(
                "workshops.held" if one.to_decide else "workshops.walk_ins", public_id=one.workshop
            ),
            _(
                "To decide: %(held)s. People to match: %(came)s.",
                held=one.to_decide,
                came=one.to_match,
            ),
            key=one.to_decide + one.to_match,
            button=_("Decide"),
            about=one.title,
            count=one.to_decide + one.to_match,
        )
        for one in from_phones(asked.actor)
    ]


def _coming(asked: Viewer) -> Sequence[DueSession]:
    return asked.once(sessions_of).coming


def _hers(_asked: Viewer, person: str) -> Sequence[TodayLine]:
    return [
        TodayLine(
            one.title,
            url_for("workshops.workshop", public_id=one.public_id),
            _("Cancelled") if one.state == "cancelled" else enrolment_word(one.enrolment),
            key=short_date_text(one.starts_on),
            tone="bad" if one.state == "cancelled" else "",
        )
        for one in workshops_of_person(person)[:MOST_SHOWN]
    ]


TODAY = (
    Panel(
        "now",
        10,
        _now,
        "workshops/today_now.html",
        top=True,
        says=_sessions_today,
        lead_place=30,
    ),
    Need(
        "registers",
        120,
        _registers,
        lead=_l("Registers still open:"),
        lead_place=40,
        most=MOST_SHOWN,
    ),
    Need("unended", 125, _unended, most=MOST_SHOWN),
    Need(
        "to_confirm",
        130,
        _to_confirm,
        lead=_l("Registers to confirm:"),
        lead_place=50,
        count=total,
    ),
    Need(
        "phones",
        110,
        _phones,
        lead=_l("From phones, to see to:"),
        lead_place=60,
        count=total,
    ),
    Panel("sessions", 10, _coming, "workshops/today_sessions.html", "attendance.mark"),
    Own(20, _hers),
    BeginningStep(
        "workshop",
        _l("Plan a workshop"),
        _l("A trainer plans it, from a published course."),
        "workshops.index",
        {Role.DIRECTOR: 50, Role.TRAINER: 50},
        lambda: exists().where(Workshop.state != "cancelled"),
        at_once=("workshops.edit", "workshops.add"),
    ),
)


ACTION_WORDS = ActionWords(
    {
        "workshops.answer_links_made": _l("workshops: links to answer made"),
        "workshops.answered_by_link": _l("workshops: answered by link"),
        "workshops.costs_shared": _l("workshops: costs shared"),
        "workshops.earlier_courses_set": _l("workshops: earlier courses set"),
        "workshops.enrolment_changed": _l("workshops: enrolment changed"),
        "workshops.invitation_answered": _l("workshops: invitation answered"),
        "workshops.people_enrolled": _l("workshops: people enrolled"),
        "workshops.person_enrolled": _l("workshops: person enrolled"),
        "workshops.session_added": _l("workshops: session added"),
        "workshops.session_changed": _l("workshops: session changed"),
        "workshops.session_recorded": _l("workshops: session recorded as taught"),
        "workshops.session_removed": _l("workshops: session removed"),
        "workshops.sessions_laid_out": _l("workshops: sessions laid out"),
        "workshops.sessions_ordered": _l("workshops: sessions ordered"),
        "workshops.waiting_list_moved": _l("workshops: waiting list moved"),
        "workshops.walk_in_taken": _l("workshops: walk in taken"),
        "workshops.workshop_cancelled": _l("workshops: workshop cancelled"),
        "workshops.workshop_changed": _l("workshops: workshop changed"),
        "workshops.workshop_duplicated": _l("workshops: workshop duplicated"),
        "workshops.workshop_moved": _l("workshops: workshop moved"),
        "workshops.workshop_planned": _l("workshops: workshop planned"),
        "workshops.workshop_restored": _l("workshops: workshop restored"),
    }
)


def _enrolled(since: datetime) -> ColumnElement[bool]:
    return exists().where(Enrolment.person_id == Person.id, Enrolment.changed_at >= since)


FEATURE = Feature(
    "workshops",
    modules=(views,),
    start=join_answer_links,
    blueprints=(blueprint, answers),
    filters={
        "enrolment_word": enrolment_word,
        "pause_word": pause_word,
        "oddity": oddity_sentence,
        "left_out_word": left_out_word,
        "reached_word": reached_word,
    },
    parts=(
        *PERSONAL,
        ACTION_WORDS,
        BOOKINGS,
        CHAPTERS,
        *CALENDAR,
        Destination(
            "workshops.index", _l("Workshops"), "workshop", "workshops.see", 20, phone=True
        ),
        *TODAY,
        *MISSING,
        *FOUND,
        Tab(_l("Plan"), "workshops.workshop", "workshops.see", 10),
        Tab(_l("People"), "workshops.people", "workshops.see", 20),
        Tab(_l("Attendance"), "workshops.attendance", "attendance.see", 30),
        Tab(_l("Documents"), "workshops.documents", "attendance.see", 90),
        PersonSection(_l("Workshops"), person_rows),
        Owner("workshop", may_mark_register, take_in_walk_in),
        OwnScope(people_of, runs_for),
        ContactScope(met),
        StillActive(_enrolled),
        TaughtScope(versions_taught_to),
        Deliveries(last_minutes),
        OwnEvents(own_workshop_events),
        *SEATS,
        Chore("forget_trainer_notes", lambda: forget_words(utc_now()), minutes=60),
        ENROL_LIST,
        Reference("enrolment.person_id", _l("Enrolments"), move_enrolments, erased=stays()),
        Holding(
            "workshops",
            _l("Workshops not yet done"),
            count_taught,
            pass_taught_on,
            permission="workshops.edit",
        ),
    ),
)
