"""Reminders to 5,000 people, as `./kash.sh bench schedule` measures them.

`reminders_5000_s` is the processor's time of putting all into the outbox, sealed and in parts of
five hundred, each a transaction of its own as a chore says them.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

PEOPLE, AT_ONCE = 5_000, 500
_NOW = datetime(2027, 3, 9, 7, tzinfo=UTC)


def reminders_5000_s() -> float:
    """Seconds of the processor. Raises LookupError unless every reminder waits to be sent."""
    with tempfile.TemporaryDirectory(prefix="kash-bench-") as folder:
        os.environ.update(
            {
                "KASH_DATA_DIR": str(Path(folder) / "data"),
                "KASH_DATABASE_URL": "",
                "KASH_QUEUE_URL": "",
                "KASH_STORAGE_URL": "",
                "KASH_SMS_URL": f"file://{folder}/sms",
                "KASH_LOG_LEVEL": "error",
            }
        )
        from kash.application import create_app
        from kash.platform.database import db
        from kash.platform.messages.models import OutboxMessage
        from kash.platform.operations.migrations import migrate_if_behind
        from kash.settings import load_settings

        settings = load_settings()
        app = create_app(settings)
        migrate_if_behind(settings)
        with app.app_context():
            people = _people()
            began = time.process_time()
            for start in range(0, PEOPLE, AT_ONCE):
                _remind(people[start : start + AT_ONCE])
            taken = time.process_time() - began
            waiting = db.session.query(OutboxMessage).filter_by(state="due").count()
        if waiting != PEOPLE:
            raise LookupError(f"{waiting} reminders wait to be sent")
        return taken


def _people() -> Sequence[int]:
    """People who agreed to messages, half of each group, some of whom read Kiswahili."""
    from sqlalchemy import insert

    from kash.people.models import Consent, Group, Person
    from kash.people.services.persons import phone_values
    from kash.platform.database import new_public_id, writing

    with writing() as session:
        groups = [Group(name="One", letter="A", is_police=True), Group(name="Two", letter="B")]
        session.add_all(groups)
        session.flush()
        rows = []
        for number in range(PEOPLE):
            public_id = new_public_id()
            rows.append(
                {
                    "public_id": public_id,
                    "chosen_name": f"Person {number}",
                    "sort_name": f"person {number}",
                    "group_id": groups[number % 2].id,
                    "language": ("en", "sw")[number % 3 == 0],
                    "created_by": "system",
                    **phone_values(public_id, f"+2547{number:08d}", "system"),
                }
            )
        ids = list(session.scalars(insert(Person).returning(Person.id), rows))
        session.execute(
            insert(Consent),
            [
                {
                    "person_id": person,
                    "purpose": "contact",
                    "answer": "given",
                    "text": "",
                    "text_version": "1",
                    "recorded_by": "system",
                }
                for person in ids
            ],
        )
        return ids


def _remind(people: Sequence[int]) -> None:
    from kash.people.notices.models import CALL
    from kash.people.notices.services import Saying, say_to_each
    from kash.platform.database import writing

    with writing() as session:
        say_to_each(
            session, CALL.name, [Saying(person, "call:bench", {}) for person in people], _NOW
        )
