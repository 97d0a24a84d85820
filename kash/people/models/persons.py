"""Groups, organisations, postings, and the people who take part."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    func,
    select,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, aliased, column_property, mapped_column, relationship

from kash.platform.database import Base, PublicId, UtcDateTime, only_where, utc_now
from kash.platform.press import joined_signs, without_joined_signs


class Group(PublicId, Base):
    """A group the programme brings together, such as police or community.

    `letter` is all that paper shows which more than one group sees.
    """

    __tablename__ = "people_group"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    letter: Mapped[str] = mapped_column(String(1), unique=True)
    is_police: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(SmallInteger, default=0)


class Organisation(PublicId, Base):
    """A station, a collective, or a partner."""

    __tablename__ = "organisation"
    __table_args__ = (
        UniqueConstraint("name"),
        CheckConstraint("kind in ('station', 'collective', 'partner')", name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(16))
    place: Mapped[str] = mapped_column(String(120), default="")
    group_id: Mapped[int | None] = mapped_column(ForeignKey("people_group.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    group: Mapped[Group | None] = relationship()


class Person(PublicId, Base):
    """Someone who takes part. The chosen name may be an alias; no legal name is asked for.

    `row_version` grows with each change, so that nobody overwrites what they have not read.
    `created_by` is the public id of the account that added the row, `phone_by` and `email_by` of
    those that typed in just this phone and e-mail. `age_recorded_on` is the day on
    which the age band was said; `minor_since` and `minor_by` say when and by whom a person was
    first taken for a minor, `minor_seen_at` and `minor_seen_by` when and by which custodian that
    was read. `prints_name` is whether nothing keeps the name from paper.
    """

    __tablename__ = "person"
    __table_args__ = (
        Index("ix_person_name_order", "sort_name", "id"),
        Index("ix_person_group_id_sort_name", "group_id", "sort_name"),
        Index("ix_person_changed_at", "changed_at"),
        Index("ix_person_ward", "ward"),
        Index("ix_person_minor_seen_at", "minor", "minor_seen_at", "sort_name", "id"),
        Index(
            "uq_person_group_id_reference",
            "group_id",
            "reference",
            unique=True,
            **only_where("reference <> ''"),
        ),
        # Those of whom a fact is missing, in the order in which they are listed.
        Index("ix_person_without_sex", "group_id", "sort_name", "id", **only_where("sex = ''")),
        Index(
            "ix_person_without_age",
            "group_id",
            "sort_name",
            "id",
            **only_where("age_band = '' and birth_year is null"),
        ),
        # And those with a phone, among whom it is counted in the index alone who was never asked.
        Index(
            "ix_person_with_phone",
            "group_id",
            "sort_name",
            "id",
            "minor",
            **only_where("phone_sealed is not null"),
        ),
        Index(
            "ix_person_with_cadre", "group_id", "cadre", "sort_name", **only_where("cadre <> ''")
        ),
        Index("ix_person_without_ward", "group_id", "sort_name", "id", **only_where("ward = ''")),
        CheckConstraint("sex in ('', 'female', 'male', 'other')", name="sex"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    chosen_name: Mapped[str] = mapped_column(String(200))
    sort_name: Mapped[str] = mapped_column(String(200))
    printed_name: Mapped[str] = mapped_column(String(200), default="")
    printed_name_confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    group_id: Mapped[int] = mapped_column(ForeignKey("people_group.id"))
    sex: Mapped[str] = mapped_column(String(8), default="")
    age_band: Mapped[str] = mapped_column(String(8), default="")
    birth_year: Mapped[int | None] = mapped_column(SmallInteger)
    cadre: Mapped[str] = mapped_column(String(80), default="")
    ward: Mapped[str] = mapped_column(String(120), default="")
    language: Mapped[str] = mapped_column(String(8), default="")
    reference: Mapped[str] = mapped_column(String(40), default="", index=True)
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_lookup: Mapped[str | None] = mapped_column(String(64), index=True)
    email_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    email_lookup: Mapped[str | None] = mapped_column(String(64), index=True)
    phone_by: Mapped[str] = mapped_column(String(16), default="", server_default="")
    email_by: Mapped[str] = mapped_column(String(16), default="", server_default="")
    minor: Mapped[bool] = mapped_column(default=False)
    age_recorded_on: Mapped[date | None] = mapped_column(Date)
    minor_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    minor_by: Mapped[str] = mapped_column(String(16), default="", server_default="")
    minor_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    minor_seen_by: Mapped[str] = mapped_column(String(16), default="", server_default="")
    row_version: Mapped[int] = mapped_column(default=1)
    created_by: Mapped[str] = mapped_column(String(16), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    group: Mapped[Group] = relationship()
    postings: Mapped[list[Posting]] = relationship(
        back_populates="person", order_by="Posting.since.desc()"
    )
    consents: Mapped[list[Consent]] = relationship(
        back_populates="person", order_by="Consent.id.desc()"
    )

    if TYPE_CHECKING:
        prints_name: Mapped[bool]

    @property
    def present_posting(self) -> Posting | None:
        """Where she is now."""
        return next((posting for posting in self.postings if posting.is_open), None)

    @property
    def paper_code(self) -> str:
        """Code on paper in place of a name: the beginning of the participant number."""
        return self.public_id[:6].upper()

    @property
    def name_for_paper(self) -> str:
        """The printed name, or the chosen name while none has been given; a code if the person
        refused a printed name, or withdrew her consent. Signs that no printer has are left out."""
        return self._printable(self.printed_name or self.chosen_name)

    @property
    def called_on_paper(self) -> str:
        """The chosen name, as registers print it; a code in its place as in `name_for_paper`."""
        return self._printable(self.chosen_name)

    @property
    def left_out_on_paper(self) -> str:
        """The signs of her name that `name_for_paper` leaves out."""
        signs = joined_signs(self.printed_name or self.chosen_name) if self.prints_name else []
        return " ".join(signs)

    def _printable(self, name: str) -> str:
        return (without_joined_signs(name) if self.prints_name else "") or self.paper_code


class Posting(PublicId, Base):
    """A person at an organisation, from one day to another; one is open at most."""

    __tablename__ = "posting"
    __table_args__ = (
        CheckConstraint("until is null or until >= since", name="days"),
        Index(
            "uq_posting_person_id_open",
            "person_id",
            unique=True,
            **only_where("until is null"),
        ),
        # How many are posted somewhere now is counted in the index alone.
        Index("ix_posting_organisation_id_until", "organisation_id", "until", "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)

    person: Mapped[Person] = relationship(back_populates="postings")
    organisation: Mapped[Organisation] = relationship()

    @hybrid_property
    def is_open(self) -> bool:
        """True if the person is still there."""
        return self.until is None

    @is_open.inplace.expression
    @classmethod
    def _is_open(cls) -> ColumnElement[bool]:
        return cls.until.is_(None)


class ConsentBatch(PublicId, Base):
    """Signed forms that were counted and put away together, `kept_at` says where."""

    __tablename__ = "consent_batch"
    __table_args__ = (CheckConstraint("forms > 0", name="forms"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    forms: Mapped[int] = mapped_column(SmallInteger)
    kept_at: Mapped[str] = mapped_column(String(120))
    recorded_by: Mapped[str] = mapped_column(String(16))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class Consent(Base):
    """Consent or refusal of a person, for one purpose. Never changed, only added. `batch` is where
    her signed form lies with others, if it came so."""

    __tablename__ = "consent"
    __table_args__ = (
        CheckConstraint("answer in ('given', 'refused', 'withdrawn')", name="answer"),
        Index("ix_consent_person_id_purpose_id", "person_id", "purpose", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    purpose: Mapped[str] = mapped_column(String(24))
    answer: Mapped[str] = mapped_column(String(12))
    text: Mapped[str] = mapped_column(Text)
    text_version: Mapped[str] = mapped_column(String(16))
    recorded_by: Mapped[str] = mapped_column(String(16))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("consent_batch.id"), index=True)

    person: Mapped[Person] = relationship(back_populates="consents")
    batch: Mapped[ConsentBatch | None] = relationship()


# What was never asked does not keep a name from paper; a refusal and a withdrawal do.
_later = aliased(Consent)
Person.prints_name = column_property(
    ~select(Consent.id)
    .where(
        Consent.person_id == Person.id,
        Consent.purpose == "printed_name",
        Consent.answer.in_(("refused", "withdrawn")),
        Consent.id
        == select(func.max(_later.id))
        .where(_later.person_id == Person.id, _later.purpose == "printed_name")
        .correlate(Person)
        .scalar_subquery(),
    )
    .correlate(Person)
    .exists()
)
