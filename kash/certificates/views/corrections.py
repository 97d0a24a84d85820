"""Correcting the name on an issued certificate."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.certificates import blueprint
from kash.certificates.forms.history import NameCorrectionForm
from kash.certificates.forms.names import wrong_name
from kash.certificates.queries.issuing import certificate
from kash.certificates.rules.issuing import grouped
from kash.certificates.services.reissuing import pending_correction, propose_correction
from kash.platform.database import db
from kash.platform.web import current_actor, page
from kash.policy import allow


@blueprint.route("/certificates/<public_id>/correct", methods=["GET", "POST"])
@allow("certificates.propose")
def correct(public_id: str) -> ResponseReturnValue:
    """Propose a certificate with the right name in place of one with a wrong name."""
    actor = current_actor()
    found = certificate(public_id, actor, "certificates.propose")
    form = NameCorrectionForm(data={"name": found.person.name_for_paper})
    if form.validate_on_submit():
        name = " ".join(form.name.data.split())
        wrong = wrong_name(name)
        if wrong:
            form.mark_wrong(form.name, wrong)
        else:
            with form.showing_problems():
                batch_id = propose_correction(found, name, actor)
                flash(_("Proposed. Another person must approve it now."))
                workshop = certificate(public_id, actor, "certificates.propose").batch
                return redirect(
                    url_for(
                        "certificates.batch",
                        public_id=workshop.workshop.public_id,
                        batch_id=batch_id,
                    )
                )
        found = certificate(public_id, actor, "certificates.propose")
    return page(
        "certificates/correct.html",
        form=form,
        certificate=found,
        serial=grouped(found.serial or ""),
        pending=pending_correction(db.session(), found),
    )
