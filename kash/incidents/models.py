"""Steps before a case is saved. Endings of a case: what else ends when it is closed, what goes
when it is shredded, and what was made of it for others to read and ends with the consent to it.
Officers on duty, and alerts: a drill and somebody held make the same row. Incidents and unfinished
filings, as far as they stand in clear. No row says when it was made, and its number is random, so
that neither order nor time leads from a filing to who was signed in. The letterbox: one row in
which everything lies that phones sent and nobody can see yet. Mediators on duty, and the briefs
that they are shown. Neither knows of any incident. Quota of today: what was sent, as far as it is
needed, in one row for everybody, and for a day only. Workshops and meetings where a case came up:
rooms let theirs be found by their open titles. `find` answers up to ten occasions for the typed
words; `named` those of these public ids, in any order, leaving out what is not there or not for
the actor to see."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, delete
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from kash.accounts.models import Account
from kash.feature import Part, declared
from kash.incidents.rules.record import Record
from kash.people.models import Organisation
from kash.platform.database import Base, Key, PublicId, Short
from kash.platform.vault.models import random_key
from kash.policy import Actor


@dataclass(frozen=True)
class Remains:
    """The remains of a case: ids of sealed documents, names of files in the store, and public
    ids of briefs."""

    documents: Sequence[str] = field(default=())
    files: Sequence[str] = field(default=())
    briefs: Sequence[str] = field(default=())


@dataclass(frozen=True)
class BeforeSaving(Part):
    """A step that runs in the transaction that saves, on the record as it is about to be sealed."""

    step: Callable[[Session, Record], object]


@dataclass(frozen=True)
class Closing(Part):
    """A step of closing: it runs in the transaction that closes the case, and alters the record."""

    step: Callable[[Session, Record], None]


@dataclass(frozen=True)
class Shredding(Part):
    """A step of shredding: it alters nothing and names what goes with the case. It is asked when a
    case is shredded, and whenever a member reads one that nothing keeps; files are deleted after
    the commit.

    The ids of a record's own screens, identities, evidence, first account and changes are known
    without it.
    """

    step: Callable[[Session, Record], Remains]


@dataclass(frozen=True)
class MadeOf(Part):
    """Something made of a case for others to read while everybody in it agrees to `purpose`. What
    was made is noted by its id (`services.made`); `end` ends it for good, in the transaction in
    which a consent is withdrawn or the case is shredded. It is given the ids, and those of them
    that stand under another consent still."""

    purpose: str
    end: Callable[[Session, Sequence[str], Collection[str]], None]


def take_over_everything(session: Session, record: Record) -> None:
    """Run all steps."""
    for part in declared(BeforeSaving):
        part.step(session, record)


def end_with_closing(session: Session, record: Record) -> None:
    """Run all steps of closing."""
    for part in declared(Closing):
        part.step(session, record)


def remains_of(session: Session, record: Record) -> Remains:
    """Everything that goes with a record that is shredded, each once."""
    documents = dict.fromkeys(
        [
            *record.filing.screens.values(),
            *(
                document
                for person in record.persons
                for document in record.identities_of(person.id)
            ),
            *(identity.document for identity in record.earlier_identities),
            *(proposal.document for proposal in record.proposals if proposal.document),
            *(piece.document for piece in record.evidence),
            *record.first_accounts,
            *record.sealed_changes,
            *([record.duty_note] if record.duty_note else []),
        ]
    )
    files: dict[str, None] = {}
    briefs: dict[str, None] = {}
    for part in declared(Shredding):
        remains = part.step(session, record)
        documents.update(dict.fromkeys(remains.documents))
        files.update(dict.fromkeys(remains.files))
        briefs.update(dict.fromkeys(remains.briefs))
    return Remains(list(documents), list(files), list(briefs))


def delete_where(session: Session, column: Any, values: Any) -> None:
    """Delete the rows in whose column one of these values stands."""
    query = delete(column.class_).where(column.in_(values))
    session.execute(query.execution_options(synchronize_session=False))


class OfficerDuty(Base):
    """When a documentation officer is told of an alert, and who before her: the lowest `position`
    on duty is told first. Without hours she is on duty always; `active` is off while she is
    away. `phone_sealed` is a number for this duty; custodians and directors have a row for it
    alone."""

    __tablename__ = "officer_duty"

    id: Mapped[Key]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), unique=True)
    position: Mapped[int] = mapped_column(default=1)
    active: Mapped[bool] = mapped_column(default=True)
    phone_sealed: Mapped[bytes | None]

    account: Mapped[Account] = relationship()
    hours: Mapped[list[OfficerDutyHours]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by="OfficerDutyHours.opens"
    )


class OfficerDutyHours(Base):
    """When: minutes since Monday 00:00, as for mediators."""

    __tablename__ = "officer_duty_hours"
    __table_args__ = (CheckConstraint("closes > opens", name="order"),)

    id: Mapped[Key]
    duty_id: Mapped[int] = mapped_column(
        ForeignKey("officer_duty.id", ondelete="CASCADE"), index=True
    )
    opens: Mapped[int]
    closes: Mapped[int]


class Alert(Base):
    """One alert: the minute at which it was raised until it is over, afterwards only the Monday of
    its week and whether somebody looked in time. `told` counts the steps that were taken."""

    __tablename__ = "alert"

    id: Mapped[int] = mapped_column(
        BigInteger, primary_key=True, autoincrement=False, default=random_key
    )
    week: Mapped[date] = mapped_column(index=True)
    raised_at: Mapped[datetime | None] = mapped_column(index=True)
    told: Mapped[int] = mapped_column(default=0)
    in_time: Mapped[bool | None]


STATES = (
    "draft",
    "submitted",
    "triaged",
    "verified",
    "insufficient",
    "no_violation",
    "mediation",
    "referred",
    "resolved",
    "unresolved",
    "closed",
    "shredded",
)


class Incident(PublicId, Base):
    """One incident. Its public id is the reference that papers name; `document_id` is the sealed
    record, none once it was shredded. `receipt_hash` follows from code, word and the server's key
    together; `receipt_notes` are opened by code and word alone. `remind_at` is a whole hour and
    never says of what."""

    __tablename__ = "incident"
    __table_args__ = (
        CheckConstraint("state in ('" + "', '".join(STATES) + "')", name="state"),
        CheckConstraint("(document_id is null) = (state = 'shredded')", name="document"),
        Index("ix_incident_state_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(
        BigInteger, primary_key=True, autoincrement=False, default=random_key
    )
    state: Mapped[Short]
    document_id: Mapped[int | None] = mapped_column(ForeignKey("vault_document.id"), unique=True)
    receipt_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    receipt_notes: Mapped[bytes | None]
    remind_at: Mapped[datetime | None] = mapped_column(index=True)


class IncidentDraft(Base):
    """A filing that is not finished, found again by the code that its author's phone holds."""

    __tablename__ = "incident_draft"

    id: Mapped[int] = mapped_column(
        BigInteger, primary_key=True, autoincrement=False, default=random_key
    )
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    # The day after which it is shredded, the same for all of one week.
    kept_until: Mapped[date] = mapped_column(index=True)


class IncidentDraftScreen(Base):
    """The answers of one screen, sealed when they arrived."""

    __tablename__ = "incident_draft_screen"

    draft_id: Mapped[int] = mapped_column(
        ForeignKey("incident_draft.id", ondelete="CASCADE"), primary_key=True
    )
    screen: Mapped[Short] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("vault_document.id"), unique=True)


class Letterbox(Base):
    """Unfinished and sent filings together, sealed under the server's keys in one text of a fixed
    size. It is written anew once a minute whether or not anything came, so that a copy of the
    database shows nothing of a filing: no row, no number of rows, no size."""

    __tablename__ = "letterbox"

    # Always the same: there is one row.
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    body: Mapped[bytes]


class Duty(PublicId, Base):
    """A peer educator, of either group, who mediates. `phone` is a number for this duty, sealed,
    shown to the person who needs help; `spoken` are language codes."""

    __tablename__ = "mediator_duty"

    id: Mapped[Key]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), unique=True)
    phone_sealed: Mapped[bytes | None]
    spoken: Mapped[str] = mapped_column(String(80), default="")
    note: Mapped[str] = mapped_column(String(200), default="")
    active: Mapped[bool] = mapped_column(default=True)
    row_version: Mapped[int] = mapped_column(default=1)

    account: Mapped[Account] = relationship()
    stations: Mapped[list[DutyStation]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True
    )
    hours: Mapped[list[DutyHours]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by="DutyHours.opens"
    )


class DutyStation(Base):
    """A station at which a mediator helps."""

    __tablename__ = "mediator_duty_station"

    duty_id: Mapped[int] = mapped_column(
        ForeignKey("mediator_duty.id", ondelete="CASCADE"), primary_key=True
    )
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("organisation.id"), primary_key=True, index=True
    )

    organisation: Mapped[Organisation] = relationship()


class DutyHours(Base):
    """When: minutes since Monday 00:00, as in the directory of services."""

    __tablename__ = "mediator_duty_hours"
    __table_args__ = (CheckConstraint("closes > opens", name="order"),)

    id: Mapped[Key]
    duty_id: Mapped[int] = mapped_column(
        ForeignKey("mediator_duty.id", ondelete="CASCADE"), index=True
    )
    opens: Mapped[int]
    closes: Mapped[int]


class MediationBrief(PublicId, Base):
    """Brief for one mediator: a server-sealed note without person, act or narrative.

    Which incident it belongs to stands only in that incident's sealed record. The note is deleted
    when the mediator closes it, the whole row seven days after it was written; the sealed outcome
    is deleted once a member has taken it over into the record.
    """

    __tablename__ = "mediation_brief"
    __table_args__ = (
        CheckConstraint("state in ('open', 'accepted', 'closed')", name="state"),
        Index("ix_mediation_brief_account_id_state", "account_id", "state"),
    )

    id: Mapped[int] = mapped_column(
        BigInteger, primary_key=True, autoincrement=False, default=random_key
    )
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    state: Mapped[str] = mapped_column(String(8), default="open")
    note_sealed: Mapped[bytes | None]
    outcome_sealed: Mapped[bytes | None]
    runs_out_at: Mapped[datetime] = mapped_column(index=True)


class FilingQuota(Base):
    """The day's spent tokens by circles of accounts, sealed under the server's keys in one text of
    a fixed size. It is written anew once a minute whether or not anybody sent anything, is in no
    backup, and what was spent begins anew with each day."""

    __tablename__ = "filing_quota"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    body: Mapped[bytes]


@dataclass(frozen=True)
class Occasion:
    """One workshop or meeting: its public id, what it is called, when, and its page."""

    id: str
    title: str
    when: str = ""
    url: str = ""


Find = Callable[[str, Actor], Sequence[Occasion]]
Named = Callable[[Collection[str], Actor], Sequence[Occasion]]


@dataclass(frozen=True)
class Occasions(Part):
    """A kind of occasion. `kind` is one of `record.LINK_KINDS`."""

    kind: str
    label: Any
    find: Find
    named: Named


def occasions_of(kind: str) -> Occasions | None:
    """The occasions of a kind, None if nobody offers it."""
    return next((part for part in declared(Occasions) if part.kind == kind), None)
