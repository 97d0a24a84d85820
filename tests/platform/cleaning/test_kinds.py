"""The kind of a file is told by its content."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.platform.cleaning import HEAD, KINDS, SHOWN, is_archive, kind_of
from tests.platform.cleaning import samples

MADE = {
    "jpeg": samples.jpeg,
    "png": samples.png,
    "webp": lambda: samples.picture("WEBP"),
    "gif": lambda: samples.picture("GIF"),
    "avif": lambda: samples.picture("AVIF"),
    "bmp": lambda: samples.picture("BMP"),
    "tiff": samples.tiff,
    "pdf": samples.pdf,
    "mp3": lambda: samples.recorded("mp3", "libmp3lame"),
    "m4a": lambda: samples.recorded("ipod", "aac"),
    "aac": lambda: samples.recorded("adts", "aac"),
    "ogg": lambda: samples.recorded("ogg", "libopus"),
    "wav": lambda: samples.recorded("wav", "pcm_s16le"),
    "flac": lambda: samples.recorded("flac", "flac"),
    "mp4": lambda: samples.recorded("mp4", "aac", "mpeg4"),
    "mov": lambda: samples.recorded("mov", "aac", "mpeg4"),
    "3gp": lambda: samples.recorded("3gp", "aac", "mpeg4"),
    "webm": lambda: samples.recorded("webm", "libopus", "libvpx"),
    "mkv": lambda: samples.recorded("matroska", "aac", "mpeg4"),
    "avi": lambda: samples.recorded("avi", "mp3", "mpeg4"),
}
OTHERS = [
    samples.zipped(),
    b"MZ" + bytes(600),
    b"\x7fELF" + bytes(600),
    b"<html><script>alert(1)</script>",
    b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    b"#EXTM3U\nhttp://example.org/list",
    b"plain words",
    b"\xff\xfe",
    b"\x1f\x8b\x08" + bytes(60),
    b"Rar!\x1a\x07",
    b"",
]


@pytest.mark.parametrize("code", MADE)
def test_what_a_programme_wrote_is_known(code):
    kind = kind_of(MADE[code]()[:HEAD])
    assert kind is KINDS[code]


@pytest.mark.parametrize("content", OTHERS)
def test_other_files_are_none(content):
    assert kind_of(content[:HEAD]) is None


def test_archives_are_told_whatever_they_are_called():
    assert [is_archive(content) for content in OTHERS].count(True) == 3
    assert not any(is_archive(made()) for made in MADE.values())


@given(st.binary(max_size=2 * HEAD))
def test_any_bytes_have_a_kind_or_none(content):
    kind = kind_of(content)
    assert kind is None or KINDS[kind.code] is kind
    assert kind_of(content[:HEAD]) is kind


def test_what_a_browser_shows_is_a_kind_of_its_family():
    shown: Any = {family: {KINDS[code].family for code in codes} for family, codes in SHOWN.items()}
    assert shown == {family: {family} for family in SHOWN}
