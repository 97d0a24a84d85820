"""Alarms: a key of the vault is not the one that was made or compared, so somebody wrote into the
database. They stand in the audit and on members' Today until what is wrong is gone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from sqlalchemy import select

from kash.members.errors import KeyNotRight
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
from kash.policy import SYSTEM


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
    altered = {one for one, trust in stands.items() if trust is Trust.ALTERED}
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
