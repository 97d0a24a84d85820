"""Names of stations and collectives, which no two lists write the same way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz

from kash.people.rules.persons import sort_name

_ALIKE = 90
_SHORT = {
    "rd": "road", "st": "street", "mkt": "market", "hqs": "hq", "headquarters": "hq",
    "ctr": "centre", "center": "centre", "est": "estate",
}  # fmt: skip
_GENERIC = frozenset(("police", "station", "stn", "stat", "kituo", "cha", "polisi", "the", "ps"))
_KINDS = frozenset(("post", "patrol", "base", "camp", "hq", "unit"))


def station_key(name: str) -> str:
    """Key that tells one station from another: `Hill Top Stn.` and `Hilltop` are both `hilltop`."""
    words = [_SHORT.get(word, word) for word in re.sub(r"[^\w]+", " ", sort_name(name)).split()]
    kept = [word for word in words if word not in _GENERIC] or words
    return "".join(kept)


@dataclass(frozen=True, slots=True)
class StationGuess:
    """Where a written name belongs: an organisation's public id, or empty for one not known."""

    organisation: str
    certain: bool


class Stations:
    """The organisations there are, and which of them a name in a list means."""

    def __init__(self, names: Iterable[tuple[str, str]]) -> None:
        """`names` are (public id, name)."""
        self._exact: dict[str, str] = {}
        self._keys: dict[str, list[str]] = {}
        for public_id, name in names:
            self._exact[sort_name(name)] = public_id
            self._keys.setdefault(station_key(name), []).append(public_id)

    def guess(self, name: str) -> StationGuess:
        """The same name, else the only one with the same key, else the one that is most alike."""
        exact = self._exact.get(sort_name(name))
        if exact is not None:
            return StationGuess(exact, certain=True)
        key = station_key(name)
        same = self._keys.get(key, [])
        if len(same) == 1:
            return StationGuess(same[0], certain=True)
        scored = sorted(
            ((fuzz.ratio(key, other), ids[0]) for other, ids in self._keys.items()), reverse=True
        )
        if scored and scored[0][0] >= _ALIKE and (len(scored) < 2 or scored[1][0] < scored[0][0]):
            return StationGuess(scored[0][1], certain=False)
        return StationGuess("", certain=False)


def grouped(names: Iterable[tuple[str, int]]) -> Mapping[str, str]:
    """For each written name the one by which its like are called: the longest of the most used.

    `names` are (name, how often). Names with one key, or nearly one, are alike.
    """
    by_key: dict[str, list[tuple[int, int, str]]] = {}
    for name, often in names:
        key = station_key(name)
        if key not in by_key:
            near = [each for each in by_key if len(each) > 4 and fuzz.ratio(each, key) >= _ALIKE]
            key = near[0] if near else key
        by_key.setdefault(key, []).append((often, len(name), name))
    called: dict[str, str] = {}
    for like in by_key.values():
        # A name with its kind in full reads best for those who do not know the place.
        first = max(like, key=lambda each: ("station" in each[2].casefold(), each[0], each[1]))
        called |= {name: first[2] for _often, _length, name in like}
    return called
