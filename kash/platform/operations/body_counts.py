"""Counts of other people's bodies in one web process: how many come from where, how much they hold.

A body that is not large holds the bytes of it that have come. For a large one room is set aside
before it is read, from its head to its answer, and its bytes do not count beside that.
"""

from __future__ import annotations

from collections import Counter


class Body:
    """How one connection's body counts. `wanted` and `room` are the bytes that a large one asks
    for, and that are set aside for it."""

    def __init__(self) -> None:
        self.network = ""
        # Whether it counts among the bodies from there.
        self.counted = False
        # Bytes of it that count among what bodies hold, until it is answered.
        self.holds = 0
        self.wanted = self.room = 0


class BodyCounts:
    """The counts of one process."""

    def __init__(self) -> None:
        self._of_network: Counter[str] = Counter()
        # Bytes that bodies hold which are not large.
        self.held = 0
        self._set_aside = 0

    def count(self, body: Body, network: str) -> None:
        """A body is on its way from a network."""
        body.network = network
        body.counted = True
        self._of_network[network] += 1

    def count_no_longer(self, body: Body) -> None:
        """It is none of those on their way any more."""
        if body.counted:
            body.counted = False
            self._of_network -= Counter([body.network])

    def from_where(self, body: Body) -> int:
        """How many are on their way from where it comes."""
        return self._of_network[body.network]

    def hold(self, body: Body, size: int) -> None:
        """It holds so many bytes now."""
        self.held += size - body.holds
        body.holds = size

    def has_room(self, body: Body, room: int) -> bool:
        """True if a large body may come, of `room` bytes for all of them. One alone always may."""
        return not self._set_aside or self._set_aside + body.wanted <= room

    def set_aside(self, body: Body) -> None:
        """Take the room that a large body wants."""
        body.room = body.wanted
        self._set_aside += body.room
        self.hold(body, 0)

    def give_back(self, body: Body) -> None:
        """It needs that room no longer."""
        self._set_aside -= body.room
        body.room = 0
