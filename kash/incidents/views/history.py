"""Her first account beside today's record, changes since, and how the account was taken. Page of a
case on who is held and what came of each limit of time. Officers on duty: who is told when
somebody is held, in which order, and how drills went. The page on which the contact outside the
programme is proposed and agreed to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from pydantic import ValidationError

from kash.incidents import blueprint, names, wording
from kash.incidents.documents import FIRST_ACCOUNT_FILE_NAME, archive
from kash.incidents.filing_words import sentence_text
from kash.incidents.forms.casework import (
    AccountForm,
    DrillsForm,
    DutyNumberForm,
    LimitsForm,
    NumberForm,
    OfficerForm,
    OutsideForm,
    RedactForm,
    TakingForm,
    TryForm,
    WhyForm,
    limits_form,
)
from kash.incidents.queries import letterbox as queries
from kash.incidents.queries.cases import (
    Case,
    KeptAccount,
    all_accounts_of,
    history_of,
    who_keeps_accounts,
    whom_accounts_tell_of,
)
from kash.incidents.queries.letterbox import court_days, sentences_let_out
from kash.incidents.queries.mediation import (
    mediators_on_duty,
    nobody_decides,
    numbers_to_ring,
    officers_numbers,
    services_near,
)
from kash.incidents.queries.officers import outside_contact, proposed_contacts, standings
from kash.incidents.rules.casework import NOT_KNOWN, OVER, asks_why
from kash.incidents.rules.clocks import clocks_of, may_be_given_up, who_is_held
from kash.incidents.rules.filing import ARRESTS, EXPOSURES
from kash.incidents.rules.line_of_time import line_of_time, sentences_of
from kash.incidents.rules.parts import by_id
from kash.incidents.rules.record import Record, Taking
from kash.incidents.rules.totals import PATIENCE, in_order
from kash.incidents.sections import CaseSection, Entry
from kash.incidents.services import alerts as services
from kash.incidents.services import one_line
from kash.incidents.services.alerts import agree_to_contact, propose_contact, why_another
from kash.incidents.services.cases import note_opening
from kash.incidents.services.documentation import ask_not_known, note_try, tell_what_came
from kash.incidents.services.mediation import give_account as given_account
from kash.incidents.services.mediation import say_how_taken
from kash.incidents.services.redacting import ask_redaction
from kash.incidents.services.saved_views import STAYS_HERE, CaseChangedMeanwhile
from kash.incidents.views.cases import case_again, case_page, to
from kash.incidents.views.consents import asked
from kash.incidents.views.documentation import ShownChanges
from kash.incidents.views.evidence import codes_of, papers_for, value_label
from kash.people import words as directory_words
from kash.people.rules.directory import minute_of_week, open_at
from kash.platform.approvals.rules import Standing
from kash.platform.database import utc_now
from kash.platform.messages import sms_is_set_up
from kash.platform.vault import OpenVault
from kash.platform.web import current_actor, download, page
from kash.platform.web.account_names import account_names
from kash.platform.web.commands import CaughtProblem, FlashedProblems
from kash.platform.web.errors import Problem, one_or_404
from kash.platform.web.formats import local_today, to_local, zone
from kash.platform.web.lists import paged
from kash.policy import Actor, allow

_PER_PAGE = 20


@case_page("/h", "incidents.see", "GET")
def changes(actor: Actor, vault: OpenVault, case: Case) -> ResponseReturnValue:
    """Her first account beside today's, and every change since."""
    note_opening(actor, vault, case, "changes_opened")
    first_accounts, changed, damaged = history_of(vault, case)
    listing = paged(changed, per_page=_PER_PAGE)
    shown = ShownChanges(listing.rows, case.record)
    who = {change.by for change in listing.rows}
    for account in first_accounts:
        who |= {account.account.author, account.account.kept_by}
    who |= whom_it_names(case.record)
    return page(
        "incidents/changes.html",
        case=case,
        accounts=[(account, pairs(account, case.record)) for account in first_accounts],
        changes=[(change, shown.places(change)) for change in listing.rows],
        listing=listing,
        damaged=damaged,
        names=account_names(who - {""}),
        taking=told(case.record.taking),
        may_edit=actor.may("incidents.edit") and case.state not in OVER,
        may_ask=actor.may("incidents.edit"),
    )


def whom_it_names(record: Record) -> set[str]:
    """Accounts of those who took words out, or gave the first account out."""
    who = {account for removal in record.taken_out for account in (removal.by, removal.second)}
    return who | {handover.by for handover in record.accounts_given}


@case_page("/h/out", "incidents.edit", fresh=True)
def give_account(actor: Actor, vault: OpenVault, case: Case) -> ResponseReturnValue:
    """Give her first account to somebody outside, once it is said who gets it and why."""
    form = AccountForm()
    accounts = all_accounts_of(vault, case.record)
    stays = who_keeps_accounts(case.record, accounts) if accounts else []
    papers, unasked = papers_for(case.record, whom_accounts_tell_of(case.record, accounts))
    form.offer_papers(papers)
    if form.is_submitted() and stays:
        raise Problem(STAYS_HERE)
    if form.validate_on_submit():
        with form.showing_problems():
            paper, reason = form.court_paper, form.more.data
            case, accounts = given_account(actor, vault, case.reference, paper, reason)
            package = archive(case.record, accounts, case.record.accounts_given[-1])
            return download(package, name=FIRST_ACCOUNT_FILE_NAME, type="application/zip")
    if not form.is_submitted():
        note_opening(actor, vault, case)
    return page(
        "incidents/give_account.html",
        form=form,
        case=case,
        accounts=accounts,
        papers=papers,
        unasked=unasked,
        stays=codes_of(case.record, stays),
    )


@case_page("/h/words", "incidents.edit", fresh=True)
def redact(actor: Actor, vault: OpenVault, case: Case) -> ResponseReturnValue:
    """Ask that words are taken out of all that is kept of a case."""
    form = RedactForm()
    if form.validate_on_submit():
        with form.showing_problems():
            ask_redaction(actor, vault, case.reference, form.lines(), form.reason.data)
            return asked()
    return page("incidents/redact.html", form=form, case=case, nobody=nobody_decides(actor, case))


@case_page("/t", "incidents.edit")
def taking(actor: Actor, vault: OpenVault, case: Case) -> ResponseReturnValue:
    """Say how the account was taken."""
    form = TakingForm()
    if request.method == "GET":
        note_opening(actor, vault, case)
        form = TakingForm(formdata=None, data=_known(case.record).model_dump())
        form.version.data = str(case.version)
    elif form.validate():
        with form.showing_problems():
            say_how_taken(
                actor, vault, case.reference, form.version_shown(), form.taking(), form.why.data
            )
            return to("case", _("Saved."))
        if form.changed_meanwhile:
            case = case_again(case.reference)
            form.version.data, form.version.raw_data = str(case.version), None
    return page(
        "incidents/taking.html",
        form=form,
        case=case,
        languages=names_of_languages(),
        asks_why=asks_why(case.record) and case.record.taking.is_said(),
        said_before=case.record.taking.is_said(),
        over=case.state in OVER,
    )


def names_of_languages() -> list[str]:
    """Languages that are offered while one is typed."""
    return ["Dholuo", "English", "Kiswahili", "Ekegusii", "Luluhya", _("Sign language")]


def _known(record: Record) -> Taking:
    """Taking as it was told, and where nothing was, as far as the record says it already."""
    if record.taking.is_said() or not record.information:
        return record.taking
    source = record.information[0].source
    return Taking(told_by=source if source in names.SOURCE_NAMES else "")


def pairs(kept: KeptAccount, record: Record) -> list[dict[str, str]]:
    """A first account beside today's record, part by part; parts that neither has are left out."""
    try:
        first = kept.account.as_record(zone())
    except ValidationError:
        return []
    then, now = _parts(first), _parts(record)
    return [
        {"label": str(label), "first": then[label], "today": now[label]}
        for label in then
        if then[label] or now[label]
    ]


def _parts(record: Record) -> dict[Any, str]:
    happening, place = record.happening, record.place
    days_known = [day for day in (happening.begun_on, happening.ended_on) if day]
    days = [value_label("day", day, record) for day in days_known]
    wanted = [value_label("wanted", record.wanted, record)] if record.wanted else []
    return {
        _("When"): ", ".join(filter(None, [*days, happening.about_when])),
        _("Where"): ", ".join(filter(None, [place.ward, place.place])),
        _("Who it was done to"): ", ".join(
            f"{person.code}: {names.AGE_BAND_NAMES.get(person.age_band, person.age_band)}"
            for person in record.persons
        ),
        _("Who took part on the other side"): "\n".join(
            ", ".join(
                filter(
                    None,
                    [
                        str(names.PARTY_KIND_NAMES.get(party.kind, party.kind)),
                        party.station_name,
                        party.service_number,
                        party.description,
                    ],
                )
            )
            for party in record.parties
        ),
        _("What was done"): "\n".join(
            ": ".join(
                filter(None, [str(names.ACT_NAMES.get(act.code, act.code)), act.circumstances])
            )
            for act in record.acts
        ),
        _("In her words"): record.narrative,
        _("What is asked for"): "\n".join(filter(None, [*wanted, record.asked_for])),
        _("Who told of it"): ", ".join(
            str(names.SOURCE_NAMES.get(source.source, source.source))
            for source in record.information
        ),
    }


def told(taking: Taking) -> list[tuple[Any, str]]:
    """Labels and words on how an account was taken."""

    def words(codes: list[str], called: Mapping[str, Any]) -> str:
        return ", ".join(str(called.get(code, code)) for code in codes if code)

    pairs_told = [
        (_("Language"), taking.language),
        (_("Who told it"), words([taking.told_by], names.SOURCE_NAMES)),
        (_("Who interpreted"), words([taking.interpreter], wording.INTERPRETER_NAMES)),
        (_("Read back to her"), words([taking.read_back], wording.READ_BACK_NAMES)),
        (_("Who else was there"), words(taking.present, wording.PRESENT_NAMES)),
        (_("Told before to"), words(taking.told_before, wording.TOLD_BEFORE_NAMES)),
    ]
    return [(label, text) for label, text in pairs_told if text]


def _part(case: Case, actor: Actor) -> Mapping[str, Any]:
    taking = case.record.taking
    before = [str(wording.TOLD_BEFORE_NAMES[code]) for code in taking.was_taken_down()]
    return {
        "taking": told(taking),
        "before": ", ".join(before),
        "kept": bool(case.record.first_accounts),
        "waits": bool(case.screens) or case.state == "draft",
        "names": account_names(accounts) if (accounts := whom_it_names(case.record)) else {},
        "may_edit": actor.may("incidents.edit") and case.state not in OVER,
    }


SECTION = CaseSection(
    "account", _l("Her first account"), "incidents/first_account_part.html", 20, _part, beside=True
)


def _time_part(case: Case, _actor: Actor) -> Mapping[str, Any] | None:
    line = line_of_time(case.record)
    if not line:
        return None
    told = sentences_let_out(case.reference)
    return {
        "steps": [(step, wording.time_step_text(step)) for step in line],
        "span_text": wording.span_text,
        # A sentence of which the line tells more by now: so many were free before.
        "told_before": [code for code in told or () if code not in sentences_of(line)],
        "told": told,
        "sentence_text": sentence_text,
    }


TIME_SECTION = CaseSection("time", _l("Line of time"), "incidents/time_part.html", 5, _time_part)


@case_page("/1/r", "incidents.edit", "POST")
def let_her_read(actor: Actor, vault: OpenVault, case: Case) -> ResponseReturnValue:
    """Let the holder of the receipt read a sentence."""
    with FlashedProblems(CaseChangedMeanwhile):
        one_line.let_her_read(actor, vault, case.reference, request.form.get("sentence", ""))
        flash(_("The receipt tells it now."))
    return to("case", _anchor="time")


@case_page("/1/r/x", "incidents.edit", "POST")
def take_sentence_back(actor: Actor, vault: OpenVault, case: Case) -> ResponseReturnValue:
    """Take such a sentence back."""
    one_line.take_sentence_back(actor, vault, case.reference, request.form.get("sentence", ""))
    return to("case", _("Taken back."), _anchor="time")


@case_page("/j/<person>", "incidents.edit")
def limits(actor: Actor, vault: OpenVault, case: Case, person: str) -> ResponseReturnValue:
    """Say what came of somebody's limits of time, or note a try to hear of her."""
    tried = TryForm() if "what" in request.form else TryForm(formdata=None)
    why = WhyForm() if "reason" in request.form else WhyForm(formdata=None)
    form = LimitsForm()
    if request.method == "GET":
        note_opening(actor, vault, case)
    elif "what" in request.form:
        if tried.validate():
            with tried.showing_problems():
                what, heard = tried.what.data, bool(tried.heard.data)
                note_try(actor, vault, case.reference, person, what, heard=heard)
                return to("limits", _("Saved."))
    elif "reason" in request.form:
        if why.validate():
            with why.showing_problems():
                ask_not_known(actor, vault, case.reference, person, why.reason.data)
                return asked()
    elif form.validate():
        with form.showing_problems():
            tell_what_came(actor, vault, case.reference, form.said(person), form.row_version_shown)
            return to("limits", _("Saved."))
        if form.changed_meanwhile:
            case = case_again(case.reference)
            form.show_row_version(case.version)
    record = case.record
    somebody = one_or_404(by_id(record.persons, person))
    if request.method == "GET" or {"what", "reason"} & set(request.form):
        form = limits_form(somebody, case.version)
    acts, now = {act.code for act in record.acts}, utc_now()
    answer, status = page(
        "incidents/limits.html",
        form=form,
        tried=tried,
        why=why,
        case=case,
        person=somebody,
        says=wording,
        now=now,
        clocks=[
            clock
            for clock in clocks_of(record, zone(), court_days())
            if person in clock.persons and case.state not in OVER
        ],
        held=somebody in who_is_held(record),
        over=case.state in OVER,
        asks_court=bool(somebody.arrested_at or ARRESTS & acts or record.filing.held),
        asks_medicine=bool(somebody.exposed_at or EXPOSURES & acts),
        told_at=wording.told_at,
        may_give_up=may_be_given_up(somebody),
        waits=next(
            (
                proposal
                for proposal in record.proposals
                if (proposal.act, proposal.about) == (NOT_KNOWN, person)
            ),
            None,
        ),
        nobody=nobody_decides(actor, case),
        names=account_names({attempt.by for attempt in somebody.tries}),
    )
    return answer, 409 if form.changed_meanwhile else 422 if tried.errors or why.errors else status


ENTRY = Entry(_l("Officers on duty"), "incidents.officers", 25, "incidents.duty")


def _said(form: DrillsForm) -> dict[str, Any]:
    minute = minute_of_week(to_local(utc_now()))
    roster, others = queries.roster(), queries.also_told()
    order = [officer for officer in in_order(roster, minute) if officer.active]
    names_told = {officer.account: officer.name for officer in roster} | others
    missed = {
        key: ring
        for key, ring in queries.rings().items()
        if ring.failed or ring.unsure or not ring.reached
    }
    return {
        "form": form,
        "roster": roster,
        "others": others,
        "numbers": officers_numbers(names_told),
        "ringing": numbers_to_ring(names_told),
        "missed": [
            (name, missed[key])
            for key, name in (account_names(set(missed)) if missed else {}).items()
        ],
        "phone_text": directory_words.phone_text,
        "first": order[0].account if order else "",
        "on_duty": lambda one: one.is_on_duty(minute),
        "hours_lines": lambda one: directory_words.hours_lines(one.stretches),
        "answered": queries.answered_since(local_today()),
        "drills": queries.drills_a_week(),
        "can_tell": services.can_tell(),
        "sms": sms_is_set_up(),
        "duty_number": queries.duty_number(),
        "number_waits": bool(queries.proposed_numbers()),
        "patience": PATIENCE.seconds // 60,
    }


@blueprint.route("/o", methods=["GET", "POST"])
@allow("incidents.duty")
def officers() -> ResponseReturnValue:
    """Everybody who may be told, in order, and how many drills come."""
    form = DrillsForm()
    if form.validate_on_submit():
        services.set_drills(current_actor(), form.drills.data or 0)
        return to("officers", _("Saved."))
    if not form.is_submitted():
        form.drills.data = queries.drills_a_week()
    body = render_template("incidents/officers.html", **_said(form))
    return body, 422 if form.errors else 200


@blueprint.route("/o/n", methods=["GET", "POST"])
@allow("incidents.number")
def number() -> ResponseReturnValue:
    """The programme's own number: in use, what is proposed in its place, and a form for that."""
    actor, form, problem = current_actor(), DutyNumberForm(), ""
    if "agree" in request.form:
        form = DutyNumberForm(formdata=None)
        with CaughtProblem() as caught:
            services.agree_to_number(actor, request.form["agree"])
            return to(
                "number", _("Agreed. It is in use from now on. Print cards and leaflets anew.")
            )
        problem = caught.sentence
    elif form.validate_on_submit():
        with form.showing_problems():
            services.propose_number(actor, form.number.data or "")
            return to("number", _("Proposed. It is in use once a director or a custodian agrees."))
    proposed = queries.proposed_numbers().values()
    stand, agrees = standings(actor, proposed), actor.may("incidents.outside")
    answer, status = page(
        "incidents/number.html",
        form=form,
        in_use=queries.duty_number(),
        proposed=proposed,
        number_of=queries.number_of,
        phone_text=directory_words.phone_text,
        names=account_names({contact.by for contact in proposed}) if proposed else {},
        refused={
            contact.digest: why_another(
                stand.get(contact.digest, Standing.TIED) if agrees else Standing.ASKED
            )
            for contact in proposed
        },
        problem=problem,
    )
    return answer, 409 if problem else status


@blueprint.route("/o/<account>", methods=["GET", "POST"])
@allow("incidents.duty")
def officer(account: str) -> ResponseReturnValue:
    """Change when an officer is told, who before her, and at which number; of a custodian or a
    director the number alone."""
    name = queries.also_told().get(account)
    phone = officers_numbers([account]).get(account, "")
    if name is not None:
        number = NumberForm()
        if number.validate_on_submit():
            services.set_number(current_actor(), account, number.phone.data or "")
            return to("officers", _("Saved."))
        if not number.is_submitted():
            number.phone.data = phone
        return page("incidents/officer.html", form=number, name=name)
    on_roster = queries.on_roster(account)
    form = OfficerForm()
    if not form.is_submitted():
        form.fill(on_roster, phone)
    elif form.validate():
        services.set_duty(
            current_actor(),
            account,
            position=form.position.data or 1,
            hours=form.hours(),
            active=bool(form.active.data),
            phone=form.phone.data or "",
        )
        return to("officers", _("Saved."))
    return page("incidents/officer.html", form=form, name=on_roster.name)


SHEET_ENTRY = Entry(_l("Duty sheet"), "incidents.duty_sheet", 26, "incidents.duty")
# The hour at which nobody remembers a number.
_AT_NIGHT = 2 * 60 + 30
_TO_CALL = {"legal": _l("Advocates"), "pep": _l("Care after rape"), "clinic": _l("Clinics")}


@blueprint.get("/y/d")
@allow("incidents.duty")
def duty_sheet() -> ResponseReturnValue:
    """The rota on paper: for each night of the week the officers, mediators, advocates and clinics
    that can be called at 02:30, and everybody's hours and numbers."""
    actor, roster = current_actor(), queries.roster()
    mediators = mediators_on_duty(actor, _AT_NIGHT)
    called = {kind: list(services_near(actor, _AT_NIGHT, kind=kind)) for kind in _TO_CALL}
    nights = []
    for day in range(7):
        minute = day * 24 * 60 + _AT_NIGHT
        order = [officer for officer in in_order(roster, minute) if officer.active]
        nights.append(
            {
                "day": directory_words.day_name(day),
                "officers": [(one.name, one.is_on_duty(minute)) for one in order[:2]],
                "mediators": [
                    one["name"]
                    for one in mediators
                    if not one["stretches"] or open_at(one["stretches"], minute)
                ],
                "services": {
                    kind: [one.name for one in several if open_at(one.stretches, minute)]
                    for kind, several in called.items()
                },
            }
        )
    return page(
        "incidents/duty_sheet.html",
        nights=nights,
        roster=[officer for officer in roster if officer.active],
        numbers=officers_numbers([officer.account for officer in roster]),
        mediators=mediators,
        called=called,
        kinds=_TO_CALL,
        duty_number=queries.duty_number(),
        hours_lines=directory_words.hours_lines,
        phone_text=directory_words.phone_text,
        today=local_today(),
    )


OUTSIDE_ENTRY = Entry(_l("Contact outside"), "incidents.outside", 28, "incidents.outside")


@blueprint.route("/z", methods=["GET", "POST"])
@allow("incidents.outside")
def outside() -> ResponseReturnValue:
    """Contact outside as it is now, what is proposed, and a form for proposing."""
    actor, form, problem = current_actor(), OutsideForm(), ""
    if "agree" in request.form:
        form = OutsideForm(formdata=None)
        with CaughtProblem() as caught:
            agree_to_contact(actor, request.form["agree"])
            return to("outside", _("Agreed. It is shown to all who report from now on."))
        problem = caught.sentence
    elif form.validate_on_submit():
        propose_contact(actor, form.name.data, form.reach.data)
        return to("outside", _("Proposed. It is shown once another director or custodian agrees."))
    holds, proposed = outside_contact(), list(proposed_contacts().values())
    by = {hold.by for hold in (holds, *proposed) if hold is not None and hold.by}
    stand = standings(actor, proposed)
    answer, status = page(
        "incidents/outside.html",
        form=form,
        holds=holds,
        proposed=proposed,
        names=account_names(by) if by else {},
        refused={
            contact.digest: why_another(stand.get(contact.digest, Standing.TIED))
            for contact in proposed
        },
        problem=problem,
    )
    return answer, 409 if problem else status
