"""The sealing envelope: one format for every tier.

A sealed text is: format byte, key id (8 bytes), nonce (12 bytes), AES-256-GCM ciphertext with tag.
The plaintext stands after its length (4 bytes) and is padded to a size bucket. The authenticated
names (kind, public id, version) are fixed words of the domain and never those of tables or columns,
so that a migration cannot make a text unreadable, and a text moved to another row does not open.

A sealed file has the same header with another format byte; then come chunks of 64 KiB (the last may
be shorter), each framed and sealed like a text under a key derived for this one file. The nonce of
a chunk is its index and whether it is the last, so that chunks can't be moved, dropped or cut off.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kash.platform.vault.chain import length_prefixed
from kash.platform.vault.keys import KEY_BYTES, KEY_ID_BYTES

TEXT_FORMAT = 1
FILE_FORMAT = 2
CHUNK = 64 * 1024

_NONCE = 12
_TAG = 16
_LENGTH = 4
HEADER = 1 + KEY_ID_BYTES + _NONCE
_SMALLEST = 64


class SealError(Exception):
    """A sealed text or file does not open. The message never holds a value."""

    sentence = "What was sealed cannot be opened."

    def __init__(self) -> None:
        super().__init__(self.sentence)


class UnknownFormat(SealError):
    """It does not begin as anything this version seals."""

    sentence = "This was not sealed in a known format."


class Truncated(SealError):
    """Its end is missing."""

    sentence = "The end of what was sealed is missing."


class UnknownKey(SealError):
    """The key it was sealed with is not in the key file."""

    sentence = "The key this was sealed with is not in the key file."


class NotAuthentic(SealError):
    """It was changed, or it was sealed for another place: kind, id or version."""

    sentence = "What was sealed was changed, or belongs to another place."


def bucket(size: int) -> int:
    """The padded size: a power of two up to 4 KiB, then steps of an eighth of the one below."""
    if size <= 4096:
        return max(_SMALLEST, 1 << (size - 1).bit_length())
    step = 1 << ((size - 1).bit_length() - 4)
    return -(-size // step) * step


def key_id_of(blob: bytes) -> bytes:
    """The id of the key that a sealed text or file names in its header."""
    if not blob or blob[0] not in (TEXT_FORMAT, FILE_FORMAT):
        raise UnknownFormat
    if len(blob) < HEADER:
        raise Truncated
    return blob[1 : 1 + KEY_ID_BYTES]


def seal_bytes(
    plaintext: bytes, *, key_id: bytes, key: bytes, kind: str, public_id: str, version: int
) -> bytes:
    """Seal one text under a key, bound to its place."""
    nonce = os.urandom(_NONCE)
    framed = _framed(plaintext, bucket(_LENGTH + len(plaintext)))
    bound = _bound(TEXT_FORMAT, key_id, kind, public_id, version)
    header = bytes([TEXT_FORMAT]) + key_id + nonce
    return header + AESGCM(key).encrypt(nonce, framed, bound)


def open_bytes(
    blob: bytes, *, keys: Mapping[bytes, bytes], kind: str, public_id: str, version: int
) -> bytes:
    """Open the bytes that `seal_bytes` sealed for this very place. Raises SealError."""
    key_id = key_id_of(blob)
    if blob[0] != TEXT_FORMAT:
        raise UnknownFormat
    if len(blob) < HEADER + _SMALLEST + _TAG:
        raise Truncated
    if key_id not in keys:
        raise UnknownKey
    bound = _bound(TEXT_FORMAT, key_id, kind, public_id, version)
    nonce, sealed = blob[1 + KEY_ID_BYTES : HEADER], blob[HEADER:]
    try:
        return _unframed(AESGCM(keys[key_id]).decrypt(nonce, sealed, bound))
    except InvalidTag:
        raise NotAuthentic from None


def seal_chunks(
    stream: BinaryIO, *, key_id: bytes, key: bytes, kind: str, public_id: str, version: int
) -> Iterator[bytes]:
    """Seal a file while reading it; what comes out, one after the other, is the sealed file."""
    salt = os.urandom(_NONCE)
    bound = _bound(FILE_FORMAT, key_id, kind, public_id, version)
    cipher = _file_cipher(key, salt)
    yield bytes([FILE_FORMAT]) + key_id + salt
    index = 0
    piece = read_fully(stream, CHUNK - _LENGTH)
    while following := read_fully(stream, CHUNK - _LENGTH):
        yield cipher.encrypt(_chunk_nonce(index, last=False), _framed(piece, CHUNK), bound)
        piece, index = following, index + 1
    before = index * CHUNK
    left = bucket(before + _LENGTH + len(piece)) - before
    while left > CHUNK:
        yield cipher.encrypt(_chunk_nonce(index, last=False), _framed(piece, CHUNK), bound)
        piece, index, left = b"", index + 1, left - CHUNK
    yield cipher.encrypt(_chunk_nonce(index, last=True), _framed(piece, left), bound)


def open_chunks(
    header: bytes,
    stream: BinaryIO,
    *,
    keys: Mapping[bytes, bytes],
    kind: str,
    public_id: str,
    version: int,
) -> Iterator[bytes]:
    """Open piece by piece what `seal_chunks` sealed; the stream stands behind its header.

    Raises SealError, for a cut file only at its end: use nothing before the last piece has come.
    """
    key_id = key_id_of(header)
    if header[0] != FILE_FORMAT:
        raise UnknownFormat
    if key_id not in keys:
        raise UnknownKey
    bound = _bound(FILE_FORMAT, key_id, kind, public_id, version)
    cipher = _file_cipher(keys[key_id], header[1 + KEY_ID_BYTES :])
    index = 0
    chunk = read_fully(stream, CHUNK + _TAG)
    while following := read_fully(stream, CHUNK + _TAG):
        yield from _opened(cipher, index, chunk, bound, last=False)
        chunk, index = following, index + 1
    yield from _opened(cipher, index, chunk, bound, last=True)


def _opened(
    cipher: AESGCM, index: int, chunk: bytes, bound: bytes, *, last: bool
) -> Iterator[bytes]:
    try:
        piece = _unframed(cipher.decrypt(_chunk_nonce(index, last=last), chunk, bound))
    except (InvalidTag, ValueError):
        if last and (not chunk or _is_inner(cipher, index, chunk, bound)):
            raise Truncated from None
        raise NotAuthentic from None
    if piece:
        yield piece


def _is_inner(cipher: AESGCM, index: int, chunk: bytes, bound: bytes) -> bool:
    try:
        cipher.decrypt(_chunk_nonce(index, last=False), chunk, bound)
    except (InvalidTag, ValueError):
        return False
    return True


@lru_cache(maxsize=256)
def _bound_to_kind(form: int, key_id: bytes, kind: str) -> bytes:
    return length_prefixed("kash", bytes([form]), key_id, kind)


@lru_cache(maxsize=256)
def _of_version(version: int) -> bytes:
    return length_prefixed(str(version))


def _bound(form: int, key_id: bytes, kind: str, public_id: str, version: int) -> bytes:
    # What is the same for many is put together once: lists open thousands.
    return _bound_to_kind(form, key_id, kind) + length_prefixed(public_id) + _of_version(version)


def _framed(plaintext: bytes, size: int) -> bytes:
    return (len(plaintext).to_bytes(_LENGTH, "big") + plaintext).ljust(size, b"\0")


def _unframed(framed: bytes) -> bytes:
    length = int.from_bytes(framed[:_LENGTH], "big")
    if _LENGTH + length > len(framed):
        raise NotAuthentic
    return framed[_LENGTH : _LENGTH + length]


def _file_cipher(key: bytes, salt: bytes) -> AESGCM:
    derive = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=b"kash file")
    return AESGCM(derive.derive(key))


def _chunk_nonce(index: int, *, last: bool) -> bytes:
    return index.to_bytes(_NONCE - 1, "big") + bytes([last])


def read_fully(stream: BinaryIO, size: int) -> bytes:
    """So many bytes, fewer only at the end, whatever a single read gives."""
    parts = []
    while size > 0 and (part := stream.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
