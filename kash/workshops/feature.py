"""Workshops and their sessions in the calendar. Chapters of the handbook that tell about
workshops. Finding workshops from every page. Merging enrolments when two people turn out to be
one. Off-boarding of a trainer: she hands over the workshops she teaches that are not done. Columns
of this room's tables, sorted by what they hold about a person. Workshops on Today: sessions,
registers, and workshops that are hers. Words of the audit trail for what is done here: the room,
then what happened. The declaration of workshops."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

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
from kash.platform.database import db, utc_now
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
    PageSection,
    SampleId,
    SettingLine,
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
from kash.training.models import Course
from kash.training.queries import Deliveries, TaughtScope
from kash.workshops import answers, blueprint, views
from kash.workshops.availability.queries import Booked, Bookings
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
    earlier_of_course,
    from_phones,
    last_minutes,
    open_slots,
    to_confirm,
    unended_sessions,
    upcoming_sessions,
)
from kash.workshops.queries.people import seat_rules, workshops_of_person
from kash.workshops.queries.plan import booked, calendar_sessions, calendar_workshops
from kash.workshops.queries.scope import (
    find_workshops,
    may_mark_register,
    people_of,
    runs_for,
    versions_taught_to,
)
from kash.workshops.queries.workshops import met, own_workshop_events
from kash.workshops.rules import EnrolmentState, merged_enrolment
from kash.workshops.services.people import take_in_walk_in, tend_waiting_lists
from kash.workshops.services.seats import SEAT_MESSAGES, forget_answer_links, move_up
from kash.workshops.services.sessions import forget_words
from kash.workshops.tabs import Tab
from kash.workshops.views.answers import join_answer_links
from kash.workshops.views.plan import ENROL_LIST


def _workshops(question: CalendarQuestion) -> Sequence[CalendarEntry]:
    today = local_today()
    return [
        CalendarEntry(
            f"workshop-{row['public_id']}",
            row["title"],
            row["starts_on"],
            row["ends_on"],
            row["day_starts_at"],
            row["day_ends_at"],
            " · ".join(filter(None, (row["venue"], ", ".join(row["trainers"])))),
            url_for("workshops.workshop", public_id=row["public_id"]),
            *_tag(row["state"], row["own"]),
            ended=row["state"] == "cancelled",
            moves=row["public_id"]
            if row["runs"] and row["state"] == "planned" and row["starts_on"] >= today
            else "",
            row_version=row["row_version"],
        )
        for row in calendar_workshops(question)
    ]


def _tag(state: str, own: str | None) -> tuple[str, str]:
    if state == "cancelled":
        return _("Cancelled"), "bad"
    if own is None or own == EnrolmentState.CONFIRMED:
        return "", ""
    return str(ENROLMENT[EnrolmentState(own)]), ENROLMENT_TONE[EnrolmentState(own)]


def _sessions(question: CalendarQuestion) -> Sequence[CalendarEntry]:
    begins = from_local(question.first, time())
    ends = from_local(question.last + timedelta(days=1), time())
    return [
        CalendarEntry(
            f"session-{row.public_id}",
            row.title,
            local.date(),
            local.date(),
            local.time(),
            to_local(row.starts_at + timedelta(minutes=row.minutes)).time(),
            within=f"workshop-{row.workshop}",
        )
        for row in calendar_sessions(question, begins, ends)
        for local in [to_local(row.starts_at)]
    ]


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
            "people walk_in ask_contacts withdraw enrol_chosen change_several copy_people"
            " answer_links",
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
    NamedPage("workshops.talk", _l("A short talk"), "workshops.edit", 81),
)


_join = joined("enrolment.person_id", ("workshop_id",), merged_enrolment)


def move_enrolments(row_changes: RowChanges, kept: int, gone: int) -> None:
    """Where both had a seat, one falls free and goes to the queue's first.

    It stays hers when the merge is undone: a person who was told that she has a seat keeps it. So
    it doesn't stand in the row_changes.
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


def pass_taught_on(
    session: Session, leaver: Holder, successor: Holder | None, now: datetime
) -> Sequence[str]:
    """Give her part in each to the successor, who may have one already."""
    moved: list[str] = []
    if successor is None:
        return moved
    for part in session.scalars(_taught_by(leaver)).all():
        there = session.scalar(
            select(Facilitator).where(
                Facilitator.workshop_id == part.workshop_id,
                Facilitator.account_id == successor.account_id,
            )
        )
        moved.append(part.workshop.public_id)
        if there is None:
            part.account_id, part.added_at = successor.account_id, now
        else:
            there.lead = there.lead or part.lead
            session.delete(part)
    return moved


def _record_and_step(session: Session, row: Values) -> str:
    """Place for which the words on a step are sealed."""
    record = select(SessionRecord.public_id).where(SessionRecord.id == row["record_id"])
    return f"{session.scalar(record)}-{row['lineage']}"


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
    StandsInTheWay(_l("This person has a seat in a workshop that is still to come."), _expected),
    *free_texts("workshop.title", "workshop.cancelled_reason", "workshop_session.title"),
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


def sessions_of(viewer: Viewer) -> dict[str, Any]:
    """Sessions of one who marks registers: `now` is the one that is `running`, or the next one of
    this day; of `begun` the register is open; `coming` are still to come; so many are of `today`.
    Two queries, none for who marks no registers."""
    if viewer.actor.reach("attendance.mark") is Reach.NONE:
        return {"now": None, "begun": (), "coming": ()}
    coming = upcoming_sessions(viewer.actor, viewer.now)
    begun = open_slots(viewer.actor, viewer.now)
    running = [row for row in begun if viewer.now < row.starts_at + timedelta(minutes=row.minutes)]
    of_today = [row for row in coming if to_local(row.starts_at).date() == viewer.day]
    # Today's come first of those to come.
    return {
        "now": next(iter([*running[-1:], *of_today]), None),
        "running": bool(running),
        "begun": [row for row in begun if row not in running],
        "coming": coming,
        "today": len(of_today) + bool(running),
    }


def _now(viewer: Viewer) -> dict[str, Any] | None:
    sessions = viewer.once(sessions_of)
    return sessions if sessions["now"] is not None else None


def _sessions_today(sessions: dict[str, Any]) -> str:
    return _("Sessions today: %(count)s.", count=sessions["today"]) if sessions["today"] else ""


def _registers(viewer: Viewer) -> Sequence[TodayLine]:
    return [
        TodayLine(
            _("Register: %(title)s", title=row.title),
            url_for("workshops.register", public_id=row.workshop, session_id=row.session),
            f"{row.workshop_title} · "
            + (_("marked, not closed") if row.marked else _("nobody marked yet")),
            key=day_text(row.starts_at),
            small=time_text(row.starts_at),
            button=_("Close register") if row.marked else _("Open the register"),
            about=row.title,
        )
        for row in viewer.once(sessions_of)["begun"]
    ]


def _unended(viewer: Viewer) -> Sequence[TodayLine]:
    if not viewer.actor.may("attendance.mark"):
        return []
    return [
        TodayLine(
            _("Without an end: %(title)s", title=row.title),
            url_for("workshops.taught", public_id=row.workshop, session_id=row.session),
            row.workshop_title,
            key=day_text(row.began_at),
            small=_("Began %(time)s", time=time_text(row.began_at)),
            button=_("Say when it ended"),
            about=row.title,
        )
        for row in unended_sessions(viewer.actor, viewer.now)
    ]


def _to_confirm(viewer: Viewer) -> Sequence[TodayLine]:
    return [
        TodayLine(
            _("To confirm: %(title)s", title=row.title),
            url_for("workshops.confirm_register", public_id=row.workshop, session_id=row.session)
            if row.registers == 1
            else url_for("workshops.confirm_registers", public_id=row.workshop),
            _("Closed by somebody else, the first on %(day)s.", day=date_text(row.since)),
            key=row.registers,
            small=ngettext("register", "registers", row.registers),
            button=_("Look and confirm"),
            about=row.title,
            count=row.registers,
        )
        for row in to_confirm(viewer.actor)
    ]


def _phones(viewer: Viewer) -> Sequence[TodayLine]:
    if not viewer.actor.may("attendance.mark"):
        return []
    return [
        TodayLine(
            _("From phones: %(title)s", title=row.title),
            url_for(
                "workshops.held" if row.to_decide else "workshops.walk_ins", public_id=row.workshop
            ),
            _(
                "To decide: %(held)s. People to match: %(came)s.",
                held=row.to_decide,
                came=row.to_match,
            ),
            key=row.to_decide + row.to_match,
            button=_("Decide"),
            about=row.title,
            count=row.to_decide + row.to_match,
        )
        for row in from_phones(viewer.actor)
    ]


def _coming(viewer: Viewer) -> Sequence[Any]:
    coming: Sequence[Any] = viewer.once(sessions_of)["coming"]
    return coming


def _hers(_viewer: Viewer, person: str) -> Sequence[TodayLine]:
    return [
        TodayLine(
            row.title,
            url_for("workshops.workshop", public_id=row.public_id),
            _("Cancelled") if row.state == "cancelled" else enrolment_word(row.enrolment),
            key=short_date_text(row.starts_on),
            tone="bad" if row.state == "cancelled" else "",
        )
        for row in workshops_of_person(person)[:MOST_SHOWN]
    ]


TODAY = (
    Panel(
        "now", 10, _now, "workshops/today_now.html", top=True, says=_sessions_today, lead_place=30
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
        "to_confirm", 130, _to_confirm, lead=_l("Registers to confirm:"), lead_place=50, count=total
    ),
    Need(
        "phones", 110, _phones, lead=_l("Sent from phones, to check:"), lead_place=60, count=total
    ),
    Panel("sessions", 10, _coming, "workshops/today_sessions.html", "attendance.mark"),
    Own(20, _hers),
    BeginningStep(
        "workshop",
        _l("Plan a workshop"),
        _l("A trainer plans it, with its course."),
        "workshops.index",
        {Role.DIRECTOR: 50, Role.TRAINER: 20},
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
        "workshops.enrolments_changed": _l("workshops: enrolments changed"),
        "workshops.invitation_answered": _l("workshops: invitation answered"),
        "workshops.people_enrolled": _l("workshops: people enrolled"),
        "workshops.person_enrolled": _l("workshops: person enrolled"),
        "workshops.session_added": _l("workshops: session added"),
        "workshops.session_changed": _l("workshops: session changed"),
        "workshops.session_recorded": _l("workshops: session recorded as taught"),
        "workshops.session_removed": _l("workshops: session removed"),
        "workshops.sessions_laid_out": _l("workshops: sessions laid out"),
        "workshops.sessions_ordered": _l("workshops: sessions ordered"),
        "workshops.talk_held": _l("workshops: talk held"),
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


def _seat_rules_told(_count: int) -> str:
    rules = seat_rules()
    return _(
        "Days before the start from which seats are offered: %(days)s. Hours: %(hours)s.",
        days=rules.days_before,
        hours=rules.offer_hours,
    )


def _bookings(
    condition: Callable[[int], ColumnElement[bool]],
) -> Callable[[int, date, date | None], Sequence[Booked]]:
    return lambda key, first, last: [
        Booked(title, begins, ends, url_for("workshops.workshop", public_id=public_id))
        for public_id, title, begins, ends in db.session.execute(
            booked(first, last).where(condition(key))
        )
    ]


BOOKINGS = Bookings(
    _bookings(
        lambda account: exists().where(
            Facilitator.workshop_id == Workshop.id, Facilitator.account_id == account
        )
    ),
    _bookings(lambda venue: Workshop.venue_id == venue),
)


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
            "workshops.index",
            _l("Workshops"),
            "workshop",
            "workshops.see",
            20,
            phone=True,
            covers=("/announcements",),
        ),
        *TODAY,
        *MISSING,
        *FOUND,
        Tab(_l("Plan"), "workshops.workshop", "workshops.see", 10),
        Tab(_l("People"), "workshops.people", "workshops.see", 20, _l("People")),
        Tab(_l("Attendance"), "workshops.attendance", "attendance.see", 30, covers=("sheets",)),
        Tab(_l("Documents"), "workshops.documents", "attendance.see", 80, _l("Papers")),
        PersonSection(_l("Workshops"), person_rows),
        Owner("workshop", may_mark_register, take_in_walk_in),
        OwnScope(people_of, runs_for),
        ContactScope(met),
        StillActive(_enrolled),
        TaughtScope(versions_taught_to),
        Deliveries(last_minutes),
        OwnEvents(own_workshop_events),
        *SEAT_MESSAGES,
        Chore("tend_waiting_lists", lambda: tend_waiting_lists(utc_now()), minutes=10),
        Chore("forget_answer_links", lambda: forget_answer_links(utc_now()), minutes=60),
        PageSection("course", "workshops/earlier_section.html", earlier_of_course),
        SettingLine(
            "work", 25, "workshops.seats", _l("Seats and waiting lists"), "people", _seat_rules_told
        ),
        SampleId("/workshops/courses/<course_id>", lambda _: select(Course.public_id)),
        Chore("forget_trainer_notes", lambda: forget_words(utc_now()), minutes=60),
        ENROL_LIST,
        Reference("enrolment.person_id", _l("Enrolments"), move_enrolments, erased=stays()),
        Holding(
            "workshops",
            _l("Workshops not yet done"),
            lambda session, leaver: (
                session.scalar(select(func.count()).select_from(_taught_by(leaver).subquery())) or 0
            ),
            pass_taught_on,
            permission="workshops.edit",
        ),
    ),
)
