"""Throwing away lists that nobody confirmed, and reports that are old."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select

from kash.people.lists import stored_files
from kash.people.models import PeopleList
from kash.platform import storage
from kash.platform.database import utc_now, writing
from kash.platform.web.programme import retention


def throw_away_old() -> None:
    """Throw away lists that nobody confirmed in the time for which the programme keeps them, and
    reports older than a month."""
    now = utc_now()
    waits = retention().span("import_originals")
    with writing() as session:
        old = session.scalars(
            select(PeopleList.public_id).where(
                PeopleList.state == "waiting", PeopleList.created_at < now - waits
            )
        ).all()
        session.execute(delete(PeopleList).where(PeopleList.public_id.in_(old)))
        stale = session.scalars(
            select(PeopleList)
            .where(PeopleList.has_report, PeopleList.created_at < now - stored_files.REPORT_KEPT)
            .with_for_update()
        ).all()
        reports = [each.public_id for each in stale]
        for each in stale:
            each.has_report = False
        waiting = set(
            session.scalars(select(PeopleList.public_id).where(PeopleList.state == "waiting"))
        )
    for public_id in old:
        stored_files.throw_away_waiting(public_id)
    for public_id in reports:
        stored_files.throw_away(public_id, "report")
    # Also what lies there without a row: whoever kept it may have died half-way.
    for file in list(storage.list(stored_files.FOLDER)):
        public_id, _dash, what = file.key.rpartition("/")[2].partition("-")
        settled = now - file.changed_at > timedelta(minutes=10)
        if what in stored_files.WAITING and public_id not in waiting and settled:
            storage.delete(file.key)
