"""Certificates on the page of a person."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import select

from kash.certificates.forms.history import CONDITION_NAMES
from kash.certificates.models import Certificate
from kash.certificates.queries.issuing import certificates_of_person
from kash.certificates.rules.issuing import grouped
from kash.people.models import Person
from kash.people.scope import within_reach
from kash.people.sections import SectionRow
from kash.platform.database import db
from kash.platform.web.formats import date_text, day_text, local_today
from kash.policy import Actor

_TONES = {"valid": "good", "expiring": "live", "expired": "warn", "revoked": "bad", "replaced": ""}


def person_rows(person_id: str, actor: Actor) -> list[SectionRow] | None:
    """The certificates of a person for her page, if the actor may see them."""
    if not actor.may("certificates.see"):
        return None
    today = local_today()
    rows = []
    for one in certificates_of_person(person_id, actor):
        condition = one.condition(today)
        rows.append(
            SectionRow(
                key=day_text(one.issued_on),
                key_small=str(one.issued_on.year) if one.issued_on else "",
                text=one.public_title,
                url=url_for("certificates.certificate", public_id=one.public_id),
                small=_small(one),
                tone=_TONES[condition],
                state=str(CONDITION_NAMES[condition]),
            )
        )
    if actor.may("certificates.print") and may_link(person_id, actor):
        rows.append(
            SectionRow(
                key="",
                text=_("One-time link to these, for somebody without an account"),
                url=url_for("certificates.holder_links", public_id=person_id),
            )
        )
    return rows


def _small(certificate: Certificate) -> str:
    parts = [grouped(certificate.serial or "")]
    if certificate.supersedes_id is not None:
        parts.append(_("corrected"))
    elif certificate.renews_id is not None:
        parts.append(_("renewal"))
    if certificate.expires_on is not None:
        parts.append(_("valid until %(day)s", day=date_text(certificate.expires_on)))
    return " · ".join(parts)


def may_link(person_id: str, actor: Actor) -> bool:
    """True if the actor may make a link for this person."""
    reached = select(Person.id).where(
        Person.public_id == person_id, within_reach(actor, "people.edit", few=True)
    )
    return db.session.scalar(reached) is not None
