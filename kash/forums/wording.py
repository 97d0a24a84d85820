"""Usual names of the items of an agenda, in each of the programme's languages. Presence as
templates ask for it: beside a meeting, an item, and under each decision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l

from kash.attendance.rules.registers import is_ahead
from kash.forums.forms import ANSWER_WORDS
from kash.forums.models import AgendaItem, Forum, Meeting
from kash.forums.queries.meetings import attendance_at, quorum_at
from kash.forums.queries.people import answer_counts, conflict_count, decisions_noted, own_answer
from kash.forums.queries.series import runs, sees_names
from kash.forums.rules.meetings import USUAL_ITEMS, USUAL_MINUTES, PlannedItem
from kash.platform.database import db, utc_now
from kash.platform.web import current_actor
from kash.platform.web.programme import LANGUAGES

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


def _usual_name(title: str) -> tuple[str, Any]:
    written = " ".join(title.casefold().split())
    for language in LANGUAGES:
        with force_locale(language):
            for usual, usual_title in _TITLES.items():
                for name in (usual_title, *_ALSO.get(usual, ())):
                    if str(name).casefold() == written:
                        return usual, name
    return "", title


def usual_item(title: str) -> str:
    """Key of the usual item that a title is, in whatever language it was written; empty if none."""
    return _usual_name(title)[0]


def title_to_read(title: str) -> str:
    """A title as it stands on paper: that of a usual item in the paper's language."""
    return str(_usual_name(title)[1])


def results_place(titles: Iterable[str]) -> int | None:
    """Place of the item under which a meeting reads the printed figures; None if it has none."""
    places = (place for place, title in enumerate(titles) if usual_item(title) == "results")
    return next(places, None)


def missing_usual(items: Iterable[AgendaItem]) -> list[str]:
    """The titles of the usual items that an agenda lacks, in their order."""
    there = {"arising" if item.kind == "arising" else usual_item(item.title) for item in items}
    titles = usual_titles()
    return [titles[usual] for usual in USUAL_ITEMS if usual not in there]


def meeting_presence(forum: Forum, meeting: Meeting) -> dict[str, Any]:
    """Presence beside a meeting, for the present reader: who comes, before it; the quorum, while it
    is held; afterwards, the times for which it was `quorate`, if a quorum was agreed. `own` is the
    reader's own answer, None for people who are no members."""
    actor, now = current_actor(), utc_now()
    shown: dict[str, Any] = {
        "runs": runs(actor, forum.secretary_id),
        "by_letter": not sees_names(actor),
        "words": ANSWER_WORDS,
    }
    if meeting.state == "cancelled":
        return shown
    if meeting.state == "held":
        there = attendance_at(db.session(), meeting)
        quorate = there.quorate_times(meeting.starts_at) if there.needed else ()
        missed = bool(there.needed) and there.recorded and not quorate
        return shown | {"quorate": quorate, "held_without": missed}
    ahead = is_ahead(meeting.starts_at, now)
    return shown | {
        "invites": True,
        "own": own_answer(meeting, actor),
        "answers": answer_counts(meeting),
        "quorum": None if ahead else quorum_at(meeting, now),
    }


def item_presence(meeting: Meeting, item: AgendaItem) -> dict[str, Any]:
    """The quorum for an item now, while the meeting is held, and how many declared a conflict of
    interest in it."""
    now = utc_now()
    running = meeting.state == "planned" and not is_ahead(meeting.starts_at, now)
    return {
        "quorum": quorum_at(meeting, now, item) if running else None,
        "conflicts": conflict_count(item),
    }


WORDS = {
    "meeting_presence": meeting_presence,
    "item_presence": item_presence,
    "decisions_noted": decisions_noted,
}
