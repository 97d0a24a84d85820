"""No modules of this tree need each other in a circle, in either language."""

from pathlib import Path

from tools.house.circles import python_circles, script_circles
from tools.house.figures import SCRIPTS
from tools.house.modules import modules_below

ROOT = Path(__file__).resolve().parents[2]


def test_no_python_module_needs_one_that_needs_it():
    assert python_circles([*modules_below(ROOT, "kash"), *modules_below(ROOT, "tools")]) == []


def test_no_script_needs_one_that_needs_it():
    assert script_circles(ROOT, SCRIPTS) == []
