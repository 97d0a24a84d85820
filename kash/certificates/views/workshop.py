"""A workshop's certificates: who may have one, the printed names, and proposing."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.accounts.queries import names_of
from kash.attendance.queries import slots_still_open
from kash.certificates import blueprint, documents, queries, services
from kash.certificates.forms import ProposeForm
from kash.certificates.forms.designs import offer_designs
from kash.certificates.services import confirm_names
from kash.certificates.views.reach import acts_on, staff_workshop
from kash.policy import allow
from kash.web import NotFound, Problem, current_actor, download
from kash.web.input import CONTROL_CHARACTERS
from kash.web.public_address import says_address
from kash.workshops.models import Workshop
from kash.workshops.queries import own_workshop
from kash.workshops.views.frame import frame

LONGEST_NAME = 200


@blueprint.get("/workshops/<public_id>/certificates")
@allow("certificates.see")
def workshop(public_id: str) -> ResponseReturnValue:
    """Who may have a certificate of this workshop, and what everyone else still lacks."""
    return _workshop_page(staff_workshop(public_id), _propose_form())


def _propose_form() -> ProposeForm:
    """The form to propose with, which offers the designs in use."""
    form = ProposeForm()
    offer_designs(form.design)
    return form


def _workshop_page(
    found: Workshop, form: ProposeForm, problem: str = ""
) -> tuple[str, int] | ResponseReturnValue:
    people = queries.candidates(found)
    batches = queries.batches_of(found)
    return render_template(
        "certificates/workshop.html",
        **frame(found),
        rule=queries.current_rule(),
        open_registers=slots_still_open(found.register_id),
        unconfirmed_registers=queries.unconfirmed_registers(found),
        people=people,
        eligible=[row for row in people if not row.missing],
        unconfirmed=[row for row in people if not row.name_confirmed],
        batches=batches,
        names=names_of(batch.proposed_by for batch, _number in batches),
        form=form,
        problem=problem,
        letters=sorted({row.group_letter for row in people}),
        acts=acts_on(found),
    ), 409 if problem else 200


@blueprint.post("/workshops/<public_id>/certificates/propose")
@allow("certificates.propose")
@says_address
def propose(public_id: str) -> ResponseReturnValue:
    """Propose certificates for all who are eligible."""
    found = own_workshop(public_id, current_actor(), "certificates.propose")
    form = _propose_form()
    if not form.validate_on_submit():
        return _workshop_page(found, form)
    try:
        batch = services.propose(found, form.design.data, current_actor())
    except Problem as problem:
        return _workshop_page(found, form, str(problem))
    flash(_("Proposed. Another person must approve it now."))
    return redirect(
        url_for("certificates.batch", public_id=found.public_id, batch_id=batch.public_id)
    )


@blueprint.route("/workshops/<public_id>/certificates/names", methods=["GET", "POST"])
@allow("certificates.propose")
def names(public_id: str) -> ResponseReturnValue:
    """The printed names, to be read by the people themselves and confirmed."""
    found = own_workshop(public_id, current_actor(), "certificates.propose")
    people = [row for row in queries.candidates(found) if row.name_may_be_printed]
    typed = {row.person_public_id: row.printed_name for row in people}
    errors: dict[str, str] = {}
    if request.method == "POST":
        typed |= _typed_names(typed)
        ticked = set(request.form.getlist("confirmed")) & typed.keys()
        errors = {key: wrong for key in ticked if (wrong := wrong_name(typed[key]))}
        if not errors:
            number = confirm_names(found, {key: typed[key] for key in ticked}, current_actor())
            if number:
                flash(_("Names confirmed: %(number)s", number=number))
            else:
                flash(_("Tick the names that were read and found right."), "warn")
            return redirect(url_for("certificates.names", public_id=public_id))
    content = render_template(
        "certificates/names.html",
        workshop=found,
        people=people,
        typed=typed,
        errors=errors,
        ticked=set(request.form.getlist("confirmed")),
        letters=sorted({row.group_letter for row in people}),
    )
    return content, 422 if errors else 200


def _typed_names(known: dict[str, str]) -> dict[str, str]:
    return {
        key: " ".join(request.form[f"name-{key}"].split())
        for key in known
        if f"name-{key}" in request.form
    }


def wrong_name(name: str) -> str:
    """What keeps a name from paper, in a sentence; empty if nothing does."""
    if not name:
        return _("A certificate needs a name.")
    if len(name) > LONGEST_NAME:
        return _("At most %(most)s characters fit.", most=LONGEST_NAME)
    if CONTROL_CHARACTERS.search(name):
        return _("This holds a sign that can't be printed.")
    return ""


@blueprint.get("/workshops/<public_id>/certificates/names/<letter>.pdf")
@allow("certificates.propose")
def name_sheet(public_id: str, letter: str) -> ResponseReturnValue:
    """The sheet on which one group checks how its names will be printed."""
    found = own_workshop(public_id, current_actor(), "certificates.propose")
    people = [
        row
        for row in queries.candidates(found)
        if row.group_letter == letter and row.name_may_be_printed
    ]
    if not people:
        raise NotFound
    content = documents.name_sheet(found, people, letter, found.version.language)
    return download(content, name=f"names-{letter}.pdf", type="application/pdf")
