"""A list: read, approved, turned back, printed. Paying a list out: in cash, by mobile money, one
by one. Payments that are said not to have arrived: read, approved, sent back; and compared once
paid again."""

from __future__ import annotations

from collections import Counter
from functools import partial

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.accounts.queries.accounts import names_of
from kash.money.payouts import blueprint, documents
from kash.money.payouts.forms import (
    DIFFERENCE,
    FAULT,
    MOST_FILE_BYTES,
    STATE,
    PaymentForm,
    ResultsForm,
)
from kash.money.payouts.models import APPROVAL, REVERSAL, PayoutList, PayoutReversal, ReversalLine
from kash.money.payouts.queries.claims import double_claims, latest_table, rates_of
from kash.money.payouts.queries.payments import (
    events_of,
    files_of,
    funder_parts,
    line_of,
    lines_of,
    lines_waiting,
    list_of,
    paid_again,
    reconciliations,
    reversal_of,
    reversals_of,
    sheets_of,
)
from kash.money.payouts.rules import ListStep, Matched, PaymentState, allowed_steps, takes_two
from kash.money.payouts.services import payments as lists
from kash.money.payouts.services.claims import UNKNOWN_PAYOUT_CHOICE, NoPaymentToSend
from kash.money.payouts.services.payments import (
    Note,
    Numbers,
    fetched_again,
    note_payment,
    open_numbers,
    pay_in_cash,
    phones_told,
    repeat_file,
    sort_lines,
    take_results,
)
from kash.money.payouts.views.claims import OTHERS, letter_of, organises, paid_list, staff_workshop
from kash.people.rules.persons import one_group
from kash.platform.approvals.pages import ProposalPage, SendBackForm
from kash.platform.database import db, utc_now
from kash.platform.press import RenderError
from kash.platform.web import Problem, current_actor, download, go, page
from kash.platform.web.bodies import takes_file
from kash.platform.web.commands import CaughtProblem, FlashedProblems
from kash.platform.web.errors import one_or_404
from kash.platform.web.taking import noted
from kash.policy import allow
from kash.workshops.models import Workshop
from kash.workshops.queries.scope import own_workshop
from kash.workshops.queries.workshops import held_sessions


@blueprint.get("/workshops/<public_id>/payouts/lists/<list_id>")
@allow("payouts.see")
def payout_list(public_id: str, list_id: str) -> ResponseReturnValue:
    """A list: who gets what and why, how it stands, and what can be done next."""
    workshop = staff_workshop(public_id)
    return _list_page(workshop, list_of(workshop, list_id), SendBackForm())


def _list_page(
    workshop: Workshop, payout_list: PayoutList, form: SendBackForm, problem: str = ""
) -> ResponseReturnValue:
    actor = current_actor()
    steps = allowed_steps(
        payout_list.state, proposed_by=payout_list.proposed_by, actor=actor.public_id
    )
    as_organiser = organises(workshop)
    decision = APPROVAL.offered(payout_list, actor, as_organiser=as_organiser)
    may = {
        ListStep.APPROVE: decision.approves,
        ListStep.RETURN: decision.returns,
        ListStep.PAY: as_organiser,
    }
    lines, claims = lines_of(payout_list), double_claims(workshop, ())
    table, files = payout_list.table, files_of(payout_list)
    reversals = reversals_of(payout_list)
    again = paid_again(db.session(), payout_list)
    programme = latest_table(None) if table.workshop_id is not None else None
    return render_template(
        "payouts/list.html",
        workshop=workshop,
        list=payout_list,
        # Claims are those of all lists of the workshop: of a group that this one may not have.
        shown=one_group(lines, letter_of, request.values.get("group", ""), beside=claims),
        rates=rates_of(table),
        programme_rates=rates_of(programme) if programme is not None else None,
        sums=reconciliations([payout_list])[payout_list.id],
        funders=funder_parts(workshop, lines),
        sheets=sheets_of(payout_list),
        files=files,
        claims=claims,
        reversals=reversals,
        again=again,
        compares=actor.may("payouts.approve")
        and not any(actor.public_id in accounts for _line, accounts in again),
        held=held_sessions(workshop) if payout_list.state != "returned" else (),
        steps={step.value for step in steps if may[step]},
        as_organiser=as_organiser,
        decision=decision,
        names=names_of(
            [
                *payout_list.accounts,
                decision.standing_in,
                *(file.made_by for file in files),
                *(account for reversal in reversals for account in reversal.accounts),
            ]
        ),
        phones=phones_told(lines) if decision.approves else None,
        form=form,
        problem=problem,
    ), 409 if problem else 422 if form.errors else 200


def _page(found: Workshop, list_id: str) -> ProposalPage[PayoutList]:
    return ProposalPage(
        APPROVAL,
        lambda: list_of(found, list_id),
        partial(_list_page, found),
        url_for("payouts.payout_list", public_id=found.public_id, list_id=list_id),
    )


@blueprint.post("/workshops/<public_id>/payouts/lists/<list_id>/approve")
@allow("payouts.approve")
def approve(public_id: str, list_id: str) -> ResponseReturnValue:
    """Approve what another person proposed."""
    return _page(staff_workshop(public_id), list_id).step(
        lambda one: lists.approve(one, current_actor()),
        _("Approved. The trainer can pay it out now."),
    )


@blueprint.post("/workshops/<public_id>/payouts/lists/<list_id>/turn-back")
@allow("payouts.see")
def turn_back(public_id: str, list_id: str) -> ResponseReturnValue:
    """Turn a list back, with what must be put right."""
    workshop = staff_workshop(public_id)
    as_organiser = organises(workshop)
    return _page(workshop, list_id).send_back(
        lambda one, reason: lists.turn_back(
            one, reason, current_actor(), as_organiser=as_organiser
        ),
        _("Sent back. What is due can be proposed again."),
        as_organiser=as_organiser,
    )


@blueprint.get("/workshops/<public_id>/payouts/lists/<list_id>/paper/<sheet_id>.pdf")
@allow("payouts.pay")
def paper(public_id: str, list_id: str, sheet_id: str) -> ResponseReturnValue:
    """The paper list of one group, on which each signs for her money."""
    workshop = own_workshop(public_id, current_actor(), "payouts.pay")
    payout_list = list_of(workshop, list_id)
    sheet = one_or_404(
        next((sheet for sheet in sheets_of(payout_list) if sheet.public_id == sheet_id), None)
    )
    lines = lines_of(payout_list, sheet.letter)
    with FlashedProblems(RenderError):
        content = documents.payment_list(
            workshop, payout_list, sheet, lines, workshop.version.language
        )
        return noted(download(content, name=f"list-{sheet.number}.pdf", type="application/pdf"))
    return go("payouts.payout_list")


@blueprint.route("/workshops/<public_id>/payouts/lists/<list_id>/cash", methods=["GET", "POST"])
@allow("payouts.pay")
def cash(public_id: str, list_id: str) -> ResponseReturnValue:
    """Tick who signed on the paper list of each group; turning to the other one notes nothing."""
    workshop, payout_list = paid_list(public_id, list_id)
    signed = request.form.getlist("paid")
    if "all" in request.form:
        signed += request.form.getlist("listed")
    if request.method == "POST" and "group" not in request.form:
        noted = pay_in_cash(payout_list, signed, current_actor())
        if noted.changed:
            flash(
                _(
                    "Not paid, since the payee differs from what was approved: %(number)s. "
                    "Propose them again.",
                    number=noted.changed,
                ),
                "bad",
            )
        if noted.paid:
            flash(_("Noted as paid in cash: %(number)s", number=noted.paid))
        if noted.paid or noted.changed:
            return go("payouts.payout_list")
        flash(_("Tick the people who signed for their money."), "warn")
        return go("payouts.cash")
    lines = lines_of(payout_list)
    waiting = [line for line in lines if line.state in ("outstanding", "failed")]
    shown = one_group(waiting, letter_of, request.values.get("group", ""))
    return render_template(
        "payouts/cash.html",
        workshop=workshop,
        list=payout_list,
        sheet=next(
            (sheet for sheet in sheets_of(payout_list) if (sheet.letter or OTHERS) == shown.letter),
            None,
        ),
        shown=shown,
        ticked=set(signed),
        sent=sum(line.state == PaymentState.SENT for line in lines),
    )


@blueprint.route("/workshops/<public_id>/payouts/lists/<list_id>/numbers", methods=["GET", "POST"])
@allow("payouts.pay", fresh=True)
def numbers(public_id: str, list_id: str) -> ResponseReturnValue:
    """The file for bulk mobile money: each payment goes into one, once, and is sent by it."""
    workshop, payout_list = paid_list(public_id, list_id)
    if request.method == "GET":
        return _numbers_page(workshop, payout_list)
    with CaughtProblem(NoPaymentToSend) as caught:
        opened = open_numbers(payout_list, current_actor())
        if not opened.changed:
            return _file(opened, "payments.csv")
        problem_text = _(
            "No file was made. Payments that differ from what was approved: %(number)s. Propose "
            "them again.",
            number=opened.changed,
        )
        return _numbers_page(workshop, list_of(workshop, list_id), problem_text), 409
    return _numbers_page(workshop, list_of(workshop, list_id), caught.sentence), 409


def _file(opened: Numbers, name: str) -> ResponseReturnValue:
    return download(
        documents.bulk_lines(opened.transfers), name=name, type="text/csv; charset=utf-8"
    )


def _numbers_page(workshop: Workshop, payout_list: PayoutList, problem: str = "") -> str:
    lines = lines_of(payout_list)
    there = sort_lines(payout_list, lines)
    files = files_of(payout_list)
    back = [line for line in lines if line.state == PaymentState.CHANGED]
    named = [*(line for line, _differs in there.changed), *back]
    # Once anything of it was settled, it is not the same any more.
    sent = Counter(line.file_id for line in lines if line.state == PaymentState.SENT)
    actor, now = current_actor(), utc_now()
    return render_template(
        "payouts/numbers.html",
        workshop=workshop,
        list=payout_list,
        count=len(there.fitting),
        total=sum(line.amount_cents for line in there.fitting),
        without=len(there.without),
        differing=[(line, DIFFERENCE[differs]) for line, differs in there.changed],
        back=back,
        shown=one_group(named, letter_of, request.args.get("group", "")),
        files=files,
        again={
            file.id
            for file in files
            if sent[file.id] == file.count and fetched_again(file, actor, now)
        },
        names=names_of(file.made_by for file in files),
        problem=problem,
    )


@blueprint.post("/workshops/<public_id>/payouts/lists/<list_id>/files/<file_id>/again")
@allow("payouts.pay", fresh=True)
def same_file(public_id: str, list_id: str, file_id: str) -> ResponseReturnValue:
    """The very same file again, for the person who made it and lost it on the way; it says so by
    its name."""
    paid, of_list = paid_list(public_id, list_id)
    with CaughtProblem() as caught:
        opened = repeat_file(of_list, file_id, current_actor())
        return _file(opened, "payments-same-again.csv")
    return _numbers_page(paid, list_of(paid, list_id), caught.sentence), 409


@blueprint.route("/workshops/<public_id>/payouts/lists/<list_id>/results", methods=["GET", "POST"])
@allow("payouts.pay")
@takes_file(MOST_FILE_BYTES)
def results(public_id: str, list_id: str) -> ResponseReturnValue:
    """Bring the result file of mobile money."""
    workshop, payout_list = paid_list(public_id, list_id)
    form = ResultsForm()
    matched: Matched | None = None
    if form.validate_on_submit():
        with form.showing_problems():
            matched = take_results(
                payout_list,
                form.file.data.stream.read(),
                current_actor(),
                only_fitting=bool(form.only_fitting.data),
            )
            if not matched.faults or form.only_fitting.data:
                if matched.reversals:
                    flash(
                        _(
                            "Failed or came back: %(number)s. Another person must approve that.",
                            number=matched.reversals,
                        ),
                        "warn",
                    )
                return go(
                    "payouts.payout_list",
                    _(
                        "Taken over: %(changes)s. Known already: %(known)s. Left out: %(out)s.",
                        changes=len(matched.changes) - matched.reversals,
                        known=len(matched.known),
                        out=len(matched.faults),
                    ),
                )
    content, status = page(
        "payouts/results.html",
        form=form,
        workshop=workshop,
        list=payout_list,
        matched=matched,
        faults=FAULT,
        states=STATE,
        most_bytes=MOST_FILE_BYTES,
    )
    return content, 422 if matched is not None else status


@blueprint.route(
    "/workshops/<public_id>/payouts/lists/<list_id>/lines/<line_id>", methods=["GET", "POST"]
)
@allow("payouts.see")
def payment(public_id: str, list_id: str, line_id: str) -> ResponseReturnValue:
    """One payment: what it is for, what became of it, and what comes next."""
    workshop = staff_workshop(public_id)
    payout_list = list_of(workshop, list_id)
    line = line_of(payout_list, line_id)
    form = PaymentForm()
    state = PaymentState(line.state)
    made_file = lists.made_file(line, current_actor())
    form.offer(state, in_file=line.file_id is not None, made_file=made_file)
    problem = ""
    if request.method == "POST":
        paid_list(public_id, list_id)
        if form.validate_on_submit():
            try:
                stands = note_payment(
                    payout_list,
                    line_id,
                    Note(
                        PaymentState(form.state.data),
                        form.means.data,
                        form.receipt.data,
                        form.reason.data,
                    ),
                    _state(form.before.data),
                    current_actor(),
                )
            except Problem as refused:
                problem = str(refused)
                line = line_of(list_of(workshop, list_id), line_id)
                state = PaymentState(line.state)
            else:
                if stands is PaymentState.CHANGED:
                    flash(
                        _("Not paid: it differs from what was approved. Propose it again."), "bad"
                    )
                elif takes_two(state, PaymentState(form.state.data)):
                    flash(_("It waits until another person approves this."), "warn")
                else:
                    flash(_("Saved."))
                return go("payouts.payout_list")
    form.before.data = str(state)
    events = events_of(line)
    content, status = page(
        "payouts/payment.html",
        form=form,
        workshop=workshop,
        list=payout_list,
        line=line,
        made_file=made_file,
        events=events,
        receipts={event.id: lists.receipt_of(event) for event in events if event.receipt_sealed},
        waits=bool(lines_waiting([line.id], db.session())),
        names=names_of(
            account for event in events for account in (event.noted_by, event.approved_by)
        ),
        as_organiser=organises(workshop) and payout_list.state == "approved",
        problem=problem,
    )
    return content, 409 if problem else status


def _state(typed: str | None) -> PaymentState:
    try:
        return PaymentState(typed or "")
    except ValueError:
        raise Problem(UNKNOWN_PAYOUT_CHOICE, status=400) from None


_AT = "/workshops/<public_id>/payouts/lists/<list_id>/reversals/<reversal_id>"


@blueprint.get(_AT)
@allow("payouts.see")
def reversal(public_id: str, list_id: str, reversal_id: str) -> ResponseReturnValue:
    """Payments that are said not to have arrived, each with what is said and why."""
    workshop = staff_workshop(public_id)
    return _reversal_page(
        workshop, reversal_of(list_of(workshop, list_id), reversal_id), SendBackForm()
    )


def _letter(said: ReversalLine) -> str:
    return letter_of(said.line)


def _reversal_page(
    workshop: Workshop, reversal: PayoutReversal, form: SendBackForm, problem: str = ""
) -> ResponseReturnValue:
    decision = REVERSAL.offered(reversal, current_actor(), as_organiser=organises(workshop))
    names = names_of([*reversal.accounts, decision.standing_in, *reversal.makers])
    return render_template(
        "payouts/reversal.html",
        workshop=workshop,
        list=reversal.of_list,
        reversal=reversal,
        shown=one_group(reversal.lines, _letter, request.values.get("group", "")),
        receipts={line.id: lists.receipt_of(line) for line in reversal.lines},
        decision=decision,
        returns=decision.returns and reversal.state == "proposed",
        names=names,
        makers=", ".join(names.get(maker, _("somebody")) for maker in sorted(reversal.makers)),
        form=form,
        problem=problem,
    ), 409 if problem else 422 if form.errors else 200


def _reversals_page(
    workshop: Workshop, list_id: str, reversal_id: str
) -> ProposalPage[PayoutReversal]:
    return ProposalPage(
        REVERSAL,
        lambda: reversal_of(list_of(workshop, list_id), reversal_id),
        partial(_reversal_page, workshop),
        url_for("payouts.payout_list", public_id=workshop.public_id, list_id=list_id),
    )


@blueprint.post(f"{_AT}/approve")
@allow("payouts.approve")
def approve_reversal(public_id: str, list_id: str, reversal_id: str) -> ResponseReturnValue:
    """Approve that payments did not arrive, as another said."""
    return _reversals_page(staff_workshop(public_id), list_id, reversal_id).step(
        lambda row: lists.approve_reversal(row, current_actor()),
        _("Approved. These payments can be made once more."),
    )


@blueprint.post(f"{_AT}/turn-back")
@allow("payouts.see")
def turn_back_reversal(public_id: str, list_id: str, reversal_id: str) -> ResponseReturnValue:
    """Send back that payments did not arrive, with why."""
    workshop = staff_workshop(public_id)
    as_organiser = organises(workshop)
    return _reversals_page(workshop, list_id, reversal_id).send_back(
        lambda row, reason: lists.turn_back_reversal(
            row, reason, current_actor(), as_organiser=as_organiser
        ),
        _("Sent back. The payments stand as before."),
        as_organiser=as_organiser,
    )


@blueprint.post("/workshops/<public_id>/payouts/lists/<list_id>/compared")
@allow("payouts.approve")
def compared(public_id: str, list_id: str) -> ResponseReturnValue:
    """Note that what was paid after a failure was compared."""
    payout_list = list_of(staff_workshop(public_id), list_id)
    lines = request.form.getlist("line")
    if not lines:
        flash(_("Tick the payments that you compared."), "warn")
    with FlashedProblems(Problem):
        lists.note_compared(payout_list, lines, current_actor())
        if lines:
            flash(_("Saved."))
    return go("payouts.payout_list")
