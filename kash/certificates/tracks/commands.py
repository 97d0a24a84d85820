"""`flask tracks`: people put on a track from a file."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup
from flask_babel import gettext as _
from sqlalchemy import func, or_, select

from kash.certificates.tracks.forms import LINE_FAULTS
from kash.certificates.tracks.models import Track
from kash.certificates.tracks.queries.tracks import one_track, published_version
from kash.certificates.tracks.queries.visits import entrants, people_of_lines
from kash.certificates.tracks.rules.standing import MOST_AT_ONCE, EntryOutcome, pasted_lines
from kash.certificates.tracks.services.tracks import enrol_all, undo_batch
from kash.platform.database import db
from kash.platform.refusals import told_at_terminal
from kash.platform.web import Problem
from kash.policy import SYSTEM

tracks_commands = AppGroup("tracks", help="People on tracks.")
_FILE = click.Path(path_type=Path, dir_okay=False)
_MOST_BYTES = 1024 * 1024


def _track(name: str) -> Track:
    public_id = db.session.scalar(
        select(Track.public_id).where(
            or_(Track.public_id == name, func.lower(Track.name) == name.lower())
        )
    )
    if public_id is None:
        raise click.ClickException(_("There is no such track."))
    return one_track(public_id)


def _lines(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            content = opened.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            raise click.ClickException(_("This file is larger than 1 MB."))
        return content.decode("utf-8-sig")
    except OSError:
        raise click.ClickException(_("There is no such file.")) from None
    except UnicodeDecodeError:
        raise click.ClickException(_("This file is not plain text.")) from None


@tracks_commands.command("enrol")
@click.argument("track")
@click.argument("file", type=_FILE)
@click.option("--confirm", is_flag=True, help="Do it; without this only say what would be done.")
def enrol(track: str, file: Path, *, confirm: bool) -> None:
    """Put people on a track, by its name or number: a line of the file for each, with a number of
    a participant, a reference, or a name. No name is shown."""
    chosen = _track(track)
    lines = pasted_lines(_lines(file))
    if len(lines) > MOST_AT_ONCE:
        raise click.ClickException(_("Too many at once. The most are: %(most)s", most=MOST_AT_ONCE))
    read = people_of_lines(SYSTEM, lines)
    for line in read:
        if line.fault is not None:
            place = _("Row %(row)s", row=line.line.number)
            click.echo(f"{place}: {LINE_FAULTS[line.fault]}", err=True)
    people = [line.person for line in read if line.person is not None]
    shown = entrants(chosen, SYSTEM, people)
    counts = {
        outcome: sum(entrant["outcome"] is outcome for entrant in shown) for outcome in EntryOutcome
    }
    click.echo(
        _(
            "New on it: %(new)s. On it already: %(there)s. Under 18: %(minors)s.",
            new=counts[EntryOutcome.NEW],
            there=counts[EntryOutcome.ON_IT],
            minors=counts[EntryOutcome.MINOR],
        )
    )
    version = published_version(chosen)
    public_id = chosen.public_id
    if not confirm:
        return
    with told_at_terminal(Problem):
        db.session.rollback()
        shown_version = version.public_id if version is not None else ""
        batch, entered, _left = enrol_all(public_id, shown_version, people, by=SYSTEM)
    click.echo(_("Put on the track: %(done)s.", done=entered))
    if batch:
        click.echo(f"flask tracks undo {public_id} {batch}")


@tracks_commands.command("undo")
@click.argument("track")
@click.argument("batch")
def undo(track: str, batch: str) -> None:
    """Take off again who was put on a track together, by the number that was told then."""
    public_id = _track(track).public_id
    with told_at_terminal(Problem):
        db.session.rollback()
        taken = undo_batch(public_id, batch, by=SYSTEM)
    click.echo(_("Taken off again: %(number)s.", number=taken))
