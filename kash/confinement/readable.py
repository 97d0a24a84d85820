"""What a confined child may read: the interpreter's libraries, our code, and fonts."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_KASH = Path(__file__).parents[1]
_SYSTEM = (
    *("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib"),
    *("/etc/ld.so.cache", "/etc/localtime", "/etc/mime.types", "/usr/share/zoneinfo"),
    *("/etc/fonts", "/usr/share/fontconfig", "/var/cache/fontconfig"),
    *("/usr/share/fonts", "/usr/local/share/fonts"),
)
_OWN_FONTS = (".fonts", ".local/share/fonts", ".config/fontconfig", ".cache/fontconfig")
_OTHERS_READ, _OTHERS_PASS = 0o005, 0o001


def paths() -> list[Path]:
    """Folders and files that may be read. No data, no settings, no key lies below them."""
    given = [*_libraries(), *(Path(one) for one in _SYSTEM)]
    home, cache = os.environ.get("HOME"), os.environ.get("XDG_CACHE_HOME")
    given += [Path(home, each) for each in _OWN_FONTS] if home else []
    given += [Path(cache, "fontconfig")] if cache else []
    given += [
        Path(os.environ[name])
        for name in ("FONTCONFIG_FILE", "FONTCONFIG_PATH")
        if name in os.environ
    ]
    return given


def by_others() -> bool:
    """Whether a user who owns nothing can read the libraries and our code."""
    return all(_read_by_others(path) for path in _libraries())


def _libraries() -> list[Path]:
    return [_KASH, *(Path(entry) for entry in sys.path if Path(entry).is_absolute())]


def _read_by_others(path: Path) -> bool:
    if not path.exists():
        return True
    path = path.resolve()
    passed = all(each.stat().st_mode & _OTHERS_PASS for each in path.parents)
    return passed and path.stat().st_mode & _OTHERS_READ == _OTHERS_READ
