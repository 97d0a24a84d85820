"""System calls: a confined child has those that reckoning and reading take, and no others.

The filter is put together by libseccomp, a library of the system that Debian keeps and its package
manager needs. What is not named here is answered as if the kernel didn't know it, so that libraries
do without.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator

_NOT_IMPLEMENTED = 0x0005_0000 | 38
_ALLOWED = 0x7FFF_0000
_EQUAL, _MASKED_EQUAL = 4, 7
_OPTIMIZE, _BY_TREE = 8, 2
_GET_SECCOMP = 21
_SET_NAME, _NAME_MEMORY = 15, 0x53564D41
_CLONE_THREAD = 0x10000
# Whether it's a terminal, and what is inherited: all that Python asks of a file it has open.
_FILE_CONTROLS = (0x5401, 0x5450, 0x5451, 0x5421)
_WRITING = os.O_ACCMODE | os.O_CREAT | os.O_TRUNC | (os.O_TMPFILE & ~os.O_DIRECTORY)

# Memory, what is open, time, threads of this process; looking at files, and opening them to read.
_CALLS = """
brk mmap mmap2 munmap mremap mprotect madvise membarrier mincore msync get_mempolicy
read readv pread64 preadv preadv2 write writev pwrite64 lseek _llseek close close_range
dup dup2 dup3 pipe2 pipe fcntl fcntl64 fadvise64 fadvise64_64 poll ppoll select _newselect pselect6
epoll_create1 epoll_ctl epoll_wait epoll_pwait eventfd2 sendfile sendfile64 copy_file_range
stat stat64 lstat lstat64 fstat fstat64 newfstatat fstatat64 statx fstatfs fstatfs64 statfs statfs64
access faccessat faccessat2 getdents getdents64 readlink readlinkat getcwd chdir fchdir umask
memfd_create ftruncate ftruncate64
clock_gettime clock_gettime64 clock_getres clock_getres_time64 clock_nanosleep
clock_nanosleep_time64 gettimeofday time times nanosleep getitimer setitimer
futex futex_time64 futex_waitv set_robust_list get_robust_list set_tid_address rseq
set_thread_area arch_prctl sched_yield sched_getaffinity sched_getparam sched_getscheduler
sched_get_priority_max sched_get_priority_min getpriority getcpu gettid
rt_sigaction rt_sigprocmask rt_sigreturn sigreturn rt_sigtimedwait rt_sigpending rt_sigsuspend
sigaltstack restart_syscall exit exit_group wait4 waitid
getpid getppid getuid geteuid getgid getegid getresuid getresgid getgroups getpgrp getpgid getsid
getrandom getrlimit ugetrlimit setrlimit getrusage sysinfo uname capget
""".split()  # noqa: SIM905 - a hundred names, read by people


_libc = ctypes.CDLL(None, use_errno=True)


class _Comparison(ctypes.Structure):
    _fields_ = [
        ("argument", ctypes.c_uint),
        ("operator", ctypes.c_int),
        ("first", ctypes.c_uint64),
        ("second", ctypes.c_uint64),
    ]


Condition = tuple[int, int, int, int]


def _conditional() -> Iterator[tuple[str, Condition]]:
    """Calls that are allowed for some of their arguments: argument, operator, mask or value."""
    yield "open", (1, _MASKED_EQUAL, _WRITING, 0)
    yield "openat", (2, _MASKED_EQUAL, _WRITING, 0)
    # Threads are this process; another process is none of its business.
    yield "clone", (0, _MASKED_EQUAL, _CLONE_THREAD, _CLONE_THREAD)
    yield "tgkill", (0, _EQUAL, os.getpid(), 0)
    yield "kill", (0, _EQUAL, os.getpid(), 0)
    yield "prlimit64", (0, _EQUAL, 0, 0)
    yield "prlimit64", (0, _EQUAL, os.getpid(), 0)
    for option in (_SET_NAME, _NAME_MEMORY):
        yield "prctl", (0, _EQUAL, option, 0)
    for request in _FILE_CONTROLS:
        yield "ioctl", (1, _EQUAL, request, 0)


def restrict() -> bool:
    """Keep this process and all its threads to these calls. False if the machine can't.

    Raises OSError if the kernel has filters and refuses this one.
    """
    if _libc.prctl(_GET_SECCOMP, 0, 0, 0, 0) < 0:
        return False
    try:
        library = ctypes.CDLL("libseccomp.so.2")
    except OSError:
        return False
    library.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(library.seccomp_init(ctypes.c_uint32(_NOT_IMPLEMENTED)))
    if not context:
        raise OSError("no filter of calls")
    library.seccomp_attr_set(context, _OPTIMIZE, ctypes.c_uint32(_BY_TREE))
    for name in _CALLS:
        _allow(library, context, name)
    for name, condition in _conditional():
        _allow(library, context, name, condition)
    loaded = library.seccomp_load(context)
    library.seccomp_release(context)
    if loaded != 0:
        raise OSError(-loaded, "the filter of calls was refused")
    return True


def _allow(
    library: ctypes.CDLL, context: ctypes.c_void_p, name: str, condition: Condition | None = None
) -> None:
    number = library.seccomp_syscall_resolve_name(name.encode("ascii"))
    if number < 0:
        return  # Another kind of processor has this one.
    comparisons = (_Comparison * 1)(*([_Comparison(*condition)] if condition else []))
    done = library.seccomp_rule_add_array(
        context, ctypes.c_uint32(_ALLOWED), number, 1 if condition else 0, comparisons
    )
    if done != 0:
        raise OSError(-done, "a call could not be allowed")
