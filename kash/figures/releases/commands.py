"""`flask releases …`."""

from __future__ import annotations

import json

import click
from flask.cli import AppGroup

from kash.figures.releases.exported import as_public
from kash.figures.releases.queries import (
    approved_plans,
    days_due,
    doubts,
    next_day,
    notes_of,
    odds_text,
    printed_tables,
)
from kash.figures.releases.rules.tables import content_odds, reported_odds
from kash.platform.database import db, utc_now
from kash.platform.web.formats import to_local

releases_commands = AppGroup("releases", help="Printed figures and their plans.")


@releases_commands.command("export")
@click.option("--format", "kind", type=click.Choice(["json"]), default="json", show_default=True)
def export_command(kind: str) -> None:
    """Write plans and all that was printed, as everybody may see them."""
    public = as_public(approved_plans(), printed_tables(), notes_of())
    click.echo(json.dumps(public, ensure_ascii=False, indent=2))


@releases_commands.command("plan")
@click.argument("year", type=int, required=False)
def plan_command(year: int | None) -> None:
    """Say what the plans that were approved print on which days, and by how much they can move the
    odds of one case."""
    approved = approved_plans()
    for one in approved:
        if year not in (None, one.year):
            continue
        plans = [each.year_plan for each in approved if each.year <= one.year]
        reported, content = reported_odds(plans), content_odds(plans)
        odds = f"reported {odds_text(reported)}  content {odds_text(content)}"
        click.echo(f"{one.year}  {odds}  {one.digest}")
        for table in one.year_plan.tables:
            days = [each.freeze_on.isoformat() for each in one.calendar if each.key == table.key]
            click.echo(f"  {table.key}  1d{table.die}  few<{table.floor}  {' '.join(days)}")


@releases_commands.command("due")
def due_command() -> None:
    """Say which days are to be printed, and which comes next. The machine prints none: that takes a
    member with the vault open."""
    now = utc_now()
    waiting = {one.day: one for one in doubts(db.session(), now)}
    for one in days_due(now):
        word = "waits" if one.day in waiting else "due  "
        click.echo(
            f"{word} {one.day.isoformat()}  {' '.join(each.window.key for each in one.tables)}"
        )
    if any(one.unsaid for one in waiting.values()):
        click.echo(
            "The mirror is missing, or the database is behind it: see flask audit verify, then"
            " flask audit new-mirror."
        )
    if waiting:
        click.echo(
            "What waits may have been printed before the database was put back. A documentation"
            " officer and a director or custodian say so under Figures; nothing is printed before."
        )
    coming = next_day(now)
    if coming is not None:
        from_ = to_local(coming.due_at).strftime("%Y-%m-%d %H:%M")
        click.echo(f"next  {coming.day.isoformat()}  from {from_}")
