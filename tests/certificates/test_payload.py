"""What printed codes hold: nothing lost, nothing added, no bit of it changed unseen."""

import base64
import hashlib
import json
import random
from dataclasses import replace
from datetime import date

import pytest
import segno
import zxingcpp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from kash.certificates.rules.issuing import (
    PAYLOAD_BYTES,
    SIGNED_AS,
    STATUS_CLASSES,
    CodeClaim,
    NotAPayload,
    Revoked,
    claimed,
    hashed_name,
    key_id_of,
    month_of,
    new_serial,
    qr_text,
    signed_payload,
    title_id_of,
)
from kash.people.rules.persons import compared_name, names_match
from tests.certificates.reading import find_revoked, is_signed_by, read_claim, read_qr_text

from . import test_verification_document as described

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
ALPHANUMERIC = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")

serials = st.integers(0, 2**32).map(lambda seed: new_serial(random.Random(seed).choice))
claims = st.builds(
    CodeClaim,
    key_id=st.binary(min_size=4, max_size=4),
    serial=serials,
    title_id=st.binary(min_size=4, max_size=4),
    issued=st.integers(0, 65_535),
    expires=st.integers(0, 65_535),
    salt=st.binary(min_size=8, max_size=8),
    name_hash=st.binary(min_size=12, max_size=12),
)


@given(claims)
def test_what_is_signed_is_read_back(claim):
    payload = signed_payload(claim, KEY)
    assert len(payload) == PAYLOAD_BYTES == 105
    assert payload[0] == 1
    assert read_claim(payload) == claim
    assert is_signed_by(payload, PUBLIC)


@given(claims, st.integers(0, PAYLOAD_BYTES * 8 - 1))
def test_no_bit_can_be_changed(claim, bit):
    payload = bytearray(signed_payload(claim, KEY))
    payload[bit // 8] ^= 1 << bit % 8
    assert not is_signed_by(bytes(payload), PUBLIC)


@given(st.binary(max_size=140))
def test_any_bytes_are_a_claim_or_none(content):
    try:
        claim = read_claim(content)
    except NotAPayload:
        return
    assert signed_payload(claim, KEY)[:41] == content[:41]


@given(claims, st.sampled_from(["http://localhost:8000", "https://kash.example.org"]))
def test_a_code_is_short_to_print_and_leads_to_its_page(claim, site):
    payload = signed_payload(claim, KEY)
    text = qr_text(site, payload)
    address, fragment = text.split("#")
    assert address.lower() == f"{site}/v"
    assert set(address + fragment) <= ALPHANUMERIC
    assert len(fragment) == 168
    assert read_qr_text(text) == read_qr_text(fragment.lower()) == payload


def test_a_path_of_the_site_keeps_its_letters():
    payload = bytes(PAYLOAD_BYTES)
    assert qr_text("https://kash.example.org/Site", payload).startswith(
        "HTTPS://KASH.EXAMPLE.ORG/Site/V#"
    )


@pytest.mark.parametrize("text", ["", "#", "7KM2-QX4T-9ABC", "A" * 160, "A" * 176, "ß" * 168])
def test_other_texts_are_no_code(text):
    with pytest.raises(NotAPayload):
        read_qr_text(text)


@given(st.text(min_size=1, max_size=40), st.text(min_size=1, max_size=40), st.binary(min_size=8))
def test_a_code_takes_for_one_what_the_site_takes_for_one(one, other, salt):
    assert hashed_name(one, salt) == hashed_name(one.upper().lower(), salt) or not names_match(
        one, one.upper().lower()
    )
    if names_match(one, other):
        assert hashed_name(one, salt) == hashed_name(other, salt)
    elif names_match(one, one) and names_match(other, other):
        assert hashed_name(one, salt) != hashed_name(other, salt)


def test_the_same_name_is_another_hash_on_another_certificate():
    assert hashed_name("Zawadi Sampuli", bytes(8)) != hashed_name("Zawadi Sampuli", b"\1" * 8)
    assert hashed_name("Ng’ang’a WANJIRŨ", bytes(8)) == hashed_name("ng'ang'a wanjiru", bytes(8))


def test_months_are_counted_from_the_year_2000():
    assert month_of(date(2000, 1, 31)) == 1
    assert month_of(date(2026, 11, 1)) == 26 * 12 + 11
    assert month_of(None) == 0


def test_the_layout_is_as_it_was_printed():
    """Paper cannot be changed: these bytes must be made and read for ever."""
    claim = claimed(
        key_id=key_id_of(PUBLIC),
        serial="84G7ZWYRD6Z7",
        public_title="Community Safety Skills",
        issued_on=date(2026, 11, 25),
        expires_on=date(2029, 11, 30),
        printed_name="Zawadi Sampuli",
        salt=b"saltsalt",
    )
    payload = signed_payload(claim, KEY)
    assert payload[1:5] == hashlib.sha256(PUBLIC).digest()[:4]
    assert payload[13:17] == title_id_of("Community Safety Skills")
    assert int.from_bytes(payload[17:19], "big") == 323
    assert int.from_bytes(payload[19:21], "big") == 359
    assert payload[21:29] == b"saltsalt"
    assert payload[29:41] == hashlib.sha256(b"saltsalt" + b"zawadisampuli").digest()[:12]
    KEY.public_key().verify(payload[41:], SIGNED_AS + payload[:41])
    assert hashlib.sha256(payload).hexdigest() == (
        "d3a30a24b52458a6d1db4a30c5f2292ca4ee2bfb5d3f49ea80a085b0f92b499a"
    )


def test_printed_codes_are_read_and_checked_by_others():
    """300 codes, drawn by segno, read by zxing-cpp, taken apart by hand and checked by OpenSSL."""
    random_source = random.Random(7)
    for number in range(300):
        serial = new_serial(random_source.choice)
        name = f"Wanjirũ Ng’ang’a {number}"
        claim = claimed(
            key_id=key_id_of(PUBLIC),
            serial=serial,
            public_title="Community Safety Skills",
            issued_on=date(2026, 1 + number % 12, 1),
            expires_on=None if number % 2 else date(2030, 1, 31),
            printed_name=name,
            salt=random_source.randbytes(8),
        )
        text = qr_text("https://kash.example.org", signed_payload(claim, KEY))
        rows = segno.make(text, error="m", micro=False, mask=3).matrix
        dots = b"".join(bytes(0 if dot else 255 for dot in row) for row in rows)
        code = Image.frombytes("L", (len(rows), len(rows)), dots)
        picture = ImageOps.expand(code.resize((len(rows) * 4, len(rows) * 4)), 20, 255)
        (read,) = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
        assert read.text == text
        payload = base64.b32decode(read.text.rpartition("#")[2])
        body, signature = payload[:41], payload[41:]
        KEY.public_key().verify(signature, b"kash certificate 1\0" + body)
        written = int.from_bytes(body[5:13], "big")
        letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
        assert "".join(letters[written >> 5 * place & 31] for place in range(11, -1, -1)) == serial
        plain = f"wanjiru ng'ang'a{number}".replace(" ", "").encode()
        assert body[29:] == hashlib.sha256(body[21:29] + plain).digest()[:12]


@given(
    st.text(
        st.one_of(
            st.characters(codec="utf-8"), st.sampled_from("'`´‘’‛ʼʻʽ′＇ʹŉǅẞ\u00ad\u200b \u00a0\x1c")
        ),
        max_size=30,
    )
)
def test_the_page_for_checkers_tells_how_names_are_compared(name):
    assert described.compared(name) == compared_name(name)


def test_the_example_of_the_page_for_checkers_is_read_as_every_code_is():
    payload = read_qr_text(described.CODE)
    claim = read_claim(payload)
    assert is_signed_by(payload, PUBLIC)
    assert claim == claimed(
        key_id=key_id_of(PUBLIC),
        serial=described.GIVEN["serial as printed"].replace("-", ""),
        public_title=described.TITLE,
        issued_on=date(2026, 11, 25),
        expires_on=date(2029, 11, 30),
        printed_name=described.NAME,
        salt=claim.salt,
    )
    said = json.loads(described.bare(described.LIST["payload"]))
    found = find_revoked(
        described.bare(said["salt"]), described.bare(said["entries"]), claim.serial
    )
    assert found == Revoked(claim.serial, date(2027, 3, 1), "other")
    assert tuple(said["classes"]) == STATUS_CLASSES


@given(claims, serials)
def test_nothing_is_signed_whose_serial_or_title_has_another_length(claim, longer):
    for wrong in (
        replace(claim, serial=claim.serial[:-1]),
        replace(claim, title_id=claim.title_id[:-1]),
        replace(claim, salt=claim.salt + b"s"),
    ):
        with pytest.raises(NotAPayload):
            signed_payload(wrong, KEY)
