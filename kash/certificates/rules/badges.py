"""Badges (Open Badges 3.0), and the list by which anyone tells that one holds.

A badge names a place in a list of 131,072 bits that is the same for everybody, so that asking for
the list tells nobody which badge is checked. A bit that is set means revoked. Bits that belong to
no badge are set one after the other too, each at a moment of its own within twenty years: so
neither how many are set, nor that one was set between two looks, tells of any certificate.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import struct
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

PLACES = 131_072
_LIST_BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
_SPREAD_OVER = timedelta(days=20 * 365)
_SPACE = uuid.UUID("5d1a4f0e-7f1c-4a54-9a38-0c2f5f1d7f60")
_CREDENTIALS = "https://www.w3.org/ns/credentials/v2"
_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"


@dataclass(frozen=True)
class NewBadge:
    """Badge to be made. `name_hash` is SHA-256 over the printed name and `salt`, in hex; `place` is
    its bit in the list at `list_address`."""

    certificate: str
    title: str
    description: str
    criteria: str
    language: str
    valid_from: datetime
    valid_until: datetime | None
    name_hash: str
    salt: str
    list_address: str
    place: int


def issuer_id(public_url: str) -> str:
    """The programme's own identifier: its keys are found under `/verify/did.json` of its site."""
    return f"did:web:{urlsplit(public_url).netloc.replace(':', '%3A')}:verify"


def hidden_name(name: str, salt: str) -> str:
    """A printed name as a badge holds it."""
    return hashlib.sha256((name + salt).encode()).hexdigest()


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _claims(credential: dict[str, Any], since: datetime) -> dict[str, Any]:
    issuer = credential["issuer"]
    return {
        **credential,
        "iss": issuer if isinstance(issuer, str) else issuer["id"],
        "jti": credential["id"],
        "nbf": int(since.timestamp()),
    }


def badge_claims(badge: NewBadge, profile: dict[str, Any]) -> dict[str, Any]:
    """The claims of a badge's JSON Web Token: the credential with the registered claims beside it.

    `profile` is the issuer's. No group, cadre or place, and no name in clear.
    """
    listed = {
        "id": f"{badge.list_address}#{badge.place}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": str(badge.place),
        "statusListCredential": badge.list_address,
    }
    identity = {
        "type": "IdentityObject",
        "hashed": True,
        "identityHash": f"sha256${badge.name_hash}",
        "identityType": "name",
        "salt": badge.salt,
    }
    achievement = {
        "id": f"urn:uuid:{uuid.uuid5(_SPACE, profile['id'] + badge.title)}",
        "type": ["Achievement"],
        "name": badge.title,
        "description": badge.description,
        "criteria": {"narrative": badge.criteria},
        "inLanguage": badge.language,
    }
    credential: dict[str, Any] = {
        "@context": [_CREDENTIALS, _BADGES],
        "id": f"urn:uuid:{uuid.uuid5(_SPACE, badge.certificate)}",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": badge.title,
        "issuer": profile,
        "validFrom": _moment(badge.valid_from),
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [identity],
            "achievement": achievement,
        },
        "credentialStatus": listed,
    }
    claims = _claims(credential, badge.valid_from)
    if badge.valid_until is not None:
        claims["validUntil"] = _moment(badge.valid_until)
        claims["exp"] = int(badge.valid_until.timestamp())
    return claims


def issuer_profile(issuer: str, name: str, address: str) -> dict[str, Any]:
    """The programme as issuer of badges, by its neutral name."""
    return {"id": issuer, "type": ["Profile"], "name": name, "url": address}


def set_by_chance(secret: bytes, now: datetime) -> bytearray:
    """The bits that are set by now though no badge was revoked; the same for the same secret."""
    draws = struct.unpack(f">{PLACES}I", hashlib.shake_256(secret).digest(PLACES * 4))
    passed = (now - _LIST_BEGAN) / _SPREAD_OVER
    until = int(min(max(passed, 0), 1) * 2**32)
    bits = bytearray(PLACES // 8)
    for place, draw in enumerate(draws):
        if draw < until:
            bits[place >> 3] |= 0x80 >> (place & 7)
    return bits


def is_set(bits: bytearray, place: int) -> bool:
    """True if the bit at a place is set."""
    return bool(bits[place >> 3] & (0x80 >> (place & 7)))


def list_claims(
    bits: bytearray,
    holding: Collection[int],
    revoked: Collection[int],
    issuer: str,
    address: str,
    now: datetime,
) -> dict[str, Any]:
    """The claims of the list's own token; `holding` and `revoked` are the places of badges."""
    told = bytearray(bits)
    for place in holding:
        told[place >> 3] &= ~(0x80 >> (place & 7)) & 0xFF
    for place in revoked:
        told[place >> 3] |= 0x80 >> (place & 7)
    packed = gzip.compress(bytes(told), mtime=0)
    credential: dict[str, Any] = {
        "@context": [_CREDENTIALS],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer,
        "validFrom": _moment(now),
        "validUntil": _moment(now + timedelta(days=7)),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": "u" + base64.urlsafe_b64encode(packed).decode().rstrip("="),
        },
    }
    return _claims(credential, now)
