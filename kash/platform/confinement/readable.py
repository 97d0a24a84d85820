"""Files that a confined child may read: the interpreter's libraries, our code, and fonts."""

from __future__ import annotations

import os
import sys

_KASH = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_SYSTEM = (
    *("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib"),
    *("/etc/ld.so.cache", "/etc/localtime", "/etc/mime.types", "/usr/share/zoneinfo"),
    *("/etc/fonts", "/usr/share/fontconfig", "/var/cache/fontconfig"),
    *("/usr/share/fonts", "/usr/local/share/fonts"),
)
_OWN_FONTS = (".fonts", ".local/share/fonts", ".config/fontconfig", ".cache/fontconfig")
_OTHERS_READ, _OTHERS_PASS = 0o005, 0o001


def paths() -> list[str]:
    """Folders and files that may be read. No data, no settings, no key lies below them."""
    home, cache = os.environ.get("HOME"), os.environ.get("XDG_CACHE_HOME")
    return [
        *_libraries(),
        *_SYSTEM,
        *([os.path.join(home, own) for own in _OWN_FONTS] if home else []),
        *([os.path.join(cache, "fontconfig")] if cache else []),
        *(
            os.environ[name]
            for name in ("FONTCONFIG_FILE", "FONTCONFIG_PATH")
            if name in os.environ
        ),
    ]


def by_others() -> bool:
    """True if a user who owns nothing can read the libraries and our code."""
    return all(_read_by_others(path) for path in _libraries() if os.path.exists(path))


def _libraries() -> list[str]:
    return [_KASH, *(entry for entry in sys.path if os.path.isabs(entry))]


def _read_by_others(path: str) -> bool:
    path = os.path.realpath(path)
    if os.stat(path).st_mode & _OTHERS_READ != _OTHERS_READ:
        return False
    while path != "/":
        path = os.path.dirname(path)
        if not os.stat(path).st_mode & _OTHERS_PASS:
            return False
    return True
