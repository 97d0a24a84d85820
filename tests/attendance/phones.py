"""A phone as a program: it seals, signs and sends as the pad's page does."""

import json
import os
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kash.platform.vault.phones import jwk_of, point_of, unpadded

CURVE = ec.SECP256R1()


def point(private: ec.EllipticCurvePrivateKey) -> bytes:
    return private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


@dataclass
class Phone:
    """One phone with its signing key and, once it took a register, what it was given."""

    signing: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(CURVE)
    )
    granted: dict[str, Any] = field(default_factory=dict)
    sequence: int = 0

    @property
    def jwk(self) -> dict[str, str]:
        return jwk_of(point(self.signing))

    @property
    def pad(self) -> str:
        return str(self.granted["pad"])

    def take(self, browser: FlaskClient, workshop: str, **more: Any) -> TestResponse:
        """Take a workshop's register along."""
        answer = browser.post(
            f"/workshops/{workshop}/pad", json={"signing_key": self.jwk, "label": "A phone", **more}
        )
        if answer.status_code == 200:
            self.granted = answer.json
            self.load()
        return answer

    def load(self) -> None:
        """Load the page anew: another pair of keys for what is queued from now on."""
        eph = ec.generate_private_key(CURVE)
        server = ec.EllipticCurvePublicKey.from_encoded_point(
            CURVE, point_of(self.granted["server_key"]["jwk"])
        )
        self.epk = point(eph)
        info = f"kash pad v1 {self.pad}".encode()
        key = HKDF(algorithm=SHA256(), length=32, salt=self.epk, info=info).derive(
            eph.exchange(ec.ECDH(), server)
        )
        self.cipher = AESGCM(key)

    def queue(self, kind: str, **values: Any) -> dict[str, Any]:
        """One operation, sealed."""
        operation = {
            "kind": kind,
            "op_id": str(uuid.uuid4()),
            "at": datetime.now(UTC).isoformat(),
            **values,
        }
        return self.seal(json.dumps(operation).encode())

    def mark(
        self, slot: str, entry: str, status: str, version: int = 0, **more: Any
    ) -> dict[str, Any]:
        return self.queue(
            "mark", slot=slot, entry=entry, status=status, expected_version=version, **more
        )

    def seal(self, plaintext: bytes) -> dict[str, Any]:
        self.sequence += 1
        padded = plaintext + b" " * (-len(plaintext) % 128)
        iv = os.urandom(12)
        sealed = self.cipher.encrypt(iv, padded, f"{self.pad}:{self.sequence}".encode())
        return {
            "seq": self.sequence,
            "epk": unpadded(self.epk),
            "iv": unpadded(iv),
            "ct": unpadded(sealed),
        }

    def sign(self, message: bytes) -> str:
        r, s = decode_dss_signature(self.signing.sign(message, ec.ECDSA(SHA256())))
        return unpadded(r.to_bytes(32, "big") + s.to_bytes(32, "big"))

    def body(self, items: list[dict[str, Any]], **more: Any) -> tuple[bytes, dict[str, str]]:
        """What is sent, and its headers."""
        sent = {"pad": self.pad, "sent_at": datetime.now(UTC).isoformat(), "items": items, **more}
        body = json.dumps(sent).encode()
        return body, {
            "X-Pad-Signature": self.sign(b"kash pad v1 sync\n" + body),
            "Content-Type": "application/json",
        }

    def send(self, browser: FlaskClient, items: list[dict[str, Any]], **more: Any) -> TestResponse:
        body, headers = self.body(items, **more)
        return browser.post("/pad/sync", data=body, headers=headers)

    def exported(self, items: list[dict[str, Any]]) -> bytes:
        """The queue as a file."""
        payload = json.dumps({"pad": self.pad, "items": items})
        return json.dumps(
            {
                "format": "kash-pad-queue",
                "version": 1,
                "payload": payload,
                "signature": self.sign(b"kash pad v1 export\n" + payload.encode()),
            },
            separators=(",", ":"),
        ).encode()


def replies(answer: TestResponse) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [each["answer"] for each in answer.json["answers"]]
