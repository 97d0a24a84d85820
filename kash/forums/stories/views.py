"""Forms of stories. Stories before they are told: written, read a second time, told or sent back.
Told stories: for everybody who sees the printed numbers."""

from __future__ import annotations

from collections.abc import Sequence

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.accounts.members.vault_sessions import current_vault, require_vault
from kash.forums.stories import blueprint, words
from kash.forums.stories import services as writing
from kash.forums.stories.queries import (
    OpenDraft,
    audiences_of,
    cases_that_may_be_told,
    drafts,
    kept_back,
    list_stories,
    open_draft,
    told_stories,
    told_story,
)
from kash.forums.stories.rules import FORUM, FUNDERS
from kash.forums.stories.services import WrittenStory, withdraw_story
from kash.forums.stories.words import AUDIENCE_NAMES, CHECK_NAMES
from kash.incidents.names import ACT_NAMES
from kash.incidents.queries.cases import Case
from kash.incidents.rules.filing import code_as_shown
from kash.incidents.services.cases import note_search
from kash.platform.vault import OpenVault
from kash.platform.web import NotFound, current_actor, page
from kash.platform.web.account_names import account_names
from kash.platform.web.errors import one_or_404
from kash.platform.web.fields import HiddenField, SeveralField
from kash.platform.web.forms import choice_field, long_text_field, radio_field, text_field
from kash.platform.web.pages import go
from kash.platform.web.programme import LANGUAGES, REPORTING_LANGUAGES
from kash.platform.web.row_versions import LockedForm, number_shown
from kash.policy import allow

_LANGUAGES = LANGUAGES | REPORTING_LANGUAGES


def _checks() -> SeveralField:
    return SeveralField(_l("What to look for"), choices=list(CHECK_NAMES.items()))


class StoryForm(LockedForm):
    """A story as its writer types it."""

    version = HiddenField(default="0")
    language = radio_field(_l("Language"), list(_LANGUAGES.items()), default="en")
    title = text_field(_l("Title"), most=120)
    text = long_text_field(_l("Story"), most=3000, required=True, rows=12)
    audiences = SeveralField(_l("Who hears it"), choices=list(AUDIENCE_NAMES.items()))
    checks = _checks()
    ready = HiddenField()

    def written(self, case: str) -> WrittenStory:
        """The story, of a case."""
        return self.command(WrittenStory, case=case, ready=bool(self.ready.data))

    @property
    def version_shown(self) -> int:
        """The version that the page showed."""
        return number_shown(self.version.data)


class NewStoryForm(StoryForm):
    """A new story, of a case that is chosen."""

    case = choice_field(_l("Case"), [])

    def offer(self, cases: Sequence[tuple[str, str]]) -> None:
        """Let one of these cases be chosen."""
        self.case.choices = [("", _("Choose a case")), *cases]


class ReadingForm(LockedForm):
    """Ticks of the second reader, before the story is told."""

    version = HiddenField(default="0")
    checks = _checks()

    @property
    def version_shown(self) -> int:
        """The version that the page showed."""
        return number_shown(self.version.data)


class ReturnForm(LockedForm):
    """Reason for which a story is sent back."""

    version = HiddenField(default="0")
    reason = text_field(_l("What must be put right?"), most=300)

    @property
    def version_shown(self) -> int:
        """The version that the page showed."""
        return number_shown(self.version.data)


def _vault() -> OpenVault:
    return one_or_404(current_vault())


@blueprint.get("/w")
@allow("stories.drafts")
@require_vault
def all_drafts() -> ResponseReturnValue:
    """Everything that is being written or waits for a second reader."""
    actor, vault = current_actor(), _vault()
    open_drafts = drafts(actor, vault)
    if open_drafts:
        writing.note_reading(actor, vault, open_drafts)
    return page(
        "stories/drafts.html",
        drafts=open_drafts,
        names=account_names({line.draft.written_by for line in open_drafts}),
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
    form.offer([(case.reference, _called(case)) for case in cases])
    if form.validate_on_submit():
        with form.showing_problems():
            draft_id = writing.write_story(form.written(form.case.data), by=actor, vault=vault)
            return _kept(form, draft_id)
    note_search(actor, vault, [document for case in cases for document in case.documents])
    return page("stories/write.html", form=form, cases=cases, draft=None, words=words)


@blueprint.route("/w/<draft_id>/write", methods=["GET", "POST"])
@allow("stories.write")
@require_vault
def edit(draft_id: str) -> ResponseReturnValue:
    """Go on writing an own story."""
    actor, vault = current_actor(), _vault()
    story = open_draft(actor, vault, draft_id)
    if story.draft.written_by != actor.public_id:
        raise NotFound
    draft, form = story.draft, StoryForm()
    if form.validate_on_submit():
        with form.showing_problems():
            written = form.written(draft.case)
            writing.change_story(draft_id, form.version_shown, written, by=actor, vault=vault)
            return _kept(form, draft_id)
        if form.changed_meanwhile:
            story = open_draft(actor, vault, draft_id)
            form.version.data, form.version.raw_data = str(story.version), None
    elif not form.is_submitted():
        form.process(None, obj=draft, data={"version": str(story.version)})
    writing.note_reading(actor, vault, [story])
    return page(
        "stories/write.html",
        form=form,
        cases=[story.case],
        called=_called(story.case),
        draft=story,
        names=account_names({draft.returned_by} - {""}),
        words=words,
    )


@blueprint.post("/w/<draft_id>/drop")
@allow("stories.write")
@require_vault
def drop(draft_id: str) -> ResponseReturnValue:
    """End an own draft for good."""
    writing.drop_story(draft_id, by=current_actor(), vault=_vault())
    return go("stories.all_drafts", _("The draft is gone."))


@blueprint.get("/w/<draft_id>/drop")
@allow("stories.write")
@require_vault
def ask_to_drop(draft_id: str) -> ResponseReturnValue:
    """The question before a draft ends."""
    draft = open_draft(current_actor(), _vault(), draft_id)
    if draft.draft.written_by != current_actor().public_id:
        raise NotFound
    return page("stories/drop.html", draft=draft)


@blueprint.route("/w/<draft_id>", methods=["GET", "POST"])
@allow("stories.approve")
@require_vault
def read(draft_id: str) -> ResponseReturnValue:
    """Read a story a second time, and tell it."""
    actor, vault = current_actor(), _vault()
    draft, form = open_draft(actor, vault, draft_id), ReadingForm()
    if form.validate_on_submit():
        with form.showing_problems():
            told = writing.tell_story(
                draft_id, form.version_shown, form.checks.data or [], by=actor, vault=vault
            )
            return go("stories.story", _("The story is told."), story_id=told)
    return _reading(draft, form, ReturnForm(formdata=None))


@blueprint.post("/w/<draft_id>/return")
@allow("stories.approve")
@require_vault
def send_back(draft_id: str) -> ResponseReturnValue:
    """Send a story back to its writer."""
    actor, vault = current_actor(), _vault()
    draft, form = open_draft(actor, vault, draft_id), ReturnForm()
    if form.validate_on_submit():
        with form.showing_problems():
            writing.return_story(
                draft_id, form.version_shown, form.reason.data, by=actor, vault=vault
            )
            return go("stories.all_drafts", _("Sent back."))
    return _reading(draft, ReadingForm(formdata=None), form)


def _reading(draft: OpenDraft, form: ReadingForm, back: ReturnForm) -> ResponseReturnValue:
    actor, vault = current_actor(), _vault()
    # Also told where something else was wrong at first.
    seen = form.version_shown or back.version_shown or draft.version
    changed = form.changed_meanwhile or back.changed_meanwhile or seen != draft.version
    if changed:
        draft = open_draft(actor, vault, draft.public_id)
        # What was looked for in another text.
        form.checks.data = []
    for shown_form in (form, back):
        shown_form.version.data, shown_form.version.raw_data = str(draft.version), None
    writing.note_reading(actor, vault, [draft])
    return page(
        "stories/read.html",
        form=back if back.errors or back.changed_meanwhile else form,
        reading=form,
        back=back,
        draft=draft,
        changed=changed,
        own=draft.draft.written_by == actor.public_id,
        names=account_names({draft.draft.written_by}),
        words=words,
    )


def _kept(form: StoryForm, draft_id: str) -> ResponseReturnValue:
    if form.ready.data:
        return go("stories.all_drafts", _("A second reader is asked to read it."))
    return go("stories.edit", _("Saved."), draft_id=draft_id)


def _called(case: Case) -> str:
    """A case in a list: what papers call it, what was done, and who may hear it."""
    acts = dict.fromkeys(str(ACT_NAMES.get(act.code, act.code)) for act in case.record.acts)
    to = {FORUM: _("may be told to the forum"), FUNDERS: _("may be told to those who pay")}
    return " · ".join(
        [
            code_as_shown(case.record.paper_reference) or case.reference[:6],
            ", ".join(acts) or "–",
            *(to[act] for act in audiences_of(case)),
        ]
    )


@blueprint.get("")
@allow("stories.see")
def index() -> ResponseReturnValue:
    """All that are told."""
    actor = current_actor()
    stories = list_stories(actor)
    return render_template(
        "stories/index.html",
        stories=stories,
        told=told_stories(stories),
        kept_back=kept_back() if actor.may("stories.drafts") else [],
        names=AUDIENCE_NAMES,
    )


@blueprint.get("/<story_id>")
@allow("stories.see")
def story(story_id: str) -> ResponseReturnValue:
    """One story, or that it was withdrawn: minutes lead here."""
    told = told_story(story_id, current_actor())
    return page("stories/story.html", story=told, names=AUDIENCE_NAMES)


@blueprint.get("/<story_id>/withdraw")
@allow("stories.drafts")
def ask_to_withdraw(story_id: str) -> ResponseReturnValue:
    """The question before a story is withdrawn."""
    told = told_story(story_id, current_actor())
    if told.is_withdrawn:
        raise NotFound
    return page("stories/withdraw.html", story=told)


@blueprint.post("/<story_id>/withdraw")
@allow("stories.drafts")
def withdraw(story_id: str) -> ResponseReturnValue:
    """Withdraw a story from every page."""
    withdraw_story(story_id, by=current_actor())
    return go("stories.index", _("The story is withdrawn. Nothing of it is left."))
