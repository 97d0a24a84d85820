"""Finding anything from every page: people, workshops, courses, certificates, forums,
organisations, services and pages, each only as far as the actor's own permission for it reaches.

What is typed may be a name. It is posted, stands in no address, and is written down nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app, url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from kash.certificates.queries import find_certificate
from kash.certificates.rules import grouped
from kash.database import db
from kash.forums.queries import find_forums
from kash.people import directory_words, words
from kash.people.models import Person
from kash.people.queries import (
    find_organisations,
    find_people,
    reaches,
    service_choices,
    within_reach,
)
from kash.people.rules import found_by
from kash.policy import SIGNED_IN, Actor, Reach
from kash.training.queries import find_courses
from kash.web.formats import short_date_text
from kash.web.navigation import navigation
from kash.workshops.queries import find_workshops

FEW = 5
MANY = 100
LEAST_LETTERS = 2
LONGEST = 200


@dataclass(frozen=True)
class Hit:
    """One thing found. Without `url` its page is out of reach, only the line may be shown."""

    text: str
    url: str = ""
    small: str = ""


@dataclass(frozen=True)
class Found:
    """Findings of one kind. `more` says that there is more than is shown."""

    kind: str
    label: Any
    hits: Sequence[Hit]
    more: bool = False


@dataclass(frozen=True)
class _Kind:
    """One kind: whom it is found for, and how. `all_at` is the room's own search, if it has one."""

    label: Any
    permission: str
    find: Callable[[Actor, str, int], list[Hit]]
    all_at: str = ""


# Pages beside the main places, by what they are called.
_PAGES: tuple[tuple[str, Any, str], ...] = (
    ("accounts.own", _l("Your account"), SIGNED_IN),
    ("accounts.own_password", _l("Change your password"), SIGNED_IN),
    ("people.add", _l("Add a person"), "people.edit"),
    ("people.organisations", _l("Organisations"), "people.find"),
    ("people.groups", _l("Groups"), "settings.see"),
    ("directory.cards", _l("Print cards"), "directory.see"),
    ("directory.add", _l("Add a service"), "directory.edit"),
    ("workshops.add", _l("Plan a workshop"), "workshops.edit"),
    ("training.add_course", _l("Add a course"), "curriculum.edit"),
    ("certificates.rule", _l("Rule for certificates"), "certificates.rule"),
    ("certificates.signing_keys", _l("Keys of certificates"), "certificates.keys"),
    ("certificates.verify", _l("Check a certificate"), SIGNED_IN),
    ("accounts.invite", _l("Invite someone"), "accounts.manage"),
    ("accounts.trail", _l("Audit trail"), "audit.see"),
    ("accounts.access", _l("Review of access"), "access.review"),
    ("accounts.breaches", _l("Breach register"), "breaches.see"),
    ("accounts.lock_own", _l("Lock my account"), SIGNED_IN),
    ("desk.edit_programme", _l("Programme"), "settings.edit"),
)


def _people(actor: Actor, text: str, limit: int) -> list[Hit]:
    rows = find_people(actor, text, limit)
    keys = [row.public_id for row in rows]
    if not rows or Reach.NAMES in reaches(actor, "people.see"):
        open_pages = set(keys)
    else:
        open_pages = set(
            db.session.scalars(
                select(Person.public_id).where(
                    Person.public_id.in_(keys), within_reach(actor, "people.see")
                )
            )
        )
    return [
        Hit(
            row.chosen_name,
            url_for("people.person", public_id=row.public_id)
            if row.public_id in open_pages
            else "",
            row.group_name,
        )
        for row in rows
    ]


def _workshops(actor: Actor, text: str, limit: int) -> list[Hit]:
    return [
        Hit(
            row.title,
            url_for("workshops.workshop", public_id=row.public_id),
            short_date_text(row.starts_on),
        )
        for row in find_workshops(actor, text, limit)
    ]


def _courses(actor: Actor, text: str, limit: int) -> list[Hit]:
    return [
        Hit(name, url_for("training.course", public_id=public_id))
        for public_id, name in find_courses(actor, text, limit)
    ]


def _certificates(actor: Actor, text: str, _limit: int) -> list[Hit]:
    found = find_certificate(actor, text)
    if found is None:
        return []
    return [
        Hit(
            grouped(found.serial or ""),
            url_for("certificates.certificate", public_id=found.public_id),
            found.public_title,
        )
    ]


def _forums(actor: Actor, text: str, limit: int) -> list[Hit]:
    return [
        Hit(name, url_for("forums.forum", forum_id=public_id))
        for public_id, name in find_forums(actor, text, limit)
    ]


def _organisations(actor: Actor, text: str, limit: int) -> list[Hit]:
    may_edit = actor.may("people.edit")
    return [
        Hit(
            row.name,
            url_for("people.edit_organisation", public_id=row.public_id)
            if may_edit
            else url_for("people.organisations", kind=row.kind),
            " · ".join(filter(None, [str(words.KIND[row.kind]), row.place])),
        )
        for row in find_organisations(text, limit)
    ]


def _services(actor: Actor, text: str, limit: int) -> list[Hit]:
    return [
        Hit(
            row.name,
            url_for("directory.entry", public_id=row.public_id),
            " · ".join(filter(None, [str(directory_words.SERVICE_KIND[row.kind]), row.area])),
        )
        for row in service_choices(actor, text, limit=limit)
    ]


def _pages(actor: Actor, text: str, limit: int) -> list[Hit]:
    named = [(str(place["label"]), str(place["url"])) for place in navigation()]
    named += [
        (str(label), url_for(endpoint))
        for endpoint, label, permission in _PAGES
        if endpoint in current_app.view_functions and actor.may(permission)
    ]
    wanted = found_by(text).split()
    return [
        Hit(label, url) for label, url in named if all(word in found_by(label) for word in wanted)
    ][:limit]


KINDS: dict[str, _Kind] = {
    "people": _Kind(_l("People"), "people.find", _people, "people.search"),
    "certificates": _Kind(_l("Certificates"), "certificates.see", _certificates),
    "workshops": _Kind(_l("Workshops"), "workshops.see", _workshops),
    "courses": _Kind(_l("Curriculum"), "curriculum.see", _courses),
    "forums": _Kind(_l("Forums"), "forums.see", _forums),
    "organisations": _Kind(_l("Organisations"), "people.find", _organisations),
    "services": _Kind(_l("Services"), "directory.see", _services, "directory.search"),
    "pages": _Kind(_l("Pages"), SIGNED_IN, _pages),
}


def enough(text: str) -> bool:
    """True if there is enough to look for."""
    return len(found_by(text).replace(" ", "")) >= LEAST_LETTERS


def search(actor: Actor, text: str, only: str = "") -> list[Found]:
    """Findings of each kind, five at most, or a hundred of the one kind that is asked for."""
    text = " ".join(text.split())[:LONGEST]
    if not enough(text):
        return []
    found: list[Found] = []
    most = MANY if only in KINDS else FEW
    for name, kind in KINDS.items():
        if (only in KINDS and name != only) or not actor.may(kind.permission):
            continue
        hits = kind.find(actor, text, most + 1)
        if hits:
            found.append(Found(name, kind.label, hits[:most], len(hits) > most))
    return found


def all_of(kind: str) -> str:
    """Where all of one kind are found by posting the same words."""
    return url_for(KINDS[kind].all_at or "desk.find")
