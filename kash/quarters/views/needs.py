"""The page on which workshops are added by need: what each station needs, and how many come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from kash.coverage.queries.goals import area_choices
from kash.coverage.queries.stations import all_groups
from kash.coverage.queries.subjects import Subject
from kash.coverage.words import subject_word
from kash.people.models import Group
from kash.platform.web import current_actor, page
from kash.platform.web.formats import local_today
from kash.policy import allow
from kash.quarters import blueprint
from kash.quarters.errors import NothingAsked, ProposalTooLong
from kash.quarters.forms import field_of, needs_form
from kash.quarters.models import QuarterProposal
from kash.quarters.queries.needs import (
    StationRow,
    plannable_subjects,
    station_rows,
    versions_of,
)
from kash.quarters.queries.proposals import proposal as found_proposal
from kash.quarters.services.proposals import PlacesWanted, add_workshops
from kash.training.models import CourseVersion

# More stations than anybody fills in on one page: an area narrows them.
MOST_STATIONS = 200


@dataclass(frozen=True)
class NeedsRequest:
    """Request of the page: of which subject, for which group and area, and what there is to
    choose."""

    proposal: QuarterProposal
    subject: Subject
    subjects: Sequence[Subject]
    group: Group
    groups: Sequence[Group]
    area: str
    versions: Sequence[CourseVersion]

    @property
    def arguments(self) -> dict[str, str]:
        """Arguments of the address of the same page."""
        given = {"of": self.subject.code, "group": self.group.letter, "area": self.area}
        return {name: value for name, value in given.items() if value}

    @property
    def subject_choices(self) -> list[tuple[str, str]]:
        """The subjects as a list offers them."""
        return [(one.code, subject_word(one)) for one in self.subjects]

    @property
    def area_choices(self) -> list[tuple[str, str]]:
        """The zones; one query."""
        return [("", _("All areas")), *area_choices()]

    def rows(self) -> list[StationRow]:
        """Stations that need places."""
        found = station_rows(self.proposal, self.subject, self.group, local_today(), area=self.area)
        return found[:MOST_STATIONS]


def _asked(proposal: QuarterProposal) -> NeedsRequest | None:
    offered, groups = plannable_subjects(), all_groups()
    if not offered or not groups:
        return None
    code, letter = request.args.get("of", ""), request.args.get("group", "")
    subject = next((one for one in offered if one.code == code), offered[0])
    return NeedsRequest(
        proposal,
        subject,
        offered,
        next((one for one in groups if one.letter == letter), groups[0]),
        groups,
        request.args.get("area", "")[:16],
        versions_of(subject.course or 0),
    )


@blueprint.route("/<public_id>/needs", methods=["GET", "POST"])
@allow("quarters.plan")
def needs(public_id: str) -> ResponseReturnValue:
    """Needs of stations, and workshops added for them."""
    asked = _asked(found_proposal(public_id))
    if asked is None or not asked.versions:
        return render_template(
            "quarters/nothing.html", proposal=found_proposal(public_id), asked=asked
        )
    rows = asked.rows()
    form = needs_form(rows)()
    form.version.choices = [
        (
            one.public_id,
            _("%(title)s, version %(number)s", title=one.public_title, number=one.number),
        )
        for one in asked.versions
    ]
    if request.method == "GET":
        latest = asked.versions[0]
        form.version.data = latest.public_id
        form.most.data = latest.group_most or form.most.data
        form.fewest.data = min(latest.group_least or form.fewest.data or 1, form.most.data or 1)
    if form.validate_on_submit():
        with form.showing_problems(NothingAsked, ProposalTooLong):
            wanted = form.command(PlacesWanted, group=asked.group.letter, places=form.places())
            added = add_workshops(public_id, wanted, by=current_actor())
            flash(ngettext("One workshop was added.", "%(num)s workshops were added.", added.lines))
            if added.left_over:
                flash(
                    ngettext(
                        "One person is left over: too few for a workshop.",
                        "%(num)s people are left over: too few for a workshop.",
                        added.left_over,
                    ),
                    "warn",
                )
            return redirect(url_for("quarters.proposal", public_id=public_id), code=303)
    return page("quarters/needs.html", form=form, asked=asked, rows=rows, field_of=field_of)


def _version_text(version: CourseVersion) -> str:
    return _("%(title)s, version %(number)s", title=version.public_title, number=version.number)
