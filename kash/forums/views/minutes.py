"""Pages of the life of minutes: circulate, remark, settle, confirm, erratum, withdraw. Minutes
that are sent while they are written, and what two people wrote differently. Writing what was said
under an item, and the minutes on paper. Pages of the papers under an item, and the agenda as a
pack. The signed copy of a meeting's minutes, for the person who runs its forum."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField

from kash.forums import blueprint, documents, forms, go
from kash.forums.documents import counts_in
from kash.forums.forms import AgendaPaperForm, MinuteForm, TypedRow
from kash.forums.models import (
    MOST_BYTES,
    AgendaItem,
    Forum,
    Meeting,
    content_of,
    opener_for,
    type_of,
    writing_key,
)
from kash.forums.queries import meetings, minutes_life, series
from kash.forums.queries.decisions import action_line, arising_in, returning_in
from kash.forums.queries.meetings import number_of
from kash.forums.queries.minutes import differences_of, paper_of, papers_of, signed_copy_of
from kash.forums.queries.minutes_life import confirmed_at, earlier_circulated, remarks_on
from kash.forums.queries.series import account_name, forum_to_edit, owners_of, runs
from kash.forums.rules import minutes
from kash.forums.rules.merging import TypedMinutesRow
from kash.forums.services import agenda as internal_lines
from kash.forums.services import minutes as live_minutes
from kash.forums.services import minutes_life as services
from kash.forums.services.agenda import (
    ONLY_WHO_WAS_THERE,
    MeetingOver,
    MinutesLocked,
    NotCirculated,
    NumbersFrozen,
    TooManyRows,
)
from kash.forums.services.minutes import write_item, written_item
from kash.forums.services.minutes_life import withdraw
from kash.forums.views.meetings import owner_choices
from kash.forums.wording import CONCLUSION_WORDS, usual_item
from kash.platform.cleaning import CleaningBusy
from kash.platform.database import db, utc_now
from kash.platform.press import RenderError
from kash.platform.storage import StorageError
from kash.platform.vault.phones import from_unpadded
from kash.platform.web import Forbidden, KashForm, NotFound, current_actor, download, page
from kash.platform.web.bodies import takes_file
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.errors import Problem, one_or_404
from kash.platform.web.formats import local_today, to_local
from kash.platform.web.language import language_code
from kash.platform.web.missing import after_mending
from kash.platform.web.taking import noted
from kash.policy import Actor, allow


def _to_meeting(forum_id: str, meeting_id: str, anchor: str = "") -> ResponseReturnValue:
    return go("forums.meeting", _anchor=anchor or None)


def _run(forum_id: str, meeting_id: str) -> tuple[Forum, Meeting]:
    forum = forum_to_edit(forum_id, current_actor())
    return forum, meetings.meeting(forum, meeting_id)


@blueprint.route("/<forum_id>/meetings/<meeting_id>/circulate", methods=["GET", "POST"])
@allow("forums.edit")
def circulate(forum_id: str, meeting_id: str) -> ResponseReturnValue:
    """Circulate the minutes of a meeting that was held, with a day until which to remark."""
    actor = current_actor()
    forum, meeting = _run(forum_id, meeting_id)
    form = forms.CirculateForm(data={"remarks_until": local_today() + minutes.REMARKS_FOR})
    if form.validate_on_submit():
        with FlashedProblems(tone="warn"), form.showing_problems():
            services.circulate(forum_id, meeting_id, remarks_until=form.day, by=actor)
            flash(_("Circulated. The members who were there can read the minutes and remark."))
        if not form.errors:
            return _to_meeting(forum_id, meeting_id)
        forum, meeting = _run(forum_id, meeting_id)
    items = meetings.minutes_of(meeting)
    empty = [item for item in items if not (item.minute or item.decisions or item.actions)]
    return page(
        "forums/circulate.html",
        form=form,
        forum=forum,
        meeting=meeting,
        empty=[(item, meetings.number_of(item, meeting)) for item in empty],
        to_settle=_to_settle(meeting),
    )


@blueprint.route("/<forum_id>/meetings/<meeting_id>/take-back", methods=["GET", "POST"])
@allow("forums.edit")
def take_back(forum_id: str, meeting_id: str) -> ResponseReturnValue:
    """Make circulated minutes a draft again, after a question."""
    forum, meeting = _run(forum_id, meeting_id)
    if request.method == "POST":
        with FlashedProblems(NotCirculated, tone="warn"):
            services.take_back(forum_id, meeting_id, by=current_actor())
            flash(_("The minutes are a draft again."))
        return _to_meeting(forum_id, meeting_id)
    return render_template("forums/take_back.html", forum=forum, meeting=meeting)


@blueprint.route(
    "/<forum_id>/meetings/<meeting_id>/items/<item_id>/remark", methods=["GET", "POST"]
)
@allow("forums.see")
def remark(forum_id: str, meeting_id: str, item_id: str) -> ResponseReturnValue:
    """Remark on an item of circulated minutes."""
    actor = current_actor()
    forum, meeting, item = _item(forum_id, meeting_id, item_id)
    if minutes_life.seat_that_was_there(meeting, actor) is None:
        raise Problem(ONLY_WHO_WAS_THERE, status=403)
    form = forms.RemarkForm()
    if form.validate_on_submit():
        with form.showing_problems():
            services.remark(forum_id, meeting_id, item_id, text=form.text.data, by=actor)
            flash(_("The secretary has your remark, and answers it here."))
            return _to_meeting(forum_id, meeting_id, item_id)
        forum, meeting, item = _item(forum_id, meeting_id, item_id)
    return page(
        "forums/remark.html",
        form=form,
        forum=forum,
        meeting=meeting,
        item=item,
        number=meetings.number_of(item, meeting),
        shown=lambda item, text: minutes_life.shown_text(item, text, whole=False),
    )


def _item(forum_id: str, meeting_id: str, item_id: str) -> tuple[Forum, Meeting, AgendaItem]:
    forum = series.forum(forum_id, current_actor())
    meeting = meetings.meeting(forum, meeting_id)
    return forum, meeting, meetings.item(meeting, item_id)


@blueprint.route("/<forum_id>/meetings/<meeting_id>/remarks/<remark_id>", methods=["GET", "POST"])
@allow("forums.edit")
def settle_remark(forum_id: str, meeting_id: str, remark_id: str) -> ResponseReturnValue:
    """Settle a remark with an answer, beside the text that it is about."""
    actor = current_actor()
    forum, meeting = _run(forum_id, meeting_id)
    line = minutes_life.remark_of(meeting, remark_id, actor)
    form = forms.SettleRemarkForm()
    if form.validate_on_submit():
        with FlashedProblems(tone="warn"):
            services.settle_remark(
                forum_id,
                meeting_id,
                remark_id,
                state=form.state.data,
                answer=form.answer.data,
                by=actor,
            )
            flash(_("Settled."))
        forum, meeting = _run(forum_id, meeting_id)
        left = [
            other
            for lines in minutes_life.remarks_on(meeting, actor, whole=True).values()
            for other in lines
            if other.state == "open"
        ]
        if left:
            return go("forums.settle_remark", remark_id=left[0].public_id)
        return _to_meeting(forum_id, meeting_id)
    item = meetings.item(meeting, line.item_id)
    return page(
        "forums/settle.html",
        form=form,
        forum=forum,
        meeting=meeting,
        item=item,
        number=meetings.number_of(item, meeting),
        shown=lambda item, text: minutes_life.shown_text(item, text, whole=True),
        line=line,
    )


@blueprint.route("/<forum_id>/meetings/<meeting_id>/confirm", methods=["GET", "POST"])
@allow("forums.edit")
def confirm_minutes(forum_id: str, meeting_id: str) -> ResponseReturnValue:
    """Confirm circulated minutes at a later meeting, which locks them."""
    actor, now = current_actor(), utc_now()
    forum, meeting = _run(forum_id, meeting_id)
    later = minutes_life.later_meetings(meeting, now)
    wanted = request.values.get("at", "")
    confirming = next((candidate for candidate in later if candidate.public_id == wanted), None)
    confirming = confirming or next(iter(later), None)
    form = forms.ConfirmMinutesForm()
    if confirming is not None:
        form.offer(confirming, minutes_life.members_present(confirming), now)
        if form.validate_on_submit():
            with form.showing_problems():
                services.confirm(
                    forum_id,
                    meeting_id,
                    confirmed_in=confirming.public_id,
                    at=form.moment(confirming),
                    proposer=form.proposer.data,
                    seconder=form.seconder.data,
                    by=actor,
                )
                flash(_("Confirmed and locked."))
                return _to_meeting(forum_id, meeting_id)
            forum, meeting = _run(forum_id, meeting_id)
            later = minutes_life.later_meetings(meeting, now)
            confirming = next(
                (candidate for candidate in later if candidate.public_id == form.at.data), None
            )
    return page(
        "forums/confirm.html",
        form=form,
        forum=forum,
        meeting=meeting,
        life=minutes_life.life_of(meeting, now),
        confirming=confirming,
        later=later,
        quorum=None if confirming is None else _quorum(form, confirming),
        to_settle=_to_settle(meeting),
    )


def _to_settle(meeting: Meeting) -> list[tuple[AgendaItem, str]]:
    """Items under which two people wrote something differently, with their numbers."""
    items = live_minutes.items_to_settle(db.session(), meeting)
    return [(item, meetings.number_of(item, meeting)) for item in items]


def _quorum(form: forms.ConfirmMinutesForm, confirming: Meeting) -> tuple[str, bool] | None:
    """Presence at the time that the form says, in words, and whether it is enough."""
    if form.time.data is None:
        return None
    quorum = minutes_life.there_at_moment(confirming, form.moment(confirming))[1]
    groups = [(group.letter, group.present, group.members) for group in quorum.groups]
    return counts_in(groups), minutes.may_confirm(quorum)


@blueprint.route("/<forum_id>/meetings/<meeting_id>/errata", methods=["GET", "POST"])
@allow("forums.edit")
def add_erratum(forum_id: str, meeting_id: str) -> ResponseReturnValue:
    """Say what turned out to be wrong in locked minutes."""
    forum, meeting = _run(forum_id, meeting_id)
    form = forms.ErratumForm()
    if form.validate_on_submit():
        services.add_erratum(forum_id, meeting_id, text=form.text.data, by=current_actor())
        flash(_("The erratum stands beside the minutes."))
        return _to_meeting(forum_id, meeting_id, "errata")
    return page(
        "forums/erratum.html",
        form=form,
        forum=forum,
        meeting=meeting,
        errata=minutes_life.errata_of(meeting),
        today=to_local(utc_now()).date(),
    )


@blueprint.route(
    "/<forum_id>/meetings/<meeting_id>/leaves/<leaf_id>/withdraw", methods=["GET", "POST"]
)
@allow("forums.see")
def withdraw_leaf(forum_id: str, meeting_id: str, leaf_id: str) -> ResponseReturnValue:
    """Withdraw a name or a text from locked minutes for ever, after a question."""
    actor = current_actor()
    forum = series.forum(forum_id, actor)
    meeting = meetings.meeting(forum, meeting_id)
    leaf = minutes_life.withdrawable_leaf(
        meeting, leaf_id, actor, runs_it=runs(actor, forum.secretary_id)
    )
    if leaf is None:
        raise NotFound
    if request.method == "POST":
        withdraw(forum_id, meeting_id, leaf_id, by=actor)
        flash(_("Withdrawn. “Withdrawn” stands there from now on."))
        return _to_meeting(forum_id, meeting_id)
    return render_template(
        "forums/withdraw.html", forum=forum, meeting=meeting, leaf=leaf, leaf_id=leaf_id
    )


_LIFE_AT = "/<forum_id>/meetings/<meeting_id>/items/<item_id>"


@blueprint.route(f"{_LIFE_AT}/live", methods=["GET", "POST"])
@allow("forums.edit")
def live(forum_id: str, meeting_id: str, item_id: str) -> ResponseReturnValue:
    """The item as it stands, after an operation of a page was merged into it."""
    actor, repeated = current_actor(), False
    place = (forum_id, meeting_id, item_id)
    try:
        forum = forum_to_edit(forum_id, actor)
        item = meetings.item(meetings.meeting(forum, meeting_id), item_id)
        if request.method == "POST":
            operation = _opened(item_id, actor)
            sent = request.form.get("sent", type=int)
            repeated = not live_minutes.apply_minutes_operation(
                place, operation, by=actor, sent=sent
            )
    except (NotFound, Forbidden, MeetingOver, MinutesLocked, NumbersFrozen) as problem:
        # Nobody else can open it: the person who wrote it gets it back.
        db.session.rollback()
        operation = _opened(item_id, actor, problem)
        return {"error": str(problem), "typed": minutes.values_of(operation.now)}, problem.status
    # What stood before the transaction has expired with it.
    forum = forum_to_edit(forum_id, actor)
    meeting = meetings.meeting(forum, meeting_id)
    item = meetings.item(meeting, item_id)
    return _standing(forum, meeting, item, actor) | {"known": repeated}


def _opened(item_id: str, actor: Actor, instead: Problem | None = None) -> minutes.MinutesOperation:
    """The operation that was sent. Raises Problem, or `instead`, if it does not open."""
    page, number = request.form.get("page", ""), request.form.get("number", "")
    try:
        epk, iv, ct = (from_unpadded(request.form.get(part, "")) for part in ("epk", "iv", "ct"))
        plaintext = opener_for(actor.public_id, item_id).open(epk, iv, ct, f"{page}:{number}")
        if plaintext is None or not number.isascii() or not number.isdigit():
            raise ValueError
        return minutes.read_operation(plaintext, page, int(number))
    except ValueError:
        raise instead or Problem(_l("This could not be read."), status=400) from None


def _standing(forum: Forum, held: Meeting, item: AgendaItem, actor: Actor) -> dict[str, Any]:
    """An item as its page shows it."""
    owners = dict(owner_choices(item, owners_of(forum)))
    shown = beside(forum, held, item, owners, actor)
    values = minutes.values_of(written_item(item))
    place = {action.public_id: place for place, action in enumerate(item.actions, start=1)}
    for action in values["actions"]:
        action["number"] = place[action["key"]]
    return {
        "version": item.row_version,
        "item": values,
        "mark": shown["mark"],
        "differ": len(shown["differences"]),
        "beside": render_template("forums/minutes_beside.html", **shown),
    }


def beside(
    forum: Forum, held: Meeting, item: AgendaItem, owners: dict[str, str], actor: Actor
) -> dict[str, Any]:
    """The part beside the minutes: lines that are internal, and differences; `owners` are names of
    members by key."""
    internal = minutes_life.internal_lines_of(item, actor)
    differences = differences_of(item, owners, actor)
    return {
        "forum": forum,
        "meeting": held,
        "item": item,
        "number": number_of(item, held),
        "internal": internal,
        "differences": differences,
        # By what a page knows that nothing of it changed; its tokens are others each second.
        "mark": hashlib.sha256(repr((internal, differences)).encode()).hexdigest(),
    }


@blueprint.post(f"{_LIFE_AT}/differences/<difference_id>")
@allow("forums.edit")
def settle(forum_id: str, meeting_id: str, item_id: str, difference_id: str) -> ResponseReturnValue:
    """Settle what two people wrote differently."""
    with FlashedProblems(MeetingOver, MinutesLocked, NumbersFrozen, TooManyRows, tone="warn"):
        live_minutes.settle_difference(
            (forum_id, meeting_id, item_id),
            difference_id,
            request.form.get("take", ""),
            by=current_actor(),
        )
        flash(_("Settled."))
    return go("forums.item", _anchor="differences")


BLANK_DECISIONS = 1
BLANK_ACTIONS = 2


def _typed(written: Iterable[TypedMinutesRow]) -> list[TypedRow]:
    return [
        TypedRow(
            key=line.key,
            text=line.text,
            owner=line.owner,
            due=line.due_on.isoformat() if line.due_on else "",
        )
        for line in written
    ]


def _with_unknown(own: list[TypedRow], stored: list[TypedRow]) -> list[TypedRow]:
    """One's own rows, then those that somebody else added and this page has never shown."""
    shown = {line.key for line in own}
    return own + [line for line in stored if line.key not in shown]


def _save(
    form: MinuteForm, forum: Forum, meeting: Meeting, item: AgendaItem
) -> tuple[bool, dict[str, Any] | None]:
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
    except internal_lines.FiguresBesideCases as found_lines:
        form.internal.data = found_lines.mark
        form.keep_internal.data = False
        form.telling = found_lines.lines
        return False, None
    except internal_lines.MinuteChanged as other:
        form.show_row_version(other.row_version)
        form.decisions = _with_unknown(form.decisions, _typed(other.item.decisions))
        form.actions = _with_unknown(form.actions, _typed(other.item.actions))
        return False, {
            "name": account_name(other.changed_by),
            "minute": other.item.minute,
            "decisions": [line.text for line in other.item.decisions],
            "actions": [line.text for line in other.item.actions],
        }
    except (
        internal_lines.NumbersFrozen,
        internal_lines.TooManyRows,
        internal_lines.UnknownOwner,
    ) as problem:
        form.form_errors.append(str(problem))
        return False, None
    return True, None


@blueprint.route("/<forum_id>/meetings/<meeting_id>/items/<item_id>", methods=["GET", "POST"])
@allow("forums.edit")
def item(forum_id: str, meeting_id: str, item_id: str) -> ResponseReturnValue:
    """Write under an item. If somebody else saved meanwhile, both texts are shown."""
    actor = current_actor()
    forum = forum_to_edit(forum_id, actor)
    meeting = meetings.meeting(forum, meeting_id)
    if meeting.state == "cancelled":
        raise internal_lines.MeetingOver
    internal_lines.check_minutes_open(db.session(), meeting)
    form, other, saved = MinuteForm(), None, False
    if form.is_submitted():
        form.read_rows(request.form)
        present = meetings.item(meeting, item_id)
        owners = [key for key, _name in owner_choices(present, owners_of(forum))]
        fine = form.validate()
        if form.rows_are_fine(owners) and fine:
            saved, other = _save(form, forum, meeting, present)
    if saved:
        flash(_("Saved."))
        onwards = _after(forum_id, meeting_id, item_id)
        to_another = request.form.get("then", "") not in ("", "meeting")
        return redirect(onwards if to_another else after_mending(onwards), code=303)
    # After a refused save the objects above have expired with its transaction.
    forum = forum_to_edit(forum_id, actor)
    meeting = meetings.meeting(forum, meeting_id)
    items = meetings.minutes_of(meeting)
    written = one_or_404(
        next((other_item for other_item in items if other_item.public_id == item_id), None)
    )
    if not form.is_submitted():
        form.minute.data, form.row_version.data = written.minute, str(written.row_version)
        stands = written_item(written)
        form.decisions, form.actions = _typed(stands.decisions), _typed(stands.actions)
    choices = owner_choices(written, owners_of(forum))
    answer, status = page(
        "forums/item.html",
        form=form,
        points=[(point, meetings.number_of(point, meeting)) for point in items],
        following=_next(items, item_id),
        owners=choices,
        closed=[
            action_line(action, written, meeting, actor)
            for action in written.actions
            if action.state != "open"
        ],
        carried=arising_in(meeting, utc_now(), actor) if written.kind == "arising" else [],
        returning=returning_in(meeting, utc_now(), actor) if written.kind == "arising" else [],
        conclusions=CONCLUSION_WORDS,
        attendance=meetings.attendance_table(meetings.attendance_of(meeting), by_letter=False),
        other=other,
        **beside(forum, meeting, written, dict(choices), actor),
        # What came back with a mistake is saved by its button, and so are circulated minutes, in
        # which words are corrected with care.
        live=None
        if form.is_submitted()
        or internal_lines.minutes_state(db.session(), meeting) == "circulated"
        else writing_key(actor.public_id),
        numbers={line.public_id: place for place, line in enumerate(written.actions, start=1)},
        to_confirm=_to_confirm(meeting, written),
        confirmed=confirmed_at(meeting) if usual_item(written.title) == "previous" else [],
        remarks=remarks_on(meeting, actor, whole=True).get(item_id, []),
        rows_wrong=any(line.errors for line in (*form.decisions, *form.actions)),
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
        "ask": (internal_lines.ask_release, _("Asked. Somebody else who runs this forum decides.")),
        "release": (internal_lines.release_line, _("Released. Everybody reads the line now.")),
        "keep": (internal_lines.keep_line, _("The line stays internal.")),
    }
    if request.form.get("do") not in ways:
        raise NotFound
    step, told = ways[request.form["do"]]
    with FlashedProblems(tone="warn"):
        step((forum_id, meeting_id, item_id), line_id, by=current_actor())
        flash(told)
    return go("forums.item", _anchor="kept-internal")


def _to_confirm(held: Meeting, item: AgendaItem) -> list[Meeting]:
    """At the item for the previous minutes, those that a meeting which has begun can confirm."""
    if held.starts_at > utc_now() or usual_item(item.title) != "previous":
        return []
    return earlier_circulated(held)


def _next(items: list[AgendaItem], item_id: str) -> AgendaItem | None:
    keys = [item.public_id for item in items]
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
    forum = series.forum(forum_id, actor)
    meeting = meetings.meeting(forum, meeting_id)
    draft = meeting.state == "planned" and runs(actor, forum.secretary_id)
    if meeting.state != "held" and not draft:
        raise NotFound
    content = documents.minutes_paper(forum, meeting, utc_now(), language=_paper_language())
    return noted(download(content, name=documents.minutes_name(meeting), type="application/pdf"))


@blueprint.get("/<forum_id>/meetings/<meeting_id>/minutes-to-share.pdf")
@allow("forums.see")
def paper_to_share(forum_id: str, meeting_id: str) -> ResponseReturnValue:
    """The minutes of a meeting that was held, as PDF for people who are no members: without
    names."""
    forum = series.forum(forum_id, current_actor())
    meeting = meetings.meeting(forum, meeting_id)
    if meeting.state != "held":
        raise NotFound
    content = documents.minutes_paper(
        forum, meeting, utc_now(), language=_paper_language(), to_share=True
    )
    return noted(
        download(
            content, name=documents.minutes_name(meeting, to_share=True), type="application/pdf"
        )
    )


def _paper_language() -> str:
    language = request.args.get("language", "")
    return language if language in documents.paper_languages() else language_code()


_AT = "/<forum_id>/meetings/<meeting_id>/items/<item_id>/papers"


def _to_edit(forum_id: str, meeting_id: str, item_id: str) -> tuple[Forum, Meeting, AgendaItem]:
    """An item of a meeting that was not called off, for who runs its forum."""
    forum = forum_to_edit(forum_id, current_actor())
    meeting = meetings.meeting(forum, meeting_id)
    if meeting.state == "cancelled":
        raise internal_lines.MeetingOver
    return forum, meeting, meetings.item(meeting, item_id)


@blueprint.route(_AT, methods=["GET", "POST"])
@allow("forums.edit")
@takes_file(MOST_BYTES)
def papers(forum_id: str, meeting_id: str, item_id: str) -> ResponseReturnValue:
    """The papers under an item, and another one."""
    forum, meeting, item = _to_edit(forum_id, meeting_id, item_id)
    form = AgendaPaperForm()
    if form.validate_on_submit():
        sent = form.file.data
        content = sent.read(MOST_BYTES + 1) if sent else b""
        with form.showing_problems(CleaningBusy, StorageError):
            live_minutes.add_paper(
                forum_id,
                meeting_id,
                item_id,
                title=form.title.data,
                content=content,
                by=current_actor(),
            )
            flash(_("Saved."))
            return go("forums.papers")
        forum, meeting, item = _to_edit(forum_id, meeting_id, item_id)
    return page(
        "forums/papers.html",
        form=form,
        forum=forum,
        meeting=meeting,
        item=item,
        number=meetings.number_of(item, meeting),
        papers=papers_of(meeting).get(item.public_id, []),
    )


@blueprint.get(f"{_AT}/<paper_id>")
@allow("forums.see")
def paper_file(forum_id: str, meeting_id: str, item_id: str, paper_id: str) -> Response:
    """A paper, for the person who sees the meeting; the name of its file says nothing."""
    meeting = meetings.meeting(series.forum(forum_id, current_actor()), meeting_id)
    paper = paper_of(meetings.item(meeting, item_id), paper_id)
    kind, ending = type_of(paper.kind)
    return noted(download(content_of(paper.public_id), name=f"paper.{ending}", type=kind))


@blueprint.route(f"{_AT}/<paper_id>/remove", methods=["GET", "POST"])
@allow("forums.edit")
def remove_paper(
    forum_id: str, meeting_id: str, item_id: str, paper_id: str
) -> ResponseReturnValue:
    """Take a paper away, after a question."""
    forum, meeting, item = _to_edit(forum_id, meeting_id, item_id)
    title = paper_of(item, paper_id).title
    if request.method == "POST":
        live_minutes.remove_paper(forum_id, meeting_id, item_id, paper_id, by=current_actor())
        flash(_("Removed."))
        return go("forums.papers")
    return render_template(
        "forums/paper_remove.html", forum=forum, meeting=meeting, item=item, title=title
    )


@blueprint.get("/<forum_id>/meetings/<meeting_id>/agenda.pdf")
@allow("forums.see")
def pack(forum_id: str, meeting_id: str) -> ResponseReturnValue:
    """The agenda with its papers as PDF, for the person who sees the meeting."""
    forum = series.forum(forum_id, current_actor())
    meeting = meetings.meeting(forum, meeting_id)
    if meeting.state == "cancelled":
        raise NotFound
    with FlashedProblems(RenderError, CleaningBusy, StorageError):
        content = documents.agenda_pack(forum, meeting, utc_now())
        return noted(download(content, name=documents.pack_name(meeting), type="application/pdf"))
    return go("forums.meeting")


_SIGNED_COPIES_AT = "/<forum_id>/meetings/<meeting_id>/signed"


class SignedCopyForm(KashForm):
    """A scan of signed minutes."""

    file = FileField(_l("Scan"))


def _held(forum_id: str, meeting_id: str) -> tuple[Forum, Meeting]:
    """A meeting that was held, for who runs its forum."""
    forum = forum_to_edit(forum_id, current_actor())
    meeting = meetings.meeting(forum, meeting_id)
    if meeting.state != "held":
        raise NotFound
    return forum, meeting


@blueprint.route(_SIGNED_COPIES_AT, methods=["GET", "POST"])
@allow("forums.edit")
@takes_file(MOST_BYTES)
def signed_copy(forum_id: str, meeting_id: str) -> ResponseReturnValue:
    """The signed copy, and bringing or replacing it."""
    forum, meeting = _held(forum_id, meeting_id)
    form = SignedCopyForm()
    if form.validate_on_submit():
        sent = form.file.data
        content = sent.read(MOST_BYTES + 1) if sent else b""
        with form.showing_problems(CleaningBusy, StorageError):
            live_minutes.keep_signed_copy(forum_id, meeting_id, content=content, by=current_actor())
            flash(_("The signed copy is kept."))
            return go("forums.signed_copy")
        forum, meeting = _held(forum_id, meeting_id)
    return page(
        "forums/signed_copy.html",
        form=form,
        forum=forum,
        meeting=meeting,
        kept=signed_copy_of(meeting),
    )


@blueprint.get(f"{_SIGNED_COPIES_AT}/file")
@allow("forums.edit")
def signed_copy_file(forum_id: str, meeting_id: str) -> Response:
    """The scan; the name of its file says nothing."""
    copy = one_or_404(signed_copy_of(_held(forum_id, meeting_id)[1]))
    kind, ending = type_of(copy.kind)
    return noted(download(content_of(copy.public_id), name=f"signed.{ending}", type=kind))


@blueprint.route(f"{_SIGNED_COPIES_AT}/remove", methods=["GET", "POST"])
@allow("forums.edit")
def remove_signed_copy(forum_id: str, meeting_id: str) -> ResponseReturnValue:
    """Delete the scan, after a question."""
    forum, meeting = _held(forum_id, meeting_id)
    one_or_404(signed_copy_of(meeting))
    if request.method == "POST":
        live_minutes.remove_signed_copy(forum_id, meeting_id, by=current_actor())
        flash(_("Removed."))
        return go("forums.signed_copy")
    return render_template("forums/signed_copy_remove.html", forum=forum, meeting=meeting)
