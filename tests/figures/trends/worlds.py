"""Worlds in which stations are trained one after the other, with an effect or without any."""

from dataclasses import dataclass

import numpy as np

from kash.figures.trends.rules import BeforeAfter

MONTHS = 24


@dataclass(frozen=True)
class World:
    """Events of a world: a trend that all stations share (in logarithms, over all months),
    cases that come in heaps (variance for each that chance has), swings that last for months, and
    by how much more people report everything once the workshop was there."""

    trend: float = 0.0
    heaps: float = 1.0
    swings: float = 0.0
    reporting: float = 1.0


# Without an effect of the workshop in any of them.
WORLDS = {
    "steady": World(),
    "common rise": World(trend=0.6),
    "common fall": World(trend=-0.6),
    "heaps": World(heaps=2.5),
    "swings": World(swings=0.4),
    "reporting": World(reporting=1.5),
}
_LASTS = 0.7


def programmes(draws, world, *, cases=300, stations=10, ratio=1.0, seed=1):
    """For each programme: police cases by station and month, others' cases, and which months lie
    after. Half of all cases are by police; `ratio` is what is left of them after a workshop."""
    draw = np.random.default_rng(seed)
    size = draw.lognormal(0, 0.5, (draws, stations, 1))
    size /= size.sum(axis=1, keepdims=True)
    starts = draw.permutation(np.linspace(6, MONTHS - 6, stations).round().astype(int))
    after = (np.arange(MONTHS) >= starts[:, None]).astype(float)
    trend = np.exp(np.linspace(-0.5, 0.5, MONTHS) * world.trend)
    means = size * trend / trend.sum() * cases / 2
    found = []
    for left in (ratio, 1.0):
        mean = means * _swung(draw, means.shape, world.swings)
        mean = mean * np.where(after == 1, world.reporting * left, 1)
        if world.heaps > 1:
            mean = draw.gamma(mean / (world.heaps - 1), world.heaps - 1)
        found.append(draw.poisson(mean))
    return found[0], found[1], after


def _swung(draw, shape, size):
    """Swings of each station about one, that last for some months."""
    if not size:
        return 1.0
    new = draw.normal(size=shape)
    swings = new.copy()
    for month in range(1, shape[-1]):
        swings[..., month] = _LASTS * swings[..., month - 1]
        swings[..., month] += np.sqrt(1 - _LASTS**2) * new[..., month]
    return np.exp(size * swings - size**2 / 2)


def tables_of(police, others, after):
    """Each programme's stations before and after."""
    columns = [
        (kind * side).sum(axis=-1) for kind in (police, others) for side in (1 - after, after)
    ]
    return [
        [BeforeAfter(*map(int, place)) for place in programme]
        for programme in np.stack(columns, axis=-1)
    ]
