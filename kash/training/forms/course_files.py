"""Forms on which a course is brought in."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import HiddenField

from kash.platform.web import KashForm
from kash.platform.web.forms import SeveralField, text_field
from kash.training.course_files import Beside
from kash.training.rules.bringing import VersionStanding
from kash.training.rules.course_file import MOST_TEXT_BYTES
from kash.training.services.bringing import BringingDecisions


class CourseFileForm(KashForm):
    """A course file that is chosen."""

    file = FileField(_l("Course file"))


class BringCourseForm(KashForm):
    """Decisions about a file that was looked at. The file itself goes along, so that nothing
    of it is kept before somebody confirms."""

    packed = HiddenField()
    code = HiddenField()
    name = text_field(_l("Name of the course"), most=160)
    drafts = SeveralField(_l("Versions that differ"))
    additions = SeveralField(_l("What else differs"))

    def offer(self, beside: Beside) -> None:
        """Offer what can be decided about a file."""
        if beside.course:
            del self.name
        self.drafts.choices = [
            (placed.version.lineage, "")
            for placed in beside.versions
            if placed.standing is VersionStanding.DIFFERS
        ]
        self.additions.choices = [
            (addition.name, str(addition.label))
            for addition, counts in beside.additions
            if counts.differs
        ]

    def wanted(self) -> BringingDecisions:
        """The decisions, as a service takes them."""
        name = self.name.data if self.name is not None else ""
        return BringingDecisions(
            name, self.drafts.data or (), self.additions.data or (), self.code.data
        )


class LibraryForm(KashForm):
    """Courses of the library that are wanted."""

    courses = SeveralField(_l("Courses"))

    def offer(self, courses: Sequence[tuple[str, str]]) -> None:
        """Offer courses by lineage and name."""
        self.courses.choices = list(courses)


def packed(content: bytes) -> str:
    """A file as a page carries it along."""
    return base64.b64encode(zlib.compress(content, 9)).decode()


def unpacked(text: str) -> bytes:
    """The file that a page carried; empty if it was none or is too large."""
    try:
        opened = zlib.decompressobj()
        content = opened.decompress(base64.b64decode(text, validate=True), MOST_TEXT_BYTES + 1)
    except (binascii.Error, zlib.error, ValueError):
        return b""
    return content if opened.eof else b""
