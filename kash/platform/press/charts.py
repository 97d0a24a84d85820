"""Charts as SVG, in the looks that paper and pages share."""

from __future__ import annotations

import re
import textwrap
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, TypeVar

from kash.platform.press.markup import escaped, one_line

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
    series = next((looks[kind] for kind in classes if kind in looks), None)
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


_HEIGHT = 230
_BAR, _BETWEEN = 17, 11
# Labels of months and quarters stand below; whatever is longer has a line of its own.
_SHORT, _FEW = 8, 6
# Letters of a line of a label beside a lying bar, and its lines; the table has the whole.
_LONGEST, _LINES = 21, 2

Values = Sequence[float | None]
Places = Sequence[tuple[float, float]]
Written = Callable[[float], str]
_Shown = TypeVar("_Shown")


def plain_number(value: float) -> str:
    """At most one decimal, and none where it says nothing."""
    return f"{round(value, 1):,g}"


def line_chart(
    title: str,
    labels: Sequence[str],
    series: Mapping[str, Values],
    limits: Mapping[str, Values] | None = None,
    *,
    written: Written = plain_number,
) -> str:
    """Lines over months or quarters, as SVG. None is a gap, never a zero.

    `limits` are lines without points of their own, such as a mean and what lies within chance.
    """
    import pygal

    if not _known(series):
        return ""
    limits = limits or {}
    chart = pygal.Line(
        allow_interruptions=True,
        dots_size=3,
        truncate_label=-1,
        margin_right=_half_of(labels),
        **_common(written, _HEIGHT, _reach(series, limits)),
    )
    step = _step(labels)
    chart.x_labels = [
        one_line(str(label)) if place % step == 0 else "" for place, label in enumerate(labels)
    ]
    entries = []
    for look, name, values in _looks(series, limits):
        chart.add(one_line(str(name)), list(values), show_dots=look.dotted)
        entries.append(LegendEntry(str(name), look))
    return drawn(chart, title, _HEIGHT, entries)


def bar_chart(
    title: str,
    labels: Sequence[str],
    series: Mapping[str, Values],
    target: float | Values | None = None,
    *,
    target_name: str = "",
    written: Written = plain_number,
) -> str:
    """Bars with their figures, as SVG: standing ones for a few short labels, else lying ones.

    None has no bar. `target` is one for all labels or one for each, drawn across its bars;
    `target_name` is what the legend calls it.
    """
    if not _known(series):
        return ""
    targets = _for_each(target, len(labels))
    standing = len(labels) <= _FEW and all(len(str(label)) <= _SHORT for label in labels)
    height = _HEIGHT if standing else 30 + len(labels) * (_BETWEEN + _BAR * len(series))
    chart = _bars(
        standing,
        targets,
        print_values=True,
        print_values_position="top",
        show_x_labels=standing,
        **_common(written, height, _reach(series, {target_name: targets}, room=1.12)),
    )
    order = slice(None, None, 1 if standing else -1)
    lines = _lines_of([one_line(str(label)) for label in labels], 1 if standing else _LINES)
    # The library makes room for the longest line.
    chart.x_labels = [_longest(value) for value in lines][order]
    entries = []
    for place, (name, values) in enumerate(series.items()):
        look = series_look(place, filled=True)
        chart.add(one_line(str(name)), list(values)[order])
        entries.append(LegendEntry(str(name), look))
    if any(value is not None for value in targets):
        entries.append(LegendEntry(str(target_name), target_look()))
    return drawn(chart, title, height, entries, {_longest(value): value for value in lines})


def scatter_chart(
    title: str,
    points: Mapping[str, Places],
    curves: Mapping[str, Places] | None = None,
    *,
    x_title: str = "",
    y_title: str = "",
    written: Written = plain_number,
) -> str:
    """Points by two figures, as SVG, and curves without points, such as the limits of a funnel."""
    import pygal

    if not any(points.values()):
        return ""
    curves = curves or {}
    heights = {name: [y for _x, y in places] for name, places in (*points.items(), *curves.items())}
    chart = pygal.XY(
        dots_size=4,
        x_value_formatter=written,
        x_title=one_line(str(x_title)) or None,
        y_title=one_line(str(y_title)) or None,
        **_common(written, _HEIGHT + 40, _reach(heights, {})),
    )
    chart.x_labels_major_count, chart.show_minor_x_labels = 5, False
    entries = []
    for look, name, places in _looks(points, curves):
        chart.add(one_line(str(name)), list(places), stroke=not look.dotted, show_dots=look.dotted)
        entries.append(LegendEntry(str(name), replace(look, lined=not look.dotted)))
    return drawn(chart, title, _HEIGHT + 40, entries)


def picture_of(svg: str) -> str:
    """A chart as the address of an `img`, which needs an `alt`; empty for no chart."""
    return f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}" if svg else ""


def _common(written: Written, height: int, reach: tuple[float, float]) -> dict[str, Any]:
    """Settings of every chart: nothing is fetched, and nothing moves."""
    from pygal.style import Style

    sizes = dict.fromkeys(
        ("label", "major_label", "value", "value_label", "title", "legend", "no_data"), LABEL_SIZE
    )
    return {
        "js": [],
        "css": [],
        "style": Style(**{f"{name}_font_size": size for name, size in sizes.items()}),
        "width": WIDTH,
        "height": height,
        "margin": 8,
        "margin_top": 14,
        "spacing": 6,
        "range": reach,
        "max_scale": 6,
        "show_legend": False,
        "no_data_text": "",
        "value_formatter": written,
    }


def _looks(
    main: Mapping[str, _Shown], limits: Mapping[str, _Shown]
) -> list[tuple[Look, str, _Shown]]:
    return [
        *((series_look(place), name, label) for place, (name, label) in enumerate(main.items())),
        *((limit_look(place), name, label) for place, (name, label) in enumerate(limits.items())),
    ]


def _known(series: Mapping[str, Values]) -> list[float]:
    return [value for value in chain(*series.values()) if value is not None]


def _reach(
    series: Mapping[str, Values], limits: Mapping[str, Values], *, room: float = 1.04
) -> tuple[float, float]:
    """From nought, so that no difference looks larger than it is, to a little above the largest."""
    values = [0.0, *_known(series), *_known(limits)]
    return min(values), max(values) * room or 1.0


def _for_each(target: float | Values | None, places: int) -> list[float | None]:
    if target is None or isinstance(target, int | float):
        return [target] * places
    return list(target)


def _step(labels: Sequence[str]) -> int:
    """Every so manieth label is written, so that they stand clear of each other."""
    longest = max((len(str(label)) for label in labels), default=1)
    room = max(2, int((WIDTH - 70) / (longest * LABEL_SIZE * 0.6 + 8)))
    return max(1, -(-len(labels) // room))


def _half_of(labels: Sequence[str]) -> int:
    """Room for the half of the last label that goes beyond the plot."""
    return max(8, int(max(len(str(label)) for label in labels) * LABEL_SIZE * 0.3))


def _lines_of(labels: Sequence[str], most: int) -> list[list[str]]:
    """Labels as a chart has room for them. Those that would be known by the same line have one."""
    lines = [
        textwrap.wrap(label, _LONGEST, max_lines=most, placeholder="…") or [""] for label in labels
    ]
    longest = [_longest(line) for line in lines]
    return [
        line if longest.count(_longest(line)) == 1 else [_cut(label)]
        for label, line in zip(labels, lines, strict=True)
    ]


def _longest(lines: Sequence[str]) -> str:
    return max(lines, key=len)


def _cut(label: str) -> str:
    return label if len(label) <= _LONGEST else label[: _LONGEST - 1].rstrip() + "…"


def _bars(standing: bool, targets: list[float | None], **settings: Any) -> Any:
    """A chart of bars that draws its targets above them: the library knows none."""
    import pygal

    kind: Any = pygal.Bar if standing else pygal.HorizontalBar

    class BarsWithTargets(kind):
        def _plot(self) -> None:
            super()._plot()
            # White below ink, so that it is seen on a dark bar too.
            for name, thick in (("targets ground", 5), ("targets", 2)):
                over = self.svg.node(self.nodes["overlay"], class_=name)
                for place, target in enumerate(targets if standing else targets[::-1]):
                    if target is not None:
                        left, at = self.view((place / len(targets), target))
                        right, _at = self.view(((place + 1) / len(targets), target))
                        self.svg.transposable_node(
                            over,
                            "rect",
                            x=left + 2,
                            y=at - thick / 2,
                            width=right - left - 4,
                            height=thick,
                        )

    return BarsWithTargets(**settings)
