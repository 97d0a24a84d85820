"""A certificate is checked on a phone whose network is gone, after one visit. Nothing is sent."""

import itertools
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import pytest
import segno
from flask_migrate import stamp
from playwright.sync_api import Page, expect

from kash.certificates.models import Certificate
from kash.certificates.queries.issuing import certificates_of
from kash.certificates.rules.issuing import qr_text
from kash.certificates.services.certificates import revoke
from kash.people.rules.persons import compared_name
from kash.platform.database import db
from tests.certificates.conftest import ALL, MOST, Ready, held, plan, ready  # noqa: F401

from .looking import PHONE, findings
from .serving import PROJECT, Served

pytestmark = pytest.mark.browser
WIDTH, HEIGHT = 640, 480
# A browser that knows no Ed25519, as those of older phones.
WITHOUT_ED25519 = """
const known = SubtleCrypto.prototype.importKey;
SubtleCrypto.prototype.importKey = function (format, key, kind, ...more) {
  if (kind.name === "Ed25519") return Promise.reject(new DOMException("", "NotSupportedError"));
  return known.call(this, format, key, kind, ...more);
};
"""


@dataclass
class Programme:
    """A site with one valid and one revoked certificate, as their codes and names."""

    served: Served
    valid: str
    revoked: str
    name: str
    serials: tuple[str, str]


def fragment(certificate: Certificate) -> str:
    return qr_text("http://x", certificate.payload or b"").rsplit("#", 1)[1]


@pytest.fixture
def programme(ready, app, compiled):  # noqa: F811
    ready.confirm(ALL, MOST)
    one, other = certificates_of(ready.batch(ready.issued()))
    told = (
        fragment(one),
        fragment(other),
        one.printed_name,
        (one.serial or "", other.serial or ""),
    )
    revoke(other, "conduct", "told to the director", ready.director)
    db.session.remove()
    # Made without migrations, which the server would otherwise run.
    stamp(str(PROJECT / "migrations"), "head")
    db.session.remove()
    served = Served(app.config["SETTINGS"].data_dir, compiled)
    try:
        served.wait_for(re.compile(r"(http://localhost:\d+)").search)
        yield Programme(served, *told)
    finally:
        served.stop()


def film(path: Path, text: str) -> Path:
    """What a camera sees that is held before a printed code."""
    rows = list(segno.make(text, error="m", micro=False).matrix_iter(scale=4, border=4))
    left, top = (WIDTH - len(rows[0])) // 2, (HEIGHT - len(rows)) // 2
    picture = bytearray(b"\xc8" * (WIDTH * HEIGHT))
    for y, row in enumerate(rows):
        start = (top + y) * WIDTH + left
        picture[start : start + len(row)] = bytes(16 if dark else 235 for dark in row)
    frame = b"FRAME\n" + bytes(picture) + b"\x80" * (WIDTH * HEIGHT // 2)
    head = f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420\n".encode()
    path.write_bytes(head + frame * 2)
    return path


@pytest.fixture
def phone(programme, browser_type, browser_type_launch_args, tmp_path):
    """A browser of its own, whose camera looks at the valid certificate."""
    printed = f"{programme.served.address.upper()}/V#{programme.valid}"
    filmed = film(tmp_path / "code.y4m", printed)
    camera = [
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={filmed}",
    ]
    arguments = [*browser_type_launch_args["args"], *camera]
    browser = browser_type.launch(**{**browser_type_launch_args, "args": arguments})
    yield browser
    browser.close()


def told(page: Page, word: str) -> None:
    expect(page.locator("[data-told] h2")).to_have_text(word)
    # Whatever was scanned is off the address by then.
    expect(page).to_have_url(re.compile("^[^#]*$"))


def scanned(page: Page, code: str) -> None:
    """Another code in the same tab, as a phone's own camera opens it; what was told of the one
    before is taken away, so that it is not taken for the answer."""
    page.evaluate(
        """code => {
          document.querySelector("[data-told] h2").textContent = "";
          location.hash = code;
        }""",
        code,
    )


def turned(code: str, byte: int) -> str:
    """The same code with one bit of it turned."""
    import base64

    payload = bytearray(base64.b32decode(code))
    payload[byte] ^= 1
    return base64.b32encode(payload).decode()


def checked_by_serial_though_the_browser_knows_no_network(page: Page, to: Programme) -> None:
    """Some say that there is none wherever they know of none that they made themselves."""
    page.add_init_script(
        "Object.defineProperty(Navigator.prototype, 'onLine', { get: () => false });"
    )
    page.goto(f"{to.served.address}/V")
    page.locator("[data-serial-from-fragment] [name=serial]").fill(to.serials[0])
    check = page.locator("[data-serial-from-fragment] [type=submit]")
    page.context.set_offline(True)
    with page.expect_event("requestfailed"):
        check.click()
    expect(page.locator("[data-check-says]")).to_contain_text("There is no network.")
    page.context.set_offline(False)
    with page.expect_navigation():
        check.click()
    expect(page.locator("[data-verdict]")).to_contain_text("Valid")
    page.close()


def test_a_certificate_is_checked_without_a_network(programme, phone):
    served = programme.served
    context = phone.new_context(locale="en-GB", service_workers="allow")
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))

    page.goto(f"{served.address}/V")
    expect(page.locator("[data-kept]")).to_be_visible()
    # What the phone keeps is the same for everybody.
    kept: dict[str, str] = page.evaluate(
        """async () => {
          const found = {};
          for (const name of await caches.keys()) {
            const cache = await caches.open(name);
            for (const key of await cache.keys())
              found[new URL(key.url).pathname + new URL(key.url).search] =
                await (await cache.match(key)).text();
          }
          return found;
        }"""
    )
    assert {"/V", "/V?language=en", "/V?language=sw", "/verify/status"} <= set(kept)
    everything = "\n".join([*kept, *kept.values()])
    for private in (programme.name, *programme.serials, programme.valid[:40], 'name="csrf-token"'):
        assert private not in everything
    # Every part that the page or a script of it names is kept too.
    named = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', kept["/V"]))
    for path, text in kept.items():
        if path.partition("?")[0].endswith(".js") and "/vendor/" not in path:
            for step in re.findall(r'(?:import|from|import\()\s*"(\.[^"]+)"', text):
                found = re.sub(r"[^/]+/\.\./", "", f"/static/js/{step}".replace("/./", "/"))
                named.add(found)
    on_other_pages = {path for path in named if path not in kept}
    assert not {path for path in on_other_pages if "?" in path}
    assert not on_other_pages & {"/static/js/checking.js", "/static/js/names.js"}

    # Who reads Kiswahili on the site is not answered in English from the second visit on.
    other = phone.new_context(locale="en-GB", service_workers="allow")
    other.add_cookies([{"name": "language", "value": "sw", "url": served.address}])
    again = other.new_page()
    again.goto(f"{served.address}/verify")
    expect(again.locator("[data-kept]")).to_be_visible()
    again.goto(f"{served.address}/verify")
    expect(again.locator("html")).to_have_attribute("lang", "sw")
    other.close()

    checked_by_serial_though_the_browser_knows_no_network(context.new_page(), programme)
    asked.clear()

    served.stop()
    context.set_offline(True)

    page.goto(f"{served.address}/V#{programme.valid}")
    told(page, "Valid")
    verdict = page.locator("[data-told]")
    expect(verdict).to_contain_text("-".join(re.findall("....", programme.serials[0])))
    expect(verdict).to_contain_text("As of")
    name = page.locator("#scanned-name")
    for typed, answer in (
        (programme.name.upper().replace(" ", "  "), "The name matches the printed one."),
        ("Somebody Else", "The name does not match the printed one."),
    ):
        name.fill(typed)
        name.press("Enter")
        expect(page.locator("[data-name-says]")).to_have_text(answer)

    assert findings(page, "a scanned code", sizes=(PHONE,)) == []

    scanned(page, programme.revoked)
    told(page, "Revoked")
    expect(verdict).to_contain_text("Withdrawn by the issuer")
    expect(verdict).to_contain_text("It is genuine, but no longer counts")
    for byte in (7, 19, 33, 80, 104):
        scanned(page, turned(programme.valid, byte))
        told(page, "Not ours")
        assert not name.is_visible()

    # In the other language, with what was scanned.
    scanned(page, programme.revoked)
    told(page, "Revoked")
    page.locator(".lang a[hreflang=sw]").click()
    told(page, "Kimebatilishwa")

    # A browser that knows no Ed25519 checks the same by the vendored one, and the camera reads.
    page.close()
    page = context.new_page()
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.add_init_script(WITHOUT_ED25519)
    page.goto(f"{served.address}/V?language=en#{programme.revoked}")
    told(page, "Revoked")
    scanned(page, turned(programme.valid, 50))
    told(page, "Not ours")
    page.locator("[data-camera-on]").click()
    told(page, "Valid")
    assert not page.locator("video").is_visible()

    names = page.evaluate(
        "async (names) => { const { comparedName } = await import('/static/js/names.js');"
        " return names.map(comparedName) }",
        NAMES,
    )
    assert [
        (name, here) for name, here in zip(NAMES, names, strict=True) if here != compared_name(name)
    ] == []
    assert problems == []
    context.close()

    # Neither the site nor what stands before it ever heard of a fragment, a serial or a name.
    heard = "".join(served.printed)
    assert '"/V"' in heard or "certificates.scan" in heard
    for private in (programme.valid, programme.revoked, *programme.serials, programme.name):
        assert private not in heard
        assert not [url for url in asked if private in url.partition("#")[0]]


def _names() -> list[str]:
    """Every character of living scripts, and names as people write them.

    Of the rest Unicode's editions differ a little, as Python's and a browser's may.
    """
    every = [
        chr(number)
        for number in range(0x10000)
        if unicodedata.category(chr(number)) not in ("Cn", "Cs", "Co")
    ]
    # Long texts cost less than many; a stop keeps what stands beside each other apart.
    portions = [".".join(every[start : start + 500]) for start in range(0, len(every), 500)]
    firsts = ("Ng’ang’a", "NG'ANG'A", "Wanjirũ", "Wanjiru\u0303", "Łucja", "İpek", "ışık", "Größe")
    lasts = (
        "O`Brien",
        "O ' Brien",
        "ΣΊΣΥΦΟΣ",
        "ﬁnlay",
        "ไทย สุข",
        "עַבְרִית",
        "Ａｋｉｎｙｉ",
        " ",
        "ʹʺ",
    )
    return [*portions, *(f"{one}\u00a0{other}" for one, other in itertools.product(firsts, lasts))]


NAMES = _names()
