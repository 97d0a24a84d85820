"""Photos of answer sheets as readings: the caller's side of the confined child. The child has read
a stranger's file, so whatever it answers is looked at as a stranger's answer. Words on an answer
sheet in each language, and for why a photo could not be read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.assessments.sheets.layout import Corner, SheetLayout, layouts_text
from kash.assessments.sheets.markup import SaidTwice, SheetWording
from kash.assessments.sheets.verdicts import RowReading, RowVerdict, UnreadReason
from kash.platform.cleaning import SCANS, CannotClean, CleaningLimits, FileKind, turn
from kash.platform.confinement import NoAnswer, answer_of, ended, in_memory, start
from kash.platform.database import is_public_id

_CHILD = "kash.assessments.sheets.child"
_MOST_ANSWERED = 64 * 1024 * 1024
_LONGEST_LINE = 64 * 1024


@dataclass(frozen=True, slots=True)
class ReadAnswerSheet:
    """A sheet that was read: its public id, its page from 1, and each row of that page in order.

    `name` shows the line for a name, and `strips` the rows that a person is asked about, by their
    place from 0: as seen from straight above, as JPEG, with nothing in them but what is seen.
    """

    sheet: str
    page: int
    rows: tuple[RowReading, ...]
    name: bytes
    strips: dict[int, bytes]


@dataclass(frozen=True, slots=True)
class UnreadPhoto:
    """A photo of which nothing was taken, and why. `missing` are the corners that no code told."""

    reason: UnreadReason
    missing: tuple[Corner, ...] = ()


def read_photos(
    pieces: Iterable[bytes],
    kind: FileKind,
    pages: Sequence[SheetLayout],
    limits: CleaningLimits | None = None,
) -> list[ReadAnswerSheet | UnreadPhoto]:
    """Readings of a photo, or of each page of a scan, for a test whose sheets have these pages.

    Whether the sheet is one of this test, the caller asks by its id. Raises CannotClean, also for a
    kind that is not taken, and CleaningBusy.
    """
    if kind.code not in SCANS:
        raise CannotClean
    limits = limits or CleaningLimits(seconds=60)
    with turn(), in_memory(pieces) as descriptor:
        arguments = (limits.megabytes, limits.seconds, descriptor, kind.code)
        try:
            child = start(_CHILD, [*arguments, layouts_text(pages)], descriptors=[descriptor])
        except NoAnswer:
            raise CannotClean from None
        try:
            answer = b"".join(answer_of(child, limits.seconds, _MOST_ANSWERED))
        except NoAnswer:
            raise CannotClean from None
        finally:
            ended(child)
    return photos_told(answer, pages)


def photos_told(answer: bytes, pages: Sequence[SheetLayout]) -> list[ReadAnswerSheet | UnreadPhoto]:
    """The photos that a child's answer tells of. Raises CannotClean for what is no such answer."""
    photos: list[ReadAnswerSheet | UnreadPhoto] = []
    while answer:
        line, ending, answer = answer.partition(b"\n")
        if not ending or len(line) > _LONGEST_LINE:
            raise CannotClean
        try:
            told = json.loads(line)
            if "reason" in told:
                missing = tuple(Corner(corner) for corner in told["missing"])
                photos.append(UnreadPhoto(UnreadReason(told["reason"]), missing))
                continue
            sheet, answer = _sheet(told, answer, pages)
        except (KeyError, IndexError, TypeError, ValueError, OverflowError, RecursionError):
            raise CannotClean from None
        photos.append(sheet)
    if not photos:
        raise CannotClean
    return photos


def _sheet(told: Any, rest: bytes, pages: Sequence[SheetLayout]) -> tuple[ReadAnswerSheet, bytes]:
    """A sheet, and what comes after its strips. Raises ValueError, or another of its kind."""
    number = told["page"]
    if type(number) is not int or not 1 <= number <= len(pages) or not is_public_id(told["sheet"]):
        raise ValueError
    bubbles = pages[number - 1].bubbles
    rows = tuple(_row(line, count) for line, count in zip(told["rows"], bubbles, strict=True))
    in_doubt = [at for at, line in enumerate(rows) if line.is_asked]
    strips: list[bytes] = []
    for length in told["strips"]:
        if type(length) is not int or not 0 < length <= len(rest):
            raise ValueError
        strips.append(rest[:length])
        rest = rest[length:]
    by_row = dict(zip(in_doubt, strips[1:], strict=True))
    return ReadAnswerSheet(told["sheet"], number, rows, strips[0], by_row), rest


def _row(told: Any, bubbles: int) -> RowReading:
    verdict, marks, darkness = told
    reading = RowReading(RowVerdict(verdict), tuple(marks), tuple(map(float, darkness)))
    if list(reading.marks) != sorted(set(reading.marks) & set(range(bubbles))):
        raise ValueError
    if reading.verdict is RowVerdict.MARKED and not reading.marks:
        raise ValueError
    if len(reading.darkness) not in (0, bubbles):
        raise ValueError
    return reading


_ON_PAPER: Mapping[str, Any] = {
    "name_line": _l("Your name or badge"),
    "fill": _l("Fill the circle of your answer."),
    "not_so": _l("Not like these."),
    "changed": _l("Changed your mind? Cross it out and fill another."),
    "keep": _l("When you photograph it: flat, in good light, all four corners in the picture."),
}
_CORNERS: Mapping[Corner, Any] = {
    Corner.TOP_LEFT: _l("top left"),
    Corner.TOP_RIGHT: _l("top right"),
    Corner.BOTTOM_RIGHT: _l("bottom right"),
    Corner.BOTTOM_LEFT: _l("bottom left"),
}
_REASONS: Mapping[UnreadReason, Any] = {
    UnreadReason.TOO_DARK: _l("This photo is too dark. Take it again by a window or under a lamp."),
    UnreadReason.NO_CODE: _l(
        "No answer sheet is seen on this photo. Lay the sheet flat, with its printed side up, and "
        "take all of it, from close and sharp."
    ),
    UnreadReason.OTHER_PAPER: _l("This is another paper, not an answer sheet."),
    UnreadReason.TWO_SHEETS: _l("More than one sheet is on this photo. Take each by itself."),
    UnreadReason.MIRRORED: _l(
        "This photo is mirrored. Take it with the camera on the back of the phone."
    ),
    UnreadReason.NO_SUCH_PAGE: _l("This sheet was printed for another test."),
    UnreadReason.UNCLEAR: _l(
        "The rows on this photo cannot be told apart. Lay the sheet flat and take it again, sharp "
        "and from above."
    ),
}


def sheet_wording(title: str, line: str, languages: Sequence[str]) -> SheetWording:
    """The wording of a sheet in up to two languages, the first one larger.

    `title` is the neutral title of the course's version; `line` says which test, where and when.
    """
    texts_by_name: dict[str, list[tuple[str, str]]] = {name: [] for name in _ON_PAPER}
    for language in languages[:2]:
        with force_locale(language):
            for name, text in _ON_PAPER.items():
                texts_by_name[name].append((language, str(text)))
    sentences = {name: SaidTwice(tuple(texts)) for name, texts in texts_by_name.items()}
    with force_locale(languages[0]):
        return SheetWording(
            title=title,
            line=line,
            sheet_number=_("Sheet"),
            corner=_("Code of this sheet"),
            **sentences,
        )


def refusal(photo: UnreadPhoto) -> str:
    """The reason that nothing of a photo was taken, and what to do, as a sentence."""
    if photo.reason is not UnreadReason.CORNERS_MISSING:
        return str(_REASONS[photo.reason])
    return _(
        "Three of the sheet's four codes must be seen. Not seen: %(corners)s. If they are torn "
        "off, type the answers in.",
        corners=", ".join(str(_CORNERS[corner]) for corner in photo.missing),
    )
