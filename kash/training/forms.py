"""Forms of courses, and the one page on which a whole draft is written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l

from kash.platform.database import PUBLIC_ID, is_public_id, new_public_id
from kash.platform.web import KashForm
from kash.platform.web.forms import (
    HiddenField,
    choice_field,
    long_text_field,
    text_field,
    whole_number_field,
)
from kash.platform.web.language import LANGUAGES, programme_languages
from kash.training import rules
from kash.training.models import CourseVersion, Module, SessionPlan

_POSTED = re.compile(rf"(plan|module)-({PUBLIC_ID})-title")
_LONG = 8000


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


class ReturnForm(KashForm):
    """Why a proposal goes back."""

    because = text_field(_l("What should be changed"), most=500)


class AboutForm(KashForm):
    """Title and words of a version."""

    row_version = HiddenField()
    public_title = text_field(_l("Public title"), most=120)
    language = choice_field(_l("Language"))
    summary = long_text_field(_l("Summary"), most=_LONG, rows=3)


class ModuleForm(KashForm):
    """A module's title."""

    key = HiddenField()
    title = text_field(_l("Title of the module"), most=160)


class PlanForm(KashForm):
    """A session plan."""

    key = HiddenField()
    title = text_field(_l("Title of the session"), most=160)
    minutes = whole_number_field(
        _l("Length in minutes"), least=rules.LEAST_MINUTES, most=rules.MOST_MINUTES, default=60
    )
    module = choice_field(_l("In the module"), required=False)
    objectives = long_text_field(_l("Objectives"), most=_LONG, description=_l("One on each line."))
    method = long_text_field(_l("Method"), most=_LONG)
    materials = long_text_field(_l("Materials"), most=_LONG, description=_l("One on each line."))
    notes = long_text_field(_l("For the facilitator only"), most=_LONG)


_PLAN_TEXTS = ("title", "minutes", "objectives", "method", "materials", "notes")


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


@dataclass(frozen=True)
class LostText:
    """Text that was typed into a module or session that someone else has removed meanwhile."""

    title: str
    text: str


class DraftPage:
    """Every form of a draft's page, filled from what was posted, else from what is saved."""

    def __init__(self, version: CourseVersion) -> None:
        self.version = version
        self.about = AboutForm(obj=version)
        self.about.language.choices = language_choices(version.language)
        if not self.about.is_submitted():
            self.about.row_version.data = str(version.row_version)
        choices = [(module.public_id, module.title) for module in version.modules]
        self.modules = [self._module(module, choices) for module in version.modules]
        self.new_module = self._new(ModuleForm, "new-module-")
        self.saved: dict[str, Any] = {}
        self.lost: list[LostText] = []

    def _module(self, module: Module, choices: list[tuple[str, str]]) -> ModulePart:
        plans = []
        for plan in module.plans:
            form = _filled(PlanForm, f"plan-{plan.public_id}-", plan)
            form.module.choices = choices
            plans.append(PlanPart(plan, form))
        new_plan = self._new(PlanForm, f"new-{module.public_id}-")
        new_plan.module.choices = choices
        new_plan.module.data = module.public_id
        form_of_module = _filled(ModuleForm, f"module-{module.public_id}-", module)
        return ModulePart(module, form_of_module, plans, new_plan)

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
        return [(place, each) for place, form in self._used() for each in form if each.errors]

    def text(self) -> rules.VersionText:
        """All that was written."""
        modules = [
            rules.ModuleText(part.module.public_id, part.form.title.data) for part in self.modules
        ]
        if typed_in(self.new_module):
            key = self.new_module.key.data
            modules.append(rules.ModuleText(key, self.new_module.title.data, new=True))
        plans = []
        for part in self.modules:
            for each in part.plans:
                plans.append(_plan_text(each.plan.public_id, each.form, part.module.public_id))
            if typed_in(part.new_plan):
                key = part.new_plan.key.data
                plans.append(_plan_text(key, part.new_plan, part.module.public_id, new=True))
        return rules.VersionText(
            self.about.public_title.data,
            self.about.language.data,
            self.about.summary.data,
            tuple(modules),
            tuple(plans),
        )

    def compare(self) -> bool:
        """Note beside each field what is saved by now where it differs from what was typed.

        Afterwards saving again is saving over what was shown. Whether anything differed; if not,
        the same page was only sent twice.
        """
        version = self.version
        self.saved = _differing(self.about, version, ("public_title", "language", "summary"))
        differs = bool(self.saved)
        here: set[str] = set()
        for part in self.modules:
            here.add(part.module.public_id)
            part.saved = _differing(part.form, part.module, ("title",))
            differs = differs or bool(part.saved)
            for each in part.plans:
                here.add(each.plan.public_id)
                each.saved = _differing(each.form, each.plan, _PLAN_TEXTS)
                differs = differs or bool(each.saved)
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


# The page's one token stands in its first form; WTForms need not look for more.
_INNER = {"csrf": False}


class _Filled:
    """A row as an inner form reads it: without the relationships that share a field's name."""

    def __init__(self, row: Module | SessionPlan) -> None:
        self.title = row.title
        if isinstance(row, SessionPlan):
            self.minutes = row.minutes
            self.module = row.module.public_id
            self.objectives = row.objectives
            self.method = row.method
            self.materials = row.materials
            self.notes = row.notes


def _filled(kind: type[Any], prefix: str, row: Module | SessionPlan) -> Any:
    """The form of a row: as posted, or as saved where the page that was sent did not have it."""
    values = _Filled(row)
    if request.method == "POST" and f"{prefix}title" not in request.form:
        return kind(formdata=None, prefix=prefix, obj=values, meta=_INNER)
    return kind(prefix=prefix, obj=values, meta=_INNER)


def typed_in(form: KashForm) -> bool:
    """True if anything was written into the form for a new module or session."""
    return any(
        each.data
        for each in form
        if each.short_name not in ("key", "minutes", "module", "csrf_token")
    )


def _empty(form: KashForm) -> None:
    for each in form:
        if each.short_name not in ("key", "minutes", "module"):
            each.data = ""
    form["key"].data = new_public_id()


def _plan_text(public_id: str, form: PlanForm, module: str, *, new: bool = False) -> rules.PlanText:
    return rules.PlanText(
        public_id=public_id,
        module=(form.module.data or module) if not new else module,
        title=form.title.data,
        minutes=form.minutes.data or 60,
        objectives=form.objectives.data,
        method=form.method.data,
        materials=form.materials.data,
        notes=form.notes.data,
        new=new,
    )


def _differing(form: KashForm, row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {
        name: getattr(row, name)
        for name in names
        if (form[name].data or "") != (getattr(row, name) or "")
    }


def _lost(posted: Mapping[str, str], here: set[str]) -> Iterator[LostText]:
    """Texts that came for modules and sessions that are not there any more, new ones included."""
    for name in posted:
        match = _POSTED.fullmatch(name)
        if match is None or match.group(2) in here:
            continue
        kind, public_id = match.groups()
        texts = ("objectives", "method", "materials", "notes") if kind == "plan" else ()
        written = [posted.get(f"{kind}-{public_id}-{each}", "") for each in texts]
        yield LostText(posted[name], "\n\n".join(text for text in written if text))
    for name in posted:
        match = re.fullmatch(rf"new-({PUBLIC_ID})-title", name)
        if match is None or match.group(1) in here or not posted[name]:
            continue
        texts = ("objectives", "method", "materials", "notes")
        written = [posted.get(f"new-{match.group(1)}-{each}", "") for each in texts]
        yield LostText(posted[name], "\n\n".join(text for text in written if text))
