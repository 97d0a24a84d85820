"""A passkey in software: what a phone does when a page asks it, byte by byte."""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

ORIGIN = "http://localhost:8000"


@dataclass
class Authenticator:
    """One device with one key. `verifies` is whether it checks who holds it."""

    verifies: bool = True
    origin: str = ORIGIN
    host: str = "localhost"
    count: int = 0
    counts: bool = True
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    handle: str = ""
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def _data(self, *, attested: bool = False) -> bytes:
        flags = 0x01 | (0x04 if self.verifies else 0) | (0x40 if attested else 0)
        if self.counts:
            self.count += 1
        data = hashlib.sha256(self.host.encode()).digest() + bytes([flags])
        return data + self.count.to_bytes(4, "big")

    def _client_data(self, kind: str, challenge: str) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def make(self, options: str) -> str:
        """What a device answers to a challenge for a new passkey."""
        asked: dict[str, Any] = json.loads(options)
        self.handle = asked["user"]["id"]
        numbers = self.key.public_key().public_numbers()
        public = cbor2.dumps(
            {
                1: 2,
                3: -7,
                -1: 1,
                -2: numbers.x.to_bytes(32, "big"),
                -3: numbers.y.to_bytes(32, "big"),
            }
        )
        data = self._data(attested=True) + bytes(16)
        data += len(self.credential_id).to_bytes(2, "big") + self.credential_id + public
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer(
            clientDataJSON=self._client_data("webauthn.create", asked["challenge"]),
            attestationObject=attested,
            transports=["internal", "made up"],
        )

    def sign(self, options: str, *, handle: str | None = None) -> str:
        """What it answers to a challenge to sign in."""
        asked: dict[str, Any] = json.loads(options)
        client_data, data = self._client_data("webauthn.get", asked["challenge"]), self._data()
        signed = data + hashlib.sha256(client_data).digest()
        return self._answer(
            clientDataJSON=client_data,
            authenticatorData=data,
            signature=self.key.sign(signed, ec.ECDSA(hashes.SHA256())),
            userHandle=base64url_to_bytes(self.handle if handle is None else handle),
        )

    def _answer(self, **response: Any) -> str:
        identity = bytes_to_base64url(self.credential_id)
        return json.dumps(
            {
                "id": identity,
                "rawId": identity,
                "type": "public-key",
                "clientExtensionResults": {},
                "response": {
                    name: bytes_to_base64url(value) if isinstance(value, bytes) else value
                    for name, value in response.items()
                },
            }
        )
