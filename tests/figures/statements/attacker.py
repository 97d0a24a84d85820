"""An attacker who has all papers of a period, and knows how they are made.

She thinks of each kind of person that there may be (sex, age, and who paid for what she completed)
as a number of people, at least none, and asks of each star how few and how many it may stand for.
Nothing of it is taken from the rules that it attacks.
"""

from collections.abc import Mapping
from itertools import product

import numpy as np
from scipy.optimize import linprog

from kash.figures.statements.rules import Name


def narrowest(papers: Mapping[Name, int | None]) -> dict[Name, tuple[float, float]]:
    """The least and the most that each starred figure of these papers may stand for."""
    funders = sorted({name.funder for name in papers} - {""})
    cells = sorted({name.place for name in papers if len(name.place) == 2}) or [()]
    kinds = [
        (dict(cell), dict(zip(["", *funders], states, strict=True)))
        for cell in cells
        for states in product((False, True), repeat=len(funders) + 1)
    ]
    if cells == [()]:
        dimensions = {name.place[0][0] for name in papers if name.place}
        values = [
            sorted({name.place[0] for name in papers if name.place and name.place[0][0] == one})
            for one in sorted(dimensions)
        ]
        kinds = [(dict(places), states) for places in product(*values) for _none, states in kinds]

    def row(name: Name) -> list[float]:
        return [
            float(
                all(cell.get(dimension) == value for dimension, value in name.place)
                and (states[name.funder] if name.funder else any(states.values()))
            )
            for cell, states in kinds
        ]

    known = {name: value for name, value in papers.items() if value is not None}
    stars = [name for name in papers if papers[name] is None]
    sums = np.array([row(name) for name in known]) if known else None
    seen = [name for name in stars if name.place]
    floors = -np.array([row(name) for name in seen]) if seen else None
    found = {}
    for name in stars:
        target = np.array(row(name))
        ends = []
        for sense in (1, -1):
            answer = linprog(
                sense * target,
                A_eq=sums,
                b_eq=list(known.values()) if known else None,
                A_ub=floors,
                b_ub=[-1.0] * len(seen) if seen else None,
                method="highs",
            )
            assert answer.status in (0, 3), answer.message
            ends.append(sense * answer.fun if answer.status == 0 else float("inf"))
        found[name] = (ends[0], ends[1])
    return found
