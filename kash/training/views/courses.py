"""Pages about courses: the catalogue, a course, and a new version of it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.platform.web import current_actor, page
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.language import LANGUAGES, programme_languages
from kash.platform.web.taking import is_taken, offers_table, taken
from kash.policy import allow
from kash.training import blueprint, queries
from kash.training.catalogue import catalogue, known_words
from kash.training.deliveries import whole_times
from kash.training.forms.courses import (
    CourseForm,
    NewCourseForm,
    NewVersionForm,
    language_choices,
)
from kash.training.rules.fields import METHODS
from kash.training.rules.search import LENGTHS, read_search
from kash.training.rules.states import group_size
from kash.training.services import copies
from kash.training.services import courses as services
from kash.training.services.copies import DraftExists
from kash.training.tables import COURSE_COLUMNS


@blueprint.get("")
@allow("curriculum.see")
@offers_table("courses")
def index() -> ResponseReturnValue:
    """The catalogue: every course in reach, or those that answer a search."""
    actor = current_actor()
    search = read_search(request.args, LANGUAGES)
    audiences, levels = known_words(actor)
    found = catalogue(actor, search)
    if is_taken():
        lines = [(row, found.offered.get(row.id, ())) for row in found.listing]
        return taken(lines, COURSE_COLUMNS)
    return render_template(
        "training/courses.html",
        listing=found.listing,
        offered=found.offered,
        search=search,
        audiences=[(each, each) for each in audiences],
        levels=[(each, each) for each in levels],
        languages=[(code, LANGUAGES.get(code, code)) for code in programme_languages()],
        methods=[(name, _(words)) for name, words in METHODS.items()],
        lengths=[(name, _(length[0])) for name, length in LENGTHS.items()],
        language_names=LANGUAGES,
        group_size=group_size,
    )


@blueprint.route("/new", methods=["GET", "POST"])
@allow("curriculum.edit")
def add_course() -> ResponseReturnValue:
    """Add a course with an empty first draft."""
    form = NewCourseForm()
    form.language.choices = language_choices()
    if form.validate_on_submit():
        with form.showing_problems():
            _course, draft = services.add_course(
                form.name.data,
                form.audience.data,
                form.level.data,
                public_title=form.public_title.data,
                language=form.language.data,
                by=current_actor(),
            )
            flash(_("Saved."))
            return redirect(url_for("training.edit", public_id=draft))
    return page("training/course_edit.html", form=form, course=None)


@blueprint.get("/<public_id>")
@allow("curriculum.see")
def course(public_id: str) -> ResponseReturnValue:
    """A course and its versions."""
    actor = current_actor()
    found = queries.course(actor, public_id)
    versions = queries.versions_of(actor, found)
    open_in = {each.language for each in versions if each.state != "published"}
    free = [code for code in programme_languages() if code not in open_in]
    return render_template(
        "training/course.html",
        course=found,
        versions=versions,
        times=whole_times([each.id for each in versions]),
        language_names=LANGUAGES,
        free_languages=[(code, LANGUAGES.get(code, code)) for code in free],
    )


@blueprint.route("/<public_id>/edit", methods=["GET", "POST"])
@allow("curriculum.edit")
def edit_course(public_id: str) -> ResponseReturnValue:
    """Change what a course is called within the programme."""
    course = queries.course(current_actor(), public_id)
    form = CourseForm(obj=course)
    if form.validate_on_submit():
        with form.showing_problems():
            services.change_course(
                public_id,
                form.name.data,
                form.audience.data,
                form.level.data,
                current_actor(),
            )
            flash(_("Saved."))
            return redirect(url_for("training.course", public_id=public_id))
    return page("training/course_edit.html", form=form, course=public_id)


@blueprint.post("/<public_id>/versions")
@allow("curriculum.edit")
def start_version(public_id: str) -> ResponseReturnValue:
    """Begin a new draft as a copy of the last version."""
    queries.course(current_actor(), public_id)
    form = NewVersionForm()
    form.language.choices = language_choices()
    if not form.validate():
        flash(_("Choose a language from the list."), "bad")
        return redirect(url_for("training.course", public_id=public_id))
    with FlashedProblems(DraftExists, tone="warn"):
        made = copies.start_version(public_id, form.language.data, current_actor())
        if queries.version(current_actor(), made).translates_id is not None:
            return redirect(url_for("training.translation", public_id=made))
        flash(_("This draft is a copy of the last version."))
        return redirect(url_for("training.edit", public_id=made))
    return redirect(url_for("training.course", public_id=public_id))
