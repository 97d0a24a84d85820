"""Stories before they are told: written, read a second time, told or sent back."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.incidents.names import ACT_NAMES
from kash.incidents.queries.cases import Case
from kash.incidents.rules.filing import code_as_shown
from kash.incidents.services.cases import note_search
from kash.members.vault_sessions import current_vault, require_vault
from kash.platform.vault import OpenVault
from kash.platform.web import NotFound, current_actor, page
from kash.platform.web.account_names import account_names
from kash.platform.web.errors import one_or_404
from kash.policy import allow
from kash.stories import blueprint, words
from kash.stories.forms import NewStoryForm, ReadingForm, ReturnForm, StoryForm
from kash.stories.queries.drafts import (
    OpenDraft,
    audiences_of,
    cases_that_may_be_told,
    drafts,
    open_draft,
)
from kash.stories.rules.drafts import FORUM, FUNDERS
from kash.stories.services import writing


def _vault() -> OpenVault:
    return one_or_404(current_vault())


@blueprint.get("/w")
@allow("stories.drafts")
@require_vault
def all_drafts() -> ResponseReturnValue:
    """Everything that is being written or waits for a second reader."""
    actor, vault = current_actor(), _vault()
    found = drafts(actor, vault)
    if found:
        writing.note_reading(actor, vault, found)
    return page(
        "stories/drafts.html",
        drafts=found,
        names=account_names({one.draft.written_by for one in found}),
        words=words,
    )


@blueprint.route("/w/new", methods=["GET", "POST"])
@allow("stories.write")
@require_vault
def write() -> ResponseReturnValue:
    """Write a story of a case in which everybody agrees to it."""
    actor, vault = current_actor(), _vault()
    cases = cases_that_may_be_told(actor, vault)
    form = NewStoryForm()
    form.offer([(one.reference, _called(one)) for one in cases])
    if form.validate_on_submit():
        with form.showing_problems():
            made = writing.write_story(form.written(form.case.data), by=actor, vault=vault)
            return _kept(form, made)
    note_search(actor, vault, [each for one in cases for each in one.documents])
    return page("stories/write.html", form=form, cases=cases, draft=None, words=words)


@blueprint.route("/w/<draft_id>/write", methods=["GET", "POST"])
@allow("stories.write")
@require_vault
def edit(draft_id: str) -> ResponseReturnValue:
    """Go on writing an own story."""
    actor, vault = current_actor(), _vault()
    found = open_draft(actor, vault, draft_id)
    if found.draft.written_by != actor.public_id:
        raise NotFound
    draft, form = found.draft, StoryForm()
    if form.validate_on_submit():
        with form.showing_problems():
            written = form.written(draft.case)
            writing.change_story(draft_id, form.version_shown, written, by=actor, vault=vault)
            return _kept(form, draft_id)
        if form.changed_meanwhile:
            found = open_draft(actor, vault, draft_id)
            form.version.data, form.version.raw_data = str(found.version), None
    elif not form.is_submitted():
        form.process(None, obj=draft, data={"version": str(found.version)})
    writing.note_reading(actor, vault, [found])
    return page(
        "stories/write.html",
        form=form,
        cases=[found.case],
        called=_called(found.case),
        draft=found,
        names=account_names({draft.returned_by} - {""}),
        words=words,
    )


@blueprint.post("/w/<draft_id>/drop")
@allow("stories.write")
@require_vault
def drop(draft_id: str) -> ResponseReturnValue:
    """End an own draft for good."""
    writing.drop_story(draft_id, by=current_actor(), vault=_vault())
    flash(_("The draft is gone."))
    return redirect(url_for("stories.all_drafts"), 303)


@blueprint.get("/w/<draft_id>/drop")
@allow("stories.write")
@require_vault
def ask_to_drop(draft_id: str) -> ResponseReturnValue:
    """The question before a draft ends."""
    found = open_draft(current_actor(), _vault(), draft_id)
    if found.draft.written_by != current_actor().public_id:
        raise NotFound
    return page("stories/drop.html", draft=found)


@blueprint.route("/w/<draft_id>", methods=["GET", "POST"])
@allow("stories.approve")
@require_vault
def read(draft_id: str) -> ResponseReturnValue:
    """Read a story a second time, and tell it."""
    actor, vault = current_actor(), _vault()
    found, form = open_draft(actor, vault, draft_id), ReadingForm()
    if form.validate_on_submit():
        with form.showing_problems():
            told = writing.tell_story(
                draft_id, form.version_shown, form.checks.data or [], by=actor, vault=vault
            )
            flash(_("The story is told."))
            return redirect(url_for("stories.story", story_id=told), 303)
    return _reading(found, form, ReturnForm(formdata=None))


@blueprint.post("/w/<draft_id>/return")
@allow("stories.approve")
@require_vault
def send_back(draft_id: str) -> ResponseReturnValue:
    """Send a story back to its writer."""
    actor, vault = current_actor(), _vault()
    found, form = open_draft(actor, vault, draft_id), ReturnForm()
    if form.validate_on_submit():
        with form.showing_problems():
            writing.return_story(
                draft_id, form.version_shown, form.reason.data, by=actor, vault=vault
            )
            flash(_("Sent back."))
            return redirect(url_for("stories.all_drafts"), 303)
    return _reading(found, ReadingForm(formdata=None), form)


def _reading(found: OpenDraft, form: ReadingForm, back: ReturnForm) -> ResponseReturnValue:
    actor, vault = current_actor(), _vault()
    # Also told where something else was wrong at first.
    seen = form.version_shown or back.version_shown or found.version
    changed = form.changed_meanwhile or back.changed_meanwhile or seen != found.version
    if changed:
        found = open_draft(actor, vault, found.public_id)
        # What was looked for in another text.
        form.checks.data = []
    for each in (form, back):
        each.version.data, each.version.raw_data = str(found.version), None
    writing.note_reading(actor, vault, [found])
    return page(
        "stories/read.html",
        form=back if back.errors or back.changed_meanwhile else form,
        reading=form,
        back=back,
        draft=found,
        changed=changed,
        own=found.draft.written_by == actor.public_id,
        names=account_names({found.draft.written_by}),
        words=words,
    )


def _kept(form: StoryForm, draft_id: str) -> ResponseReturnValue:
    if form.ready.data:
        flash(_("A second reader is asked to read it."))
        return redirect(url_for("stories.all_drafts"), 303)
    flash(_("Saved."))
    return redirect(url_for("stories.edit", draft_id=draft_id), 303)


def _called(case: Case) -> str:
    """A case in a list: what papers call it, what was done, and to whom it may be told."""
    acts = dict.fromkeys(str(ACT_NAMES.get(one.code, one.code)) for one in case.record.acts)
    to = {
        FORUM: _("may be told to the forum"),
        FUNDERS: _("may be told to those who pay"),
    }
    return " · ".join(
        [
            code_as_shown(case.record.paper_reference) or case.reference[:6],
            ", ".join(acts) or "–",
            *(to[one] for one in audiences_of(case)),
        ]
    )
