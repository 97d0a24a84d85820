"""Answers to a form: what may be said to each question, and the one size all are packed to. The
box of sealed answers: always of one size, and in no order. Results that may be told of a closed
form: counts from five answers up, unordered comments. Times at which a form may be open."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum


class BallotQuestionKind(StrEnum):
    """Kind of a question."""

    SCALE = "scale"
    CHOICE = "choice"
    COMMENT = "comment"


SCALE = ("1", "2", "3", "4", "5")
MOST_QUESTIONS = 12
MOST_COMMENTS = 3
MOST_OPTIONS = 6
LONGEST_COMMENT = 280
REST = "rest"

# A character is four bytes at most; a mark of JSON doubles one that is a single byte.
_BYTES_A_CHARACTER = 4
_FRAME, _MARKED = 64, 8


@dataclass(frozen=True)
class BallotQuestion:
    """A question as it is asked: its kind, and how many options a choice has."""

    kind: BallotQuestionKind
    options: int = 0

    @property
    def keys(self) -> tuple[str, ...]:
        """Answers that can be given; none for a comment."""
        if self.kind is BallotQuestionKind.SCALE:
            return SCALE
        return tuple(str(number) for number in range(1, self.options + 1))


@dataclass(frozen=True)
class Ballot:
    """One person's answers in the order of the questions, "" for none; the letter of her group,
    "" for none; and whether somebody entered it from paper."""

    answers: tuple[str, ...]
    group: str = ""
    on_paper: bool = False


class UnreadableBallot(ValueError):
    """Something that is no answer to this form. The message holds no value."""


def read_answers(
    questions: Sequence[BallotQuestion],
    given: Mapping[int, str],
    group: str,
    groups: Sequence[str],
    *,
    on_paper: bool = False,
) -> Ballot:
    """A ballot of what was given to questions by their places, from 0.

    What is left empty stays so. Raises UnreadableBallot if an answer is none of those that can be
    given, or a comment is too long.
    """
    answers = []
    for place, question in enumerate(questions):
        answer = given.get(place, "").strip()
        if question.kind is BallotQuestionKind.COMMENT:
            if len(answer) > LONGEST_COMMENT:
                raise UnreadableBallot("comment")
        elif answer and answer not in question.keys:
            raise UnreadableBallot("option")
        answers.append(answer)
    if group and group not in groups:
        raise UnreadableBallot("group")
    return Ballot(tuple(answers), group, on_paper)


def says_nothing(ballot: Ballot) -> bool:
    """True if no question at all was answered."""
    return not any(ballot.answers)


def packed_size(questions: Sequence[BallotQuestion]) -> int:
    """Bytes that hold any answer to these questions."""
    size = _FRAME
    for question in questions:
        size += _MARKED
        if question.kind is BallotQuestionKind.COMMENT:
            size += LONGEST_COMMENT * _BYTES_A_CHARACTER
    return size


def packed(ballot: Ballot, size: int) -> bytes:
    """A ballot as bytes of one size, whatever was answered.

    Raises UnreadableBallot if it is larger.
    """
    content = [list(ballot.answers), ballot.group, int(ballot.on_paper)]
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    if len(text) > size:
        raise UnreadableBallot("size")
    return text.ljust(size)


def unpacked(text: bytes) -> Ballot:
    """The ballot in such bytes."""
    answers, group, on_paper = json.loads(text)
    return Ballot(tuple(answers), group, bool(on_paper))


SALT = 16
_HASH = 16
# People come who are on no list, and some answer twice from two phones.
_LEAST, _STEP = 40, 20


class BallotBoxFull(ValueError):
    """More was sent than the box holds."""


@dataclass(frozen=True)
class BallotBox:
    """A box: see `EvaluationBox`, whose columns these are."""

    slots: int
    piece: int
    taken: int
    salt: bytes
    seen: bytes
    body: bytes


def slots_for(expected: int) -> int:
    """Answers for which there is room, where so many people are expected."""
    wanted = max(_LEAST, 2 * expected)
    return -(-wanted // _STEP) * _STEP


def empty_box(slots: int, piece: int) -> BallotBox:
    """A box that holds only chance: `slots` pieces of `piece` bytes."""
    return BallotBox(
        slots, piece, 0, secrets.token_bytes(SALT), b"", secrets.token_bytes(slots * piece)
    )


def ballots_in(box: BallotBox) -> list[bytes]:
    """The sealed answers, in no order."""
    return [box.body[at : at + box.piece] for at in range(0, box.taken * box.piece, box.piece)]


def was_sent(box: BallotBox, nonce: str) -> bool:
    """True if something with this nonce lies in the box."""
    return _hashed(box.salt, nonce) in _seen(box)


def with_ballot(box: BallotBox, sealed: bytes, nonce: str) -> BallotBox:
    """The box with one more sealed answer: all of them shuffled, all that is empty drawn anew.

    Raises BallotBoxFull, and ValueError if the answer is of another size.
    """
    if len(sealed) != box.piece:
        raise ValueError("an answer is of another size than the others")
    if box.taken >= box.slots:
        raise BallotBoxFull
    pieces = [*ballots_in(box), sealed]
    secrets.SystemRandom().shuffle(pieces)
    empty = secrets.token_bytes((box.slots - len(pieces)) * box.piece)
    seen = sorted([*_seen(box), _hashed(box.salt, nonce)])
    return replace(box, taken=len(pieces), seen=b"".join(seen), body=b"".join(pieces) + empty)


def _seen(box: BallotBox) -> Sequence[bytes]:
    return [box.seen[at : at + _HASH] for at in range(0, len(box.seen), _HASH)]


def _hashed(salt: bytes, nonce: str) -> bytes:
    return hashlib.sha256(salt + nonce.encode()).digest()[:_HASH]


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

    Who entered sheets knows what stood on them, and could take that off from the results: what is
    left are the phones' answers. So these are told only if there are five of them as well.
    """
    phones = [ballot for ballot in ballots if not ballot.on_paper]
    paper = [ballot for ballot in ballots if ballot.on_paper]
    if paper and len(phones) < FEWEST:
        phones = []
    together = paper + phones
    return together if len(together) >= FEWEST else []


def tally(questions: Sequence[BallotQuestion], ballots: Sequence[Ballot]) -> Tally:
    """Count each question by itself; comments are shuffled, each question's by itself."""
    counted = told(ballots)
    counts: dict[int, Counts] = {}
    comments: dict[int, Sequence[str]] = {}
    for place, question in enumerate(questions):
        answering = [ballot for ballot in counted if ballot.answers[place]]
        if question.kind is BallotQuestionKind.COMMENT:
            texts = [ballot.answers[place] for ballot in answering]
            secrets.SystemRandom().shuffle(texts)
            if texts:
                comments[place] = texts
        # Some leave it empty: then these are the few.
        elif answering := told(answering):
            counts[place] = _by_part(question, place, answering)
    return Tally(len(counted), len(ballots) - len(counted), counts, comments)


def _by_part(question: BallotQuestion, place: int, answering: Sequence[Ballot]) -> Counts:
    apart = parts_may_show(
        Counter(ballot.group or REST for ballot in answering),
        Counter(ballot.group or REST for ballot in answering if not ballot.on_paper),
    )
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for ballot in answering:
        counts[(ballot.group or REST) if apart else ""][ballot.answers[place]] += 1
    return {part: {key: counts[part][key] for key in question.keys} for part in sorted(counts)}


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


LONGEST_OPEN = timedelta(days=3)
# As long as a hall needs at the end of a day, and what the trainer adds with one tap.
USUALLY_OPEN = timedelta(minutes=45)
LONGER = timedelta(minutes=15)


def closing_fits(closes_at: datetime, now: datetime) -> bool:
    """True if a form may be open from now until then."""
    return now < closes_at <= now + LONGEST_OPEN


def takes_answers(state: str, closes_at: datetime | None, now: datetime) -> bool:
    """True if a form takes answers at this moment."""
    return state == "open" and closes_at is not None and now < closes_at


def should_be_closed(state: str, closes_at: datetime | None, now: datetime) -> bool:
    """True if an open form's time is over."""
    return state == "open" and closes_at is not None and closes_at <= now
