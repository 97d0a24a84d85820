"""Charts: bare shapes that any page may show, that say no more than their figures."""

import base64
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.platform.press import PagedDocument, document
from kash.platform.press.charts import (
    LABEL_SIZE,
    WIDTH,
    bar_chart,
    line_chart,
    picture_of,
    scatter_chart,
)

TAGS = {"svg", "title", "g", "rect", "path", "circle", "text"}
ATTRIBUTES = {"viewBox", "role", "x", "y", "width", "height", "d", "cx", "cy", "r", "transform"}
ATTRIBUTES |= {"fill", "stroke", "stroke-width", "stroke-dasharray", "text-anchor"}
ATTRIBUTES |= {"font-family", "font-size"}

figures = st.none() | st.integers(0, 10**7) | st.floats(0, 10**6, allow_nan=False)
rows = st.lists(st.tuples(st.text(max_size=30), figures, figures), max_size=8)


def shapes(svg, tag):
    return [one for one in ET.fromstring(svg).iter() if one.tag.endswith("}" + tag)]


def words(svg):
    return [one.text for one in shapes(svg, "text")]


def drawn_all(title, rows):
    labels = [label for label, _one, _other in rows]
    series = {title: [one for _label, one, _other in rows], "B": [other for *_, other in rows]}
    places = [(one, other) for _label, one, other in rows if None not in (one, other)]
    return [
        line_chart(title, labels, series, {"Mean": [1] * len(rows)}),
        bar_chart(title, labels, series, 3, target_name=title),
        scatter_chart(title, {title: places}, {"Limit": places}, x_title=title),
    ]


@given(st.text(max_size=40), rows)
def test_whatever_is_typed_into_a_label_no_chart_holds_a_script_a_style_or_an_address(title, rows):
    for svg in drawn_all(title, rows):
        if not svg:
            continue
        for one in ET.fromstring(svg).iter():
            assert one.tag.removeprefix("{http://www.w3.org/2000/svg}") in TAGS
            assert set(one.attrib) <= ATTRIBUTES


@given(rows)
def test_the_same_figures_give_the_same_bytes(rows):
    assert drawn_all("Reached", rows) == drawn_all("Reached", rows)


def test_a_month_without_a_figure_is_a_gap_and_never_a_nought():
    svg = line_chart("Reached", ["a", "b", "c", "d"], {"Reached": [4, 2, None, 3]})

    assert len(shapes(svg, "circle")) == 3
    line = next(one.get("d") for one in shapes(svg, "path") if one.get("stroke") == "#0a5463")
    assert line.count("M") == 1
    bars = bar_chart("Reached", ["a", "b"], {"Reached": [0, None]})
    assert words(bars).count("0") == 2  # the axis, and the bar that is one


@pytest.mark.parametrize("values", [[], [None, None]])
def test_where_nothing_is_known_there_is_no_chart_at_all(values):
    labels = ["a", "b"][: len(values)]
    assert line_chart("Reached", labels, {"Reached": values}, {"Mean": [1] * len(values)}) == ""
    assert bar_chart("Reached", labels, {"Reached": values}, target=5) == ""
    assert scatter_chart("Reached", {"Reached": []}, {"Limit": [(1, 1)]}) == ""
    assert picture_of("") == ""


def _targets(svg):
    ink = [one for one in shapes(svg, "rect") if one.get("fill") == "#17201f"]
    return [one for one in ink if "2" in (one.get("height"), one.get("width"))]


def test_a_target_stands_where_a_bar_of_its_height_would_end():
    standing = bar_chart("Reached", ["a", "b"], {"Reached": [6, 3]}, [3, None], target_name="T")
    (target,) = _targets(standing)
    low = min(_bars(standing), key=lambda bar: float(bar.get("height")))
    assert float(target.get("y")) + 1 == pytest.approx(float(low.get("y")), abs=0.2)

    named = ["First aid to everybody", "Rights"]
    lying = bar_chart("Reached", named, {"Reached": [6, 3]}, [3, None], target_name="T")
    (target,) = _targets(lying)
    short, long = sorted(_bars(lying), key=lambda bar: float(bar.get("width")))
    end = float(short.get("x")) + float(short.get("width"))
    assert float(target.get("x")) + 1 == pytest.approx(end, abs=0.2)
    # It stands across the bar of the first label, which is the upper one.
    assert float(target.get("y")) < float(long.get("y")) < float(short.get("y"))


def _bars(svg):
    return [
        one
        for one in shapes(svg, "rect")
        if one.get("fill") == "#0a5463" and float(one.get("height")) > 14
    ]


def test_the_scale_begins_at_nought_so_that_a_small_rise_looks_small():
    for svg in (
        line_chart("Reached", ["a", "b"], {"Reached": [98, 99]}),
        bar_chart("Reached", ["a", "b"], {"Reached": [98, 99]}),
    ):
        assert "0" in words(svg)


def test_letters_are_large_enough_on_a_phone_and_long_names_go_on_below():
    name = "Cases that somebody reported against the police of this station"
    months = [f"2026-{month:02}" for month in range(1, 13)] * 2
    svg = line_chart("Cases", months, {name: range(24), "Others": range(24)})

    # A phone of 360 pixels leaves 328 to the picture.
    assert LABEL_SIZE * 328 / WIDTH > 11
    assert name in " ".join(words(svg))
    # So few months are written that they stand clear of each other.
    assert len([word for word in words(svg) if word.startswith("2026")]) <= 6


def test_a_long_label_beside_a_bar_goes_on_in_a_second_line():
    names = ["People who completed a course", "People reached"]
    svg = bar_chart("Reached", names, {"Police": [17, 22], "Community": [16, None]})
    said = ["Community", "People reached", "People who completed", "Police", "a course"]
    assert sorted(one for one in words(svg) if one[0].isalpha()) == said
    # Two that share their longest line are told apart as far as one line goes.
    names = ["Police officers of Kisumu", "Police officers of Siaya"]
    alike = [one for one in words(bar_chart("Reached", names, {"": [1, 2]})) if one[0].isalpha()]
    assert sorted(alike) == ["Police officers of K…", "Police officers of S…"]


def test_series_differ_without_colours():
    svg = line_chart("Cases", ["a", "b"], {str(one): [one, one] for one in range(5)})
    dashes = {one.get("stroke-dasharray") for one in shapes(svg, "path")}
    assert len(dashes) >= 5


def test_a_chart_is_on_paper_with_its_words_and_its_alternative(text_of, checked):
    svg = bar_chart("Reached", ["Police", "Others"], {"Reached": [40, 52]})
    assert base64.b64decode(picture_of(svg).partition(",")[2]).decode() == svg
    made = document(
        PagedDocument(
            f'<h1>Report</h1><img class="chart" src="{picture_of(svg)}" alt="Reached, as below">',
            "Report",
            "en",
            "plain",
            page_count="Page {page} of {pages}",
        )
    )

    checked(made)
    (page,) = text_of(made)
    assert {"Police", "Others", "40", "52"} <= set(page.split())
