"""What touches a library's private parts stands in one module, written for one version of it.

Whoever raises the version reads those parts again, and then names it here. Gunicorn's are named by
`operations/test_patient_worker.py`, WeasyPrint's by `press/test_weasyprint_parts.py`.
"""

import ast
import re
from importlib.metadata import version
from pathlib import Path

import pytest

from tools.house.modules import Module, modules_below

ROOT = Path(__file__).resolve().parents[2]
# By name: the library and the version of it that was read, and the modules that may touch it.
PRIVATE = {
    "_capacity": ("prometheus-client", "0.26.0", {"kash.platform.web.metrics"}),
    "_f": ("prometheus-client", "0.26.0", {"kash.platform.web.metrics"}),
    "_flask_babel": ("flask-babel", "4.0.0", {"kash.platform.web.language"}),
    "_for_update_arg": ("sqlalchemy", "2.1.9", {"kash.platform.database"}),
    "_get_current_object": ("werkzeug", "3.1.9", {"kash.platform.web.current_actor"}),
    "_update_remember_cookie": ("flask-login", "0.6.3", {"kash.platform.web.guard"}),
    "_box": ("weasyprint", "70.0", {"kash.platform.press.typesetting.weasyprint_parts"}),
    "_page_box": ("weasyprint", "70.0", {"kash.platform.press.typesetting.weasyprint_parts"}),
    "_tags": ("weasyprint", "70.0", {"kash.platform.press.typesetting.weasyprint_parts"}),
}
# Described, and marked so that no field of a tuple or of a row is called the same.
_PUBLIC = {"_exit", "_make", "_mapping", "_replace"}


def _touched(module: Module) -> set[str]:
    found = set()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "getattr":
            found |= {str(one.value) for one in node.args if isinstance(one, ast.Constant)}
    return {name for name in found if name.startswith("_") and not name.startswith("__")}


def test_what_weasyprint_does_not_describe_is_imported_by_one_module():
    described = {"weasyprint", "weasyprint.urls", "weasyprint.text.fonts"}
    importing = {
        module.name
        for module in modules_below(ROOT, "kash")
        if "weasyprint" in module.text
        for node in ast.walk(module.tree)
        for name in _imported(node)
        if name.partition(".")[0] == "weasyprint" and name not in described
    }
    assert importing == {"kash.platform.press.typesetting.weasyprint_parts"}


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [one.name for one in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


def _own(module: Module) -> set[str]:
    """Names that a module defines or sets by itself."""
    found: set[str] = set()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            found.add(node.attr)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
    return found


def test_private_parts_are_touched_where_that_is_known_and_nowhere_else():
    modules = modules_below(ROOT, "kash")
    # Only what may hold such a name is taken apart, which takes a hundred times as long as to look.
    touched = {
        module.name: names
        for module in modules
        if re.search(r"\._[a-z]|\bgetattr\b", module.text) and (names := _touched(module))
    }
    asked_for = set().union(*touched.values())
    own = set().union(
        *(_own(module) for module in modules if asked_for & set(re.findall(r"\w+", module.text)))
    )
    places: dict[str, set[str]] = {}
    for module in modules:
        for name in touched.get(module.name, set()) - own - _PUBLIC:
            folder = module.name.rpartition(".")[0]
            known = PRIVATE.get(name, ("", "", set()))[2]
            places.setdefault(name, set()).add(folder if folder in known else module.name)
    assert places == {name: known for name, (_library, _version, known) in PRIVATE.items()}


@pytest.mark.parametrize(
    ("library", "read"), sorted({(library, read) for library, read, _known in PRIVATE.values()})
)
def test_the_version_is_the_one_whose_private_parts_were_read(library, read):
    pinned = f"\n{library}=={read} "
    assert (version(library), pinned in (ROOT / "requirements.txt").read_text()) == (read, True)
