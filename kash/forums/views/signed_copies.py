"""The signed copy of a meeting's minutes, for whoever runs its forum."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField

from kash.forums import blueprint
from kash.forums.models import Forum, Meeting
from kash.forums.queries.meetings import meeting
from kash.forums.queries.series import forum_to_edit
from kash.forums.queries.signed_copies import signed_copy_of
from kash.forums.services import signed_copies as services
from kash.forums.stored_files import MOST_BYTES, content_of, type_of
from kash.platform.cleaning import CleaningBusy
from kash.platform.storage import StorageError
from kash.platform.web import KashForm, NotFound, current_actor, download, page
from kash.platform.web.bodies import takes_file
from kash.platform.web.errors import one_or_404
from kash.platform.web.taking import noted
from kash.policy import allow

_AT = "/<forum_id>/meetings/<meeting_id>/signed"


class SignedCopyForm(KashForm):
    """A scan of signed minutes."""

    file = FileField(_l("Scan"))


def _held(forum_id: str, meeting_id: str) -> tuple[Forum, Meeting]:
    """A meeting that was held, for who runs its forum."""
    found = forum_to_edit(forum_id, current_actor())
    held = meeting(found, meeting_id)
    if held.state != "held":
        raise NotFound
    return found, held


@blueprint.route(_AT, methods=["GET", "POST"])
@allow("forums.edit")
@takes_file(MOST_BYTES)
def signed_copy(forum_id: str, meeting_id: str) -> ResponseReturnValue:
    """The signed copy, and bringing or replacing it."""
    found, held = _held(forum_id, meeting_id)
    form = SignedCopyForm()
    if form.validate_on_submit():
        sent = form.file.data
        content = sent.read(MOST_BYTES + 1) if sent else b""
        with form.showing_problems(CleaningBusy, StorageError):
            services.keep_signed_copy(forum_id, meeting_id, content=content, by=current_actor())
            flash(_("The signed copy is kept."))
            there = url_for("forums.signed_copy", forum_id=forum_id, meeting_id=meeting_id)
            return redirect(there, code=303)
        found, held = _held(forum_id, meeting_id)
    return page(
        "forums/signed_copy.html", form=form, forum=found, meeting=held, kept=signed_copy_of(held)
    )


@blueprint.get(f"{_AT}/file")
@allow("forums.edit")
def signed_copy_file(forum_id: str, meeting_id: str) -> Response:
    """The scan; the name of its file says nothing."""
    kept = one_or_404(signed_copy_of(_held(forum_id, meeting_id)[1]))
    kind, ending = type_of(kept.kind)
    return noted(download(content_of(kept.public_id), name=f"signed.{ending}", type=kind))


@blueprint.route(f"{_AT}/remove", methods=["GET", "POST"])
@allow("forums.edit")
def remove_signed_copy(forum_id: str, meeting_id: str) -> ResponseReturnValue:
    """Delete the scan, after a question."""
    found, held = _held(forum_id, meeting_id)
    one_or_404(signed_copy_of(held))
    if request.method == "POST":
        services.remove_signed_copy(forum_id, meeting_id, by=current_actor())
        flash(_("Removed."))
        there = url_for("forums.signed_copy", forum_id=forum_id, meeting_id=meeting_id)
        return redirect(there, code=303)
    return render_template("forums/signed_copy_remove.html", forum=found, meeting=held)
