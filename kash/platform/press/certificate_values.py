"""Values of certificates: how they look, and what differs from person to person."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

DesignName = Literal["classic", "modern", "plain", "own"]
CertificatePage = Literal["A4", "A5", "letter"]


@dataclass(frozen=True, slots=True)
class Signatory:
    """A person who signs over the line: by hand, or by `image`, a picture as a `data:` address."""

    name: str
    role: str
    image: str = ""


@dataclass(frozen=True, slots=True)
class FunderPicture:
    """Whose money it was: the name is read aloud, `image` is a picture as a `data:` address."""

    name: str
    image: str


@dataclass(frozen=True, slots=True)
class CertificateWording:
    """Wording of every certificate of a design. An empty part is left out.

    `subheading` is the heading in `subheading_language`, and `certify_line_second` the line above
    the name; `organisation` is the programme's neutral document name; `check_line` tells where the
    serial can be checked.
    """

    heading: str
    certify_line: str
    organisation: str
    check_line: str
    subheading: str = ""
    subheading_language: str = "sw"
    certify_line_second: str = ""


@dataclass(frozen=True, slots=True)
class OwnDesign:
    """A design that a programme wrote itself: the inside of the body, and its stylesheet.

    What the press fills in are elements marked `data-field`; there is no template language.
    `images` maps the names that the markup uses to `data:` addresses.
    """

    html: str
    css: str
    images: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CertificateDesign:
    """How all certificates of a batch look. `language` is that of the words, for screen readers.

    `accent` (`#rrggbb`) takes the place of the designs' blue-green; "plain" stays black. `dated`
    goes into the file's properties and is the time of every file in a zip. `logo` and `seal` are
    pictures as `data:` addresses. Pages lie on their long side. `void` is printed large and pale
    across every page, for previews.
    """

    name: DesignName
    language: str
    wording: CertificateWording
    signatories: tuple[Signatory, ...]
    accent: str | None = None
    dated: datetime | None = None
    logo: str = ""
    seal: str = ""
    marks: tuple[FunderPicture, ...] = ()
    page: CertificatePage = "A4"
    own: OwnDesign | None = None
    void: str = ""

    def __post_init__(self) -> None:
        if self.name not in get_args(DesignName) or (self.name == "own") != (self.own is not None):
            raise ValueError("no such certificate design")
        if not 1 <= len(self.signatories) <= 4:
            raise ValueError("a certificate has one to four signatories")
        if self.accent is not None and not re.fullmatch(r"#[0-9a-fA-F]{6}", self.accent):
            raise ValueError("an accent is written #rrggbb")
        if self.page not in get_args(CertificatePage):
            raise ValueError("no such page")


@dataclass(frozen=True, slots=True)
class CertificateEntry:
    """Entry of one certificate: all that differs from person to person.

    `serial` is printed as it is given. Where `course_title` occurs in the sentence `body`, it is
    emphasised once; `body_second` is the sentence in the second language. `date_text`,
    `hours_text` and `expires_text` are lines of their own below it. `qr` is what the code holds.
    Entries with the same sentences share one plate, so what differs belongs into the lines.
    """

    serial: str
    printed_name: str
    body: str
    qr: str
    course_title: str = ""
    date_text: str = ""
    hours_text: str = ""
    expires_text: str = ""
    body_second: str = ""
