"""`flask people`: a clean list of people from a file, and an empty list to fill in."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup
from flask_babel import gettext as _

from kash.database import utc_now
from kash.people.importing import FileUnreadable, RowsWrong, read_people, write_template
from kash.people.rules import is_minor
from kash.people.services import add_people
from kash.policy import SYSTEM
from kash.web import Problem

people_commands = AppGroup("people", help="Bring in lists of people.")

_SHOWN = 50


@people_commands.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--group", "group_name", default="", help="The group of rows that name none.")
def import_people(file: Path, group_name: str) -> None:
    """Add the people in FILE (CSV or XLSX), all or none."""
    try:
        details = read_people(file, group_name)
        made = add_people(details, SYSTEM)
    except RowsWrong as problem:
        for error in problem.errors[:_SHOWN]:
            click.echo(str(error), err=True)
        if len(problem.errors) > _SHOWN:
            rest = len(problem.errors) - _SHOWN
            click.echo(_("Further errors: %(number)s", number=rest), err=True)
        raise click.ClickException(str(problem)) from None
    except Problem as problem:
        raise click.ClickException(str(problem)) from None
    year = utc_now().year
    minors = sum(is_minor(each.age_band, each.birth_year, year) for each in details)
    click.echo(_("People added: %(number)s", number=len(made)))
    if minors:
        click.echo(_("Under 18, and not to be enrolled: %(number)s", number=minors))


@people_commands.command("template")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def template(file: Path) -> None:
    """Write an empty list with our column names to FILE (.csv or .xlsx)."""
    try:
        write_template(file)
    except FileUnreadable as problem:
        raise click.ClickException(str(problem)) from None
    except OSError:
        raise click.ClickException(_("The file cannot be written.")) from None
    click.echo(str(file))
