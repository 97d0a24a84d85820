"""Passkeys in a real browser, whose device is a virtual one: made, used, lost and replaced."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, expect

from .faults import note_faults
from .looking import DESK
from .serving import Served
from .test_accessibility import findings
from .walking import PASSWORD

pytestmark = pytest.mark.browser


class Device:
    """A browser of its own with a virtual authenticator in it."""

    def __init__(self, browser: Browser, address: str, *, verifies: bool = True) -> None:
        self.context: BrowserContext = browser.new_context(viewport=DESK, locale="en-GB")
        self.context.set_default_timeout(30_000)
        self.page: Page = self.context.new_page()
        self.address = address
        self.troubles: list[str] = []
        note_faults(self.page, self.troubles)
        self.page.on(
            "console",
            lambda said: (
                self.troubles.append(said.text)
                if said.type == "error" and "Failed to load resource" not in said.text
                else None
            ),
        )
        self.page.on(
            "response",
            lambda answer: self.troubles.append(answer.url) if answer.status >= 500 else None,
        )
        self.cdp: CDPSession = self.context.new_cdp_session(self.page)
        self.cdp.send("WebAuthn.enable")
        self.key: str = self.cdp.send(
            "WebAuthn.addVirtualAuthenticator",
            {
                "options": {
                    "protocol": "ctap2",
                    "transport": "internal" if verifies else "usb",
                    "hasResidentKey": verifies,
                    "hasUserVerification": verifies,
                    "isUserVerified": verifies,
                    "automaticPresenceSimulation": True,
                }
            },
        )["authenticatorId"]

    def credentials(self) -> list[dict[str, Any]]:
        found = self.cdp.send("WebAuthn.getCredentials", {"authenticatorId": self.key})
        return list(found["credentials"])

    def go(self, path: str) -> None:
        self.page.goto(self.address + path)

    def fill(self, **fields: str) -> None:
        for name, value in fields.items():
            self.page.fill(f"[name={name}]", value)

    def button(self, name: str) -> None:
        button = self.page.get_by_role("button", name=name, exact=True).first
        button.wait_for()
        # What is pressed before its script is there goes the way without one.
        self.page.wait_for_load_state()
        expect(self.page.locator("[data-passkey]:not([data-ready])")).to_have_count(0)
        button.click()

    def link(self, what: str, of: str) -> None:
        self.page.get_by_role("link", name=re.compile(f"^{what} ?: {of}$")).click()

    def sees(self, text: str) -> None:
        self.page.get_by_text(text).first.wait_for()

    def arrives(self, path: str) -> None:
        self.page.wait_for_url(self.address + path)

    def password(self, email: str) -> None:
        self.go("/sign-in")
        self.fill(email=email, password=PASSWORD)
        self.button("Sign in")

    def adds_passkey(self, name: str) -> list[str]:
        self.go("/account/passkeys/add")
        self.fill(name=name)
        self.button("Add a passkey")
        self.sees("The passkey is added.")
        return [one.inner_text() for one in self.page.locator(".codes code").all()]

    def signs_out(self) -> None:
        self.go("/account")
        self.button("Sign out")
        self.arrives("/sign-in")


class Site:
    """A served programme whose administrator has a passkey and a password."""

    def __init__(self, browser: Browser, served: Served) -> None:
        self.browser = browser
        self.served = served
        code = self.served.set_up_code()
        self.administrator = self.device()
        self.administrator.go("/setup")
        self.administrator.fill(
            code=code,
            name="Lakeside rights programme",
            neutral_name="Lakeside",
            administrator_name="Amina",
            administrator_email="amina@example.org",
            password=PASSWORD,
        )
        self.administrator.button("Set up")
        self.administrator.arrives("/account/second-step")
        self.codes = self.administrator.adds_passkey("Office phone")
        self.account("director", "director@example.org")
        # Nobody waits for seven days here.
        self.served.command("account", "vouch", "director@example.org", "--yes")

    def account(self, role: str, email: str) -> str:
        return self.served.command(
            "account", "create", email, "--name", role.title(), "--role", role,
            "--password", PASSWORD,
        ).strip().splitlines()[-1]  # fmt: skip

    def device(self, *, verifies: bool = True) -> Device:
        return Device(self.browser, self.served.address, verifies=verifies)


@pytest.fixture(scope="module")
def site(browser, tmp_path_factory, compiled, empty_database):
    others = list(browser.contexts)
    served = Served(tmp_path_factory.mktemp("passkeys") / "var", compiled, empty_database)
    try:
        yield Site(browser, served)
    finally:
        for context in list(browser.contexts):
            if context not in others:
                context.close()
        served.stop()


def test_who_must_have_a_second_step_needs_a_passkey_only(site):
    device = site.administrator
    assert len(set(site.codes)) == 10
    device.go("/account")
    device.sees("Office phone")
    device.sees("Signs you in alone")
    for _ in range(2):
        device.signs_out()
        device.button("Sign in with a passkey")
        device.arrives("/")
    assert [one["signCount"] for one in device.credentials()] == [3]
    device.go("/account")
    device.sees("last used")
    # The last one stays, and a device has one passkey here.
    device.link("Remove", "Office phone")
    device.button("Remove the passkey")
    device.sees("Your roles need a second step.")
    device.go("/account/passkeys/add")
    device.fill(name="Again")
    device.button("Add a passkey")
    device.sees("This device has a passkey here already.")
    assert device.troubles == []


def test_a_device_that_checks_nobody_comes_after_the_password(site):
    site.account("trainer", "trainer@example.org")
    device = site.device(verifies=False)
    device.password("trainer@example.org")
    device.arrives("/")
    codes = device.adds_passkey("Key ring")
    assert len(codes) == 10
    device.go("/account")
    device.sees("After the password")
    device.signs_out()
    device.password("trainer@example.org")
    device.arrives("/sign-in/code")
    found = findings(device.page, "the code page")
    device.page.set_viewport_size(DESK)
    device.button("Use your passkey")
    device.arrives("/")
    # Lost: a code from paper, then another device, then the old one is removed.
    device.signs_out()
    lost = site.device()
    lost.password("trainer@example.org")
    lost.page.get_by_role("link", name="I have lost my phone").click()
    found += findings(lost.page, "lost phone")
    lost.page.set_viewport_size(DESK)
    lost.fill(code=codes[0].upper())
    lost.button("Sign in")
    lost.arrives("/account/after-recovery")
    found += findings(lost.page, "after recovery")
    lost.page.set_viewport_size(DESK)
    assert lost.adds_passkey("New phone") == []
    lost.go("/account")
    lost.link("Remove", "Key ring")
    lost.button("Remove the passkey")
    lost.sees("The passkey is removed.")
    lost.signs_out()
    lost.button("Sign in with a passkey")
    lost.arrives("/")
    device.password("trainer@example.org")
    device.arrives("/sign-in/code")
    assert device.troubles == lost.troubles == []
    assert found == [], "\n".join(found)


def test_lost_with_all_codes_by_two_people(site):
    site.account("monitoring", "monitoring@example.org")
    owner, director = site.device(), site.device()
    owner.password("monitoring@example.org")
    owner.arrives("/")
    owner.adds_passkey("Phone")
    owner.signs_out()
    director.password("director@example.org")
    director.arrives("/account/second-step")
    director.adds_passkey("Director's phone")
    asker = site.administrator
    asker.go("/accounts")
    asker.page.get_by_role("link", name="Monitoring").first.click()
    asker.page.get_by_role("link", name="Ask to remove the second step").click()
    found = findings(asker.page, "asking")
    asker.page.set_viewport_size(DESK)
    asker.fill(reason="He came to the office.")
    asker.button("Ask for it")
    asker.sees("You have asked.")
    director.go("/")
    director.link("Decide", "Monitoring")
    director.sees("He came to the office.")
    found += findings(director.page, "deciding")
    director.go("/accounts/requests")
    found += findings(director.page, "what waits")
    director.page.set_viewport_size(DESK)
    director.link("Decide", "Monitoring")
    director.button("Agree")
    director.sees("You have agreed.")
    owner.button("Sign in with a passkey")
    owner.sees("The passkey failed")
    owner.password("monitoring@example.org")
    owner.arrives("/")
    asker.go("/accounts/second-step")
    found += findings(asker.page, "who needs one")
    asker.page.set_viewport_size(DESK)
    assert asker.troubles == director.troubles == owner.troubles == []
    assert found == [], "\n".join(found)


def test_the_pages_of_passkeys_and_new_devices_are_usable(site):
    device = site.administrator
    other = site.device()
    other.password("amina@example.org")
    other.fill(code=site.codes[1])
    other.button("Sign in")
    other.arrives("/account/after-recovery")
    device.go("/")
    device.sees("Was it you?")
    found = findings(device.page, "a new device")
    for path in ("/account", "/account/passkeys/add", "/confirm", "/account/second-step"):
        device.go(path)
        found += findings(device.page, path)
    device.page.set_viewport_size(DESK)
    # A passkey confirms as the password does.
    device.go("/confirm?next=/accounts/invite")
    device.button("Use your passkey")
    device.arrives("/accounts/invite")
    device.go("/")
    device.button("No, end that session")
    device.arrives("/account/password")
    other.go("/account")
    assert "/sign-in" in other.page.url
    assert found == [], "\n".join(found)


def test_without_javascript_the_password_does_it_all(site):
    site.account("peer", "peer@example.org")
    context = site.browser.new_context(viewport=DESK, java_script_enabled=False)
    page = context.new_page()
    page.goto(site.served.address + "/sign-in")
    # The browser's parser does not know that scripts are off, so that this is there but not drawn.
    assert "Passkeys need JavaScript. Everything else works without it." in page.content()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("Passkeys need JavaScript. Sign in with your")).to_be_visible()
    page.fill("[name=email]", "peer@example.org")
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    assert page.url == site.served.address + "/"
    page.goto(site.served.address + "/account/passkeys/add")
    page.fill("[name=name]", "My phone")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("An authenticator app works without it.")).to_be_visible()
    expect(page.locator("[name=name]")).to_have_value("My phone")
    context.close()
