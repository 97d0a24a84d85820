"""Approval of plans. It is not declared as a part, since it cannot be lent: two people who are
there answer for what a year prints. Cases as the tables of a plan count them. Days on which tables
are printed: those that are due, and the one that comes. Days whose figures may have been printed
already, in what a database that was put back lost. Dice that are thrown a second time for one
window can be set beside the first throw. So whatever could have been printed before the database
was put back waits until two people say what was. Notes beside what was printed. Names of tables
and of their lines, for pages and papers. Sentences about plans: what they promise, and why one is
refused. Printed tables, exactly as printed, for all rooms that show them. Plans: those that
everybody reads, and those on their way. Printed tables as they are read: each line with what it
means, its share and where it goes, all of it from printed values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, joinedload

from kash.figures.releases.models import Release, ReleaseNote, ReleasePlan, ReleaseRecovery
from kash.figures.releases.rules.proposing import Printed
from kash.figures.releases.rules.tables import (
    ACTS,
    CONTENT_LIMIT,
    FIRST_EDITION,
    MEDIATION,
    REPORTED_LIMIT,
    WHO,
    CountedCase,
    PlanFlaw,
    PlanRefusal,
    PrintedShare,
    ReleaseWindow,
    TablePlan,
    Trend,
    YearPlan,
    content_odds,
    difference,
    families_of,
    proposed_days,
    range_of,
    reported_odds,
    share,
    trend,
)
from kash.incidents.queries.mediation import TotalsCase, cases_for_totals, countable_from
from kash.platform.approvals.approval import Approval
from kash.platform.database import db
from kash.platform.vault import (
    MirrorMissing,
    OpenVault,
    entry_with_code,
    is_behind_its_mirror,
    noted_once,
    put_back_at,
)
from kash.platform.web.errors import get_or_404, one_or_404
from kash.platform.web.today import AnswerKind
from kash.policy import Actor

# Told to the person who proposed.
SENT_BACK = AnswerKind(
    "plan_sent_back",
    _l("On %(when)s a plan of printed figures that you proposed was sent back. It says why."),
    "releases.plan",
    "plan_id",
    _l("Plans of printed figures"),
    _l("See why"),
)
APPROVAL = Approval(
    "releases",
    ReleasePlan,
    proposes="releases.make",
    approves="releases.approve",
    label=_l("Plans of printed figures: approve or send back"),
    waiting=_l("Plans of printed figures proposed, not approved"),
    own=_l("You proposed this plan, so another person must approve it."),
    stands_in=_l("You stand in for the person who proposed this plan, so another must approve it."),
    sent_back=SENT_BACK,
)
RECOVERY = Approval(
    "release_recoveries",
    ReleaseRecovery,
    proposes="releases.make",
    approves="releases.approve",
    label=_l("Figures that may have been printed before: agree or send back"),
    waiting=_l("What was said of figures that may have been printed before, not agreed to"),
    own=_l("You said this, so another person must agree to it."),
    stands_in=_l("You stand in for the person who said this, so another must agree."),
)


_PARTIES = {"police": "police", "client": "client"}
_OTHERS = "other"


def counted_cases(
    session: Session, vault: OpenVault, day: date, plans: Sequence[YearPlan]
) -> list[CountedCase]:
    """Every case filed up to and on a day that may be counted, no matter who asks. Raises
    RecordsNotOpen and ReportsStillWait."""
    # By the list of acts of its own plan, in whatever year it is counted: what that plan counts was
    # voted on before its year.
    editions = {plan.year: table.edition for plan in plans if (table := plan.table(ACTS))}
    return [
        _counted(case, editions.get(case.filed_on.year, FIRST_EDITION))
        for case in cases_for_totals(session, vault, day)
    ]


def _counted(case: TotalsCase, edition: int) -> CountedCase:
    tables = {
        WHO: (_PARTIES.get(case.party, _OTHERS),) if case.party else (),
        MEDIATION: (case.mediation,) if case.mediation else (),
        ACTS: families_of(case.acts, edition),
    }
    codes_by_table = {key: codes for key, codes in tables.items() if codes}
    return CountedCase(case.reference, case.filed_on, codes_by_table, case.also)


@dataclass(frozen=True)
class PlannedTable:
    """A table that is printed on a day, by the plan of its year. `printed` is the release's public
    id, empty before; `lost`: two people said that it was printed, and it is not here any more."""

    plan: ReleasePlan
    table: TablePlan
    window: ReleaseWindow
    printed: str = ""
    lost: bool = False

    @property
    def witness(self) -> str:
        """Its name in the audit's mirror: the year, the table, the window."""
        return f"{self.plan.year}/{self.window.key}/{self.window.number}"


@dataclass(frozen=True)
class PrintingDay:
    """A freeze day with its tables, in the order in which they are printed. They are printed from
    `due_at` on."""

    day: date
    due_at: datetime
    tables: Sequence[PlannedTable]

    @property
    def is_printed(self) -> bool:
        """True if nothing is left to print of it."""
        return all(table.printed or table.lost for table in self.tables)


def printing_days(session: Session | None = None, *, locked: bool = False) -> list[PrintingDay]:
    """All days of all approved plans, the oldest first; three queries. `locked`: anybody else
    who prints waits until this transaction is over."""
    session = session or db.session()
    wanted = select(ReleasePlan).where(ReleasePlan.state == "approved").order_by(ReleasePlan.year)
    if locked:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    plans = session.scalars(wanted).all()
    printed = {
        (release.plan_id, release.table_key, release.window): release.public_id
        for release in session.execute(
            select(Release.plan_id, Release.table_key, Release.window, Release.public_id)
        )
    }
    lost = _lost(session) if len(printed) < sum(len(plan.calendar) for plan in plans) else set()
    days: dict[date, list[PlannedTable]] = {}
    for plan in plans:
        tables = {planned.key: planned for planned in plan.year_plan.tables}
        for window in plan.calendar:
            if window.key in tables:
                key = (plan.id, window.key, window.number)
                here = printed.get(key, "")
                gone = not here and window.freeze_on in lost
                planned = PlannedTable(plan, tables[window.key], window, here, gone)
                days.setdefault(window.freeze_on, []).append(planned)
    return [PrintingDay(day, countable_from(day), days[day]) for day in sorted(days)]


def _lost(session: Session) -> set[date]:
    agreed = (ReleaseRecovery.state == "approved", ReleaseRecovery.kind == "printed")
    return set(session.scalars(select(ReleaseRecovery.day).where(*agreed)))


def lost_days() -> list[date]:
    """Days of which figures were printed that are lost here."""
    days = printing_days()
    return [printing.day for printing in days if any(table.lost for table in printing.tables)]


def days_due(now: datetime) -> list[PrintingDay]:
    """Days whose tables are to be printed now, the oldest first."""
    return [
        printing
        for printing in printing_days()
        if printing.due_at <= now and not printing.is_printed
    ]


def next_day(now: datetime) -> PrintingDay | None:
    """The day that comes next, None if no plan says one."""
    return next((printing for printing in printing_days() if printing.due_at > now), None)


@dataclass(frozen=True)
class Doubt:
    """A day that waits: since the database was put back (`since`), since the mirror holds `noted`
    throws of it that are not here, or since the database is behind its mirror, of which nothing
    says why (`unsaid`)."""

    printing: PrintingDay
    since: datetime | None
    noted: int
    unsaid: bool

    @property
    def day(self) -> date:
        """The freeze day."""
        return self.printing.day


def doubts(
    session: Session, now: datetime, days: Sequence[PrintingDay] | None = None
) -> list[Doubt]:
    """The days that are due and wait, the oldest first."""
    days = printing_days(session) if days is None else days
    due = [printing for printing in days if printing.due_at <= now and not printing.is_printed]
    if not due:
        return []
    since, noted, unsaid = put_back_at(session), noted_once(), _is_unsaid(session)
    told = [_doubt(printing, since, noted, unsaid=unsaid) for printing in due]
    settled = _said(session, [printing.day for printing in told if printing is not None])
    return [
        printing
        for printing in told
        if printing is not None and not _is_settled(printing, settled.get(printing.day))
    ]


def _doubt(
    printing: PrintingDay, since: datetime | None, noted: Mapping[str, int], *, unsaid: bool
) -> Doubt | None:
    since = since if since is not None and since >= printing.due_at else None
    thrown = sum(noted.get(table.witness, 0) for table in printing.tables if not table.printed)
    if since is None and not thrown and not unsaid:
        return None
    return Doubt(printing, since, thrown, unsaid)


def _is_unsaid(session: Session) -> bool:
    try:
        return is_behind_its_mirror(session)
    except MirrorMissing:
        return True


def _said(session: Session, days: Sequence[date]) -> dict[date, ReleaseRecovery]:
    """All that two people said of each day last."""
    rows = session.scalars(
        select(ReleaseRecovery)
        .where(ReleaseRecovery.state == "approved", ReleaseRecovery.day.in_(days))
        .order_by(ReleaseRecovery.id)
    )
    return {recovery.day: recovery for recovery in rows}


def _is_settled(doubt: Doubt, said: ReleaseRecovery | None) -> bool:
    if said is None or doubt.unsaid:
        return False
    # Whatever was put back, or thrown, after it is another matter.
    return said.noted == doubt.noted and (doubt.since is None or said.created_at > doubt.since)


def doubt_of(session: Session, day: date, now: datetime) -> Doubt:
    """The doubt of a day. Raises NotFound."""
    return one_or_404(next((doubt for doubt in doubts(session, now) if doubt.day == day), None))


def waiting_for(session: Session, day: date) -> ReleaseRecovery | None:
    """All that one person said of a day, and another has not agreed to yet."""
    return session.scalar(
        select(ReleaseRecovery).where(
            ReleaseRecovery.day == day, ReleaseRecovery.state == "proposed"
        )
    )


def sent_back(session: Session, day: date) -> ReleaseRecovery | None:
    """All that was last said of a day, if it was sent back."""
    recovery = session.scalar(
        select(ReleaseRecovery)
        .where(ReleaseRecovery.day == day)
        .order_by(ReleaseRecovery.id.desc())
        .limit(1)
    )
    return recovery if recovery is not None and recovery.state == "returned" else None


def proves(session: Session, code: str, doubt: Doubt) -> bool | None:
    """True if a code on printed minutes tells that the figures had not been printed: it stands in
    this chain, between the day on which they were due and the moment at which the database was put
    back. None if no entry has it."""
    entry = entry_with_code(session, code)
    if entry is None:
        return None
    return doubt.since is not None and doubt.printing.due_at <= entry.at < doubt.since


def notes_of(*releases: str) -> dict[str, list[ReleaseNote]]:
    """Notes by the public id of their release, oldest first; of all if none are named."""
    wanted = select(Release.public_id, ReleaseNote).join(
        Release, Release.id == ReleaseNote.release_id
    )
    if releases:
        wanted = wanted.where(Release.public_id.in_(releases))
    notes: dict[str, list[ReleaseNote]] = {}
    for release, note in db.session.execute(wanted.order_by(ReleaseNote.id)):
        notes.setdefault(release, []).append(note)
    return notes


TITLES: dict[str, Any] = {
    "who": _l("Who did it"),
    "mediation": _l("What came of mediation"),
    "acts": _l("What was done"),
}
LINES: dict[tuple[str, str], Any] = {
    ("who", "police"): _l("Police"),
    ("who", "client"): _l("Client"),
    ("who", "other"): _l("Somebody else"),
    ("mediation", "settled"): _l("Settled"),
    ("mediation", "partly"): _l("Settled in part"),
    ("mediation", "failed"): _l("Nothing came of it"),
    ("mediation", "withdrawn"): _l("Withdrawn"),
    ("mediation", "court"): _l("Went to court"),
    ("acts", "liberty"): _l("Arrest and detention"),
    ("acts", "assault"): _l("Assault"),
    ("acts", "sexual"): _l("Sexual violence"),
    ("acts", "threats"): _l("Threats"),
    ("acts", "health"): _l("Health and HIV"),
    ("acts", "property"): _l("Money and property"),
    ("acts", "payment"): _l("Denial of payment"),
    ("acts", "justice"): _l("Search, signature, complaint"),
}


def line_name(key: str, code: str) -> str:
    """Name of a line of a table; its code, if it has no name."""
    return str(LINES.get((key, code), code))


def table_name(title_key: str) -> str:
    """Name of a table."""
    return str(TITLES.get(title_key, title_key))


EVERY: dict[int, Any] = {1: _l("Each quarter"), 2: _l("Each half-year"), 4: _l("Once a year")}
_FLAWS: dict[PlanFlaw, Any] = {
    PlanFlaw.NO_TABLES: _l("Choose at least one table."),
    PlanFlaw.TWICE: _l("%(table)s: the table, or one of its lines, stands there twice."),
    PlanFlaw.UNKNOWN: _l("%(table)s: there is no such table."),
    PlanFlaw.CODES: _l("%(table)s: its lines changed, and would count old cases again."),
    PlanFlaw.RENAMED: _l(
        "%(table)s is %(other)s under another name, and would count old cases again."
    ),
    PlanFlaw.UNIT: _l("%(table)s was counted otherwise in %(year)s, and goes on so."),
    PlanFlaw.DIE: _l("%(table)s: its dice had more sides in %(year)s. Take as many, or more."),
    PlanFlaw.MOST: _l("%(table)s: one case would weigh more than in %(year)s."),
    PlanFlaw.SHAPE: _l(
        "%(table)s: dice have 2 to 100 sides, and “few” begins below 10, 15, 20 or another multiple"
        " of five."
    ),
    PlanFlaw.YEAR: _l("There is an approved plan of %(year)s already."),
    PlanFlaw.REPORTED: _l(
        "All together would move the odds that one case was reported by %(odds)s; more than "
        "%(limit)s is refused. Take dice with more sides, or leave a table out."
    ),
    PlanFlaw.CONTENT: _l(
        "All together would move the odds of what a case says by %(odds)s; more than %(limit)s "
        "is refused."
    ),
}
_LIMITS = {PlanFlaw.REPORTED: REPORTED_LIMIT, PlanFlaw.CONTENT: CONTENT_LIMIT}


def refusal_sentence(refusal: PlanRefusal) -> str:
    """Reason for which a plan is refused, in one sentence or two."""
    values = {
        "table": table_name(refusal.key),
        "other": table_name(refusal.other),
        "year": refusal.year,
        "odds": odds_text(refusal.odds),
        "limit": _LIMITS.get(refusal.flaw, 0),
    }
    return str(_FLAWS[refusal.flaw]) % values


def odds_text(odds: Fraction) -> str:
    """Odds with two digits after the point, rounded up."""
    hundredths = -(-odds.numerator * 100 // odds.denominator)
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def suspicion_after(odds: Fraction) -> int:
    """Suspicion that one of 50 in 100 becomes at most, in hundredths, rounded up."""
    return -(-100 * odds.numerator // (odds.numerator + odds.denominator))


def promise_sentences(plans: Sequence[YearPlan]) -> tuple[str, str]:
    """The promise that plans keep together: whether a case was reported, and what it says."""
    reported, content = reported_odds(plans), content_odds(plans)
    return (
        _(
            "Whatever somebody knows, all that is ever printed multiplies the odds that one case"
            " was reported by %(odds)s at most: a suspicion of 50 in 100 becomes at most %(after)s"
            " in 100.",
            odds=odds_text(reported),
            after=suspicion_after(reported),
        ),
        _(
            "It multiplies the odds of what a case says, or when it was filed, by %(odds)s at "
            "most: 50 in 100 becomes at most %(after)s in 100.",
            odds=odds_text(content),
            after=suspicion_after(content),
        ),
    )


@dataclass(frozen=True)
class PrintedLine:
    """A line as printed; None reads "few"."""

    code: str
    label: str
    printed: int | None


@dataclass(frozen=True)
class PrintedTable:
    """A table as printed, with what its plan says of it."""

    release_id: str
    key: str
    title: str
    year: int
    window: int
    freeze_on: date
    lines: tuple[PrintedLine, ...]
    plan: TablePlan


def printed_tables(key: str | None = None) -> list[PrintedTable]:
    """All that was printed, or only the tables of a key, oldest first and in the order of their
    plan."""
    wanted = select(Release).options(joinedload(Release.plan))
    if key is not None:
        wanted = wanted.where(Release.table_key == key)
    releases = db.session.scalars(wanted).all()
    plans = {release.plan_id: release.plan.year_plan for release in releases}
    orders = {release: [table.key for table in plan.tables] for release, plan in plans.items()}
    shown = sorted(
        releases,
        key=lambda release: (release.freeze_on, orders[release.plan_id].index(release.table_key)),
    )
    tables = ((release, plans[release.plan_id].table(release.table_key)) for release in shown)
    return [_shown(release, table) for release, table in tables if table is not None]


def _shown(release: Release, table: TablePlan) -> PrintedTable:
    return PrintedTable(
        release.public_id,
        release.table_key,
        table_name(table.title_key),
        release.plan.year,
        release.window,
        release.freeze_on,
        tuple(
            PrintedLine(code, line_name(release.table_key, code), printed)
            for code, printed in release.lines
        ),
        table,
    )


def approved_plans() -> Sequence[ReleasePlan]:
    """The plans that were approved, by year."""
    wanted = select(ReleasePlan).where(ReleasePlan.state == "approved").order_by(ReleasePlan.year)
    return db.session.scalars(wanted).all()


def decides_on_plans(actor: Actor) -> bool:
    """True if plans that are not approved are hers to read."""
    return actor.may("releases.make") or actor.may("releases.approve")


def plans(actor: Actor) -> Sequence[ReleasePlan]:
    """The plans that somebody reads, the newest year first."""
    wanted = select(ReleasePlan).order_by(ReleasePlan.year.desc(), ReleasePlan.id.desc())
    if not decides_on_plans(actor):
        wanted = wanted.where(ReleasePlan.state == "approved")
    return db.session.scalars(wanted).all()


def plan(public_id: str, actor: Actor) -> ReleasePlan:
    """A plan that somebody reads. Raises NotFound."""
    plan = get_or_404(db.session, ReleasePlan, public_id)
    return one_or_404(plan if plan.state == "approved" or decides_on_plans(actor) else None)


def approved_before(year: int) -> list[ReleasePlan]:
    """The approved plans of earlier years, the oldest first."""
    wanted = (
        select(ReleasePlan)
        .where(ReleasePlan.state == "approved", ReleasePlan.year < year)
        .order_by(ReleasePlan.year)
    )
    return list(db.session.scalars(wanted))


def years_to_plan(today: date) -> list[int]:
    """This year, as long as it has a window to come, and the next: those for which no plan was
    approved or waits, and that come after the newest approved one."""
    taken = db.session.execute(
        select(ReleasePlan.year, ReleasePlan.state).where(
            or_(ReleasePlan.state == "approved", ReleasePlan.state == "proposed")
        )
    ).all()
    newest = max((plan.year for plan in taken if plan.state == "approved"), default=0)
    waiting = {plan.year for plan in taken}
    return [
        year
        for year in (today.year, today.year + 1)
        if year > newest and year not in waiting and any(proposed_days(year, today))
    ]


def waiting_plans(actor: Actor) -> Sequence[ReleasePlan]:
    """Plans that wait for an actor's approval, the oldest first."""
    wanted = select(ReleasePlan).where(APPROVAL.open_to(actor)).order_by(ReleasePlan.id)
    return db.session.scalars(wanted).all()


def is_planned(year: int) -> bool:
    """True if a plan of a year was approved, or waits for it."""
    planned = exists().where(ReleasePlan.year == year, ReleasePlan.state != "returned")
    return bool(db.session.scalar(select(planned)))


def printed_lines() -> Printed:
    """The lines of all that was printed, as plans are proposed from them."""
    by_table: dict[str, list[dict[str, int | None]]] = {}
    for table in printed_tables():
        lines = {line.code: line.printed for line in table.lines}
        by_table.setdefault(table.key, []).append(lines)
    return by_table


# So many windows stand beside each other on a page; four of them make a trend.
MOST_SHOWN, FOR_TREND = 8, 4


@dataclass(frozen=True)
class ReadFigure:
    """A line of a table: from `low` to `high` is what it means, nine times in ten; `share` is None
    where the table is too thin for one, `trend` before there were enough windows and where it reads
    "few". `past` are its values in the table's `windows`."""

    printed: PrintedLine
    low: int
    high: int
    share: PrintedShare | None
    trend: Trend | None
    past: tuple[int | None, ...]


@dataclass(frozen=True)
class ReadTable:
    """A printed table with the windows of the same length before it, oldest first, itself the
    last."""

    table: PrintedTable
    windows: tuple[PrintedTable, ...]
    lines: tuple[ReadFigure, ...]

    @property
    def highest(self) -> int:
        """The highest value that a chart of it shows."""
        return max(max(line.high, *(value or 0 for value in line.past)) for line in self.lines)

    @property
    def is_few(self) -> bool:
        """True if every line reads "few"."""
        return all(line.printed.printed is None for line in self.lines)


def chart_top(tables: Iterable[ReadTable]) -> int:
    """Where the one scale ends by which charts of these tables are drawn: its half is a whole
    ten."""
    return -(-max((read.highest for read in tables), default=1) // 20) * 20


def read_table(tables: Sequence[PrintedTable]) -> ReadTable:
    """The last of the printed tables of one key, oldest first, with those before it that it can be
    compared with."""
    table = tables[-1]
    windows: list[PrintedTable] = []
    for window in reversed(tables[-MOST_SHOWN:]):
        if _shape(window) != _shape(table):
            break
        windows.insert(0, window)
    values = [{line.code: line.printed for line in window.lines} for window in windows]
    lines = []
    for line in table.lines:
        past = tuple(window[line.code] for window in values)
        low, high = range_of(line.printed, table.plan)
        # Of how many fewer than "few" there were, nothing is known.
        tells = len(past) >= FOR_TREND and line.printed is not None
        direction = trend(past[-FOR_TREND:], table.plan) if tells else None
        part = share(values[-1], line.code, table.plan)
        lines.append(ReadFigure(line, low, high, part, direction, past))
    return ReadTable(table, tuple(windows), tuple(lines))


def first_days(tables: Sequence[PrintedTable]) -> list[date]:
    """The first days of the windows of printed tables of one key, oldest first: each begins when
    the one before it was counted, and the first with the year of its plan."""
    before = [table.freeze_on + timedelta(days=1) for table in tables[:-1]]
    return [date(table.year, 1, 1) for table in tables[:1]] + before


def change_since(earlier: PrintedTable, tables: Sequence[PrintedTable], code: str) -> Trend | None:
    """Word for a line from an earlier window to the last of these: no other one than its trend,
    where that is said; None where it reads "few"."""
    last = next(line for line in read_table(tables).lines if line.printed.code == code)
    if last.printed.printed is None:
        return None
    before = next(line.printed for line in earlier.lines if line.code == code)
    change = difference(before, last.printed.printed, tables[-1].plan)
    word = Trend.FALLING if change.by < 0 else Trend.RISING
    return word if change.clear and last.trend in (None, word) else Trend.CANNOT_TELL


def _shape(table: PrintedTable) -> tuple[int, set[str]]:
    return table.plan.every, set(table.plan.codes)


def by_key(tables: Sequence[PrintedTable]) -> dict[str, list[PrintedTable]]:
    """Printed tables by their keys, each oldest first."""
    tables_by_key: dict[str, list[PrintedTable]] = {}
    for table in tables:
        tables_by_key.setdefault(table.key, []).append(table)
    return tables_by_key
