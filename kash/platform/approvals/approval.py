"""The declaration of an approval, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.interfaces import ORMOption

from kash.feature import Part, declared
from kash.platform.approvals.errors import SamePerson, StandsInForProposer, WrongStep
from kash.platform.approvals.models import Proposal
from kash.platform.approvals.rules import Standing, standing_of
from kash.platform.vault.audit import Change
from kash.platform.web.answers import AnswerKind, answer
from kash.platform.web.errors import one_or_404
from kash.policy import Actor


@dataclass(frozen=True)
class OfferedDecision:
    """Decision on a proposal, as its page offers it to an actor. `standing_in` is for whom she
    would decide, None in her own right."""

    own: bool
    approves: bool
    returns: bool
    standing_in: str | None


@dataclass(frozen=True)
class Approval(Part):
    """An approval of rows of `model`: proposed under one permission, approved under another that
    may be lent (one of `policy.DELEGABLE`) as `label`.

    Rows in the states `waits` may be turned back, and are handed over, as `waiting`, with the
    account that proposed them; `key` is kept in hand-overs. `own` and `stands_in` are said to
    whoever may not approve, because she proposed it or stands in for who did. `sent_back` is what
    the account that proposed it is told on its Today once another sent it back; None where Today
    shows what was sent back for as long as it is.
    """

    key: str
    model: Any
    proposes: str
    approves: str
    label: Any
    waiting: Any
    own: Any
    stands_in: Any
    waits: tuple[str, ...] = ("proposed",)
    sent_back: AnswerKind | None = None

    def propose(self, change: Change, by: Actor, **columns: Any) -> Any:
        """A new proposal, within an action."""
        row = self.model(proposed_by=by.public_id, created_at=change.now, **columns)
        change.session.add(row)
        change.session.flush()
        change.about(row.public_id)
        return row

    def locked(self, session: Session, public_id: str, *loaded: ORMOption) -> Any:
        """A proposal with what is loaded beside it, locked within an action. Raises NotFound."""
        statement = select(self.model).where(self.model.public_id == public_id)
        return one_or_404(session.scalar(statement.options(*loaded).with_for_update()))

    def decides(self, row: Any, by: Actor) -> str | None:
        """For whom an actor decides on a proposal, None in her own right. Raises SamePerson and
        StandsInForProposer."""
        absent = by.decides_for(self.approves, not_for=row.proposed_by)
        stands = standing_of(by.public_id, row.proposed_by, decides_for=absent)
        if stands is Standing.ASKED:
            raise SamePerson(self.own)
        if stands is Standing.STANDS_IN:
            raise StandsInForProposer(self.stands_in)
        return absent

    def approve(self, change: Change, row: Proposal, by: Actor) -> None:
        """Approve a proposal, locked, within an action. Raises WrongStep, and as `decides`."""
        if row.state != "proposed":
            raise WrongStep
        row.approved_for = self.decides(row, by)
        row.state, row.approved_by = "approved", by.public_id
        note(change, row, row.approved_for)

    def turn_back(
        self,
        change: Change,
        row: Any,
        reason: str,
        by: Actor,
        *,
        as_organiser: bool = False,
        about: str = "",
    ) -> None:
        """Turn a proposal back, locked, within an action; another who proposed it is told. Raises
        WrongStep.

        `as_organiser` says that the actor runs what it is about, and so needs nobody's approval
        lent to her. `about` is the id of the page that tells why, if it isn't the proposal's own.
        """
        if row.state not in self.waits:
            raise WrongStep
        row.state, row.returned_reason = "returned", reason
        note(change, row, None if as_organiser else by.decides_for(self.approves))
        if self.sent_back is not None and row.proposed_by not in (None, by.public_id):
            told = self.sent_back.kind
            answer(change.session, row.proposed_by, told, change.now, about or row.public_id)

    def open_to(self, actor: Actor) -> ColumnElement[bool]:
        """The condition of what an actor can approve: nothing of her own, nor of the one for whom
        alone she would decide."""
        if not actor.may(self.approves):
            return false()
        absent = actor.decides_for(self.approves)
        alone = absent and actor.decides_for(self.approves, not_for=absent) == ""
        barred = (actor.public_id, absent) if alone else (actor.public_id,)
        others = (self.model.proposed_by.is_distinct_from(one) for one in barred)
        return and_(self.model.state == "proposed", *others)

    def any_open_to(self, actor: Actor) -> ColumnElement[bool] | None:
        """The condition that there is anything that an actor can approve; None if she may not."""
        return exists().where(self.open_to(actor)) if actor.may(self.approves) else None

    def offered(self, row: Any, actor: Actor, *, as_organiser: bool = False) -> OfferedDecision:
        """Decision that the page of a proposal offers; `as_organiser` as in `turn_back`."""
        absent = actor.decides_for(self.approves, not_for=row.proposed_by)
        may, proposed = actor.may(self.approves), row.state == "proposed"
        stands = standing_of(actor.public_id, row.proposed_by, decides_for=absent)
        return OfferedDecision(
            own=proposed and stands is Standing.ASKED,
            approves=proposed and may and stands is Standing.MAY,
            returns=may or as_organiser,
            standing_in=absent,
        )


def note(change: Change, row: Any, absent: str | None) -> None:
    """Write down what was decided, and for whom."""
    change.about(row.public_id, *([f"for:{absent}"] if absent else []))


def approval_names() -> dict[str, Any]:
    """Names of the approvals that can be lent during an absence, by their permissions, in the order
    of these."""
    found = {one.approves: one.label for one in declared(Approval)}
    return dict(sorted(found.items()))
