"""Consents, referrals and what was agreed: parts of a case's page, each with a page of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.database import utc_now
from kash.incidents import blueprint, names, services
from kash.incidents.consent_texts import TEXTS
from kash.incidents.documents.consents import consent_paper
from kash.incidents.errors import ChangedMeanwhile, NotForMinors
from kash.incidents.forms.following_up import (
    ConsentsForm,
    FulfilledForm,
    OutcomeForm,
    ReferralForm,
    TermForm,
    fresh_referral,
)
from kash.incidents.queries.cases import Case
from kash.incidents.rules.dues import is_open, is_overdue
from kash.incidents.rules.record import PURPOSES, Consent, Record, Referral
from kash.incidents.sections import register_section
from kash.incidents.services.consents import answer_consents
from kash.incidents.services.documentation import CaseClosed, NoTerm
from kash.incidents.services.following_up import Outcome, agree, fulfil, refer, say_outcome
from kash.incidents.views.beside import called
from kash.incidents.views.reach import here, require_vault
from kash.people.queries import service_choices
from kash.policy import Actor, allow
from kash.web import current_actor, download, page
from kash.web.account_names import account_names
from kash.web.formats import to_local

_MOST_SERVICES = 300


@dataclass(frozen=True)
class Answers:
    """What one person agrees to, or everybody (an empty `person`); `unasked` are those purposes
    that hold only since she could not be asked."""

    person: str
    code: str
    holding: list[str]
    unasked: list[str]
    history: list[Consent]


def today() -> date:
    """The day in the programme's zone."""
    return to_local(utc_now()).date()


# --- consents -------------------------------------------------------------------------------------


def answers_of(record: Record, person: str, code: str) -> Answers:
    """What holds now for a person or the case, and every answer that led to it, newest first."""
    asked = [one for one in record.consents if one.person in ("", person)]
    return Answers(
        person,
        code,
        [purpose for purpose in PURPOSES if record.consents_to(purpose, person)],
        [purpose for purpose in PURPOSES if record.is_unasked(purpose, person)],
        sorted(asked, key=lambda one: one.at, reverse=True),
    )


def everybodys_answers(record: Record) -> list[Answers]:
    """One for each person; one for the case where that has no persons or several."""
    persons = [answers_of(record, one.id, one.code) for one in record.persons]
    if len(persons) == 1:
        return persons
    return [answers_of(record, "", ""), *persons]


@blueprint.route("/<reference>/c", methods=["GET", "POST"])
@allow("incidents.edit")
@require_vault
def consents(reference: str) -> ResponseReturnValue:
    """Read out the words, note the answers."""
    actor, vault, found = here(reference)
    form, changed = ConsentsForm(), False
    if request.method == "GET":
        services.note_opening(actor, vault, found)
    elif form.validate_on_submit():
        person = form.person.data or ""
        try:
            answer_consents(
                actor,
                vault,
                reference,
                form.version_shown(),
                person,
                form.answers(),
                form.origin.data,
            )
        except ChangedMeanwhile:
            _actor, _vault, found = here(reference)
            changed = True
        else:
            flash(_("Saved."))
            return redirect(url_for("incidents.consents", reference=reference))
    answer, status = page(
        "incidents/consents.html",
        form=form,
        case=found,
        everybody=everybodys_answers(found.record),
        changed=changed,
        typed=set(form.purposes.data or []) if changed or form.errors else set(),
        origins=names.ORIGIN_NAMES,
        texts=TEXTS,
        names=names.PURPOSE_NAMES,
        by={
            **account_names({one.by for one in found.record.consents} - {""}),
            "": _("whoever holds the receipt"),
        },
    )
    return answer, 409 if changed else status


@blueprint.get("/c.pdf")
@allow("incidents.edit")
def consent_form() -> ResponseReturnValue:
    """The words on paper, for any case: it holds nothing of one."""
    return download(consent_paper(), name="consent-form.pdf", type="application/pdf")


def _consents_part(case: Case, actor: Actor) -> Mapping[str, Any]:
    return {
        "everybody": everybodys_answers(case.record),
        "names": names.PURPOSE_NAMES,
        "unasked": names.ORIGIN_NAMES["not_asked"],
        "purposes": PURPOSES,
    }


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
    actor, vault, found = here(reference)
    offered = _services()
    form, outcome = ReferralForm(), OutcomeForm()
    form.offer(list(offered.items()), _persons(found.record), today())
    if request.method == "GET":
        services.note_opening(actor, vault, found)
    elif request.form.get("referral"):
        if outcome.validate():
            say_outcome(
                actor,
                vault,
                reference,
                outcome.referral.data or "",
                Outcome(
                    outcome.outcome.data or "",
                    outcome.outcome_on.data or today(),
                    outcome.note.data or "",
                ),
            )
            return _saved("incidents.referrals", reference)
        form = ReferralForm(formdata=None)
        form.offer(list(offered.items()), _persons(found.record), today())
        form.made_on.data = today()
    elif form.validate():
        try:
            refer(actor, vault, reference, _referral(form, offered))
        except CaseClosed as problem:
            form.form_errors.append(str(problem))
        else:
            return _saved("incidents.referrals", reference)
    answer, status = page(
        "incidents/referrals.html",
        form=form,
        case=found,
        outcome=outcome if outcome.errors else None,
        outcomes=names.REFERRAL_OUTCOME_NAMES,
        **_referrals_part(found, actor),
    )
    return answer, 422 if outcome.errors else status


def _referral(form: ReferralForm, offered: Mapping[str, str]) -> Referral:
    service = form.service.data or ""
    return Referral(
        id=form.key.data or fresh_referral(),
        kind=form.kind.data,
        service=service,
        service_name=offered.get(service, form.service_name.data or ""),
        person=form.person.data or "",
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
        "called": lambda key: called(record, key),
        "late": {one.id for one in record.referrals if is_overdue(one, day)},
        "waiting": {one.id for one in record.referrals if is_open(one)},
        "child_missing": record.has_minor() and "child_protection" not in referred,
    }


# --- what was agreed ------------------------------------------------------------------------------


def _sides(record: Record) -> list[tuple[str, str]]:
    keys = [one.id for one in record.persons] + [one.id for one in record.parties]
    return [(key, called(record, key)) for key in keys]


@blueprint.route("/<reference>/g", methods=["GET", "POST"])
@allow("incidents.edit")
@require_vault
def terms(reference: str) -> ResponseReturnValue:
    """Add what was agreed, and say when it was done."""
    actor, vault, found = here(reference)
    form, done = TermForm(), FulfilledForm()
    form.offer(_sides(found.record))
    if request.method == "GET":
        services.note_opening(actor, vault, found)
    elif request.form.get("term"):
        if done.validate() and done.refuse_future(today()):
            fulfil(actor, vault, reference, done.term.data or "", done.fulfilled_on.data)
            return _saved("incidents.terms", reference)
        form = TermForm(formdata=None)
        form.offer(_sides(found.record))
    elif form.validate() and form.may_be_agreed(found.record.parties):
        try:
            agree(actor, vault, reference, form.term())
        except (CaseClosed, NoTerm, NotForMinors) as problem:
            form.form_errors.append(str(problem))
        else:
            return _saved("incidents.terms", reference)
    answer, status = page(
        "incidents/terms.html",
        form=form,
        case=found,
        done=done if done.errors else None,
        today=today(),
        **_terms_part(found, actor),
    )
    return answer, 422 if done.errors else status


def _terms_part(case: Case, actor: Actor) -> dict[str, Any]:
    record, day = case.record, today()
    return {
        "terms": record.terms,
        "questioned": record.questioned_terms,
        "kinds": names.TERM_NAMES,
        "called": lambda key: called(record, key) if key else "",
        "late": {one.id for one in record.terms if is_overdue(one, day)},
    }


register_section(
    "terms",
    _l("What was agreed"),
    "incidents/terms_part.html",
    55,
    _terms_part,
    endpoint="incidents.terms",
    link=_l("Add or tell how it went"),
)
register_section(
    "referrals",
    _l("Referrals"),
    "incidents/referrals_part.html",
    60,
    _referrals_part,
    endpoint="incidents.referrals",
    link=_l("Refer or tell how it went"),
)
register_section(
    "consents",
    _l("Consents"),
    "incidents/consents_part.html",
    30,
    _consents_part,
    beside=True,
    endpoint="incidents.consents",
    link=_l("Note an answer"),
)
