"""Somebody telephones: five fields on one screen, kept while they are typed, a case at once."""

import re
from datetime import UTC, timedelta

import pytest

from kash.incidents.queries.cases import open_case, open_cases
from kash.incidents.queries.letterbox import opened_box, own_autosaves
from kash.incidents.rules.clocks import who_is_held
from kash.incidents.rules.filing import MOST_WRITTEN_PERSONS
from kash.incidents.rules.parts import Whereabouts
from kash.people.models import Organisation, Zone
from kash.platform.database import db, new_public_id, utc_now
from kash.platform.web.formats import to_local

CALL, KEEP, NEW = "/w/call", "/w/t", "/w/new"
FIELDS = ("place", "count", "since", "number", "narrative")


@pytest.fixture
def officer(app, a_member):
    db.session.add_all(
        [Organisation(name="Kondele Police Station", kind="station"), Zone(name="Kondele")]
    )
    db.session.commit()
    return a_member("documentation")


def _token(page: str) -> str:
    found = re.search(r'name="token"[^>]*value="([\w-]{16})"', page)
    assert found is not None
    return found[1]


def test_what_is_typed_while_she_talks_is_an_urgent_case_at_once(officer):
    page = officer.client.get(CALL).text
    names = re.findall(
        r'<(?:input|select|textarea)[^>]*?\bname="(\w+)"', page.split("data-record")[1]
    )
    hidden = {"csrf_token", "token", "case", "phoned_in"}
    assert [name for name in names if name not in hidden] == list(FIELDS)
    since = (utc_now() - timedelta(hours=3)).replace(second=0, microsecond=0)
    told = {
        "token": _token(page),
        "place": "Kondele station",
        "count": "3",
        "since": to_local(since).strftime("%Y-%m-%dT%H:%M"),
        "number": "0712 345-678",
        "narrative": "Three women, taken at the stage.",
    }
    answer = officer.client.post(CALL, data=told)
    assert answer.status_code == 303
    reference = answer.location.rpartition("/")[2]
    case = open_case(officer.actor, officer.vault(), reference)
    record = case.record
    assert (case.state, record.urgent, record.filing.held) == ("submitted", True, True)
    assert (record.filing.how, record.filing.author) == ("form", officer.actor.public_id)
    assert record.filing.filed_at is not None
    assert utc_now() - record.filing.filed_at < timedelta(minutes=2)
    assert [(one.code, one.arrested_at) for one in who_is_held(record)] == [
        (f"P{number}", since.astimezone(UTC)) for number in (1, 2, 3)
    ]
    station = record.parties[0].station
    assert record.reach == Whereabouts(
        where="Kondele station",
        station=station,
        station_name="Kondele Police Station",
        number="+254712345678",
    )
    assert (record.place.ward, record.narrative) == ("Kondele", told["narrative"])
    shown = officer.client.get(answer.location).text
    assert 'href="tel:+254712345678"' in shown
    assert "0712 345678" in shown
    # Sent twice it is one, and somebody owns it who is awake.
    assert officer.client.post(CALL, data=told).location == answer.location
    assert len(open_cases(officer.actor, officer.vault())[0]) == 1
    assert opened_box(db.session()).owners[reference].account == officer.actor.public_id
    assert opened_box(db.session()).owners[reference].held


def test_it_is_kept_as_she_types_and_offered_where_it_was_typed(officer):
    token = _token(officer.client.get(CALL).text)
    typed = {"token": token, "case": "", "phoned_in": "1", "narrative": "They took", "count": "2"}
    assert officer.client.post(KEEP, data=typed).status_code == 204
    (kept,) = own_autosaves(officer.actor, officer.vault())
    assert "Not finished: what you typed until" in officer.client.get(CALL).text
    # The full form would lose what stands in fields that it does not have.
    assert "Not finished: what you typed until" not in officer.client.get(NEW).text
    assert officer.client.post(NEW, data={"restore": kept.document}).status_code == 404
    page = officer.client.post(CALL, data={"restore": kept.document}).text
    assert "They took" in page
    assert _token(page) == token
    answer = officer.client.post(CALL, data=typed)
    assert answer.status_code == 303
    assert own_autosaves(officer.actor, officer.vault()) == []


def test_what_the_full_form_kept_is_not_offered_here(officer):
    kept = {"token": new_public_id(), "case": "", "narrative": "Hers"}
    assert officer.client.post(KEEP, data=kept).status_code == 204
    assert "Not finished" not in officer.client.get(CALL).text
    assert "Not finished" in officer.client.get(NEW).text
    discarded = officer.client.get(CALL, query_string={"discard": "x" * 16})
    assert discarded.status_code == 404


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({}, "Write down at least one of these."),
        ({"count": "0", "narrative": "Hers"}, "count-error"),
        ({"since": "2999-01-01T10:00", "narrative": "Hers"}, "since-error"),
        ({"since": "yesterday", "narrative": "Hers"}, "since-error"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(officer, told, sentence):
    answer = officer.client.post(CALL, data={"token": new_public_id(), **told})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert ("Hers" in answer.text) == bool(told)
    assert open_cases(officer.actor, officer.vault())[0] == []


def test_a_crowd_is_written_down_as_far_as_it_is_from_a_phone(officer):
    answer = officer.client.post(CALL, data={"token": new_public_id(), "count": "45"})
    record = open_case(officer.actor, officer.vault(), answer.location[3:]).record
    assert len(record.persons) == MOST_WRITTEN_PERSONS
    assert record.persons[-1].note == "+25"
    assert record.persons[0].arrested_at is None


def test_nobody_else_and_no_closed_vault(officer, a_member, actor, client_for):
    assert client_for(actor("police_peer")).get(CALL).status_code == 403
    closed = a_member("documentation", is_open=False)
    assert closed.client.get(CALL).status_code == 303
    assert closed.client.post(CALL, data={"narrative": "x"}).status_code == 303
