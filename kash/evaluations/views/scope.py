"""Scope of the actor here: the workshops and forms that she sees, and those that she runs."""

from __future__ import annotations

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from kash.evaluations.models import EvaluationForm
from kash.evaluations.queries.forms import form_of
from kash.platform.web import current_actor
from kash.workshops.models import Workshop
from kash.workshops.queries.scope import own_workshop


def seen_form(public_id: str, form_id: str) -> tuple[Workshop, EvaluationForm]:
    """A workshop whose evaluations the actor may see, and one of its forms."""
    found = own_workshop(public_id, current_actor(), "evaluations.see")
    return found, form_of(found, form_id)


def run_form(public_id: str, form_id: str) -> tuple[Workshop, EvaluationForm]:
    """A workshop whose evaluations the actor runs, and one of its forms."""
    found = own_workshop(public_id, current_actor(), "evaluations.run")
    return found, form_of(found, form_id)


def to_form(public_id: str, form_id: str) -> ResponseReturnValue:
    """Lead to a form's page."""
    return redirect(url_for("evaluations.form", public_id=public_id, form_id=form_id), code=303)
