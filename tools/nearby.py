"""Tests near what was changed, nearest first: `python -m tools.nearby` prints their files.

Changed is what differs from where this branch left `main`; on `main` itself what isn't committed,
or else the last commit. A test is as far from it as there are imports between them. Where the whole
application is put together, and where tests share what they stand on, everything meets: those
modules lead no further.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

_CODE = ("kash", "tests", "tools")
_EVERYTHING_MEETS = {"kash.application", "kash.features", "tests.conftest", "tests.loaded"}
# Read as text: the tree of each file would take most of the minute.
_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+(\.*)([\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n(#]+)"
    r"|import[ \t]+([^\n(#]+))",
    re.MULTILINE,
)
_REMARK = re.compile(r"#[^\n]*|[()]")
# What is no module, and the folder of tests that reads it.
_READ_BY = {
    "migrations": "tests/migrations",
    "translations": "tests/translations",
    "docs": "tests/platform/handbook",
    "benchmarks": "tests/benchmarks",
}
# These walk through the whole site, and are asked only where they themselves were changed.
_OF_EVERYTHING = (
    "tests/e2e/",
    "tests/desk/demo/",
    "tests/matrix/",
    "tests/tools/",
    "tests/benchmarks/",
)
# Tests of the same room that no import leads to come after those that import what they test.
_SAME_ROOM = 4
_ELSEWHERE = 9


def changed_files(root: Path) -> list[str]:
    """Paths below the root, of files that are still there."""

    def said(*command: str) -> list[str]:
        ran = subprocess.run(["git", *command], cwd=root, capture_output=True, text=True)
        return ran.stdout.split("\n") if ran.returncode == 0 else []

    new = said("ls-files", "--others", "--exclude-standard")
    base = (said("merge-base", "HEAD", "main") or ["HEAD"])[0]
    found = {*said("diff", "--name-only", base), *new} - {""}
    if not found:
        found = {*said("diff", "--name-only", "HEAD~1", "HEAD")} - {""}
    return sorted(name for name in found if (root / name).is_file())


def module_of(path: str) -> str:
    """The dotted name of a file of Python."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def imported(source: str, module: str, package: bool, known: Collection[str]) -> Iterator[str]:
    """The modules, of those that are known, that a module imports anywhere in it."""
    around = module.split(".") if package else module.split(".")[:-1]
    for dots, base, names, plain in _IMPORT.findall(source):
        if plain:
            found = [one.split()[0] for one in plain.split(",") if one.strip()]
        else:
            above = around[: len(around) - len(dots) + 1] if dots else []
            whole = ".".join([*above, *([base] if base else [])])
            parts = [one.split()[0] for one in _REMARK.sub("", names).split(",") if one.strip()]
            found = [f"{whole}.{one}" if f"{whole}.{one}" in known else whole for one in parts]
        yield from (name for name in found if name in known and name != module)


@cache
def importers(root: Path) -> dict[str, set[str]]:
    """For each module those that import it, but for what puts everything together."""
    paths = [path for part in _CODE for path in sorted((root / part).rglob("*.py"))]
    names = {module_of(str(path.relative_to(root))): path for path in paths}
    known = set(names)
    found: dict[str, set[str]] = {}
    for name, path in names.items():
        if name in _EVERYTHING_MEETS or name.endswith((".conftest", ".feature")):
            continue
        is_package = path.name == "__init__.py"
        for one in imported(path.read_text("utf-8"), name, is_package, known):
            found.setdefault(one, set()).add(name)
    return found


def distances(changed: Iterable[str], by: Mapping[str, set[str]]) -> dict[str, int]:
    """How many imports lie between a changed module and each that leads to it."""
    found = dict.fromkeys(changed, 0)
    edge = list(found)
    while edge:
        further = []
        for module in edge:
            for one in sorted(by.get(module, ())):
                if one not in found:
                    found[one] = found[module] + 1
                    further.append(one)
        edge = further
    return found


def nearby_tests(changed: Iterable[str], root: Path) -> list[str]:
    """Files and folders of tests for these changed paths, nearest first."""
    changed = list(changed)
    modules = {module_of(path) for path in changed if path.endswith(".py")}
    rooms: set[str] = set()
    for path in changed:
        parts = path.split("/")
        if parts[0] in ("kash", "templates", "static"):
            rooms.add("/".join(["tests", *parts[1:-1]]))
            # Pages lie by features, tests by rooms and their features.
            rooms |= {
                str(folder.relative_to(root)) for folder in (root / "tests").glob(f"*/{parts[1]}")
            }
        rooms.add(_READ_BY.get(parts[0], ""))
        if parts[-1] == "conftest.py":
            rooms.add("/".join(parts[:-1]))
    far = distances(modules, importers(root))
    found: dict[str, tuple[int, bool]] = {}
    for file in (root / "tests").rglob("test_*.py"):
        name = str(file.relative_to(root))
        same_room = any(room and _is_in(name, room, root) for room in rooms)
        away = far.get(module_of(name), _ELSEWHERE)
        if same_room:
            away = min(away, _SAME_ROOM)
        elif name.startswith(_OF_EVERYTHING) and away > 1:
            continue
        if away < _ELSEWHERE:
            found[name] = (away, not same_room)
    return sorted(found, key=lambda name: (*found[name], name))


def _is_in(name: str, room: str, root: Path) -> bool:
    """True if a test lies in the folder that mirrors another, or in the first above it there is."""
    while room != "tests" and not (root / room).is_dir():
        room = room.rpartition("/")[0]
    return room != "tests" and name.startswith(f"{room}/")


def main() -> None:
    """Print the files."""
    root = Path.cwd()
    print("\n".join(nearby_tests(changed_files(root), root)))


if __name__ == "__main__":
    main()
