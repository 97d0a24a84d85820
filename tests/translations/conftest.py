"""All that the source says, read once for all who compare it with something."""

import configparser
from pathlib import Path

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir

ROOT = Path(__file__).resolve().parents[2]
KEYWORDS = {**DEFAULT_KEYWORDS, "_l": None, "lazy_gettext": None, "N_": None}


@pytest.fixture(scope="session")
def source():
    """Every message of the programme, and the file it was first seen in."""
    config = configparser.ConfigParser()
    config.read(ROOT / "babel.cfg", encoding="utf-8")
    methods = [
        (section.split(":", 1)[1].strip(), section.split(":", 1)[0].strip())
        for section in config.sections()
    ]
    # Babel skips a template that it cannot parse without a word: here it must say so, and it
    # must know the tags that the application knows.
    strict = {"silent": "false", "extensions": "jinja2.ext.do"}
    options = {pattern: strict for pattern, method in methods if method == "jinja2"}
    found: dict[str, str] = {}
    for file_name, _line, message, _comments, context in extract_from_dir(
        ROOT, methods, options, KEYWORDS
    ):
        assert context is None, f"{file_name}: contexts have no place here yet: {message}"
        # One and many: a catalogue finds them by the first.
        found.setdefault(message if isinstance(message, str) else message[0], file_name)
    return found
