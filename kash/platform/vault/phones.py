"""Sealing by a phone for the server, with what every browser has: P-256, HKDF and AES-GCM.

A phone makes one pair of keys each time its page is loaded and keeps its private half in memory
only, so that it cannot read again what it has sealed. What it sends it signs with a key of its own,
which never leaves it. Nothing here is kept: callers keep the server's private half sealed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

POINT = 65
_COORDINATE = 32
_CURVE = ec.SECP256R1()
# From base64 as addresses write it to the usual one.
_USUAL = bytes.maketrans(b"-_", b"+/")


class NotAKey(ValueError):
    """This is no public key on the curve P-256."""


def unpadded(content: bytes) -> str:
    """Base64 as addresses and JSON web keys write it."""
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def from_unpadded(text: str) -> bytes:
    """Bytes that `unpadded` wrote. Raises ValueError."""
    try:
        written = text.encode("ascii").translate(_USUAL) + b"=" * (-len(text) % 4)
        return binascii.a2b_base64(written, strict_mode=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError("not base64") from error


def point_of(jwk: Mapping[str, object]) -> bytes:
    """A public key's 65 bytes from its JSON web key. Raises NotAKey."""
    x, y = jwk.get("x"), jwk.get("y")
    if jwk.get("kty") != "EC" or jwk.get("crv") != "P-256":
        raise NotAKey
    if not isinstance(x, str) or not isinstance(y, str):
        raise NotAKey
    try:
        point = b"\x04" + from_unpadded(x) + from_unpadded(y)
    except ValueError:
        raise NotAKey from None
    _public(point)
    return point


def jwk_of(point: bytes) -> dict[str, str]:
    """A public key as a JSON web key."""
    return {
        "kty": "EC",
        "crv": "P-256",
        "x": unpadded(point[1 : 1 + _COORDINATE]),
        "y": unpadded(point[1 + _COORDINATE :]),
    }


@lru_cache(maxsize=256)
def _public(point: bytes) -> ec.EllipticCurvePublicKey:
    if len(point) != POINT:
        raise NotAKey
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, point)
    except ValueError:
        raise NotAKey from None


def new_pair() -> tuple[bytes, bytes]:
    """A private half (32 bytes) and its public one (65 bytes)."""
    private = ec.generate_private_key(_CURVE)
    scalar = private.private_numbers().private_value.to_bytes(_COORDINATE, "big")
    return scalar, _point(private.public_key())


def pair_of(secret: bytes) -> tuple[bytes, bytes]:
    """The pair that a secret makes, the same each time: nothing of it need be kept."""
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    number = int.from_bytes(hashlib.sha512(secret).digest(), "big") % (order - 1) + 1
    private = ec.derive_private_key(number, _CURVE)
    return number.to_bytes(_COORDINATE, "big"), _point(private.public_key())


def _point(public: ec.EllipticCurvePublicKey) -> bytes:
    return public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def is_signed(point: bytes, signature: str, message: bytes) -> bool:
    """True if the owner of a signing key signed these bytes; `signature` is r and s, unpadded."""
    try:
        raw = from_unpadded(signature)
        # Other characters may stand for the same bytes; a signature has one form only.
        if len(raw) != 2 * _COORDINATE or unpadded(raw) != signature:
            return False
        r, s = int.from_bytes(raw[:_COORDINATE], "big"), int.from_bytes(raw[_COORDINATE:], "big")
        _public(point).verify(encode_dss_signature(r, s), message, ec.ECDSA(SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True


@dataclass(frozen=True)
class Opener:
    """Opens what was sealed to one private half under one label, such as "kash pad v1 …"."""

    private: bytes = field(repr=False)
    label: str

    def open(self, ephemeral: bytes, nonce: bytes, sealed: bytes, bound: str) -> bytes | None:
        """One sealed text, None if it was not sealed for this place or was changed."""
        if len(nonce) != 12 or len(sealed) < 16:
            return None
        try:
            return _cipher(self.private, self.label, ephemeral).decrypt(
                nonce, sealed, bound.encode()
            )
        except (InvalidTag, NotAKey):
            return None


@lru_cache(maxsize=256)
def _cipher(private: bytes, label: str, ephemeral: bytes) -> AESGCM:
    # One page's queue comes with one public half: the agreement is made once for all of it.
    own = ec.derive_private_key(int.from_bytes(private, "big"), _CURVE)
    shared = own.exchange(ec.ECDH(), _public(ephemeral))
    key = HKDF(algorithm=SHA256(), length=32, salt=ephemeral, info=label.encode()).derive(shared)
    return AESGCM(key)
