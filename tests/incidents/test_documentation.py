"""The full form: written, read back, kept while it is typed, and by two members at once."""

import html
import re
from typing import Any

import pytest
from sqlalchemy import select, text

from kash.incidents.models import Incident
from kash.incidents.queries.cases import open_case
from kash.incidents.rules.parts import Act, Party, Person
from kash.incidents.rules.record import Record
from kash.incidents.services.cases import changing
from kash.incidents.services.documentation import SentPage, add_case, write_case
from kash.incidents.services.saved_views import CaseChangedMeanwhile
from kash.people.models import Organisation
from kash.platform.database import db
from tests.incidents.form_pages import PHRASE, TOKEN, entries, fields_of, filled
from tests.refusals import refuses

Member = Any


@pytest.fixture
def officer(a_member):
    return a_member("documentation", name="Amani Mfano")


def record_of(member: Member, reference: str) -> Record:
    return open_case(member.actor, member.vault(), reference).record


def saved(member: Member, **more: Any) -> str:
    answer = member.client.post("/w/new", data=filled(**more))
    assert answer.status_code == 303, re.findall(r'class="error".*?</div>', answer.text, re.S)
    return answer.headers["Location"].rpartition("/")[2]


# --- a new case ----------------------------------------------------------------------------------


def test_a_new_case_is_what_was_typed(officer):
    reference = saved(officer)
    record = record_of(officer, reference)
    assert record.narrative == "Line one\nLine two"
    assert (record.place.ward, record.place.place) == ("Kondele", PHRASE)
    assert [(one.code, one.age_band) for one in record.persons] == [("A", "25_34")]
    assert [(one.kind, one.service_number) for one in record.parties] == [("police", "00123")]
    (act,) = record.acts
    assert (act.code, act.amount, act.persons, act.parties) == ("M1", 150050, ["p1"], ["o1"])
    (term,) = record.terms
    assert (term.kind, term.owed_by, term.owed_to) == ("return", "o1", "p1")
    assert (record.filing.how, str(record.filing.paper_on)) == ("paper", "2026-11-03")
    assert record.filing.author == officer.actor.public_id
    assert record.filing.filed_at is not None
    assert record.filing.filed_at.minute == 0


def test_it_is_a_draft_until_it_is_handed_in_and_each_is_one_entry(officer):
    reference = saved(officer)
    row = db.session.scalar(select(Incident).where(Incident.public_id == reference))
    assert row is not None
    assert row.state == "draft"
    before = len(entries())
    page = officer.client.get(f"/w/{reference}/edit").text
    assert 'value="submit"' in page
    answer = officer.client.post(f"/w/{reference}/edit", data=fields_of(page) | {"do": "submit"})
    assert answer.status_code == 303
    db.session.refresh(row)
    assert row.state == "submitted"
    assert entries()[before:] == [
        ("incidents.opened", [reference]),
        ("incidents.case_written", [reference]),
    ]
    assert 'value="submit"' not in officer.client.get(f"/w/{reference}/edit").text


def test_nothing_that_was_typed_stands_in_clear(officer):
    saved(officer)
    for table in ("vault_document", "incident", "audit_entry", "incident_draft"):
        for row in db.session.execute(text(f"SELECT * FROM {table}")):
            assert PHRASE not in repr(row)
            assert "00123" not in repr(row)


def test_untouched_and_saved_the_record_stays_as_it_was(officer):
    reference = saved(officer)
    before = record_of(officer, reference)
    page = officer.client.get(f"/w/{reference}/edit").text
    assert [
        word for word in ("M1 Money demanded or taken", "1500.50", "130104") if word not in page
    ] == []
    officer.client.post(f"/w/{reference}/edit", data=fields_of(page) | {"do": "save"})
    after = record_of(officer, reference)
    assert [event.what for event in after.timeline] == ["added", "written"]
    # With the first saving it has a reference for its papers.
    assert (before.paper_reference, len(after.paper_reference)) == ("", 12)
    after.timeline, after.paper_reference = before.timeline, before.paper_reference
    assert after == before


def test_a_station_is_chosen_and_kept_by_its_name(officer):
    station = Organisation(name="Mfano Police Station", kind="station", place="Kondele")
    db.session.add(station)
    db.session.commit()
    reference = saved(officer, **{"parties-0-station": station.public_id})
    (party,) = record_of(officer, reference).parties
    assert (party.station, party.station_name) == (station.public_id, "Mfano Police Station")


def test_whoever_writes_herself_out_of_a_case_is_told_so(a_member):
    custodian = a_member("custodian")
    # Money that officers demanded would be hers to decide about.
    arrest = {"acts-0-code": "L1", "acts-0-amount": ""}
    answer = custodian.client.post("/w/new", data=filled(**arrest), follow_redirects=True)
    assert answer.status_code == 200
    assert "others work on this case" in answer.text
    minor = {"persons-0-age_band": "under_18", "token": "an0ther0an0ther0"}
    # Of a child only a release can be agreed.
    minor |= {"terms-0-kind": "release"}
    answer = custodian.client.post("/w/new", data=filled(**minor))
    assert custodian.client.get(answer.headers["Location"]).status_code == 200


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("acts-0-code", "arrest", "Several acts are called this"),
        ("acts-0-code", "dancing", "No act is called this"),
        ("acts-0-amount", "a lot", "This is not an amount"),
        ("parties-0-kind", "", "Choose who it was."),
        ("terms-0-owed_to", "o1", "Nobody owes something to themselves"),
        ("ended_on", "2026-11-01", "The last day comes before the first."),
        ("begun_on", "2190-01-01", "This day has not come yet."),
        ("begun_on", "yesterday", "This is not a day"),
        ("persons-0-code", "", "Give a code"),
        ("persons-0-arrested_at", "2190-01-01T09:30", "This day has not come yet."),
        ("persons-0-exposed_at", "at night", "This is not a day and time."),
        ("persons-0-released_at", "2020-01-01T09:30", "before she was arrested"),
        ("information-0-reliability", "doubtful", "Her own account is never called doubtful."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(
    officer, field, value, sentence
):
    held = {"persons-0-arrested_at": "2026-11-02T22:00"} if "released" in field else {}
    answer = officer.client.post("/w/new", data=filled(**held | {field: value}))
    assert answer.status_code == 422
    beside = re.search(rf'id="{field}-error">(.*?)</div>', answer.text, re.S)
    assert beside is not None
    assert sentence in html.unescape(beside[1])
    assert fields_of(answer.text)[field] == value
    assert fields_of(answer.text)["place"] == PHRASE
    assert db.session.scalar(select(Incident.id)) is None


def test_each_person_has_moments_of_her_own(officer):
    moments = {
        "persons-0-arrested_at": "2026-11-02T22:00",
        "persons-0-released_at": "2026-11-03T09:00",
        "persons-1-key": "p2",
        "persons-1-code": "B",
        "persons-1-arrested_at": "2026-11-02T22:00",
        "persons-1-exposed_at": "2026-11-02T23:00",
    }
    reference = saved(officer, wanted=["release", "medical"], **moments)
    record = record_of(officer, reference)
    assert record.wanted == ["release", "medical"]
    first, second = record.persons
    assert str(first.arrested_at) == str(second.arrested_at) == "2026-11-02 19:00:00+00:00"
    assert (str(first.released_at), first.exposed_at) == ("2026-11-03 06:00:00+00:00", None)
    assert (second.released_at, str(second.exposed_at)) == (None, "2026-11-02 20:00:00+00:00")
    page = fields_of(officer.client.get(f"/w/{reference}/edit").text)
    assert {name: page[name] for name in moments} == moments
    assert page["wanted"] == ["release", "medical"]


def test_a_source_who_is_one_of_us_is_kept_away_and_stays_on_record(officer, a_member):
    told, other = a_member("documentation", name="Brenda"), a_member("documentation")
    account = told.actor.public_id
    reference = saved(officer, **{"information-0-account": account})
    assert told.client.get(f"/w/{reference}").status_code == 404
    assert other.client.get(f"/w/{reference}").status_code == 200
    page = officer.client.get(f"/w/{reference}/edit").text
    assert fields_of(page)["information-0-account"] == account
    again = officer.client.post(f"/w/{reference}/edit", data=fields_of(page) | {"do": "save"})
    assert again.status_code == 303
    assert record_of(officer, reference).information[0].account == account
    stranger = filled(**{"information-0-account": "x" * 16, "token": "an0ther0an0ther0"})
    assert officer.client.post("/w/new", data=stranger).status_code == 422


def test_two_persons_of_one_code_are_refused(officer):
    answer = officer.client.post(
        "/w/new", data=filled(**{"persons-1-key": "p2", "persons-1-code": "a"})
    )
    assert answer.status_code == 422
    assert "Somebody else in this case has this code." in answer.text


def test_an_empty_form_can_be_kept_as_a_draft_and_not_handed_in(officer):
    nothing = {"token": TOKEN, "version": "0", "seen": "{}"}
    refused = officer.client.post("/w/new", data=nothing | {"do": "submit"})
    assert refused.status_code == 422
    assert "before you hand it in" in refused.text
    kept = officer.client.post("/w/new", data=nothing | {"do": "save"})
    assert kept.status_code == 303


# --- rows ----------------------------------------------------------------------------------------


def test_rows_come_and_go_without_a_script_and_nothing_is_checked_or_saved(officer):
    data = filled(**{"acts-0-code": "dancing"})
    added = officer.client.post("/w/new", data=data | {"do": "", "add": "persons"})
    assert added.status_code == 200
    fields = fields_of(added.text)
    assert fields["persons-1-code"] == "B"
    assert fields["acts-0-code"] == "dancing"
    # The new person can be chosen at once where something was done or agreed.
    key = fields["persons-1-key"]
    assert added.text.count(f'value="{key}"') >= 3
    taken = officer.client.post("/w/new", data=fields | {"remove": "persons/p1"})
    assert fields_of(taken.text).get("persons-0-code") is None
    assert fields_of(taken.text)["persons-1-key"] == key
    assert fields_of(taken.text)["terms-0-owed_to"] == ""
    assert db.session.scalar(select(Incident.id)) is None


def test_rows_are_limited_and_none_that_is_there_is_lost(officer):
    def sent(number: int) -> dict[str, str]:
        return {f"persons-{n}-code": f"x{n}" for n in range(number)}

    def shown(answer: Any) -> int:
        assert answer.status_code == 200
        return len(re.findall(r'name="persons-\d+-code"', answer.text))

    add = {"do": "", "add": "persons"}
    assert shown(officer.client.post("/w/new", data=filled(**sent(39)) | add)) == 40
    assert shown(officer.client.post("/w/new", data=filled(**sent(60)) | add)) == 60
    reference = saved(officer, **sent(60))
    assert len(record_of(officer, reference).persons) == 60
    page = officer.client.get(f"/w/{reference}/edit").text
    officer.client.post(f"/w/{reference}/edit", data=fields_of(page) | {"do": "save"})
    assert len(record_of(officer, reference).persons) == 60
    assert officer.client.post("/w/new", data=filled(**sent(900))).status_code == 303


@pytest.mark.parametrize(
    "more",
    [
        {"seen": "[1, 2"},
        {"seen": '["x"]'},
        {"version": "-3"},
        {"version": "9" * 400},
        {"token": "../../etc"},
        {"add": "nonsense"},
        {"remove": "persons/<script>"},
        {"persons-99999999999-code": "x"},
        {"persons-0-key": "<script>alert(1)</script>"},
        {"persons-0-key": "x" * 5000},
        {"acts-0-persons": ["not-there"]},
        {"parties-0-station": "' OR 1=1 --"},
        {"narrative": "<script>alert(1)</script>" * 100},
        {"narrative": "x" * 60000},
        {"how": "pigeon"},
        {"restore": "x"},
    ],
)
def test_hostile_input_never_breaks_the_page(officer, more):
    answer = officer.client.post("/w/new", data=filled(**more))
    assert answer.status_code in (200, 303, 404, 422)
    assert "<script>alert" not in answer.text


# --- two members ---------------------------------------------------------------------------------


def test_the_second_of_two_sees_the_others_text_beside_hers_and_merges(a_member, officer):
    other = a_member("documentation", name="Baraka Mfano")
    reference = saved(officer)
    page = f"/w/{reference}/edit"
    hers, theirs = fields_of(officer.client.get(page).text), fields_of(other.client.get(page).text)

    theirs |= {
        "narrative": "What the other heard",
        "place": "At the bus park",
        "persons-1-key": "p2",
        "persons-1-code": "B",
        "persons-1-age_band": "unknown",
        "do": "save",
    }
    assert other.client.post(page, data=theirs).status_code == 303

    hers |= {"narrative": "What she said herself", "asked_for": "Her money", "do": "save"}
    answer = officer.client.post(page, data=hers)
    assert answer.status_code == 409
    shown = fields_of(answer.text)
    # Both wrote: hers in the field, the other's beside it.
    assert shown["narrative"] == "What she said herself"
    assert "What the other heard" in answer.text
    # Only one wrote: that text.
    assert (shown["place"], shown["asked_for"]) == ("At the bus park", "Her money")
    assert [shown["persons-0-code"], shown["persons-1-code"]] == ["A", "B"]
    assert record_of(officer, reference).narrative == "What the other heard"

    shown |= {"narrative": "Both together", "do": "save"}
    assert officer.client.post(page, data=shown).status_code == 303
    record = record_of(other, reference)
    assert record.narrative == "Both together"
    assert record.place.place == "At the bus park"
    assert record.asked_for == "Her money"
    assert [one.code for one in record.persons] == ["A", "B"]


# --- services, on both engines -------------------------------------------------------------------


def typed_record() -> Record:
    return Record(
        narrative="one",
        persons=[Person(id="p1", code="A")],
        parties=[Party(id="o1", description="tall")],
        acts=[Act(id="a1", code="P1")],
    )


@pytest.mark.any_engine
def test_a_case_is_added_and_written(both_engines_app, a_member):
    one, two = a_member("documentation"), a_member("documentation")
    reference = add_case(one.actor, one.vault(), SentPage(typed_record(), TOKEN), "sw")
    case = open_case(two.actor, two.vault(), reference)
    assert (case.version, case.state, case.record.filing.language) == (1, "draft", "sw")
    changed = typed_record()
    changed.narrative = "two"
    write_case(two.actor, two.vault(), reference, 1, SentPage(changed, TOKEN, submit=True))
    case = open_case(one.actor, one.vault(), reference)
    assert (case.version, case.state, case.record.narrative) == (2, "submitted", "two")
    with pytest.raises(CaseChangedMeanwhile):
        write_case(one.actor, one.vault(), reference, 1, SentPage(typed_record(), TOKEN))
    assert record_of(one, reference).narrative == "two"
    assert [action for action, _about in entries()][-2:] == [
        "incidents.case_added",
        "incidents.case_written",
    ]


@pytest.mark.any_engine
def test_the_same_page_sent_twice_adds_one_case_and_another_text_is_never_lost(
    both_engines_app, a_member
):
    one, two = a_member("documentation"), a_member("documentation")
    sent = SentPage(typed_record(), TOKEN)
    reference = add_case(one.actor, one.vault(), sent, "en")
    assert add_case(one.actor, one.vault(), sent, "en") == reference
    assert len(entries()) == 1
    other = typed_record()
    other.narrative = "something else"
    second = add_case(one.actor, one.vault(), SentPage(other, TOKEN), "en")
    third = add_case(two.actor, two.vault(), sent, "en")
    assert len({reference, second, third}) == 3
    assert record_of(one, second).narrative == "something else"


def test_handing_over_twice_makes_one_case_and_another_text_is_never_lost(a_member):
    anna, grace = a_member("documentation"), a_member("custodian")
    typed = typed_record()
    typed.parties.append(Party(id="q9", kind="programme"))
    sent = SentPage(typed, TOKEN, hands_over=True)
    reference = add_case(anna.actor, anna.vault(), sent, "en")
    assert add_case(anna.actor, anna.vault(), sent, "en") == reference
    # Also if the custodian wrote on it before the second came.
    with changing("incidents.tested", grace.actor, grace.vault(), reference) as change:
        change.record.narrative = "Called her."
    assert add_case(anna.actor, anna.vault(), sent, "en") == reference
    assert db.session.query(Incident).count() == 1
    other = typed.model_copy(update={"narrative": "something else"})
    second = add_case(anna.actor, anna.vault(), SentPage(other, TOKEN, hands_over=True), "en")
    assert record_of(grace, second).narrative == "something else"
    assert record_of(grace, reference).narrative == "Called her."


@pytest.mark.any_engine
def test_a_closed_case_and_a_sealed_name_are_kept(both_engines_app, a_member):
    one = a_member("documentation")
    first = typed_record()
    reference = add_case(one.actor, one.vault(), SentPage(first, TOKEN), "en")
    case = open_case(one.actor, one.vault(), reference)
    case.record.persons[0].identity = "i" * 16
    with changing("incidents.tested", one.actor, one.vault(), reference) as change:
        change.record.persons[0].identity = "i" * 16
    with refuses("A person whose name is kept sealed cannot be taken off here."):
        write_case(one.actor, one.vault(), reference, 2, SentPage(Record(), TOKEN))
    row = db.session.scalar(select(Incident).where(Incident.public_id == reference))
    assert row is not None
    row.state = "closed"
    db.session.commit()
    with refuses("This case is closed."):
        write_case(one.actor, one.vault(), reference, 2, SentPage(first, TOKEN))
