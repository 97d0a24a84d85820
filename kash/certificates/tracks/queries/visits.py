"""People who are to be put on a track together: of a workshop, pasted, or ticked in a list. Facts
that the programme entered, as requirements ask for them. Visits of supervision: of one person, of
a track, and those that are due. Kinds of requirements that rest on what lower rooms know, and on
what the programme enters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import partial, reduce
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    exists,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session, aliased, joinedload

from kash.accounts.holdings import Holder
from kash.assessments.queries import scores_in
from kash.attendance.queries.registers import attended
from kash.certificates.tracks.leaf_kinds import Found, LeafKind, LeafQuestion, alike, found_by
from kash.certificates.tracks.models import (
    SeenFact,
    SupervisionVisit,
    Track,
    TrackEnrolment,
    TrackMove,
    TrackVersion,
)
from kash.certificates.tracks.queries.certifying import completed
from kash.certificates.tracks.rules import standing as standing_rules
from kash.certificates.tracks.rules.tree import KindRule, Leaf, Parameter, ParameterKind
from kash.people.models import Group, Person
from kash.people.queries.directory import organisations, venues
from kash.people.queries.persons import listed_by_group
from kash.people.rules.persons import OneGroup, sort_name
from kash.people.scope import within_reach
from kash.platform.database import db, is_public_id
from kash.platform.web.errors import one_or_404
from kash.platform.web.lists import Listing
from kash.policy import SYSTEM, Actor
from kash.workshops.models import Enrolment, Workshop
from kash.workshops.queries.deliveries import workshops_of_trainer
from kash.workshops.queries.plan import hour_shares
from kash.workshops.queries.scope import own_workshop

# Of more people who were put on a track together a list tells only that there are more.
MOST_OF_BATCH = 100
# Of those that somebody runs, the latest are offered.
MOST_WORKSHOPS = 30
_AT_ONCE = 500
_PAPER_CODE = 6
# Said outright, so that SQLite sees that its index of those alone fits.
_NONE: ColumnElement[str] = literal_column("''")
_UNDONE_WITHIN = timedelta(days=30)


def kept_by(actor: Actor) -> ColumnElement[bool]:
    """The persons that an actor puts on tracks, each asked about by herself; of the machine's
    operator, everybody."""
    if actor is SYSTEM:
        return true()
    return within_reach(actor, "tracks.keep", few=True)


def entrants(track: Track, actor: Actor, people: Collection[str]) -> list[dict[str, Any]]:
    """These people (public ids) by name, as far as they are the actor's own, each with the outcome
    for her, and the version on which she is, 0 for none; a query for each five hundred."""
    entering = []
    on_it = (TrackEnrolment.person_id == Person.id) & (TrackEnrolment.track_id == track.id)
    for some in _parts(people):
        for person in db.session.execute(
            select(
                Person.id,
                Person.public_id,
                Person.chosen_name,
                Person.sort_name,
                Group.letter,
                Person.minor,
                TrackVersion.number,
            )
            .join(Group, Group.id == Person.group_id)
            .outerjoin(TrackEnrolment, on_it)
            .outerjoin(TrackVersion, TrackVersion.id == TrackEnrolment.version_id)
            .where(Person.public_id.in_(some), kept_by(actor))
        ):
            entrant = {
                "person": person.public_id,
                "name": person.chosen_name,
                "letter": person.letter,
                "outcome": standing_rules.outcome_of(
                    on_it=person.number is not None,
                    minor=person.minor,
                    oneself=person.id == actor.person_id,
                ),
                "version": person.number or 0,
            }
            entering.append(((person.sort_name, person.id), entrant))
    return [entrant for _order, entrant in sorted(entering, key=lambda pair: pair[0])]


def _parts(values: Collection[str]) -> Iterator[Sequence[str]]:
    distinct = list(dict.fromkeys(values))
    for start in range(0, len(distinct), _AT_ONCE):
        yield distinct[start : start + _AT_ONCE]


def workshops_to_enter_from(actor: Actor) -> list[tuple[str, str, date]]:
    """(public id, title, first day) of the latest MOST_WORKSHOPS that an actor runs, the latest
    first."""
    rows = db.session.execute(
        workshops_of_trainer(actor)
        .with_only_columns(Workshop.public_id, Workshop.title, Workshop.starts_on)
        .order_by(None)
        .order_by(Workshop.starts_on.desc(), Workshop.id.desc())
        .limit(MOST_WORKSHOPS)
    )
    return [(workshop.public_id, workshop.title, workshop.starts_on) for workshop in rows]


def people_of_workshop(actor: Actor, workshop: str, least: int = 0) -> list[str]:
    """The public ids of who has a place in a workshop that an actor runs, or who attended so many
    per cent of its hours at least. Raises NotFound."""
    own = own_workshop(workshop, actor, "workshops.edit")
    people = select(Person.id, Person.public_id).join(Enrolment, Enrolment.person_id == Person.id)
    rows = db.session.execute(
        people.where(Enrolment.workshop_id == own.id, Enrolment.state == "confirmed")
    ).all()
    if not least:
        return [person.public_id for person in rows]
    enough = attended(own.register_id)
    return [
        person.public_id
        for person in rows
        if person.id in enough and enough[person.id].percentage >= least
    ]


def people_of_lines(
    actor: Actor, lines: Sequence[standing_rules.PastedLine]
) -> list[standing_rules.ReadLine[str]]:
    """Pasted lines with those of an actor's own people that they lead to (public ids): by number of
    a participant, code on paper, reference of the programme, or name."""
    terms = {cell for line in lines for cell in line.cells}
    # By what each is found: a term may be a number, a reference and a name at once.
    by_term: defaultdict[str, set[str]] = defaultdict(set)
    for condition, keys in _ways(terms):
        for person in db.session.execute(
            select(Person.public_id, Person.reference, Person.sort_name).where(
                condition, kept_by(actor)
            )
        ):
            for key in (
                person.public_id,
                person.public_id[:_PAPER_CODE],
                person.reference,
                person.sort_name,
            ):
                if key in keys:
                    by_term[key].add(person.public_id)

    def people(cell: str) -> frozenset[str]:
        for key in (cell.lower(), cell, sort_name(cell)):
            if key and key in by_term:
                return frozenset(by_term[key])
        return frozenset()

    return standing_rules.read_lines(lines, people)


def _ways(terms: Collection[str]) -> Iterator[tuple[ColumnElement[bool], frozenset[str]]]:
    numbers = [term.lower() for term in terms if is_public_id(term.lower())]
    codes = [term.lower() for term in terms if len(term) == _PAPER_CODE and term.isalnum()]
    names = {sort_name(term) for term in terms} - {""}
    beginning = func.substr(Person.public_id, 1, _PAPER_CODE)
    for column, values in (
        (Person.public_id, numbers),
        (beginning, codes),
        (Person.reference, terms),
        (Person.sort_name, names),
    ):
        for some in _parts(values):
            yield column.in_(some), frozenset(some)


def undoable(track_id: int, actor: Actor, now: datetime, batch: Any) -> Select[int]:
    """The keys of enrolments that were made together, as one batch, in the last thirty days and can
    be taken back: of the actor's own people, who were not moved since."""
    moved = select(TrackMove.id).where(TrackMove.enrolment_id == TrackEnrolment.id)
    return (
        select(TrackEnrolment.id)
        .join(Person, Person.id == TrackEnrolment.person_id)
        .where(
            TrackEnrolment.track_id == track_id,
            TrackEnrolment.enrolled_at > now - _UNDONE_WITHIN,
            TrackEnrolment.batch != _NONE,
            TrackEnrolment.batch == batch,
            Person.id != (actor.person_id or 0),
            kept_by(actor),
            ~moved.exists(),
        )
    )


def batch_to_undo(track: Track, actor: Actor, now: datetime, batch: str) -> Any:
    """People who were put on a track together and can be taken off again: the batch, when it was,
    by which account, and how many. Raises NotFound."""
    entered = db.session.execute(
        select(
            func.max(TrackEnrolment.batch).label("batch"),
            func.max(TrackEnrolment.enrolled_at).label("at"),
            func.max(TrackEnrolment.enrolled_by).label("by"),
            func.count().label("people"),
        ).where(TrackEnrolment.id.in_(undoable(track.id, actor, now, batch)))
    ).one()
    return one_or_404(entered if entered.people else None)


def batches_to_undo(track: Track, actor: Actor, now: datetime) -> Sequence[Any]:
    """The three latest batches of people who can be taken off again; of each no more people are
    counted than MOST_OF_BATCH + 1. One query."""
    # People who were put on it together were so at one moment by one account.
    batches = (
        select(
            TrackEnrolment.batch,
            TrackEnrolment.enrolled_at.label("at"),
            TrackEnrolment.enrolled_by.label("by"),
        )
        .where(
            TrackEnrolment.track_id == track.id,
            TrackEnrolment.batch != _NONE,
            TrackEnrolment.enrolled_at > now - _UNDONE_WITHIN,
        )
        .distinct()
        .subquery("each")
    )
    # Found before they are counted: else each batch of the thirty days would be. One of each is
    # asked for by its key, as PostgreSQL would look at everybody of all to tell whether there is.
    any_left = (
        undoable(track.id, actor, now, batches.c.batch)
        .correlate(batches)
        .limit(1)
        .scalar_subquery()
    )
    latest = (
        select(batches)
        .where(any_left.is_not(None))
        .order_by(batches.c.at.desc(), batches.c.batch)
        .limit(3)
        .subquery("latest")
    )
    some = (
        undoable(track.id, actor, now, latest.c.batch)
        .limit(MOST_OF_BATCH + 1)
        .correlate(latest)
        .subquery()
    )
    people = select(func.count()).select_from(some).scalar_subquery().label("people")
    by_day = select(latest, people).order_by(latest.c.at.desc(), latest.c.batch)
    return db.session.execute(by_day).all()


About = Callable[[Leaf], str]


def document_of(leaf: Leaf) -> str:
    """A document with its version, as what was signed is entered."""
    return f"{leaf.text('document')} · {leaf.text('version')}"


def counted(
    kind: str, about: About = lambda _leaf: ""
) -> Callable[[Session, Leaf, LeafQuestion], Found]:
    """Facts of a requirement that counts how often something was seen."""

    def facts(session: Session, leaf: Leaf, asked: LeafQuestion) -> Found:
        seen = (
            SeenFact.kind == kind,
            SeenFact.about == about(leaf),
            SeenFact.withdrawn_at.is_(None),
            *asked.of(SeenFact.person_id),
            *asked.within(SeenFact.day),
        )
        if asked.need == 1:
            first = select(SeenFact.person_id, func.count(), func.min(SeenFact.day))
            return found_by(session, first.where(*seen).group_by(SeenFact.person_id), asked)
        place = func.row_number().over(partition_by=SeenFact.person_id, order_by=SeenFact.day)
        numbered = (
            select(SeenFact.person_id, SeenFact.day, place.label("place")).where(*seen).subquery()
        )
        reached = func.max(case((numbered.c.place <= asked.need, numbered.c.day)))
        return found_by(
            session,
            select(numbered.c.person_id, func.count(), reached).group_by(numbered.c.person_id),
            asked,
        )

    return facts


def oral_scores(session: Session, course: str, asked: LeafQuestion) -> Found:
    """Best scores of oral tests of a course (public id)."""
    best = func.max(SeenFact.amount)
    reached = func.min(case((SeenFact.amount >= asked.need, SeenFact.day)))
    return found_by(
        session,
        select(SeenFact.person_id, best, func.coalesce(reached, func.max(SeenFact.day)))
        .where(
            SeenFact.kind == "oral_test",
            SeenFact.about == course,
            SeenFact.withdrawn_at.is_(None),
            *asked.of(SeenFact.person_id),
            *asked.within(SeenFact.day),
        )
        .group_by(SeenFact.person_id),
        asked,
    )


def role_months(session: Session, leaf: Leaf, asked: LeafQuestion) -> Found:
    """Months for which a role was held without a break, as often as that was entered anew; of
    several times the longest, with the first day on which one was long enough. Of a window only the
    days within it count."""
    facts: Found = {}
    first = asked.window.since if asked.window is not None else None
    last = min(asked.today, asked.window.until) if asked.window is not None else asked.today
    roles = select(SeenFact.person_id, SeenFact.day, SeenFact.until).where(
        SeenFact.kind == "role",
        SeenFact.about == leaf.text("role"),
        SeenFact.withdrawn_at.is_(None),
        *asked.of(SeenFact.person_id),
    )
    times: defaultdict[int, list[tuple[date, date | None]]] = defaultdict(list)
    for (since, until), people in alike(session, roles):
        for person in people:
            times[person].append((since, until))
    # Many held it from one day on.
    judged: dict[tuple[tuple[date, date | None], ...], tuple[int, date] | None] = {}
    for person, hers in times.items():
        key = tuple(hers)
        if key not in judged:
            months = [
                _held(*time, first, last, asked.need) for time in standing_rules.unbroken(hers)
            ]
            reaching = [month for month in months if month is not None]
            judged[key] = reduce(partial(_better, asked.need), reaching) if reaching else None
        best = judged[key]
        if best is not None:
            facts[person] = best
    return facts


def _better(need: int, one: tuple[int, date], other: tuple[int, date]) -> tuple[int, date]:
    """The most months of two times, with the first day on which there were enough, or the later."""
    enough = [day for months, day in (one, other) if months >= need]
    return max(one[0], other[0]), min(enough) if enough else max(one[1], other[1])


def _held(
    since: date, until: date | None, from_day: date | None, to_day: date, need: int
) -> tuple[int, date] | None:
    """Whole months that something was held between two days, and the day on which there were as
    many as needed, else the last day that counts; None if it was held on none of these days."""
    begins = max(since, from_day) if from_day is not None else since
    ends = min(until, to_day) if until is not None else to_day
    if ends < begins:
        return None
    months = standing_rules.months_between(begins, ends)
    return months, standing_rules.months_later(begins, need) if months >= need else ends


DUE = "due"
_MOST = 200
_Later = aliased(SupervisionVisit)


def _awaits() -> ColumnElement[bool]:
    """Visits after which another was to come, on which nobody went so far; of people who are still
    on the track, and of nobody under 18."""
    later = exists().where(
        _Later.track_id == SupervisionVisit.track_id,
        _Later.person_id == SupervisionVisit.person_id,
        _Later.withdrawn_at.is_(None),
        or_(
            _Later.day > SupervisionVisit.day,
            and_(_Later.day == SupervisionVisit.day, _Later.id > SupervisionVisit.id),
        ),
    )
    still_on = exists().where(
        TrackEnrolment.track_id == SupervisionVisit.track_id,
        TrackEnrolment.person_id == SupervisionVisit.person_id,
        TrackEnrolment.person.has(~Person.minor),
    )
    return and_(
        SupervisionVisit.next_on.is_not(None),
        SupervisionVisit.withdrawn_at.is_(None),
        still_on,
        ~later,
    )


def visits_of_track(
    track: Track, actor: Actor, today: date, *, state: str = "", letter: str = ""
) -> tuple[Listing[Any], OneGroup[Any]]:
    """The page of the visits to people on a track within reach by name, of one group, to nobody
    under 18: all of them, the latest first, or those that are due, the longest waiting first. Four
    queries at most."""
    due = and_(_awaits(), SupervisionVisit.next_on <= today)
    conditions = [
        SupervisionVisit.track_id == track.id,
        SupervisionVisit.withdrawn_at.is_(None),
        ~Person.minor,
        within_reach(actor, "tracks.standing", few=True),
    ]
    if state == DUE:
        conditions.append(due)
    statement: Any = (
        select(
            Person.public_id.label("person"),
            Person.chosen_name.label("name"),
            Group.letter,
            SupervisionVisit.day,
            SupervisionVisit.kind,
            SupervisionVisit.supervisor,
            SupervisionVisit.next_on,
            due.label("due"),
        )
        .join(Person, Person.id == SupervisionVisit.person_id)
        .join(Group, Group.id == Person.group_id)
        .where(*conditions)
    )
    counted: Any = (
        select(SupervisionVisit.id)
        .join(Person, Person.id == SupervisionVisit.person_id)
        .where(*conditions)
    )
    return listed_by_group(
        lambda key: statement.where(Person.group_id == key),
        letter,
        sorts=lambda _few: {"day": SupervisionVisit.day, "next": SupervisionVisit.next_on},
        default_sort="next" if state == DUE else "day",
        default_direction="asc" if state == DUE else "desc",
        key=SupervisionVisit.id,
        counted=lambda key: counted.where(Person.group_id == key),
    )


def tracks_with_due_visits(actor: Actor, today: date) -> Sequence[Any]:
    """For each track, how many visits an actor is to make by today and since when the first is due;
    the longest waiting first. One query."""
    first = func.min(SupervisionVisit.next_on)
    return db.session.execute(
        select(
            Track.public_id.label("track"),
            Track.name,
            Track.name_sw,
            func.count().label("visits"),
            first.label("since"),
        )
        .join(Track, Track.id == SupervisionVisit.track_id)
        .where(
            SupervisionVisit.next_by == actor.public_id,
            SupervisionVisit.next_on <= today,
            _awaits(),
            exists()
            .where(
                Person.id == SupervisionVisit.person_id,
                within_reach(actor, "tracks.standing", few=True),
            )
            .correlate(SupervisionVisit),
        )
        .group_by(Track.id, Track.public_id, Track.name, Track.name_sw)
        .order_by(first, Track.id)
    ).all()


def visits_of(track_id: int, person_id: int) -> list[SupervisionVisit]:
    """The visits to a person on a track (both by key), withdrawn or not, the latest first."""
    return list(
        db.session.scalars(
            select(SupervisionVisit)
            .where(SupervisionVisit.track_id == track_id, SupervisionVisit.person_id == person_id)
            .options(joinedload(SupervisionVisit.organisation), joinedload(SupervisionVisit.venue))
            .order_by(SupervisionVisit.day.desc(), SupervisionVisit.id.desc())
            .limit(_MOST)
        )
    )


def seen_of_checklist(
    checklist: object, visits: Sequence[SupervisionVisit]
) -> list[dict[str, Any]]:
    """A checklist as it stands after these visits, which come the latest first."""
    standing = [visit for visit in reversed(visits) if visit.withdrawn_at is None]
    return standing_rules.seen_items(
        standing_rules.checklist_from_json(checklist),
        [(visit.day, visit.observed) for visit in standing],
    )


def places_to_choose() -> list[tuple[str, str]]:
    """The places of visits, stations and collectives before venues, as (value, name)."""
    return [
        *(
            (f"{standing_rules.STATION}:{organisation.public_id}", organisation.name)
            for organisation in organisations()
        ),
        *((f"{standing_rules.VENUE}:{venue.public_id}", venue.name) for venue in venues()),
    ]


def _to_make(leaver: Holder) -> Select[SupervisionVisit]:
    return select(SupervisionVisit).where(SupervisionVisit.next_by == leaver.public_id, _awaits())


def count_to_make(session: Session, leaver: Holder) -> int:
    """Number of visits that an account is still to make."""
    return session.scalar(select(func.count()).select_from(_to_make(leaver).subquery())) or 0


def pass_on_to_make(
    session: Session, leaver: Holder, successor: Holder | None, _now: datetime
) -> Sequence[str]:
    """Have the successor make the visits; who made the earlier ones stays."""
    if successor is None:
        return []
    rows = session.scalars(_to_make(leaver)).all()
    for visit in rows:
        visit.next_by = successor.public_id
    return [visit.public_id for visit in rows]


_COURSE = Parameter("course", ParameterKind.COURSE)


def _hours(session: Session, leaf: Leaf, asked: LeafQuestion) -> Found:
    window = asked.window
    return hour_shares(
        session,
        leaf.text("course"),
        leaf.texts("versions"),
        asked.need,
        asked.today,
        people=asked.people,
        since=window.since if window else None,
        until=window.until if window else None,
    )


def _workshop(session: Session, leaf: Leaf, asked: LeafQuestion) -> Found:
    """Shares of the hours of the workshop for which it is asked, else of each person's best one."""
    window = asked.window
    if asked.here is not None:
        return {
            person: share
            for person, share in asked.here.items()
            if window is None or window.holds(share[1])
        }
    return hour_shares(
        session,
        None,
        (),
        asked.need,
        asked.today,
        people=asked.people,
        since=window.since if window else None,
        until=window.until if window else None,
    )


def _test(session: Session, leaf: Leaf, asked: LeafQuestion) -> Found:
    """Best scores, written or oral: any test counts, and one that was failed harms nobody."""
    course = leaf.text("course")
    oral = oral_scores(session, course, asked)
    for person, scores in scores_in(session, course, asked.people).items():
        counting = [
            score for score in scores if asked.window is None or asked.window.holds(score[1])
        ]
        if person in oral:
            counting.append(oral[person])
        if counting:
            best = max(score for score, _day in counting)
            reached = [day for score, day in counting if score >= asked.need]
            oral[person] = best, min(reached) if reached else max(day for _, day in counting)
    return oral


ROLES = {
    "peer_educator": _l("peer educator"),
    "mentor": _l("mentor of peer educators"),
    "facilitator": _l("facilitator"),
}

KINDS = (
    LeafKind(
        KindRule(
            "hours",
            (
                Parameter("share", ParameterKind.NUMBER),
                _COURSE,
                Parameter("versions", ParameterKind.VERSIONS),
            ),
            need="share",
        ),
        _l("Hours of a course"),
        _l("Attended at least {share} per cent of the hours of {course}: {versions}"),
        _hours,
    ),
    LeafKind(
        KindRule("workshop", (Parameter("share", ParameterKind.NUMBER),), need="share"),
        _l("Hours of a workshop"),
        _l("Attended at least {share} per cent of the hours of the workshop"),
        _workshop,
    ),
    LeafKind(
        KindRule("test", (Parameter("score", ParameterKind.NUMBER), _COURSE), need="score"),
        _l("A test"),
        _l("Scored at least {score} of 100 in a test of {course}, written or oral"),
        _test,
        seen="oral_test",
    ),
    LeafKind(
        KindRule("practicum", (Parameter("count", ParameterKind.NUMBER, most=50),), need="count"),
        _l("Practicum"),
        _l("Practised while somebody saw it, at least so often: {count}"),
        counted("practicum"),
        seen="practicum",
    ),
    LeafKind(
        KindRule("outreach", (Parameter("count", ParameterKind.NUMBER, most=50),), need="count"),
        _l("Supervised outreach"),
        _l("Did outreach with somebody else supervising, at least: {count}"),
        counted("outreach"),
        seen="outreach",
    ),
    LeafKind(
        KindRule(
            "document",
            (Parameter("document", ParameterKind.TEXT), Parameter("version", ParameterKind.TEXT)),
        ),
        _l("A signed document"),
        _l("Signed the document {document} in version {version}"),
        counted("document", document_of),
        seen="document",
    ),
    LeafKind(
        KindRule(
            "role",
            (
                Parameter("role", ParameterKind.CHOICE, choices=tuple(ROLES)),
                Parameter("months", ParameterKind.NUMBER, most=60),
            ),
            need="months",
            span="months",
        ),
        _l("A role held for some time"),
        _l("Was {role} without a break, in months: {months}"),
        role_months,
        seen="role",
        choices=ROLES,
    ),
    LeafKind(
        KindRule("track", (Parameter("track", ParameterKind.TRACK),)),
        _l("Another track"),
        _l("Completed the track {track}"),
        completed,
    ),
)


def about_of(leaf: Leaf) -> str:
    """Subject that a fact which is entered for a requirement has (`SeenFact.about`)."""
    return {
        "test": leaf.text("course"),
        "document": document_of(leaf),
        "role": leaf.text("role"),
    }.get(leaf.kind, "")
