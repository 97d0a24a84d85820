"""Finding people by what is typed, and taking the list of them away, in the server's time."""

from __future__ import annotations

import statistics
from collections.abc import Mapping

from benchmarks.browser import Browser
from benchmarks.timing import MILLISECONDS

ROUNDS = 9
WARM_UP = 2
# Rare, common as a first and as a family name, one letter and two, two words, a number, nobody.
QUERIES = {
    "rare": "Ng'ang'a Nek",
    "first name": "Zawadi",
    "family name": "Odera",
    "one letter": "o",
    "two letters": "za",
    "two words": "atieno ok",
    "number": "R54321",
    "nobody": "quuxquux",
}


def search_times(browsers: Mapping[str, Browser]) -> dict[str, float]:
    """Milliseconds of each query for a person, of the slowest account. Raises LookupError if one
    does not answer."""
    worst = dict.fromkeys(QUERIES, 0.0)
    for browser in browsers.values():
        token = browser.token("/people")
        for name, typed in QUERIES.items():
            worst[name] = max(worst[name], _search_time(browser, token, typed))
    return worst


def _search_time(browser: Browser, token: str, typed: str) -> float:
    times = []
    for number in range(WARM_UP + ROUNDS):
        answer = browser.send("/people/search", token, {"search": typed})
        if answer.status != 200:
            raise LookupError(f"The search answered {answer.status}")
        if number >= WARM_UP:
            times.append(float(answer.headers[MILLISECONDS.lower()]))
    return statistics.median(times)


def xlsx_seconds(director: Browser) -> float:
    """Seconds until everybody stands in a sheet: the middle one of three."""
    token, times = director.token("/people"), []
    for _again in range(3):
        answer = director.send("/people?take=xlsx", token, {})
        if answer.status != 200 or not answer.text.startswith("PK"):
            raise LookupError(f"Taking the list of people away answered {answer.status}")
        times.append(float(answer.headers[MILLISECONDS.lower()]) / 1000)
    return statistics.median(times)
