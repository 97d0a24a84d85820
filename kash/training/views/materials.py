"""The file of a material: brought, replaced, removed and taken away."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.platform.cleaning import CleaningBusy
from kash.platform.storage import StorageError
from kash.platform.web import NotFound, current_actor, download, page
from kash.platform.web.bodies import takes_file
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.errors import one_or_404
from kash.policy import allow
from kash.training import blueprint, queries
from kash.training.forms.materials import MaterialFileForm
from kash.training.material_files import MaterialProblem, content_of, files_of, type_of
from kash.training.models import CourseVersion, PlanRow, SessionPlan
from kash.training.rules.carried_files import MOST_FILE_BYTES
from kash.training.rules.fields import MATERIAL
from kash.training.services.material_files import attach_file, remove_file
from kash.training.services.sessions import plan_in
from kash.training.services.versions import NotADraft

_AT = "/versions/<public_id>/plans/<plan_id>/materials/<row_id>"


def _found(public_id: str, plan_id: str, row_id: str) -> tuple[CourseVersion, SessionPlan, PlanRow]:
    """A material within the versions that the actor reaches. Raises NotFound."""
    version = queries.version(current_actor(), public_id)
    plan = plan_in(version, plan_id)
    for row in plan.of(MATERIAL.name):
        if row.public_id == row_id:
            return version, plan, row
    raise NotFound


@blueprint.route(_AT, methods=["GET", "POST"])
@allow("curriculum.edit")
@takes_file(MOST_FILE_BYTES)
def material(public_id: str, plan_id: str, row_id: str) -> ResponseReturnValue:
    """Give a material a file, or another one."""
    version, plan, row = _found(public_id, plan_id, row_id)
    form = MaterialFileForm()
    if request.method == "POST" and form.validate():
        sent = form.file.data
        content = sent.read(MOST_FILE_BYTES + 1) if sent else b""
        with form.showing_problems(MaterialProblem, NotADraft, CleaningBusy, StorageError):
            attach_file(public_id, plan_id, row_id, content, by=current_actor())
            flash(_("Saved."))
            return redirect(_back(public_id, plan_id), code=303)
        version, plan, row = _found(public_id, plan_id, row_id)
    return page(
        "training/material.html",
        form=form,
        version=version,
        plan=plan,
        row=row,
        file=files_of([row.file]).get(row.file),
        back=_back(public_id, plan_id),
    )


@blueprint.route(f"{_AT}/remove", methods=["GET", "POST"])
@allow("curriculum.edit")
def remove_material_file(public_id: str, plan_id: str, row_id: str) -> ResponseReturnValue:
    """Ask, then take the file off a material."""
    if request.method == "GET":
        version, _plan, row = _found(public_id, plan_id, row_id)
        return render_template(
            "training/remove.html",
            version=version,
            question=_("Remove this file?"),
            title=row.text,
            text="",
            back=url_for("training.material", public_id=public_id, plan_id=plan_id, row_id=row_id),
        )
    with FlashedProblems(NotADraft):
        remove_file(public_id, plan_id, row_id, by=current_actor())
        flash(_("Removed."))
    return redirect(_back(public_id, plan_id), code=303)


@blueprint.get(f"{_AT}/file")
@allow("curriculum.see")
def material_file(public_id: str, plan_id: str, row_id: str) -> Response:
    """The file of a material; its name says nothing."""
    _version, _plan, row = _found(public_id, plan_id, row_id)
    file = one_or_404(files_of([row.file]).get(row.file))
    kind, ending = type_of(file)
    return download(content_of(file), name=f"material.{ending}", type=kind)


def _back(public_id: str, plan_id: str) -> str:
    return url_for("training.edit_session", public_id=public_id, plan_id=plan_id)
