"""Accounts from before the rule of two: who counts as a founder, and who stands behind whom."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from apiflask import APIFlask
from sqlalchemy import MetaData, insert, select

from kash.platform.database import db, utc_now

from .test_migrations import begin_at, empty_app, to

__all__ = ["empty_app"]
# What decides on it. That its rows outlive all that follows is tried once, with most of them.
THE_RULE = "0023"
NOW = utc_now()


def _public_id(number: int) -> str:
    return f"{number:016}"


class Before:
    """A database as it was before the rule, filled by hand."""

    def __init__(self) -> None:
        begin_at("0022")
        self.tables = MetaData()
        written = ("account", "account_role", "invitation", "second_step_reset", "audit_entry")
        self.tables.reflect(db.engine, only=written, resolve_fks=False)

    def add(self, table: str, **values: Any) -> None:
        with db.engine.begin() as connection:
            connection.execute(insert(self.tables.tables[table]).values(**values))

    def account(self, number: int, *roles: str, active: bool = True) -> None:
        self.add(
            "account",
            id=number,
            public_id=_public_id(number),
            name=f"Account {number}",
            email_sealed=b"x",
            email_lookup=f"lookup-{number}",
            password_hash="x",
            password_changed_at=NOW,
            language="",
            totp_period=0,
            active=active,
            created_at=NOW - timedelta(days=100 - number),
        )
        for role in roles:
            self.add("account_role", account_id=number, role=role)

    def invited(self, number: int, by: int, *, used: bool = True) -> None:
        self.add(
            "invitation",
            public_id=_public_id(1000 + number),
            token_hash=f"token-{number}",
            name="x",
            email_sealed=b"x",
            email_lookup=f"lookup-{number}",
            roles=["custodian"],
            language="",
            invited_by=_public_id(by) if by else "system",
            created_at=NOW,
            expires_at=NOW + timedelta(days=7),
            used_at=NOW if used else None,
        )

    def reset(self, number: int, outcome: str, decided_by: str) -> None:
        self.add(
            "second_step_reset",
            public_id=_public_id(2000 + number),
            account_id=1,
            reason_sealed=b"sealed",
            asked_by=_public_id(1),
            asked_at=NOW,
            expires_at=NOW + timedelta(days=1),
            outcome=outcome,
            decided_by=decided_by,
        )

    def roles_changed(self, number: int, by: int, *roles: str) -> None:
        self.add(
            "audit_entry",
            seq=number,
            at=NOW,
            actor=_public_id(by),
            action="accounts.roles_changed",
            subjects=[_public_id(number), *(f"role:{role}" for role in roles)],
            previous="x",
            mac="x",
        )


def _rows(table: str, *columns: str) -> list[tuple[Any, ...]]:
    tables = MetaData()
    tables.reflect(db.engine, only=[table], resolve_fks=False)
    found = tables.tables[table]
    with db.engine.connect() as connection:
        rows = connection.execute(
            select(*(found.c[name] for name in columns)).order_by(found.c[columns[0]])
        )
        return [tuple(row) for row in rows]


def test_the_oldest_of_each_role_are_founders_and_the_rest_stand_behind_who_let_them_in(
    empty_app: APIFlask,
) -> None:
    before = Before()
    before.account(1, "administrator")
    # The first director has left; the present one becomes a founder, who could else never agree.
    before.account(2, "director", active=False)
    before.account(3, "director")
    before.account(4, "administrator")
    before.account(5, "trainer")
    before.account(6, "custodian", "trainer")
    before.account(7, "documentation", "trainer")
    before.account(8, "documentation")
    for number in (2, 3, 4, 5, 6):
        before.invited(number, 1)
    before.invited(8, 0)
    before.invited(9, 1, used=False)
    before.roles_changed(7, 4, "documentation")
    before.roles_changed(8, 4, "documentation")
    before.roles_changed(5, 4, "monitoring")
    to("head")
    behind = [(number, by) for number, by in _rows("account_backing", "account_id", "by")]
    assert behind == [
        (2, _public_id(1)),
        (4, _public_id(1)),
        (5, _public_id(1)),
        (8, _public_id(4)),
    ]
    settled = _rows("account", "id", "settled_at", "created_at")
    assert all(since == created for _number, since, created in settled)
    assert set(_rows("invitation", "brought_by", "founding")) == {
        ("system", False),
        (_public_id(1), False),
    }


def test_a_director_invited_by_a_founder_of_two_roles_does_not_count_as_independent_of_her(
    empty_app: APIFlask,
) -> None:
    before = Before()
    before.account(1, "administrator", "director")
    before.account(2, "director")
    before.invited(2, 1)
    to(THE_RULE)
    assert _rows("account_backing", "account_id", "by") == [(2, _public_id(1))]


def test_a_programme_without_a_director_goes_on_founding_itself(empty_app: APIFlask) -> None:
    before = Before()
    before.account(1, "administrator")
    before.invited(9, 1, used=False)
    to(THE_RULE)
    assert _rows("account_backing", "account_id", "by") == []
    assert _rows("invitation", "brought_by", "founding") == [(_public_id(1), True)]


def test_lost_second_steps_become_requests(empty_app: APIFlask) -> None:
    before = Before()
    before.account(1, "administrator")
    for number, (outcome, by) in enumerate(
        [("", ""), ("approved", _public_id(2)), ("refused", _public_id(2)),
         ("refused", _public_id(1))]
    ):  # fmt: skip
        before.reset(number, outcome, by)
    to(THE_RULE)
    assert _rows("account_request", "public_id", "kind", "state", "digest") == [
        (_public_id(2000), "second_step", "waiting", ""),
        (_public_id(2001), "second_step", "done", ""),
        (_public_id(2002), "second_step", "declined", ""),
        (_public_id(2003), "second_step", "withdrawn", ""),
    ]
