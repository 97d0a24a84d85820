"""Anyone may check a serial. Checks are counted in rows, so that all processes count together.

Each is counted before anything is looked up; what is refused writes nothing. Neither an address
nor a serial nor a name is kept, only keyed hashes. Bookkeeping, so it is not audited.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session, joinedload

from kash.accounts.models import Programme
from kash.certificates.models import Certificate, VerificationAttempt
from kash.certificates.rules import issuing as issuing_rules
from kash.certificates.rules.issuing import admission
from kash.people.rules.persons import names_match
from kash.platform.database import db, unless_full, writing
from kash.platform.vault import lookup
from kash.platform.web.formats import local_today, to_local
from kash.platform.web.input import network_of


@dataclass(frozen=True)
class Check:
    """A serial in its stored form, a typed name or none, and the address it was asked from."""

    serial: str
    name: str
    address: str

    @property
    def address_key(self) -> str:
        """Key under which the address is counted; a network of IPv6 counts as one."""
        return lookup(network_of(self.address), kind="verification.address")

    @property
    def serial_key(self) -> str:
        """Key under which the serial is counted where a name was typed; nothing where none was."""
        return lookup(self.serial, kind="verification.serial") if self.name else ""


@dataclass(frozen=True)
class Verified:
    """All that verification tells anyone: never a name, group, place or person.

    `name_matches` is None where no name was compared; `name_withheld` says that none ever is.
    """

    standing: issuing_rules.CertificateStatus
    title: str = ""
    issued_on: date | None = None
    expires_on: date | None = None
    revoked_on: date | None = None
    revoked_class: str = ""
    name_matches: bool | None = None
    name_withheld: bool = False


@dataclass(frozen=True)
class CheckAnswer:
    """Answer to one check; nothing but its admission if it was refused."""

    admission: issuing_rules.Admission
    verified: Verified | None = None


def check_serial(check: Check, now: datetime) -> CheckAnswer:
    """Count a check, then answer it as far as it is admitted."""
    admitted, attempt = _counted(check, now)
    if admitted is issuing_rules.Admission.REFUSED:
        return CheckAnswer(admitted)
    name = check.name if admitted is issuing_rules.Admission.WHOLE else ""
    certificate_read = verified(check.serial, name)
    if attempt is not None and name:
        # One write whether it matched or not, so that neither takes longer.
        guessed = "" if certificate_read.name_matches else check.serial_key
        with unless_full(), writing() as session:
            session.execute(
                update(VerificationAttempt)
                .where(VerificationAttempt.id == attempt)
                .values(serial=guessed)
            )
    return CheckAnswer(admitted, certificate_read)


def verified(typed_serial: str, typed_name: str) -> Verified:
    """How a serial stands. A typed name is compared with the printed one, match or no match.

    Once somebody withdrew her consent to a printed name, the paper that was issued stays valid, but
    her name is confirmed to nobody: a stolen list of serials would otherwise still test names.
    """
    serial = issuing_rules.read_serial(typed_serial)
    certificate = (
        db.session.scalars(
            select(Certificate)
            .where(Certificate.serial == serial)
            .options(joinedload(Certificate.person))
        ).first()
        if serial
        else None
    )
    if certificate is None or certificate.issued_on is None:
        return Verified(issuing_rules.CertificateStatus.UNKNOWN)
    compared = bool(typed_name) and certificate.person.prints_name
    matches = names_match(typed_name, certificate.printed_name) if compared else None
    return Verified(
        standing=issuing_rules.standing_on(
            local_today(),
            revoked=certificate.revoked_at is not None,
            expires_on=certificate.expires_on,
        ),
        title=certificate.public_title,
        issued_on=certificate.issued_on,
        expires_on=certificate.expires_on,
        revoked_on=to_local(certificate.revoked_at).date() if certificate.revoked_at else None,
        revoked_class=issuing_rules.public_class(certificate.revoked_class)
        if certificate.revoked_at
        else "",
        name_matches=matches,
        name_withheld=bool(typed_name) and not compared,
    )


def _counted(check: Check, now: datetime) -> tuple[issuing_rules.Admission, int | None]:
    """How far a check is admitted, and the row that counts it if it has one."""
    before = _admission(db.session(), check, now)
    if before is issuing_rules.Admission.REFUSED:
        return before, None
    with unless_full(), writing() as session:
        # One at a time: on PostgreSQL checks at the same moment would not see each other.
        session.execute(select(Programme.id).with_for_update())
        admitted = _admission(session, check, now)
        if admitted is issuing_rules.Admission.REFUSED:
            return admitted, None
        session.execute(
            delete(VerificationAttempt).where(
                VerificationAttempt.at < now - issuing_rules.NAMES_WINDOW
            )
        )
        counted = check.serial_key if admitted is issuing_rules.Admission.WHOLE else ""
        tally = session.execute(
            insert(VerificationAttempt)
            .values(address=check.address_key, serial=counted, at=now)
            .returning(VerificationAttempt.id)
        )
        return admitted, tally.scalar_one()
    # The disk is full: the person who holds a paper still learns how it stands, and no name is
    # tried that is not counted.
    return issuing_rules.Admission.WITHOUT_NAME, None


def _admission(session: Session, check: Check, now: datetime) -> issuing_rules.Admission:
    here = VerificationAttempt.address == check.address_key

    def count(*conditions: object) -> int:
        statement = select(func.count(VerificationAttempt.id)).where(*conditions)  # type: ignore[arg-type]
        return session.scalar(statement) or 0

    checks = count(here, VerificationAttempt.at >= now - issuing_rules.CHECKS_WINDOW)
    if not check.name:
        return admission(checks, 0, 0, name=False)
    guesses = (
        VerificationAttempt.serial == check.serial_key,
        VerificationAttempt.at >= now - issuing_rules.NAMES_WINDOW,
    )
    return admission(checks, count(here, *guesses), count(*guesses), name=True)
