"""Words on an answer sheet in each language, and for why a photo could not be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.assessments.sheets.layout import Corner
from kash.assessments.sheets.markup import SaidTwice, SheetWording
from kash.assessments.sheets.reading import UnreadPhoto
from kash.assessments.sheets.reasons import UnreadReason

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
    each: dict[str, list[tuple[str, str]]] = {name: [] for name in _ON_PAPER}
    for language in languages[:2]:
        with force_locale(language):
            for name, text in _ON_PAPER.items():
                each[name].append((language, str(text)))
    said = {name: SaidTwice(tuple(texts)) for name, texts in each.items()}
    with force_locale(languages[0]):
        return SheetWording(
            title=title,
            line=line,
            sheet_number=_("Sheet"),
            corner=_("Code of this sheet"),
            **said,
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
