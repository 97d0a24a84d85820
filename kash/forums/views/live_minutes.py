"""Minutes that are sent while they are written, and what two people wrote differently."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.forums import blueprint
from kash.forums.models import AgendaItem, Forum, Meeting
from kash.forums.queries import meetings
from kash.forums.queries.internal_lines import internal_lines_of
from kash.forums.queries.live_minutes import differences_of
from kash.forums.queries.meetings import meeting, number_of
from kash.forums.queries.series import forum_to_edit, owners_of
from kash.forums.rules.live_minutes import (
    MinutesOperation,
    read_operation,
    values_of,
)
from kash.forums.sealed import opener_for
from kash.forums.services.life_problems import MinutesLocked, NumbersFrozen
from kash.forums.services.live_minutes import (
    apply_minutes_operation,
    settle_difference,
    written_item,
)
from kash.forums.services.problems import MeetingOver, TextTooLong, TooManyRows
from kash.forums.views.owners import owner_choices
from kash.platform.database import db
from kash.platform.vault.phones import from_unpadded
from kash.platform.web import Forbidden, NotFound, current_actor
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.errors import Problem
from kash.policy import Actor, allow

_AT = "/<forum_id>/meetings/<meeting_id>/items/<item_id>"


class NotOpened(Problem):
    """The operation was not sealed by a page of this account under this item, or is damaged."""

    status = 400
    sentence = _l("This could not be read.")


@blueprint.route(f"{_AT}/live", methods=["GET", "POST"])
@allow("forums.edit")
def live(forum_id: str, meeting_id: str, item_id: str) -> ResponseReturnValue:
    """The item as it stands, after an operation of a page was merged into it."""
    actor, known = current_actor(), False
    place = (forum_id, meeting_id, item_id)
    try:
        forum = forum_to_edit(forum_id, actor)
        item = meetings.item(meeting(forum, meeting_id), item_id)
        if request.method == "POST":
            operation = _opened(item_id, actor)
            sent = request.form.get("sent", type=int)
            known = not apply_minutes_operation(place, operation, by=actor, sent=sent)
    except (NotFound, Forbidden, MeetingOver, MinutesLocked, NumbersFrozen) as problem:
        # Nobody else can open it: whoever wrote it gets it back.
        db.session.rollback()
        operation = _opened(item_id, actor, problem)
        return {"error": str(problem), "typed": values_of(operation.now)}, problem.status
    # What stood before the transaction has expired with it.
    forum = forum_to_edit(forum_id, actor)
    held = meeting(forum, meeting_id)
    item = meetings.item(held, item_id)
    return _standing(forum, held, item, actor) | {"known": known}


def _opened(item_id: str, actor: Actor, instead: Problem | None = None) -> MinutesOperation:
    """The operation that was sent. Raises NotOpened, or `instead`, if it does not open."""
    page, number = request.form.get("page", ""), request.form.get("number", "")
    try:
        epk, iv, ct = (from_unpadded(request.form.get(part, "")) for part in ("epk", "iv", "ct"))
        plaintext = opener_for(actor.public_id, item_id).open(epk, iv, ct, f"{page}:{number}")
        if plaintext is None or not number.isascii() or not number.isdigit():
            raise ValueError
        return read_operation(plaintext, page, int(number))
    except ValueError:
        raise instead or NotOpened from None


def _standing(forum: Forum, held: Meeting, item: AgendaItem, actor: Actor) -> dict[str, Any]:
    """An item as its page shows it."""
    owners = dict(owner_choices(item, owners_of(forum)))
    shown = beside(forum, held, item, owners, actor)
    values = values_of(written_item(item))
    place = {row.public_id: place for place, row in enumerate(item.actions, start=1)}
    for row in values["actions"]:
        row["number"] = place[row["key"]]
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
    internal = internal_lines_of(item, actor)
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
    with FlashedProblems(
        MeetingOver, MinutesLocked, NumbersFrozen, TextTooLong, TooManyRows, tone="warn"
    ):
        settle_difference(
            (forum_id, meeting_id, item_id),
            difference_id,
            request.form.get("take", ""),
            by=current_actor(),
        )
        flash(_("Settled."))
    return redirect(
        url_for(
            "forums.item",
            forum_id=forum_id,
            meeting_id=meeting_id,
            item_id=item_id,
            _anchor="differences",
        ),
        code=303,
    )
