"""Headings: the fact that each column holds, by its heading in any wording, English and Kiswahili,
with abbreviations, and by the look of its cells; and columns that are ticked, as registers have
them: M | F, or 18–24 | 25–35. Each such column is one answer to one question, so those that stand
together become one column in which the answer is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise

from rapidfuzz import fuzz, process

from kash.people.facts import GATHERED, LISTED
from kash.people.lists.rules.cells import (
    NOT_KNOWN,
    TWO,
    Cell,
    is_empty,
    is_rank,
    read_birth,
    read_phone,
    text_of,
)
from kash.people.rules.persons import sort_name, ways, words

_TICKS = words(r"✓ ✔ √ ☑ ✅ x × ✗ ✘ ☒ 1 1.0 y yes ndiyo ndio v / \ * • ● ■ true ok tick t ü p +")
_NO_TICKS = words("0 0.0 n no hapana false ☐ □")
# If something is crossed out in a row, what is ticked beside it is the answer.
_CROSSES = frozenset(("x", "×", "✗", "✘", "☒"))
_BRACKET = re.compile(
    r"(?:age|miaka|umri)?\s*(?:\d{1,3}\s*(?:-|–|—|‑|to|hadi)\s*\d{1,3}|\d{1,3}\s*\+|"
    r"(?:under|below|over|above|<|>|≤|≥|chini ya|zaidi ya)\s*=?\s*\d{1,3}|"
    r"\d{1,3}\s*(?:and|&)\s*(?:above|over|below|under)|\d{1,3}\s*na zaidi)\s*"
    r"(?:years?|yrs?|miaka)?\.?",
    re.IGNORECASE,
)
_LEAST_TICKED = 0.8


@dataclass(frozen=True, slots=True)
class Ticked:
    """Columns `first` to `last` of a sheet that answer one question: the field, and the answer of
    each column."""

    field: str
    first: int
    last: int
    answers: tuple[str, ...]

    def answer(self, cells: Sequence[Cell]) -> Cell:
        """Answer of a row. Two answers are both given: they cannot be right, and are told."""
        marks = [
            (part_said, _mark(cells[at], part_said))
            for at, part_said in enumerate(self.answers, self.first)
            if at < len(cells)
        ]
        ticked = [(part_said, mark) for part_said, mark in marks if mark]
        if any(mark not in _CROSSES for _said, mark in ticked):
            ticked = [(part_said, mark) for part_said, mark in ticked if mark not in _CROSSES]
        if ticked:
            return TWO.join(part_said for part_said, _mark in ticked)
        # What is no tick is shown as it stands, and is wrong.
        texts = [text_of(cells[at]) for at in range(self.first, min(self.last + 1, len(cells)))]
        others = [text for text in texts if not is_empty(text) and text.casefold() not in _NO_TICKS]
        return TWO.join(others)


def _mark(cell: Cell, answer: str) -> str:
    """A tick as it stands; empty if there is none."""
    text = text_of(cell).strip().casefold()
    return text if text in _TICKS or text == answer.casefold() else ""


def only_ticks(cells: Sequence[Cell]) -> bool:
    """True if a column holds ticks, and beside them nothing but blanks and what says that there is
    none. A column of numbers that are all 1 is one, too."""
    texts = {text_of(cell).strip().casefold() for cell in cells if not is_empty(cell)}
    return bool(texts & _TICKS) and texts <= _TICKS | _NO_TICKS


def field_of(answer: str) -> str:
    """The field that a heading answers by itself, or empty."""
    text = _written(answer)
    if not text or len(text) > 30:
        return ""
    if _BRACKET.fullmatch(text):
        return "birth"
    return next((fact.name for fact in LISTED if fact.looks(text)), "")


def ticked_columns(answers: Sequence[str], rows: Sequence[Sequence[Cell]]) -> list[Ticked]:
    """The columns that are ticked, those that stand together as one. `answers` are what stands
    above each column, nearest to it."""
    ticked: list[Ticked] = []
    at = 0
    while at < len(answers):
        field = field_of(answers[at])
        end = at
        while field and end + 1 < len(answers) and field_of(answers[end + 1]) == field:
            if sort_name(answers[end + 1]) in map(sort_name, answers[at : end + 1]):
                break
            end += 1
        if field and end > at and _are_ticks(rows, answers, at, end):
            ticked.append(Ticked(field, at, end, tuple(map(_written, answers[at : end + 1]))))
        at = end + 1
    return ticked


def _are_ticks(
    rows: Sequence[Sequence[Cell]], answers: Sequence[str], first: int, last: int
) -> bool:
    ticks = [
        bool(_mark(cells[at], answers[at]))
        for cells in rows
        for at in range(first, min(last + 1, len(cells)))
        if text_of(cells[at]).strip().casefold() not in ("", *_NO_TICKS)
    ]
    return sum(ticks) >= _LEAST_TICKED * len(ticks)


def _written(answer: str) -> str:
    """An answer as it is read: forms write 18_24 and prefer_not."""
    return " ".join(re.sub(r"(\d)_+(\d)", r"\1-\2", answer).replace("_", " ").split())


# Those of facts with a column of their own stand with the facts.
WAYS: Mapping[str, tuple[str, ...]] = {
    "name": ways(
        """
        name; names; chosen name; full name; full names; name of participant; participant;
        participants name; name of officer; officer; preferred name; alias; nickname;
        preferred name may be an alias; jina; majina; jina kamili; jina la mshiriki;
        mshiriki; nying; first name; firstname; last name; lastname; surname; middle name;
        other names; given name; family name; jina la kwanza; jina la ukoo; peer educator;
        name in full; nickname alias; called; jina la utani; jina unalopendelea
        """
    ),
    "phone": ways(
        """
        phone; phone no; phone number; tel; tel no; telephone; telephone no; telephone
        number; mobile; mobile no; mobile number; cell; cell no; cellphone; contact;
        contacts; contact no; phone contact; mpesa; mpesa no; mpesa number; simu; nambari ya
        simu; namba ya simu; phone optional; no ya simu; rununu; whatsapp; whatsapp no; simu
        namba; safaricom no; airtime no; msisdn
        """
    ),
    "email": ways(
        """
        email; e mail; mail; email address; barua pepe; e mail address
        """
    ),
    "birth": ways(
        """
        dob; d o b; date of birth; birth date; birthdate; birth year; year of birth; yob;
        born; age; age bracket; age group; age band; age range; age years; age in years; d o
        b age; dob age; umri; miaka; tarehe ya kuzaliwa; mwaka wa kuzaliwa; kuzaliwa;
        birthday; rika; umri miaka; age yrs
        """
    ),
    "organisation": ways(
        """
        organisation; organization; station; police station; duty station; work station;
        stn; post; police post; station post; kituo; kituo post; kituo cha polisi; kituo cha
        kazi; workstation; place of work; unit; collective; group name; station or
        collective; cbo; shirika; division station; posting; base; office
        """
    ),
    "since": ways(
        """
        since; there since; posted since; date posted; posting date; tangu; date of posting
        """
    ),
    "group": ways(
        """
        group; kundi; participant group; category; kikundi
        """
    ),
}
# Known to hold nothing that is kept.
NOTHING = ways(
    """
    no; s no; sno; sn; serial; serial no; nambari; namba; nam; remarks; remark; comments;
    comment; maoni; signature; sign; sahihi; saini; sig; date; tarehe; time in; time out; id
    no; national id; id number; idno; kitambulisho; amount; kiasi; notes; day; row; row no;
    attendance; mahudhurio; county; kaunti; venue; s n; nr; number; day 1; day 2; day 3; sub
    county; next of kin; marital status; emergency contact; today; start; end; deviceid; device
    id; subscriberid; simserial; simid; username; index; parent index; id; uuid; submission time;
    validation status; status; submitted by; version; tags; instanceid; instance id; instancename;
    formhub uuid; geopoint; gps; latitude; longitude; altitude; precision; timestamp; submission
    id; start time; end time; audit; consent; total; muhuri; stamp
    """
)


# In the order in which they are offered. A list may hold a name, an age or a training in several
# columns.
_FIRST = (
    *("name", "printed_name", "reference", "phone", "email", "sex", "birth"),
    *("cadre", "organisation", "since", "ward", "language"),
)
FIELDS = (*_FIRST, *(fact.name for fact in LISTED if fact.name not in _FIRST), "group")
LEFT_OUT = ""
SEVERAL = frozenset({"name", "birth", "phone", *GATHERED})


def normalised(heading: str) -> str:
    """A heading as headings are compared: small letters, words only."""
    text = sort_name(heading).replace("_", " ").replace("№", "no").replace("#", " no ")
    text = re.sub(r"\bnum\b|\bnumb\b|\bnbr\b|\bno\b\.?", "no", text)
    return " ".join(re.sub(r"[^\w]+", " ", text).split())


WAYS_OF = {**WAYS, **{fact.name: fact.headings for fact in LISTED}}
_EXACT = {normalised(way): field for field in FIELDS for way in WAYS_OF[field]}
_EXACT |= {normalised(way): LEFT_OUT for way in NOTHING}
_LONG = [way for way, field in _EXACT.items() if field and len(way) > 3]
_BY_WORDS = {
    frozenset(way.split()): field for way, field in reversed(_EXACT.items()) if field and " " in way
}
_NUMBERS = frozenset(ways("no; number; s no; sno; nambari; namba"))
_SERIAL = _NUMBERS | set(ways("s n; sn; n; nr; serial; serial no; row; row no; nam"))
_NAMES = words("name names jina majina")
_LONGEST_GROUP = 60
# What is asked of somebody else is not of the person that the row is about.
_OF_OTHERS = re.compile(
    r"\b(next of kin|kin|emergency|guardian|parent|parents|spouse|supervisor|enumerator|"
    r"interviewer|data (collector|clerk|entry)|collector|filled by|witness|father|mother|"
    r"referred by|mlezi|mzazi|jirani|msimamizi)\b"
)
# `group_demo/name`, `bio/phone_number`: small letters or an underscore, and no spaces.
_PATH = re.compile(r"(?:[a-z][a-z0-9.-]*|\w*_\w*)(?:/[\w.+–-]+)*/([\w.+–-]+)")
_QUESTION = re.compile(r"\s*\(?[Qq]?[A-Za-z]?\.?\d{1,3}[a-z]?(?:\.\d{1,2})?[.):_-]+\s*(?=[^\W\d])")
_LONGEST = 160
# Numbers of phones and of people, and days, stand below headings.
_DATA = re.compile(r"\d{4}|\d{2}[/.]\d{2}|@")
# Fields that are known by the look of their cells, in the order in which they are looked for.
_LOOKS = ("phone", "email", *(fact.name for fact in LISTED if fact.look), "birth", "name")
_LIKELY_AT = 86
_LOOKED_AT = 60
# From here a heading names its field and no other.
_NAMED_AT = 96


@dataclass(frozen=True, slots=True)
class Guess:
    """Guess of what a column holds. `sure` is "remembered", "certain", "guess" or "left_out"."""

    field: str
    sure: str
    score: int = 0


def last_of_path(heading: str) -> str:
    """Last part of a heading in a form's export, without the groups that it stands in: `name` of
    `group_demo/name`. Empty if the heading is no such path."""
    match = _PATH.fullmatch(heading.strip()) if len(heading) <= _LONGEST else None
    return match[1] if match else ""


def is_of_others(text: str) -> bool:
    """True if a heading speaks of somebody else than the row's person. One that is answered beside
    it, as `Supervisor: Amani`, is no heading."""
    if len(text) > _LONGEST_GROUP or ":" in text.rstrip(" :"):
        return False
    return _OF_OTHERS.search(normalised(text)) is not None


@lru_cache(maxsize=2048)
def field_by_heading(heading: str) -> tuple[str, int]:
    """The field that a heading names and how alike they are, 0 to 100; 0 if it names none.

    A known heading of nothing that is kept gives ("", 100).
    """
    plain = normalised(heading)
    if not plain or len(plain) > _LONGEST:
        return LEFT_OUT, 0
    if plain in _EXACT:
        return _EXACT[plain], 100
    if path := last_of_path(heading):
        # Of the groups around it a question has nothing.
        return field_by_heading(path)
    if question := _QUESTION.match(heading):
        return field_by_heading(heading[question.end() :])
    # `Tel. No (Safaricom)` names what it names before the bracket.
    short = normalised(re.sub(r"[(\[].*", "", heading))
    if short in _EXACT and short:
        return _EXACT[short], 97
    # `Jina / Name` says the same in two languages.
    parts = [normalised(part) for part in re.split(r"[/|()\[\],–—-]", heading)]
    fields = {_EXACT.get(part, "?") for part in parts if part}
    if len(fields) == 1 and "?" not in fields:
        return fields.pop(), 97
    if _OF_OTHERS.search(plain):
        return LEFT_OUT, 90
    words = plain.split()
    best, score = LEFT_OUT, 0
    if len(words) > 1 and frozenset(words) in _BY_WORDS:
        best, score = _BY_WORDS[frozenset(words)], 96
    likest = process.extractOne(plain, _LONG, scorer=fuzz.ratio, score_cutoff=_LIKELY_AT)
    if likest is not None and int(likest[1]) > score:
        best, score = _EXACT[likest[0]], int(likest[1])
    if score >= _LIKELY_AT:
        return best, score
    return _by_parts(words)


def _by_parts(words: Sequence[str]) -> tuple[str, int]:
    """The field that some words of a heading name. The name of a station is no person's name, and
    a participant's phone no name; but `Rank and name` is one."""
    for size in (3, 2, 1):
        parts = [" ".join(words[at : at + size]) for at in range(len(words) - size + 1)]
        fields = [_EXACT[part] for part in parts if len(part) > 2 and _EXACT.get(part)]
        fields = [field for field in fields if field != "group" or size > 1]
        if not fields:
            continue
        others = [field for field in fields if field != "name"]
        if others and _NAMES.isdisjoint(words):
            return others[0], 88
        places = [field for field in others if field in ("organisation", "ward")]
        if places and size == 1:
            return places[0], 88
        return fields[0] if "name" not in fields else "name", 88
    return LEFT_OUT, 0


def _share(cells: Sequence[Cell], fits: Callable[[Cell], bool]) -> float:
    filled = [cell for cell in cells if not is_empty(cell)]
    return sum(map(fits, filled)) / len(filled) if filled else 0.0


def _is_serial(cells: Sequence[Cell]) -> bool:
    numbers = [
        int(text) for cell in cells if re.fullmatch(r"\d{1,5}", text := text_of(cell).rstrip("."))
    ]
    if len(numbers) < 2 or len(numbers) < 0.7 * sum(not is_empty(cell) for cell in cells):
        return False
    # Each part of a list may begin with 1 again.
    steps = sum(after - before in (0, 1, 2) or after == 1 for before, after in pairwise(numbers))
    return steps >= 0.7 * (len(numbers) - 1) and max(numbers) <= 3 * len(cells) + 5


def look_of(cells: Sequence[Cell], today: date, region: str) -> dict[str, float]:
    """How many of a column's cells, as a share, look like each field that has a look."""
    some = [cell for cell in cells if not is_empty(cell)][:_LOOKED_AT]

    def name(cell: Cell) -> bool:
        text = text_of(cell)
        words = text.split()
        letters = sum(letter.isalpha() for letter in text)
        return (
            2 <= len(words) <= 6
            and letters > 0.8 * len(text.replace(" ", ""))
            and not is_rank(cell)
        )

    return {
        "phone": _share(some, lambda cell: bool(read_phone(cell, region).value)),
        "birth": _share(some, lambda cell: read_birth(cell, today).value != NOT_KNOWN),
        **{fact.name: _share(some, fact.looks) for fact in LISTED if fact.look},
        "email": _share(some, lambda cell: "@" in text_of(cell)[1:]),
        "name": _share(some, name),
        "serial": float(_is_serial(some)),
    }


def match_columns(
    headings: Sequence[str],
    columns: Sequence[Sequence[Cell]],
    remembered: Mapping[str, str],
    today: date,
    region: str,
    answered: Mapping[int, str],
) -> list[Guess]:
    """Guess of each column, best guesses first taken; a field goes to one column but for SEVERAL.

    `columns` are some cells of each; `remembered` maps normalised headings to fields; `answered`
    are the fields of columns that are known by how the list is laid out.
    """
    offers: list[tuple[int, int, str, str]] = []
    guesses = [Guess(LEFT_OUT, "left_out")] * len(headings)
    for at, heading in enumerate(headings):
        plain = normalised(heading)
        ticks = only_ticks(columns[at])
        if plain in remembered and remembered[plain] in _LOOKS and ticks:
            # So it was guessed once, of the person who had lunch, agreed or was paid.
            remembered = {key: field for key, field in remembered.items() if key != plain}
        if plain and plain in remembered:
            offers.append((200, -at, remembered[plain], "remembered"))
            continue
        if at in answered:
            offers.append((150, -at, answered[at], "certain"))
            continue
        look = look_of(columns[at], today, region)
        field, alike = field_by_heading(heading)
        if ticks and alike < _NAMED_AT:
            # No fact of a person, whatever it looks like.
            continue
        if alike and field == LEFT_OUT:
            # `No.` over numbers that do not count the rows is somebody's own number.
            numbers = plain in _NUMBERS and not look["serial"]
            if not numbers or look["phone"] > 0.5 or all(map(is_empty, columns[at])):
                continue
            offers.append((60, -at, "reference", "guess"))
        elif alike:
            sure = "certain" if alike >= 90 else "guess"
            unlike = ticks or look.get(field, 1.0) < 0.3
            if unlike and field in ("phone", "birth", "sex", "email"):
                filled = not all(map(is_empty, columns[at]))
                sure, alike = ("guess", alike - 30) if filled else ("certain", alike)
            offers.append((alike, -at, field, sure))
        if alike < 100 and not look["serial"]:
            for seen in _LOOKS:
                # A number below a heading of its own is no age, and a day no birth day.
                if look[seen] >= 0.7 and (seen != "birth" or not plain or alike):
                    offers.append((int(50 * look[seen]), -at, seen, "guess"))
                    break
    taken: dict[str, int] = {}
    for score, place, field, sure in sorted(offers, reverse=True):
        at = -place
        if guesses[at].score or (field in taken and (field not in SEVERAL or score < 90)):
            continue
        if (
            field in taken
            and normalised(headings[taken[field]]) == normalised(headings[at])
            and (field != "name" or not _are_halves(headings, columns, taken[field], at))
        ):
            continue
        guesses[at] = Guess(field, sure if field else "left_out", score)
        if field:
            taken.setdefault(field, at)
    return guesses


def _are_halves(
    headings: Sequence[str], columns: Sequence[Sequence[Cell]], first: int, second: int
) -> bool:
    """True if two columns that are both called `Name` hold one name: a word in each, side by side,
    where other facts of the same person stand in the row."""
    facts = any(field_by_heading(heading)[0] not in (LEFT_OUT, "name") for heading in headings)
    words = all(
        _share(columns[at], lambda cell: len(text_of(cell).split()) == 1) >= 0.7
        for at in (first, second)
    )
    return facts and words and second == first + 1


def serial_column(headings: Sequence[str]) -> int | None:
    """The column that counts the rows, by its heading."""
    plain = [normalised(heading) for heading in headings]
    return next((at for at, text in enumerate(plain) if text in _SERIAL), None)


def recognised(cells: Sequence[Cell]) -> tuple[int, int]:
    """How much a row looks like headings, and how many are known for certain. It counts what is
    known of it, less what looks like somebody's data. Long questions of a form, and answers to be
    ticked, speak neither for nor against."""
    score = count = 0
    for cell in cells:
        if is_empty(cell):
            continue
        if not isinstance(cell, str):
            score -= 60
            continue
        field, alike = field_by_heading(cell)
        if alike >= 88:
            score += alike + (60 if field == "name" else 0)
            count += 1
        elif _DATA.search(cell):
            score -= 60
    return score, count
