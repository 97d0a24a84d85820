"""Commands that invent a programme: `flask demo` and `flask synth`."""

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


@click.command("synth")
@click.option("--people", default=60, show_default=True, type=click.IntRange(0, 100_000))
@click.option("--incidents-per-month", default=30, show_default=True, type=click.IntRange(0, 5000))
@click.option("--months", default=12, show_default=True, type=click.IntRange(1, 60))
@click.option("--seed", default=1, show_default=True, help="The same seed invents the same.")
@with_appcontext
def invent(people: int, incidents_per_month: int, months: int, seed: int) -> None:
    """Fill an empty programme with invented people and cases, and open a vault for them."""
    from kash.demo.command import synthesize_and_tell
    from kash.demo.synth import SynthSize

    synthesize_and_tell(SynthSize(people, incidents_per_month, months, seed))


FEATURE = Feature("demo", commands=(load, invent), parts=(ACTION_WORDS,))
