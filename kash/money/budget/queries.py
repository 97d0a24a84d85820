"""Head counts by which lines are reckoned, of many workshops at once. Budgets: lines with their
sums, of one workshop and of all in a period."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session, joinedload

from kash.attendance.models import Mark, MarkStatus, RosterEntry, Slot
from kash.money.budget.models import BudgetClosing, BudgetLine
from kash.money.budget.rules import (
    Bearer,
    BudgetLineFacts,
    BudgetPart,
    Driver,
    HeadCounts,
    LineSums,
    PaidSum,
    line_sums,
    total_of,
)
from kash.money.payouts.queries.claims import latest_table
from kash.money.payouts.queries.payments import listed_sums
from kash.platform.database import db
from kash.platform.web.errors import get_or_404
from kash.platform.web.formats import to_local
from kash.policy import Actor, Reach
from kash.workshops.models import Enrolment, Facilitator, Funder, Funding, Workshop
from kash.workshops.queries.scope import run_by
from kash.workshops.queries.workshops import counts_within

_ASKED = ("invited", "confirmed")


def head_counts(
    session: Session, workshops: Sequence[Workshop], person_days_of: Collection[int]
) -> dict[int, HeadCounts]:
    """Counts of each workshop by its key; days that people came only of those whose keys are in
    `person_days_of`. Five queries."""
    ids = [workshop.id for workshop in workshops]
    registers = {workshop.register_id: workshop.id for workshop in workshops}
    people: dict[tuple[int, str], int] = {
        (workshop, state): count
        for workshop, state, count in session.execute(
            select(Enrolment.workshop_id, Enrolment.state, func.count(Enrolment.id))
            .where(Enrolment.workshop_id.in_(ids), Enrolment.state.in_(_ASKED))
            .group_by(Enrolment.workshop_id, Enrolment.state)
        )
    }
    trainers = _by_key(
        session,
        select(Facilitator.workshop_id, func.count(Facilitator.id))
        .where(Facilitator.workshop_id.in_(ids))
        .group_by(Facilitator.workshop_id),
    )
    came = _by_key(
        session,
        _came(registers)
        .with_only_columns(Slot.register_id, func.count(func.distinct(Mark.person_id)))
        .group_by(Slot.register_id),
    )
    days = _days(session, registers)
    wanted = [register for register, key in registers.items() if key in person_days_of]
    person_days = _person_days(session, wanted)
    return {
        workshop.id: HeadCounts(
            days=len(days.get(workshop.register_id, ()))
            or (workshop.ends_on - workshop.starts_on).days + 1,
            invited=sum(people.get((workshop.id, state), 0) for state in _ASKED),
            confirmed=people.get((workshop.id, "confirmed"), 0),
            trainers=trainers.get(workshop.id, 0),
            attended=came.get(workshop.register_id),
            person_days=person_days.get(workshop.register_id),
        )
        for workshop in workshops
    }


def _came(registers: Collection[int]) -> Select[int]:
    """Marks of people on the roster who were there at all."""
    return (
        select(Mark.id)
        .join(Slot, Slot.id == Mark.slot_id)
        .join(MarkStatus, MarkStatus.code == Mark.status)
        .join(
            RosterEntry,
            (RosterEntry.register_id == Slot.register_id)
            & (RosterEntry.person_id == Mark.person_id)
            & RosterEntry.removed_at.is_(None),
        )
        .where(Slot.register_id.in_(registers), MarkStatus.weight > 0)
    )


def _days(session: Session, registers: Mapping[int, int]) -> dict[int, set[date]]:
    days: dict[int, set[date]] = {}
    for register, starts_at in session.execute(
        select(Slot.register_id, Slot.starts_at).where(Slot.register_id.in_(registers))
    ):
        days.setdefault(register, set()).add(to_local(starts_at).date())
    return days


def _person_days(session: Session, registers: Collection[int]) -> dict[int, int]:
    """Days that people came, each person's counted once. A day is the programme's, which only it
    can tell from a moment."""
    person_days: dict[int, set[tuple[int, date]]] = {}
    local: dict[datetime, date] = {}
    for register, person, starts_at in session.execute(
        _came(registers)
        .with_only_columns(Slot.register_id, Mark.person_id, Slot.starts_at)
        .distinct()
    ):
        day = local.setdefault(starts_at, to_local(starts_at).date())
        person_days.setdefault(register, set()).add((person, day))
    return {register: len(pairs) for register, pairs in person_days.items()}


def _by_key(session: Session, statement: Select[int, int]) -> dict[int, int]:
    rows: Sequence[tuple[int, int]] = session.execute(statement).all()
    return dict(rows)


CURRENCY = "KES"
# The person who asks for more narrows the period.
MOST_WORKSHOPS = 1000


@dataclass(frozen=True)
class ReckonedLine:
    """A line with what it comes to."""

    line: BudgetLine
    sums: LineSums

    @property
    def left(self) -> int:
        """Amount that is planned and not spent; below nothing if more was spent."""
        return self.sums.planned - self.sums.spent


@dataclass(frozen=True)
class WorkshopBudget:
    """A workshop with its lines, and who closed its budget when, if anybody did."""

    workshop: Workshop
    lines: Sequence[ReckonedLine]
    closed_by: str = ""
    closed_at: datetime | None = None

    @property
    def planned(self) -> int:
        """The sum of what is planned."""
        return sum(line.sums.planned for line in self.lines)

    @property
    def spent(self) -> int:
        """The sum of what was spent."""
        return sum(line.sums.spent for line in self.lines)

    @property
    def parts(self) -> list[BudgetPart]:
        """Parts by funder and code, added up over the lines."""
        return list(total_of([part for line in self.lines for part in line.sums.parts]).values())


@dataclass(frozen=True)
class BudgetSearch:
    """Search for budgets of workshops that end within a period, first and last day among it.
    `funder` is a name, "" for all and "-" for the programme's own means."""

    first: date
    last: date
    funder: str = ""
    code: str = ""

    def fits(self, part: BudgetPart) -> bool:
        """True if this part is asked for."""
        wanted = "" if self.funder == "-" else self.funder
        return (not self.funder or part.funder == wanted) and (
            not self.code or part.code == self.code
        )


def currency() -> str:
    """The currency of the programme's rates; KES until there are any."""
    table = latest_table(None)
    return table.currency if table is not None else CURRENCY


def budget_of(workshop: Workshop, session: Session | None = None) -> WorkshopBudget:
    """The budget of a workshop; nine queries at most, whatever it has."""
    return _budgets(session or db.session(), [workshop])[0]


def line_of(workshop: Workshop, public_id: str) -> BudgetLine:
    """A line, fetched through its workshop. Raises NotFound."""
    return get_or_404(
        db.session,
        BudgetLine,
        public_id,
        BudgetLine.workshop_id == workshop.id,
        options=(joinedload(BudgetLine.funder),),
    )


def budgets(actor: Actor, asked: BudgetSearch, *, most: int | None = 0) -> list[WorkshopBudget]:
    """Budgets within reach of workshops that end in the period, in order, with a line whose part is
    asked for. `most` workshops are looked at, all where it is None; 0 is as many as a page has."""
    statement = _in_period(actor, asked).limit(MOST_WORKSHOPS if most == 0 else most)
    budgets_found = _budgets(db.session(), db.session.scalars(statement).all())
    return [budget for budget in budgets_found if any(asked.fits(part) for part in budget.parts)]


def is_cut(actor: Actor, asked: BudgetSearch) -> bool:
    """True if the period has more workshops than are looked at, whatever part is asked for."""
    beyond = _in_period(actor, asked).offset(MOST_WORKSHOPS).limit(1)
    return db.session.scalar(beyond) is not None


def _in_period(actor: Actor, asked: BudgetSearch) -> Select[Workshop]:
    statement = (
        select(Workshop)
        .where(
            counts_within(asked.first, asked.last),
            exists().where(BudgetLine.workshop_id == Workshop.id),
        )
        .order_by(Workshop.starts_on, Workshop.id)
    )
    if actor.reach("budget.see") is not Reach.ALL:
        statement = statement.where(Workshop.id.in_(run_by(actor)))
    return statement


def codes_known(actor: Actor) -> list[str]:
    """Codes in use: those of shares, which everybody sees who plans, and of lines within reach."""
    lines = select(BudgetLine.budget_code).distinct()
    if actor.reach("budget.see") is not Reach.ALL:
        lines = lines.where(BudgetLine.workshop_id.in_(run_by(actor)))
    shares = select(Funding.budget_code).distinct()
    return sorted({*db.session.scalars(shares), *db.session.scalars(lines)} - {""})


def funder_choices() -> list[tuple[str, str]]:
    """Public ids and names of all funders."""
    return [
        (public_id, name)
        for public_id, name in db.session.execute(
            select(Funder.public_id, Funder.name).order_by(Funder.name)
        )
    ]


def facts_of(line: BudgetLine) -> BudgetLineFacts:
    """A stored line as rules know it."""
    return BudgetLineFacts(
        driver=Driver(line.driver),
        unit_cents=line.unit_cents,
        with_trainers=line.with_trainers,
        from_payouts=line.from_payouts,
        funder=line.funder.name if line.funder is not None else "",
        code=line.budget_code,
        spent_cents=line.spent_cents,
    )


def _budgets(session: Session, workshops: Sequence[Workshop]) -> list[WorkshopBudget]:
    ids = [workshop.id for workshop in workshops]
    lines: dict[int, list[BudgetLine]] = {}
    for line in session.scalars(
        select(BudgetLine)
        .options(joinedload(BudgetLine.funder))
        .where(BudgetLine.workshop_id.in_(ids))
        .order_by(BudgetLine.position, BudgetLine.id)
    ):
        lines.setdefault(line.workshop_id, []).append(line)
    closings = {
        closing.workshop_id: closing
        for closing in session.scalars(
            select(BudgetClosing).where(BudgetClosing.workshop_id.in_(ids))
        )
    }
    moving = [workshop for workshop in workshops if workshop.id not in closings]
    by_days = {
        key
        for key, some in lines.items()
        if any(budget_line.driver == "person_days" for budget_line in some)
    }
    counts = head_counts(session, moving, by_days)
    bearers = _bearers(session, [workshop.id for workshop in moving])
    paid: dict[int, list[PaidSum]] = {}
    for workshop, cents, is_paid, count in listed_sums(
        session, [workshop_moving.id for workshop_moving in moving]
    ):
        paid.setdefault(workshop, []).append(PaidSum(cents, is_paid, count))
    workshop_budgets = []
    for budgeted in workshops:
        closing = closings.get(budgeted.id)
        reckoned = [
            ReckonedLine(
                line,
                thawed(line)
                if closing is not None and line.frozen is not None
                else line_sums(
                    facts_of(line),
                    counts[budgeted.id],
                    bearers.get(budgeted.id, ()),
                    paid.get(budgeted.id, ()),
                    cancelled=budgeted.state == "cancelled",
                ),
            )
            for line in lines.get(budgeted.id, ())
        ]
        workshop_budgets.append(
            WorkshopBudget(
                budgeted,
                reckoned,
                closing.closed_by if closing is not None else "",
                closing.closed_at if closing is not None else None,
            )
        )
    return workshop_budgets


def frozen(sums: LineSums) -> list[object]:
    """Sums of a line as they are kept once its budget is closed."""
    return [
        sums.units,
        sums.planned,
        sums.spent,
        [[part.funder, part.code, part.planned, part.spent] for part in sums.parts],
    ]


def thawed(line: BudgetLine) -> LineSums:
    """Sums of a line as they were kept."""
    units, planned, spent, parts = line.frozen or [0, 0, 0, []]
    return LineSums(units, planned, spent, tuple(BudgetPart(*part) for part in parts))


def _bearers(session: Session, ids: Collection[int]) -> dict[int, list[Bearer]]:
    bearers: dict[int, list[Bearer]] = {}
    for workshop, name, code, share in session.execute(
        select(Funding.workshop_id, Funder.name, Funding.budget_code, Funding.share)
        .join(Funder, Funder.id == Funding.funder_id)
        .where(Funding.workshop_id.in_(ids))
        .order_by(Funding.share.desc(), Funder.name)
    ):
        bearers.setdefault(workshop, []).append(Bearer(name, code, share))
    return bearers
