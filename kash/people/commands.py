"""`flask people`: a list of people from a file, and an empty list to fill in."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup
from flask_babel import gettext as _

from kash.people.lists import pages as words
from kash.people.lists.choices import Choices
from kash.people.lists.files import MOST_BYTES, FileUnreadable, read_file
from kash.people.lists.pages import template_of
from kash.people.lists.previews import Preview, make_preview
from kash.people.lists.rules.classing import State, is_child
from kash.people.lists.services.storing import import_at_once
from kash.people.queries.directory import groups, organisations
from kash.platform.refusals import told_at_terminal
from kash.platform.web import Problem
from kash.platform.web.formats import local_today
from kash.policy import SYSTEM

people_commands = AppGroup("people", help="Bring in lists of people.")

_SHOWN = 50
_LEFT_OUT = (State.WRONG, State.DOUBTFUL)


def _group(name: str) -> str:
    """The public id of a group by its name or letter. Raises FileUnreadable."""
    if not name:
        return ""
    for group in groups():
        if name.casefold() in (group.name.casefold(), group.letter.casefold()):
            return group.public_id
    raise FileUnreadable(_("There is no such group in this programme."))


def _content(file: Path) -> bytes:
    try:
        if file.stat().st_size > MOST_BYTES:
            raise FileUnreadable(_("This file is larger than 10 MB."))
        return file.read_bytes()
    except OSError:
        raise FileUnreadable(_("There is no such file.")) from None


def _show(preview: Preview) -> None:
    """Counts, and each row that stays out with its reason. No name and no phone is shown."""
    counts = preview.counts
    click.echo(
        _(
            "New: %(new)s. Same: %(same)s. Doubtful: %(doubtful)s. Wrong: %(wrong)s.",
            new=counts[State.NEW],
            same=counts[State.SAME],
            doubtful=counts[State.DOUBTFUL],
            wrong=counts[State.WRONG],
        )
    )
    if preview.file.joined_rows:
        rows = ", ".join(str(shown) for shown in preview.file.joined_rows[:_SHOWN])
        click.echo(
            _(
                "Some rows take several lines: %(rows)s. Look whether anybody is missing there.",
                rows=rows,
            ),
            err=True,
        )
    for line in preview.skipped[:_SHOWN]:
        where = _("Row %(row)s", row=words.row_text(line.number))
        click.echo(f"{where}: {words.SKIPPED[line.why]}", err=True)
    if preview.odd_names.number and not preview.choices.capitals:
        number = preview.odd_names.number
        told = _("Names in capitals, in small letters or surname first: %(number)s", number=number)
        click.echo(told, err=True)
    out = [outcome for outcome in preview.outcomes if outcome.state in _LEFT_OUT]
    for shown in out[:_SHOWN]:
        remarks = [*shown.placed.row.remarks, *shown.placed.wrong]
        told = [
            f"{words.FIELD[remark.field]}: {words.remark_text(remark)}"
            if remark.field
            else words.remark_text(remark)
            for remark in remarks
            if remark.wrong
        ] or [words.reasons_text(match.reasons) for match in shown.matches[:1]]
        where = _("Row %(row)s", row=words.row_text(shown.number))
        click.echo(f"{where}, {words.STATE[shown.state]}: {' '.join(told)}", err=True)
    if len(out) > _SHOWN:
        click.echo(_("Further rows: %(number)s", number=len(out) - _SHOWN), err=True)


@people_commands.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--group", "group_name", default="", help="The group of rows that name none.")
@click.option("--as-names", "capitals", is_flag=True, help="Write KIPRONO, Faith as Faith Kiprono.")
@click.option("--looked", is_flag=True, help="The guessed columns were looked at, and are right.")
@click.option("--apply", is_flag=True, help="Store the people; else only show what would be.")
def import_people(file: Path, group_name: str, capitals: bool, looked: bool, apply: bool) -> None:
    """Show what the list in FILE (CSV, XLSX, ODS) would add; with --apply add it whole."""
    with told_at_terminal(Problem):
        choices = Choices(group=_group(group_name), capitals=capitals)
        read = read_file(_content(file))
        preview = make_preview(read, choices, SYSTEM, local_today(), add_places=False)
        _show(preview)
        for at, number in preview.unlooked.items():
            told = _(
                "Guessed: %(column)s is taken for %(field)s, which changes people: %(number)s. "
                "If that is right, add --looked.",
                column=preview.table.headings[at] or _("Column %(number)s", number=at + 1),
                field=words.FIELD[preview.guesses[at].field],
                number=number,
            )
            click.echo(told, err=True)
        if not apply:
            click.echo(_("Nothing was saved. Add --apply to save the list."))
            return
        if any(preview.counts[state] for state in _LEFT_OUT) or (preview.unlooked and not looked):
            raise click.ClickException(_("Nothing was added."))
        import_at_once(read, SYSTEM, preview, choices)
    new = [outcome for outcome in preview.outcomes if outcome.state is State.NEW]
    minors = sum(is_child(outcome.placed.row, local_today().year) for outcome in new)
    click.echo(_("People added: %(number)s", number=len(new)))
    if minors:
        click.echo(_("Under 18, and not to be enrolled: %(number)s", number=minors))


@people_commands.command("template")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--group", "group_name", default="", help="The group by whose words it is made.")
def template(file: Path, group_name: str) -> None:
    """Write an empty list to FILE (.xlsx)."""
    with told_at_terminal(FileUnreadable):
        if file.suffix.lower() != ".xlsx":
            raise FileUnreadable(_("The file's name must end in .xlsx."))
        wanted = _group(group_name)
        group = next((group for group in groups() if not wanted or group.public_id == wanted), None)
        if group is None:
            raise FileUnreadable(_("There is no such group in this programme."))
        try:
            file.write_bytes(template_of(group, organisations()))
        except OSError:
            raise click.ClickException(_("The file cannot be written.")) from None
    click.echo(str(file))
