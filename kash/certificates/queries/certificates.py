"""History of certificates: those about to run out, and those before and after each. Reads of what
is published for those who check certificates: keys, titles, revocations. The list of issued
certificates, and finding one by its serial. Printings that were made before. Certificates that can
be renewed at a workshop, and what the others still lack for it. One whose track says how it is
renewed asks that; any other asks its holder to attend a workshop as if it were for a certificate of
there. What is decided with a reason asks nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session, aliased, contains_eager, load_only

from kash.certificates.models import (
    Certificate,
    CertificateBatch,
    Printing,
    PublishedTitle,
    SigningKey,
)
from kash.certificates.queries.issuing import Candidate, within_reach
from kash.certificates.rules import issuing as issuing_rules
from kash.certificates.tracks.models import Track, TrackEnrolment
from kash.certificates.tracks.queries.certifying import RenewalJudgement, renewals_judged
from kash.people.models import Group, Person
from kash.people.queries.persons import group_counts, person_ids_within_reach
from kash.platform.database import db
from kash.platform.web.formats import to_local
from kash.policy import Actor, Reach
from kash.training.models import CourseVersion
from kash.workshops.models import Workshop
from kash.workshops.queries.scope import is_run_by

_Later = aliased(Certificate)
_ItsBatch = aliased(CertificateBatch)


def has_successor() -> ColumnElement[bool]:
    """True if a renewal of a certificate was issued, or is on its way."""
    return exists().where(
        _Later.renews_id == Certificate.id,
        _Later.revoked_at.is_(None),
        or_(
            _Later.serial.is_not(None),
            _Later.batch_id.in_(select(_ItsBatch.id).where(_ItsBatch.state != "returned")),
        ),
    )


def expires_by(today: date, since: date | None = None) -> ColumnElement[bool]:
    """Issued, not revoked, not renewed, and over within 60 days; `since` when at the earliest."""
    return and_(
        Certificate.expires_on.between(since or today, today + issuing_rules.EXPIRING_WITHIN),
        Certificate.serial.is_not(None),
        Certificate.revoked_at.is_(None),
        ~has_successor(),
    )


def count_expiring(actor: Actor, today: date) -> int:
    """How many run out within 60 days, of those for which the actor has something to do."""
    counted = select(func.count(Certificate.id)).where(expires_by(today))
    if actor.may("certificates.approve"):
        return db.session.scalar(counted) or 0
    if actor.reach("certificates.propose") is Reach.OWN:
        counted = (
            counted.join(Certificate.batch)
            .join(Workshop, Workshop.id == CertificateBatch.workshop_id)
            .where(is_run_by(actor))
        )
        return db.session.scalar(counted) or 0
    return 0


def history_of(certificate: Certificate, actor: Actor) -> list[Certificate]:
    """All that are tied to a certificate by renewal or correction, latest first; itself among them.

    Only what is within the actor's reach; one query.
    """
    rows = db.session.scalars(
        select(Certificate)
        .join(Certificate.batch)
        .where(
            Certificate.person_id == certificate.person_id,
            Certificate.serial.is_not(None),
            within_reach(actor, "certificates.see"),
        )
        .order_by(Certificate.issued_on.desc(), Certificate.id.desc())
    ).all()
    return linked_certificates(certificate, rows)


def linked_certificates(start: Certificate, rows: Sequence[Certificate]) -> list[Certificate]:
    """Those of these rows that are tied to the first, in their order."""
    tied = {start.id}
    grew = True
    while grew:
        grew = False
        for linked in rows:
            ends = {
                end
                for end in (linked.id, linked.supersedes_id, linked.renews_id)
                if end is not None
            }
            if ends & tied and not ends <= tied:
                tied |= ends
                grew = True
    return [linked for linked in rows if linked.id in tied]


def signing_keys() -> Sequence[SigningKey]:
    """All keys that ever signed, newest first."""
    return db.session.scalars(select(SigningKey).order_by(SigningKey.id.desc())).all()


def current_key() -> SigningKey | None:
    """The key that signs now; none before the first was made."""
    return db.session.scalars(select(SigningKey).where(SigningKey.state == "current")).first()


def published_titles() -> dict[str, str]:
    """Titles of signed certificates by the id that codes hold."""
    rows = db.session.execute(
        select(PublishedTitle.title_id, PublishedTitle.title).order_by(PublishedTitle.title_id)
    )
    return {title.title_id: title.title for title in rows}


def badge_places() -> list[tuple[int, bool]]:
    """The places of all badges in their list, each with whether its certificate was revoked."""
    rows = db.session.execute(
        select(Certificate.badge_place, Certificate.revoked_at).where(
            Certificate.badge_place.is_not(None)
        )
    )
    return [(place, at is not None) for place, at in rows if place is not None]


def revoked_certificates() -> list[issuing_rules.Revoked]:
    """Every certificate that was revoked or replaced, in no order, as anybody is told of it."""
    rows = db.session.execute(
        select(Certificate.serial, Certificate.revoked_at, Certificate.revoked_class).where(
            Certificate.revoked_at.is_not(None), Certificate.serial.is_not(None)
        )
    )
    return [
        issuing_rules.Revoked(serial, to_local(at).date(), issuing_rules.public_class(reason))
        for serial, at, reason in rows
        if serial is not None and at is not None
    ]


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
    replaced = Certificate.revoked_class == issuing_rules.REPLACED
    over = Certificate.expires_on < today
    conditions: dict[str, ColumnElement[bool]] = {
        issuing_rules.CertificateCondition.VALID: and_(
            holds, or_(Certificate.expires_on.is_(None), ~over)
        ),
        issuing_rules.CertificateCondition.EXPIRING: and_(
            holds, Certificate.expires_on.between(today, today + issuing_rules.EXPIRING_WITHIN)
        ),
        issuing_rules.CertificateCondition.EXPIRED: and_(holds, over),
        issuing_rules.CertificateCondition.REVOKED: and_(~holds, ~replaced),
        issuing_rules.CertificateCondition.REPLACED: and_(~holds, replaced),
    }
    return conditions.get(condition, true())


def fits_typed(text: str) -> ColumnElement[bool] | None:
    """The condition that a certificate fits what was typed, None for nothing: serials wholly typed,
    titles, and names in part (names only if posted: the view sees to it). One query: what workshops
    are called is read once, and not each time that certificates are asked by this."""
    if not text:
        return None
    serial = issuing_rules.read_serial(text)
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
    """All columns; joined with their batches where these tell what is within reach, as counting a
    thousand would else take longer."""
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
    keys = [certificate.id for certificate in rows]
    named = set(db.session.scalars(select(Certificate.id).where(Certificate.id.in_(keys), within)))
    return [
        (certificate, certificate.printed_name if certificate.id in named else "")
        for certificate in rows
    ]


def find_certificate(actor: Actor, typed: str) -> Certificate | None:
    """The issued certificate within reach that has this serial; no query if it is no serial."""
    serial = issuing_rules.read_serial(typed)
    if serial is None:
        return None
    return db.session.scalars(
        select(Certificate)
        .join(Certificate.batch)
        .where(Certificate.serial == serial, within_reach(actor, "certificates.see"))
    ).first()


MOST_SHOWN = 50


def printed_before(
    session: Session, *, batch_id: int, kind: str = "", certificate_id: int | None = None
) -> bool:
    """True if staff made the same before: this kind of a whole batch, or paper that one certificate
    was part of."""
    whole = and_(Printing.batch_id == batch_id, Printing.certificate_id.is_(None))
    if certificate_id is None:
        printed = and_(whole, Printing.kind == kind)
    else:
        alone = and_(Printing.certificate_id == certificate_id, Printing.kind == "one_file")
        printed = or_(whole, alone)
    return session.scalar(select(Printing.id).where(printed).limit(1)) is not None


def printings_of(batch: CertificateBatch) -> Sequence[Printing]:
    """Printings of a batch or of one of its certificates, latest first."""
    return db.session.scalars(
        select(Printing)
        .where(Printing.batch_id == batch.id)
        .order_by(Printing.made_at.desc(), Printing.id.desc())
        .limit(MOST_SHOWN)
    ).all()


def printings_of_one(certificate: Certificate) -> Sequence[Printing]:
    """Printings of a certificate, alone or with its batch, latest first."""
    return db.session.scalars(
        select(Printing)
        .where(
            or_(
                Printing.certificate_id == certificate.id,
                and_(Printing.batch_id == certificate.batch_id, Printing.certificate_id.is_(None)),
            )
        )
        .order_by(Printing.made_at.desc(), Printing.id.desc())
        .limit(MOST_SHOWN)
    ).all()


@dataclass(frozen=True)
class RenewalsHere:
    """Renewals at a workshop: certificates that are ready to be renewed, those whose holders still
    lack something, and those of this workshop that can be renewed by decision; of each person the
    one that expires first. `judged` is by certificate (its key), where a track says what renews
    it."""

    ready: Sequence[Certificate]
    lacking: Sequence[Certificate]
    by_decision: Sequence[Certificate]
    judged: Mapping[int, RenewalJudgement]


def renewals_here(
    workshop: Workshop, people: Collection[Candidate], today: date, session: Session | None = None
) -> RenewalsHere:
    """Renewals at a workshop to which these people came: of certificates that were issued there,
    and of those that its people hold from elsewhere. Two queries, and what their tracks ask."""
    asking = session or db.session()
    attended = {person.person_id for person in people if _attended(person.missing)}
    rows = asking.scalars(
        select(Certificate)
        .join(Certificate.batch)
        .join(Certificate.person)
        .options(
            contains_eager(Certificate.person),
            contains_eager(Certificate.batch).joinedload(CertificateBatch.workshop),
        )
        .where(
            or_(
                CertificateBatch.workshop_id == workshop.id,
                Certificate.person_id.in_([person.person_id for person in people]),
            ),
            Certificate.expires_on.is_not(None),
            Certificate.serial.is_not(None),
            Certificate.revoked_at.is_(None),
            ~has_successor(),
        )
        .order_by(Certificate.expires_on, func.lower(Certificate.printed_name), Certificate.id)
    ).all()
    judged = judged_renewals(asking, rows, today)
    soon = today + issuing_rules.EXPIRING_WITHIN
    due = [
        certificate
        for certificate in rows
        if certificate.expires_on is not None and certificate.expires_on <= soon
    ]
    refreshed = {
        certificate.id
        for certificate in due
        if certificate.batch.workshop_id != workshop.id and certificate.person_id in attended
    }
    ready = [
        certificate
        for certificate in rows
        if _is_ready(certificate, judged.get(certificate.id), certificate.id in refreshed)
    ]
    others = [certificate for certificate in due if certificate not in ready]
    return RenewalsHere(
        _first_of_each(ready),
        _first_of_each(certificate for certificate in others if certificate.id in judged),
        _first_of_each(
            certificate for certificate in others if certificate.batch.workshop_id == workshop.id
        ),
        judged,
    )


def _is_ready(one: Certificate, judged: RenewalJudgement | None, refreshed: bool) -> bool:
    if judged is not None and judged.renews:
        return True
    # Earned by a track that says what renews it: a refresher alone does not.
    return refreshed and (judged is None or one.version_id is None)


def judged_renewals(
    session: Session, certificates: Iterable[Certificate], today: date
) -> dict[int, RenewalJudgement]:
    """How these certificates stand before what their tracks say of renewal, by their keys; the
    others are left out. One that was earned by the rule asks the track of its course, if its holder
    is on one."""
    running = {
        certificate.id: certificate
        for certificate in certificates
        if certificate.expires_on is not None
    }
    by_rule = [certificate.id for certificate in running.values() if certificate.version_id is None]
    versions = _on_tracks(session, by_rule) if by_rule else {}
    versions |= {
        certificate.id: certificate.version_id
        for certificate in running.values()
        if certificate.version_id is not None
    }
    by_tracks = {
        key: (running[key].person_id, version, running[key].expires_on or today)
        for key, version in versions.items()
    }
    return renewals_judged(session, by_tracks, today) if by_tracks else {}


def _on_tracks(session: Session, certificates: Collection[int]) -> dict[int, int]:
    """Versions of the tracks of their courses on which the holders of certificates are."""
    versions: dict[int, int] = {}
    for certificate, version in session.execute(
        select(Certificate.id, TrackEnrolment.version_id)
        .join(CertificateBatch, CertificateBatch.id == Certificate.batch_id)
        .join(Workshop, Workshop.id == CertificateBatch.workshop_id)
        .join(CourseVersion, CourseVersion.id == Workshop.version_id)
        .join(Track, Track.course_id == CourseVersion.course_id)
        .join(
            TrackEnrolment,
            (TrackEnrolment.track_id == Track.id)
            & (TrackEnrolment.person_id == Certificate.person_id),
        )
        .where(Certificate.id.in_(certificates), CertificateBatch.kind == "workshop")
        .order_by(Track.id.desc())
    ):
        versions[certificate] = version
    return versions


def _first_of_each(rows: Iterable[Certificate]) -> list[Certificate]:
    """Of each person the one that expires first: a batch takes one certificate for each."""
    first: dict[int, Certificate] = {}
    for certificate in rows:
        first.setdefault(certificate.person_id, certificate)
    return list(first.values())


def _attended(missing: tuple[issuing_rules.Missing, ...]) -> bool:
    """True if nothing is missing but what a renewal does not ask for: she may have one of here."""
    return all(
        requirement.requirement is issuing_rules.Requirement.NOT_YET for requirement in missing
    )
