"""Payload of the printed code of a certificate: a fixed binary layout, signed, safe to show.

| bytes | what |
|---|---|
| 0 | version, 1 |
| 1–4 | id of the key that signed: the first four bytes of the public key's SHA-256 |
| 5–12 | serial: its twelve characters of five bits each, as a number |
| 13–16 | id of the public title |
| 17–18 | month of issue: January 2000 is 1 |
| 19–20 | last month in which it holds; 0 if it never expires |
| 21–28 | salt of the name |
| 29–40 | the first twelve bytes of SHA-256 over salt and name |
| 41–104 | Ed25519 signature over `SIGNED_AS` and all that stands before |

Numbers are big-endian. Nothing tells a group, a cadre or a place, and the name is only there as a
salted hash of its compared form: whoever reads the name beside the code can confirm it, and nobody
can read it from the code alone without guessing it. Keeping paper's content from changing is the
signature's work; whether a certificate still holds today is told by the list of revoked ones.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from kash.certificates.rules.issuing import ALPHABET, SERIAL_LENGTH, read_serial
from kash.people.rules.persons import compared_name

VERSION = 1
# A key signs several kinds of things; none of them can pass for another.
SIGNED_AS = b"kash certificate 1\0"
KEY_ID_BYTES = 4
TITLE_ID_BYTES = 4
SALT_BYTES = 8
NAME_BYTES = 12
SIGNATURE_BYTES = 64
PAYLOAD_BYTES = 105
_BODY_BYTES = PAYLOAD_BYTES - SIGNATURE_BYTES
_FIRST_YEAR = 2000
_VALUES = {character: value for value, character in enumerate(ALPHABET)}


class NotAPayload(ValueError):
    """Bytes, or a text, that no certificate's code can hold."""


@dataclass(frozen=True)
class CodeClaim:
    """Claim of a code. Months are counted: January 2000 is 1; `expires` is 0 for never.

    A certificate holds through the last day of the month in which it expires.
    """

    key_id: bytes
    serial: str
    title_id: bytes
    issued: int
    expires: int
    salt: bytes
    name_hash: bytes


def key_id_of(public_key: bytes) -> bytes:
    """By what a code names the key that signed it."""
    return hashlib.sha256(public_key).digest()[:KEY_ID_BYTES]


def title_id_of(public_title: str) -> bytes:
    """By what a code names its title; the titles themselves are published."""
    return hashlib.sha256(b"kash title\0" + public_title.encode()).digest()[:TITLE_ID_BYTES]


def hashed_name(name: str, salt: bytes) -> bytes:
    """Hash of a name as a code holds it: equal for all names that `names_match` takes for one."""
    return hashlib.sha256(salt + compared_name(name).encode()).digest()[:NAME_BYTES]


def month_of(day: date | None) -> int:
    """The number of a day's month; 0 for none."""
    return (day.year - _FIRST_YEAR) * 12 + day.month if day is not None else 0


def claimed(
    key_id: bytes,
    serial: str,
    public_title: str,
    issued_on: date,
    expires_on: date | None,
    printed_name: str,
    salt: bytes,
) -> CodeClaim:
    """Claim that the code of a certificate is to make."""
    return CodeClaim(
        key_id=key_id,
        serial=serial,
        title_id=title_id_of(public_title),
        issued=month_of(issued_on),
        expires=month_of(expires_on),
        salt=salt,
        name_hash=hashed_name(printed_name, salt),
    )


def _body(claim: CodeClaim) -> bytes:
    number = 0
    for character in claim.serial:
        number = number * len(ALPHABET) + _VALUES[character]
    parts = (
        bytes([VERSION]),
        claim.key_id,
        number.to_bytes(8, "big"),
        claim.title_id,
        claim.issued.to_bytes(2, "big"),
        claim.expires.to_bytes(2, "big"),
        claim.salt,
        claim.name_hash,
    )
    body = b"".join(parts)
    if len(claim.serial) != SERIAL_LENGTH or len(body) != _BODY_BYTES:
        raise NotAPayload
    return body


def signed_payload(claim: CodeClaim, key: Ed25519PrivateKey) -> bytes:
    """The bytes that a certificate's code holds, always of one length."""
    body = _body(claim)
    return body + key.sign(SIGNED_AS + body)


def is_signed_by(payload: bytes, public_key: bytes) -> bool:
    """True if this key signed exactly these bytes."""
    body, signature = payload[:-SIGNATURE_BYTES], payload[-SIGNATURE_BYTES:]
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, SIGNED_AS + body)
    except InvalidSignature:
        return False
    return True


def read_claim(payload: bytes) -> CodeClaim:
    """Read the claim of a code, signed by anyone or not. Raises NotAPayload."""
    if len(payload) != PAYLOAD_BYTES or payload[0] != VERSION:
        raise NotAPayload
    number = int.from_bytes(payload[5:13], "big")
    characters = []
    for _place in range(SERIAL_LENGTH):
        number, value = divmod(number, len(ALPHABET))
        characters.append(ALPHABET[value])
    serial = "".join(reversed(characters))
    if number or read_serial(serial) != serial:
        raise NotAPayload
    return CodeClaim(
        key_id=payload[1:5],
        serial=serial,
        title_id=payload[13:17],
        issued=int.from_bytes(payload[17:19], "big"),
        expires=int.from_bytes(payload[19:21], "big"),
        salt=payload[21:29],
        name_hash=payload[29:41],
    )


def qr_text(base_url: str, payload: bytes) -> str:
    """Text of the printed code: an address whose fragment is the payload in base32.

    The fragment is never sent by a browser. But for `#` every character is one of QR's alphanumeric
    mode where `base_url` has no path of its own, and all texts of one site have one length: an
    encoder sets `#` as a segment of bytes between two alphanumeric ones.
    """
    parts = urlsplit(base_url)
    fragment = base64.b32encode(payload).decode().rstrip("=")
    return f"{parts.scheme.upper()}://{parts.netloc.upper()}{parts.path}/V#{fragment}"


def read_qr_text(text: str) -> bytes:
    """The payload in a code's text, or in its fragment alone. Raises NotAPayload."""
    fragment = text.rsplit("#", 1)[-1].strip().upper()
    try:
        payload = base64.b32decode(fragment)
    except (binascii.Error, ValueError):
        raise NotAPayload from None
    if len(payload) != PAYLOAD_BYTES:
        raise NotAPayload
    return payload
