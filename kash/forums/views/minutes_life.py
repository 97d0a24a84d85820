"""Pages of the life of minutes: circulate, remark, settle, confirm, erratum, withdraw. Minutes
that are sent while they are written, and what two people wrote differently."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.forums import blueprint, forms, go
from kash.forums.documents import counts_in
from kash.forums.models import AgendaItem, Forum, Meeting, opener_for
from kash.forums.queries import meetings, minutes_life, series
from kash.forums.queries.meetings import number_of
from kash.forums.queries.minutes import differences_of
from kash.forums.queries.series import forum_to_edit, owners_of, runs
from kash.forums.rules import minutes
from kash.forums.services import live_minutes
from kash.forums.services import minutes_life as services
from kash.forums.services.internal_lines import (
    ONLY_WHO_WAS_THERE,
    MinutesLocked,
    NotCirculated,
    NumbersFrozen,
)
from kash.forums.services.minutes import written_item
from kash.forums.services.problems import MeetingOver, TooManyRows
from kash.forums.services.withdrawals import withdraw
from kash.forums.views.meetings import owner_choices
from kash.platform.database import db, utc_now
from kash.platform.vault.phones import from_unpadded
from kash.platform.web import Forbidden, NotFound, current_actor, page
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.errors import Problem
from kash.platform.web.formats import local_today, to_local
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
        with (
            FlashedProblems(tone="warn"),
            form.showing_problems(),
        ):
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
    )


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


_AT = "/<forum_id>/meetings/<meeting_id>/items/<item_id>"


@blueprint.route(f"{_AT}/live", methods=["GET", "POST"])
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
    """The operation that was sent. Raises NotOpened, or `instead`, if it does not open."""
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


@blueprint.post(f"{_AT}/differences/<difference_id>")
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
