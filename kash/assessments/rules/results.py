"""Practice: how often somebody did, months later, what a course is for; who may tell it; and
whether words may name somebody. Kinds of questions, and how much of an answer is right. Reading
what is typed in from paper: letters of choices, and lists of scores. Student's t distribution for
whole degrees of freedom, without a library of statistics. Loading one costs each process more
memory than all the rest of the application's numbers. Gain between two tests: of what people did
not know before, how much they know after. Gain = (mean after - mean before) / (100 - mean before),
over those who answered both. The mean of personal gains is never taken: it is too low by several
hundredths however many people there are, and it cannot be computed as soon as one person had
everything right before. Times of a test: until when an answer counts, and which of two answers
stands. Two tests of a workshop beside each other: only what was asked in the same words is
compared."""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from statistics import NormalDist, fmean, stdev

# More is answered by nobody on a phone.
MOST_OBJECTIVES = 12
LONGEST_TOLD = 300
_SENTENCE = re.compile(r"[.!?:;\n]+")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_NUMBER = re.compile(r"(?:\d[ -]?){7,}")


class Often(StrEnum):
    """Frequency with which somebody did something in the last month."""

    NEVER = "n"
    ONCE = "1"
    SEVERAL = "s"
    NO_OCCASION = "x"


class Teller(StrEnum):
    """Kinds of tellers. Somebody above an officer is none: her subordinate would answer for what
    she says."""

    HERSELF = "herself"
    PEER = "peer"
    MENTOR = "mentor"


def asked_objectives(course: Sequence[str], tested: Collection[str]) -> list[str]:
    """Objectives (lineages) of which practice is asked, in the order of the course: those that its
    tests ask about or, where they ask about none, the first ones."""
    about = [lineage for lineage in course if lineage in tested]
    return (about or list(course))[:MOST_OBJECTIVES]


@dataclass(frozen=True)
class ToldOften:
    """Counts of each answer about one objective by one kind of teller."""

    objective: str
    teller: Teller
    counts: Mapping[Often, int]

    @property
    def people(self) -> int:
        """Of how many people it was told."""
        return sum(self.counts.values())


def told_often(asked: Sequence[str], told: Iterable[tuple[str, Teller, Often]]) -> list[ToldOften]:
    """The distribution of each objective and kind of teller, in the order in which it is asked;
    only those about which anything was told."""
    counted: Counter[tuple[str, Teller, Often]] = Counter(told)
    order = [*asked, *sorted({objective for objective, *_rest in counted} - set(asked))]
    rows = [
        ToldOften(objective, teller, {often: counted[objective, teller, often] for often in Often})
        for objective in order
        for teller in Teller
    ]
    return [told_of for told_of in rows if told_of.people]


def may_hold_name(text: str) -> bool:
    """True if words look as if they named somebody: a capital within a sentence, two of them at
    its beginning, or a number that somebody can be called by.

    It looks at the text alone, never at who is on record, so that it tells nobody who is.
    """
    if _NUMBER.search(text):
        return True
    for sentence in _SENTENCE.split(text):
        capitals = [_is_capital(word) for word in _WORD.findall(sentence)]
        if any(capitals[1:]):
            return True
    return False


def beginnings(text: str) -> list[str]:
    """Words with a capital that begin a sentence: of these a capital says nothing."""
    firsts = (_WORD.findall(sentence)[:1] for sentence in _SENTENCE.split(text))
    return [word for first in firsts for word in first if len(word) > 2 and _is_capital(word)]


def _is_capital(word: str) -> bool:
    # A word in capitals alone is short for something: OCS, HIV, I.
    return word[0].isupper() and any(letter.islower() for letter in word)


# The choice that stands under every knowledge question: people who do not know need not guess.
NOT_SURE = "?"
# More choices are read by few and cost slow readers the most; it is advice, no bound.
ADVISED_OPTIONS = 4
MOST_OPTIONS = 8
SCALE_POINTS = 5
LONGEST_TEXT = 300
# Characters of a question and of a choice, in each language.
LONGEST_QUESTION, LONGEST_OPTION = 600, 200


class QuestionKind(StrEnum):
    """Kinds of questions."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    TRUE_FALSE = "true_false"
    SCALE = "scale"
    SHORT_TEXT = "short_text"


KNOWLEDGE = frozenset({QuestionKind.SINGLE, QuestionKind.MULTIPLE, QuestionKind.TRUE_FALSE})
# Kinds with options that somebody writes; those of the others are fixed.
WITH_OPTIONS = frozenset({QuestionKind.SINGLE, QuestionKind.MULTIPLE})


class QuestionFlaw(StrEnum):
    """Why a question cannot be asked like this."""

    NO_TEXT = "no_text"
    TOO_FEW_OPTIONS = "too_few_options"
    TOO_MANY_OPTIONS = "too_many_options"
    SAME_OPTION_TWICE = "same_option_twice"
    NONE_RIGHT = "none_right"
    MORE_THAN_ONE_RIGHT = "more_than_one_right"
    ALL_RIGHT = "all_right"


@dataclass(frozen=True)
class Option:
    """A choice: its key, which stays the same in every language and revision; whether it is right;
    its text by language."""

    key: str
    right: bool
    texts: Mapping[str, str]


def flaw_of(
    kind: QuestionKind, text: str, options: Collection[tuple[str, bool]]
) -> QuestionFlaw | None:
    """The first flaw of a question in one language, or None; options as text and whether right."""
    if not text.strip():
        return QuestionFlaw.NO_TEXT
    if kind not in KNOWLEDGE:
        return None
    right = sum(1 for _, is_right in options if is_right)
    if kind is QuestionKind.TRUE_FALSE:
        return None if right == 1 else QuestionFlaw.NONE_RIGHT
    distinct = {" ".join(words.casefold().split()) for words, _ in options}
    if len(options) < 2:
        return QuestionFlaw.TOO_FEW_OPTIONS
    if len(options) > MOST_OPTIONS:
        return QuestionFlaw.TOO_MANY_OPTIONS
    if len(distinct) < len(options):
        return QuestionFlaw.SAME_OPTION_TWICE
    if right == 0:
        return QuestionFlaw.NONE_RIGHT
    if kind is QuestionKind.SINGLE and right > 1:
        return QuestionFlaw.MORE_THAN_ONE_RIGHT
    return QuestionFlaw.ALL_RIGHT if right == len(options) else None


def choices_allowed(kind: QuestionKind, keys: Collection[str]) -> frozenset[str]:
    """The choices that an answer may hold, "not sure" on every knowledge question included."""
    if kind is QuestionKind.SCALE:
        return frozenset(str(point) for point in range(1, SCALE_POINTS + 1))
    if kind is QuestionKind.SHORT_TEXT:
        return frozenset()
    return frozenset(keys) | {NOT_SURE}


def is_answer(
    kind: QuestionKind, keys: Collection[str], chosen: Collection[str], text: str
) -> bool:
    """True if this answers such a question. Taking an answer back leaves it empty, and is one."""
    if kind is QuestionKind.SHORT_TEXT:
        return not chosen and len(text) <= LONGEST_TEXT
    taken = frozenset(chosen)
    if text or len(taken) != len(chosen) or not taken <= choices_allowed(kind, keys):
        return False
    if NOT_SURE in taken or kind is not QuestionKind.MULTIPLE:
        return len(taken) <= 1
    return True


def written_choices(chosen: Iterable[str]) -> str:
    """Choices as they are stored: sorted, with commas between; "" for none."""
    return ",".join(sorted(chosen))


def read_choices(stored: str) -> frozenset[str]:
    """Choices as `written_choices` stored them."""
    return frozenset(stored.split(",")) if stored else frozenset()


def score(kind: QuestionKind, right: Collection[str], chosen: Collection[str]) -> float | None:
    """How much of an answer is right, 0 to 1; None for kinds that have no right answer.

    "Not sure" and no answer score 0. With several right choices each wrong one takes away what a
    right one gives, so that ticking all of them gains nothing.
    """
    if kind not in KNOWLEDGE:
        return None
    wanted, taken = frozenset(right), frozenset(chosen)
    if kind is not QuestionKind.MULTIPLE:
        return 1.0 if taken and taken == wanted else 0.0
    hits = len(taken & wanted) - len(taken - wanted)
    return max(0.0, hits / len(wanted)) if wanted else 0.0


def percent(scores: Collection[float], questions: int) -> float:
    """Score of somebody over so many questions, 0 to 100; what she left out scores 0.

    Parts of an answer are no exact numbers: three times 3 of 5 is 60, not a hair less, where 60 is
    asked for.
    """
    return round(100.0 * sum(scores) / questions, 9) if questions else 0.0


MOST_LINES, LONGEST_LINE = 500, 200
_SCORE = re.compile(r"([0-9]{1,3})(?:[.,]([0-9]))?\s*%?")
# What stands between a person and her score: a tab, a semicolon, a comma that is no decimal one, or
# the last space.
_LINE = re.compile(r"(?P<who>.+?)\s*[\t;:,\s]\s*(?P<score>[0-9]{1,4}(?:[.,][0-9])?\s*%?)")


def read_cell(kind: QuestionKind, keys: Mapping[str, str], typed: str) -> tuple[str, ...] | None:
    """Choices that a cell names by their letters; empty for an empty cell, None if it names none.

    `keys` are the keys of the choices by their letters (digits for a scale). Several letters stand
    together, as "AC"; spaces, commas and small letters do not matter.
    """
    read = re.sub(r"[\s,;./-]", "", typed).upper()
    if not read:
        return ()
    if read == NOT_SURE:
        return (NOT_SURE,) if kind is not QuestionKind.SCALE else None
    if len(set(read)) != len(read) or any(letter not in keys for letter in read):
        return None
    if len(read) > 1 and kind is not QuestionKind.MULTIPLE:
        return None
    return tuple(keys[letter] for letter in read)


def read_score(typed: str) -> int | None:
    """Tenths of a per cent from "87", "87.5", "87,5 %"; None if it is no score up to 100."""
    match = _SCORE.fullmatch(typed.strip())
    if match is None:
        return None
    tenths = int(match[1]) * 10 + int(match[2] or 0)
    return tenths if tenths <= 1000 else None


def written_score(tenths: int) -> str:
    """A score as it is typed: "87.5", and "90" without a decimal that says nothing."""
    return f"{tenths // 10}.{tenths % 10}" if tenths % 10 else f"{tenths // 10}"


@dataclass(frozen=True)
class ScoreLine:
    """A line of a pasted list: its number from 1, the name in it, and the score in tenths, None if
    it is none."""

    number: int
    who: str
    tenths: int | None


def read_score_lines(text: str) -> list[ScoreLine]:
    """The lines of a list that somebody pasted: a badge's code or a name, then the score."""
    lines: list[ScoreLine] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        # A longer line is no row of such a list, and would be tried in too many ways.
        match = _LINE.fullmatch(line.strip()) if len(line) <= LONGEST_LINE else None
        if match is None:
            lines.append(ScoreLine(number, line.strip()[:80], None))
        else:
            lines.append(ScoreLine(number, match["who"].strip(), read_score(match["score"])))
    return lines


@dataclass(frozen=True)
class ScoreClash:
    """A line whose person has another score already: the line's number, the name in it, the score
    that is there and that of the line, in tenths."""

    number: int
    who: str
    now: int
    then: int


def clashes(
    lines: Sequence[ScoreLine], people: Mapping[str, Sequence[str]], there: Mapping[str, int | None]
) -> list[ScoreClash]:
    """Lines that would replace a score; `there` are scores by person (public id)."""
    met = []
    for line in lines:
        (person,) = people.get(line.who.casefold(), ())
        now = there.get(person)
        if line.tenths is not None and now is not None and now != line.tenths:
            met.append(ScoreClash(line.number, line.who, now, line.tenths))
    return met


def clash_code(found: Sequence[ScoreClash]) -> str:
    """16 digits by which it is known later whether the same would be replaced."""
    return hashlib.sha256(repr(found).encode(errors="surrogatepass")).hexdigest()[:16]


def named(lines: Sequence[ScoreLine], people: Mapping[str, Sequence[str]]) -> dict[str, list[int]]:
    """{what is wrong: numbers of the lines}: "score", "unknown", "several" people of that name, or
    "twice" the same person. `people` are public ids by what may name them."""
    wrong: dict[str, list[int]] = {}
    seen: set[str] = set()
    for line in lines:
        ids = people.get(line.who.casefold(), ())
        problem = (
            "score"
            if line.tenths is None
            else "unknown"
            if not ids
            else "several"
            if len(ids) > 1
            else "twice"
            if ids[0] in seen
            else ""
        )
        if problem:
            wrong.setdefault(problem, []).append(line.number)
        else:
            seen.add(ids[0])
    return wrong


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


INSIDE = 0.95


@dataclass(frozen=True)
class Gain:
    """Gain of a group. `before`, `after`, `lost_before` and `joined_after` are mean scores, 0 to
    100; gain, low and high are shares of 1; None where there is nothing to take them from.

    `lost` answered before only, `joined` after only: neither stands in the gain. `everybody_knew`
    says that nothing was left to gain.
    """

    people: int
    before: float | None = None
    after: float | None = None
    gain: float | None = None
    low: float | None = None
    high: float | None = None
    lost: int = 0
    lost_before: float | None = None
    joined: int = 0
    joined_after: float | None = None

    @property
    def everybody_knew(self) -> bool:
        """True if all had everything right before."""
        return self.people > 0 and self.gain is None


def _mean(values: Sequence[float]) -> float | None:
    return fmean(values) if values else None


def _half_width(values: Sequence[float], inside: float) -> float | None:
    """Half the width of the t interval of a mean; None where nothing varies or there is one
    value: a width of 0 would claim a certainty that so few cannot give."""
    if len(values) < 2:
        return None
    spread = stdev(values)
    if spread < 1e-9:
        return None
    return t_quantile(len(values) - 1, inside) * spread / math.sqrt(len(values))


def gain_of(
    before: Mapping[str, float], after: Mapping[str, float], inside: float = INSIDE
) -> Gain:
    """Gain over those who stand in both; scores 0 to 100 by person.

    The interval is the linearised one of a ratio: each person's residual is what she gained less
    what the group's gain says of her room, and the t interval of their mean is divided by the mean
    room.
    """
    both = sorted(before.keys() & after.keys())
    lost = [before[person] for person in sorted(before.keys() - after.keys())]
    joined = [after[person] for person in sorted(after.keys() - before.keys())]
    firsts, seconds = [before[person] for person in both], [after[person] for person in both]
    mean_before, mean_after = _mean(firsts), _mean(seconds)
    gain = low = high = None
    if mean_before is not None and mean_after is not None and mean_before < 100.0 - 1e-9:
        room = 100.0 - mean_before
        gain = (mean_after - mean_before) / room
        residuals = [
            second - first - gain * (100.0 - first)
            for first, second in zip(firsts, seconds, strict=True)
        ]
        half = _half_width(residuals, inside)
        if half is not None:
            # Nobody can gain more than there was to know.
            low, high = gain - half / room, min(1.0, gain + half / room)
    return Gain(
        people=len(both),
        before=mean_before,
        after=mean_after,
        gain=gain,
        low=low,
        high=high,
        lost=len(lost),
        lost_before=_mean(lost),
        joined=len(joined),
        joined_after=_mean(joined),
    )


@dataclass(frozen=True)
class Shift:
    """Shift on a scale: how many of the same people chose each point before and after, lowest
    first, and the mean shift in points with its interval."""

    people: int
    before: tuple[int, ...]
    after: tuple[int, ...]
    shift: float | None = None
    low: float | None = None
    high: float | None = None


def shift_of(
    before: Mapping[str, int], after: Mapping[str, int], points: int, inside: float = INSIDE
) -> Shift:
    """Shift over those who stand in both; points from 1 by person. An attitude has no gain: the top
    of a scale is nothing that everybody is to reach."""
    both = sorted(before.keys() & after.keys())
    steps = [float(after[person] - before[person]) for person in both]
    half, mean = _half_width(steps, inside), _mean(steps)
    return Shift(
        people=len(both),
        before=counted((before[person] for person in both), points),
        after=counted((after[person] for person in both), points),
        shift=mean,
        low=None if half is None or mean is None else mean - half,
        high=None if half is None or mean is None else mean + half,
    )


def counted(chosen: Iterable[int], points: int) -> tuple[int, ...]:
    """How often each point of a scale was chosen, the lowest first."""
    tally = [0] * points
    for point in chosen:
        tally[point - 1] += 1
    return tuple(tally)


# A hall may have no network until evening: what was given in time still counts when it comes.
ARRIVES_WITHIN = timedelta(hours=48)
# A slow phone still shows the test when it has just closed.
GRACE = timedelta(minutes=1)
LEAST_MINUTES, MOST_MINUTES = 5, 60 * 24 * 31


# After a quarter of a year; half a year later nobody tells any more what the workshop did.
FOLLOW_UP_AFTER, FOLLOW_UP_UNTIL = timedelta(days=85), timedelta(days=180)


def follow_up_days(today: date) -> tuple[date, date]:
    """Between which last days of workshops the same questions are due once more."""
    return today - FOLLOW_UP_UNTIL, today - FOLLOW_UP_AFTER


def is_months_later(ended_on: date, today: date) -> bool:
    """True if a workshop is asked about what stayed and what changed by now."""
    return today - ended_on >= FOLLOW_UP_AFTER


class Moment(StrEnum):
    """Moments of a test."""

    BEFORE = "before"
    AFTER = "after"
    FOLLOW_UP = "follow_up"


class AnsweringState(StrEnum):
    """Stand of a test."""

    NOT_OPENED = "not_opened"
    OPEN = "open"
    CLOSED = "closed"


def stand_of(
    opens_at: datetime | None, closes_at: datetime | None, now: datetime
) -> AnsweringState:
    """Where a test stands now."""
    if opens_at is None or closes_at is None or now < opens_at:
        return AnsweringState.NOT_OPENED
    return AnsweringState.OPEN if now < closes_at else AnsweringState.CLOSED


def given_moment(device_time: datetime, sent_at: datetime, received_at: datetime) -> datetime:
    """When an answer was given by the server's clock. A phone's clock may be wrong by years: only
    how long ago the phone says it was is believed, never a moment to come."""
    return received_at - max(timedelta(0), sent_at - device_time)


def is_late(
    given_at: datetime, opens_at: datetime | None, closes_at: datetime | None, received_at: datetime
) -> bool:
    """True if an answer from a phone does not count: given before opening or after closing, or
    arriving days after."""
    if opens_at is None or closes_at is None:
        return True
    in_time = opens_at - GRACE <= given_at <= closes_at + GRACE
    return not in_time or received_at > closes_at + ARRIVES_WITHIN


@dataclass(frozen=True, order=True)
class Given:
    """An answer's place in time; the same moment on two phones is told apart by the operation, so
    that every order of arrival ends alike."""

    at: datetime
    op_id: str


def replaces(new: Given, standing: Given | None) -> bool:
    """True if a new answer stands in place of the present one: the one given last does."""
    return standing is None or new > standing


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
        """The same test without people who were taken off the register."""
        return replace(
            self,
            answers={
                person: given for person, given in self.answers.items() if person not in self.off
            },
            scores={
                person: score for person, score in self.scores.items() if person not in self.off
            },
        )

    def people(self) -> frozenset[int]:
        """Everybody who answered anything."""
        return frozenset(person for person, given in self.answers.items() if any(given.values()))

    def scored_people(self) -> frozenset[int]:
        """Everybody who answered at least one question that scores, "not sure" included."""
        scored = {question.revision for question in self.asked if question.scores}
        return frozenset(
            person
            for person, given in self.answers.items()
            if any(chosen and question in scored for question, chosen in given.items())
        )

    def score_over(self, person: int, questions: Collection[ScoredQuestion]) -> float:
        """Her score of a hundred over these questions; what she left out scores nothing."""
        given = self.answers.get(person, {})
        points = (
            score(question.kind, question.right, given.get(question.revision, ()))
            for question in questions
        )
        return percent([share for share in points if share is not None], len(questions))

    def whole_scores(self) -> dict[int, float]:
        """Everybody's score over all knowledge questions, or the one that was marked elsewhere."""
        scored = [question for question in self.asked if question.scores]
        own = {person: self.score_over(person, scored) for person in self.scored_people()}
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

    A person who was taken off the register is lost, with her score before, whatever she answered.
    """
    firsts, seconds = paired_scores(before, after)
    after = after.of_the_register()
    both = _asked_by_both(before, after)
    knowledge = [question for question in both if question.scores]
    return ComparedTests(
        gain=gain_of(firsts, seconds),
        objectives=[
            ObjectiveGain(
                objective, len(some), gain_of(_scored(before, some), _scored(after, some))
            )
            for objective, some in _by_objective(knowledge).items()
        ],
        scales=[
            (
                question.revision,
                shift_of(_points(before, question), _points(after, question), SCALE_POINTS),
            )
            for question in both
            if question.kind is QuestionKind.SCALE
        ],
        paired=len(both),
        unpaired=len({question.revision for question in (*before.asked, *after.asked)}) - len(both),
    )


def paired_scores(
    before: AnsweredTest, after: AnsweredTest
) -> tuple[dict[str, float], dict[str, float]]:
    """Everybody's scores before and after, by person, over what both tests asked in the same words.
    A person who was taken off the register stands in the first alone."""
    after = after.of_the_register()
    knowledge = [question for question in _asked_by_both(before, after) if question.scores]
    all_scored = {
        question.revision for question in (*before.asked, *after.asked) if question.scores
    }
    same = len(all_scored) == len(knowledge)
    return _scored(before, knowledge, same), _scored(after, knowledge, same)


def _asked_by_both(before: AnsweredTest, after: AnsweredTest) -> list[ScoredQuestion]:
    later = {question.revision for question in after.asked}
    return [question for question in before.asked if question.revision in later]


def _by_objective(asked: Iterable[ScoredQuestion]) -> dict[str, list[ScoredQuestion]]:
    questions: dict[str, list[ScoredQuestion]] = {}
    for question in asked:
        questions.setdefault(question.objective, []).append(question)
    return questions


def _scored(
    sitting: AnsweredTest, questions: Sequence[ScoredQuestion], with_marked: bool = False
) -> dict[str, float]:
    """Scores over these questions. Scores that were marked elsewhere cannot be taken apart: they
    count only where both tests asked the same."""
    marked = (
        {str(person): points for person, points in sitting.scores.items()} if with_marked else {}
    )
    if not questions:
        return marked
    return marked | {
        str(person): sitting.score_over(person, questions) for person in sitting.scored_people()
    }


def _points(sitting: AnsweredTest, asked: ScoredQuestion) -> dict[str, int]:
    points: dict[str, int] = {}
    for person, given in sitting.answers.items():
        chosen = given.get(asked.revision, frozenset())
        if len(chosen) == 1:
            points[str(person)] = int(next(iter(chosen)))
    return points


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
