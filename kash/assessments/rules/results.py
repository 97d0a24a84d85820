"""Two tests of a workshop beside each other: only what was asked in the same words is compared."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from kash.assessments.rules.gains import Gain, Shift, gain_of, shift_of
from kash.assessments.rules.scoring import KNOWLEDGE, SCALE_POINTS, QuestionKind, percent, score
from kash.assessments.rules.times import Moment


@dataclass(frozen=True)
class ScoredQuestion:
    """A question as one test asked it: its revision, what is right, the objective it is about."""

    revision: int
    kind: QuestionKind
    right: frozenset[str] = frozenset()
    objective: str = ""

    @property
    def scores(self) -> bool:
        """True if it has right answers."""
        return self.kind in KNOWLEDGE


@dataclass(frozen=True)
class AnsweredTest:
    """A test as it was answered: choices by person and revision, and scores of a hundred that were
    marked elsewhere, by person. `off` are people who were taken off the register since."""

    asked: Sequence[ScoredQuestion]
    answers: Mapping[int, Mapping[int, frozenset[str]]]
    scores: Mapping[int, float]
    off: frozenset[int] = frozenset()

    def of_the_register(self) -> AnsweredTest:
        """The same test without whoever was taken off the register."""
        return replace(
            self,
            answers={one: given for one, given in self.answers.items() if one not in self.off},
            scores={one: score for one, score in self.scores.items() if one not in self.off},
        )

    def people(self) -> frozenset[int]:
        """Everybody who answered anything."""
        return frozenset(one for one, given in self.answers.items() if any(given.values()))

    def scored_people(self) -> frozenset[int]:
        """Everybody who answered at least one question that scores, "not sure" included."""
        scored = {one.revision for one in self.asked if one.scores}
        return frozenset(
            one
            for one, given in self.answers.items()
            if any(chosen and asked in scored for asked, chosen in given.items())
        )

    def score_over(self, person: int, questions: Collection[ScoredQuestion]) -> float:
        """Her score of a hundred over these questions; what she left out scores nothing."""
        given = self.answers.get(person, {})
        found = (score(one.kind, one.right, given.get(one.revision, ())) for one in questions)
        return percent([one for one in found if one is not None], len(questions))

    def whole_scores(self) -> dict[int, float]:
        """Everybody's score over all knowledge questions, or the one that was marked elsewhere."""
        asked = [one for one in self.asked if one.scores]
        own = {one: self.score_over(one, asked) for one in self.scored_people()}
        return {**self.scores, **own}


@dataclass(frozen=True)
class ObjectiveGain:
    """Gain on one objective (its lineage, empty for questions about none), and of how many
    questions."""

    objective: str
    questions: int
    gain: Gain


@dataclass(frozen=True)
class ComparedTests:
    """Two tests compared. `paired` questions stand in both in the same words, `unpaired` do not and
    count for nothing here. `scales` are shifts by revision."""

    gain: Gain
    objectives: Sequence[ObjectiveGain]
    scales: Sequence[tuple[int, Shift]]
    paired: int
    unpaired: int


def compare(before: AnsweredTest, after: AnsweredTest) -> ComparedTests:
    """Gains and shifts from one test to another.

    Whoever was taken off the register is lost, with her score before, whatever she answered after.
    """
    firsts, seconds = paired_scores(before, after)
    after = after.of_the_register()
    both = _asked_by_both(before, after)
    knowledge = [one for one in both if one.scores]
    return ComparedTests(
        gain=gain_of(firsts, seconds),
        objectives=[
            ObjectiveGain(
                objective, len(some), gain_of(_scored(before, some), _scored(after, some))
            )
            for objective, some in _by_objective(knowledge).items()
        ],
        scales=[
            (one.revision, shift_of(_points(before, one), _points(after, one), SCALE_POINTS))
            for one in both
            if one.kind is QuestionKind.SCALE
        ],
        paired=len(both),
        unpaired=len({one.revision for one in (*before.asked, *after.asked)}) - len(both),
    )


def paired_scores(
    before: AnsweredTest, after: AnsweredTest
) -> tuple[dict[str, float], dict[str, float]]:
    """Everybody's scores before and after, by person, over what both tests asked in the same words.
    Whoever was taken off the register stands in the first alone."""
    after = after.of_the_register()
    knowledge = [one for one in _asked_by_both(before, after) if one.scores]
    asked = {one.revision for one in (*before.asked, *after.asked) if one.scores}
    same = len(asked) == len(knowledge)
    return _scored(before, knowledge, same), _scored(after, knowledge, same)


def _asked_by_both(before: AnsweredTest, after: AnsweredTest) -> list[ScoredQuestion]:
    later = {one.revision for one in after.asked}
    return [one for one in before.asked if one.revision in later]


def _by_objective(asked: Iterable[ScoredQuestion]) -> dict[str, list[ScoredQuestion]]:
    found: dict[str, list[ScoredQuestion]] = {}
    for one in asked:
        found.setdefault(one.objective, []).append(one)
    return found


def _scored(
    sitting: AnsweredTest, questions: Sequence[ScoredQuestion], with_marked: bool = False
) -> dict[str, float]:
    """Scores over these questions. Scores that were marked elsewhere cannot be taken apart: they
    count only where both tests asked the same."""
    marked = {str(one): found for one, found in sitting.scores.items()} if with_marked else {}
    if not questions:
        return marked
    return marked | {
        str(one): sitting.score_over(one, questions) for one in sitting.scored_people()
    }


def _points(sitting: AnsweredTest, asked: ScoredQuestion) -> dict[str, int]:
    found: dict[str, int] = {}
    for person, given in sitting.answers.items():
        chosen = given.get(asked.revision, frozenset())
        if len(chosen) == 1:
            found[str(person)] = int(next(iter(chosen)))
    return found


_PAIRS = ((Moment.BEFORE, Moment.AFTER), (Moment.BEFORE, Moment.FOLLOW_UP))


@dataclass(frozen=True)
class Compared:
    """Two tests compared: from which moment to which."""

    first: Moment
    second: Moment
    found: ComparedTests


def compared(sat: Mapping[Moment, AnsweredTest]) -> list[Compared]:
    """All pairs of tests that can be compared: before and after, before and months later."""
    return [
        Compared(first, second, compare(sat[first], sat[second]))
        for first, second in _PAIRS
        if first in sat and second in sat
    ]
