"""Pictures of the rule, drawn without words so that they serve each language: on the page, and on
paper. Each is an address that holds the whole picture."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from functools import lru_cache

_INK, _LAKE, _LINE, _PALE = "#17201f", "#0a5463", "#8a938f", "#e6ecea"
_SIGN, _SMALL = 26, 15
# Where the pips of a face stand, in quarters of its side.
_PIPS = {
    1: ((2, 2),),
    2: ((1, 1), (3, 3)),
    3: ((1, 1), (2, 2), (3, 3)),
    4: ((1, 1), (1, 3), (3, 1), (3, 3)),
}


@lru_cache(maxsize=4)
def hundred_dots(filled: int) -> str:
    """A hundred dots in ten rows, some of them filled."""
    dots = []
    for place in range(100):
        x, y = place % 10 * 20 + 10, place // 10 * 20 + 10
        look = f'fill="{_LAKE}"' if place < filled else f'fill="none" stroke="{_LINE}"'
        dots.append(f'<circle cx="{x}" cy="{y}" r="7" stroke-width="1.5" {look}/>')
    return _address(200, 200, "".join(dots))


@lru_cache(maxsize=1)
def four_steps() -> str:
    """One line on its way: it is counted, three rolls before a one add three, one roll before a one
    takes one away, it is rounded, and what was counted and thrown is struck out."""
    counted = _panel(0, 140, _number(70, "44"))
    thrown = _panel(180, 200, _rolls(26, (3, 2, 4), "+3") + _rolls(70, (2,), "−1"))
    rounded = _panel(420, 150, _number(456, "46") + _arrow(496) + _number(534, "45", _LAKE))
    gone = _panel(610, 130, _number(675, "44", _LINE) + _struck(645, 705))
    between = "".join(_arrow(at) for at in (162, 402, 592))
    return _address(740, 120, counted + thrown + rounded + gone + between)


def _panel(x: int, wide: int, inside: str) -> str:
    box = f'<rect x="{x + 1}" y="10" width="{wide - 2}" height="98" rx="8" fill="{_PALE}"/>'
    return box + inside


def _rolls(y: int, faces: Sequence[int], sign: str) -> str:
    """Rolls within one frame with what they make, and apart from them the one that ended them."""
    dice = "".join(_die(194 + 33 * place, y, face) for place, face in enumerate(faces))
    frame = (
        f'<rect x="189" y="{y - 5}" width="{33 * len(faces) + 5}" height="38" rx="7" fill="none"'
        f' stroke="{_INK}" stroke-width="1.5"/>'
    )
    return frame + dice + _text(314, y + 20, sign, _SMALL) + _die(340, y, 1)


def _number(x: int, text: str, colour: str = _INK) -> str:
    return _text(x, 69, text, _SIGN, colour)


def _text(x: int, y: int, text: str, size: int, colour: str = _INK) -> str:
    return (
        f'<text x="{x}" y="{y}" font-family="sans-serif" font-size="{size}" font-weight="600"'
        f' text-anchor="middle" fill="{colour}">{text}</text>'
    )


def _die(x: int, y: int, face: int) -> str:
    colour = _LAKE if face == 1 else _INK
    pips = "".join(
        f'<circle cx="{x + 7 * across}" cy="{y + 7 * down}" r="2.6" fill="{colour}"/>'
        for across, down in _PIPS[face]
    )
    return (
        f'<rect x="{x}" y="{y}" width="28" height="28" rx="5" fill="#fff" stroke="{colour}"'
        f' stroke-width="2"/>{pips}'
    )


def _arrow(x: int) -> str:
    return (
        f'<path d="M{x - 12} 60h20m-7 -6l7 6l-7 6" fill="none" stroke="{_LINE}"'
        ' stroke-width="2.5"/>'
    )


def _struck(first: int, last: int) -> str:
    return f'<path d="M{first} 76L{last} 44" stroke="{_INK}" stroke-width="3"/>'


def _address(width: int, height: int, inside: str) -> str:
    drawn = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
        f' height="{height}">{inside}</svg>'
    )
    return f"data:image/svg+xml;base64,{b64encode(drawn.encode()).decode()}"
