"""Steps in rooms above that end with a session, and those that follow a change of roles. Each room
that lends something to a session, or to a role, for as long as it lasts declares a step. A step
works in the transaction that it is given, and commits nothing. Passkeys, and the challenges that
they answer. The programme itself, accounts and what they may do, sessions, invitations. Requests
that take two people, the backers of an account, and notices to its owner. Safety when something
happens: breaches, stand-ins, hand-overs, reviews. Counts of the throttle, and the browsers it
knows. Addresses stand here only as keyed hashes. How roles and actions are called on pages."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    select,
)
from sqlalchemy.orm import Mapped, Session, column_property, mapped_column, relationship

from kash.accounts.rules import Affected, NoticeClock, Opening, RequestKind
from kash.feature import Part, declared, is_used
from kash.platform.approvals.rules import Standing
from kash.platform.database import Base, Key, Now, PublicId, Short
from kash.policy import Role

# Told the public ids of the sessions that end.
SessionStep = Callable[[Session, Sequence[str]], None]
# Told an account's public id, the roles that it has from now on, and now.
RoleStep = Callable[[Session, str, frozenset[Role], datetime], None]


@dataclass(frozen=True)
class SessionEnd(Part):
    """A step that is done when sessions end, however they end, but for those that only grow old."""

    step: SessionStep


@dataclass(frozen=True)
class RoleChange(Part):
    """A step that is done when the roles of an account are changed."""

    step: RoleStep


def sessions_ended(session: Session, public_ids: Sequence[str]) -> None:
    """Run what ends with these sessions."""
    if public_ids:
        for end in declared(SessionEnd):
            end.step(session, public_ids)


def roles_changed(session: Session, public_id: str, roles: frozenset[Role], now: datetime) -> None:
    """Run what follows from the roles that an account has now."""
    for change in declared(RoleChange):
        change.step(session, public_id, roles, now)


class Passkey(PublicId, Base):
    """One passkey of an account. It signs in; it never opens anything that is sealed.

    `credential_key` is the hash by which it is found. `signs_in_alone` says whether the device
    checked who holds it when it was added (a finger, a face, a PIN).
    """

    __tablename__ = "passkey"
    __table_args__ = (Index("ix_passkey_account_id", "account_id"),)

    id: Mapped[Key]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    name: Mapped[str] = mapped_column(String(60))
    credential_key: Mapped[str] = mapped_column(String(64), unique=True)
    credential_id: Mapped[bytes]
    public_key: Mapped[bytes]
    # How often the device says that it has signed; zero for ever if it does not count.
    sign_count: Mapped[int] = mapped_column(BigInteger, default=0)
    signs_in_alone: Mapped[bool] = mapped_column(default=False)
    transports: Mapped[list[str]] = mapped_column(default=list)
    created_at: Mapped[Now]
    last_used_at: Mapped[datetime | None]


class PasskeyChallenge(PublicId, Base):
    """Challenge that a passkey has to sign, once and within minutes. `account_id` is empty at
    sign-in."""

    __tablename__ = "passkey_challenge"
    __table_args__ = (Index("ix_passkey_challenge_expires_at", "expires_at"),)

    id: Mapped[Key]
    purpose: Mapped[str] = mapped_column(String(20))
    challenge: Mapped[bytes]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    expires_at: Mapped[datetime]


# By another name, so that queries may speak of passkeys themselves.
_held = Passkey.__table__.alias("held_passkey")


class Programme(Base):
    """The one programme that this installation serves.

    `neutral_name` is all that titles, headers and paper show. `settings` is what the programme may
    decide for itself; `version` counts its changes. `founded_at` is when its first director joined.
    """

    __tablename__ = "programme"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    name: Mapped[str] = mapped_column(String(120))
    neutral_name: Mapped[str] = mapped_column(String(60))
    zone: Mapped[str] = mapped_column(String(64), default="Africa/Nairobi")
    languages: Mapped[list[str]]
    default_language: Mapped[str] = mapped_column(String(8), default="en")
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Now]
    founded_at: Mapped[datetime | None]


class Account(PublicId, Base):
    """Someone who may sign in. The e-mail is sealed and found again by its look-up only."""

    __tablename__ = "account"
    __table_args__ = (Index("ix_account_name_id", "name", "id"),)

    id: Mapped[Key] = mapped_column()
    name: Mapped[str] = mapped_column(String(120))
    email_sealed: Mapped[bytes]
    email_lookup: Mapped[str] = mapped_column(String(64), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    password_changed_at: Mapped[Now]
    language: Mapped[str] = mapped_column(String(8), default="")
    totp_sealed: Mapped[bytes | None]
    # The last period of thirty seconds for which a code was taken: each is good once.
    totp_period: Mapped[int] = mapped_column(default=0)
    # By what passkeys know the account: random, and nothing else anywhere.
    passkey_handle: Mapped[str | None] = mapped_column(String(64), unique=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), unique=True)
    # Who asked that it belong to this participant: a public id, empty for the operator.
    tied_by: Mapped[Short] = mapped_column(default="")
    active: Mapped[bool] = mapped_column(default=True)
    # Locked at once, until a one-time link has set a new password.
    paused_at: Mapped[datetime | None]
    created_at: Mapped[Now]
    # Since when nobody else has opened it, given it power or touched the ways into it.
    settled_at: Mapped[Now]
    last_seen_at: Mapped[datetime | None]

    roles: Mapped[list[AccountRole]] = relationship(
        back_populates="account",
        order_by="AccountRole.role",
        cascade="all, delete-orphan",
        lazy="selectin",
    )
    has_passkey: Mapped[bool] = column_property(
        select(_held.c.id).where(_held.c.account_id == id).exists()
    )

    @property
    def has_second_step(self) -> bool:
        """True if a password alone does not open this account."""
        return self.totp_sealed is not None or self.has_passkey


class AccountRole(Base):
    """One role that an account holds."""

    __tablename__ = "account_role"
    __table_args__ = (Index("ix_account_role_role", "role"),)

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(20), primary_key=True)

    account: Mapped[Account] = relationship(back_populates="roles")


class Invitation(PublicId, Base):
    """A one-time link: to open an account, or for `account_id` to set a new password.

    `invited_by` may be handed over; `brought_by` is who made it, for good. One that opens much was
    agreed to (`request_id`, and then the person who uses it needs the code that the second person
    tells), is a founder's (`founding`), or is the operator's.
    """

    __tablename__ = "invitation"
    __table_args__ = (Index("ix_invitation_used_at_expires_at", "used_at", "expires_at"),)

    id: Mapped[Key]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    email_sealed: Mapped[bytes]
    email_lookup: Mapped[str] = mapped_column(String(64), index=True)
    roles: Mapped[list[str]]
    language: Mapped[str] = mapped_column(String(8), default="")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    invited_by: Mapped[Short]
    brought_by: Mapped[Short] = mapped_column(default="")
    founding: Mapped[bool] = mapped_column(default=False)
    request_id: Mapped[Short] = mapped_column(default="")
    code_hash: Mapped[str] = mapped_column(String(64), default="")
    created_at: Mapped[Now]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """A code that takes the phone's place once."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("account_id", "code_hash"),)

    id: Mapped[Key]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    code_hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None]


class SignedInSession(PublicId, Base):
    """One browser in which someone is signed in.

    `fresh_at` is when the password or a passkey was last given. An `unfamiliar` one began in a
    browser that the account had not used before; its owner is asked elsewhere whether it was her,
    until `answered_at`. `kept_form` is what was typed when a fresh sign-in was asked for, sealed.
    """

    __tablename__ = "signed_in_session"
    __table_args__ = (Index("ix_signed_in_session_account_id_ended_at", "account_id", "ended_at"),)

    id: Mapped[Key]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    device: Mapped[str] = mapped_column(String(40), default="")
    created_at: Mapped[Now]
    last_seen_at: Mapped[Now]
    fresh_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    unfamiliar: Mapped[bool] = mapped_column(default=False)
    answered_at: Mapped[datetime | None]
    kept_form: Mapped[bytes | None]
    kept_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship()


class AccountRequest(PublicId, Base):
    """One asks, an independent second decides. `asked_by` and `decided_by` are public ids.

    `content_sealed` is what exactly is asked for, as JSON, where the kind does not say it all;
    `digest` fixes it together with how the account stood then. `code_sealed` is what the second
    person tells the person who uses the link.
    """

    __tablename__ = "account_request"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('invitation', 'roles', 'link', 'second_step', 'reopening', 'opening')",
            name="kind",
        ),
        CheckConstraint(
            "state IN ('waiting', 'agreed', 'done', 'declined', 'withdrawn', 'changed')",
            name="state",
        ),
        Index("ix_account_request_account_id_state", "account_id", "state"),
        Index("ix_account_request_state_expires_at", "state", "expires_at"),
        Index("ix_account_request_asked_by_state", "asked_by", "state"),
    )

    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(String(12))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    email_lookup: Mapped[str] = mapped_column(String(64), default="")
    content_sealed: Mapped[bytes | None]
    digest: Mapped[str] = mapped_column(String(64))
    reason_sealed: Mapped[bytes]
    asked_by: Mapped[Short]
    asked_at: Mapped[Now]
    expires_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    decided_by: Mapped[Short] = mapped_column(default="")
    decided_at: Mapped[datetime | None]
    answer_sealed: Mapped[bytes | None]
    code_sealed: Mapped[bytes | None]

    account: Mapped[Account | None] = relationship()


class AccountBacking(Base):
    """Backing: who brought an account in or gave it power, alone or by asking for it. Kept for
    good.

    `by` is a public id; nobody stands behind founders, nor behind those the operator let in.
    """

    __tablename__ = "account_backing"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    by: Mapped[Short] = mapped_column(primary_key=True)
    at: Mapped[Now]


class AccountNotice(PublicId, Base):
    """Notice of what others did to an account, or decided for it, until its owner has seen it on
    Today."""

    __tablename__ = "account_notice"
    __table_args__ = (Index("ix_account_notice_account_id_seen_at", "account_id", "seen_at"),)

    id: Mapped[Key]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[str] = mapped_column(String(24))
    request_id: Mapped[Short] = mapped_column(default="")
    at: Mapped[Now]
    seen_at: Mapped[datetime | None]


class Breach(PublicId, Base):
    """Something that may have shown personal data to others, and what was done about it.

    Its texts are sealed. `account_id` is whose account was locked, if it began with that.
    """

    __tablename__ = "breach"
    __table_args__ = (
        Index("ix_breach_closed_at_noticed_at", "closed_at", "noticed_at"),
        Index("ix_breach_account_id", "account_id"),
    )

    id: Mapped[Key]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    what_sealed: Mapped[bytes]
    affected: Mapped[list[str]] = mapped_column(default=list)
    unfinished: Mapped[list[str]] = mapped_column(default=list)
    noticed_at: Mapped[datetime]
    opened_at: Mapped[Now]
    opened_by: Mapped[Short]
    notified_at: Mapped[datetime | None]
    notified_by: Mapped[Short | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[Short | None]
    reason_sealed: Mapped[bytes | None]

    notes: Mapped[list[BreachNote]] = relationship(
        back_populates="breach", order_by="BreachNote.id", cascade="all, delete-orphan"
    )


class BreachNote(PublicId, Base):
    """A line about a breach: what was found, or done. Never changed afterwards."""

    __tablename__ = "breach_note"

    id: Mapped[Key]
    breach_id: Mapped[int] = mapped_column(ForeignKey("breach.id"), index=True)
    text_sealed: Mapped[bytes]
    at: Mapped[Now]
    by: Mapped[Short]

    breach: Mapped[Breach] = relationship(back_populates="notes")


class Delegation(PublicId, Base):
    """Approvals that an absent person lends to another from `starts_at` until before `ends_at`."""

    __tablename__ = "delegation"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="in_order"),
        Index("ix_delegation_stand_in_id_ends_at", "stand_in_id", "ends_at"),
        Index("ix_delegation_absent_id_ends_at", "absent_id", "ends_at"),
    )

    id: Mapped[Key]
    absent_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    stand_in_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    permissions: Mapped[list[str]]
    reason: Mapped[str] = mapped_column(String(200))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    created_at: Mapped[Now]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[Short | None]

    absent: Mapped[Account] = relationship(foreign_keys=[absent_id])
    stand_in: Mapped[Account] = relationship(foreign_keys=[stand_in_id])


class HandOver(PublicId, Base):
    """Hand-over of somebody who leaves. `lines` are key, count and the successor's public id.

    `unfinished` names the steps that could not be done at once, by their keys.
    """

    __tablename__ = "hand_over"

    id: Mapped[Key]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    unfinished: Mapped[list[str]]
    at: Mapped[Now]
    by: Mapped[Short]


class AccessReview(PublicId, Base):
    """Somebody looked at what an account may do, or at all accounts if `account_id` is empty."""

    __tablename__ = "access_review"
    __table_args__ = (Index("ix_access_review_account_id_at", "account_id", "at"),)

    id: Mapped[Key]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[Now]
    by: Mapped[Short]


class CountedTries(Base):
    """How many tries of one kind, by one key, have not succeeded until `until`; then none.

    One row for each key, however many tries: what is refused makes nothing grow.
    """

    __tablename__ = "counted_tries"
    __table_args__ = (Index("ix_counted_tries_until", "until"),)

    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    tries: Mapped[int] = mapped_column(default=0)
    until: Mapped[datetime]


class KnownAddress(Base):
    """An address from which an account signed in lately; different for each account."""

    __tablename__ = "known_address"
    __table_args__ = (Index("ix_known_address_used_at", "used_at"),)

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    address_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    used_at: Mapped[Now]


class BrowserMark(PublicId, Base):
    """A browser in which one account has signed in, known again by a random token in its cookie.

    It belongs to that account alone. `session_id` is the session that gave it its present token;
    `tries` are wrong passwords and codes since then. It ends at `expires_at`, and before with a
    lock, a new password or the account.
    """

    __tablename__ = "browser_mark"
    __table_args__ = (
        Index("ix_browser_mark_account_id_used_at", "account_id", "used_at"),
        Index("ix_browser_mark_expires_at", "expires_at"),
    )

    id: Mapped[Key]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    device: Mapped[str] = mapped_column(String(40), default="")
    session_id: Mapped[Short] = mapped_column(default="")
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[Now]
    used_at: Mapped[Now]
    expires_at: Mapped[datetime]


ROLE_NAMES: dict[Role, Any] = {
    Role.ADMINISTRATOR: _l("Administrator"),
    Role.DIRECTOR: _l("Director"),
    Role.TRAINER: _l("Trainer"),
    Role.MONITORING: _l("M&E officer"),
    Role.DOCUMENTATION: _l("Documentation officer"),
    Role.CUSTODIAN: _l("Custodian"),
    Role.PEER: _l("Peer educator"),
    Role.POLICE_PEER: _l("Police peer educator"),
    Role.FUNDER: _l("Funder"),
}

ROLE_NOTES: dict[Role, Any] = {
    Role.ADMINISTRATOR: _l("Accounts, settings and backups. Sees no participants."),
    Role.DIRECTOR: _l("Sees the work, approves certificates, runs the forums."),
    Role.TRAINER: _l("Writes courses and runs their own workshops."),
    Role.MONITORING: _l("Sees workshops and attendance, counts figures, writes to funders."),
    Role.DOCUMENTATION: _l(
        "Works on sealed cases; sees names of participants, courses and forums. Never an"
        " administrator."
    ),
    Role.CUSTODIAN: _l(
        "Works on sealed cases and keeps who somebody is; sees participants and forums. Never an"
        " administrator."
    ),
    Role.PEER: _l("Sees their own workshops and certificates."),
    Role.POLICE_PEER: _l("Sees his own workshops and certificates. Holds no other role."),
    Role.FUNDER: _l("Reads printed figures, services, and what their funder was sent."),
}


AFFECTED_NAMES: dict[str, Any] = {
    Affected.NAMES: _l("Names of participants"),
    Affected.CONTACTS: _l("Phones or e-mail addresses"),
    Affected.ATTENDANCE: _l("Workshops and attendance"),
    Affected.CERTIFICATES: _l("Certificates"),
    Affected.FORUMS: _l("Forums and their minutes"),
    Affected.ACCOUNTS: _l("Accounts of staff"),
    Affected.CASES: _l("Sealed cases: what was reported"),
    Affected.HEALTH: _l("Health: illness, tests, care"),
    Affected.IDENTITIES: _l("Identities: legal names, ID numbers"),
    Affected.EVIDENCE: _l("Evidence: photos, recordings, documents"),
    Affected.PAPER: _l("Paper: sheets, badges, print files"),
    Affected.UNKNOWN: _l("Not known yet"),
}

OPENING_NAMES: dict[Opening, Any] = {
    Opening.SHOWN: _l("Phones and e-mails shown"),
    Opening.EXPORTED: _l("Exports"),
    Opening.PRINTED: _l("Prints"),
}


# What is asked for, as the heading of a request.
ASKED_NAMES: dict[RequestKind, Any] = {
    RequestKind.INVITATION: _l("Invitation"),
    RequestKind.ROLES: _l("Change of roles"),
    RequestKind.LINK: _l("Link for a new password"),
    RequestKind.SECOND_STEP: _l("Lost second step"),
    RequestKind.REOPENING: _l("Opening a closed account"),
    RequestKind.OPENING: _l("Opening of records"),
}

# Why somebody cannot decide a request, said to herself.
STANDING_SENTENCES: dict[Standing, Any] = {
    Standing.ASKED: _l("You asked for this: somebody else has to decide."),
    Standing.CONCERNED: _l("This is about your own account: somebody else decides."),
    Standing.TIED: _l(
        "Somebody independent decides: one of you brought in or gave power to the other, or the "
        "same person did to both."
    ),
    Standing.NEW: _l("Your account, its roles or the ways into it are less than seven days old."),
}


def second_note(standing: Standing, settled: Any) -> str:
    """Sentence on whether somebody may agree, said of her."""
    if standing is Standing.MAY:
        return _("may agree")
    if standing is Standing.NEW:
        return _("may agree from %(when)s on", when=settled)
    return _("not independent of who asked")


def clock_text(clock: NoticeClock) -> str:
    """How the 72-hour clock stands, in words that need no colour."""
    if clock.state == "running":
        if not clock.hours:
            return _("Less than an hour left for the notice")
        return _("Hours left for the notice: %(hours)s", hours=clock.hours)
    if clock.state == "overdue":
        return _("The notice is overdue. Hours late: %(hours)s", hours=clock.hours)
    return {
        "notified": _("Notice given in time"),
        "notified late": _("Notice given late"),
        "closed": _("Closed without a notice"),
    }[clock.state]


# What a role is for alone: nobody is given it anew where the programme doesn't use that.
_ROLE_USES = {Role.DOCUMENTATION: "incidents", Role.FUNDER: "overview"}


def role_choices(held: Collection[str] = ()) -> list[tuple[str, Any]]:
    """All roles, for a form, but those that are of no use here and not `held`."""
    return [
        (str(role), name)
        for role, name in ROLE_NAMES.items()
        if role in held or is_used(_ROLE_USES.get(role, ""))
    ]


def role_notes() -> dict[str, Any]:
    """A line about each role, for a form."""
    return {str(role): note for role, note in ROLE_NOTES.items()}


def role_name(role: str) -> str:
    """How a role is called."""
    return str(ROLE_NAMES[Role(role)])
