"""What code in a hostile file could do, once it has taken over the process that reads it.

Each try is run twice beside a server in small ("keeper.py"): in a bare child, where it must succeed
(else it would say nothing), and in a confined one. The server is root, and somebody who is not.
"""

import ctypes
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kash.platform.confinement import landlock

ROOT = Path(__file__).parents[3]
KEEPER = Path(__file__).with_name("keeper.py")
SOMEBODY = 54_321
LANDLOCK = landlock.version()
only_root = pytest.mark.parametrize("keeper", ["root"], indirect=True)
START = """
import json, os
found = {}
def attempt(name, harm):
    try:
        found[name] = harm()
    except BaseException as error:
        found[name] = type(error).__name__
"""
END = "\nprint(json.dumps(found))"


def filtered() -> bool:
    """Whether this machine can filter calls."""
    try:
        ctypes.CDLL("libseccomp.so.2")
    except OSError:
        return False
    return ctypes.CDLL(None).prctl(21, 0, 0, 0, 0) >= 0


@dataclass(frozen=True)
class Keeper:
    """A server of this user, whose interpreter and code that user can read."""

    python: str
    kash: Path
    uid: int

    def runs(self, code: str, manner: str = "confined") -> dict[str, Any]:
        """What the tries of this code came to."""
        told = subprocess.run(
            [
                *(self.python, str(self.kash / "keeper.py"), str(self.kash), manner),
                START + code + END,
            ],
            user=self.uid,
            group=self.uid,
            extra_groups=[] if os.getuid() == 0 else None,
            capture_output=True,
            text=True,
            timeout=60,
            cwd="/",
            env={"PATH": os.environ["PATH"], "HOME": str(self.kash), "TMPDIR": str(self.kash)},
        )
        assert told.returncode == 0, told.stderr
        found: dict[str, Any] = json.loads(told.stdout)
        return found


@pytest.fixture(params=["root", "somebody"])
def keeper(request):
    uid = 0 if request.param == "root" else os.getuid() or SOMEBODY
    if uid != os.getuid() and os.getuid() != 0:
        pytest.skip("only root can be root")
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    try:
        shutil.copytree(ROOT / "kash/platform/confinement", folder / "kash/platform/confinement")
        shutil.copy(KEEPER, folder)
        if uid != os.getuid():
            for path in (folder, *folder.rglob("*")):
                os.chown(path, uid, uid)
        if uid == 0 and not LANDLOCK:
            # Then its user alone keeps a child, who must be able to read the libraries.
            for path in (folder, *folder.rglob("*")):
                path.chmod(0o755)
        yield Keeper(_interpreter(uid or (0 if LANDLOCK else SOMEBODY)), folder, uid)
    finally:
        shutil.rmtree(folder)


def _interpreter(uid: int) -> str:
    """A Python that this user can run; the tests' own may lie where only root reads."""
    for python in (sys.executable, "/usr/bin/python3"):
        try:
            tried = subprocess.run([python, "-c", "import sqlite3"], user=uid, capture_output=True)
        except OSError:
            continue
        if tried.returncode == 0:
            return python
    pytest.skip("no Python that somebody else can run")


def without(keeper: Keeper, module: str, held: str, instead: str) -> Keeper:
    """The server on a machine that lacks a part."""
    path = keeper.kash / "kash/platform/confinement" / module
    source = path.read_text()
    assert source.count(held) == 1
    path.write_text(source.replace(held, instead))
    return keeper


def kept_from_files(keeper: Keeper) -> None:
    """Another user or Landlock keeps a child from files; with neither nothing can be asked."""
    if keeper.uid != 0 and not LANDLOCK:
        pytest.skip("neither root nor Landlock")


def test_it_cannot_read_the_servers_key_or_database(keeper):
    kept_from_files(keeper)
    code = """
import sqlite3
def is_open(number):
    try:
        os.fstat(number)
    except OSError:
        return False
    return True
attempt("open files", lambda: len([number for number in range(3, 256) if is_open(number)]))
attempt("key", lambda: open(given["folder"] + "/server.key").read())
attempt("database", lambda: sqlite3.connect(
    given["folder"] + "/kash.sqlite3").execute("SELECT count(*) FROM person").fetchone()[0])
attempt("folder", lambda: len(os.listdir(given["folder"])))
attempt("held", lambda: os.read(given["held"], 7).decode())
"""
    bare = keeper.runs(code, "bare")
    assert bare == {
        "key": "the key",
        "database": 0,
        "folder": 3,
        "held": "the key",
        "open files": 1,
    }
    confined = keeper.runs(code)
    assert confined["key"] == confined["folder"] == "PermissionError"
    assert confined["database"] == "OperationalError"
    assert (confined["held"], confined["open files"]) == ("OSError", 0)


def test_it_sees_no_variable_of_the_servers(keeper):
    code = """
attempt("names", lambda: sorted(
    name for name in os.environ if name.startswith(("KASH", "AWS", "PG"))))
"""
    bare = keeper.runs(code, "bare")
    assert bare == {"names": ["AWS_SECRET_ACCESS_KEY", "KASH_DATABASE_URL"]}
    assert keeper.runs(code) == {"names": []}


def test_it_cannot_look_into_the_server(keeper):
    kept_from_files(keeper)
    code = """
parent = f"/proc/{given['parent']}/"
attempt("variables", lambda: b"KASH" in open(parent + "environ", "rb").read() or True)
attempt("memory", lambda: open(parent + "mem", "rb").closed)
attempt("open files", lambda: len(os.listdir(parent + "fd")) > 0)
"""
    assert keeper.runs(code, "bare") == {"variables": True, "memory": False, "open files": True}
    assert keeper.runs(code) == dict.fromkeys(
        ("variables", "memory", "open files"), "PermissionError"
    )


def test_it_cannot_take_hold_of_the_server_or_end_it(keeper):
    kept_from_files(keeper)
    code = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
attempt("traced", lambda: libc.ptrace(16, given["parent"], 0, 0))
there = (ctypes.c_size_t * 2)(given["address"], 8)
here = (ctypes.c_size_t * 2)(id(found), 8)
attempt("read", lambda: libc.process_vm_readv(given["parent"], here, 1, there, 1, 0))
attempt("signalled", lambda: os.kill(given["parent"], 0))
"""
    # A bare child that took hold of its server would leave it standing still.
    bare = keeper.runs(code.replace("libc.ptrace(16", "libc.ptrace(99"), "bare")
    assert (bare["read"], bare["signalled"]) == (8, None)
    confined = keeper.runs(code)
    assert (confined["traced"], confined["read"]) == (-1, -1)
    # Older versions of Landlock let signals through to who is the same user.
    stopped = keeper.uid == 0 or filtered() or LANDLOCK >= 6
    assert (confined["signalled"] is None) != stopped


def test_it_reaches_no_network_and_no_database_by_socket(keeper):
    code = """
import socket
def reach(family, address):
    with socket.socket(family, socket.SOCK_STREAM) as tried:
        tried.settimeout(5)
        tried.connect(address)
    return "reached"
attempt("loopback", lambda: reach(socket.AF_INET, ("127.0.0.1", given["port"])))
attempt("datagram", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(
    b"word", ("127.0.0.1", 9)))
attempt("local", lambda: reach(socket.AF_UNIX, given["folder"] + "/postgresql.socket"))
attempt("hidden", lambda: reach(socket.AF_UNIX, chr(0) + f"kash-{given['parent']}"))
attempt("listened", lambda: bool(socket.create_server(("127.0.0.1", 0))))
"""
    bare = keeper.runs(code, "bare")
    assert bare == {
        **dict.fromkeys(("loopback", "local", "hidden"), "reached"),
        "datagram": 4,
        "listened": True,
    }
    confined = keeper.runs(code)
    if filtered():
        assert confined == dict.fromkeys(bare, "OSError")
    elif LANDLOCK >= 4:
        assert confined["loopback"] == confined["listened"] == "PermissionError"
    else:
        pytest.skip("neither filters of calls nor a Landlock that knows networks")


def test_it_starts_no_program_and_no_other_process(keeper):
    if not filtered():
        pytest.skip("calls cannot be filtered here")
    code = """
import subprocess
def fork():
    child = os.fork()
    if not child:
        os._exit(0)
    return os.waitpid(child, 0)[1]
attempt("forked", fork)
attempt("program", lambda: subprocess.run(["/bin/true"]).returncode)
"""
    assert keeper.runs(code, "bare") == {"forked": 0, "program": 0}
    assert keeper.runs(code) == {"forked": "OSError", "program": "OSError"}


def test_it_cannot_multiply_until_the_machine_stands_still(keeper):
    code = """
import threading
threading.stack_size(65536)
forever = threading.Event()
def multiply():
    for number in range(5000):
        threading.Thread(target=forever.wait, daemon=True).start()
    return number
try:
    attempt("threads", multiply)
finally:
    found["running"] = threading.active_count()
"""
    running = keeper.runs(code)["running"]
    # A user of one's own has a bound for itself; others share one with all that they run.
    assert running <= (64 if keeper.uid == 0 else 4096)


def test_it_gains_nothing_and_leaves_no_picture_of_its_memory(keeper):
    code = """
import ctypes, resource
libc = ctypes.CDLL(None)
attempt("uid", os.getuid)
attempt("core", lambda: list(resource.getrlimit(resource.RLIMIT_CORE)))
attempt("raised", lambda: resource.setrlimit(resource.RLIMIT_CORE, (1, 1)))
attempt("root again", lambda: os.setuid(0))
"""
    confined = keeper.runs(code)
    assert confined["core"] == [0, 0]
    assert confined["raised"] == "ValueError"
    assert confined["uid"] != 0
    assert (confined["uid"] == keeper.uid) == (keeper.uid != 0)
    assert confined["root again"] in ("PermissionError", "OSError")


def test_it_leaves_nothing_on_a_disk(keeper):
    code = """
def write(path):
    with open(path, "wb", buffering=0) as made:
        return made.write(b"words of a file")
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
attempt("temporary", lambda: write(f"/tmp/kash-{os.getpid()}"))
attempt("data", lambda: write(given["folder"] + "/left"))
attempt("shared memory", lambda: write(f"/dev/shm/kash-{os.getpid()}"))
for path in (f"/tmp/kash-{os.getpid()}", f"/dev/shm/kash-{os.getpid()}"):
    if os.path.exists(path):
        os.unlink(path)
"""
    bare = keeper.runs(code, "bare")
    assert bare == dict.fromkeys(("temporary", "data", "shared memory"), 15)
    refused = {"PermissionError", "OSError"}
    assert set(keeper.runs(code).values()) <= refused


def test_it_makes_no_call_that_reaches_beyond_it(keeper):
    if not filtered() or os.uname().machine != "x86_64":
        pytest.skip("the numbers of calls are those of one processor")
    code = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
numbers = {
    "ptrace": 101, "keyctl": 250, "add_key": 248, "bpf": 321, "io_uring_setup": 425,
    "userfaultfd": 323, "perf_event_open": 298, "unshare": 272, "mount": 165, "setns": 308,
    "open_by_handle_at": 304, "pidfd_open": 434, "pidfd_getfd": 438, "process_vm_readv": 310,
    "socket": 41, "socketpair": 53, "connect": 42, "execve": 59, "fork": 57, "vfork": 58,
    "clone3": 435, "openat2": 437, "unlink": 87, "rename": 82, "mkdir": 83, "chmod": 90,
    "symlink": 88, "shmget": 29, "msgget": 68, "kexec_load": 246, "init_module": 175,
    "setuid": 105, "quotactl": 179, "personality": 135, "modify_ldt": 154, "memfd_secret": 447,
}
def call(number):
    ctypes.set_errno(0)
    libc.syscall(number, -1, -1, -1, -1, -1, -1)
    return ctypes.get_errno()
for name, number in numbers.items():
    attempt(name, lambda: call(number))
"""
    assert {name: code for name, code in keeper.runs(code).items() if code != 38} == {}


@only_root
def test_without_landlock_the_other_user_keeps_it_from_the_key(keeper):
    # Others must be able to read the libraries, or it stays root's.
    keeper = Keeper(_interpreter(SOMEBODY), keeper.kash, 0)
    for path in (keeper.kash, *keeper.kash.rglob("*")):
        path.chmod(0o755)
    keeper = without(keeper, "landlock.py", "abi = version()", "abi = 0")
    code = """
attempt("uid", os.getuid)
attempt("key", lambda: open(given["folder"] + "/server.key").read())
attempt("place", lambda: open("/etc/hostname").closed)
"""
    assert keeper.runs(code, "bare")["key"] == "the key"
    confined = keeper.runs(code)
    # The last shows that it is the user and nothing else.
    assert (confined["key"], confined["place"]) == ("PermissionError", False)
    assert confined["uid"] >= 1000


@only_root
def test_without_landlock_and_unreadable_to_others_it_works_without_roots_rights(keeper):
    keeper = without(keeper, "landlock.py", "abi = version()", "abi = 0")
    keeper.kash.chmod(0o700)
    code = """
attempt("uid", os.getuid)
attempt("another's", lambda: os.listdir("/proc/1/map_files") and None)
attempt("owner", lambda: os.setuid(1))
"""
    assert keeper.runs(code) == {
        "uid": 0,
        "another's": "PermissionError",
        "owner": "OSError" if filtered() else "PermissionError",
    }


def test_without_filters_of_calls_landlock_keeps_it_from_connecting(keeper):
    if LANDLOCK < 4:
        pytest.skip("this Landlock knows no networks")
    keeper = without(keeper, "seccomp.py", "libseccomp.so.2", "libnowhere.so.2")
    code = """
import socket
def reach():
    with socket.create_connection(("127.0.0.1", given["port"]), 5):
        return "reached"
attempt("loopback", reach)
"""
    assert keeper.runs(code) == {"loopback": "PermissionError"}
