"""`flask archive write`; what brings one in needs no programme (`__main__.py`)."""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from kash.exchange.archive.writing_out import write_archive
from kash.platform.operations.archive import OperationError, passphrase_for, passphrase_option
from kash.platform.refusals import told_at_terminal
from kash.platform.storage import StorageError
from kash.platform.vault import audited
from kash.policy import SYSTEM

archive_commands = AppGroup("archive", help="The whole programme as open files.")


@archive_commands.command("write")
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--with-key", is_flag=True, help="Also the key file, by which sealed text opens.")
@click.option(
    "--without-lost-files", is_flag=True, help="Also if files that the database names are lost."
)
@passphrase_option
def write_command(
    target: Path, with_key: bool, without_lost_files: bool, passphrase_fd: int | None
) -> None:
    """Write the whole programme into the new file TARGET, encrypted as a backup is."""
    with told_at_terminal(OperationError, StorageError):
        passphrase = passphrase_for(current_app.config["SETTINGS"], passphrase_fd)
        contents = write_archive(
            target, passphrase=passphrase, with_key=with_key, only_whole=not without_lost_files
        )
    with audited("archive.written", SYSTEM) as change:
        change.about("archive")
    click.echo(f"Archive written to {target}")
    click.echo(
        f"Tables: {len(contents.tables)}, rows: {contents.rows}, files: {len(contents.files)}"
    )
    click.echo("With the server's key." if with_key else "Without the server's key.")
