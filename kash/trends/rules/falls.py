"""Did cases by police fall once a workshop had reached their station, or would chance do as much?

Both tests sum what each place says into a score, and ask how often a score as far from nought would
come if it were chance on which side each place lies: each may turn its sign (Hemerik, Goeman and
Finos, JRSS-B 2020). Places may differ in how their counts vary, and months within a place may hang
together. Decision 64 tells how often either is wrong, and what each finds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kash.trends.rules.counts import BeforeAfter

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

# Of fewer places there are so few turns that nothing could be told from chance.
FEWEST = 7
LEVEL = 0.05
# All turns of ten places; of more, so many are drawn, always the same ones.
_TURNS, _SEED = 1024, 2026
_DRAWS = 1000
# A fall counts as visible if it is found in eight of ten.
_FOUND_IN = 0.8
_FALLS = tuple(step / 100 for step in range(5, 100, 5))


@dataclass(frozen=True)
class FallVerdict:
    """Verdict of a test: how many places could tell, and how often chance alone does as much; None
    if they were too few to say. `fell`: whether it points to a fall."""

    places: int
    chance: float | None = None
    fell: bool = False

    @property
    def found(self) -> bool:
        """True if chance seldom does as much."""
        return self.chance is not None and self.chance <= LEVEL


def beside_others(tables: Iterable[BeforeAfter]) -> FallVerdict:
    """Cases by police against all other cases of the same place, before and after (test B).

    Who reports more after a workshop reports both, so that it cancels; so does whatever changes all
    abuse alike. It assumes that others' abuse does not change with the workshop.
    """
    import numpy as np

    telling = [one for one in tables if one.tells]
    if len(telling) < FEWEST:
        return FallVerdict(len(telling))
    scores = _scores_beside_others(np.array(telling, dtype=float))
    return FallVerdict(len(telling), float(_chances(scores)), bool(scores.sum() < 0))


def beside_other_stations(
    police: Sequence[Sequence[int]], after: Sequence[Sequence[float]]
) -> FallVerdict:
    """Cases by police of each place and month against those of other places and months (test A).

    `after` is the share of each month after the place's workshop. It needs no other cases, and
    takes a rise in reporting for a rise in abuse.
    """
    import numpy as np

    counts, shares = np.array(police, dtype=float), np.array(after, dtype=float)
    if not counts.size:
        return FallVerdict(0)
    reached = (shares.max(axis=1) > 0) & (shares.min(axis=1) < 1)
    telling = int((reached & (counts.sum(axis=1) > 0)).sum())
    if telling < FEWEST:
        return FallVerdict(telling)
    scores = _scores_of_months(counts, shares)
    return FallVerdict(telling, float(_chances(scores)), bool(scores.sum() < 0))


def smallest_fall(tables: Iterable[BeforeAfter]) -> float | None:
    """The smallest fall in cases by police that test B would find eight times of ten, with so many
    cases at these places; None if not even nineteen of twenty cases gone would be found so often.

    Drawn as if there had been no fall so far: police cases of a place, and others', are spread
    over before and after alike, as all its cases are. Cases come in heaps as far as
    the places say that they do.
    """
    import numpy as np

    telling = np.array([one for one in tables if one.tells], dtype=float)
    if len(telling) < FEWEST:
        return None
    total = telling.sum(axis=1)
    sides = (telling[:, [0, 2]].sum(axis=1) / total, telling[:, [1, 3]].sum(axis=1) / total)
    kinds = (telling[:, :2].sum(axis=1), telling[:, 2:].sum(axis=1))
    means: Floats = np.stack([kind * side for kind in kinds for side in sides], axis=1)
    heaps = _heaps(telling)
    low, high = 0, len(_FALLS)
    while low < high:
        middle = (low + high) // 2
        if _power(means, _FALLS[middle], heaps) >= _FOUND_IN:
            high = middle
        else:
            low = middle + 1
    return _FALLS[low] if low < len(_FALLS) else None


def ratio_beside_others(tables: Iterable[BeforeAfter]) -> float | None:
    """Cases by police after, for each that others' cases would lead one to expect (Mantel and
    Haenszel); None if that can't be said."""
    upper = lower = 0.0
    for one in tables:
        if one.tells:
            upper += one.police_after * one.others_before / sum(one)
            lower += one.police_before * one.others_after / sum(one)
    return upper / lower if lower else None


def _scores_beside_others(tables: Floats) -> Floats:
    """Police cases after, less as many as if they had changed like all cases of the place.

    The last two axes are places and the four counts.
    """
    import numpy as np

    police = tables[..., 0] + tables[..., 1]
    after = tables[..., 1] + tables[..., 3]
    total = tables.sum(axis=-1)
    scores: Floats = tables[..., 1] - police * after / np.maximum(total, 1)
    return scores


def _scores_of_months(counts: Floats, shares: Floats) -> Floats:
    """Score of a change after workshops, given each place's and each month's own size: what no
    place and no month explains of the counts, by what neither explains of the shares."""
    total = counts.sum()
    of_places, of_months = counts.sum(axis=1) / total, counts.sum(axis=0) / total
    expected = total * of_places[:, None] * of_months
    by_place, by_month = shares @ of_months, of_places @ shares
    own = shares - by_place[:, None] - by_month + of_places @ by_place
    scores: Floats = (own * (counts - expected)).sum(axis=1)
    return scores


def _chances(scores: Floats) -> Floats:
    """Share of turns in which scores lie as far from nought; the last axis is places."""
    import numpy as np

    seen = np.abs(scores.sum(axis=-1))
    turned = np.abs(scores @ _turns(scores.shape[-1]).T)
    chances: Floats = (turned >= seen[..., None] - 1e-9).mean(axis=-1)
    return chances


def _turns(places: int) -> Floats:
    """Signs for each place in each turn; in the first nobody turns."""
    import numpy as np

    if 2**places <= _TURNS:
        turned = np.arange(2**places)[:, None] >> np.arange(places) & 1
    else:
        turned = np.random.default_rng(_SEED).integers(0, 2, (_TURNS, places))
        turned[0] = 0
    signs: Floats = np.where(turned == 1, -1.0, 1.0)
    return signs


def _heaps(tables: Floats) -> float:
    """Variance of cases for each that chance has, at least 1 (Pearson)."""
    import numpy as np

    police, after = tables[:, :2].sum(1), tables[:, [1, 3]].sum(1)
    total = tables.sum(1)
    spread = police * (total - police) * after * (total - after) / (total**2 * (total - 1))
    scores = _scores_beside_others(tables)
    common = scores.sum() / spread.sum()
    return max(1.0, float(np.mean((scores - common * spread) ** 2 / spread)))


def _power(means: Floats, fall: float, heaps: float) -> float:
    """Share of programmes drawn with a fall in which test B finds one."""
    import numpy as np

    draw = np.random.default_rng(_SEED)
    fallen = means * [1, 1 - fall, 1, 1]
    expected = np.tile(fallen, (_DRAWS, 1, 1))
    if heaps > 1:
        expected = draw.gamma(np.maximum(expected / (heaps - 1), 1e-9), heaps - 1)
    tables = draw.poisson(expected).astype(float)
    police, before, total = tables[..., :2].sum(-1), tables[..., [0, 2]].sum(-1), tables.sum(-1)
    tells = (police > 0) & (police < total) & (before > 0) & (before < total)
    scores = _scores_beside_others(tables)
    found = (_chances(scores) <= LEVEL) & (scores.sum(axis=-1) < 0)
    return float((found & (tells.sum(axis=-1) >= FEWEST)).mean())
