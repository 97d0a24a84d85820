"""Kinds of files that are taken, told by their first bytes and never by their name. The caller's
side of the child that cleans: under limits of time and memory, by memory alone. Pages of scanned
or photographed paper, each drawn anew, with the codes that stand on them. Cleaned copies: photos,
scans, sound, video and PDF without what they say of their making. A file's kind is told by its
content. The copy is made by a child process that holds no keys, under limits of time and memory;
file and copy lie in memory only, never on a disk."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from flask_babel import lazy_gettext as _l

from kash.platform.confinement import NoAnswer, answer_of, ended, in_memory, start

# So much of a file's beginning decides.
HEAD = 512

PHOTO, SOUND, VIDEO, PAPER = "photo", "sound", "video", "paper"


@dataclass(frozen=True)
class FileKind:
    """A kind of file: what it is to a person, what it is called, and how it can be cleaned.

    `cleaner` is `picture`, `pages`, `pdf`, `media`, or empty where nothing here can clean it;
    `container` is what sound and video are read as.
    """

    code: str
    family: str
    extension: str
    type: str
    cleaner: str = ""
    container: str = ""


KINDS = {
    kind.code: kind
    for kind in (
        FileKind("jpeg", PHOTO, "jpg", "image/jpeg", "picture"),
        FileKind("png", PHOTO, "png", "image/png", "picture"),
        FileKind("webp", PHOTO, "webp", "image/webp", "picture"),
        FileKind("gif", PHOTO, "gif", "image/gif", "picture"),
        FileKind("avif", PHOTO, "avif", "image/avif", "picture"),
        FileKind("bmp", PHOTO, "bmp", "image/bmp", "picture"),
        FileKind("heic", PHOTO, "heic", "image/heic"),
        FileKind("tiff", PAPER, "tif", "image/tiff", "pages"),
        FileKind("pdf", PAPER, "pdf", "application/pdf", "pdf"),
        FileKind("mp3", SOUND, "mp3", "audio/mpeg", "media", "mp3"),
        FileKind("m4a", SOUND, "m4a", "audio/mp4", "media", "mov"),
        FileKind("aac", SOUND, "aac", "audio/aac", "media", "aac"),
        FileKind("ogg", SOUND, "ogg", "audio/ogg", "media", "ogg"),
        FileKind("wav", SOUND, "wav", "audio/wav", "media", "wav"),
        FileKind("flac", SOUND, "flac", "audio/flac", "media", "flac"),
        FileKind("amr", SOUND, "amr", "audio/amr", "media", "amr"),
        FileKind("mp4", VIDEO, "mp4", "video/mp4", "media", "mov"),
        FileKind("mov", VIDEO, "mov", "video/quicktime", "media", "mov"),
        FileKind("3gp", VIDEO, "3gp", "video/3gpp", "media", "mov"),
        FileKind("webm", VIDEO, "webm", "video/webm", "media", "matroska"),
        FileKind("mkv", VIDEO, "mkv", "video/x-matroska", "media", "matroska"),
        FileKind("avi", VIDEO, "avi", "video/x-msvideo", "media", "avi"),
    )
}
# What a browser shows by itself.
SHOWN = {
    PHOTO: frozenset({"jpeg", "png", "webp", "gif", "avif"}),
    SOUND: frozenset({"mp3", "m4a", "aac", "ogg", "wav", "flac"}),
    VIDEO: frozenset({"mp4", "webm"}),
    PAPER: frozenset({"pdf"}),
}

_BEGINNINGS = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"%PDF-", "pdf"),
    (b"ID3", "mp3"),
    (b"OggS", "ogg"),
    (b"fLaC", "flac"),
    (b"#!AMR", "amr"),
)
_RIFF = {b"WEBP": "webp", b"WAVE": "wav", b"AVI ": "avi"}
_HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")


def kind_of(head: bytes) -> FileKind | None:
    """The kind of a file by its first `HEAD` bytes; None if it is none that is taken."""
    code = _code(head[:HEAD])
    return KINDS[code] if code else None


def is_archive(head: bytes) -> bool:
    """True if a file is a zip or another archive, as office documents are too."""
    return head.startswith(_ARCHIVES)


def _code(head: bytes) -> str:
    for beginning, code in _BEGINNINGS:
        if head.startswith(beginning):
            return code
    if head.startswith(b"RIFF"):
        return _RIFF.get(head[8:12], "")
    if head[4:8] == b"ftyp":
        return _by_brand(head[8:12])
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "webm" if b"webm" in head[:64] else "mkv"
    if head.startswith(b"BM") and head[6:10] == b"\0\0\0\0":
        return "bmp"
    return _by_frame(head)


def _by_brand(brand: bytes) -> str:
    if brand in (b"avif", b"avis"):
        return "avif"
    if brand in _HEIC:
        return "heic"
    if brand in (b"M4A ", b"M4B "):
        return "m4a"
    if brand == b"qt  ":
        return "mov"
    return "3gp" if brand.startswith((b"3gp", b"3g2")) else "mp4"


def _by_frame(head: bytes) -> str:
    """Sound that begins with a frame at once: eleven or twelve set bits."""
    if len(head) < 4 or head[0] != 0xFF:
        return ""
    if head[1] & 0xF6 == 0xF0:
        return "aac"
    layer_three = head[1] & 0xE6 == 0xE2
    return "mp3" if layer_three and head[2] & 0xF0 != 0xF0 and head[2] & 0x0C != 0x0C else ""


_LONGEST_NAME = 16
_LONGEST_LINE = 1024 * 1024
# What is cleaned lies whole in memory, twice: once and no more in each process.
one_at_a_time = threading.BoundedSemaphore(1)
# A person who waits for her turn keeps a thread of the site meanwhile.
_PATIENCE_SECONDS = 5.0


class CannotClean(Exception):
    """No cleaned copy was made. Says nothing of the file."""

    def __init__(self) -> None:
        super().__init__("no cleaned copy was made")


class CleaningBusy(Exception):
    """Another file is being cleaned for so long that this one was not waited for."""

    def __str__(self) -> str:
        return str(
            _l(
                "Another file is being cleaned at the moment, and nothing of this one was kept. "
                "Try again in a minute."
            )
        )


@contextmanager
def turn() -> Iterator[None]:
    """One's turn to clean, within the block. Raises CleaningBusy."""
    if not one_at_a_time.acquire(timeout=_PATIENCE_SECONDS):
        raise CleaningBusy
    try:
        yield
    finally:
        one_at_a_time.release()


@dataclass(frozen=True)
class CleaningLimits:
    """How long a child may take and how much address space it may hold."""

    seconds: int = 120
    megabytes: int = 1536


@contextmanager
def cleaned(
    pieces: Iterable[bytes], kind: FileKind, limits: CleaningLimits | None = None
) -> Iterator[tuple[FileKind, Iterator[bytes]]]:
    """The kind of a file's cleaned copy, and its pieces, within the block.

    Raises CleaningBusy, and CannotClean, while the pieces are read at the latest: use nothing
    before the last.
    """
    if not kind.cleaner:
        raise CannotClean
    limits = limits or CleaningLimits()
    with turn(), in_memory(pieces) as descriptor:
        child = started("kash.platform.cleaning.child", descriptor, kind, limits)
        try:
            output = output_of(child, limits)
            name, rest = _first_line(output)
            if name not in KINDS:
                raise CannotClean
            yield KINDS[name], _all(rest, output)
        finally:
            ended(child)


def started(
    module: str, descriptor: int, kind: FileKind, limits: CleaningLimits
) -> subprocess.Popen[bytes]:
    """A confined child that reads the file in this memory. Raises CannotClean."""
    bounds = (limits.megabytes, limits.seconds, descriptor)
    described = (kind.cleaner, kind.code, kind.container)
    try:
        return start(module, [*bounds, *described], descriptors=[descriptor])
    except NoAnswer:
        raise CannotClean from None


def output_of(child: subprocess.Popen[bytes], limits: CleaningLimits) -> Iterator[bytes]:
    """All that the child writes, to its end. Raises CannotClean if it did not end well."""
    try:
        yield from answer_of(child, limits.seconds, limits.megabytes * 1024 * 1024)
    except NoAnswer:
        raise CannotClean from None


def _first_line(output: Iterator[bytes]) -> tuple[str, bytes]:
    read = b""
    while b"\n" not in read:
        read += next(output, b"\n")
        if len(read) > _LONGEST_LINE:
            raise CannotClean
    line, _, rest = read.partition(b"\n")
    return line[:_LONGEST_NAME].decode("ascii", "replace"), rest


def _all(rest: bytes, output: Iterator[bytes]) -> Iterator[bytes]:
    if rest:
        yield rest
    yield from output


_LONGEST_SCAN_LINE = 4096
_LONGEST_SIDE = 10_000
SCANS = frozenset({"jpeg", "png", "webp", "pdf"})


@dataclass(frozen=True)
class ScannedPage:
    """One page: its picture as JPEG, upright if a code told how, and what its QR codes say."""

    picture: bytes
    width: int
    height: int
    codes: tuple[str, ...]


def scanned_pages(
    pieces: Iterable[bytes], kind: FileKind, limits: CleaningLimits | None = None
) -> list[ScannedPage]:
    """The pages of a scan, in their order. A PDF is read if each of its pages is a picture.

    Raises CannotClean and CleaningBusy.
    """
    if kind.code not in SCANS:
        raise CannotClean
    limits = limits or CleaningLimits(seconds=60)
    with turn(), in_memory(pieces) as descriptor:
        child = started("kash.platform.cleaning.scans_child", descriptor, kind, limits)
        try:
            return list(_pages(output_of(child, limits)))
        finally:
            ended(child)


def _pages(output: Iterator[bytes]) -> Iterator[ScannedPage]:
    read = b""
    for piece in output:
        read += piece
        while b"\n" in read[:_LONGEST_SCAN_LINE]:
            line, _, rest = read.partition(b"\n")
            length, page = _described(line)
            if len(rest) < length:
                break
            yield replace(page, picture=rest[:length])
            read = rest[length:]
    if read:
        raise CannotClean


def _described(line: bytes) -> tuple[int, ScannedPage]:
    """How many bytes a page's picture has, and the page without it. The line is checked: what wrote
    it has read a stranger's file."""
    try:
        told = json.loads(line)
        length, width, height = (int(told[name]) for name in ("bytes", "width", "height"))
        codes = tuple(str(code) for code in told["codes"])
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError):
        raise CannotClean from None
    if min(length, width, height) <= 0 or max(width, height) > _LONGEST_SIDE:
        raise CannotClean
    return length, ScannedPage(b"", width, height, codes)
