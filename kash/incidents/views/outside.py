"""The page on which the contact outside the programme is proposed and agreed to."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.incidents import blueprint
from kash.incidents.forms.casework import OutsideForm
from kash.incidents.queries.outside import outside_contact, proposed_contacts, standings
from kash.incidents.sections import Entry
from kash.incidents.services.outside import agree_to_contact, propose_contact, why_another
from kash.incidents.views.cases import to
from kash.platform.approvals.rules import Standing
from kash.platform.web import current_actor, page
from kash.platform.web.account_names import account_names
from kash.platform.web.commands import CaughtProblem
from kash.policy import allow

ENTRY = Entry(_l("Contact outside"), "incidents.outside", 28, "incidents.outside")


@blueprint.route("/z", methods=["GET", "POST"])
@allow("incidents.outside")
def outside() -> ResponseReturnValue:
    """Contact outside as it is now, what is proposed, and a form for proposing."""
    actor, form, problem = current_actor(), OutsideForm(), ""
    if "agree" in request.form:
        form = OutsideForm(formdata=None)
        with CaughtProblem() as caught:
            agree_to_contact(actor, request.form["agree"])
            return to("outside", _("Agreed. It is shown to all who report from now on."))
        problem = caught.sentence
    elif form.validate_on_submit():
        propose_contact(actor, form.name.data, form.reach.data)
        return to("outside", _("Proposed. It is shown once another director or custodian agrees."))
    holds, proposed = outside_contact(), list(proposed_contacts().values())
    by = {hold.by for hold in (holds, *proposed) if hold is not None and hold.by}
    stand = standings(actor, proposed)
    answer, status = page(
        "incidents/outside.html",
        form=form,
        holds=holds,
        proposed=proposed,
        names=account_names(by) if by else {},
        refused={
            contact.digest: why_another(stand.get(contact.digest, Standing.TIED))
            for contact in proposed
        },
        problem=problem,
    )
    return answer, 409 if problem else status
