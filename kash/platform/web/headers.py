"""Headers of every answer: what the browser may load, keep and tell others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Request, Response, current_app, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface

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
    """Flask's own, but whoever brings no cookie costs no reading of one: phones bring none."""

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
