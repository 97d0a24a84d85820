"""A forum's year: its attendance as page, sheet and paper, and the register of its actions."""

from __future__ import annotations

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from kash.forums import blueprint
from kash.forums.queries.actions import all_actions
from kash.forums.queries.series import forum
from kash.forums.queries.year import meetings_in_year, years_of
from kash.forums.rules.year import letters_in
from kash.forums.year_paper import actions_paper, attendance_paper, attendance_rows
from kash.platform.database import utc_now
from kash.platform.web import current_actor, download
from kash.platform.web.formats import local_today
from kash.platform.web.tables import XLSX, table_xlsx
from kash.platform.web.taking import noted
from kash.policy import allow


def _year(years: list[int]) -> int:
    """The year that the address names, if the forum met in it; else the newest."""
    asked = request.args.get("year", "")
    newest = years[0] if years else local_today().year
    return int(asked) if asked.isdecimal() and asked.isascii() and int(asked) in years else newest


@blueprint.get("/<forum_id>/attendance")
@allow("forums.see")
def year(forum_id: str) -> ResponseReturnValue:
    """The attendance of a year, by group. Whoever is shown stands on paper, as in minutes."""
    found = forum(forum_id, current_actor())
    years = years_of(found)
    shown = _year(years)
    meetings = meetings_in_year(found, shown)
    return render_template(
        "forums/year.html",
        forum=found,
        year=shown,
        years=years,
        meetings=meetings,
        letters=letters_in(meetings),
    )


@blueprint.get("/<forum_id>/attendance.xlsx")
@allow("forums.see")
def year_sheet(forum_id: str) -> Response:
    """The attendance of a year as a sheet."""
    found = forum(forum_id, current_actor())
    shown = _year(years_of(found))
    rows = attendance_rows(meetings_in_year(found, shown))
    return noted(download(table_xlsx(rows), name=f"attendance-{shown}.xlsx", type=XLSX))


@blueprint.get("/<forum_id>/attendance.pdf")
@allow("forums.see")
def year_paper(forum_id: str) -> Response:
    """The attendance of a year as PDF."""
    found = forum(forum_id, current_actor())
    shown = _year(years_of(found))
    made = attendance_paper(found, shown, meetings_in_year(found, shown), utc_now())
    return noted(download(made, name=f"attendance-{shown}.pdf", type="application/pdf"))


@blueprint.get("/<forum_id>/actions.pdf")
@allow("forums.see")
def actions_register(forum_id: str) -> Response:
    """The register of actions as PDF, as the actor may read it."""
    actor = current_actor()
    found = forum(forum_id, actor)
    made = actions_paper(found, all_actions(found, actor, local_today()), utc_now())
    return noted(download(made, name="actions.pdf", type="application/pdf"))
