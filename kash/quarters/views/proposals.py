"""Pages of proposals: the list, a new one, one with its lines, and what is done with all of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from kash.accounts.queries.accounts import names_of
from kash.platform.web import current_actor, page
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.errors import ChangedMeanwhile
from kash.platform.web.formats import local_today
from kash.platform.web.taking import is_taken, offers_table, taken
from kash.policy import allow
from kash.quarters import blueprint
from kash.quarters.errors import NothingChosen
from kash.quarters.forms import QUARTERS, LineStepForm, ProposalForm
from kash.quarters.models import QuarterLine, QuarterProposal
from kash.quarters.queries import proposals as queries
from kash.quarters.queries.lines import stations_of_line
from kash.quarters.queries.naming import QuarterNames, names_for
from kash.quarters.queries.places import hindrances_of
from kash.quarters.rules.quarters import quarters_from
from kash.quarters.services import acceptance
from kash.quarters.services.proposals import (
    ProposalDetails,
    make_proposal,
    plan_anew,
    throw_away,
)
from kash.quarters.tables import PROPOSAL_COLUMNS, ProposalLine
from kash.quarters.words import TOUCHED, hindrance_text, last_day
from kash.workshops.forms import given

# A workshop is proposed no sooner, so that people can be invited.
DAYS_AHEAD = 14


@dataclass(frozen=True)
class LineShown:
    """A line as a page shows it: its names, the last of its days, and what stands in its way."""

    line: QuarterLine
    team: list[str]
    stations: list[tuple[str, int]]
    in_the_way: list[str] = field(default_factory=list)

    @property
    def last(self) -> object:
        """Its last day."""
        return last_day(self.line.first, self.line.days) if self.line.first else None

    @property
    def pinned(self) -> bool:
        """True if a planner fixed anything of it."""
        return self.line.pinned_day or self.line.pinned_venue or self.line.pinned_team


def shown(line: QuarterLine, names: QuarterNames) -> LineShown:
    """A line with the names that it needs."""
    stations = stations_of_line(line.stations)
    areas = sorted({names.places.get(one, "") for one, _count in stations} - {""})
    return LineShown(
        line,
        [names.trainers.get(one, "") for one in line.team],
        [(names.stations.get(one, ""), count) for one, count in stations],
        [hindrance_text(one, names, ", ".join(areas[:2])) for one in hindrances_of(line)],
    )


@blueprint.get("")
@allow("quarters.see")
@offers_table("quarters")
def index() -> ResponseReturnValue:
    """Proposals, the latest quarter first."""
    listing = queries.proposal_list()
    if is_taken():
        return taken(listing.turned(_with_names), PROPOSAL_COLUMNS)
    return render_template(
        "quarters/index.html", listing=listing, names=names_of(one.made_by for one in listing)
    )


def _with_names(rows: Sequence[Any]) -> list[ProposalLine]:
    names = names_of(one.made_by for one in rows)
    return [(one, names.get(one.made_by, "")) for one in rows]


@blueprint.route("/new", methods=["GET", "POST"])
@allow("quarters.plan")
def add() -> ResponseReturnValue:
    """Make a proposal, empty at first."""
    form, today = ProposalForm(), local_today()
    form.offer(today)
    if request.method == "GET":
        form.not_before.data = today + timedelta(days=DAYS_AHEAD)
        offered = list(quarters_from(today, QUARTERS))
        # Who plans a quarter mostly plans the next one.
        form.quarter.data = offered[1].code
    if form.validate_on_submit():
        with form.showing_problems():
            quarter = next(
                one for one in quarters_from(today, QUARTERS) if one.code == form.quarter.data
            )
            earliest = max(quarter.first, given(form.not_before.data), today + timedelta(days=1))
            details = form.command(ProposalDetails, first=earliest, last=quarter.last)
            made = make_proposal(details, by=current_actor(), public_id=form.key.data)
            return redirect(url_for("quarters.needs", public_id=made), code=303)
    return page("quarters/new.html", form=form)


@blueprint.get("/<public_id>")
@allow("quarters.see")
def proposal(public_id: str) -> ResponseReturnValue:
    """A proposal: what has a place, what has none and why, and what was rejected."""
    found = queries.proposal(public_id)
    lines = queries.lines_of(found)
    names = names_for(lines, current_actor())
    rows = [shown(one, names) for one in lines]
    return render_template(
        "quarters/proposal.html",
        proposal=found,
        form=_step(found),
        placed=[one for one in rows if one.line.state == "open" and one.line.has_place],
        waiting=[one for one in rows if one.line.state == "open" and not one.line.has_place],
        accepted=[one for one in rows if one.line.state == "accepted"],
        rejected=[one for one in rows if one.line.state == "rejected"],
        maker=names_of([found.made_by]).get(found.made_by, ""),
    )


def _step(found: QuarterProposal) -> LineStepForm:
    form = LineStepForm(formdata=None)
    form.row_version.data = str(found.row_version)
    return form


def _back(public_id: str) -> ResponseReturnValue:
    return redirect(url_for("quarters.proposal", public_id=public_id), code=303)


@blueprint.post("/<public_id>/work-out")
@allow("quarters.plan")
def work_out(public_id: str) -> ResponseReturnValue:
    """Work all places out anew but those that are fixed."""
    queries.proposal(public_id)
    with FlashedProblems(ChangedMeanwhile):
        plan_anew(public_id, LineStepForm().row_version_shown, by=current_actor())
        flash(_("Worked out anew. What you fixed stayed."))
    return _back(public_id)


@blueprint.post("/<public_id>/accept")
@allow("quarters.plan")
def accept(public_id: str) -> ResponseReturnValue:
    """Plan the workshops of the ticked lines, or of all that have a place."""
    lines = queries.lines_of(queries.proposal(public_id))
    chosen: Collection[str] = request.form.getlist("lines")
    if request.form.get("which") == "all":
        chosen = {one.public_id for one in lines}
    with FlashedProblems(ChangedMeanwhile, NothingChosen):
        done = acceptance.accept(
            public_id, frozenset(chosen), LineStepForm().row_version_shown, by=current_actor()
        )
        count = len(done.workshops)
        if count:
            flash(
                ngettext("One workshop is planned.", "%(num)s workshops are planned.", count)
                + " "
                + _("You can take all of them back as one.")
            )
        for sentence in done.refused.values():
            flash(sentence, "warn")
        if done.in_the_way:
            flash(
                ngettext(
                    "One workshop was not planned: something stands in its way by now, and is told"
                    " beside it.",
                    "%(num)s workshops were not planned: something stands in their way by now, and"
                    " is told beside them.",
                    len(done.in_the_way),
                ),
                "warn",
            )
    return _back(public_id)


@blueprint.route("/<public_id>/take-back", methods=["GET", "POST"])
@allow("quarters.plan")
def take_back(public_id: str) -> ResponseReturnValue:
    """Take back as one what was accepted: what goes, what stays and why."""
    found = queries.proposal(public_id)
    lines = queries.accepted_lines(found)
    form = LineStepForm()
    if request.method == "GET":
        form.row_version.data = str(found.row_version)
    elif form.validate_on_submit():
        with FlashedProblems(ChangedMeanwhile):
            done = acceptance.take_back(public_id, form.row_version_shown, by=current_actor())
            flash(
                ngettext(
                    "One workshop was taken back.", "%(num)s workshops were taken back.", done.count
                )
            )
            if done.stays:
                flash(
                    ngettext(
                        "One workshop stays, since somebody did something with it.",
                        "%(num)s workshops stay, since somebody did something with them.",
                        len(done.stays),
                    ),
                    "warn",
                )
        return _back(public_id)
    stays = {one.public_id: one for one in acceptance.what_stays(lines, local_today())}
    return page(
        "quarters/take_back.html",
        form=form,
        proposal=found,
        stays=stays.values(),
        goes=[one for one in lines if one.workshop and one.workshop.public_id not in stays],
        touched=TOUCHED,
    )


@blueprint.route("/<public_id>/throw-away", methods=["GET", "POST"])
@allow("quarters.plan")
def discard(public_id: str) -> ResponseReturnValue:
    """Throw away all that is not planned."""
    found = queries.proposal(public_id)
    form = LineStepForm()
    if request.method == "GET":
        form.row_version.data = str(found.row_version)
    elif form.validate_on_submit():
        with FlashedProblems(ChangedMeanwhile):
            gone = throw_away(public_id, form.row_version_shown, by=current_actor())
            flash(_("Thrown away. What was planned stays."))
            if gone:
                return redirect(url_for("quarters.index"), code=303)
        return _back(public_id)
    lines = queries.lines_of(found)
    return page(
        "quarters/throw_away.html",
        form=form,
        proposal=found,
        count=sum(one.state != "accepted" for one in lines),
    )
