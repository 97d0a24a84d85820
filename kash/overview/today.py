"""Today of a funder's accounts: what it supports in one look, and what was sent to it lately."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kash.funder_reports.models import FunderReport
from kash.funder_reports.queries.reports import newest_reports
from kash.funders.queries import funder_of
from kash.overview.queries.funded import FundedLook, look_of
from kash.platform.web.today import Panel, Viewer
from kash.statements.models import Statement
from kash.statements.queries.statements import sent_to

_MOST = 3


@dataclass(frozen=True)
class SentLately:
    """The newest that was sent to a funder; `is_tied` says that the account belongs to one."""

    is_tied: bool
    statements: Sequence[Statement] = ()
    reports: Sequence[FunderReport] = ()


def _sent(asked: Viewer) -> SentLately:
    funder = funder_of(asked.actor)
    if funder is None:
        return SentLately(is_tied=False)
    return SentLately(
        True,
        sent_to(funder.public_id, asked.actor)[:_MOST],
        newest_reports(asked.actor, _MOST),
    )


def _funded(asked: Viewer) -> FundedLook | None:
    funder = funder_of(asked.actor)
    return look_of(funder, asked.actor, asked.day) if funder is not None else None


FUNDED = Panel("funded", 1, _funded, "overview/today_funded.html", "overview.own", top=True)
SENT = Panel("sent", 5, _sent, "overview/today_sent.html", "overview.own")
