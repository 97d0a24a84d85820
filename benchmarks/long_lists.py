"""Waiting of a trainer with a list of 5,000, over HTTP, while others work.

The names are drawn from twenty first and twenty family names, as in any Kenyan list, so that each
stands there a dozen times; a fifth of the people are here already. Meanwhile somebody else adds a
person of such a name every 3 seconds, and a third asks for Today four times a second. Whoever is
added is a candidate for a dozen rows: then saving is asked for again, and `save_s` is the whole.
"""

from __future__ import annotations

import os
import random
import re
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.browser import Answer, Browser
from benchmarks.load import PASSWORD, Size, load_programme
from benchmarks.postgresql import cluster
from benchmarks.server import Server, served

ROWS, PEOPLE = 5_000, 2_000
_FIRST = (
    *("Mary", "John", "Grace", "Peter", "Faith", "James", "Mercy", "David", "Jane", "Joseph"),
    *("Rose", "Samuel", "Lucy", "Daniel", "Sarah", "Brian", "Esther", "Kevin", "Janet", "Paul"),
)
_FAMILY = (
    *("Otieno", "Achieng", "Odhiambo", "Akinyi", "Onyango", "Atieno", "Omondi", "Adhiambo"),
    *("Ochieng", "Anyango", "Owino", "Awuor", "Okoth", "Auma", "Ouma", "Wanjiku", "Wekesa"),
    *("Nafula", "Kamau", "Juma"),
)
_WARDS = ("Manyatta A", "Manyatta B", "Nyalenda A", "Nyalenda B", "Kondele", "Obunga", "Kajulu")
_SEEN = re.compile(r'name="seen" value="([0-9a-f]{64})"')
_WRONG = 40
_LOOKS_EVERY, _MOST_SECONDS, _ADDED_EVERY = 0.1, 180.0, 3.0
TARGETS = {"preview_s": 4.0, "save_s": 6.0, "others_slowest_s": 1.0}


def common_names(rows: int, seed: int = 1) -> list[str]:
    """So many rows of a list of peer educators, below their headings."""
    dice = random.Random(seed)
    lines = ["Name;Code;Phone;Collective;Ward;Year of birth;Sex"]
    for number in range(rows):
        name = f"{dice.choice(_FIRST)} {dice.choice(_FAMILY)}"
        phone = f"07{dice.randrange(10**7, 10**8)}" if dice.random() < 0.85 else ""
        lines.append(
            f"{name};LL-{number:05};{phone};Collective {dice.randrange(1, 21):02};"
            f"{dice.choice(_WARDS)};{dice.randrange(1965, 2006)};{dice.choice('FM')}"
        )
    return lines


@dataclass
class Meanwhile:
    """Changes by others while the list was worked on."""

    slowest: float = 0.0
    added: int = 0
    failed: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)


def _adding(server: Server, email: str, told: Meanwhile) -> None:
    browser = signed_in(server, email)
    page = browser.get("/people/new").text
    group = _values(page, "group")[-1]
    token = browser.token("/people/new")
    dice = random.Random(99)
    while not told.stop.wait(_ADDED_EVERY):
        typed = {
            "chosen_name": f"{dice.choice(_FIRST)} {dice.choice(_FAMILY)}",
            "group": group,
            "birth_year": str(dice.randrange(1965, 2006)),
        }
        answer = browser.send("/people/new", token, typed)
        others = _values(answer.text, "another")
        if answer.status == 200 and others:
            # Somebody of that name is here already: it is another person.
            answer = browser.send("/people/new", token, {**typed, "another": others[0]})
        if answer.status in (302, 303):
            told.added += 1
        elif answer.status != 200:
            told.failed.append(f"adding answered {answer.status}")


def _looking(server: Server, email: str, told: Meanwhile) -> None:
    browser = signed_in(server, email)
    while not told.stop.wait(0.25):
        began = time.monotonic()
        answer = browser.get("/")
        told.slowest = max(told.slowest, time.monotonic() - began)
        if answer.status != 200:
            told.failed.append(f"Today answered {answer.status}")


@contextmanager
def others_at_work(server: Server, adder: str, looker: str) -> Iterator[Meanwhile]:
    """One adds people and one looks at pages."""
    told = Meanwhile()
    threads = [
        threading.Thread(target=work, args=(server, email, told))
        for work, email in ((_adding, adder), (_looking, looker))
    ]
    for thread in threads:
        thread.start()
    try:
        yield told
    finally:
        told.stop.set()
        for thread in threads:
            thread.join()


def signed_in(server: Server, email: str) -> Browser:
    """A browser of somebody who has signed in."""
    browser = Browser(server.port)
    browser.post("/sign-in", {"email": email, "password": PASSWORD})
    return browser


def _values(page: str, name: str) -> list[str]:
    found = re.findall(rf'<input[^>]*name="{name}"[^>]*>', page)
    return [value[1] for each in found if (value := re.search(r'value="([^"]*)"', each))]


def bring(browser: Browser, lines: list[str], group: str) -> str:
    """Bring a list in; the path of its page. Raises LookupError."""
    token = browser.token("/people/lists/new")
    content = "\n".join(lines).encode()
    answer = browser.send_file("/people/lists/new", token, {"group": group}, "list.csv", content)
    if answer.status != 303:
        raise LookupError(f"bringing in a list answered {answer.status}")
    return answer.location


def when_there(browser: Browser, path: str, there: Callable[[Answer], bool]) -> Answer:
    """The page as soon as it shows what is waited for. Raises LookupError."""
    until = time.monotonic() + _MOST_SECONDS
    while time.monotonic() < until:
        answer = browser.get(path)
        if there(answer):
            return answer
        if answer.status >= 400:
            break
        time.sleep(_LOOKS_EVERY)
    raise LookupError(f"{path} never showed what was waited for, and answered {answer.status}")


def _is_preview(answer: Answer) -> bool:
    return bool(_SEEN.search(answer.text))


def _is_saved(answer: Answer) -> bool:
    return answer.status == 200 and "/report" in answer.text


def save(browser: Browser, path: str, shown: Answer) -> tuple[float, int]:
    """Seconds until the list is stored, and how often it had to be asked for."""
    began = time.monotonic()
    for tries in range(1, 11):
        found = _SEEN.search(shown.text)
        if found is None:
            raise LookupError("the preview is not shown any more")
        token = _values(shown.text, "csrf_token")[0]
        answer = browser.send(f"{path}/confirm", token, {"seen": found[1], "counts": ""})
        if answer.status == 303:
            shown = when_there(browser, path, lambda one: _is_saved(one) or _is_preview(one))
            if _is_saved(shown):
                return time.monotonic() - began, tries
        elif answer.status == 409:
            shown = answer
        else:
            raise LookupError(f"saving answered {answer.status}")
    raise LookupError("the list was never saved")


def figures(*, rows: int = ROWS, on_postgresql: bool = False) -> dict[str, float]:
    """Seconds of each thing that is waited for. Raises LookupError if something does not answer."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kash-bench-")))
        environment = {
            "KASH_DATA_DIR": str(folder / "data"),
            "KASH_DATABASE_URL": stack.enter_context(cluster()) if on_postgresql else "",
            "KASH_QUEUE_URL": "",
            "KASH_STORAGE_URL": "",
        }
        os.environ.update(environment)
        from kash.application import create_app
        from kash.platform.operations.migrations import migrate_if_behind
        from kash.settings import load_settings

        settings = load_settings()
        app = create_app(settings)
        migrate_if_behind(settings)
        loaded = load_programme(app, Size(people=PEOPLE, workshops=4, audit_entries=10, meetings=6))
        emails = {name: one.email for name, one in loaded.everybody.accounts.items()}
        with served(environment, folder / "server.log") as server:
            lines = common_names(rows)
            trainer = signed_in(server, emails["trainer"])
            group = _group(trainer)
            known = bring(trainer, lines[: 1 + rows // 5], group)
            save(trainer, known, when_there(trainer, known, _is_preview))
            with others_at_work(server, emails["trainer2"], emails["monitoring"]) as told:
                measured = _measured(trainer, lines, group)
            if told.failed:
                raise LookupError(told.failed[0])
            measured["others_slowest_s"] = told.slowest
            measured["added_meanwhile"] = told.added
    return {name: round(value, 2) for name, value in measured.items()}


def _measured(trainer: Browser, lines: list[str], group: str) -> dict[str, float]:
    for number in range(1, len(lines), len(lines) // _WRONG):
        fields = lines[number].split(";")
        lines[number] = ";".join((fields[0], fields[1], "071", *fields[3:]))
    began = time.monotonic()
    path = bring(trainer, lines, group)
    uploaded = time.monotonic() - began
    shown = when_there(trainer, path, _is_preview)
    preview = time.monotonic() - began
    began = time.monotonic()
    shown = trainer.get(f"{path}?page=2")
    page = time.monotonic() - began
    row = re.search(rf'action="{path}/rows/(\d+)"', trainer.get(f"{path}?state=wrong").text)
    if row is None:
        raise LookupError("no row is wrong")
    token = _values(shown.text, "csrf_token")[0]
    began = time.monotonic()
    answer = trainer.send(f"{path}/rows/{row[1]}", token, {"phone": ""})
    if answer.status != 303:
        raise LookupError(f"correcting a cell answered {answer.status}")
    shown = when_there(trainer, path, _is_preview)
    cell = time.monotonic() - began
    # Who checks a list looks at it for a while, and others go on working.
    time.sleep(2)
    took, tries = save(trainer, path, shown)
    return {
        "upload_s": uploaded,
        "preview_s": preview,
        "page_s": page,
        "cell_s": cell,
        "save_s": took,
        "save_tries": float(tries),
    }


def _group(browser: Browser) -> str:
    page = browser.get("/people/lists/new").text
    found = re.findall(r'<option value="([0-9a-z]{16})"[^>]*>([^<]*)', page)
    for value, name in found:
        if "Community" in name:
            return value
    raise LookupError("there is no group to choose")
