"""Tokens of programs, their scopes, and answers that are given again. Approval of tokens. It is not
declared as a part, since it cannot be lent: the second person answers for what leaves the
programme. Scopes of a token: what a program may do by it, in words for the person who agrees, and
the permission that the account which answers for it must have."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kash.accounts.models import Account
from kash.exchange.api.rules import TokenFacts, TokenStands, stands_now
from kash.people.connections.models import Connection
from kash.platform.approvals.approval import Approval, Proposal
from kash.platform.database import Base, Key, PublicId, Short
from kash.platform.web.today import AnswerKind
from kash.policy import SIGNED_IN


class ApiToken(Proposal, PublicId, Base):
    """A token for a program at the other end of a connection: asked for by the account that
    answers for it, agreed to by another, then fetched once by the first.

    What it is, is made when it is fetched, and kept as a hash. `window_at` and `window_leased`
    count its requests (`rules/limits.py`). A row never changes what was agreed to. `rows_until` is
    when it was last given people who are no officers one by one, as it was before tokens stopped
    telling of them.
    """

    __tablename__ = "api_token"
    __table_args__ = (
        CheckConstraint("state in ('proposed', 'approved', 'returned')", name="state"),
        CheckConstraint("approved_by is null or approved_by <> proposed_by", name="two_people"),
        CheckConstraint("token_hash is null or state = 'approved'", name="agreed_first"),
        CheckConstraint("days between 1 and 366", name="days"),
        Index("ix_api_token_state_created_at", "state", "created_at"),
    )

    id: Mapped[Key]
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(200))
    days: Mapped[int] = mapped_column(SmallInteger)
    agreed_at: Mapped[datetime | None]
    fetched_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[Short | None]
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    window_at: Mapped[datetime | None]
    window_leased: Mapped[int] = mapped_column(SmallInteger, default=0)
    rows_until: Mapped[datetime | None]

    connection: Mapped[Connection] = relationship()
    account: Mapped[Account] = relationship()
    scopes: Mapped[list[ApiTokenScope]] = relationship(
        cascade="all, delete-orphan", order_by="ApiTokenScope.scope"
    )

    def stands(self, now: datetime) -> TokenStands:
        """State in which it is at a moment."""
        return stands_now(
            TokenFacts(
                self.state,
                self.created_at,
                self.agreed_at,
                self.fetched_at,
                self.expires_at,
                self.ended_at or self.outdated_at,
            ),
            now,
        )

    @property
    def outdated_at(self) -> datetime | None:
        """When its connection was changed since it was asked for: the person who agreed to it
        agreed to the processor of that day, not to the one recorded since. None if it is as it
        was."""
        changed = self.connection.created_at
        return changed if self.created_at < changed and self.state != "returned" else None

    @property
    def last_used_at(self) -> datetime | None:
        """Moment of its last use for anything, to the minute; None if it never was used."""
        used = [scope.last_used_at for scope in self.scopes if scope.last_used_at is not None]
        return max(used, default=None)


class ApiTokenScope(Base):
    """One thing that a token was made for, and when it was last used for it, to the minute."""

    __tablename__ = "api_token_scope"

    token_id: Mapped[int] = mapped_column(ForeignKey("api_token.id"), primary_key=True)
    scope: Mapped[str] = mapped_column(String(30), primary_key=True)
    last_used_at: Mapped[datetime | None]


class KeptAnswer(Base):
    """Answer to a request that wrote, given again for a day if the same request comes again. It
    holds ids of operations and states of marks, and nobody's number."""

    __tablename__ = "kept_answer"
    __table_args__ = (Index("ix_kept_answer_made_at", "made_at"),)

    token_id: Mapped[int] = mapped_column(ForeignKey("api_token.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    body: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime]


# Told to the proposer.
SENT_BACK = AnswerKind(
    "token_sent_back",
    _l("On %(when)s a token for a program that you asked for was sent back. Its page says why."),
    "api.token",
    "public_id",
    _l("Tokens of programs"),
    _l("See why"),
)
APPROVAL = Approval(
    "api_tokens",
    ApiToken,
    proposes="api.make",
    approves="api.agree",
    label=_l("Tokens of programs: agree or send back"),
    waiting=_l("Tokens asked for, not agreed to"),
    own=_l("You asked for this token, so another person must agree to it."),
    stands_in=_l(
        "You stand in for the person who asked for this, so another person must agree to it."
    ),
    sent_back=SENT_BACK,
)


# Of the connections to which tokens belong.
KIND = "api"


@dataclass(frozen=True)
class Scope:
    """A scope. `leaves` says what leaves the programme by it, or comes in; `used` is the action of
    the audit trail for its first use of a day."""

    key: str
    permission: str
    title: Any
    leaves: Any
    used: str = ""


PEOPLE = Scope(
    "people.read",
    "people.see",
    _l("Police officers, without names"),
    _l(
        "Of each police officer one number, the group's letter, sex, age band, cadre, ward and"
        " station. No name, no phone, no e-mail; nobody under 18. Of the community only counts that"
        " a statement told to a funder."
    ),
    "api.people_read",
)
NAMES = Scope(
    "people.names",
    "people.see",
    _l("Names of police officers"),
    _l(
        "The chosen names, beside what the line above gives. Anybody who reads a file"
        " of the other system then knows which officers take part here."
    ),
    "api.names_read",
)
WORKSHOPS = Scope(
    "workshops.read",
    "workshops.see",
    _l("Workshops"),
    _l("Courses, days, venues and sessions. No person."),
    "api.workshops_read",
)
ATTENDANCE = Scope(
    "attendance.read",
    "attendance.see",
    _l("Attendance"),
    _l("Police officers on the register of a workshop, by number alone, with each mark."),
    "api.attendance_read",
)
MARKING = Scope(
    "attendance.mark",
    "attendance.mark",
    _l("Marking attendance"),
    _l(
        "Marks of police officers come in from the other system, in the name of the"
        " person who asks for this token, and only in workshops that this person runs."
        " Nothing leaves but the answers."
    ),
    "api.marking_used",
)
CERTIFICATES = Scope(
    "certificates.read",
    "certificates.see",
    _l("Status of certificates"),
    _l(
        "Serials of police officers' certificates with title, days, and whether each still holds. "
        "No name; the officer's number."
    ),
    "api.certificates_read",
)
RELEASES = Scope(
    "releases.read",
    "releases.see",
    _l("Releases"),
    _l("The printed tables about incidents, exactly as published. Nothing else about incidents."),
    "api.releases_read",
)
INDICATORS = Scope(
    "indicators.read",
    "indicators.see",
    _l("Indicators"),
    _l(
        "Counts of people and workshops in a quarter or a year, by group, course, funder, new or "
        "refresher. Never by sex, age, cadre, station or ward, and nobody behind them."
    ),
    "api.indicators_read",
)

SCOPES = (PEOPLE, NAMES, WORKSHOPS, ATTENDANCE, MARKING, CERTIFICATES, RELEASES, INDICATORS)
# What every token may read: about itself, and how it is used.
ITSELF = Scope("", SIGNED_IN, _l("About this token"), "")


def scope_named(key: str) -> Scope | None:
    """The scope of this key; None if there is none, or no longer."""
    return next((scope for scope in SCOPES if scope.key == key), None)
