"""What this room adds to the pages of rooms below it."""

from __future__ import annotations

from flask import Flask, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.certificates import queries
from kash.certificates.rules import grouped
from kash.people.sections import SectionRow, register_section
from kash.policy import Actor
from kash.web.formats import day_text
from kash.workshops.tabs import register_tab


def person_rows(person_id: str, actor: Actor) -> list[SectionRow] | None:
    """The certificates of a person for her page, if the actor may see them."""
    if not actor.may("certificates.see"):
        return None
    return [
        SectionRow(
            key=day_text(one.issued_on),
            key_small=str(one.issued_on.year) if one.issued_on else "",
            text=one.public_title,
            url=url_for("certificates.certificate", public_id=one.public_id),
            small=grouped(one.serial or ""),
            tone="bad" if one.revoked_at else "good",
            state=_("Revoked") if one.revoked_at else _("Valid"),
        )
        for one in queries.certificates_of_person(person_id, actor)
    ]


def join_other_rooms(app: Flask) -> None:
    """Put the room's tab on workshops and its part on people's pages."""
    register_tab(app, _l("Certificates"), "certificates.workshop", "certificates.see", 50)
    register_section(_l("Certificates"), person_rows)
