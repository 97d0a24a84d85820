"""Designs of certificates, their versions, and the pictures that belong to them. Three designs are
there from the beginning, under public ids that are the same everywhere. One-time links by which
people without an account see their own certificates. Rules for certificates, batches, and the
certificates themselves. Approval of certificates, batch by batch. The keys that sign certificates,
and the titles that the signed codes name. Each making of paper. Pictures that somebody else may
put onto certificates only because their owner allowed it. The programme's goal: how many trained
people a station is to have. Skills of trainers, and when it was decided that one does not lead
yet."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import (
    JSON,
    CheckConstraint,
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    ScalarSelect,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    event,
    exists,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kash.accounts.models import Account
from kash.certificates.rules.issuing import CertificateCondition, condition_on
from kash.certificates.tracks.models import TrackVersion
from kash.certificates.tracks.rules.tree import leaves_of, tree_from_json
from kash.people.models import Person, Zone
from kash.platform.approvals.approval import Approval, Proposal
from kash.platform.database import Base, Key, Now, PublicId, Short, only_where
from kash.platform.web.today import AnswerKind
from kash.training.models import Course
from kash.workshops.models import Workshop

# The designs that every programme has, the first of them until another is chosen.
BUILT_IN = (("classic", "Classic"), ("modern", "Modern"), ("plain", "Plain"))


class Design(PublicId, Base):
    """How certificates look. `content` is worked on; what is printed is a version of it.

    `content` is a `rules.designs.DesignContent` as JSON; `row_version` counts how often it was
    saved. `in_use` is the number of the version that new batches take, None while there is none.
    """

    __tablename__ = "certificate_design"
    __table_args__ = (
        Index(
            "uq_certificate_design_is_default",
            "is_default",
            unique=True,
            **only_where("is_default"),
        ),
        CheckConstraint(
            "not is_default or (in_use is not null and retired_at is null)", name="default"
        ),
    )

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(80), unique=True)
    content: Mapped[dict[str, Any]]
    row_version: Mapped[int] = mapped_column(default=1)
    in_use: Mapped[int | None] = mapped_column(SmallInteger)
    is_default: Mapped[bool] = mapped_column(default=False)
    retired_at: Mapped[datetime | None]
    created_by: Mapped[Short]
    created_at: Mapped[Now]
    changed_at: Mapped[Now]

    versions: Mapped[list[DesignVersion]] = relationship(
        back_populates="design", order_by="DesignVersion.number.desc()"
    )


class DesignVersion(PublicId, Base):
    """A design as it was put into use. It never changes: certificates are printed by it for ever.

    `digest` is the SHA-256 of its content.
    """

    __tablename__ = "certificate_design_version"
    __table_args__ = (UniqueConstraint("design_id", "number"),)

    id: Mapped[Key]
    design_id: Mapped[int] = mapped_column(ForeignKey("certificate_design.id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    content: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64), default="")
    created_by: Mapped[Short]
    created_at: Mapped[Now]

    design: Mapped[Design] = relationship(back_populates="versions")


class DesignImage(PublicId, Base):
    """A picture of a design, drawn anew when it was uploaded; the file lies in the store.

    `name` is what a design of one's own calls it; empty for a logo and a seal.
    """

    __tablename__ = "certificate_design_image"
    __table_args__ = (CheckConstraint("use in ('logo', 'seal', 'own')", name="use"),)

    id: Mapped[Key]
    design_id: Mapped[int] = mapped_column(ForeignKey("certificate_design.id"), index=True)
    use: Mapped[str] = mapped_column(String(4))
    name: Mapped[str] = mapped_column(String(32), default="")
    created_by: Mapped[Short]
    created_at: Mapped[Now]

    @property
    def key(self) -> str:
        """Where it lies in the file store."""
        return f"designs/{self.public_id}.png"


class ImmutableVersion(RuntimeError):
    """Something tried to change a version of a design."""


@event.listens_for(DesignVersion, "before_update")
@event.listens_for(DesignVersion, "before_delete")
def _refuse_to_change(*_arguments: Any) -> None:
    raise ImmutableVersion("a version of a design never changes")


def default_version() -> ScalarSelect[int]:
    """A select of the version that a batch takes if it chooses none."""
    return (
        select(DesignVersion.id)
        .join(Design, Design.id == DesignVersion.design_id)
        .where(Design.is_default, DesignVersion.number == Design.in_use)
        .scalar_subquery()
    )


@event.listens_for(DesignVersion.__table__, "after_create")
def _add_built_in(_table: Any, connection: Connection, **_options: Any) -> None:
    """The three designs are made with the tables, as a migration makes them."""
    designs, versions = (
        Base.metadata.tables[model.__tablename__] for model in (Design, DesignVersion)
    )
    for public_id, name in BUILT_IN:
        content = {"base": public_id}
        connection.execute(
            designs.insert().values(
                public_id=public_id,
                name=name,
                content=content,
                in_use=1,
                is_default=public_id == BUILT_IN[0][0],
                created_by="system",
            )
        )
        design_id = connection.scalar(select(designs.c.id).where(designs.c.public_id == public_id))
        connection.execute(
            versions.insert().values(
                public_id=f"{public_id}-1",
                design_id=design_id,
                number=1,
                content=content,
                created_by="system",
            )
        )


class HolderLink(PublicId, Base):
    """A link that somebody made for a person, and the short visit that its button began.

    Both secrets are kept as hashes. A used link has a visit until `visit_ends_at`; the person who
    ends a link ends its visit with it.
    """

    __tablename__ = "holder_link"

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_by: Mapped[Short]
    made_at: Mapped[Now]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    visit_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    visit_ends_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()


class CertificateRule(PublicId, Base):
    """Rule of who gets a certificate, and for how long. Versions are never changed.

    What somebody must have done is said by a version of the track that all certificates need
    (`requires`), where no other is asked for; `months_valid` is empty where certificates do not run
    out.
    """

    __tablename__ = "certificate_rule"
    __table_args__ = (CheckConstraint("months_valid between 1 and 240", name="months_valid"),)

    id: Mapped[Key]
    version: Mapped[int] = mapped_column(unique=True)
    requires_id: Mapped[int] = mapped_column(ForeignKey("track_version.id"), index=True)
    name_must_be_confirmed: Mapped[bool] = mapped_column(default=True)
    months_valid: Mapped[int | None] = mapped_column(SmallInteger)
    created_by: Mapped[Short]
    created_at: Mapped[Now]

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

    id: Mapped[Key]
    workshop_id: Mapped[int] = mapped_column(ForeignKey("workshop.id"), index=True)
    rule_id: Mapped[int] = mapped_column(ForeignKey("certificate_rule.id"))
    kind: Mapped[str] = mapped_column(String(12), default="workshop")
    reason: Mapped[str] = mapped_column(Text, default="")
    # The version that was in use when the batch was proposed; it is never printed by another.
    design_version_id: Mapped[int] = mapped_column(
        ForeignKey("certificate_design_version.id"), index=True, default=default_version()
    )
    job: Mapped[Short | None]
    issues_on: Mapped[date | None]
    # Digests of all that will be printed, by part (`rules/approval.py`).
    approved: Mapped[dict[str, str] | None] = mapped_column(JSON)
    issued_by: Mapped[Short | None]
    issued_at: Mapped[datetime | None]

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
        Index("ix_certificate_revoked_at", "revoked_at", **only_where("revoked_at is not null")),
    )

    id: Mapped[Key]
    batch_id: Mapped[int] = mapped_column(ForeignKey("certificate_batch.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    version_id: Mapped[int | None] = mapped_column(ForeignKey("track_version.id"), index=True)
    serial: Mapped[Short | None] = mapped_column(unique=True)
    printed_name: Mapped[str] = mapped_column(String(200))
    public_title: Mapped[str] = mapped_column(String(120))
    minutes: Mapped[int] = mapped_column(SmallInteger)
    issued_on: Mapped[date | None]
    expires_on: Mapped[date | None]
    reminded_on: Mapped[date | None]
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id"), index=True)
    renews_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id"))
    # What the printed code holds, as it was signed; it never changes (`rules/payload.py`).
    payload: Mapped[bytes | None]
    # Its bit in the list of revoked badges, once its holder asked for a badge (`rules/badges.py`).
    badge_place: Mapped[int | None]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[Short | None]
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

    id: Mapped[Key]
    address: Mapped[str] = mapped_column(String(64))
    serial: Mapped[str] = mapped_column(String(64), default="")
    at: Mapped[Now]


def _certifies(people: Collection[int]) -> ColumnElement[bool]:
    signing = exists().where(
        Certificate.batch_id == CertificateBatch.id, Certificate.person_id.in_(people)
    )
    return signing.correlate(CertificateBatch)


# Told to the person who proposed.
SENT_BACK = AnswerKind(
    "certificates_sent_back",
    _l("Certificates that you proposed were sent back on %(when)s. Their page says why."),
    "certificates.workshop",
    "public_id",
    _l("Certificates"),
    _l("See why"),
)
APPROVAL = Approval(
    "certificates",
    CertificateBatch,
    proposes="certificates.propose",
    approves="certificates.approve",
    label=_l("Certificates: approve or send back"),
    waiting=_l("Certificates proposed, not issued"),
    own=_l("You proposed these certificates, so another person must approve them."),
    stands_in=_l("You stand in for the person who proposed these, so another must approve them."),
    waits=("proposed", "approved", "issuing", "stopped"),
    sent_back=SENT_BACK,
    gains=_certifies,
    gained=_l("One of these certificates is yours, so another must approve them."),
)


class SigningKey(PublicId, Base):
    """An Ed25519 key of the programme. The public half stays published for good.

    The private half is sealed under the server's keys, and deleted when a newer key takes over.
    `doubted` says that somebody else may have had it: paper that it signed is then confirmed by its
    serial only.
    """

    __tablename__ = "signing_key"
    __table_args__ = (
        CheckConstraint("state in ('current', 'retired')", name="state"),
        CheckConstraint(
            "state = 'retired' or (until is null and private_sealed is not null)",
            name="private_half",
        ),
        # One key signs at a time.
        Index("uq_signing_key_current", "state", unique=True, **only_where("state = 'current'")),
    )

    id: Mapped[Key]
    # 8 hex characters, as codes name it.
    key_id: Mapped[str] = mapped_column(String(8), unique=True)
    public_key: Mapped[bytes]
    state: Mapped[str] = mapped_column(String(8), default="current")
    private_sealed: Mapped[bytes | None]
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    doubted: Mapped[bool] = mapped_column(default=False)


class PublishedTitle(Base):
    """A public title that some signed certificate bears, by the id that its code holds."""

    __tablename__ = "published_title"

    # 8 hex characters.
    title_id: Mapped[str] = mapped_column(String(8), primary_key=True)
    title: Mapped[str] = mapped_column(String(120))


class Printing(PublicId, Base):
    """Paper that was made of a whole batch, or of one certificate.

    `made_by` is an account's public id, or empty where the holder made it without one. `reason` is
    a class, given where the same had been made before.
    """

    __tablename__ = "certificate_printing"
    __table_args__ = (
        CheckConstraint("count >= 1", name="count"),
        Index("ix_certificate_printing_batch_id_made_at", "batch_id", "made_at"),
    )

    id: Mapped[Key]
    batch_id: Mapped[int] = mapped_column(ForeignKey("certificate_batch.id"))
    certificate_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id"), index=True)
    kind: Mapped[Short]
    count: Mapped[int]
    reason: Mapped[Short] = mapped_column(default="")
    made_by: Mapped[Short] = mapped_column(default="")
    made_at: Mapped[Now]


class SignatureImage(PublicId, Base):
    """The picture of an account's signature, sealed by the server's keys.

    One that was withdrawn is kept sealed as long as certificates may bear it, and is put onto
    nothing that is issued afterwards.
    """

    __tablename__ = "signature_image"
    __table_args__ = (
        Index(
            "uq_signature_image_account_id_held",
            "account_id",
            unique=True,
            **only_where("withdrawn_at is null"),
        ),
    )

    id: Mapped[Key]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    sealed: Mapped[bytes] = mapped_column(deferred=True)
    created_at: Mapped[Now]
    withdrawn_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship()


class SignatureUse(PublicId, Base):
    """The owner's word that her signature stands on a design, or on one batch."""

    __tablename__ = "signature_use"
    __table_args__ = (
        CheckConstraint("(design_id is null) <> (batch_id is null)", name="one_place"),
        Index("ix_signature_use_design_id", "design_id"),
        Index("ix_signature_use_batch_id", "batch_id"),
    )

    id: Mapped[Key]
    signature_id: Mapped[int] = mapped_column(ForeignKey("signature_image.id"), index=True)
    design_id: Mapped[int | None] = mapped_column(ForeignKey("certificate_design.id"))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("certificate_batch.id"))
    approved_at: Mapped[Now]
    withdrawn_at: Mapped[datetime | None]

    signature: Mapped[SignatureImage] = relationship()


class FunderMark(PublicId, Base):
    """The mark of a funder. A new one takes the old one's place on what is issued from then on."""

    __tablename__ = "funder_mark"
    __table_args__ = (
        Index(
            "uq_funder_mark_funder_id_held",
            "funder_id",
            unique=True,
            **only_where("replaced_at is null"),
        ),
    )

    id: Mapped[Key]
    funder_id: Mapped[int] = mapped_column(ForeignKey("funder.id"), index=True)
    created_at: Mapped[Now]
    replaced_at: Mapped[datetime | None]

    @property
    def key(self) -> str:
        """Where it lies in the file store."""
        return f"designs/marks/{self.public_id}.png"


class CoverageGoal(PublicId, Base):
    """Number of trained people wanted at each station. Goals are never changed; the last one holds.

    `due_months` is how many months before its last day a refresher counts as due. `area_id` is the
    zone in which the programme works: people who are moved out of it are lost to the programme.
    None: wherever there is a station.
    """

    __tablename__ = "coverage_goal"
    __table_args__ = (
        CheckConstraint("wanted between 1 and 50", name="wanted"),
        CheckConstraint("due_months between 1 and 24", name="due_months"),
    )

    id: Mapped[Key]
    wanted: Mapped[int] = mapped_column(SmallInteger)
    due_months: Mapped[int] = mapped_column(SmallInteger)
    area_id: Mapped[int | None] = mapped_column(ForeignKey("zone.id"), index=True)
    set_by: Mapped[Short]
    set_at: Mapped[Now]

    area: Mapped[Zone | None] = relationship()


class TrainerSkill(PublicId, Base):
    """Skill of a trainer in a course since a day. Rows are ended, never removed.

    `workshops` are the public ids of those that were counted as taught when it was granted.
    `assessed_by` is an account, empty for somebody outside the programme. A skill is `ended_how`
    by somebody with a reason ("ended"), by another that took its place ("replaced"), or because
    the account is no trainer's any more ("left").
    """

    __tablename__ = "trainer_skill"
    __table_args__ = (
        CheckConstraint("level in ('lead', 'co_teach', 'observe')", name="level"),
        CheckConstraint("evidence in ('taught', 'assessed', 'certificate')", name="evidence"),
        CheckConstraint("ended_how in ('', 'ended', 'replaced', 'left')", name="ended_how"),
        CheckConstraint("(ended_on is null) = (ended_how = '')", name="end"),
        Index(
            "uq_trainer_skill_present",
            "account_id",
            "course_id",
            unique=True,
            **only_where("ended_on is null"),
        ),
        Index("ix_trainer_skill_course_id_account_id", "course_id", "account_id"),
        Index("ix_trainer_skill_account_id", "account_id"),
    )

    id: Mapped[Key]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    level: Mapped[str] = mapped_column(String(8))
    since: Mapped[date]
    evidence: Mapped[str] = mapped_column(String(12))
    workshops: Mapped[list[str]] = mapped_column(default=list)
    assessed_by: Mapped[Short] = mapped_column(default="")
    assessed_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(String(300), default="")
    granted_by: Mapped[Short]
    granted_at: Mapped[Now]
    ended_on: Mapped[date | None]
    ended_how: Mapped[str] = mapped_column(String(8), default="")
    ended_by: Mapped[Short] = mapped_column(default="")
    ended_because: Mapped[str] = mapped_column(String(300), default="")

    account: Mapped[Account] = relationship()
    course: Mapped[Course] = relationship()


class SkillDeferral(Base):
    """The day on which it was decided that a trainer does not lead a course yet, and why."""

    __tablename__ = "skill_deferral"
    __table_args__ = (Index("ix_skill_deferral_account_id_course_id", "account_id", "course_id"),)

    id: Mapped[Key]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    deferred_on: Mapped[date]
    because: Mapped[str] = mapped_column(String(300))
    deferred_by: Mapped[Short]

    course: Mapped[Course] = relationship()
