"""Naming of features: which files outside a feature's folders know it by name.

A file names a feature if it imports from `kash.<feature>`, or holds a text that begins with
`<feature>.` or `<feature>/`, as permissions, endpoints and templates do.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from tools.house.modules import Module, modules_below

# Where a file stands that names a feature, by the folders of the tree.
PLACES = {
    "kash": ("kash",),
    "sample": ("kash/desk/demo", "tools"),
    "pages": ("templates", "static"),
    "tests": ("tests",),
    "benchmarks": ("benchmarks",),
}
_FIRST_CAPABILITY = ("kash.platform.web", "kash.platform")
_NAMED = re.compile(r"(?:kash\.)?([a-z_]+)[./]\w")
_QUOTED = re.compile(r"[\"'`]/?([a-z_]+)[./]\w")


def features(root: Path) -> list[str]:
    """Names of the features, top to bottom: the layers above the first capability, as
    `pyproject.toml` has them. Raises KeyError and OSError where there are none."""
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    stack = next(
        contract["layers"]
        for contract in settings["tool"]["importlinter"]["contracts"]
        if contract["type"] == "layers"
    )
    found: list[str] = []
    for layer in stack:
        names = [name.strip() for name in layer.split("|")]
        if any(name.startswith(_FIRST_CAPABILITY) for name in names):
            break
        found += [name.removeprefix("kash.") for name in names]
    # A layer may be a module alone, such as the tuple of all features.
    return [name for name in found if not (root / "kash" / f"{name}.py").is_file()]


def files_naming(root: Path) -> dict[str, dict[str, list[str]]]:
    """By feature and place: the paths of files outside the feature's own folders that name it."""
    known = features(root)
    found: dict[str, dict[str, list[str]]] = {
        feature: {place: [] for place in PLACES} for feature in known
    }
    for path, names in sorted(_names_by_file(root)):
        place = _place_of(path)
        for feature in names & set(known):
            if not _is_its_own(path, feature):
                found[feature][place].append(path)
    return found


def _names_by_file(root: Path) -> Iterator[tuple[str, set[str]]]:
    for folder in ("kash", "tools", "tests", "benchmarks"):
        for module in modules_below(root, folder):
            yield str(module.path), _named_in(module)
    for folder in PLACES["pages"]:
        for path in (root / folder).rglob("*"):
            place = path.relative_to(root)
            if path.suffix in {".html", ".js", ".txt"} and "vendor" not in place.parts:
                yield str(place), set(_QUOTED.findall(path.read_text(encoding="utf-8")))


def _named_in(module: Module) -> set[str]:
    docstrings = {id(text) for _, text in module.documented}
    names: set[str] = set()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            names.update(_after_kash(alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            names.update(_after_kash(f"{base}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            begins = _NAMED.match(node.value)
            if begins is not None and id(node) not in docstrings:
                names.add(begins[1])
    return names


def _after_kash(dotted: str) -> str:
    parts = dotted.split(".")
    return parts[1] if parts[0] == "kash" and len(parts) > 1 else ""


def _place_of(path: str) -> str:
    """The narrowest of the places in whose folders a file stands."""
    matching = [
        (len(folder), place)
        for place, folders in PLACES.items()
        for folder in folders
        if path.startswith(f"{folder}/")
    ]
    return max(matching)[1]


def _is_its_own(path: str, feature: str) -> bool:
    folders = ("kash", "templates", "static", "tests", "benchmarks")
    return path.startswith(tuple(f"{folder}/{feature}/" for folder in folders))
