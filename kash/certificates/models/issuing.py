"""Rules for certificates, batches, and the certificates themselves."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kash.certificates.models.designs import DesignVersion, default_version
from kash.certificates.rules.standing import CertificateCondition, condition_on
from kash.people.models import Person
from kash.platform.approvals.models import Proposal
from kash.platform.database import Base, PublicId, UtcDateTime, only_where, utc_now
from kash.tracks.models import TrackVersion
from kash.tracks.rules.tree import leaves_of, tree_from_json
from kash.workshops.models import Workshop


class CertificateRule(PublicId, Base):
    """Rule of who gets a certificate, and for how long. Versions are never changed.

    What somebody must have done is said by a version of the track that all certificates need
    (`requires`), where no other is asked for; `months_valid` is empty where certificates do not run
    out.
    """

    __tablename__ = "certificate_rule"
    __table_args__ = (CheckConstraint("months_valid between 1 and 240", name="months_valid"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(unique=True)
    requires_id: Mapped[int] = mapped_column(ForeignKey("track_version.id"), index=True)
    name_must_be_confirmed: Mapped[bool] = mapped_column(default=True)
    months_valid: Mapped[int | None] = mapped_column(SmallInteger)
    created_by: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    requires: Mapped[TrackVersion] = relationship()

    @property
    def least_share(self) -> int:
        """Share of the hours that its track asks for, in per cent."""
        return leaves_of(tree_from_json(self.requires.tree))[0].number("share")


class CertificateBatch(Proposal, PublicId, Base):
    """Certificates of one workshop, proposed by one person and approved by another.

    `kind` is what they are: those of the workshop's people, a corrected one, or renewals. While
    state is "issuing" `job` is the public id of the work that gives the serials, and `issues_on`
    the day that all of them get; "stopped" is a batch of which only a part was issued. `reason` is
    why renewals are proposed without a refresher.
    """

    __tablename__ = "certificate_batch"
    __table_args__ = (
        CheckConstraint(
            "state in ('proposed', 'approved', 'issuing', 'stopped', 'issued', 'returned')",
            name="state",
        ),
        CheckConstraint("kind in ('workshop', 'correction', 'renewal')", name="kind"),
        Index("ix_certificate_batch_state_created_at", "state", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workshop_id: Mapped[int] = mapped_column(ForeignKey("workshop.id"), index=True)
    rule_id: Mapped[int] = mapped_column(ForeignKey("certificate_rule.id"))
    kind: Mapped[str] = mapped_column(String(12), default="workshop")
    reason: Mapped[str] = mapped_column(Text, default="")
    # The version that was in use when the batch was proposed; it is never printed by another.
    design_version_id: Mapped[int] = mapped_column(
        ForeignKey("certificate_design_version.id"), index=True, default=default_version()
    )
    job: Mapped[str | None] = mapped_column(String(16))
    issues_on: Mapped[date | None] = mapped_column(Date)
    # Digests of all that will be printed, by part (`rules/approval.py`).
    approved: Mapped[dict[str, str] | None] = mapped_column(JSON)
    issued_by: Mapped[str | None] = mapped_column(String(16))
    issued_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    workshop: Mapped[Workshop] = relationship()
    rule: Mapped[CertificateRule] = relationship()
    design_version: Mapped[DesignVersion] = relationship()
    certificates: Mapped[list[Certificate]] = relationship(back_populates="batch")


class Certificate(PublicId, Base):
    """One person's certificate. The name is kept as it was printed.

    `version_id` is the version of a track by which it was earned, if that is another than the rule
    of its batch requires. `serial` is random Crockford base32 with a check character. It is given
    when the batch is issued; until then a certificate is only proposed. One person, one workshop,
    one certificate that is not revoked; but for two that were issued to what turned out to be one
    person, which both stay valid.
    """

    __tablename__ = "certificate"
    __table_args__ = (
        # Without those that renew none: SQLite reads all certificates, rather than an index in
        # which nearly all rows are alike.
        Index("ix_certificate_renews_id", "renews_id", **only_where("renews_id is not null")),
        Index(
            "uq_certificate_batch_id_person_id_proposed",
            "batch_id",
            "person_id",
            unique=True,
            **only_where("serial is null"),
        ),
        Index("ix_certificate_batch_id", "batch_id"),
        Index("ix_certificate_issued_on_id", "issued_on", "id"),
        Index("ix_certificate_expires_on_id", "expires_on", "id"),
        Index("uq_certificate_badge_place", "badge_place", unique=True),
        # For the published list, which is asked for by everybody who checks.
        Index(
            "ix_certificate_revoked_at",
            "revoked_at",
            **only_where("revoked_at is not null"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("certificate_batch.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    version_id: Mapped[int | None] = mapped_column(ForeignKey("track_version.id"), index=True)
    serial: Mapped[str | None] = mapped_column(String(16), unique=True)
    printed_name: Mapped[str] = mapped_column(String(200))
    public_title: Mapped[str] = mapped_column(String(120))
    minutes: Mapped[int] = mapped_column(SmallInteger)
    issued_on: Mapped[date | None] = mapped_column(Date)
    expires_on: Mapped[date | None] = mapped_column(Date)
    reminded_on: Mapped[date | None] = mapped_column(Date)
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id"), index=True)
    renews_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id"))
    # What the printed code holds, as it was signed; it never changes (`rules/payload.py`).
    payload: Mapped[bytes | None] = mapped_column(LargeBinary)
    # Its bit in the list of revoked badges, once its holder asked for a badge (`rules/badges.py`).
    badge_place: Mapped[int | None] = mapped_column()
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_by: Mapped[str | None] = mapped_column(String(16))
    revoked_class: Mapped[str] = mapped_column(String(24), default="")
    revoked_reason: Mapped[str] = mapped_column(Text, default="")

    batch: Mapped[CertificateBatch] = relationship(back_populates="certificates")
    person: Mapped[Person] = relationship()
    version: Mapped[TrackVersion | None] = relationship()
    supersedes: Mapped[Certificate | None] = relationship(
        remote_side="Certificate.id", foreign_keys=[supersedes_id]
    )
    renews: Mapped[Certificate | None] = relationship(
        remote_side="Certificate.id", foreign_keys=[renews_id]
    )

    def condition(self, today: date) -> CertificateCondition:
        """How it stands on a day, once it is issued."""
        return condition_on(
            today,
            revoked=self.revoked_at is not None,
            revoked_class=self.revoked_class,
            expires_on=self.expires_on,
        )


class VerificationAttempt(Base):
    """Counts checks for the throttle, by keyed hashes; neither address, serial nor name is kept.

    `serial` is empty where no name was typed.
    """

    __tablename__ = "verification_attempt"
    __table_args__ = (
        Index("ix_verification_attempt_address_at", "address", "at"),
        Index("ix_verification_attempt_serial_at", "serial", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(String(64))
    serial: Mapped[str] = mapped_column(String(64), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
