"""What maintainers' pages name in the code is there, so that a reader finds it."""

import re
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
_DOTTED = re.compile(r"`(kash(?:\.\w+)+)(?:\(\))?`")
# A script, a database and an address that look like modules.
_OTHERS = {"kash.sh", "kash.sqlite3", "kash.home.arpa"}
_FILE = re.compile(r"`((?:kash|tests|tools|templates|static|benchmarks)/[\w./-]+\.\w+)`")


def _pages() -> dict[str, str]:
    folders = (ROOT / "docs", ROOT / "docs/decisions")
    return {path.name: path.read_text("utf-8") for top in folders for path in top.glob("*.md")}


def _is_there(name: str) -> bool:
    module, _, last = name.rpartition(".")
    try:
        import_module(name)
        return True
    except ModuleNotFoundError:
        pass
    try:
        return hasattr(import_module(module), last)
    except ModuleNotFoundError:
        # A member of a class.
        above, _, kind = module.rpartition(".")
        return hasattr(getattr(import_module(above), kind, None), last)


def test_names_of_the_code_are_there():
    named = {(page, name) for page, text in _pages().items() for name in _DOTTED.findall(text)}
    assert len(named) > 5
    assert sorted(one for one in named if one[1] not in _OTHERS and not _is_there(one[1])) == []


def test_files_that_are_named_are_there():
    named = {(page, name) for page, text in _pages().items() for name in _FILE.findall(text)}
    assert len(named) > 50
    assert sorted(one for one in named if not (ROOT / one[1]).exists()) == []
