"""The code for the wall, the sheet on paper, and sheets typed off paper."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.evaluations import blueprint
from kash.evaluations.errors import FormNotOpen
from kash.evaluations.models import EvaluationForm
from kash.evaluations.queries.forms import group_letters, hall_code, questions_of
from kash.evaluations.rules.answers import LONGEST_COMMENT
from kash.evaluations.rules.times import takes_answers
from kash.evaluations.services.answering import enter_sheet as put_sheet
from kash.evaluations.views.answers import sent_answers, sent_nonce
from kash.evaluations.views.scope import run_form, seen_form
from kash.platform.database import db, new_public_id, utc_now
from kash.platform.press import qr_svg
from kash.platform.web import Problem, current_actor
from kash.platform.web.public_address import AddressKind, kind_of_address, public_address
from kash.policy import allow
from kash.workshops.models import Workshop


@blueprint.get("/workshops/<public_id>/evaluations/<form_id>/wall")
@allow("evaluations.run")
def wall(public_id: str, form_id: str) -> ResponseReturnValue:
    """A page for the wall: the code of an open form, the same for everybody in the hall."""
    found, form = run_form(public_id, form_id)
    if not takes_answers(form.state, form.closes_at, utc_now()):
        raise FormNotOpen
    code, site = hall_code(form), public_address()
    address = f"{site}{url_for('evaluations.answer', code=code)}"
    return render_template(
        "evaluations/wall.html",
        workshop=found,
        form=form,
        code=f"{code[:3]}-{code[3:]}",
        picture=qr_svg(address, label=_("QR code of this form")),
        typed_at=f"{site.split('://', 1)[-1]}{url_for('evaluations.answer')}",
        leads_nowhere=kind_of_address(site) is AddressKind.LOCAL,
    )


@blueprint.get("/workshops/<public_id>/evaluations/<form_id>/paper")
@allow("evaluations.see")
def paper(public_id: str, form_id: str) -> ResponseReturnValue:
    """The sheet to be printed and filled in by hand."""
    found, form = seen_form(public_id, form_id)
    return render_template(
        "evaluations/paper.html",
        workshop=found,
        form=form,
        questions=questions_of(db.session(), form.id),
        groups=group_letters(db.session()) if form.asks_group else [],
    )


@blueprint.route("/workshops/<public_id>/evaluations/<form_id>/sheet", methods=["GET", "POST"])
@allow("evaluations.run")
def enter_sheet(public_id: str, form_id: str) -> ResponseReturnValue:
    """Type a sheet off paper, then the next."""
    found, form = run_form(public_id, form_id)
    if request.method == "GET":
        return _page(found, form)
    try:
        new = put_sheet(
            public_id,
            form_id,
            sent_answers(),
            request.form.get("group", ""),
            sent_nonce(),
            by=current_actor(),
        )
    except Problem as problem:
        again, form = run_form(public_id, form_id)
        return _page(again, form, str(problem), problem.status)
    flash(_("Taken. Now the next sheet.") if new else _("This sheet was taken already."))
    return redirect(
        url_for("evaluations.enter_sheet", public_id=public_id, form_id=form_id), code=303
    )


def _page(
    workshop: Workshop, form: EvaluationForm, problem: str = "", status: int = 200
) -> ResponseReturnValue:
    return render_template(
        "evaluations/enter_sheet.html",
        workshop=workshop,
        form=form,
        is_open=takes_answers(form.state, form.closes_at, utc_now()),
        sheet=request.form.get("sheet") or new_public_id(),
        questions=questions_of(db.session(), form.id),
        groups=group_letters(db.session()) if form.asks_group else [],
        given=sent_answers() if request.method == "POST" else {},
        group=request.form.get("group", ""),
        longest=LONGEST_COMMENT,
        problem=problem,
    ), status
