"""Files that a passphrase opens at once: age stretches each for a second, which says nothing more
of what is done with an opened one."""

import hashlib
import hmac
import os
import textwrap
from base64 import b64encode

import pyrage
import pytest
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

# A second's worth is 18 or so: each step doubles it.
_WORK = 1
_LAST_PIECE = bytes(11) + b"\x01"


def _text(raw: bytes) -> bytes:
    return b64encode(raw).rstrip(b"=")


def _derived(key: bytes, purpose: bytes, salt: bytes = b"") -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=purpose).derive(key)


def quickly_locked(content: bytes, passphrase: str, *, armored: bool = True) -> bytes:
    """What `pyrage.passphrase.encrypt` makes of a short content, as age's format says."""
    assert armored
    assert len(content) <= 64 * 1024
    salt, key, nonce = os.urandom(16), os.urandom(16), os.urandom(16)
    wrapping = hashlib.scrypt(
        passphrase.encode(), salt=b"age-encryption.org/v1/scrypt" + salt, n=2**_WORK, r=8, p=1,
        dklen=32,
    )  # fmt: skip
    wrapped = ChaCha20Poly1305(wrapping).encrypt(bytes(12), key, None)
    head = b"age-encryption.org/v1\n-> scrypt %s %d\n%s\n---" % (_text(salt), _WORK, _text(wrapped))
    mac = hmac.digest(_derived(key, b"header"), head, "sha256")
    body = ChaCha20Poly1305(_derived(key, b"payload", nonce)).encrypt(_LAST_PIECE, content, None)
    whole = head + b" " + _text(mac) + b"\n" + nonce + body
    lines = "\n".join(textwrap.wrap(b64encode(whole).decode(), 64))
    name = "AGE ENCRYPTED FILE"
    return f"-----BEGIN {name}-----\n{lines}\n-----END {name}-----\n".encode()


@pytest.fixture
def quick_locks(monkeypatch):
    """Have whatever is locked by a passphrase be opened at once."""
    monkeypatch.setattr(pyrage.passphrase, "encrypt", quickly_locked)
