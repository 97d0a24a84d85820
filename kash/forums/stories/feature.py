"""Chapters of the handbook that tell about stories. Columns of this room's tables, sorted by what
they hold about a person. Stories on the page of figures, between which the forum reads them.
Stories on Today, once the vault is open: what waits for a second reader, what came back. Words of
the audit trail for what is done with stories. The declaration of stories."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from kash.feature import Feature
from kash.forums.models import Story
from kash.forums.stories import blueprint, views
from kash.forums.stories.queries import KIND, ToldStory, drafts, stories_heard
from kash.forums.stories.rules import PURPOSE_OF
from kash.forums.stories.services import end_for
from kash.incidents.models import MadeOf
from kash.people.erasure import about_things, free_texts
from kash.platform.handbook.places import OFFICER, Chapters, each
from kash.platform.vault import OpenVault, SealedDocument
from kash.platform.web.parts import ActionWords, NamedPage, PageSection, SampleId
from kash.platform.web.today import Need, TodayLine, Viewer
from kash.policy import Actor, Role

CHAPTERS = Chapters(
    {
        "stories": dict.fromkeys(
            (Role.DOCUMENTATION, Role.CUSTODIAN, Role.DIRECTOR), f"{OFFICER}#stories"
        ),
        **each(
            "stories",
            "index story",
            dict.fromkeys(Role, "privacy#stories")
            | dict.fromkeys(
                (Role.DOCUMENTATION, Role.CUSTODIAN, Role.DIRECTOR), f"{OFFICER}#stories"
            ),
        ),
    }
)


PERSONAL = (*free_texts("story.title", "story.text"), *about_things(story="language beside_sealed"))


_SHOWN = 2


def newest_stories(_page: str, by: Actor) -> Sequence[ToldStory] | None:
    """The newest stories, for the person who may see them."""
    return stories_heard(_SHOWN, by) if by.may("stories.see") else None


def _stories(asked: Viewer) -> Sequence[TodayLine]:
    actor, vault = asked.actor, asked.vault
    if vault is None or not vault.holds("case") or not actor.may("stories.drafts"):
        return []
    waiting, returned = _counts(actor, vault)
    url = url_for("stories.all_drafts")
    lines = []
    if waiting and actor.may("stories.approve"):
        text = _("You read it before it is told.")
        title = _("Stories wait for a second reader")
        lines.append(TodayLine(title, url, text, key=waiting, button=_("Read")))
    if returned and actor.may("stories.write"):
        title = _("Stories came back to you")
        text = _("The second reader says what must be put right.")
        lines.append(TodayLine(title, url, text, key=returned, button=_("Go on writing")))
    return lines


def _counts(actor: Actor, vault: OpenVault) -> tuple[int, int]:
    """Number of those that wait for her as a second reader, and of her own that came back."""
    all_drafts = [draft.draft for draft in drafts(actor, vault)]
    mine = [draft for draft in all_drafts if draft.written_by == actor.public_id]
    waiting = sum(draft.state == "waiting" for draft in all_drafts if draft not in mine)
    return waiting, sum(draft.state == "returned" for draft in mine)


TODAY = (Need("stories", 65, _stories),)


ACTION_WORDS = ActionWords(
    {
        "stories.dropped": _l("story: draft thrown away"),
        "stories.read": _l("stories: drafts read"),
        "stories.returned": _l("story: sent back to its writer"),
        "stories.told": _l("story: told"),
        "stories.withdrawn": _l("story: withdrawn"),
        "stories.written": _l("story: draft written"),
    }
)


FEATURE = Feature(
    "stories",
    choice="cases",
    modules=(views,),
    blueprints=(blueprint,),
    parts=(
        *PERSONAL,
        ACTION_WORDS,
        CHAPTERS,
        NamedPage("stories.index", _l("Stories"), "stories.see", 96),
        *TODAY,
        PageSection("figures", "stories/on_figures.html", newest_stories),
        *(MadeOf(purpose, end_for(audience)) for audience, purpose in PURPOSE_OF.items()),
        SampleId(
            "/stories/<story_id>",
            lambda _: select(Story.public_id).where(Story.text.is_not(None)).order_by(Story.month),
        ),
        SampleId(
            "/stories/w/<draft_id>",
            lambda _: select(SealedDocument.public_id).where(SealedDocument.kind == KIND),
        ),
    ),
)
