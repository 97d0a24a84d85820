"""Issued certificates: the list, one of them, and revoking."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.accounts.queries.accounts import names_of
from kash.certificates import blueprint, documents
from kash.certificates.forms.history import (
    CONDITION_NAMES,
    PRINTING_NAMES,
    REASON_NAMES,
    ReprintForm,
)
from kash.certificates.forms.issuing import REVOCATION_NAMES, RevokeForm
from kash.certificates.models import Certificate
from kash.certificates.queries import issuing
from kash.certificates.queries.history import count_expiring, history_of
from kash.certificates.queries.issuing import waiting_for
from kash.certificates.queries.listing import (
    MOST_COUNTED,
    MOST_FOUND,
    certificate_counts,
    certificates_for_table,
    certificates_select,
    few_found,
    fits_typed,
)
from kash.certificates.queries.printing import printings_of_one
from kash.certificates.rules.issuing import grouped
from kash.certificates.services import revoking
from kash.certificates.services.printing import note_export
from kash.certificates.tables import certificate_rows
from kash.people.rules.one_group import OneGroup
from kash.platform.database import db
from kash.platform.web import Forbidden, current_actor, listing, page
from kash.platform.web.formats import local_today
from kash.platform.web.lists import FEWER_ROWS, ROWS
from kash.platform.web.tables import written
from kash.policy import Reach, allow
from kash.workshops.queries.scope import runs as runs_workshop

LONGEST_NAME = 200


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
    today = local_today()
    state = _state()
    own = actor.reach("certificates.see") is Reach.SELF
    fits = fits_typed(found)
    few = few_found(actor, today, state, fits) if fits is not None and not own else None
    most = MOST_FOUND if found else MOST_COUNTED
    counts = {} if own else certificate_counts(actor, today, state, fits, few=few, most=most)
    wanted = request.values.get("group", "")
    letter = wanted if wanted in counts else next(iter(counts), "")
    beyond = counts.get(letter, 0) > most
    rows = listing(
        certificates_select(actor, today, state, fits, letter, few=few),
        sorts={
            "issued": Certificate.issued_on,
            "expires": Certificate.expires_on,
            "name": Certificate.printed_name,
            "title": Certificate.public_title,
        },
        default_sort="issued",
        default_direction="desc",
        key=Certificate.id,
        per_page=FEWER_ROWS if found else ROWS,
        counted=None if own or beyond else counts.get(letter, 0),
        most_counted=most if beyond else None,
        beyond=beyond,
    )
    return render_template(
        "certificates/index.html",
        listing=rows,
        shown=OneGroup(letter, rows.rows, counts, most=most),
        total=rows.total if own else sum(min(one, most) for one in counts.values()),
        more=any(one > most for one in counts.values()),
        found=found,
        state=state,
        states=[("", _("All")), *CONDITION_NAMES.items()],
        own=own,
        waiting=waiting_for(actor),
        expiring=count_expiring(actor, today),
        grouped=grouped,
        today=today,
    )


def _state() -> str:
    asked = request.values.get("state", "")
    return asked if asked in CONDITION_NAMES else ""


@blueprint.route("/certificates/export", methods=["GET", "POST"])
@allow("certificates.see", fresh=True)
def export() -> ResponseReturnValue:
    """Table of what the list shows, to keep; stored nowhere here."""
    actor = current_actor()
    if actor.reach("certificates.see") is Reach.SELF:
        raise Forbidden
    found = request.form.get("search", "").strip()[:LONGEST_NAME]
    kind = request.form.get("kind", "")
    if request.method == "GET" or kind not in ("csv", "xlsx"):
        return render_template("certificates/export.html", state=_state(), found=found)
    today = local_today()
    note_export(actor)
    statement = certificates_for_table(actor, today, _state(), fits_typed(found))
    rows = db.session.execute(statement, execution_options={"yield_per": 1000})
    return written(certificate_rows(rows, today), file="certificates", kind=kind)


@blueprint.get("/certificates/<public_id>")
@allow("certificates.see")
def certificate(public_id: str) -> ResponseReturnValue:
    """One certificate, how it stands, and what came before and after it."""
    found = issuing.certificate(public_id, current_actor(), "certificates.see")
    return certificate_page(found, ReprintForm())


def certificate_page(certificate: Certificate, form: ReprintForm) -> ResponseReturnValue:
    """The page of a certificate, with what is wrong in its form."""
    actor = current_actor()
    staff = actor.reach("certificates.see") is not Reach.SELF
    printings = printings_of_one(certificate) if staff else []
    runs = runs_workshop(actor, certificate.batch.workshop, "certificates.propose")
    return render_template(
        "certificates/certificate.html",
        certificate=certificate,
        serial=grouped(certificate.serial or ""),
        reason_class=REVOCATION_NAMES.get(certificate.revoked_class, ""),
        staff=staff,
        may_revoke=actor.may("certificates.revoke"),
        may_correct=runs and certificate.revoked_at is None,
        verification_address=documents.verification_address(),
        history=history_of(certificate, actor),
        form=form,
        printings=printings,
        printed=any(one.kind != "own_file" for one in printings),
        printing_names=PRINTING_NAMES,
        reason_names=REASON_NAMES,
        names=names_of(one.made_by for one in printings),
        grouped=grouped,
        today=local_today(),
    ), 422 if form.errors else 200


@blueprint.route("/certificates/<public_id>/revoke", methods=["GET", "POST"])
@allow("certificates.revoke", fresh=True)
def revoke(public_id: str) -> ResponseReturnValue:
    """Revoke a certificate, with a class that is public and a reason that is not."""
    found = issuing.certificate(public_id, current_actor(), "certificates.revoke")
    form = RevokeForm()
    if form.validate_on_submit():
        revoking.revoke(found, form.reason_class.data, form.reason.data, current_actor())
        flash(_("Revoked. Whoever checks it now reads so."))
        return redirect(url_for("certificates.certificate", public_id=public_id))
    return page(
        "certificates/revoke.html", form=form, certificate=found, serial=grouped(found.serial or "")
    )
