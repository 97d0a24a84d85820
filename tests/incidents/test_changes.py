"""What is changed of a record, kept sealed with who, when and why, whichever service changes it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.incidents.queries.cases import history_of, open_case
from kash.incidents.rules import casework as changes
from kash.incidents.rules.casework import (
    KIND,
    RecordChange,
    as_bytes,
    changes_from,
    differences,
    values_of,
)
from kash.incidents.rules.consents import CaseConsent
from kash.incidents.rules.parts import Act, CaseDecision, Comment, Event, Person, Referral, Term
from kash.incidents.rules.record import Record, from_bytes
from kash.incidents.rules.record import as_bytes as record_as_bytes
from kash.incidents.services.cases import assign, changing, comment
from kash.incidents.services.consents import answer_consents
from kash.incidents.services.documentation import ReferralOutcome, agree, fulfil, refer, say_outcome
from kash.incidents.services.second_member import StepRefused, mark_urgent, take_step
from kash.incidents.views.documentation import ShownChanges
from kash.platform.database import db
from kash.platform.vault import SealedDocument, fetch
from tests.conftest import AMember
from tests.incidents.filed_cases import filed
from tests.incidents.form_pages import entries, fields_of
from tests.incidents.test_fields_and_roles import fill

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
TEXTS = st.text(max_size=5)


@pytest.fixture
def member(app, a_member):
    return a_member("documentation", name="Amani Mfano")


def changed(member: AMember, reference: str) -> list[RecordChange]:
    case = open_case(member.actor, member.vault(), reference)
    return history_of(member.vault(), case)[1]


def places(change: RecordChange) -> dict[str, tuple[Any, Any]]:
    return {one.place: (one.before, one.after) for one in change.places}


# --- what differs --------------------------------------------------------------------------------


RECORDS = st.builds(
    Record,
    narrative=TEXTS,
    wanted=st.lists(st.sampled_from(["release", "pay"]), max_size=2),
    persons=st.lists(
        st.builds(
            Person,
            id=st.sampled_from(["p1", "p2"]),
            code=TEXTS,
            arrested_at=st.none() | st.just(NOW),
        ),
        max_size=2,
        unique_by=lambda one: one.id,
    ),
    terms=st.lists(
        st.builds(
            Term,
            id=st.just("t1"),
            kind=st.sampled_from(["pay", "release"]),
            due_on=st.none() | st.dates(),
        ),
        max_size=1,
    ),
    closing=st.builds(CaseDecision, outcome=TEXTS, reason=TEXTS),
)


@given(before=RECORDS, after=RECORDS)
def test_what_differs_leads_from_one_record_to_the_other(before, after):
    old, new = values_of(before), values_of(after)
    found = differences(old, new)
    for one in found:
        assert old.pop(one.place, None) == one.before
        if one.after is not None:
            old[one.place] = one.after
    assert old == new
    assert differences(new, values_of(from_bytes(record_as_bytes(after)))) == []


def test_what_grows_only_and_says_itself_who_and_when_is_not_kept_twice():
    record = Record(narrative="x")
    before = values_of(record)
    record.timeline.append(Event(what="added", by="a", at=NOW))
    record.comments.append(Comment(id="c1", by="a", at=NOW, text="x"))
    record.paper_reference, record.first_accounts = "0123456789AB", ["d"]
    record.sealed_changes, record.filing.screens = ["e"], {"what": "f"}
    assert differences(before, values_of(record)) == []


def test_seconds_that_no_page_shows_are_no_change():
    record = Record(persons=[Person(id="p1", code="A", arrested_at=NOW)])
    before = values_of(record)
    record.persons[0].arrested_at = NOW + timedelta(seconds=30)
    assert differences(before, values_of(record)) == []
    record.persons[0].arrested_at = NOW + timedelta(seconds=60)
    (one,) = differences(before, values_of(record))
    assert one.place == "persons/p1/arrested_at"


def test_changes_are_read_as_they_were_sealed():
    before, after = Record(narrative="x"), Record(narrative="y", urgent=True)
    made = [
        RecordChange(
            by="a", at=NOW, why="w", places=differences(values_of(before), values_of(after))
        )
    ]
    assert changes_from(as_bytes(made)) == made


REFERRED = ("agreed", "at", "by", "due_on", "id", "kind", "service_name")


# --- every service -------------------------------------------------------------------------------


@pytest.mark.any_engine
def test_every_service_that_changes_a_case_keeps_what_it_changed(both_engines_app, a_member):
    member = a_member("documentation")
    by, other = member.actor, a_member("documentation").actor
    vault = member.vault()
    reference = filed(Record(persons=[Person(id="p1", code="A")], acts=[Act(id="a1", code="P1")]))
    mark_urgent(reference, True, by=by, vault=vault)
    assign(reference, other.public_id, by=by, vault=vault)
    take_step(reference, "triage", by=by, vault=vault)
    made = Referral(id="r1", kind="legal", service_name="Mfano", agreed="herself")
    refer(by, vault, reference, made)
    say_outcome(by, vault, reference, "r1", ReferralOutcome("helped", date(2026, 11, 20)))
    agree(by, vault, reference, Term(id="t1", kind="release", owed_to="p1"))
    fulfil(by, vault, reference, "t1", date(2026, 11, 20), None)
    version = open_case(by, vault, reference).version
    answer_consents(by, vault, reference, version, "p1", {"record": True}, "herself")
    comment(reference, "Read.", by=by, vault=vault)
    take_step(reference, "close", by=by, vault=vault, outcome="duplicate")
    take_step(reference, "reopen", by=by, vault=vault, reason="New facts.")

    found = changed(member, reference)[::-1]
    assert [sorted(places(one)) for one in found] == [
        ["urgent"],
        ["assigned_to"],
        ["triage.at", "triage.by", "triage.outcome"],
        [f"referrals/r1/{name}" for name in REFERRED],
        ["referrals/r1/outcome", "referrals/r1/outcome_on"],
        ["terms/t1/id", "terms/t1/kind", "terms/t1/owed_to"],
        ["terms/t1/fulfilled_on"],
        ["consents/0"],
        ["closing.at", "closing.by", "closing.outcome"],
        ["closing.at", "closing.by", "closing.outcome"],
    ]
    assert {one.by for one in found} == {by.public_id}
    assert [one.why for one in found][-2:] == ["", "New facts."]
    assert places(found[1]) == {"assigned_to": (None, other.public_id)}
    assert places(found[6]) == {"terms/t1/fulfilled_on": (None, "2026-11-20")}
    # All in one document, which lists never open, in the compartment of cases.
    db.session.rollback()
    (sealed,) = fetch(db.session(), kind=KIND)
    assert (sealed.version, sealed.place.compartment, sealed.form) == (10, "case", "kept")
    for row in db.session.query(SealedDocument):
        assert b"New facts." not in row.body


def test_what_nobody_changed_leaves_no_change(member):
    reference = filed(Record(narrative="x"))
    with changing("incidents.changed", member.actor, member.vault(), reference):
        pass
    mark_urgent(reference, False, by=member.actor, vault=member.vault())
    assert changed(member, reference) == []
    assert fetch(db.session(), kind=KIND) == []


def test_a_change_that_fails_is_not_kept(member):
    reference = filed(Record(persons=[Person(id="p1", code="A")]))
    with pytest.raises(StepRefused):
        take_step(reference, "verify", by=member.actor, vault=member.vault())
    assert (changed(member, reference), fetch(db.session(), kind=KIND)) == ([], [])


def test_a_full_document_is_left_and_another_begun(member, monkeypatch):
    monkeypatch.setattr(changes, "ENOUGH", 400)
    reference = filed(Record())
    for number in range(4):
        with changing("incidents.changed", member.actor, member.vault(), reference) as case:
            case.record.narrative = f"{number}" * 100
    record = open_case(member.actor, member.vault(), reference).record
    assert len(record.sealed_changes) == 2
    found = changed(member, reference)
    assert [places(one)["narrative"][1][0] for one in found] == ["3", "2", "1", "0"]


def test_changes_that_do_not_open_keep_nobody_from_writing(member):
    reference = filed(Record())
    for text in ("one", "two"):
        with changing("incidents.changed", member.actor, member.vault(), reference) as case:
            case.record.narrative = text
        db.session.rollback()
        if text == "one":
            row = db.session.query(SealedDocument).filter_by(kind=KIND).one()
            row.body = row.body[:-1] + bytes([row.body[-1] ^ 1])
            db.session.commit()
    (newest,) = changed(member, reference)
    assert places(newest) == {"narrative": ("one", "two")}
    page = member.client.get(f"/w/{reference}/h").text
    assert "is damaged and does not open" in page
    assert "two" in page


# --- why -----------------------------------------------------------------------------------------


def _saved(member: AMember, reference: str, status: int, **typed: str) -> str:
    page = member.client.get(f"/w/{reference}/edit").text
    answer = member.client.post(
        f"/w/{reference}/edit", data=fields_of(page) | {"do": "save"} | typed
    )
    assert answer.status_code == status
    return answer.text


def test_what_was_verified_is_changed_only_for_a_reason(member):
    record = Record(narrative="x", persons=[Person(id="p1", code="A")])
    before = filed(record, "triaged")
    _saved(member, before, 303, narrative="y")
    assert [one.why for one in changed(member, before)] == [""]

    record.verification = CaseDecision(by="v", at=NOW, outcome="verified")
    verified = filed(record, "verified")
    text = _saved(member, verified, 422, narrative="y")
    assert "Say why the record is changed." in text
    assert ">y</textarea>" in text.replace("\r\n", "").replace("\n", "")
    _saved(member, verified, 303, narrative="y", why="She said so on the second day.")
    (one,) = changed(member, verified)
    assert (one.why, one.by) == ("She said so on the second day.", member.actor.public_id)
    assert places(one) == {"narrative": ("x", "y")}


# --- the page ------------------------------------------------------------------------------------


def test_the_page_tells_who_changed_what_when_and_why(member):
    reference = filed(Record(narrative="As it came.", persons=[Person(id="p1", code="A")]))
    with changing("incidents.changed", member.actor, member.vault(), reference) as case:
        case.record.narrative = "As it is today."
        case.record.persons[0].age_band = "25_34"
        case.record.persons[0].arrested_at = NOW
        case.record.declared = ["0" * 16]
        case.why = "She said so."
    page = member.client.get(f"/w/{reference}/h").text
    part = page[page.index('id="changes"') :]
    for text in ("Amani Mfano", "She said so.", "As it came.", "As it is today.", "25 to 34"):
        assert text in part
    assert "(A)" in part
    assert entries()[-1] == ("incidents.changes_opened", [reference])


def test_every_field_of_a_record_that_can_change_has_words(member):
    """A field that is added later needs them too: else its change is told as "Something else"."""
    values = values_of(fill().record)
    change = RecordChange(at=NOW, places=differences({}, values))
    with member.client.application.test_request_context():
        shown = ShownChanges([change], Record()).places(change)
    assert len(shown) > 60
    assert (
        sorted({one["label"] for one in shown if one["label"].startswith("Something else")}) == []
    )


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"given": True}, "Agreed"),
        ({"given": False}, "Not agreed"),
        ({"given": True, "wish": True}, "Wish: yes"),
        ({"given": True, "wish": True, "origin": "told_reporter", "by": "o"}, "Wish: yes"),
        ({"given": False, "wish": True}, "Wish: no"),
        ({"given": True, "wish": True, "origin": "not_asked"}, "She could not be asked"),
        ({"given": True, "origin": "not_asked"}, "She could not be asked"),
    ],
)
def test_a_wish_is_no_yes_among_the_changes(member, said, words):
    record = Record(persons=[Person(id="p1", code="A")])
    plain: dict[str, Any] = {"purpose": "court", "at": NOW, "by": "", "person": "p1"}
    record.consents = [CaseConsent(**(plain | said))]
    change = RecordChange(at=NOW, places=differences(values_of(Record()), values_of(record)))
    with member.client.application.test_request_context():
        (shown,) = [
            one
            for one in ShownChanges([change], record).places(change)
            if one["label"] == "Consents"
        ]
    assert shown["after"].endswith(f": {words} (A)")


def test_changes_are_paged_and_asked_for_in_as_many_queries_however_many(member, count_queries):
    asked = []
    for many in (1, 3):
        reference = filed(Record())
        for number in range(many):
            with changing("incidents.changed", member.actor, member.vault(), reference) as case:
                case.record.narrative = f"{number}"
                case.record.assigned_to = member.actor.public_id
        with count_queries() as queries:
            assert member.client.get(f"/w/{reference}/h").status_code == 200
        asked.append(queries.count)
    assert asked[0] == asked[1]
    for number in range(20):
        with changing("incidents.changed", member.actor, member.vault(), reference) as case:
            case.record.narrative = f"again {number}"
    first = member.client.get(f"/w/{reference}/h").text
    second = member.client.get(f"/w/{reference}/h?page=2").text
    assert ("again 19" in first, "again 19</ins>" in second) == (True, False)
    assert ("0</ins>" in second, "page=2" in first) == (True, True)
