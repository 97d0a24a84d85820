"""Notices to an account about itself, by e-mail; neutral, without addresses or places. Backing of
an account, written down inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from flask_babel import force_locale, format_datetime
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from kash.accounts.models import Account, AccountBacking, AccountNotice, Programme
from kash.accounts.queries import accounts
from kash.accounts.queries.accounts import email_of, is_founded, roles_ever_given
from kash.accounts.rules import SETTLED_AFTER, is_address, is_free
from kash.platform.database import insertion, utc_now, writing
from kash.platform.jobs import enqueue
from kash.platform.jobs.services import Progress
from kash.platform.messages import mail_is_set_up, send_mail
from kash.platform.vault import ActorLike, audited
from kash.platform.web.errors import NotFound
from kash.platform.web.programme import brand, programme_languages
from kash.platform.web.today import answer_kind
from kash.policy import SYSTEM, Actor, Role

NEW_DEVICE, PASSKEY_ADDED = "new_device", "passkey_added"
SECOND_STEP_SET, CODES_MADE = "second_step_set", "codes_made"
RESET_ASKED, RESET_DONE = "reset_asked", "reset_done"
ROLES_ASKED, ROLES_CHANGED = "roles_asked", "roles_changed"
LINK_ASKED, LINK_MADE, PASSWORD_SET = "link_asked", "link_made", "password_set"
REOPENING_ASKED, REOPENED = "reopening_asked", "reopened"
KEYS_ASKED, KEYS_GIVEN_BACK = "keys_asked", "keys_given_back"
OPENING_ASKED, TIED, UNTIED = "opening_asked", "tied", "untied"
APPROVALS_LENT, STANDS_IN = "approvals_lent", "stands_in"
NOT_DONE, VOUCHED_FOR = "not_done", "vouched_for"
# For who asked.
REQUEST_DECLINED, REQUEST_CHANGED = "request_declined", "request_changed"
TEXTS: dict[str, Any] = {
    NEW_DEVICE: _l(
        "On %(when)s a new device signed in with your account. If it was not you, sign in, end "
        "that session on the page of your account and change your password."
    ),
    PASSKEY_ADDED: _l(
        "On %(when)s a passkey was added to your account. If it was not you, sign in, remove it "
        "on the page of your account and change your password."
    ),
    SECOND_STEP_SET: _l(
        "On %(when)s an authenticator app was set up for your account. If it was not you, have "
        "your account locked at once."
    ),
    CODES_MADE: _l(
        "On %(when)s new recovery codes were made for your account. If it was not you, have your "
        "account locked at once."
    ),
    RESET_ASKED: _l(
        "On %(when)s somebody asked to remove the second step of your account. A second"
        " person has to agree. If you did not ask for it, tell them at once."
    ),
    RESET_DONE: _l(
        "On %(when)s the second step of your account was removed, and you were signed out"
        " everywhere. Sign in and set up a new one. If you did not ask for it, tell an"
        " administrator at once."
    ),
    ROLES_ASKED: _l(
        "On %(when)s somebody asked that your roles be changed. A second person has to agree. If"
        " you know nothing of it, tell the director or an administrator."
    ),
    ROLES_CHANGED: _l(
        "On %(when)s your roles were changed. If you know nothing of it, tell the director or an"
        " administrator."
    ),
    LINK_ASKED: _l(
        "On %(when)s somebody asked for a link that sets a new password for your account. A second"
        " person has to agree. If you did not want it, tell them at once."
    ),
    LINK_MADE: _l(
        "On %(when)s a link was made that sets a new password for your account. If you did not want"
        " it, tell the director or an administrator at once."
    ),
    PASSWORD_SET: _l(
        "On %(when)s a new password was set for your account, and you were signed out "
        "everywhere. If it was not you, have your account locked at once."
    ),
    REOPENING_ASKED: _l(
        "On %(when)s somebody asked that your account be opened again. A second person has to"
        " agree."
    ),
    REOPENED: _l(
        "On %(when)s your account was opened again. If you did not want it, tell the director or an"
        " administrator."
    ),
    KEYS_ASKED: _l(
        "On %(when)s somebody asked that your keys of the vault be taken away, though nobody "
        "else can open something. A second person has to agree. If you know nothing of it, tell "
        "the director or an administrator at once."
    ),
    KEYS_GIVEN_BACK: _l(
        "On %(when)s the server's half of your key of the vault was given back: you open it as"
        " before. If somebody may know your six words, change them first."
    ),
    OPENING_ASKED: _l(
        "On %(when)s somebody asked that your account open records, or belong to a participant. A"
        " second person has to agree. If you know nothing of it, tell the director or an"
        " administrator."
    ),
    TIED: _l(
        "On %(when)s it was agreed to which participant your account belongs. You now see those "
        "workshops and certificates. If they are not yours, tell the director or an "
        "administrator at once."
    ),
    UNTIED: _l(
        "On %(when)s it was said that your account belongs to no participant. If you know nothing"
        " of it, tell the director or an administrator."
    ),
    APPROVALS_LENT: _l(
        "On %(when)s it was chosen with your account who decides in your name. If it was not you,"
        " end it on the page of your account and change your password."
    ),
    STANDS_IN: _l(
        "On %(when)s somebody chose you to decide in their name. The page of your account says "
        "on what and when."
    ),
    NOT_DONE: _l("On %(when)s what was asked for your account was declined."),
    VOUCHED_FOR: _l(
        "On %(when)s the operator of the server said that your account stands for itself: you "
        "may agree to what any account asks for."
    ),
    REQUEST_DECLINED: _l("On %(when)s something that you asked for was declined."),
    REQUEST_CHANGED: _l(
        "On %(when)s a request of yours went back to you: the account had changed. Ask again if "
        "needed."
    ),
}
# What a page says by other means, or what one did oneself: told by e-mail alone.
_MAIL_ALONE = frozenset({NEW_DEVICE, PASSKEY_ADDED, SECOND_STEP_SET, CODES_MADE, APPROVALS_LENT})


def notice_text(kind: str, at: datetime) -> str:
    """Text of a notice, in the language of this moment."""
    text = TEXTS[kind] if kind in TEXTS else answer_kind(kind).text
    return str(text) % {"when": format_datetime(at, "d MMMM y, HH:mm")}


def notify(
    session: Session, account: Account, kind: str, at: datetime, *, request_id: str = ""
) -> None:
    """Have an account told, on its Today and by e-mail once the transaction is durable."""
    if kind not in _MAIL_ALONE:
        session.add(AccountNotice(account_id=account.id, kind=kind, request_id=request_id, at=at))
    if mail_is_set_up() and is_address(email_of(account)):
        enqueue(
            session,
            "accounts.notice",
            owner="system",
            title="",
            account=account.public_id,
            what=kind,
            at=at.isoformat(),
        )


def keep_answer(session: Session, account: str, kind: str, at: datetime, about: str) -> None:
    """Keep what another room tells an account, on its Today alone."""
    account_id = session.scalar(select(Account.id).where(Account.public_id == account))
    if account_id is None:
        return
    told = {"account_id": account_id, "kind": kind, "request_id": about}
    session.execute(delete(AccountNotice).filter_by(**told).where(AccountNotice.seen_at.is_(None)))
    session.add(AccountNotice(**told, at=at))


def send_notice(_progress: Progress, *, account: str, what: str, at: str) -> None:
    """Send a notice in the account's own language. Raises MailFailed."""
    account_named = accounts.account(account)
    with force_locale(account_named.language or programme_languages()[0]):
        subject = _("Your access to %(name)s", name=brand())
        text = notice_text(what, datetime.fromisoformat(at))
    send_mail(email_of(account_named), subject, text + "\n")


def notice_seen(by: Actor, public_id: str) -> None:
    """Take a notice off the actor's own Today; no entry, since she only looked. Raises NotFound."""
    with writing() as session:
        seen = session.execute(
            update(AccountNotice)
            .where(AccountNotice.public_id == public_id, AccountNotice.account_id == by.account_id)
            .values(seen_at=utc_now())
        )
        if not seen.rowcount:  # type: ignore[attr-defined]
            raise NotFound


def is_operator(by: ActorLike | str) -> bool:
    """True if somebody acts at the server itself, which is the way out of the rule of two."""
    return (by if isinstance(by, str) else by.public_id) == SYSTEM.public_id


def stand_behind(session: Session, account_id: int, by: str, now: datetime) -> None:
    """Note that `by` (a public id) brought an account in or gave it power; the operator does not
    stand behind anybody."""
    if by and not is_operator(by):
        session.execute(
            insertion(session, AccountBacking)
            .values(account_id=account_id, by=by, at=now)
            .on_conflict_do_nothing()
        )


def stand_alone(session: Session, account_id: int) -> None:
    """Let nobody stand behind an account: a founder's, or one that the operator vouches for."""
    session.execute(delete(AccountBacking).where(AccountBacking.account_id == account_id))


def given_freely(
    session: Session, gained: Collection[Role], now: datetime, *, but_email: str = ""
) -> bool:
    """True if one person may give these roles, because the programme founds itself."""
    # Two who give the first of a role at once must not both succeed.
    session.get(Programme, 1, with_for_update=True)
    founded = is_founded(session)
    given = roles_ever_given(session, now, but_email=but_email)
    return is_free(gained, given, founded=founded)


def note_founding(session: Session, roles: Collection[Role], now: datetime) -> None:
    """The programme is founded once it has a director, for good."""
    if Role.DIRECTOR in roles:
        session.execute(
            update(Programme).where(Programme.founded_at.is_(None)).values(founded_at=now)
        )


def unsettle(account: Account, by: ActorLike | str, now: datetime) -> None:
    """Somebody else has touched the ways into an account: it agrees to nothing for a while."""
    if not is_operator(by):
        account.settled_at = now


def vouch_for(by: ActorLike, public_id: str) -> None:
    """Let nobody stand behind an account any more, and let it agree from now on, at the operator's
    word. Raises NotFound."""
    with audited("accounts.vouched_for", by) as change:
        account = change.session.scalar(
            select(Account).where(Account.public_id == public_id).with_for_update()
        )
        if account is None or not account.active:
            raise NotFound
        stand_alone(change.session, account.id)
        account.settled_at = min(account.settled_at, change.now - SETTLED_AFTER)
        notify(change.session, account, VOUCHED_FOR, change.now)
        change.about(public_id)
