"""Holdings: things that somebody must hand over before she leaves.

A room says how much an account holds, who else may hold it, and how it is handed over. A holding
may be let go (`let_go` is then the word for it) where nobody need hold it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from kash.accounts.models import Account, AccountRole
from kash.feature import Part, declared
from kash.platform.approvals.approval import Approval
from kash.policy import GRANTS, Role


@dataclass(frozen=True)
class Holder:
    """An account, by all that other rooms know it by."""

    account_id: int
    public_id: str
    person_id: int | None = None


Count = Callable[[Session, Holder], int]
# Gives what the first holds to the second, or lets it go; answers the public ids concerned.
Reassign = Callable[[Session, Holder, Holder | None, datetime], Sequence[str]]


@dataclass(frozen=True)
class Holding(Part):
    """A kind of thing that accounts hold. `key` is a fixed word, kept in hand-overs; `permission`
    is what its next holder must have."""

    key: str
    label: Any
    count: Count
    reassign: Reassign
    permission: str
    let_go: Any = ""

    def roles(self) -> Collection[Role]:
        """The roles of which a successor must have one."""
        return GRANTS[self.permission]


@dataclass(frozen=True)
class Held:
    """How much an account holds of a kind, and who may take it: public ids to names."""

    holding: Holding
    count: int
    successors: Mapping[str, str]


def _proposals(approval: Approval) -> Holding:
    """Proposals that nobody has decided for good, as a holding. A proposal becomes the successor's,
    who so cannot be the one who decides it."""
    model = approval.model

    def proposed_by(leaver: Holder) -> Select[Any]:
        return select(model).where(
            model.proposed_by == leaver.public_id, model.state.in_(approval.waits)
        )

    def count(session: Session, leaver: Holder) -> int:
        return session.scalar(select(func.count()).select_from(proposed_by(leaver).subquery())) or 0

    def pass_on(
        session: Session, leaver: Holder, successor: Holder | None, now: datetime
    ) -> Sequence[str]:
        if successor is None:
            return []
        rows = session.scalars(proposed_by(leaver)).all()
        for holding_row in rows:
            holding_row.proposed_by = successor.public_id
        return [holding_row.public_id for holding_row in rows]

    return Holding(approval.key, approval.waiting, count, pass_on, approval.proposes)


def _holdings() -> list[Holding]:
    """All kinds of holdings, and what waits for an approval, in the order of the features."""
    return [
        _proposals(part) if isinstance(part, Approval) else part
        for part in declared(Part)
        if isinstance(part, (Approval, Holding))
    ]


def holding_label(key: str) -> Any:
    """Label of a kind of holding; its key if the room that knew it is gone."""
    return next((holding.label for holding in _holdings() if holding.key == key), key)


def holder_of(account: Account) -> Holder:
    """An account as a holder."""
    return Holder(account.id, account.public_id, account.person_id)


def holds_anything(session: Session, holder: Holder) -> bool:
    """True if an account holds anything at all."""
    return any(holding.count(session, holder) for holding in _holdings())


def held_by(session: Session, holder: Holder) -> list[Held]:
    """Holdings of an account, each with who may take it; kinds of which it holds none left out."""
    counted = [(holding, holding.count(session, holder)) for holding in _holdings()]
    counted = [(kind_of, count) for kind_of, count in counted if count]
    if not counted:
        return []
    rows = session.execute(
        select(Account.public_id, Account.name, AccountRole.role)
        .join(AccountRole, AccountRole.account_id == Account.id)
        .where(
            Account.active.is_(True), Account.paused_at.is_(None), Account.id != holder.account_id
        )
        .order_by(Account.name, Account.id)
    ).all()
    return [
        Held(
            kind_of,
            count,
            {line.public_id: line.name for line in rows if line.role in kind_of.roles()},
        )
        for kind_of, count in counted
    ]
