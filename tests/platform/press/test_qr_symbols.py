"""Codes by linear algebra beside an independent encoder, and read by an independent reader."""

import pytest
import segno
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from kash.platform.press.qr import Symbol, _packed, qr_symbol

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def read(symbol: Symbol) -> list[str]:
    side = symbol.size + 8
    picture = Image.new("L", (side, side), 255)
    for row in range(symbol.size):
        for column in range(symbol.size):
            if symbol.dark(row, column):
                picture.putpixel((column + 4, row + 4), 0)
    return [code.text for code in zxingcpp.read_barcodes(picture.resize((side * 4, side * 4), 0))]


@pytest.mark.parametrize("length", [1, 2, 25, 57, 191, 235, 500])
def test_a_symbol_is_that_of_another_encoder(length):
    # Where the data end with a whole byte, segno pads with a byte of zeros more than the standard.
    payload = (ALPHABET.replace(" ", "") * 12)[-length:]
    other = segno.make(
        payload, error="m", mask=3, mode="alphanumeric", boost_error=False, micro=False
    )
    assert qr_symbol(payload) == _packed(other)


@pytest.mark.parametrize("length", [1, 40, 190, 310])
def test_addresses_in_capitals_and_in_small_letters_are_read(length):
    fragment = ("ABC234XYZ" * 40)[:length]
    for address in ("HTTPS://PROGRAMME.EXAMPLE/V#", "https://programme.example/v#"):
        assert read(qr_symbol(address + fragment)) == [address + fragment]


@settings(max_examples=25, deadline=None)
@given(st.text("ABCXYZ019 /:$%", min_size=30, max_size=31))
def test_every_text_of_one_length_is_itself(text):
    payload = f"K{text}K"
    assert read(qr_symbol(payload)) == [payload]


def test_what_the_tables_are_not_for_is_left_to_a_general_encoder():
    assert read(qr_symbol("Wanjikũ")) == ["Wanjikũ"]
    assert read(qr_symbol("a" * 600)) == ["a" * 600]
