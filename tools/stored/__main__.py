"""`python -m tools.stored check`, `python -m tools.stored write`: all that is stored by name, held
against the list that lies beside this module."""

from __future__ import annotations

import argparse
import difflib
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_HERE = Path(__file__).parent
_LIST = "stored.txt"


def main(arguments: list[str] | None = None, folder: Path = _HERE) -> int:
    """Write the lists, or print what differs from them; returns 1 if anything does."""
    parser = argparse.ArgumentParser(prog="stored", description="What is stored by name.")
    parser.add_argument("action", choices=("check", "write"))
    chosen = parser.parse_args(arguments)
    present = _present()
    if chosen.action == "write":
        text = "".join(f"{name}: {line}\n" for name, lines in present.items() for line in lines)
        (folder / _LIST).write_text(text, "utf-8")
        return 0
    different = differences(read(folder), present)
    print("\n".join(different) or "Equal.")
    return 1 if different else 0


def read(folder: Path = _HERE) -> dict[str, list[str]]:
    """The lists as they were written, by their names."""
    lists: dict[str, list[str]] = {}
    if (folder / _LIST).exists():
        for text in (folder / _LIST).read_text("utf-8").splitlines():
            name, _colon, line = text.partition(": ")
            lists.setdefault(name, []).append(line)
    return lists


def differences(before: Mapping[str, list[str]], after: Mapping[str, list[str]]) -> list[str]:
    """Lines that went (`-`) and that came (`+`), each after the name of its list."""
    return [
        f"{name}: {line}"
        for name in sorted({*before, *after})
        for line in difflib.ndiff(before.get(name, []), after.get(name, []))
        if line.startswith(("-", "+"))
    ]


def _present() -> dict[str, list[str]]:
    with tempfile.TemporaryDirectory(prefix="kash-stored-") as data:
        for name in [name for name in os.environ if name.startswith("KASH_")]:
            del os.environ[name]
        os.environ["KASH_DATA_DIR"] = data
        from kash.application import create_app
        from tools.stored.lists import lists

        return lists(create_app(), _ROOT)


if __name__ == "__main__":
    sys.exit(main())
