"""QR codes: their symbols, and as SVG."""

from __future__ import annotations

import functools
import io
import itertools
import re
from dataclasses import dataclass
from operator import add, getitem, xor
from typing import Any, Literal

import segno
from segno import consts

from kash.platform.press.markup import escaped

QUIET_MODULES = 4


def qr_svg(payload: str, *, label: str = "QR") -> str:
    """An SVG element of class `qr` with the quiet zone inside it, to be put into a page as it is.

    `label` is what a screen reader says in place of the picture. An SVG wears no size of its own;
    the stylesheet gives it one. Error correction is M, so that a crease doesn't spoil it.
    """
    code = segno.make(payload, error="m", micro=False, boost_error=False)
    picture = io.BytesIO()
    code.save(
        picture,
        kind="svg",
        border=QUIET_MODULES,
        xmldecl=False,
        svgns=True,
        svgclass="qr",
        lineclass=None,
        omitsize=True,
        title=None,
        nl=False,
    )
    svg = picture.getvalue().decode("utf-8")
    start = svg.index(">") + 1
    return f"{svg[:start]}<title>{escaped(label)}</title>{svg[start:]}"


_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_ALPHANUMERIC = re.compile(r"[0-9A-Z $%*+\-./:]+")
_MASK = 3  # any is valid; one for all keeps the function affine
# The two characters of a pair are 11 bits, looked up as 6 and 5 so that the tables stay small.
_LOW = 5
_PAIRS = {
    a + b: divmod(i * 45 + j, 1 << _LOW)
    for i, a in enumerate(_ALPHABET)
    for j, b in enumerate(_ALPHABET)
}


_HALVES = ((0, 6), (6, 5))
# Beyond this a segment of bytes is rare enough, and its tables large enough, to be left to segno.
_LONGEST_IN_BYTES = 400

# The segments of a payload in order: the mode of each, and how many characters it has.
Layout = tuple[tuple[Literal["alphanumeric", "byte"], int], ...]


@dataclass(frozen=True, slots=True)
class Symbol:
    """A code of `size` modules a side. `rows` has a bit for each, 1 dark, rows in whole bytes."""

    size: int
    rows: bytes

    def dark(self, row: int, column: int) -> bool:
        """True if the module is dark."""
        width = (self.size + 7) // 8
        return bool(self.rows[row * width + column // 8] >> (7 - column % 8) & 1)


def qr_symbol(payload: str) -> Symbol:
    """The symbol of a payload, at error correction M, without its quiet zone."""
    layout = _layout(payload)
    if layout is None:
        return _packed(segno.make(payload, error="m", micro=False, boost_error=False))
    return _affine_symbols(layout).symbol(payload)


def _layout(payload: str) -> Layout | None:
    """The segments of a payload; None if a general encoder is to choose them."""
    if _ALPHANUMERIC.fullmatch(payload):
        return (("alphanumeric", len(payload)),)
    before, fragment, after = payload.partition("#")
    if fragment and _ALPHANUMERIC.fullmatch(before) and _ALPHANUMERIC.fullmatch(after):
        # An address in capitals with a fragment: "#" is the one character that needs a byte.
        return (("alphanumeric", len(before)), ("byte", 1), ("alphanumeric", len(after)))
    if payload and payload.isascii() and len(payload) <= _LONGEST_IN_BYTES:
        return (("byte", len(payload)),)
    return None


def _packed(code: segno.QRCode) -> Symbol:
    size = len(code.matrix)
    width = (size + 7) // 8
    rows = b"".join(
        (int("".join(str(module & 1) for module in line), 2) << (width * 8 - size)).to_bytes(width)
        for line in code.matrix
    )
    return Symbol(size, rows)


@functools.lru_cache(maxsize=6)
def _affine_symbols(layout: Layout) -> _AffineSymbols:
    return _AffineSymbols(layout)


class _AffineSymbols:
    """All symbols of payloads whose segments have the same lengths."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        version, places = _version_for(layout)
        code = segno.make(
            "0",
            version=version,
            error="m",
            mask=_MASK,
            mode="alphanumeric",
            boost_error=False,
            micro=False,
        )
        drawn = _packed(code)
        self._size, self._bytes = drawn.size, len(drawn.rows)
        pictures = _bit_pictures(version, range(8 * _data_codewords(version)))
        of_zero: Layout = (("alphanumeric", 1),)
        constant = int.from_bytes(drawn.rows)
        for bits in (_constant_bits(of_zero, version), _constant_bits(layout, version)):
            chosen = [picture for picture, bit in zip(pictures, bits, strict=True) if bit == "1"]
            constant = functools.reduce(xor, chosen, constant)
        self._constant = constant
        self._tables: list[list[int]] = []
        for (kind, length), first in zip(layout, places, strict=True):
            for at, count in _character_bits(kind, length):
                self._tables.append(_combined(pictures[first + at : first + at + count]))

    def symbol(self, payload: str) -> Symbol:
        values: list[int] = []
        at = 0
        for kind, length in self._layout:
            part = payload[at : at + length]
            at += length
            if kind == "byte":
                values += part.encode("ascii")
                continue
            pairs = map(add, part[::2], part[1::2])
            values += itertools.chain.from_iterable(map(_PAIRS.__getitem__, pairs))
            if length % 2:
                values.append(_ALPHABET.index(part[-1]))
        picture = functools.reduce(xor, map(getitem, self._tables, values), self._constant)
        return Symbol(self._size, picture.to_bytes(self._bytes))


def _character_bits(kind: str, length: int) -> list[tuple[int, int]]:
    """Where each number that a character or half a pair is lies in a segment, and how long."""
    if kind == "byte":
        return [(8 * at, 8) for at in range(length)]
    halves = [(11 * pair + at, count) for pair in range(length // 2) for at, count in _HALVES]
    return halves + [(length // 2 * 11, 6)] * (length % 2)


def _version_for(layout: Layout) -> tuple[int, list[int]]:
    """The smallest version that holds the segments, and the bit at which each begins."""
    for version in range(1, 41):
        places = []
        at = 0
        for kind, length in layout:
            at += 4 + _count_bits(kind, version)
            places.append(at)
            at += sum(count for _, count in _character_bits(kind, length))
        if at <= 8 * _data_codewords(version):
            return version, places
    raise ValueError("a code can't hold so much")


def _count_bits(kind: str, version: int) -> int:
    if kind == "byte":
        return 8 if version < 10 else 16
    return 9 if version < 10 else 11 if version < 27 else 13


def _data_codewords(version: int) -> int:
    return sum(kind.num_data * kind.num_blocks for kind in _blocks_of(version))


def _blocks_of(version: int) -> Any:
    tables: Any = consts.ECC
    return tables[version][consts.ERROR_LEVEL_M]


def _constant_bits(layout: Layout, version: int) -> str:
    """All data bits where every character is the first of its alphabet."""
    bits = ""
    for kind, length in layout:
        bits += "0100" if kind == "byte" else "0010"
        bits += f"{length:0{_count_bits(kind, version)}b}"
        bits += "0" * sum(count for _, count in _character_bits(kind, length))
    whole = 8 * _data_codewords(version)
    bits += "0" * min(4, whole - len(bits))
    bits += "0" * (-len(bits) % 8)
    return (bits + "1110110000010001" * (whole // 16 + 1))[:whole]


def _combined(pictures: list[int]) -> list[int]:
    """The picture of every value of some bits, the most significant bit first."""
    table = [0]
    for picture in reversed(pictures):
        table += [entry ^ picture for entry in table]
    return table


def _bit_pictures(version: int, bits: range) -> list[int]:
    """Effect of flipping each of these data bits on the symbol, as one whole number a bit."""
    places = _codeword_places(version)
    blocks: list[tuple[int, int]] = []  # data and error correction codewords of each block
    for kind in _blocks_of(version):
        blocks += [(kind.num_data, kind.num_total - kind.num_data)] * kind.num_blocks
    data_places, correction_places = _interleaved(places, blocks)
    corrections = [[_combined(place[::-1]) for place in block] for block in correction_places]
    remainders = {block: _remainders(*block) for block in set(blocks)}
    multiples = [[_product(value, 1 << bit) for value in range(256)] for bit in range(8)]
    pictures = []
    for bit in bits:
        codeword, shift = bit // 8, 7 - bit % 8
        block = 0
        while codeword >= blocks[block][0]:
            codeword -= blocks[block][0]
            block += 1
        values = map(multiples[shift].__getitem__, remainders[blocks[block]][codeword])
        corrected = map(getitem, corrections[block], values)
        pictures.append(functools.reduce(xor, corrected, data_places[block][codeword][shift]))
    return pictures


def _product(a: int, b: int) -> int:
    if not a or not b:
        return 0
    exponent: int = consts.GALIOS_EXP[(consts.GALIOS_LOG[a] + consts.GALIOS_LOG[b]) % 255]
    return exponent


def _remainders(data: int, correction: int) -> list[list[int]]:
    """For each data codeword of a block, the correction codewords that a 1 in it makes."""
    generator = [1]
    for power in range(correction):
        root = consts.GALIOS_EXP[power]
        shifted = [*generator, 0]
        for index, factor in enumerate(generator):
            shifted[index + 1] ^= _product(factor, root)
        generator = shifted
    remainders = [generator[1:]]
    for _ in range(data - 1):
        carried, *rest = remainders[-1]
        remainders.append(
            [
                value ^ _product(carried, factor)
                for value, factor in zip([*rest, 0], generator[1:], strict=True)
            ]
        )
    return remainders[::-1]


def _interleaved(
    places: list[list[int]], blocks: list[tuple[int, int]]
) -> tuple[list[list[list[int]]], list[list[list[int]]]]:
    """The places of each block's data and correction codewords, which take turns."""
    order = iter(places)
    kinds = []
    for part in (0, 1):
        of_blocks: list[list[list[int]]] = [[] for _ in blocks]
        for codeword in range(max(block[part] for block in blocks)):
            for block, counts in enumerate(blocks):
                if codeword < counts[part]:
                    of_blocks[block].append(next(order))
        kinds.append(of_blocks)
    return kinds[0], kinds[1]


def _codeword_places(version: int) -> list[list[int]]:
    """For each codeword, for each of its bits from the least, the module as a bit of the picture.

    Codewords run in columns two modules wide from the right, up and down in turn, round whatever
    is not data; the column of the timing pattern is left out.
    """
    size = 17 + 4 * version
    taken = _taken_by_patterns(version, size)
    width = (size + 7) // 8 * 8
    modules = []
    upwards = True
    for right in [*range(size - 1, 6, -2), 5, 3, 1]:
        for line in range(size - 1, -1, -1) if upwards else range(size):
            for column in (right, right - 1):
                if (line, column) not in taken:
                    modules.append(1 << (size - 1 - line) * width + width - 1 - column)
        upwards = not upwards
    return [modules[at : at + 8][::-1] for at in range(0, len(modules) // 8 * 8, 8)]


def _taken_by_patterns(version: int, size: int) -> set[tuple[int, int]]:
    """Where finders, timing, alignment, format and version stand: row and column."""
    taken = {(6, at) for at in range(size)} | {(at, 6) for at in range(size)}

    def fill(rows: range, columns: range) -> None:
        taken.update((line, column) for line in rows for column in columns)

    fill(range(9), range(9))
    fill(range(9), range(size - 8, size))
    fill(range(size - 8, size), range(9))
    if version >= 7:
        fill(range(6), range(size - 11, size - 8))
        fill(range(size - 11, size - 8), range(6))
    if version >= 2:
        centres = consts.ALIGNMENT_POS[version - 2]
        corners = {(6, 6), (6, centres[-1]), (centres[-1], 6)}
        for line, column in itertools.product(centres, repeat=2):
            if (line, column) not in corners:
                fill(range(line - 2, line + 3), range(column - 2, column + 3))
    return taken
