"""Columns of the catalogue of courses, where it is taken away as a table. Pages about courses: the
catalogue, a course, and a new version of it. The file of a material: brought, replaced, removed
and taken away. The page on which the outline of a draft is written: its modules and sessions. The
page on which one session of a draft is written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.people.queries.directory import service_choices
from kash.platform.cleaning import CleaningBusy
from kash.platform.storage import StorageError
from kash.platform.web import NotFound, current_actor, download, page
from kash.platform.web.bodies import takes_file
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.errors import ChangedMeanwhile, one_or_404
from kash.platform.web.missing import after_mending
from kash.platform.web.pages import go
from kash.platform.web.programme import LANGUAGES, programme_languages
from kash.platform.web.taking import TableColumn, is_taken, offers_table, taken
from kash.policy import allow
from kash.training import blueprint, queries
from kash.training.forms import (
    CourseForm,
    DraftPage,
    MaterialFileForm,
    NewCourseForm,
    NewVersionForm,
    SessionPage,
    language_choices,
)
from kash.training.material_files import MaterialProblem, content_of, files_of, type_of
from kash.training.models import CourseVersion, PlanRow, SessionPlan
from kash.training.queries import catalogue, known_words, whole_times
from kash.training.rules.course_files import MOST_FILE_BYTES
from kash.training.rules.courses import (
    LENGTHS,
    MATERIAL,
    METHODS,
    PLAN,
    group_size,
    read_search,
    telling_words,
)
from kash.training.services import course_files as copies
from kash.training.services import courses as services
from kash.training.services.course_files import attach_file, remove_file
from kash.training.services.courses import (
    NotADraft,
    TooMuch,
    move_module,
    move_plan,
    plan_in,
    write_session,
    write_version,
)

# A row of the catalogue, and the versions of the course that it offers, the newest first.
CourseLine = tuple[Any, Sequence[Any]]


def _fact(name: str) -> Any:
    """A fact of the version that the catalogue tells of: the newest published one, else the
    newest."""

    def fact(line: CourseLine) -> Any:
        published = [version for version in line[1] if version.state == "published"]
        return getattr(next(iter([*published, *line[1]]), None), name, None)

    return fact


COURSE_COLUMNS: Sequence[TableColumn[CourseLine]] = (
    TableColumn(_l("Course"), lambda line: line[0].name, "#activity+name"),
    TableColumn(_l("For whom"), lambda line: line[0].audience, "#targeted+type"),
    TableColumn(_l("Level"), lambda line: line[0].level, "#activity+level"),
    TableColumn(
        _l("Languages"),
        lambda line: ", ".join(sorted({version.language for version in line[1]})),
        "#meta+lang",
    ),
    TableColumn(_l("Length in minutes"), _fact("minutes"), "#activity+minutes"),
    TableColumn(_l("Group, from"), _fact("group_least"), "#targeted+min"),
    TableColumn(_l("Group, to"), _fact("group_most"), "#targeted+max"),
    TableColumn(_l("What must come before"), _fact("prerequisites"), "#activity+before"),
    TableColumn(_l("Versions"), lambda line: len(line[1]), "#meta+num+version"),
    TableColumn(
        _l("Published"),
        lambda line: any(version.state == "published" for version in line[1]),
        "#status",
    ),
)


@blueprint.get("")
@allow("curriculum.see")
@offers_table("courses")
def index() -> ResponseReturnValue:
    """The catalogue: every course in reach, or those that answer a search."""
    actor = current_actor()
    search = read_search(request.args, LANGUAGES)
    audiences, levels = known_words(actor)
    courses, offered = catalogue(actor, search)
    if is_taken():
        return taken([(course, offered.get(course.id, ())) for course in courses], COURSE_COLUMNS)
    return render_template(
        "training/courses.html",
        listing=courses,
        offered=offered,
        search=search,
        audiences=[(audience, audience) for audience in audiences],
        levels=[(level, level) for level in levels],
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
            return go("training.edit", _("Saved."), public_id=draft)
    return page("training/course_edit.html", form=form, course=None)


@blueprint.get("/<public_id>")
@allow("curriculum.see")
def course(public_id: str) -> ResponseReturnValue:
    """A course and its versions."""
    actor = current_actor()
    shown = queries.course(actor, public_id)
    versions = queries.versions_of(actor, shown)
    open_in = {version.language for version in versions if version.state != "published"}
    free = [code for code in programme_languages() if code not in open_in]
    return render_template(
        "training/course.html",
        course=shown,
        versions=versions,
        times=whole_times([version.id for version in versions]),
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
                public_id, form.name.data, form.audience.data, form.level.data, current_actor()
            )
            return go("training.course", _("Saved."))
    return page("training/course_edit.html", form=form, course=public_id)


@blueprint.post("/<public_id>/versions")
@allow("curriculum.edit")
def start_version(public_id: str) -> ResponseReturnValue:
    """Begin a new draft in a chosen language: a copy of its last version, or a translation if there
    is none in that language. Raises NotFound."""
    queries.course(current_actor(), public_id)
    form = NewVersionForm()
    form.language.choices = language_choices()
    if not form.validate():
        flash(_("Choose a language from the list."), "bad")
        return go("training.course")
    with FlashedProblems(tone="warn"):
        draft = copies.start_version(public_id, form.language.data, current_actor())
        if queries.version(current_actor(), draft).translates_id is not None:
            return go("training.translation", public_id=draft)
        return go("training.edit", _("This draft is a copy of the last version."), public_id=draft)
    return go("training.course")


_AT = "/versions/<public_id>/plans/<plan_id>/materials/<row_id>"


def _found(public_id: str, plan_id: str, row_id: str) -> tuple[CourseVersion, SessionPlan, PlanRow]:
    """A material within the versions that the actor reaches. Raises NotFound."""
    version = queries.version(current_actor(), public_id)
    plan = plan_in(version, plan_id)
    materials = {line.public_id: line for line in plan.of(MATERIAL.name)}
    return version, plan, one_or_404(materials.get(row_id))


@blueprint.route(_AT, methods=["GET", "POST"])
@allow("curriculum.edit")
@takes_file(MOST_FILE_BYTES)
def material(public_id: str, plan_id: str, row_id: str) -> ResponseReturnValue:
    """Give a material a file, or another one."""
    version, plan, line = _found(public_id, plan_id, row_id)
    form = MaterialFileForm()
    if request.method == "POST" and form.validate():
        sent = form.file.data
        content = sent.read(MOST_FILE_BYTES + 1) if sent else b""
        with form.showing_problems(MaterialProblem, NotADraft, CleaningBusy, StorageError):
            attach_file(public_id, plan_id, row_id, content, by=current_actor())
            flash(_("Saved."))
            return redirect(_back(public_id, plan_id), code=303)
        version, plan, line = _found(public_id, plan_id, row_id)
    return page(
        "training/material.html",
        form=form,
        version=version,
        plan=plan,
        row=line,
        file=files_of([line.file]).get(line.file),
        back=_back(public_id, plan_id),
    )


@blueprint.route(f"{_AT}/remove", methods=["GET", "POST"])
@allow("curriculum.edit")
def remove_material_file(public_id: str, plan_id: str, row_id: str) -> ResponseReturnValue:
    """Ask, then take the file off a material."""
    if request.method == "GET":
        version, _plan, line = _found(public_id, plan_id, row_id)
        back = url_for("training.material", public_id=public_id, plan_id=plan_id, row_id=row_id)
        return _remove_page(version, _("Remove this file?"), line.text, back=back)
    with FlashedProblems(NotADraft):
        remove_file(public_id, plan_id, row_id, by=current_actor())
        flash(_("Removed."))
    return redirect(_back(public_id, plan_id), code=303)


@blueprint.get(f"{_AT}/file")
@allow("curriculum.see")
def material_file(public_id: str, plan_id: str, row_id: str) -> Response:
    """The file of a material; its name says nothing."""
    _version, _plan, line = _found(public_id, plan_id, row_id)
    file = one_or_404(files_of([line.file]).get(line.file))
    kind, ending = type_of(file)
    return download(content_of(file), name=f"material.{ending}", type=kind)


def _back(public_id: str, plan_id: str) -> str:
    return url_for("training.edit_session", public_id=public_id, plan_id=plan_id)


@blueprint.route("/versions/<public_id>/edit", methods=["GET", "POST"])
@allow("curriculum.edit")
def edit(public_id: str) -> ResponseReturnValue:
    """The one page on which a whole draft is written."""
    version = queries.version(current_actor(), public_id)
    draft = DraftPage(version)
    if request.method == "GET":
        if version.state != "draft":
            return go("training.version")
        return _draft_page(draft), 200
    if version.state != "draft":
        return _draft_page(draft, closed=True), 409
    if draft.row_version_read != version.row_version:
        return _conflict(draft)
    if not draft.validate():
        return _draft_page(draft), 422
    try:
        write_version(public_id, draft.text(), draft.row_version_read, current_actor())
    except ChangedMeanwhile:
        return _conflict(DraftPage(queries.version(current_actor(), public_id)))
    except NotADraft:
        return _draft_page(draft, closed=True), 409
    except TooMuch as problem:
        draft.about.show(problem)
        return _draft_page(draft), 422
    return _saved(public_id, draft)


def _saved(public_id: str, draft: DraftPage) -> ResponseReturnValue:
    for name, by_places in (("up", -1), ("down", 1)):
        moving = request.form.get(name)
        if moving:
            try:
                move_plan(public_id, moving, by_places, current_actor())
            except NotFound:
                move_module(public_id, moving, by_places, current_actor())
            return go("training.edit", public_id=public_id, _anchor=f"p-{moving}")
    flash(_("Saved."))
    if request.form.get("then") == "close":
        return go("training.version", public_id=public_id)
    # A person who added a session writes the next one of the same module, without looking for it.
    module = draft.added_to
    if module:
        page = url_for("training.edit", public_id=public_id, add=module)
        return redirect(f"{page}#{draft.first_field_of_new(module)}")
    return go("training.edit", public_id=public_id)


def _conflict(draft: DraftPage) -> ResponseReturnValue:
    if not draft.compare():
        return _saved(draft.version.public_id, draft)
    return _draft_page(draft, conflict=True), 409


def _draft_page(draft: DraftPage, *, conflict: bool = False, closed: bool = False) -> str:
    return render_template(
        "training/edit.html",
        draft=draft,
        version=draft.version,
        adds_to=request.args.get("add", "") if request.method == "GET" else "",
        minutes=draft.minutes,
        conflict=conflict,
        closed=closed,
        telling=telling_words(draft.version.public_title),
    )


@blueprint.post("/versions/<public_id>/order")
@allow("curriculum.edit")
def arrange_modules(public_id: str) -> ResponseReturnValue:
    """Keep the order into which modules were moved."""
    services.arrange_modules(public_id, request.form.getlist("order"), current_actor())
    return _arranged(public_id)


@blueprint.post("/versions/<public_id>/modules/<module_id>/order")
@allow("curriculum.edit")
def arrange_plans(public_id: str, module_id: str) -> ResponseReturnValue:
    """Keep the order into which the sessions of a module were moved."""
    order = request.form.getlist("order")
    services.arrange_plans(public_id, module_id, order, current_actor())
    return _arranged(public_id)


def _arranged(public_id: str) -> ResponseReturnValue:
    if request.headers.get("X-Requested-With") == "fetch":
        return "", 204
    return go("training.edit", public_id=public_id)


@blueprint.route("/versions/<public_id>/modules/<module_id>/remove", methods=["GET", "POST"])
@allow("curriculum.edit")
def remove_module(public_id: str, module_id: str) -> ResponseReturnValue:
    """Ask, then take a module with its sessions out of a draft."""
    version = queries.version(current_actor(), public_id)
    modules = {module.public_id: module for module in version.modules}
    module = one_or_404(modules.get(module_id))
    if request.method == "POST":
        services.remove_module(public_id, module_id, current_actor())
        return _removed(public_id)
    text = _("Sessions: %(number)s", number=len(module.plans))
    question = _("Remove this module and its sessions?")
    return _remove_page(version, question, module.title, text)


@blueprint.route("/versions/<public_id>/plans/<plan_id>/remove", methods=["GET", "POST"])
@allow("curriculum.edit")
def remove_plan(public_id: str, plan_id: str) -> ResponseReturnValue:
    """Ask, then take a session out of a draft."""
    version = queries.version(current_actor(), public_id)
    plan = plan_in(version, plan_id)
    if request.method == "POST":
        services.remove_plan(public_id, plan_id, current_actor())
        return _removed(public_id)
    return _remove_page(version, _("Remove this session?"), plan.title)


def _removed(public_id: str) -> ResponseReturnValue:
    return go("training.edit", _("Removed."), public_id=public_id)


def _remove_page(
    version: CourseVersion, question: str, title: str, text: str = "", **values: str
) -> str:
    return render_template(
        "training/remove.html", version=version, question=question, title=title, text=text, **values
    )


@blueprint.route("/versions/<public_id>/plans/<plan_id>/edit", methods=["GET", "POST"])
@allow("curriculum.edit")
def edit_session(public_id: str, plan_id: str) -> ResponseReturnValue:
    """Write one session: what it is for, its steps, and all that a facilitator needs."""
    version = queries.version(current_actor(), public_id)
    shown = SessionPage(plan_in(version, plan_id), translation=version.translates_id is not None)
    if request.method == "GET":
        if version.state != "draft":
            return go("training.version")
        return _page(version, shown), 200
    if version.state != "draft":
        return _page(version, shown, closed=True), 409
    change = request.form.get("change")
    if change:
        shown.row_version = shown.row_version_read
        return _page(version, shown, focus=shown.change(change)), 200
    if not shown.validate():
        shown.row_version = shown.row_version_read
        return _page(version, shown), 422
    row_version = shown.row_version_read
    try:
        with FlashedProblems():
            write_session(public_id, plan_id, shown.text(), row_version, by=current_actor())
            return _sessions_saved(version, plan_id)
    except ChangedMeanwhile:
        return _sessions_conflict(public_id, plan_id)
    except NotADraft:
        return _page(version, shown, closed=True), 409
    return _page(version, shown), 422


def _sessions_conflict(public_id: str, plan_id: str) -> ResponseReturnValue:
    version = queries.version(current_actor(), public_id)
    shown = SessionPage(plan_in(version, plan_id), translation=version.translates_id is not None)
    shown.validate()
    if not shown.compare():
        return _sessions_saved(version, plan_id)
    return _page(version, shown, conflict=True), 409


def _sessions_saved(version: CourseVersion, plan_id: str) -> ResponseReturnValue:
    flash(_("Saved."))
    then = request.form.get("then", "")
    if then == "next":
        plans = [plan.public_id for plan in version.plans]
        following = plans[plans.index(plan_id) + 1 :] if plan_id in plans else []
        if following:
            plan_id = following[0]
        else:
            then = "outline"
    if then == "outline":
        return go("training.edit", public_id=version.public_id)
    again = url_for("training.edit_session", public_id=version.public_id, plan_id=plan_id)
    return redirect(again if then else after_mending(again))


def _page(
    version: CourseVersion,
    shown: SessionPage,
    *,
    conflict: bool = False,
    closed: bool = False,
    focus: str = "",
) -> str:
    place = version.plans.index(shown.plan)
    files = files_of(line.file for line in shown.plan.rows)
    return render_template(
        "training/session_edit.html",
        version=version,
        page=shown,
        plan=shown.plan,
        plan_kind=PLAN,
        conflict=conflict,
        closed=closed,
        focus=focus,
        following=next(iter(version.plans[place + 1 :]), None),
        files={line.public_id: files[line.file] for line in shown.plan.rows if line.file in files},
        services=[service.name for service in service_choices(current_actor(), limit=200)],
    )
