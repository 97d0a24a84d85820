"""Every sheet that is taken away holds its numbers and days as numbers and days, so that whoever
gets it adds them up without typing them anew. A program that shares no line with the one that wrote
them reads them."""

import io
import re
from collections.abc import Mapping

from openpyxl import load_workbook

from kash.platform.web.taking import offered_by

from .forms_found import address_of, who_may
from .programme import World
from .table import PLACES

# Whole texts that are a number, an amount or a day.
_NUMBER_OR_DAY = re.compile(r"-?\d{1,3}(,\d{3})*(\.\d+)?|-?\d+(\.\d+)?|\d{4}-\d\d-\d\d")
# Tables of a making of their own, with what they are asked for.
OF_THEIR_OWN: Mapping[str, Mapping[str, str]] = {
    "accounts.export_access": {"kind": "xlsx"},
    "budget.table": {},
    "certificates.export": {"kind": "xlsx"},
    "coverage.table": {},
    "desk.missing_table": {"kind": "xlsx"},
    "forums.year_sheet": {},
    "funder_reports.sheets": {},
    "releases.table": {},
    "skills.table": {},
}
# What looks like a number and is none: the phones of services, and periods that may be a year.
AS_TEXT = {("directory.index", "116"), ("directory.search", "116"), ("dhis2.left", "2025")}


def _sheets(world: World, endpoint: str) -> dict[str, list[list[object]]] | None:
    """The cells of each sheet that an address gives; None if it gives no sheet."""
    offered = offered_by(world.app.view_functions[endpoint])
    for method, act in PLACES[endpoint].acts().items():
        if offered and method != "POST":
            continue
        role = who_may(act)
        address = address_of(world, endpoint, role)
        if offered or not OF_THEIR_OWN[endpoint]:
            address += ("&" if "?" in address else "?") + "take=xlsx&kind=xlsx"
        answer = world.browser(role).open(
            address, method=method, data=dict(OF_THEIR_OWN.get(endpoint, {})) or None
        )
        if world.written():
            world.put_back()
        if answer.status_code == 200 and answer.data[:2] == b"PK":
            book = load_workbook(io.BytesIO(answer.data))
            return {
                sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()]
                for sheet in book
            }
    return None


def test_every_sheet_holds_numbers_and_days_as_such(world):
    lists = {name for name, view in world.app.view_functions.items() if offered_by(view)}
    given = {name: _sheets(world, name) for name in sorted({*lists, *OF_THEIR_OWN})}
    assert {name for name in OF_THEIR_OWN if given[name] is None} == set()
    assert sum(found is not None for found in given.values()) > 30
    as_text = {
        (name, str(value))
        for name, found in given.items()
        for rows in (found or {}).values()
        for row in rows
        for value in row
        if isinstance(value, str) and _NUMBER_OR_DAY.fullmatch(value)
    }
    assert as_text == AS_TEXT
