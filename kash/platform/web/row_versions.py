"""The optimistic lock of a form: what a page showed, and what somebody else saved meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Any

from wtforms import Field

from kash.platform.web.errors import ChangedMeanwhile
from kash.platform.web.fields import HiddenField, MoneyField, typed_money
from kash.platform.web.forms import KashForm


def number_shown(text: object) -> int:
    """A number that a page sends of what it showed; 0, which nothing has, when it is unreadable."""
    written = str(text or "")
    return int(written) if written.isascii() and written.isdigit() and len(written) < 10 else 0


class LockedForm(KashForm):
    """Form of something that others may be changing too: it notes that they did."""

    changed_meanwhile = False

    def show(self, problem: Exception, name: str | None = None) -> bool:
        """As every form; what was changed meanwhile is noted, and asks for a comparison."""
        if name is None and isinstance(problem, ChangedMeanwhile):
            self.changed_meanwhile = True
            return True
        return super().show(problem, name)


class RowVersionForm(LockedForm):
    """Form whose page names the row version that it was filled from; `macros/meanwhile.html` shows
    what somebody else saved since.

        if form.changed_meanwhile:
            form.compare(_values(queries.venue(public_id)))
    """

    row_version = HiddenField(default="0")
    # (label, what is saved) of what differs from what was typed, once it was compared.
    saved_meanwhile: list[tuple[str, str]] | None = None

    @property
    def row_version_shown(self) -> int:
        """The row version that the page showed; 0, which nothing has, when it is unreadable."""
        return number_shown(self.row_version.data)

    def compare(self, saved: Mapping[str, Any]) -> None:
        """Note what is saved by now where it differs from what was typed.

        `saved` are values by the names of fields, and the present `row_version`: the same form,
        sent once more, goes over what is now shown beside it.
        """
        self.saved_meanwhile = [
            (str(self[name].label.text), _in_words(self[name], value))
            for name, value in saved.items()
            if name != "row_version" and name in self and (self[name].data or "") != (value or "")
        ]
        self.show_row_version(saved["row_version"])

    def show_row_version(self, row_version: int) -> None:
        """Let the same form, sent once more, go over this row version."""
        self.row_version.data, self.row_version.raw_data = str(row_version), None


def _in_words(field: Field, value: Any) -> str:
    if isinstance(value, bool):
        return "✓" if value else "–"
    if isinstance(field, MoneyField):
        return "–" if value is None else typed_money(value)
    if isinstance(value, time):
        return value.isoformat("minutes")
    if isinstance(value, list):
        return ", ".join(_in_words(field, item) for item in value) or "–"
    choices = {key: label for key, label, *_more in getattr(field, "choices", None) or []}
    return str(choices.get(value, value if value not in (None, "") else "–"))
