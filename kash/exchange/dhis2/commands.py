"""`flask dhis2 …`."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from kash.exchange.dhis2 import queries, services
from kash.exchange.dhis2.rules import ValueSlot, dhis2_period
from kash.platform.web.errors import Problem
from kash.policy import SYSTEM

dhis2_commands = AppGroup("dhis2", help="Pushes to DHIS2.")


@dhis2_commands.command("send")
@click.argument("connection")
@click.option("--period", required=True, help="A quarter or a year that is over, as 2026-Q3.")
@click.option("--dry-run", is_flag=True, help="Only say what would be sent.")
def send_command(connection: str, period: str, dry_run: bool) -> None:
    """Push what is new, changed or withdrawn of a period by a connection (public id)."""
    try:
        system, days = queries.dhis2_connection(connection), queries.period_named(period)
        if dry_run:
            planned, _figures, unsent = queries.push_plan(system, days)
            for slot, value in planned.values.items():
                click.echo(f"send      {_line(slot)}  {value}")
            for slot in planned.withdrawn:
                click.echo(f"withdraw  {_line(slot)}")
            for slot, value in planned.same.items():
                click.echo(f"same      {_line(slot)}  {value}")
            for cell, why in unsent:
                click.echo(f"stays     {_line(cell.slot)}  {why}")
            return
        new_id = services.ask_to_push(connection, days, by=SYSTEM)
        click.echo(f"asked     {new_id}  {dhis2_period(days)}")
    except Problem as problem:
        raise click.ClickException(str(problem)) from None


def _line(slot: ValueSlot) -> str:
    return " ".join(value_slot or "-" for value_slot in slot)
