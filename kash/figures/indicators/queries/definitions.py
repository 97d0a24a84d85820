"""Definitions of indicators: the standard ones, and the programme's own versions. Targets, and how
far they are reached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from kash.figures.indicators import rules
from kash.figures.indicators.models import APPROVAL, IndicatorDefinition, Target
from kash.figures.indicators.words import TITLES, defined_text, rule_text
from kash.people.models import Group
from kash.platform.database import db
from kash.platform.web.errors import get_or_404
from kash.platform.web.programme import LANGUAGES
from kash.policy import Actor
from kash.workshops.models import Funder

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
