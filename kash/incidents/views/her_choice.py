"""Choices of each person of a case: a part of its page, and a page on which they are noted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.incidents import blueprint, charge_warning, names
from kash.incidents.errors import CaseChangedMeanwhile
from kash.incidents.forms.consents import SPOKEN
from kash.incidents.forms.her_choice import ChoiceForm, OwnYesForm
from kash.incidents.queries.cases import Case
from kash.incidents.rules.consents import CaseConsent
from kash.incidents.rules.her_choice import answers_of, choice_of, everybody, to_ask, unheard
from kash.incidents.rules.mediation_gate import is_shut, own_answer
from kash.incidents.rules.parts import Choice
from kash.incidents.rules.record import Record
from kash.incidents.rules.workflow import OVER
from kash.incidents.sections import CaseSection
from kash.incidents.services.cases import note_opening
from kash.incidents.services.her_choice import note_choice, note_own_yes
from kash.incidents.views.case_context import load_case, require_vault
from kash.platform.database import utc_now
from kash.platform.web import page
from kash.platform.web.account_names import account_names
from kash.platform.web.formats import short_date_text, to_local
from kash.policy import Actor, allow


@dataclass(frozen=True)
class KnownChoice:
    """Choice of one person as far as it is known: what she wants, what she said before, newest
    first, and whether she said yes to "court or release" herself. `could_not`: the newest try to
    ask her failed; `unheard`: what somebody else told since, which does not count."""

    person: str
    code: str
    choice: Choice | None
    could_not: bool
    history: list[Choice]
    own: CaseConsent | None
    unheard: Choice | None


def asked_of(record: Record) -> list[KnownChoice]:
    """One for each person on record; one for the case where nobody is."""
    codes = {one.id: one.code for one in record.persons}
    found = []
    for person in everybody(record):
        history = answers_of(record, person)[::-1]
        choice = choice_of(record, person)
        found.append(
            KnownChoice(
                person,
                codes.get(person, ""),
                choice,
                choice is None and bool(history),
                history,
                own_answer(record, person),
                unheard(record, person),
            )
        )
    return found


@blueprint.route("/<reference>/w", methods=["GET", "POST"])
@allow("incidents.edit")
@require_vault
def her_choice(reference: str) -> ResponseReturnValue:
    """Ask each person what she wants, and note it."""
    actor, vault, case = load_case(reference)
    form = ChoiceForm()
    form.prepare(to_local(utc_now()).date())
    if not form.is_submitted():
        note_opening(actor, vault, case)
    elif form.validate():
        with form.showing_problems():
            note_choice(actor, vault, reference, form.said())
            return _noted(reference, form.person.data)
        if form.changed_meanwhile:
            _actor, _vault, case = load_case(reference)
    return _page(case, form, OwnYesForm(formdata=None))


@blueprint.post("/<reference>/w/y")
@allow("incidents.edit")
@require_vault
def own_yes(reference: str) -> ResponseReturnValue:
    """Note what somebody said herself to "court or release", after she was warned."""
    actor, vault, case = load_case(reference)
    form = OwnYesForm()
    if form.validate_on_submit():
        with form.showing_problems(answer=CaseChangedMeanwhile):
            note_own_yes(
                actor,
                vault,
                reference,
                form.version_shown(),
                form.person.data,
                given=form.answer.data == "yes",
                language=form.language.data or "",
            )
            return _noted(reference)
        if isinstance(form.problem, CaseChangedMeanwhile):
            _actor, _vault, case = load_case(reference)
    choice = ChoiceForm(formdata=None)
    choice.on.data = to_local(utc_now()).date()
    return _page(case, choice, form)


def _noted(reference: str, person: str | None = None) -> ResponseReturnValue:
    """Back to the page; `person`: whose choice was noted."""
    _actor, _vault, case = load_case(reference)
    told = None if person is None else unheard(case.record, person)
    counts = None if person is None else choice_of(case.record, person)
    if told is None or counts is None:
        flash(_("Saved."))
    else:
        flash(
            _(
                "Saved, but it does not count: what she said herself on %(day)s holds until she"
                " says otherwise herself. Ask her, alone if you can, and note it as said by"
                " herself.",
                day=short_date_text(counts.on),
            ),
            "warn",
        )
    left = to_ask(case.record)
    to = "incidents.her_choice" if left and len(case.record.persons) > 1 else "incidents.case"
    return redirect(url_for(to, reference=reference), 303)


def _page(case: Case, form: ChoiceForm, own: OwnYesForm) -> ResponseReturnValue:
    return page(
        "incidents/her_choice.html",
        form=own if own.errors else form,
        choice=form,
        own=own,
        case=case,
        over=case.state in OVER,
        today=to_local(utc_now()).date(),
        everybody=asked_of(case.record),
        gate_shut=is_shut(case.record),
        ways=names.WAY_NAMES,
        texts=names.WAY_TEXTS,
        origins=names.ORIGIN_NAMES,
        warning=charge_warning.warning(),
        version=charge_warning.VERSION,
        languages=SPOKEN,
        by=account_names(
            {one.by for one in case.record.choices}
            | {one.by for one in case.record.own_words} - {""}
        ),
    )


def _part(case: Case, _actor: Actor) -> Mapping[str, Any]:
    return {
        "everybody": asked_of(case.record),
        "ways": names.WAY_NAMES,
        "origins": names.ORIGIN_NAMES,
    }


SECTION = CaseSection(
    "her-choice",
    _l("What is wanted"),
    "incidents/her_choice_part.html",
    35,
    _part,
    endpoint="incidents.her_choice",
    link=_l("Ask, and note it"),
)
