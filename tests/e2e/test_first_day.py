"""The first day: from an empty programme to its first certificate, in pages that were read, presses
and forms that were sent."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from .serving import Served
from .walkers import text_of
from .walking import PASSWORD, ZONE, Walk

pytestmark = pytest.mark.browser

PRESSED = "addEventListener('pointerdown', () => window.pressed(), true)"


class Counted(Walk):
    """A walk that counts what all people in it read, press and send."""

    def __init__(self, *given):
        super().__init__(*given)
        self.read = self.presses = self.forms = 0

    def newcomer(self, name):
        walker = super().newcomer(name)
        walker.context.expose_function("pressed", self._pressed)
        walker.context.add_init_script(PRESSED)
        walker.page.on("response", self._answered)
        return walker

    def _pressed(self):
        self.presses += 1

    def _answered(self, answer):
        if answer.request.is_navigation_request():
            html = answer.headers.get("content-type", "").startswith("text/html")
            self.forms += answer.request.method == "POST"
            self.read += html and not 300 <= answer.status < 400

    def count(self, what):
        print(f"| {what} | {self.read} | {self.presses} | {self.forms} |")
        return self.read, self.presses, self.forms

    def signs_in_again(self, walker):
        """Turn the second step on, and leave the recovery codes behind."""
        key = walker.page.locator("code").first.inner_text().replace(" ", "")
        walker.fill(code=pyotp.TOTP(key).now())
        walker.button("Turn it on")
        with walker.leaving():
            walker.link("I have kept them")

    def sets_up(self):
        code = self.served.set_up_code()
        first = self.newcomer("administrator")
        first.go("/")
        first.fill(
            code=code,
            name="Lakeside",
            administrator_name="Amina",
            administrator_email="amina@example.org",
            password=PASSWORD,
        )
        first.page.check("[name=runs_workshops]")
        first.button("Set up")
        self.signs_in_again(first)
        return first

    def plans(self, first, sessions):
        first.link("Plan a workshop")
        day = (datetime.now(UTC).astimezone(ZONE).date() - timedelta(days=1)).isoformat()
        outline = "\n".join(f"Session {number} 45" for number in range(1, sessions + 1))
        first.fill(course="Community health basics", outline=outline, starts_on=day, ends_on=day)
        first.button("Plan it and bring in people")

    def enrols(self, first, names):
        groups = ("Police", "Community")
        rows = [f'"{name}",{groups[at % 2]}' for at, name in enumerate(names)]
        first.fill(pasted="\n".join(["Name,Group", *rows]))
        first.button("Read the list")
        first.page.get_by_role("button", name="Save the list").wait_for()

    def saves(self, first):
        as_names = first.page.get_by_role("button", name="Write them as names")
        if as_names.count():
            as_names.click()
            first.sees("They are written as names now.")
        first.button("Save the list")
        first.page.wait_for_url("**/attendance")
        for closed in ("Somebody has no mark yet", "Registers closed"):
            first.page.get_by_label("Everybody here without a mark was there").check()
            first.button("Close the registers that are over")
            first.sees(closed)
        tabs = first.page.get_by_role("navigation", name="Workshop", exact=True)
        tabs.get_by_role("link", name="Certificates").click()

    def prints_specimen(self, first):
        with first.page.expect_download() as coming:
            first.link("Specimen, PDF")
        return coming.value.path().read_bytes()

    def proposes(self, first):
        first.page.get_by_label("All printed names were read").check()
        first.page.get_by_role("button", name="Propose certificates").click()
        # On the server's own machine the address is asked about, once.
        first.button("Go on with this address")
        first.link("Invite the director")
        first.page.locator("[name=rows-0-name]").fill("Achieng")
        first.page.locator("[name=rows-0-email]").fill("achieng@example.org")
        first.page.locator("[name=rows-0-role]").select_option(label="Director")
        first.button("Make the links")
        return first.page.locator(".links-made input").first.input_value()

    def approves(self, link):
        director = self.newcomer("director")
        director.page.goto(link)
        director.fill(password=PASSWORD)
        director.button("Open the account")
        director.page.wait_for_url(lambda url: "/join/" not in url)
        self.signs_in_again(director)
        director.link("Check and approve")
        director.button("Approve")
        director.sees("Approved. The trainer can issue")

    def prints(self, first):
        first.link("Today")
        first.page.locator("main .ledger a").first.click()
        first.link("Issue and print")
        first.page.get_by_role("dialog").get_by_role("button", name="Issue and print").click()
        download = first.page.get_by_role("link", name="Download")
        download.wait_for(timeout=60_000)
        with first.page.expect_download() as coming:
            download.click()
        return coming.value.path().read_bytes()


ODD = {"KIPRONO, Faith": "Faith Kiprono", "jane": "Jane", "odhiambo": "Odhiambo"}
MANY = [f"Neema{number} Kielelezo" for number in range(84)]


@pytest.mark.parametrize(
    ("sessions", "names", "most"), [(1, list(ODD), 30), (8, MANY, 55)], ids=["3", "84"]
)
def test_one_person_prints_a_specimen_and_one_approval_makes_certificates_of_it(
    browser, tmp_path, compiled, sessions, names, most
):
    served = Served(tmp_path / "var", compiled)
    walk = Counted(served, browser, tmp_path)
    try:
        first = walk.sets_up()
        walk.plans(first, sessions)
        walk.enrols(first, names)
        walk.saves(first)
        text = text_of(walk.prints_specimen(first), tmp_path, "specimen.pdf")
        read, presses, forms = walk.count(f"specimen, {len(names)} people")
        assert (list(walk.people), read <= 20, presses <= 25, forms <= 12) == (
            ["administrator"],
            True,
            True,
            True,
        )
        assert "Specimen · Kielelezo" in text
        walk.approves(walk.proposes(first))
        text = text_of(walk.prints(first), tmp_path, "certificates.pdf")
        read, presses, forms = walk.count(f"certificates, {len(names)} people")
        assert read <= 26
        assert presses <= most
        printed = [ODD.get(name, name) for name in names]
        assert {name: text.count(f" {name}\n") for name in printed} == dict.fromkeys(printed, 1)
        assert [walker.troubles for walker in walk.people.values()] == [[], []]
    finally:
        for walker in walk.people.values():
            walker.context.close()
        served.stop()
