"""The figures: counted from modules, scripts and templates of one working tree."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tools.house.circles import python_circles, script_circles
from tools.house.modules import Module, modules_below
from tools.house.naming import files_naming

LONGEST = 400
SCRIPTS = ("static/js", "static/pad")
_QUESTION = re.compile(r"\s*(?:What|Who|Which|Whether)\b")


@dataclass(frozen=True)
class Figures:
    """All that is counted. Shares are percent, with one place; paths are from the tree's root."""

    code_lines: int
    package_lines: int
    import_lines: int
    import_share: float
    error_lists: int
    problems_caught: int
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
        package_lines=sum(module.lines for module in modules if module.is_package),
        import_lines=imports,
        import_share=round(100 * imports / code, 1) if code else 0.0,
        error_lists=sum(_sets_errors(node) for node in nodes),
        problems_caught=sum(
            isinstance(node, ast.ExceptHandler) and node.name == "problem" for node in nodes
        ),
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


def _sets_errors(node: ast.AST) -> bool:
    """True of `….errors = […]`."""
    return (
        isinstance(node, ast.Assign)
        and isinstance(node.value, ast.List)
        and any(isinstance(one, ast.Attribute) and one.attr == "errors" for one in node.targets)
    )


def table(figures: Figures) -> str:
    """The figures as lines of text: a number each, what a feature is named by, then each finding
    that should not be there."""
    rows = [
        ("code lines in kash/", f"{figures.code_lines:,}"),
        ("lines of __init__.py in kash/", f"{figures.package_lines:,}"),
        ("lines of imports", f"{figures.import_lines:,} ({figures.import_share} %)"),
        (".errors = [", str(figures.error_lists)),
        ("except … as problem", str(figures.problems_caught)),
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


def _naming_lines(naming: dict[str, dict[str, list[str]]]) -> list[str]:
    if not naming:
        return []
    places = list(next(iter(naming.values())))
    rows = [("files elsewhere that name", *places, "all")]
    for feature, found in naming.items():
        counts = [len(found[place]) for place in places]
        rows.append((feature, *map(str, counts), str(sum(counts))))
    return ["".join([f"{row[0]:<26}", *(f"{cell:>12}" for cell in row[1:])]) for row in rows]
