"""Columns about somebody else than the row's person, such as the next of kin of each."""

from __future__ import annotations

from collections.abc import Sequence

from kash.people.rules.lists.headings import field_by_heading, is_of_others

_KNOWN = 88


def above(line: Sequence[str]) -> list[str]:
    """Above each column what a line of groups says of somebody else, as `NEXT OF KIN`; empty where
    it says nothing of the kind. A group reaches to the next one."""
    found: list[str] = []
    said = ""
    for at, text in enumerate(line):
        if text:
            said = text if is_of_others(text) and not _is_label(line, at) else ""
        found.append(said)
    return found


def names_people(line: Sequence[str]) -> bool:
    """True if a group of the line is that of the row's person, as `PARTICIPANT`."""
    return any(field_by_heading(text)[0] == "name" for text in line if text)


def _is_label(line: Sequence[str], at: int) -> bool:
    """True if a cell asks what the next one answers: `Supervisor` beside her name."""
    answer = line[at + 1] if at + 1 < len(line) else ""
    return answer not in ("", line[at]) and field_by_heading(answer)[1] < _KNOWN
