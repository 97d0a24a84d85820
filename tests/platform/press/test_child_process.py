import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kash.platform.confinement import children as confined
from kash.platform.press import (
    PagedDocument,
    RenderError,
    RenderFailed,
    RenderLimits,
    RenderTimeout,
    RenderTooLarge,
    child_process,
    document,
    print_file,
    single_files,
    start_ahead,
)
from tests.platform.press.conftest import design, entry

PROJECT = Path(__file__).parents[3]
LONG = "<p>Zawadi Kielelezo</p>" * 20_000


def children():
    found = subprocess.run(
        ["ps", "-ww", "--ppid", str(os.getpid()), "-o", "args="], capture_output=True, text=True
    )
    return [line for line in found.stdout.splitlines() if "kash.platform.press.child" in line]


def test_too_slow_is_ended_and_said():
    began = time.monotonic()
    with pytest.raises(RenderTimeout) as raised:
        document(PagedDocument(LONG, "Document", "en"), RenderLimits(seconds=1.5))
    assert time.monotonic() - began < 20
    assert str(raised.value) == RenderTimeout.sentence
    assert children() == []


@pytest.mark.parametrize("megabytes", [30, 90, 120])
def test_too_large_is_ended_and_said(megabytes):
    with pytest.raises(RenderTooLarge) as raised:
        document(PagedDocument("<p>x</p>" * 20_000, "Document", "en"), RenderLimits(60, megabytes))
    assert str(raised.value) == RenderTooLarge.sentence
    assert raised.value.__cause__ is None


def test_a_page_that_grows_past_its_memory_is_too_large():
    with pytest.raises(RenderTooLarge):
        document(PagedDocument(LONG, "Document", "en"), RenderLimits(60, 260))


def test_a_child_without_room_to_say_so_is_too_large_all_the_same(monkeypatch, tmp_path):
    full = tmp_path / "threshold.py"
    full.write_text(
        f"import sys\nsys.path.insert(0, {str(PROJECT)!r})\n"
        "from kash.platform.press import child\n"
        "def converse(*_given):\n    raise MemoryError\n"
        "child.converse = converse\nchild.main([])\n"
    )
    monkeypatch.setattr(confined, "_THRESHOLD", full)
    with pytest.raises(RenderTooLarge):
        document(PagedDocument("<p>x</p>", "Document", "en"))


def test_a_child_that_cannot_start_or_breaks_is_a_failure(monkeypatch, tmp_path):
    broken = tmp_path / "threshold.py"
    broken.write_text("import sys; sys.stdin.read(); sys.exit('Zawadi')")
    monkeypatch.setattr(confined, "_THRESHOLD", broken)
    with pytest.raises(RenderFailed) as raised:
        document(PagedDocument("<p>x</p>", "Document", "en"))
    assert str(raised.value) == RenderFailed.sentence
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(RenderFailed):
        document(PagedDocument("<p>x</p>", "Document", "en"))


def test_errors_are_one_family_and_limits_are_positive():
    assert {RenderTimeout, RenderTooLarge, RenderFailed} == set(RenderError.__subclasses__())
    with pytest.raises(ValueError, match="positive"):
        RenderLimits(seconds=0)


def test_raising_in_progress_cancels_and_ends_the_child():
    class CancelledError(Exception):
        pass

    def cancel(done, total):
        if done == 20:
            raise CancelledError

    with pytest.raises(CancelledError):
        print_file(design(), [entry(n) for n in range(40)], cancel)
    assert children() == []


def test_a_child_ends_with_the_plates_that_it_made():
    files = single_files(design(), [entry(n) for n in range(40)])
    serial, _ = next(files)
    assert serial == entry(0).serial
    assert children() == []


def test_a_child_that_was_started_ahead_is_taken_and_a_dead_one_is_not():
    start_ahead()
    start_ahead()
    (waiting,) = children()
    assert waiting
    document(PagedDocument("<p>x</p>", "Document", "en"))
    assert children() == []
    start_ahead()
    child_process._spare._child.kill()
    child_process._spare._child.wait()
    document(PagedDocument("<p>x</p>", "Document", "en"))
    assert children() == []


def test_a_slow_caller_is_not_a_slow_child():
    files = single_files(design(), [entry(1), entry(2)], limits=RenderLimits(seconds=5))
    next(files)
    time.sleep(0.2)
    assert [serial for serial, _ in files] == [entry(2).serial]


def test_nothing_of_the_page_or_the_keys_reaches_error_output_or_environment(
    monkeypatch, capfd, tmp_path
):
    monkeypatch.setenv("KASH_SECRET", "key")
    assert "KASH_SECRET" not in confined._environment(fonts=True)
    html = '<p style="colour: Zawadi; x">Zawadi</p><img src="file:///Zawadi"><style>Zawadi {'
    document(PagedDocument(html, "Document", "en"))
    with pytest.raises(RenderError):
        document(PagedDocument(LONG, "Document", "en"), RenderLimits(0.5))
    captured = capfd.readouterr()
    assert (captured.out, captured.err) == ("", "")


def test_the_parent_never_loads_the_layout_engine():
    code = (
        "import sys; from kash.platform.press import PagedDocument, document;"
        "document(PagedDocument('<p>x</p>', 'Document', 'en'));"
        "print(sorted({'weasyprint', 'pikepdf', 'pydyf', 'PIL', 'uharfbuzz'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (found.returncode, found.stdout) == (0, "[]\n")
