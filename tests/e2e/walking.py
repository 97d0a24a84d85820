"""The whole path, walked in a browser by four people: from an empty programme to printed
certificates and the forum's minutes."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser

from .looking import DESK, PHONE, findings
from .looking_round import look_round
from .serving import Served
from .to_a_funder import sends_figures
from .two_cases import Cases, document_two_cases
from .walkers import Walker, text_of

PASSWORD = "seven boats cross at dusk"
ZONE = ZoneInfo("Africa/Nairobi")

# Chosen name, printed name, group; Makena's name on paper is still to be put right.
POLICE = [("Odera", "Odera Sample"), ("Wafula", "Wafula Sample"), ("Chebet", "Chebet Sample")]
COMMUNITY = [("Nyota", "Nyota Sample"), ("Pendo", "Pendo Sample"), ("Makena", "Makeena Sample")]
WALK_IN = "Tumaini"
MISSED_ONE = "Wafula"
ELIGIBLE = [
    "Odera Sample",
    "Chebet Sample",
    "Nyota Sample",
    "Pendo Sample",
    "Makena Sample",
    "Tumaini",
]
SECRETARY_TEXT = "The desk officer writes down each report and gives a number."
DECISION = "Every station names one officer to call."
ACTION = "Send the list of officers to all members."


@dataclass
class Walk:
    """Everything that was done and made on the way."""

    served: Served
    browser: Browser
    folder: Path
    people: dict[str, Walker] = field(default_factory=dict)
    workshop: str = ""
    forum: str = ""
    persons: dict[str, str] = field(default_factory=dict)
    serials: dict[str, str] = field(default_factory=dict)
    papers: dict[str, bytes] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    cases: Cases = field(default_factory=Cases)
    # Of pages that were looked at on the way.
    found: list[str] = field(default_factory=list)
    looked_at: int = 0

    def newcomer(self, name: str) -> Walker:
        context = self.browser.new_context(viewport=DESK, locale="en-GB")
        context.set_default_timeout(30_000)
        made = Walker(name, context, context.new_page(), self.served.address)
        made.watch()
        self.people[name] = made
        return made

    def text(self, paper: str) -> str:
        return text_of(self.papers[paper], self.folder, paper)

    def looks_at(self, walker: Walker, where: str) -> None:
        """Look at a page now: nobody comes back to it by its address."""
        size = walker.page.viewport_size or DESK
        self.found += findings(walker.page, where)
        self.looked_at += 1
        walker.page.emulate_media(color_scheme="light", reduced_motion="no-preference")
        walker.page.set_viewport_size(size)

    # --- the way ------------------------------------------------------------------------------

    def all_of_it(self) -> None:
        self.sets_up()
        self.invites("director", "director", "Achieng")
        self.invites("trainer", "trainer", "Baraka")
        self.brings_people()
        self.writes_course()
        self.plans_workshop()
        self.marks_attendance()
        self.confirms_names()
        self.invites("peer", "peer", "Nyota", self.persons["Nyota"])
        self.approves_certificates()
        self.prints_certificates()
        self.verifies()
        self.meets()
        self.keeps_services()
        look_round(self)
        sends_figures(self)
        document_two_cases(self)

    def sets_up(self) -> None:
        """The administrator, with the code from the terminal."""
        code = self.served.set_up_code()
        administrator = self.newcomer("administrator")
        administrator.go("/")
        assert administrator.path == "/setup"
        administrator.fill(
            code=code,
            name="Lakeside rights programme",
            neutral_name="Lakeside",
            administrator_name="Amina",
            administrator_email="amina@example.org",
            password=PASSWORD,
        )
        # The walk goes through everything, of which a new programme uses little.
        for box in administrator.page.locator("main [name=used]").all():
            box.check()
        administrator.button("Set up")
        administrator.page.wait_for_url(lambda url: "/setup" not in url)
        administrator.second_step()

    def invites(self, name: str, role: str, called: str, person: str = "") -> None:
        """A one-time link, opened in another browser."""
        administrator = self.people["administrator"]
        administrator.go("/accounts/invite")
        administrator.fill(name=called, email=f"{name}@example.org")
        if person:
            administrator.fill(person=person)
        administrator.page.check(f"[name=roles][value={role}]")
        code = ""
        if "director" in self.people and role in ("documentation", "custodian"):
            code = self.agrees(administrator, called)
        administrator.button("Make the link")
        if set(self.people) == {"administrator"}:
            # The first link of all, on a machine that only it can reach.
            administrator.button("Go on with this address")
        link = administrator.page.locator("#link").input_value()
        walker = self.newcomer(name)
        walker.page.goto(link)
        walker.fill(password=PASSWORD)
        if code:
            walker.fill(spoken_code=code)
        walker.button("Open the account")
        walker.page.wait_for_url(lambda url: "/join/" not in url)
        walker.second_step()
        # A link works once.
        again = self.browser.new_context()
        spent = again.new_page().goto(link)
        assert spent is not None
        assert spent.status in (404, 410)
        again.close()
        if person:
            self.agrees_that_it_is(called)

    def agrees_that_it_is(self, called: str) -> None:
        """The director agrees to whom an account belongs, which opens nothing before."""
        self.served.command("account", "vouch", "director@example.org", "--yes")
        director = self.people["director"]
        director.go("/")
        director.link(f"Opening of records: {called}")
        if "/confirm" in director.page.url:
            director.fill(password=PASSWORD)
            director.button("Continue")
        director.button("Agree")
        director.sees("Agreed")

    def agrees(self, administrator: Walker, called: str) -> str:
        """The director agrees to what the administrator is about to ask for; the code that she
        tells. The administrator is then where she makes the link."""
        # Neither has been here for seven days: the operator says that the director is she.
        self.served.command("account", "vouch", "director@example.org", "--yes")
        administrator.fill(reason=f"We need {called}.")
        administrator.button("Make the link")
        administrator.page.wait_for_url(re.compile(r"/requests/[0-9a-z]{16}$"))
        director, request = self.people["director"], administrator.path
        director.go("/")
        director.link(f"Invitation: {called}")
        if "/confirm" in director.page.url:
            director.fill(password=PASSWORD)
            director.button("Continue")
        director.button("Agree")
        code = director.page.locator("main strong").first.inner_text()
        administrator.go(request)
        return code

    def brings_people(self) -> None:
        """The officers from a list, the others by form."""
        sheet = self.folder / "people.csv"
        rows = [f"{chosen},{printed},Police" for chosen, printed in POLICE]
        sheet.write_text("\n".join(["chosen_name,printed_name,group", *rows]) + "\n", "utf-8")
        done = self.served.command("people", "import", str(sheet), "--apply")
        assert done.endswith("People added: 3\n")
        trainer = self.people["trainer"]
        trainer.go("/people")
        for chosen, printed in COMMUNITY:
            trainer.go("/people/new")
            trainer.fill(chosen_name=chosen, printed_name=printed)
            trainer.page.get_by_label("Community", exact=True).check()
            trainer.button("Save")
            trainer.page.wait_for_url(re.compile(r"/people/[0-9a-z]{16}$"))
            self.persons[chosen] = trainer.path.rpartition("/")[2]
        with trainer.leaving():
            trainer.link("Change")

    def writes_course(self) -> None:
        """A course of one module with two sessions; the director publishes it."""
        trainer, director = self.people["trainer"], self.people["director"]
        trainer.go("/courses/new")
        trainer.fill(name="Rights and health", public_title="Community health basics")
        trainer.page.select_option("select[name=language]", "en")
        trainer.page.locator("form.form button[type=submit]").click()
        trainer.page.wait_for_url(re.compile(r"/versions/[0-9a-z]{16}"))
        version = re.search(r"/versions/([0-9a-z]{16})", trainer.path)
        assert version is not None
        trainer.go(f"/courses/versions/{version[1]}/edit")
        trainer.page.get_by_label("Title of the module").last.fill("Knowing the law")
        trainer.button("Save and add this module")
        for title, minutes in (("What the law says", "60"), ("On the street", "90")):
            adding = trainer.page.locator("details").filter(has_text="Add a session").last
            if adding.get_attribute("open") is None:
                adding.locator("summary").click()
            adding.get_by_label("Title of the session").fill(title)
            adding.get_by_label("Minutes").fill(minutes)
            trainer.button("Save and add this session")
            trainer.page.locator("summary").filter(has_text=title).first.wait_for()
        trainer.go(f"/courses/versions/{version[1]}")
        with trainer.leaving():
            trainer.button("Propose")
        director.go(f"/courses/versions/{version[1]}")
        director.link("Publish")
        director.page.locator("dialog, main form").get_by_role("button", name="Publish").click()
        director.sees("Published")
        self.papers["guide.pdf"] = trainer.file(f"/courses/versions/{version[1]}/guide.pdf")
        trainer.go("/courses")

    def plans_workshop(self) -> None:
        """A workshop of yesterday, with everybody enrolled: no register is closed ahead."""
        trainer = self.people["trainer"]
        day = (datetime.now(UTC).astimezone(ZONE).date() - timedelta(days=1)).isoformat()
        trainer.go("/workshops/new")
        trainer.page.select_option("select[name=version]", index=0)
        trainer.fill(
            title="First workshop",
            starts_on=day,
            ends_on=day,
            new_venue="Hall B",
            new_venue_place="Kisumu",
        )
        trainer.button("Plan the workshop")
        trainer.page.wait_for_url(re.compile(r"/workshops/[0-9a-z]{16}$"))
        self.workshop = trainer.path
        for chosen, _printed in POLICE + COMMUNITY:
            trainer.go(f"{self.workshop}/people")
            trainer.page.get_by_label("Name").fill(chosen)
            trainer.button("Search")
            trainer.page.get_by_role("button", name=f"Enrol {chosen}").click()
            trainer.page.locator("tbody th").filter(has_text=chosen).first.wait_for()
        trainer.link("Somebody at the door")
        trainer.fill(chosen_name=WALK_IN)
        trainer.page.get_by_label("Community", exact=True).check()
        trainer.page.select_option("select[name=age_band]", "25-34")
        trainer.button("Take in")
        trainer.page.wait_for_url(re.compile(r"/people"))
        trainer.go(f"{self.workshop}/documents")
        self.papers["register.pdf"] = trainer.downloads("Make the PDF")

    def marks_attendance(self) -> None:
        """On the phone: all present, the exceptions tapped, the register closed."""
        trainer = self.people["trainer"]
        trainer.page.set_viewport_size(PHONE)
        trainer.go(f"{self.workshop}/attendance")
        links = trainer.page.locator(".ledger .what a").evaluate_all(
            "links => links.map(link => link.getAttribute('href'))"
        )
        # Sheets lie there too.
        register = re.compile(r"/workshops/\w{16}/attendance/\w{16}")
        sessions = [link for link in dict.fromkeys(links) if register.fullmatch(link)]
        assert len(sessions) == 2
        for number, session in enumerate(sessions):
            trainer.go(session)
            # One group after the other, so that neither reads the names of the other.
            people = trainer.page.locator(".person")
            assert people.count() == len(POLICE)
            if number == 1:
                absent = trainer.page.get_by_role("radiogroup", name=MISSED_ONE)
                absent.locator("label[for^=absent-]").click()
            trainer.page.locator("[data-rest]").click()
            trainer.page.wait_for_url("**group=B")
            assert people.count() == len(COMMUNITY) + 1
            if number == 0:
                late = trainer.page.get_by_role("radiogroup", name="Pendo")
                late.locator("label[for^=late-]").click()
            trainer.page.locator("[data-rest]").click()
            trainer.page.locator("[data-rest]").wait_for(state="hidden")
            trainer.button("Close register")
            trainer.page.wait_for_url("**/attendance")
            trainer.go(session)
            trainer.sees("Register closed")
        trainer.page.get_by_role("link", name=f"Who marked it {MISSED_ONE}").click()
        trainer.page.set_viewport_size(DESK)
        trainer.go(f"{self.workshop}/attendance")

    def confirms_names(self) -> None:
        """The director sets the rule; the participants read their names, one is put right."""
        director, trainer = self.people["director"], self.people["trainer"]
        director.go("/certificates/rule")
        director.fill(least_share="80")
        director.page.check("[name=name_must_be_confirmed]")
        director.button("Save as a new version")
        trainer.go(f"{self.workshop}/certificates/names")
        self.papers["names-B.pdf"] = trainer.file(f"{self.workshop}/certificates/names/B.pdf")
        trainer.button("All 3 read and right")
        trainer.sees("Names confirmed: 3")
        trainer.page.get_by_label("Makena", exact=False).first.fill("Makena Sample")
        trainer.button("All 4 read and right")
        trainer.sees("Names confirmed: 4")
        trainer.go(f"{self.workshop}/certificates")
        self.notes["lacking"] = trainer.page.get_by_role(
            "row", name=re.compile(MISSED_ONE)
        ).inner_text()
        trainer.page.get_by_label("Classic").check()
        trainer.button("Propose certificates: 6")
        trainer.sees("another person must approve")
        self.notes["batch"] = trainer.path

    def approves_certificates(self) -> None:
        director = self.people["director"]
        director.go("/certificates/")
        director.go(self.notes["batch"])
        director.button("Approve")
        director.sees("Approved. The trainer can issue")

    def prints_certificates(self) -> None:
        """Issued, and made by the worker; the page shows how far it is."""
        trainer = self.people["trainer"]
        trainer.go("/")
        trainer.go(self.notes["batch"])
        trainer.link("Issue and print")
        trainer.page.get_by_role("dialog").get_by_role("button", name="Issue and print").click()
        self.papers["certificates.pdf"] = self._printed()
        for letter in "AB":
            trainer.go(f"{self.notes['batch']}?group={letter}")
            for row in trainer.page.locator("tbody tr").all():
                name = row.locator("th").inner_text().strip()
                serial = row.locator("td").nth(1).inner_text().strip()
                # Below stands a table of what was printed.
                if serial.count("-") == 2:
                    self.serials[name] = serial
        trainer.go(self.notes["batch"])
        trainer.button("Single files, zip")
        self.papers["certificates.zip"] = self._printed()
        trainer.go("/certificates/")
        trainer.page.locator("tbody a").first.click()

    def _printed(self) -> bytes:
        """What the worker makes, once it is there."""
        trainer = self.people["trainer"]
        trainer.page.wait_for_url(re.compile(r"/jobs/"))
        download = trainer.page.get_by_role("link", name="Download")
        download.wait_for(timeout=120_000)
        return trainer.file(str(download.get_attribute("href")))

    def verifies(self) -> None:
        """Anyone, without an account."""
        anyone = self.newcomer("anyone")
        for name, key in (
            ("odera  SAMPLE", "match"),
            ("Nyota Sample", "no match"),
            ("", "no name"),
        ):
            anyone.go("/verify")
            anyone.fill(serial=self.serials["Odera Sample"].lower())
            anyone.button("Check")
            if name:
                anyone.fill(name=name)
                anyone.button("Compare the name")
            self.notes[f"verified, {key}"] = anyone.page.locator(".verdict").inner_text()
        anyone.go("/verify")
        anyone.fill(serial="0000-0000-0000")
        anyone.button("Check")
        self.notes["verified, unknown"] = anyone.page.locator(".verdict").inner_text()
        anyone.go("/sign-in")

    def meets(self) -> None:
        """A forum with members of both groups; yesterday's meeting and its minutes."""
        trainer = self.people["trainer"]
        trainer.go("/forums/new")
        trainer.fill(name="Monthly review")
        trainer.page.locator("form.form button[type=submit]").click()
        trainer.page.wait_for_url(re.compile(r"/forums/[0-9a-z]{16}"))
        found = re.search(r"/forums/[0-9a-z]{16}", trainer.path)
        assert found is not None
        self.forum = found[0]
        for chosen in ("Odera", "Nyota, Pendo"):
            trainer.go(f"{self.forum}/members/new")
            trainer.fill(search=chosen)
            trainer.button("Search")
            boxes = trainer.page.locator("section:has(#found) [name=people]")
            boxes.first.wait_for()
            for box in boxes.all():
                box.check()
            trainer.button("Add the ticked")
            if chosen == "Odera":
                trainer.page.wait_for_url(re.compile(r"/members/[0-9a-z]{16}$"))
                trainer.page.check("[name=appears][value=office]")
                trainer.fill(shown_as="Liaison officer")
                trainer.button("Save")
            else:
                trainer.page.wait_for_url(re.compile(r"/forums/[0-9a-z]{16}$"))
        yesterday = datetime.now(UTC).astimezone(ZONE).date() - timedelta(days=1)
        self.notes["number"] = f"MIN 2/{yesterday.month:02d}/{yesterday.year}"
        trainer.go(f"{self.forum}/meetings/new")
        trainer.fill(day=yesterday.isoformat(), time="09:00", place="Sample Centre")
        trainer.page.locator("form.form button[type=submit]").click()
        trainer.page.wait_for_url(re.compile(r"/meetings/[0-9a-z]{16}"))
        meeting = re.search(r"/forums/[0-9a-z]{16}/meetings/[0-9a-z]{16}", trainer.path)
        assert meeting is not None
        self.notes["meeting"] = meeting[0]
        trainer.go(f"{meeting[0]}/agenda")
        for title in ("Opening", "Reports at the station desk", "Closing"):
            trainer.fill(title=title)
            trainer.button("Add the item")
            trainer.page.get_by_role("link", name=title, exact=True).first.wait_for()
        trainer.page.set_viewport_size(PHONE)
        trainer.go(f"{meeting[0]}/attendance")
        trainer.button("Save, then the other group")
        trainer.page.wait_for_url("**group=B")
        nyota = trainer.page.get_by_role("radiogroup", name="Nyota")
        nyota.get_by_text("Apology").click()
        trainer.button("Close register")
        trainer.page.set_viewport_size(DESK)
        self.writes_minutes(meeting[0])

    def writes_minutes(self, meeting: str) -> None:
        trainer = self.people["trainer"]
        trainer.go(meeting)
        point = trainer.page.locator("section.minute").filter(has_text="Reports at the station")
        self.notes["number"] = point.locator(".minute-no").inner_text().strip()
        point.get_by_role("link", name=re.compile("^Write")).click()
        trainer.page.locator("[data-live-minutes][data-ready]").wait_for()
        trainer.fill(minute=SECRETARY_TEXT)
        trainer.page.locator("[name=decision-text]").first.fill(DECISION)
        trainer.page.locator("[name=action-text]").first.fill(ACTION)
        owner = trainer.page.locator("[name=action-owner]").first
        owner.select_option(
            label=next(one for one in owner.locator("option").all_inner_texts() if "Odera" in one)
        )
        trainer.page.locator("[name=action-due]").first.fill("2099-01-31")
        trainer.page.get_by_role("button", name="Save", exact=True).click()
        trainer.page.locator("[data-told]", has_text="Saved.").wait_for()
        trainer.go(meeting)
        trainer.sees(DECISION)
        trainer.link("Record as held")
        trainer.page.get_by_role("button", name="Record as held").last.click()
        trainer.page.get_by_role("link", name="Minutes (PDF)").wait_for()
        self.papers["minutes.pdf"] = trainer.file(f"{meeting}/minutes.pdf")
        trainer.go(f"{self.forum}/meetings/new")
        soon = datetime.now(UTC).astimezone(ZONE).date() + timedelta(days=30)
        trainer.fill(day=soon.isoformat(), time="09:00")
        trainer.page.locator("form.form button[type=submit]").click()
        trainer.page.wait_for_url(re.compile(r"/meetings/[0-9a-z]{16}"))
        trainer.go(trainer.path.partition("?")[0].removesuffix("/agenda") + "/agenda")
        self.notes["next agenda"] = trainer.page.locator("main").inner_text()

    def keeps_services(self) -> None:
        """A shelter whose address is confidential; whoever is no editor reads the rest of it."""
        trainer = self.people["trainer"]
        trainer.go("/services/new")
        trainer.page.select_option("[name=kind]", "shelter")
        trainer.fill(
            name="Sample House", area="Sample County", phone="116", address="Hidden Lane 4",
            day_0="8-13, 14-17", day_6="22:00-06:00",
        )  # fmt: skip
        trainer.page.check("[name=address_confidential]")
        trainer.button("Save")
        trainer.page.wait_for_url(re.compile(r"/services/[0-9a-z]{16}$"))
        service = trainer.path
        trainer.go(f"{service}/edit")
        trainer.go("/services/cards")
        trainer.page.check("[name=services]")
        with trainer.page.expect_download() as download:
            trainer.button("Make the cards (PDF)")
        self.papers["cards.pdf"] = download.value.path().read_bytes()
        peer = self.people["peer"]
        for path in ("/services", service, "/services/cards", "/search"):
            peer.go(path)
            self.notes[f"peer at {path.replace(service, 'service')}"] = peer.page.content()
