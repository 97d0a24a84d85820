"""Dice on a table: as the programme throws them, with an invented example."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.figures.releases.rules.tables import (
    EXAMPLE,
    KNOWN,
    SIDES,
    WHO,
    NoSuchFace,
    TableThrow,
    as_printed,
    faces_of,
    noise_of,
    thrown_on_table,
)

pytestmark = pytest.mark.any_engine


@given(st.integers(0, 200), st.lists(st.integers(1, 6), max_size=40))
def test_dice_of_a_table_change_a_line_as_those_of_the_programme_do(counted, faces):
    noise = noise_of([face - 1 for face in faces])
    thrown = thrown_on_table(counted, faces)
    assert thrown.is_whole == (noise is not None)
    if noise is not None:
        assert thrown.thrown == counted + noise
        assert thrown.printed == as_printed(counted + noise, 10, 1)


@given(st.lists(st.integers(1, 4)), st.sampled_from(["", " ", ", ", " . "]))
def test_faces_are_read_however_they_are_set_apart(faces, between):
    assert faces_of(between.join(map(str, faces)), 4) == faces


@pytest.mark.parametrize("typed", ["5", "0", "1 2 x", "½", "٣"])
def test_what_no_die_of_four_sides_shows_is_refused(typed):
    with pytest.raises(NoSuchFace):
        faces_of(typed, 4)


def test_the_example_has_a_line_for_each_of_its_table_and_one_that_reads_few():
    assert tuple(EXAMPLE) == KNOWN[WHO].codes
    assert SIDES[0] == KNOWN[WHO].die
    assert None in {TableThrow(counted).printed for counted in EXAMPLE.values()}
