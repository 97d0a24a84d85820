"""Pages about a version: to read, to propose and publish, and its papers. The page that shows two
versions of a course side by side. Pages on which a course is taken away in a file and brought in
from one, and the starting library. Pages of a translation beside its source: what is missing, what
is stale, and writing it."""

from __future__ import annotations

from typing import Any

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from kash.accounts.queries.accounts import names_of
from kash.feature import declared
from kash.platform.approvals.approval import SamePerson
from kash.platform.cleaning import CleaningBusy
from kash.platform.database import db
from kash.platform.press import RenderError
from kash.platform.storage import StorageError
from kash.platform.web import Problem, current_actor, download, page
from kash.platform.web.bodies import takes_file
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.errors import ChangedMeanwhile, one_or_404
from kash.platform.web.pages import go
from kash.platform.web.programme import LANGUAGES, programme_languages
from kash.platform.web.row_versions import number_shown
from kash.policy import allow
from kash.training import blueprint, documents, queries
from kash.training.course_files import Beside, beside, course_file, library
from kash.training.forms import (
    BringCourseForm,
    CourseFileForm,
    LibraryForm,
    NewVersionForm,
    ReturnCourseForm,
    WordsPage,
    language_choices,
    packed,
    unpacked,
)
from kash.training.material_files import NotJoined, files_of
from kash.training.models import APPROVAL, CourseVersion, SessionPlan
from kash.training.queries import (
    CourseAddition,
    additions_written,
    delivered_kept,
    delivered_of,
    fault_sentence,
    tree_of,
)
from kash.training.rules.course_files import (
    MOST_BYTES,
    MOST_TEXT_BYTES,
    CourseFile,
    UnreadableFile,
    read_file,
    without_contents,
)
from kash.training.rules.courses import (
    MODULE,
    PLAN,
    VERSION,
    by_key,
    code_of,
    group_size,
    planned_minutes,
    telling_words,
    timed_steps,
)
from kash.training.rules.versions import compare, counted_gaps, whole_time
from kash.training.services import course_files as copies
from kash.training.services import courses as states
from kash.training.services.course_files import (
    CourseBrought,
    bring_course,
    bring_library,
    keep_carried,
)
from kash.training.services.courses import (
    CourseTaken,
    NotADraft,
    plan_in,
    write_session_words,
    write_words,
)


@blueprint.get("/versions/<public_id>")
@allow("curriculum.see")
def version(public_id: str) -> ResponseReturnValue:
    """A whole version to read."""
    actor = current_actor()
    return _version_page(queries.version(actor, public_id), ReturnCourseForm(formdata=None))


def _version_page(found: CourseVersion, form: ReturnCourseForm) -> str:
    actor = current_actor()
    decision = APPROVAL.offered(found, actor)
    delivered = delivered_kept([plan.lineage for plan in found.plans])
    tree = queries.read_version(found)
    versions = queries.versions_of(actor, found.course) if queries.sees_everything(actor) else []
    open_in = {other.language for other in versions if other.state != "published"}
    return render_template(
        "training/version.html",
        version=found,
        tree=tree,
        code=code_of(tree_of(found)),
        lent=sum(len(node.lent) for node in tree.walk()),
        group_size=group_size(found.group_least, found.group_most),
        decision=decision,
        names=names_of([found.published_for, decision.standing_in]),
        minutes=sum(plan.minutes for plan in found.plans),
        delivered=delivered,
        whole_time=whole_time((plan.minutes, delivered.get(plan.lineage)) for plan in found.plans),
        plans=len(found.plans),
        language_names=LANGUAGES,
        whole=queries.sees_everything(current_actor()),
        telling=telling_words(found.public_title),
        form=form,
        siblings=len(versions),
        into=[
            (code, LANGUAGES.get(code, code))
            for code in programme_languages()
            if code != found.language and code not in open_in
        ],
    )


@blueprint.get("/versions/<public_id>/plans/<plan_id>")
@allow("curriculum.see")
def session(public_id: str, plan_id: str) -> ResponseReturnValue:
    """One session to read, with what is for facilitators for who sees the whole curriculum."""
    shown = queries.version(current_actor(), public_id)
    plan = plan_in(shown, plan_id)
    nodes = by_key(queries.read_version(shown))
    place = shown.plans.index(plan)
    files = files_of(line.file for line in plan.rows)
    return render_template(
        "training/session.html",
        version=shown,
        plan=plan,
        node=nodes[PLAN.name, plan.lineage],
        steps=timed_steps(nodes[PLAN.name, plan.lineage]),
        delivered=delivered_of([plan.lineage]).get(plan.lineage),
        before=shown.plans[place - 1] if place else None,
        after=_following(shown, plan),
        number=f"{shown.modules.index(plan.module) + 1}.{plan.module.plans.index(plan) + 1}",
        whole=queries.sees_everything(current_actor()),
        files={
            line.lineage: (line.public_id, files[line.file])
            for line in plan.rows
            if line.file in files
        },
    )


@blueprint.post("/versions/<public_id>/propose")
@allow("curriculum.edit")
def propose(public_id: str) -> ResponseReturnValue:
    """Hand a draft to a director."""
    with FlashedProblems(tone="warn"):
        states.propose(public_id, current_actor())
        flash(_("Proposed. A director reads it next."))
    return go("training.version")


@blueprint.post("/versions/<public_id>/take-back")
@allow("curriculum.edit")
def take_back(public_id: str) -> ResponseReturnValue:
    """Go on writing what was proposed."""
    with FlashedProblems(tone="warn"):
        states.take_back(public_id, current_actor())
        return go("training.edit")
    return go("training.version")


@blueprint.route("/versions/<public_id>/publish", methods=["GET", "POST"])
@allow("curriculum.approve")
def publish(public_id: str) -> ResponseReturnValue:
    """Ask, then publish what was read: from now on nothing in it changes."""
    shown = queries.version(current_actor(), public_id)
    if request.method == "GET":
        return render_template("training/publish.html", version=shown)
    with FlashedProblems(SamePerson, ChangedMeanwhile, tone="warn"):
        states.publish(public_id, current_actor(), code=request.args.get("read", ""))
        flash(_("Published. Workshops can now be made from it."))
    return go("training.version")


@blueprint.post("/versions/<public_id>/return")
@allow("curriculum.approve")
def return_to_draft(public_id: str) -> ResponseReturnValue:
    """Send a proposal back with a sentence."""
    form = ReturnCourseForm()
    shown = queries.version(current_actor(), public_id)
    if not form.validate():
        return _version_page(shown, form), 422
    with FlashedProblems(tone="warn"):
        states.return_to_draft(public_id, form.because.data, current_actor())
        flash(_("Sent back to be changed."))
    return go("training.version")


@blueprint.get("/versions/<public_id>/guide.pdf")
@allow("curriculum.see")
def guide(public_id: str) -> ResponseReturnValue:
    """The guide on paper; notes for the facilitator only for who sees the whole curriculum."""
    shown = queries.version(current_actor(), public_id)
    with FlashedProblems(RenderError):
        paper = documents.guide(shown, with_notes=queries.sees_everything(current_actor()))
        return download(paper, name="guide.pdf", type="application/pdf")
    return go("training.version")


@blueprint.get("/versions/<public_id>/handout.pdf")
@allow("curriculum.see")
def handout(public_id: str) -> ResponseReturnValue:
    """The hand-out on paper: key messages, legal points, and files to take home."""
    shown = queries.version(current_actor(), public_id)
    if not documents.told_at_home(queries.read_version(shown)):
        flash(_("No session has a key message, a legal point or a file to take home yet."), "warn")
        return go("training.version")
    with FlashedProblems(RenderError, NotJoined, CleaningBusy, StorageError):
        return download(documents.handout(shown), name="handout.pdf", type="application/pdf")
    return go("training.version")


@blueprint.get("/versions/<public_id>/compare")
@allow("curriculum.compare")
def compare_versions(public_id: str) -> ResponseReturnValue:
    """A version beside an earlier one of its course: added, removed, moved, changed.

    The address names the other by `with`; else it is the version before in the same language, or
    the first of the others.
    """
    actor = current_actor()
    later = queries.version(actor, public_id)
    others = [
        version
        for version in queries.versions_of(actor, later.course)
        if version.public_id != public_id
    ]
    wanted = request.args.get("with", "")
    other = None
    if wanted or others:
        before = [
            version
            for version in others
            if version.language == later.language and version.number < later.number
        ]
        chosen = wanted or (before or others)[0].public_id
        one_or_404(next((version for version in others if version.public_id == chosen), None))
        other = queries.version(actor, chosen)
    return render_template(
        "training/compare.html",
        version=later,
        other=other,
        others=others,
        whole=compare(tree_of(other), tree_of(later)) if other is not None else None,
        language_names=LANGUAGES,
    )


@blueprint.get("/<public_id>/file")
@allow("curriculum.compare")
def take_course(public_id: str) -> ResponseReturnValue:
    """A course with all its versions as one file, for another Kash."""
    actor = current_actor()
    course = queries.course(actor, public_id)
    with FlashedProblems():
        content = course_file(course, actor)
        return download(content, name="course.json", type="application/json")
    return go("training.course")


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
        return go("training.bring")
    shown = _beside(file)
    form = BringCourseForm()
    form.offer(shown)
    if form.validate():
        with form.showing_problems(Problem, name=CourseTaken):
            brought = bring_course(file, form.wanted(), by=current_actor())
            return go("training.course", brought_sentence(brought), public_id=brought.course)
        shown = _beside(file)
        form.code.data = shown.code
    return _look_page(shown, form)


def brought_sentence(brought: CourseBrought) -> str:
    """Sentence on what came of a file."""
    drafts = len(brought.drafts)
    if drafts == 0:
        return _("Brought in. No version was new.")
    return ngettext(
        "Brought in. %(num)s version is here now as a draft.",
        "Brought in. %(num)s versions are here now as drafts.",
        drafts,
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
            brought, _here, taken = bring_library(files, by=current_actor())
            if brought:
                flash(
                    ngettext(
                        "%(num)s course was added as a draft. Read it, then propose it.",
                        "%(num)s courses were added as drafts. Read them, then propose them.",
                        len(brought),
                    )
                )
            for file in taken:
                flash(
                    _(
                        "%(name)s stayed out: another course has this name. Change that one's "
                        "name first.",
                        name=file.name,
                    ),
                    "warn",
                )
            return go("training.index")
    elif not form.is_submitted():
        form.courses.data = [book.file.lineage for book in offered]
    return page(
        "training/library.html",
        form=form,
        books=books,
        minutes=planned_minutes,
        language_names=LANGUAGES,
    )


@blueprint.post("/versions/<public_id>/translations")
@allow("curriculum.edit")
def translate(public_id: str) -> ResponseReturnValue:
    """Begin a draft that translates a version."""
    queries.version(current_actor(), public_id)
    form = NewVersionForm()
    form.language.choices = language_choices()
    if not form.validate():
        flash(_("Choose a language from the list."), "bad")
        return go("training.version")
    with FlashedProblems(tone="warn"):
        draft = copies.translate(public_id, form.language.data, current_actor())
        return go("training.translation", public_id=draft)
    return go("training.version")


@blueprint.get("/versions/<public_id>/translation")
@allow("curriculum.compare")
def translation(public_id: str) -> ResponseReturnValue:
    """A translation beside its source: how each session stands, and the words of its outline."""
    return _translation_page(public_id)


@blueprint.post("/versions/<public_id>/translation")
@allow("curriculum.edit")
def write_translation(public_id: str) -> ResponseReturnValue:
    """Save the words of the outline of a translation."""
    again = _write_words(public_id)
    return again or go("training.translation")


@blueprint.get("/versions/<public_id>/plans/<plan_id>/translation")
@allow("curriculum.compare")
def session_translation(public_id: str, plan_id: str) -> ResponseReturnValue:
    """A session of a translation beside its source."""
    return _translation_page(public_id, plan_id)


@blueprint.post("/versions/<public_id>/plans/<plan_id>/translation")
@allow("curriculum.edit")
def write_session_translation(public_id: str, plan_id: str) -> ResponseReturnValue:
    """Save the words of a session of a translation."""
    again = _write_words(public_id, plan_id)
    if again is not None:
        return again
    draft, _source = _both(public_id)
    following = _following(draft, plan_in(draft, plan_id))
    if request.form.get("then") == "next" and following is not None:
        plan_id = following.public_id
    elif request.form.get("then"):
        return go("training.translation")
    return go("training.session_translation", plan_id=plan_id)


def _write_words(public_id: str, plan_id: str = "") -> ResponseReturnValue | None:
    """Save the words of a session, or of the outline: the page once more where that cannot be."""
    draft, source = _both(public_id)
    words = _words(draft, source, plan_in(draft, plan_id) if plan_id else None)
    if not words.validate():
        words.row_version = words.row_version_read
        return _translation_page(public_id, plan_id, words), 422
    written, row_version, actor = words.words(), words.row_version_read, current_actor()
    try:
        if plan_id:
            write_session_words(public_id, plan_id, written, row_version, by=actor)
        else:
            write_words(public_id, written, row_version, by=actor)
    except ChangedMeanwhile:
        draft, source = _both(public_id)
        words = _words(draft, source, plan_in(draft, plan_id) if plan_id else None)
        words.validate()
        if words.compare():
            return _translation_page(public_id, plan_id, words, conflict=True), 409
    except NotADraft:
        return _translation_page(public_id, plan_id, words, closed=True), 409
    flash(_("Saved."))
    return None


def _translation_page(
    public_id: str,
    plan_id: str = "",
    words: WordsPage | None = None,
    *,
    conflict: bool = False,
    closed: bool = False,
) -> str:
    draft, source = _both(public_id)
    plan = plan_in(draft, plan_id) if plan_id else None
    values: dict[str, Any] = {"plan": plan}
    if plan is not None:
        values["following"] = _following(draft, plan)
    else:
        values = {
            "counts": counted_gaps(tree_of(source), tree_of(draft)),
            "whole": compare(tree_of(source), tree_of(draft)),
            "plans": {there.lineage: there for there in draft.plans},
            "newer": queries.newer_source(source),
        }
    return render_template(
        f"training/{'session_' if plan else ''}translation.html",
        version=draft,
        source=source,
        words=words or _words(draft, source, plan),
        language_names=LANGUAGES,
        conflict=conflict,
        closed=closed,
        **values,
    )


@blueprint.route("/versions/<public_id>/follow/<source_id>", methods=["GET", "POST"])
@allow("curriculum.edit")
def follow(public_id: str, source_id: str) -> ResponseReturnValue:
    """Ask, then lay a translation out anew after another version of its course."""
    draft, _source = _both(public_id)
    newer = queries.version(current_actor(), source_id)
    one_or_404(newer if newer.course_id == draft.course_id else None)
    if request.method == "POST":
        shown = number_shown(request.form.get("row_version", ""))
        with FlashedProblems(ChangedMeanwhile, NotADraft, tone="warn"):
            copies.follow(public_id, source_id, shown, current_actor())
            flash(_("The translation follows version %(number)s now.", number=newer.number))
        return go("training.translation")
    staying = by_key(tree_of(newer))
    going = [node for node in tree_of(draft).walk() if node.key not in staying and node.is_worded]
    return render_template("training/follow.html", version=draft, newer=newer, going=going)


def _both(public_id: str) -> tuple[CourseVersion, CourseVersion]:
    draft = queries.version(current_actor(), public_id)
    return draft, one_or_404(queries.source_of(draft))


def _words(found: CourseVersion, source: CourseVersion, plan: SessionPlan | None) -> WordsPage:
    """The words of a session, or of the outline."""
    pairs = list(compare(tree_of(source), tree_of(found)).walk())
    if plan is None:
        shown = [pair for pair in pairs if pair.node.kind in (VERSION.name, MODULE.name)]
        return WordsPage(shown, found.row_version)
    of_plan = (pair for pair in pairs if pair.node.key == (PLAN.name, plan.lineage))
    return WordsPage([pair for top in of_plan for pair in top.walk()], plan.row_version)


def _following(found: CourseVersion, plan: SessionPlan) -> SessionPlan | None:
    place = [there.public_id for there in found.plans].index(plan.public_id)
    return next(iter(found.plans[place + 1 :]), None)
