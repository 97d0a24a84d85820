"""The list of issued certificates, and finding one by its serial."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    false,
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

# Of more certificates of a group than these it is only told that there are more, as it is asked of
# each whose it is.
MOST_COUNTED = 250
# Of more certificates that a search finds than these it is only told that there are more.
MOST_FOUND = 25
# So many batches are named one by one; among more, certificates are looked for as in a list.
_MOST_BATCHES = 500

# Asked of each certificate by the person's key: joined, PostgreSQL reads everybody here instead.
_GROUP = (
    select(Person.group_id)
    .where(Person.id == Certificate.person_id)
    .correlate(Certificate)
    .scalar_subquery()
)

_WORKSHOP = (
    select(Workshop.title)
    .join(CertificateBatch, CertificateBatch.workshop_id == Workshop.id)
    .where(CertificateBatch.id == Certificate.batch_id)
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


def fits_typed(text: str) -> ColumnElement[bool] | None:
    """The condition that a certificate fits what was typed, None for nothing: serials wholly typed,
    titles, and names in part (names only if posted: the view sees to it). One query: what workshops
    are called is read once, and not each time that certificates are asked by this."""
    if not text:
        return None
    serial = read_serial(text)
    of_workshops = (
        select(CertificateBatch.id)
        .join(CertificateBatch.workshop)
        .where(Workshop.title.icontains(text, autoescape=True))
    )
    batches = db.session.scalars(of_workshops.limit(_MOST_BATCHES + 1)).all()
    return or_(
        Certificate.serial == serial if serial else false(),
        Certificate.printed_name.icontains(text, autoescape=True),
        Certificate.public_title.icontains(text, autoescape=True),
        Certificate.batch_id.in_(batches if len(batches) <= _MOST_BATCHES else of_workshops)
        if batches
        else false(),
    )


def few_found(
    actor: Actor, today: date, condition: str, fits: ColumnElement[bool]
) -> list[int] | None:
    """The ids of all certificates that fit a typed search; None if they are more than MOST_FOUND.

    To the first of many the database comes soon, in whatever order; for a few it looks at all
    certificates, which is then done once, and not for each group and for the list as well.
    """
    newest = _issued(actor, today, condition, fits).with_only_columns(
        Certificate.id, maintain_column_froms=True
    )
    newest = newest.order_by(Certificate.issued_on.desc(), Certificate.id.desc())
    ids = list(db.session.scalars(newest.limit(MOST_FOUND + 1)))
    return ids if len(ids) <= MOST_FOUND else None


def certificates_select(
    actor: Actor,
    today: date,
    condition: str = "",
    fits: ColumnElement[bool] | None = None,
    letter: str = "",
    *,
    few: Collection[int] | None = None,
) -> Select[Certificate]:
    """Issued certificates within reach, with what the list shows; `fits` says which are searched
    for. Of one group, if its letter is given. `few` are the ids of those that fit, if they are
    known."""
    statement = _listed(actor, today, condition, fits, few)
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
    actor: Actor,
    today: date,
    condition: str = "",
    fits: ColumnElement[bool] | None = None,
    *,
    few: Collection[int] | None = None,
    most: int = MOST_COUNTED,
) -> dict[str, int]:
    """How many of these certificates each group has, by its letter, none counted beyond `most` + 1;
    two queries. The list shows one group at a time, as every screen of printed names does."""
    every = _listed(actor, today, condition, fits, few).with_only_columns(
        Certificate.id, maintain_column_froms=True
    )
    return group_counts(lambda group: every.where(literal(group) == _GROUP), most)


def _listed(
    actor: Actor,
    today: date,
    condition: str,
    fits: ColumnElement[bool] | None,
    few: Collection[int] | None,
) -> Select[Certificate]:
    if few is None:
        return _issued(actor, today, condition, fits)
    return select(Certificate).where(Certificate.id.in_(few))


def _of_group(letter: str) -> ColumnElement[bool]:
    """True if a certificate is of somebody of this group."""
    return select(Group.id).where(Group.letter == letter).scalar_subquery() == _GROUP


def _issued(
    actor: Actor, today: date, condition: str, fits: ColumnElement[bool] | None
) -> Select[Certificate]:
    """All columns; joined with their batches for whom these tell what is within reach, as counting
    a thousand would else take longer."""
    statement = select(Certificate).where(
        Certificate.serial.is_not(None), in_condition(condition, today)
    )
    if actor.reach("certificates.see") is not Reach.ALL:
        statement = statement.join(Certificate.batch)
        statement = statement.where(within_reach(actor, "certificates.see"))
    return statement if fits is None else statement.where(fits)


def certificates_for_table(
    actor: Actor, today: date, condition: str, fits: ColumnElement[bool] | None
) -> Select[Any]:
    """The same as rows for a table to take along, latest first. The name is empty where the
    person's facts are out of the actor's reach."""
    named: Any
    if actor.reach("people.see") is Reach.ALL:
        named = Certificate.printed_name
    else:
        within = Certificate.person_id.in_(person_ids_within_reach(actor))
        named = case((within, Certificate.printed_name), else_=literal(""))
    rows: Any = (
        _issued(actor, today, condition, fits)
        .with_only_columns(
            Certificate.serial,
            named.label("name"),
            Certificate.public_title,
            _WORKSHOP.label("workshop"),
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


def names_to_take(actor: Actor, rows: Sequence[Certificate]) -> list[tuple[Certificate, str]]:
    """Certificates with their printed names for a table to take along, as in
    `certificates_for_table`."""
    whole = actor.reach("people.see") is Reach.ALL
    within = true() if whole else Certificate.person_id.in_(person_ids_within_reach(actor))
    keys = [one.id for one in rows]
    named = set(db.session.scalars(select(Certificate.id).where(Certificate.id.in_(keys), within)))
    return [(one, one.printed_name if one.id in named else "") for one in rows]


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
