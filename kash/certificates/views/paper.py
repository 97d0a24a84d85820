"""Paper: of a whole batch by the worker, of one certificate at once, and previews."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.certificates import blueprint, documents
from kash.certificates.forms.history import ReprintForm
from kash.certificates.models import Certificate
from kash.certificates.queries.issuing import batch_of, certificate
from kash.certificates.queries.issuing_in_parts import some_for_preview
from kash.certificates.rules.issuing import grouped
from kash.certificates.services import printing
from kash.certificates.services.preconditions import NameWithheld
from kash.certificates.services.printing import ReprintReasonNeeded, note_single
from kash.certificates.services.revoking import AlreadyRevoked
from kash.certificates.views.batches import batch_page
from kash.certificates.views.certificates import certificate_page
from kash.certificates.views.scope import staff_workshop
from kash.platform.approvals.pages import SendBackForm
from kash.platform.web import NotFound, Problem, current_actor, download
from kash.platform.web.commands import CaughtProblem
from kash.platform.web.public_address import says_address
from kash.platform.web.taking import noted
from kash.policy import Reach, allow
from kash.workshops.queries.scope import own_workshop

_TITLES = {
    "print_file": _l("Certificates, one print file"),
    "zip_file": _l("Certificates, zip"),
    "cards": _l("Certificates, cards"),
}


@blueprint.post("/workshops/<public_id>/certificates/batches/<batch_id>/print")
@allow("certificates.print")
@says_address
def make_paper(public_id: str, batch_id: str) -> ResponseReturnValue:
    """Have the worker make the print file, the zip or the cards, and show its progress."""
    workshop = own_workshop(public_id, current_actor(), "certificates.print")
    shown = batch_of(workshop, batch_id)
    form = ReprintForm()
    if not form.validate_on_submit():
        return batch_page(workshop, shown, SendBackForm(), paper=form)
    kind = request.form.get("kind", "")
    with CaughtProblem(Problem) as caught:
        with form.showing_problems(reason=ReprintReasonNeeded):
            job = printing.make_paper(
                shown,
                kind,
                str(_TITLES.get(kind, "")),
                current_actor(),
                reason=form.reason.data,
                back=url_for("certificates.batch", public_id=public_id, batch_id=batch_id),
            )
            return redirect(url_for("jobs.page", public_id=job))
        return batch_page(workshop, batch_of(workshop, batch_id), SendBackForm(), paper=form)
    return batch_page(workshop, batch_of(workshop, batch_id), SendBackForm(), caught.sentence)


@blueprint.get("/workshops/<public_id>/certificates/batches/<batch_id>/preview.pdf")
@allow("certificates.see")
def preview(public_id: str, batch_id: str) -> ResponseReturnValue:
    """How the first certificate and that with the longest name will look, marked as void."""
    shown = batch_of(staff_workshop(public_id), batch_id)
    some = some_for_preview(shown)
    if not some:
        raise NotFound
    made = documents.preview(shown, some)
    return noted(download(made, name=_("preview") + ".pdf", type="application/pdf"))


@blueprint.post("/certificates/<public_id>/file")
@allow("certificates.see")
@says_address
def file(public_id: str) -> ResponseReturnValue:
    """One certificate as PDF; each making is noted. Of a revoked one staff gets void paper."""
    actor = current_actor()
    found = certificate(public_id, actor, "certificates.see")
    own = actor.reach("certificates.see") is Reach.SELF
    if own and found.revoked_at is not None:
        raise AlreadyRevoked
    if not found.person.prints_name:
        raise NameWithheld
    form = ReprintForm()
    if not form.validate_on_submit():
        return certificate_page(found, form)
    content = documents.single_certificate(found)
    with form.showing_problems(reason=ReprintReasonNeeded):
        note_single(found, actor, reason=form.reason.data, own=own)
        return single_file(found, content)
    return certificate_page(certificate(public_id, actor, "certificates.see"), form)


def single_file(found: Certificate, content: bytes) -> ResponseReturnValue:
    """A certificate to keep, named by its serial."""
    return download(content, name=f"{grouped(found.serial or '')}.pdf", type="application/pdf")
