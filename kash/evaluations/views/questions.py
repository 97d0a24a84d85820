"""Questions of a form that was not opened: added, changed, moved, removed."""

from __future__ import annotations

from typing import Any

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.evaluations import blueprint
from kash.evaluations.errors import AlreadyOpened, TooManyInForm
from kash.evaluations.forms import EvaluationQuestionForm
from kash.evaluations.models import EvaluationForm, EvaluationQuestion
from kash.evaluations.queries.forms import form_of, questions_of
from kash.evaluations.services import forms
from kash.evaluations.views.scope import run_form, to_form
from kash.platform.database import db
from kash.platform.web import current_actor, page
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.errors import one_or_404
from kash.policy import allow
from kash.workshops.models import Workshop


def _values(form: EvaluationForm, question: EvaluationQuestion | None) -> dict[str, Any]:
    if question is None:
        return {"row_version": form.row_version, "kind": "scale"}
    values: dict[str, Any] = {"row_version": form.row_version, "kind": question.kind}
    for code in ("en", "sw"):
        values[f"text_{code}"] = question.texts.get(code, "")
        values[f"options_{code}"] = "\n".join(one.get(code, "") for one in question.options)
    return values


def _question(form: EvaluationForm, question_id: str) -> EvaluationQuestion:
    there = questions_of(db.session(), form.id)
    return one_or_404(next((one for one in there if one.public_id == question_id), None))


def _page(
    workshop: Workshop, form: EvaluationForm, question: EvaluationQuestion | None
) -> ResponseReturnValue:
    if form.state != "draft":
        raise AlreadyOpened
    workshop_id, form_id = workshop.public_id, form.public_id
    question_id = question.public_id if question is not None else None
    entered = EvaluationQuestionForm(data=_values(form, question))
    entered.keep_languages()
    if entered.validate_on_submit():
        with entered.showing_problems(TooManyInForm):
            forms.save_question(
                workshop_id,
                form_id,
                question_id,
                entered.details(),
                entered.row_version_shown,
                by=current_actor(),
            )
            return to_form(workshop_id, form_id)
    if entered.changed_meanwhile:
        form = form_of(workshop, form_id)
        saved = _question(form, question_id) if question_id is not None else None
        entered.compare(_values(form, saved))
    return page(
        "evaluations/question.html",
        form=entered,
        workshop=workshop,
        evaluation=form,
        question=question_id,
    )


@blueprint.route(
    "/workshops/<public_id>/evaluations/<form_id>/questions/new", methods=["GET", "POST"]
)
@allow("evaluations.run")
def add_question(public_id: str, form_id: str) -> ResponseReturnValue:
    """Add a question at the end."""
    found, form = run_form(public_id, form_id)
    return _page(found, form, None)


@blueprint.route(
    "/workshops/<public_id>/evaluations/<form_id>/questions/<question_id>",
    methods=["GET", "POST"],
)
@allow("evaluations.run")
def question(public_id: str, form_id: str, question_id: str) -> ResponseReturnValue:
    """Change a question."""
    found, form = run_form(public_id, form_id)
    return _page(found, form, _question(form, question_id))


@blueprint.post("/workshops/<public_id>/evaluations/<form_id>/questions/<question_id>/up")
@allow("evaluations.run")
def move_question(public_id: str, form_id: str, question_id: str) -> ResponseReturnValue:
    """Ask a question one place earlier."""
    run_form(public_id, form_id)
    with FlashedProblems(AlreadyOpened, tone="warn"):
        forms.move_question_up(public_id, form_id, question_id, by=current_actor())
    return to_form(public_id, form_id)


@blueprint.route(
    "/workshops/<public_id>/evaluations/<form_id>/questions/<question_id>/remove",
    methods=["GET", "POST"],
)
@allow("evaluations.run")
def remove_question(public_id: str, form_id: str, question_id: str) -> ResponseReturnValue:
    """Ask, then take a question off: its words in each language go with it."""
    found, form = run_form(public_id, form_id)
    if request.method == "GET":
        return render_template(
            "evaluations/remove_question.html",
            workshop=found,
            form=form,
            question=_question(form, question_id),
        )
    with FlashedProblems(AlreadyOpened, tone="warn"):
        forms.remove_question(public_id, form_id, question_id, by=current_actor())
        flash(_("The question is removed."))
    return to_form(public_id, form_id)
