"""Stories on Today, once the vault is open: what waits for a second reader, what came back."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _

from kash.platform.vault import OpenVault
from kash.platform.web.today import Need, TodayLine, Viewer
from kash.policy import Actor
from kash.stories.queries.drafts import drafts


def _stories(asked: Viewer) -> Sequence[TodayLine]:
    actor, vault = asked.actor, asked.vault
    if vault is None or not vault.holds("case") or not actor.may("stories.drafts"):
        return []
    waiting, returned = _counts(actor, vault)
    url = url_for("stories.all_drafts")
    lines = []
    if waiting and actor.may("stories.approve"):
        text = _("Somebody wrote it. You read it before it is told.")
        title = _("Stories wait for a second reader")
        lines.append(TodayLine(title, url, text, key=waiting, button=_("Read")))
    if returned and actor.may("stories.write"):
        title = _("Stories came back to you")
        text = _("The second reader says what must be put right.")
        lines.append(TodayLine(title, url, text, key=returned, button=_("Go on writing")))
    return lines


def _counts(actor: Actor, vault: OpenVault) -> tuple[int, int]:
    """Number of those that wait for her as a second reader, and of her own that came back."""
    found = [one.draft for one in drafts(actor, vault)]
    mine = [one for one in found if one.written_by == actor.public_id]
    waiting = sum(one.state == "waiting" for one in found if one not in mine)
    return waiting, sum(one.state == "returned" for one in mine)


TODAY = (Need("stories", 65, _stories),)
