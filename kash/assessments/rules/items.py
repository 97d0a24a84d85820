"""Questions looked at: how hard one is, and whether it tells who knows from who does not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist, fmean

LEAST_FOR_DIFFICULTY = 10
LEAST_FOR_DISCRIMINATION = 50
# Shares of right answers beyond which a question says little of most people.
NEARLY_ALL = 0.95
HARDLY_ANY = 0.25


class ItemVerdict(StrEnum):
    """Verdict on a question, by what its answers show so far."""

    TOO_FEW = "too_few"
    NEARLY_ALL_KNOW = "nearly_all_know"
    HARDLY_ANY_KNOW = "hardly_any_know"
    MISSED_BY_KNOWERS = "missed_by_knowers"
    TELLS_LITTLE = "tells_little"
    USEFUL = "useful"
    NOTHING_ODD = "nothing_odd"


@dataclass(frozen=True)
class ItemStatistics:
    """Statistics of a question. `difficulty` is the mean score, 0 to 1, from ten answers up;
    `discrimination` the correlation with the rest of the test, from fifty, with its interval."""

    answers: int
    difficulty: float | None = None
    discrimination: float | None = None
    low: float | None = None
    high: float | None = None
    verdict: ItemVerdict = ItemVerdict.TOO_FEW


def correlation(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Pearson's correlation; None where one of them does not vary."""
    mean_first, mean_second = fmean(first), fmean(second)
    apart_first = [value - mean_first for value in first]
    apart_second = [value - mean_second for value in second]
    spread = math.sqrt(math.fsum(a * a for a in apart_first)) * math.sqrt(
        math.fsum(b * b for b in apart_second)
    )
    if spread < 1e-12:
        return None
    together = math.fsum(a * b for a, b in zip(apart_first, apart_second, strict=True))
    return max(-1.0, min(1.0, together / spread))


def correlation_interval(found: float, count: int, inside: float = 0.95) -> tuple[float, float]:
    """Fisher's interval of a correlation over `count` pairs, of which there are more than three."""
    inner = max(-0.999999, min(0.999999, found))
    half = NormalDist().inv_cdf((1.0 + inside) / 2.0) / math.sqrt(count - 3)
    middle = math.atanh(inner)
    return math.tanh(middle - half), math.tanh(middle + half)


def look_at(answers: Sequence[tuple[float, float | None]]) -> ItemStatistics:
    """Statistics of a question from one pair a person: her score on it, and her mean score on the
    rest of that test, both 0 to 1; None, and no part of the correlation, where she answered nothing
    else."""
    count = len(answers)
    if count < LEAST_FOR_DIFFICULTY:
        return ItemStatistics(count)
    difficulty = fmean(score for score, _ in answers)
    pairs = [(score, rest) for score, rest in answers if rest is not None]
    if len(pairs) < LEAST_FOR_DISCRIMINATION:
        return ItemStatistics(count, difficulty, verdict=_by_difficulty(difficulty))
    found = correlation([score for score, _ in pairs], [rest for _, rest in pairs])
    if found is None:
        return ItemStatistics(count, difficulty, verdict=_by_difficulty(difficulty))
    low, high = correlation_interval(found, len(pairs))
    return ItemStatistics(
        count, difficulty, found, low, high, _by_both(pairs, difficulty, found, low)
    )


def _by_difficulty(difficulty: float) -> ItemVerdict:
    if difficulty >= NEARLY_ALL:
        return ItemVerdict.NEARLY_ALL_KNOW
    return ItemVerdict.HARDLY_ANY_KNOW if difficulty <= HARDLY_ANY else ItemVerdict.NOTHING_ODD


def _by_both(
    answers: Sequence[tuple[float, float]], difficulty: float, found: float, low: float
) -> ItemVerdict:
    knowers = sorted(answers, key=lambda one: one[1])[-(len(answers) // 3) :]
    if found <= 0.0 and fmean(score for score, _ in knowers) < 0.5:
        return ItemVerdict.MISSED_BY_KNOWERS
    plain = _by_difficulty(difficulty)
    if plain is not ItemVerdict.NOTHING_ODD:
        return plain
    return ItemVerdict.USEFUL if low > 0.0 else ItemVerdict.TELLS_LITTLE
