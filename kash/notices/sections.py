"""The last messages to a person, on her page."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _

from kash.notices.kinds import message_kinds
from kash.notices.queries.choices import choice_within_reach
from kash.notices.queries.history import of_person
from kash.notices.words import CHANNEL, STANDING, STANDING_TONE, UNSENT
from kash.people.sections import SectionRow
from kash.platform.web.formats import short_date_text, to_local
from kash.policy import Actor


def person_rows(person_id: str, actor: Actor) -> Sequence[SectionRow] | None:
    """A way to change how she is told things, and the last messages to her."""
    rows: list[SectionRow] = []
    if actor.may("messages.choose") and choice_within_reach(actor, person_id):
        rows.append(
            SectionRow(
                "–",
                _("By which way and at which hours"),
                url_for("notices.choice", public_id=person_id),
            )
        )
    if actor.may("messages.see"):
        labels = {kind.name: str(kind.label) for kind in message_kinds()}
        rows += [
            SectionRow(
                short_date_text(to_local(row.created_at).date()),
                labels.get(row.kind, row.kind),
                small=str(UNSENT.get(row.unsent) or CHANNEL.get(row.channel, "")),
                tone=STANDING_TONE[row.standing],
                state=str(STANDING[row.standing]),
            )
            for row in of_person(actor, person_id)
        ]
    return rows or None
