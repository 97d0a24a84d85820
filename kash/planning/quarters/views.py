"""Forms of proposals: what holds for all, what stations need, and what a planner fixes. Columns of
the list of proposals, where it is taken away as a table. The page on which workshops are added by
need: what each station needs, and how many come. Pages of proposals: the list, a new one, one with
its lines, and what is done with all of it. One line: its place fixed by a planner, let move again,
rejected and restored."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms.validators import Optional

from kash.accounts.queries.accounts import names_of
from kash.certificates.coverage.queries import Subject, all_groups, area_choices
from kash.certificates.coverage.services import subject_word
from kash.people.models import Group
from kash.people.queries.directory import venues
from kash.people.words import day_name
from kash.planning.quarters import blueprint, queries
from kash.planning.quarters import services as acceptance
from kash.planning.quarters.models import QuarterLine, QuarterProposal
from kash.planning.quarters.queries import (
    QuarterNames,
    StationRow,
    hindrances_of,
    names_for,
    plannable_subjects,
    station_rows,
    stations_of_line,
    versions_of,
)
from kash.planning.quarters.queries import proposal as found_proposal
from kash.planning.quarters.rules import quarters_from
from kash.planning.quarters.services import (
    LINE_ACCEPTED,
    FixedPlace,
    PlacesWanted,
    ProposalDetails,
    add_workshops,
    make_proposal,
    plan_anew,
    throw_away,
)
from kash.planning.quarters.words import TOUCHED, hindrance_text, last_day, quarter_name
from kash.platform.web import KashForm, current_actor, go, page
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.errors import ChangedMeanwhile, Problem
from kash.platform.web.fields import DayField, NewIdField, SeveralField, TimeOfDayField
from kash.platform.web.formats import local_today
from kash.platform.web.forms import choice_field, required, whole_number_field
from kash.platform.web.row_versions import RowVersionForm
from kash.platform.web.taking import TableColumn, is_taken, offers_table, taken
from kash.policy import allow
from kash.training.models import CourseVersion
from kash.workshops.forms import given
from kash.workshops.queries.plan import trainers

# So many quarters can be chosen, the present one among them.
QUARTERS = 5
MOST_PLACES = 500


class ProposalForm(KashForm):
    """Settings of all workshops of a proposal."""

    key = NewIdField()
    quarter = choice_field(_l("Quarter"))
    not_before = DayField(
        _l("Not before"),
        validators=[required()],
        description=_l("People have to be invited first, so nothing is proposed before this day."),
    )
    weekdays = SeveralField(
        _l("Days on which the programme works"),
        coerce=int,
        validators=[required(_l("Tick at least one day."))],
        default=[0, 1, 2, 3, 4],
    )
    day_starts_at = TimeOfDayField(
        _l("A day begins at"), validators=[required()], default=time(8, 30)
    )
    day_ends_at = TimeOfDayField(_l("A day ends at"), validators=[required()], default=time(16, 30))
    trainers = whole_number_field(
        _l("Trainers of a workshop"),
        least=1,
        most=9,
        default=2,
        description=_l("One of them leads."),
    )
    most_minutes = whole_number_field(
        _l("Longest way to a workshop, in minutes"),
        least=5,
        most=600,
        default=90,
        description=_l("By the minutes between areas, as they were typed in."),
    )

    def offer(self, today: date) -> None:
        """Set the quarters and the weekdays in the language of the page."""
        self.quarter.choices = [
            (quarter.code, quarter_name(quarter)) for quarter in quarters_from(today, QUARTERS)
        ]
        self.weekdays.choices = [(day, day_name(day)) for day in range(7)]

    def check_together(self) -> None:
        """Also: a day that ends after it begins."""
        begins, ends = self.day_starts_at.data, self.day_ends_at.data
        if begins and ends and ends <= begins:
            self.mark_wrong(self.day_ends_at, _("A day must end after it begins."))


class NeedsForm(KashForm):
    """Places asked for: the course version, the limits of a workshop, and beside each station how
    many come (see `needs_form`)."""

    version = choice_field(_l("What is taught"))
    most = whole_number_field(_l("People at a workshop, at most"), least=2, most=200, default=24)
    fewest = whole_number_field(
        _l("People at a workshop, at least"),
        least=1,
        most=200,
        default=8,
        description=_l(
            "People left over are counted for you, and are among the needs the next time."
        ),
    )
    most_from_station = whole_number_field(
        _l("From one station at a time, at most"),
        least=1,
        most=200,
        default=10,
        description=_l("So that no station is left without its people on one day."),
    )
    rows: Sequence[StationRow] = ()

    def check_together(self) -> None:
        """Also: the fewest not more than the most."""
        if self.most.data and self.fewest.data and self.fewest.data > self.most.data:
            self.mark_wrong(self.fewest, _("This is more than at most come."))

    def places(self) -> dict[str, int]:
        """Places asked for, by stations (public ids)."""
        return {station.public_id: self[field_of(station)].data or 0 for station in self.rows}


def field_of(row: StationRow) -> str:
    """The name of a station's field."""
    return f"places_{row.public_id}"


def needs_form(rows: Sequence[StationRow]) -> type[NeedsForm]:
    """The form with a field for each station, filled with the places that nothing is planned for
    yet."""
    fields: dict[str, Any] = {
        field_of(station_row): whole_number_field(
            station_row.name, least=0, most=MOST_PLACES, required=False, default=station_row.left
        )
        for station_row in rows
    }
    return type("StationNeedsForm", (NeedsForm,), {**fields, "rows": rows})


class LineForm(RowVersionForm):
    """Day, venue and trainers that a planner fixes; what is left empty may move."""

    first = DayField(_l("First day"), validators=[Optional()])
    venue = choice_field(_l("Venue"), required=False)
    lead = choice_field(_l("Who leads"), required=False)
    team = SeveralField(_l("Who teaches beside"), coerce=str, choices=[])

    def offer(self, venues: Sequence[tuple[str, str]], trainers: Sequence[tuple[str, str]]) -> None:
        """Set what can be chosen."""
        self.venue.choices = [("", _("May move")), *venues]
        self.lead.choices = [("", _("May move")), *trainers]
        self.team.choices = list(trainers)

    def check_together(self) -> None:
        """Also: nobody teaches beside nobody."""
        if self.team.data and not self.lead.data:
            self.mark_wrong(self.lead, _("Choose who leads, or nobody at all."))


class LineStepForm(RowVersionForm):
    """A step with a proposal as it was shown."""


# A row of the list, and the name of the person who made it.
ProposalLine = tuple[Any, str]
PROPOSAL_COLUMNS: Sequence[TableColumn[ProposalLine]] = (
    TableColumn(_l("First day"), lambda line: line[0].first, "#date+start"),
    TableColumn(_l("Last day"), lambda line: line[0].last, "#date+end"),
    TableColumn(_l("Workshops"), lambda line: int(line[0].lines), "#activity+num"),
    TableColumn(_l("With a place"), lambda line: int(line[0].placed), "#activity+num+placed"),
    TableColumn(_l("Planned"), lambda line: int(line[0].accepted), "#activity+num+planned"),
    TableColumn(_l("Made"), lambda line: line[0].made_at, "#date+made"),
    TableColumn(_l("By whom"), lambda line: line[1], "#contact+name"),
)


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
        return [(subject.code, subject_word(subject)) for subject in self.subjects]

    @property
    def area_choices(self) -> list[tuple[str, str]]:
        """The zones; one query."""
        return [("", _("All areas")), *area_choices()]

    def rows(self) -> list[StationRow]:
        """Stations that need places."""
        stations = station_rows(
            self.proposal, self.subject, self.group, local_today(), area=self.area
        )
        return stations[:MOST_STATIONS]


def _asked(proposal: QuarterProposal) -> NeedsRequest | None:
    offered, groups = plannable_subjects(), all_groups()
    if not offered or not groups:
        return None
    code, letter = request.args.get("of", ""), request.args.get("group", "")
    subject = next(
        (subject_offered for subject_offered in offered if subject_offered.code == code), offered[0]
    )
    return NeedsRequest(
        proposal,
        subject,
        offered,
        next((group for group in groups if group.letter == letter), groups[0]),
        groups,
        request.args.get("area", "")[:16],
        versions_of(subject.course or 0),
    )


@blueprint.route("/<public_id>/needs", methods=["GET", "POST"])
@allow("quarters.plan")
def needs(public_id: str) -> ResponseReturnValue:
    """Needs of stations, and workshops added for them."""
    needed = _asked(found_proposal(public_id))
    if needed is None or not needed.versions:
        return render_template(
            "quarters/nothing.html", proposal=found_proposal(public_id), asked=needed
        )
    rows = needed.rows()
    form = needs_form(rows)()
    form.version.choices = [
        (
            version.public_id,
            _("%(title)s, version %(number)s", title=version.public_title, number=version.number),
        )
        for version in needed.versions
    ]
    if request.method == "GET":
        latest = needed.versions[0]
        form.version.data = latest.public_id
        form.most.data = latest.group_most or form.most.data
        form.fewest.data = min(latest.group_least or form.fewest.data or 1, form.most.data or 1)
    if form.validate_on_submit():
        with form.showing_problems():
            wanted = form.command(PlacesWanted, group=needed.group.letter, places=form.places())
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
            return go("quarters.proposal")
    return page("quarters/needs.html", form=form, asked=needed, rows=rows, field_of=field_of)


def _version_text(version: CourseVersion) -> str:
    return _("%(title)s, version %(number)s", title=version.public_title, number=version.number)


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
    areas = sorted({names.places.get(station, "") for station, _count in stations} - {""})
    return LineShown(
        line,
        [names.trainers.get(trainer, "") for trainer in line.team],
        [(names.stations.get(station, ""), count) for station, count in stations],
        [
            hindrance_text(hindrance, names, ", ".join(areas[:2]))
            for hindrance in hindrances_of(line)
        ],
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
        "quarters/index.html",
        listing=listing,
        names=names_of(proposal.made_by for proposal in listing),
    )


def _with_names(rows: Sequence[Any]) -> list[ProposalLine]:
    names = names_of(proposal.made_by for proposal in rows)
    return [(proposal, names.get(proposal.made_by, "")) for proposal in rows]


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
                quarter
                for quarter in quarters_from(today, QUARTERS)
                if quarter.code == form.quarter.data
            )
            earliest = max(quarter.first, given(form.not_before.data), today + timedelta(days=1))
            details = form.command(ProposalDetails, first=earliest, last=quarter.last)
            new_id = make_proposal(details, by=current_actor(), public_id=form.key.data)
            return go("quarters.needs", public_id=new_id)
    return page("quarters/new.html", form=form)


@blueprint.get("/<public_id>")
@allow("quarters.see")
def proposal(public_id: str) -> ResponseReturnValue:
    """A proposal: what has a place, what has none and why, and what was rejected."""
    stored = queries.proposal(public_id)
    lines = queries.lines_of(stored)
    names = names_for(lines, current_actor())
    rows = [shown(line, names) for line in lines]
    return render_template(
        "quarters/proposal.html",
        proposal=stored,
        form=_step(stored),
        placed=[line for line in rows if line.line.state == "open" and line.line.has_place],
        waiting=[line for line in rows if line.line.state == "open" and not line.line.has_place],
        accepted=[line for line in rows if line.line.state == "accepted"],
        rejected=[line for line in rows if line.line.state == "rejected"],
        maker=names_of([stored.made_by]).get(stored.made_by, ""),
    )


def _step(found: QuarterProposal) -> LineStepForm:
    form = LineStepForm(formdata=None)
    form.row_version.data = str(found.row_version)
    return form


def _back(public_id: str) -> ResponseReturnValue:
    return go("quarters.proposal", public_id=public_id)


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
        chosen = {line.public_id for line in lines}
    with FlashedProblems(ChangedMeanwhile):
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
    proposal = queries.proposal(public_id)
    lines = queries.accepted_lines(proposal)
    form = LineStepForm()
    if request.method == "GET":
        form.row_version.data = str(proposal.row_version)
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
    stays = {stay.public_id: stay for stay in acceptance.what_stays(lines, local_today())}
    return page(
        "quarters/take_back.html",
        form=form,
        proposal=proposal,
        stays=stays.values(),
        goes=[line for line in lines if line.workshop and line.workshop.public_id not in stays],
        touched=TOUCHED,
    )


@blueprint.route("/<public_id>/throw-away", methods=["GET", "POST"])
@allow("quarters.plan")
def discard(public_id: str) -> ResponseReturnValue:
    """Throw away all that is not planned."""
    proposal = queries.proposal(public_id)
    form = LineStepForm()
    if request.method == "GET":
        form.row_version.data = str(proposal.row_version)
    elif form.validate_on_submit():
        with FlashedProblems(ChangedMeanwhile):
            gone = throw_away(public_id, form.row_version_shown, by=current_actor())
            flash(_("Thrown away. What was planned stays."))
            if gone:
                return go("quarters.index")
        return _back(public_id)
    lines = queries.lines_of(proposal)
    return page(
        "quarters/throw_away.html",
        form=form,
        proposal=proposal,
        count=sum(line.state != "accepted" for line in lines),
    )


def _open(public_id: str, line_id: str) -> tuple[QuarterProposal, QuarterLine]:
    """A proposal and a line of it that can be changed. Raises NotFound and Problem."""
    proposal = queries.proposal(public_id)
    line = queries.line(proposal, line_id)
    if line.state == "accepted":
        raise Problem(LINE_ACCEPTED)
    return proposal, line


@blueprint.route("/<public_id>/lines/<line_id>", methods=["GET", "POST"])
@allow("quarters.plan")
def line(public_id: str, line_id: str) -> ResponseReturnValue:
    """Fix a day, a venue or trainers of a line."""
    stored, chosen = _open(public_id, line_id)
    form = LineForm()
    form.offer(
        [
            (venue.public_id, _venue_text(venue.name, venue.seats, venue.safe_for))
            for venue in venues()
        ],
        [(trainer.public_id, trainer.name) for trainer in trainers()],
    )
    if request.method == "GET":
        _fill(form, stored, chosen)
    if form.validate_on_submit():
        with form.showing_problems():
            acceptance.fix_line(
                public_id,
                line_id,
                form.command(FixedPlace),
                form.row_version_shown,
                by=current_actor(),
            )
            return go("quarters.proposal", _("Saved."))
        stored, chosen = _open(public_id, line_id)
    if form.changed_meanwhile:
        form.compare(_saved(stored, chosen))
    return page(
        "quarters/line.html",
        form=form,
        proposal=stored,
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


def _lines_step(
    public_id: str, line_id: str, service: Callable[..., None], said: str
) -> ResponseReturnValue:
    _open(public_id, line_id)
    with FlashedProblems(ChangedMeanwhile):
        service(public_id, line_id, LineStepForm().row_version_shown, by=current_actor())
        flash(said)
    return go("quarters.proposal", public_id=public_id)


@blueprint.post("/<public_id>/lines/<line_id>/fix")
@allow("quarters.plan")
def fix(public_id: str, line_id: str) -> ResponseReturnValue:
    """Fix a line where it is."""
    return _lines_step(
        public_id, line_id, acceptance.fix_as_it_is, _("Fixed. It stays where it is.")
    )


@blueprint.post("/<public_id>/lines/<line_id>/let-move")
@allow("quarters.plan")
def let_move(public_id: str, line_id: str) -> ResponseReturnValue:
    """Let a line move again."""
    return _lines_step(public_id, line_id, acceptance.let_move, _("It may move again."))


@blueprint.post("/<public_id>/lines/<line_id>/reject")
@allow("quarters.plan")
def reject(public_id: str, line_id: str) -> ResponseReturnValue:
    """Reject a line."""
    sentence = _("Rejected. Its place is free for others.")
    return _lines_step(public_id, line_id, acceptance.reject_line, sentence)


@blueprint.post("/<public_id>/lines/<line_id>/restore")
@allow("quarters.plan")
def restore(public_id: str, line_id: str) -> ResponseReturnValue:
    """Take back that a line was rejected."""
    return _lines_step(public_id, line_id, acceptance.restore_line, _("It is proposed again."))
