"""Problems of indicators, each with a sentence for a person. Facts of completion: written with the
confirmation of a workshop's last register and with every change of it afterwards, and asked anew
for the person who still lacks something that is not of its hours, such as a test. Definitions of
indicators: proposed by one, approved by another, and never changed after. Targets: what an
indicator is to reach in a period."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, or_, select, true
from sqlalchemy.orm import Session

from kash.attendance.models import FollowsConfirming, Register, let_facts_follow
from kash.certificates.tracks.queries.certifying import certifying_track
from kash.certificates.tracks.queries.tracks import Completing, completing
from kash.figures.indicators import rules
from kash.figures.indicators.models import APPROVAL, Completion, IndicatorDefinition, Target
from kash.figures.indicators.queries.definitions import STANDARD_VERSION
from kash.people.models import Group, Person, Posting
from kash.platform.database import db, utc_now, writing
from kash.platform.vault import audited
from kash.platform.web.errors import ChangedMeanwhile, NotFound, Problem, get_or_404, one_or_404
from kash.platform.web.formats import local_today
from kash.policy import Actor
from kash.workshops.models import Funder, Workshop

_DEFINITION_FROM_THE_PAST = _l("A new definition holds from today on or later.")


def period_asked(text: str) -> rules.Period:
    """A period that somebody typed. Raises Problem."""
    try:
        return rules.read_period(text)
    except rules.PeriodProblem as problem:
        if problem.fault is rules.PeriodFault.BACKWARDS:
            raise Problem(
                _l("This period ends before it starts."), field="last", status=422
            ) from problem
        raise Problem(
            _l("Write a period such as 2026, 2026-Q3, 2026-01 or 2026-01-01..2026-03-31."),
            field="period",
            status=422,
        ) from problem


# A person who met nothing for so long is not asked about any more.
_ASKED_FOR = timedelta(days=731)


def write_completions(session: Session, register_id: int, now: datetime) -> None:
    """Write the facts of a workshop whose register (its key) is wholly confirmed, within the
    transaction that changed it. A register of another purpose has none."""
    workshop = session.scalar(select(Workshop).where(Workshop.register_id == register_id))
    if workshop is None or workshop.state != "planned":
        return
    course = workshop.version.course_id
    today = local_today()
    day = min(workshop.ends_on, today)
    track = certifying_track(session, course)
    there = {
        judged.person_id: judged
        for judged in session.scalars(
            select(Completion).where(Completion.workshop_id == workshop.id).with_for_update()
        )
    }
    versions = {
        person: fact.version_id
        for person, fact in there.items()
        if fact.met and fact.version_id is not None
    }
    completings = {
        judged.person.id: judged for judged in completing(session, workshop, track, versions)
    }
    gone = [person for person in there if person not in completings]
    if gone:
        session.execute(
            delete(Completion).where(
                Completion.workshop_id == workshop.id, Completion.person_id.in_(gone)
            )
        )
    posted = _posted(session, [person for person in completings if person not in there], day)
    for person, judged in completings.items():
        fact = there.get(person)
        if fact is None:
            fact = _as_she_is(judged.person, workshop.id, course, day, posted.get(person))
            session.add(fact)
        _count(fact, judged, day, today)
    session.flush()
    _tell_refreshers(session, course, [*completings, *gone])


def _count(fact: Completion, one: Completing, day: date, today: date) -> None:
    done = one.judged.done_on if one.judged is not None else None
    fact.minutes, fact.percentage = one.record.minutes, one.record.percentage
    fact.days = len(one.record.days)
    fact.met, fact.held_on, fact.asked_on = one.met, day, today
    fact.version_id = one.judged.version if one.judged is not None else None
    fact.completed_on = max(day, done) if one.met and done is not None else day


def _as_she_is(
    person: Person, workshop: int, course: int, day: date, organisation: int | None
) -> Completion:
    return Completion(
        workshop_id=workshop,
        person_id=person.id,
        course_id=course,
        group_id=person.group_id,
        sex=person.sex,
        age_band=rules.band_on(person.age_band, person.birth_year, day),
        cadre=person.cadre,
        organisation_id=organisation,
        ward=person.ward,
    )


def _posted(session: Session, people: Collection[int], day: date) -> dict[int, int]:
    """Postings of these persons on a day: organisations by persons, both as keys."""
    rows = session.execute(
        select(Posting.person_id, Posting.organisation_id)
        .where(
            Posting.person_id.in_(people),
            Posting.since <= day,
            or_(Posting.until.is_(None), Posting.until >= day),
        )
        .order_by(Posting.since, Posting.id)
    )
    return {posting.person_id: posting.organisation_id for posting in rows}


def _tell_refreshers(session: Session, course: int, people: Collection[int]) -> None:
    """Tell first workshops of a course from refreshers again: one that is confirmed late may have
    come before one that was confirmed already."""
    facts = session.scalars(
        select(Completion).where(Completion.course_id == course, Completion.person_id.in_(people))
    ).all()
    again = rules.refreshers(
        rules.HeldCourse(fact.id, fact.person_id, fact.held_on, fact.met) for fact in facts
    )
    for fact in facts:
        fact.refresher = fact.id in again


FOLLOWS = FollowsConfirming(write_completions)


def ask_who_completed(*, even_today: bool = False) -> int:
    """Ask once a day, or `even_today`, who met by now what was missing when a register was
    confirmed; and of facts that an earlier version left unasked. Returns the number of workshops.
    Nobody does this, so it leaves no entry in the trail."""
    today = local_today()
    lacking = Completion.met.is_(False) & (Completion.held_on >= today - _ASKED_FOR)
    stale = true() if even_today else Completion.asked_on < today
    waiting = db.session.scalars(
        select(Register.public_id)
        .join(Workshop, Workshop.register_id == Register.id)
        .join(Completion, Completion.workshop_id == Workshop.id)
        .where(or_(Completion.asked_on.is_(None), lacking & stale))
        .distinct()
    ).all()
    db.session.rollback()
    for register in waiting:
        with writing() as session:
            waiting_register = session.scalar(
                select(Register).where(Register.public_id == register).with_for_update()
            )
            if waiting_register is not None:
                let_facts_follow(session, waiting_register.id, utc_now())
    return len(waiting)


@dataclass(frozen=True)
class DefinitionDetails:
    """A definition as entered: its title, a remark that counts nothing, the least that somebody
    must have attended, since when, and why."""

    title: str
    from_day: date
    because: str
    remark: str = ""
    least_share: int = 0
    least_days: int = 1
    least_workshops: int = 1

    @property
    def least(self) -> rules.Least:
        """The least that somebody must have attended to count."""
        return rules.Least(self.least_share, self.least_days, self.least_workshops)


def propose_definition(key: str, details: DefinitionDetails, *, by: Actor) -> str:
    """Propose another definition of an indicator; its public id. Raises NotFound and Problem."""
    if key not in rules.INDICATORS:
        raise NotFound
    if details.from_day < local_today():
        raise Problem(_DEFINITION_FROM_THE_PAST, field="from_day", status=422)
    with audited("indicators.definition_proposed", by) as change:
        waits = change.session.scalar(
            select(IndicatorDefinition.id).where(
                IndicatorDefinition.key == key, IndicatorDefinition.state == "proposed"
            )
        )
        if waits is not None:
            raise Problem(_l("A definition of this indicator waits to be decided first."))
        least = details.least.of(key)
        definition: IndicatorDefinition = APPROVAL.propose(
            change,
            by,
            key=key,
            title=details.title,
            remark=details.remark,
            from_day=details.from_day,
            because=details.because,
            least_share=least.share,
            least_days=least.days,
            least_workshops=least.workshops,
        )
        return definition.public_id


def approve_definition(public_id: str, *, by: Actor) -> None:
    """Approve a definition, which gets the next version and never changes. Raises NotFound,
    WrongStep, SamePerson, StandsInForProposer and Problem if it waited so long that its first day
    is over."""
    with audited("indicators.definition_approved", by) as change:
        definition: IndicatorDefinition = APPROVAL.locked(change.session, public_id)
        if definition.state == "proposed" and definition.from_day < local_today():
            raise Problem(_DEFINITION_FROM_THE_PAST, field="from_day", status=422)
        latest = change.session.scalar(
            select(func.max(IndicatorDefinition.version)).where(
                IndicatorDefinition.key == definition.key
            )
        )
        APPROVAL.approve(change, definition, by)
        definition.version = (latest or STANDARD_VERSION) + 1
        definition.approved_at = change.now


def return_definition(public_id: str, reason: str, *, by: Actor) -> None:
    """Send a definition back with what must be put right. Raises NotFound and WrongStep."""
    with audited("indicators.definition_returned", by) as change:
        definition: IndicatorDefinition = APPROVAL.locked(change.session, public_id)
        APPROVAL.turn_back(change, definition, reason, by, about=definition.key)


@dataclass(frozen=True)
class TargetDetails:
    """A target as entered. `funder` is a public id and `group` a letter; each empty for all."""

    key: str
    period: str
    value: int
    funder: str = ""
    group: str = ""


def add_target(details: TargetDetails, *, by: Actor) -> str:
    """Set a target; its public id. Raises Problem."""
    period = period_asked(details.period).text
    with audited("indicators.target_set", by) as change:
        session = change.session
        funder, group = _places(session, details)
        _refuse_twice(session, details.key, period, funder, group)
        target = Target(
            key=details.key,
            period=period,
            funder_id=funder,
            group_id=group,
            value=details.value,
            set_by=by.public_id,
            set_at=change.now,
        )
        session.add(target)
        session.flush()
        change.about(target.public_id)
        return target.public_id


def change_target(public_id: str, value: int, row_version: int, *, by: Actor) -> None:
    """Change the value of a target. Raises NotFound and ChangedMeanwhile."""
    with audited("indicators.target_changed", by) as change:
        target = _locked(change.session, public_id)
        if target.row_version != row_version:
            raise ChangedMeanwhile
        change.about(public_id)
        if target.value == value:
            change.nothing()
            return
        target.value, target.row_version = value, row_version + 1
        target.set_by, target.set_at = by.public_id, change.now


def remove_target(public_id: str, *, by: Actor) -> None:
    """Take a target away. Raises NotFound."""
    with audited("indicators.target_removed", by) as change:
        change.session.delete(_locked(change.session, public_id))
        change.about(public_id)


def _locked(session: Session, public_id: str) -> Target:
    return get_or_404(session, Target, public_id, lock=True)


def _places(session: Session, details: TargetDetails) -> tuple[int | None, int | None]:
    if details.key not in rules.INDICATORS:
        raise NotFound
    funder = group = None
    if details.funder:
        wanted = select(Funder.id).where(Funder.public_id == details.funder)
        funder = one_or_404(session.scalar(wanted))
    if details.group:
        if "group" not in rules.INDICATORS[details.key].dimensions:
            raise Problem(
                _l("This indicator is not told apart by group."), field="group", status=422
            )
        group = one_or_404(session.scalar(select(Group.id).where(Group.letter == details.group)))
    return funder, group


def _refuse_twice(
    session: Session, key: str, period: str, funder: int | None, group: int | None
) -> None:
    there = session.scalar(
        select(Target.id).where(
            Target.key == key,
            Target.period == period,
            Target.funder_id.is_(None) if funder is None else Target.funder_id == funder,
            Target.group_id.is_(None) if group is None else Target.group_id == group,
        )
    )
    if there is not None:
        raise Problem(
            _l("There is such a target already. Change that one."), field="value", status=422
        )
