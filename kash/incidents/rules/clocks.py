"""Official cash bail: who it is paid to, and what is missing of what was typed. The days on which
Kenyan courts sit: not at weekends, not on holidays of the law, nor on days that the programme added
to them. A day that is missing makes a clock end too early, never too late. Clocks that run after an
arrest and after an assault, and when somebody should be reminded. *court*: as soon as reasonably
possible, and not later than 24 hours after the arrest, or, when those end outside court hours or
not on a court day, the end of the next court day (Constitution of Kenya, article 49(1)(f)). Before
the court opens in the morning, that is the end of the same day. Of a day without an hour, these
count from its 00:00. It stops once she is free, or was before a court. *pep*: medicine against HIV,
within 72 hours. *contraception*: against a pregnancy, up to 120 hours. After the last two a doctor
can still help, so that nobody is told to stay away. Dues of a case: referrals without an outcome,
terms that nobody has kept yet. Reporting: a custodian's notes of the duty to report bribery, and
what is missing of them. Bribery Act 2016, section 14: a person in a position of authority reports
knowledge or suspicion of bribery to the Ethics and Anti-Corruption Commission within twenty-four
hours. Whether that holds for this programme is for counsel and the programme's written policy;
nothing here is sent. All that keeps a case from being closed, and how it ended for each person. A
case does not end while somebody is held, a limit of time runs or has passed without anybody saying
what came of it, or something that was asked, sent for or agreed waits for its outcome."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from itertools import takewhile
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, TypeAdapter

from kash.incidents.rules.filing import ARRESTS, EXPOSURES, HOLDS
from kash.incidents.rules.money import names_officer
from kash.incidents.rules.older_records import may_be_minor
from kash.incidents.rules.parts import NOT_WANTED, CashBail, Event, Person, Referral, Term
from kash.incidents.rules.record import PROTECTION, Record
from kash.workshops.holidays.rules import is_public_holiday

# Bail is paid to an office, never to a hand: it has no other place.
PLACES = ("station", "court")
MOST = 40


class Wrong(StrEnum):
    """Fault of cash bail, by its sentence."""

    NOTHING_PAID = "nothing_paid"
    NOT_YET = "not_yet"
    NO_PLACE = "no_place"
    TO_A_HAND = "to_a_hand"
    NO_RECEIPT = "no_receipt"
    RECEIPT_AND_NONE = "receipt_and_none"
    SAME_RECEIPT = "same_receipt"
    NO_PERSON = "no_person"
    BACK_BEFORE = "back_before"
    BACK_WITHOUT_DAY = "back_without_day"
    MORE_BACK = "more_back"


def wrong_with(
    bail: CashBail,
    others: Sequence[CashBail],
    persons: Sequence[str],
    today: date,
    *,
    no_receipt: bool,
) -> list[tuple[str, Wrong]]:
    """(field, what) of whatever does not hold, in the order of the fields.

    `others` are those on record already, itself among them; `persons` ids of those on record;
    `no_receipt` whether it was said that there is none.
    """
    faults: list[tuple[str, Wrong]] = []
    if persons and bail.person not in persons:
        faults.append(("person", Wrong.NO_PERSON))
    if bail.amount <= 0:
        faults.append(("amount", Wrong.NOTHING_PAID))
    faults += _receipt(bail, others, no_receipt=no_receipt)
    if bail.paid_on is not None and bail.paid_on > today:
        faults.append(("paid_on", Wrong.NOT_YET))
    if not (bail.place or bail.place_name):
        faults.append(("place_name", Wrong.NO_PLACE))
    if not bail.place and names_officer(bail.place_name):
        faults.append(("place_name", Wrong.TO_A_HAND))
    return faults + _returned(bail, today)


def _receipt(
    bail: CashBail, others: Sequence[CashBail], *, no_receipt: bool
) -> list[tuple[str, Wrong]]:
    if not bail.receipt:
        return [] if no_receipt else [("receipt", Wrong.NO_RECEIPT)]
    if no_receipt:
        return [("receipt", Wrong.RECEIPT_AND_NONE)]
    written = receipt_as_read(bail.receipt)
    if any(receipt_as_read(other.receipt) == written for other in others if other.id != bail.id):
        return [("receipt", Wrong.SAME_RECEIPT)]
    return []


def _returned(bail: CashBail, today: date) -> list[tuple[str, Wrong]]:
    faults: list[tuple[str, Wrong]] = []
    if bail.returned_on is not None:
        if bail.returned_on > today:
            faults.append(("returned_on", Wrong.NOT_YET))
        elif bail.paid_on is not None and bail.returned_on < bail.paid_on:
            faults.append(("returned_on", Wrong.BACK_BEFORE))
    if bail.returned_amount is not None:
        if bail.returned_on is None:
            faults.append(("returned_on", Wrong.BACK_WITHOUT_DAY))
        if bail.returned_amount > bail.amount:
            faults.append(("returned_amount", Wrong.MORE_BACK))
    return faults


def receipt_as_read(text: str) -> str:
    """A receipt's number without what people write differently: spaces, dashes and case."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())


@dataclass(frozen=True)
class CourtDays:
    """When courts sit, by the clocks of the place. `closed` are days that the programme added."""

    opens: time = time(8)
    closes: time = time(17)
    closed: Collection[date] = field(default=frozenset())

    def sits_on(self, day: date) -> bool:
        """True if a day is an ordinary court day."""
        return day.weekday() < 5 and not is_public_holiday(day) and day not in self.closed

    def next_from(self, day: date) -> date:
        """The first court day on or after a day."""
        while not self.sits_on(day):
            day += timedelta(days=1)
        return day


COURT, PEP, CONTRACEPTION = timedelta(hours=24), timedelta(hours=72), timedelta(hours=120)
_HOUR = timedelta(hours=1)
_LAST = timedelta(hours=2)
MORNING = time(8)
# So long before a clock ends, the person who works on the case is reminded.
WARN = {"court": _HOUR * 6, "pep": _HOUR * 24, "contraception": _HOUR * 24}


@dataclass(frozen=True)
class Clock:
    """One clock: from when and until when it runs, aware moments in UTC, and for which persons
    (ids): those who share a moment share a clock."""

    kind: str
    began: datetime
    ends: datetime
    persons: tuple[str, ...] = ()

    def left(self, now: datetime) -> timedelta:
        """The time that is left; negative once it is over."""
        return self.ends - now

    def runs(self, now: datetime) -> bool:
        """True if it has not ended yet."""
        return now < self.ends


def court_deadline(arrested_at: datetime, zone: tzinfo, courts: CourtDays) -> datetime:
    """When somebody who was arrested must have been before a court, in UTC."""
    # A day later by the clock of the world: zones with summer time are no matter in Kenya.
    after = (arrested_at.astimezone(UTC) + COURT).astimezone(zone)
    day = after.date()
    if courts.sits_on(day) and courts.opens <= after.time() <= courts.closes:
        return after.astimezone(UTC)
    if after.time() > courts.closes:
        day += timedelta(days=1)
    end = datetime.combine(courts.next_from(day), courts.closes, tzinfo=zone)
    return end.astimezone(UTC)


class Moments(NamedTuple):
    """Moments that start the clocks of one person; `arrested_at` is None once nobody waits for a
    court, and `done` are the other clocks of which it is known what came of them."""

    person: str
    arrested_at: datetime | None
    exposed_at: datetime | None
    done: frozenset[str] = frozenset()


def clocks_from(people: Iterable[Moments], zone: tzinfo, courts: CourtDays) -> list[Clock]:
    """The clocks of these people, in the order in which they end."""
    whose: dict[tuple[str, datetime], list[str]] = {}
    for person in people:
        if person.arrested_at is not None:
            whose.setdefault(("court", person.arrested_at), []).append(person.person)
        if person.exposed_at is not None:
            for kind in ("pep", "contraception"):
                if kind not in person.done:
                    whose.setdefault((kind, person.exposed_at), []).append(person.person)
    clocks = [
        Clock(kind, moment, _ends(kind, moment, zone, courts), tuple(persons))
        for (kind, moment), persons in whose.items()
    ]
    return sorted(clocks, key=lambda one: one.ends)


def _ends(kind: str, moment: datetime, zone: tzinfo, courts: CourtDays) -> datetime:
    if kind == "court":
        return court_deadline(moment, zone, courts)
    return moment + (PEP if kind == "pep" else CONTRACEPTION)


def clocks_of(record: Record, zone: tzinfo, courts: CourtDays) -> list[Clock]:
    """The clocks of a case. The court's stops for each who is free or was before it, and runs on
    for the others."""
    return clocks_from(moments_of(record), zone, courts)


def moments_of(record: Record) -> list[Moments]:
    """Moments that start the clocks of each person of a case."""
    return [
        Moments(
            person.id,
            person.arrested_at if _waits_for_court(record, person) else None,
            person.exposed_at,
            frozenset(person.limits),
        )
        for person in record.persons
    ]


def _waits_for_court(record: Record, person: Person) -> bool:
    came_of_it = person.before_court_at or person.not_known_at
    return not (came_of_it or is_free(record, person))


def is_free(record: Record, person: Person) -> bool:
    """True if she was let go: it is on record of her, or her release was agreed and done. A release
    of which nobody said whose it was is hers only if she is alone on record."""
    return person.released_at is not None or any(
        release.owed_to == person.id or (is_of_nobody(record, release) and len(record.persons) == 1)
        for release in releases_done(record)
    )


def releases_done(record: Record) -> list[Term]:
    """The releases that were agreed and that somebody said were done."""
    return [
        term for term in record.terms if term.kind == "release" and term.fulfilled_on is not None
    ]


def is_of_nobody(record: Record, term: Term) -> bool:
    """True if a term is owed to nobody who is on record as a person."""
    return all(person.id != term.owed_to for person in record.persons)


def name_the_only_one(record: Record) -> None:
    """Say of a release that was done whose it was, as long as only one can be meant: else it would
    be nobody's once others are added."""
    if len(record.persons) == 1:
        for term in releases_done(record):
            if is_of_nobody(record, term):
                term.owed_to = record.persons[0].id


def who_is_held(record: Record) -> list[Person]:
    """The persons of a case who are held as far as it is known, or may be: arrested, or of a report
    that said so, and not let go."""
    arrests = [act for act in record.acts if act.code in HOLDS]
    people = {person for act in arrests for person in act.persons}
    everybody = record.filing.held or any(not act.persons for act in arrests)
    return [
        person
        for person in record.persons
        if (person.arrested_at or everybody or person.id in people)
        and not (person.not_known_at or is_free(record, person))
    ]


def unset_clocks(record: Record) -> list[str]:
    """Clocks that a record's acts would start if a moment were known: `court`, `pep`. An act that
    names nobody was done to all, and who was let go waits for no court, but still for a doctor."""
    missing = []
    for kind, codes, name in (("court", ARRESTS, "arrested_at"), ("pep", EXPOSURES, "exposed_at")):
        acts = [act for act in record.acts if act.code in codes]
        people = {person for act in acts for person in act.persons}
        if any(not act.persons for act in acts):
            people |= set(record.codes)
        unset = [
            person
            for person in record.persons
            if person.id in people
            and getattr(person, name) is None
            and (kind == "pep" or _waits_for_court(record, person))
        ]
        if unset or (acts and not record.persons):
            missing.append(kind)
    return missing


def whole_hour(moment: datetime) -> datetime:
    """The whole hour at or before a moment: all that a reminder says in clear."""
    return moment.replace(minute=0, second=0, microsecond=0)


def remind_at(
    clocks: Iterable[Clock],
    due_days: Iterable[date],
    now: datetime,
    zone: tzinfo,
    *,
    newly: bool = False,
) -> datetime | None:
    """The next whole hour at which somebody should look, always after `now`; None if none is due.

    For each running clock some hours before its end and once more two hours before; on the morning
    (eight o'clock) of each day on which something was promised. `newly`: the case has only just
    come in, so that a clock whose first reminder is past is told of within the hour.
    """
    moments: list[datetime] = []
    for clock in clocks:
        if not clock.runs(now):
            continue
        first = whole_hour(clock.ends - WARN[clock.kind])
        moments += [first, whole_hour(clock.ends - _LAST)]
        if newly and first <= now:
            moments.append(whole_hour(now) + _HOUR)
    for day in due_days:
        moments.append(whole_hour(datetime.combine(day, MORNING, tzinfo=zone).astimezone(UTC)))
    return min((moment for moment in moments if moment > now), default=None)


def is_open(part: Referral | Term) -> bool:
    """True if something is still to be done about it."""
    if isinstance(part, Referral):
        return not part.outcome
    return part.fulfilled_on is None


def is_overdue(part: Referral | Term, today: date) -> bool:
    """True if its last day has passed and it is still open."""
    return is_open(part) and part.due_on is not None and part.due_on < today


# Days within which a service answers: where medicine has its hours, and else.
_ANSWER_SOON, _ANSWER = 1, 3


def answer_due(record: Record, referral: Referral, told_on: date) -> date:
    """The day by which a service has to answer what it was told on a day: the next one for medicine
    that has its hours."""
    exposed = "pep" in unset_clocks(record) or any(
        person.exposed_at and set(person.limits) < {"pep", "contraception"}
        for person in record.persons
        if referral.person in ("", person.id)
    )
    soon = referral.kind == "medical" and exposed
    return told_on + timedelta(days=_ANSWER_SOON if soon else _ANSWER)


def may_be_sent(record: Record, referral: Referral) -> bool:
    """True if a service may be told of somebody: she agreed to this one. If she could not be asked,
    only child protection may, of a person who is or may be under 18, and an advocate, of somebody
    who is held: the release of those who are held is asked for without a yes."""
    if referral.agreed != "not_asked":
        return referral.agreed in ("herself", "told_reporter")
    persons = [person for person in record.persons if referral.person in ("", person.id)]
    if referral.kind == PROTECTION:
        return bool(persons) and all(may_be_minor(person.age_band) for person in persons)
    persons_held = who_is_held(record)
    somebody_held = bool(persons) or record.filing.held
    all_held = all(person in persons_held for person in persons)
    return referral.kind == "legal" and somebody_held and all_held


def end_referrals(record: Record, at: datetime, day: date) -> None:
    """End the open referrals of those who do not let the report be kept any more, but such as need
    no yes: child protection, and an advocate of somebody who is held."""
    stopped = record.who_stopped()
    for referral in record.referrals if stopped else ():
        unasked = referral.model_copy(update={"agreed": "not_asked"})
        hers = referral.person in ("", *stopped)
        if hers and is_open(referral) and not may_be_sent(record, unasked):
            referral.outcome, referral.outcome_on = NOT_WANTED, day
            record.timeline.append(Event(what="referral_ended", by="", at=at, about=referral.id))


# So many days after she agreed to it she is asked how she is.
ASKED_AFTER = (7, 30)
NOT_REACHED = "not_reached"


def asks_left(record: Record) -> list[date]:
    """The days on which somebody is to be asked how she is: none if she did not agree to it, or
    nobody lets the report be kept. What she says on a day answers for all that came before."""
    reach = record.reach
    if reach.ask_again != "yes" or reach.ask_from is None:
        return []
    if len(record.who_stopped()) == max(1, len(record.persons)):
        return []
    answered = [asked.on for asked in record.follow_ups if asked.safe != NOT_REACHED]
    days = [reach.ask_from + timedelta(days=after) for after in ASKED_AFTER]
    return [day for day in days if all(day > on for on in answered)]


def due_days(record: Record, *, asking: bool = True) -> list[date]:
    """The days on which a term or a referral of a case is due and not yet done; `asking`: and on
    which she is to be asked how she is."""
    parts: list[Referral | Term] = [*record.terms, *record.referrals]
    days = [part.due_on for part in parts if part.due_on is not None and is_open(part)]
    return days + (asks_left(record) if asking else [])


# What says what became of it, and what only waits.
DECIDED = ("reported", "not_reported")
KINDS = (*DECIDED, "counsel")
# Stands for notes that do not open any more.
DAMAGED = "damaged"


class ReportNote(BaseModel):
    """One decision: reported, with the day, who did it and under which reference; not reported, and
    why; or waiting for counsel. `by` is the account's public id of the person who noted it."""

    model_config = ConfigDict(extra="allow")

    kind: str
    on: date | None = None
    reported_by: str = ""
    reference: str = ""
    reason: str = ""
    by: str = ""
    at: datetime | None = None

    def is_as(self, other: ReportNote) -> bool:
        """True if both say the same, no matter who noted it and when."""
        same = {"by": "", "at": None}
        return self.model_copy(update=same) == other.model_copy(update=same)


@dataclass(frozen=True)
class Policy:
    """The programme's written policy on reporting: what it is called, of which day it is, and which
    lawyer wrote or checked it. Empty if none is named."""

    name: str = ""
    dated_on: date | None = None
    checked_by: str = ""

    def as_kept(self) -> dict[str, str]:
        """As the settings keep it."""
        dated = self.dated_on.isoformat() if self.dated_on is not None else ""
        return {"name": self.name, "dated_on": dated, "checked_by": self.checked_by}


def policy_from(kept: Mapping[str, Any]) -> Policy:
    """A policy as it was kept."""
    try:
        dated = date.fromisoformat(str(kept.get("dated_on", "")))
    except ValueError:
        dated = None
    return Policy(str(kept.get("name", "")), dated, str(kept.get("checked_by", "")))


_NOTES = TypeAdapter(list[ReportNote])


def missing_of(note: ReportNote, today: date) -> list[tuple[str, str]]:
    """(field, `enter`, `not_yet` or `reason`) of what a decision lacks."""
    missing = []
    if note.kind == "reported":
        if note.on is None:
            missing.append(("on", "enter"))
        elif note.on > today:
            missing.append(("on", "not_yet"))
        if not note.reported_by:
            missing.append(("reported_by", "enter"))
    if note.kind == "not_reported" and not note.reason:
        missing.append(("reason", "reason"))
    return missing


def is_decided(notes: Sequence[ReportNote]) -> bool:
    """True if the newest note says what became of it, so that nobody is waited for."""
    return bool(notes) and notes[-1].kind in DECIDED


def notes_as_bytes(notes: Sequence[ReportNote]) -> bytes:
    """Notes as they are sealed, the oldest first."""
    return _NOTES.dump_json(list(notes), exclude_defaults=True)


def notes_from(plaintext: bytes) -> list[ReportNote]:
    """Notes as they were sealed. Raises pydantic's ValidationError if they are none."""
    return _NOTES.validate_json(plaintext)


HELD, LIMIT, MEDIATOR, REFERRAL, TERM = "held", "limit", "mediator", "referral", "term"
ASKING = "asking"
# How a case ended for somebody.
ENDINGS = ("released", "returned", "referred", "court", "wants_no_more", "lost_touch")
# Tries to hear of somebody who is held, before two members may say that nobody knows of her.
LEAST_TRIES = 2
_ASKED = frozenset({"waiting", "talk", "agreed"})
_GIVEN_BACK = frozenset({"returned", "partly"})


@dataclass(frozen=True)
class OpenThing:
    """One thing that is open: its kind, and which persons (ids) it is about; of a limit, the
    clock."""

    kind: str
    persons: tuple[str, ...] = ()
    clock: str = ""


def what_is_open(record: Record, clocks: Sequence[Clock]) -> list[OpenThing]:
    """Everything for which a case can't be closed. `clocks` are all that it has."""
    things = []
    persons_held = tuple(person.id for person in who_is_held(record))
    nobody_named = record.filing.held and not record.persons and not releases_done(record)
    if persons_held or nobody_named:
        things.append(OpenThing(HELD, persons_held))
    things += [OpenThing(LIMIT, clock.persons, clock.kind) for clock in clocks]
    things += [
        OpenThing(MEDIATOR, tuple(intervention.persons))
        for intervention in record.interventions
        if intervention.ended_at is None and intervention.response in _ASKED
    ]
    things += [
        OpenThing(REFERRAL, _of(referral.person))
        for referral in record.referrals
        if is_open(referral)
    ]
    things += [OpenThing(TERM, _of(term.owed_to)) for term in record.terms if is_open(term)]
    return things + ([OpenThing(ASKING)] if asks_left(record) else [])


def _of(person: str) -> tuple[str, ...]:
    return (person,) if person else ()


def endings_of(record: Record, person: Person) -> tuple[str, ...]:
    """Endings that can be said of somebody: those for which something stands on record of her."""
    about = [
        intervention
        for intervention in record.interventions
        if person.id in intervention.persons or not intervention.persons
    ]
    back = any(
        request.result in _GIVEN_BACK for intervention in about for request in intervention.asked
    ) or any(
        term.kind == "return" and term.fulfilled_on and term.owed_to in ("", person.id)
        for term in record.terms
    )
    fits = {
        "released": is_free(record, person),
        "returned": back,
        "referred": any(
            referral.person in ("", person.id) and referral.outcome != NOT_WANTED
            for referral in record.referrals
        ),
        "court": person.before_court_at is not None,
    }
    return tuple(ending for ending in ENDINGS if fits.get(ending, True))


def endings_fit(record: Record, said: dict[str, str]) -> bool:
    """True if these endings say how it ended for each person, and nothing that is not on record."""
    return set(said) == set(record.codes) and all(
        said[person.id] in endings_of(record, person) for person in record.persons
    )


def is_agreed(record: Record) -> bool:
    """True if something was agreed, and she agreed to all of it herself."""
    return bool(record.terms) and all(term.agreed_on for term in record.terms)


def took_it_back(record: Record) -> bool:
    """True if somebody in the case took back, or refused, that it is kept."""
    return any(
        not answer.given and not answer.wish and answer.origin != "not_asked"
        for answer in record.answers_to("record")
    )


def may_be_given_up(person: Person) -> bool:
    """True if it was tried often enough to hear of somebody, since she was last heard of."""
    tries = list(takewhile(lambda one: not one.heard, reversed(person.tries)))
    return len(tries) >= LEAST_TRIES
