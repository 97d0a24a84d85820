"""Words of the audit trail for people: features declare those of their actions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from kash.feature import Part, declared
from kash.platform.database import is_public_id


@dataclass(frozen=True)
class ActionWords(Part):
    """Words for each action that a feature writes, by the action's code."""

    words: Mapping[str, Any]


ACTORS: dict[str, Any] = {
    "nobody": _l("Somebody without an account"),
    "system": _l("The system"),
}


@dataclass(frozen=True)
class ActorsKnown(Part):
    """Actors of the trail that are no accounts: their names by public ids."""

    names_of: Callable[[Iterable[str]], dict[str, str]]


def other_actors(public_ids: Iterable[str]) -> dict[str, str]:
    """The names of actors that are no accounts, by public ids; those of accounts are left out.
    Nothing is asked if there are none."""
    wanted = sorted({one for one in public_ids if is_public_id(one)})
    names: dict[str, str] = {}
    for part in declared(ActorsKnown) if wanted else ():
        names |= part.names_of(wanted)
    return names


def actor_text(actor: str) -> str:
    """The word for an actor whose public id no account of the programme bears."""
    return str(ACTORS.get(actor, actor))


def action_text(action: str) -> str:
    """An action of the audit trail, readable: "accounts: roles changed"."""
    for part in declared(ActionWords):
        if action in part.words:
            return str(part.words[action])
    # Written by an older release, or by one that adds an action before its words.
    room, _dot, what = action.partition(".")
    return f"{room}: {what.replace('_', ' ')}"
