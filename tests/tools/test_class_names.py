"""One class name means one thing: a reader who looks for it finds one place."""

import re
from collections import Counter
from pathlib import Path

from tools.house.figures import classes_twice
from tools.house.modules import modules_below

ROOT = Path(__file__).resolve().parents[2]
MOST = 5
_CLASS = re.compile(r"^class (\w+)", re.MULTILINE)


def test_hardly_any_class_is_called_as_another_is():
    modules = modules_below(ROOT, "kash")
    names = {module.name: set(_CLASS.findall(module.text)) for module in modules}
    often = Counter(name for found in names.values() for name in found)
    # Others need not be parsed.
    likely = [module for module in modules if any(often[name] > 1 for name in names[module.name])]
    twice = classes_twice(likely)
    listed = "\n".join(f"{name}: {', '.join(places)}" for name, places in twice.items())
    assert len(twice) <= MOST, (
        f"Give each of these a noun of its own room, until {MOST} are left at most:\n{listed}"
    )
