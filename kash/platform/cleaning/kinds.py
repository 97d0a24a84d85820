"""Kinds of files that are taken, told by their first bytes and never by their name."""

from __future__ import annotations

from dataclasses import dataclass

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
