"""A file that is long in cleaning keeps no thread of the site from everybody else."""

import pytest

from kash.platform import cleaning as child_process
from kash.platform.cleaning import KINDS, CleaningBusy, cleaned, scanned_pages


def test_nobody_waits_without_end_for_her_turn_to_clean(monkeypatch):
    monkeypatch.setattr(child_process, "_PATIENCE_SECONDS", 0.05)
    with child_process.turn():
        with pytest.raises(CleaningBusy), cleaned([b"never read"], KINDS["jpeg"]):
            pass
        with pytest.raises(CleaningBusy):
            scanned_pages([b"never read"], KINDS["jpeg"])
    with child_process.turn():
        pass


def test_whoever_finds_cleaning_busy_is_told_to_try_again_and_reads_no_error(app):
    with app.test_request_context("/", headers={"X-Requested-With": "fetch"}):
        answer = app.make_response(app.handle_user_exception(CleaningBusy()))
    assert answer.status_code == 503
    assert answer.get_json()["error"].endswith("Try again in a minute.")
