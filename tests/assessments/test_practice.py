"""What changed in practice, months later: who tells it, what is kept, and who reads it."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.assessments.models import PracticeAnswer
from kash.assessments.queries import follow_ups_due, practice_asked, practice_told, written_practice
from kash.assessments.rules.results import (
    MOST_OBJECTIVES,
    Moment,
    Often,
    Teller,
    asked_objectives,
    may_hold_name,
    told_often,
)
from kash.assessments.services.bank import WrongEntry
from kash.assessments.services.tests import (
    AnswerReply,
    SentAnswer,
    Telling,
    delete_old_words,
    open_for_phones,
    receive,
    tell_practice,
)
from kash.people.models import Organisation, Person, Posting
from kash.people.rules.persons import RANKS, is_above
from kash.people.services.merging import merge_people
from kash.platform.database import db, utc_now
from kash.platform.web import NotFound
from kash.platform.web.programme import retention
from kash.policy import SYSTEM, Actor, Role
from kash.training.models import PlanRow
from kash.workshops.queries.people import people_in
from kash.workshops.rules import EnrolmentState
from kash.workshops.services.people import change_enrolment
from tests.assessments.conftest import Bank
from tests.refusals import refuses
from tests.workshops.conftest import SECOND_DAY, make_person

OBJECTIVES = ("Names three rights", "Stays with a witness")


@pytest.fixture
def asked(bank):
    """The lineages of two objectives of the course."""
    plan = bank.workshop.version.modules[0].plans[0]
    rows = [
        PlanRow(plan_id=plan.id, kind="objective", position=at, text=text)
        for at, text in enumerate(OBJECTIVES, 1)
    ]
    db.session.add_all(rows)
    db.session.commit()
    return [row.lineage for row in rows]


def tell(bank: Bank, at: int, telling: Telling, by: Actor | None = None) -> None:
    entry = bank.people()[at].entry
    tell_practice(bank.held.workshop, entry, telling, by=by or bank.trainer)


def words(bank: Bank, by: Actor | None = None) -> list[str]:
    return [said for _id, said in written_practice(bank.workshop, by or bank.trainer)]


def counts(bank: Bank) -> dict[tuple[str, Teller], list[int]]:
    found = bank.workshop
    return {
        (row.objective, row.teller): list(row.counts.values())
        for row in practice_told(found, list(practice_asked(found)))
    }


@given(st.lists(st.text("abc", min_size=1, max_size=2), unique=True), st.sets(st.text("abc")))
def test_practice_is_asked_of_what_was_tested_or_else_of_the_first_in_the_order_of_the_course(
    course, tested
):
    found = asked_objectives(course, tested)
    about = [one for one in course if one in tested] or course
    assert found == about[:MOST_OBJECTIVES]


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(Teller), st.sampled_from(Often))))
def test_every_telling_is_counted_once(told):
    rows = told_often(["a"], told)
    assert sum(row.people for row in rows) == len(told)
    assert rows == sorted(rows, key=lambda row: (row.objective, list(Teller).index(row.teller)))
    assert all(row.people for row in rows)


@given(st.sampled_from(RANKS), st.sampled_from(RANKS))
def test_of_two_ranks_one_at_most_is_above(one, other):
    assert [is_above(one, other), is_above(other, one)].count(True) == int(one != other)
    assert is_above(one, "driver") is False


@pytest.mark.parametrize(
    ("text", "may"),
    [
        ("I call the OCS first. He listens now.", False),
        ("I talk to people before I search them", False),
        ("Now I let Achieng go home", True),
        ("Achieng Otieno came to the station", True),
        ("I called 0712 345 678 at night", True),
        ("", False),
    ],
)
def test_words_that_look_like_a_name_are_asked_about_by_their_look_alone(text, may):
    assert may_hold_name(text) is may


@pytest.mark.any_engine
def test_what_is_told_is_counted_by_objective_and_who_told_it(both_engines_app, bank, asked):
    first, second = asked
    tell(bank, 0, Telling(Teller.HERSELF, {first: Often.SEVERAL, second: Often.NEVER}))
    tell(bank, 1, Telling(Teller.HERSELF, {first: Often.NO_OCCASION}))
    tell(bank, 1, Telling(Teller.PEER, {first: Often.ONCE}, "Asks before a search"))
    # Told again by the same kind of teller: the later one is kept.
    tell(bank, 1, Telling(Teller.HERSELF, {first: Often.SEVERAL}))
    assert counts(bank) == {
        (first, Teller.HERSELF): [0, 0, 2, 0],
        (first, Teller.PEER): [0, 1, 0, 0],
        (second, Teller.HERSELF): [1, 0, 0, 0],
    }
    assert words(bank) == ["Asks before a search"]
    # Whoever was taken off the register is counted no more.
    (_one, two, _three) = people_in(bank.workshop, [EnrolmentState.CONFIRMED])
    assert two.name == bank.people()[1].name
    change_enrolment(bank.held.workshop, two.enrolment, EnrolmentState.WITHDRAWN, bank.trainer)
    assert counts(bank) == {
        (first, Teller.HERSELF): [0, 0, 1, 0],
        (second, Teller.HERSELF): [1, 0, 0, 0],
    }


def test_no_police_account_reads_what_was_written_whatever_it_was_lent(bank, asked):
    tell(bank, 0, Telling(Teller.MENTOR, text="Takes reports from everybody"))
    officer = Actor("p" * 16, frozenset({Role.POLICE_PEER}))
    assert words(bank, officer) == []
    assert words(bank) == ["Takes reports from everybody"]


def test_nothing_is_told_about_nobody_or_about_what_is_not_asked(bank, asked):
    with refuses("Choose an answer or write something first."):
        tell(bank, 0, Telling(Teller.HERSELF))
    with pytest.raises(WrongEntry):
        tell(bank, 0, Telling(Teller.HERSELF, {"0" * 16: Often.ONCE}))
    telling = Telling(Teller.HERSELF, {asked[0]: Often.ONCE})
    with pytest.raises(NotFound):
        tell_practice(bank.held.workshop, "0" * 16, telling, by=bank.trainer)
    assert db.session.query(PracticeAnswer).count() == 0


def test_whoever_is_above_an_officer_at_the_same_station_tells_nothing_about_them(bank, asked):
    telling = Telling(Teller.PEER, {asked[0]: Often.SEVERAL})
    _baraka, faraja, zawadi = bank.people()
    station, other = (Organisation(name=name, kind="station") for name in ("Central", "Kondele"))
    db.session.add_all([station, other])
    db.session.flush()
    ranks = ((faraja, "Constable", station), (zawadi, "Inspector", station))
    for who, rank, where in ranks:
        db.session.get_one(Person, who.person_id).cadre = rank
        post = Posting(person_id=who.person_id, organisation_id=where.id, since=date(2026, 1, 1))
        db.session.add(post)
    db.session.commit()
    with refuses("Nobody who is above somebody at their station tells about their"):
        tell(bank, 1, replace(telling, teller=zawadi.person))
    account = replace(bank.trainer, person_id=zawadi.person_id)
    with refuses("Nobody who is above somebody at their station tells about their"):
        tell(bank, 1, replace(telling, told_by=Teller.MENTOR), by=account)
    # Who is below, or at another station, is no superior.
    tell(bank, 2, replace(telling, teller=faraja.person))
    db.session.query(Posting).filter_by(person_id=zawadi.person_id).update(
        {"organisation_id": other.id}
    )
    db.session.commit()
    tell(bank, 1, replace(telling, teller=zawadi.person))
    with pytest.raises(WrongEntry):
        tell(bank, 1, replace(telling, teller=faraja.person))


@pytest.mark.any_engine
def test_a_phone_asks_it_months_later_and_the_answer_given_last_is_kept(
    both_engines_app, bank, asked, client
):
    test = bank.test(Moment.FOLLOW_UP, [])
    open_for_phones(bank.held.workshop, test, 30, bank.trainer)
    entry = bank.people()[0].entry
    sent = {"hall": bank.row(test).hall_code, "badge": entry, "language": "en"}
    said = client.post("/t/open", json=sent).get_json()
    assert [one["id"] for one in said["questions"]] == [*asked, test]
    assert said["questions"][0]["text"]["en"].endswith(OBJECTIVES[0])
    now = utc_now()

    def item(question: str, chosen: str, text: str = "", ago: int = 0) -> SentAnswer:
        at = now - timedelta(seconds=ago)
        return SentAnswer(str(uuid4()), question, tuple(chosen), text, at)

    def send(*items: SentAnswer) -> list[AnswerReply]:
        return [reply for _op, reply in receive(test, entry, "d" * 32, now, items)]

    last = item(asked[0], "s")
    assert send(last) == [AnswerReply.KEPT]
    assert send(last, item(asked[0], "n", ago=30)) == [AnswerReply.KEPT] * 2
    assert send(item(test, "", "I ask first")) == [AnswerReply.KEPT]
    assert send(item(asked[0], "z"), item(test, "n"), item(test, "", "x" * 301)) == (
        [AnswerReply.REFUSED] * 3
    )
    assert send(item(asked[1], "n", ago=3600)) == [AnswerReply.LATE]
    assert counts(bank) == {(asked[0], Teller.HERSELF): [0, 0, 1, 0]}
    assert words(bank) == ["I ask first"]
    again = client.post("/t/open", json=sent).get_json()
    assert sorted(again["done"]) == sorted([asked[0], test])
    # Before the workshop and after it nobody is asked.
    before = bank.test()
    assert receive(before, entry, "d" * 32, now, [item(asked[0], "n")])[0][1] is AnswerReply.REFUSED


def test_it_is_typed_in_on_a_page_that_refuses_superiors_and_asks_about_names(
    bank, asked, client_for
):
    desk = client_for(bank.trainer)
    who = bank.people()[0]
    page = f"/workshops/{bank.held.workshop}/practice/{who.entry}"
    assert desk.get(page).status_code == 200
    sent = {"told_by": "above", f"often_{asked[0]}": "s", "text": "Asks before a search"}
    told = desk.post(page, data=sent)
    assert (told.status_code, "Nobody who is above somebody" in told.text) == (422, True)
    named = desk.post(page, data=sent | {"told_by": "peer", "text": "Now lets Achieng go"})
    assert (named.status_code, "There may be a name" in named.text) == (422, True)
    assert "Now lets Achieng go" in named.text
    assert counts(bank) == {}
    # A sentence begins with a name that is on record: asked in the same words.
    make_person("Nekesa Sampuli")
    begun = desk.post(page, data=sent | {"told_by": "peer", "text": "Nekesa is let go"})
    assert (begun.status_code, "There may be a name" in begun.text) == (422, True)
    saved = desk.post(page, data=sent | {"told_by": "peer"})
    assert saved.status_code == 303
    assert counts(bank) == {(asked[0], Teller.PEER): [0, 0, 1, 0]}
    shown = desk.get(f"/workshops/{bank.held.workshop}/practice?group={who.letter}").text
    assert ("Asks before a search" in shown, OBJECTIVES[0] in shown) == (True, True)
    assert OBJECTIVES[0] in desk.get(f"/workshops/{bank.held.workshop}/tests/results").text
    # Somebody is named in it after all.
    ((told, _said),) = written_practice(bank.workshop, bank.trainer)
    delete = f"/workshops/{bank.held.workshop}/practice/words/{told}"
    assert "Asks before a search" in desk.get(delete).text
    assert desk.post(delete).status_code == 303
    assert (words(bank), desk.get(delete).status_code) == ([], 404)
    assert counts(bank) == {(asked[0], Teller.PEER): [0, 0, 1, 0]}


def test_words_about_practice_end_with_the_others_and_counts_stay(bank, asked):
    tell(bank, 0, Telling(Teller.MENTOR, {asked[0]: Often.ONCE}, "Takes reports"))
    assert delete_old_words(utc_now() + retention().span("own_words") + timedelta(hours=1)) == 1
    assert words(bank) == []
    assert counts(bank) == {(asked[0], Teller.MENTOR): [0, 1, 0, 0]}


def test_of_two_who_turn_out_to_be_one_the_practice_of_the_one_kept_stays(bank, asked):
    _baraka, faraja, zawadi = bank.people()
    tell(bank, 1, Telling(Teller.PEER, {asked[0]: Often.ONCE}, "Hers"))
    tell(bank, 2, Telling(Teller.PEER, {asked[0]: Often.NEVER, asked[1]: Often.NEVER}))
    merge_people(faraja.person, zawadi.person, {}, (1, 1), SYSTEM)
    assert counts(bank) == {
        (asked[0], Teller.PEER): [0, 1, 0, 0],
        (asked[1], Teller.PEER): [1, 0, 0, 0],
    }
    assert words(bank) == ["Hers"]


def test_it_is_due_once_the_same_questions_are_asked_and_only_until_somebody_told(
    bank, asked, actor
):
    day = SECOND_DAY + timedelta(days=90)
    bank.test(Moment.FOLLOW_UP)
    (found,) = follow_ups_due(bank.trainer, day, 10)
    assert (found.public_id, found.asked) == (bank.held.workshop, True)
    assert follow_ups_due(actor("trainer"), day, 10) == []
    assert follow_ups_due(bank.trainer, SECOND_DAY + timedelta(days=181), 10) == []
    tell(bank, 0, Telling(Teller.HERSELF, {asked[0]: Often.ONCE}))
    assert follow_ups_due(bank.trainer, day, 10) == []
