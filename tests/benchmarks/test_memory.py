"""Memory of processes as benchmarks tell it: what is shared counts once."""

import mmap
import os
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.memory import resident_mb, unshared_mb

SIZE = 20_000_000


@dataclass
class Child:
    """A fork of this process that did something and waits."""

    process: int
    answer: bool
    let_go: int

    def end(self) -> None:
        os.write(self.let_go, b".")
        os.close(self.let_go)
        os.waitpid(self.process, 0)


def in_child(act: Callable[[], bool]) -> Child:
    told, tell = os.pipe()
    go, let_go = os.pipe()
    process = os.fork()
    if not process:
        try:
            os.write(tell, b"1" if act() else b"0")
            os.read(go, 1)
        finally:
            os._exit(0)
    os.close(tell)
    os.close(go)
    answer = os.read(told, 1) == b"1"
    os.close(told)
    return Child(process, answer, let_go)


def test_what_is_shared_counts_once_and_as_nobodys_own():
    with mmap.mmap(-1, SIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as block:
        block[:] = b"a" * SIZE

        def copy() -> bool:
            block[:] = b"b" * SIZE
            return True

        alone, own = resident_mb(["self"]), unshared_mb()
        sharing = in_child(lambda: True)
        assert unshared_mb() < own - 0.9 * SIZE / 1e6
        both = resident_mb([os.getpid(), sharing.process])
        assert both < alone + 0.9 * SIZE / 1e6
        copying = in_child(copy)
        assert unshared_mb(copying.process) > 0.9 * SIZE / 1e6
        all_three = resident_mb([os.getpid(), sharing.process, copying.process])
        assert all_three > both + 0.9 * SIZE / 1e6
        sharing.end()
        copying.end()
        assert unshared_mb(copying.process) == 0.0, "it is gone"
