"""A session is written in a browser, and pages of versions are usable by everyone."""

import pytest
from playwright.sync_api import expect

from kash.policy import SYSTEM
from kash.training.queries import version_with_plans
from kash.training.rules.courses import SessionText
from kash.training.services.course_files import start_version, translate
from kash.training.services.courses import propose, publish, write_session
from tests.training.conftest import ANOTHER, Draft, draft  # noqa: F401

from .looking import DESK, findings
from .test_door import Site, site  # noqa: F401

pytestmark = pytest.mark.browser


def test_steps_are_written_in_place_and_their_minutes_add_up(
    site,  # noqa: F811
    draft,  # noqa: F811
    browser,
    actor,
):
    page = site.page(browser, actor("trainer"), viewport=DESK)
    plan = draft.plans[1]
    page.goto(f"{site.address}/courses/versions/{draft.version}/plans/{plan}/edit")
    page.evaluate("window.still = true")
    steps = page.locator("#rows-step")
    sum_ = steps.locator("[data-sum]")
    page.get_by_label("Why this session").fill("Typed before")
    expect(sum_).to_have_text("0 of 90 min. They are not the same.")
    steps.get_by_label("How many minutes").fill("60")
    expect(sum_).to_have_text("60 of 90 min. They are not the same.")
    steps.get_by_role("button", name="Add a step").click()
    expect(steps.get_by_role("heading", level=3)).to_have_text(["Step 1", "Step 2"])
    added = steps.get_by_label("How many minutes").nth(1)
    expect(added).to_be_focused()
    page.keyboard.type("30")
    expect(sum_).to_have_text("90 of 90 min")
    steps.get_by_label("What to do").nth(1).fill("First of all")
    steps.get_by_role("button", name="Move up: Step 2").click()
    expect(steps.get_by_label("What to do").first).to_have_value("First of all")
    expect(page.get_by_label("Why this session")).to_have_value("Typed before")
    page.get_by_role("button", name="Add an objective").click()
    page.locator("#rows-objective").get_by_role("button", name="Remove: Objective 2").click()
    # The page was never loaded anew: what was typed elsewhere stayed where it was.
    assert page.evaluate("window.still")
    page.locator(".dock").get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    saved = draft.now().modules[0].plans[1]
    assert saved.why == "Typed before"
    assert [(row.minutes, row.to_do) for row in saved.of("step")] == [
        (30, "First of all"),
        (60, "In pairs"),
    ]
    assert [row.text for row in saved.of("objective")] == ["Repeats what she heard"]
    page.context.close()


def test_pages_of_versions_are_usable_by_everyone(
    site,  # noqa: F811
    draft,  # noqa: F811
    browser,
    actor,
):
    propose(draft.version, SYSTEM)
    publish(draft.version, ANOTHER)
    newer = start_version(draft.course, "en", SYSTEM)
    plan = version_with_plans(newer).modules[0].plans[1]
    write_session(newer, plan.public_id, SessionText({"why": "Said"}), 1, by=SYSTEM)
    made = translate(draft.version, "sw", SYSTEM)
    beside = version_with_plans(made).modules[0].plans[1].public_id
    versions = "/courses/versions"
    page = site.page(browser, actor("trainer"), viewport=DESK)
    found: list[str] = []
    for path in (
        "/courses",
        f"{versions}/{newer}/plans/{plan.public_id}",
        f"{versions}/{newer}/plans/{plan.public_id}/edit",
        f"{versions}/{newer}/compare",
        f"{versions}/{made}/translation",
        f"{versions}/{made}/plans/{beside}/translation",
    ):
        page.goto(f"{site.address}{path}")
        found += findings(page, path)
    assert found == []
    page.context.close()
