"""The audit trail is read in the language of whoever reads it."""

import re
from pathlib import Path

import pytest
from flask_babel import force_locale

from kash.features import FEATURES
from kash.platform.web.parts import ACTORS, ActionWords, action_text, actor_text

ROOT = Path(__file__).resolve().parents[2]
DONE = {
    action: words
    for feature in FEATURES
    for part in feature.parts
    if isinstance(part, ActionWords)
    for action, words in part.words.items()
}
WRITTEN = re.compile(r'audited\(\s*"([a-z_]+\.[a-z_]+)"')


def test_no_action_that_is_written_stands_in_the_trail_as_a_code():
    written = {
        action
        for module in (ROOT / "kash").rglob("*.py")
        for action in WRITTEN.findall(module.read_text(encoding="utf-8"))
    }
    assert len(written) > 200
    assert written - DONE.keys() == set()


@pytest.mark.parametrize("words", [DONE, ACTORS], ids=["actions", "actors"])
def test_a_reader_of_kiswahili_is_told_nothing_in_english(app, words):
    with app.test_request_context():
        with force_locale("en"):
            english = {key: str(text) for key, text in words.items()}
        with force_locale("sw"):
            kiswahili = {key: str(text) for key, text in words.items()}
    assert {key for key in words if english[key] == kiswahili[key]} == set()


def test_an_action_without_words_is_shown_as_it_was_written(app):
    with app.test_request_context():
        assert action_text("rooms.roof_mended") == "rooms: roof mended"
        assert actor_text("k76z1ht44d9dqvs6") == "k76z1ht44d9dqvs6"
