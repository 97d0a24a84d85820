"""Decisions of a custodian alone: terms that were set aside, and whether bribery is reported.
Referrals and what was agreed: parts of a case's page, each with a page of its own. Steps of a
case, who has it, who must not, its end, and what else it belongs with."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.accounts.members.vault_sessions import require_vault
from kash.feature import declared
from kash.incidents import blueprint, names, wording
from kash.incidents.forms.casework import (
    AssignForm,
    ContactForm,
    FindLinkForm,
    FollowUpForm,
    FulfilledForm,
    OutcomeForm,
    ReferralForm,
    ShiftForm,
    ShredForm,
    StepForm,
    TermForm,
    closing_form,
    fresh_referral,
)
from kash.incidents.forms.consents import BailForm, PolicyForm, ReportForm, TakeOutForm, bail_from
from kash.incidents.models import Occasions
from kash.incidents.queries.cases import MOST_FOUND, Case, linked_to, open_case, open_cases
from kash.incidents.queries.letterbox import court_days, opened_box, roster
from kash.incidents.queries.mediation import Asking, asking_cases, nobody_decides, reporting_policy
from kash.incidents.queries.officers import decides_alone, may_work, officers, outside_contact
from kash.incidents.queries.register import register
from kash.incidents.rules.casework import SHRED, STEPS, Refusal, closing_outcomes, refusal_of
from kash.incidents.rules.clocks import (
    OpenThing,
    asks_left,
    clocks_of,
    is_decided,
    is_open,
    is_overdue,
    what_is_open,
)
from kash.incidents.rules.consents import for_custodian
from kash.incidents.rules.mediation import asks_safety
from kash.incidents.rules.mediation_gate import is_shut, standing_of, terms_open
from kash.incidents.rules.parts import NOT_WANTED, Referral, by_id
from kash.incidents.rules.record import Record, unprotected
from kash.incidents.rules.totals import Filters, first_in_line, in_order, wanted_words
from kash.incidents.sections import CaseSection, Entry
from kash.incidents.services import cases as assignment
from kash.incidents.services.cases import declare_conflict, note_opening, note_search
from kash.incidents.services.documentation import (
    ReferralOutcome,
    agree,
    fulfil,
    keep_contact,
    note_follow_up,
    refer,
    say_outcome,
    told_of,
    write_down_retaliation,
)
from kash.incidents.services.money import (
    make_bail_of_term,
    name_policy,
    note_decision,
    notes_of,
    report_notes,
    take_out_term,
)
from kash.incidents.services.saved_views import CaseChangedMeanwhile
from kash.incidents.services.second_member import OnHold, StepRefused, ask, take_step
from kash.incidents.views.cases import case_again, case_page, the_vault, to
from kash.incidents.views.consents import asked
from kash.incidents.views.evidence import participant_label
from kash.incidents.views.mediation import stations
from kash.people.queries.directory import service_choices
from kash.people.rules.directory import minute_of_week
from kash.platform.database import db, utc_now
from kash.platform.vault import OpenVault
from kash.platform.web import KashForm, current_actor, page
from kash.platform.web import NotFound as web_NotFound
from kash.platform.web.account_names import account_names
from kash.platform.web.commands import CaughtProblem, FlashedProblems
from kash.platform.web.errors import NotFound
from kash.platform.web.formats import local_today, to_local, zone
from kash.platform.web.language import language_code
from kash.platform.web.lists import paged
from kash.policy import Actor, Role, allow

ENTRY = Entry(_l("Decisions"), "incidents.decisions", 28, "incidents.decide")
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@blueprint.route("/q", methods=["GET", "POST"])
@allow("incidents.decide")
@require_vault
def decisions() -> ResponseReturnValue:
    """The cases that ask for a decision, those that wait first and the newest on top; and the
    policy by which she decides."""
    actor, vault = current_actor(), the_vault()
    policy = reporting_policy()
    form = PolicyForm(
        data={"name": policy.name, "dated_on": policy.dated_on, "checked_by": policy.checked_by}
    )
    if form.validate_on_submit():
        name_policy(actor, form.policy())
        return to("decisions", _("Saved."))
    cases, damaged = asking_cases(actor, vault)
    new = [document for case in cases for document in case.documents if document.form != "kept"]
    note_search(actor, vault, new)
    notes = notes_of(cases, vault)
    lines = [Asking(case, notes.get(case.reference, ())) for case in cases]
    lines.sort(key=lambda one: one.case.reference)
    lines.sort(key=lambda one: one.case.record.filing.filed_at or _LONG_AGO, reverse=True)
    lines.sort(key=lambda one: not one.waits)
    return page(
        "incidents/decisions.html",
        form=form,
        policy=policy,
        listing=paged(lines),
        damaged=damaged,
        words=names,
        kinds=wording.SHOWN_NOTES,
    )


@case_page("/q", "incidents.decide")
def decision(actor: Actor, vault: OpenVault, case: Case) -> ResponseReturnValue:
    """Decide about what was set aside, and note what becomes of a report."""
    if not case.record.asks_for_a_decision():
        raise NotFound
    form, out = ReportForm(), TakeOutForm()
    if request.method == "GET":
        note_opening(actor, vault, case)
    elif request.form.get("term"):
        if by_id(case.record.questioned_terms, request.form["term"]) is None:
            return _decided_already(case.reference)
        if out.validate():
            take_out_term(actor, vault, case.reference, out.term.data, out.reason.data)
            flash(_("Taken out. The reason stands in the case."))
            return redirect(_next(case.reference), 303)
        form = ReportForm(formdata=None)
    elif form.validate():
        with form.showing_problems():
            note_decision(actor, vault, case.reference, form.note(), version=form.version_shown())
            return to("decision", _("Noted. Nothing was sent."))
        if form.changed_meanwhile:
            case = case_again(case.reference)
    notes = report_notes(case, vault)
    answer, status = page(
        "incidents/decision.html",
        form=form,
        case=case,
        is_new=Asking(case, notes).is_new,
        out=out if out.errors else None,
        out_term=request.form.get("term", "") if out.errors else "",
        notes=notes[::-1],
        by=account_names({note.by for note in notes} - {""}),
        kinds=names.TERM_NAMES,
        note_names=wording.SHOWN_NOTES,
        duty=wording.duty_text(),
        policy=reporting_policy(),
        called=lambda key: participant_label(case.record, key) if key else "",
    )
    return answer, 422 if out.errors else status


@case_page("/q/<term_id>", "incidents.decide")
def term_to_bail(actor: Actor, vault: OpenVault, case: Case, term_id: str) -> ResponseReturnValue:
    """Write down as cash bail what was kept as a term, with its receipt."""
    term = by_id(case.record.questioned_terms, term_id)
    if term is None:
        return _decided_already(case.reference)
    form = BailForm()
    form.offer(case.record, stations(), bail_from(term, case.record), receipt_needed=True)
    if request.method == "GET":
        note_opening(actor, vault, case)
    elif form.validate():
        make_bail_of_term(actor, vault, case.reference, term.id, form.bail())
        flash(_("It is written down as cash bail."))
        return redirect(_next(case.reference), 303)
    return page("incidents/term_to_bail.html", form=form, case=case)


def _decided_already(reference: str) -> ResponseReturnValue:
    """The button was pressed twice, or another custodian was first."""
    flash(_("That was decided already."))
    return redirect(_next(reference), 303)


def _next(reference: str) -> str:
    """On with the same case if it still asks for something, else to the list."""
    try:
        case = case_again(reference)
    except NotFound:
        # With bail that has its receipt it is no case of hers any more.
        return url_for("incidents.decisions")
    if case.record.asks_for_a_decision():
        return url_for("incidents.decision", reference=reference)
    return url_for("incidents.case", reference=reference)


def _part(case: Case, actor: Actor) -> Mapping[str, Any] | None:
    if not actor.may("incidents.decide") or not case.record.asks_for_a_decision():
        return None
    notes = report_notes(case, the_vault())
    return {
        "duty": wording.duty_text(),
        "questioned": len(case.record.questioned_terms),
        "note": notes[-1] if notes else None,
        "decided": is_decided(notes),
        "is_new": Asking(case, notes).is_new,
        "kinds": wording.SHOWN_NOTES,
    }


SECTION = CaseSection(
    "decision",
    _l("For the custodian alone"),
    "incidents/decision_part.html",
    20,
    _part,
    endpoint="incidents.decision",
    link=_l("Decide"),
)


_MOST_SERVICES = 300


# --- referrals ------------------------------------------------------------------------------------


def _persons(record: Record) -> list[tuple[str, str]]:
    return [(person.id, person.code) for person in record.persons]


def _services() -> dict[str, str]:
    choices = service_choices(current_actor(), limit=_MOST_SERVICES)
    return {
        choice.public_id: f"{choice.name}, {choice.area}" if choice.area else choice.name
        for choice in choices
    }


@case_page("/r", "incidents.edit")
def referrals(actor: Actor, vault: OpenVault, case: Case) -> ResponseReturnValue:
    """Send somebody to a service, and say how it went."""
    offered = _services()
    form, outcome = ReferralForm(), OutcomeForm()
    form.offer(list(offered.items()), _persons(case.record))
    to_be_sent = form.agreed.data != "no"
    form.needs_answers = to_be_sent and asks_safety(case.record, [form.person.data or ""])
    if request.method == "GET":
        note_opening(actor, vault, case)
    elif request.form.get("referral"):
        if outcome.validate():
            with outcome.showing_problems():
                say_outcome(
                    actor,
                    vault,
                    case.reference,
                    outcome.referral.data,
                    ReferralOutcome(
                        outcome.outcome.data,
                        outcome.outcome_on.data or local_today(),
                        outcome.note.data,
                    ),
                    seen=outcome.seen.data or None,
                )
                return to("referrals", _("Saved."))
            if outcome.changed_meanwhile:
                case = case_again(case.reference)
        form = ReferralForm(formdata=None)
        form.offer(list(offered.items()), _persons(case.record))
    elif form.validate():
        with form.showing_problems():
            referral = _referral(form, offered)
            refer(actor, vault, case.reference, referral, gone_on=form.gone_on())
            return to("referrals", _("Saved."))
    answer, status = page(
        "incidents/referrals.html",
        form=form,
        case=case,
        outcome=outcome if outcome.errors or outcome.changed_meanwhile else None,
        buttons=names.REFERRAL_BUTTONS,
        consents=names.REFERRAL_CONSENT_NAMES,
        by=account_names({referral.by for referral in case.record.referrals} - {""}),
        **_referrals_part(case, actor),
    )
    return answer, 409 if outcome.changed_meanwhile else 422 if outcome.errors else status


@case_page("/z", "incidents.edit")
def contact(actor: Actor, vault: OpenVault, case: Case) -> ResponseReturnValue:
    """How she is reached safely; how she is, when she is asked again; and what came of it as a case
    of its own."""
    form, asking = ContactForm(), FollowUpForm()
    if request.method == "GET":
        note_opening(actor, vault, case)
        form = ContactForm(formdata=None, data=case.record.reach.model_dump())
    elif request.form.get("retaliation_of"):
        return _retaliation(actor, vault, case, request.form["retaliation_of"])
    elif "key" in request.form:
        form = ContactForm(formdata=None, data=case.record.reach.model_dump())
        asking.fit()
        if asking.validate():
            asked = asking.asked(actor.public_id, utc_now())
            note_follow_up(actor, vault, case.reference, asked)
            if asked.retaliation == "yes":
                return _retaliation(actor, vault, case, asked.id)
            return to("contact" if asked.safe == "no" else "case", _("Noted."))
    elif form.validate():
        with form.showing_problems():
            keep_contact(actor, vault, case.reference, form.version_shown(), form.contact())
            return to("case", _("Saved."))
        if form.changed_meanwhile:
            case = case_again(case.reference)
    form.version.data, form.version.raw_data = str(form.version_to_send(case.version)), None
    if not asking.errors:
        asking = FollowUpForm(formdata=None)
        asking.fit()
    answer, status = page(
        "incidents/contact.html", form=form, asking=asking, case=case, days=asks_left(case.record)
    )
    return answer, 422 if asking.errors else status


def _retaliation(actor: Actor, vault: OpenVault, case: Case, follow_up: str) -> ResponseReturnValue:
    """On to the draft of a retaliation, opened for writing."""
    with FlashedProblems():
        new = write_down_retaliation(actor, vault, case.reference, follow_up, language_code())
        flash(_("Write down what happened. This draft is linked to the first case."))
        return redirect(url_for("incidents.edit_case", reference=new), 303)
    return to("contact")


def _referral(form: ReferralForm, offered: Mapping[str, str]) -> Referral:
    service = form.service.data
    return Referral(
        id=form.key.data or fresh_referral(),
        kind=form.kind.data,
        service=service,
        service_name=offered.get(service, form.service_name.data),
        person=form.person.data,
        agreed=form.agreed.data,
        made_on=form.made_on.data,
        due_on=form.due_on.data,
    )


def _referrals_part(case: Case, actor: Actor) -> dict[str, Any]:
    record, day = case.record, local_today()
    referred = {referral.kind for referral in record.referrals if referral.outcome != NOT_WANTED}
    return {
        "referrals": record.referrals,
        "kinds": names.REFERRAL_NAMES,
        "results": names.REFERRAL_OUTCOME_NAMES,
        "called": lambda key: participant_label(record, key),
        "told_of": told_of,
        "late": {referral.id for referral in record.referrals if is_overdue(referral, day)},
        "waiting": {referral.id for referral in record.referrals if is_open(referral)},
        "child_missing": record.has_minor() and "child_protection" not in referred,
    }


# --- what was agreed ------------------------------------------------------------------------------


def _sides(record: Record) -> list[tuple[str, str]]:
    keys = list(record.codes) + [party.id for party in record.parties]
    return [(key, participant_label(record, key)) for key in keys]


@case_page("/g", "incidents.edit")
def terms(actor: Actor, vault: OpenVault, case: Case) -> ResponseReturnValue:
    """Add what was agreed, and say when it was done."""
    form, done = TermForm(), FulfilledForm()
    form.offer(_sides(case.record), terms_open(case.record))
    if request.method == "GET":
        note_opening(actor, vault, case)
    elif request.form.get("term"):
        if done.validate():
            days = (done.fulfilled_on.data, done.agreed_on.data)
            fulfil(actor, vault, case.reference, done.term.data, *days)
            return to("terms", _("Saved."))
        form = TermForm(formdata=None)
        form.offer(_sides(case.record), terms_open(case.record))
    elif form.validate() and form.may_be_agreed(case.record.parties):
        with form.showing_problems():
            agree(actor, vault, case.reference, form.term())
            return to("terms", _("Saved."))
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
    record, day = case.record, local_today()
    return {
        "terms": record.terms,
        "questioned": record.questioned_terms,
        "kinds": names.TERM_NAMES,
        "called": lambda key: participant_label(record, key) if key else "",
        "late": {term.id for term in record.terms if is_overdue(term, day)},
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


def says_open(one: OpenThing, record: Record) -> str:
    """All that is open, and who it is about."""
    codes = record.codes
    people = ", ".join(codes[person] for person in one.persons if person in codes)
    what = str(wording.CLOCK_NAMES[one.clock] if one.clock else wording.OPEN_NAMES[one.kind])
    return f"{what}: {people}" if people else what


@case_page("/s/<step:verb>", "incidents.edit")
def step(actor: Actor, vault: OpenVault, case: Case, verb: str) -> ResponseReturnValue:
    """Take a case one step on, or back."""
    if verb not in wording.STEP_NAMES:
        raise web_NotFound
    shape = closing_form(case.record) if verb == "close" else StepForm
    form = shape(version=str(case.version), urgent=case.record.urgent)
    standing = standing_of(case.record)
    outcomes = [
        (outcome, wording.OUTCOME_NAMES[outcome])
        for outcome in closing_outcomes(case.state, standing)
    ]
    at_risk = unprotected(case.record) if verb == "close" else []
    clocks = clocks_of(case.record, zone(), court_days())
    open_things = what_is_open(case.record, clocks) if verb == "close" else []
    form.fit(verb, outcomes, asks_why=bool(at_risk))
    why = refusal_of(
        verb,
        case.state,
        by=actor.public_id,
        filed_by=case.record.filing.author,
        triaged_by=case.record.triage.by,
        alone=decides_alone(actor.public_id, case.seen),
        unprotected=bool(at_risk),
        custodian=Role.CUSTODIAN in actor.roles,
        outcome=outcomes[0][0] if outcomes else "",
        reason="-",
        standing=standing,
        still_open=bool(open_things),
    )
    shuts = (
        Refusal.STATE,
        Refusal.SAME_PERSON,
        Refusal.NOT_WANTED,
        Refusal.CHILD_CUSTODIAN,
        Refusal.STILL_OPEN,
        Refusal.ASK_FIRST,
    )
    refused = str(StepRefused(why)) if why in shuts else ""
    if not refused and form.validate_on_submit() and form.say_all_endings():
        changed = CaughtProblem(CaseChangedMeanwhile)
        with changed, form.showing_problems(StepRefused, OnHold):
            state = take_step(
                case.reference,
                verb,
                by=actor,
                vault=vault,
                version=form.version_shown,
                reason=form.reason.data,
                outcome=form.outcome.data if "outcome" in form else "",
                urgent=form.urgent.data if "urgent" in form else None,
                endings=form.endings,
            )
            return to("case", _("Now: %(state)s.", state=names.STATE_NAMES[state]))
        if not form.errors:
            # Then it was not refused, but somebody else saved meanwhile.
            form.form_errors.append(f"{changed.sentence} " + _("Look at it again, then go on."))
            form.version.data = str(open_case(actor, vault, case.reference).version)
    return page(
        "incidents/step.html",
        form=form,
        case=case,
        verb=verb,
        refused=refused,
        asks_reason=STEPS[verb].asks_reason or bool(at_risk),
        unprotected=[person.code for person in at_risk],
        codes=case.record.codes,
        gate_shut=standing.gate_shut,
        not_agreed=case.state == "resolved" and not standing.agreed,
        open_things=[(says_open(thing, case.record), thing) for thing in open_things],
        ask_first=why is Refusal.ASK_FIRST,
        says=wording,
        words=names,
    )


@case_page("/a", "incidents.edit")
def assign(actor: Actor, vault: OpenVault, case: Case) -> ResponseReturnValue:
    """Give the case to somebody who may work on it, or to nobody."""
    form = AssignForm(account=case.record.assigned_to)
    free = may_work(officers(), case.seen)
    form.account.choices = [
        ("", _("Nobody yet")),
        *((officer.public_id, officer.name) for officer in free),
    ]
    if form.validate_on_submit():
        try:
            assignment.assign(case.reference, form.account.data, by=actor, vault=vault)
        except web_NotFound:
            form.mark_wrong(form.account, _("This officer cannot work on this case."))
        else:
            return to("case", _("Saved."))
    return page("incidents/assign.html", form=form, case=case)


@blueprint.route("/y", methods=["GET", "POST"])
@allow("incidents.edit")
@require_vault
def hand_over() -> ResponseReturnValue:
    """The actor's own cases at the end of her shift, each with the officer who is next on duty and
    may work on it; one line goes with all."""
    actor, vault = current_actor(), the_vault()
    owners = opened_box(db.session()).owners
    mine = [
        case
        for case in open_cases(actor, vault)[0]
        if case.reference in owners and owners[case.reference].account == actor.public_id
    ]
    new = [document for case in mine for document in case.documents if document.form != "kept"]
    note_search(actor, vault, new)
    mine.sort(key=lambda case: not owners[case.reference].held)
    everybody, order = officers(), in_order(roster(), minute_of_week(to_local(utc_now())))
    to_whom: dict[str, str] = {}
    for case in mine:
        free = {one.public_id for one in may_work(everybody, case.seen)} - {actor.public_id}
        if following := first_in_line(free, order):
            to_whom[case.reference] = following
    form = ShiftForm()
    form.cases.choices = [(reference, reference) for reference in to_whom]
    if not form.is_submitted():
        form.cases.data = list(to_whom)
    elif form.validate():
        with form.showing_problems():
            for reference in form.cases.data:
                assignment.assign(
                    reference, to_whom[reference], by=actor, vault=vault, line=form.line.data
                )
            return to("index", _("Handed over. Her phone rings within a minute."))
    return page(
        "incidents/hand_over.html",
        form=form,
        cases=mine,
        to_whom=to_whom,
        held={reference for reference, owned in owners.items() if owned.held},
        names=account_names(set(to_whom.values())) if to_whom else {},
        words=names,
    )


@case_page("/k", "incidents.edit")
def declare(actor: Actor, vault: OpenVault, case: Case) -> ResponseReturnValue:
    """Say "I must not work on this"."""
    form = KashForm()
    if form.validate_on_submit():
        declare_conflict(case.reference, by=actor, vault=vault)
        return to("index", _("You do not see that case any more."))
    alone = len(may_work(officers(), case.seen)) < 2
    return page(
        "incidents/declare.html",
        form=form,
        case=case,
        alone=alone,
        only_custodian=for_custodian(case.seen) if alone else None,
        outside=outside_contact(),
    )


@case_page("/x", "incidents.edit", fresh=True)
def shred(actor: Actor, vault: OpenVault, case: Case) -> ResponseReturnValue:
    """Ask that a closed case ends for good."""
    form = ShredForm(case.reference)
    if case.state != "closed":
        return render_template("incidents/shred.html", form=None, case=case), 409
    if form.validate_on_submit():
        with form.showing_problems():
            ask(actor, vault, case.reference, SHRED, form.reason.data)
            return asked()
    return page("incidents/shred.html", form=form, case=case, nobody=nobody_decides(actor, case))


@case_page("/l", "incidents.edit")
def links(actor: Actor, vault: OpenVault, case: Case) -> ResponseReturnValue:
    """Links of a case, and finding more; what is typed is posted."""
    form = FindLinkForm()
    words, occasions, cases = "", [], []
    if form.validate_on_submit():
        words = form.words.data
        wanted = wanted_words(words, {})
        if wanted:
            occasions = [(source, source.find(words, actor)) for source in declared(Occasions)]
            close = register(actor, vault, Filters(), wanted, utc_now(), counting=False)
            note_search(actor, vault, close.new)
            lines = sorted(close.lines, key=lambda one: one.summary.day, reverse=True)
            cases = [line.summary for line in lines if line.summary.reference != case.reference]
    return page(
        "incidents/links.html",
        form=form,
        case=case,
        links=linked_to(case.record, actor),
        searched=request.method == "POST" and not form.errors,
        occasions=occasions,
        cases=cases[:MOST_FOUND],
        linked={(link.kind, link.id) for link in case.record.links},
        words=names,
        says=wording,
    )


@case_page("/l/add", "incidents.edit", "POST")
def add_link(actor: Actor, vault: OpenVault, case: Case) -> ResponseReturnValue:
    """Link it to what was found."""
    kind, target = request.form.get("kind", ""), request.form.get("id", "")
    assignment.add_link(case.reference, kind, target, by=actor, vault=vault)
    return to("links")


@case_page("/l/remove", "incidents.edit", "POST")
def remove_link(actor: Actor, vault: OpenVault, case: Case) -> ResponseReturnValue:
    """Take a link away."""
    kind, target = request.form.get("kind", ""), request.form.get("id", "")
    # Sent twice, the second finds it gone, as she wanted.
    with suppress(NotFound):
        assignment.remove_link(case.reference, kind, target, by=actor, vault=vault)
    return to("links")
