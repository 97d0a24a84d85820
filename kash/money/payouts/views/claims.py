"""Columns of the lists of payouts, where they are taken away as a table: sums, and no names.
Payouts on the page of a person. Rates: the programme's, and a workshop's own. Scope of the actor
here: the workshops and steps that she may touch. A day that somebody claims in two workshops.
Payees of a workshop: bands and roles, exceptions, and payees on no register. A workshop's payouts:
what is due, what is claimed twice, its lists; and all lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.accounts.queries.accounts import names_of
from kash.attendance.queries.registers import slots_still_open
from kash.money.payouts import blueprint
from kash.money.payouts.forms import (
    LIST_STATE,
    ROLE,
    STATE,
    STATE_TONE,
    ExceptionForm,
    PayeeForm,
    RatesForm,
    RatesGrid,
    SettleForm,
)
from kash.money.payouts.models import APPROVAL, PayoutLine, PayoutList, RateTable
from kash.money.payouts.queries.claims import (
    DoubleClaim,
    DraftRow,
    double_claims,
    draft,
    drafted_claims,
    latest_table,
    person_and_part,
    rates_of,
    table_for,
    table_versions,
)
from kash.money.payouts.queries.payments import (
    all_lists,
    list_of,
    lists_of,
    lists_unpaid,
    own_payouts,
    payouts_of_person,
    reconciliations,
    waiting_for,
)
from kash.money.payouts.rules import MOST_BANDS, ROLES, PaymentState, Rates, Reconciliation
from kash.money.payouts.services import claims as rates_services
from kash.money.payouts.services.claims import (
    BOTH,
    HERE,
    NO_RATES,
    THERE,
    Chosen,
    choose_bands,
    make_exception,
    set_rates,
)
from kash.people.rules.persons import one_group
from kash.people.sections import SectionRow
from kash.platform.web import Forbidden, NotFound, Problem, current_actor, go, listing, page
from kash.platform.web.commands import CaughtProblem
from kash.platform.web.errors import one_or_404
from kash.platform.web.formats import day_text, money_text, to_local
from kash.platform.web.taking import TableColumn, is_taken, offers_table, taken
from kash.policy import Actor, Reach, allow
from kash.workshops.frame import frame
from kash.workshops.models import Workshop
from kash.workshops.queries.plan import sessions_of
from kash.workshops.queries.scope import own_workshop, runs
from kash.workshops.queries.workshops import held_sessions
from kash.workshops.tabs import MilestoneState

PayoutListLine = tuple[PayoutList, Reconciliation]


def _outstanding(line: PayoutListLine) -> float | None:
    # What nobody approved is owed to nobody, and would be counted twice once it is proposed anew.
    payout_list, sums = line
    if payout_list.state != "approved":
        return None
    return (sums.outstanding + sums.sent + sums.failed) / 100


LIST_COLUMNS: Sequence[TableColumn[PayoutListLine]] = (
    TableColumn(_l("Workshop"), lambda line: line[0].workshop.title, "#activity+name"),
    TableColumn(_l("Number"), lambda line: line[0].number, "#meta+id"),
    TableColumn(_l("Proposed"), lambda line: line[0].created_at, "#date"),
    TableColumn(_l("Sum"), lambda line: line[1].proposed / 100, "#value+proposed"),
    TableColumn(_l("Paid so far"), lambda line: line[1].paid / 100, "#value+paid"),
    TableColumn(_l("Outstanding"), _outstanding, "#value+outstanding"),
    TableColumn(_l("Currency"), lambda line: line[0].table.currency, "#currency"),
    TableColumn(_l("Status"), lambda line: LIST_STATE[line[0].state], "#status"),
)


def person_rows(person_id: str, actor: Actor) -> list[SectionRow] | None:
    """The approved payments of a person for her page, if the actor may see them."""
    if not actor.may("payouts.see"):
        return None
    staff = actor.reach("payouts.see") is not Reach.SELF
    return [
        SectionRow(
            key=day_text(line.days[0].day if line.days else line.of_list.approved_at),
            key_small=str(line.days[0].day.year) if line.days else "",
            text=line.of_list.workshop.title,
            small=f"{line.of_list.table.currency} {money_text(line.amount_cents)}",
            url=url_for(
                "payouts.payout_list",
                public_id=line.of_list.workshop.public_id,
                list_id=line.of_list.public_id,
            )
            if staff
            else "",
            tone=STATE_TONE[PaymentState(line.state)],
            state=str(STATE[PaymentState(line.state)]),
        )
        for line in payouts_of_person(person_id, actor)
    ]


@blueprint.route("/payouts/rates", methods=["GET", "POST"])
@allow("payouts.rates")
def rates() -> ResponseReturnValue:
    """The programme's rates, their earlier versions, and a form for the next."""
    return _rates_page(None)


@blueprint.route("/workshops/<public_id>/payouts/rates", methods=["GET", "POST"])
@allow("payouts.propose")
def workshop_rates(public_id: str) -> ResponseReturnValue:
    """Rates for one workshop only, which the person who approves its list sees beside the
    programme's."""
    return _rates_page(own_workshop(public_id, current_actor(), "payouts.propose"))


@blueprint.route("/workshops/<public_id>/payouts/rates/programme", methods=["GET", "POST"])
@allow("payouts.propose")
def follow_programme(public_id: str) -> ResponseReturnValue:
    """Go back to the programme's rates."""
    workshop = own_workshop(public_id, current_actor(), "payouts.propose")
    if request.method == "GET":
        return render_template("payouts/follow_programme.html", workshop=workshop)
    rates_services.follow_programme(workshop, current_actor())
    return go("payouts.workshop", _("The programme's rates hold here again."))


def _rates_page(workshop: Workshop | None) -> ResponseReturnValue:
    programme = latest_table(None)
    table = table_for(workshop.id) if workshop is not None else programme
    own = workshop is not None and table is not None and table.workshop_id is not None
    stored = rates_of(table) if table is not None else None
    form = RatesForm(obj=stored or Rates((), {}))
    grid = RatesGrid.of(stored)
    if request.method == "POST":
        grid = RatesGrid.posted(request.form)
        read = grid.read()
        if form.validate_on_submit() and read is not None:
            bands, roles = read
            set_rates(
                Rates(
                    bands=bands,
                    roles=roles,
                    least_weight=form.least_weight.data or 1,
                    weighted=bool(form.weighted.data),
                    currency=form.currency.data,
                ),
                current_actor(),
                workshop,
            )
            flash(_("Saved. It holds for what is proposed from now on."))
            if workshop is None:
                return go("payouts.rates")
            return go("payouts.workshop", public_id=workshop.public_id)
    versions = table_versions(workshop.id if workshop is not None else None)
    wrong = bool(form.errors or grid.errors)
    return render_template(
        "payouts/rates.html",
        workshop=workshop,
        form=form,
        grid=grid,
        roles=ROLES,
        places=range(MOST_BANDS),
        versions=versions,
        gives_up=own and programme is not None,
        names=names_of(version.created_by for version in versions),
    ), 422 if wrong else 200


OTHERS = "–"
"""The letter under which payees who are in no group are shown, after the groups."""


def letter_of(one: PayoutLine | DoubleClaim) -> str:
    """The group that a payment or a claim is shown with: its letter, or the dash of the others."""
    return (one.letter if isinstance(one, DoubleClaim) else one.group_letter) or OTHERS


def row_letter(row: DraftRow) -> str:
    """The same of what is due."""
    return row.letter or OTHERS


def staff_workshop(public_id: str) -> Workshop:
    """A workshop whose payouts the actor may see as staff, not as a payee."""
    return own_workshop(public_id, current_actor(), "payouts.see")


def organises(found: Workshop) -> bool:
    """True if the actor proposes and pays here."""
    return runs(current_actor(), found, "payouts.propose")


def milestones(workshop: Workshop, actor: Actor, closed: bool) -> list[tuple[str, MilestoneState]]:
    """Paid, for a workshop of which something is due or was proposed."""
    if not closed:
        return [(_("Paid"), MilestoneState(False))]
    lists = [payout_list for payout_list in lists_of(workshop) if payout_list.state != "returned"]
    unpaid = lists_unpaid([payout_list.id for payout_list in lists])
    to_do = next((each for each in lists if each.state == "proposed" or each.id in unpaid), None)
    url = url_for("payouts.workshop", public_id=workshop.public_id)
    if to_do is not None:
        may = (
            APPROVAL.offered(to_do, actor, as_organiser=False).approves
            if to_do.state == "proposed"
            else runs(actor, workshop, "payouts.pay")
        )
        url = url_for("payouts.payout_list", public_id=workshop.public_id, list_id=to_do.public_id)
        button = _("Look and approve") if to_do.state == "proposed" else _("Pay out")
        return [(_("Paid"), MilestoneState(False, url if may else "", button))]
    if lists:
        return [(_("Paid"), MilestoneState(True))]
    table = table_for(workshop.id)
    if table is None:
        return []
    if not organises(workshop):
        return [(_("Paid"), MilestoneState(False))]
    return (
        [(_("Paid"), MilestoneState(False, url, _("Propose payouts")))]
        if draft(workshop, table)
        else []
    )


def paid_list(public_id: str, list_id: str) -> tuple[Workshop, PayoutList]:
    """A list that the actor pays out, with its workshop."""
    workshop = own_workshop(public_id, current_actor(), "payouts.pay")
    return workshop, list_of(workshop, list_id)


@blueprint.route(
    "/workshops/<public_id>/payouts/claims/<person_id>/<day>/<other_id>", methods=["GET", "POST"]
)
@allow("payouts.see")
def settle(public_id: str, person_id: str, day: str, other_id: str) -> ResponseReturnValue:
    """Say which workshop pays the day, or why both do."""
    workshop = staff_workshop(public_id)
    if not (organises(workshop) or current_actor().may("payouts.approve")):
        raise Forbidden
    table = table_for(workshop.id)
    rows = draft(workshop, table) if table is not None else []
    claim = one_or_404(
        next(
            (
                double
                for double in double_claims(workshop, drafted_claims(workshop, rows))
                if (double.person, double.day.isoformat(), double.other)
                == (person_id, day, other_id)
            ),
            None,
        )
    )
    form = SettleForm()
    choices = [
        (BOTH, _("Both, for a reason")),
        (THERE, _("The other workshop: %(title)s", title=claim.other_title)),
    ]
    if current_actor().may("payouts.approve"):
        choices.insert(1, (HERE, _("This workshop: %(title)s", title=workshop.title)))
    form.keeps.choices = choices
    problem = ""
    if form.validate_on_submit():
        try:
            rates_services.settle(
                workshop,
                person=person_id,
                day=date.fromisoformat(day),
                other=other_id,
                keeps=form.keeps.data,
                reason=form.reason.data,
                by=current_actor(),
            )
        except Problem as refused:
            problem = str(refused)
        else:
            return go("payouts.workshop", _("Settled."))
    content, status = page(
        "payouts/settle.html",
        form=form,
        workshop=workshop,
        claim=claim,
        names=names_of([claim.settled.settled_by] if claim.settled is not None else []),
        problem=problem,
    )
    return content, 409 if problem else status


def _with_rates(public_id: str) -> tuple[Workshop, RateTable]:
    workshop = own_workshop(public_id, current_actor(), "payouts.propose")
    table = table_for(workshop.id)
    if table is None:
        raise Problem(NO_RATES)
    return workshop, table


@blueprint.route("/workshops/<public_id>/payouts/bands", methods=["GET", "POST"])
@allow("payouts.propose")
def bands(public_id: str) -> ResponseReturnValue:
    """A role and a distance band for everybody who attended."""
    workshop, table = _with_rates(public_id)
    rows = [line for line in draft(workshop, table) if line.person_id is not None]
    problem, group = "", request.args.get("group", "")
    if request.method == "POST":
        chosen = _bands_sent(rows)
        with CaughtProblem() as caught:
            changed = choose_bands(workshop, chosen, current_actor())
            flash(_("Saved. Changed: %(number)s", number=changed))
            if turned := request.form.get("turn_to", ""):
                onwards = url_for("payouts.bands", public_id=public_id, group=turned)
                return redirect(onwards, code=303)
            return go("payouts.workshop")
        # The rates were changed meanwhile: what they do not know any more is left open.
        workshop, table = _with_rates(public_id)
        rows = [_as_sent(line, chosen.get(line.public_id), table.bands) for line in rows]
        problem = caught.sentence
        group = next((row_letter(line) for line in rows if _is_shown(line)), group)
    return render_template(
        "payouts/bands.html",
        workshop=workshop,
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
    return replace(row, part=row.part._replace(role=role, band=band))


def _bands_sent(rows: list[DraftRow]) -> dict[str, Chosen]:
    """Choices for the people of the group that was shown; and, for those of
    the others without a band yet, what each of them gets."""
    fill = request.form.get("fill", "")
    chosen = {}
    for draft_row in rows:
        role = request.form.get(f"role-{draft_row.public_id}", draft_row.part.role)
        band = request.form.get(f"band-{draft_row.public_id}")
        # What was left as the page showed it, somebody else may have decided meanwhile.
        if band is None or request.form.get(f"was-{draft_row.public_id}") == f"{role} {band}":
            if fill and draft_row.part.band is None:
                chosen[draft_row.public_id] = Chosen(draft_row.part.role, fill)
        else:
            chosen[draft_row.public_id] = Chosen(role, band or fill)
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
        return go("payouts.workshop", _("Saved."))
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
    workshop, table = _with_rates(public_id)
    form = PayeeForm()
    days = sorted({to_local(session.starts_at).date() for session in sessions_of(workshop)})
    form.offer(table.bands, days)
    if form.validate_on_submit():
        rates_services.add_payee(
            workshop,
            name=form.name.data,
            phone=form.phone.data or "",
            chosen=Chosen(form.role.data, form.band.data),
            days=form.chosen_days(),
            by=current_actor(),
            public_id=form.key.data,
        )
        return go("payouts.workshop", _("Saved."))
    if request.method == "GET":
        form.role.data = "driver"
        form.days.data = [day.isoformat() for day in days]
    return page("payouts/payee.html", form=form, workshop=workshop)


@blueprint.route("/workshops/<public_id>/payouts/payees/<payee_id>/remove", methods=["GET", "POST"])
@allow("payouts.propose")
def remove_payee(public_id: str, payee_id: str) -> ResponseReturnValue:
    """Have a payee paid no more, after a question that says what lists gave her."""
    if request.method == "GET":
        workshop, table = _with_rates(public_id)
        rows = (line for line in draft(workshop, table) if line.payee_id and line.due.days)
        line = next((line for line in rows if line.public_id == payee_id), None)
        if line is None:
            raise NotFound
        return render_template(
            "payouts/payee_remove.html", workshop=workshop, row=line, currency=table.currency
        )
    found = own_workshop(public_id, current_actor(), "payouts.propose")
    rates_services.remove_payee(found, payee_id, current_actor())
    return go("payouts.workshop", _("Taken off. What lists gave before stays."))


@blueprint.get("/payouts/")
@allow("payouts.see")
@offers_table("payouts")
def index() -> ResponseReturnValue:
    """All lists within reach, or one's own payments."""
    actor = current_actor()
    if actor.reach("payouts.see") is Reach.SELF:
        return render_template("payouts/own.html", payouts=own_payouts(actor))
    state = request.args.get("state", "")
    rows = listing(
        all_lists(actor, state if state in LIST_STATE else ""),
        sorts={
            "workshop": Workshop.title,
            "day": PayoutList.created_at,
            "amount": PayoutList.total_cents,
        },
        default_sort="day",
        default_direction="desc",
        key=PayoutList.id,
    )
    if is_taken():
        return taken(rows.turned(_with_sums), LIST_COLUMNS)
    return render_template(
        "payouts/index.html",
        listing=rows,
        sums=reconciliations(rows.rows),
        state=state,
        waiting=waiting_for(actor),
    )


def _with_sums(rows: Sequence[PayoutList]) -> list[PayoutListLine]:
    sums = reconciliations(rows)
    return [(payout_list, sums[payout_list.id]) for payout_list in rows]


@blueprint.get("/workshops/<public_id>/payouts")
@allow("payouts.see")
def workshop(public_id: str) -> ResponseReturnValue:
    """Payouts of a workshop, who gets what and why, and the lists made of it."""
    return _workshop_page(staff_workshop(public_id))


def _workshop_page(workshop: Workshop, problem: str = "") -> tuple[str, int]:
    table = table_for(workshop.id)
    rows = draft(workshop, table) if table is not None else []
    lists = lists_of(workshop)
    return render_template(
        "payouts/workshop.html",
        **frame(workshop),
        rates_version=table.version if table is not None else 0,
        own_table=table is not None and table.workshop_id is not None,
        rates=rates_of(table) if table is not None else None,
        rows=rows,
        shown=one_group(rows, row_letter, request.args.get("group", "")),
        undecided=[line for line in rows if line.undecided],
        total=sum(line.amount for line in rows),
        overpaid=[line for line in rows if line.overpaid],
        open_registers=slots_still_open(workshop.register_id),
        claims=double_claims(workshop, drafted_claims(workshop, rows)),
        lists=lists,
        held=held_sessions(workshop) if rows else (),
        waits=any(payout_list.state == "proposed" for payout_list in lists),
        sums=reconciliations(lists),
        names=names_of(payout_list.proposed_by for payout_list in lists),
        as_organiser=organises(workshop),
        problem=problem,
    ), 409 if problem else 200


@blueprint.post("/workshops/<public_id>/payouts/propose")
@allow("payouts.propose")
def propose(public_id: str) -> ResponseReturnValue:
    """Propose what is due and on no list yet."""
    workshop = own_workshop(public_id, current_actor(), "payouts.propose")
    with CaughtProblem(Problem) as caught:
        proposed_id = rates_services.propose(workshop, current_actor())
        return go(
            "payouts.payout_list",
            _("Proposed. Another person must approve it now."),
            list_id=proposed_id,
        )
    return _workshop_page(workshop, caught.sentence)
