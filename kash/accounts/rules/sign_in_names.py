"""Names to sign in with for people who have no e-mail address.

Drawn and never chosen: a name that somebody chooses tells who she is, and being told that one is
taken would tell whoever tries addresses who has an account here.
"""

from __future__ import annotations

from collections.abc import Callable

_NEUTRAL = """
acacia baobab basket bridge canoe candle cedar clay cloud coral cotton drum feather fern garden
ginger granite harbour heron honey indigo island ivory jasmine kettle kite ladder lantern lemon
linen maize mango maple marble meadow melon mirror mosaic olive orchid papaya pebble pepper pigeon
planet pumpkin quartz rainbow river saddle sesame silver spring stone summer sunset tamarind timber
valley velvet violet walnut willow window
"""
_WORDS = tuple(_NEUTRAL.split())
_NUMBERS = 10_000


def drawn_name(draw: Callable[[int], int]) -> str:
    """A word and four digits, `heron-0482`; `draw(n)` is a random number below n."""
    return f"{_WORDS[draw(len(_WORDS))]}-{draw(_NUMBERS):04}"


def is_address(email: str) -> bool:
    """True if an account signs in with an e-mail address, so that mail can reach it."""
    return "@" in email
