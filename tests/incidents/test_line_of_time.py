"""The line of time of a case, and the sentences of it that the holder of the receipt may read."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask_babel import force_locale
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from kash.incidents.filing_words import sentence_text
from kash.incidents.models import Incident
from kash.incidents.queries.letterbox import opened_box, sentences_let_out
from kash.incidents.rules.line_of_time import (
    MOST_SENTENCES,
    STEPS,
    WITHOUT_SENTENCE,
    let_out,
    line_of_time,
    sentences_of,
    still_told,
)
from kash.incidents.rules.one_line import CaseLine, line_to_take_back, lines_of, take_back_line
from kash.incidents.rules.one_line import write_line as write
from kash.incidents.rules.parts import Asked, Event, Filing, Intervention, Person, Referral, Term
from kash.incidents.rules.record import Record
from kash.incidents.services import one_line
from kash.incidents.services.cases import changing
from kash.incidents.services.letterbox import letterbox
from kash.incidents.services.saved_views import CaseChangedMeanwhile
from kash.incidents.services.second_member import take_step
from kash.incidents.views.near import PAGE_BYTES
from kash.platform.database import db, utc_now, writing
from kash.platform.vault import AuditEntry
from tests.incidents.filed_cases import filed, let_arrive, shredded
from tests.incidents.sent_reports import sent
from tests.incidents.test_one_line import RECORDS, TODAY, entries, three_held

NOW = datetime(2026, 11, 17, 9, tzinfo=UTC)


def told(record: Record) -> list[tuple[str, int, int, int | None]]:
    """Each step of the line: what, how many are free of how many, and after how many minutes."""
    return [
        (
            step.what,
            step.free,
            step.people,
            None if step.after is None else int(step.after.total_seconds()) // 60,
        )
        for step in line_of_time(record)
    ]


def test_a_case_from_the_report_to_its_closing_with_the_minutes_between() -> None:
    def event(what: str, minutes: int, about: str = "", by: str = "anna") -> Event:
        return Event(what=what, by=by, at=NOW + timedelta(minutes=minutes, seconds=30), about=about)

    answer = Intervention(
        id="i1",
        mediator="m",
        persons=["p1", "p2", "p3"],
        asked=[Asked(kind="release", result="released", count=2, at=NOW + timedelta(minutes=70))],
        response="agreed",
        asked_at=NOW + timedelta(minutes=2),
        answered_at=NOW + timedelta(minutes=6),
    )
    record = three_held(
        filing=Filing(how="phone", held=True, filed_at=NOW),
        interventions=[answer],
        terms=[Term(id="t1", kind="return", fulfilled_on=TODAY)],
        referrals=[Referral(id="r1", kind="medical", accepted_on=TODAY, outcome="reached")],
        timeline=[
            event("taken_back", 0, by=""),
            event("triage", 1),
            event("tried", 1),
            event("mediator_asked", 2),
            event("came", 20).model_copy(update={"on": NOW + timedelta(minutes=15)}),
            event("refused", 30),
            event("referred", 100, "r1"),
            event("referral_accepted", 110, "r1"),
            event("referral_refused", 111, "r1"),
            event("referral_done", 120, "r1"),
            event("returned", 130, "t1"),
            event("paid", 140),
            event("close", 150),
        ],
    )
    record.persons[2].released_at = NOW + timedelta(minutes=90)
    assert told(record) == [
        ("reported", 0, 0, None),
        ("heard", 0, 0, 1),
        ("called", 0, 0, 0),
        ("asked", 0, 0, 1),
        ("going", 0, 0, 4),
        ("came", 0, 0, 9),
        ("refused", 0, 0, 15),
        # Which two the mediator does not say: the third may be one of them.
        ("released", 2, 3, 40),
        ("referred", 0, 0, 30),
        ("accepted", 0, 0, 10),
        ("seen", 0, 0, 10),
        ("returned", 0, 0, 10),
        ("paid", 0, 0, 10),
        ("close", 0, 0, 10),
    ]
    assert sentences_of(line_of_time(record)) == [
        "heard", "called", "asked", "going", "came", "refused", "released 2 3", "referred",
        "accepted", "seen", "returned", "paid",
    ]  # fmt: skip
    record.timeline.append(event("reopen", 160))
    assert told(record)[-1][0] == "paid"


def test_free_are_those_who_stand_there_as_free_and_those_of_whom_a_mediator_told() -> None:
    record = three_held()
    record.persons[0].released_at = NOW
    asked = [Asked(kind="release", result="released", count=1, at=NOW + timedelta(hours=1))]
    record.interventions = [Intervention(id="i1", persons=["p2", "p3"], asked=asked)]
    assert told(record) == [("released", 1, 3, None), ("released", 2, 3, 60)]
    record.persons[1].released_at = NOW + timedelta(hours=2)
    assert told(record) == [("released", 1, 3, None), ("released", 2, 3, 60)]
    record.persons[2].released_at = NOW + timedelta(hours=3)
    assert told(record)[2:] == [("released", 3, 3, 120)]
    # A release that was agreed and done, and then not done after all.
    term = Term(id="t1", kind="release", owed_to="p1", fulfilled_on=TODAY)
    event = Event(what="fulfilled", by="anna", at=NOW, about="release")
    agreed = three_held(terms=[term], timeline=[event])
    assert told(agreed)[1:] == [("released", 1, 3, 0)]
    term.fulfilled_on = None
    assert [step[0] for step in told(agreed)] == ["heard"]


@pytest.mark.parametrize("undone", ["fulfilled", "referral_accepted", "referral_done"])
def test_what_the_record_says_no_more_is_not_drawn(undone: str) -> None:
    about = "return" if undone == "fulfilled" else "r1"
    record = Record(
        timeline=[Event(what=undone, by="anna", at=NOW, about=about)],
        terms=[Term(id="t1", kind="return", fulfilled_on=TODAY)],
        referrals=[Referral(id="r1", kind="legal", accepted_on=TODAY, outcome="helped")],
    )
    assert len(told(record)) == 2
    record.terms[0].fulfilled_on = None
    record.referrals[0].accepted_on, record.referrals[0].outcome = None, ""
    assert [step[0] for step in told(record)] == ["heard"]


@given(RECORDS, st.lists(st.tuples(st.integers(0, 20), st.booleans(), st.integers(-90, 90))))
def test_over_any_history_the_line_is_in_order_whole_and_without_what_was_taken_back(
    record: Record, history: list[tuple[int, bool, int]]
) -> None:
    before: list[list[Any]] = []
    for step, (chosen, takes_back, minutes) in enumerate(history):
        at = NOW + timedelta(minutes=step)
        event = line_to_take_back(record, "me")
        if takes_back and event is not None:
            assert take_back_line(record, event)
            # A line that was taken back was never on it.
            assert line_of_time(record) == before.pop()
            continue
        before.append(line_of_time(record))
        offered = lines_of(record)
        line = offered[chosen % len(offered)]
        on = at + timedelta(minutes=minutes)
        about = write(record, line, on, TODAY)
        record.timeline.append(Event(what=line.what, by="me", at=at, about=about, on=on))
    line_now = line_of_time(record)
    spans = [step.after for step in line_now]
    moments = [step.at for step in line_now]
    free = [step.free for step in line_now if step.what == "released"]
    assert moments == sorted(moments)
    assert spans[:1] in ([], [None])
    assert sum((span for span in spans[1:] if span), timedelta()) == (
        moments[-1] - moments[0] if moments else timedelta()
    )
    assert free == sorted(set(free))
    assert all(0 < step.free <= step.people for step in line_now if step.what == "released")
    assert all(not (step.free or step.people) for step in line_now if step.what != "released")
    assert len({(step.what, step.at, step.free) for step in line_now}) == len(line_now)


CODES = st.lists(
    st.sampled_from([*sorted({*STEPS} - WITHOUT_SENTENCE - {"released"})])
    | st.builds("released {} {}".format, st.integers(1, 30), st.just(30)),
    unique=True,
    min_size=1,
)


@given(CODES, st.data())
def test_sentences_stand_in_the_order_of_the_line_no_matter_in_which_they_were_let_out(
    codes: list[str], data: st.DataObject
) -> None:
    chosen: list[str] = []
    for code in data.draw(st.permutations(codes)):
        chosen = let_out(chosen, code, codes)
        assert chosen == sorted(chosen, key=codes.index)
        assert len(chosen) <= MOST_SENTENCES
        assert still_told(chosen, codes) == chosen
    assert chosen == codes[-MOST_SENTENCES:]
    without = data.draw(st.sets(st.sampled_from(codes)))
    left = [code for code in codes if code not in without]
    free = max(
        (int(code.split()[1]) for code in left if code.startswith("r") and " " in code), default=0
    )
    assert still_told(codes, left) == [
        code for code in codes if code in left or (" " in code and int(code.split()[1]) <= free)
    ]


def test_every_step_but_the_first_and_the_last_has_a_sentence_in_each_language(app: Any) -> None:
    codes = [step for step in STEPS if step not in WITHOUT_SENTENCE and step != "released"]
    texts = []
    with app.test_request_context():
        for language in ("en", "sw", "luo"):
            with force_locale(language):
                texts += [sentence_text(code) for code in codes]
                texts += [sentence_text(f"released {free} 3") for free in (1, 2, 3)]
                texts += [sentence_text("released 1 1"), sentence_text("released 11 12")]
        assert sentence_text("released 2 3") == "Two of three are free."
        assert sentence_text("released 1 3") == "One of three is free."
        assert sentence_text("released 10 11") == "Ten of 11 are free."
        assert sentence_text("flown") == sentence_text("released x") == ""
        with force_locale("sw"):
            assert sentence_text("released 2 3") == "Wawili kati ya watatu wako huru."
    assert len(set(texts)) == len(texts) == 3 * (len(codes) + 5)
    assert all(re.fullmatch(r"[A-Z1][^.]+\.", text) for text in texts)


def arrived() -> str:
    let_arrive()
    reference = db.session.scalars(select(Incident.public_id)).one()
    db.session.rollback()
    return reference


def read_under(client: Any, receipt: Any) -> list[str]:
    """Sentences on the page of a receipt, which keeps its one size."""
    answer = client.post("/r", data={"code": receipt.code, "word": receipt.word})
    assert (answer.status_code, len(answer.data)) == (200, PAGE_BYTES)
    listed = re.search(r"<ul>(.*?)</ul>", answer.text[answer.text.index("<h1>") :], re.DOTALL)
    return re.findall("<li>(.*?)</li>", html.unescape(listed[1])) if listed else []


@pytest.mark.any_engine
def test_what_the_owner_lets_out_stands_on_the_receipt_until_she_or_the_record_takes_it_back(
    member: Any, actor: Any, client: Any, client_for: Any
) -> None:
    receipt = sent(actor("peer", name="Achieng Mfano"))
    reference = arrived()
    anna, vault = member.actor, member.vault()
    assert read_under(client, receipt) == []
    with changing("incidents.recorded", anna, vault, reference) as case:
        case.record.persons = three_held().persons
        case.happened("written")
    page = member.client.get(f"/w/{reference}").text
    let = f'action="/w/{reference}/1/r"'
    assert page.count(let) == 1
    assert "Let her read: “Somebody looked.”" in page
    # What has not come yet cannot be told.
    for code in ("came", "released 1 3", "reported", "<b>x</b>", ""):
        with pytest.raises(CaseChangedMeanwhile):
            one_line.let_her_read(anna, vault, reference, code)
    # A day before the arrests it was reported.
    one_line.note_line(anna, vault, reference, CaseLine("released", "p1"), utc_now())
    one_line.note_line(anna, vault, reference, CaseLine("came"))
    before = len(entries())
    for code in ("came", "came", "heard"):
        data = {"sentence": code}
        assert member.client.post(f"/w/{reference}/1/r", data=data).status_code == 303
    assert entries()[before:] == [("incidents.sentence_let_out", [reference])] * 2
    assert read_under(client, receipt) == ["Somebody looked.", "Somebody went."]
    page = html.unescape(member.client.get(f"/w/{reference}").text)
    assert "Her receipt tells: “Somebody went.”" in page
    assert "Let her read: “One of three is free.”" in page
    assert "Let her read: “Somebody went.”" not in page
    # With an account it is the same.
    codes = {"code": receipt.code, "word": receipt.word}
    own = client_for(actor("peer")).post("/w/r", data=codes).text
    assert own.index("<li>Somebody looked.</li>") < own.index("<li>Somebody went.</li>")
    # A line that is taken back leaves the receipt with it.
    one_line.take_line_back(anna, vault, reference)
    assert sentences_let_out(reference) == ["heard"]
    assert read_under(client, receipt) == ["Somebody looked."]
    before = len(entries())
    for _twice in range(2):
        answer = member.client.post(f"/w/{reference}/1/r/x", data={"sentence": "heard"})
        assert answer.status_code == 303
    assert entries()[before:] == [("incidents.sentence_taken_back", [reference])]
    assert read_under(client, receipt) == []


@pytest.mark.any_engine
def test_letting_out_is_no_step_and_writes_nothing_beside_the_letterbox_and_the_audit(
    member: Any, actor: Any
) -> None:
    receipt = sent(actor("peer", name="Achieng Mfano"))
    reference = arrived()
    anna, vault = member.actor, member.vault()
    take_step(reference, "triage", by=anna, vault=vault)
    owned = opened_box(db.session()).owners[reference]
    version = db.session.scalars(select(Incident.document_id)).one()
    db.session.rollback()
    one_line.let_her_read(anna, vault, reference, "heard")
    box = opened_box(db.session())
    assert (box.owners[reference], box.told) == (owned, {reference: ["heard"]})
    assert db.session.scalars(select(Incident.document_id)).one() == version
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert entry is not None
    stored = f"{entry.action} {entry.subjects} {getattr(entry, 'details', '')}"
    assert not {receipt.code, "heard", "looked"} & {*re.findall(r"\w+", stored)}
    db.session.rollback()
    with changing("incidents.recorded", anna, vault, reference) as case:
        case.row.state = "closed"
    assert sentences_let_out(reference) == ["heard"]
    db.session.rollback()
    shredded(reference, member)
    assert opened_box(db.session()).told == {}


@pytest.mark.any_engine
def test_nobody_holds_a_receipt_of_what_an_officer_wrote_down_so_nothing_is_let_out(
    member: Any,
) -> None:
    record = three_held(timeline=[Event(what="triage", by="x", at=utc_now())])
    reference = filed(record)
    page = member.client.get(f"/w/{reference}").text
    assert "Line of time" in page
    assert "Let her read" not in page
    assert "holder of the receipt reads" not in page
    with pytest.raises(CaseChangedMeanwhile):
        one_line.let_her_read(member.actor, member.vault(), reference, "heard")
    answer = member.client.post(f"/w/{reference}/1/r", data={"sentence": "heard"})
    assert answer.status_code == 303
    assert sentences_let_out(reference) is None
    assert opened_box(db.session()).told == {}


@pytest.mark.any_engine
@pytest.mark.parametrize("language", ["en", "sw", "luo"])
def test_the_most_that_can_be_let_out_leaves_the_page_its_one_size(
    member: Any, actor: Any, client: Any, language: str
) -> None:
    receipt = sent(actor("peer", name="Achieng Mfano"))
    reference = arrived()
    with writing() as session, letterbox(session) as box:
        box.told[reference] = [f"released {number} 30" for number in range(10, 30)]
    data = {"code": receipt.code, "word": receipt.word, "in": language}
    answer = client.post("/r", data=data)
    assert len(answer.data) == PAGE_BYTES
    assert answer.text.count("30") >= MOST_SENTENCES


def test_a_person_who_is_alone_is_the_one_who_was_held() -> None:
    record = Record(persons=[Person(id="p1", code="P1", arrested_at=NOW, released_at=NOW)])
    assert sentences_of(line_of_time(record)) == ["released 1 1"]
