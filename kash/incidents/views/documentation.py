"""The full form of documentation officers: a new case, or one that is there. Changes of a record,
in the words of the pages on which it was typed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from kash.accounts.members.vault_sessions import require_vault
from kash.incidents import blueprint, names, wording
from kash.incidents.filing_words import WHOSE as WHOSE_NAMES
from kash.incidents.forms.casework import (
    CONTACT_FIELDS,
    ContactForm,
    FollowUpForm,
    OutcomeForm,
    ReferralForm,
    TakingForm,
)
from kash.incidents.forms.consents import AskForm, BailForm
from kash.incidents.forms.documentation import DocumentationForm, PhoneInForm, as_form
from kash.incidents.queries.cases import Case, open_case, went_to_custodian
from kash.incidents.queries.letterbox import (
    Autosave,
    autosaves_left,
    is_kept,
    own_autosaves,
    times_words_were_taken_out,
)
from kash.incidents.queries.officers import known_accounts
from kash.incidents.rules.casework import ChangedPlace, RecordChange, asks_why
from kash.incidents.rules.consents import for_custodian
from kash.incidents.rules.filing import ACTS, GROUPS, Screen, phoned_in
from kash.incidents.rules.mediation_gate import request_ended_last
from kash.incidents.rules.parts import by_id
from kash.incidents.rules.record import Record
from kash.incidents.rules.records import ROWS, SINGLE, Merged, digests, merge
from kash.incidents.services.autosaves import (
    discard_left,
    discard_typed,
    keep_typed,
    note_autosave_opened,
)
from kash.incidents.services.cases import HandsOver, OpensToOfficers, note_opening
from kash.incidents.services.documentation import SentPage, add_case, write_case
from kash.incidents.services.saved_views import NobodyHoldsKeys
from kash.incidents.views.cases import (
    case_again,
    hand_over_text,
    load_case,
    opening_text,
    the_vault,
    to,
)
from kash.incidents.views.evidence import GROUPS as EVIDENCE_GROUPS
from kash.incidents.views.evidence import participant_label, place_names, value_label
from kash.incidents.views.mediation import stations
from kash.people.queries.directory import zone_names
from kash.platform.database import db, new_public_id
from kash.platform.vault import NobodyCanOpen
from kash.platform.web import NotFound, current_actor, page
from kash.platform.web.account_names import account_names
from kash.platform.web.errors import one_or_404
from kash.platform.web.formats import zone
from kash.platform.web.language import language_code
from kash.policy import allow

GROUP_NAMES: dict[str, Any] = {
    "liberty": _l("Liberty"),
    "body": _l("Body and safety"),
    "health": _l("Health"),
    "dignity": _l("Dignity and privacy"),
    "property": _l("Money and property"),
    "justice": _l("Search and justice"),
}
# What the page sends besides what was typed, and is not kept.
_NOT_KEPT = frozenset({"csrf_token", "do", "add", "remove", "restore", "case"})
_LONGEST_KEPT = 500_000
# What the page for somebody who telephones sends along, so that it finds again what it kept.
PHONED_IN = ("phoned_in", "1")


@dataclass
class Shown:
    """Additions of the page to its form: what somebody else wrote, and what was kept."""

    case: Case | None
    merged: Merged | None = None
    beside: dict[str, str] = field(default_factory=dict)
    autosaves: list[Autosave] = field(default_factory=list)
    # What she is told who is about to hand it over to a custodian.
    handing: str = ""
    # What she is told who is about to let all officers read what a custodian alone reads.
    opening: str = ""


@blueprint.route("/new", methods=["GET", "POST"])
@allow("incidents.edit")
@require_vault
def new_case() -> ResponseReturnValue:
    """Document a case that is not here yet."""
    return _written(None)


@blueprint.route("/call", methods=["GET", "POST"])
@allow("incidents.edit")
@require_vault
def phone_in() -> ResponseReturnValue:
    """Write down what somebody tells by telephone, as an urgent case at once."""
    if request.args.get("discard"):
        return _discarded(None)
    form = PhoneInForm()
    if request.form.get("restore"):
        restored = _kept(request.form["restore"], None)
        form = PhoneInForm(formdata=MultiDict(restored.fields))
        form.token.data, form.token.raw_data = restored.token, None
    elif form.is_submitted() and form.validate():
        named = {key: name for key, name in stations() if key}
        answers = form.answers(zone_names(), named)
        if answers == Screen():
            form.form_errors.append(_("Write down at least one of these."))
        else:
            written = SentPage(phoned_in(answers, form.since.data, zone()), form.token.data, True)
            with form.showing_problems():
                return _after(_save(None, form, written), True, False)
    if not _is_public_id(form.token.data or ""):
        form.token.data, form.token.raw_data = new_public_id(), None
    return page(
        "incidents/phone_in.html",
        form=form,
        autosaves=[] if form.is_submitted() else _own(None),
        offered=[name for _key, name in stations()] + zone_names(),
    )


@blueprint.route("/<reference>/edit", methods=["GET", "POST"])
@allow("incidents.edit")
@require_vault
def edit_case(reference: str) -> ResponseReturnValue:
    """Change what is documented of a case; what is sent of one that went to a custodian meanwhile
    is kept for her."""
    try:
        actor, vault, case = load_case(reference)
        if request.method == "GET":
            note_opening(actor, vault, case)
        return _written(case)
    except NotFound:
        if request.method == "GET" or not _kept_for_custodian(reference):
            raise
    flash(
        _(
            "Not saved: now only a custodian reads this case. What you typed is kept for her, "
            "sealed, for seven days. Tell her."
        ),
        "warn",
    )
    return to("index")


def _kept_for_custodian(reference: str) -> bool:
    """True if a case went to a custodian while its writer typed, who is free of any part in it;
    then what was sent is kept as an unfinished form, which custodians open."""
    token = request.form.get("token", "")
    if not _is_public_id(token) or not went_to_custodian(current_actor(), the_vault(), reference):
        return False
    keep_typed(current_actor(), reference, token, _typed_fields())
    return True


@blueprint.post("/t")
@allow("incidents.edit")
def keep_form() -> ResponseReturnValue:
    """Keep what is being typed, sealed; also when the vault has closed meanwhile."""
    token, case = request.form.get("token", ""), request.form.get("case", "")
    if not (_is_public_id(token) and (not case or _is_public_id(case))):
        abort(400)
    try:
        keep_typed(current_actor(), case, token, _typed_fields())
    except NobodyCanOpen:
        raise NobodyHoldsKeys from None
    return "", 204


def _typed_fields() -> list[tuple[str, str]]:
    fields = [
        (name, value) for name, value in request.form.items(multi=True) if name not in _NOT_KEPT
    ]
    if sum(len(name) + len(value) for name, value in fields) > _LONGEST_KEPT:
        abort(413)
    return fields


def _is_public_id(text: str) -> bool:
    return len(text) == 16 and text.isascii() and text.replace("-", "").replace("_", "").isalnum()


def _prepare(form: DocumentationForm) -> None:
    """Offer what is known here; all who are on record stay on offer."""
    offered = dict(known_accounts())
    named = (*form.rows("information"), *form.rows("parties"))
    told = {name.account.data for name in named}
    others = told - set(offered) - {None, ""}
    offered |= account_names(others) if others else {}
    form.prepare(stations(), list(offered.items()))


def _written(case: Case | None) -> ResponseReturnValue:
    shown = Shown(case)
    if request.args.get("discard"):
        return _discarded(case)
    if request.method == "GET":
        form = _fresh(case)
        shown.autosaves = _own(case)
        return _page(form, shown)
    if request.form.get("restore"):
        return _restored(case, shown)
    form = DocumentationForm()
    form.stored = case.record if case else Record()
    _prepare(form)
    if _rows_changed(form):
        form.offer_rows()
        return _page(form, shown)
    submit = request.form.get("do") == "submit"
    hands_over = request.form.get("do") == "hand"
    fine = form.validate()
    if fine and hands_over and for_custodian(form.typed()) is None:
        # She corrected what would have handed it over: then a draft is handed in as any other.
        submit, hands_over = _may_submit(case), False
    fine = fine and (not submit or form.says_enough())
    if fine and (form.says_why() if _asks_why(case) else True):
        written = SentPage(
            form.typed(),
            form.token.data,
            submit,
            form.why.data,
            hands_over=hands_over,
            opens=request.form.get("do") == "open",
        )
        try:
            with form.showing_problems():
                return _after(_save(case, form, written), submit, hands_over)
        except HandsOver as problem:
            shown.handing = hand_over_text(problem.why, problem.custodians)
            body, _status = _page(form, shown)
            return body, 422
        except OpensToOfficers:
            shown.opening = opening_text()
            form.form_errors.append(shown.opening)
        if form.changed_meanwhile:
            return _beside(form, written, case.reference if case else "")
    return _page(form, shown)


def _asks_why(case: Case | None) -> bool:
    return case is not None and asks_why(case.record)


def _may_submit(case: Case | None) -> bool:
    return case is None or case.state == "draft"


def _after(reference: str, submit: bool, hands_over: bool) -> ResponseReturnValue:
    """On to the case; or to the list, if what she wrote keeps its writer away from it."""
    told = _("Handed in.") if submit else _("Saved.")
    try:
        case = open_case(current_actor(), the_vault(), reference)
    except NotFound:
        if hands_over:
            told = _("Saved, and handed over to a custodian.")
        return to("index", told + " " + _("Now others work on this case, and you do not see it."))
    flash(told)
    if request_ended_last(case.record):
        flash(
            _("A request to a mediator ended by that. Call the mediator, and look below."), "warn"
        )
    return to("case", reference=reference)


def _save(case: Case | None, form: Any, written: SentPage) -> str:
    actor, vault = current_actor(), the_vault()
    if case is None:
        return add_case(actor, vault, written, language_code())
    write_case(actor, vault, case.reference, form.version_shown(), written)
    return case.reference


def _fresh(case: Case | None) -> DocumentationForm:
    form = DocumentationForm(formdata=None, data=as_form(case.record) if case else {"how": "form"})
    for group in ("persons", "parties", "acts", "information"):
        if not form.rows(group):
            form.add_row(group)
    _prepare(form)
    _say_shown(form, case.record if case else Record(), case.version if case else 0)
    _say_drawn(form, case)
    return form


def _say_drawn(form: DocumentationForm, case: Case | None) -> None:
    """Note how often words were taken out of the case before the page was drawn."""
    times = times_words_were_taken_out(db.session(), case.reference if case else "")
    form.taken_out.data, form.taken_out.raw_data = str(times), None


def _say_shown(form: DocumentationForm, record: Record, version: int) -> None:
    form.version.data, form.version.raw_data = str(version), None
    form.seen.data, form.seen.raw_data = json.dumps(digests(record)), None


def _rows_changed(form: DocumentationForm) -> bool:
    """Add or take off a row if one was to be; True if it was done."""
    group = request.form.get("add", "")
    if group in ROWS:
        form.add_row(group)
        return True
    group, _sign, key = request.form.get("remove", "").partition("/")
    if group in ROWS:
        form.remove_row(group, key)
        return True
    return False


def _own(case: Case | None) -> list[Autosave]:
    actor, vault = current_actor(), the_vault()
    own = own_autosaves(actor, vault, case.reference if case else "")
    called = request.endpoint == "incidents.phone_in"
    own = [autosave for autosave in own if (PHONED_IN in autosave.fields) == called]
    return own + (autosaves_left(actor, vault, case.reference, case.record) if case else [])


def _writers(autosaves: Sequence[Autosave]) -> Mapping[str, str]:
    """Names of others who left what they typed, by account."""
    others = {autosave.by for autosave in autosaves} - {current_actor().public_id}
    names = account_names(others) if others else {}
    return {other: names.get(other, "") for other in others}


def _discarded(case: Case | None) -> ResponseReturnValue:
    """Ask whether what was typed is thrown away; once that is answered, do it."""
    document = request.args["discard"]
    kept_form = by_id(_own(case), document, "document")
    if kept_form is None:
        if request.method == "GET" or is_kept(document):
            raise NotFound
        # Sent twice, the second finds it gone, as she wanted.
        return redirect(request.path, code=303)
    if request.method == "GET":
        return render_template("incidents/throw_away.html", case=case, kept=kept_form)
    if kept_form.by == current_actor().public_id:
        discard_typed(current_actor(), kept_form.token)
    else:
        discard_left(kept_form)
    flash(_("Thrown away."))
    return redirect(request.path, code=303)


def _kept(document: str, case: Case | None) -> Autosave:
    """Autosave under this id, whose opening is noted. Raises NotFound."""
    kept = one_or_404(by_id(_own(case), document, "document"))
    note_autosave_opened(current_actor(), the_vault(), kept)
    return kept


def _restored(case: Case | None, shown: Shown) -> ResponseReturnValue:
    restored = _kept(request.form["restore"], case)
    form = DocumentationForm(formdata=MultiDict(restored.fields))
    form.token.data, form.token.raw_data = restored.token, None
    # What was kept had those words taken out of it as well.
    _say_drawn(form, shown.case)
    _prepare(form)
    form.say_what_is_refused()
    answer, _status = _page(form, shown)
    return answer


def _beside(form: DocumentationForm, written: SentPage, reference: str) -> ResponseReturnValue:
    """Show what somebody else saved beside what was typed; sent once more, it is saved."""
    case = case_again(reference)
    merged = merge(case.record, written.typed, form.places_shown())
    again = DocumentationForm(formdata=None, data=as_form(merged.record))
    again.token.data, again.why.data = form.token.data, form.why.data
    # What was typed before words were taken out is not kept by itself on this page either.
    again.taken_out.data = form.taken_out.data
    for group in ("persons", "acts"):
        if not again.rows(group):
            again.add_row(group)
    _prepare(again)
    _say_shown(again, case.record, case.version)
    again.say_what_is_refused()
    theirs = merged.beside.items()
    words = {place: value_label(place, value, case.record) for place, value in theirs}
    answer, _status = _page(again, Shown(case, merged, words))
    return answer, 409


def _page(form: DocumentationForm, shown: Shown) -> tuple[str, int]:
    merged = shown.merged
    return page(
        "incidents/documentation.html",
        form=form,
        case=shown.case,
        merged=merged,
        beside=shown.beside,
        changes=_changes(merged),
        autosaves=shown.autosaves,
        writers=_writers(shown.autosaves),
        handing=shown.handing,
        opening=shown.opening,
        acts=_acts_by_group(),
        codes=ACTS,
        act_names=names.ACT_NAMES,
        wards=zone_names(),
        may_submit=_may_submit(shown.case),
        asks_why=_asks_why(shown.case),
    )


def _changes(merged: Merged | None) -> Mapping[str, list[str]]:
    """Changes of somebody else, each as the name of its place; empty where nobody changed
    anything."""
    if merged is None:
        return {}
    kinds = {
        "taken": merged.taken,
        "added": merged.added,
        "returned": merged.returned,
        "gone": merged.gone,
    }
    return {what: place_names(places) for what, places in kinds.items() if places}


def _acts_by_group() -> list[tuple[Any, list[tuple[str, str, str]]]]:
    return [
        (GROUP_NAMES[group], [(code, str(names.ACT_NAMES[code]), ACTS[code]) for code in codes])
        for group, codes in GROUPS.items()
    ]


_GROUPS: dict[str, Any] = {
    **EVIDENCE_GROUPS,
    "filing": _l("How it came in"),
    "taking": _l("How it was taken"),
    "bail": _l("Cash bail"),
    "referrals": _l("Referrals"),
    "follow_ups": _l("How she is"),
    "interventions": _l("Mediation"),
    "consents": _l("Consents"),
    "evidence": _l("Evidence"),
    "links": _l("Belongs with"),
    "triage": _l("Triage"),
    "verification": _l("Verification"),
    "closing": _l("Closing"),
    "assigned_to": _l("Works on it"),
    "declared": _l("Must not work on it"),
    "urgent": _l("Cannot wait"),
    "reach": _l("Where now, and how to reach"),
}
_LABELS: dict[str, Any] = {
    **{f"taking.{name}": TakingForm for name in ("language", "told_by", "interpreter")},
    **{f"taking.{name}": TakingForm for name in ("read_back", "present", "told_before")},
    **{f"referrals/{name}": ReferralForm for name in ("kind", "person", "service_name")},
    **{f"referrals/{name}": ReferralForm for name in ("made_on", "due_on", "agreed")},
    "referrals/accepted_on": names.REFERRAL_BUTTONS["accepted"],
    **{f"reach.{name}": ContactForm for name in CONTACT_FIELDS},
    **{f"follow_ups/{name}": FollowUpForm for name in ("safe", "retaliation", "to_do")},
    **{f"referrals/{name}": OutcomeForm for name in ("outcome", "outcome_on", "note")},
    **{f"bail/{name}": BailForm for name in ("amount", "receipt", "paid_on", "paid_to")},
    **{f"bail/{name}": BailForm for name in ("person", "place_name", "returned_on")},
    "bail/returned_amount": BailForm,
    "interventions/mediator": _l("Mediator"),
    "interventions/asked": _l("What is asked"),
    "interventions/persons": _l("For whom"),
    "interventions/response": _l("Answer"),
    "interventions/asked_at": _l("Asked at"),
    "interventions/answered_at": _l("Answered at"),
    "interventions/ended_at": _l("Ended at"),
    "interventions/read_at": _l("Read at"),
    "interventions/not_yet_at": _l("Not yet, said at"),
    "interventions/reached": _l("Message went out"),
    "interventions/station": _l("Station"),
    "interventions/call_name": AskForm,
    "interventions/call_phone": AskForm,
    "interventions/note": _l("Note"),
    "persons/identity": _l("Name, sealed"),
    "reason": _l("Why"),
    "outcome": _l("What came of it"),
    "person": _l("Known here"),
    "account": _l("Known here"),
}
_WORDS: dict[str, Mapping[str, Any]] = {
    "taking.told_by": names.SOURCE_NAMES,
    "taking.interpreter": wording.INTERPRETER_NAMES,
    "taking.read_back": wording.READ_BACK_NAMES,
    "taking.present": wording.PRESENT_NAMES,
    "taking.told_before": wording.TOLD_BEFORE_NAMES,
    "bail/paid_to": wording.PLACE_NAMES,
    "referrals/kind": names.REFERRAL_NAMES,
    "referrals/outcome": names.REFERRAL_OUTCOME_NAMES,
    "follow_ups/safe": names.SAFE_NAMES,
    "follow_ups/retaliation": names.SAFE_NAMES,
    "reach.voicemail": names.SAFE_NAMES,
    "reach.ask_again": names.SAFE_NAMES,
    "reach.whose": WHOSE_NAMES,
    "referrals/agreed": names.REFERRAL_CONSENT_NAMES,
    "interventions/response": names.RESPONSE_NAMES,
}
_DECISIONS = {**names.STATE_NAMES, **wording.OUTCOME_NAMES}
_LINKS: dict[str, Any] = {
    "incident": _l("Another case"),
    "workshop": _l("A workshop"),
    "meeting": _l("A meeting"),
}
_ACCOUNTS = frozenset({"account", "mediator", "assigned_to", "declared"})
_KEPT = frozenset({"identity", "person"})
# Ids that have a name beside them, and who and when of a decision, which its change says itself.
_NOT_SHOWN = frozenset({"service", "brief", "by", "at", "currency"})
_DAY, _MOMENT = re.compile(r"\d{4}-\d\d-\d\d"), re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*")


class ShownChanges:
    """The changes of one page; names of accounts are asked for once."""

    def __init__(self, changes: Iterable[RecordChange], record: Record) -> None:
        self._record = record
        accounts = {
            account
            for change in changes
            for place in change.places
            if _name(place.place) in _ACCOUNTS
            for value in (place.before, place.after)
            for account in (value if isinstance(value, list) else [value])
            if isinstance(account, str)
        }
        self._accounts = account_names(accounts) if accounts else {}

    def places(self, change: RecordChange) -> list[dict[str, str]]:
        """Places that one save changed, in words: "–" where nothing stood or stands."""
        return [
            {
                "label": self._label(place.place),
                "before": self._value(place.place, place.before),
                "after": self._value(place.place, place.after),
            }
            for place in _without_repeats(change.places)
        ]

    def _label(self, place: str) -> str:
        group, part, name = _parts(place)
        if name == "id":
            return str(_GROUPS.get(group, group))
        if (not part and place in SINGLE) or (part and name in ROWS.get(group, ())):
            label = place_names([f"{group}/{part}/{name}" if part else place])[0]
        else:
            label = self._other_label(place, group, part, name)
        which = participant_label(self._record, part) if group in ("persons", "parties") else "–"
        return f"{label} ({which})" if which != "–" else label

    def _other_label(self, place: str, group: str, row: str, name: str) -> str:
        heading = str(_GROUPS.get(group, _("Something else")))
        key = f"{group}/{name}" if row else place
        label = _LABELS.get(key) or _LABELS.get(name)
        if label is None or name == group:
            return heading
        if isinstance(label, type):
            label = getattr(label, name).args[0]
        return f"{heading}: {label}"

    def _value(self, place: str, value: Any) -> str:
        group, part, name = _parts(place)
        if value in (None, "", []):
            return "–"
        if name == "id":
            return _("On record")
        if isinstance(value, bool):
            return _("Yes") if value else _("No")
        if isinstance(value, dict):
            return self._whole(group, value)
        if name in _ACCOUNTS:
            ids = value if isinstance(value, list) else [value]
            return ", ".join(self._accounts.get(key, "–") for key in ids)
        if name in _KEPT and group not in ("referrals", "bail"):
            return _("Kept")
        if group in ("triage", "verification", "closing") and name == "outcome":
            return str(_DECISIONS.get(value, value))
        if (group, name) == ("interventions", "asked"):
            return ", ".join(self._asked(request) for request in value)
        words = _WORDS.get(f"{group}/{name}" if part else place)
        if words is not None:
            codes = value if isinstance(value, list) else [value]
            return ", ".join(str(words.get(code, code)) for code in codes)
        if name in ("person", "persons"):
            ids = value if isinstance(value, list) else [value]
            return ", ".join(participant_label(self._record, key) for key in ids)
        shown = f"{group}/{part}/{name}" if part else place
        return value_label(shown, _read(value), self._record)

    def _asked(self, one: Mapping[str, Any]) -> str:
        kind, result = one.get("kind", ""), one.get("result", "")
        request = str(names.REQUEST_NAMES.get(kind, kind))
        return f"{request}: {names.RESULT_NAMES.get(result, result)}" if result else request

    def _whole(self, group: str, value: Mapping[str, Any]) -> str:
        if group == "consents":
            purpose, person = value.get("purpose", ""), value.get("person", "")
            given = value.get("given")
            words = _("Agreed") if given else _("Not agreed")
            # Only what is read out to her and answered is a consent.
            if given and value.get("origin") == "not_asked":
                words = _("She could not be asked")
            elif value.get("wish"):
                words = _("Wish: yes") if given else _("Wish: no")
            people = (
                participant_label(self._record, person) if person else _("Everybody in the case")
            )
            return f"{names.PURPOSE_NAMES.get(purpose, purpose)}: {words} ({people})"
        if group == "evidence":
            return f"{value.get('number', 0)} {value.get('label', '')}".strip()
        if group == "links":
            kind = value.get("kind", "")
            return str(_LINKS.get(kind, kind))
        return _("On record")


def _without_repeats(places: list[ChangedPlace]) -> Iterator[ChangedPlace]:
    """Those that say something: that a row is there only where nothing else is said of it."""
    rows = [place.place.rpartition("/")[0] for place in places if "/" in place.place]
    for changed in places:
        part, _sign, name = changed.place.rpartition("/")
        if name == "id" and rows.count(part) > 1:
            continue
        group, part, name = _parts(changed.place)
        # A place that is listed has its name beside it too.
        listed = group == "bail" and name == "place" and bool(part)
        if name not in _NOT_SHOWN and not listed:
            yield changed


def _parts(place: str) -> tuple[str, str, str]:
    """The group, the row (empty: none) and the name of a place."""
    group, _sign, rest = place.partition("/")
    if rest:
        part, _sign, name = rest.partition("/")
        # Terms that wait for the custodian are shown as terms.
        return ("terms" if group == "questioned_terms" else group), part, name
    return place.partition(".")[0], "", place.rpartition(".")[2]


def _name(place: str) -> str:
    return _parts(place)[2]


def _read(value: Any) -> Any:
    if isinstance(value, str):
        try:
            if _DAY.fullmatch(value):
                return date.fromisoformat(value)
            if _MOMENT.fullmatch(value):
                return datetime.fromisoformat(value)
        except ValueError:
            return value
    return value
