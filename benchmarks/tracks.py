"""`./kash.sh bench tracks`: who fulfils a track of six requirements among 100,000 people, and one
person's page.

`eligibility_100k_s` is the processor's time of one question about everybody: hours of a course (of
400,000 marks), a score, practice, outreach, a signed document, and a role, some of them as one of
two. `person_page_ms` is that of a page of somebody on the track, the median of those asked, with
100,000 people; `person_page_growth` is how much longer it takes than with 1,000. Other rooms'
figures stand beside what they measure.
"""

from __future__ import annotations

import argparse
import importlib
import os
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks.postgresql import cluster
from benchmarks.telling import as_json, tell

PEOPLE, FEW = 100_000, 1_000
ROUNDS, WARM_UP, PAGES = 5, 2, 40
WORKSHOPS, SLOTS = 500, 4
TARGETS = {
    "eligibility_100k_s": 1.0,
    "person_page_ms": 25.0,
    "person_page_growth": 1.2,
    "answer_sheet_ms": 100.0,
    "phone_test_kb": 25.0,
}
_ELSEWHERE = {
    "answer_sheet_ms": "benchmarks.answer_sheets",
    "phone_test_kb": "benchmarks.phone_test",
}


def measured(people: int, *, on_postgresql: bool) -> tuple[float, float]:
    """Seconds of one question about everybody, and milliseconds of one person's page, both of the
    processor. Raises LookupError if nobody fulfils the track, or a page doesn't answer."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kash-bench-")))
        os.environ.update(
            {
                "KASH_DATA_DIR": str(folder / "data"),
                "KASH_DATABASE_URL": stack.enter_context(cluster()) if on_postgresql else "",
                "KASH_QUEUE_URL": "",
                "KASH_STORAGE_URL": "",
            }
        )
        from benchmarks.load import PASSWORD, Size, load_programme
        from kash.application import create_app
        from kash.platform.operations.migrations import migrate_if_behind
        from kash.settings import load_settings

        settings = load_settings()
        app = create_app(settings)
        migrate_if_behind(settings)
        each = people // WORKSHOPS
        size = Size(
            people=people,
            workshops=WORKSHOPS,
            people_each=max(each, 2),
            slots_each=SLOTS,
            courses=1,
            audit_entries=10,
        )
        loaded = load_programme(app, size)
        with app.app_context():
            track, ids = put_on_a_track(people)
            took = _everybody(track)
        app.config["WTF_CSRF_ENABLED"] = False
        browser = app.test_client()
        browser.post(
            "/sign-in",
            data={"email": loaded.everybody.accounts["director"].email, "password": PASSWORD},
        )
        return took, _page(browser, ids)


def put_on_a_track(people: int) -> tuple[Any, list[str]]:
    """A track of six requirements on which everybody is, with what was seen of each; its tree, and
    some public ids of people."""
    from sqlalchemy import insert, select, text

    from kash.certificates.tracks.models import SeenFact, Track, TrackEnrolment, TrackVersion
    from kash.certificates.tracks.rules.standing import MOST_AT_ONCE
    from kash.certificates.tracks.rules.tree import Leaf, SomeOf, all_of, tree_as_json
    from kash.people.models import Person
    from kash.platform.database import db, new_public_id, utc_now, writing
    from kash.platform.web.formats import local_today
    from kash.training.models import Course

    today, now = local_today(), utc_now()
    with writing() as session:
        course = session.scalar(select(Course.public_id).order_by(Course.id).limit(1))
        tree = all_of(
            Leaf.of("hours", course=course or "", share=60, versions=()),
            SomeOf(
                (
                    Leaf.of("test", course=course or "", score=60),
                    Leaf.of("practicum", count=1),
                    Leaf.of("outreach", count=1),
                ),
                2,
            ),
            SomeOf(
                (
                    Leaf.of("document", document="Code", version="1"),
                    Leaf.of("role", role="mentor", months=6),
                ),
            ),
        )
        track = Track(name="Peer educator")
        version = TrackVersion(track=track, number=1, state="published", tree=tree_as_json(tree))
        session.add(version)
        session.flush()
        keys = session.execute(select(Person.id, Person.public_id).order_by(Person.id)).all()
        facts = (
            ("practicum", "", 1),
            ("outreach", "", 1),
            ("oral_test", course, 70),
            ("document", "Code · 1", 1),
            ("role", "mentor", 1),
        )
        # As many as can be put on it together, each week.
        for start in range(0, len(keys), MOST_AT_ONCE):
            some, batch = keys[start : start + MOST_AT_ONCE], new_public_id()
            put_on = now - timedelta(weeks=start // MOST_AT_ONCE)
            session.execute(
                insert(TrackEnrolment),
                [
                    {
                        "track_id": track.id,
                        "version_id": version.id,
                        "person_id": key,
                        "public_id": new_public_id(),
                        "enrolled_by": "system",
                        "enrolled_at": put_on,
                        "batch": batch,
                    }
                    for key, _public_id in some
                ],
            )
            session.execute(
                insert(SeenFact),
                [
                    {
                        "person_id": key,
                        "kind": kind,
                        "about": about,
                        "amount": amount,
                        "day": today - timedelta(days=20 + key % 700),
                        "seen_by": "system",
                        "entered_by": "system",
                        "entered_at": now,
                        "public_id": new_public_id(),
                    }
                    for key, _public_id in some
                    for place, (kind, about, amount) in enumerate(facts)
                    # Of each three in four people have it.
                    if (key + place) % 4
                ],
            )
    db.session.execute(text("ANALYZE"))
    db.session.commit()
    step = max(len(keys) // PAGES, 1)
    return tree, [public_id for _key, public_id in keys[::step]][:PAGES]


def _everybody(tree: Any) -> float:
    from kash.certificates.tracks.leaf_kinds import LeafQuestion
    from kash.certificates.tracks.queries.certifying import fulfilled
    from kash.platform.database import db
    from kash.platform.web.formats import local_today

    times = []
    for number in range(WARM_UP + ROUNDS):
        began = time.process_time()
        found = fulfilled(db.session(), tree, LeafQuestion(local_today()))
        if not found:
            raise LookupError("nobody fulfils the track")
        if number >= WARM_UP:
            times.append(time.process_time() - began)
    return statistics.median(times)


def _page(browser: Any, people: list[str]) -> float:
    times = []
    for number, person in enumerate([*people[:WARM_UP], *people]):
        began = time.process_time()
        answer = browser.get(f"/people/{person}")
        took = time.process_time() - began
        if answer.status_code != 200 or "Peer educator" not in answer.text:
            raise LookupError(f"the page answered {answer.status_code}")
        if number >= WARM_UP:
            times.append(took * 1000)
    return statistics.median(times)


def figures(*, on_postgresql: bool) -> dict[str, float]:
    """Every figure there is; what another measurement gives is left out while that is not there."""
    seconds, many = measured(PEOPLE, on_postgresql=on_postgresql)
    _seconds, few = measured(FEW, on_postgresql=on_postgresql)
    told = {
        "eligibility_100k_s": seconds,
        "person_page_ms": many,
        "person_page_growth": many / few,
    }
    for name, module in _ELSEWHERE.items():
        try:
            told[name] = float(getattr(importlib.import_module(module), name)())
        except ModuleNotFoundError:
            continue
    return {name: round(value, 3) for name, value in told.items()}


def main() -> int:
    """Run it; 0 if everything answered, whether or not it was fast enough."""
    parser = argparse.ArgumentParser(prog="bench tracks", description=__doc__)
    as_json(parser)
    parser.add_argument("--postgresql", action="store_true", help="on a PostgreSQL of its own")
    chosen = parser.parse_args()
    return tell(
        lambda: figures(on_postgresql=chosen.postgresql), json_wanted=chosen.json, at_most=TARGETS
    )


if __name__ == "__main__":
    sys.exit(main())
