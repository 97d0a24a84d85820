"""The sample programme's command: `flask demo`."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from kash.demo.trail_words import ACTION_WORDS
from kash.feature import Feature


@click.command("demo")
@with_appcontext
def load() -> None:
    """Load the sample programme into an empty programme, and print the sign-ins."""
    # The command line alone needs the sample's texts, not each process that serves.
    from kash.demo.command import load_and_tell

    load_and_tell()


FEATURE = Feature("demo", commands=(load,), parts=(ACTION_WORDS,))
