"""Pages of the certificates room."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.accounts.queries import names_of
from kash.certificates import blueprint, documents, queries, services
from kash.certificates.forms import (
    DESIGN_NAMES,
    REVOCATION_NAMES,
    ProposeForm,
    RevokeForm,
    RuleForm,
    TurnBackForm,
    VerifyForm,
)
from kash.certificates.models import Certificate, CertificateBatch
from kash.certificates.rules import Standing, Step, allowed_steps, grouped, read_serial
from kash.certificates.services import confirm_names
from kash.database import utc_now
from kash.people.sections import SectionRow, register_section
from kash.policy import ANYONE, Actor, Reach, allow
from kash.vault import lookup
from kash.web import Forbidden, NotFound, Problem, current_actor, download, listing, page
from kash.web.formats import day_text, local_today
from kash.web.input import CONTROL_CHARACTERS
from kash.web.language import language_code
from kash.workshops.models import Workshop
from kash.workshops.queries import own_workshop, runs, workshop_with_people
from kash.workshops.tabs import register_tab
from kash.workshops.views.frame import frame

LONGEST_NAME = 200


def _staff_workshop(public_id: str) -> Workshop:
    """A workshop whose certificates the actor may see as staff, not as a participant."""
    return workshop_with_people(public_id, current_actor(), "certificates.see")


@blueprint.get("/certificates/")
@allow("certificates.see")
def index() -> ResponseReturnValue:
    """All issued certificates within reach, or one's own."""
    return _index("")


@blueprint.post("/certificates/")
@allow("certificates.see")
def find() -> ResponseReturnValue:
    """The same, searched; posted because a name may be typed."""
    return _index(request.form.get("search", "").strip()[:LONGEST_NAME])


def _index(found: str) -> ResponseReturnValue:
    actor = current_actor()
    state = request.values.get("state", "")
    rows = listing(
        queries.certificates_select(actor, state, found),
        sorts={
            "issued": Certificate.issued_on,
            "name": Certificate.printed_name,
            "title": Certificate.public_title,
        },
        default_sort="issued",
        default_direction="desc",
        key=Certificate.id,
    )
    return render_template(
        "certificates/index.html",
        listing=rows,
        found=found,
        state=state,
        own=actor.reach("certificates.see") is Reach.SELF,
        waiting=queries.waiting_for(actor),
        grouped=grouped,
    )


@blueprint.get("/certificates/<public_id>")
@allow("certificates.see")
def certificate(public_id: str) -> ResponseReturnValue:
    """One certificate and how it stands."""
    actor = current_actor()
    found = queries.certificate(public_id, actor, "certificates.see")
    return render_template(
        "certificates/certificate.html",
        certificate=found,
        serial=grouped(found.serial or ""),
        reason_class=REVOCATION_NAMES.get(found.revoked_class, ""),
        staff=actor.reach("certificates.see") is not Reach.SELF,
        may_revoke=actor.may("certificates.revoke"),
        verification_address=documents.verification_address(),
    )


@blueprint.get("/certificates/<public_id>/file")
@allow("certificates.see")
def file(public_id: str) -> ResponseReturnValue:
    """One certificate as PDF. A revoked one is printed no more."""
    found = queries.certificate(public_id, current_actor(), "certificates.see")
    if found.revoked_at is not None:
        raise services.AlreadyRevoked
    content = documents.single_certificate(found)
    return download(content, name=f"{grouped(found.serial or '')}.pdf", type="application/pdf")


@blueprint.route("/certificates/<public_id>/revoke", methods=["GET", "POST"])
@allow("certificates.revoke", fresh=True)
def revoke(public_id: str) -> ResponseReturnValue:
    """Revoke a certificate, with a class that is public and a reason that is not."""
    found = queries.certificate(public_id, current_actor(), "certificates.revoke")
    form = RevokeForm()
    if form.validate_on_submit():
        services.revoke(found, form.reason_class.data, form.reason.data or "", current_actor())
        flash(_("Revoked. Whoever checks it now reads so."))
        return redirect(url_for("certificates.certificate", public_id=public_id))
    return page(
        "certificates/revoke.html", form=form, certificate=found, serial=grouped(found.serial or "")
    )


@blueprint.route("/certificates/rule", methods=["GET", "POST"])
@allow("certificates.approve")
def rule() -> ResponseReturnValue:
    """The rule in force, its earlier versions, and a form for the next."""
    stored = queries.current_rule()
    form = RuleForm(obj=stored)
    if form.validate_on_submit():
        services.set_rule(
            form.least_share.data or 0,
            name_must_be_confirmed=bool(form.name_must_be_confirmed.data),
            by=current_actor(),
        )
        flash(_("Saved. It holds for what is proposed from now on."))
        return redirect(url_for("certificates.rule"))
    versions = queries.rule_versions()
    return page(
        "certificates/rule.html",
        form=form,
        rule=stored,
        versions=versions,
        names=names_of(version.created_by for version in versions),
    )


@blueprint.get("/workshops/<public_id>/certificates")
@allow("certificates.see")
def workshop(public_id: str) -> ResponseReturnValue:
    """Who may have a certificate of this workshop, and what everyone else still lacks."""
    return _workshop_page(_staff_workshop(public_id), ProposeForm())


def _workshop_page(
    found: Workshop, form: ProposeForm, problem: str = ""
) -> tuple[str, int] | ResponseReturnValue:
    people = queries.candidates(found)
    batches = queries.batches_of(found)
    return render_template(
        "certificates/workshop.html",
        **frame(found),
        rule=queries.current_rule(),
        people=people,
        eligible=[row for row in people if not row.missing],
        unconfirmed=[row for row in people if not row.name_confirmed],
        batches=batches,
        names=names_of(batch.proposed_by for batch, _number in batches),
        form=form,
        problem=problem,
        letters=sorted({row.group_letter for row in people}),
        acts=_acts_on(found),
    ), 409 if problem else 200


def _acts_on(found: Workshop) -> bool:
    return runs(current_actor(), found, "certificates.propose")


@blueprint.post("/workshops/<public_id>/certificates/propose")
@allow("certificates.propose")
def propose(public_id: str) -> ResponseReturnValue:
    """Propose certificates for all who are eligible."""
    found = own_workshop(public_id, current_actor(), "certificates.propose")
    form = ProposeForm()
    if not form.validate_on_submit():
        return _workshop_page(found, form)
    try:
        batch = services.propose(found, form.design.data, current_actor())
    except services.NothingToPropose as problem:
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
    people = queries.candidates(found)
    typed = {row.person_public_id: row.printed_name for row in people}
    errors: dict[str, str] = {}
    if request.method == "POST":
        typed |= _typed_names(typed)
        ticked = set(request.form.getlist("confirmed")) & typed.keys()
        errors = {key: wrong for key in ticked if (wrong := _wrong_name(typed[key]))}
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


def _wrong_name(name: str) -> str:
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
    people = [row for row in queries.candidates(found) if row.group_letter == letter]
    if not people:
        raise NotFound
    content = documents.name_sheet(found, people, letter, found.version.language)
    return download(content, name=f"names-{letter}.pdf", type="application/pdf")


@blueprint.get("/workshops/<public_id>/certificates/batches/<batch_id>")
@allow("certificates.see")
def batch(public_id: str, batch_id: str) -> ResponseReturnValue:
    """A batch: its names, how it stands, and what can be done next."""
    found = _staff_workshop(public_id)
    return _batch_page(found, queries.batch_of(found, batch_id), TurnBackForm(), "")


def _batch_page(
    found: Workshop, shown: CertificateBatch, form: TurnBackForm, problem: str
) -> ResponseReturnValue:
    actor = current_actor()
    steps = allowed_steps(shown.state, proposed_by=shown.proposed_by, actor=actor.public_id)
    acts = _acts_on(found)
    may = {
        Step.APPROVE: actor.may("certificates.approve"),
        Step.RETURN: actor.may("certificates.approve") or acts,
        Step.ISSUE: acts,
        Step.PRINT: acts,
    }
    certificates = queries.certificates_of(shown)
    return render_template(
        "certificates/batch.html",
        workshop=found,
        batch=shown,
        certificates=certificates,
        changed=[one for one in certificates if one.person.name_for_paper != one.printed_name],
        steps={step.value for step in steps if may[step]},
        own=shown.state == "proposed" and shown.proposed_by == actor.public_id,
        names=names_of(
            one for one in (shown.proposed_by, shown.approved_by, shown.issued_by) if one
        ),
        design_name=DESIGN_NAMES[shown.design],
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
        _staff_workshop(public_id),
        batch_id,
        lambda shown: services.approve(shown, current_actor()),
        _("Approved. The trainer can issue and print now."),
    )


@blueprint.post("/workshops/<public_id>/certificates/batches/<batch_id>/turn-back")
@allow("certificates.see")
def turn_back(public_id: str, batch_id: str) -> ResponseReturnValue:
    """Turn a batch back, with what must be put right."""
    found = _staff_workshop(public_id)
    if not (current_actor().may("certificates.approve") or _acts_on(found)):
        raise Forbidden
    form = TurnBackForm()
    if not form.validate_on_submit():
        return _batch_page(found, queries.batch_of(found, batch_id), form, "")
    return _step(
        found,
        batch_id,
        lambda shown: services.turn_back(shown, form.reason.data or "", current_actor()),
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
        public_job_id = services.make_paper(shown, kind, title, current_actor())
    except Problem as problem:
        return _batch_page(found, shown, TurnBackForm(), str(problem))
    return redirect(url_for("jobs.page", public_id=public_job_id))


@blueprint.route("/verify", methods=["GET", "POST"])
@allow(ANYONE)
def verify() -> ResponseReturnValue:
    """Anyone may check a serial, and learns status, title and date, and whether a name matches."""
    form = VerifyForm()
    answer = None
    if form.validate_on_submit():
        if read_serial(form.serial.data or "") is None:
            form.serial.errors = [
                _("This is not a whole serial. It has 12 letters and digits, in three groups.")
            ]
        else:
            address = hashlib.sha256(
                lookup(request.remote_addr or "", kind="address").encode()
            ).hexdigest()
            if not queries.admitted(address, utc_now()):
                return render_template(
                    "certificates/verify.html", form=form, answer=None, throttled=True
                ), 429
            answer = queries.verified(form.serial.data or "", form.name.data or "")
    return page(
        "certificates/verify.html",
        form=form,
        answer=answer,
        throttled=False,
        Standing=Standing,
        as_of=utc_now(),
        reason_class=REVOCATION_NAMES.get(answer.revoked_class, "") if answer else "",
        language=language_code(),
    )


def person_rows(person_id: str, actor: Actor) -> list[SectionRow] | None:
    """The certificates of a person for her page, if the actor may see them."""
    if not actor.may("certificates.see"):
        return None
    return [
        SectionRow(
            key=day_text(one.issued_on),
            key_small=str(one.issued_on.year) if one.issued_on else "",
            text=one.public_title,
            url=url_for("certificates.certificate", public_id=one.public_id),
            small=grouped(one.serial or ""),
            tone="bad" if one.revoked_at else "good",
            state=_("Revoked") if one.revoked_at else _("Valid"),
        )
        for one in queries.certificates_of_person(person_id, actor)
    ]


def join_other_rooms(app: Flask) -> None:
    """Put the room's tab on workshops and its part on people's pages."""
    register_tab(app, _l("Certificates"), "certificates.workshop", "certificates.see", 50)
    register_section(_l("Certificates"), person_rows)
