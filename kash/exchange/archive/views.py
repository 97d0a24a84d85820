"""The form of an archive. Pages of archives, for administrators and directors."""

from __future__ import annotations

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField

from kash.accounts.queries.accounts import names_of
from kash.exchange.archive import blueprint, queries, services
from kash.exchange.archive.models import APPROVAL, ArchiveRequest
from kash.platform.approvals.pages import ProposalPage, SendBackForm
from kash.platform.web import KashForm, current_actor, go, page
from kash.platform.web.commands import CaughtProblem
from kash.platform.web.errors import Problem
from kash.platform.web.forms import long_text_field
from kash.policy import allow


class ArchiveForm(KashForm):
    """An archive as it is asked for."""

    reason = long_text_field(_l("What it is for"), most=500, required=True)
    with_key = BooleanField(_l("With the server’s key file"))


@blueprint.get("/")
@allow("archive.see")
def index() -> ResponseReturnValue:
    """Archives that were asked for, and what one is."""
    requests = queries.latest_requests()
    return render_template(
        "archive/index.html",
        requests=requests,
        names=names_of(name for request in requests for name in request.accounts if name),
        may_ask=current_actor().may("archive.ask") and not queries.is_waiting(),
    )


@blueprint.route("/new", methods=["GET", "POST"])
@allow("archive.ask", fresh=True)
def new() -> ResponseReturnValue:
    """Ask for an archive."""
    form = ArchiveForm()
    if form.validate_on_submit():
        with form.showing_problems():
            new_id = services.ask_for_archive(
                form.command(services.ArchiveWish), by=current_actor()
            )
            return go(
                "archive.request", _("Asked for. A director decides on it."), public_id=new_id
            )
    return page("archive/new.html", form=form)


@blueprint.get("/<public_id>")
@allow("archive.see")
def request(public_id: str) -> ResponseReturnValue:
    """An archive that was asked for: what becomes of it, and the work that makes it."""
    return _page(queries.request_of(public_id), SendBackForm(formdata=None))


def _page(found: ArchiveRequest, form: SendBackForm, problem: str = "") -> ResponseReturnValue:
    actor = current_actor()
    return render_template(
        "archive/request.html",
        asked=found,
        decision=APPROVAL.offered(found, actor),
        job=queries.own_job(found, actor),
        names=names_of(account for account in found.accounts if account),
        form=form,
        problem=problem,
    ), 409 if problem else 422 if form.errors else 200


@blueprint.post("/<public_id>/agree")
@allow("archive.agree", fresh=True)
def agree(public_id: str) -> ResponseReturnValue:
    """Agree to it; its answer shows once the words that open the file."""
    with CaughtProblem(Problem) as caught:
        words = services.agree_to_archive(public_id, by=current_actor())
        request = queries.request_of(public_id)
        names = names_of([request.proposed_by])
        return page("archive/words.html", asked=request, words=words, names=names)
    return _page(queries.request_of(public_id), SendBackForm(formdata=None), caught.sentence)


@blueprint.post("/<public_id>/return")
@allow("archive.agree")
def send_back(public_id: str) -> ResponseReturnValue:
    """Turn it back, with what must be put right."""
    return ProposalPage(
        APPROVAL,
        lambda: queries.request_of(public_id),
        _page,
        url_for("archive.request", public_id=public_id),
    ).send_back(
        lambda found, reason: services.return_archive(found.public_id, reason, by=current_actor()),
        _("Sent back."),
        as_organiser=False,
    )
