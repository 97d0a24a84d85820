"""The page on who is held and what came of each limit."""

import re
from datetime import timedelta

from kash.incidents.rules.parts import Act, Person
from kash.incidents.rules.record import Record
from kash.platform.database import utc_now


def test_a_court_two_tries_and_two_members_by_the_page(a_member, filed, record_of):
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
    assert anna.client.post(address, data={"reason": ""}).status_code == 422
    assert anna.client.post(address, data={"reason": "Two stations."}).status_code == 303
    second = f"/w/{reference}/2/s1"
    assert f'href="{second}"' in anna.client.get(address).text
    # It stands on the list of the other, and on her Today.
    assert f'href="{second}"' in brenda.client.get("/w/2").text
    assert "You may be the second member" in brenda.client.get("/").text
    assert "You may be the second member" not in anna.client.get("/").text
    read = brenda.client.get(second).text
    assert "Two stations." in read
    assert "It does not say that she is free" in read
    assert anna.client.post(second, data={"answer": "agree"}).status_code == 422
    # A reason is asked of whoever refuses, and of nobody else.
    for answer, reason in (({}, False), ({"answer": "refuse"}, True)):
        wrong = brenda.client.post(second, data=answer)
        assert (wrong.status_code, "Write the reason." in wrong.text) == (422, reason)
    assert record_of(reference, anna.vault()).persons[0].not_known_at is None
    assert brenda.client.post(second, data={"answer": "agree"}).status_code == 303
    person = record_of(reference, anna.vault()).persons[0]
    assert (person.court, len(person.tries)) == ("Mfano Court", 2)
    assert person.not_known_at is not None
    assert "You may be the second member" not in brenda.client.get("/").text
    assert "Say for each person" not in anna.client.get(f"/w/{reference}/s/11").text
    assert 'name="outcome"' in anna.client.get(f"/w/{reference}/s/11").text


def test_a_limit_that_is_over_stands_first_on_its_case_and_is_named_where_it_is_answered(
    a_member, filed
):
    anna = a_member("documentation")
    for days, first in ((9, True), (0, False)):
        arrested = utc_now() - timedelta(days=days)
        person = Person(id="p1", code="A", arrested_at=arrested)
        reference = filed(Record(acts=[Act(id="a1", code="P6")], persons=[person]))
        page = anna.client.get(f"/w/{reference}").text
        assert ("Time is over" in page) == first
        if first:
            assert page.index("Time is over") < page.index("In one line")
        assert page.count('id="clocks"') == 1
        limits = anna.client.get(f"/w/{reference}/j/p1").text
        assert ("Before a court: Over for" in limits) == first
        assert "Before a court: " in limits
        assert "After two tries two members can say" in limits
