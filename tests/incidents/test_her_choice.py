"""After the verification she is asked what she wants: what is noted, and what it opens."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from kash.incidents.queries.cases import open_case
from kash.incidents.queries.mediation import own_briefs
from kash.incidents.rules.case_file import WAYS, is_answer, to_ask
from kash.incidents.rules.parts import Choice, Person
from kash.incidents.rules.record import Record
from kash.incidents.rules.totals import summary_of
from kash.incidents.services.consents import Said, note_choice
from kash.incidents.services.mediation import DutyDetails, Request, add_mediator, ask_mediator
from kash.incidents.views.cases import STEP_NUMBERS
from kash.platform.database import db, utc_now
from kash.platform.vault import AuditEntry
from kash.platform.web import NotFound
from kash.platform.web.formats import to_local
from kash.policy import SYSTEM
from tests.conftest import AMember, csrf_token
from tests.incidents.test_mediation_gate_rules import NOW, a_case, choice
from tests.refusals import refuses

TODAY = date(2026, 11, 16)


@pytest.fixture
def officer(a_member):
    return a_member("documentation", name="Amani Mfano")


def two_unasked(**more: Any) -> Record:
    record = a_case("W1", ages=("25_34", "25_34"))
    record.choices = []
    return record.model_copy(update=more)


def says(
    officer: AMember, reference: str, person: str, *wanted: str, origin: str = "herself"
) -> None:
    said = Said(person, wanted, TODAY, origin)
    note_choice(officer.actor, officer.vault(), reference, said)


def record_now(officer: AMember, reference: str) -> Record:
    db.session.rollback()
    return open_case(officer.actor, officer.vault(), reference).record


def main_button(officer: AMember, reference: str) -> str:
    page = officer.client.get(f"/w/{reference}").text
    found = re.search(r'<a class="btn main"[^>]*>(.*?)</a>', page)
    return found[1] if found else ""


@pytest.mark.any_engine
def test_an_answer_is_noted_with_its_day_by_whom_and_how_it_is_known(
    both_engines_app, officer, record_of, filed
):
    reference = filed(two_unasked(), "verified")
    for _twice in range(2):
        says(officer, reference, "p1", "complaint", "help", origin="told_reporter")
    (noted,) = record_of(reference, officer.vault()).choices
    assert (noted.person, noted.wanted, noted.on, noted.by, noted.origin) == (
        "p1",
        ["help", "complaint"],
        TODAY,
        officer.actor.public_id,
        "told_reporter",
    )
    entries = [
        (one.action, list(one.subjects))
        for one in db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq))
    ]
    assert entries[-1] == ("incidents.choice_noted", [reference])
    assert [event.what for event in record_now(officer, reference).timeline] == ["asked_her"]
    # She may change her mind; what she said before stays on record.
    says(officer, reference, "p1", "nothing")
    assert [one.wanted for one in record_now(officer, reference).choices] == [
        ["help", "complaint"],
        ["nothing"],
    ]


@pytest.mark.parametrize(
    ("person", "wanted", "origin"),
    [
        ("p9", ("help",), "herself"),
        ("", ("help",), "herself"),
        ("p1", (), "herself"),
        ("p1", ("money",), "herself"),
        ("p1", ("nothing", "help"), "herself"),
        ("p1", ("mediation",), "not_asked"),
        ("p1", ("help",), "guessed"),
    ],
)
def test_what_is_no_answer_is_not_noted(app, officer, filed, person, wanted, origin):
    reference = filed(two_unasked(), "verified")
    with pytest.raises(NotFound):
        says(officer, reference, person, *wanted, origin=origin)
    assert record_now(officer, reference).choices == []


@given(st.lists(st.sampled_from([*WAYS, "money"]), unique=True), st.booleans())
def test_nothing_stands_alone_and_whoever_could_not_be_asked_wants_nothing_known(wanted, asked):
    fits = bool(wanted) and "money" not in wanted and (len(wanted) == 1 or "nothing" not in wanted)
    assert is_answer(wanted, "herself" if asked else "not_asked") == (fits if asked else not wanted)


def test_a_closed_case_asks_nobody(app, officer, filed):
    reference = filed(two_unasked(), "closed")
    with refuses("This case is closed."):
        says(officer, reference, "p1", "help")
    page = officer.client.get(f"/w/{reference}/w").text
    assert 'name="wanted"' not in page


# --- What it opens -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "button"),
    [
        ((), (), "Ask what is wanted"),
        (("help",), (), "Ask what is wanted"),
        (("help",), ("mediation",), "Mark as referred"),
        (("complaint",), ("nothing",), "Mark as referred"),
        (("mediation", "court"), ("court",), "Mark as referred"),
        (("mediation",), ("mediation",), "Take it to mediation"),
        (("mediation",), ("nothing",), "Take it to mediation"),
        (("nothing",), ("nothing",), "Close the case"),
    ],
)
def test_after_the_verification_what_she_wants_is_the_next_step(
    app, officer, filed, first, second, button
):
    record = two_unasked()
    record.choices = [
        choice(person, *wanted) for person, wanted in (("p1", first), ("p2", second)) if wanted
    ]
    reference = filed(record, "verified")
    assert main_button(officer, reference) == button


def test_whoever_could_not_be_asked_is_asked_again(app, officer, filed):
    reference = filed(two_unasked(), "verified")
    says(officer, reference, "p1", "mediation")
    says(officer, reference, "p2", origin="not_asked")
    assert main_button(officer, reference) == "Ask what is wanted"
    page = officer.client.get(f"/w/{reference}").text
    part = page[page.index('id="her-choice"') : page.index('id="mediation"')]
    assert "Mediation" in part
    assert "She could not be asked" in part
    # That a later try failed takes back nothing that she said.
    says(officer, reference, "p1", origin="not_asked")
    assert to_ask(record_now(officer, reference)) == ["p2"]


def test_nothing_wanted_closes_the_case_in_words_that_blame_nobody(app, officer, filed):
    reference = filed(two_unasked(), "verified")
    address = f"/w/{reference}/s/{STEP_NUMBERS['close']}"
    says(officer, reference, "p1", "nothing")
    assert 'value="nothing_wanted"' not in officer.client.get(address).text
    says(officer, reference, "p2", "nothing")
    page = officer.client.get(address).text
    assert 'value="nothing_wanted"' in page
    version = re.search(r'name="version"[^>]*value="(\d+)"', page)
    assert version is not None
    sent = {"csrf_token": csrf_token(page), "version": version[1], "outcome": "nothing_wanted"}
    # How it ended is said for each of them.
    for endings in ({}, {"ending_p1": "wants_no_more"}):
        refused = officer.client.post(address, data=sent | endings)
        assert refused.status_code == 422
        assert "Say how it ended." in refused.text
        assert record_now(officer, reference).closing.outcome == ""
    sent |= {"ending_p1": "wants_no_more", "ending_p2": "wants_no_more"}
    assert officer.client.post(address, data=sent).status_code == 303
    assert record_now(officer, reference).closing.endings == dict.fromkeys(
        ("p1", "p2"), "wants_no_more"
    )
    assert (
        "Nothing more was wanted, and that is respected"
        in officer.client.get(f"/w/{reference}").text
    )


@pytest.mark.any_engine
def test_an_open_request_to_a_mediator_ends_when_she_wants_no_mediation(
    both_engines_app, officer, actor, filed
):
    mediator = actor("peer")
    add_mediator(SYSTEM, mediator.public_id, DutyDetails())
    record = two_unasked()
    record.choices = [choice("p1", "mediation"), choice("p2", "mediation")]
    reference = filed(record, "verified")
    for persons in (("p1", "p2"), ("p2",)):
        request = Request(
            mediator.public_id, ("pay",), "", "Achieng", "+254700000001", persons=persons
        )
        ask_mediator(officer.actor, officer.vault(), reference, request)
    says(officer, reference, "p1", "complaint")
    after = record_now(officer, reference)
    # What was asked for her, and others too, is taken back; for the other alone it goes on.
    assert [one.response for one in after.interventions] == ["ended", "waiting"]
    assert after.timeline[-1].what == "request_ended_not_wanted"
    assert len(own_briefs(mediator)) == 1
    page = officer.client.get(f"/w/{reference}/m").text
    assert "Not for P1: no mediation is wanted." in page
    assert re.findall(r'name="persons"[^>]*value="(\w+)"', page) == ["p2"]


# --- The page ------------------------------------------------------------------------------------


def test_the_page_notes_an_answer_of_each(app, officer, filed):
    reference = filed(two_unasked(), "verified")
    address = f"/w/{reference}/w"
    page = officer.client.get(address).text
    assert page.count('name="wanted"') == 2 * len(WAYS)
    assert not re.findall(r'name="wanted"[^>]*checked', page)
    today = to_local(utc_now()).date()
    sent = {
        "csrf_token": csrf_token(page),
        "person": "p2",
        "wanted": ["court"],
        "origin": "herself",
        "on": today.isoformat(),
    }
    answer = officer.client.post(address, data=sent)
    # One is left to ask: on with her.
    assert (answer.status_code, answer.headers["Location"]) == (303, address)
    answer = officer.client.post(address, data=sent | {"person": "p1", "wanted": ["nothing"]})
    assert answer.headers["Location"] == f"/w/{reference}"
    again = officer.client.get(address).text
    assert re.findall(r'name="wanted"[^>]*value="(\w+)"[^>]*checked', again) == ["nothing", "court"]
    assert again.count("Noted by Amani Mfano") == 2


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"wanted": []}, "Tick what is wanted."),
        ({"wanted": ["nothing", "help"]}, "cannot both be ticked"),
        ({"wanted": ["help"], "origin": "not_asked"}, "nothing can be ticked"),
        ({"origin": ""}, "Say how it is known."),
        ({"on": "2190-01-01"}, "This day has not come yet."),
        ({"on": ""}, "Enter this."),
        ({"on": "soon"}, "date"),
        ({"wanted": ["everything"]}, "Choose from the list."),
    ],
)
def test_what_is_wrong_is_said_beside_it_and_nothing_is_lost(app, officer, filed, wrong, sentence):
    reference = filed(two_unasked(), "verified")
    sent = {"person": "p2", "wanted": ["help", "court"], "origin": "herself", "on": "2026-11-02"}
    answer = officer.client.post(f"/w/{reference}/w", data=sent | wrong)
    assert answer.status_code == 422
    assert sentence in answer.text
    typed = [one for one in (sent | wrong)["wanted"] if one in WAYS]
    checked = re.findall(r'name="wanted"[^>]*value="(\w+)"[^>]*checked', answer.text)
    assert checked == [way for way in WAYS if way in typed]
    assert record_now(officer, reference).choices == []


def said_on(page: str, person: str) -> dict[str, Any]:
    """What the form of one person sends, as a page shows it."""
    shown = re.search(rf'name="person" value="{person}">\s*<input[^>]*value="(\d+)"', page)
    assert shown is not None
    return {
        "csrf_token": csrf_token(page),
        "person": person,
        "version": shown[1],
        "origin": "herself",
        "on": to_local(utc_now()).date().isoformat(),
    }


def test_what_others_told_is_said_not_to_count_over_what_she_said_herself(app, officer, filed):
    record = two_unasked()
    record.persons = record.persons[:1]
    reference = filed(record, "verified")
    says(officer, reference, "p1", "nothing")
    address = f"/w/{reference}/w"
    told = said_on(officer.client.get(address).text, "p1") | {"origin": "told_reporter"}
    # The same as she said is nothing to be asked about.
    answer = officer.client.post(address, data=told | {"wanted": ["nothing"]})
    assert "does not count" not in officer.client.get(answer.headers["Location"]).text
    told = said_on(officer.client.get(address).text, "p1") | {"origin": "told_reporter"}
    for _twice in range(2):
        answer = officer.client.post(address, data=told | {"wanted": ["court"]})
        assert answer.status_code == 303
    page = officer.client.get(f"/w/{reference}").text
    assert "Saved, but what she said herself on" in page
    assert "not by herself: it does not count" in page
    asking = officer.client.get(address).text
    assert "Told since, and not by herself: A court" in asking
    assert "until she says so herself" in asking
    assert [one.wanted for one in record_now(officer, reference).choices] == [
        ["nothing"],
        ["nothing"],
        ["court"],
    ]
    # Asked again she says what she said before, and that ends it too.
    officer.client.post(address, data=said_on(asking, "p1") | {"wanted": ["nothing"]})
    page = officer.client.get(f"/w/{reference}").text
    assert ("Saved." in page, "does not count" in page) == (True, False)


def test_two_officers_who_note_her_choice_at_once_lose_neither(app, officer, a_member, filed):
    other = a_member("documentation", name="Baraka Mfano")
    reference = filed(two_unasked(), "verified")
    address = f"/w/{reference}/w"
    page = officer.client.get(address).text
    mine = said_on(page, "p1") | {"wanted": ["court", "help"]}
    theirs = said_on(other.client.get(address).text, "p1") | {"wanted": ["nothing"]}
    assert other.client.post(address, data=theirs).status_code == 303
    answer = officer.client.post(address, data=mine)
    assert answer.status_code == 409
    assert "Somebody else saved an answer of hers meanwhile" in answer.text
    note = answer.text.partition("Somebody else saved an answer of hers meanwhile")[2].partition(
        "</form>"
    )[0]
    assert re.search(r"On record:\s+Nothing now · She said so herself", note)
    assert "Noted by Baraka Mfano" in note
    checked = re.findall(r'name="wanted"[^>]*value="(\w+)"[^>]*checked', note)
    assert checked == ["help", "court"]
    assert [one.wanted for one in record_now(officer, reference).choices] == [["nothing"]]
    # What was noted of somebody else is in nobody's way; after a look at both hers is noted.
    second = said_on(page, "p2") | {"wanted": ["help"]}
    assert officer.client.post(address, data=second).status_code == 303
    again = said_on(answer.text, "p1") | {"wanted": ["court", "help"]}
    assert officer.client.post(address, data=again).status_code == 303
    assert [one.wanted for one in record_now(officer, reference).choices] == [
        ["nothing"],
        ["help"],
        ["help", "court"],
    ]


# --- Who is told ---------------------------------------------------------------------------------


def test_today_and_the_register_say_that_somebody_is_to_be_asked(app, officer, filed):
    reference = filed(two_unasked(), "verified")
    filed(a_case("W1"), "verified")
    filed(two_unasked(), "triaged")
    today = officer.client.get("/").text
    assert re.findall(
        r'class="key">(\d+)</div>\s*<div class="what">\s*<a [^>]*>Ask what is', today
    ) == ["1"]
    # Nobody has it: it waits in everybody's queue.
    queue = officer.client.get("/w").text
    assert queue.count("Ask what is wanted") == 1
    assert reference in queue


@given(
    st.integers(0, 3),
    st.lists(st.tuples(st.sampled_from(["", "p1", "p2", "p3"]), st.lists(st.sampled_from(WAYS)))),
    st.sampled_from(["triaged", "verified", "mediation", "closed"]),
)
def test_the_line_of_a_case_knows_whom_to_ask_as_the_record_does(persons, said, state):
    record = Record(
        persons=[Person(id=f"p{number}", code=f"P{number}") for number in range(1, persons + 1)],
        choices=[
            Choice(person=who, wanted=wanted, on=NOW.date(), at=NOW + timedelta(hours=n), by="a1")
            for n, (who, wanted) in enumerate(said)
        ],
    )
    line = summary_of("x", state, record)
    assert line.to_ask == (state == "verified" and bool(to_ask(record)))
