"""Proposing a report, approving it for good, and sending it back."""

from __future__ import annotations

from kash.funder_reports.approval import APPROVAL
from kash.funder_reports.models import FunderReport
from kash.funder_reports.queries.content import present_content
from kash.funder_reports.queries.reports import report as report_read
from kash.funder_reports.queries.reports import stories_to_settle
from kash.funder_reports.rules.sections import canonical, content_digest
from kash.platform.approvals.errors import WrongStep
from kash.platform.database import db
from kash.platform.vault import audited
from kash.platform.web.errors import ChangedMeanwhile
from kash.policy import SYSTEM, Actor


def propose_report(public_id: str, row_version: int, *, by: Actor) -> None:
    """Fix what is reported, and have another person read it than the one who wrote it. Raises
    NotFound, WrongStep and ChangedMeanwhile."""
    read = report_read(public_id, SYSTEM)
    content = canonical(present_content(read.statement, read.language))
    db.session.rollback()
    with audited("funder_reports.proposed", by) as change:
        report: FunderReport = APPROVAL.locked(change.session, public_id)
        if report.state not in ("draft", "returned"):
            raise WrongStep
        if report.row_version != row_version:
            raise ChangedMeanwhile
        report.content = content
        report.digest = content_digest(content, report.texts, report.stories)
        report.state, report.returned_reason = "proposed", ""
        report.row_version += 1
        change.about(public_id)


def approve_report(public_id: str, digest: str, *, by: Actor) -> None:
    """Approve exactly what was read: it is final. Raises NotFound, SamePerson, WrongStep and
    ChangedMeanwhile."""
    with audited("funder_reports.approved", by) as change:
        report: FunderReport = APPROVAL.locked(change.session, public_id)
        if report.state == "proposed" and report.digest != digest:
            raise ChangedMeanwhile
        APPROVAL.approve(change, report, by)
        report.approved_at = change.now
        report.row_version += 1


def settle_stories(public_id: str, *, by: Actor) -> None:
    """Note that a funder was told of the stories in a final report that those who pay may not read
    (any more). Raises NotFound."""
    with audited("funder_reports.stories_settled", by) as change:
        report: FunderReport = APPROVAL.locked(change.session, public_id)
        left = stories_to_settle(report)
        if not left:
            change.nothing()
            return
        report.stories_settled = [*report.stories_settled, *left]
        report.row_version += 1
        change.about(public_id)


def return_report(public_id: str, reason: str, *, by: Actor) -> None:
    """Send a report back, to be written on. Raises NotFound and WrongStep."""
    with audited("funder_reports.returned", by) as change:
        report: FunderReport = APPROVAL.locked(change.session, public_id)
        APPROVAL.turn_back(change, report, reason, by)
        report.content = report.digest = ""
        report.row_version += 1
