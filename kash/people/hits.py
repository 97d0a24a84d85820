"""Finding people, organisations and services from every page."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from kash.people import directory_words, words
from kash.people.models import Person
from kash.people.queries.directory import service_choices
from kash.people.queries.organisations import find_organisations
from kash.people.queries.search import find_people
from kash.people.scope import reaches, within_reach
from kash.platform.database import db
from kash.platform.web.hits import Findable, Hit, NamedPage
from kash.policy import Actor, Reach


def _people(actor: Actor, text: str, limit: int) -> Sequence[Hit]:
    rows = find_people(actor, text, limit)
    keys = [row.public_id for row in rows]
    if not rows or Reach.NAMES in reaches(actor, "people.see"):
        open_pages = set(keys)
    else:
        open_pages = set(
            db.session.scalars(
                select(Person.public_id).where(
                    Person.public_id.in_(keys), within_reach(actor, "people.see", few=True)
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


def _organisations(actor: Actor, text: str, limit: int) -> Sequence[Hit]:
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


def _services(actor: Actor, text: str, limit: int) -> Sequence[Hit]:
    return [
        Hit(
            row.name,
            url_for("directory.entry", public_id=row.public_id),
            " · ".join(filter(None, [str(directory_words.SERVICE_KIND[row.kind]), row.area])),
        )
        for row in service_choices(actor, text, limit=limit)
    ]


FOUND = (
    Findable("people", _l("People"), "people.find", 10, _people, "people.search"),
    Findable("organisations", _l("Organisations"), "people.find", 60, _organisations),
    Findable("services", _l("Services"), "directory.see", 70, _services, "directory.search"),
    NamedPage("people.add", _l("Add a person"), "people.edit", 30),
    NamedPage("people.organisations", _l("Organisations"), "people.find", 40),
    NamedPage("people.groups", _l("Groups"), "settings.see", 50),
    NamedPage("directory.cards", _l("Print cards"), "directory.see", 60),
    NamedPage("directory.add", _l("Add a service"), "directory.edit", 70),
)
