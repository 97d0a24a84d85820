"""A batch: approved, turned back, issued and printed."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.accounts.queries import names_of
from kash.certificates import blueprint, queries, services
from kash.certificates.forms import TurnBackForm
from kash.certificates.forms.designs import version_name
from kash.certificates.models import CertificateBatch
from kash.certificates.rules import Step, allowed_steps, grouped
from kash.certificates.views.reach import acts_on, staff_workshop
from kash.policy import allow
from kash.web import Forbidden, Problem, current_actor
from kash.web.formats import local_today
from kash.workshops.models import Workshop
from kash.workshops.queries import own_workshop


@blueprint.get("/workshops/<public_id>/certificates/batches/<batch_id>")
@allow("certificates.see")
def batch(public_id: str, batch_id: str) -> ResponseReturnValue:
    """A batch: its names, how it stands, and what can be done next."""
    found = staff_workshop(public_id)
    return _batch_page(found, queries.batch_of(found, batch_id), TurnBackForm(), "")


def _batch_page(
    found: Workshop, shown: CertificateBatch, form: TurnBackForm, problem: str
) -> ResponseReturnValue:
    actor = current_actor()
    steps = allowed_steps(shown.state, proposed_by=shown.proposed_by, actor=actor.public_id)
    acts = acts_on(found)
    standing_in = actor.decides_for("certificates.approve", not_for=shown.proposed_by)
    may = {
        Step.APPROVE: actor.may("certificates.approve") and standing_in != "",
        Step.RETURN: actor.may("certificates.approve") or acts,
        Step.ISSUE: acts,
        Step.PRINT: acts,
    }
    certificates = queries.certificates_of(shown)
    return render_template(
        "certificates/batch.html",
        standing_in=standing_in,
        workshop=found,
        batch=shown,
        certificates=certificates,
        changed=[one for one in certificates if one.person.name_for_paper != one.printed_name],
        steps={step.value for step in steps if may[step]},
        own=shown.state == "proposed" and shown.proposed_by == actor.public_id,
        names=names_of(
            one
            for one in (
                shown.proposed_by,
                shown.approved_by,
                shown.approved_for,
                shown.issued_by,
                standing_in,
            )
            if one
        ),
        design_name=version_name(shown.design_version),
        form=form,
        problem=problem,
        grouped=grouped,
    ), 409 if problem else 422 if form.errors else 200


def _step(found: Workshop, batch_id: str, act: Any, done: str) -> ResponseReturnValue:
    shown = queries.batch_of(found, batch_id)
    try:
        act(shown)
    except Problem as problem:
        return _batch_page(found, queries.batch_of(found, batch_id), TurnBackForm(), str(problem))
    flash(done)
    return redirect(url_for("certificates.batch", public_id=found.public_id, batch_id=batch_id))


@blueprint.post("/workshops/<public_id>/certificates/batches/<batch_id>/approve")
@allow("certificates.approve")
def approve(public_id: str, batch_id: str) -> ResponseReturnValue:
    """Approve what another person proposed."""
    return _step(
        staff_workshop(public_id),
        batch_id,
        lambda shown: services.approve(shown, current_actor()),
        _("Approved. The trainer can issue and print now."),
    )


@blueprint.post("/workshops/<public_id>/certificates/batches/<batch_id>/turn-back")
@allow("certificates.see")
def turn_back(public_id: str, batch_id: str) -> ResponseReturnValue:
    """Turn a batch back, with what must be put right."""
    found = staff_workshop(public_id)
    acts = acts_on(found)
    if not (current_actor().may("certificates.approve") or acts):
        raise Forbidden
    form = TurnBackForm()
    if not form.validate_on_submit():
        return _batch_page(found, queries.batch_of(found, batch_id), form, "")
    return _step(
        found,
        batch_id,
        lambda shown: services.turn_back(shown, form.reason.data or "", current_actor(), acts=acts),
        _("Turned back. Its people can be proposed again."),
    )


@blueprint.post("/workshops/<public_id>/certificates/batches/<batch_id>/issue")
@allow("certificates.print")
def issue(public_id: str, batch_id: str) -> ResponseReturnValue:
    """Give each certificate its serial and date."""
    found = own_workshop(public_id, current_actor(), "certificates.print")
    return _step(
        found,
        batch_id,
        lambda shown: services.issue(shown, local_today(), current_actor()),
        _("Issued. Print them now."),
    )


@blueprint.post("/workshops/<public_id>/certificates/batches/<batch_id>/print")
@allow("certificates.print")
def make_paper(public_id: str, batch_id: str) -> ResponseReturnValue:
    """Have the worker make the print file or the zip, and show its progress."""
    found = own_workshop(public_id, current_actor(), "certificates.print")
    shown = queries.batch_of(found, batch_id)
    kind = request.form.get("kind", "")
    title = _("Certificates, one print file") if kind == "print_file" else _("Certificates, zip")
    try:
        back = url_for("certificates.batch", public_id=public_id, batch_id=batch_id)
        public_job_id = services.make_paper(shown, kind, title, current_actor(), back=back)
    except Problem as problem:
        return _batch_page(found, shown, TurnBackForm(), str(problem))
    return redirect(url_for("jobs.page", public_id=public_job_id))
