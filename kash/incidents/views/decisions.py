"""Decisions of a custodian alone: terms that were set aside, and whether bribery is reported."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.incidents import blueprint, money_words, names
from kash.incidents.forms.money import BailForm, PolicyForm, ReportForm, TakeOutForm, bail_from
from kash.incidents.queries.cases import Case
from kash.incidents.queries.decisions import Asking, asking_cases, reporting_policy
from kash.incidents.rules.record import Term
from kash.incidents.rules.reporting import is_decided
from kash.incidents.sections import CaseSection, Entry
from kash.incidents.services.cases import note_opening, note_search
from kash.incidents.services.money import (
    make_bail_of_term,
    name_policy,
    note_decision,
    notes_of,
    report_notes,
    take_out_term,
)
from kash.incidents.views.bail import stations, today
from kash.incidents.views.case_context import load_case, require_vault, the_vault
from kash.incidents.views.labels import participant_label
from kash.platform.web import current_actor, page
from kash.platform.web.account_names import account_names
from kash.platform.web.errors import NotFound
from kash.platform.web.lists import paged
from kash.policy import Actor, allow

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
        data={
            "name": policy.name,
            "dated_on": policy.dated_on,
            "checked_by": policy.checked_by,
        }
    )
    if form.validate_on_submit() and form.refuse_future(today()):
        name_policy(actor, form.policy())
        flash(_("Saved."))
        return redirect(url_for("incidents.decisions"), 303)
    cases, damaged = asking_cases(actor, vault)
    new = [one for case in cases for one in case.documents if one.form != "kept"]
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
        kinds=money_words.SHOWN_NOTES,
    )


@blueprint.route("/<reference>/q", methods=["GET", "POST"])
@allow("incidents.decide")
@require_vault
def decision(reference: str) -> ResponseReturnValue:
    """Decide about what was set aside, and note what becomes of a report."""
    actor, vault, case = load_case(reference)
    if not case.record.asks_for_a_decision():
        raise NotFound
    form, out = ReportForm(), TakeOutForm()
    if request.method == "GET":
        note_opening(actor, vault, case)
    elif request.form.get("term"):
        if _term(case, request.form["term"]) is None:
            return _decided_already(reference)
        if out.validate():
            take_out_term(actor, vault, reference, out.term.data, out.reason.data)
            flash(_("Taken out. The reason stands in the case."))
            return redirect(_next(reference), 303)
        form = ReportForm(formdata=None)
    elif form.validate() and form.refuse(today()):
        with form.showing_problems():
            note_decision(actor, vault, reference, form.note(), version=form.version_shown())
            flash(_("Noted. Nothing was sent."))
            return redirect(url_for("incidents.decision", reference=reference), 303)
        if form.changed_meanwhile:
            _actor, _vault, case = load_case(reference)
    notes = report_notes(case, vault)
    answer, status = page(
        "incidents/decision.html",
        form=form,
        case=case,
        is_new=Asking(case, notes).is_new,
        out=out if out.errors else None,
        out_term=request.form.get("term", "") if out.errors else "",
        notes=notes[::-1],
        by=account_names({one.by for one in notes} - {""}),
        kinds=names.TERM_NAMES,
        note_names=money_words.SHOWN_NOTES,
        duty=money_words.duty_text(),
        policy=reporting_policy(),
        called=lambda key: participant_label(case.record, key) if key else "",
    )
    return answer, 422 if out.errors else status


@blueprint.route("/<reference>/q/<term_id>", methods=["GET", "POST"])
@allow("incidents.decide")
@require_vault
def term_to_bail(reference: str, term_id: str) -> ResponseReturnValue:
    """Write down as cash bail what was kept as a term, with its receipt."""
    actor, vault, case = load_case(reference)
    term = _term(case, term_id)
    if term is None:
        return _decided_already(reference)
    form = BailForm()
    form.offer(case.record, stations(), today(), bail_from(term, case.record), receipt_needed=True)
    if request.method == "GET":
        note_opening(actor, vault, case)
    elif form.validate():
        make_bail_of_term(actor, vault, reference, term.id, form.bail())
        flash(_("It is written down as cash bail."))
        return redirect(_next(reference), 303)
    return page("incidents/term_to_bail.html", form=form, case=case)


def _term(found: Case, key: str) -> Term | None:
    return next((one for one in found.record.questioned_terms if one.id == key), None)


def _decided_already(reference: str) -> ResponseReturnValue:
    """The button was pressed twice, or another custodian was first."""
    flash(_("That was decided already."))
    return redirect(_next(reference), 303)


def _next(reference: str) -> str:
    """On with the same case if it still asks for something, else to the list."""
    try:
        _actor, _vault, case = load_case(reference)
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
        "duty": money_words.duty_text(),
        "questioned": len(case.record.questioned_terms),
        "note": notes[-1] if notes else None,
        "decided": is_decided(notes),
        "is_new": Asking(case, notes).is_new,
        "kinds": money_words.SHOWN_NOTES,
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
