"""A batch: approved, turned back, issued and printed."""

from __future__ import annotations

from functools import partial

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import func

from kash.accounts.queries.accounts import names_of
from kash.certificates import blueprint
from kash.certificates.approval import APPROVAL
from kash.certificates.forms.designs import version_name
from kash.certificates.forms.history import PRINTING_NAMES, REASON_NAMES, ReprintForm
from kash.certificates.models import Certificate, CertificateBatch
from kash.certificates.paper.reading import signing_of
from kash.certificates.queries.issuing import batch_of
from kash.certificates.queries.issuing_in_parts import (
    certificates_of_batch,
    groups_of_batch,
    how_far,
    issuing_job,
    names_changed,
    state_of,
    tracks_of_batch,
    unasked_in,
)
from kash.certificates.queries.listing import names_to_take
from kash.certificates.queries.printing import printings_of
from kash.certificates.rules.issuing import grouped
from kash.certificates.rules.steps import BatchStep, allowed_steps
from kash.certificates.services import issuing, issuing_in_parts
from kash.certificates.tables import BATCH_COLUMNS
from kash.certificates.views.scope import organises, staff_workshop
from kash.people.rules.one_group import OneGroup
from kash.platform.approvals.pages import ProposalPage, SendBackForm
from kash.platform.web import current_actor, listing
from kash.platform.web.formats import local_today
from kash.platform.web.public_address import says_address
from kash.platform.web.taking import is_taken, offers_table, taken
from kash.policy import allow
from kash.tracks.words import track_name
from kash.workshops.models import Workshop
from kash.workshops.queries.holding import held_sessions
from kash.workshops.queries.scope import own_workshop


@blueprint.get("/workshops/<public_id>/certificates/batches/<batch_id>")
@allow("certificates.see")
@offers_table("list", names=True)
def batch(public_id: str, batch_id: str) -> ResponseReturnValue:
    """A batch: its names, how it stands, and what can be done next."""
    found = staff_workshop(public_id)
    return batch_page(found, batch_of(found, batch_id), SendBackForm())


def batch_page(
    workshop: Workshop,
    shown: CertificateBatch,
    form: SendBackForm,
    problem: str = "",
    paper: ReprintForm | None = None,
) -> ResponseReturnValue:
    """The page of a batch, with what went wrong on it if something did."""
    actor = current_actor()
    state = state_of(shown)
    issued, total = how_far(shown)
    steps = allowed_steps(
        state, proposed_by=shown.proposed_by, actor=actor.public_id, issued=issued
    )
    as_organiser = organises(workshop)
    decision = APPROVAL.offered(shown, actor, as_organiser=as_organiser)
    may = {BatchStep.APPROVE: decision.approves, BatchStep.RETURN: decision.returns}
    printings = printings_of(shown)
    counts = groups_of_batch(shown)
    asked = request.args.get("group", "")
    letter = asked if asked in counts else next(iter(counts), "")
    found = listing(
        certificates_of_batch(shown, letter),
        sorts={
            "name": func.lower(Certificate.printed_name),
            "hours": Certificate.minutes,
            "serial": Certificate.serial,
        },
        default_sort="name",
        key=Certificate.id,
    )
    if is_taken():
        return taken(found.turned(lambda rows: names_to_take(actor, rows)), BATCH_COLUMNS)
    wrong = bool(form.errors or (paper and paper.errors))
    return render_template(
        "certificates/batch.html",
        decision=decision,
        workshop=workshop,
        batch=shown,
        state=state,
        issued=issued,
        total=total,
        work=issuing_job(shown) if state in ("issuing", "stopped") else None,
        listing=found,
        groups=OneGroup(letter, (), counts),
        unasked=unasked_in(shown) if issued < total else 0,
        changed=names_changed(shown) if issued < total else 0,
        steps={step.value for step in steps if may.get(step, as_organiser)},
        names=names_of(
            [
                *shown.accounts,
                shown.issued_by,
                decision.standing_in,
                *(one.made_by for one in printings),
            ]
        ),
        earned_by=[
            _("%(track)s, version %(number)s", track=track_name(name, name_sw), number=number)
            for name, name_sw, number in tracks_of_batch(shown)
        ],
        design_name=version_name(shown.design_version),
        signing=signing_of(shown, actor),
        form=form,
        paper=paper or ReprintForm(),
        printings=printings,
        printed={one.kind for one in printings if one.certificate_id is None},
        printing_names=PRINTING_NAMES,
        reason_names=REASON_NAMES,
        # By these sessions the hours were counted that somebody is to approve.
        held=held_sessions(workshop)
        if shown.kind == "workshop" and state in ("proposed", "approved")
        else (),
        problem=problem,
        grouped=grouped,
        today=local_today(),
    ), 409 if problem else 422 if wrong else 200


def _page(found: Workshop, batch_id: str) -> ProposalPage[CertificateBatch]:
    return ProposalPage(
        APPROVAL,
        lambda: batch_of(found, batch_id),
        partial(batch_page, found),
        url_for("certificates.batch", public_id=found.public_id, batch_id=batch_id),
    )


@blueprint.post("/workshops/<public_id>/certificates/batches/<batch_id>/approve")
@allow("certificates.approve")
def approve(public_id: str, batch_id: str) -> ResponseReturnValue:
    """Approve what another person proposed."""
    return _page(staff_workshop(public_id), batch_id).step(
        lambda shown: issuing.approve(shown, current_actor()),
        lambda _nothing: _("Approved. The trainer can issue and print now."),
    )


@blueprint.post("/workshops/<public_id>/certificates/batches/<batch_id>/turn-back")
@allow("certificates.see")
def turn_back(public_id: str, batch_id: str) -> ResponseReturnValue:
    """Turn a batch back, with what must be put right."""
    workshop = staff_workshop(public_id)
    as_organiser = organises(workshop)
    return _page(workshop, batch_id).send_back(
        lambda shown, reason: issuing.turn_back(
            shown, reason, current_actor(), as_organiser=as_organiser
        ),
        _("Sent back. Its people can be proposed again."),
        as_organiser=as_organiser,
    )


@blueprint.post("/workshops/<public_id>/certificates/batches/<batch_id>/issue")
@allow("certificates.print")
@says_address
def issue(public_id: str, batch_id: str) -> ResponseReturnValue:
    """Give each certificate its serial and date; a large batch is gone on with by the worker."""
    workshop = own_workshop(public_id, current_actor(), "certificates.print")
    here = url_for("certificates.batch", public_id=public_id, batch_id=batch_id)
    return _page(workshop, batch_id).step(
        lambda shown: issuing_in_parts.issue(
            shown, local_today(), current_actor(), title=_("Issuing certificates"), back=here
        ),
        lambda job: (
            _("The first are issued; the work goes on.") if job else _("Issued. Print them now.")
        ),
    )


@blueprint.post("/workshops/<public_id>/certificates/batches/<batch_id>/stop")
@allow("certificates.print")
def stop(public_id: str, batch_id: str) -> ResponseReturnValue:
    """Stop issuing. What has its serial keeps it."""
    found = own_workshop(public_id, current_actor(), "certificates.print")
    return _page(found, batch_id).step(
        lambda shown: issuing_in_parts.stop(shown, current_actor()),
        lambda _nothing: _("Stopped. What is issued stays issued."),
    )


@blueprint.post("/workshops/<public_id>/certificates/batches/<batch_id>/leave-out")
@allow("certificates.print")
def leave_out(public_id: str, batch_id: str) -> ResponseReturnValue:
    """Take what was not issued out of the batch, so that it can be proposed again."""
    found = own_workshop(public_id, current_actor(), "certificates.print")
    return _page(found, batch_id).step(
        lambda shown: issuing_in_parts.leave_out(shown, current_actor()),
        lambda number: _("Left out: %(number)s. They can be proposed again.", number=number),
    )
