"""Certificates: a plate for each design, stamped once for each person."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from kash.platform.press.certificate_pages import StampedPage, stamped_pages
from kash.platform.press.certificate_values import CertificateDesign, CertificateEntry
from kash.platform.press.child_process import Progress, RenderLimits
from kash.platform.press.markup import in_utc
from kash.platform.press.print_writing import PrintWriter
from kash.platform.press.single_writing import SingleWriter
from kash.platform.press.zip_writing import zip_pieces

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
