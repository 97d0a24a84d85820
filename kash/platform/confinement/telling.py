"""Tells those who run the machine what keeps the children that read others' files."""

from __future__ import annotations

from dataclasses import asdict

import click
import structlog
from flask import Flask

from kash.platform.confinement.children import NoAnswer
from kash.platform.confinement.state import Confinement, confinement

log = structlog.get_logger("kash.platform.confinement")
# Each kind of child, and whether it is told where fonts lie.
KINDS = {"cleaning": False, "scans": False, "lists": False, "pictures": False, "press": True}


def log_confinement() -> None:
    """One line for each kind of child, at the server's start.

    Not when a child is started: that would write down the minute in which somebody filed a report
    with a photo.
    """
    for kind, fonts in KINDS.items():
        try:
            confined = confinement(fonts=fonts)
        except NoAnswer:
            log.error("not_confined", kind=kind)
            continue
        tell = log.warning if confined.lacks else log.info
        tell("confined", kind=kind, **asdict(confined))


@click.command("confinement")
def confinement_command() -> None:
    """Start each kind of child that reads others' files, and tell what keeps it."""
    for kind, fonts in KINDS.items():
        try:
            confined = confinement(fonts=fonts)
        except NoAnswer:
            raise click.ClickException(f"{kind}: no child can be started.") from None
        click.echo(f"{kind}: {_words(confined)}")
        for lack in confined.lacks:
            click.echo(f"  {lack}")


def _words(found: Confinement) -> str:
    files = f"Landlock {found.landlock_abi}" if found.landlock_abi else "no Landlock"
    calls = "calls filtered" if found.seccomp else "calls not filtered"
    return f"user {found.uid}, {files}, {calls}, network {found.network}"


def init_confinement(app: Flask) -> None:
    """Add the command."""
    app.cli.add_command(confinement_command)
