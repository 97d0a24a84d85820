"""How she is reached safely, and that she is asked how she is after 7 and 30 days."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.incidents.queries.cases import open_case
from kash.incidents.queries.letterbox import opened_box
from kash.incidents.rules.clocks import asks_left, due_days, what_is_open
from kash.incidents.rules.consents import CaseConsent
from kash.incidents.rules.parts import FollowUp, Party, Person, Referral
from kash.incidents.rules.record import Record
from kash.incidents.services.cases import changing
from kash.incidents.services.documentation import (
    keep_contact,
    note_follow_up,
    what_waits,
    write_down_retaliation,
)
from kash.platform.database import db, utc_now
from kash.platform.web.errors import NotFound
from kash.platform.web.formats import local_today, to_local
from tests.refusals import refuses

FROM = date(2026, 11, 1)
SAFE = ("yes", "no", "not_reached")


def asked_on(day: date, safe: str = "yes", **more: str) -> FollowUp:
    return FollowUp(id=f"f{day:%j}{safe}", by="x", at=utc_now(), on=day, safe=safe, **more)


def agreed(since: date = FROM) -> Record:
    record = Record(persons=[Person(id="p1", code="A")])
    record.reach.ask_again, record.reach.ask_from = "yes", since
    return record


@given(st.lists(st.tuples(st.integers(0, 40), st.sampled_from(SAFE)), max_size=4))
def test_an_answer_settles_the_days_before_it_and_an_unanswered_call_none(
    calls: list[tuple[int, str]],
) -> None:
    record = agreed()
    record.follow_ups = [asked_on(FROM + timedelta(days=after), safe) for after, safe in calls]
    last = max((after for after, safe in calls if safe != "not_reached"), default=-1)
    left = [FROM + timedelta(days=after) for after in (7, 30) if after > last]
    assert asks_left(record) == due_days(record) == left
    assert due_days(record, asking=False) == []
    assert [thing.kind for thing in what_is_open(record, [])] == ["asking"] * bool(left)


@pytest.mark.parametrize("answer", ["", "no"])
def test_nobody_is_asked_who_did_not_agree(answer: str) -> None:
    record = agreed()
    record.reach.ask_again = answer
    assert asks_left(record) == due_days(record) == what_is_open(record, []) == []


def test_nobody_is_asked_of_whose_report_nothing_is_kept() -> None:
    record = agreed()
    record.persons.append(Person(id="p2", code="B"))
    for person in ("p1", "p2"):
        assert len(asks_left(record)) == 2
        record.consents.append(
            CaseConsent(purpose="record", given=False, at=utc_now(), by="x", person=person)
        )
    assert asks_left(record) == []


def version_of(client: Any, address: str) -> dict[str, str]:
    found = re.search(r'name="version"[^>]*value="(\d+)"', client.get(address).text)
    assert found is not None
    return {"version": found[1]}


CONTACT = {
    "number": "0712 345 678",
    "whose": "other",
    "hours": "After nine",
    "code_word": "Mangoes",
    "who_answers": "Her sister",
    "voicemail": "no",
}


def test_how_she_is_reached_stands_where_she_is_called_from(
    a_member: Any, filed: Any, record_of: Any
) -> None:
    officer, other = a_member("documentation"), a_member("documentation")
    reference = filed(Record(persons=[Person(id="p1", code="A")]))
    address = f"/w/{reference}/z"
    shown = version_of(officer.client, address)
    typed = CONTACT | shown
    assert officer.client.post(address, data=typed | {"ask_from": "2190-01-01"}).status_code == 422
    sent = typed | {"ask_again": "yes"}
    assert officer.client.post(address, data=sent).status_code == 303
    reach = record_of(reference, officer.vault()).reach
    assert reach.model_dump(exclude_defaults=True) == CONTACT | {
        "number": "+254712345678", "ask_again": "yes", "ask_from": local_today(),
    }  # fmt: skip
    page = other.client.get(f"/w/{reference}").text
    call = page.index("tel:+254712345678")
    for words in ("After nine", "Code word: Mangoes", "Also answers: Her sister"):
        assert 0 < page.index(words) - call < 900
    assert "leave no voicemail" in page
    # Another saved meanwhile: what was typed stays, and is sent again.
    again = other.client.post(address, data=CONTACT | shown | {"code_word": "Pawpaw"})
    assert "Somebody else saved this case meanwhile." in again.text
    assert 'value="Pawpaw"' in again.text
    assert record_of(reference, officer.vault()).reach.code_word == "Mangoes"


def test_on_its_day_the_owner_is_told_and_one_form_says_how_she_is(
    a_member: Any, filed: Any, record_of: Any
) -> None:
    officer, other = a_member("documentation"), a_member("documentation")
    reference = filed(Record(persons=[Person(id="p1", code="A")]))
    address = f"/w/{reference}/z"

    def told() -> tuple[int, int, bool]:
        counts = [what_waits(one.actor, one.vault(), utc_now()).due for one in (officer, other)]
        asks = "Ask her how she is" in officer.client.get(f"/w/{reference}").text
        return (*counts, asks)

    for days, expected in ((6, (0, 0, False)), (7, (1, 0, True))):
        since = local_today() - timedelta(days=days)
        sent = version_of(officer.client, address) | {"ask_again": "yes", "ask_from": f"{since}"}
        assert officer.client.post(address, data=sent).status_code == 303
        assert told() == expected
    key = re.search(r'name="key"[^>]*value="(\w+)"', officer.client.get(address).text)
    assert key is not None
    typed = {"key": key[1], "safe": "no", "to_do": ""}
    wrong = officer.client.post(address, data=typed)
    assert wrong.status_code == 422
    assert "Write what is to be done." in wrong.text
    assert "Choose one." in wrong.text
    assert told() == (1, 0, True)
    for _twice in range(2):
        sent = typed | {"retaliation": "no", "to_do": "A room for two nights"}
        assert officer.client.post(address, data=sent).location == address
    record = record_of(reference, officer.vault())
    (asked,) = record.follow_ups
    assert (asked.safe, asked.retaliation, asked.on, asked.by) == (
        "no", "no", local_today(), officer.actor.public_id,
    )  # fmt: skip
    assert [event.what for event in record.timeline][-1] == "asked_safe_no"
    assert told() == (0, 0, False)
    assert "A room for two nights" in other.client.get(f"/w/{reference}").text


def test_who_was_not_reached_is_asked_again(a_member: Any, filed: Any) -> None:
    officer = a_member("documentation")
    reference = filed(agreed(local_today() - timedelta(days=8)))
    address = f"/w/{reference}/z"
    sent = {"key": "f1", "safe": "not_reached"}
    assert officer.client.post(address, data=sent).location == f"/w/{reference}"
    assert "Ask her how she is" in officer.client.get(f"/w/{reference}").text


@pytest.mark.any_engine
def test_a_retaliation_is_a_draft_of_its_own_kept_from_whom_the_first_is_kept(
    both_engines_app: Any, a_member: Any, filed: Any, record_of: Any
) -> None:
    officer, stranger = a_member("documentation"), a_member("documentation")
    by, vault = officer.actor, officer.vault()
    record = agreed()
    record.persons = [Person(id="p1", code="A", age_band="25_34", note="Lives by the lake")]
    record.parties = [
        Party(id="o1", station="s" * 16, station_name="Mfano", description="The tall one")
    ]
    record.declared = [stranger.actor.public_id]
    first = filed(record)
    address = f"/w/{first}/z"
    sent = {"key": "f1", "safe": "yes", "retaliation": "yes", "to_do": "Call her on Monday"}
    places = {officer.client.post(address, data=sent).location for _twice in range(2)}
    (place,) = places
    new = place.split("/")[2]
    assert place == f"/w/{new}/edit"
    case = open_case(by, vault, new)
    assert case.state == "draft"
    assert [(act.code, act.persons, act.parties) for act in case.record.acts] == [("R3", [], [])]
    assert [person.model_dump(exclude_defaults=True) for person in case.record.persons] == [
        {"id": "p1", "code": "A", "age_band": "25_34"}
    ]
    (party,) = case.record.parties
    assert (party.station, party.involvement, party.description) == ("s" * 16, "unclear", "")
    record = record_of(first, vault)
    assert record.follow_ups[0].case == new
    assert [link.id for link in record.links] == [new]
    assert [link.id for link in case.record.links] == [first]
    assert [event.what for event in record.timeline] == ["asked_safe_yes", "linked", "retaliation"]
    assert opened_box(db.session()).owners[new].account == by.public_id
    for reference in (first, new):
        with pytest.raises(NotFound):
            open_case(stranger.actor, stranger.vault(), reference)
    with pytest.raises(NotFound):
        write_down_retaliation(by, vault, first, "f9", "en")


def test_a_retaliation_that_was_noted_alone_is_written_down_later(
    a_member: Any, filed: Any, record_of: Any
) -> None:
    officer = a_member("documentation")
    reference = filed(agreed())
    asked = asked_on(local_today(), retaliation="yes")
    note_follow_up(officer.actor, officer.vault(), reference, asked)
    address = f"/w/{reference}/z"
    assert f'name="retaliation_of" value="{asked.id}"' in officer.client.get(address).text
    place = officer.client.post(address, data={"retaliation_of": asked.id}).location
    assert place == f"/w/{record_of(reference, officer.vault()).follow_ups[0].case}/edit"
    assert "retaliation_of" not in officer.client.get(address).text


@pytest.mark.parametrize(("state", "waits"), [("resolved", True), ("triaged", False)])
def test_only_what_is_settled_is_silent_until_that_day(
    a_member: Any, filed: Any, state: str, waits: bool
) -> None:
    officer = a_member("documentation")
    reference = filed(agreed(local_today()), state=state)
    with changing("incidents.changed", officer.actor, officer.vault(), reference) as case:
        case.happened("written")
    ring_at = opened_box(db.session()).owners[reference].ring_at
    quiet = ring_at - utc_now()
    assert (quiet > timedelta(days=6), quiet <= timedelta(days=1)) == (waits, not waits)
    assert to_local(ring_at).date() >= local_today()


def test_a_closed_case_takes_none_of_it(a_member: Any, filed: Any) -> None:
    officer = a_member("documentation")
    by, vault, reference = officer.actor, officer.vault(), filed(agreed(), state="closed")
    version = open_case(by, vault, reference).version
    with refuses("This case is closed."):
        keep_contact(by, vault, reference, version, {"code_word": "x"})
    with refuses("This case is closed."):
        note_follow_up(by, vault, reference, asked_on(FROM))


def test_a_case_is_not_closed_before_she_was_asked(a_member: Any, filed: Any) -> None:
    officer = a_member("documentation")
    record = agreed(local_today())
    record.referrals = [Referral(id="r1", kind="legal", outcome="helped")]
    reference = filed(record, state="resolved")
    page = officer.client.get(f"/w/{reference}/s/11").text
    assert f'href="/w/{reference}/z"' in page
    assert "She agreed to be asked how she is" in page
