"""Values of a file that somebody brings, looked at one by one: each mistake with its place in the
file and a plain sentence."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from kash.platform.catalogue import N_
from kash.training.rules.fields import Field, FieldKind, Value

# More mistakes than anybody mends by hand in one go.
MOST_FAULTS = 20
_KEY = re.compile(r"[0-9abcdefghjkmnpqrstvwxyz]{16}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
# What no page can show and PostgreSQL cannot store: control characters, and halves of characters.
_UNSHOWN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class ValueFault:
    """A mistake: where it stands, names of fields and places from 1, and what is wrong.

    `sentence` is one of the catalogue; `said` fills it.
    """

    place: Place
    sentence: str
    said: Mapping[str, object] = field(default_factory=dict)

    @property
    def where(self) -> str:
        """The place as people read it: "versions 1 / modules 2 / title"."""
        parts: list[str] = []
        for step in self.place:
            if isinstance(step, int) and parts:
                parts[-1] += f" {step}"
            else:
                parts.append(str(step))
        return " / ".join(parts)


class UnreadableFile(ValueError):
    """A file that cannot be read, with its mistakes; never with what it says."""

    def __init__(self, *faults: ValueFault) -> None:
        super().__init__("; ".join(f"{fault.where}: {fault.sentence}" for fault in faults))
        self.faults = faults


class ValueReading:
    """Collects the mistakes of one file while its values are taken apart.

    Each method answers with the value or, after noting a mistake, with an empty one. Raises
    UnreadableFile once there are `MOST_FAULTS`.
    """

    def __init__(self) -> None:
        self.faults: list[ValueFault] = []

    def fault(self, place: Place, sentence: str, **said: object) -> None:
        """Note a mistake."""
        self.faults.append(ValueFault(place, sentence, said))
        if len(self.faults) >= MOST_FAULTS:
            raise UnreadableFile(*self.faults)

    def end(self) -> None:
        """Raise UnreadableFile if there was any mistake."""
        if self.faults:
            raise UnreadableFile(*self.faults)

    def record(self, value: object, place: Place, fields: Collection[str]) -> dict[str, Any]:
        """An object that holds nothing but these fields."""
        if not isinstance(value, dict):
            self.fault(place, N_("Fields with names belong here."))
            return {}
        for name in value:
            if name not in fields:
                self.fault((*place, shown(name)), N_("There is no such field here."))
        return value

    def rows(self, value: object, place: Place, most: int) -> Sequence[Any]:
        """A list of so many at most; none if it was left out."""
        if value is None:
            return ()
        if not isinstance(value, list):
            self.fault(place, N_("A list belongs here."))
            return ()
        if len(value) > most:
            self.fault(place, N_("There are more than %(most)s here."), most=most)
            return ()
        return value

    def text(self, value: object, place: Place, most: int, *, needed: bool = False) -> str:
        """A line of so many characters at most; "" if it was left out and is not needed."""
        found = self.field(
            Field("", "", FieldKind.LINE, most), "" if value is None else value, place
        )
        if needed and not str(found).strip() and not self._noted(place):
            self.fault(place, N_("This is missing."))
        return str(found)

    def long_text(self, value: object, place: Place, most: int) -> str:
        """Text of so many characters at most."""
        return str(self.field(Field("", "", FieldKind.TEXT, most), value, place))

    def number(self, value: object, place: Place, least: int, most: int) -> int:
        """A whole number within bounds."""
        found = self.field(Field("", "", FieldKind.NUMBER, most, least, needed=True), value, place)
        return found if isinstance(found, int) else least

    def choice(self, value: object, place: Place, choices: Collection[str]) -> str:
        """One of some words."""
        if isinstance(value, str) and value in choices:
            return value
        self.fault(place, N_("One of these belongs here: %(choices)s."), choices=", ".join(choices))
        return ""

    def key(self, value: object, place: Place, *, needed: bool = True) -> str:
        """A key of 16 characters, which stays the same wherever the course travels."""
        if isinstance(value, str) and (_KEY.fullmatch(value) or (value == "" and not needed)):
            return value
        if value is None and not needed:
            return ""
        self.fault(place, N_("A key of 16 small letters and digits belongs here."))
        return ""

    def language(self, value: object, place: Place) -> str:
        """The code of a language."""
        if isinstance(value, str) and _LANGUAGE.fullmatch(value):
            return value
        self.fault(place, N_("The code of a language belongs here, as en or sw."))
        return ""

    def field(self, declared: Field, value: object, place: Place) -> Value:
        """The value of a declared field as its column holds it."""
        if declared.kind is FieldKind.DAY and isinstance(value, str):
            value = _day(value)
        if isinstance(value, str) and _UNSHOWN.search(value):
            self.fault(place, N_("This holds characters that cannot be shown."))
            return declared.empty
        if declared.takes(value):
            return value  # type: ignore[return-value]
        self._refuse(declared, value, place)
        return declared.empty

    def _noted(self, place: Place) -> bool:
        return bool(self.faults) and self.faults[-1].place == place

    def _refuse(self, declared: Field, value: object, place: Place) -> None:
        if declared.kind is FieldKind.CHOICE:
            self.choice(value, place, tuple(declared.choices))
        elif declared.kind is FieldKind.FILE:
            self.key(value, place)
        elif declared.kind is FieldKind.DAY:
            self.fault(place, N_("A day belongs here, written as 2026-03-31."))
        elif declared.kind is FieldKind.NUMBER:
            self.fault(
                place,
                N_("A whole number from %(least)s to %(most)s belongs here."),
                least=declared.least,
                most=declared.most,
            )
        elif not isinstance(value, str):
            self.fault(place, N_("Text belongs here."))
        elif len(value) > declared.most:
            self.fault(
                place,
                N_("This has %(number)s characters; at most %(most)s are possible."),
                number=len(value),
                most=declared.most,
            )
        else:
            self.fault(place, N_("This must be on one line."))


def _day(text: str) -> date | str:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return text
    # Python also reads days that are written in other ways.
    return found if found.isoformat() == text else text


def shown(name: object) -> str:
    """A name out of a file, short and without what cannot be shown."""
    return _UNSHOWN.sub("", str(name))[:40]
