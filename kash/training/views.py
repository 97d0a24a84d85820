"""Pages about courses and their versions."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kash.accounts.queries.accounts import names_of
from kash.platform.approvals.errors import SamePerson
from kash.platform.press import RenderError
from kash.platform.web import NotFound, current_actor, download, page
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.errors import ChangedMeanwhile, one_or_404
from kash.platform.web.language import LANGUAGES, programme_languages
from kash.policy import allow
from kash.training import blueprint, documents, queries, rules
from kash.training.approval import APPROVAL
from kash.training.forms import (
    CourseForm,
    DraftPage,
    NewCourseForm,
    NewVersionForm,
    ReturnForm,
    language_choices,
)
from kash.training.models import CourseVersion
from kash.training.services import courses, states
from kash.training.services import versions as versions_services
from kash.training.services.courses import change_course
from kash.training.services.states import NoPlansYet, StepNotPossible
from kash.training.services.versions import (
    DraftExists,
    NotADraft,
    TooMuch,
    move_module,
    move_plan,
    write_version,
)


@blueprint.get("")
@allow("curriculum.see")
def index() -> ResponseReturnValue:
    """Every course in reach."""
    return render_template("training/courses.html", listing=queries.courses(current_actor()))


@blueprint.route("/new", methods=["GET", "POST"])
@allow("curriculum.edit")
def add_course() -> ResponseReturnValue:
    """Add a course with an empty first draft."""
    form = NewCourseForm()
    form.language.choices = language_choices()
    if form.validate_on_submit():
        with form.showing_problems():
            _course, draft = courses.add_course(
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
        language_names=LANGUAGES,
        free_languages=[(code, LANGUAGES.get(code, code)) for code in free],
    )


@blueprint.route("/<public_id>/edit", methods=["GET", "POST"])
@allow("curriculum.edit")
def edit_course(public_id: str) -> ResponseReturnValue:
    """Change what a course is called within the programme."""
    found = queries.course(current_actor(), public_id)
    form = CourseForm(obj=found)
    if form.validate_on_submit():
        with form.showing_problems():
            change_course(
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
        made = versions_services.start_version(public_id, form.language.data, current_actor())
        flash(_("This draft is a copy of the last version."))
        return redirect(url_for("training.edit", public_id=made))
    return redirect(url_for("training.course", public_id=public_id))


@blueprint.get("/versions/<public_id>")
@allow("curriculum.see")
def version(public_id: str) -> ResponseReturnValue:
    """A whole version to read."""
    actor = current_actor()
    return _version_page(queries.version(actor, public_id), ReturnForm(formdata=None))


def _version_page(found: CourseVersion, form: ReturnForm) -> str:
    actor = current_actor()
    decision = APPROVAL.offered(found, actor)
    return render_template(
        "training/version.html",
        version=found,
        decision=decision,
        names=names_of([found.published_for, decision.standing_in]),
        minutes=_minutes(found),
        plans=sum(len(module.plans) for module in found.modules),
        language_names=LANGUAGES,
        whole=queries.sees_everything(current_actor()),
        telling=rules.telling_words(found.public_title),
        lines=rules.lines,
        form=form,
    )


def _minutes(found: CourseVersion) -> int:
    return rules.total_minutes(plan.minutes for module in found.modules for plan in module.plans)


@blueprint.route("/versions/<public_id>/edit", methods=["GET", "POST"])
@allow("curriculum.edit")
def edit(public_id: str) -> ResponseReturnValue:
    """The one page on which a whole draft is written."""
    found = queries.version(current_actor(), public_id)
    draft = DraftPage(found)
    if request.method == "GET":
        if found.state != "draft":
            return redirect(url_for("training.version", public_id=public_id))
        return _draft_page(draft), 200
    if found.state != "draft":
        return _draft_page(draft, closed=True), 409
    if draft.row_version_read != found.row_version:
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


def _saved(public_id: str, draft: DraftPage) -> Response:
    for name, by_places in (("up", -1), ("down", 1)):
        moving = request.form.get(name)
        if moving:
            try:
                move_plan(public_id, moving, by_places, current_actor())
            except NotFound:
                move_module(public_id, moving, by_places, current_actor())
            return redirect(url_for("training.edit", public_id=public_id, _anchor=f"p-{moving}"))
    flash(_("Saved."))
    if request.form.get("then") == "close":
        return redirect(url_for("training.version", public_id=public_id))
    # Whoever added a session writes the next one of the same module, without looking for it.
    module = draft.added_to
    if module:
        page = url_for("training.edit", public_id=public_id, add=module)
        return redirect(f"{page}#{draft.first_field_of_new(module)}")
    return redirect(url_for("training.edit", public_id=public_id))


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
        minutes=_minutes(draft.version),
        conflict=conflict,
        closed=closed,
        telling=rules.telling_words(draft.version.public_title),
    )


@blueprint.post("/versions/<public_id>/order")
@allow("curriculum.edit")
def arrange_modules(public_id: str) -> ResponseReturnValue:
    """Keep the order into which modules were moved."""
    versions_services.arrange_modules(public_id, request.form.getlist("order"), current_actor())
    return _arranged(public_id)


@blueprint.post("/versions/<public_id>/modules/<module_id>/order")
@allow("curriculum.edit")
def arrange_plans(public_id: str, module_id: str) -> ResponseReturnValue:
    """Keep the order into which the sessions of a module were moved."""
    order = request.form.getlist("order")
    versions_services.arrange_plans(public_id, module_id, order, current_actor())
    return _arranged(public_id)


def _arranged(public_id: str) -> ResponseReturnValue:
    if request.headers.get("X-Requested-With") == "fetch":
        return "", 204
    return redirect(url_for("training.edit", public_id=public_id))


@blueprint.route("/versions/<public_id>/modules/<module_id>/remove", methods=["GET", "POST"])
@allow("curriculum.edit")
def remove_module(public_id: str, module_id: str) -> ResponseReturnValue:
    """Ask, then take a module with its sessions out of a draft."""
    found = queries.version(current_actor(), public_id)
    module = one_or_404(next((each for each in found.modules if each.public_id == module_id), None))
    if request.method == "POST":
        versions_services.remove_module(public_id, module_id, current_actor())
        flash(_("Removed."))
        return redirect(url_for("training.edit", public_id=public_id))
    return render_template(
        "training/remove.html",
        version=found,
        question=_("Remove this module and its sessions?"),
        title=module.title,
        text=_("Sessions: %(number)s", number=len(module.plans)),
    )


@blueprint.route("/versions/<public_id>/plans/<plan_id>/remove", methods=["GET", "POST"])
@allow("curriculum.edit")
def remove_plan(public_id: str, plan_id: str) -> ResponseReturnValue:
    """Ask, then take a session out of a draft."""
    found = queries.version(current_actor(), public_id)
    plans = [plan for module in found.modules for plan in module.plans]
    plan = one_or_404(next((each for each in plans if each.public_id == plan_id), None))
    if request.method == "POST":
        versions_services.remove_plan(public_id, plan_id, current_actor())
        flash(_("Removed."))
        return redirect(url_for("training.edit", public_id=public_id))
    return render_template(
        "training/remove.html",
        version=found,
        question=_("Remove this session?"),
        title=plan.title,
        text="",
    )


@blueprint.post("/versions/<public_id>/propose")
@allow("curriculum.edit")
def propose(public_id: str) -> ResponseReturnValue:
    """Hand a draft to a director."""
    with FlashedProblems(NoPlansYet, StepNotPossible, tone="warn"):
        states.propose(public_id, current_actor())
        flash(_("Proposed. A director reads it next."))
    return redirect(url_for("training.version", public_id=public_id))


@blueprint.post("/versions/<public_id>/take-back")
@allow("curriculum.edit")
def take_back(public_id: str) -> ResponseReturnValue:
    """Go on writing what was proposed."""
    with FlashedProblems(StepNotPossible, tone="warn"):
        states.take_back(public_id, current_actor())
        return redirect(url_for("training.edit", public_id=public_id))
    return redirect(url_for("training.version", public_id=public_id))


@blueprint.route("/versions/<public_id>/publish", methods=["GET", "POST"])
@allow("curriculum.approve")
def publish(public_id: str) -> ResponseReturnValue:
    """Ask, then publish: from now on nothing in it changes."""
    found = queries.version(current_actor(), public_id)
    if request.method == "GET":
        return render_template("training/publish.html", version=found)
    with FlashedProblems(SamePerson, StepNotPossible, tone="warn"):
        states.publish(public_id, current_actor())
        flash(_("Published. Workshops can now be made from it."))
    return redirect(url_for("training.version", public_id=public_id))


@blueprint.post("/versions/<public_id>/return")
@allow("curriculum.approve")
def return_to_draft(public_id: str) -> ResponseReturnValue:
    """Send a proposal back with a sentence."""
    form = ReturnForm()
    found = queries.version(current_actor(), public_id)
    if not form.validate():
        return _version_page(found, form), 422
    with FlashedProblems(StepNotPossible, tone="warn"):
        states.return_to_draft(public_id, form.because.data, current_actor())
        flash(_("Sent back to be changed."))
    return redirect(url_for("training.version", public_id=public_id))


@blueprint.get("/versions/<public_id>/guide.pdf")
@allow("curriculum.see")
def guide(public_id: str) -> ResponseReturnValue:
    """The guide on paper; notes for the facilitator only for whoever sees the whole curriculum."""
    found = queries.version(current_actor(), public_id)
    with FlashedProblems(RenderError):
        made = documents.guide(found, with_notes=queries.sees_everything(current_actor()))
        return download(made, name="guide.pdf", type="application/pdf")
    return redirect(url_for("training.version", public_id=public_id))
