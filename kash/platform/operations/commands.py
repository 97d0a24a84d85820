"""Operators' commands: `python -m kash.platform.operations`, and within `flask`."""

from __future__ import annotations

from pathlib import Path

import click

from kash.platform.database import utc_now
from kash.platform.operations.archive import (
    OperationError,
    at_a_terminal,
    identities_for,
    identity_option,
    passphrase_for,
    passphrase_option,
    settings_at_terminal,
)
from kash.platform.operations.migrations import MigrationFailed, migrate_if_behind
from kash.platform.refusals import told_at_terminal
from kash.platform.storage import StorageError
from kash.settings import CannotStart


@click.group()
def operations() -> None:
    """Back up, put back, bring up to date."""


@operations.command()
@click.argument("target", type=click.Path(path_type=Path))
@passphrase_option
@click.option(
    "--without-lost-files", is_flag=True, help="Also if files that the database names are lost."
)
def backup(target: Path, passphrase_fd: int | None, without_lost_files: bool) -> None:
    """Write an encrypted backup into the file TARGET, or into the folder TARGET."""
    from kash.application import create_app
    from kash.platform.operations.backup import path_of_backup, trying_backup, write_backup
    from kash.platform.web.logs import configure_logs

    settings = settings_at_terminal()
    configure_logs(settings.log_level)
    with told_at_terminal(OperationError, StorageError, CannotStart):
        passphrase = None
        if at_a_terminal():
            # A person who mistypes sees it, and earlier backups are as good as before. What a timer
            # is refused nobody sees, so there it is a backup that failed.
            path_of_backup(target, utc_now())
            passphrase = passphrase_for(settings, passphrase_fd)
        with trying_backup(settings, utc_now()):
            if passphrase is None:
                passphrase = passphrase_for(settings, passphrase_fd)
            written = write_backup(
                create_app(settings),
                target,
                passphrase=passphrase,
                without_lost_files=without_lost_files,
            )
    click.echo(f"Backup written to {written.path}")
    click.echo(f"Database, stored files: {written.files}, the server's key. No sessions.")
    click.echo(f"Size: {written.size / 1e6:.1f} MB, encrypted")
    if written.deleted:
        click.echo(f"Old backups deleted: {written.deleted}")


@operations.command()
@click.argument("source", type=click.Path(path_type=Path))
@identity_option
@passphrase_option
def restore(source: Path, identity: Path | None, passphrase_fd: int | None) -> None:
    """Put the backup SOURCE back, into an empty data directory and database."""
    from kash.platform.operations.backup import restore_backup

    settings = settings_at_terminal()
    with told_at_terminal(OperationError, StorageError, CannotStart):
        identities = identities_for(source, identity, passphrase_fd)
        restored = restore_backup(settings, source, identities)
    click.echo(f"Put back what was saved on {restored.made_at}")
    click.echo(f"Database, stored files: {restored.files}, the server's key. Nobody is signed in.")
    if restored.migrated:
        click.echo("The database was brought up to date.")
    if restored.old_key:
        click.echo(f"The key that was here before is kept in {restored.old_key}")
    click.echo("The audit says that it was restored, and began a new mirror.")


@operations.command()
def migrate() -> None:
    """Bring the database up to date, if it is not."""
    with told_at_terminal(MigrationFailed):
        migrate_if_behind(settings_at_terminal())
