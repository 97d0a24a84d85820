"""How many reports an account may send in a day, kept so that it hardly tells who sent any.

Each account has a fixed number of tokens a day. Whoever sends spends one of hers, and one of each
of a few other accounts, drawn anew each time, is spent with it: so those who sent nothing look like
those who did. A token is kept as a short hash under a key of the day, which goes with the day.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Sequence
from datetime import date
from random import Random

from pydantic import BaseModel, Field

# What an account may send and begin in a day if nobody else does; some goes with what others send.
TOKENS = {"report": 20, "draft": 40}
MOST_COMPANIONS = 9
_ONE_OF = 5
# All of a day is one text, padded to a size that tells nothing; beyond it the size doubles.
_SMALLEST = 64 * 1024
_ENVELOPE = 4


class Spent(BaseModel):
    """What was spent on a day: hashes of tokens, in the order of their values."""

    day: date
    key: str = Field(repr=False)
    tokens: list[str] = Field(default_factory=list, repr=False)


def token(key: str, account: str, kind: str, number: int | str) -> str:
    """The hash of one token of an account, by the day's key (hexadecimal)."""
    message = f"{kind} {account} {number}".encode()
    return hmac.new(bytes.fromhex(key), message, hashlib.sha256).hexdigest()[:16]


def tokens_left(spent: Spent, account: str, kind: str) -> list[str]:
    """The tokens of a kind that an account has not spent on this day."""
    gone = set(spent.tokens)
    all_of_it = (token(spent.key, account, kind, number) for number in range(TOKENS[kind]))
    return [one for one in all_of_it if one not in gone]


def companions_of(account: str, everybody: Collection[str], dice: Random) -> list[str]:
    """The other accounts of which a token goes too: nine, in a small programme one in five, but
    one at least wherever there is one."""
    others = sorted(set(everybody) - {account})
    number = min(MOST_COMPANIONS, max(1, len(others) // _ONE_OF), len(others))
    return dice.sample(others, number)


def spend(
    spent: Spent, account: str, everybody: Collection[str], kind: str, dice: Random
) -> Spent | None:
    """What is spent after an account sent one more; None if it has no token left."""
    left = tokens_left(spent, account, kind)
    if not left:
        return None
    return _with(spent, [left, *_of_companions(spent, account, everybody, kind, dice)], dice)


def spend_minute(
    spent: Spent, account: str, everybody: Collection[str], kind: str, minute: int, dice: Random
) -> Spent | None:
    """The same beyond the day's tokens, for what cannot wait: one a minute.

    None if this minute's is spent.
    """
    together = [account, *companions_of(account, everybody, dice)]
    mine, *others = [token(spent.key, one, f"{kind}, minute", minute) for one in together]
    return (
        None if mine in spent.tokens else _with(spent, [[mine], *([one] for one in others)], dice)
    )


def _of_companions(
    spent: Spent, account: str, everybody: Collection[str], kind: str, dice: Random
) -> list[list[str]]:
    found = (tokens_left(spent, other, kind) for other in companions_of(account, everybody, dice))
    return [left for left in found if left]


def _with(spent: Spent, choices: Sequence[Sequence[str]], dice: Random) -> Spent:
    more = {dice.choice(one) for one in choices}
    return spent.model_copy(update={"tokens": sorted({*spent.tokens, *more})})


# --- The text ---------------------------------------------------------------------------------


def as_bytes(spent: Spent) -> bytes:
    """What was spent, as it is sealed."""
    content = spent.model_dump_json().encode()
    size = _SMALLEST
    while size < len(content) + _ENVELOPE:
        size *= 2
    return content.ljust(size - _ENVELOPE)


def from_bytes(plaintext: bytes) -> Spent:
    """What was sealed. Raises pydantic's ValidationError if it is none."""
    return Spent.model_validate_json(plaintext)
