"""Whose fact is kept, when two people are one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField

from kash.people import words
from kash.people.models import Person
from kash.people.rules.merging import CHOSEN
from kash.platform.web import KashForm

_LABELS = {
    "chosen_name": _l("Chosen name"),
    "printed_name": _l("Name on paper"),
    "group": _l("Group"),
    "reference": _l("Service or peer number"),
    "sex": _l("Sex"),
    "age_band": _l("Age"),
    "birth_year": _l("Birth year"),
    "cadre": _l("Rank or cadre"),
    "ward": _l("Ward"),
    "language": _l("Language"),
    "phone": _l("Phone"),
    "email": _l("E-mail"),
}
_SAID: Mapping[str, Mapping[str, Any]] = {
    "sex": words.SEX,
    "age_band": words.AGE_BAND,
    "language": words.LANGUAGE,
}


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
    """The choices, each posted under the fact's name, and the editions that were read."""

    editions = HiddenField()
    step = HiddenField()

    @property
    def editions_read(self) -> tuple[int, int]:
        """The editions of the two; 0, which nobody has, if unreadable."""
        found = re.fullmatch(r"([0-9]{1,9})-([0-9]{1,9})", self.editions.data or "")
        return (int(found[1]), int(found[2])) if found else (0, 0)


def merged_fields(
    kept: Person, gone: Person, chosen: Mapping[str, str] | None = None
) -> Sequence[MergedField]:
    """All facts of the two. Until somebody chose, what one alone has is kept."""
    found = []
    for name in CHOSEN:
        one, other = _value(kept, name), _value(gone, name)
        if chosen is None:
            choice = "gone" if other and not one else "kept"
        else:
            choice = "gone" if chosen.get(name) == "gone" else "kept"
        found.append(
            MergedField(
                name, _LABELS[name], _said(name, one), _said(name, other), one == other, choice
            )
        )
    return found


def _value(person: Person, name: str) -> Any:
    if name == "group":
        return person.group.name
    if name in ("phone", "email"):
        return getattr(person, f"{name}_lookup") or ""
    return getattr(person, name) or ""


def _said(name: str, value: Any) -> str:
    if not value:
        return _("None")
    if name in ("phone", "email"):
        # Which of the two is kept can be chosen without showing either.
        return _("Kept sealed")
    return str(_SAID.get(name, {}).get(value, value))
