"""Certificates: three designs, one page for each person."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from kash.press.child_process import (
    NameLine,
    Piece,
    Progress,
    RenderLimits,
    RenderRequest,
    render,
)
from kash.press.markup import escaped, in_utc, opening
from kash.press.qr import qr_svg

DesignName = Literal["classic", "modern", "plain"]

_ASSETS = Path(__file__).with_name("assets")
_LAKE = "#0a5463"
_MILLIMETRE = 96 / 25.4
_NAME_LINES: dict[DesignName, NameLine] = {
    "classic": {"css_class": "classic", "width": 186 * _MILLIMETRE, "points": 35.0},
    "modern": {"css_class": "modern", "width": 190 * _MILLIMETRE, "points": 46.0},
    "plain": {"css_class": "plain", "width": 198 * _MILLIMETRE, "points": 34.0},
}
_UNSAFE_IN_A_FILE_NAME = re.compile(r"[^A-Za-z0-9-]+")
_EARLIEST_ZIP_TIME = datetime(1980, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Signatory:
    """A person who signs by hand over the line."""

    name: str
    role: str


@dataclass(frozen=True, slots=True)
class CertificateWording:
    """What stands on every certificate of a design. An empty part is left out.

    `subheading` is the heading in `subheading_language`; `organisation` is the programme's neutral
    document name; `check_line` tells where the serial can be checked.
    """

    heading: str
    certify_line: str
    organisation: str
    check_line: str
    subheading: str = ""
    subheading_language: str = "sw"


@dataclass(frozen=True, slots=True)
class CertificateDesign:
    """How all certificates of a batch look. `language` is that of the words, for screen readers.

    `accent` (`#rrggbb`) takes the place of the designs' blue-green; "plain" stays black. `dated`
    goes into the file's properties and is the time of every file in a zip. `logo` is a picture as
    a `data:` address.
    """

    name: DesignName
    language: str
    wording: CertificateWording
    signatories: tuple[Signatory, ...]
    accent: str | None = None
    dated: datetime | None = None
    logo: str = ""

    def __post_init__(self) -> None:
        if self.name not in _NAME_LINES:
            raise ValueError("no such certificate design")
        if not 1 <= len(self.signatories) <= 4:
            raise ValueError("a certificate has one to four signatories")
        if self.accent is not None and not re.fullmatch(r"#[0-9a-fA-F]{6}", self.accent):
            raise ValueError("an accent is written #rrggbb")


@dataclass(frozen=True, slots=True)
class CertificateEntry:
    """What differs from person to person.

    `serial` is printed as it is given. Where `course_title` occurs in the sentence `body`, it is
    emphasised once. `date_text` is a line of its own below it. `qr` is what the code holds.
    """

    serial: str
    printed_name: str
    body: str
    qr: str
    course_title: str = ""
    date_text: str = ""


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
        pieces=[_page(design, entry) for entry in entries],
        stylesheet="certificates.css",
        separate=separate,
        background=_background(design),
        name_line=_NAME_LINES[design.name],
    )
    # Measured at a seventh of this; a busy machine must not lose a batch.
    allowed = limits or RenderLimits(seconds=60 + 0.5 * len(entries))
    return render(request, allowed, progress)


def _background(design: CertificateDesign) -> str:
    """The page under the words, the same for everyone."""
    picture = ""
    if design.name in ("classic", "modern"):
        file = "guilloche.svg" if design.name == "classic" else "cloth.svg"
        picture = (_ASSETS / file).read_text(encoding="utf-8")
        picture = picture.replace(_LAKE, design.accent or _LAKE)
    start = opening(title="", language=design.language, dated=None, style="", body="certificates")
    return f'{start}<section class="cert {design.name}"><div class="back">{picture}</div></section>'


def _page(design: CertificateDesign, entry: CertificateEntry) -> Piece:
    words = design.wording
    signs = "".join(
        f'<div class="sign"><b>{escaped(s.name)}</b><span>{escaped(s.role)}</span></div>'
        for s in design.signatories
    )
    organisation = _optional("p", "org", words.organisation)
    if design.logo:
        alternative = escaped(words.organisation or words.heading)
        picture_line = f'<img class="logo" src="{escaped(design.logo)}" alt="{alternative}">'
        organisation = picture_line + organisation
    second = (
        f'<p class="second" lang="{escaped(words.subheading_language)}">'
        f"{escaped(words.subheading)}</p>"
        if words.subheading
        else ""
    )
    date = _optional("p", "dated", entry.date_text)
    picture = qr_svg(entry.qr, label=f"{words.check_line} {entry.serial}".strip())
    check = f"<br>{escaped(words.check_line)}" if words.check_line else ""
    return Piece(
        before=(
            f'<section class="cert {design.name}" lang="{escaped(design.language)}">'
            f'<div class="body">{organisation}<h1>{escaped(words.heading)}</h1>{second}'
            f"{_optional('p', 'to', words.certify_line)}"
        ),
        name=escaped(entry.printed_name),
        after=(
            f'<p class="for">{_emphasised(entry.body, entry.course_title)}</p>{date}'
            f'<div class="signs of{len(design.signatories)}">{signs}</div>'
            f'<div class="verify">{picture}<p class="check"><b>{escaped(entry.serial)}</b>'
            f"{check}</p></div></div></section>"
        ),
    )


def _optional(element: str, css_class: str, text: str) -> str:
    return f'<{element} class="{css_class}">{escaped(text)}</{element}>' if text.strip() else ""


def _emphasised(sentence: str, part: str) -> str:
    whole, marked = escaped(sentence), escaped(part)
    return whole.replace(marked, f"<em>{marked}</em>", 1) if marked else whole
