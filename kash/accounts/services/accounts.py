"""Accounts: made, changed, deactivated. Setting up the programme, once, and changing what it
decides for itself. Retention: deletes what is as old as the programme keeps it. The one-time code
that guards the set-up page of an empty programme. Only its hash is kept, in a file beside the
database; making a new one voids the old one."""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kash.accounts.errors import (
    ALREADY_SET_UP,
    NeedsSecond,
    WeakPassword,
    WrongPassword,
    email_needed,
    email_taken,
    last_administrator,
    only_administrators,
    own_roles,
    person_minor,
    person_taken,
    request_closed,
    roles_conflict,
)
from kash.accounts.models import (
    Account,
    AccountRole,
    Invitation,
    Programme,
    SignedInSession,
    roles_changed,
    sessions_ended,
)
from kash.accounts.queries import accounts
from kash.accounts.queries.accounts import (
    account,
    actor_of,
    email_key,
    email_of,
    is_minor,
    is_settled_now,
    programme,
    roles_of,
)
from kash.accounts.rules import (
    NEED_SECOND_STEP,
    PASSWORD_LEAST,
    PASSWORD_MOST,
    SESSION_LONGEST,
    PasswordFault,
    RequestKind,
    gained_power,
    gained_records,
    is_address,
    password_fault,
    takes_two,
)
from kash.accounts.services.marks import (
    code_hash,
    forget_marks,
    hash_password,
    mark_browser,
    new_code,
    password_matches,
)
from kash.accounts.services.notices import (
    PASSWORD_SET,
    REOPENED,
    ROLES_CHANGED,
    TIED,
    UNTIED,
    given_freely,
    is_operator,
    note_founding,
    notify,
    stand_alone,
    stand_behind,
    unsettle,
)
from kash.accounts.services.throttle import Client, begin_try, forgive_try
from kash.feature import Part
from kash.platform.database import new_public_id, utc_now, writing
from kash.platform.vault import ActorLike, Change, audited, seal
from kash.platform.web.errors import ChangedMeanwhile, Problem, get_or_404, one_or_404
from kash.platform.web.programme import forget_programme_facts, retention
from kash.policy import Actor, Role, role_conflict


@dataclass(frozen=True)
class Founding(Part):
    """A step that makes what its feature needs from the start, in the transaction that sets the
    programme up."""

    step: Callable[[Session, datetime], object]


def _file() -> Path:
    folder: Path = current_app.config["SETTINGS"].data_dir
    return folder / "setup-code.sha256"


def new_setup_code() -> str | None:
    """A fresh code to print in the terminal; None once the programme is set up."""
    if programme() is not None:
        spend_set_up_code()
        return None
    code = new_code()
    path = _file()
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(code_hash(code))
    draft.replace(path)
    return code


def set_up_code_is_right(code: str) -> bool:
    """True if this is the code that was printed last. It has 80 random bits: no throttle."""
    try:
        stored = _file().read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return False
    return bool(stored) and hmac.compare_digest(stored, code_hash(code))


def spend_set_up_code() -> None:
    """The code has done its work."""
    _file().unlink(missing_ok=True)


def check_new_password(password: str, *known_words: str) -> None:
    """Raise WeakPassword, with the reason, unless the password will do."""
    fault = password_fault(password, known_words)
    if fault is None:
        return
    raise WeakPassword(
        {
            PasswordFault.SHORT: _(
                "Use at least %(least)s characters, such as a few words in a row.",
                least=PASSWORD_LEAST,
            ),
            PasswordFault.LONG: _("Use at most %(most)s characters.", most=PASSWORD_MOST),
            PasswordFault.COMMON: _("Too many people use this password. Choose another one."),
            PasswordFault.SAME_AS_NAME: _("Leave your name and e-mail address out of it."),
            PasswordFault.REPEATED: _("This repeats itself. Choose another one."),
        }[fault]
    )


def check_roles(roles: Collection[Role]) -> None:
    """Raise Problem if one account must not hold all of these."""
    if role_conflict(roles) is not None:
        if Role.POLICE_PEER in roles:
            raise roles_conflict(_("A police peer educator holds no other role."))
        if Role.FUNDER in roles:
            raise roles_conflict(_("A funder's account holds no other role."))
        raise roles_conflict(_("An administrator cannot be documentation officer or custodian."))


def build_account(
    *,
    public_id: str,
    name: str,
    email: str,
    password_hash: str,
    roles: Collection[Role],
    language: str = "",
    person_id: int | None = None,
) -> Account:
    """An account that is not stored yet, its address sealed."""
    return Account(
        public_id=public_id,
        name=name,
        email_sealed=seal(email, kind="account.email", public_id=public_id),
        email_lookup=email_key(email),
        password_hash=password_hash,
        language=language,
        person_id=person_id,
        roles=[AccountRole(role=str(role)) for role in sorted(roles)],
    )


def refuse_taken(by: Actor, session: Session, email: str, person_id: int | None) -> None:
    """Refuse a taken address or participant and, if `by` may know of participants, who is under 18.

    To anybody else the refusal would tell who is under 18: there the link opens nothing.
    """
    if session.scalar(select(Account.id).where(Account.email_lookup == email_key(email))):
        raise email_taken()
    if person_id is not None and session.scalar(
        select(Account.id).where(Account.person_id == person_id)
    ):
        raise person_taken()
    if person_id is not None and by.may("people.find") and is_minor(session, person_id):
        raise person_minor()


def new_account(
    by: Actor,
    *,
    name: str,
    email: str,
    password: str,
    roles: Collection[Role],
    language: str = "",
    person_id: int | None = None,
) -> str:
    """Make an account with a password at once, as operators do; returns its public id."""
    check_new_password(password, name, email.partition("@")[0])
    check_roles(roles)
    hashed = hash_password(password)
    public_id = new_public_id()
    with audited("accounts.account_made", by) as change:
        refuse_taken(by, change.session, email, person_id)
        change.session.add(
            build_account(
                public_id=public_id,
                name=name,
                email=email,
                password_hash=hashed,
                roles=roles,
                language=language,
                person_id=person_id,
            )
        )
        flush_account(change.session)
        note_founding(change.session, roles, change.now)
        change.about(public_id, *(f"role:{role}" for role in sorted(roles)))
    return public_id


def flush_account(session: Session) -> None:
    """Write now; of two who write the same address at once, the second is told so."""
    try:
        session.flush()
    except IntegrityError:
        raise email_taken() from None


def locked_account(session: Session, public_id: str) -> Account:
    """An account, locked until the transaction ends. Raises NotFound."""
    return get_or_404(session, Account, public_id, lock=True)


def lock_administrators(session: Session) -> None:
    """Have the person who changes administrators wait for each other."""
    # Two administrators who each remove the other at once must not both succeed.
    session.scalars(
        select(AccountRole).where(AccountRole.role == str(Role.ADMINISTRATOR)).with_for_update()
    ).all()


def other_administrators(session: Session, account: Account) -> int:
    """How many administrators would be left without this account."""
    return (
        session.scalar(
            select(func.count())
            .select_from(AccountRole)
            .join(Account)
            .where(
                AccountRole.role == str(Role.ADMINISTRATOR),
                Account.active.is_(True),
                Account.id != account.id,
            )
        )
        or 0
    )


def set_roles(by: Actor, public_id: str, roles: Collection[Role]) -> None:
    """Give an account exactly these roles; its owner is told.

    Raises Problem, and NeedsSecond where the
    account would gain a powerful role, or one that sees records once the programme is settled.
    """
    check_roles(roles)
    if by.public_id == public_id:
        raise own_roles()
    with audited("accounts.roles_changed", by) as change:
        lock_administrators(change.session)
        account = locked_account(change.session, public_id)
        roles_now = roles_of(account)
        if roles_now == frozenset(roles):
            change.nothing()
            return
        gained = gained_power(roles_now, roles)
        free = bool(gained) and given_freely(change.session, gained, change.now)
        settled = is_settled_now(change.session, change.now)
        needed = takes_two(RequestKind.ROLES, roles_now, roles, settled=settled)
        if needed and not free and not is_operator(by):
            raise NeedsSecond
        if not by.may("accounts.manage"):
            raise only_administrators()
        apply_roles(change, account, roles, by.public_id)
        if free:
            stand_alone(change.session, account.id)


def apply_roles(change: Change, account: Account, roles: Collection[Role], by: str) -> None:
    """Give an account these roles inside the caller's transaction, at the word of `by`.

    Who gains power may be entered by no link from before, and the person who gave it stands behind
    her.
    """
    session = change.session
    roles_now = roles_of(account)
    if (
        Role.ADMINISTRATOR in roles_now
        and Role.ADMINISTRATOR not in roles
        and not other_administrators(session, account)
    ):
        raise last_administrator()
    account.roles = [role for role in account.roles if Role(role.role) in roles] + [
        AccountRole(role=str(role)) for role in sorted(set(roles) - roles_now)
    ]
    if gained_power(roles_now, roles) and not is_address(email_of(account)):
        raise email_needed()
    if gained_power(roles_now, roles) or gained_records(roles_now, roles):
        session.execute(
            delete(Invitation).where(
                Invitation.account_id == account.id, Invitation.used_at.is_(None)
            )
        )
        stand_behind(session, account.id, by, change.now)
        unsettle(account, by, change.now)
    note_founding(session, roles_now | set(roles), change.now)
    session.flush()
    roles_changed(session, account.public_id, frozenset(roles), change.now)
    notify(session, account, ROLES_CHANGED, change.now)
    change.about(account.public_id, *(f"role:{role}" for role in sorted(roles_now ^ set(roles))))


def rename(by: ActorLike, public_id: str, name: str) -> None:
    """Change the name that an account shows."""
    with audited("accounts.renamed", by) as change:
        locked_account(change.session, public_id).name = name
        change.about(public_id)


def link_person(by: Actor, public_id: str, person_id: int | None) -> None:
    """Say which participant an account belongs to, at the operator's word; or that it belongs to
    none any more, which takes one person, and never about her own.

    Raises Problem, and NeedsSecond: until a second
    person agreed, a tie opens nothing.
    """
    with audited("accounts.person_linked", by) as change:
        account = locked_account(change.session, public_id)
        if not is_operator(by):
            if by.public_id == public_id:
                raise own_roles()
            if person_id is not None:
                raise NeedsSecond
            if not by.may("accounts.manage"):
                raise only_administrators()
        if account.person_id == person_id:
            change.nothing()
            return
        tie(change, account, person_id, by.public_id, by)
        change.about(public_id)


def tie(change: Change, account: Account, person_id: int | None, by: str, decider: Actor) -> None:
    """Have an account belong to a participant inside the caller's transaction, at the word of `by`.
    Raises Problem, also if she is or may be under 18; what it says to a decider who may not know
    of participants tells nothing of that."""
    if person_id is not None:
        refuse_tie(decider, change.session, account.id, person_id)
        if is_minor(change.session, person_id):
            raise request_closed()
    account.person_id = person_id
    account.tied_by = "" if person_id is None or is_operator(by) else by
    notify(change.session, account, TIED if person_id is not None else UNTIED, change.now)


def refuse_tie(by: Actor, session: Session, account_id: int, person_id: int) -> None:
    """Refuse a participant who has another account and, if `by` may know of participants,
    one who is under 18."""
    taken = select(Account.id).where(Account.person_id == person_id, Account.id != account_id)
    if session.scalar(taken):
        raise person_taken()
    if by.may("people.find") and is_minor(session, person_id):
        raise person_minor()


def end_sessions(session: Session, account_id: int, *, excluding: str = "") -> None:
    """End an account's sessions, all or all but one, inside the caller's transaction."""
    ending = session.scalars(
        select(SignedInSession.public_id).where(
            SignedInSession.account_id == account_id,
            SignedInSession.ended_at.is_(None),
            SignedInSession.public_id != excluding,
        )
    ).all()
    session.execute(
        update(SignedInSession)
        .where(SignedInSession.public_id.in_(ending))
        .values(ended_at=utc_now(), kept_form=None)
    )
    sessions_ended(session, ending)


def reactivate(by: Actor, public_id: str) -> None:
    """Open a closed account again; its owner is told. Raises NeedsSecond, Problem."""
    with audited("accounts.reactivated", by) as change:
        account = locked_account(change.session, public_id)
        if account.active:
            change.nothing()
            return
        if takes_two(RequestKind.REOPENING, roles_of(account)) and not is_operator(by):
            raise NeedsSecond
        if not by.may("accounts.manage"):
            raise only_administrators()
        reopen(change, account, by.public_id)
        change.about(public_id)


def reopen(change: Change, account: Account, by: str) -> None:
    """Open a closed account again inside the caller's transaction, at the word of `by`."""
    account.active = True
    unsettle(account, by, change.now)
    notify(change.session, account, REOPENED, change.now)


def change_password(by: Actor, present: str, new: str, client: Client, *, mark: str = "") -> None:
    """Change the own password; every other session ends, and no browser is known any more.

    `mark` is the token by which the present one is known again. Raises WrongPassword,
    WeakPassword and SignInPaused.
    """
    account = accounts.account(by.public_id)
    check_new_password(new, account.name, email_of(account).partition("@")[0])
    tried = begin_try(account.email_lookup, client.of(by), account)
    if not password_matches(accounts.account(by.public_id).password_hash, present):
        raise WrongPassword
    forgive_try(tried)
    hashed = hash_password(new)
    with audited("accounts.password_changed", by) as change:
        account = locked_account(change.session, by.public_id)
        account.password_hash = hashed
        account.password_changed_at = change.now
        end_sessions(change.session, account.id, excluding=by.session_id)
        forget_marks(change.session, account.id)
        present_session = change.session.scalar(
            select(SignedInSession).where(SignedInSession.public_id == by.session_id)
        )
        if mark and present_session is not None:
            mark_browser(
                change.session,
                account,
                mark,
                shown=(),
                device=present_session.device,
                session_id=by.session_id,
                now=change.now,
            )
        change.about(by.public_id)


def set_password(by: ActorLike, public_id: str, password: str) -> None:
    """Set an account's password from the command line; all its sessions end."""
    account = accounts.account(public_id)
    check_new_password(password, account.name, email_of(account).partition("@")[0])
    hashed = hash_password(password)
    with audited("accounts.password_set", by) as change:
        account = locked_account(change.session, public_id)
        account.password_hash = hashed
        account.password_changed_at = change.now
        account.paused_at = None
        end_sessions(change.session, account.id)
        forget_marks(change.session, account.id)
        notify(change.session, account, PASSWORD_SET, change.now)
        change.about(public_id)


def choose_language(by: Actor, language: str) -> None:
    """Keep an account's language."""
    with audited("accounts.language_chosen", by) as change:
        account = locked_account(change.session, by.public_id)
        if account.language == language:
            change.nothing()
            return
        account.language = language
        change.about(by.public_id)


def set_up_programme(
    *,
    name: str,
    neutral_name: str,
    zone: str,
    languages: Sequence[str],
    administrator_name: str,
    administrator_email: str,
    password: str,
    runs_workshops: bool = False,
    off: Collection[str] = (),
    also: Callable[[Session], None] = lambda session: None,
) -> Actor:
    """Make the programme, without what is `off`, and its first administrator, who is returned. She
    is a trainer too if she `runs_workshops`.

    `also` adds what other rooms need from the start, in the same transaction. Raises Problem and
    WeakPassword.
    """
    check_new_password(password, administrator_name, administrator_email.partition("@")[0])
    hashed = hash_password(password)
    first = Actor(public_id=new_public_id())
    with audited("accounts.programme_set_up", first) as change:
        if change.session.get(Programme, 1) is not None:
            raise Problem(ALREADY_SET_UP)
        change.session.add(
            Programme(
                id=1,
                name=name,
                neutral_name=neutral_name,
                zone=zone,
                languages=list(languages),
                default_language=languages[0],
                settings={"choices": {"off": sorted(off)}} if off else {},
                created_at=change.now,
            )
        )
        try:
            change.session.flush()
        except IntegrityError:
            raise Problem(ALREADY_SET_UP) from None
        change.session.add(
            build_account(
                public_id=first.public_id,
                name=administrator_name,
                email=administrator_email,
                password_hash=hashed,
                roles=[Role.ADMINISTRATOR, *([Role.TRAINER] if runs_workshops else [])],
            )
        )
        also(change.session)
        change.session.flush()
        change.about("programme", first.public_id)
    forget_programme_facts()
    return actor_of(account(first.public_id))


def change_programme(
    by: ActorLike,
    *,
    name: str,
    neutral_name: str,
    zone: str,
    languages: Sequence[str],
    settings: Mapping[str, Any] | None = None,
    version: int | None = None,
) -> None:
    """Change the programme's names, zone and languages, and those `settings` that are given.

    `version` is the one that the page showed. Raises ChangedMeanwhile.
    """
    with audited("accounts.programme_changed", by) as change:
        programme = _held(change.session, version)
        programme.name = name
        programme.neutral_name = neutral_name
        programme.zone = zone
        programme.languages = list(languages)
        programme.default_language = languages[0]
        programme.settings = {**programme.settings, **(settings or {})}
        programme.version += 1
        change.about("programme")
    forget_programme_facts()


def choose_roles_with_second_step(by: ActorLike, roles: Collection[Role]) -> None:
    """Say which roles need a second step besides those that always do; at once for everybody."""
    more = sorted(str(role) for role in set(roles) - NEED_SECOND_STEP)
    with audited("accounts.second_step_roles_chosen", by) as change:
        programme = one_or_404(change.session.get(Programme, 1, with_for_update=True))
        before = set(programme.settings.get("second_step_roles", ()))
        if before == set(more):
            change.nothing()
            return
        programme.settings = {**programme.settings, "second_step_roles": more}
        programme.version += 1
        change.about("programme", *(f"role:{role}" for role in sorted(before ^ set(more))))
    forget_programme_facts()


Kind = Literal[
    "retention",
    "paper",
    "logo",
    "languages",
    "contacts",
    "alerts",
    "address",
    "outside",
    "reporting",
    "seats",
]


def change_settings(
    by: ActorLike, kind: Kind, part: str, values: Mapping[str, Any], version: int | None = None
) -> dict[str, Any]:
    """Change some values of one part of the settings; the entry names the kind, never a value.

    Returns what the part held before. Raises ChangedMeanwhile.
    """
    with audited(f"accounts.{kind}_changed", by) as change:
        programme = _held(change.session, version)
        before = dict(programme.settings.get(part, {}))
        programme.settings = {**programme.settings, part: {**before, **values}}
        programme.version += 1
        change.about("settings")
    forget_programme_facts()
    return before


def accept_address(by: ActorLike, address: str) -> None:
    """Keep that links and codes may hold this address, though few can open it or it is unprotected.

    It holds for this address alone.
    """
    change_settings(by, "address", "address", {"accepted": address})


def _held(session: Session, version: int | None) -> Programme:
    programme = one_or_404(session.get(Programme, 1, with_for_update=True))
    if version is not None and programme.version != version:
        raise ChangedMeanwhile
    return programme


def delete_old_sessions(now: datetime) -> int:
    """Delete sessions that ended long ago; returns how many went."""
    span = retention().span("ended_sessions")
    with writing() as session:
        # A session can't be longer than its longest, so what began before this has ended.
        gone = session.execute(
            delete(SignedInSession).where(SignedInSession.created_at < now - span - SESSION_LONGEST)
        )
        return int(getattr(gone, "rowcount", 0))
