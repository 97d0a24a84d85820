"""At the door: badges are held before a real camera's film, and the code on the wall lets in once.

The site runs in this process, so that a test says what time it is on the server.
"""

import io
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from apiflask import APIFlask
from flask.testing import FlaskClient
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect
from werkzeug.serving import make_server

from kash.attendance.models import MarkOperation, Slot
from kash.attendance.rules.registers import TURN, badge_entry, badge_shown, badge_text
from kash.attendance.services import pads as door_services
from kash.people.models import Person
from kash.platform.database import db
from kash.platform.press import Badge, badges
from kash.policy import Actor
from kash.workshops.queries.plan import sessions_of
from kash.workshops.services.people import enrol
from kash.workshops.services.planning import cancel_workshop
from kash.workshops.views import door as door_views
from tests.workshops.conftest import Held, held, make_person, plan  # noqa: F401
from tests.workshops.test_views import entries, sessions

from .faults import note_faults
from .looking import DESK, PHONE, findings
from .phones import Answering

pytestmark = pytest.mark.browser

WIDTH, HEIGHT = 320, 240
# What buzzes and sounds is counted, and the camera's own reader is not there, as on most phones.
COUNTED = """
window.buzzed = [];
window.notes = [];
navigator.vibrate = (pattern) => window.buzzed.push(pattern);
delete window.BarcodeDetector;
window.AudioContext = class {
  currentTime = 0;
  createOscillator() {
    const frequency = { set value(pitch) { window.notes.push(pitch); } };
    return { frequency, connect: (next) => next, start() {}, stop() {} };
  }
  createGain() {
    const gain = { setValueAtTime() {}, exponentialRampToValueAtTime() {} };
    return { gain, connect() {} };
  }
};
"""


@dataclass
class Site:
    """The application, served by a thread; `page(context)` keeps what goes wrong in a page."""

    app: APIFlask
    address: str
    client_for: Callable[[Actor], FlaskClient]
    problems: list[str]

    def page(self, browser: Browser, who: Actor, **more: Any) -> Page:
        """A page of a browser in which this actor is signed in."""
        context: BrowserContext = browser.new_context(
            **({"locale": "en-GB", "timezone_id": "Africa/Nairobi", "viewport": PHONE} | more)
        )
        name = self.app.config["SESSION_COOKIE_NAME"]
        cookie = self.client_for(who).get_cookie(name)
        assert cookie is not None
        context.add_cookies([{"name": name, "value": cookie.value, "url": self.address}])
        page = context.new_page()
        page.set_default_timeout(30_000)
        note_faults(page, self.problems)
        return page


@pytest.fixture
def site(app, client_for):
    answering = Answering(app)
    server = make_server("localhost", 0, answering, threaded=True)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    made = Site(app, f"http://localhost:{server.server_port}", client_for, [])
    yield made
    server.shutdown()
    serving.join()
    server.server_close()
    answering.rest()
    assert made.problems == []


def seen(names: dict[str, str], folder: Path) -> dict[str, Image.Image]:
    """What a camera sees of the printed badges of these people (name and entry), by entry."""
    people = [
        Badge(name, "Working Together", "B", badge_shown(entry), badge_text(entry))
        for name, entry in names.items()
    ]
    sheet, drawn_as = folder / "badges.pdf", folder / "drawn"
    sheet.write_bytes(badges(people, title="Badges", language="en"))
    drawn = subprocess.run(
        [
            "pdftoppm",
            "-r",
            "150",
            "-gray",
            "-png",
            "-singlefile",
            str(sheet),
            str(folder / "drawn"),
        ],
        capture_output=True,
    )
    assert drawn.returncode == 0, drawn.stderr
    page = Image.open(drawn_as.with_suffix(".png")).convert("L")
    found: dict[str, Image.Image] = {}
    for code in zxingcpp.read_barcodes(page):
        corner, end = code.position.top_left, code.position.bottom_right
        left = (corner.x + end.x - WIDTH) // 2
        top = (corner.y + end.y - HEIGHT) // 2
        found[badge_entry(code.text) or ""] = page.crop((left, top, left + WIDTH, top + HEIGHT))
    return found


def film(path: Path, *shown: Image.Image) -> Path:
    """One badge after the other before the camera, with time between them."""
    grey = Image.new("L", (WIDTH, HEIGHT), 200)
    scenes = [scene for badge in shown for scene in ((badge, 8), (grey, 20))]
    head = f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F8:1 Ip A1:1 C420\n".encode()
    colours = b"\x80" * (WIDTH * HEIGHT // 2)
    frames = [(b"FRAME\n" + each.tobytes() + colours) * long for each, long in scenes]
    path.write_bytes(head + b"".join(frames))
    return path


def test_badges_are_read_by_the_camera(
    site,
    held,  # noqa: F811
    plan,  # noqa: F811
    browser_type,
    browser_type_launch_args,
    tmp_path,
):
    other = plan(by=held.trainer)
    enrol(other.workshop, make_person("Tulivu Sampuli"), held.trainer)
    hers, stranger = entries(held)["Zawadi Sampuli"], entries(other)["Tulivu Sampuli"]
    printed = seen({"Zawadi Sampuli": hers, "Tulivu Sampuli": stranger}, tmp_path)
    badge, wrong = printed[hers], printed[stranger]
    camera = [
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={film(tmp_path / 'door.y4m', badge, badge, wrong)}",
    ]
    arguments = [*browser_type_launch_args["args"], *camera]
    browser = browser_type.launch(**{**browser_type_launch_args, "args": arguments})
    page = site.page(browser, held.trainer)
    page.add_init_script(COUNTED)
    path = f"/workshops/{held.workshop}/attendance/{sessions(held)[0]}/scan"
    page.goto(site.address + path)
    came, who = page.locator("[data-came]"), page.locator("[data-came-name]")
    expect(page.locator("[data-here]")).to_have_text("0")
    page.locator("[data-start]").click()
    expect(page.locator("[data-start]")).to_be_hidden()
    for tone, says, name in (
        ("good", "Is in", "Zawadi Sampuli (B)"),
        ("warn", "Was in already", "Zawadi Sampuli (B)"),
        ("bad", "This badge is of another workshop.", ""),
    ):
        expect(came).to_contain_text(says)
        expect(came).to_have_class(f"came {tone}")
        expect(who).to_have_text(name)
    assert page.evaluate("window.buzzed") == [[60], [60, 80, 60], [300]]
    assert page.evaluate("window.notes") == [660, 990, 520, 520, 330, 220]
    expect(page.locator("[data-here]")).to_have_text("1")
    assert findings(page, "badges", sizes=(PHONE,)) == []
    # What is not taken stays typed, and the reason is the server's own.
    db.session.rollback()
    cancel_workshop(held.workshop, "Rain", held.trainer)
    page.locator("#code").fill(hers.upper())
    page.locator("[data-typed] button").click()
    expect(came).to_contain_text("cancelled")
    expect(page.locator("#code")).not_to_have_value("")
    browser.close()
    db.session.rollback()
    (kept,) = db.session.query(MarkOperation).all()
    assert (kept.status, kept.device, kept.marked_by) == ("present", "scan", held.trainer.public_id)


@dataclass
class Clock:
    """What time it is on the server."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock(monkeypatch):
    """The server's clock at the door: it stands, at the beginning of a turn."""
    moment = datetime.now(UTC).timestamp() // TURN.total_seconds() * TURN.total_seconds()
    found = Clock(datetime.fromtimestamp(moment, UTC) + timedelta(seconds=1))
    monkeypatch.setattr(door_views, "utc_now", found)
    monkeypatch.setattr(door_services, "utc_now", found)
    return found


def scanned(wall: Page) -> str:
    """Where the code on the wall leads, read off the screen as a phone's camera does."""
    picture = Image.open(io.BytesIO(wall.locator(".wall-code").screenshot()))
    (code,) = zxingcpp.read_barcodes(picture)
    return str(code.text).partition("/workshops/")[2]


def test_the_code_on_the_wall_changes_and_lets_each_in_once(
    site,
    held,  # noqa: F811
    browser,
    actor,
    clock,
):
    slot = db.session.query(Slot).filter_by(register_id=held.row.register_id, position=1).one()
    slot.starts_at = clock.now - timedelta(minutes=5)
    key = slot.public_id
    db.session.commit()
    session = next(one.public_id for one in sessions_of(held.row) if one.slot == key)
    people = dict(db.session.query(Person.chosen_name, Person.id))
    officer, peer = (
        actor(role, name=name, person_id=people[name])
        for role, name in (("police_peer", "Baraka Sampuli"), ("peer", "Zawadi Sampuli"))
    )
    wall = site.page(browser, held.trainer, viewport=DESK)
    wall.clock.install()
    wall.goto(f"{site.address}/workshops/{held.workshop}/attendance/{session}/screen")
    typed, here = wall.locator(".wall-typed"), wall.locator(".wall-count b")
    expect(here).to_have_text("0")
    first, shown = scanned(wall), typed.inner_text()
    assert shown.replace("-", "") in first
    assert findings(wall, "the wall", sizes=(DESK,)) == []
    wall.set_viewport_size(DESK)

    # His phone's camera leads him to a page with one button.
    phone = site.page(browser, officer)
    phone.goto(f"{site.address}/workshops/{first}")
    assert findings(phone, "checking in", sizes=(PHONE,)) == []
    phone.set_viewport_size(PHONE)
    phone.get_by_role("button", name="I am here").click()
    phone.get_by_text("You are checked in.").wait_for()
    phone.goto(f"{site.address}/workshops/{first}")
    phone.get_by_role("button", name="I am here").click()
    phone.get_by_text("You were checked in already.").wait_for()

    # Ten seconds later the wall shows another code by itself, and that somebody is in.
    clock.now += TURN
    wall.clock.fast_forward(int(TURN.total_seconds() * 1000))
    expect(typed).not_to_have_text(shown)
    expect(here).to_have_text("1")
    second = scanned(wall)
    assert second != first

    # A picture of the first code, passed on, is of no use half a minute later.
    clock.now += 3 * TURN
    late = site.page(browser, peer)
    late.goto(f"{site.address}/workshops/{first}")
    late.get_by_role("button", name="I am here").click()
    error = late.locator("#code-error")
    expect(error).to_have_text(
        "This code is old, or not of a session that you are expected in. Scan it again."
    )
    assert findings(late, "an old code", sizes=(PHONE,)) == []
    late.set_viewport_size(PHONE)
    late.goto(f"{site.address}/workshops/{second}")
    late.get_by_role("button", name="I am here").click()
    late.get_by_text("You are checked in.").wait_for()
    wall.clock.fast_forward(int(TURN.total_seconds() * 1000))
    expect(here).to_have_text("2")
    for each in (wall, phone, late):
        each.context.close()
    db.session.rollback()
    kept = db.session.query(MarkOperation).order_by(MarkOperation.id).all()
    assert [(one.marked_by, one.device) for one in kept] == [
        (officer.public_id, "self"),
        (peer.public_id, "self"),
    ]
