"""The form of the goal. Columns of the list of people at a station, where it is taken away as a
table. Requests of pages of coverage: of which subject, for which people, and in which order. The
programme's goal. Where trained people went. Training needs by station. Coverage as a page to
print. Coverage of all stations, and one station with its people. Figures as tables to take along:
counts by station, and no names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.accounts.queries.accounts import names_of
from kash.certificates.coverage import blueprint, queries
from kash.certificates.coverage.queries import area_choices, cadres, subjects
from kash.certificates.coverage.rules import (
    LEAST_YEARS,
    Move,
    Outlook,
    StationNeed,
    Training,
    total_need,
)
from kash.certificates.coverage.services import TRAINING, coverage_paper, set_goal, subject_word
from kash.certificates.tracks.forms import sentence
from kash.certificates.tracks.queries.tracks import all_names
from kash.people.models import Group
from kash.platform.database import db
from kash.platform.web import KashForm, Listing, current_actor, download, page
from kash.platform.web.errors import one_or_404
from kash.platform.web.formats import local_today
from kash.platform.web.forms import choice_field, whole_number_field
from kash.platform.web.language import language_code
from kash.platform.web.lists import ROWS, asked_for
from kash.platform.web.pages import go
from kash.platform.web.taking import TableColumn, is_taken, offers_table, own_table, taken
from kash.policy import allow


class GoalForm(KashForm):
    """Goal of the programme; the view offers its zones."""

    wanted = whole_number_field(_l("Trained people wanted at each station"), least=1, most=50)
    due_months = whole_number_field(
        _l("A refresher is due so many months before the last day"), least=1, most=24
    )
    area = choice_field(_l("Where the programme works"), [], required=False)


# Somebody at a station, and the names of all courses and tracks.
StationLine = tuple[Any, Any]
STATION_COLUMNS: Sequence[TableColumn[StationLine]] = (
    TableColumn(_l("Name"), lambda line: line[0].name, "#beneficiary+name"),
    TableColumn(_l("Rank or role"), lambda line: line[0].cadre, "#beneficiary+rank"),
    TableColumn(_l("Training"), lambda line: TRAINING[line[0].training], "#status"),
    TableColumn(_l("Last day"), lambda line: line[0].last_day, "#date+end"),
    TableColumn(
        _l("Next step"),
        lambda line: sentence(line[0].step, line[1]) if line[0].step else "",
        "#activity+next",
    ),
)


Row = TypeVar("Row")


@dataclass(frozen=True)
class CoverageRequest:
    """Request of a page, and what could be asked for. The subject and the group are the first ones
    unless the address says another that is there."""

    subject: queries.Subject
    subjects: Sequence[queries.Subject]
    group: Group
    groups: Sequence[Group]
    goal: queries.Goal
    today: date
    cadre: str
    cadres: Sequence[str]
    area: str

    @property
    def arguments(self) -> dict[str, str]:
        """Arguments of an address of another page about the same."""
        given = {
            "of": self.subject.code,
            "group": self.group.letter,
            "cadre": self.cadre,
            "area": self.area,
        }
        return {name: value for name, value in given.items() if value}

    @property
    def subject_choices(self) -> list[tuple[str, str]]:
        """The subjects as a list offers them."""
        return [(subject.code, subject_word(subject)) for subject in self.subjects]

    @property
    def cadre_choices(self) -> list[tuple[str, str]]:
        """The ranks or roles of the group."""
        return [("", _("Any")), *((cadre, cadre) for cadre in self.cadres)]

    @property
    def area_choices(self) -> list[tuple[str, str]]:
        """The zones; one query."""
        return [("", _("All areas")), *area_choices()]

    def coverage(self) -> queries.Coverage:
        """Coverage as asked for."""
        return queries.coverage_now(
            self.subject, self.group, self.goal, self.today, cadre=self.cadre, area=self.area
        )


def what_is_asked() -> CoverageRequest | None:
    """Request that the address makes; None while there is no track, certificate or group. Five
    queries."""
    offered, groups = subjects(), queries.all_groups()
    if not offered or not groups:
        return None
    code, letter = request.args.get("of", ""), request.args.get("group", "")
    group = next((group for group in groups if group.letter == letter), groups[0])
    ranks, cadre = cadres(current_actor(), group.id), request.args.get("cadre", "")
    return CoverageRequest(
        next((subject for subject in offered if subject.code == code), offered[0]),
        offered,
        group,
        groups,
        queries.goal_of(queries.latest_goal()),
        local_today(),
        cadre if cadre in ranks else "",
        ranks,
        request.args.get("area", "")[:16],
    )


def sorted_page(
    rows: Sequence[Row],
    sorts: Mapping[str, Callable[[Row], Any]],
    default: str,
    direction: str = "asc",
) -> Listing[Row]:
    """The page of rows held in memory that the request asks for, in its order. Rows that are equal
    stay in theirs."""
    order = asked_for(sorts, default, direction)
    ordered = sorted(rows, key=sorts[order.sort], reverse=order.direction == "desc")
    pages = max(1, -(-len(ordered) // ROWS))
    number = min(order.page, pages)
    shown = ordered[(number - 1) * ROWS : number * ROWS]
    return Listing(shown, number, pages, len(ordered), order.sort, order.direction)


@blueprint.route("/goal", methods=["GET", "POST"])
@allow("coverage.goal")
def goal() -> ResponseReturnValue:
    """How many trained people each station is to have, with the goals set before."""
    latest = queries.latest_goal()
    form = GoalForm(data=vars(queries.goal_of(latest)))
    form.area.choices = [("", _("Wherever there is a station")), *area_choices()]
    if latest is not None and latest.area is not None and not latest.area.active:
        form.area.choices.append((latest.area.public_id, latest.area.name))
    if form.validate_on_submit():
        with form.showing_problems():
            set_goal(form.command(queries.Goal), by=current_actor())
            return go("coverage.index", _("Saved."))
    earlier = queries.goals_set()
    return page(
        "coverage/goal.html",
        form=form,
        earlier=earlier,
        names=names_of(former.set_by for former in earlier),
    )


MONTHS = (3, 12, 36)
SORTS: Mapping[str, Callable[[Move], Any]] = {
    "day": lambda move: move.day,
    "people": lambda move: move.people,
}


@blueprint.get("/moves")
@allow("coverage.see")
def moves() -> ResponseReturnValue:
    """From which station to which trained people were moved, and who was lost."""
    wanted = what_is_asked()
    if wanted is None:
        return render_template("coverage/nothing.html", current="moves")
    months = months_asked()
    moves_shown = queries.moved(wanted.coverage(), months, wanted.area)
    return render_template(
        "coverage/moves.html",
        asked=wanted,
        moved=moves_shown,
        listing=sorted_page(moves_shown.moves, SORTS, "day", "desc"),
        months=months,
        month_choices=[(number, _("Months: %(number)s", number=number)) for number in MONTHS],
    )


def months_asked() -> int:
    """How many months back the address asks for; a year unless it says another period."""
    given = request.args.get("months", "")
    return int(given) if given in {str(number) for number in MONTHS} else 12


NEEDS_SORTS: Mapping[str, Callable[[StationNeed], Any]] = {
    "need": lambda row: row.need,
    "name": lambda row: row.station.name.casefold(),
    "posted": lambda row: row.posted,
    "holds": lambda row: row.holds,
    "due": lambda row: row.due,
    "ran_out": lambda row: row.ran_out,
    "on_the_way": lambda row: row.on_the_way,
    "none": lambda row: row.none,
}


@blueprint.get("/needs")
@allow("coverage.see")
def needs() -> ResponseReturnValue:
    """How many people at each station need training, the most first."""
    wanted = what_is_asked()
    if wanted is None:
        return render_template("coverage/nothing.html", current="needs")
    rows = wanted.coverage().needs
    return render_template(
        "coverage/needs.html",
        asked=wanted,
        listing=sorted_page(rows, NEEDS_SORTS, "need", "desc"),
        total=total_need(rows),
        known=all_names(),
    )


@blueprint.get("/page.pdf")
@allow("coverage.see")
def paper() -> Response:
    """The stations with the fewest trained people, on one page."""
    wanted = one_or_404(what_is_asked())
    content = coverage_paper(
        wanted.coverage(), wanted.subject, language=language_code(), today=wanted.today
    )
    return download(content, name="coverage.pdf", type="application/pdf")


STATIONS_SORTS: Mapping[str, Callable[[StationNeed], Any]] = {
    "holds": lambda row: row.holds,
    "name": lambda row: row.station.name.casefold(),
    "posted": lambda row: row.posted,
    "due": lambda row: row.due,
}
YEAR = timedelta(days=365)


@blueprint.get("")
@allow("coverage.see")
def index() -> ResponseReturnValue:
    """Trained people who are still posted at each station, the fewest first."""
    wanted = what_is_asked()
    if wanted is None:
        return render_template("coverage/nothing.html", current="stations")
    coverage = wanted.coverage()
    stations = [need.station for need in coverage.needs]
    listing = sorted_page(coverage.needs, STATIONS_SORTS, "holds")
    line, covered = coverage.line(stations), coverage.covered(stations)
    return render_template(
        "coverage/index.html",
        asked=wanted,
        coverage=coverage,
        listing=listing,
        forecasts=[coverage.forecast(need) for need in listing],
        total=total_need(coverage.needs),
        line=line,
        covered=covered,
        least_years=LEAST_YEARS,
    )


@blueprint.get("/stations/<public_id>")
@allow("coverage.see")
@offers_table("list", names=True)
def station(public_id: str) -> ResponseReturnValue:
    """One station: over time, its people as far as the actor reaches them, who came and went."""
    request_made = one_or_404(what_is_asked())
    coverage = request_made.coverage()
    need = one_or_404(
        next((need for need in coverage.needs if need.station.public_id == public_id), None)
    )
    wanted = request.args.get("training", "")
    listing, reached = queries.people_at(
        need.station.key,
        request_made.group.id,
        request_made.subject,
        request_made.goal,
        request_made.today,
        current_actor(),
        cadre=request_made.cadre,
        training=wanted if wanted in set(Training) else "",
    )
    known_names = all_names()
    if is_taken():
        return taken(((person, known_names) for person in listing), STATION_COLUMNS)
    moves = [
        move
        for move in coverage.moves(request_made.today - 2 * YEAR)
        if need.station.key in (move.origin, move.destination)
    ]
    return render_template(
        "coverage/station.html",
        asked=request_made,
        need=need,
        forecast=coverage.forecast(need),
        coverage=coverage,
        line=coverage.line([need.station]),
        moves=moves[:20],
        organisations=queries.organisation_names(db.session()),
        listing=listing,
        reached=reached,
        training=wanted,
        trainings=TRAINING,
        known=known_names,
    )


@blueprint.get("/table")
@allow("coverage.see")
def table() -> Response:
    """Training needs, coverage or moves, as the page shows them."""
    wanted = one_or_404(what_is_asked())
    rows_of = {"needs": _needs, "moves": _moves}.get(request.args.get("what", ""), _coverage)
    return own_table(rows_of(wanted), file="coverage")


def _needs(asked: CoverageRequest) -> Iterator[Sequence[object]]:
    yield needs_head()
    known_names = all_names()
    for need in asked.coverage().needs:
        yield (
            *needs_row(need),
            sentence(need.lacking, known_names) if need.lacking else "",
            need.lack,
        )


def needs_head() -> list[str]:
    """The head of a table of needs."""
    return [
        _("Station"),
        _("Place"),
        _("Posted"),
        _("Trained"),
        _("Refresher due"),
        _("Training ran out"),
        _("On the way"),
        _("No training"),
        _("Places needed"),
        _("Most of them lack"),
        _("How many lack it"),
    ]


def needs_row(row: StationNeed) -> Sequence[object]:
    """A station as a row of it, but for what most lack."""
    return (
        row.station.name,
        row.station.place,
        row.posted,
        row.holds,
        row.due,
        row.ran_out,
        row.on_the_way,
        row.none,
        row.need,
    )


def _coverage(asked: CoverageRequest) -> Iterator[Sequence[object]]:
    coverage = asked.coverage()
    yield [
        _("Station"),
        _("Place"),
        _("Posted"),
        _("Trained"),
        _("Wanted"),
        _("Refresher due"),
        _("Under the wanted number in"),
        _("Eight times in ten from"),
        _("to"),
        *coverage.days,
    ]
    for need in coverage.needs:
        forecast = coverage.forecast(need)
        under = forecast.outlook is Outlook.UNDER
        yield (
            need.station.name,
            need.station.place,
            need.posted,
            need.holds,
            coverage.goal.wanted,
            need.due,
            _("now") if under else forecast.by and f"{forecast.by:%Y-%m}",
            forecast.early and f"{forecast.early:%Y-%m}",
            forecast.late and f"{forecast.late:%Y-%m}",
            *coverage.line([need.station]),
        )


def _moves(asked: CoverageRequest) -> Iterator[Sequence[object]]:
    moves_shown = queries.moved(asked.coverage(), months_asked(), asked.area)
    yield [_("Day"), _("From"), _("To"), _("Trained people"), _("Mass transfer")]
    for move in moves_shown.moves:
        destination = moves_shown.organisations.get(move.destination or 0)
        yield (
            move.day,
            moves_shown.organisations[move.origin].name,
            destination.name if destination else _("not known"),
            move.people,
            _("yes") if move.transfer else "",
        )
