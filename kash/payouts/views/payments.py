"""Paying a list out: in cash, by mobile money, one by one."""

from __future__ import annotations

from collections import Counter

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.accounts.queries.accounts import names_of
from kash.payouts import blueprint, documents
from kash.payouts.forms import MOST_FILE_BYTES, PaymentForm, ResultsForm
from kash.payouts.models import PayoutList
from kash.payouts.queries.lists import events_of, files_of, line_of, lines_of, list_of, sheets_of
from kash.payouts.queries.reversals import lines_waiting
from kash.payouts.rules.files import Matched
from kash.payouts.rules.steps import PaymentState, takes_two
from kash.payouts.services import payments
from kash.payouts.services.errors import NoPaymentToSend, NotTheSameFile, UnknownPayoutChoice
from kash.payouts.services.payments import Note, note_payment, pay_in_cash, take_results
from kash.payouts.services.sending import (
    Numbers,
    fetched_again,
    open_numbers,
    repeat_file,
    sort_lines,
)
from kash.payouts.views.scope import OTHERS, letter_of, organises, paid_list, staff_workshop
from kash.payouts.wording import DIFFERENCE, FAULT, STATE
from kash.people.rules.one_group import one_group
from kash.platform.database import db, utc_now
from kash.platform.vault import open_text
from kash.platform.web import Problem, current_actor, download, page
from kash.platform.web.bodies import takes_file
from kash.platform.web.commands import CaughtProblem
from kash.policy import allow
from kash.workshops.models import Workshop


@blueprint.route("/workshops/<public_id>/payouts/lists/<list_id>/cash", methods=["GET", "POST"])
@allow("payouts.pay")
def cash(public_id: str, list_id: str) -> ResponseReturnValue:
    """Tick who signed on the paper list of each group; turning to the other one notes nothing."""
    workshop, payout_list = paid_list(public_id, list_id)
    if request.method == "POST" and "group" not in request.form:
        noted = pay_in_cash(payout_list, request.form.getlist("paid"), current_actor())
        if noted.changed:
            flash(
                _(
                    "Not paid, since the payee is not the one who was approved: %(number)s. They go"
                    " back: propose them again.",
                    number=noted.changed,
                ),
                "bad",
            )
        if noted.paid:
            flash(_("Noted as paid in cash: %(number)s", number=noted.paid))
        if noted.paid or noted.changed:
            return redirect(url_for("payouts.payout_list", public_id=public_id, list_id=list_id))
        flash(_("Tick the people who signed for their money."), "warn")
        return redirect(url_for("payouts.cash", public_id=public_id, list_id=list_id))
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
        ticked=set(request.form.getlist("paid")),
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
            "No file was made. Payments that are no longer what was approved: %(number)s. They went"
            " back and are due again: propose them again.",
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
            made.id
            for made in files
            if sent[made.id] == made.count and fetched_again(made, actor, now)
        },
        names=names_of(made.made_by for made in files),
        problem=problem,
    )


@blueprint.post("/workshops/<public_id>/payouts/lists/<list_id>/files/<file_id>/again")
@allow("payouts.pay", fresh=True)
def same_file(public_id: str, list_id: str, file_id: str) -> ResponseReturnValue:
    """The very same file again, for whoever made it and lost it on the way; it says so by its
    name."""
    found, one = paid_list(public_id, list_id)
    with CaughtProblem(NotTheSameFile) as caught:
        opened = repeat_file(one, file_id, current_actor())
        return _file(opened, "payments-same-again.csv")
    return _numbers_page(found, list_of(found, list_id), caught.sentence), 409


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
                            "Failed or came back: %(number)s. They wait until another person"
                            " approves that.",
                            number=matched.reversals,
                        ),
                        "warn",
                    )
                flash(
                    _(
                        "Taken over: %(changes)s. Known already: %(known)s. Left out: %(out)s.",
                        changes=len(matched.changes) - matched.reversals,
                        known=len(matched.known),
                        out=len(matched.faults),
                    )
                )
                return redirect(
                    url_for("payouts.payout_list", public_id=public_id, list_id=list_id)
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
    made_file = payments.made_file(line, current_actor())
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
                        _(
                            "Not paid: this is no longer what was approved. It goes back: propose"
                            " it again."
                        ),
                        "bad",
                    )
                elif takes_two(state, PaymentState(form.state.data)):
                    flash(_("It waits until another person approves this."), "warn")
                else:
                    flash(_("Saved."))
                return redirect(
                    url_for("payouts.payout_list", public_id=public_id, list_id=list_id)
                )
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
        receipts={
            event.id: open_text(
                event.receipt_sealed, kind="payout.receipt", public_id=event.public_id
            )
            for event in events
            if event.receipt_sealed is not None
        },
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
        raise UnknownPayoutChoice from None
