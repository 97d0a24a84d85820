"""The tab "Tests" of a workshop."""

import io
import re

import pytest

from kash.assessments.queries import hands_of, listed_scores, sittings, workshop_tests
from kash.assessments.rules.results import Moment
from kash.assessments.services.bank import WrongEntry
from kash.assessments.services.tests import Entered, enter_answers, enter_scores, open_for_phones
from kash.platform.database import utc_now
from tests.assessments.conftest import COURT


@pytest.fixture
def url(bank):
    return f"/workshops/{bank.held.workshop}/tests"


@pytest.fixture
def desk(bank, client_for):
    return client_for(bank.trainer)


def test_a_test_is_made_opened_shown_on_the_wall_and_closed(bank, url, desk):
    assert COURT.text in desk.get(f"{url}/make/before").text
    nothing = desk.post(f"{url}/make/before", data={})
    assert (nothing.status_code, "Choose at least one question." in nothing.text) == (422, True)
    made = desk.post(f"{url}/make/before", data={"questions": bank.questions[:2]})
    page = made.location
    (row,) = workshop_tests(bank.workshop)
    assert (row.moment, row.questions) == (Moment.BEFORE, 2)
    wrong = desk.post(f"{page}/open", data={"minutes": "1"})
    assert (wrong.status_code, "Use a number from 5 to 44640." in wrong.text) == (422, True)
    assert "The test is not open now." in desk.get(f"{page}/wall").text
    desk.post(f"{page}/open", data={"minutes": "30"})
    code = bank.row(row.public_id).hall_code or ""
    wall = desk.get(f"{page}/wall").text
    assert f"{code[:3]}-{code[3:]}" in wall
    assert all(one.name not in wall for one in bank.people())
    assert "Closed." in desk.post(f"{page}/close", follow_redirects=True).text


def test_a_grid_of_letters_takes_answers_of_one_group_and_changes_only_what_was_typed(
    bank, url, desk
):
    test = bank.test()
    asked = bank.asked(test)
    people = {one.letter: one for one in bank.people()}
    page = desk.get(f"{url}/{test}/grid?group=A").text
    assert (people["A"].name in page, people["B"].name in page) == (True, False)
    cell = f"{people['A'].person}-{asked[0]}"
    sent = {"group": "A", "source": "paper", cell: "x", f"was-{cell}": ""}
    wrong = desk.post(f"{url}/{test}/grid", data=sent)
    assert (wrong.status_code, "x is no choice here." in wrong.text) == (422, True)
    desk.post(f"{url}/{test}/grid", data=sent | {cell: "a", f"{cell[:17]}{asked[1]}": "b"})
    scores = sittings(bank.workshop)[Moment.BEFORE].whole_scores()
    assert scores == {people["A"].person_id: 100.0}
    # A page that was open meanwhile, and says nothing new, undoes nothing.
    stale = desk.post(f"{url}/{test}/grid", data=sent | {cell: ""}, follow_redirects=True)
    assert "Answers saved: 0." in stale.text
    assert sittings(bank.workshop)[Moment.BEFORE].whole_scores() == scores


def test_hands_are_typed_question_by_question(bank, url, desk):
    test = bank.test()
    asked = bank.asked(test)
    page = f"{url}/{test}/aloud/{asked[0]}"
    assert COURT.text in desk.get(page).text
    wrong = desk.post(page, data={"hands-a": "many"})
    assert (wrong.status_code, "Use a number from 0 to 500." in wrong.text) == (422, True)
    following = desk.post(page, data={"hands-a": "12", "hands-?": "3"})
    assert following.location == f"{url}/{test}/aloud/{asked[1]}"
    assert list(hands_of(bank.row(test)).values()) == [{"a": 12, "?": 3}]
    assert "24 hours" in desk.get(f"{url}/results").text
    assert desk.get(f"{url}/{test}/aloud/{asked[3]}").status_code == 404


def test_scores_are_typed_or_pasted_and_nothing_is_lost_where_one_is_wrong(bank, url, desk):
    test = bank.test(questions=[])
    baraka, faraja, zawadi = bank.people()
    page = f"{url}/{test}/scores"
    sent = {
        "group": "B",
        f"score-{faraja.person}": "105",
        "pasted": f"{baraka.entry.upper()} 60\nNobody 30",
    }
    wrong = desk.post(page, data=sent)
    assert wrong.status_code == 422
    assert "A score is a number from 0 to 100." in wrong.text
    assert "Row 2: nobody of this workshop has this name or badge." in wrong.text
    assert ('value="105"' in wrong.text, "Nobody 30" in wrong.text) == (True, True)
    assert listed_scores(bank.row(test)) == {}
    right = {
        f"score-{faraja.person}": "87.5",
        "pasted": f"{baraka.entry.upper()} 60\n{zawadi.name}, 70",
    }
    desk.post(page, data=sent | right)
    assert listed_scores(bank.row(test)) == {
        baraka.person_id: 600,
        faraja.person_id: 875,
        zawadi.person_id: 700,
    }


def test_pasted_rows_replace_no_score_before_somebody_chose(bank, url, desk):
    test = bank.test(questions=[])
    baraka, faraja, zawadi = bank.people()
    page = f"{url}/{test}/scores"
    there = {baraka.person: 600, faraja.person: 700}
    enter_scores(bank.held.workshop, test, there, bank.trainer)
    sent = {"group": "B", "pasted": f"{baraka.name} 65\n{faraja.name} 70\n{zawadi.name} 80"}

    def kept() -> list[int | None]:
        found = listed_scores(bank.row(test))
        return [found.get(one.person_id) for one in (baraka, faraja, zawadi)]

    asked = desk.post(page, data=sent)
    assert asked.status_code == 422
    assert re.findall(r'data-label="[^"]+">([0-9.]+)</td>', asked.text) == ["60", "65"]
    code = re.search(r'name="clashes" value="(\w{16})"', asked.text)
    assert code is not None
    assert kept() == [600, 700, None]
    # Another score by now: what was decided was about another one.
    enter_scores(bank.held.workshop, test, {baraka.person: 610}, bank.trainer)
    decided = sent | {"clashes": code[1], "replace": "yes"}
    again = desk.post(page, data=decided)
    assert (again.status_code, kept()) == (422, [610, 700, None])
    enter_scores(bank.held.workshop, test, {baraka.person: 600}, bank.trainer)
    desk.post(page, data=decided | {"replace": "no"})
    assert kept() == [600, 700, 800]
    desk.post(page, data=decided)
    assert kept() == [650, 700, 800]


def test_a_score_that_changed_between_looking_and_saving_is_not_overwritten(bank):
    test = bank.test(questions=[])
    baraka, *_others = bank.people()
    enter_scores(bank.held.workshop, test, {baraka.person: 600}, bank.trainer)
    with pytest.raises(WrongEntry):
        enter_scores(
            bank.held.workshop,
            test,
            {baraka.person: 500},
            bank.trainer,
            shown={baraka.person: None},
        )
    assert list(listed_scores(bank.row(test)).values()) == [600]


def test_a_page_of_scores_that_was_open_meanwhile_undoes_nothing_unasked(bank, url, desk):
    test = bank.test(questions=[])
    _baraka, faraja, zawadi = bank.people()
    page = f"{url}/{test}/scores"
    by_another = {faraja.person: 700, zawadi.person: 500}
    enter_scores(bank.held.workshop, test, by_another, bank.trainer)
    stale = {
        "group": "B",
        f"score-{faraja.person}": "40",
        f"was-{faraja.person}": "",
        f"score-{zawadi.person}": "",
        f"was-{zawadi.person}": "",
    }
    told = desk.post(page, data=stale)
    assert (told.status_code, "it is 70 now." in told.text) == (422, True)
    kept = {faraja.person_id: 700, zawadi.person_id: 500}
    assert listed_scores(bank.row(test)) == kept
    desk.post(page, data=stale | {f"was-{faraja.person}": "70"})
    assert listed_scores(bank.row(test)) == kept | {faraja.person_id: 400}


def test_own_words_are_not_read_while_it_shows_who_wrote_them_just_now(bank, url, desk):
    test = bank.test()
    workshop, (*_others, written) = bank.held.workshop, bank.asked(test)
    open_for_phones(workshop, test, 30, bank.trainer)
    words = [Entered(bank.people()[0].person, written, (), "My aunt in Nyalenda")]
    enter_answers(workshop, test, words, "paper", bank.trainer)
    assert "Nyalenda" not in desk.get(f"{url}/{test}").text
    # One tap closes nothing: it is asked first.
    assert "Close this test?" in desk.get(f"{url}/{test}/close").text
    closes_at = bank.row(test).closes_at
    assert closes_at is not None
    assert closes_at > utc_now()
    desk.post(f"{url}/{test}/close")
    assert "Nyalenda" in desk.get(f"{url}/{test}").text


def test_photos_beyond_the_most_are_told_and_not_dropped_in_silence(bank, url, desk):
    page, told = f"{url}/{bank.test()}/sheets", "Only the first 20 were read."
    read = [
        desk.post(page, data={"photos": files}).text
        for files in (
            [(io.BytesIO(b"no photo"), f"{at}.jpg") for at in range(many)] for many in (20, 21)
        )
    ]
    assert [told in text for text in read] == [False, True]


def test_results_tell_the_gain_by_objective_without_a_name(bank, url, desk):
    people = bank.people()
    for moment, choice, scale in ((Moment.BEFORE, "b", "2"), (Moment.AFTER, "a", "4")):
        test = bank.test(moment)
        asked = bank.asked(test)
        entered = [
            Entered(one.person, question, (chosen,))
            for one in (people if moment is Moment.BEFORE else people[:2])
            for question, chosen in zip(asked, (choice, "f", scale), strict=False)
        ]
        enter_answers(bank.held.workshop, test, entered, "paper", bank.trainer)
    page = desk.get(f"{url}/results").text
    assert "100 %" in page
    assert "Answered only before: 1, with a mean score of 50." in page
    assert "+2.0" in page
    assert all(one.name not in page for one in people)
    assert "Answered both: 2. Mean score before 50, after 100." in desk.get(url).text


def test_names_in_the_list_of_a_test_are_of_one_group(bank, url, desk):
    page = desk.get(f"{url}/{bank.test()}?group=B").text
    assert [one.name in page for one in bank.people()] == [False, True, True]


def test_another_trainer_sees_no_test_of_this_workshop(bank, url, sign_in):
    test = bank.test()
    stranger = sign_in("trainer")
    assert [stranger.get(one).status_code for one in (url, f"{url}/{test}", f"{url}/results")] == [
        403, 403, 403,
    ]  # fmt: skip
    reads = sign_in("monitoring")
    assert reads.get(f"{url}/{test}").status_code == 200
    assert reads.post(f"{url}/{test}/close").status_code == 403


def test_a_test_of_many_people_asks_as_often_as_one_of_few(bank, url, desk, count_queries):
    test = bank.test()
    asked = bank.asked(test)
    people = [one.person for one in bank.people()]

    def queries(count: int) -> int:
        entered = [Entered(one, asked[0], ("a",)) for one in people[:count]]
        enter_answers(bank.held.workshop, test, entered, "paper", bank.trainer)
        desk.get(f"{url}/{test}?group=B")
        with count_queries() as counted:
            desk.get(f"{url}/{test}?group=B")
        return int(counted.count)

    assert queries(1) == queries(3)
