"""Conflicts of settings: what a page showed, and what somebody else saved meanwhile."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wtforms import Field, Form


def edition_shown(form: Form) -> int:
    """The edition that the page showed; 0, which nothing has, when it is unreadable."""
    text = form["edition"].data or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def show_again(form: Form, edition: int) -> None:
    """Let the same form, sent once more, go over what somebody else saved and now stands there."""
    field: Field = form["edition"]
    field.data, field.raw_data = str(edition), None


def differences(form: Form, kept: dict[str, Any], said: Iterable[str]) -> list[tuple[str, str]]:
    """(label, what is kept) of each field named in `said` whose value differs from what is kept."""
    found = []
    for name in said:
        field: Field = form[name]
        if (field.data or "") != (kept[name] or ""):
            found.append((str(field.label.text), _in_words(field, kept[name])))
    return found


def _in_words(field: Field, value: Any) -> str:
    if isinstance(value, bool):
        return "✓" if value else "–"
    choices = {key: label for key, label, *_more in getattr(field, "choices", None) or []}
    return str(choices.get(value, value if value not in (None, "") else "–"))
