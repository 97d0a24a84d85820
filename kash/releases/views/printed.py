"""Pages of what was printed, for everybody; and printing it, for whoever has the vault open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.incidents.errors import RecordsNotOpen, ReportsStillWait
from kash.members.vault_sessions import current_vault, require_vault
from kash.platform.database import db, utc_now
from kash.platform.web import current_actor, download, page
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.errors import NotFound, one_or_404
from kash.platform.web.page_sections import page_sections
from kash.platform.web.tables import XLSX, table_csv, table_xlsx
from kash.platform.web.taking import noted
from kash.platform.web.traces import leaves_no_trace
from kash.policy import allow
from kash.releases import blueprint
from kash.releases.errors import (
    EarlierFirst,
    LedgerNotOpen,
    MayBePrinted,
    NotDueYet,
    NotWitnessed,
)
from kash.releases.exported import printed_rows
from kash.releases.note_forms import ReleaseNoteForm
from kash.releases.queries.doubts import doubts
from kash.releases.queries.due import days_due, lost_days, next_day
from kash.releases.queries.notes import notes_of
from kash.releases.queries.printed import PrintedTable, printed_tables
from kash.releases.queries.read_tables import by_key, read_table
from kash.releases.services import notes as notes_services
from kash.releases.services.printing import print_release


@blueprint.get("/")
@allow("releases.see")
def index() -> ResponseReturnValue:
    """The newest of each table, all that was printed by year, and what is to be printed."""
    tables, now = printed_tables(), utc_now()
    years: dict[int, list[PrintedTable]] = {}
    for one in sorted(tables, key=lambda one: -one.year):
        years.setdefault(one.year, []).append(one)
    return render_template(
        "releases/index.html",
        newest=[read_table(one) for one in by_key(tables).values()],
        years=years,
        due=days_due(now),
        waiting=[one.day for one in doubts(db.session(), now)],
        lost=lost_days(),
        coming=next_day(now),
        sections=page_sections("figures", ""),
    )


@blueprint.get("/table")
@allow("releases.see")
def table() -> ResponseReturnValue:
    """All printed lines, as XLSX or CSV."""
    rows = printed_rows(printed_tables())
    if request.args.get("kind") == "csv":
        return noted(download(table_csv(rows), name="releases.csv", type="text/csv; charset=utf-8"))
    return noted(download(table_xlsx(rows), name="releases.xlsx", type=XLSX))


@blueprint.post("/print")
@allow("releases.make")
@leaves_no_trace
@require_vault
def print_day() -> ResponseReturnValue:
    """Print all tables of a day; whoever asks again is shown them. How long it takes is noted
    nowhere."""
    try:
        day = date.fromisoformat(request.form.get("day", ""))
    except ValueError:
        raise NotFound from None
    vault = one_or_404(current_vault())
    problems = (
        *(RecordsNotOpen, ReportsStillWait, NotDueYet, EarlierFirst, LedgerNotOpen),
        *(MayBePrinted, NotWitnessed),
    )
    with FlashedProblems(*problems):
        found = print_release(day, by=current_actor(), vault=vault)
        if found:
            flash(_("These figures are printed. They stay as they are."))
            return redirect(url_for("releases.release", public_id=found[0]), code=303)
    return redirect(url_for("releases.index"), code=303)


@blueprint.get("/<public_id>")
@allow("releases.see")
def release(public_id: str) -> ResponseReturnValue:
    """One table as it was printed, with those before it and those printed with it."""
    tables, shown = _with_table(public_id)
    same = [one for one in tables if one.key == shown.key]
    return render_template(
        "releases/release.html",
        read=read_table(same[: same.index(shown) + 1]),
        beside=[one for one in tables if one.freeze_on == shown.freeze_on and one != shown],
        notes=notes_of(public_id).get(public_id, []),
    )


@blueprint.route("/<public_id>/note", methods=["GET", "POST"])
@allow("releases.make")
def note(public_id: str) -> ResponseReturnValue:
    """Write a note beside a table."""
    _tables, shown = _with_table(public_id)
    form = ReleaseNoteForm()
    if form.validate_on_submit():
        with form.showing_problems():
            notes_services.add_note(public_id, form.text.data, by=current_actor())
            flash(_("The note stands beside the table."))
            return redirect(url_for("releases.release", public_id=public_id))
    return page("releases/note.html", form=form, table=shown)


def _with_table(public_id: str) -> tuple[Sequence[PrintedTable], PrintedTable]:
    tables = printed_tables()
    return tables, one_or_404(next((one for one in tables if one.release_id == public_id), None))
