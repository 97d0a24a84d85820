"""Certificates: pages of one batch, as one file to print, single files, or a ZIP of these."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from kash.platform.press.certificate_values import CertificateDesign, CertificateEntry
from kash.platform.press.child_process import Progress, RenderLimits
from kash.platform.press.designs import plate_markup
from kash.platform.press.markup import PageRequest, in_utc, one_line
from kash.platform.press.pdf_parts import PrintWriter
from kash.platform.press.qr import Symbol, qr_symbol
from kash.platform.press.shaping import (
    DIGITS,
    LETTERS,
    SERIAL_LETTERS,
    is_latin,
    letters_beyond,
    normal,
)
from kash.platform.press.stamping import SingleWriter, Stamper, made_plates, plate_store

# Stands in the box of the code until each person's own is set there.
_EMPTY_PICTURE = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK"
    "+kcQAAAABJRU5ErkJggg=="
)
_SAMPLES = {
    "name": "Affia Wafula-Tov",
    "serial": "0A1B-2C3D",
    "date": "Issued on 20 November",
    "hours": "12 hours",
    "expires": "Valid until 20 November",
}
_ZOOMS = {"A4": 1.0, "A5": 148.5 / 210, "letter": 279.4 / 297}
# Portions of those whose names no plate can set: a child works on one at a time.
_PORTION = 50
# Pages whose drawings are held at a time.
_AT_ONCE = 1000
# For fewer, a thread of its own costs more time than it gains.
_MANY = 10


@dataclass(frozen=True, slots=True)
class StampedPage:
    """A plate, by its stamper, and the drawing that makes it one person's."""

    stamper: Stamper
    drawing: bytes


def stamped_pages(
    design: CertificateDesign, entries: Sequence[CertificateEntry], limits: RenderLimits | None
) -> Iterator[StampedPage]:
    """A page for each entry, in order. The layout engine sets those that the plate can't."""
    if not entries:
        raise ValueError("there is nothing to print")
    # A plate takes a tenth of a second; a busy machine must not lose a batch.
    bounds = limits or RenderLimits(seconds=60 + 0.05 * len(entries))
    return _stamped_pages(design, entries, bounds)


def _stamped_pages(
    design: CertificateDesign, entries: Sequence[CertificateEntry], limits: RenderLimits
) -> Iterator[StampedPage]:
    stampers, codes = _stampers_and_codes(design, entries, limits)
    for start in range(0, len(entries), _AT_ONCE):
        portion = entries[start : start + _AT_ONCE]
        if start:
            codes = [qr_symbol(entry.qr) for entry in portion]
        drawings = [
            stamper.drawing(_texts(entry), {"qr": code})
            for entry, code, stamper in zip(portion, codes, stampers[start:], strict=False)
        ]
        others = _set_whole(
            design,
            [entry for entry, drawing in zip(portion, drawings, strict=True) if drawing is None],
            limits,
        )
        for drawing, stamper in zip(drawings, stampers[start:], strict=False):
            if drawing is None:
                yield next(others)
            else:
                yield StampedPage(stamper, drawing)


def _stampers_and_codes(
    design: CertificateDesign, entries: Sequence[CertificateEntry], limits: RenderLimits
) -> tuple[list[Stamper], list[Symbol]]:
    """The stamper of each entry, and the codes of the first portion."""
    if len(entries) < _MANY:
        return _stampers(design, entries, limits), [qr_symbol(entry.qr) for entry in entries]
    with ThreadPoolExecutor(1) as elsewhere:
        plates = elsewhere.submit(_stampers, design, entries, limits)
        # Codes need no plate: they are made while the child makes it.
        codes = [qr_symbol(entry.qr) for entry in entries[:_AT_ONCE]]
        return plates.result(), codes


def _stampers(
    design: CertificateDesign, entries: Sequence[CertificateEntry], limits: RenderLimits
) -> list[Stamper]:
    """The stamper of each entry: one for all that say the same but for their fields."""
    stylesheet = "" if design.own else "certificates.css"
    kinds = [_sample(entry) for entry in entries]
    distinct = list(dict.fromkeys(kinds))
    learned = _learned(entries)
    requests = [_plate_request(design, sample, learned) for sample in distinct]
    stampers = plate_store.stampers(requests, stylesheet, limits)
    if any(odd := _odd_words(entries, stampers[0])):
        # Letters that meet in a way that no font was asked for before.
        learned = {**learned, "name": [*learned["name"], *odd]}
        requests = [_plate_request(design, sample, learned) for sample in distinct]
        stampers = plate_store.stampers(requests, stylesheet, limits)
    of_kind = dict(zip(distinct, stampers, strict=True))
    return [of_kind[kind] for kind in kinds]


def _sample(entry: CertificateEntry) -> CertificateEntry:
    """An entry with the same sentences and the same lines, and nobody's own words in them."""
    return replace(
        entry,
        serial=_SAMPLES["serial"],
        printed_name=_SAMPLES["name"],
        qr="",
        date_text=_SAMPLES["date"] if entry.date_text.strip() else "",
        hours_text=_SAMPLES["hours"] if entry.hours_text.strip() else "",
        expires_text=_SAMPLES["expires"] if entry.expires_text.strip() else "",
    )


def _texts(entry: CertificateEntry) -> dict[str, str]:
    return {
        "name": entry.printed_name,
        "serial": entry.serial,
        "date": entry.date_text,
        "hours": entry.hours_text,
        "expires": entry.expires_text,
    }


def _learned(entries: Sequence[CertificateEntry]) -> dict[str, list[str]]:
    """For each field the letters that its font must have: the usual ones, then those used."""
    usual = {"name": LETTERS, "serial": SERIAL_LETTERS}
    given = [_texts(entry) for entry in entries]
    return {
        name: [
            *usual.get(name, DIGITS),
            *letters_beyond(usual.get(name, DIGITS), [one_line(texts[name]) for texts in given]),
        ]
        for name in _SAMPLES
    }


def _odd_words(entries: Sequence[CertificateEntry], stamper: Stamper) -> list[str]:
    """Words of names of which a plate that knows each of their letters lacks a glyph."""
    words = {word for entry in entries for word in normal(one_line(entry.printed_name)).split()}
    latin = sorted(word for word in words if is_latin(word))
    lacking = stamper.unsettable("name", latin)
    return [word for word in lacking if not stamper.unsettable("name", word)]


def _plate_request(
    design: CertificateDesign, sample: CertificateEntry, learned: dict[str, list[str]]
) -> PageRequest:
    return PageRequest(
        markup=plate_markup(design, sample, _EMPTY_PICTURE),
        hidden={**_texts(sample), "qr": ""},
        drawn={},
        learned=learned,
        words=["name"],
        language=design.language,
        zoom=_ZOOMS[design.page],
        margin="",
    )


def _set_whole(
    design: CertificateDesign, entries: Sequence[CertificateEntry], limits: RenderLimits
) -> Iterator[StampedPage]:
    """Pages that the layout engine sets from beginning to end; only the code is stamped."""
    stylesheet = "" if design.own else "certificates.css"
    for start in range(0, len(entries), _PORTION):
        portion = entries[start : start + _PORTION]
        requests = [
            PageRequest(
                markup=plate_markup(design, entry, _EMPTY_PICTURE),
                hidden={"qr": ""},
                drawn={name: one_line(text) for name, text in _texts(entry).items()},
                learned={},
                words=[],
                language=design.language,
                zoom=_ZOOMS[design.page],
                margin="",
            )
            for entry in portion
        ]
        for entry, plate in zip(portion, made_plates(requests, stylesheet, limits), strict=True):
            stamper = Stamper(plate)
            yield StampedPage(stamper, stamper.drawing({}, {"qr": qr_symbol(entry.qr)}) or b"")


_MADE_BY_UNIX = 3 << 8
_VERSION = 20
_UTF8 = 0x800
_PRIVATE = 0o600 << 16
_LOCAL = struct.Struct("<IHHHHHIIIHH")
_CENTRAL = struct.Struct("<IHHHHHHIIIHHHHHII")
_END = struct.Struct("<IHHHHIIH")
_END_64 = struct.Struct("<IQHHIIQQQQ")
_LOCATOR_64 = struct.Struct("<IIQI")
_MOST = 0xFFFF_FFFF
_MOST_FILES = 0xFFFF


def zip_pieces(files: Iterable[tuple[str, bytes, int, bytes]], moment: datetime) -> Iterator[bytes]:
    """The bytes of the archive, stored and not compressed, for what is compressed already.

    Each file is its name, the beginning that it shares, the CRC-32 of that, and its own end.
    """
    day = (moment.year - 1980) << 9 | moment.month << 5 | moment.day
    time = moment.hour << 11 | moment.minute << 5 | moment.second // 2
    directory = []
    at = 0
    for name, shared, checksum, own in files:
        encoded = name.encode("utf-8")
        checked = zlib.crc32(own, checksum)
        size = len(shared) + len(own)
        about = (_UTF8, 0, time, day, checked, size, size, len(encoded))
        yield _LOCAL.pack(0x04034B50, _VERSION, *about, 0) + encoded
        yield shared
        yield own
        far = struct.pack("<HHQ", 1, 8, at) if at >= _MOST else b""
        directory.append(
            _CENTRAL.pack(
                0x02014B50,
                _MADE_BY_UNIX | _VERSION,
                _VERSION,
                *about,
                len(far),
                0,
                0,
                0,
                _PRIVATE,
                min(at, _MOST),
            )
            + encoded
            + far
        )
        at += _LOCAL.size + len(encoded) + size
    yield from _ending(b"".join(directory), len(directory), at)


def _ending(directory: bytes, count: int, at: int) -> Iterator[bytes]:
    yield directory
    if count > _MOST_FILES or at + len(directory) >= _MOST:
        yield _END_64.pack(
            0x06064B50, _END_64.size - 12, 45, 45, 0, 0, count, count, len(directory), at
        )
        yield _LOCATOR_64.pack(0x07064B50, 0, at + len(directory), 1)
    files = min(count, _MOST_FILES)
    yield _END.pack(0x06054B50, 0, 0, files, files, min(len(directory), _MOST), min(at, _MOST), 0)


_UNSAFE_IN_A_FILE_NAME = re.compile(r"[^A-Za-z0-9-]+")
_EARLIEST_ZIP_TIME = datetime(1980, 1, 1, tzinfo=UTC)
_TOLD_EVERY = 20


def print_pieces(
    design: CertificateDesign,
    entries: Sequence[CertificateEntry],
    progress: Progress | None = None,
    limits: RenderLimits | None = None,
) -> Iterator[bytes]:
    """One PDF with a page for each entry, in order, as pieces that follow each other."""
    writer: PrintWriter | None = None
    for page in _told(stamped_pages(design, entries, limits), len(entries), progress):
        plate = page.stamper.plate
        writer = writer or PrintWriter(plate)
        yield from writer.add(plate, page.drawing)
    if writer is not None:
        yield from writer.end()


def print_file(
    design: CertificateDesign,
    entries: Sequence[CertificateEntry],
    progress: Progress | None = None,
    limits: RenderLimits | None = None,
) -> bytes:
    """One PDF with a page for each entry, in order."""
    return b"".join(print_pieces(design, entries, progress, limits))


def single_files(
    design: CertificateDesign,
    entries: Sequence[CertificateEntry],
    progress: Progress | None = None,
    limits: RenderLimits | None = None,
) -> Iterator[tuple[str, bytes]]:
    """A serial and its PDF for each entry, in order, each as soon as it is made."""
    pages = _told(stamped_pages(design, entries, limits), len(entries), progress)
    for entry, (writer, ending) in zip(entries, _endings(pages), strict=True):
        yield entry.serial, writer.prefix + ending


def zip_file_pieces(
    design: CertificateDesign,
    entries: Sequence[CertificateEntry],
    progress: Progress | None = None,
    limits: RenderLimits | None = None,
) -> Iterator[bytes]:
    """A zip of the single files, each named by its serial and never by a person, in pieces.

    All of it together may be much larger than memory should be.
    """
    names = [f"{_UNSAFE_IN_A_FILE_NAME.sub('-', entry.serial)}.pdf" for entry in entries]
    if len(set(names)) < len(names):
        raise ValueError("two entries have the same serial")
    moment = max(in_utc(design.dated or _EARLIEST_ZIP_TIME), _EARLIEST_ZIP_TIME)
    pages = _told(stamped_pages(design, entries, limits), len(entries), progress)
    return zip_pieces(
        (
            (name, writer.prefix, writer.checksum, ending)
            for name, (writer, ending) in zip(names, _endings(pages), strict=True)
        ),
        moment,
    )


def zip_file(
    design: CertificateDesign,
    entries: Sequence[CertificateEntry],
    progress: Progress | None = None,
    limits: RenderLimits | None = None,
) -> bytes:
    """The zip of `zip_file_pieces` as a whole."""
    return b"".join(zip_file_pieces(design, entries, progress, limits))


def _endings(pages: Iterator[StampedPage]) -> Iterator[tuple[SingleWriter, bytes]]:
    """For each page what writes its file, and the part of the file that is its own."""
    for page in pages:
        writer = page.stamper.single_writer
        yield writer, writer.ending(page.drawing)


def _told(
    pages: Iterator[StampedPage], total: int, progress: Progress | None
) -> Iterator[StampedPage]:
    for done, page in enumerate(pages, 1):
        yield page
        if progress is not None and (done % _TOLD_EVERY == 0 or done == total):
            progress(done, total)
