"""Standing in: who decides for whom, from when to when."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.accounts import blueprint
from kash.accounts.forms.safety import StandInForm
from kash.accounts.queries.delegations import delegation, possible_stand_ins
from kash.accounts.services import delegations
from kash.platform.approvals.approval import approval_names
from kash.platform.database import utc_now
from kash.platform.web import current_actor, page
from kash.platform.web.formats import local_today
from kash.policy import SIGNED_IN, allow


@blueprint.route("/account/stand-in", methods=["GET", "POST"])
@allow("approvals.delegate", fresh=True)
def lend_approvals() -> ResponseReturnValue:
    """Choose who decides while one is away."""
    by = current_actor()
    possible = possible_stand_ins(by.account_id or 0)
    form = StandInForm(data={"first": local_today()})
    form.stand_in.choices = [("", _("Choose"))] + [(one[0], one[1]) for one in possible]
    if form.validate_on_submit() and form.first.data and form.last.data:
        with form.showing_problems():
            delegations.lend_approvals(
                by,
                form.stand_in.data,
                permissions=form.permissions.data,
                first=form.first.data,
                last=form.last.data,
                reason=form.reason.data,
            )
            flash(_("Saved. It ends by itself, and you can end it at any time."))
            return redirect(url_for("accounts.own"), code=303)
    return page(
        "accounts/stand_in.html",
        form=form,
        possible=possible,
        approval_names=approval_names(),
    )


@blueprint.route("/account/stand-in/<delegation_id>/end", methods=["GET", "POST"])
@allow(SIGNED_IN)
def end_stand_in(delegation_id: str) -> ResponseReturnValue:
    """End a stand-in now: either of the two, or an administrator."""
    by = current_actor()
    manages = by.may("accounts.manage")
    back = url_for("accounts.access" if manages else "accounts.own")
    if request.method == "POST":
        delegations.end_stand_in(by, delegation_id)
        flash(_("It has ended."))
        return redirect(back, code=303)
    found = delegation(delegation_id, None if manages else by.account_id, utc_now())
    return render_template(
        "accounts/question.html",
        name=_("Access") if manages else _("Your account"),
        back=back,
        heading=_("End this stand-in?"),
        text=_(
            "%(stand_in)s then no longer decides for %(absent)s.",
            stand_in=found.stand_in,
            absent=found.absent,
        ),
        label=_("End it"),
    )
