"""Fixing all that will stand on approved certificates, and asking at issuing whether it still is
so. Preconditions of approving and issuing: the design leaves none of its fields empty, and all
that was proposed is still right. The way to a certificate: the rule, confirmed names, proposing,
and approving by another. Issuing a batch in parts: each is one transaction, so that a crash leaves
neither a double nor a gap. What fits into one part is issued at once; the worker goes on with the
rest."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date, datetime
from types import MappingProxyType

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from kash.attendance.queries.registers import closed_ahead
from kash.attendance.services.registers import check_registers_closed
from kash.certificates.documents import signing_lines
from kash.certificates.models import (
    APPROVAL,
    Certificate,
    CertificateBatch,
    CertificateRule,
    DesignVersion,
)
from kash.certificates.queries.certificates import judged_renewals
from kash.certificates.queries.designs import marks_at, version_in_use
from kash.certificates.queries.issuing import (
    Candidate,
    candidates,
    certifying_track_of,
    current_rule,
    how_far,
    state_of,
)
from kash.certificates.rules import issuing as issuing_rules
from kash.certificates.rules.designs import DesignContent, content_from
from kash.certificates.services.designs import sign
from kash.certificates.tracks.services.tracks import note_fulfilled, publish_share
from kash.people.models import Person
from kash.people.queries.persons import never_asked
from kash.platform.approvals.approval import SamePerson, WrongStep
from kash.platform.database import db
from kash.platform.jobs import JobCancelled, Progress, enqueue
from kash.platform.vault import audited, lookup
from kash.platform.web.errors import Problem
from kash.platform.web.formats import local_today
from kash.platform.web.programme import brand, paper_wording
from kash.policy import SYSTEM, Actor
from kash.training.services.courses import publish_also
from kash.workshops.models import Workshop
from kash.workshops.services.planning import held_workshop

PART_WORDS = {
    issuing_rules.PrintedPart.NAMES: _l("names, or whose they are"),
    issuing_rules.PrintedPart.TITLE: _l("the title"),
    issuing_rules.PrintedPart.DAYS: _l("the days of the workshop"),
    issuing_rules.PrintedPart.HOURS: _l("the hours"),
    issuing_rules.PrintedPart.VALIDITY: _l("how long they hold"),
    issuing_rules.PrintedPart.DESIGN: _l("the design, or the name of the programme"),
    issuing_rules.PrintedPart.SIGNATORIES: _l("who signs"),
}


def fix_approval(session: Session, batch: CertificateBatch) -> None:
    """Within approving, once it is known who approves: keep the digests of all that is printed."""
    batch.approved = {str(part): digest for part, digest in _digests(session, batch).items()}


def check_approval(session: Session, batch: CertificateBatch) -> None:
    """Raises Problem, which names the parts."""
    changed = issuing_rules.changed_parts(batch.approved or {}, _digests(session, batch))
    if changed:
        parts = ", ".join(str(PART_WORDS[part]) for part in changed)
        raise Problem(_("Since the approval this changed: %(parts)s.", parts=parts), status=409)


def _digests(session: Session, batch: CertificateBatch) -> dict[issuing_rules.PrintedPart, str]:
    return {
        part: lookup(text, kind=f"certificates.approved.{part}")
        for part, text in issuing_rules.written_parts(_printed(session, batch)).items()
    }


def _printed(session: Session, batch: CertificateBatch) -> issuing_rules.ApprovedBatch:
    version = batch.design_version
    content = content_from(version.content)
    language = batch.workshop.version.language
    lines = signing_lines(content, batch.workshop, batch.approved_by, language)
    design = [version.public_id, version.content, brand(), *_pictures(batch, content)]
    return issuing_rules.ApprovedBatch(
        papers=_papers(session, batch),
        months_valid=batch.rule.months_valid,
        design=json.dumps(design, sort_keys=True),
        signatories=[(line.name, line.role) for line in lines],
    )


def _pictures(batch: CertificateBatch, content: DesignContent) -> list[object]:
    """Pictures that are drawn and are no part of the version: the programme's logo by its key, and
    the marks of funders. Empty where neither is printed."""
    pictures: list[object] = []
    wording = paper_wording()
    if content.logo == "programme" and "certificates" in wording.logo_on and wording.logo:
        pictures.append(wording.logo)
    if content.marks:
        marks = marks_at(batch.workshop, None)[:4]
        pictures.extend([name, mark.public_id] for name, mark in marks)
    return pictures


def _papers(session: Session, batch: CertificateBatch) -> list[issuing_rules.Paper]:
    holders = {
        facts.id: facts.public_id
        for facts in session.execute(
            select(Certificate.id, Person.public_id)
            .join(Person, Person.id == Certificate.person_id)
            .where(Certificate.batch_id == batch.id)
        )
    }
    days = _days(session, batch)
    usual = (batch.workshop.starts_on, batch.workshop.ends_on)
    return [
        issuing_rules.Paper(
            key=certificate.public_id,
            holder=holders[certificate.id],
            name=certificate.printed_name,
            title=certificate.public_title,
            minutes=certificate.minutes,
            first_day=days.get(certificate.id, usual)[0],
            last_day=days.get(certificate.id, usual)[1],
            former=str(certificate.supersedes_id or certificate.renews_id or ""),
        )
        for certificate in batch.certificates
    ]


def _days(session: Session, batch: CertificateBatch) -> dict[int, tuple[date, date]]:
    """The days that renewals are about: those of the first one's workshop. A query for each time
    that one was renewed before."""
    days: dict[int, tuple[date, date]] = {}
    waiting = {
        certificate.id: certificate.renews_id
        for certificate in batch.certificates
        if certificate.renews_id is not None
    }
    former = aliased(Certificate)
    while waiting:
        rows = session.execute(
            select(former.id, former.renews_id, Workshop.starts_on, Workshop.ends_on)
            .join(CertificateBatch, CertificateBatch.id == former.batch_id)
            .join(Workshop, Workshop.id == CertificateBatch.workshop_id)
            .where(former.id.in_(set(waiting.values())))
        ).all()
        there = {days_of[0]: days_of for days_of in rows}
        further: dict[int, int] = {}
        for key, earlier in waiting.items():
            _id, renews, starts_on, ends_on = there[earlier]
            days[key] = (starts_on, ends_on)
            if renews is not None:
                further[key] = renews
        waiting = further
    return days


class NamesChanged(Problem):
    """A printed name changed between proposing and issuing."""

    status = 409
    what = _l("A printed name changed since this was proposed.")
    sentence = _l("A printed name changed since. Send it back and propose again.")


class NoLongerEligible(Problem):
    """Marks, or what else the track asks for, changed between proposing and issuing."""

    status = 409
    what = _l("What somebody in this batch did is no longer enough.")
    sentence = _l(
        "What somebody in this batch did is no longer enough. Send it back and propose again."
    )


class SessionAhead(Problem):
    """Nothing is certified of a session that has not begun."""

    status = 409
    what = _l("A session of this workshop has not begun, though its register is closed.")
    sentence = _l("A session of this workshop has not begun, though its register is closed.")


NOT_PUBLISHED = _l(
    "The course of this workshop is not published. It is proposed and published first."
)
NAME_WITHHELD = _l("The consent to a printed name was refused or withdrawn.")


class FormerRevoked(Problem):
    """The certificate that is to be corrected or renewed was revoked since."""

    status = 409
    what = _l("The earlier certificate was revoked or replaced since.")
    sentence = _l("The earlier certificate was revoked or replaced since. Send it back.")


def check_names(certificates: Iterable[Certificate]) -> None:
    """Each must be printed with the name that was proposed. Raises NamesChanged and Problem."""
    for certificate in certificates:
        if not certificate.person.prints_name:
            raise Problem(NAME_WITHHELD)
        if certificate.person.name_for_paper != certificate.printed_name:
            raise NamesChanged


def check_former(certificates: Iterable[Certificate]) -> None:
    """Refuse what corrects or renews a certificate that is revoked. Raises FormerRevoked."""
    for certificate in certificates:
        former = certificate.supersedes or certificate.renews
        if former is not None and former.revoked_at is not None:
            raise FormerRevoked


def check_still_eligible(session: Session, batch: CertificateBatch) -> None:
    """Names and marks of all that is not issued yet must be as they were proposed.

    A corrected certificate and a renewal stand on what was decided before: of them the name and
    the earlier certificate count, and of a renewal by a track what it asks.
    Raises the Problems above.
    """
    waiting = [certificate for certificate in batch.certificates if certificate.serial is None]
    check_design_complete(
        batch.design_version, batch.workshop, expires=run_out(waiting, batch.rule.months_valid)
    )
    if batch.kind != "workshop":
        check_names(waiting)
        check_former(waiting)
        if not batch.reason:
            _check_still_renewed(session, waiting)
        return
    if closed_ahead(batch.workshop.register_id, session):
        raise SessionAhead
    now: dict[int, Candidate] = {
        candidate.person_id: candidate
        for candidate in candidates(batch.workshop, session, excluding=batch)
    }
    for certificate in waiting:
        candidate = now.get(certificate.person_id)
        if candidate is not None and not candidate.name_may_be_printed:
            raise Problem(NAME_WITHHELD)
        if candidate is None or candidate.missing:
            raise NoLongerEligible
        if candidate.printed_name != certificate.printed_name:
            raise NamesChanged


def _check_still_renewed(session: Session, renewals: Iterable[Certificate]) -> None:
    """All that a track asks for a renewal must still be done. Raises NoLongerEligible."""
    renewed = [
        renewal.renews for renewal in renewals if renewal.renews and renewal.version_id is not None
    ]
    judged = judged_renewals(session, renewed, local_today())
    if any(judgement.done_on is None for judgement in judged.values()):
        raise NoLongerEligible


def check_design_complete(version: DesignVersion, workshop: Workshop, *, expires: bool) -> None:
    """Raises Problem, which names the fields. `expires`: whether certificates run out."""
    content = content_from(version.content)
    lacks = issuing_rules.left_empty(content, _filled(content, workshop, expires=expires))
    if lacks:
        names = ", ".join(lack.what for lack in lacks)
        raise Problem(
            _("The design would leave fields empty: %(names)s. Choose another one.", names=names)
        )


def _filled(content: DesignContent, workshop: Workshop, *, expires: bool) -> frozenset[str]:
    wording = paper_wording()
    programme_logo = bool(wording.logo) and "certificates" in wording.logo_on
    there = {
        "expires": expires,
        "hours": content.hours,
        "body_second": content.bilingual,
        "subheading": content.bilingual,
        "logo": programme_logo if content.logo == "programme" else bool(content.logo),
        "seal": bool(content.seal),
        "marks": content.marks and bool(marks_at(workshop, None)),
    }
    return frozenset(name for name, filled in there.items() if filled)


def run_out(certificates: Iterable[Certificate], months_valid: int | None) -> bool:
    """True if all of these run out, by the rule or as those that they correct."""
    return all(
        certificate.supersedes.expires_on is not None
        if certificate.supersedes is not None
        else months_valid is not None
        for certificate in certificates
    )


class NamesMoved(Problem):
    """A printed name is not what it was when it was decided to write another."""

    status = 409
    sentence = _l("Somebody else changed this meanwhile. Yours is not saved yet.")


UNKNOWN_ISSUING_CHOICE = _l("Choose one of the offered possibilities.")


FIRST_SHARE = 80


def first_rule(session: Session, now: datetime) -> None:
    """The rule that a new programme begins with. Part of the caller's transaction."""
    requires = publish_share(session, FIRST_SHARE, SYSTEM, now)
    session.add(
        CertificateRule(
            version=1,
            requires=requires,
            name_must_be_confirmed=True,
            created_by=SYSTEM.public_id,
            created_at=now,
        )
    )


def set_rule(
    least_share: int, *, name_must_be_confirmed: bool, by: Actor, months_valid: int | None = None
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
            candidate.person_public_id
            for candidate in candidates(workshop, change.session)
            if candidate.name_may_be_printed
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
    workshop: Workshop, design: str, by: Actor, *, unasked: issuing_rules.Unasked | None = None
) -> CertificateBatch:
    """Propose certificates for all who fulfil what they need, and have none yet. By a track that
    only this course asks for they are on it from then on, and have its badge.

    `design` is the public id of a design; the batch keeps the version of it that is in use now.
    `unasked` says what becomes of those that nobody asked whether their names may be printed;
    unless it is said, there may be none of them. Raises Problem.
    """
    with audited("certificates.proposed", by) as change:
        session = change.session
        version = version_in_use(design, session)
        if version is None:
            raise Problem(UNKNOWN_ISSUING_CHOICE, status=400)
        # One batch at a time: two people proposing at once must not both get the same names.
        locked = held_workshop(session, workshop.public_id)
        check_registers_closed(locked.register_id, session)
        rule = current_rule(session)
        eligible = [candidate for candidate in candidates(locked, session) if not candidate.missing]
        silent = never_asked(
            [candidate.person_id for candidate in eligible], "printed_name", session
        )
        if silent and unasked is None:
            raise Problem(
                _(
                    "People not yet asked whether their name may be printed: %(number)s. Choose "
                    "below.",
                    number=len(silent),
                ),
                status=409,
            )
        if unasked is issuing_rules.Unasked.LEAVE_OUT:
            eligible = [candidate for candidate in eligible if candidate.person_id not in silent]
        if rule is None or not eligible:
            raise Problem(_l("Nobody can be proposed now. The list says what each still needs."))
        check_design_complete(version, locked, expires=rule.months_valid is not None)
        batch: CertificateBatch = APPROVAL.propose(
            change, by, workshop_id=locked.id, rule_id=rule.id, design_version_id=version.id
        )
        earned = {
            candidate.person_id: candidate.judged.version
            for candidate in eligible
            if candidate.judged is not None
        }
        session.add_all(
            Certificate(
                batch_id=batch.id,
                person_id=candidate.person_id,
                version_id=_other_than(rule, earned[candidate.person_id]),
                printed_name=candidate.printed_name,
                public_title=locked.version.public_title,
                minutes=candidate.minutes,
            )
            for candidate in eligible
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
    session: Session, batch: CertificateBatch, step: issuing_rules.BatchStep, by: Actor
) -> CertificateBatch:
    """A batch inside a write transaction, locked, with which this step may be done now.

    Raises SamePerson, WrongStep.
    """
    locked: CertificateBatch = APPROVAL.locked(
        session, batch.public_id, selectinload(CertificateBatch.certificates)
    )
    steps = issuing_rules.allowed_steps(
        state_of(locked, session),
        proposed_by=locked.proposed_by,
        actor=by.public_id,
        issued=sum(certificate.serial is not None for certificate in locked.certificates),
    )
    if step in steps:
        return locked
    if locked.state == "proposed" and locked.proposed_by == by.public_id:
        raise SamePerson(APPROVAL.own)
    raise WrongStep


def approve(batch: CertificateBatch, by: Actor) -> None:
    """Approve a proposed batch; from then on all that will stand on its certificates is fixed. A
    course that waits to be published is published with it.

    Raises as `Approval.decides`, and WrongStep.
    """
    with audited("certificates.approved", by) as change:
        locked = locked_batch(change.session, batch, issuing_rules.BatchStep.APPROVE, by)
        course = locked.workshop.version
        if course.state != "published":
            if course.state != "proposed" or not by.may("curriculum.approve"):
                raise Problem(NOT_PUBLISHED)
            publish_also(change, course.public_id, by)
        APPROVAL.approve(change, locked, by)
        check_still_eligible(change.session, locked)
        fix_approval(change.session, locked)


def turn_back(
    batch: CertificateBatch, reason: str, by: Actor, *, as_organiser: bool = False
) -> None:
    """Turn a batch back that is not issued yet; its people can be proposed again, and the person
    who proposed them is told.

    `as_organiser` says that the actor runs the workshop, and so needs nobody's approval lent to
    her.
    """
    with audited("certificates.turned_back", by) as change:
        locked = locked_batch(change.session, batch, issuing_rules.BatchStep.RETURN, by)
        workshop = locked.workshop.public_id
        APPROVAL.turn_back(change, locked, reason, by, as_organiser=as_organiser, about=workshop)


PART = 100


class OthersIssue(WrongStep):
    """Somebody else is issuing the same batch."""

    sentence = _l("These are being issued already.")


class WentBack(Problem):
    """A batch is no longer what was approved, and so was turned back; nothing of it is issued."""

    status = 409

    def __init__(self, reason: str) -> None:
        super().__init__(_("Nothing was issued: propose it again. %(why)s", why=reason))


def issue(
    batch: CertificateBatch,
    today: date,
    by: Actor,
    *,
    title: str = "",
    back: str = "",
    at_once: int | None = None,
) -> str:
    """Issue an approved batch, or go on with one that was stopped; all get this day's date.

    The first part, or the first `at_once`, is issued here and now. Returns the public id of the
    job that goes on, or nothing where all is issued. Raises WentBack if anything is no longer what
    was approved, and OthersIssue and WrongStep; of a batch of which a part is issued already, the
    Problems of `preconditions` and `approval`.
    """
    _send_back(batch, by)
    with audited("certificates.issued", by) as change:
        session = change.session
        try:
            locked = locked_batch(session, batch, issuing_rules.BatchStep.ISSUE, by)
        except WrongStep:
            here = session.get_one(CertificateBatch, batch.id)
            raise (OthersIssue if here.state == "issuing" else WrongStep) from None
        check_still_eligible(session, locked)
        check_approval(session, locked)
        locked.state = "issuing"
        locked.issued_by = by.public_id
        locked.issued_at = change.now
        locked.issues_on = today
        change.about(locked.public_id)
        done, total = _issue_part(session, locked, change.now, at_once or PART)
        if done == total:
            return ""
        work = enqueue(
            session,
            "certificates.issue",
            owner=by.public_id,
            title=title,
            back=back,
            total=total,
            batch=locked.public_id,
        )
        locked.job = work.public_id
        return work.public_id


def _send_back(batch: CertificateBatch, by: Actor) -> None:
    """Turn a batch back of which nothing is issued yet, if it is no longer what was approved: so
    that nothing of it is, and the person who asked reads why. Raises WentBack."""
    with audited("certificates.went_back", by) as change:
        session = change.session
        try:
            locked = locked_batch(session, batch, issuing_rules.BatchStep.ISSUE, by)
        except WrongStep:
            # Issuing says what hinders it.
            change.nothing()
            return
        if how_far(locked, session)[0]:
            change.nothing()
            return
        try:
            check_approval(session, locked)
            check_still_eligible(session, locked)
        except Problem as problem:
            # What is wrong, without the advice to turn it back, as it just was.
            reason = str(getattr(problem, "what", problem))
            workshop = locked.workshop.public_id
            APPROVAL.turn_back(change, locked, reason, by, as_organiser=True, about=workshop)
        else:
            change.nothing()
            return
    raise WentBack(reason)


def _issue_part(
    session: Session, batch: CertificateBatch, now: datetime, most: int
) -> tuple[int, int]:
    """Give the next certificates their serials; how many of how many have one then."""
    part = session.scalars(
        select(Certificate)
        .where(Certificate.batch_id == batch.id, Certificate.serial.is_(None))
        .options(
            selectinload(Certificate.person),
            joinedload(Certificate.supersedes),
            joinedload(Certificate.renews),
        )
        .order_by(Certificate.id)
        .limit(most)
        .with_for_update(of=Certificate)
    ).all()
    corrected = [
        certificate.supersedes_id for certificate in part if certificate.supersedes_id is not None
    ]
    if corrected:
        session.scalars(
            select(Certificate).where(Certificate.id.in_(corrected)).with_for_update()
        ).all()
    check_names(part)
    check_former(part)
    for certificate in part:
        _give(certificate, batch, now)
    sign(session, part, now)
    session.flush()
    done, total = how_far(batch, session)
    batch.state = issuing_rules.state_after_part(done, total)
    return done, total


def _give(certificate: Certificate, batch: CertificateBatch, now: datetime) -> None:
    day = batch.issues_on
    if day is None:
        raise RuntimeError("a batch is issued on a day")
    certificate.serial = issuing_rules.new_serial(secrets.choice)
    certificate.issued_on = day
    corrected, renewed = certificate.supersedes, certificate.renews
    if corrected is not None:
        # The same right under another name: it holds as long as the one before.
        certificate.expires_on = corrected.expires_on
        corrected.revoked_at = now
        corrected.revoked_by = batch.issued_by
        corrected.revoked_class = issuing_rules.REPLACED
    else:
        follows = renewed.expires_on if renewed is not None else None
        certificate.expires_on = issuing_rules.last_day(
            day, batch.rule.months_valid, follows=follows
        )


def issue_part(public_id: str) -> tuple[int, int] | None:
    """Issue the next part of a batch: how many of how many are issued, or None if it was stopped.

    Raises NamesChanged, FormerRevoked and Problem: what is wrong then stays for somebody to see.
    """
    issuer = db.session.scalar(
        select(CertificateBatch.issued_by).where(CertificateBatch.public_id == public_id)
    )
    with audited("certificates.issued", Actor(issuer or "system")) as change:
        locked = change.session.scalars(
            select(CertificateBatch)
            .where(CertificateBatch.public_id == public_id)
            .with_for_update()
        ).one()
        if locked.state != "issuing":
            change.nothing()
            return how_far(locked, change.session) if locked.state == "issued" else None
        change.about(locked.public_id)
        return _issue_part(change.session, locked, change.now, PART)


def stop(batch: CertificateBatch, by: Actor) -> None:
    """Stop issuing after the part that is under way. Raises WrongStep."""
    with audited("certificates.issuing_stopped", by) as change:
        locked = locked_batch(change.session, batch, issuing_rules.BatchStep.STOP, by)
        locked.state = "stopped"
        change.about(locked.public_id)


def leave_out(batch: CertificateBatch, by: Actor) -> int:
    """Take what was not issued out of a stopped batch, so that it can be proposed again; how many.

    Raises WrongStep.
    """
    with audited("certificates.rest_left_out", by) as change:
        locked = locked_batch(change.session, batch, issuing_rules.BatchStep.LEAVE_OUT, by)
        left = change.session.execute(
            delete(Certificate)
            .where(Certificate.batch_id == locked.id, Certificate.serial.is_(None))
            .execution_options(synchronize_session=False)
        )
        locked.state = "issued"
        change.about(locked.public_id)
        return int(left.rowcount)  # type: ignore[attr-defined]


def go_on_issuing(progress: Progress, *, batch: str) -> None:
    """Issue what is left of a batch, part by part. A person who cancels it stops the batch."""
    batches = db.session.scalars(
        select(CertificateBatch).where(CertificateBatch.public_id == batch)
    ).one()
    issuer = Actor(batches.issued_by or "system")
    done, total = how_far(batches)
    db.session.rollback()
    while done < total:
        try:
            progress.report(done, total)
        except JobCancelled:
            with suppress(WrongStep):
                stop(batches, issuer)
            raise
        issued = issue_part(batch)
        if issued is None:
            raise JobCancelled
        done, total = issued
    progress.report(done, total)
