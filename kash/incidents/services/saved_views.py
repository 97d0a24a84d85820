"""The errors of cases, each with a sentence for the person who meets it. Views of the register
that members keep: sealed, since filters may name a ward or a station."""

from __future__ import annotations

import json
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from kash.incidents.rules.totals import Filters, filters_from
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
from kash.platform.web.errors import ChangedMeanwhile, NotFound, Problem
from kash.policy import Actor


class Damaged(Problem):
    """The sealed record of this case does not open."""

    sentence = _l("The sealed record of this case is damaged and does not open.")


class RecordsNotOpen(Problem):
    """Not every sealed record opens, so that nothing can be counted."""

    status, field = 409, ""
    sentence = _l(
        "Some sealed records do not open for you, so nothing is counted. Finish an unfinished "
        "rotation of keys; for a damaged record look in a backup."
    )


class ReportsStillWait(Problem):
    """Something was sent in time and has not become visible."""

    status, field = 409, ""
    sentence = _l(
        "What was sent is not visible yet, although its hour has come, so nothing is counted. "
        "Ask the operator whether the worker runs."
    )


class NobodyHoldsKeys(Problem):
    """Nothing can be sealed, since the vault has no members yet."""

    status = 503
    field = ""
    sentence = _l("Reports cannot be taken yet: nobody holds keys to the vault.")


class KeysAltered(Problem):
    """The key to which reports are sealed is not the one that was made."""

    status = 409
    field = ""
    sentence = _l(
        "Reports cannot be taken now: the key that seals them was altered. Nothing was sent. Tell"
        " somebody of the programme by word of mouth."
    )


class CaseChangedMeanwhile(ChangedMeanwhile):
    """Another member saved the case since this page was opened."""

    sentence = _l("Somebody else saved this case meanwhile.")


STAYS_HERE = _l(
    "Not everybody in it agreed to a paper for a court, and that it speaks of health. It stays "
    "here."
)


NOBODY_AGREED = _l("Nobody in this case has agreed to a file for a court. Note the consent first.")


NOT_TO_BE_AGREED = _l(
    "In this case only two things can be agreed: she is let go without a price, and what was "
    "taken from her is given back."
)


class NotNow(Problem):
    """The case is not in a state in which this can be done, or not by this person."""

    sentence = _l("This cannot be done with the case as it stands.")


class EvidenceDamaged(Problem):
    """A piece of evidence, what is sealed of it or its file, does not open."""

    sentence = _l("This piece of evidence is damaged and does not open.")


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
    views = []
    for sealed, plaintext in open_each(vault, fetch(db.session(), kind=KIND)):
        if isinstance(plaintext, SealError):
            continue
        try:
            content = json.loads(plaintext)
            view = SavedView(
                sealed.place.public_id,
                str(content["name"]),
                filters_from(content["filters"]),
                content["whose"] == by.public_id,
                bool(content["shared"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
        views.append(view)
    return sorted(views, key=lambda one: (one.name.casefold(), one.id))


def save_view(name: str, filters: Filters, *, shared: bool, by: Actor, vault: OpenVault) -> str:
    """Keep filters under a name; in place of an own view of the same name. Its public id.

    Raises Problem.
    """
    views = [view for view in _all(by, vault) if view.own]
    same = [view.id for view in views if view.name.casefold() == name.casefold()]
    if len(views) - len(same) >= MOST_VIEWS:
        raise Problem(_l("You keep as many views as one can. Remove one first."), field="name")
    content = {"name": name, "filters": filters.as_kept(), "whose": by.public_id, "shared": shared}
    with audited("incidents.view_saved", by) as change:
        shred(change.session, same)
        plaintext = json.dumps(content, ensure_ascii=False).encode()
        document = file_document(change.session, KIND, plaintext).public_id
        change.about(document)
    return document


def remove_view(view: str, *, by: Actor, vault: OpenVault) -> None:
    """Take an own view away; sent twice, it is gone already. Raises NotFound if it is another's."""
    own_view = [saved_view for saved_view in _all(by, vault) if saved_view.id == view]
    if not own_view:
        return
    if not own_view[0].own:
        raise NotFound
    with audited("incidents.view_removed", by) as change:
        shred(change.session, [view])
        change.about(view)
