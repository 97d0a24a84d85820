"""Problems that stand in the way of what is done with budgets. Adding a line to a budget, changing
and removing one, closing a budget and opening it again. Words for budgets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kash.money.budget.models import BudgetClosing, BudgetLine
from kash.money.budget.queries import budget_of, frozen
from kash.money.budget.rules import MOST_LINES, Driver
from kash.platform.vault import audited
from kash.platform.web.errors import ChangedMeanwhile, Problem, get_or_404, one_or_404
from kash.platform.web.formats import local_today
from kash.policy import Actor
from kash.workshops.models import Funder, Workshop


@dataclass(frozen=True)
class BudgetLineDetails:
    """A line as entered; `funder` is a public id, empty for the workshop's shares. Amounts are in
    cents."""

    label: str
    driver: str = "fixed"
    unit_cents: int = 0
    with_trainers: bool = False
    from_payouts: bool = False
    funder: str = ""
    budget_code: str = ""
    spent_cents: int | None = None


def add_line(workshop: str, details: BudgetLineDetails, *, key: str, by: Actor) -> str:
    """Add a line; its public id, which is `key`. The same key again changes nothing. Raises
    NotFound, BudgetClosed, TooManyLines, PayoutsTwice and SpentTwice."""
    with audited("budget.line_added", by) as change:
        session = change.session
        workshop_open = _open(session, workshop)
        there = session.scalar(select(BudgetLine).where(BudgetLine.public_id == key))
        if there is not None and there.workshop_id == workshop_open.id:
            change.nothing()
            return key
        lines, last = session.execute(
            select(func.count(BudgetLine.id), func.max(BudgetLine.position)).where(
                BudgetLine.workshop_id == workshop_open.id
            )
        ).one()
        if lines >= MOST_LINES:
            raise Problem(_l("There are as many lines as a budget can hold."))
        line = BudgetLine(public_id=key, workshop_id=workshop_open.id, position=(last or 0) + 1)
        _write(session, line, details, by)
        line.written_at = change.now
        session.add(line)
        change.about(key, workshop_open.public_id)
        return key


def change_line(
    workshop: str, public_id: str, details: BudgetLineDetails, row_version: int, *, by: Actor
) -> None:
    """Change a line. Raises NotFound, ChangedMeanwhile and Problem."""
    with audited("budget.line_changed", by) as change:
        session = change.session
        workshop_open = _open(session, workshop)
        line = _line(session, workshop_open, public_id)
        if line.row_version != row_version:
            raise ChangedMeanwhile
        _write(session, line, details, by)
        line.row_version += 1
        line.written_at = change.now
        change.about(public_id, workshop_open.public_id)


def remove_line(workshop: str, public_id: str, *, by: Actor) -> None:
    """Remove a line. Raises NotFound and Problem."""
    with audited("budget.line_removed", by) as change:
        session = change.session
        workshop_open = _open(session, workshop)
        session.delete(_line(session, workshop_open, public_id))
        change.about(public_id, workshop_open.public_id)


def close_budget(workshop: str, *, by: Actor) -> None:
    """Close a budget: what its lines come to, and who bears it, stands from then. Raises NotFound
    and Problem."""
    with audited("budget.closed", by) as change:
        session = change.session
        workshop_open = _open(session, workshop)
        if workshop_open.state == "planned" and workshop_open.ends_on >= local_today():
            raise Problem(_l("The workshop is not over. Close its budget from the day after."))
        budget = budget_of(workshop_open, session)
        if not budget.lines:
            raise Problem(_l("There is no line yet."))
        for line in budget.lines:
            line.line.frozen = frozen(line.sums)
        session.add(
            BudgetClosing(
                workshop_id=workshop_open.id, closed_by=by.public_id, closed_at=change.now
            )
        )
        change.about(workshop_open.public_id)


def open_budget(workshop: str, *, by: Actor) -> None:
    """Open a closed budget again: its lines follow their counts as before. Raises NotFound and
    Problem."""
    with audited("budget.opened_again", by) as change:
        session = change.session
        locked = _locked(session, workshop)
        closing = session.get(BudgetClosing, locked.id)
        if closing is None:
            raise Problem(_l("This budget is open already."))
        session.delete(closing)
        for line in session.scalars(select(BudgetLine).where(BudgetLine.workshop_id == locked.id)):
            line.frozen = None
        change.about(locked.public_id)


def _locked(session: Session, workshop: str) -> Workshop:
    return get_or_404(session, Workshop, workshop, lock=True)


def _open(session: Session, workshop: str) -> Workshop:
    locked = _locked(session, workshop)
    if session.get(BudgetClosing, locked.id) is not None:
        raise Problem(_l("This budget is closed. Open it again to change something."))
    return locked


def _line(session: Session, workshop: Workshop, public_id: str) -> BudgetLine:
    return get_or_404(session, BudgetLine, public_id, BudgetLine.workshop_id == workshop.id)


def _write(session: Session, line: BudgetLine, details: BudgetLineDetails, by: Actor) -> None:
    if details.from_payouts:
        if details.spent_cents is not None:
            raise Problem(
                _l("Leave this empty: what is spent is read from payouts."), field="spent_cents"
            )
        other = select(BudgetLine.id).where(
            BudgetLine.workshop_id == line.workshop_id,
            BudgetLine.from_payouts,
            BudgetLine.public_id != line.public_id,
        )
        with session.no_autoflush:
            if session.scalar(other) is not None:
                raise Problem(_l("Another line reads the payouts already."), field="from_payouts")
    funder = None
    if details.funder:
        with session.no_autoflush:
            funder = one_or_404(
                session.scalar(select(Funder.id).where(Funder.public_id == details.funder))
            )
    line.label, line.driver = details.label, details.driver
    line.unit_cents, line.with_trainers = details.unit_cents, details.with_trainers
    line.from_payouts, line.funder_id = details.from_payouts, funder
    line.budget_code, line.spent_cents = details.budget_code, details.spent_cents
    line.written_by = by.public_id


# As somebody chooses it.
DRIVER: dict[str, Any] = {
    Driver.FIXED: _l("One amount"),
    Driver.DAYS: _l("For each day"),
    Driver.INVITED: _l("For everybody who was invited and has not said no"),
    Driver.CONFIRMED: _l("For everybody with a confirmed place"),
    Driver.ATTENDED: _l("For everybody who came"),
    Driver.PERSON_DAYS: _l("For each day that somebody came"),
    Driver.TRAINERS: _l("For each trainer"),
}
# As it stands beside a number.
COUNTED: dict[str, Any] = {
    Driver.FIXED: "",
    Driver.DAYS: _l("days"),
    Driver.INVITED: _l("invited"),
    Driver.CONFIRMED: _l("confirmed"),
    Driver.ATTENDED: _l("came"),
    Driver.PERSON_DAYS: _l("person-days"),
    Driver.TRAINERS: _l("trainers"),
}
