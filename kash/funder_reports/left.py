"""Reports that funders read, as what has left tells them."""

from __future__ import annotations

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from kash.funder_reports.models import FunderReport
from kash.funder_reports.words import read_name
from kash.platform.database import db
from kash.statements.models import Statement
from kash.statements.receivers import LeftPaper, LeftPapers
from kash.workshops.models import Funder


def _papers(funder: Funder) -> list[LeftPaper]:
    """Final reports to a funder, the newest first. They tell figures as its statement did."""
    rows = db.session.scalars(
        select(FunderReport)
        .join(FunderReport.statement)
        .options(contains_eager(FunderReport.statement).joinedload(Statement.funder))
        .where(FunderReport.state == "approved", Statement.funder_id == funder.id)
        .order_by(Statement.sent_number.desc())
    )
    return [
        LeftPaper(
            read_name(one),
            one.approved_at,
            url_for("funder_reports.report", public_id=one.public_id),
        )
        for one in rows
    ]


PAPERS = LeftPapers(_papers)
