"""`flask indicators`: figures at the terminal."""

from __future__ import annotations

import click
from flask.cli import AppGroup
from flask_babel import gettext as _

from kash.figures.indicators.queries.definitions import period_words
from kash.figures.indicators.queries.figures import table_of
from kash.figures.indicators.rules import INDICATORS, KEYS, DimensionProblem, quarter_holding
from kash.figures.indicators.services import period_asked
from kash.figures.indicators.views import cell_lines
from kash.platform.refusals import told_at_terminal
from kash.platform.web.errors import Problem
from kash.platform.web.formats import local_today

indicators_commands = AppGroup("indicators", help="Figures of the programme.")


@indicators_commands.command("show")
@click.argument("key", type=click.Choice([str(key) for key in KEYS]))
@click.option("--period", default="", help="Such as 2026-Q3, 2026 or 2026-01; else this quarter.")
@click.option("--by", multiple=True, help="What to tell it apart by, such as group; twice at most.")
def show(key: str, period: str, by: tuple[str, ...]) -> None:
    """Show an indicator with its definition. Nobody is named."""
    with told_at_terminal(Problem):
        chosen = period_asked(period) if period else quarter_holding(local_today())
        try:
            table = table_of(key, chosen, by, actor=None)
        except DimensionProblem:
            dimensions = ", ".join(INDICATORS[key].dimensions)
            raise click.ClickException(
                _(
                    "This indicator is told apart by two of these at most: %(known)s.",
                    known=dimensions,
                )
            ) from None
        click.echo(f"{key} · {period_words(table.period)} · v{table.version}")
        click.echo(table.definition)
        for line in cell_lines(table) if by else ():
            click.echo(f"{line['cell'].count}\t" + "\t".join(line["words"]))
        count = table.total.count
        click.echo(_("No data in this period.") if count is None else f"{count}\t" + _("All"))
