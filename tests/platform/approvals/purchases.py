"""A sample: purchases, which one person proposes and another approves. `USE` is what that costs."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from kash.feature import Feature
from kash.platform.approvals.approval import Approval, Proposal
from kash.platform.approvals.pages import waiting_line
from kash.platform.database import PublicId, db
from kash.platform.vault.audit import audited
from kash.platform.web.today import Need, TodayLine, Viewer
from kash.policy import Actor


class Tables(DeclarativeBase):
    """Tables that no migration makes."""


class Purchase(Proposal, PublicId, Tables):
    __tablename__ = "purchase"
    id: Mapped[int] = mapped_column(primary_key=True)
    what: Mapped[str] = mapped_column()


# --- The use begins
APPROVAL = Approval(
    "purchases",
    Purchase,
    proposes="curriculum.edit",
    approves="curriculum.approve",
    label="Purchases: approve or send back",
    waiting="Purchases proposed, not approved",
    own="You proposed this purchase, so another person must approve it.",
    stands_in="You stand in for whoever proposed it, so another person must approve it.",
)


def propose(what: str, by: Actor) -> str:
    with audited("purchases.proposed", by) as change:
        return str(APPROVAL.propose(change, by, what=what).public_id)


def approve(public_id: str, by: Actor) -> None:
    with audited("purchases.approved", by) as change:
        APPROVAL.approve(change, APPROVAL.locked(change.session, public_id), by)


def turn_back(public_id: str, reason: str, by: Actor) -> None:
    with audited("purchases.turned_back", by) as change:
        APPROVAL.turn_back(change, APPROVAL.locked(change.session, public_id), reason, by)


def _waiting(asked: Viewer) -> Sequence[TodayLine]:
    rows = db.session.scalars(select(Purchase).where(APPROVAL.open_to(asked.actor)))
    return [waiting_line(one.what, f"/purchases/{one.public_id}", one.created_at) for one in rows]


FEATURE = Feature("purchases", parts=(APPROVAL, Need("purchases", 900, _waiting)))
# --- The use ends
