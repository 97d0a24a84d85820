"""Headers of every answer, and static files, which the browser keeps."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from flask import Flask, Request, Response, current_app, request, url_for
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from werkzeug.security import safe_join

View = TypeVar("View", bound=Callable[..., Any])

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "font-src 'self'",
        "frame-src 'self'",
        "media-src 'self' blob:",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'self'",
    )
)

_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "accelerometer=(), autoplay=(), camera=(), display-capture=(), geolocation=(),"
        " gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()"
    ),
}
_WITH_CAMERA = _HEADERS["Permissions-Policy"].replace("camera=()", "camera=(self)")
_ONE_YEAR = "max-age=31536000"


def uses_camera(view: View) -> View:
    """Declare that the page of a view may ask for the camera. No other page may."""
    view.kash_camera = True  # type: ignore[attr-defined]
    return view


def kept_for(seconds: int) -> Callable[[View], View]:
    """Declare that anyone may keep what a view answers for so long: it is the same for everybody,
    and nobody's. Everything else is kept nowhere."""

    def declare(view: View) -> View:
        view.kash_kept_for = seconds  # type: ignore[attr-defined]
        return view

    return declare


def _add_headers(response: Response) -> Response:
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "kash_camera", False):
        response.headers["Permissions-Policy"] = _WITH_CAMERA
    there = {name.lower() for name, _value in response.headers}
    for name, value in _HEADERS.items():
        if name.lower() not in there:
            response.headers.add(name, value)
    seconds = getattr(view, "kash_kept_for", None)
    if seconds is not None and response.status_code in (200, 304):
        response.headers["Cache-Control"] = f"public, max-age={seconds}"
    elif request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    return response


class CookieSessions(SecureCookieSessionInterface):
    """Flask's own, but a request without a cookie costs no reading of one: phones bring none."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Session that the cookie holds."""
        if self.get_cookie_name(app) not in request.cookies and app.secret_key:
            return SecureCookieSession()
        return super().open_session(app, request)


def init_headers(app: Flask, *, behind_tls: bool) -> None:
    """Add the headers to every answer, and make the session's cookie as strict as can be."""
    app.config.update(
        SESSION_COOKIE_NAME="__Host-session" if behind_tls else "session",
        SESSION_COOKIE_SECURE=behind_tls,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
    )
    app.session_interface = CookieSessions()
    app.after_request(_add_headers)
    if behind_tls:

        def add_transport_header(response: Response) -> Response:
            response.headers.setdefault("Strict-Transport-Security", _ONE_YEAR)
            return response

        app.after_request(add_transport_header)


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
    place = safe_join(str(current_app.static_folder), name)
    if place is None:
        return None
    path = Path(place)
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
    # Each byte is paid for, and the address has the name.
    response.headers.pop("Content-Disposition", None)
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
