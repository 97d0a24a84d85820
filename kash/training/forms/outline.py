"""The one page on which the outline of a draft is written: its modules and its sessions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l

from kash.platform.database import PUBLIC_ID, is_public_id, new_public_id
from kash.platform.web import KashForm
from kash.platform.web.forms import HiddenField, choice_field, whole_number_field
from kash.training.forms.courses import language_choices
from kash.training.forms.fields import field_of, form_of, let_be_empty, written
from kash.training.models import CourseVersion, Module, SessionPlan
from kash.training.rules.fields import LEAST_MINUTES, MODULE, MOST_MINUTES, PLAN, VERSION
from kash.training.rules.states import total_minutes
from kash.training.rules.texts import ModuleText, PlanText, VersionText

_POSTED = re.compile(rf"(?:plan|module|new)-({PUBLIC_ID})-title")


class ModuleForm(KashForm):
    """A module's title."""

    key = HiddenField()
    title = field_of(MODULE["title"])


class PlanForm(KashForm):
    """A session in the outline."""

    key = HiddenField()
    title = field_of(PLAN["title"])
    minutes = whole_number_field(
        _l("Length in minutes"), least=LEAST_MINUTES, most=MOST_MINUTES, default=60
    )
    module = choice_field(_l("In the module"), required=False)


class AboutForm(form_of(VERSION)):  # type: ignore[misc]
    """Title and words of a version, and whom it is for."""

    row_version = HiddenField()
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
        plans = (plan for module in self.version.modules for plan in module.plans)
        return total_minutes(plan.minutes for plan in plans)

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

    def text(self) -> VersionText:
        """All that was written."""
        modules = [ModuleText(part.module.public_id, part.form.title.data) for part in self.modules]
        if typed_in(self.new_module):
            key = self.new_module.key.data
            modules.append(ModuleText(key, self.new_module.title.data, new=True))
        plans = []
        for part in self.modules:
            for each in part.plans:
                plans.append(_plan_text(each.plan.public_id, each.form, part.module.public_id))
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
        self.saved = _differing(self.about, version, ("language", *(each.name for each in VERSION)))
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
