"""The full form of documentation officers: a new case, or one that is there."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from kash.incidents import blueprint, names
from kash.incidents.errors import NobodyHoldsKeys
from kash.incidents.forms.documentation import DocumentationForm, as_form
from kash.incidents.queries.autosaves import Autosave, autosaves_left, is_kept, own_autosaves
from kash.incidents.queries.cases import Case, open_case, went_to_custodian
from kash.incidents.queries.officers import known_accounts
from kash.incidents.rules.acts import ACTS, GROUPS
from kash.incidents.rules.changes import asks_why
from kash.incidents.rules.custodian_only import for_custodian
from kash.incidents.rules.mediation_gate import request_ended_last
from kash.incidents.rules.record import Record
from kash.incidents.rules.writing import ROWS, Merged, digests, merge
from kash.incidents.services.autosaves import (
    discard_left,
    discard_typed,
    keep_typed,
    note_autosave_opened,
)
from kash.incidents.services.cases import note_opening
from kash.incidents.services.documentation import (
    SentPage,
    WhyIsMissing,
    add_case,
    write_case,
)
from kash.incidents.services.handing_over import HandsOver, OpensToOfficers
from kash.incidents.views.case_context import load_case, require_vault, the_vault
from kash.incidents.views.handing_over import hand_over_text, opening_text
from kash.incidents.views.labels import place_names, value_label
from kash.people.queries.organisations import organisations
from kash.people.queries.places import zone_names
from kash.platform.database import utc_now
from kash.platform.vault import NobodyCanOpen
from kash.platform.web import NotFound, current_actor, page
from kash.platform.web.account_names import account_names
from kash.platform.web.errors import one_or_404
from kash.platform.web.formats import to_local
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
            "Not saved: a custodian alone has this case now, and you do not see it any more. What"
            " you typed is kept for her, sealed, for seven days. Tell a custodian to look at it."
        ),
        "warn",
    )
    return redirect(url_for("incidents.index"))


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


def _today() -> date:
    return to_local(utc_now()).date()


def _stations() -> list[tuple[str, str]]:
    return [(one.public_id, one.name) for one in organisations(["station"])]


def _prepare(form: DocumentationForm, stations: Sequence[tuple[str, str]]) -> None:
    """Offer what is known here; who is on record stays on offer, whoever it is."""
    known = dict(known_accounts())
    named = (*form.rows("information"), *form.rows("parties"))
    told = {row.account.data for row in named}
    others = told - set(known) - {None, ""}
    known |= account_names(others) if others else {}
    form.prepare(stations, _today(), list(known.items()))


def _written(case: Case | None) -> ResponseReturnValue:
    shown, stations = Shown(case), _stations()
    if request.args.get("discard"):
        return _discarded(case)
    if request.method == "GET":
        form = _fresh(case, stations)
        shown.autosaves = _own(case)
        return _page(form, shown)
    if request.form.get("restore"):
        return _restored(case, stations, shown)
    form = DocumentationForm()
    form.stored = case.record if case else Record()
    _prepare(form, stations)
    if _rows_changed(form):
        form.offer_rows()
        return _page(form, shown)
    submit = request.form.get("do") == "submit"
    hands_over = request.form.get("do") == "hand"
    fine = form.validate()
    if fine and hands_over and for_custodian(form.typed(dict(stations))) is None:
        # She corrected what would have handed it over: then a draft is handed in as any other.
        submit, hands_over = _may_submit(case), False
    fine = fine and (not submit or form.says_enough())
    if fine and (form.says_why() if _asks_why(case) else True):
        written = SentPage(
            form.typed(dict(stations)),
            form.token.data,
            submit,
            form.why.data,
            hands_over=hands_over,
            opens=request.form.get("do") == "open",
        )
        try:
            with form.showing_problems(WhyIsMissing):
                return _after(_save(case, form, written), submit, hands_over)
        except HandsOver as problem:
            shown.handing = hand_over_text(problem.why, problem.custodians)
            body, _status = _page(form, shown)
            return body, 422
        except OpensToOfficers:
            shown.opening = opening_text()
            form.form_errors.append(shown.opening)
        if form.changed_meanwhile:
            return _beside(form, written, stations, reference=case.reference if case else "")
    return _page(form, shown)


def _asks_why(case: Case | None) -> bool:
    return case is not None and asks_why(case.record)


def _may_submit(case: Case | None) -> bool:
    return case is None or case.state == "draft"


def _after(reference: str, submit: bool, hands_over: bool) -> ResponseReturnValue:
    """On to the case; or to the list, if what she wrote keeps its writer away from it."""
    said = _("Handed in.") if submit else _("Saved.")
    try:
        case = open_case(current_actor(), the_vault(), reference)
    except NotFound:
        if hands_over:
            said = _("Saved, and handed over to a custodian.")
        flash(said + " " + _("From now on others work on this case, and you do not see it."))
        return redirect(url_for("incidents.index"))
    flash(said)
    if request_ended_last(case.record):
        flash(
            _("A request to a mediator ended by that. Call the mediator, and look below."), "warn"
        )
    return redirect(url_for("incidents.case", reference=reference))


def _save(case: Case | None, form: DocumentationForm, written: SentPage) -> str:
    actor, vault = current_actor(), the_vault()
    if case is None:
        return add_case(actor, vault, written, language_code())
    write_case(actor, vault, case.reference, form.version_shown(), written)
    return case.reference


def _fresh(case: Case | None, stations: Sequence[tuple[str, str]]) -> DocumentationForm:
    form = DocumentationForm(formdata=None, data=as_form(case.record) if case else {"how": "form"})
    _prepare(form, stations)
    for group in ("persons", "parties", "acts", "information"):
        if not form.rows(group):
            form.add_row(group)
    _prepare(form, stations)
    _say_shown(form, case.record if case else Record(), case.version if case else 0)
    return form


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
    return own + (autosaves_left(actor, vault, case.reference, case.record) if case else [])


def _writers(autosaves: Sequence[Autosave]) -> Mapping[str, str]:
    """Names of others who left what they typed, by account."""
    others = {one.by for one in autosaves} - {current_actor().public_id}
    names = account_names(others) if others else {}
    return {one: names.get(one, "") for one in others}


def _discarded(case: Case | None) -> ResponseReturnValue:
    """Ask whether what was typed is thrown away; once that is answered, do it."""
    document = request.args["discard"]
    kept = next((one for one in _own(case) if one.document == document), None)
    if kept is None:
        if request.method == "GET" or is_kept(document):
            raise NotFound
        # Sent twice, the second finds it gone, as she wanted.
        return redirect(request.path, code=303)
    if request.method == "GET":
        return render_template("incidents/throw_away.html", case=case, kept=kept)
    if kept.by == current_actor().public_id:
        discard_typed(current_actor(), kept.token)
    else:
        discard_left(kept)
    flash(_("Thrown away."))
    return redirect(request.path, code=303)


def _restored(
    case: Case | None, stations: Sequence[tuple[str, str]], shown: Shown
) -> ResponseReturnValue:
    kept = one_or_404(
        next((one for one in _own(case) if one.document == request.form["restore"]), None)
    )
    note_autosave_opened(current_actor(), the_vault(), kept)
    form = DocumentationForm(formdata=MultiDict(kept.fields))
    form.token.data, form.token.raw_data = kept.token, None
    _prepare(form, stations)
    form.say_what_is_refused()
    answer, _status = _page(form, shown)
    return answer


def _beside(
    form: DocumentationForm,
    written: SentPage,
    stations: Sequence[tuple[str, str]],
    *,
    reference: str,
) -> ResponseReturnValue:
    """Show what somebody else saved beside what was typed; sent once more, it is saved."""
    _actor, _vault, case = load_case(reference)
    merged = merge(case.record, written.typed, form.places_shown())
    again = DocumentationForm(formdata=None, data=as_form(merged.record))
    again.token.data, again.why.data = form.token.data, form.why.data
    _prepare(again, stations)
    for group in ("persons", "acts"):
        if not again.rows(group):
            again.add_row(group)
    _prepare(again, stations)
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
    said = {
        "taken": merged.taken,
        "added": merged.added,
        "returned": merged.returned,
        "gone": merged.gone,
    }
    return {what: place_names(places) for what, places in said.items() if places}


def _acts_by_group() -> list[tuple[Any, list[tuple[str, str, str]]]]:
    return [
        (GROUP_NAMES[group], [(code, str(names.ACT_NAMES[code]), ACTS[code]) for code in codes])
        for group, codes in GROUPS.items()
    ]
