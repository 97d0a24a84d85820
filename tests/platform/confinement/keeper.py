"""A server in small: it has a key, a database, variables and a listening socket, and starts a child
that runs hostile code, confined or (to see that the code would do harm) not. Run by path.
"""

import os
import socket
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path


def main() -> int:
    kash, manner, code = sys.argv[1:4]
    sys.path.insert(0, kash)
    os.umask(0o077)
    os.environ["KASH_DATABASE_URL"] = "postgresql://kash:word@localhost/kash"
    os.environ["AWS_SECRET_ACCESS_KEY"] = "word"
    folder = Path(tempfile.mkdtemp())
    (folder / "server.key").write_text("the key")
    with sqlite3.connect(folder / "kash.sqlite3") as database:
        database.execute("CREATE TABLE person (name TEXT)")
    held = os.open(folder / "server.key", os.O_RDONLY)
    os.set_inheritable(held, True)
    listening = socket.create_server(("127.0.0.1", 0))
    local = socket.socket(socket.AF_UNIX)
    local.bind(str(folder / "postgresql.socket"))
    local.listen()
    hidden = socket.socket(socket.AF_UNIX)
    hidden.bind(f"\0kash-{os.getpid()}")
    hidden.listen()
    given = {
        "folder": str(folder),
        "held": held,
        "port": listening.getsockname()[1],
        "parent": os.getpid(),
        "address": id(listening),
    }
    code = f"given = {given!r}\n{code}\nimport sys, os\nsys.stdout.flush()\nos._exit(0)"
    if manner == "confined":
        from kash.platform.confinement import answer_of, ended, start

        child = start("timeit", ["-n", "1", "-r", "1", "-s", code, "pass"], fonts=True)
        try:
            print(b"".join(answer_of(child, 30, 1 << 20)).decode(), end="")
        finally:
            ended(child)
        return 0
    return subprocess.run([sys.executable, "-c", code], pass_fds=[held], cwd="/").returncode


if __name__ == "__main__":
    sys.exit(main())
