"""Issuing: who is eligible, what is missing, what a serial looks like."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from kash.tracks.rules.eligibility import LeafProgress
from kash.tracks.rules.tree import Leaf

# Crockford's base32: no I, L, O or U, so that nothing is misread or misheard.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_MISREAD = str.maketrans("ILOU", "110V")
_PASSED_OVER = frozenset("-‐‑‒–—−_.·:/")
_CHECK_MODULUS = 37
SERIAL_LENGTH = 12


class Requirement(StrEnum):
    """Requirement that a person may lack: a track that she fulfils, and what a name on paper
    needs."""

    RULE = "rule"
    TRACK = "track"
    HERE = "here"
    NAME = "name"
    ADULT = "adult"
    NOT_YET = "not_yet"
    CONSENT = "consent"


class Unasked(StrEnum):
    """Treatment of people whom nobody asked whether their names may be printed."""

    PRINT = "print"
    LEAVE_OUT = "leave_out"


@dataclass(frozen=True)
class IssuingRecord:
    """Record of one person in one workshop. `unmet` is what she lacks of the track; `asked` tells
    whether there is one. Minutes are weighted by the marks' statuses."""

    minutes: int
    total_minutes: int
    name_confirmed: bool
    minor: bool = False
    has_certificate: bool = False
    name_may_be_printed: bool = True
    unmet: Sequence[LeafProgress] = ()
    asked: bool = True


@dataclass(frozen=True)
class Missing:
    """One thing that a person lacks. Of a track it is a requirement, with how much of it is needed
    and how much she has: minutes, where it is a share of this workshop's hours."""

    requirement: Requirement
    need: int = 0
    have: int = 0
    leaf: Leaf | None = None


def missing_requirements(
    record: IssuingRecord, *, name_must_be_confirmed: bool
) -> tuple[Missing, ...]:
    """All that a person lacks for a certificate; nothing means that she is eligible.

    What she must have done is asked of the track; what is added here is about her and the paper.
    """
    missing: list[Missing] = []
    if record.minor:
        missing.append(Missing(Requirement.ADULT))
    if record.has_certificate:
        missing.append(Missing(Requirement.NOT_YET))
    if not record.name_may_be_printed:
        missing.append(Missing(Requirement.CONSENT))
    if not record.asked:
        missing.append(Missing(Requirement.RULE))
    missing += [_unmet(one, record) for one in record.unmet]
    if record.asked and not record.unmet and record.minutes <= 0:
        # A certificate tells the hours of its workshop.
        missing.append(Missing(Requirement.HERE))
    if name_must_be_confirmed and not record.name_confirmed:
        missing.append(Missing(Requirement.NAME))
    return tuple(missing)


def _unmet(one: LeafProgress, record: IssuingRecord) -> Missing:
    if one.leaf.kind != "workshop":
        return Missing(Requirement.TRACK, one.need, one.have, one.leaf)
    # The least whole number of minutes that is so large a share.
    need = -(-record.total_minutes * one.need // 100)
    return Missing(Requirement.TRACK, need, record.minutes, one.leaf)


def _check_value(body: str) -> int:
    value = 0
    for character in body:
        value = (value * len(ALPHABET) + _VALUES[character]) % _CHECK_MODULUS
    return value


def new_serial(choose: Callable[[str], str]) -> str:
    """A serial of eleven random characters and Crockford's check character.

    `choose` picks one character at random (`secrets.choice`). Crockford's check may be one of five
    signs outside the alphabet; such a draw is thrown away, so that serials hold letters and digits.
    """
    while True:
        body = "".join(choose(ALPHABET) for _ in range(SERIAL_LENGTH - 1))
        check = _check_value(body)
        if check < len(ALPHABET):
            return body + ALPHABET[check]


class Misread(StrEnum):
    """Why a text is no serial."""

    LENGTH = "length"
    CHARACTER = "character"
    CHECK = "check"


def _as_written(typed: str) -> str:
    """A typed serial, or the address that a code leads to, with nothing but its characters."""
    last = typed.rsplit("#", 1)[-1].upper()
    return "".join(sign for sign in last if not sign.isspace() and sign not in _PASSED_OVER)


def misread(typed: str) -> Misread | None:
    """Why a text is no serial: told without looking anything up. None if it is one."""
    serial = _as_written(typed).translate(_MISREAD)
    if len(serial) != SERIAL_LENGTH:
        return Misread.LENGTH
    if any(sign not in _VALUES for sign in serial):
        return Misread.CHARACTER
    return None if _check_value(serial[:-1]) == _VALUES[serial[-1]] else Misread.CHECK


def read_serial(typed: str) -> str | None:
    """A typed serial in its stored form, or None where it cannot be one.

    Case, blanks and dashes do not count; I and L are read as 1, O as 0, U as V, since worn paper
    shows them so and no serial holds them.
    """
    return _as_written(typed).translate(_MISREAD) if misread(typed) is None else None


def grouped(serial: str) -> str:
    """A serial as it is printed: three groups of four."""
    return "-".join(serial[start : start + 4] for start in range(0, len(serial), 4))


class Admission(StrEnum):
    """How far a check is answered."""

    WHOLE = "whole"
    WITHOUT_NAME = "without_name"
    REFUSED = "refused"


# A hotel full of officers checks from one address, so that is generous. A name is guessed for one
# serial, so that is not; a name that matched is no guess and is not counted.
CHECKS_WINDOW = timedelta(minutes=10)
CHECKS_FROM_AN_ADDRESS = 600
NAMES_WINDOW = timedelta(hours=1)
NAMES_FROM_AN_ADDRESS = 10
NAMES_FOR_A_SERIAL = 60


def admission(checks: int, names_from_here: int, names_in_all: int, *, name: bool) -> Admission:
    """Admission of one more check, after so many from this address within ten minutes, and so many
    wrong names for this serial within the hour, from here and from everywhere.

    Whoever has no more names to try still learns how the serial stands.
    """
    if checks >= CHECKS_FROM_AN_ADDRESS:
        return Admission.REFUSED
    tried_out = names_from_here >= NAMES_FROM_AN_ADDRESS or names_in_all >= NAMES_FOR_A_SERIAL
    return Admission.WITHOUT_NAME if name and tried_out else Admission.WHOLE
