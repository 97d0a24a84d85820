"""`./kash.sh bench pages`: the server's time for every page, and the memory it stands in.

Against the real server, signed in, in a programme of 2,000 people, 500 workshops and 100,000 marks.
A page's time is the median of fifteen requests, of the slowest account that may see it.

Memory is what two web processes and the worker hold, shared pages counted once. Each kind of user
has signed in, seen Today and every list, and a batch of 100 certificates was printed; then it is
looked at, and again between the rounds in which every page is asked for as everybody who may see
it. `memory_mb` is the most of all looks at a server that has come to rest, `memory_busy_mb` the
most in the very moment that a round is over.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.addresses import LISTS, Page, pages_of
from benchmarks.browser import Answer, Browser
from benchmarks.load import PASSWORD, Loaded, Size, load_programme
from benchmarks.memory import resident_mb, unshared_mb
from benchmarks.postgresql import NoPostgresql, cluster
from benchmarks.server import NotServing, Server, served
from benchmarks.telling import as_json, verdict
from benchmarks.timing import MILLISECONDS

ROUNDS = 15
WARM_UP = 3
TARGETS = {"page_ms_median": 15.0, "page_ms_max": 50.0, "list_ms_max": 25.0, "memory_mb": 350.0}
ACCOUNTS = (
    "administrator",
    "director",
    "trainer",
    "monitoring",
    "documentation",
    "custodian",
    "peer",
)
# Someone who gave the password, but not yet the code.
HALFWAY = "guarded"
_SECONDS_FOR_A_BATCH = 300.0
# A web process that ends keeps its connections for two seconds more.
_SECONDS_TO_REST = 4.0
_ROUNDS_BETWEEN_RESTS = 2


@dataclass
class Measured:
    """The requests of one page as one account, in milliseconds."""

    page: Page
    account: str
    address: str
    kind: str
    size: int
    token: str = ""
    times: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """The middle one, in milliseconds."""
        return statistics.median(self.times)


@dataclass(frozen=True)
class Memory:
    """Memory held at one moment, in MB, shared pages counted once."""

    processes: float
    # The first process serves nothing; the others share with it what was loaded.
    with_arbiter: float


@dataclass
class Result:
    """Result of one run."""

    pages: dict[str, Measured]
    papers: dict[str, Measured]
    unasked: list[str]
    at_rest: list[Memory]
    busy: list[Memory]
    batch_seconds: float

    @property
    def lists(self) -> dict[str, Measured]:
        """Those of the pages that list fifty rows."""
        return {name: found for name, found in self.pages.items() if name in LISTS}

    def figures(self) -> dict[str, float]:
        """The figures that have a target, then each page, then what else was timed."""
        medians = {name: found.median for name, found in self.pages.items()}
        told = {
            "page_ms_median": statistics.median(medians.values()),
            "page_ms_max": max(medians.values()),
            "list_ms_max": max(found.median for found in self.lists.values()),
            "memory_mb": max(look.processes for look in self.at_rest),
            "memory_busy_mb": max(look.processes for look in self.busy),
            "memory_with_arbiter_mb": max(look.with_arbiter for look in self.at_rest),
            "certificates_100_seconds": self.batch_seconds,
        }
        told |= {f"page {name}": medians[name] for name in sorted(medians)}
        told |= {f"paper {name}": found.median for name, found in sorted(self.papers.items())}
        return {name: round(value, 2) for name, value in told.items()}


def sign_in(server: Server, email: str) -> Browser:
    """A browser that signed in as people do. Raises LookupError if it was not let in."""
    browser = Browser(server.port)
    answer = browser.post("/sign-in", {"email": email, "password": PASSWORD})
    if answer.status not in (302, 303):
        raise LookupError(f"{email} was not signed in: {answer.status}")
    return browser


def everybody_signed_in(server: Server, loaded: Loaded) -> dict[str, Browser]:
    """A browser for each kind of account, and one in which nobody is signed in."""
    browsers = {
        name: sign_in(server, loaded.everybody.accounts[name].email)
        for name in (*ACCOUNTS, HALFWAY)
    }
    return browsers | {"nobody": Browser(server.port)}


def _find(browser: Browser, account: str, page: Page) -> Measured | None:
    """The first of a page's addresses that answers, and what kind of answer it is."""
    try:
        token = browser.token(page.on) if page.on else ""
    except LookupError:
        return None
    for address in page.addresses:
        answer = _ask(browser, page, address, token)
        if answer.status >= 500:
            raise LookupError(f"{address} answered {answer.status}")
        if answer.status == 200:
            kind = answer.headers.get("content-type", "").partition(";")[0]
            return Measured(page, account, address, kind, len(answer.text), token)
    return None


def _ask(browser: Browser, page: Page, address: str, token: str) -> Answer:
    return browser.send(address, token, page.fields) if page.on else browser.get(address)


def find_pages(browsers: dict[str, Browser], pages: list[Page]) -> tuple[list[Measured], list[str]]:
    """Every page as every account that it answers, and the endpoints that answered nobody."""
    found: list[Measured] = []
    unasked: list[str] = []
    for page in pages:
        seen = [_find(browser, account, page) for account, browser in browsers.items()]
        answered = [one for one in seen if one is not None]
        if not answered:
            unasked.append(page.endpoint)
        found += answered
    return found, unasked


def ask_all(browsers: dict[str, Browser], found: list[Measured], *, warm: bool) -> None:
    """One round of requests: while not `warm` yet, only papers, which are asked for no more then,
    keep their times."""
    for one in found:
        if one.kind != "text/html" and warm:
            continue
        answer = _ask(browsers[one.account], one.page, one.address, one.token)
        if answer.status != 200:
            raise LookupError(f"{one.address} answered {answer.status} the second time")
        if one.kind != "text/html" or warm:
            one.times.append(float(answer.headers[MILLISECONDS.lower()]))


def measure_pages(
    browsers: dict[str, Browser],
    pages: list[Page],
    after_round: Callable[[int], object] = lambda _number: None,
) -> tuple[list[Measured], list[str]]:
    """Every page as every account that it answers, in rounds, so that no moment weighs on one.

    Returns what was measured and the endpoints of pages that answered nobody.
    """
    found, unasked = find_pages(browsers, pages)
    for number in range(WARM_UP + ROUNDS):
        ask_all(browsers, found, warm=number >= WARM_UP)
        after_round(number)
    return found, unasked


def slowest_of(measured: list[Measured]) -> dict[str, Measured]:
    """Each endpoint's page as the account for which it takes longest."""
    slowest: dict[str, Measured] = {}
    for one in measured:
        known = slowest.get(one.page.endpoint)
        if known is None or one.median > known.median:
            slowest[one.page.endpoint] = one
    return slowest


def _print_batch(browser: Browser, loaded: Loaded) -> float:
    """Have the worker print the largest batch; how many seconds passed until it was there."""
    assert loaded.largest is not None
    page = f"/workshops/{loaded.largest.public_id}/certificates/batches/{loaded.largest.batch}"
    began = time.monotonic()
    fields = {"kind": "print_file"}
    answer = browser.post(page, fields, to=f"{page}/print")
    # The first paper that gives the programme's address away asks whether it is the right one.
    asked = re.search(r'name="(accept_address)" value="([^"]+)"', answer.text)
    if asked is not None:
        answer = browser.post(page, fields | {asked[1]: asked[2]}, to=f"{page}/print")
    job = answer.location.partition("?")[0]
    if not job.startswith("/jobs/"):
        raise LookupError(f"The batch was not taken: {answer.status} {answer.location}")
    while time.monotonic() - began < _SECONDS_FOR_A_BATCH:
        state = json.loads(browser.get(f"{job}/state").text)["state"]
        if state == "done":
            return time.monotonic() - began
        if state not in ("waiting", "running"):
            raise LookupError(f"The batch ended as {state}.")
        time.sleep(0.1)
    raise LookupError("The batch was not ready in time.")


def _use(browsers: dict[str, Browser], pages: list[Page]) -> None:
    """Use the site as everybody does of a morning: Today, and each list, looked at a few times."""
    usual = [page for page in pages if page.endpoint in LISTS or page.endpoint == "desk.today"]
    for _again in range(WARM_UP):
        for account, browser in browsers.items():
            for page in usual:
                _find(browser, account, page)


def _memory(server: Server) -> Memory:
    """Of the web processes and the worker: what runs below the first is one of them or theirs."""
    whole = resident_mb({server.process, *server.descendants()})
    return Memory(whole - unshared_mb(server.process), whole)


def _memory_at_rest(server: Server) -> Memory:
    """Nothing is asked until what was begun is done, and who ends has ended."""
    time.sleep(_SECONDS_TO_REST)
    return _memory(server)


def measure(environment: dict[str, str], loaded: Loaded, pages: list[Page], log: Path) -> Result:
    """Serve what was loaded and ask for every page."""
    with served(environment, log) as server:
        everybody = everybody_signed_in(server, loaded)
        _use(everybody, pages)
        seconds = _print_batch(everybody["trainer"], loaded)
        at_rest, busy = [_memory_at_rest(server)], []

        def look(number: int) -> None:
            busy.append(_memory(server))
            if number % _ROUNDS_BETWEEN_RESTS == 0:
                at_rest.append(_memory_at_rest(server))
            # Who has not given the code is forgotten after some minutes.
            everybody[HALFWAY] = sign_in(server, loaded.everybody.accounts[HALFWAY].email)

        measured, unasked = measure_pages(everybody, pages, look)
        result = Result(
            pages={},
            papers={},
            unasked=unasked,
            at_rest=at_rest,
            busy=busy,
            batch_seconds=seconds,
        )
    for name, one in slowest_of(measured).items():
        (result.pages if one.kind == "text/html" else result.papers)[name] = one
    return result


@contextmanager
def loaded_programme(
    *, on_postgresql: bool, size: Size
) -> Iterator[tuple[dict[str, str], Loaded, list[Page], Path]]:
    """A programme in a place of its own: the environment that serves it, what was loaded, the
    pages there are, and a file for the server's log."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kash-bench-")))
        address = stack.enter_context(cluster()) if on_postgresql else ""
        environment = {
            "KASH_DATA_DIR": str(folder / "data"),
            "KASH_DATABASE_URL": address,
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
        loaded = load_programme(app, size)
        yield environment, loaded, pages_of(app, loaded), folder / "server.log"


def run(*, on_postgresql: bool, size: Size) -> Result:
    """Load a programme into a place of its own and measure it there."""
    with loaded_programme(on_postgresql=on_postgresql, size=size) as programme:
        return measure(*programme)


def _table(result: Result) -> str:
    figures = result.figures()
    lines = [f"{'page':44} {'ms':>7}  {'as':14} {'kB':>5}"]
    for one in sorted(result.pages.values(), key=lambda one: -one.median):
        mark = "  list" if one.page.endpoint in LISTS else ""
        size = f"{one.size / 1000:5.0f}"
        lines.append(f"{one.page.endpoint:44} {one.median:7.1f}  {one.account:14} {size}{mark}")
    lines.append("")
    for one in sorted(result.papers.values(), key=lambda one: -one.median):
        lines.append(f"{one.page.endpoint:44} {one.median:7.1f}  {one.kind}, not counted as a page")
    lines.append("")
    lines += [
        f"{name:44} {figures[name]:7.1f}  {verdict(name, figures[name], TARGETS, {})}"
        for name in TARGETS
    ]
    for name, what in (
        ("memory_busy_mb", "the most when a round was just over"),
        ("memory_with_arbiter_mb", "at rest, with the first process, which serves nothing"),
    ):
        lines.append(f"{name:44} {figures[name]:7.1f}  {what}")
    lines.append(f"{'certificates_100_seconds':44} {figures['certificates_100_seconds']:7.1f}")
    return "\n".join(lines)


def main() -> int:
    """Run it; 0 if every page answered, whether or not it was fast enough."""
    parser = argparse.ArgumentParser(prog="bench pages", description=__doc__)
    as_json(parser)
    parser.add_argument("--postgresql", action="store_true", help="on a PostgreSQL of its own")
    chosen = parser.parse_args()
    try:
        result = run(on_postgresql=chosen.postgresql, size=Size())
    except (NoPostgresql, NotServing, LookupError) as problem:
        print(problem, file=sys.stderr)
        return 1
    figures = result.figures()
    print(json.dumps({"figures": figures}) if chosen.json else _table(result))
    if result.unasked:
        print("No address answered for: " + ", ".join(result.unasked), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
