"""Sources of marks outside this site: a room above that takes marks over declares in words where
they came from, for readers of the history of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kash.feature import Part, declared


@dataclass(frozen=True)
class MarkSource(Part):
    """A source: its operations name as their device `begins` and an id of the room's own, so that
    it is known even when that is gone. The text is told the `time` at which a mark was made."""

    begins: str
    text: Any

    def device(self, public_id: str) -> str:
        """The device that operations name."""
        return f"{self.begins}:{public_id}"


def source_of(device: str) -> MarkSource | None:
    """The source that a device belongs to; None for a phone or a page of this site."""
    begins, colon, _id = device.partition(":")
    return next(
        (source for source in declared(MarkSource) if colon and source.begins == begins), None
    )
