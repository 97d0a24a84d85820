"""The figures: counted from modules, scripts and templates of one working tree."""

from __future__ import annotations

import ast
import builtins
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tools.house.circles import python_circles, script_circles
from tools.house.modules import Module, modules_below
from tools.house.naming import files_naming

LONGEST = 800
SCRIPTS = ("static/js", "static/pad")
# Names of variables that say nothing of what they hold.
VAGUE = ("one", "found", "row", "each", "asked", "made", "held", "said", "kept", "known")
_PROSE = ("kash", "docs", "templates", "tests")
_WHOEVER = re.compile(r"\b(?:whoever|whom)\b", re.IGNORECASE)
_QUESTION = re.compile(r"\s*(?:What|Who|Which|Whether)\b")


@dataclass(frozen=True)
class Figures:
    """All that is counted, in kash/ where nothing else is said. Shares are percent, with one place;
    paths are from the tree's root.

    `nodes` are those of the syntax trees. `rooms` are packages directly
    below kash. `vague` counts by name where a variable is bound (assigned, in loops and
    comprehensions; no parameters). `whoever` counts "whoever" and "whom" by folder, in Python,
    Markdown and HTML, code and comments too. `test_lines` are all lines of Python in tests/.
    """

    code_lines: int
    nodes: int
    modules: int
    rooms: int
    import_lines: int
    import_share: float
    exception_classes: int
    dataclasses: int
    vague: dict[str, int]
    whoever: dict[str, int]
    test_lines: int
    classes_twice: dict[str, list[str]]
    module_questions: list[str]
    other_questions: list[str]
    naming: dict[str, dict[str, list[str]]]
    python_circles: list[list[str]]
    script_circles: list[list[str]]
    long_files: dict[str, int]


def figures_of(root: Path) -> Figures:
    """Count everything in a working tree. Raises SyntaxError, and OSError where it is none."""
    modules = modules_below(root, "kash")
    code = sum(len(module.code_lines) for module in modules)
    imports = sum(len(module.import_lines) for module in modules)
    nodes = [node for module in modules for node in ast.walk(module.tree)]
    return Figures(
        code_lines=code,
        nodes=len(nodes),
        modules=len(modules),
        rooms=sum(module.is_package and module.name.count(".") == 1 for module in modules),
        import_lines=imports,
        import_share=round(100 * imports / code, 1) if code else 0.0,
        exception_classes=_exception_classes(nodes),
        dataclasses=sum(isinstance(node, ast.ClassDef) and _is_dataclass(node) for node in nodes),
        vague=_vague_names(nodes),
        whoever={folder: _whoever_in(root / folder) for folder in _PROSE},
        test_lines=sum(module.lines for module in modules_below(root, "tests")),
        classes_twice=classes_twice(modules),
        module_questions=questions(modules, of_modules=True),
        other_questions=questions(modules, of_modules=False),
        naming=files_naming(root),
        python_circles=python_circles(modules),
        script_circles=script_circles(root, SCRIPTS),
        long_files={str(module.path): module.lines for module in modules if module.lines > LONGEST},
    )


def questions(modules: Iterable[Module], *, of_modules: bool) -> list[str]:
    """`path:line` of each docstring that begins with What, Who, Which or Whether: those of modules,
    or those of classes and functions."""
    return [
        f"{module.path}:{text.lineno}"
        for module in modules
        for node, text in module.documented
        if isinstance(node, ast.Module) == of_modules and _QUESTION.match(str(text.value))
    ]


def classes_twice(modules: Iterable[Module]) -> dict[str, list[str]]:
    """Names that more than one class of a module's own level has, each with its modules."""
    found: dict[str, list[str]] = {}
    for module in modules:
        for node in module.tree.body:
            if isinstance(node, ast.ClassDef):
                found.setdefault(node.name, []).append(module.name)
    return {name: places for name, places in sorted(found.items()) if len(places) > 1}


def _exception_classes(nodes: Iterable[ast.AST]) -> int:
    """How many classes inherit from an exception of Python's or of werkzeug's, by their names."""
    classes = [
        (node.name, {_last_name(base) for base in node.bases})
        for node in nodes
        if isinstance(node, ast.ClassDef)
    ]
    exceptions = {"HTTPException"} | {
        name
        for name, value in vars(builtins).items()
        if isinstance(value, type) and issubclass(value, BaseException)
    }
    while new := {name for name, bases in classes if bases & exceptions} - exceptions:
        exceptions |= new
    return sum(bool(bases & exceptions) for _, bases in classes)


def _is_dataclass(node: ast.ClassDef) -> bool:
    decorators = (
        decorator.func if isinstance(decorator, ast.Call) else decorator
        for decorator in node.decorator_list
    )
    return any(_last_name(decorator) == "dataclass" for decorator in decorators)


def _last_name(node: ast.expr) -> str:
    return ast.unparse(node).rpartition(".")[2]


def _vague_names(nodes: Iterable[ast.AST]) -> dict[str, int]:
    bound = Counter(
        node.id
        for node in nodes
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in VAGUE
    )
    return {name: bound[name] for name in VAGUE}


def _whoever_in(folder: Path) -> int:
    return sum(
        len(_WHOEVER.findall(path.read_text(encoding="utf-8")))
        for path in folder.rglob("*")
        if path.suffix in {".py", ".md", ".html"}
    )


def table(figures: Figures) -> str:
    """The figures as lines of text: a number each, what a feature is named by, then each finding
    that should not be there."""
    rows = [
        ("code lines in kash/", f"{figures.code_lines:,}"),
        ("nodes of syntax trees", f"{figures.nodes:,}"),
        ("modules", f"{figures.modules:,}"),
        ("rooms", str(figures.rooms)),
        ("lines of imports", f"{figures.import_lines:,} ({figures.import_share} %)"),
        ("exception classes", f"{figures.exception_classes:,}"),
        ("dataclasses", f"{figures.dataclasses:,}"),
        ("assignments to ten vague names", _sum_and_parts(figures.vague)),
        ("whoever, whom", _sum_and_parts(figures.whoever)),
        ("lines of tests", f"{figures.test_lines:,}"),
        ("names of two classes or more", str(len(figures.classes_twice))),
        ("module docstrings that begin with a question", str(len(figures.module_questions))),
        ("other docstrings that do", str(len(figures.other_questions))),
        ("circles in Python", str(len(figures.python_circles))),
        ("circles in JavaScript", str(len(figures.script_circles))),
        (f"files of more than {LONGEST} lines", str(len(figures.long_files))),
    ]
    width = max(len(label) for label, _ in rows)
    lines = [f"{label:<{width}}  {value}" for label, value in rows]
    lines += ["", *_naming_lines(figures.naming)]
    for circle in figures.python_circles + figures.script_circles:
        lines.append("circle: " + ", ".join(circle))
    lines += [f"long: {path}, {count}" for path, count in figures.long_files.items()]
    return "\n".join(lines)


def _sum_and_parts(counts: dict[str, int]) -> str:
    parts = ", ".join(f"{name} {count:,}" for name, count in counts.items())
    return f"{sum(counts.values()):,} ({parts})"


def _naming_lines(naming: dict[str, dict[str, list[str]]]) -> list[str]:
    if not naming:
        return []
    places = list(next(iter(naming.values())))
    rows = [("files elsewhere that name", *places, "all")]
    for feature, found in naming.items():
        counts = [len(found[place]) for place in places]
        rows.append((feature, *map(str, counts), str(sum(counts))))
    return ["".join([f"{row[0]:<26}", *(f"{cell:>12}" for cell in row[1:])]) for row in rows]
