"""Figures as tables to take along: counts by station, and no names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flask import Response, request
from flask_babel import gettext as _

from kash.coverage import blueprint
from kash.coverage.queries.moves import moved
from kash.coverage.rules.needs import StationNeed
from kash.coverage.rules.pace import Outlook
from kash.coverage.views.asked import CoverageRequest, what_is_asked
from kash.coverage.views.moves import months_asked
from kash.platform.web.errors import one_or_404
from kash.platform.web.taking import own_table
from kash.policy import allow
from kash.tracks.queries.tracks import all_names
from kash.tracks.words import sentence


@blueprint.get("/table")
@allow("coverage.see")
def table() -> Response:
    """Training needs, coverage or moves, as the page shows them."""
    asked = one_or_404(what_is_asked())
    made = {"needs": _needs, "moves": _moves}.get(request.args.get("what", ""), _coverage)
    return own_table(made(asked), file="coverage")


def _needs(asked: CoverageRequest) -> Iterator[Sequence[object]]:
    yield needs_head()
    known = all_names()
    for row in asked.coverage().needs:
        yield (*needs_row(row), sentence(row.lacking, known) if row.lacking else "", row.lack)


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
    found = asked.coverage()
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
        *found.days,
    ]
    for row in found.needs:
        forecast = found.forecast(row)
        under = forecast.outlook is Outlook.UNDER
        yield (
            row.station.name,
            row.station.place,
            row.posted,
            row.holds,
            found.goal.wanted,
            row.due,
            _("now") if under else forecast.by and f"{forecast.by:%Y-%m}",
            forecast.early and f"{forecast.early:%Y-%m}",
            forecast.late and f"{forecast.late:%Y-%m}",
            *found.line([row.station]),
        )


def _moves(asked: CoverageRequest) -> Iterator[Sequence[object]]:
    found = moved(asked.coverage(), months_asked(), asked.area)
    yield [_("Day"), _("From"), _("To"), _("Trained people"), _("Mass transfer")]
    for move in found.moves:
        destination = found.organisations.get(move.destination or 0)
        yield (
            move.day,
            found.organisations[move.origin].name,
            destination.name if destination else _("not known"),
            move.people,
            _("yes") if move.transfer else "",
        )
