"""Columns of the lists of people, organisations and services, where they are taken away as tables.

Neither a phone nor an e-mail of a person is one of them: those are shown one by one, and noted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from kash.people import directory_words, words
from kash.people.models import PeopleList, ServiceEntry
from kash.people.queries.search import ListedPerson
from kash.platform.vault.models import AuditEntry
from kash.platform.web.taking import TableColumn

NAME_COLUMNS: Sequence[TableColumn[ListedPerson]] = (
    TableColumn(_l("Name"), lambda one: one.chosen_name, "#beneficiary+name"),
    TableColumn(_l("Group"), lambda one: one.group_name, "#beneficiary+type"),
)
PERSON_COLUMNS: Sequence[TableColumn[ListedPerson]] = (
    *NAME_COLUMNS,
    TableColumn(_l("Station"), lambda one: one.organisation, "#org+name"),
    TableColumn(_l("Ward"), lambda one: one.ward, "#adm3+name"),
    TableColumn(_l("Rank or cadre"), lambda one: one.cadre, "#beneficiary+rank"),
    TableColumn(_l("Number"), lambda one: one.reference, "#beneficiary+id"),
    TableColumn(_l("Under 18"), lambda one: one.minor, "#beneficiary+minor"),
    TableColumn(_l("Added"), lambda one: one.created_at, "#date+added"),
)
# Rows of `minors`.
MINOR_COLUMNS: Sequence[TableColumn[Any]] = (
    TableColumn(_l("Name"), lambda row: row.chosen_name, "#beneficiary+name"),
    TableColumn(_l("Group"), lambda row: row.group_name, "#beneficiary+type"),
    TableColumn(_l("Since"), lambda row: row.since, "#date+start"),
    TableColumn(_l("Seen"), lambda row: row.seen_at, "#date+seen"),
)
# Rows of `organisation_list`.
ORGANISATION_COLUMNS: Sequence[TableColumn[Any]] = (
    TableColumn(_l("Name"), lambda row: row.name, "#org+name"),
    TableColumn(_l("Kind"), lambda row: words.KIND[row.kind], "#org+type"),
    TableColumn(_l("Place"), lambda row: row.place, "#loc+name"),
    TableColumn(_l("Group"), lambda row: row.group_name, "#beneficiary+type"),
    TableColumn(_l("People there now"), lambda row: row.people, "#population"),
)
# An entry of the trail, and the name of whoever acted.
TrailLine = tuple[AuditEntry, str]
PERSON_TRAIL_COLUMNS: Sequence[TableColumn[TrailLine]] = (
    TableColumn(_l("When"), lambda line: line[0].at, "#date"),
    TableColumn(_l("Who"), lambda line: line[1], "#contact+name"),
    TableColumn(_l("What"), lambda line: words.trail_text(line[0].action), "#activity"),
)
_LIST_STATES = {"waiting": _l("Waits for you"), "undone": _l("Undone")}
# A list that was brought in, and the name of whoever did.
BroughtList = tuple[PeopleList, str]
LIST_COLUMNS: Sequence[TableColumn[BroughtList]] = (
    TableColumn(_l("Brought in"), lambda line: line[0].created_at, "#date"),
    TableColumn(_l("By whom"), lambda line: line[1], "#contact+name"),
    TableColumn(
        _l("Group"), lambda line: line[0].group.name if line[0].group else "", "#beneficiary+type"
    ),
    TableColumn(_l("New"), lambda line: line[0].new_count, "#beneficiary+num+new"),
    TableColumn(_l("Here already"), lambda line: line[0].same_count, "#beneficiary+num+known"),
    TableColumn(_l("Left out"), lambda line: line[0].left_count, "#beneficiary+num+out"),
    TableColumn(_l("State"), lambda line: _LIST_STATES.get(line[0].state, _l("Saved")), "#status"),
)


def _done(row: Any) -> object:
    if row.added:
        return _l("Added")
    return _l("Filled in") if row.row_version else _l("Was here already")


# Rows of `list_people`.
LISTED_COLUMNS: Sequence[TableColumn[Any]] = (
    TableColumn(_l("Name"), lambda row: row.chosen_name, "#beneficiary+name"),
    TableColumn(_l("What was done"), _done, "#status"),
    TableColumn(_l("Under 18"), lambda row: row.minor, "#beneficiary+minor"),
)
# The phone of a service is for everybody.
SERVICE_COLUMNS: Sequence[TableColumn[ServiceEntry]] = (
    TableColumn(_l("Name"), lambda one: one.name, "#service+name"),
    TableColumn(_l("Kind"), lambda one: directory_words.SERVICE_KIND[one.kind], "#service+type"),
    TableColumn(_l("Area"), lambda one: one.area, "#adm3+name"),
    TableColumn(_l("Phone"), lambda one: directory_words.phone_text(one.phone), "#service+phone"),
    TableColumn(_l("Last checked"), lambda one: one.checked_on, "#date+checked"),
)
