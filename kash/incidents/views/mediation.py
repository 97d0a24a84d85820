"""Asking a mediator about a case."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.incidents import blueprint, mediation_words
from kash.incidents.forms.mediation import AskForm
from kash.incidents.names import REQUEST_NAMES, RESPONSE_NAMES, WANTED_NAMES
from kash.incidents.queries.cases import Case
from kash.incidents.queries.mediation import as_mediators, duties, numbers_of
from kash.incidents.rules.clocks import is_free, who_is_held
from kash.incidents.rules.her_choice import MEDIATION, to_ask, wants
from kash.incidents.rules.mediation import Mediator, may_mediate, somebody_is_free
from kash.incidents.rules.mediation_gate import (
    CHARGE,
    is_shut,
    requests_offered,
    requests_open,
    who_may_be_offered,
)
from kash.incidents.rules.record import Record
from kash.incidents.sections import CaseSection
from kash.incidents.services import mediation
from kash.incidents.services.cases import note_opening
from kash.incidents.services.mediation import AnsweredMeanwhile, Request
from kash.incidents.views.case_context import load_case, require_vault, the_vault
from kash.people import directory_words, words
from kash.people.rules.directory import minute_of_week
from kash.platform.database import utc_now
from kash.platform.web import current_actor, page
from kash.platform.web.account_names import account_names
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.formats import to_local
from kash.policy import Actor, allow


def _offered(case: Case, station: str) -> tuple[list[Mediator], int]:
    minute = minute_of_week(to_local(utc_now()))
    found = as_mediators(duties())
    return may_mediate(found, case.record, minute, station, seen=case.seen), minute


def _station_of(case: Case) -> tuple[str, list[tuple[str, str]]]:
    """The station of the first party that has one, and what can be chosen."""
    named = [
        (party.station, party.station_name) for party in case.record.parties if party.station_name
    ]
    choices = [("", _("None"))] + [(name, name) for _id, name in dict(named).items()]
    return (named[0][0] if named else ""), choices


@blueprint.route("/<reference>/m", methods=["GET", "POST"])
@allow("incidents.edit")
@require_vault
def ask_mediator(reference: str) -> ResponseReturnValue:
    """Choose a mediator and what she is asked; she reads nothing else of the case."""
    by, vault, case = load_case(reference)
    station, choices = _station_of(case)
    offered, minute = _offered(case, station)
    names = account_names(one.account for one in offered)
    form = AskForm()
    able, open_requests = who_may_be_offered(case.record), requests_offered(case.record)
    form.offer_requests(open_requests)
    form.mediator.choices = [(one.account, names.get(one.account, "")) for one in offered]
    form.station.choices = choices
    form.persons.choices = [(one.id, one.code) for one in able]
    if not form.is_submitted():
        form.station.data = choices[1][0] if len(choices) > 1 else ""
        form.call_name.data = account_names([by.public_id]).get(by.public_id, "")
        # For those who were not asked what they want nothing but a release can be asked.
        later = set(to_ask(case.record)) - {one.id for one in who_is_held(case.record)}
        form.persons.data = [
            one.id for one in able if one.id not in later and not is_free(case.record, one)
        ]
        form.requests.data = [one for one in case.record.wanted if one in open_requests]
    elif form.validate():
        with form.showing_problems():
            mediation.ask_mediator(
                by,
                vault,
                reference,
                Request(
                    mediator=form.mediator.data,
                    requests=tuple(form.requests.data),
                    station=form.station.data,
                    call_name=form.call_name.data,
                    call_phone=form.call_phone.data or "",
                    persons=tuple(form.persons.data),
                ),
            )
            flash(_("The mediator can read it now."))
            return redirect(url_for("incidents.case", reference=reference), 303)
    else:
        # Her page was noted when it was asked for.
        return page("incidents/ask.html", **_asking(form, case, offered, minute))
    note_opening(by, vault, case)
    return page("incidents/ask.html", **_asking(form, case, offered, minute))


def _asking(form: AskForm, case: Case, offered: list[Mediator], minute: int) -> dict[str, Any]:
    record, able = case.record, who_may_be_offered(case.record)
    numbers = numbers_of(one.account for one in offered)
    unasked = [one.code for one in able if case.record.is_unasked("mediation", one.id)]
    return {
        "form": form,
        "case": case,
        "agreed": may_be_asked(record),
        "others": [
            one.code for one in record.persons if not record.consents_to("mediation", one.id)
        ],
        "unwilling": [
            one.code for one in record.persons if wants(record, one.id, MEDIATION) is False
        ],
        "to_ask": [one.code for one in able if one.id in to_ask(record)],
        "gate_shut": is_shut(record),
        "not_asked_for": [
            WANTED_NAMES[one] for one in record.wanted if one not in requests_open(record)
        ],
        "own_yes_missing": CHARGE in requests_open(record)
        and CHARGE not in requests_offered(record),
        # Nobody on record: then the answer was for the case.
        "unasked": unasked or ([""] if case.record.is_unasked("mediation") and not able else []),
        "notes": {
            one.account: " · ".join(
                filter(
                    None,
                    (
                        _("Police") if one.police else "",
                        _("on duty now") if one.on_duty(minute) else _("not on duty now"),
                        directory_words.phone_text(numbers[one.account])
                        if numbers.get(one.account)
                        else _("no number"),
                        ", ".join(str(words.LANGUAGE.get(code, code)) for code in one.spoken),
                        "; ".join(
                            f"{days} {hours}"
                            for days, hours in directory_words.hours_lines(one.stretches)
                        ),
                    ),
                )
            )
            for one in offered
        },
    }


def may_be_asked(record: Record) -> bool:
    """True if a mediator may be asked about anybody in a case."""
    if record.persons:
        return bool(who_may_be_offered(record))
    return record.consents_to("mediation") and wants(record, "", MEDIATION) is not False


@blueprint.post("/<reference>/m/<intervention_id>/withdraw")
@allow("incidents.edit")
@require_vault
def withdraw_request(reference: str, intervention_id: str) -> ResponseReturnValue:
    """Take a request back before it was answered."""
    with FlashedProblems(AnsweredMeanwhile):
        mediation.withdraw_request(current_actor(), the_vault(), reference, intervention_id)
        flash(_("The request is taken back."))
    return redirect(url_for("incidents.case", reference=reference), 303)


def _part(case: Case, actor: Actor) -> dict[str, object] | None:
    record = case.record
    may_edit = actor.may("incidents.edit") and case.state not in ("closed", "shredded")
    if not record.interventions and not may_edit:
        return None
    codes = {one.id: one.code for one in record.persons}
    return {
        "interventions": record.interventions,
        "names": account_names(one.mediator for one in record.interventions),
        "requests": REQUEST_NAMES,
        "responses": RESPONSE_NAMES,
        "result": mediation_words.result_text,
        "codes": lambda one: [codes[key] for key in one.persons if key in codes],
        "may_edit": may_edit,
        "may_ask": may_edit and may_be_asked(record),
        "unwilling": [
            one.code for one in record.persons if wants(record, one.id, MEDIATION) is False
        ],
        "gate_shut": is_shut(record),
        "ended": [one for one in record.interventions if one.response == "ended"],
        "unasked": record.is_unasked("mediation"),
        "who_is_free": somebody_is_free(record) and may_edit,
    }


SECTION = CaseSection("mediation", _l("Mediation"), "incidents/mediation_part.html", 40, _part)
