"""A test on two phones without an account, with the network cut at every step: every answer is
there in the end, and none twice."""

import threading
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from werkzeug.serving import make_server

from kash.assessments.models import GivenAnswer
from kash.assessments.queries import sittings, standing_answers
from kash.assessments.rules.results import Moment
from kash.assessments.services.tests import Entered, close_now, enter_answers, open_for_phones
from kash.attendance.models import RosterEntry
from kash.attendance.rules.registers import badge_shown
from kash.platform.database import db, utc_now
from tests.assessments.conftest import Bank, bank  # noqa: F401 - fixtures
from tests.workshops.conftest import held, plan  # noqa: F401 - fixtures

from .looking import PHONE, findings
from .phones import Answering

pytestmark = pytest.mark.browser


@pytest.fixture
def address(app):
    answering = Answering(app)
    server = make_server("localhost", 0, answering, threaded=True)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    serving.join()
    server.server_close()
    answering.rest()


def _phone(browser: Browser) -> Page:
    page = browser.new_context(viewport=PHONE, locale="en-GB").new_page()
    page.set_default_timeout(30_000)
    return page


def _standing(page: Page, tone: str) -> None:
    expect(page.locator(f"[data-standing={tone}]:not(:empty)")).to_be_visible()


def _begin(page: Page, badge: str) -> None:
    page.get_by_label("Code of your badge").fill(badge)
    page.get_by_role("button", name="Begin").click()


def test_no_answer_is_lost_or_doubled_between_two_phones_and_a_broken_network(
    browser,
    bank,  # noqa: F811 - the fixture
    address,
):
    test = bank.test(questions=bank.questions[:3])
    open_for_phones(bank.held.workshop, test, 30, bank.trainer)
    code, who = bank.row(test).hall_code, bank.people()[0]
    first = _phone(browser)
    first.goto(f"{address}/t/#{code}")
    assert "#" not in first.url
    first.evaluate("navigator.serviceWorker.ready")
    # Cut before it begins: what was typed stays.
    first.context.set_offline(True)
    _begin(first, badge_shown(who.entry))
    expect(first.get_by_role("alert")).to_contain_text("There is no network")
    first.context.set_offline(False)
    first.get_by_role("button", name="Begin").click()
    expect(first.get_by_role("heading")).to_have_text("How soon before a court?")
    # Cut while answering, and loaded again without a network.
    first.context.set_offline(True)
    first.get_by_label("24 hours").check()
    _standing(first, "waits")
    assert findings(first, "a question") == []
    first.reload()
    expect(first.get_by_label("24 hours")).to_be_checked()
    _standing(first, "waits")
    first.context.set_offline(False)
    _standing(first, "sent")
    # Cut on the way back: the server has it, and the phone does not know.
    heard: list[int] = []

    def lose(route: Route) -> None:
        heard.append(route.fetch().status)
        route.abort()

    first.route("**/t/answers", lose, times=1)
    first.get_by_role("button", name="Next").click()
    first.get_by_label("False").check()
    _standing(first, "sent")
    assert heard == [200]
    # Another phone with the same badge: told what was answered, not how, it says something else.
    second = _phone(browser)
    second.goto(f"{address}/t/#{code}")
    # The way out is said in her language too.
    second.get_by_role("button", name="Kiswahili").click()
    expect(second.locator("[data-leave]")).to_have_text("Ondoka")
    second.get_by_role("button", name="English").click()
    _begin(second, badge_shown(who.entry))
    expect(second.get_by_label("24 hours")).not_to_be_checked()
    second.get_by_label("A week").check()
    _standing(second, "sent")
    # Cut until after it closed: what was given in time counts.
    first.context.set_offline(True)
    first.get_by_role("button", name="Next").click()
    first.get_by_label("Mostly").check()
    _standing(first, "waits")
    close_now(bank.held.workshop, test, bank.trainer)
    first.context.set_offline(False)
    expect(first.get_by_role("heading")).to_have_text("The test is closed")
    expect(first.locator("main")).to_contain_text("Nothing of it is left on this phone.")
    kept = first.evaluate("localStorage.sitting")
    assert ("court" in kept, '"queue":[]' in kept) == (False, True)

    assert db.session.query(GivenAnswer).count() == 4
    row = bank.row(test)
    given = standing_answers([row.id])[row.id][who.person_id]
    assert [given[one.revision_id] for one in row.questions] == [{"b"}, {"f"}, {"4"}]
    # As if it had been written on paper.
    paper = [
        Entered(bank.people()[1].person, asked, (chosen,))
        for asked, chosen in zip(bank.asked(test), ("b", "f", "4"), strict=True)
    ]
    enter_answers(bank.held.workshop, test, paper, "paper", bank.trainer)
    assert set(sittings(bank.workshop)[Moment.BEFORE].whole_scores().values()) == {50.0}


def test_whoever_was_taken_off_the_register_holds_up_nobody_behind_her_on_a_shared_phone(
    browser,
    bank,  # noqa: F811 - the fixture
    address,
):
    test = bank.test(questions=bank.questions[:1])
    open_for_phones(bank.held.workshop, test, 30, bank.trainer)
    first, second = bank.people()[:2]
    page = _phone(browser)
    page.goto(f"{address}/t/#{bank.row(test).hall_code}")

    def answer(badge: str, choice: str) -> None:
        _begin(page, badge)
        page.get_by_label(choice).check()

    def on_register(entry: str, *, stands: bool) -> None:
        db.session.rollback()
        db.session.query(RosterEntry).filter_by(public_id=entry).update(
            {RosterEntry.removed_at: None if stands else utc_now()}
        )
        db.session.commit()

    page.route("**/t/answers", lambda route: route.abort())
    answer(badge_shown(first.entry), "24 hours")
    _standing(page, "waits")
    page.get_by_role("button", name="Finish").click()
    page.get_by_role("button", name="Somebody else").click()
    on_register(first.entry, stands=False)
    answer(badge_shown(second.entry), "A week")
    page.unroute("**/t/answers")
    page.evaluate("dispatchEvent(new Event('online'))")
    _standing(page, "sent")
    page.get_by_role("button", name="Finish").click()
    expect(page.locator("main")).to_contain_text("Answered: 1 of 1.")
    # Nothing that the server has lies here for the next who holds the phone; what it refused does.
    kept = page.evaluate("JSON.parse(localStorage.sitting)")
    assert not {"answers", "questions", "ticket", "entry", "done"} & set(kept)
    assert [one["item"]["chosen"] for one in kept["aside"]] == [["a"]]
    page.get_by_role("button", name="Somebody else").click()
    on_register(first.entry, stands=True)
    _begin(page, badge_shown(first.entry))
    _standing(page, "sent")
    row = bank.row(test)
    given = standing_answers([row.id])[row.id]
    asked = row.questions[0].revision_id
    assert [given[one.person_id][asked] for one in (first, second)] == [{"a"}, {"b"}]
    # What is refused is told to whom it is of, also once it closed, as long as it would count.
    on_register(first.entry, stands=False)
    page.get_by_label("A month").check()
    _standing(page, "refused")
    page.clock.set_fixed_time(utc_now() + timedelta(hours=1))
    page.reload()
    expect(page.get_by_role("heading")).to_have_text("The test is closed")
    _standing(page, "refused")
    expect(page.locator("main")).not_to_contain_text("null")
    # Then nothing of her is left, the next time it is opened.
    page.clock.set_fixed_time(utc_now() + timedelta(days=3))
    page.reload()
    expect(page.locator("main .wrong")).to_contain_text("could not be taken: 1.")
    expect(page.locator("main")).to_contain_text("Nothing of it is left on this phone.")
    assert set(page.evaluate("JSON.parse(localStorage.sitting)")) <= {"queue", "aside", "device"}
