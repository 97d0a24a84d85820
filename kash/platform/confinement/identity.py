"""Identity of a confined child: root's child becomes nobody in particular, and none gains
anything."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
from collections.abc import Callable

_SET_DUMPABLE, _SET_KEEP_CAPABILITIES, _SET_NO_NEW_PRIVILEGES = 4, 8, 38
_VERSION_3 = 0x20080522
_READ_AND_SEARCH = 1 << 2
# Far from the numbers of people, services and containers. Each child has its own, so that none can
# touch another's.
_FIRST, _NOBODY = 2_000_000_000, 65_534
_MOST_TASKS_ALONE, _MOST_TASKS_SHARED = 64, 4096

_libc = ctypes.CDLL(None, use_errno=True)


class _Header(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class _Capabilities(ctypes.Structure):
    _fields_ = [
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    ]


def gain_nothing() -> None:
    """Nothing that this process starts may have more rights than it has."""
    _libc.prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0)


def leave_root(readable_by_others: Callable[[], bool], *, fenced: bool) -> None:
    """Become another user if this is root's child, and let nobody look into this process.

    Libraries may lie where root alone reads. Then the right to read goes along if a fence stands
    around what can be read; without one the process stays root's, without root's rights.
    """
    alone = os.getuid() == 0 and _become_another(readable_by_others(), fenced=fenced)
    _libc.prctl(_SET_DUMPABLE, 0, 0, 0, 0)
    most = _MOST_TASKS_ALONE if alone else _MOST_TASKS_SHARED
    most = min(limit for limit in (most, *resource.getrlimit(resource.RLIMIT_NPROC)) if limit >= 0)
    resource.setrlimit(resource.RLIMIT_NPROC, (most, most))


def _become_another(readable: bool, *, fenced: bool) -> bool:
    """Give the process a user of its own if it can; True if it has one now."""
    capabilities = 0 if readable else _READ_AND_SEARCH
    if readable or fenced:
        _libc.prctl(_SET_KEEP_CAPABILITIES, 1 if capabilities else 0, 0, 0, 0)
        for uid in (_FIRST + os.getpid(), _NOBODY):
            # A container may lack the right, or the number.
            with contextlib.suppress(OSError):
                os.setgroups([])
                os.setresgid(uid, uid, uid)
                os.setresuid(uid, uid, uid)
                break
    _keep(capabilities if fenced else 0)
    return os.getuid() >= _FIRST


def _keep(capabilities: int) -> None:
    header = _Header(_VERSION_3, 0)
    sets = (_Capabilities * 2)(_Capabilities(capabilities, capabilities, 0))
    if _libc.capset(ctypes.byref(header), ctypes.byref(sets)) != 0:
        raise OSError(ctypes.get_errno(), "rights could not be given up")
