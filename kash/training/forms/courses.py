"""Forms of courses themselves, and of what is done with a version. Forms on which a course is
brought in. Forms of rows, made from the declaration of their fields. Pages on which a translation
is written, each field beside the source that it is made from."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import Field as FormField
from wtforms import HiddenField
from wtforms.validators import InputRequired, Optional

from kash.platform.web import KashForm
from kash.platform.web.fields import DayField, SeveralField
from kash.platform.web.forms import choice_field, long_text_field, text_field, whole_number_field
from kash.platform.web.programme import LANGUAGES, programme_languages
from kash.platform.web.row_versions import number_shown
from kash.training.course_files import Beside
from kash.training.rules.course_files import MOST_TEXT_BYTES, VersionStanding
from kash.training.rules.courses import (
    OBJECTIVE,
    CourseNode,
    Field,
    FieldKind,
    FieldText,
    Key,
    RowKind,
    Value,
    unseen_words,
)
from kash.training.rules.versions import RowPair, TranslationGap, fingerprint, gap
from kash.training.services.course_files import BringingDecisions


def language_choices(also: str = "") -> list[tuple[str, str]]:
    """The programme's languages, and one more that is in use."""
    codes = dict.fromkeys([*programme_languages(), *([also] if also else [])])
    return [(code, LANGUAGES.get(code, code)) for code in codes]


class CourseForm(KashForm):
    """A course, as the programme itself calls it."""

    name = text_field(_l("Name"), most=160)
    audience = text_field(_l("For whom"), most=200, required=False)
    level = text_field(_l("Level"), most=40, required=False)


class NewCourseForm(CourseForm):
    """A new course, with what its first draft needs."""

    public_title = text_field(_l("Public title"), most=120)
    language = choice_field(_l("Language"))


class NewVersionForm(KashForm):
    """In which language a new draft is written."""

    language = choice_field(_l("Language"))


class ReturnCourseForm(KashForm):
    """Why a proposal goes back."""

    because = text_field(_l("What should be changed"), most=500)


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


def field_of(field: Field, *, needed: bool = True) -> Any:
    """The field of a form in which a declared field is written; optional unless `needed`."""
    label, help = _l(field.label), _l(field.help) if field.help else ""
    required = needed and field.needed
    if field.kind is FieldKind.LINE:
        return text_field(label, most=field.most, required=required, description=help)
    if field.kind is FieldKind.TEXT:
        return long_text_field(label, most=field.most, required=required, description=help, rows=3)
    if field.kind is FieldKind.NUMBER:
        return whole_number_field(
            label, least=field.least, most=field.most, required=required, description=help
        )
    if field.kind is FieldKind.CHOICE:
        choices = [("", "–"), *((value, _l(words)) for value, words in field.choices.items())]
        return choice_field(label, choices, required=False, description=help)
    return DayField(label, description=help, validators=[Optional()])


@cache
def form_of(kind: RowKind, *, needed: bool = True) -> type[KashForm]:
    """The form of a kind of row; in a translation nothing is needed yet."""
    fields = {field.name: field_of(field, needed=needed) for field in kind.written}
    return type(f"{kind.name.title()}Form", (KashForm,), fields)


def let_be_empty(field: FormField) -> None:
    """Ask for nothing in a field, as in a translation, whose rows are worded one by one."""
    field.validators = [
        validator for validator in field.validators if not isinstance(validator, InputRequired)
    ]
    field.flags.required = False


def written(form: KashForm, kind: RowKind) -> dict[str, Value]:
    """Values that were written into the form of a kind of row."""
    return {
        field.name: field.empty if (value := form[field.name].data) is None else value
        for field in kind.written
    }


# The page's one token stands in its first form; WTForms need not look for more.
_INNER = {"csrf": False}


@dataclass
class FieldPart:
    """A field on the page: as the source words it, and the field in which it is translated.

    `gap` is what the saved text lacks. `made_from` is the fingerprint of the source that is shown.
    """

    declared: Field
    source: str
    written: FormField
    gap: TranslationGap | None
    made_from: str
    right: bool

    @property
    def name(self) -> str:
        """Its name, before which and after which those of its marks stand."""
        return str(self.written.name)


@dataclass
class RowWordsPart:
    """A row on the page. `saved` is what someone else saved meanwhile, by the names of fields."""

    pair: RowPair
    number: int
    form: KashForm
    fields: list[FieldPart]
    saved: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> Key:
        """The kind and the lineage of the row."""
        return self.pair.node.key

    @property
    def unseen(self) -> tuple[str, ...]:
        """Words of an objective that nobody can observe."""
        if self.key[0] != OBJECTIVE.name:
            return ()
        return unseen_words(self.form["text"].data)


class WordsPage:
    """The forms of rows that both a translation and its source have.

    `pairs` are those rows, `row_version` the number that guards them against two savers. `alone`
    are rows that only the source has, `extra` those that only the translation has.
    """

    def __init__(self, pairs: Iterable[RowPair], row_version: int) -> None:
        given = list(pairs)
        self.row_version = row_version
        self.alone = [pair.node for pair in given if pair.removed]
        self.extra = [pair.node for pair in given if pair.added]
        self.rows: list[RowWordsPart] = []
        numbers: dict[str, int] = {}
        for pair in given:
            if pair.before is not None and pair.after is not None:
                kind = pair.after.kind
                numbers[kind] = numbers.get(kind, 0) + 1
                part = _part(pair, pair.before, pair.after, numbers[kind])
                if part.fields:
                    self.rows.append(part)

    @property
    def row_version_read(self) -> int:
        """The row version from which the page was filled; 0, which nothing has, if unreadable."""
        return number_shown(request.form.get("row_version", ""))

    def validate(self) -> bool:
        """Check everything, so that all that is wrong is said at once."""
        answers = [part.form.validate() for part in self.rows]
        return all(answers)

    @property
    def wrong_fields(self) -> Iterator[tuple[str, FormField]]:
        """Every field with an error, each with the row it is in."""
        for part in self.rows:
            place = f"{_(part.pair.node.declared.label)} {part.number}"
            for written in part.form:
                if written.errors:
                    yield place, written

    def words(self) -> dict[Key, dict[str, FieldText]]:
        """All that was written, as services take it."""
        return {
            line.key: {
                part.declared.name: FieldText(part.written.data, _sent(part, "from"), part.right)
                for part in line.fields
            }
            for line in self.rows
        }

    def compare(self) -> bool:
        """Note beside each field what is saved by now where it differs from what was typed. True
        if anything does; if not, the same page was only sent twice."""
        for line in self.rows:
            saved = line.pair.node.fields
            line.saved = {
                part.declared.name: saved[part.declared.name]
                for part in line.fields
                if part.written.data != saved[part.declared.name]
            }
        return any(line.saved for line in self.rows)


def _part(pair: RowPair, source: CourseNode, translation: CourseNode, number: int) -> RowWordsPart:
    kind = translation.declared
    prefix = f"{kind.name}-{translation.lineage}-"
    form = form_of(kind, needed=False)(prefix=prefix, data=dict(translation.fields), meta=_INNER)
    fields = [
        FieldPart(
            field,
            str(source[field.name]),
            form[field.name],
            gap(field, source, translation),
            fingerprint(source[field.name]),
            f"{prefix}{field.name}-right" in request.form,
        )
        for field in kind
        if field.translated and (source[field.name] or translation[field.name])
    ]
    return RowWordsPart(pair, number, form, fields)


def _sent(part: FieldPart, mark: str) -> str:
    return request.form.get(f"{part.name}-{mark}", "")
