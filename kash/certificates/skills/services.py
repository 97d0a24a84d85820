"""Problems that stand in the way of what is done with skills. Granting a skill, ending it, and
deciding that somebody does not lead yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from kash.accounts.models import Account
from kash.certificates.models import SkillDeferral, TrainerSkill
from kash.certificates.skills.queries import certified_in, is_trainer, taught_by
from kash.certificates.skills.rules import Level, Proof, ProofFault, ProofKind, proof_fault
from kash.platform.vault import audited
from kash.platform.web.errors import Problem, get_or_404, one_or_404
from kash.platform.web.formats import to_local
from kash.policy import Actor, Role
from kash.training.models import Course

NO_TRAINER = _l("This account is no trainer's, or it is closed.")


_SENTENCES = {
    ProofFault.FEW: (
        "evidence",
        _l("Fewer than two workshops taught are on record. Choose another proof."),
    ),
    ProofFault.BY_WHOM: (
        "assessor",
        _l("Choose who assessed, or write below who it was from outside."),
    ),
    ProofFault.HERSELF: (
        "assessor",
        _l("Nobody assesses their own teaching. Choose somebody else."),
    ),
    ProofFault.WHEN: ("assessed_on", _l("Enter the day of the assessment.")),
    ProofFault.TO_COME: ("assessed_on", _l("This day is still to come.")),
    ProofFault.WHICH: (
        "note",
        _l("No certificate of this course is on record. Write which one, and of whom."),
    ),
}


@dataclass(frozen=True)
class SkillDetails:
    """A skill as entered: `course` and `assessor` by public id, an assessor outside the programme
    in the note."""

    course: str
    level: str
    since: date
    evidence: str
    assessor: str = ""
    assessed_on: date | None = None
    note: str = ""


def grant(trainer: str, details: SkillDetails, *, by: Actor) -> str:
    """Grant a skill to a trainer (public id); one that she has in the course ends with it. Returns
    its public id.

    Raises NotFound and Problem.
    """
    with audited("skills.granted", by) as change:
        session, today = change.session, to_local(change.now).date()
        account = _trainer(session, trainer, by)
        course = _course(session, details.course)
        if details.since > today:
            raise Problem(_l("This day is still to come."), field="since")
        present = _present(session, account, course)
        if present is not None and (present.level, present.since) == (details.level, details.since):
            raise Problem(
                _l("Noted already. Choose another level, or end it first."), field="level"
            )
        skill = _proven(session, account, course, details, today)
        if present is not None:
            _end(present, today, "replaced", by.public_id)
            # The index holds one present skill, so that the last one has to go first.
            session.flush()
        skill.granted_by, skill.granted_at = by.public_id, change.now
        session.add(skill)
        session.flush()
        change.about(skill.public_id, account.public_id, course.public_id)
        return skill.public_id


def end_skill(trainer: str, skill: str, because: str, *, by: Actor) -> None:
    """End a skill with a reason. Raises NotFound and Problem."""
    with audited("skills.ended", by) as change:
        account = _locked(change.session, trainer, by)
        present = get_or_404(
            change.session, TrainerSkill, skill, TrainerSkill.account_id == account.id
        )
        if present.ended_on is not None:
            raise Problem(_l("This was ended already."))
        _end(present, to_local(change.now).date(), "ended", by.public_id, because)
        change.about(present.public_id, account.public_id)


def defer(trainer: str, course: str, because: str, *, by: Actor) -> None:
    """Decide that a trainer does not lead a course yet: it is asked again once she has taught it as
    often again. Raises NotFound and Problem."""
    with audited("skills.deferred", by) as change:
        account = _trainer(change.session, trainer, by)
        of_course = _course(change.session, course)
        change.session.add(
            SkillDeferral(
                account_id=account.id,
                course_id=of_course.id,
                deferred_on=to_local(change.now).date(),
                because=because,
                deferred_by=by.public_id,
            )
        )
        change.about(account.public_id, of_course.public_id)


def end_with_role(session: Session, public_id: str, roles: frozenset[Role], now: datetime) -> None:
    """End all skills of an account that is no trainer's any more; they stay in its history. Of a
    closed account they stay as they are, and nobody is told to ask it for anything."""
    if Role.TRAINER in roles:
        return
    rows = session.scalars(
        select(TrainerSkill)
        .join(TrainerSkill.account)
        .where(Account.public_id == public_id, TrainerSkill.ended_on.is_(None))
    )
    for skill in rows:
        _end(skill, to_local(now).date(), "left")


def _locked(session: Session, trainer: str, by: Actor) -> Account:
    account = one_or_404(
        session.scalar(
            select(Account).where(Account.public_id == trainer).with_for_update(of=Account)
        )
    )
    if account.public_id == by.public_id:
        raise Problem(_l("This is about yourself: somebody else must do it."), status=403)
    return account


def _trainer(session: Session, trainer: str, by: Actor) -> Account:
    account = _locked(session, trainer, by)
    if not session.scalar(select(exists().where(Account.id == account.id, is_trainer()))):
        raise Problem(NO_TRAINER)
    return account


def _course(session: Session, public_id: str) -> Course:
    course = session.scalar(select(Course).where(Course.public_id == public_id))
    if course is None:
        raise Problem(_l("Choose a course from the list."), field="course")
    return course


def _present(session: Session, account: Account, course: Course) -> TrainerSkill | None:
    return session.scalar(
        select(TrainerSkill).where(
            TrainerSkill.account_id == account.id,
            TrainerSkill.course_id == course.id,
            TrainerSkill.ended_on.is_(None),
        )
    )


def _proven(
    session: Session, account: Account, course: Course, details: SkillDetails, today: date
) -> TrainerSkill:
    """A skill with its proof, not yet granted. Raises Problem."""
    evidence = ProofKind(details.evidence)
    assessed = evidence is ProofKind.ASSESSED
    workshops = taught_by(account.id, today, course_id=course.id, session=session)
    proof = Proof(
        evidence,
        taught=len(workshops),
        certified=course.public_id in certified_in(account.person_id, today, session),
        assessor=details.assessor if assessed else "",
        assessed_on=details.assessed_on if assessed else None,
        note=details.note,
    )
    fault = proof_fault(proof, account.public_id, today)
    if fault is not None:
        field, sentence = _SENTENCES[fault]
        raise Problem(sentence, field=field)
    if proof.assessor and not session.scalar(
        select(exists().where(Account.public_id == proof.assessor))
    ):
        raise Problem(_l("Choose somebody from the list."), field="assessor")
    return TrainerSkill(
        account_id=account.id,
        course_id=course.id,
        level=str(Level(details.level)),
        since=details.since,
        evidence=str(evidence),
        workshops=[workshop.public_id for workshop in workshops]
        if evidence is ProofKind.TAUGHT
        else [],
        assessed_by=proof.assessor,
        assessed_on=proof.assessed_on,
        note=details.note,
    )


def _end(skill: TrainerSkill, today: date, how: str, by: str = "", because: str = "") -> None:
    skill.ended_on, skill.ended_how = today, how
    skill.ended_by, skill.ended_because = by, because
