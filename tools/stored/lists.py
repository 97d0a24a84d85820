"""The lists: strings that are stored, columns with what holds of them, and routes with who may."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from flask import Flask
from pydantic import BaseModel
from sqlalchemy import Column, Dialect, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import AddConstraint, CreateIndex

from kash.feature import EXTENSION
from kash.platform.database import Base
from kash.policy import DELEGABLE, GRANTS, declared_permission, needs_fresh_sign_in
from kash.settings import Settings
from tools.stored.words import stored_words

# By the class of a part: the sort of its words, and its fields in which they stand.
_PARTS = {
    "ActionWords": ("action", "words"),
    "AnswerKind": ("answer", "kind"),
    "Approval": ("approval", "key approves waits"),
    "BeginningStep": ("beginning step", "key"),
    "Chore": ("chore", "name"),
    "ConnectionKind": ("connection", "key settings"),
    "CourseAddition": ("course file", "name"),
    "Holding": ("holding", "key"),
    "JobKind": ("job", "name needs"),
    "LeafKind": ("track fact", "rule choices"),
    "MadeOf": ("source of figures", "purpose"),
    "MarkSource": ("source of marks", "begins"),
    "MessageKind": ("message", "name fields channels"),
    "Occasions": ("occasion", "kind"),
    "OtherCount": ("source of counts", "source"),
    "Owner": ("purpose of registers", "purpose"),
    "Revocation": ("revocation", "key outcomes bars"),
    "SealedPage": ("sealed", "kind"),
    "WrittenOnce": ("sealed", "kind"),
}
_DIALECTS: tuple[Dialect, ...] = (postgresql.dialect(), sqlite.dialect())  # type: ignore[no-untyped-call]


def lists(app: Flask, root: Path) -> dict[str, list[str]]:
    """By its name, each list as sorted lines."""
    found = {"strings": _strings(app, root), "columns": _columns(app), "routes": _routes(app)}
    return {name: sorted(set(lines)) for name, lines in found.items()}


def _strings(app: Flask, root: Path) -> Iterator[str]:
    words = {("permission", name) for name in GRANTS}
    words |= {("stands in", name) for name in DELEGABLE}
    words |= {("setting", f"KASH_{name.upper()}") for name in Settings.model_fields}
    for part in app.extensions[EXTENSION].parts:
        sort, fields = _PARTS.get(type(part).__name__, ("", ""))
        own, *others = [_words_in(getattr(part, field)) for field in fields.split()] or [[]]
        words |= {(sort, word) for word in own}
        words |= {(sort, f"{own[0]}, {word}") for more in others for word in more if word}
    in_source = {(sort, word) for sort, word in stored_words(root) if word}
    words |= {(sort, word) for sort, word in in_source if sort != "other"}
    listed = (
        {part for _, word in words for part in word.split(", ")}
        | set(app.view_functions)
        | set(_columns_by_name())
    )
    words |= {("other", word) for sort, word in in_source if word not in listed}
    yield from (f"{sort}: {word}" for sort, word in words)
    yield from (f"values: {' '.join(values)}" for values in _enumerations())
    yield from (f"fields: {' '.join(sorted(kind.model_fields))}" for kind in _records(BaseModel))


def _words_in(value: Any) -> list[str]:
    """The words of a field: a text, or the keys of what stands in it."""
    if isinstance(value, str):
        return [str(value)]
    if isinstance(value, dict | tuple | list | set | frozenset):
        return [word for entry in value for word in _words_in(entry)]
    return [str(value.key)] if hasattr(value, "key") else [str(getattr(value, "name", ""))]


def _enumerations() -> Iterator[list[str]]:
    """The values of each enumeration of texts."""
    for kind in enum.StrEnum.__subclasses__():
        if kind.__module__.startswith("kash."):
            yield sorted(member.value for member in kind)


def _records(kind: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Kinds of records, which are stored or sent as JSON by the names of their fields."""
    for below in kind.__subclasses__():
        yield from _records(below)
        if below.__module__.startswith("kash.") and below.model_fields and below is not Settings:
            yield below


def _columns_by_name() -> dict[str, Column[Any]]:
    return {
        f"{table.name}.{column.name}": column
        for table in Base.metadata.tables.values()
        for column in table.columns
    }


def _columns(app: Flask) -> Iterator[str]:
    """Columns as PostgreSQL and SQLite have them, each with what becomes of it when a person is
    erased; keys, constraints and indexes."""
    policies = _policies(app)
    for name, column in _columns_by_name().items():
        made = _on_both(lambda dialect, of=column: _as_made(dialect, of))  # type: ignore[misc]
        yield f"column {name}: {made} | {'; '.join(sorted(policies.get(name, ['-'])))}"
    for table in Base.metadata.tables.values():
        yield from _beside_columns(table)


def _as_made(dialect: Dialect, column: Column[Any]) -> str:
    compiler: Any = dialect.ddl_compiler(dialect, None)  # type: ignore[arg-type]
    return str(compiler.get_column_specification(column)).partition(" ")[2]


def _beside_columns(table: Table) -> Iterator[str]:
    for constraint in table.constraints:
        # Isolated, its default, it would be left out wherever the table is made afterwards.
        adding = AddConstraint(constraint, isolate_from_table=False)
        words = _on_both(lambda dialect, of=adding: _in_words(dialect, of))  # type: ignore[misc]
        yield words.replace("ALTER TABLE", "constraint", 1)
    for index in table.indexes:
        words = _on_both(lambda dialect, of=index: _in_words(dialect, CreateIndex(of)))  # type: ignore[misc]
        yield words.replace("CREATE", "index", 1)


def _in_words(dialect: Dialect, element: AddConstraint | CreateIndex) -> str:
    return " ".join(str(element.compile(dialect=dialect)).split())


def _on_both(made: Callable[[Dialect], str]) -> str:
    return " / ".join(dict.fromkeys(made(dialect) for dialect in _DIALECTS))


def _policies(app: Flask) -> dict[str, list[str]]:
    """By the name of a column, what is declared to become of it when a person is erased."""
    found: dict[str, list[str]] = {}
    for part in app.extensions[EXTENSION].parts:
        for name, policy in _declared_by(part):
            found.setdefault(name, []).append(policy)
    return found


def _declared_by(part: Any) -> Iterator[tuple[str, str]]:
    kind = type(part).__name__
    sealed = f" sealed as {part.kind}" if getattr(part, "kind", "") else ""
    if kind in ("Reference", "Beneath"):
        refers = "a person" if kind == "Reference" else "rows about a person"
        yield part.name, f"refers to {refers}, {'goes' if part.erased.goes else 'stays'}"
        table = part.name.partition(".")[0]
        yield from ((f"{table}.{name}", "emptied with her") for name in part.erased.emptied)
    elif kind == "FreeText":
        yield part.name, f"her name is struck out{sealed}"
    elif kind == "GoesIfNamed":
        emptied = "its row goes" if part.emptied is None else f"emptied: {' '.join(part.emptied)}"
        yield part.name, f"given up if she is named{sealed}, {emptied}"
    elif kind == "HeldElsewhere":
        yield from ((name, "erased by a way of its own") for name in part.columns)
    elif kind == "AlsoCalled":
        yield part.name, "a name of hers"
    elif kind == "OpenedForHer":
        yield part.name, f"opened for her copy{sealed}"
    elif kind == "AboutThings":
        yield from ((f"{part.table}.{name}", "about things") for name in part.columns)


def _routes(app: Flask) -> Iterator[str]:
    """Routes with the permission that each asks, and per role how far it reaches."""
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        permission = declared_permission(view) or "-"
        fresh = " fresh" if needs_fresh_sign_in(view) else ""
        methods = " ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        roles = ", ".join(
            sorted(f"{role} {how}" for role, how in GRANTS.get(permission, {}).items())
        )
        yield f"{rule.endpoint}: {methods} {rule.rule} | {permission}{fresh} | {roles or '-'}"
