"""Results that may be told of a closed form: counts from five answers up, unordered comments."""

from __future__ import annotations

import secrets
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kash.evaluations.rules.answers import REST, Ballot, BallotQuestion, BallotQuestionKind

FEWEST = 5

# Of a question: how often each answer was given, by the part that gave it ("" for all together).
Counts = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Tally:
    """Results of a form that are kept. `counts` and `comments` are by the places of questions, from
    0; what fewer than five answered is not there. `left_out` answers are not counted at all."""

    counted: int
    left_out: int = 0
    counts: Mapping[int, Counts] = field(default_factory=dict)
    comments: Mapping[int, Sequence[str]] = field(default_factory=dict)


def told(ballots: Sequence[Ballot]) -> list[Ballot]:
    """The ballots of which anything may be told; none if they are fewer than five.

    Whoever entered sheets knows what stood on them, and could take that off from the results: what
    is left are the phones' answers. So these are told only if there are five of them as well.
    """
    phones = [one for one in ballots if not one.on_paper]
    paper = [one for one in ballots if one.on_paper]
    if paper and len(phones) < FEWEST:
        phones = []
    together = paper + phones
    return together if len(together) >= FEWEST else []


def tally(questions: Sequence[BallotQuestion], ballots: Sequence[Ballot]) -> Tally:
    """Count each question by itself; comments are shuffled, each question's by itself."""
    kept = told(ballots)
    counts: dict[int, Counts] = {}
    comments: dict[int, Sequence[str]] = {}
    for place, question in enumerate(questions):
        answering = [one for one in kept if one.answers[place]]
        if question.kind is BallotQuestionKind.COMMENT:
            said = [one.answers[place] for one in answering]
            secrets.SystemRandom().shuffle(said)
            if said:
                comments[place] = said
        # Some leave it empty: then these are the few.
        elif answering := told(answering):
            counts[place] = _by_part(question, place, answering)
    return Tally(len(kept), len(ballots) - len(kept), counts, comments)


def _by_part(question: BallotQuestion, place: int, answering: Sequence[Ballot]) -> Counts:
    apart = parts_may_show(
        Counter(one.group or REST for one in answering),
        Counter(one.group or REST for one in answering if not one.on_paper),
    )
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for one in answering:
        found[(one.group or REST) if apart else ""][one.answers[place]] += 1
    return {part: {key: found[part][key] for key in question.keys} for part in sorted(found)}


def parts_may_show(parts: Mapping[str, int], from_phones: Mapping[str, int]) -> bool:
    """True if answers may be told apart by group: there are two parts at least, and in each, those
    who named no group being one, five people. A smaller one would be all minus the others.

    `from_phones` are those that nobody entered from paper, which must be five or none in a part.
    """
    few = [count for count in from_phones.values() if 0 < count < FEWEST]
    return len(parts) > 1 and min(parts.values()) >= FEWEST and not few


def all_together(counts: Counts) -> dict[str, int]:
    """How often each answer was given by everybody."""
    together: Counter[str] = Counter()
    for of_part in counts.values():
        together.update(of_part)
    return dict(together)


def is_unanimous(together: Mapping[str, int]) -> bool:
    """True if everybody gave the same answer, so that everybody's is known."""
    return sum(1 for count in together.values() if count) == 1


def mean_step(together: Mapping[str, int]) -> float:
    """Mean step of a scale, from 1 to 5."""
    total = sum(together.values())
    return sum(int(key) * count for key, count in together.items()) / total
