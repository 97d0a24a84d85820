"""Totals of several indicators at once, counted by the database."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session

from kash.certificates.models import Certificate, CertificateBatch
from kash.indicators.models import Completion
from kash.indicators.queries.definitions import Definition, definitions_on
from kash.indicators.queries.figures import table_by
from kash.indicators.queries.rows import conditions, has_facts, held_workshops, of_funder
from kash.indicators.rules.keys import IndicatorKey, Least
from kash.indicators.rules.periods import Period
from kash.platform.database import db
from kash.workshops.models import Workshop

# Those whose totals one statement counts; the others take a table.
_COUNTED = (
    IndicatorKey.COMPLETED,
    IndicatorKey.REACHED,
    IndicatorKey.ATTENDANCES,
    IndicatorKey.REFRESHED,
    IndicatorKey.CERTIFIED,
    IndicatorKey.WORKSHOPS,
)


def totals_of(
    keys: Collection[str],
    period: Period,
    *,
    funder: str | None = None,
    session: Session | None = None,
    definitions: Mapping[str, Definition] | None = None,
) -> dict[str, int | None]:
    """Totals of indicators in a period, by their keys, as `table_of` counts them; None where there
    is no data. Two queries, one where the `definitions` of the period are at hand, and those of a
    table for each that rests on no facts."""
    asking = session or db.session()
    by = definitions or definitions_on(period.last, tuple(keys), asking)
    counted = {
        key: _total(key, period, by[key].least, funder).label(key)
        for key in keys
        if key in _COUNTED
    }
    known = has_facts(period, funder).label("known")
    row = asking.execute(select(known, *counted.values())).one()
    found: dict[str, int | None] = {}
    for key in keys:
        if key in counted:
            # Workshops are held, and counted, before there are facts; without either is no 0.
            count = getattr(row, key)
            found[key] = count if count or (row.known and key != IndicatorKey.WORKSHOPS) else None
        else:
            table = table_by(by[key], period, funder=funder, actor=None, session=asking)
            found[key] = table.total.count
    return found


def _total(key: str, period: Period, least: Least, funder: str | None) -> ScalarSelect[int]:
    if key == IndicatorKey.WORKSHOPS:
        held = held_workshops(period, funder)
        return select(func.count(Workshop.id)).where(*held).scalar_subquery()
    counted = conditions(key, period, least)
    if key == IndicatorKey.CERTIFIED:
        return (
            select(func.count(Certificate.person_id.distinct()))
            .join(CertificateBatch, CertificateBatch.id == Certificate.batch_id)
            .where(*counted, *of_funder(CertificateBatch.workshop_id, funder))
            .scalar_subquery()
        )
    people = func.count(Completion.person_id.distinct())
    return (
        select(func.count() if key == IndicatorKey.ATTENDANCES else people)
        .select_from(Completion)
        .where(*counted, *of_funder(Completion.workshop_id, funder))
        .scalar_subquery()
    )
