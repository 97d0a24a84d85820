"""Student's t distribution for whole degrees of freedom, without a library of statistics.

Loading one costs each process more memory than all the rest of the application's numbers.
"""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist


def t_between(t: float, freedom: int) -> float:
    """Probability that a t variable lies between -t and t.

    The finite sums of Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4,
    which are exact for whole degrees of freedom. Raises ValueError below one degree.
    """
    if freedom < 1:
        raise ValueError("at least one degree of freedom")
    angle = math.atan(t / math.sqrt(freedom))
    sine, squared = math.sin(angle), math.cos(angle) ** 2
    odd = freedom % 2 == 1
    term = math.cos(angle) if odd else 1.0
    total = 0.0
    for step in range(1, freedom - 1, 2) if odd else range(0, freedom - 1, 2):
        total += term
        term *= squared * ((step + 1) / (step + 2))
    return 2.0 * (angle + sine * total) / math.pi if odd else sine * total


@lru_cache(maxsize=512)
def t_quantile(freedom: int, inside: float = 0.95) -> float:
    """The t between whose two signs `inside` of the probability lies. Raises ValueError below one
    degree of freedom, or if `inside` is not between 0 and 1."""
    if not 0.0 < inside < 1.0:
        raise ValueError("a probability between 0 and 1")
    if freedom > 2000:
        # The first terms of Fisher and Cornish: exact to nine digits here.
        z = NormalDist().inv_cdf((1.0 + inside) / 2.0)
        return z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
    low, high = 0.0, 1.0
    while t_between(high, freedom) < inside:
        high *= 2.0
    for _ in range(80):
        middle = (low + high) / 2.0
        if t_between(middle, freedom) < inside:
            low = middle
        else:
            high = middle
    return (low + high) / 2.0
