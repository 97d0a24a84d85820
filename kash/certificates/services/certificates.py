"""One-time links by which holders without an account see their own certificates for a short while.
A link is spent by its button, never by being looked at: messengers open every link to show a
picture of the page. Its secret and that of the visit are kept as hashes. Making paper, each time
with an entry in the log of what was printed. Reminders before certificates run out: to the person
who runs the workshop, and to holders with an account who may be contacted. A mail says no more than
that something is due. Renewals: after a refresher, or by decision. The earlier certificate keeps
its days and stays in the history of the new one. Taking a certificate back. A corrected
certificate: proposed with the right name, approved by another person, and issued in place of the
one before, which then counts as replaced."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session, joinedload

from kash.accounts.errors import LinkSpent
from kash.accounts.models import Account
from kash.accounts.queries import accounts as accounts_queries
from kash.accounts.queries.accounts import email_of
from kash.accounts.rules import is_address
from kash.accounts.services.marks import new_token, token_hash
from kash.attendance.services.registers import check_registers_closed
from kash.certificates.models import APPROVAL, Certificate, CertificateBatch, HolderLink, Printing
from kash.certificates.queries.certificates import (
    expires_by,
    has_successor,
    printed_before,
    renewals_here,
)
from kash.certificates.queries.issuing import candidates, current_rule
from kash.certificates.rules.designs import REPRINT_REASONS
from kash.certificates.rules.issuing import REVOCATION_CLASSES, BatchStep, reminder_due
from kash.certificates.services.issuing import NAME_WITHHELD, UNKNOWN_ISSUING_CHOICE, locked_batch
from kash.certificates.tracks.queries.certifying import RenewalJudgement
from kash.people.models import Person
from kash.people.notices.models import MessageKind, OfferedField
from kash.people.notices.queries import ways_to
from kash.people.notices.rules import SayingResult
from kash.people.notices.services import Saying
from kash.people.queries.persons import consent_holds
from kash.platform.approvals.approval import WrongStep
from kash.platform.database import db, new_public_id, utc_now, writing
from kash.platform.jobs import Progress, enqueue
from kash.platform.messages import mail_is_set_up, send_mail
from kash.platform.messages.rules import Channel
from kash.platform.vault import ActorLike, audited
from kash.platform.web.errors import Problem, get_or_404
from kash.platform.web.formats import local_today, to_local
from kash.platform.web.programme import brand, programme_languages
from kash.platform.web.public_address import public_address
from kash.policy import NOBODY, Actor
from kash.workshops.models import Facilitator, Workshop
from kash.workshops.services.planning import held_workshop
from kash.workshops.services.seats import say_all

LINK_LASTS = timedelta(days=7)
VISIT_LASTS = timedelta(minutes=30)


def make_link(person: Person, by: Actor) -> str:
    """Make a link for a person; returns its secret, which is kept nowhere.

    A link of hers that nobody used stops working.
    """
    with audited("certificates.holder_link_made", by) as change:
        link, token = _new_link(change.session, person, by, change.now)
        change.about(link.public_id, person.public_id)
    return token


def _new_link(session: Session, person: Person, by: Actor, now: datetime) -> tuple[HolderLink, str]:
    session.execute(
        update(HolderLink)
        .where(
            HolderLink.person_id == person.id,
            HolderLink.used_at.is_(None),
            HolderLink.ended_at.is_(None),
        )
        .values(ended_at=now)
    )
    token = new_token()
    link = HolderLink(
        public_id=new_public_id(),
        person_id=person.id,
        token_hash=token_hash(token),
        made_by=by.public_id,
        made_at=now,
        expires_at=now + LINK_LASTS,
    )
    session.add(link)
    return link, token


LINK = "certificates.link"
LINK_MESSAGE = MessageKind(
    LINK,
    _l("A link to certificates"),
    _l("When somebody sends the links of a batch."),
    (
        OfferedField(
            "link",
            _l("One-time link"),
            lambda: len(link_address("x" * 43)),
            "https://kash.example.org/holder/4fz0q",
            whole=True,
        ),
    ),
    sms=_l("Your paper is ready: {link} The link works once, for 7 days."),
    subject=_l("Your paper is ready"),
    mail=_l("Your paper is ready:\n{link}\n\nThe link works once, for 7 days."),
)


def link_address(token: str) -> str:
    """The address behind which the holder of a token sees her certificates."""
    return f"{public_address()}/holder/{token}"


def holders_to_tell(
    session: Session, batch: CertificateBatch, now: datetime
) -> tuple[dict[Person, Channel | SayingResult], int]:
    """Holders of what still holds of a batch with how each is told, or why she can't be; and how
    many others got a link within a day that they did not use yet."""
    sent = exists().where(
        HolderLink.person_id == Person.id,
        HolderLink.made_at > now - timedelta(days=1),
        HolderLink.used_at.is_(None),
        HolderLink.ended_at.is_(None),
    )
    rows = session.execute(
        select(Person, sent)
        .join(Certificate, Certificate.person_id == Person.id)
        .where(
            Certificate.batch_id == batch.id,
            Certificate.serial.is_not(None),
            Certificate.revoked_at.is_(None),
        )
        .options(joinedload(Person.group))
        .order_by(Person.sort_name, Person.id)
    ).all()
    ways = ways_to(session, [person.id for person, _sent in rows])
    waiting = [person for person, had in rows if not had]
    return {person: ways[person.id] for person in waiting}, len(rows) - len(waiting)


def send_links(batch: CertificateBatch, by: Actor) -> int:
    """Send each holder of a batch who agreed to messages a one-time link; to how many."""
    with audited("certificates.links_sent", by) as change:
        session = change.session
        locked = locked_batch(session, batch, BatchStep.PRINT, by)
        sayings = [
            Saying(
                person.id, link.public_id, {"link": link_address(token)}, not_after=link.expires_at
            )
            for person, way in holders_to_tell(session, locked, change.now)[0].items()
            if isinstance(way, Channel)
            for link, token in [_new_link(session, person, by, change.now)]
        ]
        if not sayings:
            change.nothing()
        say_all(session, LINK, sayings, change.now)
        change.about(locked.public_id)
        return len(sayings)


def end_link(person: Person, public_id: str, by: Actor) -> None:
    """End a link and the visit that it began. Raises NotFound."""
    with audited("certificates.holder_link_ended", by) as change:
        link = get_or_404(
            change.session, HolderLink, public_id, HolderLink.person_id == person.id, lock=True
        )
        if link.ended_at is not None:
            change.nothing()
            return
        link.ended_at = change.now
        change.about(public_id)


def use_link(token: str) -> str:
    """Spend a link; returns the secret of the visit that begins. Raises LinkSpent."""
    visit = new_token()
    with audited("certificates.holder_link_used", NOBODY) as change:
        link = change.session.scalar(
            select(HolderLink).where(HolderLink.token_hash == token_hash(token)).with_for_update()
        )
        if link is None or link.used_at or link.ended_at or link.expires_at <= change.now:
            raise LinkSpent
        link.used_at = change.now
        link.visit_hash = token_hash(visit)
        link.visit_ends_at = change.now + VISIT_LASTS
        change.about(link.public_id)
    return visit


def end_visit(visit: str) -> None:
    """End a visit from the holder's side; nothing if there is none."""
    with audited("certificates.holder_visit_ended", NOBODY) as change:
        link = change.session.scalar(
            select(HolderLink)
            .where(HolderLink.visit_hash == token_hash(visit), HolderLink.ended_at.is_(None))
            .with_for_update()
        )
        if link is None:
            change.nothing()
            return
        link.ended_at = change.now
        change.about(link.public_id)


def end_links_made_by(session: Session, account_id: int, now: datetime) -> None:
    """The step that ends what an account made, when its access ends: the person who had it may have
    kept one of these links."""
    public_id = session.scalar(select(Account.public_id).where(Account.id == account_id))
    session.execute(
        update(HolderLink)
        .where(HolderLink.made_by == public_id, HolderLink.ended_at.is_(None))
        .values(ended_at=now)
    )


BATCH_KINDS = ("print_file", "zip_file", "cards")


def make_paper(
    batch: CertificateBatch, kind: str, title: str, by: Actor, *, reason: str = "", back: str = ""
) -> str:
    """Have the worker make paper of what is issued, `kind` is which; the job's public id.

    `reason`, a class, is needed where the same was made before. `back` is the path to which the
    job's page leads back. Raises ReasonNeeded, WrongStep and Problem.
    """
    if kind not in BATCH_KINDS:
        raise Problem(UNKNOWN_ISSUING_CHOICE, status=400)
    with audited("certificates.printed", by) as change:
        session = change.session
        locked = locked_batch(session, batch, BatchStep.PRINT, by)
        holding = [
            certificate
            for certificate in locked.certificates
            if certificate.serial is not None and certificate.revoked_at is None
        ]
        if not holding:
            raise Problem(_l("Nothing of this batch still holds."))
        before = printed_before(session, batch_id=locked.id, kind=kind)
        session.add(
            Printing(
                batch_id=locked.id,
                kind=kind,
                count=len(holding),
                reason=_reason(reason, before=before),
                made_by=by.public_id,
                made_at=change.now,
            )
        )
        change.about(locked.public_id)
        work = enqueue(
            session,
            f"certificates.{kind}",
            owner=by.public_id,
            title=title,
            back=back,
            total=len(holding),
            batch=locked.public_id,
        )
        return work.public_id


def note_single(certificate: Certificate, by: ActorLike, *, reason: str = "", own: bool) -> None:
    """Note that one certificate is made as a file.

    `own` is its holder's doing, who owes no reason. Raises ReasonNeeded and Problem.
    """
    with audited("certificates.printed_one", by) as change:
        session = change.session
        before = not own and printed_before(
            session, batch_id=certificate.batch_id, certificate_id=certificate.id
        )
        session.add(
            Printing(
                batch_id=certificate.batch_id,
                certificate_id=certificate.id,
                kind="own_file" if own else "one_file",
                count=1,
                reason="" if own else _reason(reason, before=bool(before)),
                made_by="" if by.public_id == "nobody" else by.public_id,
                made_at=change.now,
            )
        )
        change.about(certificate.public_id)


def note_export(by: ActorLike) -> None:
    """Keep that the actor took a table of certificates with her."""
    with audited("certificates.exported", by) as change:
        change.about("programme")


def _reason(given: str, *, before: bool) -> str:
    if not before:
        return ""
    if not given:
        raise Problem(
            _l("This was made before. Say why it is made again."), field="reason", status=422
        )
    if given not in REPRINT_REASONS:
        raise Problem(UNKNOWN_ISSUING_CHOICE, status=400)
    return given


_MORNING_HOUR = 9
# So many certificates in one transaction.
_AT_ONCE = 1000


def remind_of_expiry(today: date) -> int:
    """Have those told whose certificates run out; how many mails are asked for.

    Each person gets one mail, however many certificates it is about. Bookkeeping, so it is not
    audited.
    """
    if not mail_is_set_up():
        return 0
    db.session.rollback()
    rows = db.session.execute(
        select(
            Certificate.id,
            Certificate.person_id,
            Certificate.expires_on,
            Certificate.reminded_on,
            CertificateBatch.workshop_id,
        )
        .join(Certificate.batch)
        .where(expires_by(today))
        .order_by(Certificate.expires_on, Certificate.id)
    ).all()
    due = [
        certificate
        for certificate in rows
        if certificate.expires_on is not None
        and reminder_due(
            today, expires_on=certificate.expires_on, reminded_on=certificate.reminded_on
        )
    ][:_AT_ONCE]
    if not due:
        db.session.rollback()
        return 0
    told = _staff({certificate.workshop_id for certificate in due}) | _holders(
        {certificate.person_id for certificate in due}
    )
    with writing() as session:
        done = session.execute(
            update(Certificate)
            .where(
                Certificate.id.in_([certificate.id for certificate in due]),
                Certificate.reminded_on.is_distinct_from(today),
            )
            .values(reminded_on=today)
            .execution_options(synchronize_session=False)
        )
        if not done.rowcount:  # type: ignore[attr-defined]
            return 0
        for account in sorted(told):
            enqueue(session, "certificates.reminder", owner="system", title="", account=account)
    return len(told)


def _staff(workshops: set[int]) -> set[str]:
    """Accounts in use that run one of these workshops."""
    return set(
        db.session.scalars(
            select(Account.public_id)
            .join(Facilitator, Facilitator.account_id == Account.id)
            .where(Facilitator.workshop_id.in_(workshops), Account.active.is_(True))
        )
    )


def _holders(people: set[int]) -> set[str]:
    """Accounts in use of these people, of those that nothing keeps from being contacted."""
    return set(
        db.session.scalars(
            select(Account.public_id).where(
                Account.person_id.in_(consent_holds(people, "contact")), Account.active.is_(True)
            )
        )
    )


def remind_in_the_morning() -> None:
    """Once a day, in the morning."""
    if to_local(utc_now()).hour == _MORNING_HOUR:
        remind_of_expiry(local_today())


def send_expiry_reminder(_progress: Progress, *, account: str) -> None:
    """Tell one person, in her language, nothing but that something is due. Raises MailFailed."""
    addressee = accounts_queries.account(account)
    if not is_address(email_of(addressee)):
        # Her own Today says it.
        return
    with force_locale(addressee.language or programme_languages()[0]):
        send_mail(email_of(addressee), brand(), _("Something is due. Sign in.") + "\n")


_NOTHING_TO_RENEW = _l("Nobody chosen can be renewed now. Choose from the list.")


def propose_renewals(
    workshop: Workshop, chosen: Collection[str], today: date, by: Actor, *, reason: str = ""
) -> str:
    """Propose renewals of the chosen certificates, by public id; the public id of the batch.

    With a `reason` they are renewed by decision, and are certificates of this workshop itself;
    without one their holders did what their track asks for that, or attended this workshop as a
    refresher. Each keeps title and hours of what is renewed. Raises Problem.
    """
    with audited("certificates.renewals_proposed", by) as change:
        session = change.session
        locked = held_workshop(session, workshop.public_id)
        if not reason:
            check_registers_closed(locked.register_id, session)
        here = renewals_here(locked, candidates(locked, session), today, session)
        offered = here.by_decision if reason else here.ready
        renewed = [certificate for certificate in offered if certificate.public_id in chosen]
        rule = current_rule(session)
        if rule is None or not renewed:
            raise Problem(_NOTHING_TO_RENEW)
        if not all(
            _may_be_printed(certificate, must=rule.name_must_be_confirmed)
            for certificate in renewed
        ):
            raise Problem(
                _l(
                    "A printed name is not confirmed, or may not be printed. Confirm it first, "
                    "or leave that person out."
                )
            )
        # Anybody else who renews one of them, from another workshop, waits here.
        ids = [certificate.id for certificate in renewed]
        session.execute(
            select(Certificate.id)
            .where(Certificate.id.in_(ids))
            .order_by(Certificate.id)
            .with_for_update()
        )
        faster = select(Certificate.id).where(Certificate.id.in_(ids), has_successor())
        if session.scalars(faster.limit(1)).first() is not None:
            raise Problem(_NOTHING_TO_RENEW)
        batch: CertificateBatch = APPROVAL.propose(
            change,
            by,
            workshop_id=locked.id,
            rule_id=rule.id,
            design_version_id=renewed[0].batch.design_version_id,
            kind="renewal",
            reason=reason,
        )
        session.add_all(
            Certificate(
                batch_id=batch.id,
                person_id=certificate.person_id,
                version_id=_version(certificate, here.judged.get(certificate.id)),
                printed_name=certificate.person.name_for_paper,
                public_title=certificate.public_title,
                minutes=certificate.minutes,
                renews_id=certificate.id,
            )
            for certificate in renewed
        )
        change.about(locked.public_id)
        return batch.public_id


def _version(renewed: Certificate, judged: RenewalJudgement | None) -> int | None:
    """The version of a track by which a renewal is earned: of what its holder did, if that renews
    it, else as before."""
    return judged.version if judged is not None and judged.renews else renewed.version_id


def _may_be_printed(one: Certificate, *, must: bool) -> bool:
    confirmed = one.person.printed_name_confirmed_at is not None
    return one.person.prints_name and (confirmed or not must)


ALREADY_REVOKED = _l("This certificate is revoked already.")


def revoke(certificate: Certificate, reason_class: str, reason: str, by: Actor) -> None:
    """Revoke an issued certificate. It still verifies, as revoked, with date and class. Raises
    WrongStep if it was never issued, and Problem if it is revoked already or the class is
    unknown."""
    if reason_class not in REVOCATION_CLASSES:
        raise Problem(UNKNOWN_ISSUING_CHOICE, status=400)
    with audited("certificates.revoked", by) as change:
        locked = change.session.scalars(
            select(Certificate).where(Certificate.id == certificate.id).with_for_update()
        ).one()
        if locked.serial is None:
            raise WrongStep
        if locked.revoked_at is not None:
            raise Problem(ALREADY_REVOKED)
        locked.revoked_at = change.now
        locked.revoked_by = by.public_id
        locked.revoked_class = reason_class
        locked.revoked_reason = reason
        change.about(locked.public_id)


def pending_correction(session: Session, certificate: Certificate) -> CertificateBatch | None:
    """The batch with a correction of this certificate that is not issued and not turned back."""
    return session.scalars(
        select(CertificateBatch)
        .join(CertificateBatch.certificates)
        .where(
            Certificate.supersedes_id == certificate.id,
            Certificate.serial.is_(None),
            CertificateBatch.state != "returned",
        )
    ).first()


def propose_correction(certificate: Certificate, name: str, by: Actor) -> str:
    """Store the name that the person confirmed, and propose a certificate with it in place of this
    one; the public id of the batch.

    Title, hours, design and last day stay; the serial is new. Raises Problem.
    """
    with audited("certificates.correction_proposed", by) as change:
        session = change.session
        former = session.scalars(
            select(Certificate).where(Certificate.id == certificate.id).with_for_update()
        ).one()
        if former.revoked_at is not None or former.serial is None:
            raise Problem(ALREADY_REVOKED)
        if pending_correction(session, former) is not None:
            raise Problem(_l("A corrected one is proposed and not issued yet."))
        person = session.scalars(
            select(Person).where(Person.id == former.person_id).with_for_update()
        ).one()
        if not person.prints_name:
            raise Problem(NAME_WITHHELD)
        if name == former.printed_name:
            raise Problem(
                _l("This name is printed already. Write how it should be."),
                field="name",
                status=422,
            )
        person.printed_name = name
        person.printed_name_confirmed_at = change.now
        person.changed_at = change.now
        batch: CertificateBatch = APPROVAL.propose(
            change,
            by,
            workshop_id=former.batch.workshop_id,
            rule_id=former.batch.rule_id,
            design_version_id=former.batch.design_version_id,
            kind="correction",
        )
        session.add(
            Certificate(
                batch_id=batch.id,
                person_id=person.id,
                version_id=former.version_id,
                printed_name=name,
                public_title=former.public_title,
                minutes=former.minutes,
                supersedes_id=former.id,
                renews_id=former.renews_id,
            )
        )
        change.about(former.public_id, person.public_id)
        return batch.public_id
