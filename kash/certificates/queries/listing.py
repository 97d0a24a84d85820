"""The list of issued certificates, and finding one by its serial."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    false,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.orm import load_only

from kash.certificates.models import Certificate, CertificateBatch
from kash.certificates.queries.issuing import within_reach
from kash.certificates.rules.issuing import read_serial
from kash.certificates.rules.standing import EXPIRING_WITHIN, REPLACED, CertificateCondition
from kash.people.models import Group, Person
from kash.people.queries.one_group import group_counts
from kash.people.queries.persons import person_ids_within_reach
from kash.platform.database import db
from kash.policy import Actor, Reach
from kash.workshops.models import Workshop

# Asked of each certificate by the person's key: joined, PostgreSQL reads everybody here instead.
_GROUP = (
    select(Person.group_id)
    .where(Person.id == Certificate.person_id)
    .correlate(Certificate)
    .scalar_subquery()
)


def in_condition(condition: str, today: date) -> ColumnElement[bool]:
    """True if a certificate is in a condition, as `rules.condition_on` decides; for "" always.

    "valid" is all that holds, whether it runs out soon or not.
    """
    holds = Certificate.revoked_at.is_(None)
    replaced = Certificate.revoked_class == REPLACED
    over = Certificate.expires_on < today
    conditions: dict[str, ColumnElement[bool]] = {
        CertificateCondition.VALID: and_(holds, or_(Certificate.expires_on.is_(None), ~over)),
        CertificateCondition.EXPIRING: and_(
            holds, Certificate.expires_on.between(today, today + EXPIRING_WITHIN)
        ),
        CertificateCondition.EXPIRED: and_(holds, over),
        CertificateCondition.REVOKED: and_(~holds, ~replaced),
        CertificateCondition.REPLACED: and_(~holds, replaced),
    }
    return conditions.get(condition, true())


def certificates_select(
    actor: Actor, today: date, condition: str = "", found: str = "", letter: str = ""
) -> Select[Certificate]:
    """Issued certificates within reach, with what the list shows; `found` is a typed search. Of one
    group, if its letter is given."""
    statement = _issued(actor, today, condition, found)
    if letter:
        statement = statement.where(_of_group(letter))
    return statement.options(
        load_only(
            Certificate.public_id,
            Certificate.serial,
            Certificate.printed_name,
            Certificate.public_title,
            Certificate.issued_on,
            Certificate.expires_on,
            Certificate.revoked_at,
            Certificate.revoked_class,
        )
    )


def certificate_counts(
    actor: Actor, today: date, condition: str = "", found: str = ""
) -> dict[str, int]:
    """How many of these certificates each group has, by its letter; two queries at most. The list
    shows one group at a time, as every screen of printed names does. Without a search none are
    counted beyond MOST_COUNTED + 1."""
    if not found:
        every = _issued(actor, today, condition, "").with_only_columns(
            Certificate.id, maintain_column_froms=True
        )
        return group_counts(lambda group: every.where(literal(group) == _GROUP))
    # Each certificate and each person is looked at once: SQLite would else ask for each group.
    of_each = (
        _issued(actor, today, condition, found)
        .with_only_columns(_GROUP.label("of_group"), maintain_column_froms=True)
        .cte("of_each")
        .prefix_with("MATERIALIZED")
    )
    numbers = (
        select(of_each.c.of_group, func.count().label("number"))
        .group_by(of_each.c.of_group)
        .subquery()
    )
    counted = (
        select(Group.letter, numbers.c.number)
        .join(numbers, numbers.c.of_group == Group.id)
        .order_by(Group.letter)
    )
    return {letter: int(number) for letter, number in db.session.execute(counted)}


def _of_group(letter: str) -> ColumnElement[bool]:
    """True if a certificate is of somebody of this group."""
    return select(Group.id).where(Group.letter == letter).scalar_subquery() == _GROUP


def _issued(actor: Actor, today: date, condition: str, found: str) -> Select[Certificate]:
    """All columns, joined with batch and workshop.

    A search finds serials wholly typed, titles, and names in part (names only if posted: the view
    sees to it).
    """
    statement = (
        select(Certificate)
        .join(Certificate.batch)
        .join(CertificateBatch.workshop)
        .where(
            Certificate.serial.is_not(None),
            within_reach(actor, "certificates.see"),
            in_condition(condition, today),
        )
    )
    if found:
        serial = read_serial(found)
        statement = statement.where(
            or_(
                Certificate.serial == serial if serial else false(),
                Certificate.printed_name.icontains(found, autoescape=True),
                Certificate.public_title.icontains(found, autoescape=True),
                # Of each workshop once, not of each certificate.
                CertificateBatch.workshop_id.in_(
                    select(Workshop.id).where(Workshop.title.icontains(found, autoescape=True))
                ),
            )
        )
    return statement


def certificates_for_table(actor: Actor, today: date, condition: str, found: str) -> Select[Any]:
    """The same as rows for a table to take along, latest first. The name is empty where the
    person's facts are out of the actor's reach."""
    named: Any
    if actor.reach("people.see") is Reach.ALL:
        named = Certificate.printed_name
    else:
        within = Certificate.person_id.in_(person_ids_within_reach(actor))
        named = case((within, Certificate.printed_name), else_=literal(""))
    rows: Any = (
        _issued(actor, today, condition, found)
        .with_only_columns(
            Certificate.serial,
            named.label("name"),
            Certificate.public_title,
            Workshop.title.label("workshop"),
            Certificate.minutes,
            Certificate.issued_on,
            Certificate.expires_on,
            Certificate.revoked_at,
            Certificate.revoked_class,
            maintain_column_froms=True,
        )
        .order_by(Certificate.issued_on.desc(), Certificate.id.desc())
    )
    return rows


def find_certificate(actor: Actor, typed: str) -> Certificate | None:
    """The issued certificate within reach that has this serial; no query if it is no serial."""
    serial = read_serial(typed)
    if serial is None:
        return None
    return db.session.scalars(
        select(Certificate)
        .join(Certificate.batch)
        .where(Certificate.serial == serial, within_reach(actor, "certificates.see"))
    ).first()
