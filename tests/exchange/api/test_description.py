"""The description in OpenAPI, and every address asked by it."""

import os
import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import ignored_auth
from sqlalchemy import update

from kash.exchange.api.models import SCOPES, ApiToken
from kash.platform.database import writing

from .conftest import Program

_EXAMPLES = 300 if os.environ.get("HYPOTHESIS_PROFILE") == "long" else 6


@pytest.fixture
def program_of_all(app, held, program):
    """A program whose token has every scope."""
    return program(*(one.key for one in SCOPES), owner=held.trainer)


@pytest.mark.any_engine
def test_every_address_answers_as_the_description_says(app, program_of_all):
    described = program_of_all.ask("/openapi.json").json
    schema = schemathesis.openapi.from_dict(described | {"servers": [{"url": "http://localhost"}]})
    schema.app = app
    asked = [_ask_much(result.ok(), program_of_all) for result in schema.get_all_operations()]
    assert len(asked) == len([one for methods in described["paths"].values() for one in methods])


def _ask_much(operation: Any, program: Program) -> None:
    @settings(
        max_examples=_EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy())
    def ask(case: Any) -> None:
        answer = case.call(headers={"Authorization": f"Bearer {program.secret}"})
        # The token is given here, so that none that it makes up itself is ever asked with.
        case.validate_response(answer, excluded_checks=[ignored_auth])

    with writing() as session:
        session.execute(update(ApiToken).values(window_leased=0))
    ask()


@pytest.mark.any_engine
def test_no_part_of_any_form_is_a_contact_or_lies_in_the_vault(app, program_of_all):
    names = set(_names_of(program_of_all.ask("/openapi.json").json["components"]["schemas"]))
    assert {
        name for name in names if re.search(r"phone|mail|legal|identit|minor|birth", name)
    } == set()
    assert "name" in names
    assert "printed" in names


def _names_of(schemas: dict[str, Any]) -> Iterator[str]:
    for one in schemas.values():
        yield from one.get("properties", {})


@pytest.mark.any_engine
def test_whoever_writes_a_program_reads_every_address_and_scope_on_a_page(app, sign_in):
    browser = sign_in("monitoring")
    page = browser.get("/tokens/reference").text
    plain = page.replace("<wbr>", "")
    file = browser.get("/tokens/reference/openapi.json")
    assert file.json["openapi"] == "3.1.0"
    assert file.headers["Content-Disposition"] == "attachment; filename=openapi.json"
    for path, methods in file.json["paths"].items():
        for method in methods:
            assert f"{method.upper()} {path}" in plain
    assert all(f"<code>{scope.key}</code>" in page for scope in SCOPES)
    assert "<code>items[].station.name</code>" in page
    assert "style=" not in page
