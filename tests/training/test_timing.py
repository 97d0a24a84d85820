"""Steps by the clock, and what is left out if time is short."""

from hypothesis import given
from hypothesis import strategies as st

from kash.training.rules.courses import CourseNode, cuts, step_minutes, timed_steps

MINUTES = st.none() | st.integers(1, 600)
STEPS = st.lists(st.tuples(MINUTES, st.sampled_from(["", "must", "should", "may"])), max_size=8)


def plan_of(steps: list[tuple[int | None, str]]) -> CourseNode:
    rows = (CourseNode("step", "", {"minutes": minutes, "rank": rank}) for minutes, rank in steps)
    return CourseNode("plan", "", {}, children=tuple(rows))


def test_each_step_begins_where_the_one_before_it_ends():
    plan = plan_of([(10, "must"), (None, "may"), (25, "should")])
    timed = timed_steps(plan)
    assert [(one.number, one.start, one.end, one.minutes) for one in timed] == [
        (1, 0, 10, 10),
        (2, None, None, 0),
        (3, 10, 35, 25),
    ]
    assert step_minutes(plan) == 35


def test_what_may_be_done_is_left_out_before_what_should_be_and_what_saves_most_first():
    plan = plan_of([(10, "should"), (5, "may"), (30, "must"), (15, "may"), (20, "should")])
    assert [(timed.number, timed.minutes, left) for timed, left in cuts(plan)] == [
        (4, 15, 65),
        (2, 5, 60),
        (5, 20, 40),
        (1, 10, 30),
    ]


@given(STEPS)
def test_nothing_that_must_be_done_is_ever_left_out(steps):
    plan = plan_of(steps)
    made = cuts(plan)
    able = [
        n for n, (minutes, rank) in enumerate(steps, 1) if minutes and rank in ("may", "should")
    ]
    assert sorted(timed.number for timed, _ in made) == able
    kept = [minutes or 0 for n, (minutes, _rank) in enumerate(steps, 1) if n not in able]
    assert (made[-1][1] if made else step_minutes(plan)) == sum(kept)
