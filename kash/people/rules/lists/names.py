"""Names as lists hold them: with the number of the line before, and a phone behind."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kash.people.rules.lists.cells import Cell, Reading, Remark, is_empty, is_formula, text_of
from kash.people.rules.lists.phones import WITHIN, one_phone
from kash.people.rules.persons import MOST_NAME, is_a_name

_NUMBER = re.compile(r"\(?(\d{1,4})\s*[.):\-–/]\s*(?=[^\W\d_])")
_BULLET = re.compile(r"[-•●▪·*–]\s+(?=[^\W\d_])")
_APART = re.compile(r"[;|\t]")
_EDGES = " ;,|:/–—-"
# A name has no such number in it.
_LONG_NUMBER = re.compile(r"\d(?:[\s-]?\d){3,}")


@dataclass(frozen=True, slots=True)
class Apart:
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
        found = one_phone(run[0].strip(), region)
        if found is not None:
            phone = found
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
    if not is_a_name(name) or not any(each.isalpha() for each in name):
        return Reading("", (Remark("name_no_letter", field, name[:40], wrong=True),))
    if len(name) > MOST_NAME:
        return Reading("", (Remark("too_long", field, wrong=True),))
    if not typed and (_LONG_NUMBER.search(name) or _APART.search(name)):
        return Reading(name, (Remark("name_more", field, wrong=True),))
    return Reading(name)
