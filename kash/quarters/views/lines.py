"""One line: its place fixed by a planner, let move again, rejected and restored."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from kash.people.queries.places import venues
from kash.platform.web import current_actor, page
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.errors import ChangedMeanwhile
from kash.policy import allow
from kash.quarters import blueprint
from kash.quarters.errors import LineAccepted
from kash.quarters.forms import LineForm, LineStepForm
from kash.quarters.models import QuarterLine, QuarterProposal
from kash.quarters.queries import proposals as queries
from kash.quarters.queries.naming import names_for
from kash.quarters.services import lines as services
from kash.quarters.services.lines import FixedPlace
from kash.quarters.views.proposals import shown
from kash.workshops.queries.plan import trainers


def _open(public_id: str, line_id: str) -> tuple[QuarterProposal, QuarterLine]:
    """A proposal and a line of it that can be changed. Raises NotFound and LineAccepted."""
    found = queries.proposal(public_id)
    line = queries.line(found, line_id)
    if line.state == "accepted":
        raise LineAccepted
    return found, line


@blueprint.route("/<public_id>/lines/<line_id>", methods=["GET", "POST"])
@allow("quarters.plan")
def line(public_id: str, line_id: str) -> ResponseReturnValue:
    """Fix a day, a venue or trainers of a line."""
    found, chosen = _open(public_id, line_id)
    form = LineForm()
    form.offer(
        [(one.public_id, _venue_text(one.name, one.seats, one.safe_for)) for one in venues()],
        [(one.public_id, one.name) for one in trainers()],
    )
    if request.method == "GET":
        _fill(form, found, chosen)
    if form.validate_on_submit():
        with form.showing_problems():
            services.fix_line(
                public_id,
                line_id,
                form.command(FixedPlace),
                form.row_version_shown,
                by=current_actor(),
            )
            flash(_("Saved."))
            return redirect(url_for("quarters.proposal", public_id=public_id), code=303)
        found, chosen = _open(public_id, line_id)
    if form.changed_meanwhile:
        form.compare(_saved(found, chosen))
    return page(
        "quarters/line.html",
        form=form,
        proposal=found,
        row=shown(chosen, names_for([chosen], current_actor())),
    )


def _venue_text(name: str, seats: int | None, safe_for: str) -> str:
    told = [name]
    if seats:
        told.append(ngettext("one seat", "%(num)s seats", seats))
    if safe_for:
        told.append(safe_for)
    return " · ".join(told)


def _saved(found: QuarterProposal, chosen: QuarterLine) -> dict[str, object]:
    """Fixed day, venue and team, by the names of the form's fields."""
    lead, *team = chosen.team if chosen.pinned_team else [""]
    return {
        "first": chosen.first if chosen.pinned_day else None,
        "venue": chosen.venue.public_id if chosen.pinned_venue and chosen.venue else "",
        "lead": lead,
        "team": team,
        "row_version": found.row_version,
    }


def _fill(form: LineForm, found: QuarterProposal, chosen: QuarterLine) -> None:
    for name, value in _saved(found, chosen).items():
        form[name].data = str(value) if name == "row_version" else value


def _step(
    public_id: str, line_id: str, service: Callable[..., None], said: str
) -> ResponseReturnValue:
    _open(public_id, line_id)
    with FlashedProblems(ChangedMeanwhile, LineAccepted):
        service(public_id, line_id, LineStepForm().row_version_shown, by=current_actor())
        flash(said)
    return redirect(url_for("quarters.proposal", public_id=public_id), code=303)


@blueprint.post("/<public_id>/lines/<line_id>/fix")
@allow("quarters.plan")
def fix(public_id: str, line_id: str) -> ResponseReturnValue:
    """Fix a line where it is."""
    return _step(public_id, line_id, services.fix_as_it_is, _("Fixed. It stays where it is."))


@blueprint.post("/<public_id>/lines/<line_id>/let-move")
@allow("quarters.plan")
def let_move(public_id: str, line_id: str) -> ResponseReturnValue:
    """Let a line move again."""
    return _step(public_id, line_id, services.let_move, _("It may move again."))


@blueprint.post("/<public_id>/lines/<line_id>/reject")
@allow("quarters.plan")
def reject(public_id: str, line_id: str) -> ResponseReturnValue:
    """Reject a line."""
    said = _("Rejected. Its place is free for others.")
    return _step(public_id, line_id, services.reject_line, said)


@blueprint.post("/<public_id>/lines/<line_id>/restore")
@allow("quarters.plan")
def restore(public_id: str, line_id: str) -> ResponseReturnValue:
    """Take back that a line was rejected."""
    return _step(public_id, line_id, services.restore_line, _("It is proposed again."))
