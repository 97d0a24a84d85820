"""Pages of the question bank."""

import io
import re
from dataclasses import replace

import pytest

from kash.assessments.moodle_child import read_bank
from kash.assessments.queries import bank_of, question_of
from kash.assessments.services.bank import add_question
from kash.assessments.services.tests import Entered, enter_answers
from kash.platform.database import db
from tests.assessments.conftest import COURT

TYPED = {
    "text_en": "Who may search a woman?",
    "option_0_en": "A woman",
    "option_1_en": "Anybody",
    "text_sw": "Nani anaweza kumpekua mwanamke?",
    "option_0_sw": "Mwanamke",
    "option_1_sw": "Yeyote",
}


@pytest.fixture
def url(bank):
    return f"/courses/{bank.course.public_id}/questions"


def test_a_trainer_writes_a_question_in_two_languages(bank, url, client_for):
    browser = client_for(bank.trainer)
    assert "True or false" in browser.get(f"{url}/add").text
    unmarked = browser.post(f"{url}/add?kind=single", data=TYPED)
    assert unmarked.status_code == 422
    assert "Mark the right choice." in unmarked.text
    assert "Nani anaweza kumpekua mwanamke?" in unmarked.text
    more = browser.post(f"{url}/add?kind=single", data=TYPED | {"more": "1"})
    assert (more.status_code, "option_7_en" in more.text) == (200, True)
    assert "Nani anaweza kumpekua mwanamke?" in more.text
    # Two taps add one.
    key = re.search(r'name="key"[^>]* value="(\w{16})"', more.text)
    assert key is not None
    before = len(bank_of(bank.course))
    for _tap in range(2):
        sent = TYPED | {"right_0": "y", "key": key[1]}
        assert browser.post(f"{url}/add?kind=single", data=sent).location == url
    assert len(bank_of(bank.course)) == before + 1
    made = bank_of(bank.course)[-1].question
    assert (made.text, made.languages, made.right) == (TYPED["text_en"], ("en", "sw"), {"a"})


def test_what_somebody_else_saved_meanwhile_is_not_written_over(bank, url, client_for):
    browser = client_for(bank.trainer)
    page = f"{url}/{bank.questions[1]}"
    first = browser.post(page, data={"row_version": "1", "text_en": "Other words.", "right": "f"})
    assert first.location == url
    second = browser.post(page, data={"row_version": "1", "text_en": "My words.", "right": "f"})
    assert second.status_code == 409
    assert "My words." in second.text
    assert "Other words." in second.text
    assert question_of(bank.course, bank.questions[1]).question.text == "Other words."


def test_a_page_of_an_answered_question_says_that_a_new_wording_follows(bank, url, client_for):
    test = bank.test()
    answer = Entered(bank.people()[0].person, bank.asked(test)[0], ("a",))
    enter_answers(bank.held.workshop, test, [answer], "paper", bank.trainer)
    browser = client_for(bank.trainer)
    page = browser.get(f"{url}/{bank.questions[0]}").text
    assert "Somebody answered this wording" in page
    assert "Too few answers to say anything" in page
    sent = {"row_version": "1", "right_0": "y", "text_en": "When?", "option_0_en": "24 h"}
    browser.post(f"{url}/{bank.questions[0]}", data=sent | {"option_1_en": "A week"})
    wordings = browser.get(f"{url}/{bank.questions[0]}/wordings").text
    assert ("When?" in wordings, COURT.text in wordings) == (True, True)


def test_a_bank_leaves_as_files_and_comes_in_from_one(bank, url, client_for):
    browser = client_for(bank.trainer)
    file = browser.get(f"{url}.xml").data
    assert read_bank(file, "en").questions[0].text == COURT.text
    assert browser.get(f"{url}.zip").data[:2] == b"PK"
    again = browser.post(
        f"{url}/bring", data={"file": (io.BytesIO(file), "q.xml")}, follow_redirects=True
    )
    assert "New questions: 0. The same as here: 4. Changed: 0." in again.text
    cut = browser.post(
        f"{url}/bring", data={"file": (io.BytesIO(file[:200]), "q.xml")}, follow_redirects=True
    )
    assert "It is cut short, or no Moodle XML." in cut.text
    nothing = browser.post(f"{url}/bring", data={}, follow_redirects=True)
    assert "Choose a file first." in nothing.text


def test_a_bank_of_many_questions_asks_no_more_than_one_of_few(
    bank, url, client_for, count_queries
):
    browser = client_for(bank.trainer)
    browser.get(url)
    with count_queries() as few:
        browser.get(url)
    for at in range(5):
        add_question(bank.course.public_id, replace(COURT, texts={"en": f"{at}?"}), bank.trainer)
    db.session.rollback()
    with count_queries() as many:
        browser.get(url)
    assert many.count == few.count
