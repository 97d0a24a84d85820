"""The directory of services: lawyers, clinics, shelters, oversight bodies. Groups, organisations,
postings, and the people who take part. In which language a person's consent form is printed.
Requests to see how to reach people, and the looks of each day. Duplicates: people who may be the
same person, who are not, and who were merged. Wishes of people to be erased. Lists of people that
were brought in, or wait to be confirmed. Zones, in which people live and services are found, and
the venues where programmes meet."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    func,
    select,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, aliased, column_property, mapped_column, relationship

from kash.people.rules.directory import COSTS, DAY, SERVICE_KINDS, WEEK, Stretch
from kash.platform.database import Base, Key, Now, PublicId, Short, only_where
from kash.platform.press import joined_signs, without_joined_signs
from kash.platform.web.programme import programme_languages


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} in ({', '.join(repr(value) for value in values)})"


class ServiceEntry(PublicId, Base):
    """A service to which people are sent. Its phones are public: E.164, or a short number.

    An address that everyone may know stands in `address`. One that is confidential is sealed, and
    stands nowhere else. `spoken` and `served` hold codes, each between commas. `found_by` is what
    a search looks through; it never holds a confidential address. `card_name` stands on cards in
    place of a name that tells too much.
    """

    __tablename__ = "service_entry"
    __table_args__ = (
        CheckConstraint(_one_of("kind", SERVICE_KINDS), name="kind"),
        CheckConstraint(_one_of("cost", COSTS), name="cost"),
        CheckConstraint("not address_confidential or address = ''", name="address"),
        Index("ix_service_entry_sort_name_id", "sort_name", "id"),
        Index("ix_service_entry_area", "area"),
    )

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(120))
    sort_name: Mapped[str] = mapped_column(String(200))
    card_name: Mapped[str] = mapped_column(String(60), default="")
    kind: Mapped[Short]
    area: Mapped[str] = mapped_column(String(120), default="")
    phone: Mapped[str] = mapped_column(String(20), default="")
    other_phone: Mapped[str] = mapped_column(String(20), default="")
    address: Mapped[str] = mapped_column(String(400), default="")
    address_confidential: Mapped[bool] = mapped_column(default=False)
    address_sealed: Mapped[bytes | None]
    spoken: Mapped[str] = mapped_column(String(80), default="")
    served: Mapped[str] = mapped_column(String(80), default="")
    cost: Mapped[str] = mapped_column(String(8), default="")
    cost_note: Mapped[str] = mapped_column(String(200), default="")
    recommended_by: Mapped[str] = mapped_column(String(200), default="")
    notes: Mapped[str] = mapped_column(Text, default="")
    found_by: Mapped[str] = mapped_column(Text, default="")
    checked_on: Mapped[date]
    active: Mapped[bool] = mapped_column(default=True)
    row_version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Now]
    changed_at: Mapped[Now]

    hours: Mapped[list[ServiceHours]] = relationship(
        back_populates="entry", order_by="ServiceHours.opens", cascade="all, delete-orphan"
    )

    @property
    def languages(self) -> tuple[str, ...]:
        """The codes of the languages spoken there."""
        return codes(self.spoken)

    @property
    def serves(self) -> tuple[str, ...]:
        """The codes of the people it serves; none means everyone."""
        return codes(self.served)

    @property
    def stretches(self) -> list[Stretch]:
        """Its opening hours."""
        return [Stretch(hour.opens, hour.closes) for hour in self.hours]

    @property
    def name_on_card(self) -> str:
        """Name on a card."""
        return self.card_name or self.name


class ServiceHours(Base):
    """One stretch of opening hours, in minutes since Monday 00:00 where the programme is."""

    __tablename__ = "service_hours"
    __table_args__ = (
        CheckConstraint(
            f"opens between 0 and {WEEK - 1} and closes > opens and closes <= opens + {DAY}",
            name="stretch",
        ),
        Index("uq_service_hours_entry_id_opens", "entry_id", "opens", unique=True),
    )

    id: Mapped[Key]
    entry_id: Mapped[int] = mapped_column(ForeignKey("service_entry.id", ondelete="CASCADE"))
    opens: Mapped[int]
    closes: Mapped[int]

    entry: Mapped[ServiceEntry] = relationship(back_populates="hours")


def codes(kept: str) -> tuple[str, ...]:
    """The codes that a column holds between commas."""
    return tuple(code for code in kept.split(",") if code)


def kept_codes(chosen: tuple[str, ...]) -> str:
    """Codes as a column keeps them: `,en,sw,`."""
    return f",{','.join(chosen)}," if chosen else ""


class Group(PublicId, Base):
    """A group the programme brings together, such as police or community.

    `letter` is all that paper shows which more than one group sees.
    """

    __tablename__ = "people_group"

    id: Mapped[Key]
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

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[Short]
    place: Mapped[str] = mapped_column(String(120), default="")
    group_id: Mapped[int | None] = mapped_column(ForeignKey("people_group.id"), index=True)
    created_at: Mapped[Now]

    group: Mapped[Group | None] = relationship()


class Person(PublicId, Base):
    """Someone who takes part. The chosen name may be an alias; no legal name is asked for.

    `row_version` grows with each change, so that nobody overwrites what they have not read.
    `created_by` is the public id of the account that added the row, `phone_by` and `email_by` of
    those that typed in just this phone and e-mail. `age_recorded_on` is the day on which the age
    band was said; `minor_since` and `minor_by` say when and by which account a person was first
    taken for a minor, `minor_seen_at` and `minor_seen_by` when and by which custodian that was
    read. `prints_name` is whether nothing keeps the name from paper.
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
        # Those with a fact that is missing, in the order in which they are listed.
        Index("ix_person_without_sex", "group_id", "sort_name", "id", **only_where("sex = ''")),
        Index(
            "ix_person_without_age",
            "group_id",
            "sort_name",
            "id",
            **only_where("age_band = '' and birth_year is null"),
        ),
        # And those with a phone, among them it is counted in the index alone who was never asked.
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

    id: Mapped[Key]
    chosen_name: Mapped[str] = mapped_column(String(200))
    sort_name: Mapped[str] = mapped_column(String(200))
    printed_name: Mapped[str] = mapped_column(String(200), default="")
    printed_name_confirmed_at: Mapped[datetime | None]
    group_id: Mapped[int] = mapped_column(ForeignKey("people_group.id"))
    sex: Mapped[str] = mapped_column(String(8), default="")
    age_band: Mapped[str] = mapped_column(String(8), default="")
    birth_year: Mapped[int | None] = mapped_column(SmallInteger)
    cadre: Mapped[str] = mapped_column(String(80), default="")
    ward: Mapped[str] = mapped_column(String(120), default="")
    language: Mapped[str] = mapped_column(String(8), default="")
    reference: Mapped[str] = mapped_column(String(40), default="", index=True)
    earlier: Mapped[str] = mapped_column(String(4000), default="", server_default="")
    phone_sealed: Mapped[bytes | None]
    phone_lookup: Mapped[str | None] = mapped_column(String(64), index=True)
    email_sealed: Mapped[bytes | None]
    email_lookup: Mapped[str | None] = mapped_column(String(64), index=True)
    phone_by: Mapped[Short] = mapped_column(default="", server_default="")
    email_by: Mapped[Short] = mapped_column(default="", server_default="")
    minor: Mapped[bool] = mapped_column(default=False)
    age_recorded_on: Mapped[date | None]
    minor_since: Mapped[datetime | None]
    minor_by: Mapped[Short] = mapped_column(default="", server_default="")
    minor_seen_at: Mapped[datetime | None]
    minor_seen_by: Mapped[Short] = mapped_column(default="", server_default="")
    row_version: Mapped[int] = mapped_column(default=1)
    created_by: Mapped[Short] = mapped_column(index=True)
    created_at: Mapped[Now]
    changed_at: Mapped[Now]

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
        Index("uq_posting_person_id_open", "person_id", unique=True, **only_where("until is null")),
        # How many are posted somewhere now is counted in the index alone.
        Index("ix_posting_organisation_id_until", "organisation_id", "until", "person_id"),
    )

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    since: Mapped[date]
    until: Mapped[date | None]

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

    id: Mapped[Key]
    forms: Mapped[int] = mapped_column(SmallInteger)
    kept_at: Mapped[str] = mapped_column(String(120))
    recorded_by: Mapped[Short]
    recorded_at: Mapped[Now]


class Consent(Base):
    """Consent or refusal of a person, for one purpose. Never changed, only added. `batch` is where
    her signed form lies with others, if it came so."""

    __tablename__ = "consent"
    __table_args__ = (
        CheckConstraint("answer in ('given', 'refused', 'withdrawn')", name="answer"),
        Index("ix_consent_person_id_purpose_id", "person_id", "purpose", "id"),
    )

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    purpose: Mapped[str] = mapped_column(String(24))
    answer: Mapped[str] = mapped_column(String(12))
    text: Mapped[str] = mapped_column(Text)
    text_version: Mapped[Short]
    recorded_by: Mapped[Short]
    recorded_at: Mapped[Now]
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


def form_language(person: Person) -> tuple[str, bool]:
    """In which language a person's form is printed, and whether it is her own.

    A language that the programme doesn't have gives way to its usual one.
    """
    offered = programme_languages()
    if person.language in offered:
        return person.language, True
    return offered[0], not person.language


class ContactRequest(PublicId, Base):
    """A trainer's request to see the contact of people; another person agrees, or refuses.

    The reason is sealed, as it may say something of the people.
    """

    __tablename__ = "contact_request"
    __table_args__ = (
        CheckConstraint("state in ('waiting', 'agreed', 'refused', 'ended')", name="state"),
        Index("ix_contact_request_asked_by_state", "asked_by", "state"),
        Index("ix_contact_request_state_asked_at", "state", "asked_at"),
    )

    id: Mapped[Key]
    asked_by: Mapped[Short]
    asked_at: Mapped[Now]
    reason_sealed: Mapped[bytes]
    state: Mapped[str] = mapped_column(String(12), default="waiting")
    decided_by: Mapped[Short | None]
    decided_at: Mapped[datetime | None]

    people: Mapped[list[ContactRequestPerson]] = relationship(back_populates="request")


class ContactRequestPerson(Base):
    """A person whose contact is asked for."""

    __tablename__ = "contact_request_person"
    __table_args__ = (UniqueConstraint("request_id", "person_id"),)

    id: Mapped[Key]
    request_id: Mapped[int] = mapped_column(ForeignKey("contact_request.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)

    request: Mapped[ContactRequest] = relationship(back_populates="people")
    person: Mapped[Person] = relationship()


class ContactLooks(Base):
    """How often an account looked at phones and e-mails on a day; `beyond` are the looks of these
    that came after the programme's usual number."""

    __tablename__ = "contact_looks"

    account: Mapped[Short] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    looks: Mapped[int] = mapped_column(default=0)
    beyond: Mapped[int] = mapped_column(default=0)


class ContactReason(PublicId, Base):
    """Why an account looked further than is usual on a day, until a director has seen it."""

    __tablename__ = "contact_reason"
    __table_args__ = (
        Index("ix_contact_reason_account_day", "account", "day"),
        Index("ix_contact_reason_seen_at", "seen_at"),
    )

    id: Mapped[Key]
    account: Mapped[Short]
    day: Mapped[date]
    at: Mapped[Now]
    reason_sealed: Mapped[bytes]
    seen_at: Mapped[datetime | None]
    seen_by: Mapped[Short | None]


class LikelyDuplicate(PublicId, Base):
    """Two people who may be one, found by the last sweep. `reasons` are those of the rule."""

    __tablename__ = "likely_duplicate"
    __table_args__ = (
        UniqueConstraint("first_id", "second_id"),
        CheckConstraint("first_id <= second_id", name="order"),
        Index("ix_likely_duplicate_score_id", "score", "id"),
    )

    id: Mapped[Key]
    first_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    second_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    score: Mapped[int] = mapped_column(SmallInteger)
    certain: Mapped[bool] = mapped_column(default=False)
    reasons: Mapped[list[str]]
    names_alike: Mapped[bool] = mapped_column(default=False)
    # The first reason, by which the list is narrowed.
    reason: Mapped[str] = mapped_column(String(32), index=True)
    found_at: Mapped[Now]

    first: Mapped[Person] = relationship(foreign_keys=[first_id])
    second: Mapped[Person] = relationship(foreign_keys=[second_id])


class NotTheSame(PublicId, Base):
    """Two people that somebody told apart. They are never proposed again."""

    __tablename__ = "not_the_same"
    __table_args__ = (
        UniqueConstraint("first_id", "second_id"),
        CheckConstraint("first_id <= second_id", name="order"),
    )

    id: Mapped[Key]
    first_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    second_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    said_by: Mapped[Short]
    said_at: Mapped[Now]

    first: Mapped[Person] = relationship(foreign_keys=[first_id])
    second: Mapped[Person] = relationship(foreign_keys=[second_id])


class PersonMerge(PublicId, Base):
    """One merge. `gone` is the public id that leads to the person who was kept.

    `sealed` holds what is needed to take it back, until that is thrown away after a day.
    """

    __tablename__ = "person_merge"
    __table_args__ = (Index("ix_person_merge_gone_undone_at", "gone", "undone_at"),)

    id: Mapped[Key]
    gone: Mapped[Short]
    kept_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    merged_by: Mapped[Short]
    merged_at: Mapped[Now] = mapped_column(index=True)
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[Short | None]
    sealed: Mapped[bytes | None]

    kept: Mapped[Person] = relationship()


class ErasureRequest(PublicId, Base):
    """A wish that somebody be erased, until it is done or refused.

    `asked_on` is the day on which she said so, `due_on` that by which she must have an answer.
    Once she is erased, `person_id`
    is empty, and `told` holds how many rows of what went: {declared name: count}.
    """

    __tablename__ = "erasure_request"
    __table_args__ = (
        CheckConstraint("state in ('waiting', 'done', 'refused', 'withdrawn')", name="state"),
        CheckConstraint("grounds in ('wish', 'quiet', 'wrong')", name="grounds"),
        CheckConstraint("(decided_at is null) = (state = 'waiting')", name="decided"),
        Index("ix_erasure_request_state_due_on", "state", "due_on", "id"),
    )

    id: Mapped[Key]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    grounds: Mapped[str] = mapped_column(String(8), default="wish")
    asked_on: Mapped[date]
    due_on: Mapped[date]
    state: Mapped[str] = mapped_column(String(12), default="waiting")
    asked_by: Mapped[Short] = mapped_column(index=True)
    asked_at: Mapped[Now]
    decided_by: Mapped[Short | None]
    decided_at: Mapped[datetime | None]
    refused_reason: Mapped[str] = mapped_column(Text, default="")
    told: Mapped[dict[str, Any]] = mapped_column(default=dict)

    person: Mapped[Person | None] = relationship()


class PeopleList(PublicId, Base):
    """A list. While it waits, its file and what was read of it lie sealed in the file store, and
    what was chosen for it is sealed in `choices`; all go when it is confirmed, cancelled, or older
    than the programme keeps such lists.

    `organisations` are the public ids of those that were added with it, `job` is the work that
    reads or saves it, or did last.
    """

    __tablename__ = "people_list"
    __table_args__ = (
        CheckConstraint("state in ('waiting', 'added', 'undone')", name="state"),
        Index("ix_people_list_state_created_at", "state", "created_at"),
    )

    id: Mapped[Key]
    state: Mapped[str] = mapped_column(String(8), default="waiting")
    group_id: Mapped[int | None] = mapped_column(ForeignKey("people_group.id"), index=True)
    format: Mapped[str] = mapped_column(String(8))
    row_version: Mapped[int] = mapped_column(default=1)
    choices: Mapped[bytes | None]
    job: Mapped[Short] = mapped_column(default="", server_default="")
    new_count: Mapped[int] = mapped_column(default=0)
    same_count: Mapped[int] = mapped_column(default=0)
    changed_count: Mapped[int] = mapped_column(default=0)
    left_count: Mapped[int] = mapped_column(default=0)
    organisations: Mapped[list[str]] = mapped_column(default=list)
    has_report: Mapped[bool] = mapped_column(default=False)
    created_by: Mapped[Short] = mapped_column(index=True)
    created_at: Mapped[Now]
    added_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[Short] = mapped_column(default="")

    group: Mapped[Group | None] = relationship()


class PeopleListPerson(Base):
    """Someone that a list added or changed. `row_version` is hers right after; `before`, sealed, is
    what a change replaced."""

    __tablename__ = "people_list_person"
    __table_args__ = (UniqueConstraint("list_id", "person_id"),)

    id: Mapped[Key]
    list_id: Mapped[int] = mapped_column(ForeignKey("people_list.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    row: Mapped[int]
    added: Mapped[bool]
    row_version: Mapped[int] = mapped_column(default=1)
    before: Mapped[bytes | None]

    person: Mapped[Person] = relationship()


class PeopleListMapping(PublicId, Base):
    """How somebody matched the columns and stations of a list, for the next one with the same
    headings. `shape` is a keyed look-up of the headings; what was matched is sealed, because what
    was taken for headings may be someone's row."""

    __tablename__ = "people_list_mapping"
    __table_args__ = (UniqueConstraint("shape", "created_by"),)

    id: Mapped[Key]
    shape: Mapped[str] = mapped_column(String(64))
    sealed: Mapped[bytes]
    created_by: Mapped[Short] = mapped_column(index=True)
    changed_at: Mapped[Now]


class Zone(PublicId, Base):
    """An area, such as a sub-county or a ward in one (`within`).

    People's wards and organisations' places are text; a zone is the spelling they are offered.
    A zone out of use stays with what names it, and is offered no longer.
    """

    __tablename__ = "zone"
    __table_args__ = (
        CheckConstraint("kind in ('county', 'sub_county', 'ward', 'other')", name="kind"),
    )

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(120), unique=True)
    kind: Mapped[str] = mapped_column(String(12), default="ward")
    within_id: Mapped[int | None] = mapped_column(ForeignKey("zone.id"), index=True)
    active: Mapped[bool] = mapped_column(default=True)
    row_version: Mapped[int] = mapped_column(default=1)

    within: Mapped[Zone | None] = relationship(remote_side="Zone.id")


class Venue(PublicId, Base):
    """A place where workshops and meetings are held.

    `place` is where it is in words; `safe_for` says who can safely come. `accessible` holds codes
    between commas. `band` is how far it lies, in words of the rates. `price_cents` is for a day.
    The person to call, and notes on safety, are sealed; those, the price and `safe_for` are seen
    only by who plans.
    """

    __tablename__ = "venue"
    __table_args__ = (CheckConstraint("price_cents >= 0", name="price_cents"),)

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(120), unique=True)
    place: Mapped[str] = mapped_column(String(120), default="")
    zone_id: Mapped[int | None] = mapped_column(ForeignKey("zone.id"), index=True)
    directions: Mapped[str] = mapped_column(Text, default="")
    safe_for: Mapped[str] = mapped_column(String(300), default="")
    seats: Mapped[int | None] = mapped_column(SmallInteger)
    accessible: Mapped[str] = mapped_column(String(120), default="")
    band: Mapped[str] = mapped_column(String(60), default="")
    price_cents: Mapped[int | None]
    contact_name: Mapped[str] = mapped_column(String(120), default="")
    contact_phone_sealed: Mapped[bytes | None]
    safety_sealed: Mapped[bytes | None]
    active: Mapped[bool] = mapped_column(default=True)
    row_version: Mapped[int] = mapped_column(default=1)

    zone: Mapped[Zone | None] = relationship()
