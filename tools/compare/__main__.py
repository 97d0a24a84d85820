"""`python -m tools.compare write FILE`, `python -m tools.compare diff BEFORE AFTER`."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

from tools.compare.fingerprint import Fingerprint, differences


def main(arguments: list[str] | None = None) -> int:
    """Write a fingerprint, or print what differs between two; returns 1 if anything does."""
    parser = argparse.ArgumentParser(prog="compare", description="What users see, before and after")
    actions = parser.add_subparsers(dest="action", required=True)
    write = actions.add_parser("write", help="make the sample and write its fingerprint")
    write.add_argument("file", type=Path)
    write.add_argument("--pages", type=Path, metavar="DIR", help="keep the text of each page there")
    diff = actions.add_parser("diff", help="print what differs; exit code 1 if anything does")
    diff.add_argument("before", type=Path)
    diff.add_argument("after", type=Path)
    chosen = parser.parse_args(arguments)
    if chosen.action == "diff":
        lines = differences(_read(chosen.before), _read(chosen.after))
        print("\n".join(lines) or "Equal.")
        return 1 if lines else 0
    _write(chosen.file, chosen.pages)
    return 0


def _read(path: Path) -> Fingerprint:
    found: Fingerprint = json.loads(path.read_text(encoding="utf-8"))
    return found


def _write(path: Path, pages: Path | None) -> None:
    # Only when needed: a comparison of two files loads no application.
    from tools.compare.sample import take_fingerprint

    with tempfile.TemporaryDirectory(prefix="kash-compare-") as folder:
        found = take_fingerprint(Path(folder))
        if pages is not None:
            shutil.copytree(Path(folder) / "pages", pages)
    text = json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def _begin_alike() -> None:
    """Start this process anew without settings of the machine, and with the order of sets fixed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KASH_")}
    if kept.get("PYTHONHASHSEED") != "0" or len(kept) != len(os.environ):
        command = [sys.executable, "-m", "tools.compare", *sys.argv[1:]]
        os.execve(sys.executable, command, kept | {"PYTHONHASHSEED": "0"})  # noqa: S606 - ourselves


if __name__ == "__main__":
    _begin_alike()
    sys.exit(main())
