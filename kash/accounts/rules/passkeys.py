"""For which site passkeys are made, and when one was used that may have been copied."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

CHALLENGE_LASTS = timedelta(minutes=5)
PASSKEYS_MOST = 20
_USUAL_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True)
class Site:
    """Site as a browser tells it when a passkey is used here: `host` and whole `origin`."""

    host: str
    origin: str


def site_of(public_address: str) -> Site | None:
    """The site behind the public address, None where browsers allow no passkeys.

    They need https, but for localhost, and a name: a bare number will not do.
    """
    parts = urlsplit(public_address)
    host = (parts.hostname or "").rstrip(".")
    try:
        host = host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None
    try:
        ipaddress.ip_address(host)
    except ValueError:
        pass
    else:
        return None
    local = host == "localhost" or host.endswith(".localhost")
    if not host or (parts.scheme != "https" and not (parts.scheme == "http" and local)):
        return None
    try:
        port = "" if parts.port in (None, _USUAL_PORTS[parts.scheme]) else f":{parts.port}"
    except ValueError:
        return None
    return Site(host, f"{parts.scheme}://{host}{port}")


def may_be_a_copy(last: int, now: int) -> bool:
    """True if a counter has not grown. Devices that do not count say zero for ever."""
    return (last > 0 or now > 0) and now <= last
