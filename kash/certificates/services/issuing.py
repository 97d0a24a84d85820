"""What is done with certificates: set the rule, confirm names, propose, approve, issue, revoke."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from kash.certificates.models import Certificate, CertificateBatch, CertificateRule
from kash.certificates.queries import Candidate, candidates, current_rule, open_registers
from kash.certificates.queries.designs import version_in_use
from kash.certificates.rules import (
    REVOCATION_CLASSES,
    Step,
    allowed_steps,
    last_day,
    new_serial,
)
from kash.certificates.services.signing import sign
from kash.jobs import enqueue
from kash.people.models import Person
from kash.policy import Actor
from kash.vault import audited
from kash.web.errors import Problem
from kash.workshops.models import Workshop


class NothingToPropose(Problem):
    """Nobody in the workshop is eligible and without a certificate."""

    status = 409
    sentence = _l("Nobody can be proposed now. The list says what each person still needs.")


class RegistersOpen(Problem):
    """Hours are only known once every register of the workshop is closed."""

    status = 409
    sentence = _l("Close every register of this workshop first, or remove sessions not held.")


class SamePerson(Problem):
    """Whoever proposed a batch may not approve it."""

    status = 403
    sentence = _l("You proposed these certificates, so another person must approve them.")


class StandsInForProposer(Problem):
    """Whoever proposed a batch may not have it approved in her name either."""

    status = 403
    sentence = _l("You stand in for whoever proposed these, so another person must approve them.")


class WrongStep(Problem):
    """The batch is in a state in which this can't be done, perhaps because somebody was faster."""

    status = 409
    sentence = _l(
        "This was already done, or turned back, by somebody. The page shows how it stands."
    )


class NamesChanged(Problem):
    """A printed name changed between proposing and issuing."""

    status = 409
    sentence = _l("A printed name changed since this was proposed. Turn it back and propose again.")


class NoLongerEligible(Problem):
    """Marks changed between proposing and issuing."""

    status = 409
    sentence = _l(
        "The attendance of somebody in this batch changed and no longer reaches the rule. "
        "Turn it back and propose again."
    )


class NameWithheld(Problem):
    """Somebody does not want her name on paper."""

    status = 409
    sentence = _l("The consent to a printed name was refused or withdrawn, so it is not printed.")


class AlreadyRevoked(Problem):
    """A certificate can be revoked once."""

    status = 409
    sentence = _l("This certificate is revoked already.")


class UnknownChoice(Problem):
    """A design or a class of reasons that doesn't exist."""

    status = 400
    sentence = _l("Choose one of the offered possibilities.")


def set_rule(
    least_share: int,
    *,
    name_must_be_confirmed: bool,
    by: Actor,
    months_valid: int | None = None,
) -> CertificateRule:
    """Store a new version of the rule. Batches keep the version they were proposed under.

    Without `months_valid` certificates do not run out.
    """
    with audited("certificates.rule_set", by) as change:
        latest = current_rule(change.session)
        if (
            latest
            and latest.least_share == least_share
            and latest.name_must_be_confirmed == name_must_be_confirmed
            and latest.months_valid == months_valid
        ):
            change.nothing()
            return latest
        rule = CertificateRule(
            version=latest.version + 1 if latest else 1,
            least_share=least_share,
            name_must_be_confirmed=name_must_be_confirmed,
            months_valid=months_valid,
            created_by=by.public_id,
            created_at=change.now,
        )
        change.session.add(rule)
        change.session.flush()
        change.about(rule.public_id)
        return rule


def confirm_names(workshop: Workshop, names: Mapping[str, str], by: Actor) -> int:
    """Store the printed names that participants confirmed; keys are public ids of persons.

    Only people of this workshop are touched. Returns how many names were confirmed.
    """
    with audited("certificates.names_confirmed", by) as change:
        present = {
            row.person_public_id
            for row in candidates(workshop, change.session)
            if row.name_may_be_printed
        }
        people = change.session.scalars(
            select(Person)
            .where(Person.public_id.in_(set(names) & present))
            .order_by(Person.id)
            .with_for_update()
        ).all()
        for person in people:
            person.printed_name = names[person.public_id]
            person.printed_name_confirmed_at = change.now
            person.changed_at = change.now
            change.about(person.public_id)
        if not people:
            change.nothing()
        return len(people)


def propose(workshop: Workshop, design: str, by: Actor) -> CertificateBatch:
    """Propose certificates for all who meet the rule and have none yet.

    `design` is the public id of a design; the batch keeps the version of it that is in use now.
    """
    with audited("certificates.proposed", by) as change:
        session = change.session
        version = version_in_use(design, session)
        if version is None:
            raise UnknownChoice
        # One batch at a time: two people proposing at once must not both get the same names.
        locked = session.scalars(
            select(Workshop).where(Workshop.id == workshop.id).with_for_update()
        ).one()
        if open_registers(locked, session):
            raise RegistersOpen
        rule = current_rule(session)
        eligible = [row for row in candidates(locked, session) if not row.missing]
        if rule is None or not eligible:
            raise NothingToPropose
        batch = CertificateBatch(
            workshop_id=locked.id,
            rule_id=rule.id,
            design_version_id=version.id,
            proposed_by=by.public_id,
            created_at=change.now,
        )
        session.add(batch)
        session.flush()
        session.add_all(
            Certificate(
                batch_id=batch.id,
                person_id=row.person_id,
                printed_name=row.printed_name,
                public_title=locked.version.public_title,
                minutes=row.minutes,
            )
            for row in eligible
        )
        change.about(batch.public_id, locked.public_id)
        return batch


def _batch_for(
    session: Session, batch: CertificateBatch, step: Step, by: Actor
) -> CertificateBatch:
    locked = session.scalars(
        select(CertificateBatch)
        .where(CertificateBatch.id == batch.id)
        .options(selectinload(CertificateBatch.certificates))
        .with_for_update()
    ).one()
    steps = allowed_steps(locked.state, proposed_by=locked.proposed_by, actor=by.public_id)
    if step in steps:
        return locked
    if locked.state == "proposed" and locked.proposed_by == by.public_id:
        raise SamePerson
    raise WrongStep


def approve(batch: CertificateBatch, by: Actor) -> None:
    """Approve a proposed batch.

    Raises SamePerson to whoever proposed it, StandsInForProposer, else WrongStep.
    """
    with audited("certificates.approved", by) as change:
        locked = _batch_for(change.session, batch, Step.APPROVE, by)
        absent = by.decides_for("certificates.approve", not_for=locked.proposed_by)
        if absent == "":
            raise StandsInForProposer
        _check_still_right(change.session, locked)
        locked.state = "approved"
        locked.approved_by = by.public_id
        locked.approved_for = absent
        change.about(locked.public_id, *([f"for:{absent}"] if absent else []))


def turn_back(batch: CertificateBatch, reason: str, by: Actor, *, acts: bool = False) -> None:
    """Turn a batch back that is not issued yet; its people can be proposed again.

    `acts` says that the actor runs the workshop, and so needs nobody's approval lent to her.
    """
    with audited("certificates.turned_back", by) as change:
        locked = _batch_for(change.session, batch, Step.RETURN, by)
        locked.state = "returned"
        locked.returned_reason = reason
        absent = None if acts else by.decides_for("certificates.approve")
        change.about(locked.public_id, *([f"for:{absent}"] if absent else []))


def _check_still_right(session: Session, batch: CertificateBatch) -> None:
    """Names and marks must be as they were proposed."""
    now: dict[int, Candidate] = {
        row.person_id: row for row in candidates(batch.workshop, session, but_for=batch)
    }
    for certificate in batch.certificates:
        row = now.get(certificate.person_id)
        if row is not None and not row.name_may_be_printed:
            raise NameWithheld
        if row is None or row.missing:
            raise NoLongerEligible
        if row.printed_name != certificate.printed_name:
            raise NamesChanged


def issue(batch: CertificateBatch, today: date, by: Actor) -> None:
    """Give every certificate of an approved batch its serial and date. All or nothing."""
    with audited("certificates.issued", by) as change:
        locked = _batch_for(change.session, batch, Step.ISSUE, by)
        _check_still_right(change.session, locked)
        for certificate in locked.certificates:
            certificate.serial = new_serial(secrets.choice)
            certificate.issued_on = today
            certificate.expires_on = last_day(today, locked.rule.months_valid)
        sign(change.session, locked.certificates, change.now)
        locked.state = "issued"
        locked.issued_by = by.public_id
        locked.issued_at = change.now
        change.about(locked.public_id)


def make_paper(batch: CertificateBatch, kind: str, title: str, by: Actor, *, back: str = "") -> str:
    """Have the worker make the print file or the zip of an issued batch; the job's public id.

    `back` is the path to which the job's page leads back.
    """
    if kind not in ("print_file", "zip_file"):
        raise UnknownChoice
    with audited("certificates.printed", by) as change:
        locked = _batch_for(change.session, batch, Step.PRINT, by)
        change.about(locked.public_id)
        asked = enqueue(
            change.session,
            f"certificates.{kind}",
            owner=by.public_id,
            title=title,
            back=back,
            total=len(locked.certificates),
            batch=locked.public_id,
        )
        return asked.public_id


def revoke(certificate: Certificate, reason_class: str, reason: str, by: Actor) -> None:
    """Revoke an issued certificate. It still verifies, as revoked, with date and class."""
    if reason_class not in REVOCATION_CLASSES:
        raise UnknownChoice
    with audited("certificates.revoked", by) as change:
        locked = change.session.scalars(
            select(Certificate).where(Certificate.id == certificate.id).with_for_update()
        ).one()
        if locked.serial is None:
            raise WrongStep
        if locked.revoked_at is not None:
            raise AlreadyRevoked
        locked.revoked_at = change.now
        locked.revoked_by = by.public_id
        locked.revoked_class = reason_class
        locked.revoked_reason = reason
        change.about(locked.public_id)
