"""Registers on phones, and what these phones send, made ahead so that sending costs little."""

from __future__ import annotations

import json
import os
import secrets
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import insert, select

from benchmarks.load.people import AnAccount
from kash.attendance.models import Pad, PadKey, Register, RosterEntry, Slot
from kash.attendance.services.pads import take_pad
from kash.people.models import Person
from kash.platform.database import db, new_public_id, writing
from kash.platform.vault.phones import unpadded
from kash.policy import Actor, Role
from kash.workshops.models import Enrolment, Facilitator, Workshop, WorkshopSession

STATUSES = ("present", "late", "absent", "excused")
_CURVE = ec.SECP256R1()


@dataclass(frozen=True)
class ARegister:
    """A register: its workshop, and public ids with keys of slots and entries (with persons)."""

    workshop: str
    register: str
    slots: Sequence[tuple[str, int]]
    entries: Sequence[tuple[str, int]]


def make_register(lead: AnAccount, people: int, slots: int) -> ARegister:
    """A workshop led by an account, with so many people enrolled and sessions that have begun."""
    with writing() as session:
        sample = session.execute(select(Workshop.version_id, Workshop.title).limit(1)).one()
        persons = session.scalars(select(Person.id).order_by(Person.id).limit(people)).all()
        if len(persons) < people:
            raise LookupError("there are too few people")
        register = Register(purpose="workshop")
        session.add(register)
        session.flush()
        today = datetime.now(UTC).date()
        workshop = Workshop(
            version_id=sample.version_id,
            register_id=register.id,
            title=sample.title,
            starts_on=today - timedelta(days=slots // 4),
            ends_on=today,
            created_by=lead.public_id,
        )
        session.add(workshop)
        session.flush()
        session.add(Facilitator(workshop_id=workshop.id, account_id=lead.key, lead=True))
        made = []
        for number in range(slots):
            slot = Slot(
                register_id=register.id,
                position=number + 1,
                # All have begun: nobody is marked as being there before.
                starts_at=datetime.now(UTC) - timedelta(hours=2 * (slots - 1 - number)),
                minutes=90,
            )
            session.add(slot)
            session.flush()
            session.add(
                WorkshopSession(workshop_id=workshop.id, slot_id=slot.id, title=sample.title)
            )
            made.append((slot.public_id, slot.id))
        entries = [(new_public_id(), person) for person in persons]
        session.execute(
            insert(RosterEntry),
            [
                {"public_id": entry, "register_id": register.id, "person_id": person}
                for entry, person in entries
            ],
        )
        keys = {
            row.person_id: row.id
            for row in session.execute(
                select(RosterEntry.id, RosterEntry.person_id).where(
                    RosterEntry.register_id == register.id
                )
            )
        }
        session.execute(
            insert(Enrolment),
            [
                {
                    "public_id": new_public_id(),
                    "workshop_id": workshop.id,
                    "person_id": person,
                    "roster_entry_id": keys[person],
                    "state": "confirmed",
                }
                for _entry, person in entries
            ],
        )
        return ARegister(workshop.public_id, register.public_id, made, entries)


class PadPhone:
    """A phone that took a register: it seals and signs as the pad's page does."""

    def __init__(self, register: ARegister, lead: AnAccount, turn: int = 0) -> None:
        self.register, self.turn = register, turn
        self.account = lead.public_id
        self.signing = ec.generate_private_key(_CURVE)
        actor = Actor(lead.public_id, frozenset({Role.TRAINER}), account_id=lead.key)
        self.pad = take_pad(register.register, _point(self.signing), "", actor)
        server = db.session.scalar(
            select(PadKey.public_point)
            .join(Pad, Pad.key_id == PadKey.id)
            .where(Pad.public_id == self.pad)
        )
        if server is None:
            raise LookupError("the pad has no key")
        self.sequence = 0
        self._server = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, server)
        self.load()

    def load(self) -> None:
        """Load the page anew: another pair of keys for what is queued from now on."""
        own = ec.generate_private_key(_CURVE)
        self._point = _point(own)
        key = HKDF(
            algorithm=SHA256(), length=32, salt=self._point, info=f"kash pad v1 {self.pad}".encode()
        ).derive(own.exchange(ec.ECDH(), self._server))
        self._cipher = AESGCM(key)
        self._ephemeral = unpadded(self._point)

    def item(self, operation: dict[str, object]) -> dict[str, object]:
        """One operation, sealed and padded."""
        self.sequence += 1
        plaintext = json.dumps(operation).encode()
        plaintext += b" " * (-len(plaintext) % 128)
        nonce = os.urandom(12)
        sealed = self._cipher.encrypt(nonce, plaintext, f"{self.pad}:{self.sequence}".encode())
        return {
            "seq": self.sequence,
            "epk": self._ephemeral,
            "iv": unpadded(nonce),
            "ct": unpadded(sealed),
        }

    def body(self, items: Sequence[dict[str, object]]) -> tuple[bytes, str]:
        """Body that is sent, and its signature."""
        now = datetime.now(UTC).isoformat()
        body = json.dumps({"pad": self.pad, "sent_at": now, "items": items}).encode()
        signed = self.signing.sign(b"kash pad v1 sync\n" + body, ec.ECDSA(SHA256()))
        r, s = decode_dss_signature(signed)
        return body, unpadded(r.to_bytes(32, "big") + s.to_bytes(32, "big"))

    def marks(
        self, version: int, start: int = 0, most: int | None = None
    ) -> Iterator[tuple[dict[str, object], list[object]]]:
        """Every place on the register marked once more, or so many from one on, round about: the
        sealed item, and the bare row. The status is another for each phone and version."""
        places = [(slot, entry) for slot in self.register.slots for entry in self.register.entries]
        for number in range(start, start + (len(places) if most is None else most)):
            (slot, slot_key), (entry, person) = places[number % len(places)]
            op_id = str(uuid.UUID(bytes=secrets.token_bytes(16), version=4))
            status = STATUSES[(version + self.turn) % len(STATUSES)]
            sealed = self.item(
                {
                    "kind": "mark",
                    "op_id": op_id,
                    "slot": slot,
                    "entry": entry,
                    "status": status,
                    "expected_version": version,
                    "at": datetime.now(UTC).isoformat(),
                }
            )
            row: list[object] = [
                op_id, slot_key, person, status, version, self.pad, self.sequence, self.account,
            ]  # fmt: skip
            yield sealed, row


def _point(private: ec.EllipticCurvePrivateKey) -> bytes:
    return private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
