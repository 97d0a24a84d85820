"""The sheet on a phone: the network goes at the worst moments, and no answer is lost or doubled."""

import pytest
from playwright.sync_api import Page, Route, expect

from kash.assessments.evaluations.models import EvaluationBox
from kash.platform.database import db
from tests.assessments.evaluations.conftest import Evaluated, evaluated, make_open  # noqa: F401
from tests.workshops.conftest import plan  # noqa: F401

from .looking import PHONE, findings
from .phones import Site
from .waiting import wait_until

pytestmark = pytest.mark.browser
FELT = "Start later, please"


@pytest.fixture
def evaluation_site(app, evaluated):  # noqa: F811
    db.session.rollback()
    site = Site(app)
    yield site
    site.die()


@pytest.fixture
def phone(browser):
    context = browser.new_context(viewport=PHONE)
    context.set_default_timeout(30_000)
    yield context
    context.close()


def taken() -> int:
    db.session.rollback()
    return db.session.query(EvaluationBox).one().taken


def stored(page: Page) -> str:
    return str(page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])"))


def test_no_answer_is_lost_or_doubled_however_the_network_goes(
    evaluation_site,
    evaluated,  # noqa: F811
    phone,
):
    page, said = phone.new_page(), evaluated.code
    page.goto(f"{evaluation_site.address}/e")
    page.get_by_label("The code on the wall").fill(f"{said[:3]}-{said[3:]}".lower())
    page.get_by_role("button", name="Go on").click()
    found = findings(page, "the sheet")
    page.set_viewport_size(PHONE)
    page.locator("[name=q0][value='4']").check()
    page.locator("textarea").fill(FELT)
    wait_until(page, "() => Object.keys(sessionStorage).some((key) => key.startsWith('sheet:'))")
    # What lies on the phone's disk reads nobody.
    assert FELT.split(",")[0] not in stored(page)
    page.reload()
    expect(page.locator("textarea")).to_have_value(FELT)
    expect(page.locator("[name=q0][value='4']")).to_be_checked()

    phone.set_offline(True)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("There is no network.")).to_be_visible()
    expect(page.locator("textarea")).to_have_value(FELT)
    assert taken() == 0

    # Back again, the server takes it, and its answer is lost on the way.
    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/e", lose, times=1)
    phone.set_offline(False)
    expect(page.get_by_role("heading", name="Sent. Thank you.")).to_be_visible(timeout=20_000)
    assert taken() == 1
    assert stored(page) == "[{},{}]"
    found += findings(page, "thanks")
    page.set_viewport_size(PHONE)

    # Somebody else on the same phone has a sheet of her own.
    page.get_by_role("link", name="Somebody else answers on this phone").click()
    expect(page.locator("textarea")).to_have_value("")
    page.locator("[name=q0][value='1']").check()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Sent. Thank you.")).to_be_visible()
    assert taken() == 2
    assert found == []


def test_a_form_that_closed_meanwhile_says_so_and_keeps_what_was_typed(
    evaluation_site,
    evaluated,  # noqa: F811
    phone,
):
    page = phone.new_page()
    page.goto(f"{evaluation_site.address}/e?code={evaluated.code}")
    page.locator("textarea").fill(FELT)
    evaluated.close()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("This form takes no answers")).to_be_visible()
    expect(page.locator("textarea")).to_have_value(FELT)
