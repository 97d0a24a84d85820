"""Whatever has left beside statements: figures to other systems, and papers to a funder. Features
above declare it, so that all of it stands on one page. Figures as the paper of a statement tells
them. The parent's side of the solver. Freezing the figures of a statement, as often as needed
until it is proposed. Proposing, approving and sending statements; and throwing away what was not
sent. Words of statements: how they stand, who is counted, and what people are told apart by."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from kash.feature import Part, declared
from kash.figures.indicators.queries.definitions import DIMENSION_WORDS, STANDARD_VERSION, TITLES
from kash.figures.indicators.rules import Period
from kash.figures.statements import queries as ledger
from kash.figures.statements.models import FrozenFigure, Statement
from kash.figures.statements.queries import (
    APPROVAL,
    CountedFigure,
    counted,
    inputs_digest,
    seal_people,
    sealed_people,
)
from kash.figures.statements.rules import (
    FEWEST,
    HEADCOUNT,
    KINDS,
    Asked,
    Contradiction,
    Name,
    People,
    Place,
    PrintedFigure,
    Range,
    StatementLine,
    Told,
    Who,
    as_frozen,
    digest_of,
    leaks,
    mixed_with,
    paper,
)
from kash.figures.statements.solving.solver import ranges_read, told_read, told_written
from kash.people.words import AGE_BAND, SEX
from kash.platform.approvals.approval import WrongStep
from kash.platform.confinement import NoAnswer, answered
from kash.platform.database import db, new_public_id
from kash.platform.vault import audited, head_code
from kash.platform.vault.audit import Change
from kash.platform.web.errors import ChangedMeanwhile, Problem, get_or_404, one_or_404
from kash.platform.web.formats import date_text, local_today
from kash.policy import Actor
from kash.workshops.models import Funder

_TOLD_OTHERWISE = _l(
    "Another funder was sent differing figures of this period. Send this back and freeze the "
    "figures again."
)
_COULD_BE_WORKED_OUT = _l(
    "With what was sent before, somebody could work out a figure of fewer than five people. Send "
    "this back and freeze the figures again."
)


@dataclass(frozen=True)
class Receiver:
    """Another system to which figures went: how many values of it were taken, when the last was
    sent, and the address at which each stands."""

    name: str
    kind: Any
    values: int
    last: datetime
    page: str


@dataclass(frozen=True)
class OtherReceivers(Part):
    """Other systems to which a feature sends figures.

    Of the community it may send nothing but figures of the whole programme that stand in the ledger
    (`told_by_period`) without a star: so the person who has both knows no more than from the
    ledger, and what is attacked before a statement leaves need not hold them once more. A test of
    the feature says so (`tests/exchange/dhis2/test_left.py`).
    """

    found: Callable[[], Sequence[Receiver]]


@dataclass(frozen=True)
class TokenReader:
    """A program that reads by a token: of which connection, for what, what it read, when last, and
    the address of its token. `rows_until` is the last day on which it was given people of the
    community one by one, None if it never was."""

    name: str
    purpose: str
    read: Sequence[Any]
    last: datetime
    page: str
    rows_until: date | None = None


@dataclass(frozen=True)
class TokenReaders(Part):
    """Programs that read by tokens of a feature.

    Of the community each may be told nothing but figures as they stand in the ledger
    (`told_by_period`), with their stars: `tests/exchange/api/test_left.py` attacks all that a token
    with every scope is told. A token that was given people one by one, as tokens once were, knows
    what is starred of each period that had begun by then.
    """

    found: Callable[[], Sequence[TokenReader]]
    rows_until: Callable[[Session], date | None]


def readers() -> list[TokenReader]:
    """All programs that ever read anything by a token."""
    return [reader for part in declared(TokenReaders) for reader in part.found()]


def rows_given_until(session: Session) -> date | None:
    """The last day on which any program was given people of the community one by one."""
    days = [day for part in declared(TokenReaders) if (day := part.rows_until(session))]
    return max(days, default=None)


@dataclass(frozen=True)
class LeftPaper:
    """A paper that a funder reads, since when, and its address."""

    title: str
    since: datetime | None
    page: str


@dataclass(frozen=True)
class LeftPapers(Part):
    """Papers of a feature that a funder reads, beside statements."""

    to: Callable[[Funder], Sequence[LeftPaper]]


def other_receivers() -> list[Receiver]:
    """All other systems to which figures went."""
    return [receiver for part in declared(OtherReceivers) for receiver in part.found()]


def papers_left(funder: Funder) -> list[LeftPaper]:
    """All papers that a funder reads beside its statements."""
    return [left_paper for part in declared(LeftPapers) for left_paper in part.to(funder)]


def printed(statement: Statement) -> list[PrintedFigure]:
    """All figures of a statement, in their order."""
    return [_printed(figure) for figure in statement.figures]


def _printed(figure: FrozenFigure) -> PrintedFigure:
    return PrintedFigure(
        line=figure.line,
        place=figure.in_place,
        label=figure.label,
        value=figure.value,
        starred=figure.starred,
        title=figure.title,
        definition=figure.definition,
        version=figure.version,
        inputs=figure.inputs,
    )


def document_of(statement: Statement) -> str:
    """The document of a statement that leaves, to the last letter; it has its day and code."""
    sent = statement.sent_at
    head = {
        "statement": statement.public_id,
        "funder": statement.funder.name,
        "period": statement.period,
        "police_only": statement.police_only,
        "frozen": statement.frozen_at.isoformat(timespec="seconds"),
        "sent": sent.isoformat(timespec="seconds") if sent else "",
        "audit": statement.head_code,
    }
    return paper(head, printed(statement))


_SECONDS = 60.0
_MOST_BYTES = 64 * 1024 * 1024


def worked_out(periods: Mapping[str, Told]) -> dict[str, dict[Asked, Range] | None]:
    """The ranges that follow from all that was told of each period, None where it contradicts
    itself. Raises Problem."""
    written = {period: told_written(told) for period, told in periods.items()}
    answers = _asked({"periods": written})
    return {period: ranges_read(answers[period]) for period in periods}


def chosen(told: Told, counts: Mapping[Name, int]) -> dict[Name, int | None]:
    """The figures to tell beside what was told of a period (`kash.figures.statements.rules`).

    Raises Problem and Contradiction.
    """
    answer = _asked({"told": told_written(told), "counts": told_written(counts)})["told"]
    if answer is None:
        raise Contradiction
    return told_read(answer)


def _asked(question: dict[str, Any]) -> dict[str, Any]:
    content = json.dumps(question).encode("ascii")
    try:
        answer = answered(
            "kash.figures.statements.solving.child", [], content, seconds=_SECONDS, most=_MOST_BYTES
        )
        return dict(json.loads(answer))
    except (NoAnswer, ValueError):
        raise Problem(
            _l(
                "The check of these figures did not end, so nothing was sent. Try again in a few "
                "minutes."
            ),
            status=503,
        ) from None


def freeze(funder: str, period: Period, by: Actor, *, police_only: bool = False) -> str:
    """Freeze the figures of a funder (public id) and a period; returns the statement's public id.

    A statement that was frozen before, and neither proposed nor sent, gets the figures of now. What
    of the whole programme has left is taken over as it left.

    Raises NotFound, ChangedMeanwhile and Problem.
    """
    session = db.session()
    one_or_404(session.scalar(select(Funder.id).where(Funder.public_id == funder)))
    check_period(period, session, police_only=police_only)
    last_number = ledger.last_number(session)
    figures_counted = counted(funder, period, session, police_only=police_only)
    of_people = None if police_only else _of_people(funder, period, figures_counted, session)
    figures = list(_figures(funder, figures_counted, of_people))
    with audited("statements.frozen", by) as change:
        if ledger.last_number(change.session) != last_number:
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
    """Raises Problem if nothing of this period may be told."""
    if period.kind not in KINDS:
        raise Problem(_l("A statement is of a quarter or of a year."))
    if period.last >= local_today():
        raise Problem(_l("These days are not over yet."))
    mixed = [] if police_only else mixed_with(period, ledger.periods_told(session))
    if mixed:
        raise Problem(
            _(
                "Figures of community members left for %(periods)s. Quarters beside years would "
                "show single people: choose the same kind, or police officers only.",
                periods=", ".join(other.text for other in mixed),
            )
        )


def _statement(change: Change, funder: str, period: Period, by: Actor) -> Statement:
    """The row to freeze into, locked, without figures."""
    session = change.session
    payer = get_or_404(session, Funder, funder, lock=True)
    statement = session.scalar(
        select(Statement)
        .where(Statement.funder_id == payer.id, Statement.period == period.text)
        .with_for_update()
    )
    if statement is None:
        statement = Statement(
            public_id=new_public_id(),
            funder=payer,
            period=period.text,
            first_day=period.first,
            last_day=period.last,
            created_at=change.now,
        )
        session.add(statement)
    elif statement.state == "sent":
        raise Problem(
            _l(
                "A statement of this period was sent to this funder. What changed since stands "
                "beside it."
            )
        )
    elif statement.state in APPROVAL.waits:
        raise Problem(
            _l("A statement of this period waits to be approved or sent. Send it back first.")
        )
    else:
        statement.figures.clear()
        # Before their places are given anew.
        session.flush()
    statement.state, statement.proposed_by = "draft", by.public_id
    return statement


@dataclass(frozen=True)
class _OfPeople:
    """Figures of people who are starred: what is told, who they are, and what left before."""

    told: Told
    people: People
    before: Sequence[FrozenFigure]


def _of_people(
    funder: str, period: Period, found: Sequence[CountedFigure], session: Session
) -> _OfPeople:
    """Raises Problem."""
    before = ledger.programme_as_sent(period.text, session)
    starred = [
        figure
        for figure in found
        if figure.line.starred and not figure.line.weighted and figure.count is not None
    ]
    now = {
        _name(funder, figure): figure.people for figure in starred if figure.line.key != HEADCOUNT
    }
    people = as_frozen(now, ledger.people_as_now(before, session))
    counts = {name: len(those) for name, those in people.items()}
    # Heads have no names, by which those of that day could be told.
    counts |= {
        _name(funder, figure): figure.count or 0
        for figure in starred
        if figure.line.key == HEADCOUNT
    }
    try:
        told = chosen(ledger.told_by_period(session).get(period.text, {}), counts)
    except Contradiction:
        raise Problem(_TOLD_OTHERWISE) from None
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


def propose(public_id: str, by: Actor) -> None:
    """Propose the figures as they were frozen: the person who froze them does not approve them.
    Raises NotFound and WrongStep."""
    with audited("statements.proposed", by) as change:
        statement: Statement = APPROVAL.locked(change.session, public_id)
        if statement.state != "draft":
            raise WrongStep
        statement.state = "proposed"
        change.about(public_id)


def approve(public_id: str, digest: str, by: Actor) -> None:
    """Approve exactly the figures that were read. Raises NotFound, WrongStep, SamePerson and
    ChangedMeanwhile."""
    with audited("statements.approved", by) as change:
        statement: Statement = APPROVAL.locked(change.session, public_id)
        if statement.state == "proposed" and statement.digest != digest:
            raise ChangedMeanwhile
        APPROVAL.approve(change, statement, by)


def turn_back(public_id: str, reason: str, by: Actor) -> None:
    """Turn a statement back that has not left, with what must be put right. Raises NotFound and
    WrongStep."""
    with audited("statements.returned", by) as change:
        statement: Statement = APPROVAL.locked(change.session, public_id)
        APPROVAL.turn_back(change, statement, reason, by)
        statement.approved_by = statement.approved_for = None


def discard(public_id: str, by: Actor) -> None:
    """Throw away figures that were neither proposed nor sent. Raises NotFound and WrongStep."""
    with audited("statements.discarded", by) as change:
        statement: Statement = APPROVAL.locked(change.session, public_id)
        if statement.state not in ("draft", "returned"):
            raise WrongStep
        change.about(public_id)
        change.session.delete(statement)


def send(public_id: str, by: Actor) -> None:
    """Send an approved statement: from then on its funder reads it, and it is in the ledger.

    Before, all that ever left is laid beside it, and it stays here if anybody could be worked out.
    Raises NotFound, WrongStep, ChangedMeanwhile and Problem.
    """
    session = db.session()
    read = get_or_404(
        session,
        Statement,
        public_id,
        options=(selectinload(Statement.figures), selectinload(Statement.funder)),
    )
    if read.state != "approved":
        raise WrongStep
    digest, last_number = read.digest, ledger.last_number(session)
    check_period(read.of_days, session, police_only=read.police_only)
    ranges = _checked(read, session)
    with audited("statements.sent", by) as change:
        statement: Statement = APPROVAL.locked(
            change.session, public_id, selectinload(Statement.figures)
        )
        if statement.state != "approved":
            raise WrongStep
        if statement.digest != digest or ledger.last_number(change.session) != last_number:
            raise ChangedMeanwhile
        statement.head_code = head_code()
        statement.state, statement.sent_number = "sent", last_number + 1
        statement.sent_at, statement.sent_by = change.now, by.public_id
        statement.ranges = ranges
        statement.document = document_of(statement)
        change.about(public_id, statement.funder.public_id)


def _checked(statement: Statement, session: Session) -> dict[str, list[Any]]:
    """The ranges of all stars that will have left. Raises Problem."""
    everything = ledger.told_by_period(session)
    before, mine = everything.get(statement.period, {}), ledger.told_in(statement)
    if any(before.get(name, value) != value for name, value in mine.items()):
        raise Problem(_TOLD_OTHERWISE)
    if any(value is not None and 0 < value < FEWEST for value in mine.values()):
        raise Problem(_COULD_BE_WORKED_OUT)
    given = rows_given_until(session)
    if given is not None and statement.first_day <= given and None in mine.values():
        raise Problem(
            _(
                "Until %(day)s programs read people of the community one by one: what is starred "
                "here could be known. Tell of police officers only.",
                day=date_text(given),
            )
        )
    if mine:
        everything[statement.period] = before | mine
    ranges_of = worked_out(everything)
    if any(ranges is None for ranges in ranges_of.values()):
        raise Problem(_TOLD_OTHERWISE)
    if any(leaks(ranges) for ranges in ranges_of.values() if ranges is not None):
        raise Problem(_COULD_BE_WORKED_OUT)
    return {period: _written(ranges or {}) for period, ranges in ranges_of.items()}


def _written(ranges: Mapping[Asked, Range]) -> list[Any]:
    return [
        [list(name), range_of.low, range_of.high]
        for name, range_of in ranges.items()
        if isinstance(name, Name)
    ]


STATE: dict[str, Any] = {
    "draft": _l("Frozen, not proposed"),
    "proposed": _l("Waits for approval"),
    "approved": _l("Approved, not sent"),
    "returned": _l("Sent back"),
    "sent": _l("Sent"),
}
STATE_TONE = {
    "draft": "",
    "proposed": "live",
    "approved": "live",
    "returned": "bad",
    "sent": "good",
}
WHO: dict[Who, Any] = {
    Who.POLICE: _l("Police officers"),
    Who.COMMUNITY: _l("Community members"),
    Who.NOBODY: _l("Workshops"),
}


def period_text(period: Period) -> str:
    """A quarter or a year as people say it."""
    if period.kind == "quarter":
        number = (period.first.month + 2) // 3
        return _("Quarter %(number)s of %(year)s", number=number, year=period.first.year)
    return period.text


def read_title(line: StatementLine, title: str, version: int) -> str:
    """Title of a frozen figure for the person who reads a page: the standard one in her language,
    one of the programme's own as it was written. What leaves on paper keeps what was frozen."""
    return str(TITLES[line.key]) if version == STANDARD_VERSION else title


def read_line(line: StatementLine, title: str, version: int) -> str:
    """The same, with whether it is a funder's share of the people."""
    return line_title(line, read_title(line, title, version))


def line_title(line: StatementLine, title: str) -> str:
    """Title of a line, which says if it is a funder's share of the people."""
    if line.weighted:
        return _("%(title)s, by this funder's share of the costs", title=title)
    return title


def value_word(dimension: str, value: str, label: str = "") -> str:
    """Words for a value by which people are told apart."""
    if label:
        return label
    words = {"sex": SEX, "age_band": AGE_BAND}.get(dimension, {})
    return str(words.get(value) or value or _("Not on record"))


def place_text(place: Place, label: str = "") -> str:
    """A place as a list of what people in it are."""
    return ", ".join(value_word(dimension, value, label) for dimension, value in place)


def name_text(name: Name) -> str:
    """A figure that left, as the ledger tells it."""
    return (
        f"{TITLES[name.indicator]}: {place_text(name.place)}"
        if name.place
        else str(TITLES[name.indicator])
    )


WORDS = {
    "state": STATE,
    "tone": STATE_TONE,
    "who": WHO,
    "dimension": DIMENSION_WORDS,
    "period": period_text,
    "title": read_title,
    "line": read_line,
    "value": value_word,
    "name": name_text,
}
