"""Rows that figures are counted from: one person in one workshop, with what tells her apart.
Results, the fourth level: a room above that prints figures declares the newest of them. Words of
indicators: titles, standard definitions, and what figures are told apart by. Definitions of
indicators: the standard ones, and the programme's own versions. Targets, and how far they are
reached."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from kash.certificates.models import Certificate, CertificateBatch
from kash.certificates.rules.issuing import REPLACED
from kash.feature import ShownPart
from kash.figures.indicators import rules
from kash.figures.indicators.models import APPROVAL, Completion, IndicatorDefinition, Target
from kash.figures.indicators.rules import (
    ANYBODY,
    BOUNDS,
    NEW,
    REFRESHER,
    UNKNOWN,
    FactRow,
    Funders,
    IndicatorKey,
    Least,
    PaidShare,
    Period,
    PeriodProblem,
    read_period,
)
from kash.people.models import Group, Organisation, Person
from kash.people.words import SAID
from kash.platform.database import db
from kash.platform.web.errors import get_or_404
from kash.platform.web.formats import month_text, short_date_text
from kash.platform.web.programme import LANGUAGES
from kash.policy import Actor
from kash.training.models import Course, CourseVersion
from kash.workshops.models import Funder, Funding, Workshop
from kash.workshops.queries.workshops import counts_within, is_confirmed

_DAYS: Mapping[str, Any] = {
    IndicatorKey.COMPLETED: Completion.completed_on,
    IndicatorKey.REFRESHED: Completion.completed_on,
    IndicatorKey.REACHED: Completion.held_on,
    IndicatorKey.ATTENDANCES: Completion.held_on,
    IndicatorKey.CERTIFIED: Certificate.issued_on,
}
_COLUMNS: Mapping[str, InstrumentedAttribute[Any]] = {
    "group": Group.letter,
    "course": Course.public_id,
    "sex": Completion.sex,
    "age_band": Completion.age_band,
    "cadre": Completion.cadre,
    "station": Organisation.public_id,
    "ward": Completion.ward,
    "refresher": Completion.refresher,
}


def within(period: Period, day: Any) -> ColumnElement[bool]:
    """True if a column of days lies in a period."""
    return and_(day >= period.first, day <= period.last)


def of_funder(workshop: Any, funder: str | None) -> list[ColumnElement[bool]]:
    """The conditions that a column of workshops is one that a funder (public id) pays in part."""
    if funder is None:
        return []
    # Asked of each row: the workshops of a funder are more than those of a period.
    its = select(Funder.id).where(Funder.public_id == funder).scalar_subquery()
    return [
        select(Funding.id).where(Funding.workshop_id == workshop, Funding.funder_id == its).exists()
    ]


def paid_by(funder: str) -> Select[int]:
    """A select of the workshops (keys) that a funder (public id) pays in part."""
    return select(Funding.workshop_id).join(Funder).where(Funder.public_id == funder)


def conditions(key: str, period: Period, least: Least = ANYBODY) -> list[ColumnElement[bool]]:
    """The conditions by which facts count for an indicator in a period. For the least number of
    workshops all of the period count, so that a funder's part is a part of the whole."""
    counted: list[ColumnElement[bool]] = [within(period, _DAYS[key])]
    if key in (IndicatorKey.COMPLETED, IndicatorKey.REFRESHED):
        counted.append(Completion.met.is_(True))
    if key == IndicatorKey.REFRESHED:
        counted.append(Completion.refresher.is_(True))
    if key in (IndicatorKey.REACHED, IndicatorKey.ATTENDANCES):
        needed = least.of(key)
        counted += [Completion.minutes > 0, Completion.percentage >= needed.share]
        if needed.days > 1:
            counted.append(Completion.days >= needed.days)
        if needed.workshops > 1:
            often = (
                select(Completion.person_id)
                .where(*counted)
                .group_by(Completion.person_id)
                .having(func.count() >= needed.workshops)
            )
            counted.append(Completion.person_id.in_(often.correlate(None)))
    if key == IndicatorKey.CERTIFIED:
        # A corrected certificate stands for the one that it replaces, and a renewal for an earlier.
        counted += [
            CertificateBatch.kind == "workshop",
            Certificate.serial.is_not(None),
            or_(Certificate.revoked_at.is_(None), Certificate.revoked_class == REPLACED),
        ]
    return counted


def fact_rows(
    key: str,
    period: Period,
    dimensions: Collection[str],
    *,
    least: Least = ANYBODY,
    session: Session | None = None,
) -> list[FactRow]:
    """The rows of an indicator that counts people or attendances; one query."""
    names = [name for name in dimensions if name in _COLUMNS]
    columns = [_COLUMNS[name] for name in names]
    if key == IndicatorKey.CERTIFIED:
        statement = (
            select(Certificate.person_id, CertificateBatch.workshop_id, _DAYS[key], Certificate.id)
            .add_columns(*columns)
            .select_from(Certificate)
            .join(CertificateBatch, CertificateBatch.id == Certificate.batch_id)
            .join(Workshop, Workshop.id == CertificateBatch.workshop_id)
            .join(CourseVersion, CourseVersion.id == Workshop.version_id)
            .outerjoin(
                Completion,
                and_(
                    Completion.workshop_id == CertificateBatch.workshop_id,
                    Completion.person_id == Certificate.person_id,
                ),
            )
        )
        if "group" in names:
            # Older certificates have no fact beside them.
            of_hers = (
                select(Person.group_id).where(Person.id == Certificate.person_id).scalar_subquery()
            )
            group: Any = func.coalesce(Completion.group_id, of_hers)
            statement = statement.outerjoin(Group, Group.id == group)
    else:
        statement = (
            select(Completion.person_id, Completion.workshop_id, _DAYS[key], Completion.id)
            .add_columns(*columns)
            .select_from(Completion)
        )
        if "group" in names:
            statement = statement.join(Group, Group.id == Completion.group_id)
    of_course = CourseVersion if key == IndicatorKey.CERTIFIED else Completion
    statement = _with_names(statement, names, of_course.course_id)
    counted = conditions(key, period, least)
    facts = (session or db.session()).execute(statement.where(*counted))
    return [
        FactRow(
            fact[0],
            fact[1],
            fact[2],
            fact[3],
            {name: _value(name, fact[4 + place]) for place, name in enumerate(names)},
        )
        for fact in facts
    ]


def with_facts(
    rows: Sequence[FactRow], dimensions: Collection[str], session: Session
) -> list[FactRow]:
    """Rows of people in workshops with what tells them apart, read from their facts of these
    workshops; the person who has none of one does not count there. One query."""
    names = [name for name in dimensions if name in _COLUMNS]
    workshops = {fact.workshop for fact in rows}
    statement = select(Completion.workshop_id, Completion.person_id).add_columns(
        *(_COLUMNS[name] for name in names)
    )
    if "group" in names:
        statement = statement.join(Group, Group.id == Completion.group_id)
    completions = {
        (workshop, person): {
            name: _value(name, stored) for name, stored in zip(names, values, strict=True)
        }
        for workshop, person, *values in session.execute(
            _with_names(statement, names, Completion.course_id).where(
                Completion.workshop_id.in_(workshops)
            )
        )
    }
    return [
        replace(fact, values={**fact.values, **completions[fact.workshop, fact.person]})
        for fact in rows
        if (fact.workshop, fact.person) in completions
    ]


def _with_names(
    statement: Select[*tuple[Any, ...]], names: Sequence[str], course: Any
) -> Select[*tuple[Any, ...]]:
    if "course" in names:
        statement = statement.outerjoin(Course, Course.id == course)
    if "station" in names:
        statement = statement.outerjoin(Organisation, Organisation.id == Completion.organisation_id)
    return statement


def _value(name: str, stored: Any) -> str:
    if name == "refresher":
        return REFRESHER if stored else NEW
    return stored or ""


def funders_of(workshops: Collection[int] | None, session: Session | None = None) -> Funders:
    """Funders of workshops (keys) with their shares, by workshop; of all where it is None."""
    statement = (
        select(Funding.workshop_id, Funder.public_id, Funding.share)
        .join(Funder, Funder.id == Funding.funder_id)
        .order_by(Funding.workshop_id, Funder.public_id)
    )
    if workshops is not None:
        statement = statement.where(Funding.workshop_id.in_(workshops))
    shares: defaultdict[int, list[PaidShare]] = defaultdict(list)
    for workshop, funder, share in (session or db.session()).execute(statement):
        shares[workshop].append(PaidShare(funder, share))
    return shares


def has_facts(period: Period, funder: str | None) -> ColumnElement[bool]:
    """True if any workshop of a period has facts: without them a count is no 0, it is unknown."""
    return (
        select(Completion.id)
        .where(within(period, Completion.held_on), *of_funder(Completion.workshop_id, funder))
        .exists()
    )


def held_workshops(period: Period, funder: str | None) -> list[ColumnElement[bool]]:
    """The conditions of workshops that ended in a period and whose registers are all confirmed."""
    return [
        Workshop.state == "planned",
        counts_within(period.first, period.last),
        is_confirmed(),
        *of_funder(Workshop.id, funder),
    ]


@dataclass(frozen=True)
class ResultTable:
    """A table as it was printed: its title, the day, where it stands, and its lines as words."""

    title: str
    printed_on: date
    url: str
    lines: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class ShowsResults(ShownPart):
    """A room that shows results; `read` tells the newest that were printed by a day."""

    read: Callable[[date], Sequence[ResultTable]]


TITLES: dict[str, Any] = {
    IndicatorKey.COMPLETED: _l("People who completed a course"),
    IndicatorKey.REACHED: _l("People reached"),
    IndicatorKey.ATTENDANCES: _l("Attendances"),
    IndicatorKey.HEADCOUNT: _l("Heads counted without names"),
    IndicatorKey.WORKSHOPS: _l("Workshops held"),
    IndicatorKey.CERTIFIED: _l("People certified"),
    IndicatorKey.REFRESHED: _l("People refreshed"),
    IndicatorKey.GAIN: _l("People who know more"),
    IndicatorKey.PRACTICE: _l("People who practise it"),
}
STANDARD_TEXTS: dict[str, Any] = {
    IndicatorKey.COMPLETED: _l(
        "People who met the requirements of the course's certificates, in workshops all of whose"
        " registers a second person confirmed. Counted is the day on which the last requirement was"
        " met, or the workshop's last day if that is later. Each person counts once in"
        " the period, whatever the number of courses."
    ),
    IndicatorKey.REACHED: _l(
        "People who were marked as present in a workshop that ended in the period and all of whose"
        " registers a second person confirmed. Each person counts once."
    ),
    IndicatorKey.ATTENDANCES: _l(
        "Times that somebody attended a workshop that ended in the period and all of whose"
        " registers a second person confirmed. Who came to two workshops counts twice: this is no"
        " number of people."
    ),
    IndicatorKey.HEADCOUNT: _l(
        "Heads counted in the fullest session of each workshop that ended in the period. Nobody is"
        " named, so the same people may be counted in several workshops, or be among those who are"
        " named: it is never added to numbers of people."
    ),
    IndicatorKey.WORKSHOPS: _l(
        "Workshops that ended in the period and all of whose registers a second person confirmed."
        " Those that were cancelled do not count."
    ),
    IndicatorKey.CERTIFIED: _l(
        "People to whom a certificate of a workshop was issued in the period, unless it was revoked"
        " since. Renewals and corrected copies do not count. Each person counts once."
    ),
    IndicatorKey.REFRESHED: _l(
        "People who met the requirements of a course's certificates in the period, and had met them"
        " in an earlier workshop of the same course. Each person counts once."
    ),
    IndicatorKey.GAIN: _l(
        "People who sat the test before and the test after a workshop that ended in the period, and"
        " scored more afterwards over the questions that both asked in the same words. Each person"
        " counts once."
    ),
    IndicatorKey.PRACTICE: _l(
        "People of whom it was told in the period, by themselves, a peer or a mentor, that in the"
        " last month they did at least one of the things that the course is for. Each person counts"
        " once."
    ),
}


LEAST_TEXTS: dict[str, Any] = {
    "share": _l("Counted is only who was there for at least %(least)s %% of the workshop's hours."),
    "days": _l("Counted is only who was there on at least %(least)s days of the workshop."),
    "workshops": _l(
        "Counted is only who was there so in at least %(least)s workshops that ended in"
        " the period, no matter who paid for them."
    ),
}


def rule_text(key: str, least: Least) -> str:
    """The sentences of what is counted, drawn from the parameters by which it is counted."""
    needed = least.of(key)
    more = [
        str(text) % {"least": getattr(needed, name)}
        for name, text in LEAST_TEXTS.items()
        if getattr(needed, name) > BOUNDS[name][0]
    ]
    return " ".join([str(STANDARD_TEXTS[key]), *more])


def defined_text(key: str, least: Least, remark: str) -> str:
    """The same with what the programme remarks, which changes no count and says that it is a
    remark."""
    rule = rule_text(key, least)
    return " ".join([rule, *([_("Remark: %(text)s", text=remark)] if remark else [])])


DIMENSION_WORDS = {
    "group": _l("Group"),
    "course": _l("Course"),
    "funder": _l("Funder"),
    "sex": _l("Sex"),
    "age_band": _l("Age"),
    "cadre": _l("Rank or cadre"),
    "station": _l("Station"),
    "ward": _l("Ward"),
    "refresher": _l("New or refresher"),
}


def period_words(period: Period) -> str:
    """A period in words."""
    if period.kind == "year":
        return str(period.first.year)
    if period.kind == "quarter":
        return _(
            "Quarter %(number)s of %(year)s", number=period.last.month // 3, year=period.first.year
        )
    if period.kind == "month":
        return month_text(period.first)
    return f"{short_date_text(period.first)} – {short_date_text(period.last)}"


def period_text_words(text: str) -> str:
    """The same of a stored text."""
    try:
        return period_words(read_period(text))
    except PeriodProblem:
        return text


def value_word(dimension: str, value: str, names: Mapping[str, str]) -> str:
    """A value of a dimension in words; `names` are those of ids. Groups stand as letters."""
    if value == UNKNOWN:
        return _("The programme itself") if dimension == "funder" else _("Not on record")
    if dimension == "group":
        return _("Group %(letter)s", letter=value)
    if dimension == "refresher":
        return _("New") if value == NEW else _("Refresher")
    if dimension in SAID:
        return str(SAID[dimension].get(value, value))
    return names.get(value, value)


STANDARD_VERSION = 1


@dataclass(frozen=True)
class Definition:
    """A definition as it holds for a period: its version, the least that counts, and its text,
    which is drawn from what counts; below it stands the `remark` of the programme, if any."""

    key: str
    version: int
    title: str
    text: str
    least: rules.Least = rules.ANYBODY
    remark: str = ""


def definition_of(key: str, day: date, session: Session | None = None) -> Definition:
    """The definition that holds for a period which ends on a day: the newest of the programme's own
    that began by then, else the standard one in the reader's language; one query."""
    return definitions_on(day, (key,), session)[key]


def definitions_on(
    day: date, keys: tuple[str, ...], session: Session | None = None
) -> dict[str, Definition]:
    """The same of several indicators; one query."""
    definitions = {key: standard(key) for key in keys}
    rows = (session or db.session()).scalars(
        select(IndicatorDefinition)
        .where(
            IndicatorDefinition.key.in_(keys),
            IndicatorDefinition.state == "approved",
            IndicatorDefinition.from_day <= day,
        )
        .order_by(IndicatorDefinition.version)
    )
    for version in rows:
        definitions[version.key] = Definition(
            version.key,
            version.version or STANDARD_VERSION,
            title_of(version),
            defined_text(version.key, version.least, version.remark),
            version.least,
            version.remark,
        )
    return definitions


def title_of(row: IndicatorDefinition) -> str:
    """The title of a version; in the reader's language where the person who wrote it left the
    standard one of theirs."""
    for language in LANGUAGES:
        with force_locale(language):
            if row.title == str(TITLES[row.key]):
                break
    else:
        return row.title
    return str(TITLES[row.key])


def standard(key: str) -> Definition:
    """The standard definition of an indicator, in the reader's language."""
    return Definition(key, STANDARD_VERSION, str(TITLES[key]), rule_text(key, rules.ANYBODY))


def versions_of(key: str) -> list[IndicatorDefinition]:
    """The programme's own versions of a definition, the latest first, those that wait or were sent
    back among them."""
    return list(
        db.session.scalars(
            select(IndicatorDefinition)
            .where(IndicatorDefinition.key == key)
            .order_by(IndicatorDefinition.id.desc())
        )
    )


def version(public_id: str) -> IndicatorDefinition:
    """One of them. Raises NotFound."""
    return get_or_404(db.session, IndicatorDefinition, public_id)


def waiting_definitions(actor: Actor) -> list[IndicatorDefinition]:
    """The definitions that this actor can approve, the oldest first; one query."""
    return list(
        db.session.scalars(
            select(IndicatorDefinition)
            .where(APPROVAL.open_to(actor))
            .order_by(IndicatorDefinition.created_at, IndicatorDefinition.id)
        )
    )


def all_waiting() -> list[IndicatorDefinition]:
    """The definitions that wait, no matter who proposed them; one query."""
    return list(
        db.session.scalars(
            select(IndicatorDefinition).where(IndicatorDefinition.state == "proposed")
        )
    )


@dataclass(frozen=True)
class TargetFor:
    """The targets of an indicator in a period: of all, and by the letters of groups."""

    value: int | None = None
    groups: Mapping[str, int] | None = None


def targets_in(period: rules.Period, funder: str | None = None) -> dict[str, TargetFor]:
    """Targets of exactly this period, by the keys of indicators: of the whole programme, or of a
    funder (public id) alone; one query."""
    statement = (
        select(Target.key, Group.letter, Target.value)
        .outerjoin(Group, Group.id == Target.group_id)
        .outerjoin(Funder, Funder.id == Target.funder_id)
        .where(
            Target.period == period.text,
            Target.funder_id.is_(None) if funder is None else Funder.public_id == funder,
        )
    )
    whole: dict[str, int] = {}
    groups: dict[str, dict[str, int]] = {}
    for key, letter, value in db.session.execute(statement):
        if letter is None:
            whole[key] = value
        else:
            groups.setdefault(key, {})[letter] = value
    return {
        key: TargetFor(whole.get(key), groups.get(key))
        for key in rules.INDICATORS
        if key in whole or key in groups
    }


def all_targets() -> list[Target]:
    """All targets with their funders and groups: the latest period first, then in the order of the
    indicators."""
    targets = db.session.scalars(
        select(Target).options(joinedload(Target.funder), joinedload(Target.group))
    ).all()
    order = {key: place for place, key in enumerate(rules.INDICATORS)}

    def placed(one: Target) -> tuple[int, int, int, str, str]:
        try:
            period = rules.read_period(one.period)
            days = (-period.first.toordinal(), -period.last.toordinal())
        except rules.PeriodProblem:
            days = (0, 0)
        funder = one.funder.name.casefold() if one.funder else ""
        return (
            *days,
            order.get(one.key, len(order)),
            funder,
            one.group.letter if one.group else "",
        )

    return sorted(targets, key=placed)


def target(public_id: str) -> Target:
    """One target. Raises NotFound."""
    return get_or_404(
        db.session, Target, public_id, options=(joinedload(Target.funder), joinedload(Target.group))
    )
