"""Two cases from the first report to the end: three women arrested without charge and tested by
force, and a player that was kept over a fee."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from kash.incidents.views.cases import STEP_NUMBERS

from .looking import DESK, PHONE
from .walkers import Walker

if TYPE_CHECKING:
    from .walking import Walk

# What only members may ever read.
NARRATIVE = "Walichukuliwa usiku nje ya baa bila kuambiwa sababu."
SEEN = "Afisa mwenye kovu mkononi"
WARD = "Kondele ya Mfano"
STORY = "The player stays with her until he pays the rest."
CLOSING = "All three are free since noon."
COMMENT = "Her sister called from the gate."
LABEL = "Torn sleeve, left arm"
STATION = "Bridge Station"
# Of the six screens, in the order of a phone: what is answered.
_SCREEN_NAMES = ("what", "when", "whom", "who", "next", "words")


@dataclass
class Cases:
    """What was kept of the two cases on the way."""

    arrest: str = ""
    player: str = ""
    receipt: str = ""
    word: str = ""
    # By the screen: the names of its questions, and those of them that must be answered.
    asked: dict[str, list[str]] = field(default_factory=dict)
    forced: list[str] = field(default_factory=list)
    pages: dict[str, str] = field(default_factory=dict)
    passphrases: dict[str, str] = field(default_factory=dict)


def document_two_cases(walk: Walk) -> None:
    """The whole of it."""
    cases = walk.cases
    _stations_and_officers(walk)
    files_on_a_phone(walk, cases)
    _reads_the_report(walk, cases)
    _asks_a_mediator(walk, cases)
    _mediates(walk, cases)
    _ends_the_first(walk, cases)
    _writes_down_the_second(walk, cases)
    _reads_back(walk, cases)


# --- Keys -------------------------------------------------------------------------------------


def _stations_and_officers(walk: Walk) -> None:
    trainer = walk.people["trainer"]
    trainer.go("/people/organisations/new")
    trainer.fill(name=STATION)
    trainer.page.check("[name=kind][value=station]")
    trainer.button("Save")
    trainer.page.wait_for_url(re.compile(r"/organisations(/[0-9a-z]{16})?$"))
    for name, role, called in (
        ("officer", "documentation", "Wanjiru"),
        ("second", "documentation", "Otieno"),
        ("mediator", "police_peer", "Kamau"),
        ("other", "police_peer", "Barasa"),
    ):
        walk.invites(name, role, called)
    for name in ("officer", "second"):
        _makes_keys(walk, walk.people[name])
    officer, second = walk.people["officer"], walk.people["second"]
    _opens_the_vault(walk, officer)
    officer.go("/w/v/m")
    officer.page.locator("main a[href$='/in']").first.click()
    officer.page.check("[name=compared]")
    officer.button("Let them in")
    officer.page.wait_for_url("**/w/v/m")
    _opens_the_vault(walk, second)
    officer.go("/w/v/u")
    officer.go("/w/v/o")


def _makes_keys(walk: Walk, walker: Walker) -> None:
    """Six words from the page, typed back on the next."""
    walker.go("/w/v")
    walker.link("Make your keys")
    walk.looks_at(walker, "six words")
    words = " ".join(walker.page.locator("main ol code").all_inner_texts())
    walk.cases.passphrases[walker.name] = words
    walker.button("I have written them down")
    walker.fill(typed=words)
    walk.looks_at(walker, "words typed back")
    walker.button("Make my keys")
    walker.page.locator("ol.codes").wait_for()
    walk.looks_at(walker, "the recovery code")


def _opens_the_vault(walk: Walk, walker: Walker) -> None:
    walker.go("/w/v")
    words = walk.cases.passphrases[walker.name]
    walker.fill(passphrase="other words", code=walker.recovery_codes[0])
    walker.page.locator("main form button.main").click()
    walker.page.locator("[data-errors]").wait_for()
    walk.looks_at(walker, "a wrong passphrase")
    walker.fill(passphrase=words, code=walker.recovery_codes[0])
    walker.page.locator("main form button.main").click()
    walker.sees("Vault open")


# --- The first case ---------------------------------------------------------------------------


def files_on_a_phone(walk: Walk, cases: Cases) -> None:
    """A peer educator, in Kiswahili, on the smallest phone."""
    peer = walk.people["peer"]
    page = peer.page
    page.set_viewport_size(PHONE)
    peer.go("/w/h?in=sw")
    peer.go("/w/n?in=sw")
    _skips_everything(walk, peer)
    peer.go("/w/n?in=sw")
    # They are held: the report is seen at once.
    page.locator("button[value=begin-yes]").click()
    page.locator(".actions button[value=next]").click()
    today = datetime.now(UTC).astimezone(ZoneInfo("Africa/Nairobi"))
    for name in _SCREEN_NAMES:
        page.locator(f"form[data-code] [name=screen][value={name}]").wait_for(state="attached")
        _counts(page_of=peer, name=name, cases=cases)
        walk.looks_at(peer, f"screen {name}")
        if name == "what":
            page.check("[name=acts][value=L1]")
            page.check("[name=acts][value=H1]")
        elif name == "when":
            peer.fill(day=today.date().isoformat(), clock=f"{today:%H:%M}", place=WARD)
        elif name == "whom":
            peer.fill(count="3")
            page.check("[name=ages][value='18_24']")
        elif name == "who":
            page.select_option("[name=who]", label=f"Polisi: {STATION}")
            peer.fill(description=SEEN)
        elif name == "next":
            page.check("[name=wanted][value=release]")
            page.check("[name=consents][value=record]")
            page.check("[name=consents][value=mediation]")
            page.check("[name=origin][value=not_asked]")
        else:
            peer.fill(narrative=NARRATIVE)
            page.check("[name=teller][value=peer]")
        page.locator(".actions button[value=next]").click()
    page.locator("ol.answered").wait_for()
    cases.pages["review"] = page.content()
    walk.looks_at(peer, "the review")
    page.locator("button[value=help]").click()
    page.locator("button[value=here]").click()
    page.locator("button[value=now]").click()
    cases.word = page.locator(".second-word").inner_text()
    walk.looks_at(peer, "the word of the receipt")
    page.locator("button[value=know]").click()
    cases.receipt = page.locator(".large-code:not(.second-word)").inner_text()
    walk.looks_at(peer, "the code of the receipt")
    page.set_viewport_size(DESK)


def _skips_everything(walk: Walk, peer: Walker) -> None:
    page = peer.page
    page.locator("button[value=begin]").click()
    for name in _SCREEN_NAMES:
        page.locator(f"form[data-code] [name=screen][value={name}]").wait_for(state="attached")
        page.locator(".actions button[value=skip]").click()
    page.locator("ol.answered").wait_for()
    walk.cases.pages["skipped"] = page.content()


def _counts(*, page_of: Walker, name: str, cases: Cases) -> None:
    """What a screen asks, by the names of what can be typed or ticked."""
    asked = page_of.page.locator(
        "form[data-code] :is(input:not([type=hidden]), select, textarea)"
    ).evaluate_all("all => all.map(one => [one.name, one.required || !!one.ariaRequired])")
    cases.asked[name] = sorted({each for each, _forced in asked})
    cases.forced += [each for each, forced in asked if forced]


def _reads_the_report(walk: Walk, cases: Cases) -> None:
    """What came in is put together, triaged and commented on; a photo is added."""
    officer = walk.people["officer"]
    officer.go("/w")
    officer.page.locator("main tbody a").first.click()
    officer.page.wait_for_url(re.compile(r"/w/[0-9a-z]{16}$"))
    cases.arrest = officer.path
    officer.link("Triage")
    officer.page.check("[name=urgent]")
    officer.button("Triage")
    officer.page.wait_for_url(f"**{cases.arrest}")
    officer.page.get_by_label("Write to the others").fill(COMMENT)
    officer.button("Add the comment")
    officer.sees(COMMENT)
    officer.go(f"{cases.arrest}/s/{STEP_NUMBERS['verify']}")
    cases.pages["own verifying"] = officer.page.locator("main").inner_text()
    officer.go(f"{cases.arrest}/e/new")
    officer.page.set_input_files(
        "[name=file]", {"name": "sleeve.png", "mimeType": "image/png", "buffer": _photo()}
    )
    officer.fill(label=LABEL)
    officer.button("Seal and add")
    officer.page.wait_for_url(re.compile(r"/e/(?!new)[^/]+$"))
    piece = officer.path
    officer.button("Open it")
    officer.page.locator("[data-shown] img").wait_for()
    for page in ("original", "label", "remove"):
        officer.go(f"{piece}/{page}")
    second = walk.people["second"]
    second.go(cases.arrest)
    second.link("Verify")
    second.button("Verify")
    second.page.wait_for_url(f"**{cases.arrest}")


def _photo() -> bytes:
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (64, 48), "#3f6f74").save(out, "PNG")
    return out.getvalue()


def _asks_a_mediator(walk: Walk, cases: Cases) -> None:
    officer = walk.people["officer"]
    officer.go("/w/d/new")
    officer.page.select_option("[name=account]", label="Kamau")
    officer.fill(phone="0700 000 711")
    officer.page.get_by_label(STATION).check()
    officer.page.check("[name=always]")
    officer.button("Save")
    officer.page.wait_for_url("**/w/d")
    officer.page.locator("main tbody a").first.click()
    officer.page.wait_for_url(re.compile(r"/d/[0-9a-z]{16}$"))
    officer.go(f"{cases.arrest}/c")
    officer.go(f"{cases.arrest}/m")
    cases.pages["could not be asked"] = officer.page.locator("main").inner_text()
    officer.page.get_by_label("Kamau").check()
    # What was wished for is ticked, and all three; the number to call is not there yet.
    officer.page.check("[name=requests][value=medical]")
    officer.button("Ask")
    officer.page.locator("[data-errors]").wait_for()
    cases.pages["no number"] = officer.page.locator("main").inner_text()
    officer.fill(call_phone="0700 000 712")
    officer.button("Ask")
    officer.page.wait_for_url(f"**{cases.arrest}")
    for page in ("referrals", "terms", "case-file", "links", "assign", "declare", "edit"):
        officer.go(f"{cases.arrest}/{page}")
    officer.go(f"{cases.arrest}")
    officer.page.locator("a[href*='/p/']").first.click()
    officer.page.wait_for_url("**/p/*")


def _mediates(walk: Walk, cases: Cases) -> None:
    """A police account that mediates reads what is asked, and nothing more."""
    mediator = walk.people["mediator"]
    mediator.go("/w/b")
    cases.pages["brief"] = _told(mediator)
    mediator.button("I’m going")
    walk.looks_at(mediator, "what a mediator tells")
    mediator.page.fill("#count-medical", "3")
    mediator.button("A doctor was seen")
    mediator.sees("A doctor was seen: 3 of 3")
    mediator.page.fill("#count-release", "2")
    mediator.button("Released")
    mediator.sees("And the others?")
    # The third is refused: nothing more can come of it, which is asked once more.
    mediator.button("Refused")
    mediator.sees("Refused: is that so?")
    walk.looks_at(mediator, "is that so?")
    mediator.button("Yes: Refused")
    expect(mediator.page.get_by_role("button", name="Yes: Refused")).to_have_count(0)
    cases.pages["brief, closed"] = _told(mediator)
    # It is gone: nothing is looked at under its address again.
    mediator.been = {kept: path for kept, path in mediator.been.items() if "/close" not in kept}


def _ends_the_first(walk: Walk, cases: Cases) -> None:
    officer = walk.people["officer"]
    officer.go(cases.arrest)
    cases.pages["two of three"] = officer.page.locator("main").inner_text()
    now = f"{datetime.now(UTC).astimezone(ZoneInfo('Africa/Nairobi')):%Y-%m-%dT%H:%M}"
    for free in ((0, 2), (1,)):
        officer.link("Change the record")
        for number in free:
            officer.page.fill(f"#persons-{number}-released_at", now)
        # It was verified, so that a change has a reason.
        officer.fill(why="They called from the gate.")
        officer.page.locator(".record-end button.main").click()
        officer.page.wait_for_url(f"**{cases.arrest}")
        cases.pages[f"free: {free}"] = officer.page.locator("main").inner_text()
    # They are free now, and can be asked what they want.
    officer.link("Ask what is wanted")
    for number, wanted in enumerate((("help", "complaint"), ("mediation",), ("nothing",)), start=1):
        _says_what_is_wanted(officer, f"p{number}", *wanted)
    officer.page.wait_for_url(f"**{cases.arrest}")
    cases.pages["all asked"] = officer.page.locator("main").inner_text()
    officer.go(f"{cases.arrest}/w")
    walk.looks_at(officer, "what is wanted, answered")
    officer.go(f"{cases.arrest}/s/{STEP_NUMBERS['resolve']}")
    officer.fill(reason=CLOSING)
    officer.button("Mark as resolved")
    officer.page.wait_for_url(f"**{cases.arrest}")
    officer.go(f"{cases.arrest}/s/{STEP_NUMBERS['close']}")
    officer.page.select_option("[name=outcome]", "reached")
    for number in (1, 2, 3):
        officer.page.select_option(f"[name=ending_p{number}]", "released")
    officer.button("Close the case")
    officer.page.wait_for_url(f"**{cases.arrest}")


def _says_what_is_wanted(officer: Walker, person: str, *wanted: str) -> None:
    form = officer.page.locator(f"form:has([name=person][value={person}]):has([name=wanted])")
    for way in wanted:
        form.locator(f"[name=wanted][value={way}]").check()
    form.locator("[name=origin][value=herself]").check()
    with officer.page.expect_navigation():
        form.locator("button[type=submit]").click()


def _told(walker: Walker) -> str:
    """A whole page without what is random in it, which may hold anything by chance."""
    token = r"""(name="csrf[_-]token"[^>]*>|hx-headers='[^']*')"""
    return re.sub(token, "", walker.page.content())


# --- The second case --------------------------------------------------------------------------


def _writes_down_the_second(walk: Walk, cases: Cases) -> None:
    """By the full form: what was kept goes back, and what was owed is paid."""
    officer = walk.people["officer"]
    page = officer.page
    officer.go("/w/new")
    officer.fill(ward=WARD, narrative=STORY)

    def row(group: str, number: int = 0) -> str:
        return f"#{group}-{number}-"

    page.fill(row("persons") + "code", "A")
    page.select_option(row("parties") + "kind", "client")
    page.fill(row("acts") + "code", "M2")
    page.fill(row("acts") + "amount", "8500")
    _adds(officer, "acts", 1)
    page.fill(row("acts", 1) + "code", "W1")
    today = datetime.now(UTC).astimezone(ZoneInfo("Africa/Nairobi")).date().isoformat()
    for number, (kind, debtor, creditor, what, amount) in enumerate(
        (("return", 1, 2, "DVD player", ""), ("pay", 2, 1, "Rest of the fee", "1500"))
    ):
        _adds(officer, "terms", number)
        at = row("terms", number)
        page.select_option(at + "kind", kind)
        page.select_option(at + "owed_by", index=debtor)
        page.select_option(at + "owed_to", index=creditor)
        page.fill(at + "what", what)
        page.fill(at + "amount", amount)
        page.fill(at + "fulfilled_on", today)
    walk.looks_at(officer, "the full form, filled in")
    officer.button("Hand in")
    page.wait_for_url(re.compile(r"/w/[0-9a-z]{16}$"))
    cases.player = officer.path
    officer.link("Triage")
    officer.button("Triage")
    page.wait_for_url(f"**{cases.player}")
    officer.go(f"{cases.player}/m")
    cases.pages["not asked yet"] = officer.page.locator("main").inner_text()
    second = walk.people["second"]
    second.go(f"{cases.player}/s/{STEP_NUMBERS['verify']}")
    second.button("Verify")
    second.page.wait_for_url(f"**{cases.player}")
    # Nothing is called settled before she said what she wants, and agreed to it herself.
    second.go(f"{cases.player}/w")
    form = second.page.locator("form:has([name=wanted])")
    form.locator("[name=wanted][value=nothing]").check()
    form.locator("[name=origin][value=herself]").check()
    form.locator("button[type=submit]").click()
    second.page.wait_for_url(f"**{cases.player}")
    for number in (0, 1):
        second.go(f"{cases.player}/g")
        told = second.page.locator("details:has([name=term])").nth(number)
        told.locator("summary").click()
        told.locator("[name=agreed_on]").fill(today)
        told.locator("button[type=submit]").click()
        second.page.wait_for_url(f"**{cases.player}/g")
    for verb, button in (("resolve", "Mark as resolved"), ("close", "Close the case")):
        second.go(f"{cases.player}/s/{STEP_NUMBERS[verb]}")
        if verb == "close":
            second.page.select_option("[name=outcome]", "settled")
            second.page.select_option("[name^=ending_]", "wants_no_more")
        else:
            second.fill(reason="Both have what is theirs.")
        second.button(button)
        second.page.wait_for_url(f"**{cases.player}")


def _adds(officer: Walker, group: str, number: int) -> None:
    officer.page.locator(f"button[name=add][value={group}]").click()
    officer.page.locator(f"#{group}-{number}-key").wait_for(state="attached")


# --- Reading back -----------------------------------------------------------------------------


def _reads_back(walk: Walk, cases: Cases) -> None:
    officer, peer = walk.people["officer"], walk.people["peer"]
    for name, path in (("arrest", cases.arrest), ("player", cases.player)):
        officer.go(path)
        cases.pages[f"{name}, officer"] = officer.page.locator("main").inner_text()
    officer.go("/w?show=all")
    cases.pages["register"] = officer.page.locator("main").inner_text()
    officer.fill(words="kovu")
    with officer.page.expect_navigation():
        officer.button("Search")
    cases.pages["found"] = officer.page.locator("main table").inner_text()
    walk.looks_at(officer, "the register, searched")
    peer.go("/w/r")
    peer.fill(code=cases.receipt, word=cases.word)
    peer.button("Show")
    peer.page.locator(".verdict").wait_for()
    walk.looks_at(peer, "how far a report has come")
    cases.pages["receipt"] = peer.page.locator("main").inner_text()
    cases.pages["receipt, whole"] = _told(peer)
