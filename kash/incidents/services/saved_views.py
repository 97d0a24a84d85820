"""Views of the register that members keep: sealed, since filters may name a ward or a station."""

from __future__ import annotations

import json
from dataclasses import dataclass

from kash.incidents.errors import TooManyViews
from kash.incidents.rules.filters import Filters, filters_from
from kash.platform.database import db
from kash.platform.vault import (
    OpenVault,
    SealError,
    audited,
    fetch,
    file_document,
    open_each,
    shred,
)
from kash.platform.web.errors import NotFound
from kash.policy import Actor

KIND = "incident.view"
MOST_VIEWS = 100


@dataclass(frozen=True)
class SavedView:
    """One view: by its document's public id; `own` if it is the reader's, else it is shared."""

    id: str
    name: str
    filters: Filters
    own: bool
    shared: bool


def saved_views(by: Actor, vault: OpenVault) -> list[SavedView]:
    """The actor's own views and those that others share, by name, in one query."""
    return [view for view in _all(by, vault) if view.own or view.shared]


def _all(by: Actor, vault: OpenVault) -> list[SavedView]:
    found = []
    for sealed, plaintext in open_each(vault, fetch(db.session(), kind=KIND)):
        if isinstance(plaintext, SealError):
            continue
        try:
            kept = json.loads(plaintext)
            view = SavedView(
                sealed.place.public_id,
                str(kept["name"]),
                filters_from(kept["filters"]),
                kept["whose"] == by.public_id,
                bool(kept["shared"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
        found.append(view)
    return sorted(found, key=lambda one: (one.name.casefold(), one.id))


def save_view(name: str, filters: Filters, *, shared: bool, by: Actor, vault: OpenVault) -> str:
    """Keep filters under a name; in place of an own view of the same name. Its public id.

    Raises TooManyViews.
    """
    views = [view for view in _all(by, vault) if view.own]
    same = [view.id for view in views if view.name.casefold() == name.casefold()]
    if len(views) - len(same) >= MOST_VIEWS:
        raise TooManyViews
    kept = {
        "name": name,
        "filters": filters.as_kept(),
        "whose": by.public_id,
        "shared": shared,
    }
    with audited("incidents.view_saved", by) as change:
        shred(change.session, same)
        plaintext = json.dumps(kept, ensure_ascii=False).encode()
        made = file_document(change.session, KIND, plaintext).public_id
        change.about(made)
    return made


def remove_view(view: str, *, by: Actor, vault: OpenVault) -> None:
    """Take an own view away; sent twice, it is gone already. Raises NotFound if it is another's."""
    found = [one for one in _all(by, vault) if one.id == view]
    if not found:
        return
    if not found[0].own:
        raise NotFound
    with audited("incidents.view_removed", by) as change:
        shred(change.session, [view])
        change.about(view)
