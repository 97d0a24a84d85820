"""Writing what was said under an item, and the minutes on paper. Pages of the papers under an
item, and the agenda as a pack. The signed copy of a meeting's minutes, for whoever runs its forum.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField

from kash.forums import blueprint, go
from kash.forums.documents import (
    agenda_pack,
    minutes_name,
    minutes_paper,
    pack_name,
    paper_languages,
)
from kash.forums.forms import AgendaPaperForm, MinuteForm, TypedRow
from kash.forums.models import AgendaItem, Forum, Meeting, writing_key
from kash.forums.queries import meetings
from kash.forums.queries.actions import action_line, arising_in
from kash.forums.queries.decisions import returning_in
from kash.forums.queries.meetings import (
    attendance_of,
    attendance_table,
    meeting,
    minutes_of,
    number_of,
)
from kash.forums.queries.minutes import paper_of, papers_of, signed_copy_of
from kash.forums.queries.minutes_life import confirmed_at, earlier_circulated, remarks_on
from kash.forums.queries.series import account_name, forum, forum_to_edit, owners_of, runs
from kash.forums.services import minutes as services
from kash.forums.services.internal_lines import (
    NumbersFrozen,
    ask_release,
    check_minutes_open,
    keep_line,
    minutes_state,
    release_line,
)
from kash.forums.services.minutes import write_item, written_actions, written_decisions
from kash.forums.services.problems import (
    FiguresBesideCases,
    MeetingOver,
    MinuteChanged,
    TooManyRows,
    UnknownOwner,
    WrittenAction,
    WrittenDecision,
)
from kash.forums.stored_files import MOST_BYTES, content_of, type_of
from kash.forums.views.meetings import owner_choices
from kash.forums.views.minutes_life import beside
from kash.forums.wording import CONCLUSION_WORDS, usual_item
from kash.platform.cleaning import CleaningBusy
from kash.platform.database import db, utc_now
from kash.platform.press import RenderError
from kash.platform.storage import StorageError
from kash.platform.web import KashForm, NotFound, current_actor, download, page
from kash.platform.web.bodies import takes_file
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.errors import one_or_404
from kash.platform.web.language import language_code
from kash.platform.web.missing import after_mending
from kash.platform.web.taking import noted
from kash.policy import allow

BLANK_DECISIONS = 1
BLANK_ACTIONS = 2


@dataclass(frozen=True)
class OtherText:
    """Text that somebody else saved meanwhile, shown beside one's own."""

    name: str
    minute: str
    decisions: list[str]
    actions: list[str]


def _typed(item_decisions: tuple[WrittenDecision, ...]) -> list[TypedRow]:
    return [TypedRow(key=row.key, text=row.text) for row in item_decisions]


def _typed_actions(item_actions: tuple[WrittenAction, ...]) -> list[TypedRow]:
    return [
        TypedRow(
            key=row.key,
            text=row.text,
            owner=row.owner,
            due=row.due_on.isoformat() if row.due_on else "",
        )
        for row in item_actions
    ]


def _with_unknown(own: list[TypedRow], stored: list[TypedRow]) -> list[TypedRow]:
    """One's own rows, then those that somebody else added and this page has never shown."""
    shown = {row.key for row in own}
    return own + [row for row in stored if row.key not in shown]


def _save(
    form: MinuteForm, forum: Forum, meeting: Meeting, item: AgendaItem
) -> tuple[bool, OtherText | None]:
    """Save the form; False with what somebody else wrote, or with errors on the form."""
    decisions, actions = form.written()
    try:
        write_item(
            forum.public_id,
            meeting.public_id,
            item.public_id,
            minute=form.minute.data,
            decisions=decisions,
            actions=actions,
            row_version=form.row_version_shown,
            by=current_actor(),
            internal=(form.internal.data) if form.keep_internal.data else "",
        )
    except FiguresBesideCases as found_lines:
        form.internal.data = found_lines.mark
        form.keep_internal.data = False
        form.telling = found_lines.lines
        return False, None
    except MinuteChanged as other:
        form.show_row_version(other.row_version)
        form.decisions = _with_unknown(form.decisions, _typed(other.decisions))
        form.actions = _with_unknown(form.actions, _typed_actions(other.actions))
        return False, OtherText(
            name=account_name(other.changed_by),
            minute=other.minute,
            decisions=[row.text for row in other.decisions],
            actions=[row.text for row in other.actions],
        )
    except (NumbersFrozen, TooManyRows, UnknownOwner) as problem:
        form.form_errors.append(str(problem))
        return False, None
    return True, None


@blueprint.route("/<forum_id>/meetings/<meeting_id>/items/<item_id>", methods=["GET", "POST"])
@allow("forums.edit")
def item(forum_id: str, meeting_id: str, item_id: str) -> ResponseReturnValue:
    """Write under an item. If somebody else saved meanwhile, both texts are shown."""
    actor = current_actor()
    forum = forum_to_edit(forum_id, actor)
    held = meeting(forum, meeting_id)
    if held.state == "cancelled":
        raise MeetingOver
    check_minutes_open(db.session(), held)
    form, other, saved = MinuteForm(), None, False
    if form.is_submitted():
        form.read_rows(request.form)
        present = meetings.item(held, item_id)
        owners = [key for key, _name in owner_choices(present, owners_of(forum))]
        fine = form.validate()
        if form.rows_are_fine(owners) and fine:
            saved, other = _save(form, forum, held, present)
    if saved:
        flash(_("Saved."))
        onwards = _after(forum_id, meeting_id, item_id)
        to_another = request.form.get("then", "") not in ("", "meeting")
        return redirect(onwards if to_another else after_mending(onwards), code=303)
    # After a refused save the objects above have expired with its transaction.
    forum = forum_to_edit(forum_id, actor)
    held = meeting(forum, meeting_id)
    items = minutes_of(held)
    written = one_or_404(
        next((other_item for other_item in items if other_item.public_id == item_id), None)
    )
    if not form.is_submitted():
        form.minute.data, form.row_version.data = written.minute, str(written.row_version)
        form.decisions = _typed(written_decisions(written))
        form.actions = _typed_actions(written_actions(written))
    choices = owner_choices(written, owners_of(forum))
    answer, status = page(
        "forums/item.html",
        form=form,
        points=[(each, number_of(each, held)) for each in items],
        following=_next(items, item_id),
        owners=choices,
        closed=[
            action_line(action, written, held, actor)
            for action in written.actions
            if action.state != "open"
        ],
        carried=arising_in(held, utc_now(), actor) if written.kind == "arising" else [],
        returning=returning_in(held, utc_now(), actor) if written.kind == "arising" else [],
        conclusions=CONCLUSION_WORDS,
        attendance=attendance_table(attendance_of(held), by_letter=False),
        other=other,
        **beside(forum, held, written, dict(choices), actor),
        # What came back with a mistake is saved by its button, and so are circulated minutes, in
        # which words are corrected with care.
        live=None
        if form.is_submitted() or minutes_state(db.session(), held) == "circulated"
        else writing_key(actor.public_id),
        numbers={row.public_id: place for place, row in enumerate(written.actions, start=1)},
        to_confirm=_to_confirm(held, written),
        confirmed=confirmed_at(held) if usual_item(written.title) == "previous" else [],
        remarks=remarks_on(held, actor, whole=True).get(item_id, []),
        rows_wrong=any(row.errors for row in (*form.decisions, *form.actions)),
        blank_decisions=BLANK_DECISIONS,
        blank_actions=BLANK_ACTIONS,
    )
    if other is not None:
        return answer, 409
    return answer, 422 if form.is_submitted() else status


@blueprint.post("/<forum_id>/meetings/<meeting_id>/items/<item_id>/lines/<line_id>")
@allow("forums.edit")
def internal_line(
    forum_id: str, meeting_id: str, item_id: str, line_id: str
) -> ResponseReturnValue:
    """Ask for the release of a line, release it, or keep it internal."""
    ways = {
        "ask": (ask_release, _("Asked. Somebody else who runs this forum decides.")),
        "release": (release_line, _("Released. Everybody reads the line now.")),
        "keep": (keep_line, _("The line stays internal.")),
    }
    if request.form.get("do") not in ways:
        raise NotFound
    step, said = ways[request.form["do"]]
    with FlashedProblems(tone="warn"):
        step((forum_id, meeting_id, item_id), line_id, by=current_actor())
        flash(said)
    return go("forums.item", _anchor="kept-internal")


def _to_confirm(held: Meeting, item: AgendaItem) -> list[Meeting]:
    """At the item for the previous minutes, those that a meeting which has begun can confirm."""
    if held.starts_at > utc_now() or usual_item(item.title) != "previous":
        return []
    return earlier_circulated(held)


def _next(items: list[AgendaItem], item_id: str) -> AgendaItem | None:
    keys = [each.public_id for each in items]
    place = keys.index(item_id) + 1
    return items[place] if place < len(items) else None


def _after(forum_id: str, meeting_id: str, item_id: str) -> str:
    """Where to go after saving: the item asked for, the meeting, or the same page again."""
    wanted = request.form.get("then", "")
    if wanted == "meeting":
        return url_for("forums.meeting", forum_id=forum_id, meeting_id=meeting_id, _anchor=item_id)
    following = wanted if wanted.isalnum() and len(wanted) == 16 else item_id
    return url_for("forums.item", forum_id=forum_id, meeting_id=meeting_id, item_id=following)


@blueprint.get("/<forum_id>/meetings/<meeting_id>/minutes.pdf")
@allow("forums.see")
def paper(forum_id: str, meeting_id: str) -> ResponseReturnValue:
    """The minutes as PDF: for everybody once the meeting is held, before as a draft. In which
    language, the address may say."""
    actor = current_actor()
    found = forum(forum_id, actor)
    held = meeting(found, meeting_id)
    draft = held.state == "planned" and runs(actor, found.secretary_id)
    if held.state != "held" and not draft:
        raise NotFound
    made = minutes_paper(found, held, utc_now(), language=_paper_language())
    return noted(download(made, name=minutes_name(held), type="application/pdf"))


@blueprint.get("/<forum_id>/meetings/<meeting_id>/minutes-to-share.pdf")
@allow("forums.see")
def paper_to_share(forum_id: str, meeting_id: str) -> ResponseReturnValue:
    """The minutes of a meeting that was held, as PDF for whoever is no member: without names."""
    found = forum(forum_id, current_actor())
    held = meeting(found, meeting_id)
    if held.state != "held":
        raise NotFound
    made = minutes_paper(found, held, utc_now(), language=_paper_language(), to_share=True)
    return noted(download(made, name=minutes_name(held, to_share=True), type="application/pdf"))


def _paper_language() -> str:
    asked = request.args.get("language", "")
    return asked if asked in paper_languages() else language_code()


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
            return go("forums.papers")
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
        return go("forums.papers")
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
    with FlashedProblems(RenderError, CleaningBusy, StorageError):
        made = agenda_pack(found, held, utc_now())
        return noted(download(made, name=pack_name(held), type="application/pdf"))
    return go("forums.meeting")


_SIGNED_COPIES_AT = "/<forum_id>/meetings/<meeting_id>/signed"


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


@blueprint.route(_SIGNED_COPIES_AT, methods=["GET", "POST"])
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
            return go("forums.signed_copy")
        found, held = _held(forum_id, meeting_id)
    return page(
        "forums/signed_copy.html", form=form, forum=found, meeting=held, kept=signed_copy_of(held)
    )


@blueprint.get(f"{_SIGNED_COPIES_AT}/file")
@allow("forums.edit")
def signed_copy_file(forum_id: str, meeting_id: str) -> Response:
    """The scan; the name of its file says nothing."""
    kept = one_or_404(signed_copy_of(_held(forum_id, meeting_id)[1]))
    kind, ending = type_of(kept.kind)
    return noted(download(content_of(kept.public_id), name=f"signed.{ending}", type=kind))


@blueprint.route(f"{_SIGNED_COPIES_AT}/remove", methods=["GET", "POST"])
@allow("forums.edit")
def remove_signed_copy(forum_id: str, meeting_id: str) -> ResponseReturnValue:
    """Delete the scan, after a question."""
    found, held = _held(forum_id, meeting_id)
    one_or_404(signed_copy_of(held))
    if request.method == "POST":
        services.remove_signed_copy(forum_id, meeting_id, by=current_actor())
        flash(_("Removed."))
        return go("forums.signed_copy")
    return render_template("forums/signed_copy_remove.html", forum=found, meeting=held)
