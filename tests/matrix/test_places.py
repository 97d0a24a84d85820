"""Every page of every role: how many places stand in the bar and tabs on a workshop, and that one
of each is lit wherever the page belongs to one."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from .programme import OWN, World
from .table import PLACES, ROLES
from .test_who_may_do_what import Ask, allowed

MOST_PLACES = MOST_TABS = 7
MOST_ON_A_PHONE = 5
MOST_LINES = 18
_BAR = re.compile(r'<nav class="bar".*?</nav>', re.S)
_TABS = re.compile(r'<nav class="tabs" aria-label="Workshop">.*?</nav>', re.S)
_LINK = re.compile(r'<a href="([^"]+)"(?: class="([^"]*)")?( aria-current="page")?')
# Belong to no place, or to none of everybody: one's own account, what is asked on the way to
# somewhere, the handbook, search.
NOWHERE = (
    "accounts.add_passkey", "accounts.after_recovery", "accounts.confirm_password",
    "accounts.end_stand_in", "accounts.enrol", "accounts.go_on", "accounts.lend_approvals",
    "accounts.lock_own", "accounts.own", "accounts.password", "accounts.recovery_codes",
    "accounts.remove_passkey", "accounts.rename_passkey", "api.", "desk.quiet_people",
    "desk.search_page", "feeds.end_own", "feeds.make_own", "feeds.own", "handbook.", "jobs.",
)  # fmt: skip


def pages(world: World, role: str) -> Iterator[tuple[str, str]]:
    """The pages that a role may open, by their endpoints."""
    for endpoint, place in PLACES.items():
        act = place.acts().get("GET")
        if act and not place.sent and allowed(Ask(endpoint, "GET", act, role, OWN)):
            answer = world.own_page(endpoint, role)
            if world.written():
                world.put_back()
            if answer.status_code == 200 and answer.mimetype == "text/html":
                yield endpoint, answer.text


def faults(endpoint: str, text: str) -> Iterator[str]:
    """What is wrong with the bar and the tabs of a page."""
    if bar := _BAR.search(text):
        row, more, panel = bar[0].partition("<details")
        in_row = _LINK.findall(row)
        if len(in_row) + ('class="far"' in panel) > MOST_PLACES:
            yield "has too many places"
        if sum(name == "" for _url, name, _lit in in_row) + bool(more) > MOST_ON_A_PHONE:
            yield "has too many places on a phone"
        lit = {url for url, _name, is_lit in _LINK.findall(bar[0]) if is_lit}
        if len(lit) > 1 or not (lit or endpoint.startswith(NOWHERE)):
            yield f"lights {sorted(lit)}"
    if tabs := _TABS.search(text):
        if tabs[0].count("<a ") > MOST_TABS:
            yield "has too many tabs"
        if tabs[0].count('aria-current="page"') != 1:
            yield "lights no tab, or several"


@pytest.mark.parametrize("role", ROLES)
def test_each_page_lights_one_place_and_one_tab_of_seven(world: World, role: str) -> None:
    opened = dict(pages(world, role))
    wrong = [
        f"{endpoint} {fault}"
        for endpoint, text in opened.items()
        for fault in faults(endpoint, text)
    ]
    assert len(opened) > 20
    assert wrong == [], "\n".join(wrong)


@pytest.mark.parametrize("role", ["administrator", "director"])
def test_the_settings_have_few_lines_in_four_groups(world: World, role: str) -> None:
    text = world.own_page("desk.settings", role).text
    assert text.count('<div class="what">') <= MOST_LINES
    assert re.findall(r'<h2 id="section-\d">([^<]+)<', text) == [
        "The programme",
        "Work",
        "Paper and messages",
        "Safety",
    ]
