"""Asking a mediator about a case. Official cash bail of a case: written down, corrected, taken
off. Briefs for a mediator, never a case. Duty of mediators: who, where and when."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.accounts.members.vault_sessions import require_vault
from kash.incidents import blueprint, names, wording
from kash.incidents.forms.consents import AskForm, BailForm, DutyForm, ResultForm, result_form
from kash.incidents.models import Duty
from kash.incidents.names import (
    NOT_OFFERED_NAMES,
    REQUEST_NAMES,
    RESPONSE_NAMES,
    RESULT_BUTTONS,
    WANTED_NAMES,
)
from kash.incidents.queries import mediation as queries_mediation
from kash.incidents.queries.cases import Case
from kash.incidents.queries.mediation import (
    LEFT,
    Brief,
    as_mediators,
    duties,
    duty,
    duty_listing,
    ended_briefs,
    is_on_duty,
    numbers_of,
    own_brief,
    own_briefs,
    phone_of,
    police_accounts,
    possible_mediators,
    stretches_of,
)
from kash.incidents.rules.case_file import MEDIATION, to_ask, wants
from kash.incidents.rules.casework import OVER
from kash.incidents.rules.clocks import is_free, who_is_held
from kash.incidents.rules.mediation import (
    RELEASE,
    REQUESTS,
    RESULTS,
    Mediator,
    asks_safety,
    may_ask,
    may_be_asked_for,
    may_mediate,
    next_of,
    not_confirmed,
    somebody_is_free,
    wants_the_next,
    whom_to_free,
    why_not_offered,
)
from kash.incidents.rules.mediation_gate import (
    ASK_MEDIATOR,
    CHARGE,
    is_shut,
    requests_offered,
    requests_open,
    urgent_step,
    who_may_be_offered,
)
from kash.incidents.rules.one_line import SETTLED
from kash.incidents.rules.parts import Intervention, by_id
from kash.incidents.rules.record import Record
from kash.incidents.sections import CaseAction, CaseSection, Entry
from kash.incidents.services import mediation
from kash.incidents.services.cases import note_opening
from kash.incidents.services.mediation import Request, change_mediator, set_own_duty
from kash.incidents.services.money import take_off_bail, write_down_bail
from kash.incidents.services.saved_views import CaseChangedMeanwhile
from kash.incidents.views.cases import case_again, case_page, the_vault, to
from kash.incidents.views.evidence import participant_label
from kash.incidents.wording import PLACE_NAMES
from kash.people import words
from kash.people import words as directory_words
from kash.people.queries.directory import organisations
from kash.people.rules.directory import minute_of_week
from kash.people.words import phone_text
from kash.platform.database import utc_now
from kash.platform.vault import OpenVault
from kash.platform.web import NotFound as web_NotFound
from kash.platform.web import current_actor, page
from kash.platform.web.account_names import account_names
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.errors import NotFound, one_or_404
from kash.platform.web.formats import to_local
from kash.platform.web.logs import leaves_no_trace
from kash.policy import Actor, allow


def _offered(case: Case, station: str) -> tuple[list[Mediator], int]:
    minute = minute_of_week(to_local(utc_now()))
    mediators = as_mediators(duties())
    return may_mediate(mediators, case.record, minute, station, seen=case.seen), minute


def _not_offered(case: Case) -> list[tuple[str, Any]]:
    """The mediators who are not offered for a case, by name, each with why."""
    mediators = as_mediators([one for one in duties(active=None) if one.account.active])
    reasons = [
        (mediator.account, why)
        for mediator in mediators
        if (why := why_not_offered(mediator, case.record, seen=case.seen)) is not None
    ]
    named = account_names(account for account, _why in reasons)
    return [(named.get(account, ""), NOT_OFFERED_NAMES[why]) for account, why in reasons]


def _next_mediator(case: Case) -> tuple[Intervention, Mediator] | None:
    """The request after which the next mediator is offered, and who that is; None if none is."""
    last = wants_the_next(case.record, utc_now())
    mediator = next_of(_offered(case, _station_of(case)[0])[0], case.record) if last else None
    return (last, mediator) if last is not None and mediator is not None else None


def _station_of(case: Case) -> tuple[str, list[tuple[str, str]]]:
    """The station of the first party that has one, and what can be chosen."""
    named = [
        (party.station, party.station_name) for party in case.record.parties if party.station_name
    ]
    choices = [("", _("None"))] + [(name, name) for _id, name in dict(named).items()]
    return (named[0][0] if named else ""), choices


@case_page("/m", "incidents.edit")
def ask_mediator(by: Actor, vault: OpenVault, case: Case) -> ResponseReturnValue:
    """Choose a mediator and what she is asked; she reads nothing else of the case."""
    station, choices = _station_of(case)
    offered, minute = _offered(case, station)
    names = account_names(mediator.account for mediator in offered)
    form = AskForm()
    able, open_requests = who_may_be_offered(case.record), requests_offered(case.record)
    form.offer_requests(open_requests)
    form.mediator.choices = [
        (mediator.account, names.get(mediator.account, "")) for mediator in offered
    ]
    form.station.choices = choices
    form.persons.choices = [(person.id, person.code) for person in able]
    form.needs_answers = asks_safety(case.record, form.persons.data or [])
    if not form.is_submitted():
        form.station.data = choices[1][0] if len(choices) > 1 else ""
        form.call_name.data = account_names([by.public_id]).get(by.public_id, "")
        # For those who were not asked what they want nothing but a release can be asked.
        later = set(to_ask(case.record)) - {person.id for person in who_is_held(case.record)}
        form.persons.data = [
            person.id
            for person in able
            if person.id not in later and not is_free(case.record, person)
        ]
        form.requests.data = [wish for wish in case.record.wanted if wish in open_requests]
        if following := _next_mediator(case):
            _ask_again(form, *following)
    elif form.validate():
        with form.showing_problems():
            command, gone_on = form.command(Request), form.gone_on()
            mediation.ask_mediator(by, vault, case.reference, command, gone_on=gone_on)
            return to("case", _("The mediator can read it now."))
    else:
        # Her page was noted when it was asked for.
        return page("incidents/ask.html", **_asking(form, case, offered, minute))
    note_opening(by, vault, case)
    return page("incidents/ask.html", **_asking(form, case, offered, minute))


def _ask_again(form: AskForm, last: Intervention, mediator: Mediator) -> None:
    """Put into the form what the last mediator was asked, for the next one."""
    form.mediator.data, form.station.data = mediator.account, last.station
    form.requests.data = [asked.kind for asked in last.asked if not asked.result]
    form.persons.data = list(last.persons)
    form.call_name.data, form.call_phone.data = last.call_name, last.call_phone


def _asking(form: AskForm, case: Case, offered: list[Mediator], minute: int) -> dict[str, Any]:
    record, able = case.record, who_may_be_offered(case.record)
    numbers = numbers_of(mediator.account for mediator in offered)
    unasked = not_confirmed(record)
    return {
        "form": form,
        "case": case,
        "not_offered": _not_offered(case),
        "agreed": may_be_asked(record),
        "others": [
            person.code
            for person in record.persons
            if not may_be_asked_for(record, person.id, [RELEASE])
        ],
        "unwilling": [
            person.code for person in record.persons if wants(record, person.id, MEDIATION) is False
        ],
        "to_ask": [person.code for person in able if person.id in to_ask(record)],
        "gate_shut": is_shut(record),
        "not_asked_for": [
            WANTED_NAMES[wish]
            for wish in record.wanted
            if wish in REQUESTS and wish not in requests_open(record)
        ],
        "own_yes_missing": CHARGE in requests_open(record)
        and CHARGE not in requests_offered(record),
        # Nobody on record: then the answer was for the case.
        "unasked": record.codes_of(unasked) or [""] * bool(unasked),
        "notes": {
            mediator.account: " · ".join(
                filter(
                    None,
                    (
                        _("Police") if mediator.police else "",
                        _("on duty now") if mediator.on_duty(minute) else _("not on duty now"),
                        directory_words.phone_text(numbers[mediator.account])
                        if numbers.get(mediator.account)
                        else _("no number"),
                        ", ".join(str(words.LANGUAGE.get(code, code)) for code in mediator.spoken),
                        "; ".join(
                            f"{days} {hours}"
                            for days, hours in directory_words.hours_lines(mediator.stretches)
                        ),
                    ),
                )
            )
            for mediator in offered
        },
    }


def may_be_asked(record: Record) -> bool:
    """True if a mediator may be asked about anybody in a case."""
    if record.persons:
        return bool(who_may_be_offered(record))
    return may_ask(record) and wants(record, "", MEDIATION) is not False


@case_page("/m/<intervention_id>/next", "incidents.edit", "POST")
def ask_next(by: Actor, vault: OpenVault, case: Case, intervention_id: str) -> ResponseReturnValue:
    """Ask the next mediator for what the last was asked, if she is still the one who was offered,
    and nobody saved the case since; on the page with the questions of safety if they are asked."""
    offered = _next_mediator(case)
    shown = (intervention_id, request.form.get("mediator"))
    if offered is None or (offered[0].id, offered[1].account) != shown:
        flash(_("Something was answered, or somebody was asked, meanwhile. Look at it again."))
        return to("case")
    last, codes = offered[0], case.record.codes
    if asks_safety(case.record, last.persons):
        flash(_("Nobody is asked yet: answer the three questions below first."))
        return to("ask_mediator")
    again = Request(
        offered[1].account,
        tuple(asked.kind for asked in last.asked if not asked.result),
        last.station,
        last.call_name,
        last.call_phone,
        tuple(person for person in last.persons if person in codes),
    )
    version = request.form.get("version", 0, type=int)
    with FlashedProblems():
        mediation.ask_mediator(by, vault, case.reference, again, version=version)
        flash(_("The mediator can read it now."))
    return to("case")


@blueprint.post("/<reference>/m/<intervention_id>/withdraw")
@allow("incidents.edit")
@require_vault
def withdraw_request(reference: str, intervention_id: str) -> ResponseReturnValue:
    """Take a request back before it was answered."""
    with FlashedProblems():
        mediation.withdraw_request(current_actor(), the_vault(), reference, intervention_id)
        flash(_("The request is taken back."))
    return to("case")


def _part(case: Case, actor: Actor) -> dict[str, object] | None:
    record = case.record
    may_edit = actor.may("incidents.edit") and case.state not in ("closed", "shredded")
    if not record.interventions and not may_edit:
        return None
    codes = record.codes
    return {
        "interventions": record.interventions,
        "steps": wording.steps_text,
        "phone_text": phone_text,
        "phones": {
            account: phone_text(phone)
            for account, phone in numbers_of(
                intervention.mediator for intervention in record.interventions if intervention.brief
            ).items()
        },
        **_offer(case, may_edit=may_edit),
        "names": account_names(intervention.mediator for intervention in record.interventions),
        "requests": REQUEST_NAMES,
        "responses": RESPONSE_NAMES,
        "result": wording.result_text,
        "codes": lambda one: [codes[key] for key in one.persons if key in codes],
        "may_edit": may_edit,
        "may_ask": may_edit and may_be_asked(record),
        "unwilling": [
            person.code for person in record.persons if wants(record, person.id, MEDIATION) is False
        ],
        "gate_shut": is_shut(record),
        "ended": [
            intervention
            for intervention in record.interventions
            if intervention.response == "ended"
        ],
        "unasked": bool(not_confirmed(record)),
        "who_is_free": somebody_is_free(record) and may_edit,
    }


def _offer(case: Case, *, may_edit: bool) -> dict[str, Any]:
    """The next mediator, if one is offered: her account and name, after which request."""
    offered = _next_mediator(case) if may_edit and may_be_asked(case.record) else None
    if offered is None:
        waits = wants_the_next(case.record, utc_now()) if may_edit else None
        return {"next": None, "nobody_left": waits is not None}
    last, mediator = offered
    name = account_names([mediator.account]).get(mediator.account, "")
    return {"next": (last, mediator.account, name), "nobody_left": False, "version": case.version}


def _asks_another(case: Case, actor: Actor) -> bool:
    """True if somebody is held, and to ask a mediator is not what comes next already."""
    record = case.record
    is_open = case.state not in OVER and actor.may("incidents.edit")
    another = bool(whom_to_free(record)) and urgent_step(record) != ASK_MEDIATOR
    return is_open and another and may_be_asked(record)


ASK = CaseAction(_l("Ask a mediator"), "incidents.ask_mediator", 5, _asks_another)
SECTION = CaseSection("mediation", _l("Mediation"), "incidents/mediation_part.html", 40, _part)


def stations() -> list[tuple[str, str]]:
    """The stations of the list."""
    return [(station.public_id, station.name) for station in organisations(["station"])]


@case_page("/v", "incidents.edit")
def bail(actor: Actor, vault: OpenVault, case: Case) -> ResponseReturnValue:
    """Write down cash bail."""
    form = BailForm()
    form.offer(case.record, stations())
    if request.method == "GET":
        note_opening(actor, vault, case)
    elif form.validate():
        with form.showing_problems():
            write_down_bail(actor, vault, case.reference, form.bail())
            return to("bail", _("Saved."))
    return page("incidents/bail.html", form=form, case=case, **_bail_part(case, actor))


@case_page("/v/<bail_id>", "incidents.edit")
def correct_bail(actor: Actor, vault: OpenVault, case: Case, bail_id: str) -> ResponseReturnValue:
    """Correct what is written down, or say that it was given back."""
    bail = by_id(case.record.bail, bail_id)
    form = BailForm()
    form.changed_meanwhile = bail is None
    # Taken off meanwhile, if a page showed it: else it never was.
    if bail is None and not form.version_shown():
        raise NotFound
    form.offer(case.record, stations(), bail)
    if request.method == "GET":
        note_opening(actor, vault, case)
    elif form.validate() and bail is not None:
        with form.showing_problems():
            write_down_bail(actor, vault, case.reference, form.bail(), version=form.version_shown())
            return to("bail", _("Saved."))
        if form.changed_meanwhile:
            case = case_again(case.reference)
            bail = by_id(case.record.bail, bail_id)
    if bail is None:
        # What was typed can be written down anew.
        name, part = "incidents/bail.html", _bail_part(case, actor)
    else:
        name, part = "incidents/bail_correct.html", {"bail": bail, "places": PLACE_NAMES}
    return page(
        name,
        form=form,
        case=case,
        **{"called": lambda key: participant_label(case.record, key) if key else "", **part},
    )


@case_page("/v/<bail_id>/x", "incidents.edit")
def remove_bail(actor: Actor, vault: OpenVault, case: Case, bail_id: str) -> ResponseReturnValue:
    """Take off what was written down wrongly; asked once more first."""
    bail = by_id(case.record.bail, bail_id)
    version = request.args.get("v", 0, type=int)
    if request.method == "POST":
        if bail is None:
            # Sent twice, the second finds it gone.
            return to("bail")
        with FlashedProblems(CaseChangedMeanwhile, tone="message"):
            take_off_bail(actor, vault, case.reference, bail.id, version=version)
            return to("bail", _("Taken off."))
        return to("correct_bail")
    return render_template(
        "incidents/bail_remove.html",
        case=case,
        bail=one_or_404(bail),
        version=version or case.version,
    )


def _bail_part(case: Case, _actor: Actor) -> Mapping[str, Any]:
    record = case.record
    return {
        "written": record.bail,
        "places": PLACE_NAMES,
        "called": lambda key: participant_label(record, key) if key else "",
        "demanded": names.ACT_NAMES["M1"],
    }


BAIL_SECTION = CaseSection(
    "bail",
    _l("Cash bail"),
    "incidents/bail_part.html",
    57,
    _bail_part,
    endpoint="incidents.bail",
    link=_l("Write it down or correct it"),
)


@blueprint.get("/b")
@allow("incidents.briefs")
@leaves_no_trace
def briefs() -> ResponseReturnValue:
    """The actor's own briefs, which she has read then, and whether she can be called."""
    mediation.mark_read(current_actor())
    return _briefs()


def _briefs(brief_id: str = "", form: ResultForm | None = None) -> ResponseReturnValue:
    by = current_actor()
    ended = set(ended_briefs(by).values())

    def form_of(brief: Brief, kind: str) -> ResultForm:
        if form is not None and (brief.public_id, kind) == (brief_id, form.kind):
            return form
        return result_form(kind, brief.people)

    return page(
        "incidents/briefs.html",
        form=form,
        briefs=own_briefs(by),
        ended=ended - {SETTLED},
        left=LEFT,
        settled=SETTLED in ended,
        duty=queries_mediation.own_duty(by),
        requests=REQUEST_NAMES,
        results=RESULTS,
        buttons=RESULT_BUTTONS,
        said=wording.told_text,
        form_of=form_of,
        phone_text=phone_text,
    )


@blueprint.post("/b/d")
@allow("incidents.briefs")
def own_duty() -> ResponseReturnValue:
    """Say whether one can be called."""
    set_own_duty(current_actor(), active=request.form.get("active") == "1")
    return to("briefs", _("Saved."))


_ACCEPTS = {"yes": True, "no": False, "talk": None, "not_yet": True}


@blueprint.post("/b/<brief_id>/answer")
@allow("incidents.briefs")
@leaves_no_trace
def answer_brief(brief_id: str) -> ResponseReturnValue:
    """Say that one goes, needs to talk, can't, or that nothing came of it yet."""
    by, answer = current_actor(), request.form.get("answer", "")
    if queries_mediation.is_over(by, brief_id):
        # It ended while its page was open, as the list says; or it was sent twice.
        return to("briefs")
    # Of what is refused nothing stays, not even who to call.
    brief = own_brief(by, brief_id)
    if answer not in _ACCEPTS:
        return to("briefs")
    call = {"name": brief.call_name, "phone": phone_text(brief.call_phone)}
    if answer == "not_yet":
        mediation.say_not_yet(by, brief_id)
        return to("briefs", _("Thank you. Say here what comes of it."))
    if answer == "no" and "sure" not in request.form:
        return _sure(brief, {"answer": "no"}, _("I can’t"))
    mediation.answer_brief(by, brief_id, accepts=_ACCEPTS[answer])
    told = {
        "yes": _("Thank you. Call the programme if anything is unclear."),
        "no": _(
            "The programme will ask somebody else."
            " If you can help after all, call %(name)s: %(phone)s.",
            **call,
        ),
    }
    talk = _("The programme reads that you want to talk. Call %(name)s: %(phone)s.", **call)
    return to("briefs", told.get(answer, talk))


def _sure(brief: Brief, sent: Mapping[str, object], label: object) -> ResponseReturnValue:
    """Ask once more before what is asked is deleted."""
    endpoint = "answer_brief" if "answer" in sent else "close_brief"
    return render_template(
        "incidents/brief_sure.html", brief=brief, sent=sent, label=label, endpoint=endpoint
    )


@blueprint.post("/b/<brief_id>/close")
@allow("incidents.briefs")
@leaves_no_trace
def close_brief(brief_id: str) -> ResponseReturnValue:
    """Say what came of one request; before the last is said, and all deleted, asked once more."""
    by = current_actor()
    if queries_mediation.is_over(by, brief_id):
        # It ended while its page was open, as the list says; or it was sent twice.
        return to("briefs")
    brief = own_brief(by, brief_id)
    kind, result = request.form.get("kind", ""), request.form.get("result", "")
    if kind not in brief.requests or result not in RESULTS[kind]:
        return to("briefs")
    form = result_form(kind, brief.people, sent=result != "none")
    if result != "none" and not form.validate():
        return _briefs(brief_id, form)
    told = form.told(result)
    if brief.ends_with(told) and "sure" not in request.form:
        sent = {"kind": kind, "result": result, "count": told.count}
        return _sure(brief, sent, wording.told_text(told, brief.people))
    mediation.close_brief(by, brief_id, [told])
    if brief.ends_with(told):
        return to("briefs", _("Thank you. What was asked is deleted here now."))
    return to("briefs", _("Thank you. The programme reads it now."))


ENTRY = Entry(_l("Mediators on duty"), "incidents.duty_list", 20, "incidents.duty")


def _said() -> dict[str, Any]:
    minute = minute_of_week(to_local(utc_now()))
    return {
        "hours_lines": lambda one: directory_words.hours_lines(stretches_of(one)),
        "on_duty": lambda one: is_on_duty(one, minute),
        "phone_text": directory_words.phone_text,
        "phone_of": phone_of,
        "languages": words.LANGUAGE,
    }


@blueprint.get("/d")
@allow("incidents.duty")
def duty_list() -> ResponseReturnValue:
    """Everybody who mediates."""
    return render_template(
        "incidents/duty.html", listing=duty_listing(), police=police_accounts(), **_said()
    )


@blueprint.route("/d/new", methods=["GET", "POST"])
@allow("incidents.duty")
def add_mediator() -> ResponseReturnValue:
    """Put a peer educator on duty."""
    form = DutyForm()
    form.offer(stations(), possible_mediators())
    if form.validate_on_submit():
        with form.showing_problems():
            mediation.add_mediator(current_actor(), form.account.data, form.details())
            return to("duty_list", _("Saved."))
    return page("incidents/duty_edit.html", form=form, duty=None)


@blueprint.route("/d/<duty_id>", methods=["GET", "POST"])
@allow("incidents.duty")
def edit_mediator(duty_id: str) -> ResponseReturnValue:
    """Change when and where somebody mediates."""
    mediator = duty(duty_id)
    form = DutyForm()
    form.offer(stations(), None)
    if not form.is_submitted():
        form.fill(mediator)
    elif form.validate():
        with form.showing_problems():
            change_mediator(current_actor(), duty_id, form.details(), form.row_version_shown)
            return to("duty_list", _("Saved."))
    mediator = duty(duty_id)
    if form.changed_meanwhile:
        form.show_row_version(mediator.row_version)
        form.saved_meanwhile = _duty_saved(mediator)
    return page("incidents/duty_edit.html", form=form, duty=mediator)


def _duty_saved(found: Duty) -> list[tuple[str, str]]:
    phone = phone_of(found)
    return [
        (_("Number for this duty"), directory_words.phone_text(phone) if phone else _("None")),
        (
            _("Stations"),
            ", ".join(station.organisation.name for station in found.stations) or _("None"),
        ),
        (
            _("Hours"),
            "; ".join(
                f"{days} {hours}"
                for days, hours in directory_words.hours_lines(stretches_of(found))
            )
            or _("None"),
        ),
        (_("On duty"), _("Yes") if found.active else _("No")),
    ]


@blueprint.route("/d/<duty_id>/remove", methods=["GET", "POST"])
@allow("incidents.duty")
def remove_mediator(duty_id: str) -> ResponseReturnValue:
    """Take somebody off the list, after a question."""
    if request.method == "POST":
        # Sent twice, the second finds her gone.
        with suppress(web_NotFound):
            mediation.remove_mediator(current_actor(), duty_id)
        return to("duty_list", _("Removed from the list of mediators."))
    return render_template("incidents/duty_remove.html", duty=duty(duty_id))
