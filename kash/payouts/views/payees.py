"""Payees of a workshop: bands and roles, exceptions, and payees on no register."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.payouts import blueprint
from kash.payouts.forms import ExceptionForm, PayeeForm
from kash.payouts.models import RateTable
from kash.payouts.queries.drafts import DraftRow, draft, person_and_part
from kash.payouts.queries.rates import table_for
from kash.payouts.services import payees
from kash.payouts.services.errors import NoRates, UnknownPayoutChoice
from kash.payouts.services.payees import Chosen, choose_bands, make_exception
from kash.payouts.views.scope import row_letter
from kash.payouts.wording import ROLE
from kash.people.rules.one_group import one_group
from kash.platform.web import NotFound, current_actor, page
from kash.platform.web.commands import CaughtProblem
from kash.platform.web.formats import to_local
from kash.policy import allow
from kash.workshops.models import Workshop
from kash.workshops.queries.plan import sessions_of
from kash.workshops.queries.scope import own_workshop


def _with_rates(public_id: str) -> tuple[Workshop, RateTable]:
    found = own_workshop(public_id, current_actor(), "payouts.propose")
    table = table_for(found.id)
    if table is None:
        raise NoRates
    return found, table


@blueprint.route("/workshops/<public_id>/payouts/bands", methods=["GET", "POST"])
@allow("payouts.propose")
def bands(public_id: str) -> ResponseReturnValue:
    """A role and a distance band for everybody who attended."""
    found, table = _with_rates(public_id)
    rows = [row for row in draft(found, table) if row.person_id is not None]
    problem, group = "", request.args.get("group", "")
    if request.method == "POST":
        chosen = _bands_sent(rows)
        with CaughtProblem(UnknownPayoutChoice) as caught:
            changed = choose_bands(found, chosen, current_actor())
            flash(_("Saved. Changed: %(number)s", number=changed))
            if turned := request.form.get("turn_to", ""):
                onwards = url_for("payouts.bands", public_id=public_id, group=turned)
                return redirect(onwards, code=303)
            return redirect(url_for("payouts.workshop", public_id=public_id))
        # The rates were changed meanwhile: what they do not know any more is left open.
        found, table = _with_rates(public_id)
        rows = [_as_sent(row, chosen.get(row.public_id), table.bands) for row in rows]
        problem = caught.sentence
        group = next((row_letter(row) for row in rows if _is_shown(row)), group)
    return render_template(
        "payouts/bands.html",
        workshop=found,
        shown=one_group(rows, row_letter, group),
        bands=table.bands,
        roles=ROLE,
        problem=problem,
    ), 409 if problem else 200


def _is_shown(row: DraftRow) -> bool:
    """True if a row stood on the page that was sent."""
    return f"band-{row.public_id}" in request.form


def _as_sent(row: DraftRow, chosen: Chosen | None, bands: Sequence[str]) -> DraftRow:
    """A row with what was chosen for it, as far as that can be."""
    if chosen is None:
        return row
    band = bands.index(chosen.band) if chosen.band in bands else None
    role = chosen.role if chosen.role in ROLE else row.part.role
    return replace(row, part=replace(row.part, role=role, band=band))


def _bands_sent(rows: list[DraftRow]) -> dict[str, Chosen]:
    """Choices for the people of the group that was shown; and for whoever of the others has no band
    yet, what everybody without one gets."""
    fill = request.form.get("fill", "")
    chosen = {}
    for row in rows:
        role = request.form.get(f"role-{row.public_id}", row.part.role)
        band = request.form.get(f"band-{row.public_id}")
        # What was left as the page showed it, somebody else may have decided meanwhile.
        if band is None or request.form.get(f"was-{row.public_id}") == f"{role} {band}":
            if fill and row.part.band is None:
                chosen[row.public_id] = Chosen(row.part.role, fill)
        else:
            chosen[row.public_id] = Chosen(role, band or fill)
    return chosen


@blueprint.route("/workshops/<public_id>/payouts/people/<person_id>", methods=["GET", "POST"])
@allow("payouts.propose")
def exception(public_id: str, person_id: str) -> ResponseReturnValue:
    """Pay one person nothing, or something extra, with a reason."""
    workshop = own_workshop(public_id, current_actor(), "payouts.propose")
    person, part = person_and_part(workshop, person_id)
    form = ExceptionForm()
    if form.validate_on_submit():
        make_exception(
            workshop,
            person_id,
            waived=form.kind.data == "waived",
            extra_cents=form.cents(),
            reason=form.reason.data,
            by=current_actor(),
        )
        flash(_("Saved."))
        return redirect(url_for("payouts.workshop", public_id=public_id))
    if request.method == "GET":
        form.fill(part)
    table = table_for(workshop.id)
    return page(
        "payouts/exception.html",
        form=form,
        workshop=workshop,
        person=person,
        currency=table.currency if table is not None else "",
    )


@blueprint.route("/workshops/<public_id>/payouts/payees/new", methods=["GET", "POST"])
@allow("payouts.propose")
def add_payee(public_id: str) -> ResponseReturnValue:
    """Have a driver, a facilitator or another paid who stands on no register."""
    found, table = _with_rates(public_id)
    form = PayeeForm()
    days = sorted({to_local(one.starts_at).date() for one in sessions_of(found)})
    form.offer(table.bands, days)
    if form.validate_on_submit():
        payees.add_payee(
            found,
            name=form.name.data,
            phone=form.phone.data or "",
            chosen=Chosen(form.role.data, form.band.data),
            days=form.chosen_days(),
            by=current_actor(),
            public_id=form.key.data,
        )
        flash(_("Saved."))
        return redirect(url_for("payouts.workshop", public_id=public_id))
    if request.method == "GET":
        form.role.data = "driver"
        form.days.data = [day.isoformat() for day in days]
    return page("payouts/payee.html", form=form, workshop=found)


@blueprint.route("/workshops/<public_id>/payouts/payees/<payee_id>/remove", methods=["GET", "POST"])
@allow("payouts.propose")
def remove_payee(public_id: str, payee_id: str) -> ResponseReturnValue:
    """Have a payee paid no more, after a question that says what lists gave her."""
    if request.method == "GET":
        workshop, table = _with_rates(public_id)
        rows = (row for row in draft(workshop, table) if row.payee_id and row.due.days)
        row = next((row for row in rows if row.public_id == payee_id), None)
        if row is None:
            raise NotFound
        return render_template(
            "payouts/payee_remove.html", workshop=workshop, row=row, currency=table.currency
        )
    found = own_workshop(public_id, current_actor(), "payouts.propose")
    payees.remove_payee(found, payee_id, current_actor())
    flash(_("Taken off. What lists gave before stays."))
    return redirect(url_for("payouts.workshop", public_id=public_id))
