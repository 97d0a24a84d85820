from __future__ import annotations

import json

import pytest

from benchmarks.server import NotServing
from benchmarks.telling import tell, verdict

FIGURES = {"batch_vs_bare": 0.6, "tap_ms": 50.1, "ops_per_s": 1234.5}
LIMITS = {"at_most": {"tap_ms": 50.0}, "at_least": {"batch_vs_bare": 0.6}}


def test_a_limit_itself_is_still_met_and_what_has_none_is_only_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert tell(lambda: FIGURES, json_wanted=False, **LIMITS) == 0
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        ["batch_vs_bare", "0.600", "at", "least", "0.6:", "met"],
        ["tap_ms", "50.100", "at", "most", "50:", "MISSED"],
        ["ops_per_s", "1234.500"],
    ]
    assert verdict("tap_ms", 50.0, **LIMITS) == "at most 50: met"
    assert verdict("batch_vs_bare", 0.59, **LIMITS) == "at least 0.6: MISSED"


def test_as_json_a_program_gets_the_figures_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert tell(lambda: FIGURES, json_wanted=True, **LIMITS) == 0
    assert json.loads(capsys.readouterr().out) == {"figures": FIGURES}


def test_what_could_not_be_measured_is_said_and_is_an_error(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def broken() -> dict[str, float]:
        raise NotServing("The server did not answer in time.")

    assert tell(broken, json_wanted=True) == 1
    assert capsys.readouterr() == ("", "The server did not answer in time.\n")
