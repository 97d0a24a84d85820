"""Tokens that are in use, and programs that have one."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from apiflask import APIFlask
from werkzeug.test import TestResponse

from kash.exchange.api.services import TokenRequest, agree_to_token, ask_for_token, fetch_token
from kash.people.connections.models import Connection
from kash.platform.database import db, utc_now
from kash.policy import Actor
from kash.workshops.services.people import enrol
from tests.workshops.conftest import Held, make_person, plan

__all__ = ["Held", "plan"]


@pytest.fixture
def held(plan):
    """A workshop with three officers on its register, and one of the community, of whom no program
    is told."""
    made = plan()
    for name, letter in (("Zawadi", "B"), ("Baraka", "A"), ("Faraja", "A"), ("Neema", "A")):
        enrol(made.workshop, make_person(f"{name} Sampuli", letter), made.trainer)
    return made


def make_connection(*, is_on: bool = True, name: str = "County register") -> str:
    """A connection for programs that two people agreed to; its public id."""
    row = Connection(
        kind="api",
        name=name,
        processor="County health",
        contract="C-1",
        contract_on=date(2026, 1, 5),
        country="Kenya",
        safeguards="Clauses 1 to 9",
        state="approved",
        proposed_by="a" * 16,
        approved_by="b" * 16,
        is_on=is_on,
        created_at=utc_now(),
    )
    db.session.add(row)
    db.session.commit()
    public_id = row.public_id
    db.session.rollback()
    return public_id


@dataclass
class Program:
    """A program with a token: what it asks, and what it is told."""

    app: APIFlask
    secret: str
    token: str
    owner: Actor
    connection: str

    def ask(self, path: str, method: str = "GET", **more: Any) -> TestResponse:
        """Ask for an address below `/api/v1`, or one that begins there."""
        address = path if path.startswith("/api/") else f"/api/v1{path}"
        headers = {"Authorization": f"Bearer {self.secret}"} | more.pop("headers", {})
        return self.app.test_client().open(address, method=method, headers=headers, **more)


@pytest.fixture
def program(app, actor):
    """`program("people.read", owner=…)`: a program whose token has these scopes, or reads
    workshops."""

    def make(*scopes: str, owner: Actor | None = None, **more: Any) -> Program:
        answers = owner or actor("monitoring")
        connection = make_connection(**more)
        token = ask_for_token(
            TokenRequest(connection, "Counts", scopes or ("workshops.read",), 90), by=answers
        )
        agree_to_token(token, by=actor("director"))
        return Program(app, fetch_token(token, by=answers), token, answers, connection)

    return make
