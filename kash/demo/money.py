"""Cash bail of the sample, and what an older version took as agreed with an officer."""

from __future__ import annotations

from datetime import date, timedelta

from kash.demo.cases import SampleCase
from kash.incidents.rules.record import CashBail, Record, Term

# Ids by which pages of the sample are found.
BAIL, QUESTIONED = "b1", "t9"
# Of which cases, by their place in the table.
WITH_BAIL, WITH_QUESTIONED = 19, 3


def add_money(record: Record, case: SampleCase, day: date) -> None:
    """Bail that was paid at a court beside what was demanded; and a payment that a record of before
    kept as a term."""
    if case.acts == ("L1", "M1"):
        record.bail.append(
            CashBail(
                id=BAIL,
                person="p1",
                amount=1000000,
                receipt="MR 004178",
                paid_on=day + timedelta(days=2),
                paid_to="court",
                place_name="Winam Law Courts",
            )
        )
    if case.acts == ("M1",):
        record.questioned_terms.append(
            Term(
                id=QUESTIONED,
                kind="pay",
                owed_by="p1",
                owed_to="o1",
                what="So that she need not come to the station",
                amount=case.amount,
            )
        )
