"""The page of a case at a desk: what the next step needs is there without rolling, under few words,
and a release is one tap."""

from datetime import timedelta

import pytest

from kash.incidents.rules.consents import CaseConsent
from kash.incidents.rules.parts import Act, Asked, Filing, Intervention, Party, Person
from kash.incidents.rules.record import Record
from kash.platform.database import utc_now
from tests.incidents.filed_cases import filed

from .looking import PHONE, findings
from .phones import browser_of

pytestmark = pytest.mark.browser

DESK = {"width": 1280, "height": 900}
# Words of the page that end above where an element begins.
_WORDS_ABOVE = """(element) => {
  const top = element.getBoundingClientRect().top;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const words = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    const shown = node.parentElement.checkVisibility({ visibilityProperty: true }) && box.width > 1;
    if (shown && box.bottom <= top) words.push(...node.textContent.split(/\\s+/).filter(Boolean));
  }
  return words.length;
}"""


def three_held(hours: int) -> Record:
    """Three who are held, one of whom may be a child, of a report that nobody agreed to keep."""
    now = utc_now()
    persons = [
        Person(
            id=f"p{number}", code=f"P{number}", arrested_at=now - timedelta(hours=hours + number)
        )
        for number in (1, 2, 3)
    ]
    mediation = [
        CaseConsent(
            purpose="mediation", given=True, at=now, by="x", person=person.id, origin="not_asked"
        )
        for person in persons
    ]
    return Record(
        filing=Filing(how="phone", held=True, filed_at=now),
        persons=persons,
        parties=[Party(id="o1", station_name="Kituo cha Mfano")],
        acts=[Act(id="a1", code="P6", circumstances="At night, at the gate. " * 20)],
        narrative="They were taken without a word. " * 60,
        consents=mediation,
        urgent=True,
    )


@pytest.mark.parametrize("hours", [3, 300])
def test_what_the_next_step_needs_is_seen_at_once_under_few_words_and_a_tap_frees_her(
    site, member, browser, hours
):
    reference = filed(three_held(hours))
    with browser_of(member.client, browser, site) as page:
        page.set_viewport_size(DESK)
        taps: list[bool] = []
        page.expose_binding("tapped", lambda _source, trusted: taps.append(trusted))
        page.add_init_script("addEventListener('click', (e) => window.tapped(e.isTrusted), true)")
        page.goto(f"{site.address}/w/{reference}")
        next_step = page.get_by_role("link", name="Ask a mediator").first
        needed = (
            page.get_by_text("Next: Ask a mediator."),
            page.get_by_text("The case is "),
            next_step,
            page.get_by_role("link", name="Triage"),
            page.get_by_role("button", name="P3 is free"),
            page.get_by_role("button", name="Note it"),
        )
        for element in needed:
            box = element.bounding_box()
            assert box is not None
            assert box["y"] + box["height"] <= 900
        assert next_step.evaluate(_WORDS_ABOVE) <= 120
        limits = page.get_by_role("region", name="Time is over")
        assert limits.count() == (hours > 24)
        if limits.count():
            assert sorted(limits.get_by_role("link").all_inner_texts()) == [
                f"Say what came of it: P{number}" for number in (1, 2, 3)
            ]
            over, line = limits.bounding_box(), page.get_by_role("region", name="In one line")
            below = line.bounding_box()
            assert over is not None
            assert below is not None
            assert over["y"] + over["height"] <= below["y"]
        page.get_by_role("button", name="P2 is free").click()
        page.get_by_role("button", name="Take back: P2 is free").wait_for()
        assert taps == [True]
        page.set_viewport_size(PHONE)
        assert findings(page, "the page of a case") == []


@pytest.mark.parametrize(
    ("response", "next_step", "leads_to"),
    [
        ("waiting", "Hear from the mediator", "mediation"),
        ("agreed", "Note what came of it", "one-line"),
    ],
)
def test_while_she_is_held_the_mediator_who_was_asked_comes_before_how_it_ended(
    site, member, browser, response, next_step, leads_to
):
    record = three_held(3)
    now = utc_now()
    record.interventions.append(
        Intervention(
            id="i1",
            mediator="m" * 16,
            asked_at=now,
            asked=[Asked(kind="release")],
            persons=["p1", "p2", "p3"],
            response=response,
            answered_at=now if response == "agreed" else None,
        )
    )
    reference = filed(record, state="mediation")
    with browser_of(member.client, browser, site) as page:
        page.set_viewport_size(DESK)
        page.goto(f"{site.address}/w/{reference}")
        page.get_by_text(f"Next: {next_step}.").wait_for()
        links = page.get_by_role("link", name=next_step, exact=True)
        assert links.first.evaluate(_WORDS_ABOVE) <= 120
        ends = page.get_by_role("link", name="Mark as resolved").first
        first, second = links.first.bounding_box(), ends.bounding_box()
        free = page.get_by_role("button", name="P1 is free").bounding_box()
        assert first is not None
        assert second is not None
        assert free is not None
        assert (first["y"], first["x"]) < (second["y"], second["x"])
        assert free["y"] + free["height"] <= 900
        links.first.click()
        page.wait_for_url(f"**#{leads_to}")
        assert page.locator(f"#{leads_to}").is_visible()
