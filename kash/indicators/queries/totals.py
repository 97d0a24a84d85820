"""Totals of several indicators at once, counted by the database."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kash.certificates.models import Certificate, CertificateBatch
from kash.indicators.models import Completion
from kash.indicators.queries.definitions import definitions_on
from kash.indicators.queries.figures import table_of
from kash.indicators.queries.rows import conditions, has_facts, of_funder
from kash.indicators.rules.keys import IndicatorKey
from kash.indicators.rules.periods import Period
from kash.platform.database import db

# Those whose total one statement counts; the others take a table.
_BY_FACTS = (
    IndicatorKey.COMPLETED,
    IndicatorKey.REACHED,
    IndicatorKey.ATTENDANCES,
    IndicatorKey.REFRESHED,
)


def totals_of(
    keys: Collection[str],
    period: Period,
    *,
    funder: str | None = None,
    session: Session | None = None,
) -> dict[str, int | None]:
    """Totals of indicators in a period, by their keys, as `table_of` counts them; None where there
    is no data. A query for each, and two."""
    asking = session or db.session()
    shares = definitions_on(period.last, tuple(keys), asking)
    known = has_facts(period, funder, asking)
    found: dict[str, int | None] = {}
    for key in keys:
        counted = conditions(key, period, shares[key].least_share) if _plain(key) else []
        if key in _BY_FACTS:
            what = (
                func.count()
                if key == IndicatorKey.ATTENDANCES
                else func.count(Completion.person_id.distinct())
            )
            statement = (
                select(what)
                .select_from(Completion)
                .where(*counted, *of_funder(Completion.workshop_id, funder))
            )
        elif key == IndicatorKey.CERTIFIED:
            statement = (
                select(func.count(Certificate.person_id.distinct()))
                .join(CertificateBatch, CertificateBatch.id == Certificate.batch_id)
                .where(*counted, *of_funder(CertificateBatch.workshop_id, funder))
            )
        else:
            found[key] = table_of(
                key, period, funder=funder, actor=None, session=asking
            ).total.count
            continue
        count = asking.scalar(statement) or 0
        found[key] = count if count or known else None
    return found


def _plain(key: str) -> bool:
    return key in _BY_FACTS or key == IndicatorKey.CERTIFIED
