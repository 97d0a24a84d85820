"""The form of a tie. The page on which an account is tied to its funder, for administrators and
directors."""

from __future__ import annotations

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.accounts.queries.accounts import names_of
from kash.figures.funders import blueprint
from kash.figures.funders import services as queries
from kash.figures.funders.models import APPROVAL, FunderAccount
from kash.platform.approvals.pages import ProposalPage, SendBackForm
from kash.platform.web import KashForm, current_actor
from kash.platform.web.errors import NotFound
from kash.platform.web.forms import choice_field
from kash.platform.web.pages import go
from kash.policy import allow


class FunderAccountForm(KashForm):
    """The funder that an account is to belong to; the view offers them."""

    funder = choice_field(_l("Funder"), [])


@blueprint.route("/<account_id>", methods=["GET", "POST"])
@allow("funders.tie", fresh=True)
def account(account_id: str) -> ResponseReturnValue:
    """The funder that an account belongs to, or is to belong to."""
    form = FunderAccountForm()
    form.funder.choices = queries.funder_choices()
    if form.validate_on_submit():
        with form.showing_problems():
            queries.ask_to_tie(account_id, form.funder.data, by=current_actor())
            return go("funders.account", _("Asked for. Another administrator or director agrees."))
    return _page(account_id, form)


def _page(
    account_id: str,
    form: FunderAccountForm,
    back_form: SendBackForm | None = None,
    problem: str = "",
) -> ResponseReturnValue:
    actor, account = current_actor(), queries.account_of_funder(account_id)
    ties = queries.ties_of(account)
    present = next(
        (listed for listed in ties if listed.ended_at is None and listed.state != "returned"), None
    )
    back = back_form or SendBackForm(formdata=None)
    return render_template(
        "funders/account.html",
        account=account,
        ties=ties,
        held=present,
        decision=APPROVAL.offered(present, actor) if present is not None else None,
        names=names_of(listed for tie in ties for listed in tie.accounts if listed),
        form=form,
        back_form=back,
        problem=problem,
    ), 409 if problem else 422 if form.errors or back.errors else 200


def _proposal(account_id: str, tie_id: str) -> ProposalPage[FunderAccount]:
    def read() -> FunderAccount:
        ties = queries.ties_of(queries.account_of_funder(account_id))
        tie = next((listed for listed in ties if listed.public_id == tie_id), None)
        if tie is None:
            raise NotFound
        return tie

    def show(_tie: FunderAccount, back: SendBackForm, problem: str) -> ResponseReturnValue:
        form = FunderAccountForm(formdata=None)
        form.funder.choices = queries.funder_choices()
        return _page(account_id, form, back, problem)

    return ProposalPage(APPROVAL, read, show, url_for("funders.account", account_id=account_id))


@blueprint.post("/<account_id>/<tie_id>/agree")
@allow("funders.tie", fresh=True)
def agree(account_id: str, tie_id: str) -> ResponseReturnValue:
    """Agree to what another asked for."""
    return _proposal(account_id, tie_id).step(
        lambda tie: queries.agree_to_tie(tie.public_id, by=current_actor()),
        lambda _done: _("The account reads what is sent to this funder from now on."),
    )


@blueprint.post("/<account_id>/<tie_id>/return")
@allow("funders.tie")
def send_back(account_id: str, tie_id: str) -> ResponseReturnValue:
    """Turn it back."""
    proposal = _proposal(account_id, tie_id)
    proposal.read()
    return proposal.send_back(
        lambda tie, reason: queries.return_tie(tie.public_id, reason, by=current_actor()),
        _("Sent back."),
        as_organiser=False,
    )


@blueprint.post("/<account_id>/<tie_id>/end")
@allow("funders.tie")
def end(account_id: str, tie_id: str) -> ResponseReturnValue:
    """End a tie."""
    return _proposal(account_id, tie_id).step(
        lambda tie: queries.end_tie(tie.public_id, by=current_actor()),
        lambda _done: _("The account belongs to no funder any more."),
    )
