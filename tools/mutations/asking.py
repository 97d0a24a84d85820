"""Asking the tests about faults, in one process that has loaded everything once.

`python -m tools.mutations.asking PLAN`, in a copy of the tree that may be spoilt. Pytest collects
what runs on SQLite alone; then a fork runs the tests of each package once and notes which
statements each of them reaches, and for each fault a fork has it in its functions and runs the
tests that reach it, those first that reach little else, until one fails: tests of its own package,
then others.
"""

from __future__ import annotations

import ast
import builtins
import dataclasses
import gc
import hashlib
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import hypothesis
import pytest
from _pytest.runner import runtestprotocol

from tools.mutations.faults import Fault, blocks, modules, planted, statement_key
from tools.nearby import module_of, nearby_tests

_PROBE = "__kash_reached__"
_PROFILE = "asked"
_OPTIMIZED = 0x1  # the flag of a function's code, which that of a class has not
# Nothing of these is about one room, or they start processes of their own.
_NOT_ASKED = (
    "tests/e2e", "tests/desk/demo", "tests/matrix", "tests/tools", "tests/benchmarks",
    "tests/translations", "tests/platform/handbook", "tests/migrations", "tests/platform/press",
    "tests/platform/operations", "tests/platform/confinement",
    "tests/incidents/test_canaries.py", "tests/incidents/test_no_author.py",
)  # fmt: skip
# A test that took longer than this is left to the whole suite.
_LONG = 10.0
_AT_A_TIME = 6


@dataclasses.dataclass
class Reached:
    """For each test its CPU seconds, whether it passes, and the statements that it reaches; for
    each file of tests the digest of what it then was."""

    statements: list[str]
    tests: dict[str, tuple[float, bool, list[int]]]
    files: dict[str, str]

    @classmethod
    def read(cls, path: Path) -> Reached:
        """The notes of an earlier run, or none."""
        if not path.exists():
            return cls([], {}, {})
        found = json.loads(path.read_text())
        tests = {name: tuple(noted) for name, noted in found["tests"].items()}
        return cls(found["statements"], tests, found["files"])

    def write(self, path: Path) -> None:
        """Keep it for the next run."""
        path.write_text(json.dumps(dataclasses.asdict(self)))

    def numbers(self) -> dict[str, int]:
        """The number of each statement's key."""
        return {key: number for number, key in enumerate(self.statements)}

    def add(self, keys: list[str], noted: dict[str, tuple[float, bool, list[int]]]) -> None:
        """Take in what a fork noted, in its own numbers of these keys."""
        numbers = self.numbers()
        for key in keys:
            if key not in numbers:
                numbers[key] = len(self.statements)
                self.statements.append(key)
        for test, (seconds, passes, reached) in noted.items():
            self.tests[test] = (seconds, passes, [numbers[keys[at]] for at in reached])

    def of(self, fault: Fault, seconds: float, *, own: bool) -> list[str]:
        """Tests to ask about a fault, those first that reach least, for so many CPU seconds: those
        of its own package, or the others."""
        if fault.function:
            wanted = {self.numbers().get(fault.statement, -1)}
        else:
            inside = f"{fault.path}:"
            wanted = {at for at, key in enumerate(self.statements) if key.startswith(inside)}
        package = package_of(fault.path)
        found = sorted(
            (len(reached), test)
            for test, (took, passes, reached) in self.tests.items()
            if passes and took < _LONG and test.startswith(package) is own
            if not wanted.isdisjoint(reached)
        )
        # Some of each file, then more of each: those of a file ask for much the same.
        before: Counter[str] = Counter()
        turns: list[tuple[int, int, str]] = []
        for size, test in found:
            file = test.partition("::")[0]
            before[file] += 1
            turns.append((before[file] // _AT_A_TIME, size, test))
        chosen: list[str] = []
        for _, _, test in sorted(turns):
            seconds -= self.tests[test][0]
            if seconds < 0 and len(chosen) >= 5:
                break
            chosen.append(test)
        return chosen


def package_of(path: str) -> str:
    """The folder of tests that mirrors a module's package."""
    parts = path.split("/")
    depth = 3 if parts[1] == "platform" else 2
    return "/".join(["tests", *parts[1:depth]]) + "/"


def nearest(root: Path, faults: list[Fault], files: int) -> set[str] | None:
    """So many files of tests of its own package that are nearest to each fault by imports, and
    those of none; None for all, if no number is given."""
    if not files:
        return None
    found = {f"tests/{file.name}" for file in (root / "tests").glob("test_*.py")}
    for path in {fault.path for fault in faults}:
        near = nearby_tests([path], root)
        found.update([one for one in near if one.startswith(package_of(path))][:files])
    return found


class Asking:
    """The plugin that runs in place of pytest's own loop."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.root = Path.cwd()
        self.faults = [Fault(**one) for one in plan["faults"]]
        self.seconds: float = plan["seconds"]
        self.near = nearest(self.root, self.faults, plan["near"])
        self.kept = Path(plan["reached"])
        self.results = Path(plan["results"])
        self.reached = Reached.read(self.kept)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Note what reaches what, then ask about each fault."""
        self.session = session
        self.items = {item.nodeid: item for item in session.items}
        self._warm(session.items)
        self.functions = _functions(self.root)
        gc.freeze()
        left = []
        for package in sorted({package_of(fault.path) for fault in self.faults}):
            self._note(package)
            here = [fault for fault in self.faults if package_of(fault.path) == package]
            left += [fault for fault in here if not self._ask(fault, own=True)]
        # Tests of other packages, and those of none, say something about what is left.
        self._note("tests/test_")
        for fault in left:
            self._ask(fault, own=False)
        return True

    def _warm(self, items: list[pytest.Item]) -> None:
        """Have what the whole session shares made, so that each fork finds it."""
        at = next((i for i, item in enumerate(items) if "sqlite_app" in _fixtures(item)), 0)
        runtestprotocol(items[at], nextitem=items[at - 1], log=False)
        for path in modules(self.root):
            import_module(module_of(path))

    def _note(self, package: str) -> None:
        digests, fresh = {}, []
        for name in self.items:
            file = name.partition("::")[0]
            if name.startswith(package) and (self.near is None or file in self.near):
                digests[file] = hashlib.sha256((self.root / file).read_bytes()).hexdigest()
                if self.reached.files.get(file) != digests[file]:
                    fresh.append(name)
        if not fresh:
            return

        def note(tell: Callable[[str], None]) -> None:
            seen: set[int] = set()
            setattr(builtins, _PROBE, seen.add)
            keys: list[str] = []
            for path in modules(self.root):
                self._replace(path, _probed(path, (self.root / path).read_text(), keys))
            tell(json.dumps(keys) + "\n")
            for name, following in self._in_turn(fresh):
                seen.clear()
                began = _cpu()
                passes = not self._fails(name, following)
                tell(json.dumps({name: (round(_cpu() - began, 3), passes, sorted(seen))}) + "\n")

        said, _ = _in_fork(note, 3600, 7200)
        keys, *noted = (json.loads(line) for line in said.splitlines())
        self.reached.add(keys, {name: tuple(one) for told in noted for name, one in told.items()})
        self.reached.files |= digests
        self.reached.write(self.kept)

    def _ask(self, fault: Fault, *, own: bool) -> bool:
        """Write down what the tests say; True if one of them found the fault."""
        tests = [one for one in self.reached.of(fault, self.seconds, own=own) if one in self.items]
        said = {"said": "unreached", "asked": 0, "by": ""}
        if tests:
            said = self._asked(fault, tests)
        if tests or own:
            with self.results.open("a") as results:
                results.write(json.dumps({"words": fault.words, **said}) + "\n")
        return said["said"] == "found"

    def _asked(self, fault: Fault, tests: list[str]) -> dict[str, Any]:
        file = self.root / fault.path
        source = file.read_text()
        tree = planted(source, fault.number)
        limit = 20 + 3 * sum(self.reached.tests[test][0] for test in tests)
        # Processes that a test starts find the fault in the file.
        file.write_text(ast.unparse(tree) + "\n")
        try:
            said = self._ask_fork(fault, tree, tests, limit) if fault.function else {}
            return said if said.get("said", "unplanted") != "unplanted" else self._ask_anew(tests)
        finally:
            file.write_text(source)

    def _ask_fork(
        self, fault: Fault, tree: ast.Module, tests: list[str], limit: float
    ) -> dict[str, Any]:
        def ask(tell: Callable[[str], None]) -> None:
            if not self._replace(fault.path, tree):
                tell("unplanted\n")
                return
            for name, following in self._in_turn(tests):
                if self._fails(name, following):
                    tell(f"found {name}\n")
                    return
            tell("survived\n")

        said, in_time = _in_fork(ask, limit, 20 * limit)
        word, _, by = said.strip().partition(" ")
        if not word:
            word, by = "found", "a test that ended no more" if not in_time else "a killed process"
        return {"said": word, "asked": len(tests), "by": by}

    def _ask_anew(self, tests: list[str]) -> dict[str, Any]:
        """A named number is copied wherever it is imported, so everything is loaded anew."""
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:xdist", *tests]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=1200)
        failed = [line for line in ran.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
        by = failed[0].split()[1] if failed else ""
        said = "survived" if ran.returncode == 0 else "found"
        return {"said": said, "asked": len(tests), "by": by or str(ran.returncode)}

    def _in_turn(self, tests: list[str]) -> Iterator[tuple[str, str]]:
        """Each test with the one that follows, of which what both stand on is kept; after the last
        nothing is taken down, since the session goes on in other forks."""
        self.session._setupstate.teardown_exact(self.items[tests[0]])
        yield from zip(tests, [*tests[1:], tests[-1]], strict=True)

    def _fails(self, name: str, following: str) -> bool:
        item = self.items[name]
        reports = runtestprotocol(item, nextitem=self.items[following], log=False)
        return any(report.failed for report in reports)

    def _replace(self, path: str, tree: ast.Module) -> bool:
        """Give the functions of a loaded module the code of this tree; False if none has any."""
        compiled = compile(tree, str(self.root / path), "exec")
        changed = False
        for key, code in _codes(compiled):
            for function in self.functions.get((str(self.root / path), *key), ()):
                # Without its only `super()` a method has another closure, which none can be given.
                closed = len(function.__code__.co_freevars) == len(code.co_freevars)
                if closed and function.__code__ != code:
                    function.__code__ = code
                    changed = True
        return changed


def _fixtures(item: pytest.Item) -> list[str]:
    return getattr(item, "fixturenames", [])


def _functions(root: Path) -> dict[tuple[str, str, int], list[FunctionType]]:
    """All functions of the application by file, name and line, those behind decorators too."""
    gc.unfreeze()
    found: dict[tuple[str, str, int], list[FunctionType]] = {}
    for one in gc.get_objects():
        if isinstance(one, FunctionType) and one.__code__.co_filename.startswith(f"{root}/kash/"):
            code = one.__code__
            key = (code.co_filename, code.co_qualname, code.co_firstlineno)
            found.setdefault(key, []).append(one)
    return found


def _codes(code: CodeType) -> Iterator[tuple[tuple[str, int], CodeType]]:
    """The codes of the functions of a module and its classes, by name and line."""
    for one in code.co_consts:
        if isinstance(one, CodeType):
            if one.co_flags & _OPTIMIZED:
                yield (one.co_qualname, one.co_firstlineno), one
            else:
                yield from _codes(one)


def _probed(path: str, source: str, keys: list[str]) -> ast.Module:
    """The tree of a module that tells of each statement in a function before it runs."""
    tree = ast.parse(source)

    def probe(block: list[ast.stmt], function: str) -> None:
        for statement in list(block):
            within = function
            if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                within = f"{function}.{statement.name}".strip(".")
            told = function and not _says(statement)
            if told:
                keys.append(statement_key(path, function, statement))
                call = ast.Call(ast.Name(_PROBE, ast.Load()), [ast.Constant(len(keys) - 1)], [])
                added = ast.copy_location(ast.Expr(call), statement)
            for inner in blocks(statement):
                in_class = isinstance(statement, ast.ClassDef)
                probe(inner, within) if not in_class else _probe_class(inner, within)
            if told:
                block.insert(block.index(statement), added)

    def _probe_class(block: list[ast.stmt], name: str) -> None:
        for statement in block:
            if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
                for inner in blocks(statement):
                    probe(inner, f"{name}.{statement.name}")

    for statement in tree.body:
        if isinstance(statement, ast.ClassDef):
            _probe_class(statement.body, statement.name)
        elif isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            probe(statement.body, statement.name)
    return ast.fix_missing_locations(tree)


def _says(statement: ast.stmt) -> bool:
    """True if a statement is a docstring."""
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _cpu() -> float:
    """CPU seconds of this process and of its children."""
    return sum(os.times()[:4])


def _in_fork(
    act: Callable[[Callable[[str], None]], None], cpu: float, clock: float
) -> tuple[str, bool]:
    """The text that `act(tell)` told in a process of its own, and True if that ended in time."""
    hear, tell = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(hear)
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_PROF, cpu)
        signal.alarm(int(clock))
        try:
            act(lambda text: _write(tell, text))
        finally:
            os._exit(0)
    os.close(tell)
    with os.fdopen(hear) as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    return said, not os.WIFSIGNALED(status)


def _write(descriptor: int, text: str) -> None:
    data = text.encode()
    while data:
        data = data[os.write(descriptor, data) :]


def main(path: str) -> int:
    """Do what the plan in a file says."""
    plan = json.loads(Path(path).read_text())
    # That a property fails is enough: nobody reads by which smallest example, nor how slowly.
    hypothesis.settings.register_profile(
        _PROFILE, parent=hypothesis.settings.get_profile("default"), max_examples=25,
        deadline=None, derandomize=True, database=None,
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )  # fmt: skip
    os.environ["HYPOTHESIS_PROFILE"] = _PROFILE
    arguments = ["-q", "-p", "no:xdist", "-m", "not services and not browser", "tests"]
    arguments += [f"--ignore={folder}" for folder in _NOT_ASKED]
    return int(pytest.main(arguments, plugins=[Asking(plan)]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
