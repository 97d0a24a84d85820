"""Reports to funders, and what each funder's begin with. Approval of reports to funders. It is not
declared as a part, since it cannot be lent: two people who are there answer for what leaves."""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kash.figures.statements.models import Statement
from kash.platform.approvals.approval import Approval, Proposal
from kash.platform.database import Base, Key, Now, PublicId, Short
from kash.workshops.models import Funder


class FunderReport(Proposal, PublicId, Base):
    """A report on a statement that was sent.

    `sections` are those that it has, `texts` what was written by section, `stories` public ids of
    told stories: their words are read when the report is made, since one may be withdrawn.
    `content` is everything else as it was when the report was proposed, empty before; `digest`
    fixes what was proposed. `stories_settled`: stories that it was approved with, that those who
    pay may not read any more, and of which a director noted that they were told so.
    """

    __tablename__ = "funder_report"
    __table_args__ = (
        CheckConstraint("state in ('draft', 'proposed', 'approved', 'returned')", name="state"),
        CheckConstraint("approved_by is null or approved_by <> proposed_by", name="two_people"),
        CheckConstraint("language in ('en', 'sw')", name="language"),
        CheckConstraint("state in ('draft', 'returned') or content <> ''", name="content"),
    )

    id: Mapped[Key]
    statement_id: Mapped[int] = mapped_column(ForeignKey("statement.id"), unique=True)
    language: Mapped[str] = mapped_column(String(3), default="en")
    title: Mapped[str] = mapped_column(String(120))
    sections: Mapped[list[str]]
    texts: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    stories: Mapped[list[str]] = mapped_column(default=list)
    stories_settled: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    content: Mapped[str] = mapped_column(Text, default="")
    digest: Mapped[str] = mapped_column(String(64), default="")
    approved_at: Mapped[datetime | None]
    row_version: Mapped[int] = mapped_column(default=1)

    statement: Mapped[Statement] = relationship()

    @property
    def is_final(self) -> bool:
        """True if it never changes any more."""
        return self.state == "approved"


class ReportTemplate(Base):
    """Beginning of a report to a funder: sections, and texts by section."""

    __tablename__ = "report_template"
    __table_args__ = (CheckConstraint("language in ('en', 'sw')", name="language"),)

    funder_id: Mapped[int] = mapped_column(ForeignKey("funder.id"), primary_key=True)
    language: Mapped[str] = mapped_column(String(3), default="en")
    sections: Mapped[list[str]]
    texts: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    row_version: Mapped[int] = mapped_column(default=1)
    written_by: Mapped[Short]
    written_at: Mapped[Now]

    funder: Mapped[Funder] = relationship()


OWN = _l("You wrote this report, so another person must approve it.")
APPROVAL = Approval(
    "funder_reports",
    FunderReport,
    proposes="funder_reports.write",
    approves="funder_reports.approve",
    label=_l("Reports to funders: approve or send back"),
    waiting=_l("Reports to funders proposed, not approved"),
    own=OWN,
    stands_in=_l("You stand in for the writer of this report, so another must approve it."),
)
