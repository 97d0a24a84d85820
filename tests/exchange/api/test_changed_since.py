"""What is new since a moment: whoever forgets one that changed keeps a record that is false."""

from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import quote

import pytest
from sqlalchemy import select, update

from kash.certificates.models import Certificate
from kash.certificates.rules.issuing import EXPIRING_WITHIN
from kash.people.models import Group, Person
from kash.platform.database import utc_now, writing
from kash.platform.web.formats import local_today, to_local
from kash.workshops.models import Workshop
from kash.workshops.services.planning import cancel_workshop
from tests.certificates.conftest import ALL, ready

from .conftest import Program

__all__ = ["ready"]
_LONG_AGO = datetime(2026, 1, 5, tzinfo=UTC)


def _since(one: Program, path: str, moment: datetime) -> set[str]:
    found = one.ask(f"{path}changed_since={quote(moment.isoformat())}")
    assert found.status_code == 200
    return {item["id"] for item in found.json["items"]}


@pytest.mark.any_engine
def test_people_and_workshops_that_changed_since_are_told_and_no_others(
    both_engines_app, held, program
):
    one = program("people.read", "workshops.read", owner=held.trainer)
    with writing() as session:
        session.execute(update(Person).values(changed_at=_LONG_AGO))
        session.execute(update(Workshop).values(changed_at=_LONG_AGO))
    later = _LONG_AGO + timedelta(microseconds=1)
    everybody = {item["id"] for item in one.ask("/people?group=A").json["items"]}
    assert _since(one, "/people?group=A&", _LONG_AGO) == everybody
    assert _since(one, "/people?group=A&", later) == set()
    changed = min(everybody)
    with writing() as session:
        session.execute(
            update(Person).where(Person.public_id == changed).values(changed_at=utc_now())
        )
    assert _since(one, "/people?group=A&", later) == {changed}
    assert _since(one, "/workshops?", _LONG_AGO) == {held.workshop}
    assert _since(one, "/workshops?", later) == set()
    cancel_workshop(held.workshop, "No hall", held.trainer)
    assert _since(one, "/workshops?", later) == {held.workshop}
    (told,) = one.ask("/workshops").json["items"]
    assert datetime.fromisoformat(told["changed_at"]) > later


@pytest.mark.any_engine
def test_a_walk_through_what_changed_keeps_its_moment(app, held, program):
    one = program("people.read", owner=held.trainer)
    moment = "2026-01-05T03:00:00+03:00"
    page = one.ask(f"/people?group=A&limit=1&changed_since={quote(moment)}").json
    assert f"changed_since={quote(moment, safe='')}" in page["next"].replace(":", "%3A")
    assert one.ask(page["next"]).json["items"] != page["items"]


def test_certificates_are_told_again_once_they_stand_otherwise(
    both_engines_app, ready, program, actor
):
    ready.confirm(ALL)
    ready.issued()
    with writing() as session:
        officers = select(Group.id).where(Group.is_police.is_(True)).scalar_subquery()
        session.execute(update(Person).values(group_id=officers))
    one, today = program("certificates.read"), local_today()

    def stands(**columns: object) -> None:
        whole = {"issued_on": date(2020, 1, 6), "expires_on": None, "revoked_at": None} | columns
        with writing() as session:
            session.execute(update(Certificate).values(**whole))

    begins = to_local(utc_now()).replace(hour=0, minute=0, second=0, microsecond=0)
    day = timedelta(days=1)
    for columns in (
        {"issued_on": today},
        {"revoked_at": utc_now()},
        # Yesterday was its last day, and today it is told that it runs out.
        {"expires_on": today - day},
        {"expires_on": today + EXPIRING_WITHIN},
    ):
        stands(**columns)
        assert len(_since(one, "/certificates?", begins)) == 1, columns
    for columns in (
        {},
        {"issued_on": today - day},
        {"revoked_at": begins - timedelta(seconds=1)},
        {"expires_on": today - 2 * day},
        {"expires_on": today + EXPIRING_WITHIN + day},
    ):
        stands(**columns)
        assert _since(one, "/certificates?", begins) == set(), columns
    assert begins.timetz().replace(tzinfo=None) == time(0)


@pytest.mark.parametrize(
    "moment",
    [
        "yesterday",
        "2026-11-28",
        "2026-11-28T09:30:00",
        "2026-02-30T09:30:00Z",
        # A plus that was not written as %2B is a space.
        "2026-11-28T09:30:00+03:00",
        "2026-11-28T25:00:00Z",
        "0001-01-01T00:00:00%2B14:00",
        "2026-11-28T09:30:00Z%20",
    ],
)
@pytest.mark.any_engine
def test_a_moment_that_is_none_is_refused_in_a_document(moment, app, program):
    one = program("people.read", "workshops.read", "certificates.read")
    for path in ("/people?group=A&", "/workshops?", "/certificates?"):
        told = one.ask(f"{path}changed_since={moment}")
        assert (told.status_code, told.mimetype) == (422, "application/problem+json")
        assert [error["where"] for error in told.json["errors"]] == ["query.changed_since"]
