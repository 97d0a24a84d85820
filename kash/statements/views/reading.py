"""Statements to read: the list, one with its figures, and the document that was sent."""

from __future__ import annotations

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from kash.accounts.queries.accounts import names_of
from kash.platform.approvals.pages import ProposalPage, SendBackForm
from kash.platform.web import current_actor, download
from kash.platform.web.errors import one_or_404
from kash.platform.web.taking import is_taken, noted, offers_table, taken
from kash.policy import allow
from kash.statements import blueprint
from kash.statements.approval import APPROVAL
from kash.statements.forms import ApproveForm
from kash.statements.models import Statement
from kash.statements.queries import statements as queries
from kash.statements.queries.frozen import figures_of
from kash.statements.queries.funders import all_funders
from kash.statements.tables import STATEMENT_COLUMNS
from kash.statements.words import STATE


def _wanted() -> queries.StatementFilter:
    state = request.args.get("state", "")
    return queries.StatementFilter(
        funder=request.args.get("funder", "")[:16], state=state if state in STATE else ""
    )


@blueprint.get("")
@allow("statements.see")
@offers_table("statements")
def index() -> ResponseReturnValue:
    """Statements by funder and period."""
    actor, wanted = current_actor(), _wanted()
    found = queries.statements(wanted, actor)
    if is_taken():
        return taken(found, STATEMENT_COLUMNS)
    decides = queries.decides(actor)
    return render_template(
        "statements/index.html",
        listing=found,
        wanted=wanted,
        decides=decides,
        funders=all_funders() if decides else (),
    )


@blueprint.get("/<public_id>")
@allow("statements.see")
def statement(public_id: str) -> ResponseReturnValue:
    """Figures of a statement, and for staff what changed since they were frozen."""
    found = queries.statement(public_id, current_actor())
    return statement_page(found, SendBackForm(formdata=None))


def statement_page(found: Statement, form: SendBackForm, problem: str = "") -> ResponseReturnValue:
    """The page of a statement, with what hinders a step."""
    actor = current_actor()
    decides = queries.decides(actor)
    rows = figures_of(found, changes=decides)
    return render_template(
        "statements/statement.html",
        statement=found,
        supported=[row for row in rows if row.line.supported],
        programme=[row for row in rows if not row.line.supported],
        definitions={row.line.key: row for row in rows},
        decides=decides,
        decision=APPROVAL.offered(found, actor),
        names=names_of(found.accounts) if decides else {},
        form=form,
        approve_form=ApproveForm(formdata=None, data={"digest": found.digest}),
        problem=problem,
    ), 409 if problem else 422 if form.errors else 200


def proposal_page(public_id: str) -> ProposalPage[Statement]:
    """The page of a statement, as its steps show it again."""
    return ProposalPage(
        APPROVAL,
        lambda: queries.statement(public_id, current_actor()),
        statement_page,
        url_for("statements.statement", public_id=public_id),
    )


@blueprint.get("/<public_id>/document")
@allow("statements.see")
def document(public_id: str) -> ResponseReturnValue:
    """The document as it was sent, to the last letter."""
    found = queries.statement(public_id, current_actor())
    content = one_or_404(found.document).encode()
    return noted(download(content, name=f"statement-{found.period}.json", type="application/json"))
