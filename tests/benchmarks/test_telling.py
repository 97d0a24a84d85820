import json
import re

from benchmarks import sync, sync_browser
from benchmarks.server import PROJECT, NotServing
from benchmarks.telling import tell, verdict

FIGURES = {"batch_vs_bare": 0.6, "tap_ms": 50.1, "ops_per_s": 1234.5}
LIMITS = {"at_most": {"tap_ms": 50.0}, "at_least": {"batch_vs_bare": 0.6}}


def test_a_limit_itself_is_still_met_and_what_has_none_is_only_told(capsys):
    assert tell(lambda: FIGURES, json_wanted=False, **LIMITS) == 0
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        ["batch_vs_bare", "0.600", "at", "least", "0.6:", "met"],
        ["tap_ms", "50.100", "at", "most", "50:", "MISSED"],
        ["ops_per_s", "1234.500"],
    ]
    assert verdict("tap_ms", 50.0, **LIMITS) == "at most 50: met"
    assert verdict("batch_vs_bare", 0.59, **LIMITS) == "at least 0.6: MISSED"


def test_as_json_a_program_gets_the_figures_alone(capsys):
    assert tell(lambda: FIGURES, json_wanted=True, **LIMITS) == 0
    assert json.loads(capsys.readouterr().out) == {"figures": FIGURES}


def test_what_could_not_be_measured_is_said_and_is_an_error(capsys):
    def broken() -> dict[str, float]:
        raise NotServing("The server did not answer in time.")

    assert tell(broken, json_wanted=True) == 1
    assert capsys.readouterr() == ("", "The server did not answer in time.\n")


def test_without_a_browser_nothing_is_told_as_met_and_a_sentence_says_what_is_missing(
    capsys, monkeypatch
):
    monkeypatch.setattr(sync_browser, "BROWSER", "/usr/bin/no-chromium")
    assert tell(sync.figures, json_wanted=True) == 1
    told = "Taps are measured in /usr/bin/no-chromium: apt-get install chromium\n"
    assert capsys.readouterr() == ("", told)


def test_every_bench_and_tool_is_named_to_those_who_change_the_code():
    page = (PROJECT / "CONTRIBUTING.md").read_text("utf-8")
    files = (PROJECT / "benchmarks").glob("*.py")
    benches = {path.stem for path in files if "__main__" in path.read_text("utf-8")}
    unnamed = {name for name in benches if not re.search(rf"[ `]{name}`", page)}
    assert unnamed == set()
    commands = {"pictures": "shots", "nearby": "test --fast"}
    tools = {path.stem for path in (PROJECT / "tools").glob("[a-z]*")}
    assert {tool for tool in tools if f"./kash.sh {commands.get(tool, tool)}" not in page} == set()
