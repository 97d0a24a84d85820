"""`flask vault members|status|scrub`: how the vault stands, without any secret."""

from __future__ import annotations

import click

from kash.accounts.members import queries
from kash.accounts.members.services.alarms import look_after_keys
from kash.platform.database import db
from kash.platform.vault import VaultOpening, audited, raised_alarms, scrub
from kash.platform.vault.commands import vault_commands
from kash.policy import SYSTEM


@vault_commands.command("members")
def members_command() -> None:
    """List who holds which keys, and who waits."""
    lines = queries.member_lines(SYSTEM)
    for line in lines:
        holds = ",".join(sorted(line.holds)) or "-"
        waits = ",".join(sorted(line.waits_for)) or "-"
        more = _STANDS.get(line.trust, "") + (", key held back" if line.withheld else "")
        click.echo(f"{line.public_id} account {line.holder} holds {holds} waits for {waits}{more}")
    if not lines:
        click.echo("Nobody holds keys.")


_STANDS = {"uncompared": ", words not compared", "altered": ", KEY ALTERED"}


@vault_commands.command("status")
def status_command() -> None:
    """Say how many open each compartment, and what is unfinished; fails if a key was altered."""
    look_after_keys()
    altered = raised_alarms()
    for subject in altered:
        click.echo(f"ALARM: the key of {subject} is not the one that was made.", err=True)
    for standing in queries.standings():
        if not standing.made:
            click.echo(f"{standing.name}: not made yet")
            continue
        unfinished = (
            f", rotation unfinished: {standing.documents} left" if standing.unfinished else ""
        )
        click.echo(
            f"{standing.name}: {standing.holders} can open it, "
            f"documents: {standing.all_documents}{unfinished}"
        )
    open_now = db.session.query(VaultOpening).count()
    click.echo(f"open in browsers: {open_now}")
    if altered:
        raise SystemExit(1)


@vault_commands.command("scrub")
def scrub_command() -> None:
    """Clear what was shredded out of the database's own files."""
    with audited("vault.scrubbed", SYSTEM) as change:
        change.about("keys")
    if not scrub(patience=60):
        raise click.ClickException("Others read all the while. Try again when nobody is at work.")
    click.echo("Nothing that was shredded is left in the database's files.")
