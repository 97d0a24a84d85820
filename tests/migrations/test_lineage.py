"""Lines and texts of session plans become rows, with one key in all versions that say the same."""

from __future__ import annotations

from typing import Any

from apiflask import APIFlask
from flask_migrate import downgrade
from sqlalchemy import MetaData, insert, select

from kash.platform.database import db, utc_now
from kash.training.models import CourseVersion, PlanRow, SessionPlan

from .test_migrations import FOLDER, begin_at, empty_app, to

__all__ = ["empty_app"]
NOW = utc_now()


def _filled() -> None:
    """A course of two versions with a session each, as they were before there were rows."""
    begin_at("0037")
    tables = MetaData()
    tables.reflect(
        db.engine, only=("course", "course_version", "module", "session_plan"), resolve_fks=False
    )

    def add(table: str, **values: Any) -> None:
        with db.engine.begin() as connection:
            connection.execute(insert(tables.tables[table]).values(**values))

    add("course", id=1, public_id=f"{1:016}", name="A", audience="", level="", created_at=NOW)
    texts = (
        ("- Names the rights\n• Tells a friend\n\n- Names the rights", "Read\nTogether"),
        ("Tells a friend\nShows how", "In pairs"),
    )
    for number, (objectives, method) in enumerate(texts, 1):
        add(
            "course_version",
            id=number,
            public_id=f"{number:016}",
            course_id=1,
            number=number,
            language="en",
            public_title="A",
            summary="",
            state="draft",
            row_version=1,
            returned_because="",
            created_at=NOW,
        )
        add(
            "module", id=number, public_id=f"{number:016}", version_id=number, position=1, title="M"
        )
        add(
            "session_plan",
            id=number,
            public_id=f"{number:016}",
            module_id=number,
            position=1,
            title="Rights",
            minutes=45,
            objectives=objectives,
            method=method,
            materials="Pens",
            notes="Slowly",
        )


def _rows(plan: int, kind: str) -> list[PlanRow]:
    found = select(PlanRow).where(PlanRow.plan_id == plan, PlanRow.kind == kind)
    return list(db.session.scalars(found.order_by(PlanRow.position)))


def test_no_line_is_lost_and_what_is_the_same_has_one_lineage(empty_app: APIFlask) -> None:
    _filled()
    to("head")
    assert [row.text for row in _rows(1, "objective")] == [
        "Names the rights",
        "Tells a friend",
        "Names the rights",
    ]
    first, second = _rows(1, "objective"), _rows(2, "objective")
    assert first[1].lineage == second[0].lineage
    assert len({row.lineage for row in (*first, *second)}) == 4
    assert [(row.minutes, row.to_do) for row in _rows(1, "step")] == [(45, "Read\nTogether")]
    assert _rows(1, "step")[0].lineage == _rows(2, "step")[0].lineage
    assert [row.text for row in _rows(2, "material")] == ["Pens"]
    plans = db.session.scalars(select(SessionPlan).order_by(SessionPlan.id)).all()
    assert plans[0].lineage == plans[1].lineage
    assert [(plan.notes, plan.made_from, plan.row_version) for plan in plans] == [
        ("Slowly", {}, 1)
    ] * 2
    assert db.session.scalars(select(CourseVersion.translates_id)).all() == [None, None]


def test_texts_are_as_they_were_when_it_is_taken_back(empty_app: APIFlask) -> None:
    _filled()
    to("head")
    db.session.remove()
    downgrade(str(FOLDER), "0037")
    tables = MetaData()
    tables.reflect(db.engine, only=("session_plan",))
    plan = tables.tables["session_plan"]
    with db.engine.connect() as connection:
        texts = select(plan.c.objectives, plan.c.method, plan.c.materials).order_by(plan.c.id)
        rows = connection.execute(texts).all()
    assert [tuple(row) for row in rows] == [
        ("Names the rights\nTells a friend\nNames the rights", "Read\nTogether", "Pens"),
        ("Tells a friend\nShows how", "In pairs", "Pens"),
    ]
