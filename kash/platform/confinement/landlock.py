"""Landlock: the kernel keeps this process, and whatever runs in it, from files and networks.

Spoken to by its three system calls. They take numbers and two small structures; what wraps them for
Python is larger than they are, and no distribution knows the people who keep it.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterable

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_TELL_VERSION = 1
_BENEATH = 1
_READ_FILE, _READ_FOLDER = 1 << 2, 1 << 3
# How many rights over files each version knows; all are refused where nothing is said.
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
_TCP_SINCE, _BIND_AND_CONNECT = 4, 0b11
_SCOPES_SINCE, _SOCKETS_AND_SIGNALS = 6, 0b11


class _Ruleset(ctypes.Structure):
    _fields_ = [
        ("files", ctypes.c_uint64),
        ("network", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    ]


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("allowed", ctypes.c_uint64), ("descriptor", ctypes.c_int32)]


_libc = ctypes.CDLL(None, use_errno=True)


def version() -> int:
    """The version of Landlock that the kernel has and uses; 0 for none."""
    return max(0, _libc.syscall(_CREATE, None, ctypes.c_size_t(0), _TELL_VERSION))


def restrict(readable: Iterable[str]) -> int:
    """Let this process read beneath these paths, and nothing else of the disk; no network by TCP.

    The version that holds, 0 for none. Raises OSError if the kernel has it and refuses.
    """
    abi = version()
    if abi == 0:
        return 0
    ruleset = _Ruleset(
        files=(1 << _FILE_RIGHTS[min(abi, max(_FILE_RIGHTS))]) - 1,
        network=_BIND_AND_CONNECT if abi >= _TCP_SINCE else 0,
        scoped=_SOCKETS_AND_SIGNALS if abi >= _SCOPES_SINCE else 0,
    )
    # Older kernels know fewer fields, and take a longer structure whose rest is empty.
    size = ctypes.c_size_t(ctypes.sizeof(ruleset))
    rules = _done(_libc.syscall(_CREATE, ctypes.byref(ruleset), size, 0))
    for path in readable:
        _allow(rules, path)
    _done(_libc.syscall(_RESTRICT, rules, 0))
    os.close(rules)
    return abi


def _allow(rules: int, path: str) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # What isn't there, or isn't ours to read, need not be allowed.
    rights = _READ_FILE | (_READ_FOLDER if os.path.isdir(path) else 0)
    beneath = _Beneath(rights, descriptor)
    try:
        _done(_libc.syscall(_ADD, rules, _BENEATH, ctypes.byref(beneath), 0))
    finally:
        os.close(descriptor)


def _done(answer: int) -> int:
    if answer < 0:
        raise OSError(ctypes.get_errno(), "Landlock refused")
    return answer
