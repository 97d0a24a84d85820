"""Consents: the words are read out, answers noted, and it is shown what stands for each person and
why. Asking again before a paper goes to a court: the words, the answers, and which papers may go.
Choices of each person of a case: a part of its page, and a page on which they are noted. Pages of
the second member: what waits for her, deciding, and holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.accounts.members.vault_sessions import require_vault
from kash.incidents import blueprint, names, wording
from kash.incidents import documents as charge_warning
from kash.incidents.consent_texts import VERSION, text_of, unread
from kash.incidents.documents import consent_paper
from kash.incidents.forms.casework import HoldForm, SecondForm, WhyForm
from kash.incidents.forms.consents import (
    ANSWER_NAMES,
    SPOKEN,
    AskedAgainForm,
    ChoiceForm,
    ConsentsForm,
    GuardianForm,
    OwnYesForm,
)
from kash.incidents.queries.cases import Case, open_cases
from kash.incidents.queries.letterbox import opened_box
from kash.incidents.queries.mediation import nobody_decides, seconds, standings
from kash.incidents.rules.case_file import answers_of as case_file_answers_of
from kash.incidents.rules.case_file import (
    choice_of,
    counts,
    everybody,
    may_be_asked,
    to_ask,
    unheard,
)
from kash.incidents.rules.casework import (
    NOT_KNOWN,
    OVER,
    REDACT,
    REMOVE,
    REPLACE,
    SHRED,
    lifts_alone,
)
from kash.incidents.rules.consents import (
    PURPOSES,
    CaseConsent,
    guardians_answer,
    is_refused_herself,
    wishes_of,
)
from kash.incidents.rules.mediation_gate import is_shut, own_answer
from kash.incidents.rules.older_records import BY_GUARDIAN, NEVER_FOR_MINORS
from kash.incidents.rules.parts import MemberProposal, by_id
from kash.incidents.rules.record import Record
from kash.incidents.sections import CaseAction, CaseSection, Entry
from kash.incidents.services.cases import note_opening, note_search
from kash.incidents.services.consents import (
    NotedConsents,
    answer_consents,
    note_asked_again,
    note_choice,
    note_guardians_answer,
    note_own_yes,
)
from kash.incidents.services.documentation import agree_not_known, replace_identity
from kash.incidents.services.evidence import remove_evidence
from kash.incidents.services.redacting import redact
from kash.incidents.services.saved_views import CaseChangedMeanwhile
from kash.incidents.services.second_member import (
    ANOTHER_DECIDES,
    DECIDED,
    Shredded,
    agree_to_hold,
    hold,
    lift,
    refuse,
    shred_case,
)
from kash.incidents.views.cases import case_again, case_page, the_vault, to
from kash.platform.approvals.rules import Standing
from kash.platform.database import db
from kash.platform.vault import OpenVault
from kash.platform.web import current_actor, download, page
from kash.platform.web.account_names import account_names
from kash.platform.web.errors import one_or_404
from kash.platform.web.formats import local_today, short_date_text
from kash.platform.web.language import language_code
from kash.platform.web.lists import paged
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


def answers_of(record: Record, person: str, code: str) -> dict[str, Any]:
    """Answers that hold now for a person or the case, why, and all that led to them, newest first.

    `unasked` are purposes that hold only since she could not be asked. `unread`: something was
    wished where it was reported, and nobody has read the words out yet.
    """
    consents = [consent for consent in record.consents if consent.person in ("", person)]
    everybody = not person and bool(record.persons)
    return {
        "person": person,
        "code": code,
        "holding": [purpose for purpose in PURPOSES if record.consents_to(purpose, person)],
        "unasked": [purpose for purpose in PURPOSES if record.is_unasked(purpose, person)],
        "stands": [_stand(record, purpose, person, everybody=everybody) for purpose in PURPOSES],
        "history": sorted(consents, key=lambda one: one.at, reverse=True),
        "unread": bool(consents) and all(consent.wish for consent in consents),
    }


def everybodys_answers(record: Record) -> list[dict[str, Any]]:
    """One for each person; one for the case where that has no persons or several."""
    persons = [answers_of(record, person.id, person.code) for person in record.persons]
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
        why = _("A custodian notes who decides for her. She may say no herself.")
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
    answer = next(iter(record.answers_to(purpose, person)), None)
    wish = wishes_of(record.consents, person).get(purpose)
    # What she answered since needs no word of what was wished, unless that was another.
    other = wish is not None and (
        answer is None or (not answer.wish and answer.given != wish.given)
    )
    wished = _wished(wish) if wish is not None and other else ""
    if answer is None:
        why = ""
        if record.asks_again(purpose, person):
            why = _("What was read out before differs from what is done. Ask again.")
        return PurposeStanding(purpose, "", _("Not asked yet"), why, wished)
    day = short_date_text(answer.at)
    if not answer.given:
        if answer.is_taken_back:
            why = _("Taken back with the receipt, %(day)s. Only her own yes changes it.", day=day)
        elif answer.wish:
            why = _("Left unticked where it was reported, %(day)s.", day=day)
        elif answer.for_all or not answer.person:
            why = _("Said for everybody, %(day)s.", day=day)
        else:
            why = _("She refused, %(day)s. Only her own yes changes it.", day=day)
        return PurposeStanding(purpose, "bad", _("No"), why, wished)
    if answer.origin == "not_asked":
        if not record.consents_to(purpose, person):
            return PurposeStanding(purpose, "", _("Not asked yet"), "", wished or _wished(answer))
        return PurposeStanding(purpose, "warn", str(names.ORIGIN_NAMES["not_asked"]), "", wished)
    if answer.wish:
        return PurposeStanding(
            purpose, "warn", _("Wished"), _("Enough for this, until she is asked.")
        )
    why = (
        _("Said for everybody, %(day)s.", day=day)
        if answer.for_all or not answer.person
        else _("She said so herself, %(day)s.", day=day)
    )
    return PurposeStanding(purpose, "good", _("Yes"), why, wished)


def _wished(wish: CaseConsent) -> str:
    if wish.given:
        return _("Wished where it was reported: yes. Only what she says herself counts.")
    return _("Wished where it was reported: no, it was left unticked.")


def _of_everybody(record: Record, purpose: str) -> PurposeStanding:
    codes = record.codes
    agreed = [code for key, code in codes.items() if record.consents_to(purpose, key)]
    refused = [
        code for key, code in codes.items() if is_refused_herself(record.consents, purpose, key)
    ]
    whole = len(agreed) == len(codes)
    words = _("Yes, of everybody") if whole else _("Yes: %(codes)s", codes=", ".join(agreed))
    why = (
        _(
            "%(codes)s refused. A yes for everybody leaves out those who refused it themselves.",
            codes=", ".join(refused),
        )
        if refused
        else ""
    )
    if not agreed:
        return PurposeStanding(purpose, "", _("Of nobody"), why)
    return PurposeStanding(purpose, "good" if whole else "warn", words, why)


@case_page("/c", "incidents.edit")
def consents(actor: Actor, vault: OpenVault, case: Case) -> ResponseReturnValue:
    """Read out the words to one person, or to everybody, and note the answers; for a child also
    what is decided for her by a paper."""
    another_language = "in" in request.form
    by_guardian = "paper" in request.form or request.args.get("by") == "paper"
    form: ConsentsForm | GuardianForm = GuardianForm() if by_guardian else ConsentsForm()
    if request.method == "GET" or another_language:
        note_opening(actor, vault, case)
    elif form.validate_on_submit():
        person, version = form.person.data, form.version_shown()
        with form.showing_problems():
            if isinstance(form, GuardianForm):
                note_guardians_answer(actor, vault, case.reference, version, form.said())
                flash(_("Saved."))
            else:
                noted = answer_consents(
                    actor,
                    vault,
                    case.reference,
                    version,
                    person,
                    form.answers(),
                    form.origin.data,
                    form.read_out_in,
                )
                _tell(noted, case.record)
            return to("consents", of=person or "all")
        if form.changed_meanwhile:
            case = case_again(case.reference)
    chosen = language_chosen()
    shown_in = chosen or language_code()
    children = (
        {person.id for person in case.record.persons if case.record.is_child(person.id)}
        if Role.CUSTODIAN in actor.roles
        else set()
    )
    answers = everybodys_answers(case.record)
    answers_of_person = _whose(
        answers, form.person.data if form.is_submitted() else request.args.get("of")
    )
    return page(
        "incidents/consents.html",
        form=form,
        one=answers_of_person,
        by_guardian=by_guardian and answers_of_person["person"] in children,
        another_language=another_language,
        children=children,
        guardians=names.GUARDIAN_NAMES,
        for_children=[purpose for purpose in PURPOSES if purpose in BY_GUARDIAN],
        shown_in=shown_in,
        chosen=chosen,
        unread=unread(shown_in),
        case=case,
        everybody=[*answers[1:], *answers[:1]],
        typed=form.answers_typed(),
        origins=names.ORIGIN_NAMES,
        choices=ANSWER_NAMES,
        texts={purpose: text_of(purpose, VERSION, shown_in) for purpose in PURPOSES},
        version=VERSION,
        text_of=text_of,
        spoken=SPOKEN,
        names=names.PURPOSE_NAMES,
        by={
            **account_names({consent.by for consent in case.record.consents} - {""}),
            "": _("the holder of the receipt"),
        },
    )


def _whose(answers: list[dict[str, Any]], wanted: str | None) -> dict[str, Any]:
    """Answers of the person who is asked for ("all", or an empty id: of everybody); else of the
    first who said nothing herself yet, or of the first."""
    key = "" if wanted == "all" else wanted
    persons = answers[1:] or answers
    unheard_first = sorted(persons, key=lambda one: bool(one["history"]) and not one["unread"])
    return next((one for one in answers if one["person"] == key), unheard_first[0])


def language_chosen() -> str:
    """The language that was chosen for the words on this page; empty if none was."""
    asked_in = request.form.get("in")
    if asked_in == "shown":
        asked_in = request.form.get("language")
    chosen = asked_in or request.form.get("shown_in") or request.args.get("in", "")
    return chosen if chosen in reporting_languages() else ""


def _tell(noted: NotedConsents, record: Record) -> None:
    flash(_("Saved.") if noted.changed else _("Nothing was changed."))
    codes = record.codes
    for purpose, persons in noted.left_out.items():
        flash(
            _(
                "%(purpose)s: not noted for %(codes)s, who refused it herself. Ask her by herself.",
                purpose=names.PURPOSE_NAMES[purpose],
                codes=", ".join(codes.get(person, "–") for person in persons),
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


@case_page("/c/f", "incidents.edit")
def court_asks(actor: Actor, vault: OpenVault, case: Case) -> ResponseReturnValue:
    """Ask again for one paper, and note what each said."""
    able = may_be_asked(case.record)
    codes = case.record.codes
    form = AskedAgainForm()
    chosen = language_chosen()
    shown_in = chosen or language_code()
    form.offer([(person, codes[person]) for person in able if person])
    if not form.is_submitted() or "in" in request.form:
        note_opening(actor, vault, case)
        form.language.data = chosen or None
    elif form.validate():
        with form.showing_problems():
            note_asked_again(actor, vault, case.reference, form.version_shown(), form.said())
            return to("court_asks", _("Saved."))
        if form.changed_meanwhile:
            case = case_again(case.reference)
    form.version.data, form.version.raw_data = str(form.version_to_send(case.version)), None
    answers = sorted(case.record.court_asks, key=lambda one: (one.on, one.at), reverse=True)
    return page(
        "incidents/court_asks.html",
        form=form,
        case=case,
        able=able,
        text=text_of("court", VERSION, shown_in),
        shown_in=shown_in,
        offered=reporting_languages(),
        unread=unread(shown_in),
        asked=[(answer, counts(answer, local_today())) for answer in answers],
        codes=codes,
        spoken=SPOKEN,
        by=account_names({answer.by for answer in answers}),
    )


def asked_of(record: Record) -> list[dict[str, Any]]:
    """Choice of each person on record, or of the case where nobody is: what she wants, what she
    said before, newest first, and what she said herself to "court or release". `could_not`: the
    newest try to ask her failed; `unheard`: what somebody else told since, which does not count."""
    codes = record.codes
    return [
        {
            "person": person,
            "code": codes.get(person, ""),
            "choice": choice_of(record, person),
            "could_not": bool(history) and choice_of(record, person) is None,
            "history": history,
            "own": own_answer(record, person),
            "unheard": unheard(record, person),
        }
        for person in everybody(record)
        for history in [case_file_answers_of(record, person)[::-1]]
    ]


@case_page("/w", "incidents.edit")
def her_choice(actor: Actor, vault: OpenVault, case: Case) -> ResponseReturnValue:
    """Ask each person what she wants, and note it."""
    form = ChoiceForm()
    if not form.is_submitted():
        note_opening(actor, vault, case)
    elif form.validate():
        with form.showing_problems():
            note_choice(actor, vault, case.reference, form.said())
            return _noted(case.reference, form.person.data)
        if form.changed_meanwhile:
            case = case_again(case.reference)
    return _page(case, form, OwnYesForm(formdata=None))


@case_page("/w/y", "incidents.edit", "POST")
def own_yes(actor: Actor, vault: OpenVault, case: Case) -> ResponseReturnValue:
    """Note what somebody said herself to "court or release", after she was warned."""
    form = OwnYesForm()
    if form.validate_on_submit():
        with form.showing_problems(answer=CaseChangedMeanwhile):
            note_own_yes(
                actor,
                vault,
                case.reference,
                form.version_shown(),
                form.person.data,
                given=form.answer.data == "yes",
                language=form.language.data or "",
            )
            return _noted(case.reference)
        if isinstance(form.problem, CaseChangedMeanwhile):
            case = case_again(case.reference)
    return _page(case, ChoiceForm(formdata=None), form)


def _noted(reference: str, person: str | None = None) -> ResponseReturnValue:
    """Back to the page; `person`: whose choice was noted."""
    case = case_again(reference)
    told = None if person is None else unheard(case.record, person)
    counts = None if person is None else choice_of(case.record, person)
    if told is None or counts is None:
        flash(_("Saved."))
    else:
        flash(
            _(
                "Saved, but what she said herself on %(day)s holds. Ask her, alone if you can, "
                "and note it as said by herself.",
                day=short_date_text(counts.on),
            ),
            "warn",
        )
    left = to_ask(case.record)
    on = "her_choice" if left and len(case.record.persons) > 1 else "case"
    return to(on)


def _page(case: Case, form: ChoiceForm, own: OwnYesForm) -> ResponseReturnValue:
    return page(
        "incidents/her_choice.html",
        form=own if own.errors else form,
        choice=form,
        own=own,
        case=case,
        over=case.state in OVER,
        today=local_today(),
        everybody=asked_of(case.record),
        gate_shut=is_shut(case.record),
        ways=names.WAY_NAMES,
        texts=names.WAY_TEXTS,
        origins=names.ORIGIN_NAMES,
        warning=charge_warning.warning(),
        version=charge_warning.VERSION,
        languages=SPOKEN,
        by=account_names(
            {choice.by for choice in case.record.choices}
            | {answer.by for answer in case.record.own_words} - {""}
        ),
    )


def _part(case: Case, _actor: Actor) -> Mapping[str, Any]:
    return {
        "everybody": asked_of(case.record),
        "ways": names.WAY_NAMES,
        "origins": names.ORIGIN_NAMES,
    }


HER_CHOICE_SECTION = CaseSection(
    "her-choice",
    _l("What is wanted"),
    "incidents/her_choice_part.html",
    35,
    _part,
    endpoint="incidents.her_choice",
    link=_l("Ask, and note it"),
)


ENTRY = Entry(_l("Second member"), "incidents.seconds_list", 29, "incidents.see")
HOLD = CaseAction(
    _l("Hold it"),
    "incidents.hold_case",
    90,
    lambda case, actor: not any(lifts_alone(hold, actor.public_id) for hold in case.record.holds),
)


def asked() -> ResponseReturnValue:
    """Back to the case, where what was asked for stands."""
    return to("case", _("Asked. A second member finds it on Today, and decides."))


@blueprint.route("/2", methods=["GET", "POST"])
@allow("incidents.see")
@require_vault
def seconds_list() -> ResponseReturnValue:
    """Everything on which a second member decides, the oldest first; and a button for what was
    shredded, which stands there until the person who asked for it says that she has seen it."""
    actor, vault = current_actor(), the_vault()
    if request.method == "POST":
        note_search(actor, vault, [], shredded_read=request.form.get("seen", "").split())
        return to("seconds_list")
    cases, _damaged = open_cases(actor, vault)
    waiting = sorted(
        ((case, proposal) for case in cases for proposal in case.record.proposals),
        key=lambda found: (found[1].at, found[0].reference),
    )
    shredded = opened_box(db.session()).shredded_for.get(actor.public_id, {})
    new = [case.sealed for case in cases if case.sealed.form != "kept"]
    note_search(actor, vault, new)
    answers = [
        (case.reference, answer)
        for case in cases
        for answer in case.record.member_answers
        if answer.by == actor.public_id
    ]
    listing = paged(waiting)
    return page(
        "incidents/seconds.html",
        listing=listing,
        shredded=shredded,
        answers=answers,
        acts=wording.ACT_NAMES,
        names=account_names(
            {proposal.by for _case, proposal in listing.rows}
            | {proposal.second for _case, proposal in answers}
        ),
        me=actor.public_id,
    )


@case_page("/2/<proposal>", "incidents.see", fresh=True)
def second(actor: Actor, vault: OpenVault, case: Case, proposal: str) -> ResponseReturnValue:
    """Agree to what another member asked for, refuse it, or take back one's own."""
    waiting = by_id(case.record.proposals, proposal)
    if waiting is None:
        # The button was pressed twice, or another was first.
        flash(str(DECIDED), "warn")
        return to("case")
    stands = standings(db.session(), actor.public_id, [waiting.by])[waiting.by]
    form = SecondForm()
    if stands is not Standing.MAY:
        # There is nothing to choose: she can only refuse, or take back what is hers.
        del form.answer
    if form.validate_on_submit():
        with form.showing_problems():
            if "answer" in form and form.answer.data == "agree":
                return _agree(actor, vault, case.reference, waiting)
            refuse(actor, vault, case.reference, proposal, form.reason.data)
            return to("case", _("It is not done, and the case says why."))
    else:
        note_opening(actor, vault, case)
    return page(
        "incidents/second.html",
        form=form,
        case=case,
        found=waiting,
        own=stands is Standing.ASKED,
        may_agree=stands is Standing.MAY,
        refused=str(ANOTHER_DECIDES),
        about=_about(case, waiting),
        act=wording.ACT_NAMES[waiting.act],
        words=names,
        names=account_names({waiting.by}),
        nobody=stands is Standing.ASKED and not seconds(db.session(), waiting.by, case.seen),
    )


def _agree(
    actor: Actor, vault: OpenVault, reference: str, found: MemberProposal
) -> ResponseReturnValue:
    if found.act == SHRED:
        done = shred_case(reference, by=actor, vault=vault, proposal=found.id)
        _tell_shredded(done)
        return to("index", show="all")
    if found.act == REMOVE:
        remove_evidence(actor, vault, reference, found.id)
        flash(_("Removed. Its keys and its files are gone; its hashes and custody stay."))
    elif found.act == REPLACE:
        replace_identity(actor, vault, reference, found.id)
        flash(_("Replaced. The old one stays sealed as an earlier version."))
    elif found.act == NOT_KNOWN:
        agree_not_known(actor, vault, reference, found.id)
        flash(_("Agreed. She no longer counts as held."))
    elif found.act == REDACT:
        redact(actor, vault, reference, found.id)
        flash(_("Taken out, with a mark where it stood."))
    else:
        agree_to_hold(actor, vault, reference, found.id)
        flash(_("Agreed."))
    return to("case")


def _tell_shredded(done: Shredded) -> None:
    flash(
        _("The case is shredded. Sealed documents that are gone: %(count)s.", count=done.documents)
    )
    if done.left:
        flash(_("Some files could not be deleted yet. Without keys nobody opens them."), "warn")


def _about(case: Case, found: MemberProposal) -> str:
    """Name of what a proposal is about."""
    record = case.record
    codes = [person.code for person in record.persons if person.id == found.about]
    pieces = [
        f"{piece.number}. {piece.label}".strip()
        for piece in record.evidence
        if piece.document == found.about
    ]
    holds = [hold.reason for hold in record.holds if hold.id == found.about]
    return next(iter([*codes, *pieces, *holds]), "")


# --- Holds ------------------------------------------------------------------------------------


@case_page("/y", "incidents.see")
def hold_case(actor: Actor, vault: OpenVault, case: Case) -> ResponseReturnValue:
    """Hold a case."""
    form = HoldForm()
    if form.validate_on_submit():
        with form.showing_problems():
            reason, details = form.reason.data, form.details.data
            if hold(actor, vault, case.reference, reason, paper=form.paper.data, details=details):
                return to("case", _("It is held from this moment."))
            return asked()
    return page("incidents/hold.html", form=form, case=case, nobody=nobody_decides(actor, case))


@case_page("/y/<hold_id>", "incidents.see")
def lift_hold(actor: Actor, vault: OpenVault, case: Case, hold_id: str) -> ResponseReturnValue:
    """Lift one's own hold, or ask a second member to end another."""
    case_hold = one_or_404(by_id(case.record.holds, hold_id))
    form = WhyForm()
    if form.validate_on_submit():
        with form.showing_problems():
            if lift(actor, vault, case.reference, hold_id, form.reason.data):
                return to("case", _("The hold is lifted."))
            return asked()
    return page(
        "incidents/hold_end.html",
        form=form,
        case=case,
        found=case_hold,
        alone=lifts_alone(case_hold, actor.public_id),
        nobody=nobody_decides(actor, case),
    )
