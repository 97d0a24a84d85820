"""Letters for which the fonts of a plate are asked before anybody's name is known."""

from __future__ import annotations

from collections.abc import Iterable

from kash.platform.press.shaping import is_latin, normal

# The letters of names in this region and its neighbours.
LETTERS = "".join(map(chr, [*range(0x20, 0x7F), *range(0xC0, 0x100)])) + "ĨĩŨũ’ʼ–"
SERIAL_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-"
DIGITS = "0123456789"


def letters_beyond(usual: str, texts: Iterable[str]) -> list[str]:
    """The other letters of some texts that a plate can set, in order."""
    used = set().union(*map(normal, set(texts)))
    return sorted(letter for letter in used - set(usual) if is_latin(letter))
