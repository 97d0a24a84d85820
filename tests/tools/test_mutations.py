"""Faults planted by `tools.mutations`: what they are, and that a survivor is told from a find."""

import ast
import dataclasses
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tools.mutations.__main__ import table
from tools.mutations.asking import Reached, nearest, package_of
from tools.mutations.faults import Fault, drawn, faults_of, planted

ROOT = Path(__file__).parents[2]

RULES = '''
"""Boats."""
from datetime import timedelta

LIMIT = 3
WAIT = timedelta(days=2)


def may_cross(boats: int, calm: bool) -> bool:
    """True if so many boats may cross."""
    if boats > LIMIT or not calm:
        return False
    return boats >= 1


def unasked(boats: int) -> int:
    return boats + 1
'''


def _told(source: str) -> set[str]:
    return {f"{one.sort}: {one.before} → {one.after}" for one in faults_of("r.py", source)}


def test_each_decision_of_a_rule_can_go_wrong():
    assert _told(RULES) == {
        "number: 3 → 4",
        "number: 2 → 3",
        "and or: boats > LIMIT or not calm → boats > LIMIT and (not calm)",
        "comparison: boats > LIMIT → boats >= LIMIT",
        "truth: False → True",
        "returned: boats >= 1 → not boats >= 1",
        "comparison: boats >= 1 → boats > 1",
        "number: 1 → 2",
        "sign: boats + 1 → boats - 1",
        "returned: boats + 1 → None",
    }


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("change.about(a, b)", "subject: change.about(a, b) → change.about(b)"),
        ("change.about(a)", "subject: change.about(a) → pass"),
        ("raise Closed", "step: raise Closed → pass"),
        ("session.add(row)", "step: session.add(row) → pass"),
        ("x = query.where(A, B)", "filter: query.where(A, B) → query.where(A)"),
        ("x = query.where(A)", "filter: query.where(A) → query"),
        ("x = query.filter_by(a=1)", "filter: query.filter_by(a=1) → query"),
        ("x = f(a, by=b)", "argument: f(a, by=b) → f(a)"),
        ("x = {1, 2}", "member: {1, 2} → {1}"),
        ("x = [a for a in b if a]", "condition: a → not a"),
    ],
)
def test_what_a_service_does_can_be_left_out(line, fault):
    assert fault in _told(f"def act():\n    {line}\n")


@pytest.mark.parametrize(
    "line", ["_('Not %(n)s', n=1)", "_log.info('sent', n=1)", "x = q.with_for_update(of=x)"]
)
def test_words_and_logs_and_locks_are_left_alone(line):
    assert _told(f"def act():\n    {line}\n") == set()


def test_one_row_of_many_and_two_lengths_that_are_one_are_left_alone():
    assert _told("def act():\n    x = q.where(A).limit(1)\n") == {"filter: q.where(A) → q"}
    assert _told("def act():\n    x = q.limit(2)\n") == {"filter: q.limit(2) → q", "number: 2 → 3"}
    assert _told("def act():\n    x = zip(a, b, strict=True)\n") == set()


def test_what_settles_an_order_among_equals_is_left_alone():
    assert _told("def act():\n    x = q.order_by(A.name, A.id)\n") == {
        "filter: q.order_by(A.name, A.id) → q.order_by(A.id)"
    }


def test_one_fault_is_planted_and_nothing_else_changes():
    faults = faults_of("r.py", RULES)
    plain = ast.unparse(ast.parse(RULES)).splitlines()
    for fault in faults:
        changed = ast.unparse(planted(RULES, fault.number)).splitlines()
        different = [one for one in zip(plain, changed, strict=True) if one[0] != one[1]]
        assert len(different) == 1, fault.words


def test_a_seed_draws_the_same_sample_on_every_machine():
    faults = faults_of("r.py", RULES)
    assert drawn(faults, 6, 1) == drawn(list(faults), 6, 1) != drawn(faults, 6, 2)
    everything = drawn(faults, 99, 1)
    assert sorted(one.number for one in everything) == list(range(len(faults)))


def test_what_is_called_equal_says_why():
    listed = json.loads((ROOT / "tools/mutations/equal.json").read_text("utf-8"))
    assert [one["fault"] for one in listed if len(one["why"]) < 20] == []
    assert len({one["fault"] for one in listed}) == len(listed)


def test_equal_faults_count_neither_way():
    told = [
        {"fault": str(n), "kind": "rules", "line": n, "said": said, "why": ""}
        for n, said in enumerate(["found", "found", "found", "survived", "equal"])
    ]
    assert table(told, 9, 4)[3].split() == ["rules", "5", "1", "3", "75.0"]


def test_those_tests_of_each_file_are_asked_first_that_reach_little_else():
    fault = faults_of("kash/boats/rules.py", RULES)[2]
    kept = Reached(["other", fault.statement], {}, {})
    own = {f"a::wide{at}": [0, 1, 2] for at in range(6)}
    own |= {"a::near": [1], "b::near": [0, 1], "b::beside": [0]}
    for name, reached in own.items():
        kept.tests[f"tests/boats/{name}"] = (0.1, True, reached)
    kept.tests["tests/nets/a::near"] = (0.1, True, [1])
    kept.tests["tests/boats/a::red"] = (0.1, False, [1])
    asked = [name.removeprefix("tests/boats/") for name in kept.of(fault, 9, own=True)]
    wide = [f"a::wide{at}" for at in range(6)]
    assert asked == ["a::near", "b::near", *wide]
    assert kept.of(fault, 9, own=False) == ["tests/nets/a::near"]
    assert package_of("kash/platform/jobs/services.py") == "tests/platform/jobs/"


def test_of_a_room_those_files_are_asked_that_import_what_is_spoilt(tmp_path):
    for path, text in {
        "kash/boats/rules.py": RULES,
        "tests/boats/test_all.py": "",
        "tests/boats/test_crossing.py": "from kash.boats.rules import may_cross",
        "tests/nets/test_nets.py": "from kash.boats.rules import may_cross",
        "tests/test_everything.py": "",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    faults = faults_of("kash/boats/rules.py", RULES)
    crossing, all_of_them = "tests/boats/test_crossing.py", "tests/boats/test_all.py"
    assert nearest(tmp_path, faults, 0) is None
    assert nearest(tmp_path, faults, 1) == {crossing, "tests/test_everything.py"}
    assert nearest(tmp_path, faults, 2) == {crossing, all_of_them, "tests/test_everything.py"}


def test_a_fault_that_no_test_would_notice_is_told_from_one_that_is_found(tmp_path):
    for path, text in {
        "kash/__init__.py": "",
        "kash/boats/__init__.py": "",
        "kash/boats/rules.py": RULES,
        "tests/__init__.py": "",
        "tests/boats/__init__.py": "",
        "tests/boats/test_rules.py": (
            "from kash.boats.rules import may_cross\n"
            "def test_a_storm(): assert not may_cross(2, False)\n"
            "def test_too_many(): assert not may_cross(9, True)\n"
        ),
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    results, plan = tmp_path / "results", tmp_path / "plan.json"
    faults: list[Fault] = [
        one
        for one in faults_of("kash/boats/rules.py", RULES)
        if one.sort in ("and or", "comparison", "sign")
    ]
    told = {"faults": [dataclasses.asdict(one) for one in faults], "seconds": 9, "near": 0}
    files = {"reached": str(tmp_path / "reached.json"), "results": str(results)}
    plan.write_text(json.dumps(told | files))
    command = [sys.executable, "-m", "tools.mutations.asking", str(plan)]
    environment = {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True)
    answers = [json.loads(line) for line in results.read_text().splitlines()]
    assert [(one["words"].split(": ", 1)[1], one["said"]) for one in answers] == [
        ("and or: boats > LIMIT or not calm → boats > LIMIT and (not calm)", "found"),
        ("comparison: boats > LIMIT → boats >= LIMIT", "survived"),
        ("comparison: boats >= 1 → boats > 1", "unreached"),
        ("sign: boats + 1 → boats - 1", "unreached"),
    ]
    assert (tmp_path / "kash/boats/rules.py").read_text() == RULES
