"""Lists of what the application itself does, held beside the tests that make them.

They are compared by the tests, and written anew with `--write-stored`.
"""

import fcntl
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def compare_stored(
    config: pytest.Config, name: str, lines: Iterable[str], mine: Callable[[str], bool]
) -> None:
    """Fail unless these are the lines of a list for which `mine` is true; with `--write-stored`,
    write them in place of those."""
    begins = f"{name}: "
    present = sorted({f"{begins}{line}" for line in lines})
    with (HERE / "stored.txt").open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        stored = file.read().splitlines()
        others = [
            line for line in stored if not (line.startswith(begins) and mine(line[len(begins) :]))
        ]
        if not config.getoption("--write-stored"):
            assert present == sorted(set(stored) - set(others))
            return
        file.truncate(0)
        file.writelines(f"{line}\n" for line in sorted([*others, *present]))
