"""Definitions of indicators: what holds now, what held before, and what is proposed."""

from __future__ import annotations

from dataclasses import asdict

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.accounts.queries.accounts import names_of
from kash.indicators import blueprint
from kash.indicators.approval import APPROVAL
from kash.indicators.forms import definition_form
from kash.indicators.models import IndicatorDefinition
from kash.indicators.queries import definitions as queries
from kash.indicators.rules.keys import INDICATORS, KEYS
from kash.indicators.services import definitions as services
from kash.indicators.words import defined_text, rule_text
from kash.platform.approvals.pages import ProposalPage, SendBackForm
from kash.platform.web import current_actor, page
from kash.platform.web.errors import NotFound
from kash.platform.web.formats import local_today
from kash.policy import allow


@blueprint.get("/definitions")
@allow("indicators.see")
def definitions() -> ResponseReturnValue:
    """All definitions that hold now."""
    return render_template(
        "indicators/definitions.html",
        definitions=queries.definitions_on(local_today(), KEYS).values(),
        waiting={one.key for one in queries.all_waiting()},
    )


@blueprint.get("/definitions/<key>")
@allow("indicators.see")
def definition(key: str) -> ResponseReturnValue:
    """The definition of an indicator with all of its versions."""
    return _page_of(_known(key), SendBackForm(formdata=None))


def _known(key: str) -> str:
    if key not in INDICATORS:
        raise NotFound
    return key


def _page_of(key: str, form: SendBackForm, problem: str = "") -> ResponseReturnValue:
    actor, versions = current_actor(), queries.versions_of(key)
    waiting = next((one for one in versions if one.state == "proposed"), None)
    return render_template(
        "indicators/definition.html",
        present=queries.definition_of(key, local_today()),
        standard=queries.standard(key),
        defined_text=defined_text,
        title_of=queries.title_of,
        versions=versions,
        waiting=waiting,
        decision=APPROVAL.offered(waiting, actor) if waiting is not None else None,
        names=names_of(name for one in versions for name in one.accounts),
        may_define=actor.may("indicators.define") and waiting is None,
        form=form,
        problem=problem,
    ), 409 if problem else 422 if form.errors else 200


@blueprint.route("/definitions/<key>/new", methods=["GET", "POST"])
@allow("indicators.define")
def propose_definition(key: str) -> ResponseReturnValue:
    """Propose another definition of an indicator."""
    present = queries.definition_of(_known(key), local_today())
    form = definition_form(key)(
        data={
            "title": present.title,
            "remark": present.remark,
            "from_day": local_today(),
        }
        | {f"least_{name}": least for name, least in asdict(present.least).items()}
    )
    if form.validate_on_submit():
        with form.showing_problems():
            services.propose_definition(key, form.details(), by=current_actor())
            flash(_("Proposed. A director reads it next."))
            return redirect(url_for("indicators.definition", key=key), code=303)
    return page(
        "indicators/definition_form.html",
        form=form,
        present=present,
        rule=rule_text(key, present.least),
        numbers=[form[f"least_{name}"] for name in INDICATORS[key].least],
    )


def _step(public_id: str) -> ProposalPage[IndicatorDefinition]:
    return ProposalPage(
        APPROVAL,
        lambda: queries.version(public_id),
        lambda row, form, problem: _page_of(_known(row.key), form, problem),
        url_for("indicators.definition", key=queries.version(public_id).key),
    )


@blueprint.post("/definitions/waiting/<public_id>/approve")
@allow("indicators.approve")
def approve_definition(public_id: str) -> ResponseReturnValue:
    """Approve a definition; nothing in it changes from then on."""
    return _step(public_id).step(
        lambda one: services.approve_definition(one.public_id, by=current_actor()),
        lambda _nothing: _("Approved. Figures of periods that end from its first day on go by it."),
    )


@blueprint.post("/definitions/waiting/<public_id>/send-back")
@allow("indicators.approve")
def return_definition(public_id: str) -> ResponseReturnValue:
    """Send a definition back, with what must be put right."""
    return _step(public_id).send_back(
        lambda one, reason: services.return_definition(one.public_id, reason, by=current_actor()),
        _("Sent back. Another can be proposed now."),
        as_organiser=False,
    )
