"""The threshold: where every child begins that reads what strangers wrote.

Run by path in an interpreter that was started anew, so that nothing of the server's memory is here.
It gives up whatever the machine lets it give up, and only then loads the module that it was told,
whose `main` gets the other arguments and says how to end. `--tell` in place of a module writes what
it has as a line of JSON.

What the kernel lacks is gone without; what the kernel has and refuses ends the child.
"""

from __future__ import annotations

import importlib
import os
import resource
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

# Each child waits for what is loaded here, so it is little.
_ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), *[os.pardir] * 3))
_MOST_FILES = 256


class BarePackages:
    """Our packages without their own beginnings, which would load the whole application."""

    def find_spec(
        self, name: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """A package as a mere folder; what is no package of ours is found as ever."""
        folder = os.path.join(_ROOT, *name.split("."))
        if name.partition(".")[0] != "kash" or not os.path.isdir(folder):
            return None
        # Git leaves a folder behind in which only what Python compiled lies.
        if os.path.isfile(f"{folder}.py"):
            return None
        package = ModuleSpec(name, None, is_package=True)
        package.submodule_search_locations = [folder]
        return package


def confine() -> dict[str, object]:
    """Give up what can be given up; what keeps this child, by name."""
    from kash.platform.confinement import identity, landlock, readable, seccomp

    for bound, most in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 0)):
        resource.setrlimit(bound, (most, most))
    files = min(_MOST_FILES, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    identity.gain_nothing()
    paths = readable.paths()
    abi = landlock.restrict(paths)
    identity.leave_root(readable.by_others, fenced=abi > 0)
    return {"landlock_abi": abi, "seccomp": seccomp.restrict()}


def _network() -> str:
    """Outcome of a connection: `none`, `no tcp`, or `open`. Nothing is sent."""
    import socket

    try:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tried:
            tried.settimeout(0.2)
            tried.connect(("127.0.0.1", 9))
    except PermissionError:
        return "no tcp"
    except (ConnectionError, TimeoutError):
        return "open"
    except OSError:
        return "none"
    return "open"


def main() -> int:
    """Confine this process, then do what it was started for."""
    module, arguments = sys.argv[1], sys.argv[2:]
    sys.meta_path.insert(0, BarePackages())
    kept_by = confine()
    if module == "--tell":
        import json

        sys.stdout.write(json.dumps({"uid": os.getuid(), **kept_by, "network": _network()}))
        sys.stdout.flush()
        return 0
    return importlib.import_module(module).main(arguments) or 0


if __name__ == "__main__":
    ended = main()
    # Libraries that are torn down within their limits may fall over, and threads may linger.
    os._exit(ended)
