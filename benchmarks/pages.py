"""`./kash.sh bench pages`: the server's time for every page, and the memory it stands in.

Against the real server, signed in, in a programme of 100,000 people, 5,000 workshops and 2 million
marks, on SQLite and on PostgreSQL. A page's time is the median of nine requests, of the slowest
account that may see it, on the slower engine. Each round is asked of a programme of a hundredth of
all that too, by turns: `growth_max` is the worst ratio of the least times of a page in both, pages
of under a few milliseconds counted as of so many, below which a clock tells nothing. What seems to
grow is asked for some rounds more: of two thousand pairs some are slow by chance nine times.

`people_search_ms` is the worst of what is typed in `bench people`, `xlsx_100k_s` the list of all
people taken away as a sheet, `dashboard_ms` the page that tells how the programme stands.

Memory is what two web processes and the worker hold, shared pages counted once. Each kind of user
has signed in, seen Today and every list, and a batch of 100 certificates was printed; then it is
looked at, and again between the rounds in which every page is asked for as everybody who may see
it. `memory_mb` is the most of all looks at a server that has come to rest, `memory_busy_mb` the
most in the very moment that a round is over.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.addresses import LISTS, Page
from benchmarks.browser import Answer, Browser
from benchmarks.load import PASSWORD, Loaded, Size
from benchmarks.loaded import Programme, loaded_programme
from benchmarks.memory import resident_mb, unshared_mb
from benchmarks.postgresql import NoPostgresql
from benchmarks.searching import search_times, xlsx_seconds
from benchmarks.server import NotServing, Server, served
from benchmarks.telling import as_json, verdict
from benchmarks.timing import MILLISECONDS

ROUNDS = 9
WARM_UP = 3
TARGETS = {
    "dashboard_ms": 200.0,
    "people_search_ms": 60.0,
    "growth_max": 1.5,
    "xlsx_100k_s": 6.0,
    "page_ms_median": 15.0,
    "page_ms_max": 50.0,
    "list_ms_max": 25.0,
    "memory_mb": 350.0,
}
DASHBOARD = "overview.index"
LARGE = Size(people=100_000, workshops=5_000, people_each=40)
SMALL = Size(people=1_000, workshops=50, people_each=40)
_LEAST_MS = 4.0
_SEARCHING = ("director", "trainer", "documentation")
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
ENGINES = ("sqlite", "postgresql")
_SECONDS_FOR_A_BATCH = 300.0
# A web process that ends keeps its connections for two seconds more.
_SECONDS_TO_REST = 4.0
_ROUNDS_BETWEEN_RESTS = 2
# How often what seems to grow is asked for again, in both.
_ROUNDS_MORE = 20


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
    def key(self) -> tuple[str, str]:
        """Endpoint and account, which tell it from the others."""
        return self.page.endpoint, self.account

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
    searches: dict[str, float]
    xlsx_seconds: float
    growth: dict[str, float]

    @property
    def lists(self) -> dict[str, Measured]:
        """Those of the pages that list fifty rows."""
        return {name: found for name, found in self.pages.items() if name in LISTS}

    def figures(self) -> dict[str, float]:
        """The figures that have a target, then each page, then what else was timed."""
        medians = {name: found.median for name, found in self.pages.items()}
        told = {
            **({"dashboard_ms": medians[DASHBOARD]} if DASHBOARD in medians else {}),
            "people_search_ms": max(self.searches.values()),
            "growth_max": max(self.growth.values()),
            "xlsx_100k_s": self.xlsx_seconds,
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
        told |= {f"search {name}": time for name, time in self.searches.items()}
        told |= {f"growth {name}": ratio for name, ratio in sorted(self.growth.items())}
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
        if answer.location.startswith(("/confirm", "/sign-in")):
            # The password was given too long ago.
            continue
        if answer.status != 200:
            raise LookupError(f"{one.address} answered {answer.status} the second time")
        if one.kind != "text/html" or warm:
            one.times.append(float(answer.headers[MILLISECONDS.lower()]))


def measure_pages(
    browsers: dict[str, Browser],
    pages: list[Page],
    after_round: Callable[[int], object] = lambda _number: None,
    rounds: int = ROUNDS,
) -> tuple[list[Measured], list[str]]:
    """Every page as every account that it answers, in rounds, so that no moment weighs on one.

    Returns what was measured and the endpoints of pages that answered nobody.
    """
    found, unasked = find_pages(browsers, pages)
    for number in range(WARM_UP + rounds):
        ask_all(browsers, found, warm=number >= WARM_UP)
        after_round(number)
    return [one for one in found if one.times], unasked


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


def measure(large: Programme, small: Programme, rounds: int = ROUNDS) -> Result:
    """Serve both and ask for every page, in the large programme and in the small one by turns."""
    with (
        served(large.environment, large.log) as server,
        served(small.environment, small.log) as beside,
    ):
        everybody = everybody_signed_in(server, large.loaded)
        _use(everybody, large.pages)
        seconds = _print_batch(everybody["trainer"], large.loaded)
        at_rest, busy = [_memory_at_rest(server)], []
        browsers_beside = everybody_signed_in(beside, small.loaded)
        found_beside, _unasked = find_pages(browsers_beside, small.pages)

        def look(number: int) -> None:
            busy.append(_memory(server))
            if number % _ROUNDS_BETWEEN_RESTS == 0:
                at_rest.append(_memory_at_rest(server))
            ask_all(browsers_beside, found_beside, warm=number >= WARM_UP)
            # Who has not given the code is forgotten after some minutes.
            for browsers, of, where in (
                (everybody, large, server),
                (browsers_beside, small, beside),
            ):
                email = of.loaded.everybody.accounts[HALFWAY].email
                browsers[HALFWAY] = sign_in(where, email)

        measured, unasked = measure_pages(everybody, large.pages, look, rounds)
        # Some pages ask for the password again once it was given some minutes ago.
        everybody = everybody_signed_in(server, large.loaded)
        browsers_beside = everybody_signed_in(beside, small.loaded)
        for _more in range(_ROUNDS_MORE):
            growing = {
                key
                for key, ratio in ratios(measured, found_beside).items()
                if ratio > TARGETS["growth_max"]
            }
            ask_all(everybody, [one for one in measured if one.key in growing], warm=True)
            ask_all(browsers_beside, [one for one in found_beside if one.key in growing], warm=True)
        director = sign_in(server, large.loaded.everybody.accounts["director"].email)
        result = Result(
            pages={},
            papers={},
            unasked=unasked,
            at_rest=at_rest,
            busy=busy,
            batch_seconds=seconds,
            searches=search_times({name: everybody[name] for name in _SEARCHING}),
            xlsx_seconds=xlsx_seconds(director),
            growth=growth_of(measured, found_beside),
        )
    for name, one in slowest_of(measured).items():
        (result.pages if one.kind == "text/html" else result.papers)[name] = one
    return result


def ratios(large: list[Measured], small: list[Measured]) -> dict[tuple[str, str], float]:
    """How many times as long each page takes an account in the large programme, by the least times
    in both."""

    def least(found: list[Measured]) -> dict[tuple[str, str], float]:
        return {
            one.key: max(min(one.times), _LEAST_MS)
            for one in found
            if one.kind == "text/html" and one.times
        }

    much, little = least(large), least(small)
    return {key: much[key] / little[key] for key in much.keys() & little.keys()}


def growth_of(large: list[Measured], small: list[Measured]) -> dict[str, float]:
    """The ratio of each page, as the account for which it grows most."""
    worst: dict[str, float] = {}
    for (endpoint, _account), ratio in ratios(large, small).items():
        worst[endpoint] = max(worst.get(endpoint, 0.0), ratio)
    return worst


def run(*, on_postgresql: bool, rounds: int = ROUNDS, kept: Path | None = None) -> Result:
    """Load both programmes and measure them."""
    with (
        loaded_programme(
            on_postgresql=on_postgresql, size=LARGE, kept=kept and kept / "large"
        ) as large,
        loaded_programme(
            on_postgresql=on_postgresql, size=SMALL, kept=kept and kept / "small"
        ) as small,
    ):
        return measure(large, small, rounds)


def worse_of(results: Mapping[str, Result]) -> dict[str, float]:
    """The figures of the engine on which each is worse."""
    figures = [result.figures() for result in results.values()]
    names = dict.fromkeys(name for one in figures for name in one)
    return {name: max(one[name] for one in figures if name in one) for name in names}


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
        f"growth {name:37} {ratio:7.2f}"
        for name, ratio in sorted(result.growth.items(), key=lambda one: -one[1])[:12]
    ]
    lines.append("")
    lines += [
        f"{name:44} {figures[name]:7.1f}  {verdict(name, figures[name], TARGETS, {})}"
        for name in TARGETS
        if name in figures
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
    parser.add_argument("--only", choices=ENGINES, help="on one engine alone")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often each page is asked")
    parser.add_argument("--kept", type=Path, help="a folder in which what is loaded stays (SQLite)")
    chosen = parser.parse_args()
    results: dict[str, Result] = {}
    try:
        for engine in [chosen.only] if chosen.only else ENGINES:
            on_postgresql = engine == "postgresql"
            kept = None if on_postgresql else chosen.kept
            results[engine] = run(on_postgresql=on_postgresql, rounds=chosen.rounds, kept=kept)
    except (NoPostgresql, NotServing, LookupError) as problem:
        print(problem, file=sys.stderr)
        return 1
    if chosen.json:
        print(json.dumps({"figures": worse_of(results)}))
    else:
        print("\n\n".join(f"{engine}\n{_table(one)}" for engine, one in results.items()))
    unasked = sorted({name for one in results.values() for name in one.unasked})
    if unasked:
        print("No address answered for: " + ", ".join(unasked), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
