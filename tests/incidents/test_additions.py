"""What somebody tells afterwards of a report: whoever must not read one of the two reads neither,
and neither is shredded before the other."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from kash.incidents.models import Incident
from kash.incidents.queries.cases import open_case, open_cases
from kash.incidents.queries.letterbox import keys_of, opened_box
from kash.incidents.rules.consents import for_custodian
from kash.incidents.rules.filing import Screen, new_code
from kash.incidents.rules.letterbox import Together, adds_to, together_with
from kash.incidents.rules.parts import Event, Filing, Link, Party, Person
from kash.incidents.rules.record import Record
from kash.incidents.rules.totals import DAYS_KEPT
from kash.incidents.services.cases import changing, note_opening, remove_link
from kash.incidents.services.filing import answer_screen, begin_addition, say_held, submit
from kash.incidents.services.letterbox import letterbox
from kash.incidents.services.second_member import shred_unkept
from kash.platform.database import db, utc_now, writing
from kash.platform.web import NotFound
from kash.platform.web.formats import local_today
from kash.policy import Actor
from tests.conftest import AMember

CANARY = "Kanari wa Mfano"
CHILD = {"whom": Screen(ages=["under_18"])}
OURS = {"who": Screen(party="programme")}
NOTHING = {"what": Screen(acts=["L1"])}
WORDS = {"words": Screen(narrative=CANARY)}
SECRET = pytest.mark.parametrize("secret", [CHILD, OURS], ids=["child", "programme"])


def told(peer: Actor, first: dict[str, Screen], more: dict[str, Screen]) -> tuple[str, str]:
    """Somebody is held, and more is told of it afterwards; the references of both."""
    code, after = new_code(), new_code()
    say_held(peer, code)
    for name, screen in first.items():
        answer_screen(peer, code, name, screen)
    receipt = submit(peer, code, "en")
    one = db.session.scalars(select(Incident.public_id)).one()
    db.session.rollback()
    begin_addition(peer, after, keys_of(receipt.code, receipt.word))
    for name, screen in more.items():
        answer_screen(peer, after, name, screen)
    submit(peer, after, "en")
    two = db.session.scalars(select(Incident.public_id).where(Incident.public_id != one)).one()
    db.session.rollback()
    return one, two


def shown(member: AMember, *references: str) -> Iterator[bool]:
    """Whether each of them is on a list, found by its words or its reference, opened or told of."""
    cases, _damaged = open_cases(member.actor, member.vault())
    db.session.rollback()
    listed = member.client.get("/w?show=all").text
    for one in references:
        found = member.client.post("/w/search", data={"words": one, "show": "all"}).text
        yield f"/w/{one}" in listed
        yield f"/w/{one}" in found
        yield member.client.get(f"/w/{one}").status_code == 200
        yield any(case.reference == one for case in cases)


@SECRET
@pytest.mark.parametrize("afterwards", [False, True], ids=["said first", "said afterwards"])
def test_what_one_of_two_reports_keeps_from_officers_keeps_the_other_from_them(
    a_member, actor, filed, secret, afterwards
):
    grace, anna = a_member("custodian"), a_member("documentation")
    first, more = (NOTHING, secret | WORDS) if afterwards else (secret, WORDS)
    both = told(actor("peer"), first, more)
    third = filed(Record(links=[Link(kind="incident", id=one) for one in both]))
    assert not any(shown(anna, *both))
    assert all(shown(grace, *both))
    page = anna.client.get(f"/w/{third}").text
    assert [one for one in both if one in page] == []
    assert CANARY in grace.client.get(f"/w/{both[1]}").text


def test_what_hides_nothing_is_told_afterwards_to_officers_as_before(a_member, actor):
    a_member("custodian")
    anna = a_member("documentation")
    assert all(shown(anna, *told(actor("peer"), NOTHING, WORDS)))


def test_what_an_earlier_version_filed_is_hidden_as_well_once_anybody_looked(a_member, actor):
    a_member("custodian")
    anna = a_member("documentation")
    one, two = told(actor("peer"), NOTHING, CHILD)
    with writing() as session, letterbox(session) as box:
        assert box.additions == {two: one}
        box.additions.clear()
    assert f"/w/{one}" not in anna.client.get("/w?show=all").text
    assert opened_box(db.session()).additions == {two: one}
    db.session.rollback()
    assert anna.client.get(f"/w/{one}").status_code == 404


def test_an_addition_is_kept_as_long_as_the_report_that_it_adds_to(a_member, actor):
    a_member("custodian")
    anna = a_member("documentation")
    agreed = {"next": Screen(consents=["record"], origin="herself")}
    one, two = told(actor("peer"), NOTHING | agreed, WORDS)
    vault = anna.vault()

    def until(reference: str) -> object:
        case = open_case(anna.actor, vault, reference)
        db.session.rollback()
        note_opening(anna.actor, vault, case)
        return case.until

    for reference in (one, two):
        with changing("incidents.changed", anna.actor, vault, reference) as case:
            case.row.state = "closed"
    assert (until(one), until(two)) == (None, None)
    assert shred_unkept(local_today() + timedelta(days=400)) == 0
    with changing("incidents.changed", anna.actor, vault, one) as case:
        kept, case.record.consents = case.record.consents, []
    assert until(one) == until(two) == local_today() + timedelta(days=DAYS_KEPT)
    with changing("incidents.changed", anna.actor, vault, one) as case:
        case.record.consents = kept
    assert shred_unkept(local_today() + timedelta(days=400)) == 0
    with changing("incidents.changed", anna.actor, vault, one) as case:
        case.record.consents = []
    assert until(two) is not None
    assert shred_unkept(local_today() + timedelta(days=8)) == 2


def test_a_link_that_is_taken_away_lets_both_stand_alone(a_member, actor):
    grace, anna = a_member("custodian"), a_member("documentation")
    one, two = told(actor("peer"), CHILD, WORDS)
    with pytest.raises(NotFound):
        remove_link(two, "incident", one, by=anna.actor, vault=anna.vault())
    remove_link(two, "incident", one, by=grace.actor, vault=grace.vault())
    assert list(shown(anna, one, two)) == [False] * 4 + [True] * 4


# --- The rules ----------------------------------------------------------------------------------


def test_a_link_that_a_member_made_adds_to_nothing():
    record = Record(filing=Filing(how="phone"), links=[Link(kind="incident", id="made")])
    assert adds_to(record) == "made"
    record.links.append(Link(kind="incident", id="sent"))
    record.timeline.append(Event(what="linked", by="x", at=utc_now(), about="made"))
    assert adds_to(record) == "sent"
    assert adds_to(record.model_copy(update={"filing": Filing(how="form")})) == ""


@given(st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["", *"abcdef"])))
def test_all_that_belong_together_find_the_same_group(adds):
    for one in "abcdef":
        group = together_with(one, adds)
        assert all(together_with(other, adds) == group for other in group)
        assert all(adds[more] in group for more in group if adds.get(more))


def test_what_one_of_them_says_is_said_of_all():
    plain = Record(filing=Filing(how="phone", author="peer"))
    child = Record(persons=[Person(id="p1", code="P1", age_band="unsure")], declared=["anna"])
    ours = Record(parties=[Party(id="q1", kind="programme", account="grace")])
    unread = Record(filing=Filing(screens={"who": "x"}))
    assert for_custodian(Together([plain])) is None
    assert for_custodian(Together([plain, child])) == for_custodian(child)
    assert for_custodian(Together([child, ours])) == for_custodian(ours)
    assert for_custodian(Together([plain, unread])) == for_custodian(unread)
    everything = Together([plain, child, ours])
    assert (everything.told_by(), everything.declared) == ({"peer"}, ["anna"])
    assert [one.account for one in everything.parties] == ["grace"]
