"""A month of the calendar with 300 entries, as `./kash.sh bench schedule` measures it.

`month_300_ms` is the processor's time of the whole answer to a trainer who runs half of them: the
questions, the layout and the page.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

ENTRIES = 300
ROUNDS, WARM_UP = 15, 5
MONTH = date(2027, 3, 1)


def month_300_ms() -> float:
    """Milliseconds of the processor, the median of those asked. Raises LookupError if the page
    doesn't hold every entry."""
    with tempfile.TemporaryDirectory(prefix="kash-bench-") as folder:
        os.environ.update(
            {
                "KASH_DATA_DIR": str(Path(folder) / "data"),
                "KASH_DATABASE_URL": "",
                "KASH_QUEUE_URL": "",
                "KASH_STORAGE_URL": "",
                "KASH_LOG_LEVEL": "error",
            }
        )
        from benchmarks.load import Size, load_programme
        from kash.application import create_app
        from kash.platform.operations.migrations import migrate_if_behind
        from kash.settings import load_settings

        settings = load_settings()
        app = create_app(settings)
        migrate_if_behind(settings)
        size = Size(
            people=60, workshops=10, people_each=6, slots_each=2, courses=1, audit_entries=10
        )
        loaded = load_programme(app, size)
        trainer = loaded.everybody.accounts["trainer"]
        with app.app_context():
            _fill(trainer.key, trainer.public_id)
        return _asked(app, trainer.public_id)


def _fill(trainer: int, public_id: str) -> None:
    """Workshops of one to three days all over the month, of which the trainer runs every other."""
    from kash.attendance.models import Register
    from kash.people.models import Venue
    from kash.platform.database import db
    from kash.training.models import CourseVersion
    from kash.workshops.models import Facilitator, Workshop

    version = db.session.query(CourseVersion.id).first()[0]
    venues = [Venue(name=f"Sample hall {number}") for number in range(20)]
    for number in range(ENTRIES):
        first = MONTH + timedelta(days=number % 29)
        own = number % 2 == 0
        workshop = Workshop(
            version_id=version,
            register=Register(purpose="workshop"),
            title=f"Working together, ward {number}",
            starts_on=first,
            ends_on=first + timedelta(days=number % 3),
            venue=venues[number % 20],
            created_by=public_id if own else "system",
        )
        if own:
            workshop.facilitators = [Facilitator(account_id=trainer, lead=True)]
        db.session.add(workshop)
    db.session.commit()


def _asked(app: Any, public_id: str) -> float:
    from kash.accounts.services.sign_in import open_session

    browser = app.test_client()
    with app.test_request_context():
        token = open_session(public_id, "bench")
    with browser.session_transaction() as session:
        session.update({"_user_id": token, "_fresh": True})
    times = []
    for number in range(WARM_UP + ROUNDS):
        began = time.process_time()
        answer = browser.get("/calendar", query_string={"view": "month", "on": str(MONTH)})
        took = time.process_time() - began
        drawn = answer.text.count('class="entry"')
        if answer.status_code != 200 or drawn < ENTRIES:
            raise LookupError(f"{answer.status_code}, and {drawn} entries of {ENTRIES}")
        if number >= WARM_UP:
            times.append(took * 1000)
    return statistics.median(times)
