"""A page of paper as a picture, for whoever looks at it on a screen first."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from kash.press.child_process import RenderFailed, RenderTimeout

_CHILD = Path(__file__).with_name("picture_child.py")
_SECONDS, _MEGABYTES = 20, 768


def page_picture(pdf: bytes, width: int) -> bytes:
    """The first page of a PDF as a PNG so many pixels wide, drawn by a child under limits.

    Raises RenderFailed and RenderTimeout.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-s", "-P", str(_CHILD), str(_MEGABYTES), str(_SECONDS), str(width)],
            input=pdf,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_SECONDS,
            cwd="/",
            env={"LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1", "MALLOC_ARENA_MAX": "1"},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise RenderTimeout from None
    except OSError:
        raise RenderFailed from None
    if done.returncode != 0 or not done.stdout:
        raise RenderFailed
    return done.stdout
