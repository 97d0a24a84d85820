"""Pad on a phone, and what it needs: from a tap to its paint, and how much is kept on it.

Chromium at a quarter of its speed stands for a phone of 2019.
"""

from __future__ import annotations

import json
import re
import statistics
import time
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from playwright.sync_api import Browser, CDPSession, Locator, sync_playwright

BROWSER = "/usr/bin/chromium"
PEOPLE = 500
TAPS = 30
SLOWER = 4
PHONE = {"width": 360, "height": 740}
PIN = "271828"
FINGER_RESTS = 0.06
_SECONDS_FOR_A_TAP = 20_000

# A register as a grant gives it, and a key pair whose private half nobody has.
_GRANT: dict[str, Any] = {
    "pad": "pad0000000000000",
    "now": "2098-12-31T05:00:00+00:00",
    "ends": "2099-01-01T00:00:00+00:00",
    "server_key": {
        "id": "key0000000000000",
        "jwk": {
            "kty": "EC",
            "crv": "P-256",
            "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
            "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
        },
    },
    "register": {"id": "reg0000000000000", "neutral_title": "Measured", "language": "en"},
    "slots": [
        {
            "id": "slot000000000000",
            "label": "1.1 · 08:30",
            "starts_at": "2098-12-31T05:30:00+00:00",
            "minutes": 90,
            "closed": False,
        }
    ],
    "groups": [{"letter": "A"}, {"letter": "B"}],
    "sexes": ["female", "male", "other"],
    "age_bands": ["under18", "18-24", "25-34", "35-44", "45-plus"],
    "statuses": [
        {"code": code, "letter": letter, "weight": weight, "tone": tone, "label": label}
        for code, letter, weight, tone, label in (
            ("present", "P", 100, "good", "present"),
            ("late", "L", 100, "warn", "late"),
            ("left_early", "D", 50, "warn", "left early"),
            ("excused", "E", 0, "quiet", "excused"),
            ("absent", "A", 0, "bad", "absent"),
        )
    ],
    "roster": [
        {
            "entry": f"entry{number:011}",
            "code": f"{'AB'[number % 2]}{number // 2 + 1:02}",
            "initials": "Z.K.",
            "letter": "AB"[number % 2],
        }
        for number in range(PEOPLE)
    ],
    "marks": [],
}
_HOLD = """async ([grant, pin]) => {
  const { hold } = await import("/static/pad/register.js");
  const { signingPair } = await import("/static/pad/keys.js");
  await hold(grant, pin, (await signingPair()).key);
}"""
# From the moment that the finger left the glass to the next paint, which shows the mark as made: it
# comes after the mark was sealed and is on the disk, together with the new sum.
_WATCH = """() => {
  window.taps = [];
  const painted = (then) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => then(performance.now());
    channel.port2.postMessage(0);
  });
  document.querySelector(".pad-rows").addEventListener("pointerup", (event) => {
    if (!event.target.closest("label")) return;
    const watcher = new MutationObserver(() => {
      watcher.disconnect();
      painted((at) => window.taps.push(at - event.timeStamp));
    });
    watcher.observe(document.querySelector(".dock .sum"), { childList: true });
  }, true);
}"""


def tap_ms(browser: Browser, address: str) -> float:
    """The median in milliseconds of 30 taps among 500 people, each to the paint that shows it."""
    with closing(browser.new_context(viewport=PHONE, has_touch=True)) as context:
        # Nothing is sent meanwhile.
        context.route("**/pad/sync", lambda route: route.abort())
        page = context.new_page()
        page.goto(f"{address}/pad/")
        page.locator("h1").wait_for()
        page.evaluate(_HOLD, [_GRANT, PIN])
        page.goto("about:blank")
        page.goto(f"{address}/pad/#s/{_GRANT['slots'][0]['id']}")
        page.fill("#pin", PIN)
        page.locator("form .main").click()
        page.locator(".pad-rows .person").first.wait_for()
        session = context.new_cdp_session(page)
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        page.evaluate(_WATCH)
        rows = page.locator(".pad-rows .person")
        for number in range(TAPS):
            row = rows.nth(number * (PEOPLE // TAPS))
            row.scroll_into_view_if_needed()
            page.wait_for_timeout(150)
            _touch(session, row.locator("label").nth(number % 3))
            page.wait_for_function(
                "count => window.taps.length > count", arg=number, timeout=_SECONDS_FOR_A_TAP
            )
        found: list[float] = page.evaluate("window.taps")
    return statistics.median(found)


def _touch(session: CDPSession, label: Locator) -> None:
    """A finger that rests for a moment, as fingers do."""
    box = label.bounding_box()
    if box is None:
        raise LookupError("there is nothing to touch")
    middle = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [middle]})
    time.sleep(FINGER_RESTS)
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def precached_kb(address: str) -> float:
    """Kilobytes (of 1,000) as they come over the line, of the worker and of all that it keeps."""
    worker = _fetched(f"{address}/pad/sw.js")
    listed = re.search(r"new Set\((\[.*?\])\)", worker.decode(), re.DOTALL)
    if listed is None:
        raise LookupError("the worker lists no files")
    files = json.loads(listed.group(1))
    sizes = [len(worker), *(len(_fetched(urljoin(address, file))) for file in files)]
    return sum(sizes) / 1000


def _fetched(address: str) -> bytes:
    """Bytes that are sent for an address, compressed as they are sent."""
    asked = urllib.request.Request(address, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(asked, timeout=20) as answer:
        body: bytes = answer.read()
        return body


def ask_for_browser() -> None:
    """Raise LookupError with a sentence if the browser that is measured is not there."""
    if not Path(BROWSER).is_file():
        raise LookupError(f"Taps are measured in {BROWSER}: apt-get install chromium")


def figures(port: int) -> dict[str, float]:
    """The figures of the pad on a server that runs here, with a register of its own."""
    ask_for_browser()
    address = f"http://127.0.0.1:{port}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=BROWSER, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        median = tap_ms(browser, address)
        browser.close()
    return {"tap_ms": round(median, 1), "precached_kb": round(precached_kb(address), 1)}
