"""The box of sealed answers: always of one size, and in no order."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace

SALT = 16
_HASH = 16
# People come who are on no list, and some answer twice from two phones.
_LEAST, _STEP = 40, 20


class BallotBoxFull(ValueError):
    """More was sent than the box holds."""


@dataclass(frozen=True)
class BallotBox:
    """A box: see `EvaluationBox`, whose columns these are."""

    slots: int
    piece: int
    taken: int
    salt: bytes
    seen: bytes
    body: bytes


def slots_for(expected: int) -> int:
    """Answers for which there is room, where so many people are expected."""
    wanted = max(_LEAST, 2 * expected)
    return -(-wanted // _STEP) * _STEP


def empty_box(slots: int, piece: int) -> BallotBox:
    """A box that holds only chance: `slots` pieces of `piece` bytes."""
    return BallotBox(
        slots, piece, 0, secrets.token_bytes(SALT), b"", secrets.token_bytes(slots * piece)
    )


def ballots_in(box: BallotBox) -> list[bytes]:
    """The sealed answers, in no order."""
    return [box.body[at : at + box.piece] for at in range(0, box.taken * box.piece, box.piece)]


def was_sent(box: BallotBox, nonce: str) -> bool:
    """True if something with this nonce lies in the box."""
    return _hashed(box.salt, nonce) in _seen(box)


def with_ballot(box: BallotBox, sealed: bytes, nonce: str) -> BallotBox:
    """The box with one more sealed answer: all of them shuffled, all that is empty drawn anew.

    Raises BallotBoxFull, and ValueError if the answer is of another size.
    """
    if len(sealed) != box.piece:
        raise ValueError("an answer is of another size than the others")
    if box.taken >= box.slots:
        raise BallotBoxFull
    pieces = [*ballots_in(box), sealed]
    secrets.SystemRandom().shuffle(pieces)
    empty = secrets.token_bytes((box.slots - len(pieces)) * box.piece)
    seen = sorted([*_seen(box), _hashed(box.salt, nonce)])
    return replace(box, taken=len(pieces), seen=b"".join(seen), body=b"".join(pieces) + empty)


def _seen(box: BallotBox) -> Sequence[bytes]:
    return [box.seen[at : at + _HASH] for at in range(0, len(box.seen), _HASH)]


def _hashed(salt: bytes, nonce: str) -> bytes:
    return hashlib.sha256(salt + nonce.encode()).digest()[:_HASH]
