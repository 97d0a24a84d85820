"""Modules of Python as the figures need them: the text, its tree, its lines of code."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
_CODE = frozenset({tokenize.NAME, tokenize.NUMBER, tokenize.STRING, tokenize.OP})
# Parts of an f-string, from Python 3.12 on.
_FROM_3_12 = ("FSTRING_START", "FSTRING_MIDDLE", "FSTRING_END")
_PIECES = frozenset(getattr(tokenize, name) for name in _FROM_3_12 if hasattr(tokenize, name))


@dataclass(frozen=True)
class Module:
    """One module: its dotted name, its path from the root of the tree, and its text."""

    name: str
    path: Path
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree. Raises SyntaxError."""
        return ast.parse(self.text, str(self.path))

    @property
    def lines(self) -> int:
        """All lines, empty ones too."""
        return len(self.text.splitlines())

    @property
    def is_package(self) -> bool:
        """True for an `__init__.py`."""
        return self.path.name == "__init__.py"

    @cached_property
    def documented(self) -> list[tuple[Documented, ast.Constant]]:
        """The module, its classes and functions that have a docstring, each beside it."""
        found: list[tuple[Documented, ast.Constant]] = []
        for node in ast.walk(self.tree):
            if not isinstance(node, Documented) or not node.body:
                continue
            first = node.body[0]
            if (
                isinstance(first, ast.Expr)
                and isinstance(first.value, ast.Constant)
                and isinstance(first.value.value, str)
            ):
                found.append((node, first.value))
        return found

    @cached_property
    def code_lines(self) -> frozenset[int]:
        """Numbers of the lines that hold code: no comment, docstring or empty line."""
        in_docstrings = {line for _, text in self.documented for line in _lines_of(text)}
        held: set[int] = set()
        for token in tokenize.generate_tokens(io.StringIO(self.text).readline):
            if token.type in _CODE | _PIECES:
                held.update(range(token.start[0], token.end[0] + 1))
        return frozenset(held - in_docstrings)

    @cached_property
    def import_lines(self) -> frozenset[int]:
        """Numbers of the lines of code that belong to an import, wherever it stands."""
        held = {
            line
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for line in _lines_of(node)
        }
        return frozenset(held & self.code_lines)


def _lines_of(node: ast.stmt | ast.expr) -> range:
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)


def modules_below(root: Path, folder: str) -> list[Module]:
    """Every module of a folder of the tree, by path; none where there is no such folder."""
    return list(_read(root, folder))


def _read(root: Path, folder: str) -> Iterator[Module]:
    for path in sorted((root / folder).rglob("*.py")):
        place = path.relative_to(root)
        parts = place.with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        yield Module(name, place, path.read_text(encoding="utf-8"))
