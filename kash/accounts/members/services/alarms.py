"""Errors of keys and openings, each with its sentence. Alarms: a key of the vault is not the one
that was made or compared, so somebody wrote into the database. They stand in the audit and on
members' Today until what is wrong is gone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from kash.platform.database import db
from kash.platform.vault import (
    KeyAltered,
    Trust,
    VaultMember,
    altered_compartments,
    audited,
    is_news,
    note_standing,
    raised_alarms,
    remember_alarm,
    trusts,
)
from kash.platform.vault.audit import ActorLike
from kash.platform.vault.compartments import Secret
from kash.platform.web.errors import Problem, TooManyTries
from kash.policy import SYSTEM

WRONG_PASSPHRASE = _l(
    "This passphrase does not open the vault. Check words and order, or use your recovery sheet."
)


WRONG_RECOVERY_CODE = _l("This recovery code is not right. Use the newest recovery sheet.")


NO_KEYS = _l("You hold no keys of the vault yet, or nobody has let you in.")


class VaultClosed(Problem):
    """The vault is closed; the person who asks is a script, which cannot show the page that opens
    it."""

    status = 423
    sentence = _l("The vault is closed. Open it and try again.")


class TooManyPassphrases(TooManyTries):
    """Passphrases were tried too often."""

    field = ""
    sentence = _l("Too many tries. Wait a quarter of an hour and try again.")


NOT_ENTITLED = _l("The roles of this account allow no keys of the vault.")


HAS_KEYS = _l("You have keys already. You can change your passphrase.")


class StaleWords(Problem):
    """The text that a page carried is too old, was made for another session, or was altered."""

    sentence = _l("This page was too old. Begin again with new words.")


class KeyNotRight(Problem):
    """A key of the vault is not the one that was made: nothing is opened, nor sealed to it."""

    field = ""
    sentence = _l(
        "A key of the vault was altered in the database. Nothing is sealed to it. Tell the other "
        "members and the operator of the server now."
    )


HELD_BACK = _l(
    "The key of the vault was held back: nobody else can open what it opens. An administrator or "
    "the director gives it back, on the page of who holds keys."
)


class WordsNotCompared(Problem):
    """A member's four words were not compared since keys are sealed."""

    sentence = _l(
        "First compare four words with everybody who holds these keys. Reports are taken as before."
    )


ALREADY_ASKED = _l("You have asked for this already.")


CANNOT_DECIDE = _l("Another custodian has to decide this.")


def raise_alarm(by: ActorLike, subjects: Sequence[str]) -> None:
    """Put into the audit, and on members' Today, that a key is not the one that was made; once."""
    if not is_news(subjects[0]):
        return
    with audited("vault.key_altered", by) as change:
        change.about(*subjects)
        remember_alarm(subjects[0])


@contextmanager
def alarming(by: ActorLike) -> Iterator[None]:
    """A block in which a key may turn out to be altered: that is an alarm, and stops what was to
    be done. Raises KeyNotRight."""
    try:
        yield
    except KeyAltered as error:
        db.session.rollback()
        raise_alarm(by, error.subjects)
        raise KeyNotRight from None


def look_at_keys(
    by: ActorLike = SYSTEM, secrets: Mapping[tuple[str, int], Secret] | None = None
) -> None:
    """Raise an alarm for each key that is not right, and end those whose cause is gone.

    With the `secrets` of an open vault the keys of members are checked wholly; without them only
    what the memory tells of them.
    """
    db.session.rollback()
    session = db.session()
    stands = trusts(session, secrets)
    altered = {alarm for alarm, trust in stands.items() if trust is Trust.ALTERED}
    altered.update(f"keys:{name}" for name in altered_compartments(session))
    members = set(session.scalars(select(VaultMember.public_id)))
    for subject in sorted(altered):
        raise_alarm(by, [subject])
    for subject in raised_alarms():
        # A member's seal may be forged so that only an open vault tells.
        if subject not in altered and (secrets is not None or subject not in members):
            remember_alarm(subject, over=True)


def look_after_keys() -> None:
    """The chore that lists what no alarm knows yet, then looks at all keys."""
    with audited("vault.keys_listed", SYSTEM) as change:
        change.about("keys")
        if not note_standing(change.session):
            change.nothing()
    look_at_keys()
