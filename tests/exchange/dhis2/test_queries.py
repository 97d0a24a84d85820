"""Mapped figures and pushes of a connection, where another one has the like."""

from typing import Any

import pytest

from kash.exchange.dhis2.models import MappedCell, Push, PushedValue
from kash.exchange.dhis2.queries import (
    cells_of,
    dhis2_connection,
    mapped_cell,
    push,
    push_plan,
    pushes_of,
)
from kash.figures.indicators.rules import FigureCell, FigureTable, Period, read_period
from kash.people.connections.models import Connection
from kash.people.models import Group
from kash.platform.web.errors import NotFound
from tests.rows import row

pytestmark = pytest.mark.usefixtures("as_it_was")


def test_figures_stand_by_kind_and_code_and_pushes_the_newest_first():
    own, other, mail = (row(Connection, kind=kind) for kind in ("dhis2", "dhis2", "mail"))
    assert dhis2_connection(own.public_id) == own
    for wrong in (mail.public_id, "nowhere"):
        with pytest.raises(NotFound):
            dhis2_connection(wrong)
    cells = [
        row(MappedCell, connection_id=of.id, kind=kind, figure=figure)
        for of, kind, figure in (
            (own, "year", "a"),
            (own, "quarter", "b"),
            (own, "quarter", "a"),
            (other, "quarter", "a"),
        )
    ]
    assert cells_of(own) == [cells[2], cells[1], cells[0]]
    assert mapped_cell(own, cells[0].public_id) == cells[0]
    with pytest.raises(NotFound):
        mapped_cell(own, cells[3].public_id)
    pushes = [row(Push, connection=own) for _at in range(21)]
    strange = row(Push, connection=other)
    values = [row(PushedValue, push=pushes[20], value=at) for at in (2, 1)]
    assert pushes_of(own) == pushes[:0:-1]
    assert push(own, pushes[20].public_id).values == values
    with pytest.raises(NotFound):
        push(own, strange.public_id)


def test_of_people_those_of_the_police_alone_are_counted(monkeypatch):
    for letter, is_police in (("P", True), ("Q", True), ("C", False)):
        row(Group, letter=letter, is_police=is_police)
    by_sex = {("P", "female"): 3, ("P", "male"): None, ("Q", "female"): 2, ("C", "female"): 50}
    by_group = {("P",): 4, ("Q",): 2, ("C",): 60}

    def table(key: str, period: Period, dimensions: tuple[str, ...] = (), **_: Any) -> FigureTable:
        counts = by_sex if "sex" in dimensions else by_group
        cells = tuple(FigureCell(values, count) for values, count in counts.items())
        return FigureTable(key, 1, "", period, dimensions, cells, FigureCell((), 66))

    monkeypatch.setattr("kash.exchange.dhis2.queries.table_of", table)
    own = row(Connection, kind="dhis2")
    figures = [f"officers:people_completed{at}" for at in ("", ":sex=female", ":sex=male")]
    for figure in figures:
        row(MappedCell, connection_id=own.id, kind="year", figure=figure)
    planned, figure_of, _unsent = push_plan(own, read_period("2025"))
    counted = {figure_of[slot]: value for slot, value in planned.values.items()}
    assert counted == dict(zip(figures, (6, 5, 0), strict=True))
