"""Registers that were confirmed before facts were kept get theirs by the migration, and what they
mean from the one decision there is."""

from __future__ import annotations

from typing import Any

from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import select

from kash.figures.indicators.models import Completion
from kash.figures.indicators.services import ask_who_completed
from kash.people.models import Organisation, Person, Posting
from kash.platform.database import db
from tests.certificates.conftest import ALL, LITTLE, MOST
from tests.migrations.test_migrations import FOLDER

from .conftest import Ready, confirm

_OF_THE_MIGRATION = {"id", "met", "asked_on", "version_id"}


def _rows() -> dict[int, dict[str, Any]]:
    db.session.rollback()
    columns = [column.name for column in Completion.__table__.columns]
    found = {
        one.person_id: {name: getattr(one, name) for name in columns}
        for one in db.session.query(Completion)
    }
    db.session.rollback()
    return found


def _fill_again() -> None:
    """Forget all facts, and let the migration write them once more."""
    db.session.query(Completion).delete()
    db.session.commit()
    scripts = ScriptDirectory(str(FOLDER))
    with (
        db.engine.begin() as connection,
        Operations.context(MigrationContext.configure(connection)),
    ):
        scripts.get_revision("0075").module._fill()
        # Days of a workshop were not counted yet.
        assert set(connection.scalars(select(Completion.days))) <= {0}
        scripts.get_revision("0106").module._fill(connection)


def test_earlier_registers_get_the_facts_that_a_confirmation_writes(ready: Ready) -> None:
    day = ready.workshop.ends_on
    station = Organisation(name="Then Station", kind="station")
    for name, born in ((ALL, day.year - 30), (MOST, None)):
        person = db.session.query(Person).filter_by(chosen_name=name).one()
        person.birth_year, person.sex, person.ward = born, "female", "Nyalenda"
        person.postings = [Posting(organisation=station, since=day)]
    db.session.commit()
    ready.confirm(ALL)
    ready.issued()
    confirm(ready.held, ready.director)
    by_confirming = _rows()
    _fill_again()
    by_migration = _rows()
    assert len(by_migration) == 3
    for person, row in by_migration.items():
        same = {k: v for k, v in row.items() if k not in _OF_THE_MIGRATION}
        wanted = {k: v for k, v in by_confirming[person].items() if k not in _OF_THE_MIGRATION}
        assert same == wanted
    # A certificate is all that the migration itself knows of who met what.
    names = {one.id: one.chosen_name for one in db.session.query(Person)}
    assert {names[p]: row["met"] for p, row in by_migration.items()} == {
        ALL: True, MOST: False, LITTLE: False,
    }  # fmt: skip
    assert ask_who_completed() == 1
    asked = _rows()
    assert {p: row["met"] for p, row in asked.items()} == {
        p: row["met"] for p, row in by_confirming.items()
    }


def test_a_workshop_of_which_a_register_waits_gets_none(ready: Ready) -> None:
    confirm(ready.held, ready.director, leave=1)
    _fill_again()
    assert _rows() == {}
