"""Passwords, one-time links and codes: made here, and kept only as hashes."""

from __future__ import annotations

import base64
import hashlib
import secrets
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
# OWASP's figures for argon2id; the memory is held per sign-in, so it is not chosen higher.
_DEFAULTS = {"time_cost": 2, "memory_cost": 19456, "parallelism": 1}


def _hasher() -> PasswordHasher:
    options: dict[str, Any] = {**_DEFAULTS, **current_app.config.get("ARGON2", {})}
    return PasswordHasher(**options)


def hash_password(password: str) -> str:
    """The argon2id hash of a password."""
    return _hasher().hash(password)


def _nobodys_hash(hasher: PasswordHasher) -> str:
    def random(length: int) -> str:
        return base64.b64encode(secrets.token_bytes(length)).decode().rstrip("=")

    return (
        f"$argon2id$v=19$m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
        f"${random(hasher.salt_len)}${random(hasher.hash_len)}"
    )


def password_matches(stored: str | None, password: str) -> bool:
    """True if a password is right. Takes one argon2 run, also when there is no stored hash."""
    hasher = _hasher()
    try:
        return hasher.verify(stored or _nobodys_hash(hasher), password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def new_token() -> str:
    """256 random bits for an address or a cookie."""
    return secrets.token_urlsafe(32)


def token_from(digest: str) -> str:
    """The token that a secret of 256 bits, in hexadecimal, makes: the same each time."""
    return base64.urlsafe_b64encode(bytes.fromhex(digest)).decode().rstrip("=")


def token_hash(token: str) -> str:
    """How a token is kept. It is random, so that a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_code(groups: int = 4) -> str:
    """A code to type from paper, 20 bits in each group of four: `k3fx-09wm-…`."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(groups))


def code_as_read(code: str) -> str:
    """A typed code in its one form: what looks alike is the same, dashes and spaces are nothing."""
    plain = code.strip().lower().translate(str.maketrans("oil", "011"))
    return "".join(letter for letter in plain if letter in _ALPHABET)


def code_hash(code: str) -> str:
    """How a typed code is kept."""
    return token_hash(code_as_read(code))
