"""Tests near a change: found by imports, nearest first, and no others."""

import subprocess
from pathlib import Path

import pytest

from tools.nearby import changed_files, imported, nearby_tests

ROOT = Path(__file__).parents[2]


@pytest.fixture
def tree(tmp_path):
    """A house of two rooms, of which the second stands on the first's rules."""
    for path, text in {
        "kash/boats/rules.py": "LIMIT = 3\n",
        "kash/boats/services.py": "from kash.boats.rules import LIMIT\n",
        "kash/nets/views.py": "def shown():\n    from kash.boats import (\n  services,\n )\n",
        "kash/application.py": "import kash.nets.views, kash.boats.services\n",
        "tests/conftest.py": "from kash import application\n",
        "tests/boats/test_views.py": "def test_a_page(): ...\n",
        "tests/boats/test_rules.py": "from kash.boats import rules\n",
        "tests/boats/test_services.py": "from kash.boats.services import LIMIT\n",
        "tests/nets/test_views.py": "from kash.nets import views\n",
        "tests/nets/test_rest.py": "from tests.conftest import application\n",
        "tests/e2e/test_walk.py": "from kash.nets.views import shown\n",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def test_what_imports_a_changed_rule_comes_first_and_what_stands_on_it_after(tree):
    assert nearby_tests(["kash/boats/rules.py"], tree) == [
        "tests/boats/test_rules.py",
        "tests/boats/test_services.py",
        "tests/nets/test_views.py",
        "tests/boats/test_views.py",
    ]


def test_a_changed_page_and_a_changed_test_lead_to_their_rooms(tree):
    assert nearby_tests(["templates/nets/list.html"], tree) == [
        "tests/nets/test_rest.py",
        "tests/nets/test_views.py",
    ]
    assert nearby_tests(["tests/e2e/test_walk.py"], tree)[0] == "tests/e2e/test_walk.py"
    assert nearby_tests(["README.md"], tree) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import kash.boats, kash.nets as nets", ["kash.boats", "kash.nets"]),
        ("from kash.boats import rules, LIMIT", ["kash.boats.rules", "kash.boats"]),
        ("from . import rules", ["kash.boats.rules"]),
        ("from .rules import (\n    LIMIT,  # three, or more\n)", ["kash.boats.rules"]),
        ("if True:\n    from ..nets import x  # later", ["kash.nets"]),
    ],
)
def test_each_way_of_importing_is_read(source, found):
    known = {"kash.boats", "kash.boats.rules", "kash.nets"}
    assert [*imported(source, "kash.boats.services", False, known)] == found


def test_a_rule_of_payouts_is_tested_by_its_own_tests_first():
    found = nearby_tests(["kash/money/payouts/rules.py"], ROOT)
    assert "tests/money/payouts/test_rules.py" in found[:12]
    assert not [name for name in found if name.startswith(("tests/matrix", "tests/e2e"))]


def test_a_branch_differs_from_main_and_main_from_its_last_commit(tree):
    def git(*command: str) -> None:
        identity = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
        subprocess.run(["git", *identity, *command], cwd=tree, check=True, capture_output=True)

    git("init", "-b", "main")
    git("add", ".")
    git("commit", "-m", "Begin")
    (tree / "kash/boats/rules.py").write_text("LIMIT = 4\n")
    git("commit", "-am", "Raise the limit")
    assert changed_files(tree) == ["kash/boats/rules.py"]
    git("checkout", "-b", "nets")
    (tree / "kash/nets/views.py").write_text("")
    git("commit", "-am", "Take the page away")
    (tree / "kash/nets/new.py").write_text("")
    assert changed_files(tree) == ["kash/nets/new.py", "kash/nets/views.py"]
