"""Every glyph of a stamped name stands where plain WeasyPrint would set it, to a tenth of a point.

Origins are read by pdfium, which knows nothing of how the file was made. The engine sets all names
in one document of pages that end after the name: a design lays its page out from the top, so what
comes below, and the border behind, move nothing. Whole pages are compared for some of the names.
"""

import ctypes
import math
import re
from collections.abc import Iterator
from dataclasses import replace

import pypdfium2
import pytest
from pypdfium2 import raw

from kash.platform.press import print_file
from kash.platform.press.certificate_values import CertificateEntry, DesignName
from kash.platform.press.certificates import stamped_pages
from kash.platform.press.designs import plate_markup
from kash.platform.press.shaping import normal
from kash.platform.press.typesetting.typesetter import Typesetter
from tests.platform.press.conftest import design, entry, whole_pages
from tests.platform.press.test_names import adversarial_names, random_names
from tests.profile import usual_or_long

Glyphs = list[tuple[str, float, float]]
_NEAR = 0.1
_BEHIND = re.compile('<div class="back">.*?</div>(?=<div class="body">)', re.DOTALL)
_BELOW = re.compile('<p class="for">.*</div>(?=</section>)', re.DOTALL)


def glyphs_of(pdf: bytes, baseline: float | None = None) -> Iterator[Glyphs]:
    """The characters of each page with their origins in points; at a height, or all of them."""
    x, y = ctypes.c_double(), ctypes.c_double()
    with pypdfium2.PdfDocument(pdf) as document:
        for page in document:
            text = page.get_textpage()
            found = []
            for number in range(text.count_chars()):
                raw.FPDFText_GetCharOrigin(text, number, x, y)
                is_there = not raw.FPDFText_IsGenerated(text, number)
                if is_there and (baseline is None or abs(y.value - baseline) < 3):
                    character = chr(raw.FPDFText_GetUnicode(text, number))
                    found.append((character, x.value, y.value))
            yield found


def assert_near(ours: Glyphs, engines: Glyphs) -> None:
    assert [one[0] for one in ours] == [one[0] for one in engines]
    assert all(
        abs(x - other_x) < _NEAR and abs(y - other_y) < _NEAR
        for (_, x, y), (_, other_x, other_y) in zip(ours, engines, strict=True)
    )


def assert_same_page(ours: Glyphs, engines: Glyphs) -> None:
    """The same glyphs at the same places, though what is stamped is drawn last."""
    assert len(ours) == len(engines) > 100
    waiting: dict[str, list[tuple[float, float]]] = {}
    for character, *place in engines:
        waiting.setdefault(character, []).append((place[0], place[1]))
    for character, *place in ours:
        nearest = min(waiting[character], key=lambda other: math.dist(place, other))
        assert math.dist(place, nearest) < _NEAR
        waiting[character].remove(nearest)


def names_alone(name: DesignName, entries: list[CertificateEntry]) -> bytes:
    """One document by the engine, a page for each entry, of what stands above the name and it."""
    pages = [plate_markup(design(name), one, "") for one in entries]
    opened, _, _ = pages[0].partition("<section")
    sections = [page[page.index("<section") :] for page in pages]
    short = [_BELOW.sub("</div>", _BEHIND.sub("", section)) for section in sections]
    return Typesetter("certificates.css").document(opened + "".join(short))


DESIGNS: list[DesignName] = ["plain", "classic", "modern"]


@pytest.mark.parametrize("name", DESIGNS)
def test_each_glyph_of_many_names(name):
    names = random_names(usual_or_long(40, 100))
    entries = [entry(number, one) for number, one in enumerate(names)]
    pages = list(stamped_pages(design(name), entries, None))
    assert len({id(page.stamper) for page in pages}) == 1
    (field,) = [text for text in pages[0].stamper.plate.texts if text.name == "name"]
    found = glyphs_of(print_file(design(name), entries), field.baseline)
    expected = glyphs_of(names_alone(name, entries), field.baseline)
    for one, ours, engines in zip(entries, found, expected, strict=True):
        assert "".join(glyph[0] for glyph in ours) == one.printed_name
        assert_near(ours, engines)


def test_each_glyph_of_odd_names_that_are_stamped():
    entries = [entry(number, name) for number, name in enumerate(adversarial_names(50))]
    pages = stamped_pages(design("plain"), entries, None)
    stamped = [
        one
        for one, page in zip(entries, pages, strict=True)
        if any(text.name == "name" for text in page.stamper.plate.texts)
    ]
    assert 10 < len(stamped) < 40
    found = glyphs_of(print_file(design("plain"), stamped))
    # With composed letters: a reader is told by other means of what the engine sets in parts.
    composed = [replace(one, printed_name=normal(one.printed_name)) for one in stamped]
    expected = glyphs_of(whole_pages(design("plain"), composed))
    for ours, engines in zip(found, expected, strict=True):
        assert_same_page(ours, engines)


@pytest.mark.parametrize("name", DESIGNS)
def test_each_glyph_of_some_whole_pages(name):
    names = sorted(random_names(300), key=lambda one: (len(one), one))
    entries = [entry(number, one) for number, one in enumerate([*names[::100], names[-1]])]
    found = glyphs_of(print_file(design(name), entries))
    expected = glyphs_of(whole_pages(design(name), entries))
    for ours, engines in zip(found, expected, strict=True):
        assert_same_page(ours, engines)
