"""The figures of the house, counted in small trees of which each number is known."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from tools.house.__main__ import main
from tools.house.figures import figures_of, table

STACK = """
[[tool.importlinter.contracts]]
name = "Rules"
type = "forbidden"

[[tool.importlinter.contracts]]
name = "The house"
type = "layers"
layers = [
    "kash.features", "kash.forums", "kash.payouts | kash.people",
    "kash.platform.web", "kash.platform.vault",
]
"""


def _tree(root: Path, files: Mapping[str, str]) -> Path:
    for name, text in {"pyproject.toml": STACK, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def test_lines_of_code_are_counted_without_docstrings_comments_and_empty_lines(
    tmp_path: Path,
) -> None:
    text = '''"""Counting,
over two lines.
"""

# A remark.
import os
from sys import (
    path,
)


class Counter:
    """One line."""

    text = """kept

    as it is"""

    def count(self) -> int:  # and a remark
        """Another.

        """
        return len(path)
'''
    found = figures_of(_tree(tmp_path, {"kash/__init__.py": '"""Kash."""\n', "kash/a.py": text}))
    assert (found.code_lines, found.import_lines, found.import_share) == (10, 4, 40.0)


def test_all_lines_of_packages_are_counted_and_no_others(tmp_path: Path) -> None:
    files = {
        "kash/__init__.py": '"""Kash."""\n',
        "kash/people/__init__.py": '"""People."""\n\nNAME = 1\n',
        "kash/people/models.py": "A = 1\n" * 9,
        "tests/__init__.py": "A = 1\n",
    }
    assert figures_of(_tree(tmp_path, files)).package_lines == 4


def test_errors_that_are_set_and_problems_that_are_caught_are_counted(tmp_path: Path) -> None:
    text = """
def save(form):
    try:
        form.run()
    except ValueError as problem:
        form.name.errors = [str(problem)]
    except KeyError as error:
        form.errors = list(error.args)
    except (OSError, TypeError) as problem:
        form.name.errors = []
        errors = ["one"]
"""
    found = figures_of(_tree(tmp_path, {"kash/views.py": text}))
    assert (found.error_lists, found.problems_caught) == (2, 2)


def test_names_of_two_classes_are_told_with_their_modules(tmp_path: Path) -> None:
    files = {
        "kash/a.py": "class Standing: pass\nclass Person: pass\n",
        "kash/b/__init__.py": "class Standing:\n    class Person: pass\n",
        "tests/c.py": "class Person: pass\n",
    }
    assert figures_of(_tree(tmp_path, files)).classes_twice == {"Standing": ["kash.a", "kash.b"]}


def test_docstrings_that_begin_with_a_question_are_told_with_their_line(tmp_path: Path) -> None:
    text = '''"""What is counted."""


class Person:
    """A person, and whether she came."""

    def came(self) -> bool:
        """
        Whether she came."""
        return True


def told() -> str:
    """Whoever was told."""
    return "What"
'''
    found = figures_of(_tree(tmp_path, {"kash/a.py": text, "kash/b.py": '"""Which one."""\n'}))
    assert found.module_questions == ["kash/a.py:1", "kash/b.py:1"]
    assert found.other_questions == ["kash/a.py:8"]


def test_a_feature_is_named_by_imports_permissions_endpoints_and_templates(tmp_path: Path) -> None:
    files = {
        "kash/payouts/views.py": 'PERMISSION = "payouts.see"\n',
        "kash/__init__.py": "def start():\n    from kash import payouts\n",
        "kash/features.py": "from kash.platform.web.frame import Feature\n",
        "kash/policy.py": 'GRANTS = {"payouts.see": 1}\n',
        "kash/forums/views.py": "from kash.payouts.models import Payout\n",
        "kash/people/words.py": '"""Of kash.payouts."""\n# payouts.see\nA = "payouts and more"\n',
        "kash/demo/sample.py": "import kash.payouts.services\n",
        "templates/payouts/list.html": "{{ url_for('payouts.list') }}",
        "templates/people/person.html": "{{ url_for('payouts.list') }} and payouts.",
        "templates/forums/meeting.html": "<p>payouts/list</p>",
        "static/js/list.js": 'fetch("/payouts/list");',
        "static/vendor/list.js": 'fetch("/payouts/list");',
        "tests/payouts/test_list.py": "import kash.payouts\n",
        "tests/people/test_list.py": 'ADDRESS = "payouts.list"\n',
        "benchmarks/addresses.py": 'ADDRESS = "payouts/list.html"\n',
    }
    naming = figures_of(_tree(tmp_path, files)).naming
    assert list(naming) == ["forums", "payouts", "people"]
    assert naming["payouts"] == {
        "kash": ["kash/__init__.py", "kash/forums/views.py", "kash/policy.py"],
        "sample": ["kash/demo/sample.py"],
        "pages": ["static/js/list.js", "templates/people/person.html"],
        "tests": ["tests/people/test_list.py"],
        "benchmarks": ["benchmarks/addresses.py"],
    }
    assert not any(naming["people"].values())


def test_modules_that_need_each_other_are_a_circle_though_one_imports_late(tmp_path: Path) -> None:
    files = {
        "kash/platform/jobs/__init__.py": "from kash.platform.jobs.worker import run\n",
        "kash/platform/jobs/worker.py": "if True:\n    from kash.platform.jobs import queue\n",
        "kash/platform/jobs/queue.py": "import kash.platform.jobs.runner\n",
        "kash/platform/jobs/runner.py": "from . import worker\n",
        "kash/people/models.py": (
            "from typing import TYPE_CHECKING\n"
            "if TYPE_CHECKING:\n    from kash.people import queries\n"
        ),
        "kash/people/queries.py": (
            "from kash.people import models\n\ndef late():\n    from kash.people import services\n"
        ),
        "kash/people/services.py": "from kash.people.queries import late\n",
    }
    circles = figures_of(_tree(tmp_path, files)).python_circles
    assert circles == [
        ["kash.people.models", "kash.people.queries", "kash.people.services"],
        ["kash.platform.jobs.queue", "kash.platform.jobs.runner", "kash.platform.jobs.worker"],
    ]


def test_scripts_that_import_each_other_are_a_circle(tmp_path: Path) -> None:
    files = {
        "static/pad/main.js": 'import { told } from "./told.js";\nimport "../js/toast.js";\n',
        "static/pad/told.js": 'import {\n  draw,\n  dock,\n} from "./dock.js";\n',
        "static/pad/dock.js": "export { draw } from './main.js';\n",
        "static/pad/store.js": 'const late = () => import("./list.js");\n',
        "static/pad/list.js": 'import "./store.js";\n',
        "static/js/toast.js": "export const toast = 1;\n",
    }
    circles = figures_of(_tree(tmp_path, files)).script_circles
    assert circles == [["static/pad/dock.js", "static/pad/main.js", "static/pad/told.js"]]


def test_files_longer_than_the_bound_are_told_with_their_length(tmp_path: Path) -> None:
    files = {"kash/long.py": "A = 1\n" * 401, "kash/short.py": "A = 1\n" * 400}
    assert figures_of(_tree(tmp_path, files)).long_files == {"kash/long.py": 401}


def test_the_table_and_the_json_hold_the_same_numbers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _tree(tmp_path, {"kash/a.py": "import os\nA = 1\n", "kash/policy.py": 'A = "forums.see"\n'})
    main(["--json", str(tmp_path)])
    told = json.loads(capsys.readouterr().out)
    assert (told["code_lines"], told["import_share"]) == (3, 33.3)
    assert told["naming"]["forums"]["kash"] == ["kash/policy.py"]
    main([str(tmp_path)])
    lines = capsys.readouterr().out.splitlines()
    assert lines == table(figures_of(tmp_path)).splitlines()
    assert [line.split() for line in (lines[0], lines[2])] == [
        ["code", "lines", "in", "kash/", "3"],
        ["lines", "of", "imports", "1", "(33.3", "%)"],
    ]
    assert ["forums", "1", "0", "0", "0", "0", "1"] in [line.split() for line in lines]
