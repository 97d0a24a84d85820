"""Shaping of text in the fonts that the press has, and fitting a line into its room."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import uharfbuzz


# A glyph, its advance and its offset in 1024ths of a CSS pixel, and the character it begins with.
Glyph = tuple[int, int, int, int]

_WITHOUT_LIGATURES = {"liga": False, "clig": False, "dlig": False}
_SETTABLE_KINDS = {"Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sc", "Nd"}
_PRESENTATION_FORMS = frozenset(map(chr, range(0xFB00, 0xFB50)))
_known_settable = {chr(code) for code in range(0x20, 0x7F)}


class _Codes(dict[int, str]):
    """Glyphs as four hexadecimal digits, each written when it is first asked for.

    A table of all of them would take 4 MB in every process, and a batch needs a hundred.
    """

    def __missing__(self, glyph: int) -> str:
        code = self[glyph] = f"{glyph:04x}"
        return code


_HEX = _Codes()
# Large enough that nothing is lost by rounding.
_MEASURE = 1_000_000


@dataclass(frozen=True, slots=True)
class SetLine:
    """A line as the operand of TJ, and its width in 1024ths of a CSS pixel."""

    shown: str
    width: int


def is_latin(text: str) -> bool:
    """True if a text runs from left to right in one script, so that one font may set it alone."""
    unknown = set(text) - _known_settable
    for character in unknown:
        if character in _PRESENTATION_FORMS:
            # Their glyphs are those of the letters, and would be read back as these.
            return False
        if unicodedata.name(character, "").startswith("LATIN ") or (
            unicodedata.category(character) in _SETTABLE_KINDS
            and unicodedata.bidirectional(character) in ("ON", "ET", "ES", "CS", "EN")
        ):
            _known_settable.add(character)
        else:
            return False
    return True


class Shaper:
    """Sets lines in one font."""

    def __init__(
        self,
        content: bytes,
        index: int,
        variations: Mapping[str, float],
        features: Mapping[str, int],
        language: str,
        letter_spacing: int,
    ) -> None:
        import uharfbuzz

        self._harfbuzz = uharfbuzz
        self._face = uharfbuzz.Face(content, index)
        self._variations = dict(variations)
        self._features: dict[str, bool | int] = dict(features)
        if letter_spacing:
            self._features = {**_WITHOUT_LIGATURES, **self._features}
        self._language = language
        self._letter_spacing = letter_spacing
        self._fonts: dict[int, uharfbuzz.Font] = {}

    def _font(self, units: int) -> uharfbuzz.Font:
        font = self._fonts.get(units)
        if font is None:
            font = self._harfbuzz.Font(self._face)
            font.scale = (units, units)
            if self._variations:
                font.set_variations(self._variations)
            self._fonts[units] = font
        return font

    def glyphs(self, text: str, units: int) -> list[Glyph] | None:
        """The glyphs of a text in NFC, or None if it can't be set here.

        That is so if a glyph is missing, or must be moved off the line as some marks are.
        """
        # One for each line, since threads share a plate.
        buffer = self._harfbuzz.Buffer()
        buffer.add_str(text)
        buffer.guess_segment_properties()
        buffer.language = self._language
        self._harfbuzz.shape(self._font(units), buffer, self._features)
        glyphs = []
        for information, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
            offset_x, offset_y, advance, _ = position.position
            if not information.codepoint or offset_x or offset_y:
                return None
            glyphs.append((information.codepoint, advance, 0, information.cluster))
        return self._spaced(glyphs) if self._letter_spacing and glyphs else glyphs

    def nominal_advance(self, glyph: int, units: int) -> int:
        """How wide a glyph is where no other follows, in 1024ths of a CSS pixel."""
        return int(self._font(units).get_glyph_h_advance(glyph))

    def rise(self) -> float:
        """How far the font rises above the foot of its letters, less how far it falls, of its size.

        As the engine measures a line, whatever letters stand in it.
        """
        extents = self._font(_MEASURE).get_font_extents("ltr")
        return (extents.ascender + extents.descender) / _MEASURE

    def _spaced(self, glyphs: list[Glyph]) -> list[Glyph]:
        """Half of the spacing on either side of each glyph, and none at the ends of the line."""
        left = int(self._letter_spacing / 2)
        right = self._letter_spacing - left
        last = len(glyphs) - 1
        return [
            (
                glyph,
                advance + (left if number else 0) + (right if number < last else 0),
                left if number else 0,
                cluster,
            )
            for number, (glyph, advance, _, cluster) in enumerate(glyphs)
        ]

    def line(self, text: str, units: int, widths: Mapping[int, int]) -> SetLine | None:
        """The line at this size, or None if a glyph is missing in the font or in its subset."""
        glyphs = self.glyphs(text, units)
        if glyphs is None:
            return None
        shown = ["<"]
        thousandth = 1000 / units
        total = self._letter_spacing
        try:
            for glyph, advance, offset, _ in glyphs:
                moved = offset * 1024 / units
                if moved:
                    shown.append(f">{-moved:.3f}<")
                shown.append(_HEX[glyph])
                total += advance
                correction = int(widths[glyph] + moved - advance * thousandth)
                if correction:
                    shown.append(f">{correction}<")
        except KeyError:
            return None
        shown.append(">")
        return SetLine("".join(shown), total)


def normal(text: str) -> str:
    """The text with its marks composed, as fonts have them."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


# A name may shrink to this share of its full size before it takes a second line.
LEAST_ON_ONE_LINE = 0.6
# Lines break at words, so two lines never hold quite twice one line's width.
TWO_LINES = 2 * 0.86
LARGEST_ON_TWO_LINES = 0.74
LEAST_POINTS = 9.0


def fitted_points(natural_width: float, line_width: float, full_points: float) -> float:
    """The size at which a name as wide as that fits: on one line if legible, else on two."""
    room = line_width / max(natural_width, 0.01)
    if room >= 1:
        return full_points
    if room >= LEAST_ON_ONE_LINE:
        points = full_points * room
    else:
        points = full_points * min(LARGEST_ON_TWO_LINES, room * TWO_LINES)
    # A quarter point down: rounding up would break the line after all.
    return max(LEAST_POINTS, int(points * 4) / 4)


def balanced_width(name: str, width: float) -> float:
    """Where to break a name as wide as that so that two lines become nearly equal."""
    # Half and half a word is the least that certainly takes no third line.
    longest = max(map(len, name.split()), default=0) + 1
    return width * (0.5 + 0.5 * longest / (len(name) + 1))


# The letters of names in this region and its neighbours.
LETTERS = "".join(map(chr, [*range(0x20, 0x7F), *range(0xC0, 0x100)])) + "ĨĩŨũ’ʼ–"
SERIAL_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-"
DIGITS = "0123456789"


def letters_beyond(usual: str, texts: Iterable[str]) -> list[str]:
    """The other letters of some texts that a plate can set, in order."""
    used = set().union(*map(normal, set(texts)))
    return sorted(letter for letter in used - set(usual) if is_latin(letter))
