"""The figures of the house, counted in small trees of which each number is known."""

import json
from collections.abc import Mapping
from pathlib import Path

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


def test_lines_of_code_are_counted_without_docstrings_comments_and_empty_lines(tmp_path):
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


def test_modules_rooms_and_lines_of_tests_are_counted(tmp_path):
    files = {
        "kash/__init__.py": '"""Kash."""\n',
        "kash/policy.py": "A = 1\n",
        "kash/people/__init__.py": '"""People."""\n\nNAME = 1\n',
        "kash/people/lists/__init__.py": "",
        "kash/people/models.py": "A = 1\n" * 9,
        "kash/forums/__init__.py": "",
        "tests/__init__.py": "",
        "tests/people/test_people.py": '"""Tests."""\n\nA = 1\n',
        "tests/people/list.txt": "A = 1\n",
    }
    figures = figures_of(_tree(tmp_path, files))
    assert (figures.modules, figures.rooms, figures.test_lines) == (6, 2, 3)


def test_nodes_of_the_syntax_tree_do_not_depend_on_lines(tmp_path):
    long = "venue = choose(\n    hall,\n)\n"
    short = "venue = choose(hall)\n"
    counted = [figures_of(_tree(tmp_path, {"kash/a.py": text})).nodes for text in (long, short)]
    # Module, assignment, call, three names, and how each of these is used.
    assert counted == [9, 9]


def test_exception_classes_and_dataclasses_are_counted_wherever_they_stand(tmp_path):
    text = """
import dataclasses
from dataclasses import dataclass
from kash.errors import Problem

class Refused(Problem): pass
class Late(Refused):
    class Worse(errors.Refused): pass
class Person(Base): pass

@dataclass
class Venue: pass

def made():
    @dataclasses.dataclass(frozen=True)
    class Row: pass
"""
    files = {"kash/a.py": text, "kash/errors.py": "class Problem(ValueError): pass\n"}
    figures = figures_of(_tree(tmp_path, files))
    assert (figures.exception_classes, figures.dataclasses) == (4, 2)


def test_vague_names_are_counted_where_they_are_bound(tmp_path):
    text = """
def told(one, rows):
    found: int = 1
    for row, each in rows:
        found += row
    venue, (kept, made) = rows
    with rows as row:
        print(found, one)
    return [one for one in rows if (asked := one)]
"""
    vague = figures_of(_tree(tmp_path, {"kash/a.py": text})).vague
    assert vague == {
        "one": 1, "found": 2, "row": 2, "each": 1, "asked": 1, "made": 1,
        "held": 0, "said": 0, "kept": 1, "known": 0,
    }  # fmt: skip


def test_whoever_and_whom_are_counted_by_folder(tmp_path):
    files = {
        "kash/a.py": '"""Whoever asked."""\nA = 1  # for whom\n',
        "docs/sw/a.md": "Those of whom\nand whoever, not whomever\n",
        "templates/a.html": "<p>Whom</p>",
        "tests/a.txt": "whom",
        "tools/a.py": "# whom\n",
    }
    whoever = figures_of(_tree(tmp_path, files)).whoever
    assert whoever == {"kash": 2, "docs": 2, "templates": 1, "tests": 0}


def test_names_of_two_classes_are_told_with_their_modules(tmp_path):
    files = {
        "kash/a.py": "class Standing: pass\nclass Person: pass\n",
        "kash/b/__init__.py": "class Standing:\n    class Person: pass\n",
        "tests/c.py": "class Person: pass\n",
    }
    assert figures_of(_tree(tmp_path, files)).classes_twice == {"Standing": ["kash.a", "kash.b"]}


def test_docstrings_that_begin_with_a_question_are_told_with_their_line(tmp_path):
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


def test_a_feature_is_named_by_imports_permissions_endpoints_and_templates(tmp_path):
    files = {
        "kash/payouts/views.py": 'PERMISSION = "payouts.see"\n',
        "kash/__init__.py": "def start():\n    from kash import payouts\n",
        "kash/features.py": "from kash.platform.web.frame import Feature\n",
        "kash/policy.py": 'GRANTS = {"payouts.see": 1}\n',
        "kash/forums/views.py": "from kash.payouts.models import Payout\n",
        "kash/people/words.py": '"""Of kash.payouts."""\n# payouts.see\nA = "payouts and more"\n',
        "kash/desk/demo/sample.py": "import kash.payouts.services\n",
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
        "sample": ["kash/desk/demo/sample.py"],
        "pages": ["static/js/list.js", "templates/people/person.html"],
        "tests": ["tests/people/test_list.py"],
        "benchmarks": ["benchmarks/addresses.py"],
    }
    assert not any(naming["people"].values())


def test_modules_that_need_each_other_are_a_circle_though_one_imports_late(tmp_path):
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


def test_scripts_that_import_each_other_are_a_circle(tmp_path):
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


def test_files_longer_than_the_bound_are_told_with_their_length(tmp_path):
    files = {"kash/long.py": "A = 1\n" * 801, "kash/short.py": "A = 1\n" * 800}
    assert figures_of(_tree(tmp_path, files)).long_files == {"kash/long.py": 801}


def test_the_table_and_the_json_hold_the_same_numbers(tmp_path, capsys):
    _tree(tmp_path, {"kash/a.py": "import os\nA = 1\n", "kash/policy.py": 'A = "forums.see"\n'})
    main(["--json", str(tmp_path)])
    told = json.loads(capsys.readouterr().out)
    assert (told["code_lines"], told["import_share"]) == (3, 33.3)
    assert told["naming"]["forums"]["kash"] == ["kash/policy.py"]
    main([str(tmp_path)])
    lines = capsys.readouterr().out.splitlines()
    assert lines == table(figures_of(tmp_path)).splitlines()
    assert [line.split() for line in (lines[0], lines[4])] == [
        ["code", "lines", "in", "kash/", "3"],
        ["lines", "of", "imports", "1", "(33.3", "%)"],
    ]
    assert ["forums", "1", "0", "0", "0", "0", "1"] in [line.split() for line in lines]
