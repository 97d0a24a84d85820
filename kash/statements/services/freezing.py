"""Freezing the figures of a statement, as often as needed until it is proposed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.indicators.rules.periods import Period
from kash.platform.database import db, new_public_id
from kash.platform.vault import audited
from kash.platform.vault.audit import Change
from kash.platform.web.errors import ChangedMeanwhile, one_or_404
from kash.platform.web.formats import local_today
from kash.policy import Actor
from kash.statements.approval import APPROVAL
from kash.statements.errors import (
    AlreadyProposed,
    AlreadySent,
    MixedMonths,
    NotOver,
    NotQuarterOrYear,
    ToldOtherwise,
)
from kash.statements.models import FrozenFigure, Statement
from kash.statements.queries import ledger
from kash.statements.queries.counting import CountedFigure, counted
from kash.statements.queries.sealed import inputs_digest, seal_people, sealed_people
from kash.statements.rules.choosing import Contradiction
from kash.statements.rules.counting import People, as_frozen
from kash.statements.rules.knowledge import Told
from kash.statements.rules.months import KINDS, mixed_with
from kash.statements.rules.names import HEADCOUNT, Name
from kash.statements.rules.papers import digest_of, paper
from kash.statements.services.printing import printed
from kash.statements.solving.asking import chosen
from kash.workshops.models import Funder


def freeze(funder: str, period: Period, by: Actor, *, police_only: bool = False) -> str:
    """Freeze the figures of a funder (public id) and a period; returns the statement's public id.

    A statement that was frozen before, and neither proposed nor sent, gets the figures of now. What
    of the whole programme has left is taken over as it left.

    Raises NotFound, NotQuarterOrYear, NotOver, MixedMonths, AlreadyProposed, AlreadySent,
    ToldOtherwise, NotWorkedOut and ChangedMeanwhile.
    """
    session = db.session()
    one_or_404(session.scalar(select(Funder.id).where(Funder.public_id == funder)))
    check_period(period, session, police_only=police_only)
    known = ledger.last_number(session)
    found = counted(funder, period, session, police_only=police_only)
    of_people = None if police_only else _of_people(funder, period, found, session)
    figures = list(_figures(funder, found, of_people))
    with audited("statements.frozen", by) as change:
        if ledger.last_number(change.session) != known:
            raise ChangedMeanwhile
        statement = _statement(change, funder, period, by)
        statement.police_only = police_only
        statement.frozen_at = change.now
        for place, figure in enumerate(figures):
            figure.position = place
            statement.figures.append(figure)
        statement.digest = digest_of(paper({}, printed(statement)))
        change.session.flush()
        change.about(statement.public_id, funder)
        return statement.public_id


def check_period(period: Period, session: Session, *, police_only: bool) -> None:
    """Raises NotQuarterOrYear, NotOver and MixedMonths."""
    if period.kind not in KINDS:
        raise NotQuarterOrYear
    if period.last >= local_today():
        raise NotOver
    mixed = [] if police_only else mixed_with(period, ledger.periods_told(session))
    if mixed:
        raise MixedMonths(", ".join(one.text for one in mixed))


def _statement(change: Change, funder: str, period: Period, by: Actor) -> Statement:
    """The row to freeze into, locked, without figures."""
    session = change.session
    payer = one_or_404(
        session.scalar(select(Funder).where(Funder.public_id == funder).with_for_update())
    )
    found = session.scalar(
        select(Statement)
        .where(Statement.funder_id == payer.id, Statement.period == period.text)
        .with_for_update()
    )
    if found is None:
        found = Statement(
            public_id=new_public_id(),
            funder=payer,
            period=period.text,
            first_day=period.first,
            last_day=period.last,
            created_at=change.now,
        )
        session.add(found)
    elif found.state == "sent":
        raise AlreadySent
    elif found.state in APPROVAL.waits:
        raise AlreadyProposed
    else:
        found.figures.clear()
        # Before their places are given anew.
        session.flush()
    found.state, found.proposed_by = "draft", by.public_id
    return found


@dataclass(frozen=True)
class _OfPeople:
    """Figures of people who are starred: what is told, who they are, and what left before."""

    told: Told
    people: People
    before: Sequence[FrozenFigure]


def _of_people(
    funder: str, period: Period, found: Sequence[CountedFigure], session: Session
) -> _OfPeople:
    """Raises ToldOtherwise and NotWorkedOut."""
    before = ledger.programme_as_sent(period.text, session)
    starred = [
        one for one in found if one.line.starred and not one.line.weighted and one.count is not None
    ]
    now = {_name(funder, one): one.people for one in starred if one.line.key != HEADCOUNT}
    people = as_frozen(now, ledger.people_as_now(before, session))
    counts = {name: len(those) for name, those in people.items()}
    # Heads have no names, by which those of that day could be told.
    counts |= {_name(funder, one): one.count or 0 for one in starred if one.line.key == HEADCOUNT}
    try:
        told = chosen(ledger.told_by_period(session).get(period.text, {}), counts)
    except Contradiction:
        raise ToldOtherwise from None
    return _OfPeople(told, people, before)


def _name(funder: str, one: CountedFigure) -> Name:
    return one.line.name(funder, one.place)


def _figures(
    funder: str, found: Sequence[CountedFigure], of_people: _OfPeople | None
) -> Iterator[FrozenFigure]:
    told: Told = of_people.told if of_people else {}
    before = {figure.name(""): figure for figure in of_people.before} if of_people else {}
    people = of_people.people if of_people else {}
    for one in found:
        name = _name(funder, one)
        if not one.line.starred or one.count is None:
            yield _figure(one)
        elif one.line.weighted:
            # Beside the people that it is a share of, or not at all.
            yield _figure(one, starred=told.get(name) is None)
        elif name in told and name not in before:
            yield _figure(one, people.get(name), starred=told[name] is None)
        elif before and not one.place and not one.line.supported:
            yield from map(_as_it_left, before.values())


def _figure(
    one: CountedFigure, people: frozenset[str] | None = None, *, starred: bool = False
) -> FrozenFigure:
    """A figure of these people, who are all that were counted unless others are named."""
    count, those = (one.count, one.people) if people is None else (len(people), people)
    public_id = new_public_id()
    figure = FrozenFigure(
        public_id=public_id,
        line=one.line.code,
        place=[list(pair) for pair in one.place],
        label=one.label,
        value=None if starred else count,
        starred=starred,
        title=one.definition.title,
        definition=one.definition.text,
        version=one.definition.version,
        inputs=inputs_digest(public_id, count, those),
    )
    seal_people(figure, count, those)
    return figure


def _as_it_left(earlier: FrozenFigure) -> FrozenFigure:
    sealed = sealed_people(earlier)
    figure = FrozenFigure(
        public_id=new_public_id(),
        line=earlier.line,
        place=earlier.place,
        label=earlier.label,
        value=earlier.value,
        starred=earlier.starred,
        title=earlier.title,
        definition=earlier.definition,
        version=earlier.version,
        inputs=earlier.inputs,
    )
    seal_people(figure, sealed.count, sealed.people)
    return figure
