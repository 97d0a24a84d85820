"""Forms of statements. Columns of lists of statements, where they are taken away as tables. All
that has left, to each funder, and what could be worked out from all of it together. Statements to
read: the list, one with its figures, and the document that was sent. Making statements: frozen,
proposed, approved by another, and sent."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.accounts.queries.accounts import names_of
from kash.figures.indicators.rules import read_period
from kash.figures.statements import blueprint, queries
from kash.figures.statements import services as sending
from kash.figures.statements.models import Statement
from kash.figures.statements.queries import (
    APPROVAL,
    LeftFigure,
    all_funders,
    figures_of,
    left_by_funder,
    left_to,
    ranges_now,
)
from kash.figures.statements.rules import FEWEST
from kash.figures.statements.services import freeze as freeze_figures
from kash.platform.approvals.approval import WrongStep
from kash.platform.approvals.pages import ProposalPage, SendBackForm
from kash.platform.database import db
from kash.platform.web import KashForm, current_actor, download, page
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.errors import one_or_404
from kash.platform.web.fields import HiddenField
from kash.platform.web.formats import local_today
from kash.platform.web.forms import BooleanField, choice_field
from kash.platform.web.pages import go
from kash.platform.web.taking import TableColumn, is_taken, noted, offers_table, taken
from kash.policy import allow


class FreezeForm(KashForm):
    """Funder and period of a statement; the view offers both."""

    funder = choice_field(_l("Funder"), [])
    period = choice_field(_l("Quarter or year"), [])
    police_only = BooleanField(
        _l("Police officers only"),
        description=_l("Nothing of community members leaves, not even a total."),
    )


class ApproveForm(KashForm):
    """Digest of the figures that were read."""

    digest = HiddenField()


STATEMENT_COLUMNS: Sequence[TableColumn[Statement]] = (
    TableColumn(_l("Funder"), lambda one: one.funder.name, "#org+funder"),
    TableColumn(_l("Period"), lambda one: one.period, "#date+period"),
    TableColumn(_l("First day"), lambda one: one.first_day, "#date+start"),
    TableColumn(_l("Last day"), lambda one: one.last_day, "#date+end"),
    TableColumn(_l("How it stands"), lambda one: str(sending.STATE[one.state]), "#status"),
    TableColumn(_l("Sent"), lambda one: one.sent_at, "#date+sent"),
)


def _value(one: LeftFigure) -> object:
    return "*" if one.figure.starred else one.figure.value


# Every figure that left to a funder.
LEFT_COLUMNS: Sequence[TableColumn[LeftFigure]] = (
    TableColumn(_l("Period"), lambda one: one.statement.period, "#date+period"),
    TableColumn(_l("Sent"), lambda one: one.statement.sent_at, "#date+sent"),
    TableColumn(
        _l("Figure"),
        lambda one: sending.read_line(one.figure.of_line, one.figure.title, one.figure.version),
        "#indicator+name",
    ),
    TableColumn(_l("Of whom"), lambda one: sending.WHO[one.figure.of_line.who], "#population+type"),
    TableColumn(
        _l("Told apart"),
        lambda one: sending.place_text(one.figure.in_place, one.figure.label),
        "#population+group",
    ),
    TableColumn(_l("Number"), _value, "#indicator+num"),
    TableColumn(
        _l("May stand for at least"),
        lambda one: None if one.range is None else one.range.low,
        "#indicator+num+least",
    ),
    TableColumn(
        _l("May stand for at most"),
        lambda one: None if one.range is None else one.range.high,
        "#indicator+num+most",
    ),
)


@blueprint.get("/left")
@allow("statements.ledger")
def left() -> ResponseReturnValue:
    """Funders and other systems with how much left to each, and how narrow the narrowest star
    is."""
    ranges, rows_until = ranges_now(), sending.rows_given_until(db.session())
    known_exactly = [
        star for star in ranges if rows_until and read_period(star[0]).first <= rows_until
    ]
    widths = [star.high - star.low for star in ranges.values() if star.high is not None]
    return render_template(
        "statements/left.html",
        funders=left_by_funder(),
        receivers=sending.other_receivers(),
        readers=sending.readers(),
        rows_until=rows_until,
        known_exactly=known_exactly,
        stars=len(ranges),
        narrowest=min(widths, default=None),
        fewest=FEWEST,
    )


@blueprint.get("/left/<funder_id>")
@allow("statements.ledger")
@offers_table("left")
def left_funder(funder_id: str) -> ResponseReturnValue:
    """All that left to a funder, with what each star may stand for."""
    funder, sent = left_to(funder_id)
    if is_taken():
        return taken((line for statement in sent for line in statement.lines), LEFT_COLUMNS)
    return render_template(
        "statements/left_funder.html",
        funder=funder,
        listing=sent,
        papers=sending.papers_left(funder),
        rows_until=sending.rows_given_until(db.session()),
    )


@blueprint.get("")
@allow("statements.see")
@offers_table("statements")
def index() -> ResponseReturnValue:
    """Statements by funder and period."""
    actor, state = current_actor(), request.args.get("state", "")
    wanted = {
        "funder": request.args.get("funder", "")[:16],
        "state": state if state in sending.STATE else "",
    }
    listed = queries.statements(actor, **wanted)
    if is_taken():
        return taken(listed, STATEMENT_COLUMNS)
    decides = queries.decides(actor)
    return render_template(
        "statements/index.html",
        listing=listed,
        wanted=wanted,
        decides=decides,
        funders=all_funders() if decides else (),
    )


@blueprint.get("/<public_id>")
@allow("statements.see")
def statement(public_id: str) -> ResponseReturnValue:
    """Figures of a statement, and for staff what changed since they were frozen."""
    shown = queries.statement(public_id, current_actor())
    return statement_page(shown, SendBackForm(formdata=None))


def statement_page(found: Statement, form: SendBackForm, problem: str = "") -> ResponseReturnValue:
    """The page of a statement, with what hinders a step."""
    actor = current_actor()
    decides = queries.decides(actor)
    rows = figures_of(found, changes=decides)
    return render_template(
        "statements/statement.html",
        statement=found,
        supported=[line for line in rows if line.line.supported],
        programme=[line for line in rows if not line.line.supported],
        definitions={line.line.key: line for line in rows},
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
    shown = queries.statement(public_id, current_actor())
    content = one_or_404(shown.document).encode()
    return noted(download(content, name=f"statement-{shown.period}.json", type="application/json"))


@blueprint.route("/new", methods=["GET", "POST"])
@allow("statements.make")
def freeze() -> ResponseReturnValue:
    """Choose a funder and a period, and freeze their figures."""
    periods = queries.periods_to_freeze(local_today())
    form = FreezeForm(data={"funder": request.args.get("funder", ""), "period": periods[0].text})
    form.funder.choices = [(choice.public_id, choice.name) for choice in all_funders()]
    form.period.choices = [(choice.text, sending.period_text(choice)) for choice in periods]
    if form.validate_on_submit():
        with form.showing_problems():
            statement_id = freeze_figures(
                form.funder.data,
                read_period(form.period.data),
                current_actor(),
                police_only=form.police_only.data,
            )
            flash(_("Frozen. Read the figures, then propose them."))
            return go("statements.statement", public_id=statement_id)
    return page("statements/freeze.html", form=form)


@blueprint.post("/<public_id>/freeze-again")
@allow("statements.make")
def freeze_again(public_id: str) -> ResponseReturnValue:
    """Freeze the figures of now in place of those that were not sent."""
    return proposal_page(public_id).step(
        lambda one: freeze_figures(
            one.funder.public_id, one.of_days, current_actor(), police_only=one.police_only
        ),
        lambda _made: _("Frozen again, as the figures are now."),
    )


@blueprint.post("/<public_id>/propose")
@allow("statements.make")
def propose(public_id: str) -> ResponseReturnValue:
    """Propose the figures to a director."""
    return proposal_page(public_id).step(
        lambda one: sending.propose(one.public_id, current_actor()),
        lambda _nothing: _("Proposed. A director reads it next."),
    )


@blueprint.post("/<public_id>/approve")
@allow("statements.approve", fresh=True)
def approve(public_id: str) -> ResponseReturnValue:
    """Approve the figures that somebody else froze."""
    digest = ApproveForm().digest.data or ""
    return proposal_page(public_id).step(
        lambda one: sending.approve(one.public_id, digest, current_actor()),
        lambda _nothing: _("Approved. It can be sent now."),
    )


@blueprint.post("/<public_id>/turn-back")
@allow("statements.approve")
def turn_back(public_id: str) -> ResponseReturnValue:
    """Turn a statement back, with what must be put right."""
    return proposal_page(public_id).send_back(
        lambda one, reason: sending.turn_back(one.public_id, reason, current_actor()),
        _("Sent back. Its figures can be frozen again."),
        as_organiser=False,
    )


@blueprint.route("/<public_id>/send", methods=["GET", "POST"])
@allow("statements.make", fresh=True)
def send(public_id: str) -> ResponseReturnValue:
    """Ask once more; then lay all that ever left beside an approved statement, and send it, if
    nobody is found."""
    if request.method == "GET":
        shown = queries.statement(public_id, current_actor())
        return render_template("statements/send.html", statement=shown)
    return proposal_page(public_id).step(
        lambda one: sending.send(one.public_id, current_actor()),
        lambda _nothing: _("Sent. The funder reads it now, and its figures never change."),
    )


@blueprint.route("/<public_id>/discard", methods=["GET", "POST"])
@allow("statements.make")
def discard(public_id: str) -> ResponseReturnValue:
    """Ask once more, then throw away figures that were neither proposed nor sent."""
    if request.method == "GET":
        shown = queries.statement(public_id, current_actor())
        return render_template("statements/discard.html", statement=shown)
    with FlashedProblems(WrongStep):
        sending.discard(public_id, current_actor())
        return go("statements.index", _("Thrown away."))
    return go("statements.statement")
