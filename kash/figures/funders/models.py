"""Ties between accounts and funders. Approval of ties. It is not declared as a part, since it
cannot be lent: as with whatever gives power, two people who are there answer for it."""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kash.accounts.models import Account
from kash.platform.approvals.approval import Approval, Proposal
from kash.platform.database import Base, Key, PublicId, only_where
from kash.platform.web.today import AnswerKind
from kash.workshops.models import Funder


class FunderAccount(Proposal, PublicId, Base):
    """The funder that an account belongs to, once approved and until it ended."""

    __tablename__ = "funder_account"
    __table_args__ = (
        CheckConstraint("state in ('proposed', 'approved', 'returned')", name="state"),
        CheckConstraint("approved_by is null or approved_by <> proposed_by", name="two_people"),
        Index(
            "uq_funder_account_account_id_open",
            "account_id",
            unique=True,
            **only_where("ended_at is null and state <> 'returned'"),
        ),
    )

    id: Mapped[Key]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    funder_id: Mapped[int] = mapped_column(ForeignKey("funder.id"), index=True)
    ended_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship()
    funder: Mapped[Funder] = relationship()

    @property
    def holds(self) -> bool:
        """True if the account belongs to the funder now."""
        return self.state == "approved" and self.ended_at is None


OWN = _l("You asked for this, so another person must agree.")
# Told to the person who proposed.
SENT_BACK = AnswerKind(
    "tie_sent_back",
    _l("On %(when)s your request about a funder's account was sent back. Its page says why."),
    "funders.account",
    "account_id",
    _l("Accounts of funders"),
    _l("See why"),
)
APPROVAL = Approval(
    "funders",
    FunderAccount,
    proposes="funders.tie",
    approves="funders.tie",
    label=_l("Accounts of funders: agree or send back"),
    waiting=_l("Accounts of funders asked for, not agreed to"),
    own=OWN,
    stands_in=_l("You stand in for the person who asked for this, so another must agree."),
    sent_back=SENT_BACK,
)
