"""`flask audit …` and `flask vault …`."""

from __future__ import annotations

from datetime import UTC

import click
from flask import current_app
from flask.cli import AppGroup

from kash.platform.condition import last_check
from kash.platform.database import db, utc_now
from kash.platform.vault.audit import audited, note_restore
from kash.platform.vault.chain import code_of
from kash.platform.vault.keys import KeyFileError
from kash.platform.vault.queries import (
    by_day,
    entries_with_root,
    entry_with_code,
    recent,
    subjects_shown,
    told_by_day,
)
from kash.platform.vault.sealing import vault_of
from kash.platform.vault.verifying import verify
from kash.policy import SYSTEM

audit_commands = AppGroup("audit", help="The chain of who did what.")
vault_commands = AppGroup("vault", help="The keys that values are sealed with.")


@audit_commands.command("verify")
def verify_command() -> None:
    """Compare the chain, its head and its mirror; fails if anything is wrong."""
    result = verify(db.session())
    for note in result.notes:
        click.echo(f"note: {note}")
    for problem in result.problems:
        click.echo(f"{problem.fault}: {problem.sentence}", err=True)
    damaged = last_check(current_app.config["SETTINGS"]).damaged
    if damaged is not None:
        # A whole chain in a damaged database must not pass for a programme in order.
        click.echo("The database is damaged: see flask database check.", err=True)
    if not result.sound or damaged is not None:
        raise SystemExit(1)
    click.echo(f"The chain is whole. Entries: {result.entries}. Code: {result.code}")


@audit_commands.command("list")
@click.option("--actor", help="Only of this account, by its id.")
@click.option("--action", help="Only this action.")
@click.option("--last", default=50, type=click.IntRange(1, 100_000), help="How many.")
def list_command(actor: str | None, action: str | None, last: int) -> None:
    """Show the newest entries, newest first, without ids of the vault's own; what mediators did
    since the oldest of them is counted by day (UTC)."""
    entries = recent(db.session(), size=last, actor=actor, action=action)
    for entry in entries:
        moment = entry.at.isoformat(timespec="seconds")
        subjects = " ".join(subjects_shown(entry.action, entry.subjects))
        click.echo(f"{moment} {entry.actor} {entry.action} {subjects}".rstrip())
    if entries and action is None:
        since = entries[-1].at.replace(hour=0, minute=0, second=0, microsecond=0)
        told = told_by_day(db.session(), since, utc_now(), actor=actor)
        for line in by_day(told, UTC):
            click.echo(f"{line.day.isoformat()} {line.actor} {line.action} {line.count}")


@audit_commands.command("code")
@click.argument("code")
def code_command(code: str) -> None:
    """Look for the entry whose code stands on a paper, or that names a root which stands there."""
    entry = entry_with_code(db.session(), code)
    if entry is None:
        naming = entries_with_root(db.session(), code)
        for audit_entry in naming:
            moment = audit_entry.at.isoformat(timespec="seconds")
            subjects = " ".join(subjects_shown(audit_entry.action, audit_entry.subjects))
            click.echo(
                f"Entry {audit_entry.seq} of {moment} names this root:"
                f" {audit_entry.action} {subjects}"
            )
        if naming:
            return
        raise click.ClickException("No entry has this code: the chain is not the one on the paper.")
    moment = entry.at.isoformat(timespec="seconds")
    click.echo(f"{code_of(entry.mac)} is entry {entry.seq} of {moment}.")


@audit_commands.command("new-mirror")
def new_mirror_command() -> None:
    """Begin a new mirror and say so in the chain (after a restore, or if the mirror was lost)."""
    note_restore(SYSTEM)
    click.echo("A new mirror was begun.")


@vault_commands.command("new-key")
def new_key_command() -> None:
    """Add a sealing key and make it the current one; restart the site after it."""
    try:
        with audited("vault.key_added", SYSTEM) as change:
            change.about("keys")
            vault_of(current_app).add_key()
    except KeyFileError as error:
        raise click.ClickException(str(error)) from None
    click.echo("New values are sealed with the new key once the site is restarted.")
