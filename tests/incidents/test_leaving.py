"""What leaves the vault on paper or as a file: only by the consent of everybody whom it shows or
names, of each adult alone, and of a child by the paper of whoever decides for her."""

import io
from datetime import date
from typing import Any

import pytest

from kash.incidents.consent_texts import VERSION
from kash.incidents.queries.cases import open_case
from kash.incidents.rules.case_file import contents, may_print, who_agreed
from kash.incidents.rules.consents import CaseConsent
from kash.incidents.rules.parts import Act, Person
from kash.incidents.rules.record import Record
from kash.incidents.services.consents import (
    GuardiansAnswer,
    answer_consents,
    note_guardians_answer,
    note_printed,
)
from kash.incidents.services.evidence import (
    Received,
    add_evidence,
    export_original,
    label_evidence,
    note_sheet,
)
from kash.platform.database import db, utc_now
from kash.platform.web.errors import NotFound, Problem
from tests.conftest import AMember
from tests.incidents.filed_cases import PAPER, asked_again, filed
from tests.platform.cleaning import samples

MOST = 1_000_000


def agreed(person: str, *purposes: str) -> list[CaseConsent]:
    return [
        CaseConsent(purpose=one, given=True, at=utc_now(), by="x", person=person, wording=VERSION)
        for one in purposes
    ]


def two(age: str = "25_34", **more: Any) -> Record:
    persons = [Person(id="p1", code="A", age_band=age), Person(id="p2", code="B")]
    more.setdefault("court_asks", asked_again())
    return Record(persons=persons, acts=[Act(id="a1", code="P1")], narrative="Both.", **more)


def with_piece(member: AMember, record: Record) -> tuple[str, str]:
    reference = filed(record)
    stream = io.BytesIO(samples.jpeg())
    made = add_evidence(member.actor, member.vault(), reference, Received("Bruise"), stream, MOST)
    return reference, made


def leaves(member: AMember, reference: str, piece: str) -> tuple[bool, bool]:
    """Whether the original leaves, and the custody sheet."""
    found = []
    for take in (
        lambda: export_original(member.actor, member.vault(), reference, piece, PAPER, ""),
        lambda: note_sheet(member.actor, member.vault(), reference, piece, PAPER),
    ):
        db.session.rollback()
        try:
            take()
        except Problem as problem:
            if type(problem) is not Problem:
                raise
            found.append(False)
        else:
            found.append(True)
    db.session.rollback()
    return found[0], found[1]


def custody(member: AMember, reference: str, piece: str) -> list[str]:
    from tests.incidents.test_evidence import file_of

    return [one.what for one in file_of(member, reference, piece).custody]


@pytest.fixture
def anna(both_engines_app, a_member):
    return a_member("documentation")


@pytest.mark.any_engine
@pytest.mark.parametrize(
    ("consents", "may"),
    [
        ([], (False, False)),
        (agreed("p1", "court", "health"), (False, False)),
        (agreed("p1", "court", "health") + agreed("p2", "health"), (False, False)),
        (agreed("p1", "court", "health") + agreed("p2", "court"), (False, True)),
        (agreed("p1", "court", "health") + agreed("p2", "court", "health"), (True, True)),
    ],
)
def test_an_original_and_its_sheet_leave_only_if_each_whom_it_shows_agreed(anna, consents, may):
    reference, piece = with_piece(anna, two(consents=consents))
    assert leaves(anna, reference, piece) == may
    # What was refused is noted as no step: it did not happen.
    steps = custody(anna, reference, piece)
    assert ("exported" in steps, "printed" in steps) == may


@pytest.mark.any_engine
def test_of_what_shows_one_of_them_only_she_is_asked(anna):
    reference, piece = with_piece(anna, two(consents=agreed("p1", "court", "health")))
    for shows, may in ((["p1"], True), (["p1", "p2"], False), (["p2"], False), ([], False)):
        label_evidence(anna.actor, anna.vault(), reference, piece, "Bruise", "", shows=shows)
        assert leaves(anna, reference, piece) == (may, may)
    # Who is said to be on it, and when that was changed, stands in its custody.
    assert custody(anna, reference, piece).count("labelled") == 4
    with pytest.raises(NotFound):
        label_evidence(anna.actor, anna.vault(), reference, piece, "Bruise", "", shows=["p9"])


@pytest.mark.any_engine
def test_a_paper_about_one_of_them_lists_nothing_that_shows_the_other(anna):
    both = agreed("p1", "court") + agreed("p2", "court")
    reference, piece = with_piece(anna, two(consents=both))
    for shows, listed in ((["p1"], True), (["p1", "p2"], False), (["p2"], False), ([], False)):
        label_evidence(anna.actor, anna.vault(), reference, piece, "Bruise", "", shows=shows)
        record = record_of(anna, reference)
        whole = contents(record, ["p1", "p2"], with_narrative=False)
        hers = contents(record, ["p1"], with_narrative=False)
        assert [one.document for one in whole.evidence] == [piece]
        assert [one.document for one in hers.evidence] == [piece] * listed
        assert hers.left_out.evidence == (not listed)


@pytest.mark.any_engine
def test_nothing_that_shows_somebody_who_was_taken_off_the_record_leaves(anna):
    from kash.incidents.services.cases import changing

    both = agreed("p1", "court", "health") + agreed("p2", "court", "health")
    reference, piece = with_piece(anna, two(consents=both))
    label_evidence(anna.actor, anna.vault(), reference, piece, "Bruise", "", shows=["p1", "p2"])
    with changing("incidents.changed", anna.actor, anna.vault(), reference) as case:
        case.record.persons[1:] = []
    assert leaves(anna, reference, piece) == (False, False)
    label_evidence(anna.actor, anna.vault(), reference, piece, "Sleeve", "", shows=["p1"])
    assert leaves(anna, reference, piece) == (False, False)


@pytest.mark.any_engine
def test_what_is_taken_back_stops_the_original_too(anna):
    both = agreed("p1", "court", "health") + agreed("p2", "court", "health")
    reference, piece = with_piece(anna, two(consents=both))
    version = open_case(anna.actor, anna.vault(), reference).version
    db.session.rollback()
    answer_consents(anna.actor, anna.vault(), reference, version, "p2", {"record": False})
    assert leaves(anna, reference, piece) == (False, False)


@pytest.mark.any_engine
@pytest.mark.parametrize(
    ("asks", "may"),
    [
        (lambda: [], False),
        (lambda: asked_again("p1"), False),
        (lambda: asked_again(given=False), False),
        (lambda: asked_again(to_whom="Another"), False),
        (lambda: asked_again(about="Another case"), False),
        (lambda: asked_again(read_back_on=None), False),
        (lambda: asked_again("p1") + asked_again("p2", on=date(2020, 1, 1)), False),
        (lambda: asked_again("p1") + asked_again("p2", read_back_on=date(2020, 1, 1)), False),
        (lambda: asked_again(), True),
    ],
)
def test_nothing_leaves_before_each_whom_it_shows_was_asked_again_about_this_paper(anna, asks, may):
    both = agreed("p1", "court", "health") + agreed("p2", "court", "health")
    reference, piece = with_piece(anna, two(consents=both, court_asks=asks()))
    assert leaves(anna, reference, piece) == (may, may)
    steps = custody(anna, reference, piece)
    assert ("exported" in steps, "printed" in steps) == (may, may)
    address = f"/w/{reference}/e/{piece}"
    for page in (address, f"{address}/original"):
        text = anna.client.get(page).text
        assert (PAPER.key in text) == may
        assert f'href="/w/{reference}/c/f"' in text
    for path in ("original", "sheet"):
        answer = anna.client.post(f"{address}/{path}", data={"paper": PAPER.key})
        assert answer.status_code == (200 if may else 422)


def test_whoever_is_missing_is_named_and_whoever_it_does_not_show_is_not_asked(anna):
    both = agreed("p1", "court", "health") + agreed("p2", "court", "health")
    reference, piece = with_piece(anna, two(consents=both, court_asks=asked_again("p1")))
    address = f"/w/{reference}/e/{piece}"
    assert "To be asked again: B" in anna.client.get(address).text
    label_evidence(anna.actor, anna.vault(), reference, piece, "Bruise", "", shows=["p1"])
    assert leaves(anna, reference, piece) == (True, True)
    said = f"{PAPER.to_whom} · {PAPER.about}"
    assert said in anna.client.get(address).text


def test_the_pages_say_who_did_not_agree_and_offer_nothing(anna):
    reference, piece = with_piece(anna, two(consents=agreed("p1", "court", "health")))
    address = f"/w/{reference}/e/{piece}"
    page = anna.client.get(address).text
    assert "No sheet: these did not agree to a paper for a court" in page
    assert "Stays here without: B" in page
    page = anna.client.get(f"{address}/original").text
    assert "Missing: B." in page
    assert 'name="paper"' not in page
    assert anna.client.post(f"{address}/original", data={"paper": PAPER.key}).status_code == 409
    assert anna.client.post(f"{address}/sheet", data={}).status_code == 409
    page = anna.client.get(f"{address}/label").text
    assert page.count('name="shows"') == 2
    seen = page.split('name="seen"')[1].split('value="')[1].split('"')[0]
    sent = {"label": "Bruise", "note": "", "seen": seen, "shows": ["p1"]}
    assert anna.client.post(f"{address}/label", data=sent).status_code == 303
    assert 'name="paper"' in anna.client.get(f"{address}/original").text
    late = anna.client.post(f"{address}/label", data={**sent, "shows": []})
    assert "Somebody else saved this case meanwhile" in late.text


# --- A child --------------------------------------------------------------------------------------


@pytest.fixture
def grace(both_engines_app, a_member):
    return a_member("custodian", "documentation")


def decided(person: str = "p1", **answers: bool) -> GuardiansAnswer:
    return GuardiansAnswer(
        person, answers or {"court": True, "health": True}, "guardian", "Form, 1 December"
    )


def note(member: AMember, reference: str, said: GuardiansAnswer) -> bool:
    db.session.rollback()
    version = open_case(member.actor, member.vault(), reference).version
    db.session.rollback()
    return note_guardians_answer(member.actor, member.vault(), reference, version, said)


def record_of(member: AMember, reference: str) -> Record:
    db.session.rollback()
    return open_case(member.actor, member.vault(), reference).record


@pytest.mark.any_engine
@pytest.mark.parametrize("age", ["under_18", "unsure"])
def test_a_child_bars_no_adult_and_is_in_no_paper_without_whoever_decides_for_her(grace, age):
    said = agreed("p1", "court", "health") + agreed("p2", "court", "health")
    reference, piece = with_piece(grace, two(age, consents=said))
    record = record_of(grace, reference)
    assert [one.id for one in who_agreed(record)] == ["p2"]
    file = contents(record, ["p1", "p2"], with_narrative=True)
    assert ([one.id for one in file.persons], file.narrative) == (["p2"], "")
    assert [act.persons for act in file.acts] == [["p2"]]
    note_printed(grace.actor, grace.vault(), reference, PAPER, ["p2"])
    assert leaves(grace, reference, piece) == (False, False)
    # By the paper of a guardian, noted by a custodian.
    assert note(grace, reference, decided())
    assert not note(grace, reference, decided())
    record = record_of(grace, reference)
    assert [one.id for one in who_agreed(record)] == ["p1", "p2"]
    assert contents(record, ["p1", "p2"], with_narrative=True).narrative == "Both."
    assert leaves(grace, reference, piece) == (True, True)
    # It is counted and told nowhere all the same.
    assert not any(record.consents_to(one) for one in ("forum_totals", "forum_story", "funder"))
    # Her own no holds, whatever they say; and nothing is done once it is not to be kept.
    db.session.rollback()
    version = open_case(grace.actor, grace.vault(), reference).version
    db.session.rollback()
    answer_consents(grace.actor, grace.vault(), reference, version, "p1", {"court": False})
    note(grace, reference, decided(court=False))
    note(grace, reference, decided(court=True))
    assert [one.id for one in who_agreed(record_of(grace, reference))] == ["p2"]
    assert leaves(grace, reference, piece) == (False, False)


@pytest.mark.any_engine
def test_nobody_but_a_custodian_and_nothing_but_a_paper_decides_for_a_child(grace, a_member):
    reference = filed(two("under_18"))
    adult = filed(two())
    anna = a_member("documentation")
    wrong = [
        (anna, adult, decided()),
        (grace, adult, decided()),
        (grace, reference, decided("p2")),
        (grace, reference, decided("")),
        (grace, reference, decided(forum_story=True)),
        (grace, reference, GuardiansAnswer("p1", {"court": True}, "guardian", " ")),
        (grace, reference, GuardiansAnswer("p1", {"court": True}, "herself", "A form")),
    ]
    for member, case, said in wrong:
        with pytest.raises(NotFound):
            note(member, case, said)
    # Nor does a child by her own yes.
    version = open_case(grace.actor, grace.vault(), reference).version
    db.session.rollback()
    answer_consents(grace.actor, grace.vault(), reference, version, "p1", {"court": True})
    assert record_of(grace, reference).consents == []
    assert not may_print(record_of(grace, reference))


def test_a_custodian_notes_it_on_the_page_and_loses_nothing_that_she_typed(grace):
    reference = filed(two("under_18"))
    address = f"/w/{reference}/c"
    page = grace.client.get(address).text
    assert page.count("What is decided for her, by a paper") == 1
    version = str(open_case(grace.actor, grace.vault(), reference).version)
    db.session.rollback()
    sent = {"person": "p1", "version": version, "wording": VERSION, "court": "yes", "paper": ""}
    wrong = grace.client.post(address, data={**sent, "origin": "guardian"})
    assert wrong.status_code == 422
    assert "Enter this." in wrong.text
    nobody = grace.client.post(address, data={**sent, "paper": "Order 7 of 1 December"})
    assert nobody.status_code == 422
    assert 'value="Order 7 of 1 December"' in nobody.text
    done = {**sent, "paper": "Order 7 of 1 December", "origin": "children_officer"}
    assert grace.client.post(address, data=done).status_code == 303
    page = grace.client.get(f"{address}?of=p1").text
    assert "Children officer: Order 7 of 1 December" in page
    assert [one.id for one in who_agreed(record_of(grace, reference))] == ["p1"]
    assert "Print a case file" in grace.client.get(f"/w/{reference}").text


@pytest.mark.any_engine
def test_an_officer_who_has_a_childs_case_for_want_of_a_custodian_decides_nothing_by_paper(anna):
    reference = filed(two("under_18"))
    with pytest.raises(NotFound):
        note(anna, reference, decided())
    assert record_of(anna, reference).consents == []
    assert "What is decided for her, by a paper" not in anna.client.get(f"/w/{reference}/c").text
