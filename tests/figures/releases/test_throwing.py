"""The dice: what they add, exactly, and faces of its own for each line."""

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.figures.releases.rules.tables import (
    ACTS,
    KNOWN,
    WHO,
    as_printed,
    block_length,
    noise_of,
    throw,
)

pytestmark = pytest.mark.any_engine
_LONG = 11


@pytest.mark.parametrize("sides", [4, 8, 16])
def test_every_tape_of_faces_gives_what_the_rule_says(sides):
    """All of one length, weighed exactly; a sampler that is off by one roll would lean to one
    side."""
    got: Counter[int | None] = Counter()
    one, other = Fraction(1, sides), Fraction(sides - 1, sides)
    for tape in product((0, 1), repeat=_LONG):
        got[noise_of(tape)] += one ** tape.count(0) * other ** tape.count(1)
    for k in range(-_LONG, _LONG + 1):
        pairs = [(a, a - k) for a in range(_LONG) if a - k >= 0 and a + a - k + 2 <= _LONG]
        assert got[k] == sum(one**2 * other ** (a + b) for a, b in pairs)
        assert got[k] == got[-k]


def test_all_faces_but_the_one_mean_the_same():
    """A face that counted for more would make the noise smaller than promised."""
    for tape in product(range(4), repeat=5):
        assert noise_of(tape) == noise_of([min(face, 1) for face in tape])


class _Tape:
    """A die that notes what it was asked for."""

    def __init__(self, faces: Iterator[int]) -> None:
        self.faces, self.asked = faces, 0

    def __call__(self, sides: int) -> int:
        self.asked += 1
        return next(self.faces)


def _block(sides: int, noise: int) -> list[int]:
    """A block of faces that gives this noise."""
    first, second = max(noise, 0), max(-noise, 0)
    faces = [1] * first + [0] + [1] * second + [0]
    return faces + [2] * (block_length(sides) - len(faces))


def test_each_line_has_fresh_faces_of_a_fixed_number():
    """Lines that shared dice could be taken from one another, and a number of faces that depended
    on what they show would tell it by the time it takes."""
    table = KNOWN[ACTS]
    wanted = dict(zip(table.codes, range(-4, 4), strict=True))
    faces = [face for code in table.codes for face in _block(16, wanted[code])]
    die = _Tape(iter(faces))
    assert throw(table, die) == wanted
    assert die.asked == 8 * 1024
    assert (block_length(4), block_length(8), block_length(16)) == (256, 512, 1024)


def test_dice_that_show_no_one_for_a_whole_block_are_thrown_on():
    """To stop there would cut off the tails, and a line at the end of them would prove a case."""
    table = KNOWN[WHO]
    late = [1] * block_length(4) + _block(4, 0)
    rest = _block(4, 2) + _block(4, -2)
    die = _Tape(iter(late + rest))
    assert throw(table, die) == {"police": 256, "client": 2, "other": -2}


@given(st.integers(-200, 2000), st.sampled_from((10, 15, 20)), st.sampled_from((1, 6)))
def test_a_line_is_printed_to_the_nearest_five_or_as_few(y, floor, unit):
    """Never below zero, and never to the digit."""
    said = as_printed(y, floor, unit)
    if said is None:
        assert y < floor * unit
    else:
        assert y >= floor * unit
        assert said % 5 == 0
        assert abs(said * unit - y) * 2 <= 5 * unit
