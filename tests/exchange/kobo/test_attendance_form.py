"""A form of a workshop's attendance names nobody, and only who runs the workshop is offered it."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from flask import Flask
from pyxform.xls2xform import convert

from kash.attendance.queries.history import codes_of
from kash.attendance.queries.pads import roster_given, slots_given
from kash.attendance.queries.statuses import statuses_for
from kash.exchange.kobo.documents import attendance_form, workbook_of
from kash.exchange.kobo.queries import workshops_to_mark
from kash.policy import Actor
from tests.refusals import refuses
from tests.workshops.conftest import Held, held, plan

__all__ = ["held", "plan"]

pytestmark = pytest.mark.any_engine


def test_a_form_names_nobody_and_compiles_without_a_warning_in_both_languages(
    app: Flask, held: Held
) -> None:
    with app.test_request_context():
        form = attendance_form(held.row)
        content = workbook_of(form)
        codes = set(codes_of(held.row.register_id).values())
        entries = [one["entry"] for one in roster_given(held.row.register_id)]
        slots = [one["id"] for one in slots_given(held.row.register_id)]
        statuses = [f"status_{one.code}" for one in statuses_for("workshop")]
        assert attendance_form(held.row) == form
    workshop, session, *asked = form.questions
    assert (workshop.type, workshop.calculation) == ("calculate", f"'{held.workshop}'")
    assert [one.name for one in session.choices] == slots
    assert [one.name for one in asked] == statuses
    assert all({one.label["en"] for one in question.choices} == codes for question in asked)
    warnings: list[str] = []
    made = convert(io.BytesIO(content), warnings=warnings, file_type=".xlsx")
    assert warnings == []
    assert 'lang="Kiswahili (sw)"' in made.xform
    for name in ("Zawadi", "Baraka", "Faraja", "Sampuli", "Kisumu Central", "Amani"):
        assert name not in made.xform
    # Neither initials nor what a badge is printed from.
    assert not [text for text in ("Z.S.", "B.S.", "F.S.", *entries) if text in made.xform]
    assert "Working Together" in made.xform


def test_only_whoever_runs_a_workshop_is_offered_its_form(
    app: Flask,
    held: Held,
    actor: Callable[..., Actor],
    count_queries: Callable[[], AbstractContextManager[Any]],
) -> None:
    with app.test_request_context(), count_queries() as asked:
        assert [one.public_id for one in workshops_to_mark(held.trainer)] == [held.workshop]
        # Each in turn, until there are enough: not all that she ever ran first.
        assert "workshop.id IN" not in asked.statements[-1]
        assert workshops_to_mark(actor("trainer", name="Another Mfano")) == []


def test_a_workshop_without_people_has_no_form_that_would_ask_for_names(
    app: Flask, plan: Callable[..., Held]
) -> None:
    made = plan()
    with app.test_request_context():
        assert workshops_to_mark(made.trainer) == []
        with refuses("This workshop has no session yet, or nobody is on its register."):
            attendance_form(made.row)
