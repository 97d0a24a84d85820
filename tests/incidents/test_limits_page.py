"""The page on who is held and what came of each limit."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from kash.incidents.rules.record import Act, Person, Record
from kash.platform.database import utc_now


def test_a_court_two_tries_and_two_members_by_the_page(
    a_member: Any, filed: Any, record_of: Any
) -> None:
    anna, brenda = a_member("documentation"), a_member("documentation")
    held = Person(id="p1", code="A", arrested_at=utc_now() - timedelta(days=9))
    reference = filed(Record(acts=[Act(id="a1", code="P6")], persons=[held]))
    address = f"/w/{reference}/j/p1"
    closing = anna.client.get(f"/w/{reference}/s/11").text
    assert f'href="{address}"' in closing
    assert "Somebody is held, as far as it is known" in closing
    page = anna.client.get(address).text
    shown = re.search(r'name="row_version"[^>]*value="(\d+)"', page)
    assert shown is not None
    sent = {"row_version": shown[1]}
    wrong = anna.client.post(address, data=sent | {"court": "Mfano Court"})
    assert (wrong.status_code, "Enter the day and the hour" in wrong.text) == (422, True)
    assert "Mfano Court" in wrong.text
    told = {"court": "Mfano Court", "before_court_at": "2026-11-30T10:00"}
    assert anna.client.post(address, data=sent | told).status_code == 303
    assert "Nobody knows any more" not in anna.client.get(address).text
    for _ in range(2):
        assert anna.client.post(address, data={"what": "The station"}).status_code == 303
    for who, status in ((anna, 303), (anna, 422), (brenda, 303)):
        assert who.client.post(address, data={"not_known": "1"}).status_code == status
    person = record_of(reference, anna.vault()).persons[0]
    assert (person.court, len(person.tries)) == ("Mfano Court", 2)
    assert person.not_known_at is not None
    assert "Say for each person" not in anna.client.get(f"/w/{reference}/s/11").text
    assert 'name="outcome"' in anna.client.get(f"/w/{reference}/s/11").text
