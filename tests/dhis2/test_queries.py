"""Mapped figures and pushes of a connection, where another one has the like."""

from __future__ import annotations

import pytest

from kash.connections.models import Connection
from kash.dhis2.models import MappedCell, Push, PushedValue
from kash.dhis2.queries import cells_of, dhis2_connection, mapped_cell, push, pushes_of
from kash.platform.web.errors import NotFound
from tests.rows import row

pytestmark = pytest.mark.usefixtures("as_it_was")


def test_figures_stand_by_kind_and_code_and_pushes_the_newest_first() -> None:
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
