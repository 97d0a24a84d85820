"""Columns of the lists of tracks, where they are taken away as tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from kash.platform.web.taking import TableColumn
from kash.tracks.queries.tracks import TrackRow
from kash.tracks.queries.visits import VisitRow
from kash.tracks.rules.visits import VisitKind
from kash.tracks.words import STANDING, VISITS, sentence, track_name

TRACK_COLUMNS: Sequence[TableColumn[TrackRow]] = (
    TableColumn(_l("Track"), lambda row: track_name(row.name, row.name_sw), "#activity+name"),
    TableColumn(_l("What it leads to"), lambda row: row.purpose, "#output"),
    TableColumn(_l("People"), lambda row: row.enrolled, "#reached"),
    TableColumn(_l("Version"), lambda row: row.published or "", "#meta+version"),
    TableColumn(_l("Not published yet"), lambda row: bool(row.unpublished), "#status"),
)
# Somebody on a track, and the names of all courses and tracks.
OnTrackLine = tuple[Any, Any]
ON_TRACK_COLUMNS: Sequence[TableColumn[OnTrackLine]] = (
    TableColumn(_l("Name"), lambda line: line[0].name, "#beneficiary+name"),
    TableColumn(_l("Version"), lambda line: line[0].version, "#meta+version"),
    TableColumn(_l("Since"), lambda line: line[0].since, "#date+start"),
    TableColumn(_l("Done"), lambda line: line[0].done, "#output+num"),
    TableColumn(_l("Of"), lambda line: line[0].parts, "#targeted+num"),
    TableColumn(_l("Badge since"), lambda line: line[0].standing.earned_on, "#date+earned"),
    TableColumn(_l("How it stands"), lambda line: STANDING[line[0].standing.state], "#status"),
    TableColumn(_l("Until"), lambda line: line[0].standing.last_day, "#date+end"),
    TableColumn(
        _l("Next step"),
        lambda line: sentence(line[0].step, line[1]) if line[0].step else "",
        "#activity+next",
    ),
)
# A visit, and the name of whoever was there.
VisitLine = tuple[VisitRow, str]
VISIT_COLUMNS: Sequence[TableColumn[VisitLine]] = (
    TableColumn(_l("Name"), lambda line: line[0].name, "#beneficiary+name"),
    TableColumn(_l("Day"), lambda line: line[0].day, "#date"),
    TableColumn(_l("Occasion"), lambda line: VISITS[VisitKind(line[0].kind)], "#event+type"),
    TableColumn(_l("Who was there"), lambda line: line[1], "#contact+name"),
    TableColumn(_l("Next visit"), lambda line: line[0].next_on, "#date+next"),
    TableColumn(_l("Due now"), lambda line: line[0].due, "#status"),
)
