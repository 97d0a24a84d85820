"""Values that occur nowhere else, to be planted and looked for, and who plants them.

Each holds one of a few stems, or is a phone number of a range of its own, written in several ways.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from flask.testing import FlaskClient

from kash.policy import Actor
from tests.conftest import AMember

_WORDS = ("Qzvk9Wpt", "Xjw7Brqh")
# +254755509100 to +254755509199, as people write them.
_PHONES = ("+2547555091{:02}", "07555091{:02}", "0755 509 1{:02}", "0755-509-1{:02}")
STEMS = (*_WORDS, "7555091", "755 509 1", "755-509-1")
# Planted where anybody may find it.
CONTROL = "Wqx5Tnzj"

_SHAPES = {
    "name": "Akinyi {}",
    "phrase": "they said {} and laughed",
    "place": "behind {} stage",
    "word": "{}",
}


def _all_phones() -> Iterator[str]:
    return (shape.format(number) for number in range(100) for shape in _PHONES)


@dataclass
class Canaries:
    """What was planted: `kept` must be found again by whoever holds keys, `passing` was typed where
    nothing should keep it. Each with the place where it was planted."""

    kept: dict[str, str] = field(default_factory=dict)
    passing: dict[str, str] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=count, repr=False)
    _phones: Iterator[str] = field(default_factory=lambda: _all_phones(), repr=False)

    def __len__(self) -> int:
        return len(self.kept) + len(self.passing)

    def new(self, where: str, kind: str = "name", *, kept: bool = True) -> str:
        """A new value of a kind: name, phrase, place, word or phone."""
        if kind == "phone":
            value = next(self._phones)
        else:
            number = next(self._numbers)
            stem = _WORDS[number % len(_WORDS)]
            value = _SHAPES[kind].format(f"{stem}{number:04}")
        (self.kept if kept else self.passing)[value] = where
        return value

    def passed(self, where: str, kind: str = "name") -> str:
        """A new value that nothing should keep."""
        return self.new(where, kind, kept=False)


@dataclass
class Room:
    """Who plants, and what came of it."""

    anna: AMember
    brenda: AMember
    doris: AMember
    grace: AMember
    carol: AMember
    """Carol holds keys; her vault is closed."""
    phones: dict[str, FlaskClient]
    mediator: Actor
    mediating: FlaskClient
    stranger: FlaskClient
    canaries: Canaries = field(default_factory=Canaries)
    papers: dict[str, bytes] = field(default_factory=dict)
    evidence: dict[str, bytes] = field(default_factory=dict)
    cases: list[str] = field(default_factory=list)


def post(client: FlaskClient, address: str, status: int, data: Any = None, **more: Any) -> Any:
    """Send a form and see that it was answered as it should be."""
    answer = client.post(address, data=data, **more)
    said = re.findall(rb'class="error".*?</div>', answer.data, re.S)
    assert answer.status_code == status, (address, answer.status_code, said)
    return answer
