"""Pages of a translation beside its source: what is missing, what is stale, and writing it."""

from __future__ import annotations

from collections.abc import Iterator

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.platform.web import current_actor
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.errors import ChangedMeanwhile, one_or_404
from kash.platform.web.language import LANGUAGES
from kash.platform.web.row_versions import number_shown
from kash.policy import allow
from kash.training import blueprint, queries
from kash.training.forms.courses import NewVersionForm, language_choices
from kash.training.forms.translations import WordsPage
from kash.training.models import CourseVersion, SessionPlan
from kash.training.rules.comparison import RowPair, compare
from kash.training.rules.fields import PLAN, VERSION
from kash.training.rules.nodes import by_key
from kash.training.rules.translations import counted_gaps
from kash.training.services import copies
from kash.training.services.copies import DraftExists, SameLanguage
from kash.training.services.sessions import plan_in
from kash.training.services.translations import write_session_words, write_words
from kash.training.services.versions import NotADraft
from kash.training.trees import tree_of


@blueprint.post("/versions/<public_id>/translations")
@allow("curriculum.edit")
def translate(public_id: str) -> ResponseReturnValue:
    """Begin a draft that translates a version."""
    queries.version(current_actor(), public_id)
    form = NewVersionForm()
    form.language.choices = language_choices()
    if not form.validate():
        flash(_("Choose a language from the list."), "bad")
        return redirect(url_for("training.version", public_id=public_id))
    with FlashedProblems(DraftExists, SameLanguage, tone="warn"):
        made = copies.translate(public_id, form.language.data, current_actor())
        return redirect(url_for("training.translation", public_id=made))
    return redirect(url_for("training.version", public_id=public_id))


@blueprint.get("/versions/<public_id>/translation")
@allow("curriculum.compare")
def translation(public_id: str) -> ResponseReturnValue:
    """A translation beside its source: how each session stands, and the words of its outline."""
    found, source = _both(public_id)
    return _outline_page(found, source, _outline_words(found, source))


@blueprint.post("/versions/<public_id>/translation")
@allow("curriculum.edit")
def write_translation(public_id: str) -> ResponseReturnValue:
    """Save the words of the outline of a translation."""
    found, source = _both(public_id)
    words = _outline_words(found, source)
    if not words.validate():
        words.row_version = words.row_version_read
        return _outline_page(found, source, words), 422
    try:
        write_words(public_id, words.words(), words.row_version_read, by=current_actor())
    except ChangedMeanwhile:
        found, source = _both(public_id)
        words = _outline_words(found, source)
        words.validate()
        if words.compare():
            return _outline_page(found, source, words, conflict=True), 409
    except NotADraft:
        return _outline_page(found, source, words, closed=True), 409
    flash(_("Saved."))
    return redirect(url_for("training.translation", public_id=public_id))


@blueprint.get("/versions/<public_id>/plans/<plan_id>/translation")
@allow("curriculum.compare")
def session_translation(public_id: str, plan_id: str) -> ResponseReturnValue:
    """A session of a translation beside its source."""
    found, source = _both(public_id)
    plan = plan_in(found, plan_id)
    return _session_page(found, source, plan, _session_words(found, source, plan))


@blueprint.post("/versions/<public_id>/plans/<plan_id>/translation")
@allow("curriculum.edit")
def write_session_translation(public_id: str, plan_id: str) -> ResponseReturnValue:
    """Save the words of a session of a translation."""
    found, source = _both(public_id)
    plan = plan_in(found, plan_id)
    words = _session_words(found, source, plan)
    if not words.validate():
        words.row_version = words.row_version_read
        return _session_page(found, source, plan, words), 422
    try:
        write_session_words(
            public_id, plan_id, words.words(), words.row_version_read, by=current_actor()
        )
    except ChangedMeanwhile:
        found, source = _both(public_id)
        plan = plan_in(found, plan_id)
        words = _session_words(found, source, plan)
        words.validate()
        if words.compare():
            return _session_page(found, source, plan, words, conflict=True), 409
    except NotADraft:
        return _session_page(found, source, plan, words, closed=True), 409
    flash(_("Saved."))
    following = _following(found, plan)
    if request.form.get("then") == "next" and following is not None:
        plan_id = following.public_id
    elif request.form.get("then"):
        return redirect(url_for("training.translation", public_id=public_id))
    return redirect(url_for("training.session_translation", public_id=public_id, plan_id=plan_id))


@blueprint.route("/versions/<public_id>/follow/<source_id>", methods=["GET", "POST"])
@allow("curriculum.edit")
def follow(public_id: str, source_id: str) -> ResponseReturnValue:
    """Ask, then lay a translation out anew after another version of its course."""
    found, _source = _both(public_id)
    newer = queries.version(current_actor(), source_id)
    one_or_404(newer if newer.course_id == found.course_id else None)
    if request.method == "POST":
        shown = number_shown(request.form.get("row_version", ""))
        with FlashedProblems(ChangedMeanwhile, NotADraft, SameLanguage, tone="warn"):
            copies.follow(public_id, source_id, shown, current_actor())
            flash(_("The translation follows version %(number)s now.", number=newer.number))
        return redirect(url_for("training.translation", public_id=public_id))
    kept = by_key(tree_of(newer))
    going = [node for node in tree_of(found).walk() if node.key not in kept and node.is_worded]
    return render_template("training/follow.html", version=found, newer=newer, going=going)


def _both(public_id: str) -> tuple[CourseVersion, CourseVersion]:
    found = queries.version(current_actor(), public_id)
    return found, one_or_404(queries.source_of(found))


def _outline_words(found: CourseVersion, source: CourseVersion) -> WordsPage:
    whole = compare(tree_of(source), tree_of(found))
    shown = [pair for pair in whole.walk() if pair.node.kind in (VERSION.name, "module")]
    return WordsPage(shown, found.row_version)


def _session_words(found: CourseVersion, source: CourseVersion, plan: SessionPlan) -> WordsPage:
    whole = compare(tree_of(source), tree_of(found))
    return WordsPage(_within(whole, plan), plan.row_version)


def _within(whole: RowPair, plan: SessionPlan) -> Iterator[RowPair]:
    for pair in whole.walk():
        if pair.node.key == (PLAN.name, plan.lineage):
            yield from pair.walk()


def _following(found: CourseVersion, plan: SessionPlan) -> SessionPlan | None:
    ids = [each for module in found.modules for each in module.plans]
    place = [each.public_id for each in ids].index(plan.public_id)
    return ids[place + 1] if place + 1 < len(ids) else None


def _outline_page(
    found: CourseVersion,
    source: CourseVersion,
    words: WordsPage,
    *,
    conflict: bool = False,
    closed: bool = False,
) -> str:
    return render_template(
        "training/translation.html",
        version=found,
        source=source,
        words=words,
        counts=counted_gaps(tree_of(source), tree_of(found)),
        whole=compare(tree_of(source), tree_of(found)),
        plans={plan.lineage: plan for module in found.modules for plan in module.plans},
        newer=queries.newer_source(source),
        language_names=LANGUAGES,
        conflict=conflict,
        closed=closed,
    )


def _session_page(
    found: CourseVersion,
    source: CourseVersion,
    plan: SessionPlan,
    words: WordsPage,
    *,
    conflict: bool = False,
    closed: bool = False,
) -> str:
    return render_template(
        "training/session_translation.html",
        version=found,
        source=source,
        plan=plan,
        words=words,
        following=_following(found, plan),
        language_names=LANGUAGES,
        conflict=conflict,
        closed=closed,
    )
