"""Sealed incidents in bulk, as a member finds them who has opened each once."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import insert

from kash.incidents.consent_texts import VERSION
from kash.incidents.models import Incident
from kash.incidents.rules.consents import CaseConsent
from kash.incidents.rules.filing import ACTS
from kash.incidents.rules.parts import Act, Event, Information, Party, Person
from kash.incidents.rules.record import Record, as_bytes
from kash.platform.database import db, new_public_id
from kash.platform.vault import DocumentKey, OpenVault, SealedDocument
from kash.platform.vault import compartments as sealing
from kash.platform.vault.models import random_key

# Stands in one record of a thousand.
RARE = "Wasonga"
# Two people of this one are held.
HELD = 9
_TEXT = """she was taken from the street near the market by two officers who asked for money and
let her go after a call but the phone was not given back until the evening when her sister came with
what they wanted and nobody wrote anything down although she asked for it more than once"""
_WORDS = _TEXT.split()
_WARDS = ("Nyalenda A", "Nyalenda B", "Kondele", "Manyatta", "Railways", "Migosi")
_STATIONS = ("Kielelezo Police Station", "Sampuli Police Station", "Mfano Patrol Base")
_STATES = ("submitted", "triaged", "verified", "mediation", "referred", "resolved", "closed")
_AT_ONCE = 500


def a_record(number: int, rng: random.Random, officer: str) -> Record:
    """One record, of 1.5 to 4 kB as it is sealed."""
    filed = datetime(2025, 1, 1, 9, tzinfo=UTC) + timedelta(hours=number % 16_000)
    words = [rng.choice(_WORDS) for _ in range(rng.randint(120, 380))]
    if number % 1000 == 0:
        words[7] = RARE
    record = Record(
        narrative=" ".join(words),
        asked_for="release",
        persons=[Person(id=f"p{k}", code=f"P{k}", age_band="25_34") for k in (1, 2)],
        parties=[
            Party(
                id="o1",
                station=new_public_id(),
                station_name=rng.choice(_STATIONS),
                rank_band="constable",
                service_number=str(rng.randint(10_000, 99_999)),
            )
        ],
        acts=[Act(id=f"a{k}", code=rng.choice([*ACTS])) for k in (1, 2)],
        information=[Information(id="n1", connection="her neighbour")],
        consents=[
            CaseConsent(purpose=purpose, given=True, at=filed, by=officer, wording=VERSION)
            for purpose in ("record", "mediation", "court")
        ],
        timeline=[
            Event(what=what, by=officer, at=filed, state=what) for what in ("submitted", "triaged")
        ],
        assigned_to=officer if number % 200 == 0 else "",
    )
    record.filing.filed_at = filed
    for person in record.persons if number == HELD else ():
        person.arrested_at = filed
    record.happening.begun_on = date(2025, 1, 1) + timedelta(days=number % 600)
    record.place.ward = rng.choice(_WARDS)
    return record


def load_incidents(vault: OpenVault, how_many: int) -> list[str]:
    """Add so many incidents, whose keys are kept already; their references."""
    rng = random.Random(20261116)
    references: list[str] = []
    rows = _rows(vault, rng, how_many)
    while portion := [row for _number, row in zip(range(_AT_ONCE), rows, strict=False)]:
        session = db.session()
        session.execute(insert(SealedDocument), [row[0] for row in portion])
        session.execute(insert(DocumentKey), [row[1] for row in portion])
        session.execute(insert(Incident), [row[2] for row in portion])
        session.commit()
        references += [str(row[2]["public_id"]) for row in portion]
    return references


def _rows(
    vault: OpenVault, rng: random.Random, how_many: int
) -> Iterator[tuple[dict[str, object], dict[str, object], dict[str, object]]]:
    secret = vault.newest("case")
    compartment_id = vault.compartment_ids["case", secret.generation]
    for number in range(how_many):
        place = sealing.SealingPlace("case", "incident", new_public_id())
        key, row_id = sealing.new_key(), random_key()
        plaintext = as_bytes(a_record(number, rng, vault.holder))
        yield (
            {
                "id": row_id,
                "public_id": place.public_id,
                "compartment": place.compartment,
                "kind": place.kind,
                "version": 1,
                "body": sealing.seal_body(plaintext, key, place, 1),
            },
            {
                "document_id": row_id,
                "compartment_id": compartment_id,
                "form": "kept",
                "wrapped": sealing.keep_key(key, secret, place),
            },
            {
                "id": random_key(),
                "public_id": new_public_id(),
                "state": _STATES[number % len(_STATES)],
                "document_id": row_id,
            },
        )
