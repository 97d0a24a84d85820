"""Fails loudly when another WeasyPrint moves what `weasyprint_parts` reads."""

import weasyprint

from kash.platform.press.certificates import _EMPTY_PICTURE, _learned, _plate_request, _sample
from kash.platform.press.pdf_parts import Plate, packed, unpacked
from kash.platform.press.shaping import Shaper
from kash.platform.press.typesetting import weasyprint_parts
from kash.platform.press.typesetting.plate_making import make_plate
from kash.platform.press.typesetting.typesetter import Typesetter
from tests.platform.press.conftest import design, entry

PAGE = """<html lang=sw><style>@page {{ size: 400px 200px; margin: 10px }} body {{ margin: 0 }}
p {{ font: 20px/30px "Source Sans 3"; margin: 0; text-align: center; letter-spacing: {spacing}px }}
img {{ width: 50px; height: 40px }}</style>
<p data-field=name>x</p><img data-field=qr alt=QR src="{picture}">"""


def plate(spacing: float = 0) -> Plate:
    request = {
        "markup": PAGE.format(spacing=spacing, picture=_EMPTY_PICTURE),
        "hidden": {"name": "AVA Tov", "qr": ""},
        "drawn": {},
        "learned": {"name": list("ATVaov ")},
        "words": [],
        "language": "sw",
        "zoom": 1.0,
        "margin": "",
    }
    return make_plate(Typesetter(""), request)


def test_the_version_is_the_one_that_was_read():
    assert weasyprint.__version__ == weasyprint_parts.VERSION, (
        "weasyprint_parts.py was written for another version: read each part anew, then name it"
    )


def test_fields_are_found_where_they_were_laid_out():
    made = plate()
    (text,) = made.texts
    (picture,) = made.pictures
    assert (text.name, text.align, text.settable, text.colour) == (
        "name",
        "center",
        True,
        "0 0 0 rg",
    )
    assert (text.left, text.width, text.units) == (7.5, 285.0, 20 * 1024)
    assert 121 < text.baseline < 127
    assert (picture.left, picture.width, picture.height) == (7.5, 37.5, 30.0)
    assert text.mark.startswith("/Span <</MCID ")
    assert picture.mark.startswith("/Figure <</MCID ")


def test_the_shaper_sets_just_what_the_engine_sets_also_with_letters_apart():
    for spacing in (0, -0.5, 1.25):
        assert plate(spacing).texts[0].settable


def test_a_shaper_that_differs_is_noticed(monkeypatch):
    glyphs = Shaper.glyphs
    monkeypatch.setattr(
        Shaper, "glyphs", lambda *a: [(g, w + 40, o, c) for g, w, o, c in glyphs(*a)]
    )
    assert not plate().texts[0].settable


def test_every_field_of_the_designs_is_set_by_stamping():
    given = entry(1)
    for name in ("classic", "modern", "plain"):
        request = _plate_request(design(name), _sample(given), _learned([given]))
        made = make_plate(Typesetter("certificates.css"), request)
        assert {text.name for text in made.texts} == {"name", "serial", "date"}
        assert all(text.settable for text in made.texts)
        assert unpacked(packed(made)) == made
