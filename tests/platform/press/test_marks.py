"""Marks stand on their letters: a name that a font can't set is set in one that can, as a whole."""

import ctypes
import io

import pypdfium2
import pytest
from PIL import Image, ImageChops
from pypdfium2 import raw

from kash.platform.press import document, print_file
from tests.platform.press.conftest import design, entry
from tests.platform.press.test_documents import paged

YORUBA = ["Ọlá Adẹ́bayọ̀", "Ọ̀ṣun Fọláṣadé", "Adéọlá Ṣówándé-Ọ̀ṣọ́"]


def fonts_of(pdf: bytes, page: int = 0) -> list[tuple[str, str]]:
    """Each character of a page with the font that it is drawn in."""
    found = []
    with pypdfium2.PdfDocument(pdf) as opened:
        text = opened[page].get_textpage()
        for number in range(text.count_chars()):
            if raw.FPDFText_IsGenerated(text, number):
                continue
            name, flags = ctypes.create_string_buffer(200), ctypes.c_int()
            raw.FPDFText_GetFontInfo(text, number, name, 200, flags)
            letter = chr(raw.FPDFText_GetUnicode(text, number))
            found.append((letter, name.value.decode().partition("+")[2] or name.value.decode()))
    return found


def fonts_of_name(pdf: bytes, name: str, page: int = 0) -> set[str]:
    """The fonts in which a name is drawn, which stands once on a page."""
    said = fonts_of(pdf, page)
    letters = "".join(letter for letter, _ in said)
    at = letters.index(name)
    return {font for letter, font in said[at : at + len(name)] if letter.strip()}


@pytest.mark.parametrize("name", YORUBA)
def test_a_name_whose_marks_the_font_cannot_place_is_set_in_one_that_can_from_end_to_end(name):
    made = print_file(design("classic"), [entry(1, name), entry(2, "Zoë Adéwálé")])
    assert fonts_of_name(made, name) == {"Noto-Serif"}
    # Who needs no other font keeps that of the design.
    assert fonts_of_name(made, "Zoë Adéwálé", 1) == {"EB-Garamond"}


def test_the_accent_stands_above_its_letter_and_not_beside_it(picture_of):
    acute, grave = (
        Image.open(io.BytesIO(picture_of(print_file(design("classic"), [entry(1, name)]), 144)))
        for name in ("ẹ́", "ẹ̀")
    )
    # All that differs are the two accents; the letter stands in the middle of the page.
    differs = ImageChops.difference(acute.convert("L"), grave.convert("L")).getbbox()
    assert differs is not None
    assert abs((differs[0] + differs[2]) / 2 - acute.width / 2) < 8  # of 32 that the letter takes


@pytest.mark.parametrize("name", ["modern", "plain"])
def test_a_font_that_places_marks_keeps_its_names(name):
    made = print_file(design(name), [entry(1, YORUBA[0])])
    assert fonts_of_name(made, YORUBA[0]) == {"Source-Sans-3-Bold"}


def test_in_a_longer_text_only_the_words_with_such_letters_are_set_in_another_font():
    told = "It was noted that Ọlá Adẹ́bayọ̀ had written to the office of the programme about rooms."
    made = document(paged("minutes", f"<h1>Minutes</h1><p>{told} And <b>so</b> did Fọlọ́ too.</p>"))
    said = fonts_of(made)
    text = "".join(letter for letter, _ in said)
    by_word = {}
    for word in ("noted", "Adẹ́bayọ̀", "written", "Fọlọ́", "too"):
        at = text.index(word)
        by_word[word] = {font for _, font in said[at : at + len(word)]}
    assert by_word["Adẹ́bayọ̀"] == by_word["Fọlọ́"] == {"Noto-Serif"}
    assert by_word["noted"] == by_word["written"] == by_word["too"] == {"EB-Garamond"}
