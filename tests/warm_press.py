"""A press that has loaded its engine, and of which each child is a clone.

Run by `tests/presses.py`. A clone confines itself as the threshold has every child do, before it
reads its request; only what it loads was loaded before.
"""

import array
import ctypes
import os
import runpy
import signal
import socket
import sys

_CLONE = 56  # of x86_64
_CLONE_PARENT = 0x8000
_THRESHOLD = sys.argv[1]
_ASKED = socket.socket(fileno=int(sys.argv[2]))


def _clone() -> int:
    """A fork whose parent is this process's own parent, which waits for it as for any child."""
    ctypes.pythonapi.PyOS_BeforeFork()
    pid = _libc.syscall(_CLONE, _CLONE_PARENT | signal.SIGCHLD, 0, 0, 0, 0)
    if pid == 0:
        ctypes.pythonapi.PyOS_AfterFork_Child()
    else:
        ctypes.pythonapi.PyOS_AfterFork_Parent()
    return int(pid)


def _serve() -> None:
    assert len(os.listdir("/proc/self/task")) == 1
    while True:
        word, control, _flags, _address = _ASKED.recvmsg(1, socket.CMSG_SPACE(8))
        if not word:
            return
        pipes = array.array("i")
        for _level, _kind, content in control:
            pipes.frombytes(content[:8])
        pid = _clone()
        if pid == 0:
            os.dup2(pipes[0], 0)
            os.dup2(pipes[1], 1)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            os.closerange(3, 256)
            threshold["confine"]()
            child.main([])
            os._exit(0)
        for descriptor in pipes:
            os.close(descriptor)
        _ASKED.sendall(str(pid).encode().ljust(16))


threshold = runpy.run_path(_THRESHOLD)
sys.meta_path.insert(0, threshold["BarePackages"]())
# It keeps the interpreter's lock, as a fork does.
_libc = ctypes.PyDLL(None)

from kash.platform.press import child  # noqa: E402 - for each clone
from kash.platform.press.typesetting import plate_making  # noqa: E402

# No page is set before: the engine would begin threads, which no clone has. Nor does a clone set
# one while it waits, for which it hardly ever has the time.
plate_making.warm_typesetter = lambda: None
# What `confine` loads as soon as it is called.
from kash.platform.confinement import identity, landlock, readable, seccomp  # noqa: E402, F401

_serve()
