"""Archives that were asked for. Approval of archives. It is not declared as a part, since it cannot
be lent: the person who agrees is given the words that open the file."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kash.platform.approvals.approval import Approval, Proposal
from kash.platform.database import Base, Key, PublicId, Short, only_where
from kash.platform.web.today import AnswerKind


class ArchiveRequest(Proposal, PublicId, Base):
    """An archive that was asked for, and why. Once agreed to, `job` makes it: encrypted by `armour`
    and `recipient` (`operations.encryption.Lock`), which hold neither the words that open it nor
    anything that does. `with_key` says that the server's key file goes along."""

    __tablename__ = "archive_request"
    __table_args__ = (
        CheckConstraint("state in ('proposed', 'approved', 'returned')", name="state"),
        CheckConstraint("approved_by is null or approved_by <> proposed_by", name="two_people"),
        Index(
            "uq_archive_request_proposed", "state", unique=True, **only_where("state = 'proposed'")
        ),
    )

    id: Mapped[Key]
    reason: Mapped[str] = mapped_column(Text)
    with_key: Mapped[bool] = mapped_column(default=False)
    armour: Mapped[str] = mapped_column(Text, default="")
    recipient: Mapped[str] = mapped_column(String(80), default="")
    job: Mapped[Short | None]


OWN = _l("You asked for this archive, so a director must agree to it.")
# Told to the proposer.
SENT_BACK = AnswerKind(
    "archive_sent_back",
    _l("On %(when)s the archive that you asked for was sent back. Its page says why."),
    "archive.request",
    "public_id",
    _l("Archive of the whole programme"),
    _l("See why"),
)
APPROVAL = Approval(
    "archive",
    ArchiveRequest,
    proposes="archive.ask",
    approves="archive.agree",
    label=_l("Archives: agree or send back"),
    waiting=_l("Archives asked for, not agreed to"),
    own=OWN,
    stands_in=_l(
        "You stand in for the person who asked for this archive, so another must agree to it."
    ),
    sent_back=SENT_BACK,
)
