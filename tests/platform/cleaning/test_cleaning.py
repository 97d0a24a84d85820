"""Cleaned copies say nothing of where, with what and by whom; what they show stays."""

import io
import os
import re
import zlib
from typing import Any

import pytest

from kash.platform.cleaning import HEAD, CannotClean, CleaningLimits, cleaned, kind_of
from kash.platform.cleaning.child import MOST_PAGES, MOST_UNPACKED
from tests.platform.cleaning import samples
from tests.platform.cleaning.test_kinds import MADE

PLANTED = samples.PLANTED
BECOMES = {code: code for code in MADE} | {
    "webp": "jpeg",
    "gif": "png",
    "avif": "jpeg",
    "bmp": "png",
    "tiff": "pdf",
    "mov": "mp4",
    "3gp": "mp4",
}


def clean(content: bytes, limits: CleaningLimits | None = None) -> tuple[str, bytes]:
    kind = kind_of(content[:HEAD])
    assert kind is not None
    with cleaned([content[:100], content[100:]], kind, limits) as (becomes, pieces):
        return becomes.code, b"".join(pieces)


def everything(content: bytes) -> bytes:
    """A file with its compressed parts unpacked after it."""
    found = [content]
    for begin in re.finditer(rb"stream\r?\n|IDAT|zTXt|iTXt|\x78[\x01\x5e\x9c\xda]", content):
        for at in (begin.start(), begin.end()):
            try:
                found.append(zlib.decompressobj().decompress(content[at:]))
            except zlib.error:
                continue
    return b"\n".join(found)


def says(content: bytes, word: str) -> bool:
    unpacked = everything(content)
    forms = (word.encode(), word.encode("utf-16-be"), word.encode("utf-16-le"))
    return any(form in unpacked for form in forms)


@pytest.mark.parametrize("code", [code for code in MADE if code not in ("bmp", "aac")])
def test_what_was_planted_is_gone(code):
    content = MADE[code]()
    assert says(content, PLANTED)
    becomes, copy = clean(content)
    assert becomes == BECOMES[code]
    assert not says(copy, PLANTED)
    assert not says(copy, "034.75")
    kind = kind_of(copy[:HEAD])
    # Sound in the container of video begins as video does.
    assert kind is not None
    assert kind.code == ("mp4" if becomes == "m4a" else becomes)


@pytest.mark.parametrize("code", ["bmp", "aac"])
def test_what_holds_no_words_is_made_anew_too(code):
    assert clean(MADE[code]())[0] == BECOMES[code]


def test_a_photo_keeps_its_picture_upright_and_no_exif():
    from PIL import Image

    content = samples.jpeg()
    with Image.open(io.BytesIO(content)) as before:
        assert before.getexif().get_ifd(0x8825)
        assert before.size == (64, 48)
    _, copy = clean(content)
    with Image.open(io.BytesIO(copy)) as after:
        assert dict(after.getexif()) == {}
        assert set(after.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert after.size == (48, 64)
        # What was at the left is at the top, as its camera said.
        assert after.convert("L").getpixel((24, 4)) < 60
        assert after.convert("L").getpixel((24, 60)) > 200


def test_both_pages_of_a_scan_are_there():
    import pikepdf

    _, copy = clean(samples.tiff())
    with pikepdf.open(io.BytesIO(copy)) as scan:
        assert len(scan.pages) == 2
        assert "/Info" not in scan.trailer


def test_a_pdf_keeps_its_pages_and_loses_what_it_carries_and_does():
    import pikepdf
    from PIL import Image

    _, copy = clean(samples.pdf())
    with pikepdf.open(io.BytesIO(copy)) as paper:
        assert len(paper.pages) == 1
        assert not {"/Info"} & set(paper.trailer.keys())
        assert not {"/Metadata", "/OpenAction", "/AA", "/AF"} & set(paper.Root.keys())
        assert "/EmbeddedFiles" not in paper.Root.get("/Names", {})
        page = paper.pages[0]
        assert "/PieceInfo" not in page
        assert str(page.Annots[0].Contents) == "seen"
        photo = page.Resources.XObject.Photo.read_raw_bytes()
    with Image.open(io.BytesIO(photo)) as picture:
        assert dict(picture.getexif()) == {}
        assert picture.size == (64, 48)


def test_a_small_pdf_that_becomes_large_once_it_is_opened_is_not_taken():
    for times in (1, 3):
        small = samples.packed(MOST_UNPACKED // 2, times)
        assert len(small) < MOST_UNPACKED / 500
        assert clean(small)[0] == "pdf"
        with pytest.raises(CannotClean):
            clean(samples.packed(MOST_UNPACKED + 1000, times))
    # 100 MB in few kilobytes, and more pages than anybody prints.
    assert len(small) < 3000
    assert clean(samples.of_pages(MOST_PAGES))[0] == "pdf"
    with pytest.raises(CannotClean):
        clean(samples.of_pages(MOST_PAGES + 1))
    # A picture that says how large it will be, in one byte.
    assert clean(samples.of_pixels(8000, 10_000))[0] == "pdf"
    with pytest.raises(CannotClean):
        clean(samples.of_pixels(8000, 10_001))


def test_a_locked_pdf_stays_as_it_is():
    import pikepdf

    locked = samples.pdf(encryption=pikepdf.Encryption(owner="one", user="two"))
    with pytest.raises(CannotClean):
        clean(locked)


@pytest.mark.parametrize("code", ["mp4", "mov", "webm", "ogg", "mp3", "wav"])
def test_sound_and_pictures_stay_as_long_as_they_were(code):
    import av

    content = MADE[code]()

    def measured(file: bytes) -> tuple[Any, ...]:
        with av.open(io.BytesIO(file)) as read:
            kinds = sorted(stream.type for stream in read.streams)
            said = dict(read.metadata)
            frames = sum(1 for packet in read.demux() for _frame in packet.decode())
            return kinds, frames, said

    kinds, frames, said = measured(content)
    assert any(PLANTED in value for value in said.values()) or code == "ogg"
    cleaned_kinds, cleaned_frames, left = measured(clean(content)[1])
    assert (cleaned_kinds, cleaned_frames) == (kinds, frames)
    assert set(left) <= {"encoder", "major_brand", "minor_version", "compatible_brands", "ENCODER"}


def test_words_beside_a_cover_and_the_cover_are_gone():
    frame = b"TPE1" + (1 + len(PLANTED)).to_bytes(4, "big") + b"\0\0\0" + PLANTED.encode()
    cover = b"\0image/jpeg\0\x03\0" + samples.jpeg()
    frame += b"APIC" + len(cover).to_bytes(4, "big") + b"\0\0" + cover
    size = len(frame)
    length = bytes([size >> 21 & 127, size >> 14 & 127, size >> 7 & 127, size & 127])
    song = b"ID3\x03\0\0" + length + frame + samples.recorded("mp3", "libmp3lame")
    becomes, copy = clean(song)
    assert becomes == "mp3"
    assert not says(copy, PLANTED)
    assert b"\xff\xd8\xff" not in copy


BROKEN = {
    "a photo that ends too soon": lambda: samples.jpeg()[:-300],
    "a photo of nothing": lambda: b"\xff\xd8\xff" + bytes(3000),
    "a video of nothing": lambda: b"\0\0\0\x18ftypmp42" + os.urandom(3000),
    "a PDF of nothing": lambda: b"%PDF-1.7\n" + os.urandom(500),
    "a film of pictures": lambda: _moving_gif(),
}


def _moving_gif() -> bytes:
    out = io.BytesIO()
    samples.drawn().save(out, "GIF", save_all=True, append_images=[samples.drawn().rotate(180)])
    return out.getvalue()


@pytest.mark.parametrize("what", BROKEN)
def test_what_cannot_be_cleaned_is_said(what):
    with pytest.raises(CannotClean):
        clean(BROKEN[what]())


def test_a_picture_of_more_pixels_than_memory_ends_at_its_limit():
    out = io.BytesIO()
    samples.drawn((12000, 12000), "L").save(out, "PNG")
    with pytest.raises(CannotClean):
        clean(out.getvalue(), CleaningLimits(megabytes=160))


def test_a_child_that_takes_too_long_is_ended():
    with pytest.raises(CannotClean):
        clean(samples.jpeg(), CleaningLimits(seconds=0))


def test_a_kind_without_a_cleaner_is_refused_before_anything_runs():
    kind = kind_of(b"\0\0\0\x18ftypheic" + bytes(20))
    assert kind is not None
    with pytest.raises(CannotClean), cleaned([b"never read"], kind):
        raise AssertionError
