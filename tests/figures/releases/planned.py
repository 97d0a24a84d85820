"""Plans that were approved, and cases to print, for tests of this room."""

from datetime import UTC, date, datetime

from kash.figures.releases.models import ReleasePlan
from kash.figures.releases.rules.tables import (
    KNOWN,
    WHO,
    ReleaseWindow,
    YearPlan,
    digest_of,
    last_days,
    tables_as_json,
    windows_as_json,
    windows_of,
)
from kash.incidents.consent_texts import TEXTS
from kash.incidents.rules.consents import CaseConsent
from kash.incidents.rules.parts import Act, Filing, Party
from kash.incidents.rules.record import Record
from kash.platform.database import db

YEAR = 2025
SPRING = date(YEAR, 3, 31)
SUMMER = date(YEAR, 6, 30)
FEBRUARY = datetime(YEAR, 2, 10, 9, tzinfo=UTC)


def plan_of(
    year: int = YEAR, *, state: str = "approved", windows: list[ReleaseWindow] | None = None
) -> ReleasePlan:
    """The plan of a year with all tables, printed at the end of each quarter or year."""
    plan = YearPlan(year, tuple(KNOWN.values()))
    windows = windows_of(plan, last_days(year)) if windows is None else windows
    row = ReleasePlan(
        year=year,
        tables=tables_as_json(plan.tables),
        windows=windows_as_json(windows),
        digest=digest_of(plan, windows),
        state=state,
        proposed_by="a" * 16,
        approved_by="b" * 16 if state == "approved" else None,
    )
    db.session.add(row)
    db.session.commit()
    return row


def plan_of_who(year: int) -> ReleasePlan:
    """An approved plan of who did it alone, without windows, to which a test adds."""
    row = ReleasePlan(
        year=year,
        tables=tables_as_json([KNOWN[WHO]]),
        windows=[],
        digest=str(year),
        state="approved",
        proposed_by="a",
        approved_by="b",
    )
    db.session.add(row)
    return row


def case(at: datetime = FEBRUARY, party: str = "police", acts: str = "L1") -> Record:
    """A report that may be counted."""
    agreed = CaseConsent(
        purpose="forum_totals",
        given=True,
        at=at,
        by="whoever",
        wording=TEXTS["forum_totals"].version,
    )
    return Record(
        filing=Filing(filed_at=at),
        consents=[agreed],
        parties=[Party(id="o1", kind=party)],
        acts=[Act(id=f"a{place}", code=code) for place, code in enumerate(acts.split())],
    )


class Dice:
    """Dice that show a one at once, so that nothing is added; how often each was thrown."""

    def __init__(self) -> None:
        self.thrown = 0

    def __call__(self, sides: int) -> int:
        self.thrown += 1
        return 0
