"""One line of what came of a case: it writes what the forms write, and is taken back by a tap."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from kash.incidents.rules.clocks import who_is_held
from kash.incidents.rules.consents import CaseConsent
from kash.incidents.rules.one_line import CaseLine, line_to_take_back, lines_of, take_back_line
from kash.incidents.rules.one_line import write_line as write
from kash.incidents.rules.parts import (
    Act,
    Asked,
    Event,
    Intervention,
    MemberProposal,
    Party,
    Person,
    Referral,
    Term,
)
from kash.incidents.rules.record import Record
from kash.incidents.services import one_line
from kash.incidents.services.documentation import WhatCame, tell_what_came
from kash.incidents.services.saved_views import CaseChangedMeanwhile
from kash.platform.database import db, utc_now
from kash.platform.vault import AuditEntry
from kash.platform.web.errors import Problem
from tests.incidents.filed_cases import filed


def entries() -> list[tuple[str, list[str]]]:
    db.session.rollback()
    rows = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq))
    return [(row.action, list(row.subjects)) for row in rows]


NOW = datetime(2026, 11, 17, 9, tzinfo=UTC)
TODAY = date(2026, 11, 17)


def three_held(**more: Any) -> Record:
    persons = [
        Person(id=f"p{number}", code=code, arrested_at=NOW - timedelta(hours=30))
        for number, code in enumerate("ABC", start=1)
    ]
    return Record(acts=[Act(id="a1", code="P6")], persons=persons, **more)


RECORDS = st.builds(
    three_held,
    interventions=st.lists(
        st.builds(
            Intervention,
            id=st.just("i1"),
            response=st.sampled_from(["waiting", "agreed", "refused"]),
            asked=st.lists(
                st.builds(
                    Asked,
                    kind=st.sampled_from(["release", "return"]),
                    result=st.sampled_from(["", "released"]),
                ),
                max_size=2,
            ),
        ),
        max_size=1,
    ),
    terms=st.lists(
        st.builds(
            Term,
            id=st.just("t1"),
            kind=st.sampled_from(["return", "pay", "release"]),
            owed_to=st.sampled_from(["", "p1"]),
            fulfilled_on=st.sampled_from([None, TODAY]),
        ),
        max_size=1,
    ),
    referrals=st.lists(
        st.builds(
            Referral,
            id=st.just("r1"),
            kind=st.sampled_from(["medical", "legal"]),
            outcome=st.sampled_from(["", "helped"]),
        ),
        max_size=1,
    ),
)


@given(RECORDS)
def test_every_line_that_is_offered_changes_the_record_and_is_taken_back_wholly(before):
    for line in lines_of(before):
        record = before.model_copy(deep=True)
        about = write(record, line, NOW, TODAY)
        record.timeline.append(Event(what=line.what, by="me", at=NOW, about=about))
        if line.what not in ("came", "refused"):
            assert record.model_copy(update={"timeline": []}) != before
            assert line not in lines_of(record) or line.what in ("returned", "paid", "seen")
        assert line_to_take_back(record, "somebody else") is None
        event = line_to_take_back(record, "me")
        assert event is not None
        assert take_back_line(record, event)
        assert record == before


def test_three_are_held_and_a_line_for_each_stands_first():
    record = three_held()
    assert lines_of(record)[:3] == [CaseLine("released", key) for key in ("p1", "p2", "p3")]
    write(record, CaseLine("released", "p2"), NOW, TODAY)
    assert [person.id for person in who_is_held(record)] == ["p1", "p3"]
    assert CaseLine("released", "p2") not in lines_of(record)


def test_nothing_is_paid_in_one_line_where_nothing_may_be_agreed():
    minor = three_held()
    minor.persons[0].age_band = "under_18"
    assert {line.what for line in lines_of(minor)} == {
        "released", "came", "refused", "returned", "seen",
    }  # fmt: skip
    assert "paid" in {
        line.what
        for line in lines_of(
            Record(
                persons=[Person(id="p1", code="A", age_band="25_34")],
                parties=[Party(id="o1", kind="client")],
                acts=[Act(id="a1", code="M3", parties=["o1"])],
            )
        )
    }


def test_a_line_is_the_same_as_the_form_one_audit_entry_and_taken_back_by_who_noted_it(
    member, a_member, record_of
):
    brenda = a_member("documentation")
    first, other = filed(three_held()), filed(three_held())
    at = NOW + timedelta(hours=1)
    before = len(entries())
    one_line.note_line(member.actor, member.vault(), first, CaseLine("released", "p2"), at)
    assert entries()[before:] == [("incidents.line_noted", [first])]
    tell_what_came(member.actor, member.vault(), other, WhatCame("p2", released_at=at))
    noted, told = record_of(first, member.vault()), record_of(other, member.vault())
    assert noted.persons == told.persons
    last = noted.timeline[-1]
    assert (last.what, last.about, last.on) == ("released", "p2", at)
    # The button pressed twice is one line; another member finds her free already.
    one_line.note_line(member.actor, member.vault(), first, CaseLine("released", "p2"), at)
    assert record_of(first, member.vault()) == noted
    with pytest.raises(CaseChangedMeanwhile):
        one_line.note_line(brenda.actor, brenda.vault(), first, CaseLine("released", "p2"))
    with pytest.raises(CaseChangedMeanwhile):
        one_line.take_line_back(brenda.actor, brenda.vault(), first)
    for _ in range(2):
        one_line.take_line_back(member.actor, member.vault(), first)
    taken = record_of(first, member.vault())
    assert taken.persons == three_held().persons
    assert [event.what for event in taken.timeline] == ["line_taken_back"]


@pytest.mark.parametrize("hours", [-31, 1])
def test_nobody_is_free_before_the_arrest_or_tomorrow(member, record_of, hours):
    held = three_held()
    for person in held.persons:
        person.arrested_at = utc_now() - timedelta(hours=30)
    reference = filed(held)
    at = utc_now() + timedelta(hours=hours)
    with pytest.raises(Problem):
        one_line.note_line(member.actor, member.vault(), reference, CaseLine("released", "p1"), at)
    assert record_of(reference, member.vault()).persons[0].released_at is None


def _kept_only_while_held() -> Record:
    said = {"given": False, "by": "x", "at": NOW, "person": "p1", "wording": "2026-11"}
    return three_held(
        consents=[
            CaseConsent(purpose="record", **said),
            CaseConsent(purpose="mediation", **said | {"given": True}),
        ],
        interventions=[
            Intervention(id="i1", brief="b" * 22, persons=["p1"], asked=[Asked(kind="release")])
        ],
    )


def _with_a_proposal() -> Record:
    return three_held(
        proposals=[MemberProposal(id="s1", act="not_known", by="x", at=NOW, reason="-", about="p1")]
    )


@pytest.mark.parametrize("make", [_kept_only_while_held, _with_a_proposal])
def test_what_cannot_be_taken_back_is_asked_once(member, record_of, make):
    reference = filed(make())
    answers = [
        member.client.post(f"/w/{reference}/1", data={"free": person}) for person in ("p1", "p2")
    ]
    assert [answer.status_code for answer in answers] == [200, 303]
    assert "Yes, note it" in answers[0].text
    free = [person.released_at for person in record_of(reference, member.vault()).persons]
    assert (free[0], free[1] is not None) == (None, True)
    sure = member.client.post(f"/w/{reference}/1", data={"free": "p1", "sure": "1"})
    assert sure.status_code == 303
    assert record_of(reference, member.vault()).persons[0].released_at is not None


def test_by_the_page_a_tap_frees_her_a_list_notes_the_rest_and_each_says_what_is_wrong(
    member, record_of
):
    reference = filed(three_held())
    page = member.client.get(f"/w/{reference}").text
    assert page.count('name="free"') == 3
    assert "B is free" in page
    wrong = member.client.post(f"/w/{reference}/1", data={"at": "2026-11-17T10:00"})
    assert (wrong.status_code, "Choose what came of it." in wrong.text) == (422, True)
    assert 'value="2026-11-17T10:00"' in wrong.text
    for sent in ({"free": "p2"}, {"line": "seen:p3"}, {"line": "came:"}):
        assert member.client.post(f"/w/{reference}/1", data=sent).status_code == 303
    record = record_of(reference, member.vault())
    assert [event.what for event in record.timeline] == ["released", "seen", "came"]
    assert [(one.kind, one.person, one.outcome) for one in record.referrals] == [
        ("medical", "p3", "reached")
    ]
    assert "Take back: Somebody came" in member.client.get(f"/w/{reference}").text
    assert member.client.post(f"/w/{reference}/1/x").status_code == 303
    assert member.client.post(f"/w/{reference}/1", data={"free": "p9"}).status_code == 422
    assert "Take back" not in member.client.get(f"/w/{reference}").text
