"""Certificates: three designs, one page for each person."""

from __future__ import annotations

import base64
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from kash.press.certificate_values import CertificateDesign, CertificateEntry, DesignName
from kash.press.child_process import (
    NameLine,
    Piece,
    Progress,
    RenderLimits,
    RenderRequest,
    render,
)
from kash.press.designs import plate_markup
from kash.press.markup import in_utc, opening
from kash.press.qr import qr_svg

_MILLIMETRE = 96 / 25.4
_NAME_LINES: dict[DesignName, NameLine] = {
    "classic": {"css_class": "classic", "width": 186 * _MILLIMETRE, "points": 35.0},
    "modern": {"css_class": "modern", "width": 190 * _MILLIMETRE, "points": 46.0},
    "own": {"css_class": "own", "width": 198 * _MILLIMETRE, "points": 34.0},
    "plain": {"css_class": "plain", "width": 198 * _MILLIMETRE, "points": 34.0},
}
_UNSAFE_IN_A_FILE_NAME = re.compile(r"[^A-Za-z0-9-]+")
_EARLIEST_ZIP_TIME = datetime(1980, 1, 1, tzinfo=UTC)


def print_file(
    design: CertificateDesign,
    entries: Sequence[CertificateEntry],
    progress: Progress | None = None,
    limits: RenderLimits | None = None,
) -> bytes:
    """One PDF with a page for each entry, in order."""
    (printed,) = _rendered(design, entries, False, progress, limits)
    return printed


def single_files(
    design: CertificateDesign,
    entries: Sequence[CertificateEntry],
    progress: Progress | None = None,
    limits: RenderLimits | None = None,
) -> Iterator[tuple[str, bytes]]:
    """A serial and its PDF for each entry, in order, each as soon as it is made."""
    files = _rendered(design, entries, True, progress, limits)
    return zip((entry.serial for entry in entries), files, strict=True)


def zip_file(
    design: CertificateDesign,
    entries: Sequence[CertificateEntry],
    progress: Progress | None = None,
    limits: RenderLimits | None = None,
) -> bytes:
    """A zip of the single files, each named by its serial and never by a person."""
    names = [f"{_UNSAFE_IN_A_FILE_NAME.sub('-', entry.serial)}.pdf" for entry in entries]
    if len(set(names)) < len(names):
        raise ValueError("two entries have the same serial")
    moment = max(in_utc(design.dated or _EARLIEST_ZIP_TIME), _EARLIEST_ZIP_TIME)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, (_, content) in zip(
            names, single_files(design, entries, progress, limits), strict=True
        ):
            information = zipfile.ZipInfo(name, moment.timetuple()[:6])
            information.create_system = 3
            information.external_attr = 0o600 << 16
            archive.writestr(information, content)
    return packed.getvalue()


def _rendered(
    design: CertificateDesign,
    entries: Sequence[CertificateEntry],
    separate: bool,
    progress: Progress | None,
    limits: RenderLimits | None,
) -> Iterator[bytes]:
    if not entries:
        raise ValueError("there is nothing to print")
    style = f":root {{ --lake: {design.accent}; }}" if design.accent else ""
    request = RenderRequest(
        opening=opening(
            title=design.wording.heading,
            language=design.language,
            dated=design.dated,
            style=style,
            body="certificates",
        ),
        pieces=[_piece(design, entry) for entry in entries],
        stylesheet="certificates.css",
        separate=separate,
        name_line=_NAME_LINES[design.name],
    )
    # Measured at a seventh of this; a busy machine must not lose a batch.
    allowed = limits or RenderLimits(seconds=60 + 0.5 * len(entries))
    return render(request, allowed, progress)


def _piece(design: CertificateDesign, entry: CertificateEntry) -> Piece:
    picture = base64.b64encode(qr_svg(entry.qr).encode("ascii")).decode("ascii")
    page = plate_markup(design, entry, f"data:image/svg+xml;base64,{picture}")
    page = page[page.index("<body") :].partition(">")[2]
    before, _, rest = page.partition('<p class="name" data-field="name">')
    name, _, after = rest.partition("</p>")
    return Piece(before=before, name=name, after=after)
