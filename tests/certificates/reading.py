"""Reading of certificates' codes and of the list of revoked ones, as a phone does it."""

import base64
import binascii
import hashlib
from datetime import date, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kash.certificates.rules.issuing import (
    ALPHABET,
    ENTRY_BYTES,
    PAYLOAD_BYTES,
    SERIAL_LENGTH,
    SIGNATURE_BYTES,
    SIGNED_AS,
    STATUS_CLASSES,
    VERSION,
    CodeClaim,
    NotAPayload,
    Revoked,
    read_serial,
)

_TAG_BYTES = 8
_FIRST_DAY = date(2000, 1, 1)


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


def find_revoked(salt: bytes, entries: bytes, serial: str) -> Revoked | None:
    """Revocation of a serial by a list, as the page on the phone reads it; None if there is
    none."""
    digest = hashlib.sha256(salt + serial.encode()).digest()
    for start in range(0, len(entries), ENTRY_BYTES):
        entry = entries[start : start + ENTRY_BYTES]
        if entry[:_TAG_BYTES] == digest[:_TAG_BYTES]:
            mask = digest[_TAG_BYTES:ENTRY_BYTES]
            hidden = entry[_TAG_BYTES:]
            content = bytes(byte ^ other for byte, other in zip(hidden, mask, strict=True))
            day = _FIRST_DAY + timedelta(days=int.from_bytes(content[:2], "big"))
            in_list = content[2] < len(STATUS_CLASSES)
            return Revoked(serial, day, STATUS_CLASSES[content[2] if in_list else 0])
    return None
