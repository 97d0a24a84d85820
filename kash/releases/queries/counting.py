"""Cases as the tables of a plan count them."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from kash.incidents.queries.totals import TotalsCase, cases_for_totals
from kash.platform.vault import OpenVault
from kash.releases.rules.counting import CountedCase
from kash.releases.rules.tables import ACTS, FAMILY_OF, MEDIATION, WHO

_PARTIES = {"police": "police", "client": "client"}
_OTHERS = "other"


def counted_cases(session: Session, vault: OpenVault, day: date) -> list[CountedCase]:
    """Every case filed up to and on a day that may be counted, whoever asks. Raises RecordsNotOpen
    and ReportsStillWait."""
    return [_counted(one) for one in cases_for_totals(session, vault, day)]


def _counted(case: TotalsCase) -> CountedCase:
    families = dict.fromkeys(FAMILY_OF[act] for act in case.acts if act in FAMILY_OF)
    tables = {
        WHO: (_PARTIES.get(case.party, _OTHERS),) if case.party else (),
        MEDIATION: (case.mediation,) if case.mediation else (),
        ACTS: tuple(families),
    }
    said = {key: codes for key, codes in tables.items() if codes}
    return CountedCase(case.reference, case.filed_on, said, case.also)
