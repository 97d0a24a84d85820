"""Compartments: keys that members hold, and bodies and files that are sealed under them."""

from __future__ import annotations

import hmac
import os
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import BinaryIO, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kash.platform.vault.chain import length_prefixed
from kash.platform.vault.envelope import (
    HEADER,
    NotAuthentic,
    Truncated,
    open_bytes,
    open_chunks,
    read_fully,
    seal_bytes,
    seal_chunks,
)
from kash.platform.vault.keys import KEY_BYTES

_SUITE = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
_NONCE = 12
# What stands as key id in the envelope of something whose key lies elsewhere.
DOCUMENT_KEY_ID = b"document"
_MEMBER_KEY_ID = b"vmember\0"
_OPENING_KEY_ID = b"opening\0"
_MEMBER, _OPENING = "vault.member", "vault.opening"


class CompartmentName(StrEnum):
    """Compartment that a member's keys may open: cases, and who somebody is."""

    CASE = "case"
    IDENTITY = "identity"


class SealingPlace(NamedTuple):
    """Place to which a document's key and body are bound, whatever row they lie in."""

    compartment: str
    kind: str
    public_id: str


@dataclass(frozen=True)
class Secret:
    """The secret of one generation of a compartment."""

    compartment: str
    generation: int
    secret: bytes = field(repr=False)

    def _derived(self, purpose: str) -> bytes:
        info = length_prefixed("kash compartment", purpose, self.compartment, str(self.generation))
        derive = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info)
        return derive.derive(self.secret)

    @cached_property
    def private(self) -> X25519PrivateKey:
        """The private half of the pair."""
        return X25519PrivateKey.from_private_bytes(self._derived("pair"))

    @property
    def public(self) -> bytes:
        """The public half, 32 bytes."""
        return self.private.public_key().public_bytes_raw()

    def member_seal(self, member: str, holder: str, public_key: bytes) -> bytes:
        """The seal of a member's public key: nobody makes one without this secret.

        `member` is her public id as a member, `holder` that of her account.
        """
        place = length_prefixed("kash member key", member, holder, public_key)
        return hmac.digest(self._derived("members"), place, "sha256")

    @cached_property
    def cipher(self) -> AESGCM:
        """Cipher that keeps documents' keys."""
        return AESGCM(self._derived("documents"))


def new_secret(compartment: str, generation: int) -> Secret:
    """A fresh random secret."""
    return Secret(compartment, generation, secrets.token_bytes(KEY_BYTES))


def new_key() -> bytes:
    """A random 256-bit key for one document."""
    return secrets.token_bytes(KEY_BYTES)


# --- To somebody's public key ----------------------------------------------------------------


def seal_to(public: bytes, plaintext: bytes, info: bytes) -> bytes:
    """A text sealed by HPKE to a public key; `info` says what it belongs to."""
    return _SUITE.encrypt(plaintext, X25519PublicKey.from_public_bytes(public), info=info)


def open_from(private: X25519PrivateKey, sealed: bytes, info: bytes) -> bytes:
    """The text that was sealed to a private key's other half, for this very place; at least as long
    as a key. Raises SealError."""
    if len(sealed) < KEY_BYTES + 16 + KEY_BYTES:
        raise Truncated
    try:
        return _SUITE.decrypt(sealed, private, info=info)
    except (InvalidTag, ValueError):
        raise NotAuthentic from None


def _wrap_info(compartment: str, generation: int, member: str) -> bytes:
    return length_prefixed("kash wrap", compartment, str(generation), member)


def wrap_for_member(secret: Secret, public: bytes, member: str) -> bytes:
    """A compartment's secret sealed to a member's public key; `member` is her public id."""
    return seal_to(public, secret.secret, _wrap_info(secret.compartment, secret.generation, member))


def unwrap_as_member(
    wrapped: bytes, private: X25519PrivateKey, *, compartment: str, generation: int, member: str
) -> Secret:
    """A compartment's secret, opened by the member that it was wrapped to. Raises SealError."""
    secret = open_from(private, wrapped, _wrap_info(compartment, generation, member))
    return Secret(compartment, generation, secret)


def _filing_info(place: SealingPlace, generation: int) -> bytes:
    return length_prefixed(
        "kash filing", place.compartment, str(generation), place.kind, place.public_id
    )


def file_key(key: bytes, public: bytes, place: SealingPlace, generation: int) -> bytes:
    """A document's key sealed to a compartment's public key: for this no secret is needed."""
    return seal_to(public, key, _filing_info(place, generation))


def open_filed_key(wrapped: bytes, secret: Secret, place: SealingPlace) -> bytes:
    """A key that was filed. Raises SealError."""
    return open_from(secret.private, wrapped, _filing_info(place, secret.generation))


def _grant_info(place: SealingPlace, member: str) -> bytes:
    return length_prefixed("kash grant", place.compartment, place.kind, place.public_id, member)


def grant_key(key: bytes, public: bytes, place: SealingPlace, member: str) -> bytes:
    """One document's key, sealed to one member."""
    return seal_to(public, key, _grant_info(place, member))


def open_granted_key(
    wrapped: bytes, private: X25519PrivateKey, place: SealingPlace, member: str
) -> bytes:
    """A document's key that was granted to this member. Raises SealError."""
    return open_from(private, wrapped, _grant_info(place, member))


# --- Under a compartment's symmetric key -----------------------------------------------------


@lru_cache(maxsize=256)
def _keeping_kind(compartment: str, generation: int, kind: str) -> bytes:
    return length_prefixed("kash kept", compartment, str(generation), kind)


def _keeping(place: SealingPlace, generation: int) -> bytes:
    of_kind = _keeping_kind(place.compartment, generation, place.kind)
    return of_kind + length_prefixed(place.public_id)


def keep_key(key: bytes, secret: Secret, place: SealingPlace) -> bytes:
    """A document's key under the compartment's symmetric key: opens many times faster."""
    nonce = os.urandom(_NONCE)
    return nonce + secret.cipher.encrypt(nonce, key, _keeping(place, secret.generation))


def open_kept_key(wrapped: bytes, secret: Secret, place: SealingPlace) -> bytes:
    """A key that is kept. Raises SealError."""
    if len(wrapped) < _NONCE + KEY_BYTES + 16:
        raise Truncated
    bound = _keeping(place, secret.generation)
    try:
        return secret.cipher.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], bound)
    except InvalidTag:
        raise NotAuthentic from None


# --- Bodies, members, openings ---------------------------------------------------------------


def seal_body(plaintext: bytes, key: bytes, place: SealingPlace, version: int) -> bytes:
    """A document's ciphertext, bound to its place and version."""
    return seal_bytes(
        plaintext,
        key_id=DOCUMENT_KEY_ID,
        key=key,
        kind=f"{place.compartment}/{place.kind}",
        public_id=place.public_id,
        version=version,
    )


def open_body(body: bytes, key: bytes, place: SealingPlace, version: int) -> bytes:
    """Open the body of a document. Raises SealError."""
    return open_bytes(
        body,
        keys={DOCUMENT_KEY_ID: key},
        kind=f"{place.compartment}/{place.kind}",
        public_id=place.public_id,
        version=version,
    )


def seal_private(private: X25519PrivateKey, key: bytes, member: str, use: str) -> bytes:
    """A member's private half under a key; `use` is `passphrase` or `recovery`."""
    return seal_bytes(
        private.private_bytes_raw(),
        key_id=_MEMBER_KEY_ID,
        key=key,
        kind=f"{_MEMBER}.{use}",
        public_id=member,
        version=1,
    )


def open_private(sealed: bytes, key: bytes, member: str, use: str) -> X25519PrivateKey:
    """A member's private half. Raises SealError: NotAuthentic if the passphrase is wrong."""
    raw = open_bytes(
        sealed, keys={_MEMBER_KEY_ID: key}, kind=f"{_MEMBER}.{use}", public_id=member, version=1
    )
    return X25519PrivateKey.from_private_bytes(raw)


def _opening_key(token: str) -> bytes:
    derive = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=b"kash vault opening")
    return derive.derive(token.encode())


def seal_opening(private: X25519PrivateKey, token: str, session: str) -> bytes:
    """A member's private half under the secret in a cookie, for one session."""
    return seal_bytes(
        private.private_bytes_raw(),
        key_id=_OPENING_KEY_ID,
        key=_opening_key(token),
        kind=_OPENING,
        public_id=session,
        version=1,
    )


def open_opening(sealed: bytes, token: str, session: str) -> X25519PrivateKey:
    """A member's private half, by the cookie's secret. Raises SealError."""
    raw = open_bytes(
        sealed,
        keys={_OPENING_KEY_ID: _opening_key(token)},
        kind=_OPENING,
        public_id=session,
        version=1,
    )
    return X25519PrivateKey.from_private_bytes(raw)


_VERSION = 1


class _Joined:
    """Pieces of any length, read as one file."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._left = memoryview(b"")

    def read(self, size: int) -> bytes:
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._left = memoryview(piece)
        taken, self._left = self._left[:size], self._left[size:]
        return bytes(taken)


def _kind(place: SealingPlace, part: str) -> str:
    return f"{place.compartment}/{place.kind}.{part}"


def _as_stream(pieces: Iterable[bytes]) -> BinaryIO:
    stream: BinaryIO = _Joined(pieces)  # type: ignore[assignment]
    return stream


def seal_file_under(
    key: bytes, place: SealingPlace, part: str, pieces: Iterable[bytes]
) -> Iterator[bytes]:
    """Seal a file while its pieces come; `part` is a fixed word for what it is in its document."""
    return seal_chunks(
        _as_stream(pieces),
        key_id=DOCUMENT_KEY_ID,
        key=key,
        kind=_kind(place, part),
        public_id=place.public_id,
        version=_VERSION,
    )


def open_file_under(
    key: bytes, place: SealingPlace, part: str, pieces: Iterable[bytes]
) -> Iterator[bytes]:
    """Open what `seal_file_under` sealed, from pieces of any length.

    Raises SealError, for a cut file only after its last piece.
    """
    stream = _as_stream(pieces)
    header = read_fully(stream, HEADER)
    return open_chunks(
        header,
        stream,
        keys={DOCUMENT_KEY_ID: key},
        kind=_kind(place, part),
        public_id=place.public_id,
        version=_VERSION,
    )
