"""How many reports an account may send in a day, kept so that it hardly tells who sent any.

Each account has a fixed number of tokens a day, of which chance has spent up to half before anybody
sent. Whoever sends spends one of hers, and one of each of a few other accounts, drawn anew each
time, is spent with it: so those who sent nothing look like those who did. Others' sending too takes
no account below its half: whoever counts when she is refused learns nothing that chance alone does
not explain. A token is kept as a short hash under a key of the day, which goes with the day.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Collection, Sequence
from datetime import date
from itertools import islice
from random import Random

from pydantic import BaseModel, Field

# What an account may send and begin in a day at most. Half of it is its own; of the other half some
# goes by chance, and some with what others send.
TOKENS = {"report": 20, "draft": 40}
MOST_COMPANIONS = 9
_ONE_OF = 5
# All of a day is one text, padded to a size that tells nothing; beyond it the size doubles.
_SMALLEST = 256 * 1024
_ENVELOPE = 4


class Spent(BaseModel):
    """Spending of a day: hashes of tokens, in the order of their values."""

    day: date
    key: str = Field(repr=False)
    tokens: list[str] = Field(default_factory=list, repr=False)


def token(key: str, account: str, kind: str, number: int | str) -> str:
    """The hash of one token of an account, by the day's key (hexadecimal)."""
    message = f"{kind} {account} {number}".encode()
    return hmac.digest(bytes.fromhex(key), message, "sha256").hex()[:16]


def tokens_left(spent: Spent, account: str, kind: str) -> list[str]:
    """The tokens of a kind that an account has not spent on this day."""
    gone = set(spent.tokens)
    all_of_it = (token(spent.key, account, kind, number) for number in range(TOKENS[kind]))
    return [one for one in all_of_it if one not in gone]


def own_half(kind: str) -> int:
    """How many tokens of a kind neither chance nor others take from an account."""
    return TOKENS[kind] // 2


def begin(day: date, key: str, everybody: Collection[str], dice: Random) -> Spent:
    """A day before anybody sent: of each account's tokens some are spent by chance, up to half."""
    gone: list[str] = []
    for kind, number in TOKENS.items():
        for account in everybody:
            most = number - own_half(kind)
            drawn = dice.sample(range(number), dice.randint(0, most))
            gone += (token(key, account, kind, each) for each in drawn)
    return Spent(day=day, key=key, tokens=sorted(gone))


def _anybody(_account: str) -> bool:
    return True


def companions_of(
    account: str,
    everybody: Collection[str],
    dice: Random,
    may_give: Callable[[str], bool] = _anybody,
) -> list[str]:
    """The other accounts of which a token goes too: nine, in a small programme one in five, but
    one at least wherever there is one; fewer only where fewer may give one."""
    others = sorted(set(everybody) - {account})
    number = min(MOST_COMPANIONS, max(1, len(others) // _ONE_OF), len(others))
    drawn = dice.sample(others, len(others))
    return list(islice((one for one in drawn if may_give(one)), number))


def spend(
    spent: Spent, account: str, everybody: Collection[str], kind: str, dice: Random
) -> Spent | None:
    """Spend a token for one more that an account sent; None if it has no token left."""
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
    def may_give(other: str) -> bool:
        return len(tokens_left(spent, other, kind)) > own_half(kind)

    others = companions_of(account, everybody, dice, may_give)
    return [tokens_left(spent, other, kind) for other in others]


def _with(spent: Spent, choices: Sequence[Sequence[str]], dice: Random) -> Spent:
    more = {dice.choice(one) for one in choices}
    return spent.model_copy(update={"tokens": sorted({*spent.tokens, *more})})


# --- The text ---------------------------------------------------------------------------------


def as_bytes(spent: Spent) -> bytes:
    """Bytes of a spending, as it is sealed."""
    content = spent.model_dump_json().encode()
    size = _SMALLEST
    while size < len(content) + _ENVELOPE:
        size *= 2
    return content.ljust(size - _ENVELOPE)


def from_bytes(plaintext: bytes) -> Spent:
    """Spending that was sealed. Raises pydantic's ValidationError if it is none."""
    return Spent.model_validate_json(plaintext)
