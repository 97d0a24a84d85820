"""The register on a phone without a network: nothing is lost, nobody is named, and wiping wipes."""

from pathlib import Path

import pytest

from tests.attendance.decision_cases import all_cases
from tests.e2e.waiting import wait_until
from tests.forks import in_fork

from .hall import FIRST, LAST, PEOPLE, make_in
from .looking import PHONE, findings
from .pads import PASSWORD, PIN, Hall, Pad
from .serving import PROJECT, Served

pytestmark = pytest.mark.browser

WRONG_PIN = "314159"
MOST_KB = 100
# The dock on a phone: what is sent, and the sum beside its button.
TWO_LINES = 116
_WALK_INS = ("Mgenikwanza Quellon", "Mgenipili Quellon")


@pytest.fixture(scope="module")
def hall(tmp_path_factory, compiled, empty_database):
    folder = tmp_path_factory.mktemp("hall") / "var"
    served = Served(folder, compiled, empty_database)
    try:
        served.set_up_code()
        _, facts = in_fork(make_in, served.environment, PASSWORD)
        yield Hall(served, folder, **facts)
    finally:
        served.stop()


@pytest.fixture
def phone(hall, browser):
    """`phone()` is another phone, signed in as the trainer."""
    phones: list[Pad] = []

    def make() -> Pad:
        phones.append(Pad(browser, hall))
        phones[-1].sign_in()
        return phones[-1]

    yield make
    for each in phones:
        each.close()
        assert each.problems == []


def test_the_pad_speaks_as_the_site_did(hall, phone):
    pad = phone()
    speaks = "UPDATE account SET language = ?"
    hall.change(speaks, "sw")
    try:
        pad.go(f"/workshops/{hall.workshop}/pad")
        pad.page.fill("#pin", PIN)
        pad.page.fill("#again", PIN)
        pad.page.locator("[data-take] .main").click()
        pad.page.wait_for_url("**/pad/")
        # The PIN was typed: it isn't asked again at once, but is once the page is loaded anew.
        pad.page.get_by_role("button", name="Funga").wait_for()
        assert pad.page.evaluate("document.documentElement.lang") == "sw"
        pad.session(0)
        assert pad.page.locator(".dock").bounding_box()["height"] <= TWO_LINES
        pad.page.reload()
        pad.page.wait_for_selector("form.pin")
        assert "Fungua" in pad.page.inner_text("form.pin")
    finally:
        hall.change(speaks, "en")


def test_a_register_is_taken_while_the_browser_waits_for_an_answer(hall, phone):
    pad = phone()
    # Firefox asks whether data may stay, and answers the page only once the person did.
    pad.context.add_init_script(
        "StorageManager.prototype.persist = () => {"
        " sessionStorage.setItem('asked', '1'); return new Promise(() => undefined); };"
    )
    pad.take()
    pad.session(0)
    assert pad.page.locator(".person").count() == PEOPLE
    assert pad.dump()["session"] == {"asked": "1"}


def test_a_day_without_a_network_arrives_whole(hall, phone):
    pad = phone()
    pad.take()
    pad.context.set_offline(True)
    pad.page.reload()
    pad.open()
    pad.session(0)
    pad.page.get_by_role("button", name="The session begins now").click()
    pad.page.get_by_role("button", name="Take back").click()
    pad.page.get_by_role("button", name="The session begins now").click()
    # In the same minute no session ends.
    pad.page.get_by_role("button", name="The session ends now").click()
    pad.page.get_by_text("The end must come after the beginning.").first.wait_for()
    assert pad.page.get_by_text("Began ").count() == 1
    late = pad.mark(3, "late")
    pad.mark(4, "absent")
    assert "5 not sent." in pad.unsent()
    pad.page.get_by_role("button", name=f"Others present: {PEOPLE - 2}").click()
    pad.waits(PEOPLE + 3)
    for name in _WALK_INS:
        pad.session(0, "walk-in")
        pad.page.fill("#name", name)
        pad.page.get_by_label("Group B").check()
        pad.page.get_by_role("button", name="Take in as present").click()
        pad.page.locator(".pad-rows").wait_for()
    pad.session(0, "count")
    pad.page.get_by_label("Group B, Female, 25 to 34").fill("7")
    pad.page.get_by_role("button", name="Save the count").click()
    pad.page.locator(".pad-rows").wait_for()
    pad.session(0, "note")
    pad.page.fill("#note", f"Ask {_WALK_INS[0]} for her station.")
    pad.page.get_by_role("button", name="Save the note").click()
    pad.page.locator(".pad-rows").wait_for()
    pad.session(0, "signatures")
    pad.page.get_by_role("link", name="Sign").first.click()
    box = pad.page.locator("canvas").bounding_box()
    assert box is not None
    pad.page.mouse.move(box["x"] + 40, box["y"] + 90)
    pad.page.mouse.down()
    pad.page.mouse.move(box["x"] + 200, box["y"] + 40, steps=5)
    pad.page.mouse.up()
    pad.page.get_by_role("button", name="Keep the signature").click()
    pad.page.get_by_text("Signed: 1 of").wait_for()
    # A mark and a walk-in each for two, a count, a note, a signature, three taps of the time.
    made = PEOPLE + 4 + 3 + 3
    pad.page.reload()
    pad.open()
    pad.session(0)
    assert f"{made} not sent." in pad.unsent()
    assert pad.page.locator(f"#late-{late}").is_checked()
    assert pad.page.locator(".person").count() == PEOPLE + 2
    assert pad.page.locator(".dock .sum").inner_text().startswith(f"{PEOPLE} present")
    kept = pad.dump()
    assert len(kept["stores"]["queue"]) == made
    assert "/pad/" in str(list(kept["caches"]))
    assert pad.names_kept([FIRST, LAST, "Mgeni", "Quellon", "station."]) == []
    assert hall.marks(0) == {}
    pad.context.set_offline(False)
    pad.waits(0)
    assert hall.marks(0) == {"present": PEOPLE - 2 + 2, "late": 1, "absent": 1}
    arrived = hall.rows("SELECT chosen_name FROM person WHERE chosen_name LIKE 'Mgeni%'")
    assert sorted(name for (name,) in arrived) == sorted(_WALK_INS)
    assert hall.rows("SELECT count FROM headcount") == [(7,)]
    for table in ("register_note", "signature"):
        assert hall.rows(f"SELECT count(*) FROM {table}") == [(1,)]
    taps = "SELECT edge, undone_at IS NULL FROM time_tap ORDER BY id"
    assert hall.rows(taps) == [("start", 0), ("start", 1)]
    assert hall.rows("SELECT count(*) FROM slot WHERE began_at IS NOT NULL") == [(1,)]
    # Once everything is answered nothing of it is left; the register stays until it is put away.
    pad.page.get_by_role("link", name="Sessions").click()
    pad.page.get_by_role("button", name="Put away").click()
    pad.page.locator("dialog .btn.bad").click()
    pad.page.get_by_role("heading", name="There is no register on this phone").wait_for()
    left = pad.dump()
    assert {name: rows for name, rows in left["stores"].items() if rows and name != "facts"} == {}
    assert "pad" not in left["local"]


def _ten_wrong_pins(pad: Pad) -> None:
    pad.page.reload()
    for left in range(9, 0, -1):
        pad.type_pin(WRONG_PIN)
        pad.page.get_by_text(f"Tries left: {left}.").wait_for()
        if left == 5:
            # The count is kept, whatever is done to the page.
            pad.page.reload()
            pad.page.get_by_text(f"Tries left: {left}.").wait_for()
    pad.type_pin(WRONG_PIN)
    pad.page.get_by_role("heading", name="There is no register on this phone").wait_for()


def _quick_exit(pad: Pad) -> None:
    for _ in range(3):
        pad.page.keyboard.press("Shift")
    pad.page.wait_for_url("**/pad/leave")
    assert pad.page.title() == "Weather"
    pad.go("/pad/")
    pad.page.get_by_role("heading", name="Weather").wait_for()
    assert "egister" not in pad.page.inner_text("body")


def _signing_out(pad: Pad) -> None:
    pad.go("/account")
    pad.page.get_by_role("button", name="Sign out").first.click()
    pad.page.wait_for_url("**/sign-in**")


_OVER_WHEN_NOTHING_WAITS = """(() => {
  const removed = Storage.prototype.removeItem;
  Storage.prototype.removeItem = function (name) {
    removed.call(this, name);
    if (name !== "pad-waits") return;
    IDBDatabase.prototype.transaction = () => { throw new DOMException("over", "AbortError"); };
  };
})()"""


@pytest.mark.parametrize("way", [_ten_wrong_pins, _quick_exit, _signing_out])
def test_the_register_is_wiped_and_the_queue_still_arrives(hall, phone, way):
    slot = {_ten_wrong_pins: 1, _quick_exit: 2, _signing_out: 3}[way]
    pad = phone()
    pad.take()
    pad.cut()
    pad.session(slot)
    pad.mark(0, "late")
    pad.waits(1)
    before = pad.dump()["stores"]
    assert [len(before[name]) for name in ("held", "log", "queue")] == [1, 1, 1]
    assert before["pads"][0]["key"] == "key private false"
    way(pad)
    kept = pad.dump()
    assert [len(kept["stores"][name]) for name in ("held", "log", "answers")] == [0, 0, 0]
    assert "pad" not in kept["local"]
    assert len(kept["stores"]["queue"]) == 1
    assert hall.marks(slot) == {}
    pad.mend()
    # She may leave the page as soon as nothing seems to wait: it does nothing more from then on.
    pad.context.add_init_script(_OVER_WHEN_NOTHING_WAITS)
    # Any page of the site sends what waits, whoever is signed in.
    pad.go("/sign-in")
    wait_until(pad.page, "() => localStorage.getItem('pad-waits') === null")
    pad.go("/sign-in")
    assert hall.marks(slot) == {"late": 1}
    left = pad.dump()["stores"]
    assert [left[name] for name in ("queue", "pads", "held")] == [[], [], []]


def test_a_register_that_is_taken_while_another_is_forgotten_keeps_its_pad(hall, browser):
    pad = Pad(browser, hall)
    pad.go("/pad/")
    kept = pad.page.evaluate(
        """async () => {
          const { all, forgetPads, inStore } = await import("/static/pad/store.js");
          const forgotten = forgetPads();
          await inStore(["pads", "held"], "readwrite", (transaction) => {
            transaction.objectStore("pads").put({ pad: "new" });
            transaction.objectStore("held").put({ pad: "new" }, "register");
          });
          await forgotten;
          return (await all("pads")).map(({ pad }) => pad);
        }"""
    )
    pad.close()
    assert kept == ["new"]


def test_a_register_for_which_there_is_no_room_leaves_the_one_before_as_it_was(hall, browser):
    pad = Pad(browser, hall)
    pad.go("/pad/")
    kept = pad.page.evaluate(
        """async () => {
          const { hold } = await import("/static/pad/register.js");
          localStorage.setItem("pad", "the half of before");
          IDBObjectStore.prototype.put = function () { this.transaction.abort(); };
          const now = new Date().toISOString();
          const slots = [{ id: "s", starts_at: now, minutes: 60 }];
          const grant = { pad: "new", now, ends: now, slots, marks: [] };
          const said = await hold(grant, "271828", null).then(() => "held", () => "no room");
          return [said, localStorage.getItem("pad")];
        }"""
    )
    pad.close()
    assert kept == ["no room", "the half of before"]


def test_a_page_that_stays_open_while_another_takes_the_register_anew_loses_no_mark(hall, phone):
    pad = phone()
    pad.take()
    pad.session(0)
    other = pad.context.new_page()
    other.goto(f"{hall.served.address}/workshops/{hall.workshop}/pad")
    other.fill("#pin", PIN)
    other.fill("#again", PIN)
    other.get_by_role("button", name="Take the register").click()
    other.wait_for_url("**/pad/")
    other.close()
    # What it showed is no longer the register of this phone.
    pad.open()
    entry = pad.mark(20, "late")
    pad.waits(0)
    assert hall.rows(
        "SELECT status FROM mark JOIN roster_entry ON roster_entry.person_id = mark.person_id"
        " JOIN slot ON slot.id = mark.slot_id"
        " WHERE roster_entry.public_id = ? AND slot.public_id = ?",
        entry,
        hall.slots[0],
    ) == [("late",)]


def test_what_met_another_mark_is_told_and_a_register_is_taken_again(hall, phone):
    pad = phone()
    pad.take()
    pad.session(3)
    pad.context.set_offline(True)
    met = pad.mark(7, "late")
    pad.mark(8, "late")
    person, slot = hall.rows(
        "SELECT roster_entry.person_id, slot.id FROM roster_entry, slot"
        " WHERE roster_entry.public_id = ? AND slot.public_id = ?",
        met,
        hall.slots[3],
    )[0]
    hall.change(
        "INSERT INTO mark (slot_id, person_id, status, version) VALUES (?, ?, 'absent', 1)",
        slot,
        person,
    )
    ends = hall.rows("SELECT id, ends_at FROM pad ORDER BY id DESC LIMIT 1")[0]
    hall.change("UPDATE pad SET ends_at = taken_at WHERE id = ?", ends[0])
    pad.context.set_offline(False)
    pad.page.get_by_text("Sign in and download the register again").wait_for()
    assert "2 not sent." in pad.unsent()
    assert pad.page.locator(f"#late-{met}").is_checked()
    pad.take()
    pad.waits(0)
    assert hall.rows("SELECT count(*) FROM mark WHERE slot_id = ? AND status = 'late'", slot) >= [
        (1,)
    ]
    assert hall.rows(
        "SELECT status FROM mark WHERE slot_id = ? AND person_id = ?", slot, person
    ) == [("absent",)]
    # Of the pad that is on the phone now the same is told in words.
    pad.session(3)
    pad.context.set_offline(True)
    pad.mark(9, "absent")
    other = pad.page.locator(".person").nth(9).locator("input").first.get_attribute("name")
    hall.change(
        "INSERT INTO mark (slot_id, person_id, status, version)"
        " SELECT ?, person_id, 'present', 1 FROM roster_entry WHERE public_id = ?",
        slot,
        other,
    )
    pad.context.set_offline(False)
    told = pad.page.locator(".person .error")
    told.wait_for()
    assert told.inner_text() == (
        "You marked absent; present is saved. Decided by a person on the website."
    )
    assert pad.page.locator(f"#present-{other}").is_checked()


def test_badges_are_known_already_in_or_of_elsewhere(hall, phone):
    pad = phone()
    pad.take()
    pad.session(1)
    entry, other = (
        pad.page.locator(".person input").nth(place * 3).get_attribute("name") or ""
        for place in (30, 31)
    )
    read = """async ([slot, text]) => {
      const { open, slotOf } = await import("/static/pad/register.js");
      const { readBadge } = await import("/static/pad/door.js");
      return (await readBadge(open.held, slotOf(open.held, slot), text)).title;
    }"""
    said = [
        pad.page.evaluate(read, [hall.slots[1], text])
        for text in (
            f"KB1:{entry.upper()}",
            f"KB1:{entry.upper()}",
            "KB1:0000000000000000",
            "https://example.org/",
        )
    ]
    assert said == ["Is in", "Already in", "Another workshop", "Not a badge"]
    pad.session(1, "scan")
    pad.page.get_by_role("button", name="Start the camera").click()
    # This browser has none.
    pad.page.locator(".note.bad").wait_for()

    # While badges are read it stays open, with no finger on the glass.
    pad.page.clock.install()
    looked = "document.dispatchEvent(new Event('visibilitychange'))"
    pad.page.clock.fast_forward("06:00")
    assert pad.page.evaluate(read, [hall.slots[1], f"KB1:{other.upper()}"]) == "Is in"
    pad.page.clock.fast_forward("06:00")
    pad.page.evaluate(looked)
    assert pad.page.locator("#pin").count() == 0
    pad.page.clock.fast_forward("06:00")
    pad.page.evaluate(looked)
    pad.page.locator("#pin").wait_for()


def test_the_pad_decides_as_the_server_does(hall, browser):
    cases = all_cases()
    assert len(cases) >= 500
    pad = Pad(browser, hall)
    pad.go("/pad/")
    wrong = pad.page.evaluate(
        """async (cases) => {
          const { decide } = await import("/static/pad/decide.js");
          return cases.filter(({ operation, now, expected }) => {
            const { reply, reason, standing } = decide(operation, now);
            return reply !== expected.reply || reason !== expected.reason
              || standing.status !== expected.status || standing.version !== expected.version;
          });
        }""",
        cases,
    )
    pad.close()
    assert wrong == []


def test_every_screen_is_usable_by_everyone(hall, phone):
    pad = phone()
    page = pad.page
    found: list[str] = []

    def look(where: str) -> None:
        # What lies half below the head or the dock until the page is scrolled, axe takes for small.
        page.evaluate(
            "document.querySelectorAll('.top, .dock')"
            ".forEach((one) => { one.style.position = 'static'; })"
        )
        found.extend(findings(page, where, [PHONE]))
        page.set_viewport_size(PHONE)

    pad.go(f"/workshops/{hall.workshop}/pad")
    page.fill("#pin", "123456")
    page.get_by_role("button", name="Take the register").click()
    page.locator("#pin-error:not([hidden])").wait_for()
    look("taking")
    pad.take()
    pad.cut()
    look("sessions")
    pad.session(2)
    pad.mark(20, "absent")
    pad.waits(1)
    look("a register")
    pad.mark(21, "present")
    for what in ("walk-in", "count", "note", "scan", "signatures"):
        pad.session(2, what)
        look(what)
    pad.session(2, "signatures")
    page.get_by_role("link", name="Sign").first.click()
    page.locator("canvas").wait_for()
    look("signing")
    page.evaluate("location.hash = '#told'")
    page.get_by_role("heading", name="To be decided").wait_for()
    look("to be decided")
    page.get_by_role("button", name="SW").click()
    page.get_by_role("heading", name="Ya kuamuliwa").wait_for()
    look("Kiswahili")
    page.get_by_role("button", name="EN").click()
    page.get_by_role("heading", name="To be decided").wait_for()
    page.reload()
    pad.type_pin(WRONG_PIN)
    page.locator("#pin-error:not([hidden])").wait_for()
    look("the PIN")
    assert found == [], "\n".join(found)


def test_what_is_kept_for_use_without_a_network_is_small(hall, browser):
    from benchmarks.sync_browser import precached_kb

    assert 20 < precached_kb(hall.served.address) <= MOST_KB
    assert Path(PROJECT, "static", "pad", "take.js").exists()


def test_a_saved_queue_is_brought_in_elsewhere_unless_it_was_changed(
    hall, browser, phone, tmp_path
):
    pad = phone()
    pad.take()
    pad.cut()
    pad.session(2)
    entries = [pad.mark(place, "late") for place in (30, 31, 32)]
    pad.page.get_by_role("link", name="Sessions").click()
    with pad.page.expect_download() as expected:
        pad.page.get_by_role("button", name="Save as a file").first.click()
    saved = expected.value
    assert saved.suggested_filename.endswith(".kashpad")
    whole = saved.path().read_bytes()
    assert not any(name.encode() in whole for name in (FIRST, LAST))
    # One byte of a sealed operation, such that the file still reads as before.
    at = whole.index(b"ct") + 20
    changed = whole[:at] + (b"A" if whole[at : at + 1] != b"A" else b"B") + whole[at + 1 :]
    office = Pad(browser, hall)
    office.sign_in("baraka@example.org")

    def bring_in(content: bytes) -> None:
        office.go(f"/workshops/{hall.workshop}/pad/import")
        office.page.locator("[type=file]").set_input_files(
            {"name": "queue.kashpad", "mimeType": "application/octet-stream", "buffer": content}
        )
        office.page.get_by_role("button", name="Bring it in").click()

    def late() -> set[str]:
        return {
            entry
            for (entry,) in hall.rows(
                "SELECT roster_entry.public_id FROM mark"
                " JOIN slot ON slot.id = mark.slot_id"
                " JOIN roster_entry ON roster_entry.person_id = mark.person_id"
                " WHERE slot.public_id = ? AND mark.status = 'late'",
                hall.slots[2],
            )
        }

    bring_in(changed)
    office.page.locator("[data-errors]").wait_for()
    assert late().isdisjoint(entries)
    bring_in(whole)
    office.page.locator(".toast, .flashes").first.wait_for()
    assert late() >= set(entries)
    office.close()
    # The phone hears of it when it sends, and forgets.
    pad.mend()
    # It may send by itself at any moment, and then there is no button to press any more.
    pad.page.evaluate("dispatchEvent(new Event('online'))")
    pad.waits(0)
    assert pad.dump()["stores"]["queue"] == []
