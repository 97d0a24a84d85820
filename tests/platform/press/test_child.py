import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.platform.press import markup
from kash.platform.press import shaping as fitting
from kash.platform.press.qr import qr_svg
from kash.platform.press.typesetting.typesetter import ASSETS, OwnAssetsOnly


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "FILE:///etc/passwd",
        "http://127.0.0.1/",
        "https://example.org/x.svg",
        "ftp://example.org/x",
        "press:../fitting.py",
        "press:/etc/passwd",
        "press:band.svg?x",
        "press:band.svg\n",
        "press:README.md",
        "jar:data:x",
        "band.svg",
        "",
    ],
)
def test_the_fetcher_refuses(address):
    with pytest.raises(ValueError):
        OwnAssetsOnly().fetch(address)


def test_the_fetcher_serves_data_and_own_assets():
    assert OwnAssetsOnly().fetch("data:text/plain,abc").read() == b"abc"
    band = OwnAssetsOnly().fetch("press:band.svg")
    assert band.read() == (ASSETS / "band.svg").read_bytes()
    assert band.content_type == "image/svg+xml"


@given(st.floats(0, 1e5), st.floats(50, 900), st.floats(20, 60))
def test_a_fitted_name_is_never_larger_than_designed_nor_too_small_to_read(natural, line, full):
    points = fitting.fitted_points(natural, line, full)
    assert fitting.LEAST_POINTS <= points <= max(full, fitting.LEAST_POINTS)
    if points > fitting.LEAST_POINTS:
        lines = natural * points / full / line
        assert lines <= 1 + 1e-9 or (points <= 0.74 * full and lines <= fitting.TWO_LINES + 1e-9)


@given(st.lists(st.text("abc", min_size=1, max_size=12), min_size=2, max_size=12))
def test_a_balanced_name_breaks_into_two_lines(words):
    room = fitting.balanced_width(" ".join(words), len(" ".join(words)) + 1)
    lines, held = 1, 0
    for word in words:
        if held + len(word) + 1 > room + 1e-9:
            lines, held = lines + 1, 0
        held += len(word) + 1
    assert lines <= 2


@given(st.text())
def test_escaped_text_holds_no_markup(text):
    safe = markup.escaped(text)
    assert not set(safe) & set("<>\"'\x00\n")


@given(st.text())
def test_a_css_string_ends_where_it_should(text):
    quoted = markup.css_string(text)
    assert quoted[0] == quoted[-1] == '"'
    assert not set(quoted[1:-1]) & set('"<>\n{}')


def test_a_code_is_a_labelled_picture_with_its_quiet_zone():
    svg = qr_svg("https://programme.example/verify/1", label='Check <"1">')
    assert svg.startswith("<svg ")
    assert "<title>Check &lt;&quot;1&quot;&gt;</title>" in svg
    assert 'class="qr"' in svg
