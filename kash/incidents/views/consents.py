"""Consents: the words are read out, answers noted, and it is shown what stands for whom and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.incidents import blueprint, names
from kash.incidents.consent_texts import VERSION, text_of, unread
from kash.incidents.documents.consents import consent_paper
from kash.incidents.forms.consents import ANSWER_NAMES, SPOKEN, ConsentsForm, GuardianForm
from kash.incidents.queries.cases import Case
from kash.incidents.rules.ages import BY_GUARDIAN, NEVER_FOR_MINORS
from kash.incidents.rules.consents import (
    PURPOSES,
    CaseConsent,
    guardians_answer,
    is_refused_herself,
    wishes_of,
)
from kash.incidents.rules.record import Record
from kash.incidents.sections import CaseSection
from kash.incidents.services.cases import note_opening
from kash.incidents.services.consents import NotedConsents, answer_consents, note_guardians_answer
from kash.incidents.views.case_context import load_case, require_vault
from kash.platform.web import download, page
from kash.platform.web.account_names import account_names
from kash.platform.web.formats import short_date_text
from kash.platform.web.language import language_code
from kash.platform.web.programme import reporting_languages
from kash.policy import Actor, Role, allow


@dataclass(frozen=True)
class PurposeStanding:
    """Standing of one purpose for one person, or for everybody. `tone` and `said` are a tag, `why`
    says how it came to that; `wish` what was wished besides."""

    purpose: str
    tone: str
    said: str
    why: str
    wish: str = ""
    offered: bool = True


@dataclass(frozen=True)
class Answers:
    """Answers of one person, or of everybody (an empty `person`); `unasked` are those purposes that
    hold only since she could not be asked. `unread`: something was wished where it was reported,
    and nobody has read the words out yet."""

    person: str
    code: str
    holding: list[str]
    unasked: list[str]
    stands: list[PurposeStanding]
    history: list[CaseConsent]
    unread: bool


def answers_of(record: Record, person: str, code: str) -> Answers:
    """Answers that hold now for a person or the case, why, and all that led to them, newest
    first."""
    asked = [one for one in record.consents if one.person in ("", person)]
    everybody = not person and bool(record.persons)
    return Answers(
        person,
        code,
        [purpose for purpose in PURPOSES if record.consents_to(purpose, person)],
        [purpose for purpose in PURPOSES if record.is_unasked(purpose, person)],
        [_stand(record, purpose, person, everybody=everybody) for purpose in PURPOSES],
        sorted(asked, key=lambda one: one.at, reverse=True),
        bool(asked) and all(one.wish for one in asked),
    )


def everybodys_answers(record: Record) -> list[Answers]:
    """One for each person; one for the case where that has no persons or several."""
    persons = [answers_of(record, one.id, one.code) for one in record.persons]
    if len(persons) == 1:
        return persons
    return [answers_of(record, "", ""), *persons]


def _stand(record: Record, purpose: str, person: str, *, everybody: bool) -> PurposeStanding:
    if purpose in NEVER_FOR_MINORS and record.has_minor():
        why = _("Somebody in the case is or may be under 18.")
        return PurposeStanding(purpose, "", _("Not offered"), why, offered=False)
    if everybody:
        return _of_everybody(record, purpose)
    if purpose in BY_GUARDIAN and record.is_child(person):
        return _of_child(record, purpose, person)
    return _of_one(record, purpose, person)


def _of_child(record: Record, purpose: str, person: str) -> PurposeStanding:
    """Standing of what a child does not decide alone. She may say no herself, and that holds."""
    answer = guardians_answer(record.consents, purpose, person)
    if is_refused_herself(record.consents, purpose, person):
        why = _("She said no herself, or it was taken back. Nobody's yes goes over that.")
        return PurposeStanding(purpose, "bad", _("No"), why)
    if answer is None:
        why = _(
            "A custodian notes who decides for her, and by which paper. She may say no herself."
        )
        return PurposeStanding(purpose, "", _("Not asked yet"), why)
    why = f"{names.GUARDIAN_NAMES[answer.origin]}: {answer.paper}, {short_date_text(answer.at)}"
    if answer.given and not record.consents_to(purpose, person):
        stopped = _("Nothing is done with it, as it is not to be kept.")
        why = f"{why} {stopped}"
    good = record.consents_to(purpose, person)
    return PurposeStanding(
        purpose, "good" if good else "bad", _("Yes") if answer.given else _("No"), why
    )


def _of_one(record: Record, purpose: str, person: str) -> PurposeStanding:
    found = next(iter(record.answers_to(purpose, person)), None)
    wish = wishes_of(record.consents, person).get(purpose)
    # What she answered since needs no word of what was wished, unless that was another.
    other = wish is not None and (found is None or (not found.wish and found.given != wish.given))
    wished = _wished(wish) if wish is not None and other else ""
    if found is None:
        why = ""
        if record.asks_again(purpose, person):
            why = _("What was read out before said something else than what is done. Ask again.")
        return PurposeStanding(purpose, "", _("Not asked yet"), why, wished)
    day = short_date_text(found.at)
    if not found.given:
        if found.is_taken_back:
            why = _("Taken back with the receipt, %(day)s. Only her own yes changes it.", day=day)
        elif found.wish:
            why = _("Left unticked where it was reported, %(day)s.", day=day)
        elif found.for_all or not found.person:
            why = _("Said for everybody, %(day)s.", day=day)
        else:
            why = _("She refused, %(day)s. Only her own yes changes it.", day=day)
        return PurposeStanding(purpose, "bad", _("No"), why, wished)
    if found.origin == "not_asked":
        if not record.consents_to(purpose, person):
            return PurposeStanding(purpose, "", _("Not asked yet"), "", wished or _wished(found))
        return PurposeStanding(purpose, "warn", str(names.ORIGIN_NAMES["not_asked"]), "", wished)
    if found.wish:
        return PurposeStanding(
            purpose, "warn", _("Wished"), _("Enough for this, until she is asked.")
        )
    why = (
        _("Said for everybody, %(day)s.", day=day)
        if found.for_all or not found.person
        else _("She said so herself, %(day)s.", day=day)
    )
    return PurposeStanding(purpose, "good", _("Yes"), why, wished)


def _wished(wish: CaseConsent) -> str:
    if wish.given:
        return _("Wished where it was reported: yes. Only what she says herself counts.")
    return _("Wished where it was reported: no, it was left unticked.")


def _of_everybody(record: Record, purpose: str) -> PurposeStanding:
    codes = {one.id: one.code for one in record.persons}
    agreed = [code for key, code in codes.items() if record.consents_to(purpose, key)]
    refused = [
        code for key, code in codes.items() if is_refused_herself(record.consents, purpose, key)
    ]
    whole = len(agreed) == len(codes)
    said = _("Yes, of everybody") if whole else _("Yes: %(codes)s", codes=", ".join(agreed))
    why = (
        _(
            "%(codes)s refused. A yes for everybody leaves out whoever refused it herself.",
            codes=", ".join(refused),
        )
        if refused
        else ""
    )
    if not agreed:
        return PurposeStanding(purpose, "", _("Of nobody"), why)
    return PurposeStanding(purpose, "good" if whole else "warn", said, why)


@blueprint.route("/<reference>/c", methods=["GET", "POST"])
@allow("incidents.edit")
@require_vault
def consents(reference: str) -> ResponseReturnValue:
    """Read out the words, note the answers."""
    actor, vault, case = load_case(reference)
    form, decides = ConsentsForm(), GuardianForm()
    by_paper = "paper" in request.form
    if request.method == "GET":
        note_opening(actor, vault, case)
    elif by_paper and decides.validate_on_submit():
        with decides.showing_problems():
            note_guardians_answer(actor, vault, reference, decides.version_shown(), decides.said())
            flash(_("Saved."))
            return redirect(url_for("incidents.consents", reference=reference))
        if decides.changed_meanwhile:
            _actor, _vault, case = load_case(reference)
    elif not by_paper and form.validate_on_submit():
        with form.showing_problems():
            noted = answer_consents(
                actor,
                vault,
                reference,
                form.version_shown(),
                form.person.data,
                form.answers(),
                form.origin.data,
                form.read_out_in,
            )
            _tell(noted, case.record)
            return redirect(url_for("incidents.consents", reference=reference))
        if form.changed_meanwhile:
            _actor, _vault, case = load_case(reference)
    chosen = language_chosen()
    shown_in = chosen or language_code()
    return page(
        "incidents/consents.html",
        form=decides if by_paper else form,
        decides=decides,
        by_paper=by_paper,
        children={one.id for one in case.record.persons if case.record.is_child(one.id)}
        if Role.CUSTODIAN in actor.roles
        else set(),
        guardians=names.GUARDIAN_NAMES,
        for_children=[one for one in PURPOSES if one in BY_GUARDIAN],
        shown_in=shown_in,
        chosen=chosen,
        offered=reporting_languages(),
        unread=unread(shown_in),
        case=case,
        everybody=everybodys_answers(case.record),
        typed=form.answers_typed()
        if not by_paper and (form.changed_meanwhile or form.errors)
        else {},
        origins=names.ORIGIN_NAMES,
        choices=ANSWER_NAMES,
        texts={one: text_of(one, VERSION, shown_in) for one in PURPOSES},
        version=VERSION,
        text_of=text_of,
        spoken=SPOKEN,
        names=names.PURPOSE_NAMES,
        by={
            **account_names({one.by for one in case.record.consents} - {""}),
            "": _("whoever holds the receipt"),
        },
    )


def language_chosen() -> str:
    """The language that was chosen for the words on this page; empty if none was."""
    chosen = request.args.get("in", "")
    return chosen if chosen in reporting_languages() else ""


def _tell(noted: NotedConsents, record: Record) -> None:
    flash(_("Saved.") if noted.changed else _("Nothing was changed."))
    codes = {one.id: one.code for one in record.persons}
    for purpose, persons in noted.left_out.items():
        flash(
            _(
                "%(purpose)s: not noted for %(codes)s, who refused it herself. Ask her by herself.",
                purpose=names.PURPOSE_NAMES[purpose],
                codes=", ".join(codes.get(one, "–") for one in persons),
            ),
            "warn",
        )


@blueprint.get("/c.pdf")
@allow("incidents.edit")
def consent_form() -> ResponseReturnValue:
    """The words on paper, for any case, in a language that was chosen: it holds nothing of one."""
    paper = consent_paper(language_chosen() or language_code())
    return download(paper, name="consent-form.pdf", type="application/pdf")


def _consents_part(case: Case, actor: Actor) -> Mapping[str, Any]:
    return {
        "everybody": everybodys_answers(case.record),
        "names": names.PURPOSE_NAMES,
        "unasked": names.ORIGIN_NAMES["not_asked"],
        "purposes": PURPOSES,
    }


SECTION = CaseSection(
    "consents",
    _l("Consents"),
    "incidents/consents_part.html",
    30,
    _consents_part,
    beside=True,
    endpoint="incidents.consents",
    link=_l("Note an answer"),
)
