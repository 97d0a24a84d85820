"""`python -m kash.exchange.archive FILE` brings an archive in, once there is a key."""

from __future__ import annotations

from pathlib import Path

import click

from kash.platform.operations.archive import (
    OperationError,
    identities_for,
    identity_option,
    passphrase_option,
    settings_at_terminal,
)
from kash.platform.operations.migrations import tell_known_faults_in_a_line
from kash.platform.refusals import told_at_terminal
from kash.platform.storage import StorageError
from kash.settings import CannotStart


@click.command()
@click.argument("source", type=click.Path(path_type=Path))
@identity_option
@passphrase_option
def bring_in(source: Path, identity: Path | None, passphrase_fd: int | None) -> None:
    """Bring the archive SOURCE into an empty data directory and database, of either engine."""
    from kash.exchange.archive.reading_in import import_archive

    settings = settings_at_terminal()
    with told_at_terminal(OperationError, StorageError, CannotStart):
        identities = identities_for(source, identity, passphrase_fd)
        made_at, contents, old_key = import_archive(settings, source, identities)
    click.echo(f"Brought in what was written on {made_at}")
    click.echo(
        f"Tables: {len(contents.tables)}, rows: {contents.rows}, files: {len(contents.files)}:"
        " each as the archive says. Nobody is signed in."
    )
    if old_key:
        click.echo(f"The key that was here before is kept in {old_key}")
    click.echo("The audit says that it was restored, and began a new mirror.")


tell_known_faults_in_a_line()
if __name__ == "__main__":
    bring_in(prog_name="kash")
