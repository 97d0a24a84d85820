"""Keys to which browsers seal what they keep of minutes, one for each account: nobody else's page
can have it opened, nor can the browser itself."""

from __future__ import annotations

import hmac
from functools import lru_cache

from flask import current_app

from kash.platform.vault.phones import Opener, jwk_of, pair_of


def writing_key(account: str) -> dict[str, str]:
    """The public key to which the pages of an account seal, as a JSON web key."""
    return jwk_of(_pair(str(current_app.secret_key), account)[1])


def opener_for(account: str, item: str) -> Opener:
    """Opens what pages of an account sealed under an item."""
    private = _pair(str(current_app.secret_key), account)[0]
    return Opener(private, f"kash minutes v1 {account} {item}")


@lru_cache(maxsize=256)
def _pair(secret: str, account: str) -> tuple[bytes, bytes]:
    return pair_of(hmac.digest(secret.encode(), f"minutes {account}".encode(), "sha512"))
