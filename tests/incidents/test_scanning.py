"""The control of what looks for planted values: a value that is there is found, however it lies."""

import base64
import gzip
import io
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.incidents.scanning import encodings, files_below, finds, layers

STEM = "Qzvk9Wpt"
VALUE = f"Akinyi {STEM}017 of the market"


@given(st.text(max_size=12), st.text(max_size=12), st.sampled_from(sorted(encodings(STEM))))
def test_a_value_is_found_in_every_encoding_whatever_stands_around(before, after, encoding):
    text = f"{before}{VALUE}{after}"
    for plain in (text, text.lower(), text.upper()):
        raw = {
            "utf-8": [plain.encode()],
            "utf-16": [plain.encode("utf-16-le"), plain.encode("utf-16-be")],
            "base64": [
                base64.b64encode(plain.encode()),
                base64.urlsafe_b64encode(plain.encode()),
                base64.b64encode(plain.encode("utf-16-le")),
            ],
            "hex": [plain.encode().hex().encode(), plain.encode().hex().upper().encode()],
        }[encoding]
        for content in raw:
            assert finds([STEM], [("file", b"\x00\xff" + content + b"\x00")]) != []


def _packed(how: str) -> bytes:
    if how == "gzip":
        return gzip.compress(VALUE.encode())
    if how == "pdf":
        body = zlib.compress(b"BT (" + VALUE.encode() + b") Tj ET")
        return b"%PDF-1.7\n1 0 obj\n<<>>\nstream\n" + body + b"\nendstream\nendobj\n"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("one.pdf" if how == "zip of pdf" else "one.txt", _inner(how))
    return out.getvalue()


def _inner(how: str) -> bytes:
    return _packed("pdf") if how == "zip of pdf" else VALUE.encode()


@pytest.mark.parametrize("how", ["gzip", "pdf", "zip", "zip of pdf"])
def test_what_is_packed_is_unpacked(how):
    packed = _packed(how)
    assert STEM.encode() not in packed
    assert len(finds([STEM], [("file", packed)])) == 1


def test_names_of_files_are_looked_at(tmp_path):
    (tmp_path / f"{STEM.lower()}.txt").write_text("nothing")
    (tmp_path / "other.txt").write_text("nothing")
    assert len(finds([STEM], files_below(tmp_path))) == 1


def test_what_is_not_there_is_not_found(tmp_path):
    (tmp_path / "random").write_bytes(bytes(range(256)) * 4000)
    (tmp_path / "near").write_text(VALUE.replace(STEM, STEM[:-1] + "8"))
    assert finds([STEM], files_below(tmp_path)) == []


def test_what_a_pdf_says_is_read(tmp_path):
    """Letters that are numbers of shapes are found by no search of its bytes."""
    from weasyprint import HTML  # type: ignore[import-untyped]

    paper = HTML(string=f"<title>Nothing</title><p>{VALUE}</p>").write_pdf()
    stream = [layer for layer in layers(paper) if STEM.encode() in layer]
    assert len(stream) == 1
    assert len(finds([STEM], [("file", paper), ("other", b"%PDF-1.7 of nothing")])) == 1


@pytest.mark.parametrize(
    "digest",
    ["e8b5aaefad8355a9ce95a98bd3fb212afdf081ae{}193e9001", "{}f081aee8b5aaefad8355a9ce95a98bd3fb"],
)
def test_digits_in_a_digest_are_no_phone_number_but_those_beside_it_are(digest):
    phone = "7555091"
    content = digest.format(phone).encode()
    assert finds([phone], [("file", b"\t" + content + b"\n")]) == []
    assert finds([phone], [("file", content.upper())]) == []
    assert len(finds([phone], [("file", content + b"\n+25475550917")])) == 1
    assert len(finds([phone], [("file", content + b'": "' + phone.encode().hex().encode())])) == 1


@pytest.mark.parametrize(
    "around", ["{}", "tel{}end", "0000000000000000{}0000000000000000", "ab{}cd"]
)
def test_a_phone_number_is_found_whatever_stands_around(around):
    assert len(finds(["7555091"], [("file", around.format("7555091").encode())])) == 1
