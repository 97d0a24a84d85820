"""Sealed items of a phone's queue, as they came over the network or in a file."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from kash.attendance.rules.queue import SealedItem
from kash.platform.vault.phones import POINT, from_unpadded
from kash.platform.web.errors import Problem

_LARGEST_ITEM = 128 * 1024


class NotSent(Problem):
    """A body that no pad sends. `code` is what a program reads of it."""

    status = 400

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


class TooMuchSent(NotSent):
    """A body with more than a pad sends at once."""

    status = 413

    def __init__(self) -> None:
        super().__init__("too_large", _("These are too many marks at once. Send them in parts."))


def sealed_items(given: object, most: int) -> list[SealedItem]:
    """The items of a queue as they came. Raises NotSent and TooMuchSent."""
    if not isinstance(given, list):
        raise NotSent("unreadable", _("This could not be read."))
    if len(given) > most:
        raise TooMuchSent
    # All that one page queued came with one public half.
    points: dict[str, bytes] = {}
    try:
        return [_item(each, points) for each in given]
    except (TypeError, KeyError, ValueError, AttributeError):
        raise NotSent("unreadable", _("This could not be read.")) from None


def _item(given: dict[str, Any], points: dict[str, bytes]) -> SealedItem:
    sequence, sealed, written = given["seq"], given["ct"], given["epk"]
    if type(sequence) is not int or not 0 <= sequence < 2**31 or len(sealed) > _LARGEST_ITEM:
        raise ValueError
    ephemeral = points.get(written)
    if ephemeral is None:
        ephemeral = points[written] = from_unpadded(written)
    if len(ephemeral) != POINT:
        raise ValueError
    return SealedItem(sequence, ephemeral, from_unpadded(given["iv"]), from_unpadded(sealed))
