"""Forms of courses themselves, and of what is done with a version. Forms on which a course is
brought in. Forms of rows, made from the declaration of their fields. Pages on which a translation
is written, each field beside the source that it is made from. The one page on which the outline of
a draft is written: its modules and its sessions. The form on which a material gets a file. The
page on which one session of a draft is written, with all its rows."""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
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

from kash.platform.database import PUBLIC_ID, is_public_id, new_public_id
from kash.platform.ordering import moved
from kash.platform.web import KashForm
from kash.platform.web.fields import DayField, SeveralField
from kash.platform.web.fields import HiddenField as fields_HiddenField
from kash.platform.web.forms import choice_field, long_text_field, text_field, whole_number_field
from kash.platform.web.programme import LANGUAGES, programme_languages
from kash.platform.web.row_versions import number_shown
from kash.training.course_files import Beside
from kash.training.models import CourseVersion, Module, PlanRow, SessionPlan
from kash.training.queries import values
from kash.training.rules.course_files import MOST_TEXT_BYTES, VersionStanding
from kash.training.rules.courses import (
    KINDS,
    LEAST_MINUTES,
    MODULE,
    MOST_MINUTES,
    MOST_ROWS,
    OBJECTIVE,
    PLAN,
    PLAN_ROWS,
    STEP,
    VERSION,
    CourseNode,
    Field,
    FieldKind,
    FieldText,
    Key,
    ModuleText,
    PlanText,
    RowKind,
    RowText,
    SessionText,
    Value,
    VersionText,
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


_POSTED = re.compile(rf"(?:plan|module|new)-({PUBLIC_ID})-title")


class ModuleForm(KashForm):
    """A module's title."""

    key = fields_HiddenField()
    title = field_of(MODULE["title"])


class PlanForm(KashForm):
    """A session in the outline."""

    key = fields_HiddenField()
    title = field_of(PLAN["title"])
    minutes = whole_number_field(
        _l("Length in minutes"), least=LEAST_MINUTES, most=MOST_MINUTES, default=60
    )
    module = choice_field(_l("In the module"), required=False)


class AboutForm(form_of(VERSION)):  # type: ignore[misc]
    """Title and words of a version, and its audience."""

    row_version = fields_HiddenField()
    language = choice_field(_l("Language"))

    def check_together(self) -> None:
        """Refuse a group whose least is more than its most."""
        least, most = self.group_least.data, self.group_most.data
        if least is not None and most is not None and least > most:
            self.mark_wrong(self.group_most, _l("This is less than the least."))


_PLAN_TEXTS = ("title", "minutes")


@dataclass
class PlanPart:
    """A plan on the page: its row and its form. `saved` is what someone else saved meanwhile."""

    plan: SessionPlan
    form: PlanForm
    saved: dict[str, Any] = field(default_factory=dict)


@dataclass
class ModulePart:
    """A module on the page, with its plans and the empty form for a new one."""

    module: Module
    form: ModuleForm
    plans: list[PlanPart]
    new_plan: PlanForm
    saved: dict[str, Any] = field(default_factory=dict)


class DraftPage:
    """Every form of a draft's page, filled from what was posted, else from what is saved."""

    def __init__(self, version: CourseVersion) -> None:
        self.version = version
        self.about = AboutForm(obj=version)
        self.about.language.choices = language_choices(version.language)
        if not self.about.is_submitted():
            self.about.row_version.data = str(version.row_version)
        self._titled = version.translates_id is None
        if not self._titled:
            let_be_empty(self.about.public_title)
        choices = [(module.public_id, module.title) for module in version.modules]
        self.modules = [self._module(module, choices) for module in version.modules]
        self.new_module = self._new(ModuleForm, "new-module-")
        self.saved: dict[str, Any] = {}
        self.lost: list[str] = []

    def _module(self, module: Module, choices: list[tuple[str, str]]) -> ModulePart:
        plans = []
        for plan in module.plans:
            form = _filled(PlanForm, f"plan-{plan.public_id}-", plan)
            form.module.choices = choices
            self._let_be_untitled(form)
            plans.append(PlanPart(plan, form))
        new_plan = self._new(PlanForm, f"new-{module.public_id}-")
        new_plan.module.choices = choices
        new_plan.module.data = module.public_id
        form_of_module = _filled(ModuleForm, f"module-{module.public_id}-", module)
        self._let_be_untitled(form_of_module)
        return ModulePart(module, form_of_module, plans, new_plan)

    def _let_be_untitled(self, form: KashForm) -> None:
        """Rows of a translation get their titles one after the other, beside their source."""
        if not self._titled:
            let_be_empty(form["title"])

    @staticmethod
    def _new(kind: type[Any], prefix: str) -> Any:
        form = kind(prefix=prefix, meta=_INNER)
        if not is_public_id(form.key.data):
            form.key.data = new_public_id()
        return form

    @property
    def added_to(self) -> str:
        """The module to which a session was added last, or the one that was added; else empty."""
        if typed_in(self.new_module):
            return self.new_module.key.data
        with_new = [part.module.public_id for part in self.modules if typed_in(part.new_plan)]
        return with_new[-1] if with_new else ""

    @staticmethod
    def first_field_of_new(module: str) -> str:
        """The id of the field in which a module's next session gets its title."""
        return f"new-{module}-title"

    @property
    def row_version_read(self) -> int:
        """Row version from which the page was filled; 0, which no version has, if unreadable."""
        # Not the form's own value: what was not sent it takes from the row.
        given = request.form.get("row_version", "")
        return int(given) if re.fullmatch(r"[0-9]{1,9}", given) else 0

    @property
    def minutes(self) -> int:
        """How long the whole version takes, as it is saved."""
        return sum(plan.minutes for plan in self.version.plans)

    def _used(self) -> Iterator[tuple[str, KashForm]]:
        """Every form in which there is something, with what its module or session is called."""
        yield "", self.about
        for part in self.modules:
            yield part.module.title, part.form
            for plan in part.plans:
                yield plan.plan.title, plan.form
            if typed_in(part.new_plan):
                yield part.new_plan.title.data or part.module.title, part.new_plan
        if typed_in(self.new_module):
            yield self.new_module.title.data, self.new_module

    def validate(self) -> bool:
        """Check everything, so that all that is wrong is said at once."""
        answers = [form.validate() for _place, form in self._used()]
        return all(answers)

    @property
    def wrong_fields(self) -> list[tuple[str, Any]]:
        """Every field with an error, in the order of the page, each with the session it is in."""
        return [
            (place, written) for place, form in self._used() for written in form if written.errors
        ]

    def text(self) -> VersionText:
        """All that was written."""
        modules = [ModuleText(part.module.public_id, part.form.title.data) for part in self.modules]
        if typed_in(self.new_module):
            key = self.new_module.key.data
            modules.append(ModuleText(key, self.new_module.title.data, new=True))
        plans = []
        for part in self.modules:
            for plan in part.plans:
                plans.append(_plan_text(plan.plan.public_id, plan.form, part.module.public_id))
            if typed_in(part.new_plan):
                key = part.new_plan.key.data
                plans.append(_plan_text(key, part.new_plan, part.module.public_id, new=True))
        return VersionText(
            self.about.language.data, written(self.about, VERSION), tuple(modules), tuple(plans)
        )

    def compare(self) -> bool:
        """Note beside each field what is saved by now where it differs from what was typed.

        Afterwards saving again is saving over what was shown. Whether anything differed; if not,
        the same page was only sent twice.
        """
        version = self.version
        self.saved = _differing(
            self.about, version, ("language", *(field.name for field in VERSION))
        )
        differs = bool(self.saved)
        here: set[str] = set()
        for part in self.modules:
            here.add(part.module.public_id)
            part.saved = _differing(part.form, part.module, ("title",))
            differs = differs or bool(part.saved)
            for plan in part.plans:
                here.add(plan.plan.public_id)
                plan.saved = _differing(plan.form, plan.plan, _PLAN_TEXTS)
                differs = differs or bool(plan.saved)
        self.lost = list(_lost(request.form, here))
        for form in (self.new_module, *(part.new_plan for part in self.modules)):
            if not typed_in(form):
                continue
            if form.key.data in here:
                _empty(form)
            else:
                differs = True
        self.about.row_version.data = str(version.row_version)
        return differs or bool(self.lost)


class _Filled:
    """A row as an inner form reads it: without the relationships that share a field's name."""

    def __init__(self, row: Module | SessionPlan) -> None:
        self.title = row.title
        if isinstance(row, SessionPlan):
            self.minutes = row.minutes
            self.module = row.module.public_id


def _filled(kind: type[Any], prefix: str, row: Module | SessionPlan) -> Any:
    """The form of a row: as posted, or as saved where the page that was sent did not have it."""
    values = _Filled(row)
    if request.method == "POST" and f"{prefix}title" not in request.form:
        return kind(formdata=None, prefix=prefix, obj=values, meta=_INNER)
    return kind(prefix=prefix, obj=values, meta=_INNER)


def typed_in(form: KashForm) -> bool:
    """True if anything was written into the form for a new module or session."""
    return any(
        field_of_form.data
        for field_of_form in form
        if field_of_form.short_name not in ("key", "minutes", "module", "csrf_token")
    )


def _empty(form: KashForm) -> None:
    for field_of_form in form:
        if field_of_form.short_name not in ("key", "minutes", "module"):
            field_of_form.data = ""
    form["key"].data = new_public_id()


def _plan_text(public_id: str, form: PlanForm, module: str, *, new: bool = False) -> PlanText:
    return PlanText(
        public_id=public_id,
        module=(form.module.data or module) if not new else module,
        title=form.title.data,
        minutes=form.minutes.data or 60,
        new=new,
    )


def _differing(form: KashForm, row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {
        name: getattr(row, name)
        for name in names
        if (form[name].data or "") != (getattr(row, name) or "")
    }


def _lost(posted: Mapping[str, str], here: set[str]) -> Iterator[str]:
    """Titles that came for modules and sessions that are not there any more, new ones included."""
    for name, title in posted.items():
        match = _POSTED.fullmatch(name)
        if match is not None and match.group(1) not in here and title:
            yield title


class MaterialFileForm(KashForm):
    """A file that is chosen."""

    file = FileField(_l("File of the material"))


@dataclass
class PlanRowPart:
    """A row on the page. `saved` is what someone else saved meanwhile, by the names of fields;
    `theirs` says that the whole row is somebody else's."""

    kind: RowKind
    public_id: str
    form: KashForm
    new: bool = False
    saved: dict[str, Any] = field(default_factory=dict)
    theirs: bool = False

    @property
    def name(self) -> str:
        """The words that stand for the row in the order that a page posts."""
        return f"{self.kind.name}:{self.public_id}"

    @property
    def anchor(self) -> str:
        """Its place on the page."""
        return f"row-{self.public_id}"

    @property
    def blank(self) -> bool:
        """True if nothing was written into it."""
        return not any(self.form[field.name].data for field in self.kind.written)

    @property
    def unseen(self) -> tuple[str, ...]:
        """Words of an objective that nobody can observe."""
        return unseen_words(self.form["text"].data) if self.kind is OBJECTIVE else ()


class SessionPage:
    """The forms of a session and of its rows, filled from what was posted, else from what is saved.

    In a translation nothing is needed: what is missing shows beside its source.
    """

    def __init__(self, plan: SessionPlan, *, translation: bool = False) -> None:
        self.plan = plan
        self._needed = not translation
        self.about = form_of(PLAN, needed=True)(obj=plan)
        if translation:
            let_be_empty(self.about["title"])
        self.saved: dict[str, Any] = {}
        self.row_version = plan.row_version
        self.rows = list(self._posted() if request.method == "POST" else self._stored())

    def _posted(self) -> Iterator[PlanRowPart]:
        present = {stored.public_id for stored in self.plan.rows}
        seen = set[str]()
        for name in request.form.getlist("row"):
            kind, _colon, public_id = name.partition(":")
            if kind not in {row_kind.name for row_kind in PLAN_ROWS} or not is_public_id(public_id):
                continue
            if public_id not in seen:
                seen.add(public_id)
                yield self._part(KINDS[kind], public_id, new=public_id not in present)

    def _stored(self) -> Iterator[PlanRowPart]:
        for kind in PLAN_ROWS:
            for stored in self.plan.of(kind.name):
                yield self._part(kind, stored.public_id, stored)

    def _part(
        self, kind: RowKind, public_id: str, row: PlanRow | None = None, *, new: bool = False
    ) -> PlanRowPart:
        kind_form = form_of(kind, needed=self._needed)
        prefix = f"{public_id}-"
        if row is not None:
            form = kind_form(formdata=None, prefix=prefix, data=values(row, kind), meta=_INNER)
        else:
            form = kind_form(prefix=prefix, meta=_INNER)
        return PlanRowPart(kind, public_id, form, new)

    def of(self, kind: RowKind) -> list[PlanRowPart]:
        """The rows of a kind, in their order."""
        return [part for part in self.rows if part.kind is kind]

    @property
    def kinds(self) -> tuple[RowKind, ...]:
        """The kinds of rows that a session has, in the order of the page."""
        return PLAN_ROWS

    @property
    def step_minutes(self) -> int:
        """How long the steps take together, as far as they say."""
        return sum(part.form["minutes"].data or 0 for part in self.of(STEP))

    @property
    def row_version_read(self) -> int:
        """The session's row version from which the page was filled; 0 if it is unreadable."""
        return number_shown(request.form.get("row_version", ""))

    def change(self, asked: str) -> str:
        """Add, move or remove a row on the page, of which nothing is saved yet.

        `asked` is "add:" and a kind, or "up:", "down:" or "remove:" and an id. Returns the id of
        the field that is written next, empty if there is none.
        """
        what, _colon, which = asked.partition(":")
        if what == "add" and which in {kind.name for kind in PLAN_ROWS}:
            if len(self.of(KINDS[which])) >= MOST_ROWS:
                return ""
            empty = form_of(KINDS[which], needed=self._needed)
            public_id = new_public_id()
            form = empty(formdata=None, prefix=f"{public_id}-", meta=_INNER)
            self.rows.append(PlanRowPart(KINDS[which], public_id, form, new=True))
            return f"{public_id}-{KINDS[which].fields[0].name}"
        by_id = {part.public_id: part for part in self.rows}
        if which not in by_id:
            return ""
        if what == "remove":
            self.rows.remove(by_id[which])
        elif what in ("up", "down"):
            kind = by_id[which].kind
            order = moved(
                [part.public_id for part in self.of(kind)], which, -1 if what == "up" else 1
            )
            others = [part for part in self.rows if part.kind is not kind]
            self.rows = others + [by_id[public_id] for public_id in order]
        return ""

    def _used(self) -> Iterator[tuple[str, KashForm]]:
        yield "", self.about
        for kind in PLAN_ROWS:
            for number, part in enumerate(self.of(kind), 1):
                if not part.blank:
                    yield f"{_(kind.label)} {number}", part.form

    def validate(self) -> bool:
        """Check everything, so that all that is wrong is said at once; blank rows are left out."""
        answers = [form.validate() for _place, form in self._used()]
        return all(answers)

    @property
    def wrong_fields(self) -> list[tuple[str, FormField]]:
        """Every field with an error, each with the row it is in."""
        return [
            (place, written) for place, form in self._used() for written in form if written.errors
        ]

    def text(self) -> SessionText:
        """All that was written."""
        rows = tuple(
            RowText(part.kind.name, part.public_id, written(part.form, part.kind))
            for kind in PLAN_ROWS
            for part in self.of(kind)
            if not part.blank
        )
        return SessionText(written(self.about, PLAN), rows)

    def compare(self) -> bool:
        """Note beside each field what is saved by now where it differs from what was typed, and
        take in rows that somebody else has. True if anything differed; if not, the same page was
        only sent twice.

        Afterwards saving again is saving over what was shown.
        """
        self.saved = _sessions_differing(self.about, PLAN, values(self.plan, PLAN).items())
        by_id = {part.public_id: part for part in self.rows if not part.blank}
        differs = bool(self.saved)
        for kind in PLAN_ROWS:
            there = self.plan.of(kind.name)
            typed = [part.public_id for part in self.of(kind) if not part.blank]
            differs = differs or typed != [stored.public_id for stored in there]
            for stored in there:
                if stored.public_id in by_id:
                    part = by_id[stored.public_id]
                    part.saved = _sessions_differing(part.form, kind, values(stored, kind).items())
                    differs = differs or bool(part.saved)
                else:
                    part = self._part(kind, stored.public_id, stored)
                    part.theirs = True
                    self.rows.append(part)
        self.row_version = self.plan.row_version
        return differs


def _sessions_differing(
    form: KashForm, kind: RowKind, saved: Iterable[tuple[str, Any]]
) -> dict[str, Any]:
    typed = written(form, kind)
    return {name: value for name, value in saved if name in typed and typed[name] != value}
