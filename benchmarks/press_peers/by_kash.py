"""The press itself, for so many in a fresh process: `zip`, `print`, `badges`, `cards` or `singles`.

The plate is made within the time that is told, except for `singles`. What is not told is the
start of the child that makes it, as the others' time is told without that of loading them.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator

from benchmarks.press_peers import workload
from kash.platform.press import (
    badges,
    cards,
    print_pieces,
    single_files,
    start_ahead,
    zip_file_pieces,
)

_STARTED = 4.0


def main() -> None:
    what, count = sys.argv[1], int(sys.argv[2])
    entries = workload.entries(count)
    design = workload.design()
    people, carried = workload.badges(count), workload.carried(count)
    makers: dict[str, Callable[[], Iterator[bytes]]] = {
        "zip": lambda: zip_file_pieces(design, entries),
        "print": lambda: print_pieces(design, entries),
        "badges": lambda: iter([badges(people, title="Badges", language="en")]),
        "cards": lambda: iter([cards(design.wording, carried, language="en")]),
    }
    if what == "singles":
        list(single_files(design, entries[:1]))
        took = []
        for entry in entries:
            began = time.perf_counter()
            list(single_files(design, [entry]))
            took.append(time.perf_counter() - began)
        print(json.dumps({"seconds": took}))
        return
    start_ahead()
    time.sleep(_STARTED)
    with tempfile.TemporaryFile() as file:
        began = time.perf_counter()
        for piece in makers[what]():
            file.write(piece)
        took_all = time.perf_counter() - began
        size = file.tell()
    kilobytes = sum(
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    print(json.dumps({"seconds": took_all, "bytes": size, "peak_mb": kilobytes / 1024}))


if __name__ == "__main__":
    main()
