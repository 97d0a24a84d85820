"""Asked again before a paper goes to a court: about this paper, by day, and read back."""

import html
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.incidents.consent_texts import VERSION, text_of
from kash.incidents.rules.case_file import (
    LASTS,
    CourtPaper,
    may_be_asked,
    not_asked,
    papers_asked_about,
    who_agreed,
)
from kash.incidents.rules.consents import CaseConsent
from kash.incidents.rules.parts import CourtAsk, Person
from kash.incidents.rules.record import Record
from kash.platform.database import db, utc_now
from kash.platform.vault import AuditEntry
from kash.platform.web.formats import local_today

Member = Any
PAPERS = [CourtPaper("Mfano Advocates", "12 of 2026"), CourtPaper("An oversight body", "A letter")]
PERSONS = ("p1", "p2")
TODAY = date(2026, 12, 2)
NOW = datetime(2026, 12, 2, 9, tzinfo=UTC)


@pytest.fixture
def officer(a_member):
    return a_member("documentation", name="Amani Mfano")


def agreed(person: str, *, given_: bool = True, wording: str = VERSION) -> CaseConsent:
    return CaseConsent(
        purpose="court", given=given_, at=NOW, by="o" * 16, person=person, wording=wording
    )


def asked(person: str, paper: CourtPaper, **more: Any) -> CourtAsk:
    facts: dict[str, Any] = {
        "given": True,
        "to_whom": paper.to_whom,
        "about": paper.about,
        "on": TODAY,
        "read_back_on": TODAY,
        "at": NOW,
        "by": "o" * 16,
    }
    return CourtAsk(person=person, **facts | more)


ASKS = st.builds(
    asked,
    st.sampled_from(PERSONS),
    st.sampled_from(PAPERS),
    given=st.booleans(),
    on=st.dates(TODAY - timedelta(days=20), TODAY),
    read_back_on=st.none() | st.dates(TODAY - timedelta(days=20), TODAY + timedelta(days=1)),
    at=st.datetimes(NOW.replace(tzinfo=None) - timedelta(days=20), NOW.replace(tzinfo=None)).map(
        lambda at: at.replace(tzinfo=UTC)
    ),
)


@given(
    st.lists(ASKS, max_size=10),
    st.lists(st.sampled_from(PERSONS), unique=True),
    st.sampled_from(["2026-5", VERSION]),
)
def test_a_paper_tells_of_nobody_who_was_not_asked_about_it_in_the_fourteen_days_before(
    asks, agree, wording
):
    record = Record(
        persons=[Person(id=one, code=one) for one in PERSONS],
        consents=[agreed(one, wording=wording) for one in agree],
        court_asks=asks,
    )
    found = papers_asked_about(record, TODAY)
    for paper in PAPERS:
        said_yes = found.get(paper, [])
        assert set(said_yes) <= {one.id for one in who_agreed(record)}
        assert not_asked(record, paper, PERSONS, TODAY) == [
            one for one in PERSONS if one not in said_yes
        ]
        for person in PERSONS:
            hers = [one for one in asks if (one.person, one.to_whom) == (person, paper.to_whom)]
            newest = max(hers, key=lambda one: (one.on, one.at), default=None)
            if person in said_yes:
                assert newest is not None
                assert newest.given
                assert newest.read_back_on is not None
                assert TODAY - LASTS <= newest.read_back_on <= TODAY
                assert newest.on >= TODAY - LASTS
            elif person in may_be_asked(record) and newest is not None and newest.given:
                late = newest.on < TODAY - LASTS
                back = newest.read_back_on
                assert late or back is None or not TODAY - LASTS <= back <= TODAY


def a_record(*, asks: list[CourtAsk] | None = None) -> Record:
    return Record(
        persons=[Person(id="p1", code="Swallow"), Person(id="p2", code="Weaver")],
        consents=[agreed("p1"), agreed("p2")],
        court_asks=asks or [],
    )


def sent(**more: Any) -> dict[str, Any]:
    today = local_today().isoformat()
    facts = {"version": "1", "persons": ["p1"], "to_whom": " Mfano  Advocates ", "about": "12"}
    facts |= {"on": today, "read_back_on": today, "language": "luo", "answer": "yes"}
    return facts | more


def test_no_file_is_printed_before_everybody_whom_it_tells_of_was_asked_about_it(
    officer, filed, record_of
):
    reference = filed(a_record())
    page = officer.client.get(f"/w/{reference}/f").text
    assert "Nobody was asked again about this paper" in page
    assert f"/w/{reference}/c/f" in page
    answer = officer.client.post(f"/w/{reference}/c/f", data=sent())
    assert answer.status_code == 303
    (one,) = record_of(reference, officer.vault()).court_asks
    assert (one.person, one.given, one.to_whom, one.about) == ("p1", True, "Mfano Advocates", "12")
    assert (one.language, one.on, one.read_back_on) == ("luo", local_today(), local_today())
    paper = CourtPaper("Mfano Advocates", "12").key
    for chosen in (["p2"], ["p1", "p2"]):
        refused = officer.client.post(f"/w/{reference}/f", data={"paper": paper, "persons": chosen})
        assert (refused.status_code, refused.mimetype) == (422, "text/html")
        assert "Ask again, read back what the paper says, and note it" in refused.text
        assert "Weaver" in refused.text
    printed = officer.client.post(f"/w/{reference}/f", data={"paper": paper, "persons": ["p1"]})
    assert (printed.status_code, printed.mimetype) == (200, "application/pdf")
    actions = [row.action for row in db.session.query(AuditEntry).order_by(AuditEntry.seq)]
    assert actions.count("incidents.court_asked") == 1
    assert actions.count("incidents.case_file_printed") == 1
    # Nor is one printed for another receiver.
    other = {"paper": CourtPaper("Another", "12").key, "persons": ["p1"]}
    assert officer.client.post(f"/w/{reference}/f", data=other).status_code == 422


def test_a_yes_of_more_than_fourteen_days_ago_prints_nothing(officer, filed):
    old = local_today() - LASTS - timedelta(days=1)
    for days in ({"on": old, "read_back_on": old}, {"read_back_on": old}, {"given": False}):
        facts = {"on": local_today(), "read_back_on": local_today(), "at": utc_now()} | days
        reference = filed(a_record(asks=[asked("p1", PAPERS[0], **facts)]))
        assert "Nobody was asked again" in officer.client.get(f"/w/{reference}/f").text
        answer = officer.client.post(
            f"/w/{reference}/f", data={"paper": PAPERS[0].key, "persons": ["p1"]}
        )
        assert (answer.status_code, answer.mimetype) == (422, "text/html")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"persons": []}, "Choose at least one person."),
        ({"persons": ["p9"]}, ""),
        ({"to_whom": ""}, "Enter this."),
        ({"about": ""}, "Enter this."),
        ({"read_back_on": ""}, "Read back to her what the paper says, and say when."),
        ({"read_back_on": "2199-01-01"}, "This day has not come yet."),
        ({"on": "2199-01-01"}, "This day has not come yet."),
        ({"language": ""}, ""),
        ({"answer": ""}, ""),
    ],
)
def test_what_is_missing_is_said_beside_its_field_and_nothing_typed_is_lost(
    officer, filed, record_of, wrong, said
):
    reference = filed(a_record())
    answer = officer.client.post(f"/w/{reference}/c/f", data=sent(**wrong))
    assert (answer.status_code, said in answer.text) == (422, True)
    if "about" not in wrong:
        assert 'value="12"' in answer.text
    assert record_of(reference, officer.vault()).court_asks == []


def test_she_is_asked_in_the_language_that_was_chosen_and_unread_words_say_so(app, officer, filed):
    reference = filed(a_record())
    unread = "No speaker has read these words in this language yet."
    for query, language in (("", "en"), ("?in=sw", "sw"), ("?in=xx", "en")):
        page = html.unescape(officer.client.get(f"/w/{reference}/c/f{query}").text)
        with app.test_request_context():
            told = text_of("court", VERSION, language)
            assert told is not None
            assert f"<p>{told.words}</p>" in page
        assert (unread in page) == (language == "sw")
        assert '<button type="submit" name="in" value="sw" formnovalidate lang="sw"' in page
        chosen = re.findall(r'name="language"\s[^>]*value="(\w+)"\s+checked', page)
        assert chosen == (["sw"] if language == "sw" else [])
    # An error keeps the language of the words, and the one that was marked.
    wrong = officer.client.post(f"/w/{reference}/c/f?in=sw", data=sent(about=""))
    assert (wrong.status_code, unread in wrong.text) == (422, True)
    assert re.findall(r'name="language"\s[^>]*value="(\w+)"\s+checked', wrong.text) == ["luo"]


def test_another_language_of_the_words_keeps_what_was_typed_and_notes_nothing(
    officer, filed, record_of
):
    reference = filed(a_record())
    chosen = sent(**{"in": "sw", "shown_in": "en", "language": "en"})
    page = officer.client.post(f"/w/{reference}/c/f", data=chosen)
    assert page.status_code == 200
    assert 'role="alert"' not in page.text
    assert re.findall(r'name="(?:to_whom|about)"[^>]*value="([^"]*)"', page.text) == [
        "Mfano  Advocates",
        "12",
    ]
    assert re.findall(r'name="language"[^>]*value="(\w+)"\s+checked', page.text) == ["sw"]
    assert record_of(reference, officer.vault()).court_asks == []


def test_a_no_needs_no_reading_back_and_ends_an_earlier_yes(officer, filed, record_of):
    reference = filed(a_record())
    officer.client.post(f"/w/{reference}/c/f", data=sent())
    no = sent(version="2", answer="no", read_back_on="")
    assert officer.client.post(f"/w/{reference}/c/f", data=no).status_code == 303
    record = record_of(reference, officer.vault())
    assert [one.given for one in record.court_asks] == [True, False]
    assert papers_asked_about(record, local_today()) == {}
    # Sent twice it is noted once.
    officer.client.post(f"/w/{reference}/c/f", data={**no, "version": "3"})
    assert len(record_of(reference, officer.vault()).court_asks) == 2
    page = officer.client.get(f"/w/{reference}/c/f").text
    assert "Mfano Advocates · 12" in page
    assert "Dholuo" in page


def test_whose_consent_to_a_court_does_not_stand_is_not_asked_again(officer, filed, record_of):
    record = a_record()
    record.consents = [agreed("p1"), agreed("p2", wording="2026-5")]
    reference = filed(record)
    page = officer.client.get(f"/w/{reference}/c/f").text
    assert ("Swallow" in page, "Weaver" in page) == (True, False)
    assert officer.client.post(f"/w/{reference}/c/f", data=sent(persons=["p2"])).status_code == 422
    nobody = filed(Record(persons=[Person(id="p1", code="Swallow")]))
    page = officer.client.get(f"/w/{nobody}/c/f").text
    assert "Nobody in this case has agreed to a file for a court" in page
    assert officer.client.post(f"/w/{nobody}/c/f", data=sent()).status_code in (409, 422)
