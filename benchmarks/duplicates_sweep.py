"""How long a sweep for duplicates takes among 20,000 people."""

from __future__ import annotations

import random
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from flask import Flask
from sqlalchemy import insert

from kash.application import create_app
from kash.people.models import Group, Organisation, Person, Posting
from kash.people.rules.persons import sort_name
from kash.people.services.merging import sweep
from kash.platform.database import Base, db, new_public_id, utc_now
from kash.platform.jobs import SILENT
from kash.platform.vault import install_triggers
from kash.settings import Settings
from tests.people.crowd import Someone, disturbed, known_well, people

PEOPLE, COPIES = 20_000, 1_000


def duplicates_20000_s() -> float:
    """Seconds that one sweep over 20,000 people takes, 1,000 of whom are here twice, with reading
    them from the database and storing the pairs."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(data_dir=Path(folder) / "var", log_level="error"))
        with app.app_context():
            load(app)
            began = time.perf_counter()
            sweep(SILENT)
            took = time.perf_counter() - began
            db.session.remove()
            db.engine.dispose()
    return took


def load(app: Flask) -> None:
    """Put a crowd into an empty database of this application."""
    chance = random.Random(1)
    crowd = people(PEOPLE - COPIES, chance)
    well_known = [one for one in crowd if known_well(one)]
    crowd += [disturbed(one, chance) for one in chance.sample(well_known, COPIES)]
    chance.shuffle(crowd)
    Base.metadata.create_all(db.engine)
    with db.engine.begin() as connection:
        install_triggers(connection)
        groups = {"police": 1, "community": 2}
        stations = {one.facts.station: "" for one in crowd}
        places = {name: number for number, name in enumerate(stations, 1)}
        connection.execute(
            insert(Group),
            [
                {"id": number, "name": name, "letter": name[0].upper(), "position": number}
                for name, number in groups.items()
            ],
        )
        connection.execute(
            insert(Organisation),
            [{"id": number, "name": name, "kind": "station"} for name, number in places.items()],
        )
        connection.execute(
            insert(Person), [_person(number, one, groups) for number, one in enumerate(crowd, 1)]
        )
        connection.execute(
            insert(Posting),
            [
                {
                    "person_id": number,
                    "organisation_id": places[one.facts.station],
                    "since": utc_now().date(),
                }
                for number, one in enumerate(crowd, 1)
            ],
        )


def _person(number: int, one: Someone, groups: dict[str, int]) -> dict[str, object]:
    facts = replace(one.facts)
    return {
        "id": number,
        "public_id": new_public_id(),
        "chosen_name": one.name,
        "sort_name": sort_name(one.name),
        "group_id": groups[facts.group],
        "reference": facts.reference,
        "phone_lookup": next(iter(facts.phones), None),
        "ward": facts.ward,
        "birth_year": facts.birth_year,
        "sex": facts.sex,
        "created_by": "system",
    }
