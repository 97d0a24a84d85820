"""Confirmed names that are missing of those who came to workshops that are over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, exists, func, select

from kash.attendance.models import Mark, MarkStatus, RosterEntry, Slot
from kash.certificates.models import Certificate, CertificateBatch, CertificateRule
from kash.people.models import Group, Person
from kash.platform.web.missing import Lookout, MissingInformation, MissingLine
from kash.workshops.missing import answered_for
from kash.workshops.models import Workshop

# Nobody prints a certificate of what was longer ago.
_WITHIN = timedelta(days=365)


def _names(asked: Lookout) -> Select[Any] | None:
    """People who came to workshops that are over and whose printed name nobody confirmed, as far as
    a certificate needs it: who has one, or whose name must not be printed, lacks nothing here."""
    scope = answered_for(asked.actor, "certificates.see", "certificates.propose")
    if scope is None:
        return None
    mine, mends = scope
    # Both are asked of the person and not of her place on the register, so that SQLite looks first
    # whether her name is confirmed, as most are.
    came = exists().where(
        Slot.register_id == Workshop.register_id,
        Slot.starts_at <= asked.now,
        Mark.slot_id == Slot.id,
        Mark.person_id == Person.id,
        MarkStatus.code == Mark.status,
        MarkStatus.weight > 0,
    )
    newest = select(func.max(CertificateRule.version)).scalar_subquery()
    needed = (
        select(CertificateRule.name_must_be_confirmed)
        .where(CertificateRule.version == newest)
        .scalar_subquery()
    )
    has_one = exists().where(
        Certificate.person_id == Person.id,
        Certificate.revoked_at.is_(None),
        CertificateBatch.id == Certificate.batch_id,
        CertificateBatch.workshop_id == Workshop.id,
        Certificate.renews_id.is_(None),
        CertificateBatch.state != "returned",
    )
    of_group = [] if asked.group is None else [Person.group_id == asked.group.key]
    return (
        select(
            RosterEntry.id.label("key"),
            Person.sort_name.label("ordered"),
            mends.label("mends"),
            Workshop.created_by.label("asked"),
            Person.public_id.label("person"),
            Person.chosen_name,
            Group.letter,
            Workshop.public_id,
            Workshop.title,
            Workshop.ends_on,
        )
        .select_from(RosterEntry)
        .join(Workshop, Workshop.register_id == RosterEntry.register_id)
        .join(Person, Person.id == RosterEntry.person_id)
        .join(Group, Group.id == Person.group_id)
        .where(
            mine,
            *of_group,
            RosterEntry.removed_at.is_(None),
            Workshop.state == "planned",
            Workshop.ends_on < asked.day,
            Workshop.ends_on >= asked.day - _WITHIN,
            ~Person.minor,
            Person.printed_name_confirmed_at.is_(None),
            Person.prints_name,
            ~has_one,
            came,
            needed.is_(True),
        )
    )


def _line(row: Any) -> MissingLine:
    if row.mends:
        url = url_for(
            "certificates.names",
            public_id=row.public_id,
            group=row.letter,
            _anchor=f"name-{row.person}",
        )
    else:
        url = url_for("certificates.workshop", public_id=row.public_id, group=row.letter)
    return MissingLine(row.chosen_name, url, row.title, row.ends_on)


MISSING = (
    MissingInformation(
        "names",
        _l("Certificates"),
        _l("Confirmed name for a certificate"),
        _l("They came, and nothing can be proposed for them before their name is confirmed."),
        120,
        _names,
        _line,
        by_group=True,
    ),
)
