"""People who were pasted to be invited: a line each, as from a sheet or a message.

Cells are told apart by what they say and not by their place: what holds an @ is an address, a word
for a role or a language is that, and what comes first of the rest is the name. Nothing is guessed:
what is neither is handed back as not read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

INVITED_AT_ONCE = 40
# Only from where a word begins: a long word without an @ would be tried from each of its letters.
_ADDRESS = re.compile(r"(?<![^\s<>,;\"'])[^\s<>,;\"']+@[^\s<>,;\"']+")
_IN_HEADINGS = """
name|names|e-mail|email|mail|e-mail address|role|language
|jina|majina|barua pepe|anwani ya barua pepe|jukumu|lugha
"""
_HEADINGS = frozenset(_IN_HEADINGS.replace("\n", "").split("|"))


@dataclass(frozen=True)
class Pasted:
    """One line, and the `line` itself. `role` and `language` are empty where it says none; `unread`
    is what was not understood, as it was written."""

    name: str
    email: str = ""
    role: str = ""
    language: str = ""
    unread: str = ""
    line: str = ""


def _cells(line: str) -> list[str]:
    for mark in ("\t", ";", ","):
        if mark in line:
            break
    else:
        mark = "\n"
    found: list[str] = []
    for cell in line.split(mark):
        address = _ADDRESS.search(cell)
        parts = (
            (cell[: address.start()], address.group(), cell[address.end() :])
            if address
            else (cell,)
        )
        found += [" ".join(part.strip(" \"'<>").split()) for part in parts]
    return [cell for cell in found if cell]


def _is_somebody(line: str) -> bool:
    cells = _cells(line)
    return bool(cells) and not all(cell.casefold() in _HEADINGS for cell in cells)


def _read(line: str, roles: Mapping[str, str], languages: Mapping[str, str]) -> Pasted:
    name = email = role = language = ""
    unread: list[str] = []
    for cell in _cells(line):
        plain = cell.casefold()
        if "@" in cell and not email:
            email = cell.removeprefix("mailto:")
        elif plain in roles and not role:
            role = roles[plain]
        elif plain in languages and not language:
            language = languages[plain]
        elif not name and "@" not in cell:
            name = cell
        else:
            unread.append(cell)
    if not (name or email):
        # A line of words for roles alone may be somebody's name: it is shown, not swallowed.
        return Pasted(", ".join(_cells(line)), line=line.strip())
    return Pasted(name, email, role, language, ", ".join(unread), line.strip())


def pasted_people(
    text: str, roles: Mapping[str, str], languages: Mapping[str, str]
) -> list[Pasted]:
    """The people of a text, a line each, in its order; a line of headings is nobody.

    `roles` and `languages` say what a word means, in small letters as `casefold` makes them.
    """
    return [_read(line, roles, languages) for line in text.splitlines() if _is_somebody(line)]
