"""`flask training`: courses in files, and the starting library."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask.cli import AppGroup
from flask_babel import gettext as _
from sqlalchemy import func, or_, select

from kash.feature import declared
from kash.platform.cleaning import CleaningBusy
from kash.platform.database import db
from kash.platform.refusals import told_at_terminal
from kash.platform.storage import StorageError
from kash.platform.web import Problem
from kash.policy import SYSTEM
from kash.training.course_files import Beside, course_file, library
from kash.training.models import Course
from kash.training.queries import CourseAddition, fault_sentence
from kash.training.rules.course_files import (
    MOST_BYTES,
    CourseFile,
    UnreadableFile,
    VersionStanding,
    read_file,
)
from kash.training.services.course_files import (
    BringingDecisions,
    bring_course,
    bring_library,
    keep_carried,
)

training_commands = AppGroup("training", help="Courses in files, and the starting library.")
_FILE = click.Path(path_type=Path, dir_okay=False)


@contextmanager
def _faults_told() -> Iterator[None]:
    """Say at the terminal what is wrong in a file, a line for each place."""
    try:
        yield
    except UnreadableFile as problem:
        raise click.ClickException(
            "\n".join(fault_sentence(fault) for fault in problem.faults)
        ) from None


def _read(file: Path) -> CourseFile:
    try:
        with file.open("rb") as opened:
            content = opened.read(MOST_BYTES + 1)
    except OSError:
        raise click.ClickException(_("There is no such file.")) from None
    with _faults_told():
        return read_file(content, declared(CourseAddition))


@training_commands.command("export")
@click.argument("course")
@click.argument("file", type=_FILE)
def export(course: str, file: Path) -> None:
    """Write a course, by its name or number, into a new file."""
    wanted = db.session.scalar(
        select(Course).where(
            or_(Course.public_id == course, func.lower(Course.name) == course.lower())
        )
    )
    if wanted is None:
        raise click.ClickException(_("There is no such course."))
    with told_at_terminal(Problem):
        content = course_file(wanted, SYSTEM)
    try:
        with file.open("xb") as opened:
            opened.write(content)
    except FileExistsError:
        raise click.ClickException(_("There is such a file already.")) from None
    except OSError:
        raise click.ClickException(_("The file cannot be written there.")) from None
    click.echo(file)


@training_commands.command("check")
@click.argument("file", type=_FILE)
def check(file: Path) -> None:
    """Read a file and say what is wrong in it; nothing is brought in."""
    read = _read(file)
    click.echo(f"{read.name}: {len(read.versions)}")


@training_commands.command("bring")
@click.argument("file", type=_FILE)
@click.option("--name", default="", help="Another name for a new course.")
@click.option(
    "--differing", is_flag=True, help="Also add a draft of each version that differs from here."
)
def bring(file: Path, name: str, differing: bool) -> None:
    """Bring in a course from a file: what is new becomes a draft, what is here stays."""
    read = _read(file)
    drafts = [version.lineage for version in read.versions] if differing else []
    with told_at_terminal(Problem, CleaningBusy, StorageError):
        with _faults_told():
            keep_carried(read.files, by=SYSTEM)
        brought = bring_course(
            read, BringingDecisions(name=name.strip()[:160], drafts=drafts), by=SYSTEM
        )
    _tell(brought.before)


def _tell(before: Beside) -> None:
    words = {
        VersionStanding.NEW: _("new"),
        VersionStanding.SAME: _("the same"),
        VersionStanding.DIFFERS: _("differs"),
    }
    click.echo(before.file.name)
    for placed in before.versions:
        version = placed.version
        click.echo(f"  {version.number} {version.language}: {words[placed.standing]}")
    for addition, counts in before.additions:
        told = _(
            "New: %(new)s. The same: %(same)s. Different: %(differs)s.",
            new=counts.new,
            same=counts.same,
            differs=counts.differs,
        )
        click.echo(f"  {addition.label}: {told}")


@training_commands.command("library")
def load_library() -> None:
    """Add the courses of the starting library as drafts; what is here already stays."""
    with told_at_terminal(Problem):
        brought, here, taken = bring_library(library(), by=SYSTEM)
    for course in brought:
        _tell(course.before)
    is_here, is_taken = _("here already"), _("Another course has this name.")
    for file in here:
        click.echo(f"{file.name}: {is_here}")
    for file in taken:
        click.echo(f"{file.name}: {is_taken}", err=True)
