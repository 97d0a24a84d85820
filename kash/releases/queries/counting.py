"""Cases as the tables of a plan count them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from kash.incidents.queries.totals import TotalsCase, cases_for_totals
from kash.platform.vault import OpenVault
from kash.releases.rules.counting import CountedCase
from kash.releases.rules.tables import ACTS, FIRST_EDITION, MEDIATION, WHO, YearPlan, families_of

_PARTIES = {"police": "police", "client": "client"}
_OTHERS = "other"


def counted_cases(
    session: Session, vault: OpenVault, day: date, plans: Sequence[YearPlan]
) -> list[CountedCase]:
    """Every case filed up to and on a day that may be counted, whoever asks. Raises RecordsNotOpen
    and ReportsStillWait."""
    # By the list of acts of its own plan, in whatever year it is counted: what that plan counts was
    # voted on before its year.
    editions = {plan.year: table.edition for plan in plans if (table := plan.table(ACTS))}
    return [
        _counted(one, editions.get(one.filed_on.year, FIRST_EDITION))
        for one in cases_for_totals(session, vault, day)
    ]


def _counted(case: TotalsCase, edition: int) -> CountedCase:
    tables = {
        WHO: (_PARTIES.get(case.party, _OTHERS),) if case.party else (),
        MEDIATION: (case.mediation,) if case.mediation else (),
        ACTS: families_of(case.acts, edition),
    }
    said = {key: codes for key, codes in tables.items() if codes}
    return CountedCase(case.reference, case.filed_on, said, case.also)
