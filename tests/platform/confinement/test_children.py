"""Children answer in time and in bounds or not at all, and all that reads others' files is one."""

import ast
import ctypes
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import structlog
import xlsxwriter
from structlog.testing import LogCapture

from kash.platform.confinement import (
    Confinement,
    NoAnswer,
    answered,
    children,
    confinement,
    landlock,
    threshold,
)
from kash.platform.confinement.telling import KINDS, log_confinement
from kash.platform.web.pictures import PictureProblem, prepared_picture
from tests.platform.cleaning import samples

ROOT = Path(__file__).parents[3]
# What takes files apart. Each has been taken over by a file before.
PARSERS = {
    *("PIL", "pikepdf", "av", "pypdfium2", "zxingcpp", "weasyprint"),
    *("python_calamine", "zipfile", "xml", "charset_normalizer"),
}


@pytest.fixture
def lines(monkeypatch):
    """What is logged, whatever level the tests run at."""
    captured = LogCapture()
    log = structlog.wrap_logger(
        structlog.PrintLogger(),
        processors=[captured],
        wrapper_class=structlog.make_filtering_bound_logger(0),
    )
    monkeypatch.setattr("kash.platform.confinement.telling.log", log)
    return captured.entries


def running() -> list[str]:
    """The children of this process that stand behind the threshold."""
    asked = ["ps", "-ww", "--ppid", str(os.getpid()), "-o", "args="]
    found = subprocess.run(asked, capture_output=True, text=True).stdout.splitlines()
    return [line for line in found if "threshold.py" in line]


def told(code: str, seconds: float = 20, most: int = 1000) -> bytes:
    """What a confined child that runs this code says."""
    code = f"import os, sys, time\n{code}\nsys.stdout.flush()\nos._exit(0)"
    child = children.start("timeit", ["-n", "1", "-r", "1", "-s", code, "pass"])
    try:
        return b"".join(children.answer_of(child, seconds, most))
    finally:
        children.ended(child)


def test_an_answer_comes_whole():
    assert told("print('word')") == b"word\n"


@pytest.mark.parametrize(
    ("code", "late", "ended"),
    [
        ("time.sleep(60)", True, None),
        ("os.close(1); time.sleep(60)", True, None),
        ("while True: print('x' * 100)", False, None),
        ("print('x'); sys.stdout.flush(); os.kill(os.getpid(), 9)", False, -9),
        ("print('x'); sys.stdout.flush(); os._exit(7)", False, 7),
        ("raise ValueError('Zawadi')", False, 1),
    ],
)
def test_a_child_that_hangs_floods_or_dies_gives_no_answer(code, late, ended, capfd):
    began = time.monotonic()
    with pytest.raises(NoAnswer) as problem:
        told(code, seconds=1.5)
    assert time.monotonic() - began < 30
    assert (problem.value.late, problem.value.code) == (late, ended)
    assert capfd.readouterr() == ("", "")


def test_nothing_of_a_child_is_left():
    files, others = len(os.listdir("/proc/self/fd")), running()
    for _ in range(3):
        told("print('word')")
        with pytest.raises(NoAnswer):
            answered("kash.nowhere", [], b"content", seconds=20, most=10)
    assert (len(os.listdir("/proc/self/fd")), running()) == (files, others)


def test_it_uses_what_this_machine_has():
    found = confinement()
    abi = landlock.version()
    try:
        ctypes.CDLL("libseccomp.so.2")
        filtered = ctypes.CDLL(None).prctl(21, 0, 0, 0, 0) >= 0
    except OSError:
        filtered = False
    network = "none" if filtered else "no tcp" if abi >= 4 else "open"
    assert (found.landlock_abi, found.seccomp, found.network) == (abi, filtered, network)
    if os.getuid() == 0:
        assert found.uid != 0 or not abi
    else:
        assert found.uid == os.getuid()


def test_the_log_says_what_each_kind_has(lines):
    log_confinement()
    assert [line["kind"] for line in lines] == list(KINDS)
    for line in lines:
        assert line["event"] == "confined"
        assert set(line) == {
            *("event", "log_level", "kind", "uid", "landlock_abi", "seccomp", "network")
        }


@pytest.mark.parametrize(
    ("found", "level"),
    [
        (Confinement(7, 4, True, "none"), "info"),
        (Confinement(7, 0, True, "none"), "warning"),
        (Confinement(0, 4, True, "none"), "warning"),
        (Confinement(7, 4, False, "no tcp"), "warning"),
    ],
)
def test_what_a_machine_lacks_is_a_warning(found, level, lines, monkeypatch):
    monkeypatch.setattr("kash.platform.confinement.telling.confinement", lambda fonts: found)
    log_confinement()
    assert {line["log_level"] for line in lines} == {level}
    assert bool(found.lacks) == (level == "warning")


def test_an_operator_sees_it(app):
    said = app.test_cli_runner().invoke(args=["confinement"])
    assert said.exit_code == 0
    lines = [line for line in said.output.splitlines() if not line.startswith(" ")]
    assert [line.partition(":")[0] for line in lines] == list(KINDS)
    assert all(" user " in line and "network" in line for line in lines)


def imported(path: Path) -> set[str]:
    """The libraries that a module names, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


def test_no_library_that_takes_files_apart_is_named_outside_confined_children():
    # The last four write a file and read none.
    named = {
        "kash/assessments/moodle_child.py",
        "kash/assessments/sheets/child.py",
        "kash/assessments/sheets/finding.py",
        "kash/platform/cleaning/child.py",
        "kash/platform/cleaning/scans_child.py",
        "kash/platform/press/picture_child.py",
        "kash/platform/press/typesetting/typesetter.py",
        "kash/platform/press/typesetting/weasyprint_parts.py",
        "kash/people/lists/sheets.py",
        "kash/people/lists/reading.py",
        "kash/platform/web/pictures_child.py",
        "kash/training/joining_child.py",
        "kash/assessments/rules/bank.py",
        "kash/people/lists/pages.py",
        "kash/incidents/documents.py",
        "kash/people/documents.py",
        "kash/platform/web/taking.py",
    }
    naming = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "kash").rglob("*.py")
        if "demo" not in path.parts and imported(path) & PARSERS
    }
    assert naming == named


SERVED = """
import sys
jpeg, pdf, sheet = (open(path, "rb").read() for path in sys.argv[1:])
from kash.platform.cleaning import KINDS, cleaned, scanned_pages
from kash.people.lists.files import read_file
from kash.platform.press import PagedDocument, document
from kash.platform.press.child_process import page_picture
from kash.platform.web.pictures import prepared_picture
from kash.figures.statements.services import worked_out
for code, content in (("jpeg", jpeg), ("pdf", pdf)):
    with cleaned([content], KINDS[code]) as (_kind, pieces):
        assert b"".join(pieces)
assert scanned_pages([jpeg], KINDS["jpeg"])
assert prepared_picture(jpeg, 20, 20)
assert read_file(sheet).sheets
assert page_picture(document(PagedDocument("<p>x</p>", "Document", "en")), 50)
assert worked_out({"2026-Q1": {}}) == {"2026-Q1": {}}
print(sorted({name.partition(".")[0] for name in sys.modules}))
"""


def test_a_server_that_had_every_kind_of_file_read_has_loaded_none_of_it(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "list.xlsx") as book:
        book.add_worksheet().write_row(0, 0, ["Name", "Code"])
    (tmp_path / "photo.jpg").write_bytes(samples.jpeg())
    (tmp_path / "paper.pdf").write_bytes(samples.pdf())
    paths = [str(tmp_path / name) for name in ("photo.jpg", "paper.pdf", "list.xlsx")]
    told = subprocess.run(
        [sys.executable, "-c", SERVED, *paths], capture_output=True, text=True, cwd=ROOT
    )
    assert told.returncode == 0, told.stderr
    # Archives, XML and encodings are also written by libraries that read nobody's files.
    heavy = PARSERS | {"numpy", "highspy"}
    loaded = set(ast.literal_eval(told.stdout)) & heavy - {"zipfile", "xml", "charset_normalizer"}
    assert loaded == set()


@pytest.mark.parametrize(
    ("problem", "sentence"),
    [
        (NoAnswer(-9), "This is not a picture that can be read. Send a PNG, JPEG or WebP file."),
        (NoAnswer(late=True), "This is not a picture that can be read."),
        (NoAnswer(4), "This picture is too large."),
    ],
)
def test_a_picture_that_kills_its_reader_is_a_sentence(problem, sentence, app, monkeypatch):
    def dies(*_given: object, **_bounds: object) -> bytes:
        raise problem

    monkeypatch.setattr("kash.platform.web.pictures.answered", dies)
    with app.test_request_context(), pytest.raises(PictureProblem) as refused:
        prepared_picture(b"picture", 20, 20)
    assert str(refused.value).startswith(sentence)


def test_a_folder_that_an_update_left_behind_hides_no_module(monkeypatch, tmp_path):
    """Git leaves what Python compiled: lists of people could not be read any more."""
    for folder in ("kash/package", "kash/module/__pycache__"):
        (tmp_path / folder).mkdir(parents=True)
    for file in ("kash/__init__.py", "kash/package/__init__.py", "kash/module.py"):
        (tmp_path / file).touch()
    monkeypatch.setattr(threshold, "_ROOT", str(tmp_path))
    found = {
        name: threshold.BarePackages().find_spec(f"kash.{name}") is not None
        for name in ("package", "module")
    }
    assert found == {"package": True, "module": False}
