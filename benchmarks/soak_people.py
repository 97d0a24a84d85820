"""Ten people of the sample programme and what they do all day, found on the pages themselves."""

from __future__ import annotations

import json
import random
import re
import ssl
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape

from benchmarks.browser import Answer, Browser

PEOPLE = (
    "administrator",
    "director",
    "trainer",
    "trainer2",
    "monitoring",
    "documentation",
    "custodian",
    "peer",
    "police",
    "funder",
)
ROWS = 1_000
_ID = "[0-9a-z]{16}"
_PATIENCE = 120.0
_FIRST = ("Achieng", "Baraka", "Chausiku", "Dalila", "Ekeno", "Farida", "Goko", "Halima", "Imara")
_LAST = ("Mfano", "Sampuli", "Onyesho", "Kigezo", "Namuna", "Jaribio", "Mchoro", "Kifani")


class Wrong(LookupError):
    """An answer that it should not have been."""


@dataclass
class Log:
    """Log of everybody's answers: seconds by kind, and what was wrong. Threads share it."""

    seconds: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wrong: list[str] = field(default_factory=list)
    noted: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def took(self, kind: str, seconds: float) -> None:
        """Something was answered."""
        with self._lock:
            self.seconds[kind].append(seconds)

    def went_wrong(self, sentence: str) -> None:
        """Something was answered wrongly, or not at all."""
        with self._lock:
            self.wrong.append(sentence)

    def note(self, what: str) -> None:
        """Something that may be, and is counted."""
        with self._lock:
            self.noted[what] += 1


class TimedBrowser(Browser):
    """A browser whose answers are timed under what it does at the moment; none may be a 5xx."""

    def __init__(self, port: int, trust: ssl.SSLContext | None, log: Log) -> None:
        super().__init__(port, trust)
        self.log, self.doing = log, "sign in"

    def _ask(
        self,
        method: str,
        path: str,
        body: str | bytes | None = None,
        kind: str = "application/x-www-form-urlencoded",
    ) -> Answer:
        began = time.monotonic()
        answer = super()._ask(method, path, body, kind)
        self.log.took(self.doing, time.monotonic() - began)
        if answer.status >= 500:
            raise Wrong(f"{self.doing}: {method} {path} answered {answer.status}")
        return answer

    def page(self, path: str) -> str:
        """A page that must be there; redirections are followed."""
        answer = self.get(path)
        for _again in range(3):
            if answer.status not in (302, 303):
                break
            answer = self.get(answer.location)
        return self.shown(answer, path)

    def shown(self, answer: Answer, path: str) -> str:
        """The text of an answer that must be a page. Raises Wrong."""
        if answer.status != 200:
            raise Wrong(f"{self.doing}: {path} answered {answer.status}")
        return answer.text


@dataclass(frozen=True)
class Addresses:
    """Addresses that have no place in the navigation."""

    help: str
    filing: str
    # Certificates of a batch as PDF.
    papers: Sequence[str]


class Somebody:
    """One of them, signed in. What she may do is found out by looking."""

    def __init__(self, key: str, browser: TimedBrowser, at: Addresses, seed: int) -> None:
        self.key, self._browser, self._at = key, browser, at
        self._dice = random.Random(seed)
        self._filed = 0
        self._lists: list[str] = []
        self._persons: list[str] = []
        self._registers: list[str] = []
        self._papers: list[str] = []
        self._jobs: list[tuple[str, Callable[[], None], float]] = []

    def sign_in(self, password: str, code: str = "") -> None:
        """As people do, with a code if she needs one. Raises Wrong."""
        email = f"{self.key}@demo.example"
        answer = self._browser.post("/sign-in", {"email": email, "password": password})
        if answer.status in (302, 303) and code:
            answer = self._browser.post(answer.location, {"code": code}, to="/sign-in/code")
        if answer.status not in (302, 303) or "/sign-in" in answer.location:
            raise Wrong(f"{self.key} was not signed in: {answer.status} {answer.location}")

    def look_round(self) -> None:
        """Find out which pages there are for her."""
        self._browser.doing = "looking round"
        today = self._browser.page("/")
        links = dict.fromkeys(re.findall(r'<a [^>]*href="(/[a-z-]+/?)"', today))
        # That one is no list: it signs her out, and shows another page.
        links.pop("/leave", None)
        self._lists = [link for link in links if self._browser.get(link).status == 200]
        if "/people" in self._lists:
            self._persons = self._found("/people", rf'href="(/people/{_ID})"')
        for workshop in self._found("/workshops", rf'href="(/workshops/{_ID})"'):
            self._look_at(workshop)
        self._papers = [path for path in self._at.papers if self._may(path)]
        weights: list[tuple[str, Callable[[], None], float, object]] = [
            ("today", self._today, 4, True),
            ("list", self._list, 4, self._lists),
            ("person", self._person, 3, self._persons),
            ("marks", self._marks, 3, self._registers),
            ("certificate", self._certificate, 0.5, self._papers),
            ("search", self._search, 2, "/people" in self._lists and self._persons),
            ("preview", self._preview, 0.5, self._may("/people/lists/new")),
            ("help", self._help, 2, self._may(self._at.help)),
            ("filing", self._file, 0.7, self._may(self._at.filing)),
        ]
        self._jobs = [(name, act, weight) for name, act, weight, may in weights if may]

    @property
    def kinds(self) -> Sequence[str]:
        """Kinds of things that she does."""
        return [name for name, _act, _weight in self._jobs]

    def work(self, until: float, most: int) -> None:
        """One thing after another, with pauses, until then or until so many were done."""
        weights = [weight for _name, _act, weight in self._jobs]
        for _number in range(most):
            if time.monotonic() > until:
                return
            name, act, _weight = self._dice.choices(self._jobs, weights)[0]
            self._browser.doing = name
            try:
                act()
            except (LookupError, OSError, ValueError) as problem:
                self._browser.log.went_wrong(f"{self.key}, {name}: {problem!r}")
            time.sleep(self._dice.uniform(0.2, 1.8))

    # --- What she does --------------------------------------------------------------------------

    def _today(self) -> None:
        self._browser.page("/")

    def _list(self) -> None:
        self._browser.page(self._dice.choice(self._lists))

    def _person(self) -> None:
        self._browser.page(self._dice.choice(self._persons))

    def _help(self) -> None:
        self._browser.page(self._at.help)

    def _search(self) -> None:
        token = self._browser.token("/people")
        typed = {"search": self._dice.choice(_FIRST)}
        self._browser.shown(self._browser.send("/people/search", token, typed), "/people/search")

    def _marks(self) -> None:
        """Mark one person on a register otherwise than she was."""
        path = self._dice.choice(self._registers)
        text = self._browser.page(path)
        seen = dict(re.findall(r'name="(seen-[^"]+)" value="([^"]*)"', text))
        key = re.search(r'name="page" value="([^"]+)"', text)
        if not seen or key is None:
            raise Wrong(f"{path} has nobody to mark")
        who = self._dice.choice(list(seen)).removeprefix("seen-")
        now = seen[f"seen-{who}"].partition(":")[2]
        other = "late" if now == "present" else "present"
        token = self._token(text)
        answer = self._browser.send(path, token, {**seen, "page": key[1], f"mark-{who}": other})
        if answer.status == 409:
            # The other trainer marked her meanwhile: nothing was overwritten.
            self._browser.log.note("marks: met another's")
        elif answer.status != 303:
            raise Wrong(f"{path} answered {answer.status} to a mark")

    def _certificate(self) -> None:
        answer = self._browser.get(self._dice.choice(self._papers))
        if answer.status != 200 or not answer.text.startswith("%PDF"):
            raise Wrong(f"a certificate answered {answer.status}")

    def _preview(self) -> None:
        """Bring in a list, wait until it can be looked at, and cancel it."""
        path = "/people/lists/new"
        token = self._browser.token(path)
        answer = self._browser.send_file(path, token, {"group": ""}, "list.csv", self._rows())
        if answer.status != 303:
            raise Wrong(f"{path} answered {answer.status}")
        until, where = time.monotonic() + _PATIENCE, answer.location
        while time.monotonic() < until:
            answer = self._browser.get(where)
            if answer.status in (302, 303):
                where = answer.location
            elif job := re.match(rf"/jobs/{_ID}", where):
                state = json.loads(self._browser.get(f"{job[0]}/state").text)["state"]
                if state not in ("waiting", "running", "done"):
                    raise Wrong(f"the list ended as {state}")
                time.sleep(0.5)
            elif cancel := re.search(rf'action="(/people/lists/{_ID}/cancel)"', answer.text):
                self._browser.send(cancel[1], self._token(answer.text), {})
                return
            else:
                self._browser.shown(answer, where)
                time.sleep(0.5)
        raise Wrong("the list could not be looked at in time")

    def _rows(self) -> bytes:
        """A list of a thousand invented people, another each time."""
        lines = ["Name,Group,Code"]
        for number in range(ROWS):
            name = f"{self._dice.choice(_FIRST)} {self._dice.choice(_LAST)}"
            lines.append(f"{name},Community,S{self._dice.randrange(10**9)}-{number}")
        return "\n".join(lines).encode()

    def _file(self) -> None:
        """File a report: the first is sent, later ones are thrown away before that."""
        path = self._at.filing
        fields: Mapping[str, str] = {"go": "begin"}
        text = self._browser.page(path)
        for _step in range(20):
            carried = dict(re.findall(r'type="hidden" name="([a-z_-]+)" value="([^"]*)"', text))
            carried = {name: unescape(value) for name, value in carried.items()}
            answer = self._browser.send(path, self._token(text), {**carried, **fields})
            if answer.status == 429:
                self._browser.log.note("filing: the quota of a day")
                return
            text = self._browser.shown(answer, path)
            if fields["go"] in ("send", "throw"):
                self._filed += 1
                self._browser.log.note("filing: sent" if fields["go"] == "send" else "thrown away")
                return
            fields = self._next_of_filing(text)
        raise Wrong("the filing of a report has no end")

    def _next_of_filing(self, text: str) -> Mapping[str, str]:
        if 'value="send"' in text:
            if self._filed:
                return {"go": "throw"}
            return {"go": "send", **self._filled(text)}
        chosen = re.search(r'type="(?:checkbox|radio)"\s+name="(acts)"\s+value="([^"]+)"', text)
        if chosen is not None:
            return {"go": "next", chosen[1]: chosen[2]}
        return {"go": "skip" if 'value="skip"' in text else "next", **self._filled(text)}

    @staticmethod
    def _filled(text: str) -> Mapping[str, str]:
        """Texts that stand in the text fields of a page already."""
        return {
            name: unescape(value)
            for tag in re.findall(r'<input [^>]*type="text"[^>]*>', text)
            for name, value in re.findall(r'name="([^"]+)".*?value="([^"]*)"', tag)
        }

    # --- Looking --------------------------------------------------------------------------------

    def _found(self, path: str, pattern: str) -> list[str]:
        answer = self._browser.get(path)
        return list(dict.fromkeys(re.findall(pattern, answer.text)))[:12]

    def _look_at(self, workshop: str) -> None:
        for session in self._found(f"{workshop}/attendance", rf'"({workshop}/attendance/{_ID})"'):
            text = self._browser.get(session).text
            if 'name="seen-' in text and 'name="page"' in text:
                self._registers.append(session)

    def _may(self, path: str) -> bool:
        return self._browser.get(path).status == 200

    @staticmethod
    def _token(text: str) -> str:
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', text)
        if found is None:
            raise Wrong("a page has no form")
        return found[1]
