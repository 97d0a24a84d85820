"""Rates that hold."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.payouts.models import RateTable
from kash.payouts.rules.rates import ROLES, Basis, Rates, RoleRates
from kash.platform.database import db


def latest_table(workshop_id: int | None, session: Session | None = None) -> RateTable | None:
    """The latest version of a workshop's own table, or of the programme's."""
    return (
        (session or db.session())
        .scalars(
            select(RateTable)
            .where(RateTable.workshop_id.is_not_distinct_from(workshop_id))
            .order_by(RateTable.version.desc())
            .limit(1)
        )
        .first()
    )


def table_for(workshop_id: int, session: Session | None = None) -> RateTable | None:
    """The table that holds for a workshop: its own, else the programme's.

    A version without bands says that the workshop's own rates were given up.
    """
    own = latest_table(workshop_id, session)
    return own if own is not None and own.bands else latest_table(None, session)


def programme_bands() -> list[str]:
    """The distance bands of the programme's own table, none if there is none yet."""
    table = latest_table(None)
    return list(table.bands) if table is not None else []


def table_versions(workshop_id: int | None) -> list[RateTable]:
    """All versions of a table, latest first."""
    return list(
        db.session.scalars(
            select(RateTable)
            .where(RateTable.workshop_id.is_not_distinct_from(workshop_id))
            .order_by(RateTable.version.desc())
        )
    )


def rates_of(table: RateTable) -> Rates:
    """A stored table as rules know it."""
    return Rates(
        bands=tuple(table.bands),
        roles={
            role: RoleRates(Basis(table.rates[role][0]), tuple(table.rates[role][1]))
            for role in ROLES
            if role in table.rates
        },
        least_weight=table.least_weight,
        weighted=table.weighted,
        currency=table.currency,
    )


def band_number(rates: Rates, band: str | None) -> int | None:
    """The place of a band in a table by its words; the only one there is if none was chosen."""
    if len(rates.bands) == 1:
        return 0
    return rates.bands.index(band) if band in rates.bands else None
