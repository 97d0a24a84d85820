"""Circles of imports: modules of which each needs the next, in Python and in JavaScript.

A circle is told as the sorted names of all modules that reach each other.
"""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from tools.house.modules import Module

_IMPORTED = re.compile(r"^\s*(?:import|export)\b[^'\";]*?[\"']([^\"']+\.js)[\"']", re.MULTILINE)


def python_circles(modules: Iterable[Module]) -> list[list[str]]:
    """Circles among these modules, of all imports: those in functions and for types too.

    What a package adds by standing above its modules is left out.
    """
    known = {module.name: module for module in modules}
    return _circles(
        {name: set(_imported_by(module, known)) - {name} for name, module in known.items()}
    )


def script_circles(root: Path, folders: Iterable[str]) -> list[list[str]]:
    """Circles among the scripts of these folders of the tree, by their paths from its root."""
    paths = {
        str(path.relative_to(root)): path
        for folder in folders
        for path in (root / folder).rglob("*.js")
    }
    return _circles(
        {
            name: {
                posixpath.normpath(posixpath.join(posixpath.dirname(name), other))
                for other in _IMPORTED.findall(path.read_text(encoding="utf-8"))
            }
            for name, path in paths.items()
        }
    )


def _imported_by(module: Module, known: Mapping[str, Module]) -> Iterator[str]:
    for node in _imports(module.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
            continue
        base = _base(module, node)
        for alias in node.names:
            below = f"{base}.{alias.name}"
            yield below if below in known else base


def _imports(tree: ast.Module) -> Iterator[ast.Import | ast.ImportFrom]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node


def _base(module: Module, node: ast.ImportFrom) -> str:
    """The absolute name of what is imported from."""
    if not node.level:
        return node.module or ""
    parts = module.name.split(".")
    above = parts[: len(parts) - node.level + (1 if module.is_package else 0)]
    return ".".join([*above, *([node.module] if node.module else [])])


def _circles(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """Groups of names that reach each other, themselves included; sorted."""
    left = {name: others & graph.keys() for name, others in graph.items()}
    # What reaches nothing that is left is in no circle.
    while ends := [name for name, others in left.items() if not others & left.keys()]:
        for name in ends:
            del left[name]
    reached = {name: _reached(left, name) for name in left}
    groups = {
        tuple(sorted(other for other in reached[name] if name in reached[other]))
        for name in left
        if name in reached[name]
    }
    return [list(group) for group in sorted(groups)]


def _reached(graph: Mapping[str, set[str]], start: str) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        new = graph[waiting.pop()] & graph.keys() - found
        found |= new
        waiting += new
    return found
