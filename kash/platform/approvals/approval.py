"""An approval as a feature declares it, the columns of what is proposed, and what is refused."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, String, Text, and_, exists, false, not_, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column, object_session
from sqlalchemy.orm.interfaces import ORMOption

from kash.feature import ShownPart, declared
from kash.platform.approvals.rules import Standing, standing_of
from kash.platform.database import Now, Short, db
from kash.platform.vault.audit import Change
from kash.platform.web.account_names import accounts_in_line, actors_that_may, people_of_accounts
from kash.platform.web.errors import Problem, one_or_404
from kash.platform.web.today import AnswerKind, answer
from kash.policy import Actor


class SamePerson(Problem):
    """Approval by the one who proposed it, which is refused."""

    status = 403


class StandsInForProposer(SamePerson):
    """Approval for the one who proposed it, who is absent: refused too."""


class GivenToApprover(SamePerson):
    """Approval by a person that the proposal pays or certifies, or for her; refused as well."""


class StandsBehind(SamePerson):
    """Approval between two accounts of which one stands behind the other."""

    sentence = _l(
        "One of you brought the other in, gave the other power, tied the other's account to a"
        " participant or made a password link for it: somebody else must approve."
    )


class WrongStep(Problem):
    """Step that the state of a proposal does not allow, perhaps as somebody was faster."""

    sentence = _l("This was already done, or sent back, by somebody. The page shows how it stands.")


class Proposal:
    """Gives a table what one person proposes and another approves, by their public ids.

    `approved_for` is the person that the approver stood in for, if she did. The table checks its
    own states.
    """

    state: Mapped[str] = mapped_column(String(12), default="proposed")
    proposed_by: Mapped[Short]
    approved_by: Mapped[Short | None]
    approved_for: Mapped[Short | None]
    returned_reason: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[Now]

    @property
    def accounts(self) -> list[str | None]:
        """The accounts whose names its page tells."""
        return [self.proposed_by, self.approved_by, self.approved_for]


@dataclass(frozen=True)
class OfferedDecision:
    """Decision on a proposal, as its page offers it to an actor. `standing_in` is the person that
    she would decide for, None in her own right. `refused` says why she may not approve what she
    otherwise would; `nobody` tells who proposed it that nobody may approve it as things stand."""

    own: bool
    approves: bool
    returns: bool
    standing_in: str | None
    refused: Any = ""
    nobody: bool = False


@dataclass(frozen=True)
class Approval(ShownPart):
    """An approval of rows of `model`: proposed under one permission, approved under another that
    may be lent (one of `policy.DELEGABLE`) as `label`.

    Rows in the states `waits` may be turned back, and are handed over, as `waiting`, with the
    account that proposed them; `key` is kept in hand-overs. `own` and `stands_in` are said to a
    person who may not approve, because she proposed it or stands in for the proposer. `gains` is
    the condition that a proposal pays or certifies one of these people (keys): none of them
    approves it, which `gained` says. `sent_back` is what the account that proposed it is told on
    its Today once another sent it back; None where Today shows what was sent back for as long as it
    is. `also` names accounts of a row that decide on it as little as the one that proposed it.
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
    gains: Callable[[Collection[int]], ColumnElement[bool]] | None = None
    gained: Any = ""
    sent_back: AnswerKind | None = None
    also: Callable[[Any], Collection[str]] = lambda _row: ()

    def propose(self, change: Change, by: Actor, **columns: Any) -> Any:
        """A new proposal, within an action."""
        proposal = self.model(proposed_by=by.public_id, created_at=change.now, **columns)
        change.session.add(proposal)
        change.session.flush()
        change.about(proposal.public_id)
        return proposal

    def locked(self, session: Session, public_id: str, *loaded: ORMOption) -> Any:
        """A proposal with what is loaded beside it, locked within an action. Raises NotFound."""
        statement = select(self.model).where(self.model.public_id == public_id)
        return one_or_404(session.scalar(statement.options(*loaded).with_for_update()))

    def decides(self, row: Any, by: Actor) -> str | None:
        """The person that an actor decides for on a proposal, None in her own right. Raises
        SamePerson, StandsInForProposer, GivenToApprover and StandsBehind."""
        absent = by.decides_for(self.approves, not_for=self._barred(row))
        stands = self.standing(row, by)
        if stands is Standing.ASKED:
            raise SamePerson(self.own)
        if stands is Standing.STANDS_IN:
            raise StandsInForProposer(self.stands_in)
        if stands is Standing.GAINS:
            raise GivenToApprover(self.gained)
        if stands is Standing.TIED:
            raise StandsBehind
        return absent

    def standing(self, row: Any, by: Actor) -> Standing:
        """How somebody with the permission to approve stands to a proposal: the one rule of all
        approvals. Neither of the two stands behind the other, and it gives the approver nothing;
        that a third person brought both in doesn't count."""
        session = object_session(row) or db.session()
        # An action may have begun to write the row, which is not whole before it is approved.
        with session.no_autoflush:
            return self._standing(session, row, by)

    def _standing(self, session: Session, row: Any, by: Actor) -> Standing:
        barred = self._barred(row)
        absent = by.decides_for(self.approves, not_for=barred)
        given = self._given(by, absent, session)
        gains = given is not None and (
            session.scalar(select(self.model.id).where(self.model.id == row.id, given)) is not None
        )
        line = set(session.scalars(accounts_in_line(by.public_id)))
        stands = (
            standing_of(
                *(by.public_id, standing),
                decides_for=absent,
                independent=standing not in line,
                gains=gains,
            )
            for standing in barred
        )
        return next((standing for standing in stands if standing is not Standing.MAY), Standing.MAY)

    def _barred(self, row: Any) -> tuple[str | None, ...]:
        """The accounts that do not decide on a row, nor those who stand in for them."""
        return (row.proposed_by, *sorted(self.also(row)))

    def _given(self, by: Actor, absent: str | None, session: Session) -> ColumnElement[bool] | None:
        """The condition that a proposal gives something to the approver, or to the person that she
        decides for; None where it cannot."""
        if self.gains is None:
            return None
        people = {by.person_id, *people_of_accounts([absent] if absent else [], session)} - {None}
        return self.gains([key for key in people if key is not None]) if people else None

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
        """The condition of what an actor can approve, by `standing`: nothing of her own, nor of the
        only person that she would decide for, nor what gives her something, nor what was proposed
        by somebody who stands behind her, or that she stands behind."""
        if not actor.may(self.approves):
            return false()
        absent = actor.decides_for(self.approves)
        alone = absent and actor.decides_for(self.approves, not_for=[absent]) == ""
        barred = (actor.public_id, absent) if alone else (actor.public_id,)
        others = [self.model.proposed_by.is_distinct_from(account) for account in barred]
        line = self.model.proposed_by.not_in(accounts_in_line(actor.public_id))
        others.append(or_(self.model.proposed_by.is_(None), line))
        given = self._given(actor, absent, db.session())
        if given is not None:
            others.append(not_(given))
        return and_(self.model.state == "proposed", *others)

    def any_open_to(self, actor: Actor) -> ColumnElement[bool] | None:
        """The condition that there is anything that an actor can approve; None if she may not."""
        return exists().where(self.open_to(actor)) if actor.may(self.approves) else None

    def offered(self, row: Any, actor: Actor, *, as_organiser: bool = False) -> OfferedDecision:
        """Decision that the page of a proposal offers; `as_organiser` as in `turn_back`."""
        absent = actor.decides_for(self.approves, not_for=self._barred(row))
        may, proposed = actor.may(self.approves), row.state == "proposed"
        stands = self.standing(row, actor)
        own = proposed and stands is Standing.ASKED
        why = {Standing.GAINS: self.gained, Standing.TIED: StandsBehind.sentence}
        return OfferedDecision(
            own=own,
            approves=proposed and may and stands is Standing.MAY,
            returns=may or as_organiser,
            standing_in=absent,
            refused=why.get(stands, "") if proposed and may else "",
            nobody=own and not self._somebody_may(row),
        )

    def _somebody_may(self, row: Any) -> bool:
        """True if there is anybody who may approve a proposal."""
        others = (
            actor for actor in actors_that_may(self.approves) if actor.public_id != row.proposed_by
        )
        return any(self.standing(row, actor) is Standing.MAY for actor in others)


def note(change: Change, row: Any, absent: str | None) -> None:
    """Write down what was decided, and for which person."""
    change.about(row.public_id, *([f"for:{absent}"] if absent else []))


def approval_names() -> dict[str, Any]:
    """Names of the approvals that can be lent during an absence, by their permissions, in the order
    of these."""
    names = {approval.approves: approval.label for approval in declared(Approval)}
    return dict(sorted(names.items()))
