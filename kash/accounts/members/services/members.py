"""Letting members in, taking their keys away, and giving back what was held back. A member's own
keys: made, sealed anew under another passphrase, or by the recovery code. argon2 runs before the
transaction. A recovery code is answered once and kept nowhere. A new generation of keys after
somebody left: begun and carried on when a member opens the vault. Each batch is one transaction
and one audit entry, so that it goes on where it stood, whatever happened in between; every
document opens all the while."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.accounts.errors import CannotAgree, LastKeyHolder
from kash.accounts.members.queries import asker_of, may_remove, member_of
from kash.accounts.members.rules import entitled, may_begin
from kash.accounts.members.services.alarms import (
    ALREADY_ASKED,
    HAS_KEYS,
    HELD_BACK,
    NO_KEYS,
    NOT_ENTITLED,
    WRONG_RECOVERY_CODE,
    KeyNotRight,
    StaleWords,
    WordsNotCompared,
    alarming,
)
from kash.accounts.members.services.vault_sessions import count_passphrase, own_private
from kash.accounts.models import STANDING_SENTENCES, Account
from kash.accounts.queries.accounts import roles_of, standing_in_requests
from kash.accounts.services.notices import KEYS_ASKED, KEYS_GIVEN_BACK, notify
from kash.platform.approvals.rules import Standing
from kash.platform.database import db, utc_now
from kash.platform.vault import (
    NotCompared,
    OpenVault,
    SealError,
    VaultMember,
    add_member,
    audited,
    begin_anew,
    begin_rotation,
    continue_rotation,
    end_openings_of,
    fingerprint,
    give_back,
    is_withheld,
    let_in,
    lost_compartments,
    make_compartment,
    make_keys,
    missing_compartments,
    new_passphrase,
    new_recovery_code,
    only_holder_of,
    open_text,
    passphrase_as_read,
    private_by_recovery,
    recovery_code_as_read,
    remove_member,
    rotation_due,
    seal,
    seal_anew,
    seal_member,
    stretched,
)
from kash.platform.web.errors import Forbidden, NotFound, Problem, get_or_404
from kash.policy import Actor, Role


def _compared(session: Session, by: Actor, public_id: str, shown: str) -> VaultMember:
    """Another member whose key is still the one of which the words were shown, locked."""
    member = session.scalar(
        select(VaultMember).where(VaultMember.public_id == public_id).with_for_update()
    )
    if member is None or member.holder == by.public_id:
        raise NotFound
    if hashlib.sha256(member.public_key).hexdigest() != shown:
        raise Problem(_l("The words have changed meanwhile. Compare them again."), field="compared")
    return member


def note_compared(by: Actor, vault: OpenVault, public_id: str, shown: str) -> None:
    """Seal the key of a member after four words were compared, for all that both hold.

    `shown` is what the page carried of the key whose words it showed. Raises NotFound, Problem and
    KeyNotRight.
    """
    with alarming(by), audited("vault.words_compared", by) as change:
        seal_member(change.session, vault, _compared(change.session, by, public_id, shown))
        change.about(public_id)


def admit(by: Actor, vault: OpenVault, public_id: str, shown: str) -> list[str]:
    """Let a member, after four words were compared, into all that her roles entitle to and the
    open vault holds; into what. `shown` is as that of `note_compared`.

    Raises NotFound, KeyNotRight and Problem if her account may hold no keys now, and Problem if
    there is nothing that the vault could give her.
    """
    with alarming(by), audited("vault.member_let_in", by) as change:
        member = _compared(change.session, by, public_id, shown)
        account = change.session.scalar(
            select(Account).where(Account.public_id == member.holder).with_for_update()
        )
        may = (
            entitled(roles_of(account))
            if account is not None and account.active and account.paused_at is None
            else frozenset()
        )
        if not may:
            raise Problem(NOT_ENTITLED, status=403)
        given = sorted(name for name in may if vault.holds(name))
        if not given:
            raise Problem(_l("Your keys open nothing for this person. A custodian has to do it."))
        opened = let_in(change.session, vault, member, given, change.now)
        change.about(public_id, *(f"keys:{name}" for name in given))
    return opened


def remove(by: Actor, public_id: str) -> None:
    """Take a member's keys away at once: by a member, or by an administrator, who needs none.

    The last who can open something leaves by her own hand, or by two: then somebody asked before,
    and another, who is independent, does it. A new generation of what she could open is due. Raises
    NotFound, Forbidden, LastKeyHolder and CannotAgree.
    """
    with audited("vault.member_removed", by) as change:
        session = change.session
        member = _member(session, public_id)
        change.about(public_id)
        if member.holder != by.public_id and only_holder_of(session, member, lock=True):
            asker = asker_of(session, member, change.now)
            if asker is None:
                raise LastKeyHolder
            stands = standing_in_requests(session, by.public_id, [asker.public_id], change.now)(
                asked_by=asker.public_id, concerned=member.holder
            )
            if stands is not Standing.MAY:
                raise CannotAgree(STANDING_SENTENCES[stands])
            change.about(asker.public_id)
            allowed = may_remove(session, by, member, Role.ADMINISTRATOR, Role.DIRECTOR)
        else:
            allowed = may_remove(session, by, member, Role.ADMINISTRATOR)
        if not allowed:
            raise Forbidden
        remove_member(session, member)


def _member(session: Session, public_id: str) -> VaultMember:
    return get_or_404(session, VaultMember, public_id, lock=True)


def ask_to_remove(by: Actor, public_id: str) -> None:
    """Ask that the keys of the last who can open something be taken away; she is told, and another
    has to agree. Raises NotFound, Forbidden and Problem while somebody asks."""
    with audited("vault.removal_asked", by) as change:
        member = _member(change.session, public_id)
        if not may_remove(change.session, by, member, Role.ADMINISTRATOR):
            raise Forbidden
        if asker_of(change.session, member, change.now) is not None:
            raise Problem(ALREADY_ASKED, field="loss_known")
        member.removal_asked_by, member.removal_asked_at = by.public_id, change.now
        account = change.session.scalar(select(Account).where(Account.public_id == member.holder))
        if account is not None:
            notify(change.session, account, KEYS_ASKED, change.now)
        change.about(public_id)


def withdraw_removal(by: Actor, public_id: str) -> None:
    """Take back what one asked for oneself. Raises NotFound."""
    with audited("vault.removal_withdrawn", by) as change:
        member = _member(change.session, public_id)
        if member.removal_asked_by != by.public_id:
            raise NotFound
        member.removal_asked_by = member.removal_asked_at = None
        change.about(public_id)


def return_half(by: Actor, public_id: str) -> None:
    """Give the server's half of a member's key back; she is told.

    Nothing is done if it is not held back. Raises NotFound, and Forbidden for herself and for the
    person who neither administers accounts nor directs.
    """
    with audited("vault.half_given_back", by) as change:
        member = _member(change.session, public_id)
        if member.holder == by.public_id or not by.may("accounts.propose"):
            raise Forbidden
        if not is_withheld(member):
            change.nothing()
            return
        give_back(change.session, member)
        account = change.session.scalar(select(Account).where(Account.public_id == member.holder))
        if account is not None:
            notify(change.session, account, KEYS_GIVEN_BACK, change.now)
        change.about(public_id)


# How long words that were shown may be typed back.
SHOWN_FOR = timedelta(hours=1)
_WORDS, _CODE = "members.words", "members.code"


def _carried(by: Actor, text: str, kind: str) -> str:
    """Text that a page carries for its own session, sealed by the server; kept nowhere else."""
    sealed = seal(
        json.dumps([text, utc_now().timestamp()]),
        kind=kind,
        public_id=by.session_id or by.public_id,
    )
    return base64.urlsafe_b64encode(sealed).decode()


def _read(by: Actor, carried: str, kind: str) -> str:
    try:
        sealed = base64.urlsafe_b64decode(carried.encode())
        text, at = json.loads(open_text(sealed, kind=kind, public_id=by.session_id or by.public_id))
    except (SealError, ValueError):
        raise StaleWords from None
    if utc_now().timestamp() - at > SHOWN_FOR.total_seconds():
        raise StaleWords
    return str(text)


def offer_words(by: Actor) -> tuple[str, str]:
    """Six new words, and the same as the page carries them until they are typed back."""
    words = new_passphrase()
    return words, _carried(by, words, _WORDS)


def offered_words(by: Actor, carried: str) -> str:
    """The words that a page carries. Raises StaleWords."""
    return _read(by, carried, _WORDS)


def carry_code(by: Actor, code: str) -> str:
    """A recovery code as the page carries it until its sheet is printed."""
    return _carried(by, code, _CODE)


def carried_code(by: Actor, carried: str) -> str:
    """The recovery code that a page carries. Raises StaleWords."""
    return _read(by, carried, _CODE)


def is_typed_back(words: str, typed: str) -> bool:
    """True if somebody typed the words that she was shown."""
    return passphrase_as_read(typed) == passphrase_as_read(words)


class MadeKeys(NamedTuple):
    """A recovery code, and the four words of the key that it belongs to."""

    code: str
    words: str


def own_words(by: Actor, passphrase: str) -> str:
    """The four words of the actor's own key, as her passphrase opens it: the row alone may have
    been altered. Raises Problem, TooManyPassphrases and KeyNotRight."""
    private = own_private(by, passphrase)
    return fingerprint(private.public_key().public_bytes_raw())


def make_own_keys(by: Actor, passphrase: str) -> MadeKeys:
    """Make the actor's keys; her recovery code and four words.

    A compartment that nobody has made, or that nobody can open any more, she makes herself if her
    roles may; into all others a member lets her in. Raises Problem.
    """
    may = entitled(by.roles)
    if not may:
        raise Problem(NOT_ENTITLED, status=403)
    if member_of(by.public_id) is not None:
        raise Problem(HAS_KEYS)
    code = new_recovery_code()
    keys = make_keys(passphrase, code)
    with alarming(by), audited("vault.keys_made", by) as change:
        session = change.session
        if session.scalar(select(VaultMember.id).where(VaultMember.holder == by.public_id)):
            raise Problem(HAS_KEYS)
        member = add_member(session, by.public_id, keys, change.now)
        change.about(member.public_id)
        change.about(*(f"keys:{name}" for name in _begin(session, by, member, change.now)))
    return MadeKeys(code, fingerprint(keys.private.public_key().public_bytes_raw()))


def _begin(session: Session, by: Actor, member: VaultMember, now: datetime) -> list[str]:
    """Make what nobody has made, and anew what is lost; which compartments."""
    may = may_begin(by.roles)
    missing = missing_compartments(session, sorted(may))
    for name in missing:
        make_compartment(session, name, [member], now)
    anew = sorted(may.intersection(lost_compartments(session)))
    for name in anew:
        begin_anew(session, name, member, now)
    if (missing or anew) and member.admitted_at is None:
        member.admitted_by, member.admitted_at = by.public_id, now
        session.flush()
    return [*missing, *anew]


def begin_compartments(by: Actor) -> None:
    """Make, with keys that the actor has already, what nobody has made or can open any more.

    Raises Problem if there is nothing that she may begin.
    """
    with alarming(by), audited("vault.compartment_begun", by) as change:
        member = change.session.scalar(
            select(VaultMember).where(VaultMember.holder == by.public_id).with_for_update()
        )
        if member is None:
            raise Problem(NO_KEYS, field="passphrase")
        begun = _begin(change.session, by, member, change.now)
        if not begun:
            raise Problem(NOT_ENTITLED, status=403)
        end_openings_of(change.session, member.id)
        change.about(member.public_id, *(f"keys:{name}" for name in begun))


def _own(by: Actor) -> VaultMember:
    member = member_of(by.public_id)
    if member is None:
        raise Problem(NO_KEYS, field="passphrase")
    return member


def change_passphrase(by: Actor, present: str, new: str) -> MadeKeys:
    """Seal the actor's key under another passphrase; a new recovery code, the old one is void.

    Raises as `own_words`.
    """
    return _sealed_anew(by, "vault.passphrase_changed", own_private(by, present), new)


def recover(by: Actor, code: str, new: str) -> MadeKeys:
    """Seal the actor's key under another passphrase by her recovery code; a new recovery code.

    Raises TooManyPassphrases and Problem.
    """
    _own(by)
    count_passphrase(by)
    member = _own(by)
    if is_withheld(member):
        raise Problem(HELD_BACK, field="")
    try:
        private = private_by_recovery(
            member, stretched(recovery_code_as_read(code), member.recovery_salt or b"\0" * 16)
        )
    except SealError:
        raise Problem(WRONG_RECOVERY_CODE, field="recovery_code", status=422) from None
    return _sealed_anew(by, "vault.recovered", private, new)


def _sealed_anew(by: Actor, action: str, private: X25519PrivateKey, new: str) -> MadeKeys:
    code = new_recovery_code()
    public_id = _own(by).public_id
    keys = make_keys(new, code, private=private, public_id=public_id)
    with audited(action, by) as change:
        member = change.session.scalar(
            select(VaultMember).where(VaultMember.holder == by.public_id).with_for_update()
        )
        if member is None or member.public_key != private.public_key().public_bytes_raw():
            raise Problem(NO_KEYS, field="passphrase")
        seal_anew(member, keys)
        # A person who knew the old passphrase has it open nowhere any more.
        end_openings_of(change.session, member.id)
        change.about(member.public_id)
    return MadeKeys(code, fingerprint(private.public_key().public_bytes_raw()))


# Of five hundred documents each; what is left goes on from the page that shows it.
BATCHES = 4


def rotate(by: Actor, look: Callable[[], OpenVault | None], batches: int = BATCHES) -> int:
    """Begin what is due and move some documents on; how many are left in all.

    `look` reads the open vault anew, since a new generation was wrapped to it meanwhile. A
    generation is not begun, and the others go on, where a holder's words were not compared or a key
    does not check: then raises WordsNotCompared or KeyNotRight at the end.
    """
    vault = look()
    if vault is None:
        return 0
    names = rotation_due(db.session(), vault)
    if not names:
        return 0
    stopped: Problem | None = None
    for name in names:
        try:
            _rotation_begin(by, vault, name)
        except (WordsNotCompared, KeyNotRight) as problem:
            stopped = problem
    left = 0
    for name in names:
        vault = look()
        if vault is None or not vault.holds(name):
            continue
        with alarming(by):
            left += _carry_on(by, vault, name, batches)
    if stopped is not None:
        raise stopped
    return left


def _rotation_begin(by: Actor, vault: OpenVault, name: str) -> None:
    try:
        with alarming(by), audited("vault.rotation_begun", by) as change:
            if not begin_rotation(change.session, vault, name, change.now):
                change.nothing()
            change.about(f"keys:{name}")
    except NotCompared:
        raise WordsNotCompared from None


def _carry_on(by: Actor, vault: OpenVault, name: str, batches: int) -> int:
    left = 0
    for _batch in range(batches):
        with audited("vault.rotation_continued", by) as change:
            left = continue_rotation(change.session, vault, name)
            change.about(f"keys:{name}")
        if not left:
            break
    return left
