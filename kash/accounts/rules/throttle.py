"""When sign-in has to wait, and how addresses are told apart.

Every try is counted against whoever tries: a browser or an address that the account has used
before is counted by itself, so that nobody locks its owner out by failing elsewhere. Strangers
also share two limits: one address over all accounts, and the number of addresses that tried one
account. The last one is what many machines in concert meet; one address adds one to it, however
often it tries.

What knows a browser again, its mark, is worth something for a few wrong tries only: whoever has
the browser of somebody else is a stranger after that.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

THROTTLE_WINDOW = timedelta(minutes=15)
TRIES_OF_ONE_CLIENT = 5
TRIES_OF_ONE_ADDRESS = 180
STRANGERS_ON_ONE_ACCOUNT = 10
# For how long an address is remembered after the account signed in from it.
ADDRESS_KNOWN_FOR = timedelta(days=30)
# For how long a browser is known after the account signed in with it, how many of one account are,
# and how many wrong passwords and codes together its mark outlives.
MARK_LASTS = timedelta(days=180)
MARKS_MOST = 20
MARK_TRIES_MOST = 10

_NETWORK_OF_ONE = 64


@dataclass(frozen=True)
class RecentTries:
    """Tries without success within the `THROTTLE_WINDOW`, before this one.

    `client` are those of this browser or address on this account, `address` those of this address
    on all accounts, `strangers` the addresses that have tried this account and never used it.
    """

    client: int
    address: int = 0
    strangers: int = 0
    known: bool = False


def refused_for_a_while(tries: RecentTries) -> bool:
    """True if a try is to be refused without looking at the password."""
    if tries.client >= TRIES_OF_ONE_CLIENT:
        return True
    if tries.known:
        return False
    if tries.address >= TRIES_OF_ONE_ADDRESS:
        return True
    return tries.client == 0 and tries.strangers >= STRANGERS_ON_ONE_ACCOUNT


def mark_helps(tries: int, expires_at: datetime, now: datetime) -> bool:
    """True if a browser with so many wrong tries since its last sign-in still counts as known."""
    return tries < MARK_TRIES_MOST and now < expires_at


def network_of(address: str) -> str:
    """Network that counts as one address: an IPv4 address, or the /64 that one IPv6 line is given.

    What is no address stands for itself.
    """
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is None:
            return str(ipaddress.ip_network((parsed, _NETWORK_OF_ONE), strict=False))
        parsed = parsed.ipv4_mapped
    return str(parsed)
