"""Acts of the sample in halls: workshops and meetings are planned, people come and go, registers
are marked and confirmed, sheets come back, phones send. Entries of its data call them by name."""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from kash.attendance import scans
from kash.attendance.models import RosterEntry
from kash.attendance.queries.pads import credential
from kash.attendance.queries.registers import SlotSheet, counts_of, grid, slot_of, slot_sheet
from kash.attendance.queries.sheets import PrintedSheet, printed_sheets
from kash.attendance.rules.marking import Edge, Operation
from kash.attendance.rules.pads import OpenedItem, OperationKind, SheetChoice, read_operation
from kash.attendance.rules.registers import PAPER
from kash.attendance.services.marking import apply_marks, close_slot, set_times
from kash.attendance.services.pads import receive, take_pad
from kash.attendance.services.registers import confirm_slot, correct_mark
from kash.attendance.services.sheets import (
    keep_scans,
    record_sheets,
    save_reading,
    settle_difference,
)
from kash.desk.demo import papers
from kash.desk.demo.acts import row_of
from kash.desk.demo.opening import SampleProgramme
from kash.forums.models import AgendaItem, ForumMember, Meeting
from kash.forums.rules.meetings import TimeThere
from kash.forums.rules.merging import TypedMinutesRow, WrittenItem
from kash.forums.rules.minutes import MinutesOperation
from kash.forums.services.agenda import add_item, order_items
from kash.forums.services.meetings import hold_meeting as end_meeting
from kash.forums.services.meetings import plan_meeting
from kash.forums.services.minutes import apply_minutes_operation, write_item
from kash.forums.services.presence import add_guest, open_forum
from kash.forums.services.presence import set_times as set_times_there
from kash.people.models import Group, Person, Venue
from kash.planning.series.rules import OnHoliday, Pattern, Repeats
from kash.planning.series.services import MeetingHours, dates_after, repeat_meetings
from kash.platform.database import db, new_public_id
from kash.platform.vault.phones import new_pair
from kash.platform.web.formats import from_local, to_local
from kash.policy import Actor
from kash.workshops.holidays.rules import is_public_holiday
from kash.workshops.invitations.models import SignUpLink, Typed
from kash.workshops.invitations.services import put_down
from kash.workshops.models import Enrolment, Workshop, WorkshopSession
from kash.workshops.queries import scope
from kash.workshops.queries.deliveries import TaughtSession, taught_sessions
from kash.workshops.queries.plan import sessions_of
from kash.workshops.rules import EnrolmentState, LeftOutReason, Reached
from kash.workshops.services.people import change_enrolment, enrol
from kash.workshops.services.planning import WorkshopDetails, cancel_workshop, plan_workshop
from kash.workshops.services.sessions import (
    FunderShare,
    SessionDetails,
    TaughtRecord,
    add_session,
    record_session,
    remove_session,
    share_costs,
)
from kash.workshops.views.closing import sheet_columns


def _people(*, police: bool) -> list[str]:
    """Public ids of the people of a group, as they came."""
    rows = select(Person.public_id).join(Person.group).where(Group.is_police == police)
    return list(db.session.scalars(rows.order_by(Person.id)))


def _sheet(register_id: int, slot: str) -> SlotSheet:
    return slot_sheet(register_id, slot_of(register_id, slot))


def _mark(sheet: SlotSheet, entry: str, status: str, version: int, **more: Any) -> Operation:
    more = {"device_time": sheet.slot.starts_at + timedelta(minutes=10), **more}
    return Operation(new_public_id(), sheet.slot.public_id, entry, status, version, **more)


def hold_workshop(
    sample: SampleProgramme,
    version: str,
    details: WorkshopDetails,
    funding: Sequence[FunderShare],
    first: int,
    count: int,
    fate: str,
    dice: int,
    by: Actor,
    reason: str = "",
    listed: bool = True,
) -> str:
    """Plan a workshop, enrol its people, and mark who came; its public id."""
    venues = select(Venue.public_id).where(Venue.name == details.new_venue)
    if venue := db.session.scalar(venues):
        details = replace(details, venue=venue, new_venue="")
    workshop = plan_workshop(version, details, by)
    row_version = row_of(Workshop, workshop).row_version
    share_costs(workshop, funding, row_version, by)
    _enrol(workshop, first, first + count, fate, by)
    if fate == "cancelled":
        cancel_workshop(workshop, reason, by)
    if fate in ("held", "running"):
        closed = _mark_sessions(dice, workshop, by, sample.today)
        _deliver(workshop, closed, by, dice)
        director = sample.actors["director"]
        _confirm_sessions(workshop, closed if fate == "held" else closed[:1], by, director)
        if fate == "running":
            _bring_in_sheets(workshop, by, sample.today)
    if listed:
        sample.workshops.append(workshop)
    return workshop


def _enrol(workshop: str, first: int, last: int, fate: str, by: Actor) -> None:
    """Police and community in turn, so that both find a seat; beyond the seats they wait."""
    police, community = _people(police=True), _people(police=False)
    for pair in zip(police[first:last], community[first:last], strict=True):
        for person in pair:
            enrol(workshop, person, by)
    if fate == "planned":
        for person in (police[last], community[last]):
            enrol(workshop, person, by, EnrolmentState.INVITED)
        _change_enrolment(workshop, police[last], EnrolmentState.DECLINED, by)
    if fate == "held":
        _change_enrolment(workshop, community[last - 1], EnrolmentState.WITHDRAWN, by)


def _change_enrolment(workshop: str, person: str, state: EnrolmentState, by: Actor) -> None:
    of_workshop = Enrolment.workshop_id == scope.workshop(workshop, by).id
    hers = select(Enrolment).where(of_workshop, Enrolment.person.has(public_id=person))
    change_enrolment(workshop, db.session.scalars(hers).one().public_id, state, by)


def _mark_sessions(dice: int, workshop: str, by: Actor, today: date) -> list[str]:
    """Mark the sessions before today, and close each but the last of one that goes on.

    Returns the slots that were closed.
    """
    closed: list[str] = []
    the_workshop = scope.workshop(workshop, by)
    register, register_id = the_workshop.register.public_id, the_workshop.register_id
    goes_on = the_workshop.ends_on >= today
    slots = sorted(the_workshop.register.slots, key=lambda slot: slot.position)
    past = [slot.public_id for slot in slots if to_local(slot.starts_at).date() < today]
    day = None
    for position, slot in enumerate(past):
        sheet = _sheet(register_id, slot)
        this_day = to_local(sheet.slot.starts_at).date()
        statuses = [
            _status(dice, place, position, this_day != day) for place in range(len(sheet.rows))
        ]
        marks = [
            _mark(sheet, person.entry, status, person.version, device_sequence=place)
            for place, (person, status) in enumerate(zip(sheet.rows, statuses, strict=True))
        ]
        day = this_day
        if goes_on and slot == past[-1]:
            apply_marks(register, marks[: len(marks) // 2], by)
            continue
        if position == 0:
            # Somebody is marked wrongly, and it is put right: so a mark has a history.
            person, right = sheet.rows[0], marks.pop(0).status
            [answer] = apply_marks(
                register, [_mark(sheet, person.entry, "absent", person.version)], by
            )
            apply_marks(register, [_mark(sheet, person.entry, right, answer.version)], by)
        close_slot(register, slot, by, marks)
        closed.append(slot)
    return closed


def _status(workshop: int, person: int, slot: int, first_of_day: bool) -> str:
    """How one person was marked in one slot: the same on every day on which the demo is loaded."""
    chance = random.Random(f"{workshop}/{person}/{slot}").random()
    if person % 8 == 3:
        # A few come too seldom to reach the rule.
        return "absent" if chance < 0.55 else "present"
    if person % 9 == 5 and slot in (3, 4, 5):
        return "excused"
    if first_of_day and chance < 0.2:
        return "late"
    if chance > 0.985:
        return "left_early"
    return "absent" if chance < 0.02 else "present"


def _confirm_sessions(workshop: str, slots: Sequence[str], by: Actor, director: Actor) -> None:
    """The director confirms what was closed; of the first somebody is corrected afterwards."""
    the_workshop = scope.workshop(workshop, by)
    register, register_id = the_workshop.register.public_id, the_workshop.register_id
    for slot in slots:
        confirm_slot(register, slot, director)
    for slot in slots[:1]:
        sheet = _sheet(register_id, slot)
        present = next(person for person in sheet.rows if person.status == "present")
        correct_mark(
            register,
            _mark(
                sheet,
                present.entry,
                "late",
                present.version,
                device_time=sheet.slot.starts_at + timedelta(days=1),
                correction="Signed on the sheet with 08:55 beside it.",
            ),
            by,
        )


# Minutes late, and how much longer or shorter it took, of one session after the other.
_CLOCKS = ((5, 10), (0, 5), (3, -5), (10, 15), (2, 0), (0, 20), (4, 5))
_NOTES = (
    "The role play took longer than planned: everybody wanted a turn. Two asked how to reach a"
    " service at night; the card with numbers went round.",
    "Quiet at first, lively after the break. The question box helped.",
    "Power was out until ten. The flip chart was enough.",
)
_NEXT_TIME = (
    "Begin with the role play, and give it a quarter of an hour more.",
    "Print the card of services twice as large.",
)


def _deliver(workshop: str, slots: Collection[str], by: Actor, number: int) -> None:
    """Tell of these slots of a workshop, the one of this number, how they were taught."""
    the_workshop = scope.workshop(workshop, by)
    register, sessions = the_workshop.register.public_id, taught_sessions(the_workshop)
    for place, session in enumerate(session for session in sessions if session.slot in slots):
        late, longer = _CLOCKS[(place + 2 * number) % len(_CLOCKS)]
        begins = session.starts_at + timedelta(minutes=late)
        ends = begins + timedelta(minutes=max(session.minutes + longer, 15))
        set_times(register, session.slot, {Edge.START: begins, Edge.END: ends}, by)
        told = _told(place, session)
        if not told.says_nothing:
            record_session(workshop, session.public_id, told, 0, by)


def _told(number: int, session: TaughtSession) -> TaughtRecord:
    can_go = [timed.step.lineage for timed in session.steps if timed.step["rank"] != "must"]
    left_out: dict[str, tuple[str, str]] = {}
    if can_go and number % 3 == 0:
        left_out[can_go[0]] = (str(LeftOutReason.TIME), "The discussion before it ran on.")
    elif can_go and number % 3 == 1:
        left_out[can_go[-1]] = (str(LeftOutReason.KNOWN), "")
    reached = {objective.lineage: str(Reached.REACHED) for objective in session.objectives}
    if reached and number % 3 == 0:
        reached[session.objectives[-1].lineage] = str(Reached.PARTLY)
    notes = dict(zip((0, 2, 4), _NOTES, strict=True)).get(number, "")
    next_time = dict(zip((0, 3), _NEXT_TIME, strict=True)).get(number, "")
    return TaughtRecord(left_out, reached, notes, next_time)


def _bring_in_sheets(workshop: str, by: Actor, today: date) -> None:
    """Sheets of the first day: one of each group is entered or waits, and one page is unknown."""
    the_workshop = scope.own_workshop(workshop, by, "attendance.mark")
    register, register_id = the_workshop.register.public_id, the_workshop.register_id
    days = sheet_columns(sessions_of(the_workshop), SheetChoice())
    first = min(days)
    if first >= today:
        return
    sheets = printed_sheets(register_id, record_sheets(register, {first: days[first]}, by))
    first_sheet, last_sheet = sheets[0], sheets[-1]
    signed = {sheet.public_id: _signed(register_id, sheet) for sheet in sheets}
    pages = [
        page
        for sheet, torn in ((first_sheet, False), (last_sheet, False), (first_sheet, True))
        for page in scans.pages_of(papers.signed_sheet(sheet, signed[sheet.public_id], torn=torn))
    ]
    keep_scans(register, scans.store(register, pages), by)
    save_reading(register, first_sheet.public_id, signed[first_sheet.public_id], 1, 0, by)
    differing = counts_of(register_id).open
    if len(differing) > 1:
        about = differing[0].difference
        settle_difference(
            register,
            about.slot,
            about.entry,
            PAPER,
            counted=about.counted,
            status=about.status,
            reason="Two people saw her; the sheet came round while she was outside.",
            by=by,
        )


def _signed(register_id: int, sheet: PrintedSheet) -> list[set[int]]:
    """Rows signed in each column: all who are marked there, but for a few in the last closed
    session."""
    marks = grid(register_id)
    closed = {column.public_id for column in marks.columns if column.closed}
    marked = {person.name: person.marks for person in marks.rows}
    columns = dict(enumerate(sheet.columns))
    last = max((at for at, column in columns.items() if set(column.slots) <= closed), default=0)

    def came(name: str, slots: Sequence[str]) -> bool:
        hers = marked.get(name, {})
        statuses = {hers[slot].status for slot in slots if slot in hers}
        return bool(statuses - {"absent", "excused"})

    return [
        {
            at
            for at, column in columns.items()
            if came(person.name, column.slots) and not (at == last and place in (1, 3, 5))
        }
        for place, person in enumerate(sheet.rows)
    ]


def put_names_down(link: tuple[str, str, str], people: Sequence[Typed]) -> None:
    """Put names down by a link: a name, sex and age band each."""
    link_id = row_of(SignUpLink, link[0]).id
    db.session.rollback()
    put_down(link_id, [(new_public_id(), person) for person in people])


_CLOCK_IS_FAST_BY_MS = 260_000


def send_from_the_door(
    workshop: str,
    walk_ins: Sequence[tuple[str, str]],
    counts: Sequence[tuple[str, str, str, int]],
    note: str,
    by: Actor,
) -> None:
    """Take the register of a running workshop along, and send what a morning at a door brings:
    two marks that meet others, one that comes after its register was confirmed, people who walk
    in, a count, a note and signatures."""
    the_workshop = scope.workshop(workshop, by)
    planned = sessions_of(the_workshop)
    sessions = [session for session in planned if session.marked and not session.closed]
    if not sessions:
        return
    confirmed = [session.slot for session in planned if session.confirmed][:1]
    register, register_id, slot = (
        the_workshop.register.public_id,
        the_workshop.register_id,
        sessions[-1].slot,
    )
    rows = _sheet(register_id, slot).rows
    pad_id = take_pad(register, new_pair()[1], "Samsung A10", by)
    at = sessions[-1].starts_at + timedelta(minutes=12, milliseconds=_CLOCK_IS_FAST_BY_MS)
    walked = [{"entry": new_public_id(), "name": name, "age_band": age} for name, age in walk_ins]
    keys = ("letter", "sex", "age_band", "count")
    counted = [dict(zip(keys, person, strict=True)) for person in counts]
    sent: list[tuple[str, dict[str, Any]]] = [
        *(
            ("mark", {"entry": person.entry, "status": "late", "expected_version": 0})
            for person in [person for person in rows if person.version][:2]
            if person.status != "late"
        ),
        *(
            (
                "mark",
                {"slot": slot, "entry": rows[0].entry, "status": "excused", "expected_version": 1},
            )
            for slot in confirmed
        ),
        *(("walk_in", {**person, "letter": "B", "sex": "female"}) for person in walked),
        ("headcount", {"counts": counted, "expected_version": 0}),
        ("note", {"text": note}),
        *(
            ("signature", {"entry": person.entry, "strokes": papers.strokes(number)})
            for number, person in enumerate(rows[:3])
        ),
    ]
    pad = credential(db.session(), pad_id)
    if pad is None:
        return
    items = []
    for sequence, (kind, values) in enumerate(sent, start=1):
        shared = {"kind": kind, "op_id": str(uuid.uuid4()), "slot": slot, "at": at.isoformat()}
        plaintext = json.dumps({**shared, **values}).encode()
        _kind, read = read_operation(plaintext, pad_id, sequence)
        items.append(OpenedItem(sequence, OperationKind(kind), read, plaintext))
    receive(pad, pad, items, _CLOCK_IS_FAST_BY_MS)


def find_clear_weeks(sample: SampleProgramme) -> tuple[date, date]:
    """A Tuesday, five weeks ahead or later, in three weeks that have no holiday on these days; and
    the first holiday after them."""
    week, day = timedelta(days=7), timedelta(days=1)
    tuesday = sample.today - timedelta(days=sample.today.weekday()) + 5 * week + day
    while any(
        is_public_holiday(tuesday + number * week + d)
        for number in range(3)
        for d in (0 * day, day)
    ):
        tuesday += week
    holiday = tuesday + 3 * week
    while not is_public_holiday(holiday):
        holiday += day
    return tuesday, holiday


def leave_one_session(
    workshop: str, before: str, title: str, minutes: int, after: int, by: Actor
) -> None:
    """Leave one session of a workshop, so many minutes after the first day of another."""
    next_day = from_local(row_of(Workshop, workshop).starts_on + timedelta(days=1), time())
    ends = max(
        session.slot.starts_at + timedelta(minutes=session.slot.minutes)
        for session in row_of(Workshop, before).sessions
        if session.slot.starts_at < next_day
    )
    of_workshop = WorkshopSession.workshop_id == row_of(Workshop, workshop).id
    for session in db.session.scalars(select(WorkshopSession.public_id).where(of_workshop)).all():
        remove_session(workshop, session, by)
    version = row_of(Workshop, workshop).row_version
    details = SessionDetails(title, ends + timedelta(minutes=after), minutes)
    add_session(workshop, details, version, by)


def mark_the_first_day(workshop: str, by: Actor) -> None:
    """Mark all as there on the first day of a workshop, and as absent from then on."""
    the_workshop = row_of(Workshop, workshop)
    register, register_id, day = (
        the_workshop.register.public_id,
        the_workshop.register_id,
        the_workshop.starts_on,
    )
    for slot in [slot.public_id for slot in the_workshop.register.slots]:
        sheet = _sheet(register_id, slot)
        at = sheet.slot.starts_at
        status = "present" if to_local(at).date() == day else "absent"
        marks = [
            _mark(sheet, person.entry, status, person.version, device_time=at)
            for person in sheet.rows
        ]
        close_slot(register, slot, by, marks)


def open_review(sample: SampleProgramme, name: str, secretary: str, by: Actor) -> str:
    """Open the forum; its public id."""
    sample.forum = open_forum(name=name, secretary=secretary, by=by)
    return sample.forum


def _third_thursdays(today: date) -> list[date]:
    """The third Thursdays of four months in a row: three before today, one not before today."""
    days = []
    for month in range(today.year * 12 + today.month - 5, today.year * 12 + today.month + 1):
        first = date(month // 12, month % 12 + 1, 1)
        days.append(first + timedelta(days=(3 - first.weekday()) % 7 + 14))
    coming = next(place for place, day in enumerate(days) if day >= today)
    return days[coming - 3 : coming + 1]


def hold_meeting(
    sample: SampleProgramme,
    called: str,
    place: str,
    items: Sequence[Mapping[str, Any]],
    by: Actor,
    held: bool = True,
    apologies: Sequence[str] = (),
    absent: Sequence[str] = (),
    guest: str = "",
    late: Mapping[str, int] | None = None,
    left: Mapping[str, int] | None = None,
) -> None:
    """Plan the next meeting with its agenda, hold it and write its minutes. The meeting and its
    items are called by its name from now on."""
    forum, day = sample.forum, _third_thursdays(sample.today)[len(sample.meetings)]
    meeting = plan_meeting(forum, starts_at=from_local(day, time(9, 0)), place=place, by=by)
    sample.meetings.append(meeting)
    sample.named |= {called: meeting, f"{called} begins": from_local(day, time(9, 0))}
    order = _set_agenda(forum, meeting, items, by)
    for item, public_id in zip(items, order, strict=True):
        sample.named[f"{called}, {item.get('title', 'arising')}"] = public_id
    if not held:
        return
    absences = dict.fromkeys(apologies, "apology") | dict.fromkeys(absent, "absent")
    if guest:
        guests = select(Person.public_id).where(Person.chosen_name == guest)
        add_guest(forum, meeting, db.session.scalars(guests).one(), by=by)
        absences[guest] = "in_attendance"
    _mark_meeting(meeting, absences, by)
    for item, public_id in zip(items, order, strict=True):
        write_item(
            forum,
            meeting,
            public_id,
            minute=item.get("minute", ""),
            decisions=[TypedMinutesRow("", text) for text in item.get("decisions", ())],
            actions=[
                TypedMinutesRow("", text, _seat(name), day + timedelta(days=days))
                for text, name, days in item.get("actions", ())
            ],
            row_version=1,
            by=by,
        )
    end_meeting(forum, meeting, by=by)
    _come_and_go(forum, meeting, late or {}, left or {}, by)


def _set_agenda(
    forum: str, meeting: str, items: Sequence[Mapping[str, Any]], by: Actor
) -> list[str]:
    """Public ids of the items in their order; the one without a title is that of the matters
    arising, which stands there once there was a meeting."""
    of_meeting = AgendaItem.meeting_id == row_of(Meeting, meeting).id
    arising = db.session.scalar(
        select(AgendaItem.public_id).where(of_meeting, AgendaItem.kind == "arising")
    )
    order = [
        add_item(forum, meeting, title=item["title"], by=by) if "title" in item else str(arising)
        for item in items
    ]
    order_items(forum, meeting, order=order, by=by)
    return order


def _seat(name: str) -> str:
    seats = select(ForumMember.public_id).join(Person, Person.id == ForumMember.person_id)
    return str(db.session.scalars(seats.where(Person.chosen_name == name)).one())


def _mark_meeting(meeting: str, absences: Mapping[str, str], by: Actor) -> None:
    the_meeting = row_of(Meeting, meeting)
    names = dict(db.session.execute(select(Person.id, Person.chosen_name)).all())
    sheet = _sheet(the_meeting.register_id, the_meeting.register.slots[0].public_id)
    at = the_meeting.starts_at + timedelta(minutes=15)
    marks = [
        _mark(
            sheet, person.entry, absences.get(names[person.person_id], "present"), 0, device_time=at
        )
        for person in sheet.rows
    ]
    apply_marks(the_meeting.register.public_id, marks, by)


def _after_nine(meeting: str, minutes: int) -> datetime:
    day = to_local(row_of(Meeting, meeting).starts_at).date()
    return from_local(day, time(9 + minutes // 60, minutes % 60))


def _come_and_go(
    forum: str, meeting: str, late: Mapping[str, int], left: Mapping[str, int], by: Actor
) -> None:
    rows = (
        select(Person.chosen_name, RosterEntry.public_id)
        .join(RosterEntry, RosterEntry.person_id == Person.id)
        .where(RosterEntry.register_id == row_of(Meeting, meeting).register_id)
    )
    entries = dict(db.session.execute(rows).all())
    for name in [*left, *late]:
        ended = _after_nine(meeting, left[name]) if name in left else None
        times = TimeThere(_after_nine(meeting, late.get(name, 0)), ended)
        set_times_there(forum, meeting, entries[name], [times], by=by)


def write_at_once(
    sample: SampleProgramme, meeting: str, item: str, before: str, text: str, by: Actor
) -> None:
    """Write under an item that stands as it was before, whatever another has written since. The
    first who does so writes down what was before."""
    place, prepared = (sample.forum, meeting, item), WrittenItem(before)
    if not row_of(AgendaItem, item).minute:
        first = MinutesOperation(new_public_id(), 1, 0, WrittenItem(), prepared)
        apply_minutes_operation(place, first, by=by)
    sent = MinutesOperation(new_public_id(), 1, 0, prepared, WrittenItem(text))
    apply_minutes_operation(place, sent, by=by)


def plan_series(
    sample: SampleProgramme, forum: str, place: str, begins: time, ends: time, by: Actor
) -> None:
    """Plan the forum's next meetings, every third Thursday; of three dates the second is left
    out."""
    last = _third_thursdays(sample.today)[-1]
    first = (last.replace(day=28) + timedelta(days=7)).replace(day=1)
    rule = Pattern(
        Repeats.MONTHLY_WEEKDAY, first, weekdays=(3,), ordinal=3, count=3, on_holiday=OnHoliday.NEXT
    )
    dates = [planned.named for planned in dates_after(rule, 1)]
    hours = MeetingHours(begins, ends, place)
    repeat_meetings(forum, rule, hours, [dates[0], dates[2]], by, public_id=new_public_id())
