"""Docstrings begin with the thing itself: a reader who looks for it need not answer a question."""

import re
from pathlib import Path

from tools.house.figures import questions
from tools.house.modules import modules_below

ROOT = Path(__file__).resolve().parents[2]
# Others need not be parsed.
_LIKELY = re.compile(r'"""\s*(?:What|Who|Which|Whether)\b')


def test_no_docstring_begins_with_a_question():
    likely = [
        module
        for folder in ("kash", "tools", "benchmarks")
        for module in modules_below(ROOT, folder)
        if _LIKELY.search(module.text)
    ]
    assert questions(likely, of_modules=True) + questions(likely, of_modules=False) == []
