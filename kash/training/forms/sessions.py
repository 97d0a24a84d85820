"""The page on which one session of a draft is written, with all its rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from flask import request
from flask_babel import gettext as _
from wtforms import Field as FormField

from kash.platform.database import is_public_id, new_public_id
from kash.platform.ordering import moved
from kash.platform.web import KashForm
from kash.platform.web.row_versions import number_shown
from kash.training.forms.fields import form_of, let_be_empty, written
from kash.training.models import PlanRow, SessionPlan
from kash.training.rules.fields import (
    KINDS,
    MOST_ROWS,
    OBJECTIVE,
    PLAN,
    PLAN_ROWS,
    STEP,
    RowKind,
)
from kash.training.rules.objectives import unseen_words
from kash.training.rules.states import total_minutes
from kash.training.rules.texts import RowText, SessionText
from kash.training.trees import values

# The page's one token stands in its first form; WTForms need not look for more.
_INNER = {"csrf": False}


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
        return not any(self.form[each.name].data for each in self.kind.written)

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
        present = {row.public_id for row in self.plan.rows}
        seen = set[str]()
        for name in request.form.getlist("row"):
            kind, _colon, public_id = name.partition(":")
            if kind not in {each.name for each in PLAN_ROWS} or not is_public_id(public_id):
                continue
            if public_id not in seen:
                seen.add(public_id)
                yield self._part(KINDS[kind], public_id, new=public_id not in present)

    def _stored(self) -> Iterator[PlanRowPart]:
        for kind in PLAN_ROWS:
            for row in self.plan.of(kind.name):
                yield self._part(kind, row.public_id, row)

    def _part(
        self, kind: RowKind, public_id: str, row: PlanRow | None = None, *, new: bool = False
    ) -> PlanRowPart:
        made = form_of(kind, needed=self._needed)
        prefix = f"{public_id}-"
        if row is not None:
            form = made(formdata=None, prefix=prefix, data=values(row, kind), meta=_INNER)
        else:
            form = made(prefix=prefix, meta=_INNER)
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
        return total_minutes(part.form["minutes"].data or 0 for part in self.of(STEP))

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
        return [(place, each) for place, form in self._used() for each in form if each.errors]

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
        self.saved = _differing(self.about, PLAN, values(self.plan, PLAN).items())
        by_id = {part.public_id: part for part in self.rows if not part.blank}
        differs = bool(self.saved)
        for kind in PLAN_ROWS:
            there = self.plan.of(kind.name)
            typed = [part.public_id for part in self.of(kind) if not part.blank]
            differs = differs or typed != [row.public_id for row in there]
            for row in there:
                if row.public_id in by_id:
                    part = by_id[row.public_id]
                    part.saved = _differing(part.form, kind, values(row, kind).items())
                    differs = differs or bool(part.saved)
                else:
                    part = self._part(kind, row.public_id, row)
                    part.theirs = True
                    self.rows.append(part)
        self.row_version = self.plan.row_version
        return differs


def _differing(form: KashForm, kind: RowKind, saved: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    typed = written(form, kind)
    return {name: value for name, value in saved if name in typed and typed[name] != value}
