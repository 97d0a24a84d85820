"""Pages on which a course is taken away in a file and brought in from one, and the starting
library."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from kash.feature import declared
from kash.platform.database import db
from kash.platform.web import Problem, current_actor, download, page
from kash.platform.web.bodies import takes_file
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.language import LANGUAGES
from kash.policy import allow
from kash.training import blueprint, queries
from kash.training.course_additions import CourseAddition, additions_written
from kash.training.course_files import Beside, CourseTooLarge, FileGone, beside, course_file
from kash.training.forms.course_files import (
    BringCourseForm,
    CourseFileForm,
    LibraryForm,
    packed,
    unpacked,
)
from kash.training.rules.course_file import (
    MOST_BYTES,
    MOST_TEXT_BYTES,
    CourseFile,
    read_file,
    without_contents,
)
from kash.training.rules.nodes import planned_minutes
from kash.training.rules.plain_values import UnreadableFile
from kash.training.services.bringing import CourseBrought, bring_course, bring_library
from kash.training.services.courses import CourseTaken
from kash.training.services.material_files import keep_carried
from kash.training.starting_library import library
from kash.training.words import fault_sentence


@blueprint.get("/<public_id>/file")
@allow("curriculum.compare")
def take_course(public_id: str) -> ResponseReturnValue:
    """A course with all its versions as one file, for another Kash."""
    actor = current_actor()
    found = queries.course(actor, public_id)
    with FlashedProblems(CourseTooLarge, FileGone):
        made = course_file(found, actor)
        return download(made, name="course.json", type="application/json")
    return redirect(url_for("training.course", public_id=public_id))


def _beside(file: CourseFile) -> Beside:
    return beside(db.session(), file, additions_written(current_actor()))[1]


@blueprint.route("/bring", methods=["GET", "POST"])
@allow("curriculum.edit")
@takes_file(MOST_BYTES)
def bring() -> ResponseReturnValue:
    """Choose a course file; what is in it is shown. Of it only files of materials are kept, for a
    day."""
    form = CourseFileForm()
    faults: list[str] = []
    if form.validate_on_submit():
        sent = form.file.data
        content = sent.read(MOST_BYTES + 1) if sent else b""
        try:
            if not content:
                form.file.errors = [_("Choose a file first.")]
            else:
                file = read_file(content, declared(CourseAddition))
                keep_carried(file.files, by=current_actor())
                return _look(_beside(file), packed(without_contents(content)))
        except UnreadableFile as problem:
            form.file.errors = [_("This file cannot be brought in.")]
            faults = [fault_sentence(fault) for fault in problem.faults]
    return page("training/bring.html", form=form, faults=faults, most_bytes=MOST_BYTES)


def _look(shown: Beside, content: str) -> ResponseReturnValue:
    form = BringCourseForm(formdata=None)
    form.offer(shown)
    form.packed.data, form.code.data = content, shown.code
    if form.name is not None:
        form.name.data = shown.file.name
    return _look_page(shown, form)


def _look_page(shown: Beside, form: BringCourseForm) -> ResponseReturnValue:
    return page(
        "training/bring_look.html",
        form=form,
        shown=shown,
        language_names=LANGUAGES,
        minutes=planned_minutes,
        sessions=lambda tree: sum(len(module.children) for module in tree.children),
    )


@blueprint.post("/bring/confirm")
@allow("curriculum.edit")
@takes_file(2 * MOST_TEXT_BYTES, as_text=True)
def confirm_course() -> ResponseReturnValue:
    """Bring in what was looked at; the file comes along, and is read anew."""
    try:
        file = read_file(unpacked(request.form.get("packed", "")), declared(CourseAddition))
    except UnreadableFile:
        flash(_("The file did not come along. Choose it again."), "bad")
        return redirect(url_for("training.bring"))
    shown = _beside(file)
    form = BringCourseForm()
    form.offer(shown)
    if form.validate():
        with form.showing_problems(Problem, name=CourseTaken):
            brought = bring_course(file, form.wanted(), by=current_actor())
            flash(brought_sentence(brought))
            return redirect(url_for("training.course", public_id=brought.course))
        shown = _beside(file)
        form.code.data = shown.code
    return _look_page(shown, form)


def brought_sentence(brought: CourseBrought) -> str:
    """Sentence on what came of a file."""
    made = len(brought.drafts)
    if made == 0:
        return _("Brought in. No version was new.")
    return ngettext(
        "Brought in. %(num)s version is here now as a draft.",
        "Brought in. %(num)s versions are here now as drafts.",
        made,
    )


@blueprint.route("/library", methods=["GET", "POST"])
@allow("curriculum.edit")
def starting_library() -> ResponseReturnValue:
    """The courses that come with Kash: which are here already, and which to add."""
    books = [_beside(file) for file in library()]
    form = LibraryForm()
    offered = [book for book in books if not book.brings_nothing_new]
    form.offer([(book.file.lineage, book.file.name) for book in offered])
    if form.validate_on_submit():
        if not form.courses.data:
            form.mark_wrong(form.courses, _("Choose at least one course."))
        else:
            files = [book.file for book in books if book.file.lineage in form.courses.data]
            done = bring_library(files, by=current_actor())
            if done.brought:
                flash(
                    ngettext(
                        "%(num)s course was added as a draft. Read it, then propose it.",
                        "%(num)s courses were added as drafts. Read them, then propose them.",
                        len(done.brought),
                    )
                )
            for file in done.taken:
                flash(
                    _(
                        "%(name)s stayed out: another course has this name. Change that one's "
                        "name first.",
                        name=file.name,
                    ),
                    "warn",
                )
            return redirect(url_for("training.index"))
    elif not form.is_submitted():
        form.courses.data = [book.file.lineage for book in offered]
    return page(
        "training/library.html",
        form=form,
        books=books,
        minutes=planned_minutes,
        language_names=LANGUAGES,
    )
