"""The rule for writing: one connection, and indexes of some rows."""

from collections.abc import Callable

import pytest
from sqlalchemy import Column, Index, Integer, MetaData, Select, Table, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateIndex

from kash.people.models import Group
from kash.platform.database import (
    db,
    is_public_id,
    new_public_id,
    only_where,
    public_id_from,
    writing,
)
from kash.platform.vault.models import AuditSubject

SUBJECT = "aaaaaaaaaaaaaaaa"


def test_ids_have_the_32_characters_alike():
    assert public_id_from(bytes(range(16))) == "0123456789abcdef"
    every = "".join(public_id_from(bytes(range(start, start + 16))) for start in range(0, 256, 16))
    assert {every.count(character) for character in every} == {8}
    assert len(set(every)) == 32
    assert len(new_public_id()) == 16
    assert is_public_id(every[:16])
    assert is_public_id(new_public_id())
    wrong = ("", every[:15], every[:17], every[:15] + "i", every[:16].upper(), every[:16] + "\n")
    assert not any(map(is_public_id, wrong))


def test_a_transaction_has_one_connection_and_the_next_one_its_own(both_engines_app):
    with writing() as session:
        assert session.connection() is session.connection()
        assert session.connection().get_execution_options()["kash_writing"]
        with session.begin_nested():
            session.add(AuditSubject(subject=SUBJECT, seq=1))
        # What begins after a rollback is another transaction, and no writing one.
        session.rollback()
        assert session.connection().in_transaction()
        assert db.session.query(AuditSubject).count() == 0
    assert not db.session.connection().get_execution_options().get("kash_writing")
    assert db.session.scalar(text("select 1")) == 1


WAYS_TO_LOCK: dict[str, Callable[[Session, Select[tuple[Group]]], Group]] = {
    "execute": lambda session, locked: session.execute(locked).scalar_one(),
    "scalar": lambda session, locked: session.scalar(locked),
    "scalars": lambda session, locked: session.scalars(locked).one(),
    "query": lambda session, _: session.query(Group).filter_by(letter="A").with_for_update().one(),
    "get": lambda session, _: session.get_one(Group, _key(session), with_for_update=True),
    "refresh": lambda session, _: _refreshed(session),
}


def _key(session: Session) -> int:
    return int(session.execute(text("SELECT id FROM people_group WHERE letter = 'A'")).scalar_one())


def _refreshed(session: Session) -> Group:
    group = session.get_one(Group, _key(session))
    session.refresh(group, with_for_update=True)
    return group


@pytest.mark.parametrize("way", sorted(WAYS_TO_LOCK))
def test_a_row_that_is_locked_replaces_what_was_loaded_of_it_before(way, sqlite_app):
    session = db.session()
    asked = select(Group).where(Group.letter == "A")
    group = session.scalars(asked).one()
    # As somebody else would do it meanwhile.
    session.execute(text("UPDATE people_group SET name = 'Other' WHERE letter = 'A'"))
    assert session.scalars(asked).one().name == "Police"
    assert WAYS_TO_LOCK[way](session, asked.with_for_update()) is group
    assert group.name == "Other"


def test_an_index_of_some_rows_holds_no_others_on_either_engine():
    table = Table("posting", MetaData(), Column("person_id", Integer))
    index = Index("uq_open", table.c.person_id, unique=True, **only_where("until is null"))
    said = {str(CreateIndex(index).compile(dialect=e.dialect())) for e in (sqlite, postgresql)}
    assert said == {"CREATE UNIQUE INDEX uq_open ON posting (person_id) WHERE until is null"}


def test_postgresql_finds_rows_by_their_keys_and_compiles_no_question(postgresql_app):
    """It read 100,000 people to show 50 of 500 whom it had found, and compiled for half a second
    what took a tenth of one."""
    for name, value in (("random_page_cost", "1.1"), ("jit", "off")):
        db.session.rollback()
        assert db.session.scalar(text(f"SHOW {name}")) == value
