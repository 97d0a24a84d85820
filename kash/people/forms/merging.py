"""Whose fact is kept, when two people are one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from kash.people import words
from kash.people.facts import FACTS, Fact, Kind
from kash.people.models import Person
from kash.platform.web import KashForm
from kash.platform.web.forms import HiddenField


@dataclass(frozen=True)
class MergedField:
    """A fact of both, as it is shown. `same` needs no choice; `chosen` is "kept" or "gone"."""

    name: str
    label: Any
    kept: str
    gone: str
    same: bool
    chosen: str

    @property
    def result(self) -> str:
        """Value that will stand."""
        return self.gone if self.chosen == "gone" else self.kept


class MergeForm(KashForm):
    """The choices, each posted under the fact's name, and the row versions that were read."""

    row_versions = HiddenField()
    step = HiddenField()

    @property
    def row_versions_read(self) -> tuple[int, int]:
        """The row versions of the two; 0, which nobody has, if unreadable."""
        found = re.fullmatch(r"([0-9]{1,9})-([0-9]{1,9})", self.row_versions.data)
        return (int(found[1]), int(found[2])) if found else (0, 0)


def merged_fields(
    person: Person, gone: Person, chosen: Mapping[str, str] | None = None
) -> Sequence[MergedField]:
    """All facts of the two. Until somebody chose, what one alone has is kept."""
    found = []
    for fact in FACTS:
        one, other = _value(person, fact), _value(gone, fact)
        if chosen is None:
            choice = "gone" if other and not one else "kept"
        else:
            choice = "gone" if chosen.get(fact.name) == "gone" else "kept"
        found.append(
            MergedField(
                fact.name,
                words.LABEL[fact.name],
                _said(fact, one),
                _said(fact, other),
                one == other,
                choice,
            )
        )
    return found


def _value(person: Person, fact: Fact) -> Any:
    if fact.kind is Kind.GROUP:
        return person.group.name
    if fact.kind is Kind.SEALED:
        return getattr(person, f"{fact.name}_lookup") or ""
    return getattr(person, fact.name) or ""


def _said(fact: Fact, value: Any) -> str:
    if not value:
        return _("None")
    if fact.kind is Kind.SEALED:
        # Which of the two is kept can be chosen without showing either.
        return _("Kept sealed")
    return words.said(fact.name, value)
