"""Tables of plain rows below something, such as the days on which a venue can't be had, each
declared in a few lines: the pages on which a row is added, changed and removed, and the section of
a page that lists them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, select, true
from sqlalchemy.orm import Mapped, mapped_column

from kash.feature import Part
from kash.platform.database import Key, Now, PublicId, Short, db
from kash.platform.vault import audited
from kash.platform.web.current_actor import current_actor
from kash.platform.web.errors import ChangedMeanwhile, NotFound, Problem, get_or_404
from kash.platform.web.forms import KashForm, NewIdField
from kash.platform.web.pages import go, page
from kash.platform.web.parts import ActionWords, PageSection, SampleId
from kash.platform.web.row_versions import RowVersionForm
from kash.policy import Actor, allow

MOST_ROWS = 500


class PlainRow(PublicId):
    """The columns of a plain table, beside its own and the key of what its rows are below."""

    id: Mapped[Key]
    written_by: Mapped[Short]
    written_at: Mapped[Now]
    row_version: Mapped[int] = mapped_column(default=1)


@dataclass(frozen=True, kw_only=True)
class PlainTable:
    """Rows of a `kind` below another, for which their table is named: "venue_block" below "venue".
    Those that have a row version can be changed.

    `page` is the endpoint of the page of what they are below, `permission` what it takes to write,
    `seen` to read the section that lists them there, by the columns of `order`, as far as they fit
    `shown`. `fields` are those of the form by the names of columns; the first is the text of a row
    if no `line` says it. `words` say in the trail what was done: added, removed, changed. `check`
    is told what was entered, and returns what is stored, or raises a Problem; `saved` is told the
    row once it is there.
    """

    blueprint: Blueprint
    kind: type[Any]
    above: type[Any]
    page: str
    permission: str
    seen: str
    fields: Mapping[str, Any]
    title: Any
    add: Any
    question: Any
    words: Sequence[Any]
    order: Sequence[str] = ()
    template: str = "plain_tables/section.html"
    shown: Callable[[], Any] = true
    too_many: Any = _l("There are too many of them already. Remove some that are over.")
    line: Callable[[Any], str] | None = None
    check: Callable[[dict[str, Any]], dict[str, Any]] = dict
    saved: Callable[[Any], None] = lambda row: None

    def __post_init__(self) -> None:
        noun = self.noun
        pages: list[tuple[str, str, Callable[..., ResponseReturnValue]]]
        pages = [(f"/{noun}s/new", f"add_{noun}", self._form_page)]
        pages.append((f"/{noun}s/<{noun}_id>/remove", f"remove_{noun}", self._remove_page))
        if self.changes:
            pages.append((f"/{noun}s/<{noun}_id>", f"change_{noun}", self._form_page))
        for address, endpoint, view in pages:
            self.blueprint.add_url_rule(
                f"/<public_id>{address}",
                endpoint,
                allow(self.permission)(lambda view=view, **ids: view(*ids.values())),
                methods=["GET", "POST"],
            )

    @cached_property
    def noun(self) -> str:
        """Word for a row in addresses, endpoints and actions, as "block"."""
        return str(self.kind.__tablename__).removeprefix(f"{self.above.__tablename__}_")

    @property
    def changes(self) -> bool:
        """True if a row can be changed."""
        return hasattr(self.kind, "row_version")

    @cached_property
    def form(self) -> type[KashForm]:
        """The form of a row."""
        base = RowVersionForm if self.changes else KashForm
        fields = {"key": NewIdField(), **self.fields}
        return type(f"{self.kind.__name__}Form", (base,), fields)

    @property
    def parts(self) -> Sequence[Part]:
        """Parts by which a feature declares it."""
        room = self.page.partition(".")[2]
        done = map(self._action, ("added", "removed", "changed"))
        return (
            ActionWords(dict(zip(done, self.words, strict=False))),
            SampleId(
                f"{self.blueprint.url_prefix}/<public_id>/{self.noun}s/<{self.noun}_id>",
                lambda known: self._of(known["public_id"], self.kind.public_id),
                any=False,
            ),
            PageSection(room, self.template, self.section),
        )

    def section(self, public_id: str, actor: Actor) -> dict[str, Any] | None:
        """Content of the section on a page; None for an actor who may not see it."""
        if not actor.may(self.seen):
            return None
        rows = db.session.scalars(self._of(public_id, self.kind).where(self.shown())).all()
        return {"table": self, "rows": rows, "of": public_id, "writes": actor.may(self.permission)}

    def text(self, row: Any) -> str:
        """A row in one line."""
        return self.line(row) if self.line else str(getattr(row, next(iter(self.fields))))

    def write(
        self, above: str, values: dict[str, Any], *, key: str, by: Actor, shown: int | None = None
    ) -> Any:
        """Add a row of this public id, or change the one that was `shown` at a row version; the
        same row added again stays as it is. Raises NotFound, ChangedMeanwhile, and Problem."""
        values = self.check(values)
        what = "added" if shown is None else "changed"
        with audited(self._action(what), by) as change:
            session, kind, below = change.session, self.kind, f"{self.above.__tablename__}_id"
            parent = get_or_404(session, self.above, above, lock=True)
            row = session.scalar(select(kind).where(kind.public_id == key))
            if row is not None and getattr(row, below) != parent.id:
                raise NotFound
            if shown is not None:
                if row is None:
                    raise NotFound
                if row.row_version != shown:
                    raise ChangedMeanwhile
                row.row_version += 1
            elif row is not None:
                change.nothing()
                return row
            else:
                count = select(func.count()).select_from(kind)
                count = count.where(getattr(kind, below) == parent.id)
                if session.scalars(count).one() >= MOST_ROWS:
                    raise Problem(self.too_many)
                row = kind(public_id=key, **{below: parent.id})
                session.add(row)
            for name, value in values.items():
                empty = value is None and not kind.__table__.columns[name].nullable
                setattr(row, name, "" if empty else value)
            row.written_by, row.written_at = by.public_id, change.now
            change.about(key, parent.public_id)
            return row

    def remove(self, above: str, key: str, *, by: Actor) -> None:
        """Remove a row. Raises NotFound."""
        with audited(self._action("removed"), by) as change:
            parent = get_or_404(change.session, self.above, above, lock=True)
            change.session.delete(self._row(parent, key))
            change.about(key, parent.public_id)

    def _action(self, what: str) -> str:
        return f"{self.blueprint.name}.{self.noun}_{what}"

    def _of(self, public_id: str, what: Any) -> Select[Any]:
        return (
            select(what)
            .select_from(self.kind)
            .join(self.above)
            .where(self.above.public_id == public_id)
            .order_by(*(getattr(self.kind, name) for name in self.order), self.kind.id)
        )

    def _row(self, parent: Any, key: str) -> Any:
        below = getattr(self.kind, f"{self.above.__tablename__}_id")
        return get_or_404(db.session, self.kind, key, below == parent.id)

    def _form_page(self, public_id: str, key: str = "") -> ResponseReturnValue:
        parent = get_or_404(db.session, self.above, public_id)
        row = self._row(parent, key) if key else None
        form: Any = self.form(obj=row)
        if form.validate_on_submit():
            with form.showing_problems():
                row = self.write(
                    public_id,
                    {name: form[name].data for name in self.fields},
                    key=key or form.key.data,
                    by=current_actor(),
                    shown=form.row_version_shown if key else None,
                )
                self.saved(row)
                return go(self.page, _("Saved."))
            parent = get_or_404(db.session, self.above, public_id)
            if key and form.changed_meanwhile:
                row = self._row(parent, key)
                form.compare({name: getattr(row, name) for name in (*self.fields, "row_version")})
        return page("plain_tables/edit.html", form=form, table=self, above=parent)

    def _remove_page(self, public_id: str, key: str) -> ResponseReturnValue:
        parent = get_or_404(db.session, self.above, public_id)
        row = self._row(parent, key)
        if request.method == "POST":
            self.remove(public_id, key, by=current_actor())
            return go(self.page, _("Removed."))
        return page("plain_tables/remove.html", table=self, above=parent, row=row, key=key)
