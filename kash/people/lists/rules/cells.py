"""Cells and their meaning, as lists hold them: text, numbers or days.

Of a birth day only the year is kept. An age says the band in which it lies today, and no year: that
could be either of two. A bracket counts only if one band holds all of it. Phones
stand there as numbers, two in a cell, with the letter O for 0, or behind a name; sexes, languages
and ranks in many words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Generic, NamedTuple, TypeVar

import phonenumbers

from kash.people.rules.persons import (
    ADULT,
    BANDS,
    LANGUAGES,
    MOST_NAME,
    OLDEST,
    RANK_OF,
    SEXES,
    answers,
    birth_years,
    is_a_name,
    sort_name,
    ways,
    words,
)

Cell = str | float | date
Value = TypeVar("Value")


CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
MOST_CHARACTERS = 2_000
# Between two answers of which only one can be right.
TWO = " / "
_NOTHING = words(
    "- -- — – . n/a na n.a. n.a nil none null hakuna ? #n/a #null! #ref! #value! #name? "
    "#div/0! #num! nan <na> (blank)"
)
_LONGEST_NOTHING = max(map(len, _NOTHING))
# A line to sign on, or dots to write on.
_LINE = re.compile(r"[.…_\-–—=~\s]+")
# Answers that say that nothing is said.
_NOT_SAID = frozenset(
    ways(
        """
        prefer not to say; prefer not to answer; prefer not to disclose; rather not say;
        preferred not to say; would rather not say; i prefer not to say; not said; not stated;
        not specified; not given; not provided; not disclosed; withheld; undisclosed; refused;
        refused to answer; refuse to answer; declined; declined to answer; decline to answer;
        unknown; not known; dont know; dk; do not know; no answer; no response; not applicable;
        blank; missing; hakusema; hakutaka kusema; hapendi kusema; sipendi kusema; sitaki kusema;
        hajulikani; haijulikani; sijui; hajasema
        """
    )
)


@dataclass(frozen=True, slots=True)
class Remark:
    """Something a person should know of a cell: a fixed word, and what it is about.

    `wrong` says that the row cannot be stored so; else the row is stored and this is told.
    """

    code: str
    field: str
    given: str = ""
    taken: str = ""
    wrong: bool = False


@dataclass(frozen=True, slots=True)
class Reading(Generic[Value]):
    """The value of a cell, with what is to be told of it."""

    value: Value
    remarks: tuple[Remark, ...] = ()


def plain(cell: object) -> Cell:
    """A cell as one of three kinds; whatever else a sheet holds becomes text."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, (int, float)):
        return float(cell)
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, time):
        return cell.isoformat()
    return clean(str(cell))


def clean(given: str) -> str:
    """Text in one Unicode form, without what is not seen, with single spaces."""
    if given.isascii():
        return " ".join(given.split())
    text = unicodedata.normalize("NFC", given)
    text = "".join(letter for letter in text if unicodedata.category(letter) != "Cf")
    return " ".join(text.split())


def text_of(cell: Cell) -> str:
    """A cell as it would be typed: whole numbers without a point, days as year-month-day."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float):
        if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
        return repr(cell)
    return cell.isoformat()


def is_empty(cell: Cell) -> bool:
    """True if nothing is said: no text, or a sign for nothing."""
    if not isinstance(cell, str):
        return False
    if not cell:
        return True
    if cell[0].isalnum():
        return len(cell) <= _LONGEST_NOTHING and cell.casefold() in _NOTHING
    return cell.casefold() in _NOTHING or _LINE.fullmatch(cell) is not None


def is_not_said(cell: Cell) -> bool:
    """True if somebody answered that she says nothing, as `Prefer not to say`."""
    if not isinstance(cell, str) or len(cell) > 40 or not cell[:1].isalpha():
        return False
    words = re.sub(r"[^\w]+", " ", cell.casefold().replace("'", "").replace("’", ""))
    return " ".join(words.replace("_", " ").split()) in _NOT_SAID


def is_formula(text: str) -> bool:
    """True if a text would be a formula in a sheet, not what a person typed as a name."""
    return text.startswith(("=", "@")) or bool(re.match(r"[+\-]\s*[A-Za-z(=]", text))


def numbered(rows: Sequence[Sequence[Cell]], most: int) -> Iterator[tuple[int, list[Cell]]]:
    """Rows that hold something, with their numbers; cells past column `most` are cut off."""
    for number, cells in enumerate(rows, 1):
        some = list(cells[:most])
        while some and some[-1] == "":
            some.pop()
        if some:
            yield number, some


# In tables of statistics these stand for "not said", not for an age.
_CODES = range(97, 100)
# Of a year of two digits the century is taken in which someone who takes part is this old.
_AGES_OF_TWO_DIGITS = range(10, 101)
_EPOCH = date(1899, 12, 30)

_MONTHS = {
    name: month
    for month, names in enumerate(
        ways("jan; feb; mar mac; apr; may mei; jun; jul; aug ago; sep; oct okt; nov; dec des"), 1
    )
    for name in names.split()
}
_AGE_WORDS = re.compile(
    r"\b(years?|yrs?|yr|y/?o|old|of age|aged?|miaka|umri|mwaka|approx\w*|about|circa|ca|est)\b\.?"
    r"|[~()]",
    re.IGNORECASE,
)
_BORN_WORDS = re.compile(r"\b(born|dob|d\.o\.b|b|alizaliwa|circa|ca|c)\b\.?:?|[~]", re.IGNORECASE)
_DASH = r"\s*(?:-|–|—|−|‑|\bto\b|\bhadi\b|/)\s*"
_BRACKET = re.compile(rf"(\d{{1,3}}){_DASH}(\d{{1,3}})")
_FROM = re.compile(
    r"(\d{1,3})\s*(?:\+|-?plus|(?:and|&) (?:above|over|older)|or (?:more|older)|na zaidi)"
)
_FROM_WORDS = re.compile(r"(?:above|over|>=?|≥|more than|zaidi ya)\s*(\d{1,3})")
_BELOW = re.compile(r"(?:under|below|less than|<|chini ya)\s*-?(\d{1,3})")
_NUMBERS = re.compile(r"(\d{1,4})\s*[-/. ]\s*(\d{1,2})\s*[-/. ]\s*(\d{1,4})\.?")
_NAMED = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[\s\-/.,]*([a-z]{3,9})[\s\-/.,]*(\d{2}|\d{4})")
_NAMED_FIRST = re.compile(r"([a-z]{3,9})[\s\-/.,]*(\d{1,2})(?:st|nd|rd|th)?[\s\-/.,]+(\d{2}|\d{4})")


@dataclass(frozen=True, slots=True)
class Born:
    """Age as far as it is known; both empty if nothing is."""

    year: int | None = None
    band: str = ""


NOT_KNOWN = Born()
_Read = Reading[Born]


def band_of(least: int, most: int) -> str:
    """The band that holds all ages from `least` to `most`; empty if none does."""
    for band, (first, last) in BANDS.items():
        if first <= least and most <= last:
            return band
    return ""


def read_birth(cell: Cell, today: date) -> Reading[Born]:
    """Age that a cell says."""
    if is_empty(cell):
        return Reading(NOT_KNOWN)
    if isinstance(cell, date):
        return _day(cell, cell.isoformat(), today)
    if isinstance(cell, float):
        return _number(cell, today)
    text = " ".join(cell.casefold().split()).strip(" '\"")
    if text in BANDS:
        return Reading(Born(band=text))
    if len(parts := text.split(TWO)) > 1 and all(_bracket(part, part, today) for part in parts):
        return _wrong(cell, "two_answers")
    for read in (_bracket, _age, _year, _date_text):
        birth = read(text, cell, today)
        if birth is not None:
            return birth
    return _wrong(cell)


def _wrong(given: str, code: str = "birth_wrong") -> _Read:
    return Reading(NOT_KNOWN, (Remark(code, "birth", given[:40], wrong=True),))


def _day(day: date, given: str, today: date, *told: Remark) -> _Read:
    if day > today or day.year < birth_years(today.year)[0]:
        return _wrong(given, "birth_out_of_range")
    return Reading(Born(year=day.year), told)


def _number(number: float, today: date) -> _Read:
    given = text_of(number)
    if not number.is_integer() or number < 0:
        return _wrong(given)
    whole = int(number)
    if whole <= OLDEST:
        return _of_age(whole, given)
    if 1900 <= whole <= today.year:
        return _of_year(whole, given, today)
    # A day that lost its format is the number of days since the sheet's epoch.
    if 7_000 <= whole <= (today - _EPOCH).days:
        day = _EPOCH + timedelta(days=whole)
        told = Remark("birth_number_as_day", "birth", given, str(day.year))
        return _day(day, given, today, told)
    return _wrong(given)


def _of_age(age: int, given: str) -> _Read:
    if not 0 < age <= OLDEST:
        return _wrong(given)
    if age in _CODES:
        return _wrong(given, "birth_code")
    band = band_of(age, age)
    return Reading(Born(band=band), (Remark("birth_age", "birth", given, band),))


def _of_year(year: int, given: str, today: date) -> _Read:
    earliest, latest = birth_years(today.year)
    if not earliest <= year <= latest:
        return _wrong(given, "birth_out_of_range")
    return Reading(Born(year=year))


def _bracket(text: str, given: str, today: date) -> _Read | None:
    bare = _AGE_WORDS.sub(" ", text).strip()
    bare = " ".join(bare.split())
    if match := _BRACKET.fullmatch(bare):
        least, most = int(match[1]), int(match[2])
        if "/" in bare and most > OLDEST:
            return None
    elif match := _FROM.fullmatch(bare) or _FROM_WORDS.fullmatch(bare):
        # Above an age means from the next one on.
        least, most = (
            int(match[1]) + (match.re is _FROM_WORDS and "=" not in bare and "≥" not in bare),
            OLDEST,
        )
    elif match := _BELOW.fullmatch(bare):
        least, most = 0, int(match[1]) - 1
    else:
        return None
    if not 0 <= least <= most <= OLDEST:
        return _wrong(given)
    band = band_of(least, most)
    if band:
        exact = (least, most) == BANDS[band]
        told = () if exact else (Remark("birth_bracket", "birth", given, band),)
        return Reading(Born(band=band), told)
    if least < ADULT:
        # Who may be a child is asked for, not passed over.
        return _wrong(given, "birth_maybe_minor")
    return Reading(NOT_KNOWN, (Remark("birth_bracket_open", "birth", given),))


def _age(text: str, given: str, _today: date) -> _Read | None:
    bare = _AGE_WORDS.sub(" ", text).strip()
    if re.fullmatch(r"\d{1,3}(?:\.0+)?", bare) and (len(bare.split(".")[0]) < 4):
        return _of_age(int(float(bare)), given)
    return None


def _year(text: str, given: str, today: date) -> _Read | None:
    bare = _BORN_WORDS.sub(" ", text).strip(" .")
    if re.fullmatch(r"\d{4}", bare):
        return _of_year(int(bare), given, today)
    return None


def _date_text(text: str, given: str, today: date) -> _Read | None:
    bare = re.sub(r"[t ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?z?$", "", text).strip(" .,")
    bare = _BORN_WORDS.sub(" ", bare).strip() if not _NAMED.search(bare) else bare
    if match := _NUMBERS.fullmatch(bare):
        return _of_numbers(match[1], match[2], match[3], given, today)
    if match := _NAMED.fullmatch(bare):
        return _of_named(match[1], match[2], match[3], given, today)
    if match := _NAMED_FIRST.fullmatch(bare):
        return _of_named(match[2], match[1], match[3], given, today)
    return None


def _of_named(day: str, name: str, year: str, given: str, today: date) -> _Read:
    month = _MONTHS.get(name[:3])
    if month is None:
        return _wrong(given)
    return _of_parts(int(day), month, year, given, today, ())


def _of_numbers(first: str, second: str, third: str, given: str, today: date) -> _Read:
    if len(first) == 4:
        return _of_parts(int(third), int(second), first, given, today, ())
    if len(first) == 3 or len(third) in (1, 3):
        return _wrong(given)
    day, month = int(first), int(second)
    told: tuple[Remark, ...] = ()
    if month > 12 >= day:
        # Only the year is kept, and that is the same whichever came first.
        day, month = month, day
        told = (Remark("birth_month_first", "birth", given),)
    return _of_parts(day, month, third, given, today, told)


def _of_parts(
    day: int, month: int, year: str, given: str, today: date, told: tuple[Remark, ...]
) -> _Read:
    full = int(year)
    if len(year) == 2:
        possible = [
            century + full
            for century in (1900, 2000)
            if today.year - (century + full) in _AGES_OF_TWO_DIGITS
        ]
        if len(possible) != 1:
            return _wrong(given, "birth_century")
        full = possible[0]
        told = (*told, Remark("birth_two_digits", "birth", given, str(full)))
    try:
        birthday = date(full, month, day)
    except ValueError:
        return _wrong(given, "birth_no_such_day")
    return _day(birthday, given, today, *told)


_APART = re.compile(r"[/;,|&\n]|\bor\b|\band\b|\bau\b|\bna\b", re.IGNORECASE)
_NOT_DIGITS = re.compile(r"[oOlI]")
_DIGITS = {"o": "0", "O": "0", "l": "1", "I": "1"}
_LONGEST = 40
# As nearly every number is written here, which the library takes half the time to read so.
_AS_USUAL, _USUAL_REGION, _USUAL_CODE = re.compile(r"0[17]\d{8}"), "KE", 254
_BEFORE = re.compile(r"\b(tel|cell|mob|mobile|simu|ph|phone|no)\b", re.IGNORECASE)
# Two numbers with nothing but a space between them.
_RUN_ON = re.compile(r"(?<!\d)(?:\+?254|0)\d{9}(?!\d)")
# A number among words.
WITHIN = re.compile(r"(?<![\w+])(?:\+\s?)?\(?\d(?:[\s().\-–]{0,2}\d){8,14}(?!\w)")
# As a number that was one of a sheet: 254712600002.0, and 7.126E8, which has lost digits unless
# all of them stand there.
_FLOAT = re.compile(r"(\+?\d{7,15})\.0+")
_SHORTENED = re.compile(r"(\d)(?:[.,](\d+))?e\+?(\d{1,2})", re.IGNORECASE)
_DAY = re.compile(
    r"(?:\d{4}([-/.])\d{1,2}\1\d{1,2}|\d{1,2}([-/.])\d{1,2}\2(?:19|20)\d{2})(?:[t ].*)?",
    re.IGNORECASE,
)
_NO_PHONE = frozenset(
    ways("no phone; no number; no simu; hana; hana simu; without; no contact; no mobile")
)
_MOST_NOTE = 30
_PHONES_OF_TWO = 17


def one_phone(text: str, region: str) -> str | None:
    """A number in E.164, or None if there is no such number. `region` is where it is dialled."""
    if len(text) > _LONGEST:
        return None
    if region == _USUAL_REGION and text.isascii() and _AS_USUAL.fullmatch(text):
        usual = phonenumbers.PhoneNumber(_USUAL_CODE, int(text))
        if phonenumbers.is_valid_number(usual):
            return f"+{_USUAL_CODE}{text[1:]}"
    digits = "".join(letter for letter in text if letter.isdigit())
    if not 7 <= len(digits) <= 15 or not text.isascii():
        return None
    tries = [text]
    if not text.startswith(("+", "0")):
        tries.append("+" + digits)
    if digits.startswith("00"):
        tries.append("+" + digits[2:])
    for attempt in tries:
        try:
            number = phonenumbers.parse(attempt, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return None


def _with_digits(text: str) -> str:
    """Letters that stand for digits replaced, where everything else is a digit or a sign."""
    rest = _NOT_DIGITS.sub("", text)
    if sum(letter.isdigit() for letter in rest) >= 6 and not any(
        letter.isalpha() for letter in rest
    ):
        return _NOT_DIGITS.sub(lambda found: _DIGITS[found[0]], text)
    return text


def read_phone(cell: Cell, region: str) -> Reading[str]:
    """The first number of a cell that is one, in E.164; empty if none is given or none is one.

    Remarks never quote a number.
    """
    if is_empty(cell):
        return Reading("")
    given = text_of(cell)
    if isinstance(cell, date) or _DAY.fullmatch(given):
        return Reading("", (Remark("phone_day", "phone", wrong=True),))
    if given.casefold().strip(" .") in _NO_PHONE:
        return Reading("", (Remark("not_said", "phone", given),))
    if shortened := _SHORTENED.fullmatch(given):
        digits = shortened[1] + (shortened[2] or "")
        if len(digits) != int(shortened[3]) + 1:
            return Reading("", (Remark("phone_digits_lost", "phone", wrong=True),))
        given = digits
    elif whole := _FLOAT.fullmatch(given):
        given = whole[1]
    return _first_of(given, region)


def _first_of(given: str, region: str) -> Reading[str]:
    remarks: list[Remark] = []
    run_on = _RUN_ON.findall(given)
    parts = run_on if len(run_on) > 1 else [part.strip(" .:'\"`") for part in _APART.split(given)]
    phones: list[str] = []
    failed = 0
    for part in parts:
        if not any(letter.isdigit() for letter in part):
            continue
        mended = _with_digits(part)
        phone, note = _one_of(mended, region)
        if phone is None:
            failed += 1
            continue
        if not phones and mended != part:
            remarks.append(Remark("phone_letters", "phone"))
        # Beside the one that is taken stands another one.
        failed += sum(letter.isdigit() for letter in part) >= _PHONES_OF_TWO
        if not phones and note:
            remarks.append(Remark("phone_note", "phone", note))
        if phone not in phones:
            phones.append(phone)
    if not phones:
        return Reading("", (Remark("phone_wrong", "phone", given[:_LONGEST], wrong=True),))
    if len(phones) > 1 or failed:
        remarks.append(Remark("phone_second", "phone"))
    return Reading(phones[0], tuple(remarks))


def _one_of(text: str, region: str) -> tuple[str | None, str]:
    """A number, and the words that stand beside it, such as whose it is.

    Letters are never dialled: of `0712 345 abc` no number is made.
    """
    if not any(letter.isalpha() for letter in _BEFORE.sub("", text)):
        return one_phone(_plain_digits(text), region), ""
    for run in WITHIN.finditer(text):
        phone = one_phone(_plain_digits(run[0]), region)
        if phone is not None:
            beside = _BEFORE.sub(" ", text[: run.start()] + " " + text[run.end() :])
            words = re.sub(r"[\d()\[\].:\-–+'\"*]", " ", beside).split()
            return phone, " ".join(words)[:_MOST_NOTE]
    return None, ""


def _plain_digits(text: str) -> str:
    """Without what people put before and between: `Tel: (0712) 345-678` becomes `0712345678`."""
    start = "+" if re.match(r"[^\d]*\+\s*\d", text) else ""
    return start + "".join(letter for letter in text if letter.isdigit())


_NUMBER = re.compile(r"\(?(\d{1,4})\s*[.):\-–/]\s*(?=[^\W\d_])")
_BULLET = re.compile(r"[-•●▪·*–]\s+(?=[^\W\d_])")
_NAMES_APART = re.compile(r"[;|\t]")
_EDGES = " ;,|:/–—-"
# A name has no such number in it.
_LONG_NUMBER = re.compile(r"\d(?:[\s-]?\d){3,}")


class Apart(NamedTuple):
    """A cell of names taken apart: the name alone, and the phone that stood with it in E.164."""

    name: str
    phone: str = ""
    remarks: tuple[Remark, ...] = ()


def taken_apart(text: str, region: str) -> Apart:
    """Name taken apart from what stands with it: the number of the line, a bullet, a phone."""
    remarks: list[Remark] = []
    name = _BULLET.sub("", text, count=1) if _BULLET.match(text) else text
    numbered = _NUMBER.match(name)
    if numbered is not None and not is_formula(name):
        name = name[numbered.end() :]
        remarks.append(Remark("name_number", "name", numbered[1]))
    phone = ""
    for run in WITHIN.finditer(name):
        phone_read = one_phone(run[0].strip(), region)
        if phone_read is not None:
            phone = phone_read
            name = _closed(f"{name[: run.start()]} {name[run.end() :]}")
            remarks.append(Remark("name_phone", "name"))
            break
    return Apart(name, phone, tuple(remarks))


def _closed(name: str) -> str:
    """Name without the brackets and signs that held a phone."""
    name = re.sub(r"\(\s*\)|\[\s*\]", " ", name)
    if name.count("(") != name.count(")"):
        name = name.replace("(", " ").replace(")", " ")
    return " ".join(name.split()).strip(_EDGES)


def read_name(cell: Cell, field: str = "name", *, typed: bool = True) -> Reading[str]:
    """A name as written, with single spaces. What is no name is wrong, and why; what is not
    `typed` for this row by a person is doubted if it holds more than a name."""
    if is_empty(cell):
        return Reading("")
    name = text_of(cell)
    if is_formula(name):
        return Reading("", (Remark("name_formula", field, wrong=True),))
    if not is_a_name(name) or not any(letter.isalpha() for letter in name):
        return Reading("", (Remark("name_no_letter", field, name[:40], wrong=True),))
    if len(name) > MOST_NAME:
        return Reading("", (Remark("too_long", field, wrong=True),))
    if not typed and (_LONG_NUMBER.search(name) or _NAMES_APART.search(name)):
        return Reading(name, (Remark("name_more", field, wrong=True),))
    return Reading(name)


MOST_CADRE = 80


_SEX = answers(
    """
    male: m male man men mr me mme mwanaume mwanamume kiume boy
    female: f female woman women fem ms mrs ke mke mwanamke kike girl lady
    other: other o others nyingine nyingineyo othergender othersex
    """
)
# Answers that the programme knows as its own "other": read as that, and told.
_OTHER = words(
    """
    x intersex trans transgender transwoman transman transfemale transmale transperson tg tgw tgm tw
    tm mtf ftm nonbinary nb enby gnc gendernonconforming gendernonbinary genderqueer queer
    genderfluid thirdgender transgenderwoman transgenderman transgenderperson huntha
    jinsiamchanganyiko
    """
)
_LANGUAGE = answers(
    """
    en: en eng english kiingereza
    sw: sw swa kis swahili kiswahili ksw
    luo: luo dholuo kijaluo jaluo
    guz: guz kisii ekegusii gusii kikisii
    luy: luy luhya luluhya kiluhya luyia
    """
)


def _letters(text: str) -> str:
    return "".join(letter for letter in sort_name(text) if letter.isalnum())


def read_text(cell: Cell, field: str, most: int) -> Reading[str]:
    """A short text as written; a formula or one that is too long is wrong."""
    if is_empty(cell):
        return Reading("")
    text = text_of(cell)
    if is_formula(text):
        return Reading("", (Remark("formula", field, wrong=True),))
    if len(text) > most:
        return Reading("", (Remark("too_long", field, wrong=True),))
    return Reading(text)


def read_sex(cell: Cell) -> Reading[str]:
    """`X` stands on passports for neither of the two: it is read as other, and told; so is `Trans`,
    since no list says which of the two words she would choose here."""
    if is_empty(cell):
        return Reading("")
    given = text_of(cell)
    text = _letters(given)
    if text in SEXES:
        return Reading(text)
    if text in _OTHER:
        return Reading("other", (Remark("sex_x", "sex", given[:40]),))
    if text in _SEX:
        return Reading(_SEX[text])
    if len(parts := given.split(TWO)) > 1 and all(map(is_sex, parts)):
        return Reading("", (Remark("two_answers", "sex", given[:40], wrong=True),))
    return Reading("", (Remark("sex_wrong", "sex", given[:40], wrong=True),))


def read_language(cell: Cell) -> Reading[str]:
    """The first language named that the programme speaks."""
    if is_empty(cell):
        return Reading("")
    given = text_of(cell)
    named = [_letters(part) for part in re.split(r"[/,;&+]|\band\b|\bna\b", given)]
    languages = [_LANGUAGE[word] for word in named if word in _LANGUAGE]
    if not languages:
        return Reading("", (Remark("language_unknown", "language", given[:40]),))
    several = len(set(languages)) > 1 or len(languages) < len([word for word in named if word])
    told = (Remark("language_first", "language", given[:40], languages[0]),) if several else ()
    return Reading(languages[0], told)


def read_cadre(cell: Cell) -> Reading[str]:
    """A rank in its whole word if it is a known one, else as written."""
    reading = read_text(cell, "cadre", MOST_CADRE)
    rank = RANK_OF.get(_letters(reading.value))
    return Reading(rank) if rank else reading


def is_rank(cell: Cell) -> bool:
    """True if a cell holds a known rank."""
    return _letters(text_of(cell)) in RANK_OF


def is_sex(cell: Cell) -> bool:
    """True if a cell holds a sex."""
    text = _letters(text_of(cell))
    return text in _SEX or text in _OTHER


def is_language(cell: Cell) -> bool:
    """True if a cell holds a language."""
    return _letters(text_of(cell)) in _LANGUAGE or text_of(cell) in LANGUAGES
