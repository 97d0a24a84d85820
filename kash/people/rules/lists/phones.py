"""Phone numbers as lists hold them: as numbers, two in a cell, with the letter O for 0."""

from __future__ import annotations

import re
from datetime import date

import phonenumbers

from kash.people.rules.lists.cells import Cell, Reading, Remark, is_empty, text_of

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
    ("no phone", "no number", "no simu", "hana", "hana simu", "without", "no contact", "no mobile")
)
_MOST_NOTE = 30
_OF_TWO = 17


def one_phone(text: str, region: str) -> str | None:
    """A number in E.164, or None if there is no such number. `region` is where it is dialled."""
    if len(text) > _LONGEST:
        return None
    if region == _USUAL_REGION and text.isascii() and _AS_USUAL.fullmatch(text):
        usual = phonenumbers.PhoneNumber(_USUAL_CODE, int(text))
        if phonenumbers.is_valid_number(usual):
            return f"+{_USUAL_CODE}{text[1:]}"
    digits = "".join(each for each in text if each.isdigit())
    if not 7 <= len(digits) <= 15 or not text.isascii():
        return None
    tries = [text]
    if not text.startswith(("+", "0")):
        tries.append("+" + digits)
    if digits.startswith("00"):
        tries.append("+" + digits[2:])
    for each in tries:
        try:
            number = phonenumbers.parse(each, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return None


def _with_digits(text: str) -> str:
    """Letters that stand for digits replaced, where everything else is a digit or a sign."""
    rest = _NOT_DIGITS.sub("", text)
    if sum(each.isdigit() for each in rest) >= 6 and not any(each.isalpha() for each in rest):
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
    found: list[str] = []
    failed = 0
    for part in parts:
        if not any(each.isdigit() for each in part):
            continue
        mended = _with_digits(part)
        phone, note = _one_of(mended, region)
        if phone is None:
            failed += 1
            continue
        if not found and mended != part:
            remarks.append(Remark("phone_letters", "phone"))
        # Beside the one that is taken stands another one.
        failed += sum(each.isdigit() for each in part) >= _OF_TWO
        if not found and note:
            remarks.append(Remark("phone_note", "phone", note))
        if phone not in found:
            found.append(phone)
    if not found:
        return Reading("", (Remark("phone_wrong", "phone", given[:_LONGEST], wrong=True),))
    if len(found) > 1 or failed:
        remarks.append(Remark("phone_second", "phone"))
    return Reading(found[0], tuple(remarks))


def _one_of(text: str, region: str) -> tuple[str | None, str]:
    """A number, and the words that stand beside it, such as whose it is.

    Letters are never dialled: of `0712 345 abc` no number is made.
    """
    if not any(each.isalpha() for each in _BEFORE.sub("", text)):
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
    return start + "".join(each for each in text if each.isdigit())
