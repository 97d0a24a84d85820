"""Usual names of the items of an agenda, in each of the programme's languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l

from kash.forums.models import AgendaItem
from kash.forums.rules.agenda import USUAL_ITEMS, USUAL_MINUTES, PlannedItem
from kash.platform.web.language import LANGUAGES

_TITLES: Mapping[str, Any] = {
    "opening": _l("Call to order"),
    "quorum": _l("Quorum"),
    "previous": _l("Minutes of the last meeting"),
    "arising": _l("Matters arising"),
    "results": _l("Results"),
    "stories": _l("Stories"),
    "actions": _l("Actions"),
    "other": _l("Any other business"),
}
# Other names under which they stand on agendas.
_ALSO: Mapping[str, tuple[Any, ...]] = {
    "opening": (_l("Opening"),),
    "previous": (_l("Previous minutes"), _l("Minutes of the previous meeting")),
    "other": (_l("AOB"),),
}

STATE_WORDS: Mapping[str, Any] = {"open": _l("Open"), "done": _l("Done"), "dropped": _l("Dropped")}
CONCLUSION_WORDS: Mapping[str, Any] = {
    "worked": _l("It worked"),
    "unclear": _l("We cannot tell"),
    "not": _l("It did not work"),
}
# What an action changes, before the name of just that; and as one chooses it.
LINK_WORDS: Mapping[str, Any] = {
    "workshop": _l("Workshop"),
    "session": _l("Session of a course"),
    "station": _l("Training needs of a station"),
    "service": _l("Service in the directory"),
}
CHANGES_WORDS: Mapping[str, Any] = {
    "workshop": _l("A workshop"),
    "session": _l("A session of a course"),
    "station": _l("Training needs"),
    "service": _l("A service"),
}


def usual_titles() -> dict[str, str]:
    """The titles of the usual items, in the reader's language."""
    return {usual: str(title) for usual, title in _TITLES.items()}


def usual_agenda() -> list[PlannedItem]:
    """The usual items with how long each usually takes: how a new forum's first agenda begins."""
    titles = usual_titles()
    return [
        # The matters arising go by their usual name in the reader's language.
        PlannedItem("", USUAL_MINUTES[usual], "arising")
        if usual == "arising"
        else PlannedItem(titles[usual], USUAL_MINUTES[usual])
        for usual in USUAL_ITEMS
    ]


def usual_item(title: str) -> str:
    """Key of the usual item that a title is, in whatever language it was written; empty if none."""
    written = " ".join(title.casefold().split())
    for language in LANGUAGES:
        with force_locale(language):
            for usual, title in _TITLES.items():
                names = (title, *_ALSO.get(usual, ()))
                if any(str(name).casefold() == written for name in names):
                    return usual
    return ""


def missing_usual(items: Iterable[AgendaItem]) -> list[str]:
    """The titles of the usual items that an agenda lacks, in their order."""
    there = {"arising" if one.kind == "arising" else usual_item(one.title) for one in items}
    titles = usual_titles()
    return [titles[usual] for usual in USUAL_ITEMS if usual not in there]
