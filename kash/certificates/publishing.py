"""Publishing for those who check certificates: the keys, the titles that codes name, and the signed
list of what was revoked. It is the same for everybody, and says nothing of anyone."""

from __future__ import annotations

import base64
import json
import secrets
from datetime import datetime
from typing import Any

from kash.certificates.models import SigningKey
from kash.certificates.queries.certificates import (
    current_key,
    published_titles,
    revoked_certificates,
    signing_keys,
)
from kash.certificates.rules.issuing import STATUS_CLASSES, STATUS_SALT_BYTES, status_entries
from kash.certificates.services.designs import private_half
from kash.platform.web.formats import to_local

STATUS_TYPE = "kash-status+jwt"


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _compact(content: object) -> bytes:
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()


def public_jwk(key: SigningKey) -> dict[str, str]:
    """The public half as a JSON Web Key."""
    return {"kty": "OKP", "crv": "Ed25519", "x": _text(key.public_key)}


def _published(key: SigningKey) -> dict[str, Any]:
    return {
        **public_jwk(key),
        "alg": "EdDSA",
        "use": "sig",
        "kid": key.key_id,
        "from": to_local(key.since).date().isoformat(),
        "until": to_local(key.until).date().isoformat() if key.until else None,
        "doubted": key.doubted,
    }


def published_keys(issuer: str) -> dict[str, Any]:
    """All keys that ever signed, as a JSON Web Key Set, and the titles that codes name.

    Of each key `from` and `until` are days in the programme's zone; `doubted` says that somebody
    else may have had it.
    """
    return {
        "issuer": issuer,
        "keys": [_published(key) for key in signing_keys()],
        "titles": published_titles(),
    }


def signed_status(issuer: str, now: datetime) -> dict[str, str] | None:
    """The list of revoked certificates as a JSON Web Signature (RFC 7515, flattened).

    Each call draws salt and decoys anew (`rules/status.py`). None where there is no key yet.
    """
    key = current_key()
    if key is None:
        return None
    salt = secrets.token_bytes(STATUS_SALT_BYTES)
    entries = status_entries(salt, revoked_certificates(), secrets.token_bytes)
    header = {"alg": "EdDSA", "kid": key.key_id, "typ": STATUS_TYPE}
    claims = {
        "iss": issuer,
        "iat": int(now.timestamp()),
        "salt": _text(salt),
        "entries": _text(entries),
        "classes": STATUS_CLASSES,
    }
    protected, payload = _text(_compact(header)), _text(_compact(claims))
    signature = private_half(key).sign(f"{protected}.{payload}".encode())
    return {"protected": protected, "payload": payload, "signature": _text(signature)}
