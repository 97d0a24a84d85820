"""Static files: kept by the browser while their content stays the same, sent compressed."""

from __future__ import annotations

import gzip
import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, current_app, request, url_for
from werkzeug.security import safe_join

_COMPRESSED = frozenset(
    {"text/css", "text/javascript", "application/javascript", "image/svg+xml", "application/json"}
)
_WORTH_COMPRESSING = 512


def _stamp(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_mtime_ns, status.st_size


@lru_cache(maxsize=512)
def _hash_of(path: str, _when: tuple[int, int]) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:12]


@lru_cache(maxsize=512)
def _compressed(path: str, _when: tuple[int, int]) -> bytes:
    return gzip.compress(Path(path).read_bytes(), compresslevel=9, mtime=0)


def _file(name: str) -> Path | None:
    found = safe_join(str(current_app.static_folder), name)
    if found is None:
        return None
    path = Path(found)
    return path if path.is_file() else None


def static_url(name: str) -> str:
    """The address of a static file; it changes with the file's content."""
    return url_for("static", filename=name)


def _add_hash(endpoint: str, values: dict[str, object]) -> None:
    if endpoint == "static" and "v" not in values:
        path = _file(str(values.get("filename", "")))
        if path is not None:
            values["v"] = _hash_of(str(path), _stamp(path))


def _serve_well(response: Response) -> Response:
    if request.endpoint != "static" or response.status_code not in (200, 304):
        return response
    name = (request.view_args or {}).get("filename", "")
    path = _file(str(name))
    if path is None:
        return response
    if request.args.get("v") == _hash_of(str(path), _stamp(path)):
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    else:
        response.headers["Cache-Control"] = "no-cache"
    _compress(response, path)
    return response


def _compress(response: Response, path: Path) -> None:
    """Only static files: compressed pages would let secrets in them be guessed from their size."""
    if response.mimetype not in _COMPRESSED:
        return
    response.vary.add("Accept-Encoding")
    if (
        response.status_code != 200
        or "Content-Range" in response.headers
        or not request.accept_encodings["gzip"]
        or path.stat().st_size < _WORTH_COMPRESSING
    ):
        return
    response.direct_passthrough = False
    response.set_data(_compressed(str(path), _stamp(path)))
    response.headers["Content-Encoding"] = "gzip"
    response.headers.pop("Accept-Ranges", None)


def init_static(app: Flask) -> None:
    """Give every static address its content hash and serve the files for a year."""
    app.url_defaults(_add_hash)
    app.after_request(_serve_well)
    app.jinja_env.globals["static_url"] = static_url
