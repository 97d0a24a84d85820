"""Pages of the papers under an item, and the agenda as a pack."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.forums import blueprint
from kash.forums.agenda_pack import PackNotMade, agenda_pack, pack_name
from kash.forums.forms import AgendaPaperForm
from kash.forums.models import AgendaItem, Forum, Meeting
from kash.forums.queries import meetings
from kash.forums.queries.meetings import number_of
from kash.forums.queries.papers import paper_of, papers_of
from kash.forums.queries.series import forum, forum_to_edit
from kash.forums.services import papers as services
from kash.forums.services.problems import MeetingOver
from kash.forums.stored_files import MOST_BYTES, content_of, type_of
from kash.platform.cleaning import CleaningBusy
from kash.platform.database import utc_now
from kash.platform.press import RenderError
from kash.platform.storage import StorageError
from kash.platform.web import NotFound, current_actor, download, page
from kash.platform.web.bodies import takes_file
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.taking import noted
from kash.policy import allow

_AT = "/<forum_id>/meetings/<meeting_id>/items/<item_id>/papers"


def _to_edit(forum_id: str, meeting_id: str, item_id: str) -> tuple[Forum, Meeting, AgendaItem]:
    """An item of a meeting that was not called off, for who runs its forum."""
    found = forum_to_edit(forum_id, current_actor())
    held = meetings.meeting(found, meeting_id)
    if held.state == "cancelled":
        raise MeetingOver
    return found, held, meetings.item(held, item_id)


@blueprint.route(_AT, methods=["GET", "POST"])
@allow("forums.edit")
@takes_file(MOST_BYTES)
def papers(forum_id: str, meeting_id: str, item_id: str) -> ResponseReturnValue:
    """The papers under an item, and another one."""
    found, held, item = _to_edit(forum_id, meeting_id, item_id)
    form = AgendaPaperForm()
    if form.validate_on_submit():
        sent = form.file.data
        content = sent.read(MOST_BYTES + 1) if sent else b""
        with form.showing_problems(CleaningBusy, StorageError):
            services.add_paper(
                forum_id,
                meeting_id,
                item_id,
                title=form.title.data,
                content=content,
                by=current_actor(),
            )
            flash(_("Saved."))
            return redirect(
                url_for("forums.papers", forum_id=forum_id, meeting_id=meeting_id, item_id=item_id),
                code=303,
            )
        found, held, item = _to_edit(forum_id, meeting_id, item_id)
    return page(
        "forums/papers.html",
        form=form,
        forum=found,
        meeting=held,
        item=item,
        number=number_of(item, held),
        papers=papers_of(held).get(item.public_id, []),
    )


@blueprint.get(f"{_AT}/<paper_id>")
@allow("forums.see")
def paper_file(forum_id: str, meeting_id: str, item_id: str, paper_id: str) -> Response:
    """A paper, for whoever sees the meeting; the name of its file says nothing."""
    held = meetings.meeting(forum(forum_id, current_actor()), meeting_id)
    found = paper_of(meetings.item(held, item_id), paper_id)
    kind, ending = type_of(found.kind)
    return noted(download(content_of(found.public_id), name=f"paper.{ending}", type=kind))


@blueprint.route(f"{_AT}/<paper_id>/remove", methods=["GET", "POST"])
@allow("forums.edit")
def remove_paper(
    forum_id: str, meeting_id: str, item_id: str, paper_id: str
) -> ResponseReturnValue:
    """Take a paper away, after a question."""
    found, held, item = _to_edit(forum_id, meeting_id, item_id)
    title = paper_of(item, paper_id).title
    if request.method == "POST":
        services.remove_paper(forum_id, meeting_id, item_id, paper_id, by=current_actor())
        flash(_("Removed."))
        return redirect(
            url_for("forums.papers", forum_id=forum_id, meeting_id=meeting_id, item_id=item_id),
            code=303,
        )
    return render_template(
        "forums/paper_remove.html", forum=found, meeting=held, item=item, title=title
    )


@blueprint.get("/<forum_id>/meetings/<meeting_id>/agenda.pdf")
@allow("forums.see")
def pack(forum_id: str, meeting_id: str) -> ResponseReturnValue:
    """The agenda with its papers as PDF, for whoever sees the meeting."""
    found = forum(forum_id, current_actor())
    held = meetings.meeting(found, meeting_id)
    if held.state == "cancelled":
        raise NotFound
    with FlashedProblems(RenderError, PackNotMade, CleaningBusy, StorageError):
        made = agenda_pack(found, held, utc_now())
        return noted(download(made, name=pack_name(held), type="application/pdf"))
    return redirect(url_for("forums.meeting", forum_id=forum_id, meeting_id=meeting_id))
