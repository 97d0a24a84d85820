"""A sample programme for trying things out: invented people, workshops, certificates and meetings.

It goes only into an empty programme, through the same services as real work.
`python -m kash.demo.shots DIR` pictures every page of it.
"""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import with_appcontext

__all__ = ["init_demo"]


@click.command("demo")
@with_appcontext
def load() -> None:
    """Load the sample programme into an empty programme, and print the sign-ins."""
    # The command line alone needs the sample's texts, not each process that serves.
    from kash.demo.command import load_and_tell

    load_and_tell()


def init_demo(app: Flask) -> None:
    """Add the command `flask demo`."""
    app.cli.add_command(load)
