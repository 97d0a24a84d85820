"""The cleaner's child: reads one file from memory, writes its cleaned copy to a pipe, ends.

Run by `kash.platform.confinement`, which lets it read libraries and what it was handed, and
nothing else. The first line that it writes is the kind of the copy, the rest the copy.
"""

from __future__ import annotations

import io
import re
import resource
import sys
import zlib
from typing import Any, BinaryIO

ENDED_WELL, UNCLEANABLE, NO_ROOM = 0, 3, 4

_MOST_PIXELS = 80_000_000
# Of a PDF: pages, and bytes of all that is packed in it.
MOST_PAGES, MOST_UNPACKED = 1000, 200_000_000
_QUALITY = 92
_FORMATS = {
    "jpeg": ["JPEG", "MPO"],
    "png": ["PNG"],
    "webp": ["WEBP"],
    "gif": ["GIF"],
    "avif": ["AVIF"],
    "bmp": ["BMP"],
    "tiff": ["TIFF"],
}
_OPAQUE = ("1", "L", "RGB", "CMYK", "YCbCr", "LAB", "HSV", "I", "I;16", "F")
# What a PDF says of its making, what it carries along, and what it would do by itself.
_PDF_DROPPED = (
    "/Metadata",
    "/PieceInfo",
    "/LastModified",
    "/Thumb",
    "/AF",
    "/AA",
    "/OpenAction",
    "/Collection",
    "/SpiderInfo",
    "/XFA",
    "/EmbeddedFiles",
    "/JavaScript",
)
_PDF_ACTIONS = ("/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/URI")
_PDF_NOTE_DROPPED = ("/T", "/M", "/NM", "/CreationDate", "/RC", "/FS", "/Sound", "/Movie")
# Which containers hold a remuxed file, the first that takes its streams; each with its kind.
_MUXERS = {
    "mp4": (("mp4", "mp4"), ("mov", "mov")),
    "mov": (("mp4", "mp4"), ("mov", "mov")),
    "m4a": (("mp4", "m4a"), ("mov", "mov")),
    "3gp": (("mp4", "mp4"), ("3gp", "3gp"), ("mov", "mov")),
    "webm": (("webm", "webm"), ("matroska", "mkv")),
    "mkv": (("webm", "webm"), ("matroska", "mkv")),
    "mp3": (("mp3", "mp3"),),
    "aac": (("adts", "aac"),),
    "ogg": (("ogg", "ogg"),),
    "wav": (("wav", "wav"),),
    "flac": (("flac", "flac"),),
    "amr": (("amr", "amr"),),
    "avi": (("avi", "avi"),),
}
_MUXER_OPTIONS = {"mp3": {"id3v2_version": "0"}, "flac": {"write_header": "1"}}
# Cameras write into these units what they please: places, and serial numbers of their own.
_UNITS = {"h264": "filter_units=remove_types=6", "hevc": "filter_units=remove_types=39|40"}
_NO_ROOM_SAID = re.compile("cannot allocate memory|failed to map segment", re.IGNORECASE)


class Uncleanable(Exception):
    """This file cannot be read, or holds what cannot be taken over."""


def limit(megabytes: int, seconds: int) -> None:
    """Bound this process in memory and time."""
    space = megabytes * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (space, space))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 2))


# --- Pictures ---------------------------------------------------------------------------------


def bare(image: Any) -> Any:
    """The picture's own pixels as they are meant to be seen, in the usual colours, and no more."""
    from PIL import Image, ImageCms, ImageOps

    profile = image.info.get("icc_profile")
    upright: Any = ImageOps.exif_transpose(image)
    clear = upright.mode not in _OPAQUE or "transparency" in upright.info
    mode = "RGBA" if clear else "L" if upright.mode in ("1", "L") else "RGB"
    if profile and upright.mode == "RGB" and mode == "RGB":
        try:
            given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            usual = ImageCms.createProfile("sRGB")
            upright = ImageCms.profileToProfile(upright, given, usual, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            profile = None
    upright = upright.convert(mode)
    plain = Image.new(mode, upright.size)
    plain.paste(upright)
    return plain


def picture(source: BinaryIO, code: str) -> tuple[str, io.BytesIO]:
    """A picture drawn anew."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = _MOST_PIXELS
    out = io.BytesIO()
    with Image.open(source, formats=_FORMATS[code]) as image:
        if code != "jpeg" and getattr(image, "n_frames", 1) > 1:
            raise Uncleanable
        plain = bare(image)
    if plain.mode == "RGBA" or code in ("png", "gif", "bmp"):
        plain.save(out, "PNG")
        return "png", out
    plain.save(out, "JPEG", quality=_QUALITY)
    return "jpeg", out


def pages(source: BinaryIO, code: str) -> tuple[str, io.BytesIO]:
    """The pages of a scan, each drawn anew, as a PDF."""
    import pikepdf
    from PIL import Image, ImageSequence

    Image.MAX_IMAGE_PIXELS = _MOST_PIXELS
    joined = pikepdf.new()
    with Image.open(source, formats=_FORMATS[code]) as image:
        for page in ImageSequence.Iterator(image):
            drawn, density = bare(page), page.info.get("dpi", (150, 150))[0]
            single = io.BytesIO()
            if drawn.mode == "RGBA":
                drawn = drawn.convert("RGB")
            drawn.save(single, "PDF", resolution=max(float(density), 36.0), quality=_QUALITY)
            with pikepdf.open(single) as alone:
                joined.pages.extend(alone.pages)
    return "pdf", _rewritten(joined)


# --- PDF --------------------------------------------------------------------------------------


def without_marks(jpeg: bytes) -> bytes:
    """A JPEG without what was written beside its picture, but for what its colours need."""
    if not jpeg.startswith(b"\xff\xd8"):
        return jpeg
    without, at = bytearray(b"\xff\xd8"), 2
    while at + 4 <= len(jpeg) and jpeg[at] == 0xFF and jpeg[at + 1] != 0xDA:
        mark = jpeg[at + 1]
        if mark == 0xFF:
            at += 1
            continue
        length = 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
        # Of what applications write, 14 says how the colours are coded.
        if not (0xE0 <= mark <= 0xEF and mark != 0xEE) and mark != 0xFE:
            without += jpeg[at : at + length]
        at += length
    return bytes(without) + jpeg[at:]


def pdf(source: BinaryIO, _code: str) -> tuple[str, io.BytesIO]:
    """A PDF without what it says of its making, what is attached to it, and what it does."""
    import pikepdf

    try:
        with pikepdf.open(source) as read:
            _refuse_too_much(read)
            return "pdf", _rewritten(read)
    except pikepdf.PdfError:
        raise Uncleanable from None


def _refuse_too_much(read: Any) -> None:
    """Raise Uncleanable if a small file becomes more, page by page or unpacked, than anybody reads:
    whatever opens it later would take all memory and time."""
    import pikepdf

    if len(read.pages) > MOST_PAGES:
        raise Uncleanable
    room = MOST_UNPACKED
    for part in read.objects:
        if not isinstance(part, pikepdf.Stream):
            continue
        if int(part.get("/Width", 0)) * int(part.get("/Height", 0)) > _MOST_PIXELS:
            raise Uncleanable
        room -= _unpacked_size(part, room)
        if room < 0:
            raise Uncleanable


def _unpacked_size(stream: Any, room: int) -> int:
    """Bytes of a stream once it is unpacked, or more than `room`; a picture's pixels are counted
    elsewhere."""
    filters = stream.get("/Filter", [])
    names = [str(name) for name in filters] if _is_array(filters) else [str(filters)]
    content = stream.read_raw_bytes()
    for name in names:
        if name in ("/FlateDecode", "/Fl"):
            try:
                content = zlib.decompressobj().decompress(content, max(room, 0) + 1)
            except zlib.error:
                break
        elif name in ("/LZWDecode", "/LZW", "/RunLengthDecode", "/RL"):
            # Unpacked whole: this process may not take more memory than it was given.
            return len(stream.read_bytes())
    return len(content)


def _is_array(filters: Any) -> bool:
    import pikepdf

    return isinstance(filters, list | pikepdf.Array)


def _rewritten(read: Any) -> io.BytesIO:
    import pikepdf

    for part in read.objects:
        if isinstance(part, pikepdf.Stream):
            _drop(part.stream_dict)
            if part.get("/Filter") == pikepdf.Name.DCTDecode:
                drawn = without_marks(part.read_raw_bytes())
                part.write(drawn, filter=pikepdf.Name.DCTDecode, type_check=False)
        elif isinstance(part, pikepdf.Dictionary):
            _drop(part)
    for name in ("/Info", "/ID"):
        if name in read.trailer:
            del read.trailer[name]
    out = io.BytesIO()
    read.remove_unreferenced_resources()
    read.save(out, deterministic_id=True, object_stream_mode=_generated())
    return out


def _generated() -> Any:
    import pikepdf

    return pikepdf.ObjectStreamMode.generate


def _drop(found: Any) -> None:
    """Clear a dictionary and those that lie directly in it."""
    import pikepdf

    for name in _PDF_DROPPED:
        if name in found:
            del found[name]
    if "/Subtype" in found and "/Rect" in found:
        for name in _PDF_NOTE_DROPPED:
            if name in found and str(found["/Subtype"]) != "/Widget":
                del found[name]
    if str(found.get("/S", "")) in _PDF_ACTIONS and found.get("/Type", "/Action") == "/Action":
        for name in list(found.keys()):
            del found[name]
    for name in list(found.keys()):
        inner = found[name]
        if isinstance(inner, pikepdf.Dictionary) and not inner.is_indirect:
            _drop(inner)


# --- Sound and video --------------------------------------------------------------------------


def media(source: BinaryIO, code: str, container: str) -> tuple[str, io.BytesIO]:
    """Sound and moving pictures as they are, in a new container; nothing else of the old one."""
    import av

    av.logging.set_level(av.logging.PANIC)
    for muxer, becomes in _MUXERS[code]:
        source.seek(0)
        try:
            return _remuxed(source, container, muxer, becomes)
        except (av.FFmpegError, ValueError, NotImplementedError) as error:
            if isinstance(error, MemoryError):
                raise
    raise Uncleanable


def _remuxed(source: BinaryIO, container: str, muxer: str, becomes: str) -> tuple[str, io.BytesIO]:
    import av

    out = io.BytesIO()
    options = {"fflags": "+bitexact"} | _MUXER_OPTIONS.get(muxer, {})
    with (
        av.open(source, "r", format=container, metadata_errors="ignore") as before,
        av.open(out, "w", format=muxer, options=options) as after,
    ):
        taken, filters = {}, {}
        for stream in before.streams:
            if stream.type not in ("audio", "video") or _is_cover(stream):
                continue
            new = after.add_stream_from_template(stream)
            new.metadata.clear()
            taken[stream.index] = new
            units = _UNITS.get(stream.codec_context.name)
            if units:
                filters[stream.index] = av.bitstream.BitStreamFilterContext(units, stream)
        if not taken:
            raise Uncleanable
        after.metadata.clear()
        written = 0
        for packet in before.demux([before.streams[index] for index in taken]):
            if packet.dts is None:
                continue
            index = packet.stream.index
            packets = filters[index].filter(packet) if index in filters else [packet]
            for clean in packets:
                clean.stream = taken[index]
                after.mux(clean)
                written += 1
        if not written:
            raise Uncleanable
        only_sound = all(stream.type == "audio" for stream in taken.values())
    return ("m4a" if becomes == "mp4" and only_sound else becomes), out


def _is_cover(stream: Any) -> bool:
    import av

    return bool(stream.disposition & av.stream.Disposition.attached_pic)


# --- The process ------------------------------------------------------------------------------


def cleaned(source: BinaryIO, cleaner: str, code: str, container: str) -> tuple[str, io.BytesIO]:
    """The kind of the cleaned copy, and the copy. Raises Uncleanable."""
    if cleaner == "media":
        return media(source, code, container)
    return {"picture": picture, "pages": pages, "pdf": pdf}[cleaner](source, code)


def _no_room(error: BaseException) -> bool:
    return isinstance(error, MemoryError) or bool(_NO_ROOM_SAID.search(str(error)))


def main(arguments: list[str]) -> int:
    """Clean the file that lies in the memory which the caller handed over."""
    megabytes, seconds, descriptor = (int(argument) for argument in arguments[:3])
    cleaner, code, container = arguments[3:6]
    limit(megabytes, seconds)
    try:
        with open(descriptor, "rb") as source:
            source.seek(0)
            becomes, out = cleaned(source, cleaner, code, container)
        answer = sys.stdout.buffer
        answer.write(becomes.encode() + b"\n")
        answer.write(out.getbuffer())
        answer.flush()
    except Exception as error:
        return NO_ROOM if _no_room(error) else UNCLEANABLE
    return ENDED_WELL
