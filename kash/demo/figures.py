"""Printed figures of the sample: plans of two years, and what was printed until the last quarter,
whose figures wait to be printed. All values are invented, and stand as if they had been thrown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from kash.demo.accounts import DIRECTOR, DOCUMENTATION
from kash.demo.members import SampleMember
from kash.platform.vault import audited
from kash.policy import Actor
from kash.releases.models import Release, ReleaseNote, ReleasePlan
from kash.releases.rules.tables import (
    KNOWN,
    YearPlan,
    digest_of,
    last_days,
    tables_as_json,
    windows_as_json,
    windows_of,
)
from kash.releases.services.ledger import Ledger, save_ledger

# What was printed quarter by quarter, by line.
_PRINTED: Mapping[str, Mapping[str, Sequence[int | None]]] = {
    "who": {
        "police": (60, 55, 60, 50, 45, 35, 40, 30),
        "client": (25, 20, 30, 25, 20, 25, 30, 25),
        "other": (10, None, 15, None, 10, None, None, 15),
    },
    "mediation": {
        "settled": (15, 20, 15, 25, 25, 30, 25, 30),
        "partly": (10, None, 15, 10, None, 15, 10, 10),
        "failed": (20, 15, 20, 15, 10, 15, 10, None),
        "withdrawn": (None, None, 10, None, None, None, 10, None),
        "court": (None, 10, None, None, None, None, None, None),
    },
    "acts": {
        "liberty": (105, 85),
        "assault": (40, 35),
        "sexual": (30, 25),
        "threats": (20, 25),
        "health": (45, 40),
        "property": (75, 60),
        "payment": (35, 40),
        "justice": (15, None),
    },
}
_NOTE = (
    "Some reports of threats were entered as assault. From the next window on they stand where they"
    " belong."
)


def add_figures(actors: Mapping[str, Actor], members: Sequence[SampleMember], today: date) -> None:
    """Plans of the last year and of this one, and tables of all quarters that are over but the
    last."""
    plans = add_plans(actors, [today.year - 1, today.year])
    officer = actors[DOCUMENTATION.key]
    vault = next(one.vault for one in members if one.actor.public_id == officer.public_id)
    over = [day for year in plans for day in last_days(year) if day < today][:-1]
    with audited("releases.printed", officer) as change:
        session, noted = change.session, False
        for year, plan_id in plans.items():
            for window in session.get_one(ReleasePlan, plan_id).calendar:
                if window.freeze_on not in over:
                    continue
                plan = KNOWN[window.key]
                place = (year - min(plans)) * plan.windows + window.number
                values = _PRINTED[window.key]
                row = Release(
                    plan_id=plan_id,
                    table_key=window.key,
                    window=window.number,
                    freeze_on=window.freeze_on,
                    lines=[[code, values[code][place]] for code in plan.codes],
                )
                session.add(row)
                session.flush()
                change.about(row.public_id)
                if window.key == "acts" and not noted:
                    noted = True
                    session.add(ReleaseNote(release_id=row.id, day=today, text=_NOTE))
        # None of the sample's cases is in these tables.
        save_ledger(session, vault, Ledger({}), {})


def add_plans(actors: Mapping[str, Actor], years: Sequence[int]) -> dict[int, int]:
    """Plans of these years with all tables, as if they had been agreed on before they began; their
    rows by year."""
    found = {}
    with audited("releases.plan_approved", actors[DIRECTOR.key]) as change:
        for year in years:
            plan = YearPlan(year, tuple(KNOWN.values()))
            windows = windows_of(plan, last_days(year))
            row = ReleasePlan(
                year=year,
                tables=tables_as_json(plan.tables),
                windows=windows_as_json(windows),
                digest=digest_of(plan, windows),
                state="approved",
                stated_figure=30,
                forum_decision="The forum wants quarters, and expects so many reports a month.",
                proposed_by=actors[DOCUMENTATION.key].public_id,
                approved_by=actors[DIRECTOR.key].public_id,
            )
            change.session.add(row)
            change.session.flush()
            change.about(row.public_id)
            found[year] = row.id
    return found
