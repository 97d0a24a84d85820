"""Messages that went, wait or failed, and deciding on those of which nobody knows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.notices import blueprint
from kash.notices.errors import NothingDecided
from kash.notices.kinds import message_kinds
from kash.notices.models import Notice
from kash.notices.queries.history import (
    DECIDABLE,
    MessageStanding,
    letters,
    messages_select,
    standings,
)
from kash.notices.services.deciding import MOST_DECIDED, leave_them, send_again
from kash.notices.tables import MESSAGE_COLUMNS, MessageLine
from kash.notices.words import CHANNEL, STANDING, STANDING_TONE, UNSENT, reason
from kash.people.models import Person
from kash.people.rules.one_group import OneGroup
from kash.platform.messages import mail_is_set_up, sms_is_set_up
from kash.platform.web import current_actor
from kash.platform.web.lists import listing
from kash.platform.web.taking import is_taken, offers_table, taken
from kash.policy import allow

_WORDS = {
    "standing": STANDING,
    "tone": STANDING_TONE,
    "channel": CHANNEL,
    "unsent": UNSENT,
    "reason": reason,
}


@blueprint.get("/messages")
@allow("messages.see")
@offers_table("list", names=True)
def index() -> ResponseReturnValue:
    """Messages within reach, one group at a time."""
    actor = current_actor()
    standing, kind = _standing(), _kind()
    counts = letters(actor, standing, kind)
    wanted = request.args.get("group", "")
    letter = wanted if wanted in counts else next(iter(counts), "")
    rows = listing(
        messages_select(actor, standing, kind, letter),
        sorts={"when": Notice.created_at, "name": Person.sort_name},
        default_sort="when",
        default_direction="desc",
        key=Notice.id,
        counted=counts.get(letter, 0),
    )
    kinds = {each.name: each.label for each in message_kinds()}
    if is_taken():
        return taken(rows.turned(lambda some: _lines(some, kinds)), MESSAGE_COLUMNS)
    return render_template(
        "notices/index.html",
        listing=rows,
        shown=OneGroup(letter, rows.rows, counts),
        standings=standings(actor),
        chosen=standing,
        kind=kind,
        kinds=kinds,
        about=_about(rows.rows),
        decidable=DECIDABLE,
        nobody_reached=not (sms_is_set_up() or mail_is_set_up()),
        **_WORDS,
    )


def _lines(rows: Sequence[Any], kinds: Mapping[str, Any]) -> list[MessageLine]:
    about = _about(rows)
    return [
        (row, kinds.get(row.kind, row.kind), about.get((row.kind, row.event_key), ("", ""))[0])
        for row in rows
    ]


def _about(rows: Iterable[Any]) -> dict[tuple[str, str], tuple[str, str]]:
    """Events with their addresses, by kind and key, as the rooms tell that said them."""
    keys: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        keys[row.kind].add(row.event_key)
    return {
        (kind.name, key): found
        for kind in message_kinds()
        if kind.about is not None and keys[kind.name]
        for key, found in kind.about(keys[kind.name]).items()
    }


def _standing() -> MessageStanding | None:
    try:
        return MessageStanding(request.args.get("state", ""))
    except ValueError:
        return None


def _kind() -> str:
    wanted = request.values.get("kind", "")
    return wanted if any(each.name == wanted for each in message_kinds()) else ""


@blueprint.post("/messages/decide")
@allow("messages.decide")
def decide() -> ResponseReturnValue:
    """Send the ticked messages again, or leave them."""
    ticked = [value[:16] for value in request.form.getlist("message")[:MOST_DECIDED]]
    back = url_for(
        "notices.index",
        state=request.form.get("state") or None,
        kind=_kind() or None,
        group=_letter(),
    )
    if not ticked:
        flash(_("Tick the messages first."), "warn")
        return redirect(back)
    if request.form.get("decision") == "again":
        done = send_again(ticked, by=current_actor())
        said = _("Sent again within a minute: %(count)s", count=done)
    else:
        done = leave_them(ticked, by=current_actor())
        said = _("Left as they are: %(count)s", count=done)
    if not done:
        raise NothingDecided
    flash(said)
    return redirect(back)


def _letter() -> str | None:
    return request.form.get("group", "")[:1] or None
