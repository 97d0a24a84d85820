"""Head of the page of a case that is for a custodian alone. Addresses of this room: a step of a
case by a number, and where addresses of before lead. The open vault, as every page of a case needs
it, and the case itself. The page of one case. Handing a case over to a custodian, with what
somebody is told before. Links of a case: other cases, and the workshop or meeting where it came up.
The register of cases: what waits for one, everything that is open, and finding anything."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import wraps
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask.sansio.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.routing import AnyConverter, Map, ValidationError
from wtforms import Form

from kash.accounts.members.vault_sessions import current_vault, require_vault
from kash.incidents import blueprint, names, wording
from kash.incidents.filing_words import WHOSE
from kash.incidents.forms.casework import CaseLineForm, CommentForm, ViewNameForm
from kash.incidents.forms.filing import ReceiptTextForm
from kash.incidents.queries.cases import Case, linked_to, open_case
from kash.incidents.queries.letterbox import (
    autosaves_left,
    court_days,
    open_alerts,
    owner_of,
    takes_texts,
)
from kash.incidents.queries.mediation import with_answers
from kash.incidents.queries.officers import (
    Officer,
    decides_alone,
    kept_away,
    officers,
    outside_contact,
)
from kash.incidents.queries.register import CaseRegister, RegisterLine, register
from kash.incidents.rules.casework import (
    ASK_HER,
    OVER,
    STEPS,
    Refusal,
    next_step,
    open_steps,
    refusal_of,
)
from kash.incidents.rules.clocks import asks_left, clocks_of, unset_clocks, who_is_held
from kash.incidents.rules.consents import PROGRAMME, WHO, WHOM, ForCustodian, Seen, for_custodian
from kash.incidents.rules.filing import MONEY, code_as_shown
from kash.incidents.rules.mediation import events_of, whom_to_free
from kash.incidents.rules.mediation_gate import (
    ASK_MEDIATOR,
    HEAR_MEDIATOR,
    NOTE_RESULT,
    standing_of,
    urgent_step,
)
from kash.incidents.rules.one_line import RELEASED, CaseLine, line_to_take_back, lines_of
from kash.incidents.rules.parts import Event, MemberAnswer, Person
from kash.incidents.rules.record import (
    Record,
    held_among_adults,
    minors_of,
    moments,
    to_ask_about_adults,
    unprotected,
)
from kash.incidents.rules.totals import (
    ALL,
    CLOCK_OVER,
    CLOCK_RUNS,
    LASTS,
    OPEN,
    QUEUE,
    Filters,
    Summary,
    Wanted,
    filters_from,
    wanted_words,
    what_keeps,
)
from kash.incidents.sections import CaseAction, Entry, actions_of, entries_for, sections_of
from kash.incidents.services import cases as assignment
from kash.incidents.services import one_line, receipts
from kash.incidents.services import saved_views as saved_views_services
from kash.incidents.services.alerts import note_look
from kash.incidents.services.cases import note_opening, note_search
from kash.incidents.services.saved_views import CaseChangedMeanwhile, saved_views
from kash.incidents.services.second_member import mark_urgent
from kash.people.words import phone_text
from kash.platform.database import utc_now
from kash.platform.vault import OpenVault
from kash.platform.web import Listing, current_actor, go, page
from kash.platform.web.account_names import account_names
from kash.platform.web.bodies import CONTROL_CHARACTERS
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.errors import one_or_404
from kash.platform.web.formats import local_today, zone
from kash.platform.web.guard import Moved, lead_on
from kash.platform.web.lists import ROWS, asked_for
from kash.platform.web.programme import LANGUAGES
from kash.policy import Actor, Role, allow


def guarded(case: Case, actor: Actor) -> dict[str, Any]:
    """Head of such a case, for its reader; nothing of one that is not for a custodian alone.

    Codes of those who are or may be under 18: all of them, those held among adults, those to ask
    about that, and those not reached by child protection. `alone`: a custodian reads it; `unread`:
    what a phone said of either does not open; `by_others`: another report that belongs to it makes
    it one for a custodian.
    """
    record = case.record
    programme = any(party.kind == PROGRAMME for party in record.parties)
    persons_held = who_is_held(record)
    return {
        "minors": _codes(minors_of(record)),
        "among_adults": _codes(held_among_adults(persons_held)),
        "to_ask": _codes(to_ask_about_adults(persons_held)),
        "unprotected": _codes(unprotected(record)),
        "alone": Role.CUSTODIAN in actor.roles,
        "programme": programme,
        "unread": not {WHO, WHOM}.isdisjoint(record.unread()),
        "by_others": for_custodian(record) is None and for_custodian(case.seen) is not None,
        "outside": outside_contact() if programme else None,
    }


def _codes(persons: Iterable[Person]) -> list[str]:
    return [person.code for person in persons]


# What a step is called in an address, where it must not say what becomes of a case.
STEP_NUMBERS = {verb: str(number) for number, verb in enumerate(STEPS, start=1)}
_VERBS = {number: verb for verb, number in STEP_NUMBERS.items()}


class StepConverter(AnyConverter):
    """The verb of a step, as a number in an address."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, *STEPS)
        self.regex = r"\d{1,2}"

    def to_python(self, value: str) -> str:
        """The verb of a number; a number of none leads nowhere."""
        if value not in _VERBS:
            raise ValidationError
        return _VERBS[value]

    def to_url(self, value: str) -> str:
        """The number of a verb. Raises ValueError if it is none."""
        return STEP_NUMBERS[super().to_url(value)]


@blueprint.record_once
def _know_steps(state: BlueprintSetupState) -> None:
    state.app.url_map.converters["step"] = StepConverter


moved = Blueprint("moved_incidents", __name__)
lead_on(
    moved,
    Moved(
        "/incidents",
        "/w",
        {
            "assign": "a",
            "briefs": "b",
            "case-file": "f",
            "consent-form.pdf": "c.pdf",
            "consents": "c",
            "declare": "k",
            "duty": "d",
            "evidence": "e",
            "file": "n",
            "form.pdf": "n.pdf",
            "help": "h",
            "identities": "i",
            "links": "l",
            "mediator": "m",
            "persons": "p",
            "receipt": "r",
            "referrals": "r",
            "shred": "x",
            "steps": "",
            "terms": "g",
        },
    ),
)


def the_vault() -> OpenVault:
    """The open vault of a view below `@require_vault`."""
    return one_or_404(current_vault())


def load_case(reference: str) -> tuple[Actor, OpenVault, Case]:
    """Actor, her open vault and the case of this address, with what mediators have answered since
    it was saved. Raises NotFound and Damaged."""
    actor, vault = current_actor(), the_vault()
    case = open_case(actor, vault, reference)
    case.record = with_answers(case.record)
    return actor, vault, case


def case_page(
    address: str, permission: str, *methods: str, fresh: bool = False
) -> Callable[[Callable[..., ResponseReturnValue]], Callable[..., ResponseReturnValue]]:
    """A page of one case, below its own: what `load_case` returns comes before the ids of the
    address. Its vault is open. It is asked for and sent, unless `methods` say otherwise."""

    def declare(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
        @require_vault
        @wraps(view)
        def loaded(reference: str, **ids: str) -> ResponseReturnValue:
            return view(*load_case(reference), **ids)

        page = allow(permission, fresh=fresh)(loaded)
        blueprint.route(f"/<reference>{address}", methods=methods or ["GET", "POST"])(page)
        return page

    return declare


# What comes next and is no step, and where it is done.
_BESIDE = {
    ASK_HER: ("incidents.her_choice", None),
    ASK_MEDIATOR: ("incidents.ask_mediator", None),
    HEAR_MEDIATOR: ("incidents.case", "mediation"),
    NOTE_RESULT: ("incidents.case", "one-line"),
}


def next_of(case: Case, actor: Actor) -> list[dict[str, Any]]:
    """All that comes next with a case, the first thing first: its words, where it is done, and if
    somebody else has to do it; empty if the actor only reads. While somebody is held a mediator is
    asked and heard before its usual step."""
    if case.state in OVER or not actor.may("incidents.edit"):
        return []
    standing = standing_of(case.record)
    usual = next_step(case.state, standing)
    steps: list[dict[str, Any]] = [
        {
            "url": url_for(_BESIDE[verb][0], reference=case.reference, _anchor=_BESIDE[verb][1]),
            "text": wording.STEP_NAMES_BESIDE[verb],
            "verb": verb,
        }
        for verb in (urgent_step(case.record, usual), usual)
        if verb in _BESIDE
    ]
    if usual in STEPS:
        why = refusal_of(
            usual,
            case.state,
            by=actor.public_id,
            filed_by=case.record.filing.author,
            triaged_by=case.record.triage.by,
            alone=decides_alone(actor.public_id, case.seen),
            standing=standing,
        )
        steps.append(
            {
                "url": url_for("incidents.step", reference=case.reference, verb=usual),
                "text": wording.STEP_NAMES[usual],
                "verb": usual,
                "somebody_else": why is Refusal.SAME_PERSON,
            }
        )
    return steps


def case_again(reference: str) -> Case:
    """The case as somebody else has left it meanwhile. Raises as `load_case`."""
    return load_case(reference)[2]


def to(endpoint: str, told: str = "", **values: Any) -> ResponseReturnValue:
    """On to a page of this room, with a sentence; ids of this address stay the same there."""
    return go(f"incidents.{endpoint}", told, **values)


@case_page("", "incidents.see", "GET")
def case(actor: Actor, vault: OpenVault, opened: Case) -> ResponseReturnValue:
    """One case; its opening is noted."""
    answers = [answer for answer in opened.record.member_answers if answer.by == actor.public_id]
    note_opening(actor, vault, opened, answers=True)
    return _page(opened, actor, answers=answers)


@case_page("/o", "incidents.edit", "POST")
def comment(actor: Actor, vault: OpenVault, case: Case) -> ResponseReturnValue:
    """Write to the others."""
    form = CommentForm()
    if not form.validate_on_submit():
        note_opening(actor, vault, case)
        return _page(case, actor, form), 422
    assignment.comment(case.reference, form.text.data, by=actor, vault=vault)
    return to("case", _anchor="comments")


@case_page("/j", "incidents.edit", "POST")
def ask_by_receipt(actor: Actor, vault: OpenVault, case: Case) -> ResponseReturnValue:
    """Ask the person who holds the receipt."""
    form = ReceiptTextForm()
    if form.validate_on_submit():
        with form.showing_problems():
            receipts.ask_by_receipt(actor, vault, case.reference, form.text.data)
            return to("case", _("Sent. It can be read with code and word."), _anchor="texts")
    note_opening(actor, vault, case)
    return _page(case, actor, text_form=form), 422


@case_page("/u", "incidents.edit", "POST")
def urgent(actor: Actor, vault: OpenVault, case: Case) -> ResponseReturnValue:
    """Say that a case cannot wait, or that it can."""
    # As the button said: pressed twice, or by two at once, it is the same.
    cannot_wait = request.form.get("urgent") == "1"
    mark_urgent(case.reference, cannot_wait, by=actor, vault=vault)
    return to(
        "case", _("Marked as urgent.") if cannot_wait else _("It is no longer marked as urgent.")
    )


@case_page("/1", "incidents.edit", "POST")
def note_line(actor: Actor, vault: OpenVault, case: Case) -> ResponseReturnValue:
    """Note one line of what came of it; what cannot be taken back is asked once."""
    form = CaseLineForm()
    form.offer(_lines(case.record))
    if form.validate_on_submit():
        try:
            with form.showing_problems(CaseChangedMeanwhile):
                said, sure = form.said(), form.sure.data == "1"
                one_line.note_line(actor, vault, case.reference, said, form.at.data, sure=sure)
                return to("case", _("Noted."), _anchor="one-line")
        except one_line.CannotBeTakenBack as problem:
            text = wording.line_text(said, case.record, {})
            return page(
                "incidents/line_sure.html", form=form, case=case, text=text, problem=problem
            )
        case = case_again(case.reference)
        form.offer(_lines(case.record))
    note_opening(actor, vault, case)
    return _page(case, actor, line_form=form), 422


@case_page("/1/x", "incidents.edit", "POST")
def take_line_back(actor: Actor, vault: OpenVault, case: Case) -> ResponseReturnValue:
    """Take back the line that she noted last."""
    with FlashedProblems(CaseChangedMeanwhile):
        ended = one_line.take_line_back(actor, vault, case.reference)
        flash(
            _("Taken back. What a mediator was asked ended: ask again if needed.")
            if ended
            else _("Taken back.")
        )
    return to("case", _anchor="one-line")


def _lines(record: Record) -> list[tuple[CaseLine, str]]:
    mediators = account_names({request.mediator for request in record.interventions} - {""})
    return [(line, wording.line_text(line, record, mediators)) for line in lines_of(record)]


def _line_form(lines: Sequence[tuple[CaseLine, str]]) -> CaseLineForm:
    form = CaseLineForm(formdata=None)
    form.offer(lines)
    return form


def _page(
    case: Case,
    actor: Actor,
    comment_form: Form | None = None,
    answers: Sequence[MemberAnswer] = (),
    line_form: Form | None = None,
    text_form: Form | None = None,
) -> str:
    record, now = case.record, utc_now()
    lines = _lines(record)
    everybody = officers()
    works = actor.may("incidents.edit")
    clocks = _clocks(record, now) if case.state not in OVER else []
    return render_template(
        "incidents/case.html",
        actor=actor,
        case=case,
        record=record,
        answers=answers,
        paper_reference=code_as_shown(record.paper_reference),
        now=now,
        works=works,
        over=case.state in OVER,
        keeps=what_keeps(record, case.state),
        keeping=wording,
        steps=next_of(case, actor),
        owner=owner_of(case.reference),
        other_steps=_other_steps(case) if works else [],
        timeline=_timeline(record),
        asks_left=asks_left(record),
        today=local_today(),
        clocks=clocks,
        limit_over=any(clock["over"] for clock in clocks),
        unset=unset_clocks(record) if case.state not in OVER else [],
        away=_away(everybody, case.seen),
        links=linked_to(record, actor),
        names=account_names(_accounts(record) | {owner_of(case.reference)} - {""}),
        called=_called(record),
        told_at=wording.told_at,
        money=MONEY,
        says=wording,
        words=names,
        whose=WHOSE,
        phone_text=phone_text,
        stopped=_stopped(record),
        held=bool(whom_to_free(record)),
        guarded=guarded(case, actor),
        left=autosaves_left(actor, the_vault(), case.reference, case.seen) if works else [],
        comment_form=comment_form or CommentForm(),
        text_form=text_form or ReceiptTextForm(formdata=None),
        takes_texts=works and case.state not in OVER and takes_texts(case.reference),
        line_form=line_form or _line_form(lines),
        free=[(line.about, text) for line, text in lines if line.what == RELEASED],
        last_line=line_to_take_back(record, actor.public_id),
        sections=sections_of(case, actor),
        beside=sections_of(case, actor, beside=True),
        actions=actions_of(case, actor),
    )


def _stopped(record: Record) -> str:
    """Codes of those who do not let it be kept, or that it is everybody."""
    codes = record.codes
    stopped = record.who_stopped()
    if len(stopped) >= len(codes):
        return _("everybody")
    return ", ".join(codes[person] for person in stopped)


def _other_steps(found: Case) -> list[str]:
    standing = standing_of(found.record)
    usual = next_step(found.state, standing)
    return [step.verb for step in open_steps(found.state, standing) if step.verb != usual]


def _timeline(record: Record) -> list[Event]:
    """Events of a case, the newest first, with what mediators answered."""
    ended = {
        intervention.id: wording.results_text(intervention) for intervention in record.interventions
    }
    answers = [
        event.model_copy(update={"reason": ended[event.about]})
        if event.what in ("mediation_ended", "mediation_so_far")
        else event
        for event in events_of(record)
    ]
    # Mediators' answers are known to the minute.
    order = sorted(
        [*moments(record), *((event.at, event) for event in answers)],
        key=lambda one: one[0].replace(second=0, microsecond=0),
    )
    return [event for _at, event in order][::-1]


def _clocks(record: Record, now: datetime) -> list[Any]:
    codes = record.codes
    return [
        {
            "clock": clock,
            "people": [(person, codes[person]) for person in clock.persons],
            "several": len(codes) > 1,
            "over": not clock.runs(now),
            "since": wording.since_text(clock, now) if clock.kind == "court" else "",
            "left": wording.left_text(clock, now),
            "tone": wording.clock_tone(clock, now),
            "advice": wording.clock_advice(clock, now),
        }
        for clock in clocks_of(record, zone(), court_days())
    ]


def _away(everybody: list[Officer], seen: Seen) -> list[Any]:
    """People who are kept away: custodians read who and why, others only that somebody is."""
    conflicts = kept_away(everybody, seen)
    of = {officer.public_id: officer.name for officer in everybody}
    return [(of[account], wording.CONFLICT_NAMES[why]) for account, why in conflicts.items()]


def _accounts(record: Record) -> set[str]:
    accounts = {event.by for event in record.timeline} | {comment.by for comment in record.comments}
    accounts |= {text.by for text in record.texts if not text.is_answer}
    accounts |= {intervention.mediator for intervention in record.interventions} | {
        choice.by for choice in record.choices
    }
    accounts |= {source.account for source in record.information}
    accounts |= {event.about for event in record.timeline if event.what in ("assigned", "declared")}
    accounts |= {proposal.by for proposal in record.proposals}
    accounts |= {account for hold in record.holds for account in (hold.by, hold.second)}
    return accounts | {record.assigned_to, record.filing.author} - {""}


def _called(record: Record) -> dict[str, str]:
    """Labels of persons and parties where an act names them."""
    called = record.codes
    for party in record.parties:
        place = party.station_name or str(names.PARTY_KIND_NAMES.get(party.kind, party.kind))
        rank = names.RANK_BAND_NAMES.get(party.rank_band) if party.rank_band != "unknown" else None
        called[party.id] = f"{rank}, {place}" if rank else place
    return called


def _is_offered(case: Case, actor: Actor) -> bool:
    return actor.may("incidents.edit")


PRINT = CaseAction(_l("Print a case file"), "incidents.case_file", 60, _is_offered)
CHANGE = CaseAction(_l("Change the record"), "incidents.edit_case", 10, _is_offered)


def opening_text() -> str:
    """Text on what follows when a case is no longer for a custodian alone."""
    return _(
        "With saving, all documentation officers and directors read this case, with comments, "
        "first account and every change. One of them who did it reads it too, unless that "
        "account is named beside the party."
    )


def hand_over_text(why: ForCustodian, custodians: Sequence[str]) -> str:
    """Why a case goes to these custodians (names; none: nobody is free), and what follows."""
    text = (
        _("Somebody of the programme is said to have done this.")
        if why is ForCustodian.PROGRAMME
        else _("Somebody here is or may be under 18.")
    )
    if custodians:
        names = ", ".join(custodians)
        text += " " + _(
            "With saving, the case goes to %(names)s alone, and you do not see it any more. If "
            "somebody is held, call her now.",
            names=names,
        )
    else:
        text += " " + _("With saving, nobody of the programme can read it: no custodian is free.")
    text += " " + _(
        "Also without a yes it stays until it is closed. Then she has seven days to agree."
    )
    outside = outside_contact()
    if why is ForCustodian.PROGRAMME and outside is not None:
        text += " " + _(
            "Outside the programme you can turn to %(name)s: %(reach)s.",
            name=outside.name,
            reach=outside.reach,
        )
    return text


SORTS: dict[str, Callable[[RegisterLine], Any]] = {
    "filed": lambda line: line.summary.filed_at.isoformat() if line.summary.filed_at else "",
    "happened": lambda line: line.summary.day,
    "ward": lambda line: line.summary.ward.casefold(),
    "state": lambda line: list(names.STATE_NAMES).index(line.summary.state),
    "clock": lambda _line: "",
}
ENTRIES = (
    Entry(_l("Write down a case"), "incidents.new_case", 10, "incidents.edit"),
    Entry(_l("Somebody telephones"), "incidents.phone_in", 11, "incidents.edit"),
    # A person who reads reports has no place in the bar for filing one.
    Entry(_l("Six short steps"), "incidents.filing", 30, "incidents.file"),
)
_LAST = "9999"
_TICKS = ("urgent", "minor", "no_consent", "ask_again")


@blueprint.get("")
@allow("incidents.see")
@require_vault
def index() -> ResponseReturnValue:
    """Cases that wait for the actor, or all that are open, or every one; from Today those in which
    somebody is asked again, which names nobody in the address."""
    show = request.args.get("show", "")
    shown = show if show in (QUEUE, OPEN, ALL) else QUEUE
    again = "ask_again" in request.args
    return _register_page(Filters(show=shown, ask_again=again), posted=again)


@blueprint.post("/search")
@allow("incidents.see")
@require_vault
def search() -> ResponseReturnValue:
    """Words and filters are posted: they stay out of every address. A view is asked for by its
    id."""
    chosen = request.form.get("view", "")
    if chosen:
        for view in saved_views(current_actor(), the_vault()):
            if view.id == chosen:
                return _register_page(view.filters, posted=True)
    return _register_page(_asked(), posted=True)


@blueprint.post("/views")
@allow("incidents.see")
@require_vault
def save_view() -> ResponseReturnValue:
    """Keep the present words and filters under a name."""
    form = ViewNameForm()
    filters = _asked()
    if form.validate_on_submit():
        with form.showing_problems():
            saved_views_services.save_view(
                form.name.data,
                filters,
                shared=bool(form.shared.data),
                by=current_actor(),
                vault=the_vault(),
            )
            flash(_("The view is kept."))
            return _register_page(filters, posted=True)
    return _register_page(filters, posted=True, form=form), 422


@blueprint.post("/views/<view_id>/remove")
@allow("incidents.see")
@require_vault
def remove_view(view_id: str) -> ResponseReturnValue:
    """Take an own view away."""
    saved_views_services.remove_view(view_id, by=current_actor(), vault=the_vault())
    return to("index", _("The view is gone."))


def _asked() -> Filters:
    given = request.form
    given_values: dict[str, Any] = {
        name: CONTROL_CHARACTERS.sub(" ", value.strip()) for name, value in given.items()
    }
    given_values |= {name: name in given and given[name] not in ("", "False") for name in _TICKS}
    filters = filters_from(given_values)
    return filters if filters.show in (QUEUE, OPEN, ALL) else replace(filters, show=ALL)


def _wanted(text: str) -> list[Wanted]:
    called: dict[str, list[str]] = {code: [] for code in names.ACT_NAMES}
    for language in LANGUAGES:
        with force_locale(language):
            for code, name in names.ACT_NAMES.items():
                called[code].append(str(name))
    return wanted_words(text, called)


def _register_page(asked: Filters, *, posted: bool, form: ViewNameForm | None = None) -> str:
    actor, vault, now = current_actor(), the_vault(), utc_now()
    wanted = _wanted(asked.words) if asked.words else []
    # Read before the cases: an alert that is raised meanwhile is of one that she may not see.
    alerts = open_alerts()
    cases = register(actor, vault, asked, wanted, now, counting=not wanted)
    note_search(actor, vault, cases.new, cases.additions, unsettled=cases.unsettled)
    lines = _in_order(cases, asked, now)
    owners = {
        line.summary.reference: cases.owners.get(line.summary.reference, "") for line in lines
    }
    if actor.may("incidents.edit") and _shows_who_is_held(asked, cases, lines):
        note_look(alerts, now)
    everybody = officers()
    return render_template(
        "incidents/index.html",
        entries=entries_for(actor),
        asked=asked,
        kept=_kept(asked),
        posted=posted,
        listing=lines,
        damaged=cases.damaged,
        keepers=() if asked.asked() else [", ".join(names) for names in sorted(cases.left_to)],
        counts=cases.counts if not wanted else None,
        now=now,
        works=actor.may("incidents.edit"),
        views=saved_views(actor, vault),
        view_form=form or ViewNameForm(formdata=None),
        owners=owners,
        names=account_names(
            ({line.summary.assigned_to for line in lines} | {*owners.values()}) - {""}
        ),
        wards=sorted(cases.wards, key=str.casefold),
        stations=sorted(cases.stations, key=str.casefold),
        people=[
            (officer.public_id, officer.name)
            for officer in everybody
            if officer.works or officer.custodian
        ],
        words=names,
        says=wording,
        clock_choices=[
            ("", _("All")),
            (CLOCK_RUNS, _("A clock is running")),
            (CLOCK_OVER, _("A deadline has passed")),
        ],
    )


def _shows_who_is_held(asked: Filters, found: CaseRegister, lines: Listing[RegisterLine]) -> bool:
    """True if every new case of somebody who is held stands on this page."""
    if asked != Filters(show=asked.show) or found.hides_held or found.damaged:
        return False
    lines_held = [
        line for line in found.lines if line.summary.held and line.summary.state == "submitted"
    ]
    return all(person in lines.rows for person in lines_held)


def _kept(asked: Filters) -> dict[str, Any]:
    return {name: ("1" if value is True else value) for name, value in asked.as_kept().items()} | {
        "show": asked.show
    }


def _by_clock(line: RegisterLine) -> str:
    """By the clock that ends first."""
    if line.summary.state in OVER:
        return _LAST
    return min((clock.ends.isoformat() for clock in line.clocks), default=_LAST)


def _is_news(line: Summary, now: datetime) -> bool:
    """True if it came in within a day that somebody is held, and nobody says otherwise yet."""
    return line.held and line.filed_at is not None and now - line.filed_at < LASTS


def _in_order(found: CaseRegister, asked: Filters, now: datetime) -> Listing[RegisterLine]:
    """The page that is asked for, in memory: the newest first, but in one's queue what is urgent
    and what has least time."""
    default = "clock" if asked.show == QUEUE else "filed"
    wished = asked_for(SORTS, default, "asc" if default == "clock" else "desc")
    key = _by_clock if wished.sort == "clock" else SORTS[wished.sort]
    lines = sorted(found.lines, key=lambda line: line.summary.reference)
    if default == "clock" and wished.sort == "clock":
        lines.sort(key=SORTS["filed"], reverse=True)
        lines.sort(key=lambda line: (not line.summary.held, not line.summary.urgent, key(line)))
    else:
        lines.sort(key=key, reverse=wished.direction == "desc")
    if wished.sort == default:
        # Until somebody says what came of it.
        lines.sort(key=lambda line: line.summary.state in OVER or not line.is_over(now))
        # Somebody who is held now waits behind no limit that was over weeks ago.
        lines.sort(key=lambda line: not _is_news(line.summary, now))
    pages = max(1, -(-len(lines) // ROWS))
    number = min(wished.page, pages)
    start = (number - 1) * ROWS
    return Listing(
        lines[start : start + ROWS], number, pages, len(lines), wished.sort, wished.direction
    )
