"""Official cash bail of a case: written down, corrected, taken off."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.incidents import blueprint, names
from kash.incidents.errors import CaseChangedMeanwhile
from kash.incidents.forms.money import BailForm
from kash.incidents.money_words import PLACE_NAMES
from kash.incidents.queries.cases import Case
from kash.incidents.rules.cash_bail import bail_of
from kash.incidents.sections import CaseSection
from kash.incidents.services.cases import note_opening
from kash.incidents.services.money import take_off_bail, write_down_bail
from kash.incidents.views.case_context import load_case, require_vault
from kash.incidents.views.labels import participant_label
from kash.people.queries.organisations import organisations
from kash.platform.database import utc_now
from kash.platform.web import page
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.errors import NotFound, one_or_404
from kash.platform.web.formats import to_local
from kash.policy import Actor, allow


def today() -> date:
    """The day in the programme's zone."""
    return to_local(utc_now()).date()


def stations() -> list[tuple[str, str]]:
    """The stations of the list."""
    return [(one.public_id, one.name) for one in organisations(["station"])]


@blueprint.route("/<reference>/v", methods=["GET", "POST"])
@allow("incidents.edit")
@require_vault
def bail(reference: str) -> ResponseReturnValue:
    """Write down cash bail."""
    actor, vault, case = load_case(reference)
    form = BailForm()
    form.offer(case.record, stations(), today())
    if request.method == "GET":
        note_opening(actor, vault, case)
    elif form.validate():
        with form.showing_problems():
            write_down_bail(actor, vault, reference, form.bail())
            return _saved(reference)
    return page("incidents/bail.html", form=form, case=case, **_bail_part(case, actor))


@blueprint.route("/<reference>/v/<bail_id>", methods=["GET", "POST"])
@allow("incidents.edit")
@require_vault
def correct_bail(reference: str, bail_id: str) -> ResponseReturnValue:
    """Correct what is written down, or say that it was given back."""
    actor, vault, case = load_case(reference)
    bail = bail_of(case.record, bail_id)
    form = BailForm()
    form.changed_meanwhile = bail is None
    # Taken off meanwhile, if a page showed it: else it never was.
    if bail is None and not form.version_shown():
        raise NotFound
    form.offer(case.record, stations(), today(), bail)
    if request.method == "GET":
        note_opening(actor, vault, case)
    elif form.validate() and bail is not None:
        with form.showing_problems():
            write_down_bail(actor, vault, reference, form.bail(), version=form.version_shown())
            return _saved(reference)
        if form.changed_meanwhile:
            _actor, _vault, case = load_case(reference)
            bail = bail_of(case.record, bail_id)
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


@blueprint.route("/<reference>/v/<bail_id>/x", methods=["GET", "POST"])
@allow("incidents.edit")
@require_vault
def remove_bail(reference: str, bail_id: str) -> ResponseReturnValue:
    """Take off what was written down wrongly; asked once more first."""
    actor, vault, case = load_case(reference)
    one = bail_of(case.record, bail_id)
    version = request.args.get("v", 0, type=int)
    if request.method == "POST":
        if one is None:
            # Sent twice, the second finds it gone.
            return redirect(url_for("incidents.bail", reference=reference), 303)
        with FlashedProblems(CaseChangedMeanwhile, tone="message"):
            take_off_bail(actor, vault, reference, one.id, version=version)
            flash(_("Taken off."))
            return redirect(url_for("incidents.bail", reference=reference), 303)
        return redirect(
            url_for("incidents.correct_bail", reference=reference, bail_id=bail_id), 303
        )
    return render_template(
        "incidents/bail_remove.html",
        case=case,
        bail=one_or_404(one),
        version=version or case.version,
    )


def _saved(reference: str) -> ResponseReturnValue:
    flash(_("Saved."))
    return redirect(url_for("incidents.bail", reference=reference), 303)


def _bail_part(case: Case, _actor: Actor) -> Mapping[str, Any]:
    record = case.record
    return {
        "written": record.bail,
        "places": PLACE_NAMES,
        "called": lambda key: participant_label(record, key) if key else "",
        "demanded": names.ACT_NAMES["M1"],
    }


SECTION = CaseSection(
    "bail",
    _l("Cash bail"),
    "incidents/bail_part.html",
    57,
    _bail_part,
    endpoint="incidents.bail",
    link=_l("Write it down or correct it"),
)
