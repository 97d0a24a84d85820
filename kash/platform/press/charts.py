"""Charts as pictures made of lines, drawn on the server: for a page, and the same for paper.

A chart never stands alone: beside it stands the table of its figures, which is what those read who
see no pictures, and every chart carries its title. There is no script in one, no style sheet and no
address, so that it is shown under any content policy. Sizes are chosen for a phone of 360 pixels;
wider pages and paper set it larger (`templates/macros/charts.html`, class `chart` in documents).
Where no figure is known there is no chart but an empty text: the page says so in words.
"""

from __future__ import annotations

import textwrap
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any, TypeVar

from kash.platform.press.chart_looks import (
    LABEL_SIZE,
    WIDTH,
    LegendEntry,
    Look,
    drawn,
    limit_look,
    series_look,
    target_look,
)
from kash.platform.press.markup import one_line

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
    said = _lines_of([one_line(str(label)) for label in labels], 1 if standing else _LINES)
    # The library makes room for the longest line.
    chart.x_labels = [_longest(one) for one in said][order]
    entries = []
    for place, (name, values) in enumerate(series.items()):
        look = series_look(place, filled=True)
        chart.add(one_line(str(name)), list(values)[order])
        entries.append(LegendEntry(str(name), look))
    if any(one is not None for one in targets):
        entries.append(LegendEntry(str(target_name), target_look()))
    return drawn(chart, title, height, entries, {_longest(one): one for one in said})


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
        *((series_look(place), name, one) for place, (name, one) in enumerate(main.items())),
        *((limit_look(place), name, one) for place, (name, one) in enumerate(limits.items())),
    ]


def _known(series: Mapping[str, Values]) -> list[float]:
    return [one for one in chain(*series.values()) if one is not None]


def _reach(
    series: Mapping[str, Values], limits: Mapping[str, Values], *, room: float = 1.04
) -> tuple[float, float]:
    """From nought, so that no difference looks larger than it is, to a little above the largest."""
    known = [0.0, *_known(series), *_known(limits)]
    return min(known), max(known) * room or 1.0


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
    said = [
        textwrap.wrap(label, _LONGEST, max_lines=most, placeholder="…") or [""] for label in labels
    ]
    known = [_longest(one) for one in said]
    return [
        one if known.count(_longest(one)) == 1 else [_cut(label)]
        for label, one in zip(labels, said, strict=True)
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
