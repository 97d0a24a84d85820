"""`flask releases …`."""

from __future__ import annotations

import json

import click
from flask.cli import AppGroup

from kash.figures.releases import queries
from kash.figures.releases.reading_words import as_public
from kash.figures.releases.rules.tables import content_odds, reported_odds
from kash.platform.database import db, utc_now
from kash.platform.web.formats import to_local

releases_commands = AppGroup("releases", help="Printed figures and their plans.")


@releases_commands.command("export")
@click.option("--format", "kind", type=click.Choice(["json"]), default="json", show_default=True)
def export_command(kind: str) -> None:
    """Write plans and all that was printed, as everybody may see them."""
    public = as_public(queries.approved_plans(), queries.printed_tables(), queries.notes_of())
    click.echo(json.dumps(public, ensure_ascii=False, indent=2))


@releases_commands.command("plan")
@click.argument("year", type=int, required=False)
def plan_command(year: int | None) -> None:
    """Say what the plans that were approved print on which days, and by how much they can move the
    odds of one case."""
    approved = queries.approved_plans()
    for plan in approved:
        if year not in (None, plan.year):
            continue
        plans = [earlier.year_plan for earlier in approved if earlier.year <= plan.year]
        reported, content = reported_odds(plans), content_odds(plans)
        odds = f"reported {queries.odds_text(reported)}  content {queries.odds_text(content)}"
        click.echo(f"{plan.year}  {odds}  {plan.digest}")
        for table in plan.year_plan.tables:
            days = [
                earlier.freeze_on.isoformat()
                for earlier in plan.calendar
                if earlier.key == table.key
            ]
            click.echo(f"  {table.key}  1d{table.die}  few<{table.floor}  {' '.join(days)}")


@releases_commands.command("due")
def due_command() -> None:
    """Say which days are to be printed, and which comes next. The machine prints none: that takes a
    member with the vault open."""
    now = utc_now()
    waiting = {day.day: day for day in queries.doubts(db.session(), now)}
    for day in queries.days_due(now):
        word = "waits" if day.day in waiting else "due  "
        click.echo(
            f"{word} {day.day.isoformat()}  {' '.join(table.window.key for table in day.tables)}"
        )
    if any(day.unsaid for day in waiting.values()):
        click.echo(
            "The mirror is missing, or the database is behind it: see flask audit verify, then"
            " flask audit new-mirror."
        )
    if waiting:
        click.echo(
            "What waits may have been printed before the database was put back. A documentation"
            " officer and a director or custodian say so under Figures; nothing is printed before."
        )
    coming = queries.next_day(now)
    if coming is not None:
        from_ = to_local(coming.due_at).strftime("%Y-%m-%d %H:%M")
        click.echo(f"next  {coming.day.isoformat()}  from {from_}")
