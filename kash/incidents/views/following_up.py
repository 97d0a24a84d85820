"""Referrals and what was agreed: parts of a case's page, each with a page of its own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.incidents import blueprint, names
from kash.incidents.forms.following_up import (
    FulfilledForm,
    OutcomeForm,
    ReferralForm,
    TermForm,
    fresh_referral,
)
from kash.incidents.queries.cases import Case
from kash.incidents.rules.dues import is_open, is_overdue
from kash.incidents.rules.mediation_gate import is_shut, terms_open
from kash.incidents.rules.record import Record, Referral
from kash.incidents.sections import CaseSection
from kash.incidents.services.cases import note_opening
from kash.incidents.services.following_up import (
    ReferralOutcome,
    agree,
    fulfil,
    refer,
    say_outcome,
    told_of,
)
from kash.incidents.views.case_context import load_case, require_vault
from kash.incidents.views.labels import participant_label
from kash.people.queries.directory import service_choices
from kash.platform.database import utc_now
from kash.platform.web import current_actor, page
from kash.platform.web.formats import to_local
from kash.policy import Actor, allow

_MOST_SERVICES = 300


def today() -> date:
    """The day in the programme's zone."""
    return to_local(utc_now()).date()


# --- referrals ------------------------------------------------------------------------------------


def _persons(record: Record) -> list[tuple[str, str]]:
    return [(one.id, one.code) for one in record.persons]


def _services() -> dict[str, str]:
    choices = service_choices(current_actor(), limit=_MOST_SERVICES)
    return {one.public_id: f"{one.name}, {one.area}" if one.area else one.name for one in choices}


@blueprint.route("/<reference>/r", methods=["GET", "POST"])
@allow("incidents.edit")
@require_vault
def referrals(reference: str) -> ResponseReturnValue:
    """Send somebody to a service, and say how it went."""
    actor, vault, case = load_case(reference)
    offered = _services()
    form, outcome = ReferralForm(), OutcomeForm()
    form.offer(list(offered.items()), _persons(case.record), today())
    if request.method == "GET":
        note_opening(actor, vault, case)
    elif request.form.get("referral"):
        if outcome.validate() and outcome.refuse_future(today()):
            with outcome.showing_problems():
                say_outcome(
                    actor,
                    vault,
                    reference,
                    outcome.referral.data,
                    ReferralOutcome(
                        outcome.outcome.data,
                        outcome.outcome_on.data or today(),
                        outcome.note.data,
                    ),
                    seen=outcome.seen.data or None,
                )
                return _saved("incidents.referrals", reference)
            if outcome.changed_meanwhile:
                _actor, _vault, case = load_case(reference)
        form = ReferralForm(formdata=None)
        form.offer(list(offered.items()), _persons(case.record), today())
        form.made_on.data = today()
    elif form.validate():
        with form.showing_problems():
            refer(actor, vault, reference, _referral(form, offered))
            return _saved("incidents.referrals", reference)
    answer, status = page(
        "incidents/referrals.html",
        form=form,
        case=case,
        outcome=outcome if outcome.errors or outcome.changed_meanwhile else None,
        outcomes=names.REFERRAL_OUTCOME_NAMES,
        **_referrals_part(case, actor),
    )
    return answer, 409 if outcome.changed_meanwhile else 422 if outcome.errors else status


def _referral(form: ReferralForm, offered: Mapping[str, str]) -> Referral:
    service = form.service.data
    return Referral(
        id=form.key.data or fresh_referral(),
        kind=form.kind.data,
        service=service,
        service_name=offered.get(service, form.service_name.data),
        person=form.person.data,
        made_on=form.made_on.data,
        due_on=form.due_on.data,
    )


def _saved(endpoint: str, reference: str) -> ResponseReturnValue:
    flash(_("Saved."))
    return redirect(url_for(endpoint, reference=reference))


def _referrals_part(case: Case, actor: Actor) -> dict[str, Any]:
    record, day = case.record, today()
    referred = {one.kind for one in record.referrals}
    return {
        "referrals": record.referrals,
        "kinds": names.REFERRAL_NAMES,
        "results": names.REFERRAL_OUTCOME_NAMES,
        "called": lambda key: participant_label(record, key),
        "told_of": told_of,
        "late": {one.id for one in record.referrals if is_overdue(one, day)},
        "waiting": {one.id for one in record.referrals if is_open(one)},
        "child_missing": record.has_minor() and "child_protection" not in referred,
    }


# --- what was agreed ------------------------------------------------------------------------------


def _sides(record: Record) -> list[tuple[str, str]]:
    keys = [one.id for one in record.persons] + [one.id for one in record.parties]
    return [(key, participant_label(record, key)) for key in keys]


@blueprint.route("/<reference>/g", methods=["GET", "POST"])
@allow("incidents.edit")
@require_vault
def terms(reference: str) -> ResponseReturnValue:
    """Add what was agreed, and say when it was done."""
    actor, vault, case = load_case(reference)
    form, done = TermForm(), FulfilledForm()
    form.offer(_sides(case.record), terms_open(case.record))
    if request.method == "GET":
        note_opening(actor, vault, case)
    elif request.form.get("term"):
        if done.validate() and done.refuse_future(today()):
            days = (done.fulfilled_on.data, done.agreed_on.data)
            fulfil(actor, vault, reference, done.term.data, *days)
            return _saved("incidents.terms", reference)
        form = TermForm(formdata=None)
        form.offer(_sides(case.record), terms_open(case.record))
    elif form.validate() and form.may_be_agreed(case.record.parties, today()):
        with form.showing_problems():
            agree(actor, vault, reference, form.term())
            return _saved("incidents.terms", reference)
    answer, status = page(
        "incidents/terms.html",
        form=form,
        case=case,
        done=done if done.errors else None,
        gate_shut=is_shut(case.record),
        **_terms_part(case, actor),
    )
    return answer, 422 if done.errors else status


def _terms_part(case: Case, actor: Actor) -> dict[str, Any]:
    record, day = case.record, today()
    return {
        "terms": record.terms,
        "questioned": record.questioned_terms,
        "kinds": names.TERM_NAMES,
        "called": lambda key: participant_label(record, key) if key else "",
        "late": {one.id for one in record.terms if is_overdue(one, day)},
    }


TERMS = CaseSection(
    "terms",
    _l("What was agreed"),
    "incidents/terms_part.html",
    55,
    _terms_part,
    endpoint="incidents.terms",
    link=_l("Add or tell how it went"),
)
REFERRALS = CaseSection(
    "referrals",
    _l("Referrals"),
    "incidents/referrals_part.html",
    60,
    _referrals_part,
    endpoint="incidents.referrals",
    link=_l("Refer or tell how it went"),
)
