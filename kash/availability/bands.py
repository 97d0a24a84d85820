"""Distance bands: the words by which rates know how far somebody comes, offered for venues."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kash.feature import Part, declared


@dataclass(frozen=True)
class DistanceBands(Part):
    """Words of the bands that are in force."""

    words: Callable[[], Sequence[str]]


def band_words() -> list[str]:
    """The bands in force, in their order, each once."""
    return list(dict.fromkeys(word for part in declared(DistanceBands) for word in part.words()))
