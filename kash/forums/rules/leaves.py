"""The lock of minutes: a root over salted leaves, which holds although some are withdrawn.

Each paragraph, decision, action and name of the minutes is a leaf. Its digest is SHA-256 of a
random salt, its kind, its place and its value, each after its length; the root is SHA-256 of the
meeting and of the kinds and digests of all leaves in order. A leaf is withdrawn by deleting its
value and its salt: its digest stays, so that the root still verifies, and since the salt is gone
nobody can try short names until one fits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from kash.platform.vault.canonical import length_prefixed

SALT_BYTES = 16
_MARK = "minutes of a forum, 1"
_ERRATUM_MARK = "erratum to minutes, 1"


@dataclass(frozen=True)
class SaltedLeaf:
    """A piece of locked minutes. `digest` is 64 hexadecimal characters; value and salt are None
    once it is withdrawn."""

    kind: str
    digest: str
    value: str | None
    salt: bytes | None

    @property
    def withdrawn(self) -> bool:
        """True if nothing of it is left but its digest."""
        return self.value is None and self.salt is None


def leaf_digest(salt: bytes, kind: str, place: int, value: str) -> str:
    """The digest of a leaf; `place` counts from 0."""
    return hashlib.sha256(length_prefixed(salt, kind, str(place), value)).hexdigest()


def leaves_of(parts: Sequence[tuple[str, str]], new_salt: Callable[[], bytes]) -> list[SaltedLeaf]:
    """The leaves of (kind, value) in order. `new_salt` gives 16 random bytes, anew each time.

    Raises ValueError if a salt is shorter, since a short name could be guessed then.
    """
    leaves = []
    for place, (kind, value) in enumerate(parts):
        salt = new_salt()
        if len(salt) < SALT_BYTES:
            raise ValueError("a salt has at least 128 bits")
        leaves.append(SaltedLeaf(kind, leaf_digest(salt, kind, place, value), value, salt))
    return leaves


def root_of(meeting: str, leaves: Sequence[SaltedLeaf]) -> str:
    """The root, 64 hexadecimal characters; `meeting` is the public id of the meeting."""
    parts = [part for leaf in leaves for part in (leaf.kind, leaf.digest)]
    return hashlib.sha256(length_prefixed(_MARK, meeting, str(len(leaves)), *parts)).hexdigest()


def withdrawn(leaf: SaltedLeaf) -> SaltedLeaf:
    """The leaf without its value and its salt."""
    return replace(leaf, value=None, salt=None)


def altered(leaves: Sequence[SaltedLeaf]) -> list[int]:
    """The places of the leaves, counted from 0, whose value is not the one that was locked."""
    return [place for place, leaf in enumerate(leaves) if not _holds(leaf, place)]


def _holds(leaf: SaltedLeaf, place: int) -> bool:
    if leaf.withdrawn:
        return True
    if leaf.value is None or leaf.salt is None:
        return False
    return leaf.digest == leaf_digest(leaf.salt, leaf.kind, place, leaf.value)


def erratum_root(before: str, number: int, leaf: SaltedLeaf) -> str:
    """The root after an erratum: it stands on the one `before`, that of the minutes or of the
    erratum before it, so that none can be left out."""
    return hashlib.sha256(
        length_prefixed(_ERRATUM_MARK, before, str(number), leaf.kind, leaf.digest)
    ).hexdigest()
