"""A workshop's payouts: what is due, what is claimed twice, its lists; and all lists."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.accounts.queries.accounts import names_of
from kash.attendance.queries.registers import slots_still_open
from kash.payouts import blueprint
from kash.payouts.models import PayoutList
from kash.payouts.queries.claims import double_claims
from kash.payouts.queries.drafts import draft, drafted_claims
from kash.payouts.queries.lists import (
    all_lists,
    lists_of,
    own_payouts,
    reconciliations,
    waiting_for,
)
from kash.payouts.queries.rates import rates_of, table_for
from kash.payouts.services import lists as lists_services
from kash.payouts.tables import LIST_COLUMNS, PayoutListLine
from kash.payouts.views.scope import organises, row_letter, staff_workshop
from kash.payouts.wording import LIST_STATE
from kash.people.rules.one_group import one_group
from kash.platform.web import Problem, current_actor, listing
from kash.platform.web.commands import CaughtProblem
from kash.platform.web.taking import is_taken, offers_table, taken
from kash.policy import Reach, allow
from kash.workshops.frame import frame
from kash.workshops.models import Workshop
from kash.workshops.queries.holding import held_sessions
from kash.workshops.queries.scope import own_workshop


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
    return [(one, sums[one.id]) for one in rows]


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
        undecided=[row for row in rows if row.undecided],
        total=sum(row.amount for row in rows),
        overpaid=[row for row in rows if row.overpaid],
        open_registers=slots_still_open(workshop.register_id),
        claims=double_claims(workshop, drafted_claims(workshop, rows)),
        lists=lists,
        held=held_sessions(workshop) if rows else (),
        waits=any(one.state == "proposed" for one in lists),
        sums=reconciliations(lists),
        names=names_of(one.proposed_by for one in lists),
        as_organiser=organises(workshop),
        problem=problem,
    ), 409 if problem else 200


@blueprint.post("/workshops/<public_id>/payouts/propose")
@allow("payouts.propose")
def propose(public_id: str) -> ResponseReturnValue:
    """Propose what is due and on no list yet."""
    found = own_workshop(public_id, current_actor(), "payouts.propose")
    with CaughtProblem(Problem) as caught:
        made = lists_services.propose(found, current_actor())
        flash(_("Proposed. Another person must approve it now."))
        return redirect(url_for("payouts.payout_list", public_id=public_id, list_id=made))
    return _workshop_page(found, caught.sentence)
