"""Designs of certificates: their content, and what must be right before one is put into use.
Badges (Open Badges 3.0), and the list by which anyone tells that one holds. A badge names a place
in a list of 131,072 bits that is the same for everybody, so that asking for the list tells nobody
which badge is checked. A bit that is set means revoked. Bits that belong to no badge are set one
after the other too, each at a moment of its own within twenty years: so neither how many are set,
nor that one was set between two looks, tells of any certificate. Why paper is made again."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import struct
import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

BASES = ("classic", "modern", "plain", "own")
PAGES = ("A4", "A5", "letter")
MOST_SIGNERS = 4
# What a sentence of the design may name, in square brackets.
SENTENCE_FIELDS = ("title", "days", "organisation")
_FIELD = re.compile(r"\[([^\[\]]*)\]")
_COLOUR = re.compile(r"#[0-9a-f]{6}")
# Contrast with white paper that WCAG asks for text of any size.
LEAST_CONTRAST = 4.5


class SignerKind(StrEnum):
    """Kind of signatory at a place: a person who has a part in the batch, one account, or a fixed
    name."""

    LEAD = "lead"
    APPROVER = "approver"
    ACCOUNT = "account"
    NAMED = "named"


@dataclass(frozen=True)
class Signer:
    """A place to sign. `account` is a public id; an empty `role` goes by its usual word."""

    kind: SignerKind
    account: str = ""
    name: str = ""
    role: str = ""


@dataclass(frozen=True)
class Words:
    """Words of a design in one language; for what is empty its usual words stand."""

    heading: str = ""
    certify_line: str = ""
    sentence: str = ""

    @property
    def all(self) -> tuple[str, ...]:
        """Each of them."""
        return self.heading, self.certify_line, self.sentence


@dataclass(frozen=True)
class DesignContent:
    """All that a design says.

    `words` by language; `signers` empty for those of the programme's settings; `logo` is empty,
    "programme" for that of the settings, or the public id of a picture; `seal` such an id;
    `pictures` of a design of one's own by the name that it calls them.
    """

    base: str = "classic"
    page: str = "A4"
    accent: str = ""
    bilingual: bool = True
    hours: bool = True
    words: Mapping[str, Words] = field(default_factory=dict)
    signers: tuple[Signer, ...] = ()
    logo: str = "programme"
    seal: str = ""
    # Who paid is told only where somebody decided so.
    marks: bool = False
    html: str = ""
    css: str = ""
    pictures: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """As it is stored."""
        return asdict(self)

    @property
    def digest(self) -> str:
        """SHA-256 of what it says."""
        written = json.dumps(self.as_json(), sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(written.encode()).hexdigest()

    @property
    def image_ids(self) -> frozenset[str]:
        """The pictures it cannot be printed without."""
        return frozenset({self.logo, self.seal, *self.pictures.values()} - {"", "programme"})


def content_from(kept: Mapping[str, Any]) -> DesignContent:
    """A stored content; what was not stored is as it was from the beginning."""
    fields = {name: kept[name] for name in DesignContent.__dataclass_fields__ if name in kept}
    if "words" in fields:
        fields["words"] = {code: Words(**words) for code, words in fields["words"].items()}
    if "signers" in fields:
        fields["signers"] = tuple(
            Signer(**{**signer, "kind": SignerKind(signer["kind"])}) for signer in fields["signers"]
        )
    return DesignContent(**fields)


def unknown_fields(sentence: str) -> list[str]:
    """Words in square brackets in a sentence that are no field of it, in order."""
    return [name for name in _FIELD.findall(sentence) if name not in SENTENCE_FIELDS]


def filled_sentence(sentence: str, values: Mapping[str, str]) -> str:
    """The sentence with its fields filled in once: a value that looks like a field stays itself."""
    return _FIELD.sub(lambda found: values.get(found[1], found[0]), sentence)


def is_colour(text: str) -> bool:
    """True if a text is a colour written `#rrggbb`, in small letters."""
    return _COLOUR.fullmatch(text) is not None


def _luminance(colour: str) -> float:
    """Relative luminance by WCAG 2."""

    def linear(share: float) -> float:
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str = "#ffffff") -> float:
    """The contrast of two colours `#rrggbb` by WCAG 2, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@dataclass(frozen=True)
class Spell:
    """For how long something was allowed or in place; `until` is None while it still is."""

    since: datetime
    until: datetime | None


def held_at(spell: Spell, moment: datetime | None) -> bool:
    """True if it held at the moment that something was issued; None for what is not issued yet.

    What was withdrawn stays on what had been issued before, and is put onto nothing afterwards.
    """
    if moment is None:
        return spell.until is None
    return spell.since <= moment and (spell.until is None or moment < spell.until)


def longest(names: Iterable[str]) -> str:
    """The name that takes most room, roughly: by its letters, wide ones twice."""
    return max(names, key=_room, default="")


def _room(name: str) -> int:
    return sum(2 if letter in "mwMWOQG" else 1 for letter in name)


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


# Classes, and no free text: a typed reason would name somebody sooner or later.
REPRINT_REASONS = ("misprint", "damaged", "lost", "second_copy")
