"""Passphrases and recovery codes of the vault, and the keys that they and the server's key file
make together: neither opens anything without the other."""

from __future__ import annotations

import re
import secrets
from functools import lru_cache
from importlib.resources import files
from typing import Any

from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app

from kash.platform.vault.keys import KEY_BYTES

WORDS_IN_PASSPHRASE = 6
_CODE_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
_CODE_GROUPS = 8
_SALT = 16
# 64 MiB and three passes: a vault is opened a few times a day, and a stolen disk may try for years.
_DEFAULTS = {"time_cost": 3, "memory_cost": 65536, "parallelism": 1}


@lru_cache(maxsize=1)
def words() -> tuple[str, ...]:
    """The 2048 English words of BIP 39 (MIT licence): none is the beginning of another's first
    four letters, so that a word is known from those."""
    return tuple(files("kash.platform.vault").joinpath("words.txt").read_text().split())


def new_passphrase() -> str:
    """Six random words, 66 bits: `river amused ...`."""
    return " ".join(secrets.choice(words()) for _ in range(WORDS_IN_PASSPHRASE))


def new_recovery_code() -> str:
    """160 random bits in groups of four, to be printed once."""
    return "-".join(
        "".join(secrets.choice(_CODE_LETTERS) for _ in range(4)) for _ in range(_CODE_GROUPS)
    )


def passphrase_as_read(typed: str) -> str:
    """A typed passphrase in its one form: small letters, one space between words."""
    return " ".join(re.findall(r"[a-z]+", typed.lower()))


def recovery_code_as_read(typed: str) -> str:
    """A typed recovery code in its one form; what looks alike is the same."""
    plain = typed.lower().translate(str.maketrans("oil", "011"))
    return "".join(letter for letter in plain if letter in _CODE_LETTERS)


def new_salt() -> bytes:
    """A salt for one secret."""
    return secrets.token_bytes(_SALT)


def stretched(secret: str, salt: bytes) -> bytes:
    """The key that a passphrase or code makes with the server's key file: one argon2id run."""
    options: dict[str, Any] = {**_DEFAULTS, **current_app.config.get("VAULT_ARGON2", {})}
    slow = hash_secret_raw(
        secret=secret.encode(), salt=salt, hash_len=KEY_BYTES, type=Type.ID, **options
    )
    server = current_app.extensions["kash_vault"].keys.derived("vault members")
    derive = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=server, info=b"kash vault member")
    return derive.derive(slow)
