"""Pages of how an action goes, who has it from now on, and what it changes."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.forums import blueprint
from kash.forums.forms import ActionNoteForm, HandOverForm, LinkForm
from kash.forums.models import Forum
from kash.forums.queries.actions import ActionLine, open_action, readable_action
from kash.forums.queries.links import links_of, offered
from kash.forums.queries.progress import ages_of, evidence_of, notes_of
from kash.forums.queries.series import forum, forum_to_edit, member_choices, runs
from kash.forums.services import progress as services
from kash.forums.services.problems import AlreadyClosed, TooManyRows, UnknownOwner
from kash.forums.services.progress import LINK_KINDS
from kash.forums.stored_files import MOST_BYTES, content_of, type_of
from kash.forums.wording import CHANGES_WORDS, LINK_WORDS
from kash.platform.cleaning import CleaningBusy
from kash.platform.database import utc_now
from kash.platform.storage import StorageError
from kash.platform.web import Forbidden, NotFound, current_actor, download, page
from kash.platform.web.bodies import takes_file
from kash.platform.web.formats import local_today
from kash.platform.web.taking import noted
from kash.policy import allow

_AT = "/<forum_id>/actions/<action_id>"


def _read(forum_id: str, action_id: str) -> tuple[Forum, ActionLine]:
    found = forum(forum_id, current_actor())
    return found, readable_action(found, action_id, current_actor())


def _own(forum_id: str, action_id: str) -> tuple[Forum, ActionLine]:
    """An action for whoever took it on or runs the forum. Raises NotFound and Forbidden."""
    found, line = _read(forum_id, action_id)
    if not line.may_close:
        raise Forbidden
    return found, line


def _run(forum_id: str, action_id: str) -> tuple[Forum, ActionLine]:
    found = forum_to_edit(forum_id, current_actor())
    return found, open_action(found, action_id, current_actor())


def _back(forum_id: str, action_id: str) -> ResponseReturnValue:
    return redirect(url_for("forums.progress", forum_id=forum_id, action_id=action_id), code=303)


@blueprint.route(f"{_AT}/progress", methods=["GET", "POST"])
@allow("forums.see")
@takes_file(MOST_BYTES)
def progress(forum_id: str, action_id: str) -> ResponseReturnValue:
    """An action with how it goes and what it changes; its owner and who runs the forum write."""
    actor = current_actor()
    found, line = _read(forum_id, action_id)
    form = ActionNoteForm()
    if form.is_submitted() and not line.may_close:
        raise Forbidden
    if form.validate_on_submit():
        sent = form.file.data
        content = sent.read(MOST_BYTES + 1) if sent else b""
        with form.showing_problems(CleaningBusy, StorageError, TooManyRows):
            services.add_note(forum_id, action_id, text=form.text.data, content=content, by=actor)
            flash(_("Saved."))
            return _back(forum_id, action_id)
        found, line = _read(forum_id, action_id)
    return page(
        "forums/progress.html",
        form=form,
        forum=found,
        action=line,
        age=ages_of(found, [line], utc_now()).get(line.public_id),
        notes=notes_of(line),
        links=links_of([line.public_id], actor).get(line.public_id, []),
        words=LINK_WORDS,
        runs=runs(actor, found.secretary_id),
        today=local_today(),
    )


@blueprint.get(f"{_AT}/notes/<note_id>")
@allow("forums.see")
def evidence(forum_id: str, action_id: str, note_id: str) -> Response:
    """The evidence of a note, for whoever may write notes; the name of its file says nothing."""
    _found, line = _own(forum_id, action_id)
    note = evidence_of(line, note_id)
    kind, ending = type_of(note.kind)
    return noted(download(content_of(note.public_id), name=f"evidence.{ending}", type=kind))


@blueprint.route(f"{_AT}/notes/<note_id>/remove", methods=["GET", "POST"])
@allow("forums.see")
def remove_note(forum_id: str, action_id: str, note_id: str) -> ResponseReturnValue:
    """Take a note away, after a question."""
    found, line = _own(forum_id, action_id)
    note = next((one for one in notes_of(line) if one.public_id == note_id), None)
    if note is None:
        raise NotFound
    form = ActionNoteForm()
    if form.is_submitted():
        services.remove_note(forum_id, action_id, note_id, by=current_actor())
        flash(_("Removed."))
        return _back(forum_id, action_id)
    return render_template("forums/note_remove.html", forum=found, action=line, text=note.text)


@blueprint.route(f"{_AT}/owner", methods=["GET", "POST"])
@allow("forums.edit")
def hand_over(forum_id: str, action_id: str) -> ResponseReturnValue:
    """Give an action to another member, or another day."""
    found, line = _run(forum_id, action_id)
    form = HandOverForm(data={"owner": line.seat, "due_on": line.due_on})
    form.owner.choices = [("", _("Nobody yet")), *member_choices(found, keep=line.seat)]
    if form.validate_on_submit():
        with form.showing_problems(UnknownOwner, AlreadyClosed):
            services.hand_over(
                forum_id,
                action_id,
                owner=form.owner.data,
                due_on=form.due_on.data,
                by=current_actor(),
            )
            flash(_("Saved."))
            return _back(forum_id, action_id)
        found, line = _run(forum_id, action_id)
    return page("forums/hand_over.html", form=form, forum=found, action=line)


@blueprint.route(f"{_AT}/links/new/<kind>", methods=["GET", "POST"])
@allow("forums.edit")
def link_action(forum_id: str, action_id: str, kind: str) -> ResponseReturnValue:
    """Say that an action changes a workshop, a session, a station or a service."""
    if kind not in LINK_KINDS:
        raise NotFound
    found, line = _run(forum_id, action_id)
    form = LinkForm()
    choices = offered(kind, current_actor())
    form.target.choices = [("", _("Choose")), *choices]
    if form.validate_on_submit():
        with form.showing_problems(TooManyRows):
            services.link(
                forum_id, action_id, kind=kind, target=form.target.data, by=current_actor()
            )
            flash(_("Saved. It stands on both pages."))
            return _back(forum_id, action_id)
        found, line = _run(forum_id, action_id)
    return page(
        "forums/link.html",
        form=form,
        forum=found,
        action=line,
        kind=kind,
        kinds=LINK_KINDS,
        words=CHANGES_WORDS,
        choices=choices,
    )


@blueprint.route(f"{_AT}/links/<link_id>/remove", methods=["GET", "POST"])
@allow("forums.edit")
def unlink_action(forum_id: str, action_id: str, link_id: str) -> ResponseReturnValue:
    """Take back that an action changes something, after a question."""
    actor = current_actor()
    found, line = _run(forum_id, action_id)
    links = links_of([line.public_id], actor).get(line.public_id, [])
    one = next((link for link in links if link.public_id == link_id), None)
    if one is None:
        raise NotFound
    form = LinkForm()
    if form.is_submitted():
        services.unlink(forum_id, action_id, link_id, by=actor)
        flash(_("Removed."))
        return _back(forum_id, action_id)
    return render_template("forums/link_remove.html", forum=found, action=line, title=one.title)
