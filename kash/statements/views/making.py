"""Making statements: frozen, proposed, approved by another, and sent."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.indicators.rules.periods import read_period
from kash.platform.approvals.errors import WrongStep
from kash.platform.web import current_actor, page
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.formats import local_today
from kash.policy import allow
from kash.statements import blueprint
from kash.statements.forms import ApproveForm, FreezeForm
from kash.statements.queries import statements as queries
from kash.statements.queries.funders import all_funders
from kash.statements.services import sending
from kash.statements.services.freezing import freeze as freeze_figures
from kash.statements.views.reading import proposal_page
from kash.statements.words import period_text


@blueprint.route("/new", methods=["GET", "POST"])
@allow("statements.make")
def freeze() -> ResponseReturnValue:
    """Choose a funder and a period, and freeze their figures."""
    periods = queries.periods_to_freeze(local_today())
    form = FreezeForm(data={"funder": request.args.get("funder", ""), "period": periods[0].text})
    form.funder.choices = [(one.public_id, one.name) for one in all_funders()]
    form.period.choices = [(one.text, period_text(one)) for one in periods]
    if form.validate_on_submit():
        with form.showing_problems():
            made = freeze_figures(
                form.funder.data,
                read_period(form.period.data),
                current_actor(),
                police_only=form.police_only.data,
            )
            flash(_("Frozen. Read the figures, then propose them."))
            return redirect(url_for("statements.statement", public_id=made), code=303)
    return page("statements/freeze.html", form=form)


@blueprint.post("/<public_id>/freeze-again")
@allow("statements.make")
def freeze_again(public_id: str) -> ResponseReturnValue:
    """Freeze the figures of now in place of those that were not sent."""
    return proposal_page(public_id).step(
        lambda one: freeze_figures(
            one.funder.public_id, one.of_days, current_actor(), police_only=one.police_only
        ),
        lambda _made: _("Frozen again, as the figures are now."),
    )


@blueprint.post("/<public_id>/propose")
@allow("statements.make")
def propose(public_id: str) -> ResponseReturnValue:
    """Propose the figures to a director."""
    return proposal_page(public_id).step(
        lambda one: sending.propose(one.public_id, current_actor()),
        lambda _nothing: _("Proposed. A director reads it next."),
    )


@blueprint.post("/<public_id>/approve")
@allow("statements.approve", fresh=True)
def approve(public_id: str) -> ResponseReturnValue:
    """Approve the figures that somebody else froze."""
    digest = ApproveForm().digest.data or ""
    return proposal_page(public_id).step(
        lambda one: sending.approve(one.public_id, digest, current_actor()),
        lambda _nothing: _("Approved. It can be sent now."),
    )


@blueprint.post("/<public_id>/turn-back")
@allow("statements.approve")
def turn_back(public_id: str) -> ResponseReturnValue:
    """Turn a statement back, with what must be put right."""
    return proposal_page(public_id).send_back(
        lambda one, reason: sending.turn_back(one.public_id, reason, current_actor()),
        _("Sent back. Its figures can be frozen again."),
        as_organiser=False,
    )


@blueprint.route("/<public_id>/send", methods=["GET", "POST"])
@allow("statements.make", fresh=True)
def send(public_id: str) -> ResponseReturnValue:
    """Ask once more; then lay all that ever left beside an approved statement, and send it, if
    nobody is found."""
    if request.method == "GET":
        found = queries.statement(public_id, current_actor())
        return render_template("statements/send.html", statement=found)
    return proposal_page(public_id).step(
        lambda one: sending.send(one.public_id, current_actor()),
        lambda _nothing: _("Sent. The funder reads it from now on, and its figures never change."),
    )


@blueprint.route("/<public_id>/discard", methods=["GET", "POST"])
@allow("statements.make")
def discard(public_id: str) -> ResponseReturnValue:
    """Ask once more, then throw away figures that were neither proposed nor sent."""
    if request.method == "GET":
        found = queries.statement(public_id, current_actor())
        return render_template("statements/discard.html", statement=found)
    with FlashedProblems(WrongStep):
        sending.discard(public_id, current_actor())
        flash(_("Thrown away."))
        return redirect(url_for("statements.index"))
    return redirect(url_for("statements.statement", public_id=public_id))
