"""Finding anything from every page: what the features let be found, and pages, each only as far as
the actor's own permission for it reaches.

What is typed may be a name. It is posted, stands in no address, and is written down nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _l

from kash.feature import declared
from kash.people.rules.directory import found_by
from kash.platform.web.parts import Findable, Hit, NamedPage, navigation
from kash.policy import SIGNED_IN, Actor

FEW = 5
MANY = 100
LEAST_LETTERS = 2
LONGEST = 200


@dataclass(frozen=True)
class Findings:
    """Findings of one kind. `more` says that there is more than is shown."""

    kind: str
    label: Any
    hits: Sequence[Hit]
    more: bool = False


def _pages(actor: Actor, text: str, limit: int) -> Sequence[Hit]:
    named = [(str(place["label"]), str(place["url"])) for place in navigation()]
    named += [
        (str(page.label), url_for(page.endpoint))
        for page in sorted(declared(NamedPage), key=lambda page: page.place)
        if actor.may(page.permission)
    ]
    wanted = found_by(text).split()
    return [
        Hit(label, url) for label, url in named if all(word in found_by(label) for word in wanted)
    ][:limit]


PAGES = Findable("pages", _l("Pages"), SIGNED_IN, 1000, _pages)


def kinds() -> dict[str, Findable]:
    """The kinds of what can be found, in the order in which they are shown."""
    return {
        findable.key: findable
        for findable in sorted(declared(Findable), key=lambda findable: findable.place)
    }


def enough(text: str) -> bool:
    """True if there is enough to look for."""
    return len(found_by(text).replace(" ", "")) >= LEAST_LETTERS


def search(actor: Actor, text: str, only: str = "") -> list[Findings]:
    """Findings of each kind, five at most, or a hundred of the one kind that is asked for."""
    text = " ".join(text.split())[:LONGEST]
    if not enough(text):
        return []
    all_kinds = kinds()
    findings: list[Findings] = []
    most = MANY if only in all_kinds else FEW
    for name, kind in all_kinds.items():
        if (only in all_kinds and name != only) or not actor.may(kind.permission):
            continue
        hits = kind.find(actor, text, most + 1)
        if hits:
            findings.append(Findings(name, kind.label, hits[:most], len(hits) > most))
    return findings


def all_of(kind: str) -> str:
    """Where all of one kind are found by posting the same words."""
    return url_for(kinds()[kind].all_at or "desk.find")
