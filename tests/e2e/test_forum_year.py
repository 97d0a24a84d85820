"""A year of monthly meetings: figures are read, actions go on, a decision comes back with its
lines, and each meeting confirms the minutes of the one before."""

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from kash.figures.releases.models import Release, ReleasePlan
from kash.figures.releases.rules.tables import last_days
from kash.forums.models import AgendaItem, Decision, Meeting, MinutesLife
from kash.forums.queries.minutes import verify_minutes
from kash.forums.services.agenda import add_item
from kash.forums.services.meetings import hold_meeting
from kash.forums.services.minutes import write_item
from kash.forums.services.minutes_life import circulate, confirm
from kash.platform.database import db, utc_now
from kash.platform.web.formats import from_local, local_today, to_local
from tests.figures.releases.planned import plan_of
from tests.forums.conftest import Series, person, series  # noqa: F401
from tests.forums.test_minutes_life import mark

from .looking import DESK
from .test_door import Site, site  # noqa: F401

pytestmark = [pytest.mark.browser, pytest.mark.any_engine]
MONTHS = 12
DECIDES, LOOKS = 0, 6
DECISION = "A number at night for each station."


def meeting_days() -> list[datetime]:
    """A morning in each of the last twelve months, the last one yesterday."""
    first = local_today() - timedelta(days=1 + 30 * (MONTHS - 1))
    nine = datetime(2026, 1, 1, 9).time()
    return [from_local(first + timedelta(days=30 * month), nine) for month in range(MONTHS)]


def printed(days: list[datetime]) -> None:
    """Tables of who did it: 40 by the police until the forum decides, 20 since."""
    decided = to_local(days[DECIDES]).date()
    for year in range(decided.year - 1, local_today().year + 1):
        plan: ReleasePlan = plan_of(year)
        for window, day in enumerate(last_days(year)):
            if day < local_today():
                value = 40 if day <= decided else 20
                lines = [["police", value], ["client", 10], ["other", None]]
                db.session.add(
                    Release(
                        plan_id=plan.id, table_key="who", window=window, freeze_on=day, lines=lines
                    )
                )
    db.session.commit()


def here(series: Series, meeting: str) -> str:  # noqa: F811
    return f"/forums/{series.forum}/meetings/{meeting}"


def item_of(meeting: str, title: str) -> str:
    db.session.rollback()
    return db.session.scalars(
        select(AgendaItem.public_id)
        .join(AgendaItem.meeting)
        .where(Meeting.public_id == meeting, AgendaItem.title == title)
    ).one()


def write(page: Page, address: str, said: str, line: str, key: str) -> None:
    """Write under an item, and turn its last line into a decision or an action by one key."""
    page.goto(address)
    told = page.locator("[data-told]")
    expect(told).to_have_text("What you write is saved by itself.")
    text = page.locator("#minute")
    text.fill(f"{said}\n{line}")
    text.press("Control+End")
    page.keyboard.press(key)
    expect(text).not_to_have_value(f"{said}\n{line}")
    expect(told).to_have_text("Saved.")


def led_through(page: Page, site: Site, series: Series, meeting: str, before: str) -> None:  # noqa: F811
    """Record as held, confirm the minutes of the meeting before, circulate one's own."""
    page.goto(site.address + here(series, meeting))
    page.get_by_role("link", name="Record as held").click()
    page.get_by_role("button", name="Record as held").click()
    expect(page.get_by_text("The minutes are a draft")).to_be_visible()
    if before:
        page.get_by_role("link", name="Confirm them at this meeting").click()
        page.get_by_label("Proposed by").select_option(series.members["name"])
        page.get_by_label("Seconded by").select_option(series.members["office"])
        page.get_by_label("Time").fill("09:30")
        page.get_by_role("button", name="Confirm and lock").click()
        expect(page.get_by_text("Minutes confirmed")).to_be_visible()
        page.goto(site.address + here(series, meeting))
    page.get_by_role("link", name="Circulate the minutes").click()
    page.get_by_label("Remarks until").fill(local_today().isoformat())
    page.get_by_role("button", name="Circulate").click()
    expect(page.get_by_role("heading", name="The minutes are circulated")).to_be_visible()


def test_a_forum_meets_for_a_year(
    site,  # noqa: F811
    series,  # noqa: F811
    browser,
):
    days = meeting_days()
    printed(days)
    page = site.page(browser, series.secretary, viewport=DESK)
    meetings: list[str] = []
    for month, day in enumerate(days):
        seen = month in (0, 1, LOOKS, MONTHS - 1)
        meeting = series.plan(day, as_last_time=True)
        meetings.append(meeting)
        if month == 0:
            add_item(series.forum, meeting, title="Results", by=series.secretary)
        mark(series, meeting)
        results = item_of(meeting, "Results")
        item = f"{site.address}{here(series, meeting)}/items/{results}"
        before = meetings[-2] if month else ""
        if seen:
            line, key = (DECISION, "Alt+d") if month == DECIDES else (f"Task {month}", "Alt+a")
            write(page, item, "The printed figures were read.", line, key)
            led_through(page, site, series, meeting, before)
        else:
            write_item(
                series.forum,
                meeting,
                results,
                minute="The printed figures were read.",
                row_version=1,
                by=series.secretary,
            )
            hold_meeting(series.forum, meeting, by=series.secretary)
            confirm(
                series.forum,
                before,
                confirmed_in=meeting,
                at=day + timedelta(minutes=30),
                proposer=series.members["name"],
                seconder=series.members["office"],
                by=series.secretary,
            )
            circulate(series.forum, meeting, remarks_until=local_today(), by=series.secretary)
        if month == DECIDES:
            db.session.rollback()
            decision = db.session.scalars(select(Decision.public_id)).one()
            page.goto(f"{site.address}/forums/{series.forum}/decisions/{decision}/review")
            page.get_by_label("What would we see if it worked?").fill("Fewer are held at night.")
            look = to_local(days[LOOKS]).date()
            page.get_by_label("Look again on").fill(look.isoformat())
            page.get_by_label("Printed line that would show it").select_option("who:police")
            page.get_by_role("button", name="Save").click()
            expect(page.get_by_text("It comes back to the agenda by itself.")).to_be_visible()
        if month == LOOKS:
            page.goto(site.address + here(series, meeting))
            back = page.locator(".decision", has_text=DECISION)
            expect(back).to_contain_text("Hoped: Fewer are held at night.")
            expect(back).to_contain_text("40")
            expect(back).to_contain_text("-20 ±")

    # What was taken on in the first months is still open, with its age, in the last one.
    page.goto(f"{site.address}/forums/{series.forum}/actions")
    for month in (1, LOOKS, MONTHS - 1):
        expect(page.get_by_text(f"Task {month}", exact=True)).to_be_visible()
    page.goto(f"{site.address}/forums/{series.forum}/attendance")
    expect(page.get_by_role("heading", name="Attendance")).to_be_visible()
    db.session.rollback()
    states = db.session.scalars(select(MinutesLife.state).order_by(MinutesLife.id)).all()
    assert states == ["locked"] * (MONTHS - 1) + ["circulated"]
    checked = verify_minutes()
    assert [one.sound for one in checked] == [True] * (MONTHS - 1)
    assert utc_now() > days[-1]
    page.context.close()
