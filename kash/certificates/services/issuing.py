"""The way to a certificate: the rule, confirmed names, proposing, and approving by another."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from kash.attendance.services.closing import check_registers_closed
from kash.certificates.approval import APPROVAL
from kash.certificates.models import Certificate, CertificateBatch, CertificateRule
from kash.certificates.queries.designs import version_in_use
from kash.certificates.queries.issuing import candidates, certifying_track_of, current_rule
from kash.certificates.queries.issuing_in_parts import state_of
from kash.certificates.rules.issuing import Unasked
from kash.certificates.rules.steps import BatchStep, allowed_steps
from kash.certificates.services.approval import fix_approval
from kash.certificates.services.preconditions import check_design_complete, check_still_eligible
from kash.people.models import Person
from kash.people.queries.consents import never_asked
from kash.platform.approvals.errors import SamePerson, WrongStep
from kash.platform.vault import audited
from kash.platform.web.errors import Problem
from kash.policy import Actor
from kash.tracks.services.certifying import note_fulfilled, publish_share
from kash.workshops.models import Workshop
from kash.workshops.services.planning import held_workshop


class NothingToPropose(Problem):
    """Nobody in the workshop is eligible and without a certificate."""

    status = 409
    sentence = _l("Nobody can be proposed now. The list says what each person still needs.")


class NamesNotAsked(Problem):
    """Nobody asked some of these people whether their names may be printed."""

    status = 409

    def __init__(self, number: int) -> None:
        super().__init__(
            _(
                "People whom nobody asked whether their name may be printed: %(number)s. "
                "Say below what becomes of them.",
                number=number,
            )
        )


class NamesMoved(Problem):
    """A printed name is not what it was when it was decided to write another."""

    status = 409
    sentence = _l("Somebody else changed this meanwhile. Nothing of yours was saved yet.")


class UnknownIssuingChoice(Problem):
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
    """Store a new version of the rule, and of the track that all certificates need if the share is
    another. What was proposed keeps the version it was proposed under.

    Without `months_valid` certificates do not run out.
    """
    with audited("certificates.rule_set", by) as change:
        latest = current_rule(change.session)
        requires = publish_share(change.session, least_share, by, change.now)
        if (
            latest
            and latest.requires_id == requires.id
            and latest.name_must_be_confirmed == name_must_be_confirmed
            and latest.months_valid == months_valid
        ):
            change.nothing()
            return latest
        rule = CertificateRule(
            version=latest.version + 1 if latest else 1,
            requires=requires,
            name_must_be_confirmed=name_must_be_confirmed,
            months_valid=months_valid,
            created_by=by.public_id,
            created_at=change.now,
        )
        change.session.add(rule)
        change.session.flush()
        change.about(rule.public_id)
        return rule


def confirm_names(
    workshop: Workshop,
    names: Mapping[str, str],
    by: Actor,
    *,
    kept: Mapping[str, str] = MappingProxyType({}),
    standing: Mapping[str, tuple[str, bool]] = MappingProxyType({}),
) -> int:
    """Store the printed names that participants confirmed; keys are public ids of persons.

    `kept` are names that were typed and that nobody has read yet: they stand, unconfirmed. Only
    people of this workshop are touched. `standing` are names, and whether they are confirmed, as
    the caller found them: raises NamesMoved where one to be written stands otherwise by now.
    Returns how many names were confirmed.
    """
    with audited("certificates.names_confirmed", by) as change:
        present = {
            row.person_public_id
            for row in candidates(workshop, change.session)
            if row.name_may_be_printed
        }
        people = change.session.scalars(
            select(Person)
            .where(Person.public_id.in_((set(names) | set(kept)) & present))
            .order_by(Person.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).all()
        for person in people:
            stands = person.name_for_paper, person.printed_name_confirmed_at is not None
            if standing.get(person.public_id, stands) != stands:
                raise NamesMoved
            read = person.public_id in names
            person.printed_name = names[person.public_id] if read else kept[person.public_id]
            person.printed_name_confirmed_at = change.now if read else None
            person.changed_at = change.now
            change.about(person.public_id)
        if not people:
            change.nothing()
        return sum(person.public_id in names for person in people)


def propose(
    workshop: Workshop, design: str, by: Actor, *, unasked: Unasked | None = None
) -> CertificateBatch:
    """Propose certificates for all who fulfil what they need, and have none yet. By a track that
    only this course asks for they are on it from then on, and have its badge.

    `design` is the public id of a design; the batch keeps the version of it that is in use now.
    `unasked` says what becomes of those whom nobody asked whether their names may be printed;
    unless it is said, there may be none of them. Raises NamesNotAsked, RegistersOpen,
    NothingToPropose.
    """
    with audited("certificates.proposed", by) as change:
        session = change.session
        version = version_in_use(design, session)
        if version is None:
            raise UnknownIssuingChoice
        # One batch at a time: two people proposing at once must not both get the same names.
        locked = held_workshop(session, workshop.public_id)
        check_registers_closed(locked.register_id, session)
        rule = current_rule(session)
        eligible = [row for row in candidates(locked, session) if not row.missing]
        silent = never_asked([row.person_id for row in eligible], "printed_name", session)
        if silent and unasked is None:
            raise NamesNotAsked(len(silent))
        if unasked is Unasked.LEAVE_OUT:
            eligible = [row for row in eligible if row.person_id not in silent]
        if rule is None or not eligible:
            raise NothingToPropose
        check_design_complete(version, locked, expires=rule.months_valid is not None)
        batch: CertificateBatch = APPROVAL.propose(
            change,
            by,
            workshop_id=locked.id,
            rule_id=rule.id,
            design_version_id=version.id,
        )
        earned = {row.person_id: row.judged.version for row in eligible if row.judged is not None}
        session.add_all(
            Certificate(
                batch_id=batch.id,
                person_id=row.person_id,
                version_id=_other_than(rule, earned[row.person_id]),
                printed_name=row.printed_name,
                public_title=locked.version.public_title,
                minutes=row.minutes,
            )
            for row in eligible
        )
        track = certifying_track_of(locked, session)
        if track is not None and not track.standard:
            note_fulfilled(session, track, earned, by, change.now)
        change.about(locked.public_id)
        return batch


def _other_than(rule: CertificateRule, version: int) -> int | None:
    """A version of a track, unless it is what the rule requires anyway."""
    return version if version != rule.requires_id else None


def locked_batch(
    session: Session, batch: CertificateBatch, step: BatchStep, by: Actor
) -> CertificateBatch:
    """A batch inside a write transaction, locked, with which this step may be done now.

    Raises SamePerson, WrongStep.
    """
    locked: CertificateBatch = APPROVAL.locked(
        session, batch.public_id, selectinload(CertificateBatch.certificates)
    )
    steps = allowed_steps(
        state_of(locked, session),
        proposed_by=locked.proposed_by,
        actor=by.public_id,
        issued=sum(one.serial is not None for one in locked.certificates),
    )
    if step in steps:
        return locked
    if locked.state == "proposed" and locked.proposed_by == by.public_id:
        raise SamePerson(APPROVAL.own)
    raise WrongStep


def approve(batch: CertificateBatch, by: Actor) -> None:
    """Approve a proposed batch; from then on all that will stand on its certificates is fixed.

    Raises as `Approval.decides`, and WrongStep.
    """
    with audited("certificates.approved", by) as change:
        locked = locked_batch(change.session, batch, BatchStep.APPROVE, by)
        APPROVAL.approve(change, locked, by)
        check_still_eligible(change.session, locked)
        fix_approval(change.session, locked)


def turn_back(
    batch: CertificateBatch, reason: str, by: Actor, *, as_organiser: bool = False
) -> None:
    """Turn a batch back that is not issued yet; its people can be proposed again, and whoever
    proposed them is told.

    `as_organiser` says that the actor runs the workshop, and so needs nobody's approval lent
    to her.
    """
    with audited("certificates.turned_back", by) as change:
        locked = locked_batch(change.session, batch, BatchStep.RETURN, by)
        workshop = locked.workshop.public_id
        APPROVAL.turn_back(change, locked, reason, by, as_organiser=as_organiser, about=workshop)
