"""The look of charts: what a library drew, taken over as bare shapes in the house's own style.

Of the library's picture only shapes and texts are kept, each with its look as attributes. Left out
are its style sheet, its script, what it tells of itself, and every id: the same figures give the
same bytes. Series differ by line, point and shade as well as by colour, for paper without colours.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kash.platform.press.markup import escaped

# Units of the picture's own: about as many pixels as a phone has, and half as many millimetres.
WIDTH, LABEL_SIZE = 360, 13

_INK, _SOFT, _LINE, _PAPER = "#17201f", "#48524f", "#d7d9d2", "#ffffff"
_FONTS = "Source Sans 3, Segoe UI, Roboto, Noto Sans, Liberation Sans, sans-serif"
_COLOURS = ("#0a5463", "#d0902b", "#8c2f1f", "#8fb9c0", "#626b68")
_DASHES = ("", "7 3", "2 3", "9 3 2 3", "5 2")
_LIMIT_DASHES = ("", "5 4", "2 4", "8 3 2 3")
_SHAPES = {
    "rect": ("x", "y", "width", "height"),
    "path": ("d",),
    "circle": ("cx", "cy", "r"),
    "text": ("x", "y", "transform"),
    "g": ("transform",),
}
_NUMBER = re.compile(r"-?\d+\.\d+")
_LETTERS, _LINE_HEIGHT, _SWATCH = 48, 18, 26


@dataclass(frozen=True, slots=True)
class Look:
    """The look of a series: its colour, its line, and whether each value has a point or a bar."""

    colour: str
    dash: str = ""
    width: float = 2
    dotted: bool = True
    hollow: bool = False
    filled: bool = False
    lined: bool = True

    @property
    def line(self) -> str:
        dash = f' stroke-dasharray="{self.dash}"' if self.dash else ""
        return f'fill="none" stroke="{self.colour}" stroke-width="{self.width:g}"{dash}'

    @property
    def dot(self) -> str:
        inside = _PAPER if self.hollow else self.colour
        return f'fill="{inside}" stroke="{self.colour}" stroke-width="1.5"'


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """A line of the legend."""

    name: str
    look: Look


def series_look(place: int, *, filled: bool = False) -> Look:
    at = place % len(_COLOURS)
    return Look(_COLOURS[at], _DASHES[at], hollow=at % 2 == 1, filled=filled)


def limit_look(place: int) -> Look:
    return Look(_SOFT, _LIMIT_DASHES[place % len(_LIMIT_DASHES)], 1.2, dotted=False)


def target_look() -> Look:
    return Look(_INK, dotted=False)


def drawn(
    chart: Any,
    title: str,
    height: int,
    entries: Sequence[LegendEntry],
    wrapped: Mapping[str, Sequence[str]] | None = None,
) -> str:
    """A chart of the library as SVG, with the legend below it if there is more than one line to it.

    `entries` are its series in order, `wrapped` the lines that stand in place of a label.
    """
    looks = {f"serie-{place}": entry.look for place, entry in enumerate(entries)}
    lines = _legend(entries) if len(entries) > 1 else []
    whole = height + _LINE_HEIGHT * len(lines) + (8 if lines else 0)
    shapes = "".join(_shapes(chart.render_tree(), looks, (), wrapped or {}))
    legend = "".join(
        f'<g transform="translate(10 {height + _LINE_HEIGHT * place})">{line}</g>'
        for place, line in enumerate(lines)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {whole}" role="img"'
        f' font-family="{_FONTS}" font-size="{LABEL_SIZE}" fill="{_INK}">'
        f"<title>{escaped(str(title))}</title>"
        f'<rect width="{WIDTH}" height="{whole}" fill="{_PAPER}"/>{shapes}{legend}</svg>'
    )


def _shapes(
    node: Any,
    looks: Mapping[str, Look],
    above: tuple[str, ...],
    wrapped: Mapping[str, Sequence[str]],
) -> Iterator[str]:
    # Comments have no name.
    name = node.tag if isinstance(node.tag, str) else ""
    classes = (*above, *node.attrib.get("class", "").split())
    if "tooltip" in classes:
        return
    if name not in _SHAPES:
        for child in node:
            yield from _shapes(child, looks, classes, wrapped)
        return
    places = "".join(
        f' {place}="{_short(node.attrib[place])}"'
        for place in _SHAPES[name]
        if place in node.attrib
    )
    if name == "g":
        inside = "".join(part for child in node for part in _shapes(child, looks, classes, wrapped))
        if inside:
            yield f"<g{places}>{inside}</g>" if places else inside
        return
    look = _look_of(name, classes, looks)
    lines = wrapped.get(node.text or "", ()) if name == "text" and "axis" in classes else ()
    if len(lines) > 1:
        first = float(node.attrib["y"]) - (len(lines) - 1) * LABEL_SIZE / 2
        for place, line in enumerate(lines):
            at = _short(f"{first + place * LABEL_SIZE:.1f}")
            yield f'<text x="{_short(node.attrib["x"])}" y="{at}" {look}>{escaped(line)}</text>'
        return
    text = escaped(node.text or "") if name == "text" else ""
    if look is None or (name == "text" and not text):
        return
    yield f"<{name}{places} {look}>{text}</{name}>" if text else f"<{name}{places} {look}/>"


def _short(places: str) -> str:
    """Numbers as they can be seen, to a tenth."""
    return _NUMBER.sub(lambda found: f"{float(found[0]):.1f}".removesuffix(".0"), places)


def _look_of(name: str, classes: Sequence[str], looks: Mapping[str, Look]) -> str | None:
    """Attributes of a shape; None for what is left out."""
    series = next((looks[one] for one in classes if one in looks), None)
    if name == "text":
        if "value" in classes:
            sideways = "horizontal" in classes
            return f'text-anchor="{"start" if sideways else "middle"}" fill="{_INK}"'
        if "axis" in classes:
            return f'text-anchor="{"end" if "y" in classes else "middle"}" fill="{_SOFT}"'
        return f'text-anchor="middle" fill="{_SOFT}"'
    if "background" in classes:
        return None
    if "targets" in classes:
        return f'fill="{_PAPER if "ground" in classes else _INK}"'
    if series is not None:
        if name == "rect":
            return f'fill="{series.colour}"'
        return series.dot if name == "circle" else series.line
    if "guide" in classes:
        shown = ("y" in classes) != ("horizontal" in classes)
        return f'fill="none" stroke="{_LINE}"' if shown else None
    return f'fill="none" stroke="{_SOFT}"'


def _legend(entries: Sequence[LegendEntry]) -> list[str]:
    """Lines below the plot; a long name goes on in a line of its own."""
    lines = []
    for entry in entries:
        first, *more = textwrap.wrap(entry.name, _LETTERS) or [""]
        lines.append(_sign(entry.look) + _said(first))
        lines += [_said(line) for line in more]
    return lines


def _said(text: str) -> str:
    return f'<text x="{_SWATCH + 8}" y="13" fill="{_SOFT}">{escaped(text)}</text>'


def _sign(look: Look) -> str:
    if look.filled:
        return f'<rect x="8" y="2" width="14" height="12" fill="{look.colour}"/>'
    line = f'<path d="M0 8h{_SWATCH}" {look.line}/>' if look.lined else ""
    return line + (f'<circle cx="{_SWATCH / 2:g}" cy="8" r="3" {look.dot}/>' if look.dotted else "")
