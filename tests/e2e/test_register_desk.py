"""The grid saves by itself, its heads stay, and no docked bar hides anything on a phone."""

import pytest
from playwright.sync_api import Frame, Locator, Page, Route, expect

from kash.attendance.forms import one_operation
from kash.attendance.services.marking import apply_marks
from kash.certificates.services.issuing import confirm_names
from kash.people.models import Person
from kash.platform.database import db, utc_now
from kash.workshops.queries.plan import session_of
from kash.workshops.services.people import enrol
from tests.workshops.conftest import Held, held, make_person, plan  # noqa: F401
from tests.workshops.test_views import entries, marks, sessions

from .looking import DESK, PHONE, covered
from .test_door import Site, site  # noqa: F401
from .waiting import wait_until

pytestmark = pytest.mark.browser
NO_NETWORK = "There is no network at the moment. It is tried again by itself."


def grid(site: Site, held: Held) -> str:  # noqa: F811
    return f"{site.address}/workshops/{held.workshop}/attendance?group=B"


def make_mark(held: Held, name: str, mark: str, version: int) -> None:  # noqa: F811
    """Mark somebody in the first session, as a colleague does on another page."""
    slot = session_of(held.row, sessions(held)[0]).slot.public_id
    made = one_operation("another", slot, entries(held)[name], mark, version, utc_now())
    apply_marks(held.row.register.public_id, [made], held.trainer)


def first_mark(page: Page, held: Held, name: str) -> str:  # noqa: F811
    return f'tr[data-who="{name}"] select.mark >> nth=0'


def test_a_mark_in_the_grid_is_not_lost_by_following_a_link_or_without_a_network(
    site,  # noqa: F811
    held,  # noqa: F811
    browser,
):
    page = site.page(browser, held.trainer, viewport=DESK)
    asked: list[str] = []

    def answered(dialog: object) -> None:
        asked.append(dialog.type)  # type: ignore[attr-defined]
        dialog.dismiss()  # type: ignore[attr-defined]

    page.on("dialog", answered)
    page.goto(grid(site, held))
    told = page.locator("[data-told]")
    expect(told).to_have_text("What you change is saved by itself.")
    # A network that comes back while nothing waits shuts no way.
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(told).to_have_text("Saved.")
    # Before it was even sent.
    page.select_option(first_mark(page, held, "Zawadi Sampuli"), "late")
    page.locator(".tabs a").first.click()
    page.wait_for_url(f"**/workshops/{held.workshop}")
    assert marks(held) == [("late", 1)]

    page.goto(grid(site, held))
    expect(told).to_have_text("What you change is saved by itself.")
    page.context.set_offline(True)
    page.select_option(first_mark(page, held, "Faraja Sampuli"), "absent")
    expect(told).to_have_text(f"Not saved: 1. {NO_NETWORK}")
    assert asked == []
    with page.expect_event("dialog"):
        page.locator(".tabs a").first.click(no_wait_after=True)
    assert asked == ["beforeunload"]
    # Nor does the button throw away what it can't send, which it tries.
    with page.expect_event("requestfailed", lambda request: request.method == "POST"):
        page.get_by_role("button", name="Save the marks").click()
    expect(told).to_have_text(f"Not saved: 1. {NO_NETWORK}")
    expect(page.locator(first_mark(page, held, "Faraja Sampuli"))).to_have_value("absent")
    page.context.set_offline(False)
    expect(told).to_have_text("Saved.")
    assert marks(held) == [("absent", 1), ("late", 1)]

    # Whoever leaves at once is asked nothing.
    page.select_option(first_mark(page, held, "Faraja Sampuli"), "excused")
    page.locator("[data-leave]").click()
    page.wait_for_url(lambda address: "attendance" not in address)
    assert asked == ["beforeunload"]
    page.context.close()


def test_a_browser_that_is_wrong_about_its_network_keeps_nobody_from_saving(
    site,  # noqa: F811
    held,  # noqa: F811
    browser,
):
    """Some say that there is no network wherever they know of none that they made themselves."""
    page = site.page(browser, held.trainer, viewport=DESK)
    page.add_init_script(
        "Object.defineProperty(Navigator.prototype, 'onLine', { get: () => false });"
    )
    page.goto(grid(site, held))
    told = page.locator("[data-told]")
    button = page.get_by_role("button", name="Save the marks")
    expect(told).to_have_text("What you change is saved by itself.")
    page.context.set_offline(True)
    button.click()
    expect(told).to_have_text("There is no network at the moment. Nothing was sent.")
    page.context.set_offline(False)
    page.select_option(first_mark(page, held, "Zawadi Sampuli"), "late")
    with page.expect_navigation():
        button.click()
    assert marks(held) == [("late", 1)]
    expect(told).to_have_text("What you change is saved by itself.")
    with page.expect_navigation():
        button.click()
    page.context.close()


def test_a_network_that_answers_nothing_holds_nobody_on_the_page_without_a_word(
    site,  # noqa: F811
    held,  # noqa: F811
    browser,
):
    page = site.page(browser, held.trainer, viewport=DESK)
    page.add_init_script(
        "const whole = AbortSignal.timeout.bind(AbortSignal);"
        "AbortSignal.timeout = (wait) => whole(wait / 100);"
    )
    page.goto(grid(site, held))
    expect(page.locator("[data-told]")).to_have_text("What you change is saved by itself.")
    page.route(
        "**/attendance", lambda route: None if route.request.method == "POST" else route.continue_()
    )
    page.select_option(first_mark(page, held, "Zawadi Sampuli"), "late")
    with page.expect_event("dialog") as asking:
        page.locator(".tabs a").first.click(no_wait_after=True)
    assert asking.value.type == "beforeunload"
    asking.value.dismiss()
    page.context.close()


def test_a_key_hit_in_a_confirmed_name_takes_nothing_back_until_the_field_is_left(
    site,  # noqa: F811
    held,  # noqa: F811
    browser,
):
    person = db.session.query(Person).filter_by(chosen_name="Zawadi Sampuli").one().public_id
    confirm_names(held.row, {person: "Zawadi Sampuli"}, held.trainer)
    page = site.page(browser, held.trainer, viewport=DESK)
    page.clock.install()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    page.goto(f"{site.address}/workshops/{held.workshop}/certificates/names?group=B")
    told, field = page.locator("[data-told]"), page.locator(f"#name-{person}")
    expect(told).to_have_text("What you change is saved by itself.")
    field.press("End")
    field.press("x")
    expect(page.locator(f"[name=confirmed-{person}]")).not_to_be_checked()
    page.clock.run_for(60_000)
    assert "POST" not in sent
    field.press("Tab")
    page.clock.run_for(1_000)
    expect(told).to_have_text("Saved.")
    assert sent.count("POST") == 1
    page.context.close()


def test_the_heads_of_the_grid_stay_and_saving_is_in_reach(
    site,  # noqa: F811
    held,  # noqa: F811
    browser,
):
    for number in range(14):
        enrol(held.workshop, make_person(f"Mtu {number:02}"), held.trainer)
    page = site.page(browser, held.trainer, viewport={"width": 600, "height": 500})
    page.goto(grid(site, held))
    places = page.evaluate(
        """() => {
          const frame = document.querySelector(".heads-stay");
          frame.scrollIntoView({ block: "center" });
          const at = () => ["thead tr:last-child th", "tbody tr:last-child th"].map(one => {
            const {left, top} = frame.querySelector(one).getBoundingClientRect();
            return [Math.round(left), Math.round(top)];
          });
          frame.scrollTo({ top: 0, left: 0 });
          const [head, name] = at();
          frame.scrollTo({ top: 9999, left: 40 });
          const [headAfter, nameAfter] = at();
          return { scrolled: frame.scrollTop > 50,
            head: head[1] === headAfter[1], name: name[0] === nameAfter[0] };
        }"""
    )
    assert places == {"scrolled": True, "head": True, "name": True}
    button = page.get_by_role("button", name="Save the marks").bounding_box()
    assert button is not None
    assert button["y"] + button["height"] <= 500
    page.context.close()


def test_a_register_is_searched_and_filtered_and_loses_no_tap_without_a_network(
    site,  # noqa: F811
    held,  # noqa: F811
    browser,
):
    page = site.page(browser, held.trainer)
    session = sessions(held)[0]
    page.goto(f"{site.address}/workshops/{held.workshop}/attendance/{session}?group=B")
    people = page.locator(".person:visible")
    show, find = page.get_by_label("Show"), page.get_by_placeholder("Name or code")
    told, waits = page.locator("[data-told]"), page.locator("[data-rest]")
    expect(people).to_have_count(2)
    find.fill("ZAWÁDI")
    expect(people).to_have_count(1)
    find.fill("nobody")
    expect(page.get_by_text("Nobody fits.").first).to_be_visible()
    find.fill("")
    expect(told).to_have_text("What you tap is saved by itself.")
    expect(waits).to_have_text("All present")

    def tap(name: str, mark: str) -> None:
        page.locator(f"label[for={mark}-{entries(held)[name]}]").click()

    def row(name: str) -> Locator:
        return page.locator(f".person[data-who='{name}']")

    # A tap is kept though nobody presses the button.
    tap("Faraja Sampuli", "absent")
    expect(row("Faraja Sampuli")).to_have_attribute("data-saved", "Saved")
    expect(told).to_have_text("What you tapped is saved.")
    expect(waits).to_have_text("Others present: 1")
    assert marks(held) == [("absent", 1)]
    for chosen, count in (("exceptions", 1), ("open", 1), ("", 2)):
        show.select_option(chosen)
        expect(people).to_have_count(count)

    page.context.set_offline(True)
    tap("Faraja Sampuli", "present")
    expect(row("Faraja Sampuli")).to_have_attribute("data-unsaved", "Not saved yet")
    expect(waits).to_have_text("Others present: 1")
    expect(told).to_have_text(f"Not saved: 1. {NO_NETWORK}")
    # The sentence stands there already: that the button was tried is told by what failed to leave.
    with page.expect_event("requestfailed", lambda request: request.method == "POST"):
        page.get_by_role("button", name="Save, then the other group").click()
    expect(told).to_have_text(f"Not saved: 1. {NO_NETWORK}")
    page.context.set_offline(False)
    expect(row("Faraja Sampuli")).to_have_attribute("data-saved", "Saved")
    assert marks(held) == [("present", 2)]

    # A phone closes the page before a tap was sent; meanwhile somebody marks her otherwise.
    closed: list[str] = []

    def gone(frame: Frame) -> None:
        closed.append(frame.url)

    page.route(
        "**/attendance/*",
        lambda route: (
            route.abort() if route.request.method == "POST" and not closed else route.continue_()
        ),
    )
    tap("Faraja Sampuli", "absent")
    tap("Zawadi Sampuli", "absent")
    expect(told).to_have_text(f"Not saved: 2. {NO_NETWORK}")
    make_mark(held, "Faraja Sampuli", "excused", version=2)
    page.on("dialog", lambda dialog: dialog.accept())
    # Nothing of it arrives before the page is closed.
    page.once("framenavigated", gone)
    page.reload()
    expect(row("Zawadi Sampuli")).to_have_attribute("data-saved", "Saved")
    expect(row("Faraja Sampuli").locator(".error")).to_contain_text("You marked absent; ")
    expect(page.locator(f"#excused-{entries(held)['Faraja Sampuli']}")).to_be_checked()
    assert marks(held) == [("absent", 1), ("excused", 3)]
    page.context.close()


def test_no_docked_bar_hides_another_or_the_last_control_on_a_phone(
    site,  # noqa: F811
    held,  # noqa: F811
    browser,
    actor,
):
    at = f"/workshops/{held.workshop}"
    page = site.page(browser, held.trainer, viewport=PHONE)
    for path in (
        "/",
        f"{at}/attendance",
        f"{at}/attendance/{sessions(held)[0]}",
        f"{at}/certificates/names",
        f"{at}/people",
    ):
        page.goto(site.address + path)
        assert covered(page) == [], path
    page.context.close()
    person = db.session.query(Person).filter_by(chosen_name="Zawadi Sampuli").one().id
    for language in ("en", "sw"):
        peer = actor("peer", name=f"Zawadi {language}", person_id=person, language=language)
        page = site.page(browser, peer, viewport=PHONE)
        page.goto(site.address)
        cut = page.locator(".bar > a:visible span, .bar summary span").evaluate_all(
            "all => all.filter(one => one.scrollWidth > one.clientWidth"
            " || one.scrollHeight > one.clientHeight + 1).map(one => one.textContent)"
        )
        assert cut == [], language
        if (more := page.locator(".more summary")).is_visible():
            more.click()
            last = page.locator(".more > div a").last
            last.scroll_into_view_if_needed()
            expect(last).to_be_in_viewport()
        page.context.close()
        person = db.session.query(Person).filter_by(chosen_name="Faraja Sampuli").one().id


def test_ticks_are_not_lost_by_following_a_name(
    site,  # noqa: F811
    held,  # noqa: F811
    browser,
):
    """The name beside a box leads on, and a page of eighty ticks went with it."""
    page = site.page(browser, held.trainer, viewport=PHONE)
    asked: list[str] = []

    def answered(dialog: object) -> None:
        asked.append(dialog.type)  # type: ignore[attr-defined]
        dialog.dismiss()  # type: ignore[attr-defined]

    page.on("dialog", answered)
    people = page.request.get(f"{site.address}/workshops/{held.workshop}/people?group=B").text()
    keys = [row.public_id for row in db.session.query(Person) if row.public_id in people]
    db.session.rollback()
    page.goto(f"{site.address}/workshops/{held.workshop}/people?group=B")
    page.locator("main [name=everybody]").check()
    page.get_by_role("button", name="Note signed forms").click()
    link = page.locator(f'main a[href="/people/{keys[0]}"]').first
    box = page.locator(f'main input[name="chosen"][value="{keys[0]}"]')
    before = box.is_checked()
    height = link.bounding_box()
    assert height is not None
    assert height["height"] >= 44
    # Beside the box, a touch of the name changes no tick; the box has a place as high as a thumb.
    page.locator(f'label.tick:has(input[value="{keys[0]}"])').click()
    assert box.is_checked() is not before
    expect(page.locator("form[data-unsent][data-ready]")).to_have_count(1)
    with page.expect_event("dialog"):
        link.click(no_wait_after=True)
    assert asked == ["beforeunload"]
    assert box.is_checked() is not before
    with page.expect_event("dialog"):
        page.locator("header [name=language]").first.click(no_wait_after=True)
    assert asked == ["beforeunload"] * 2
    assert box.is_checked() is not before
    # What is sent is not asked about, nor whoever leaves at once.
    page.locator("[data-leave]").click()
    page.wait_for_url(lambda address: "people" not in address)
    assert asked == ["beforeunload"] * 2
    page.context.close()


def test_what_was_sent_without_a_network_is_there_when_she_goes_back(
    site,  # noqa: F811
    held,  # noqa: F811
    browser,
):
    page = site.page(browser, held.trainer, viewport=PHONE)
    address = f"{site.address}/workshops/{held.workshop}/cancel"
    page.goto(f"{site.address}/workshops/{held.workshop}")
    page.goto(address)
    reason = page.locator("[name=reason]")
    reason.press_sequentially("The hall is flooded")
    wait_until(page, "() => Object.keys(sessionStorage).some(key => key.startsWith('typed:'))")
    page.context.set_offline(True)
    with page.expect_event("requestfailed"):
        page.get_by_role("button", name="Cancel the workshop").click(no_wait_after=True)
    expect(reason).to_have_count(0)
    page.context.set_offline(False)
    page.go_back()
    page.goto(address)
    expect(reason).to_have_value("The hall is flooded")
    # Once it was taken, nothing of it comes back.
    page.get_by_role("button", name="Cancel the workshop").click()
    page.wait_for_url(f"**/workshops/{held.workshop}")
    page.go_back()
    expect(reason).to_have_value("")


def test_a_second_touch_of_an_answer_sends_nothing_twice(
    site,  # noqa: F811
    held,  # noqa: F811
    browser,
):
    """On a slow network it would be told that what was just done can't be done."""
    page = site.page(browser, held.trainer, viewport=PHONE)
    page.goto(f"{site.address}/workshops/{held.workshop}")
    page.evaluate(
        """() => {
          const link = document.createElement("a");
          Object.assign(link, { href: "/sent", textContent: "End it" });
          Object.assign(link.dataset, { confirm: "", question: "End it?", yes: "End", no: "No" });
          document.querySelector("main").prepend(link);
        }"""
    )
    sent: list[Route] = []
    page.route("**/sent", lambda route: sent.append(route))
    page.get_by_role("link", name="End it").click()
    yes = page.get_by_role("button", name="End", exact=True)
    yes.evaluate("button => { button.click(); setTimeout(() => button.click(), 100); }")
    page.wait_for_timeout(500)
    assert len(sent) == 1
