"""Logs, and views that leave no trace in them."""

from __future__ import annotations

import json
import logging
import sys
import time
import traceback
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from types import TracebackType
from typing import Any, TypeVar

import structlog
from flask import (
    Flask,
    Response,
    current_app,
    g,
    got_request_exception,
    has_request_context,
    request,
)

from kash.platform.database import new_public_id
from kash.platform.web.current_actor import current_actor

View = TypeVar("View", bound=Callable[..., Any])


def leaves_no_trace(view: View) -> View:
    """Declare that requests to a view are neither logged nor counted and touch no session."""
    view.kash_traceless = True  # type: ignore[attr-defined]
    return view


def traceless() -> bool:
    """True if the present request is for a page that leaves no trace."""
    if not has_request_context() or request.endpoint is None:
        return False
    view = current_app.view_functions.get(request.endpoint)
    return bool(getattr(view, "kash_traceless", False))


_OWN = ("kash",)
_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}
_DEEPEST = 40

log = structlog.get_logger("kash.platform.web")

ExceptionParts = tuple[type[BaseException], BaseException, TracebackType | None]


def places(error: BaseException) -> dict[str, Any]:
    """An exception's type and the places it passed, without its message."""
    frames = traceback.extract_tb(error.__traceback__)[-_DEEPEST:]
    told: dict[str, Any] = {
        "exception": f"{type(error).__module__}.{type(error).__qualname__}",
        "places": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
    cause = error.__cause__ or error.__context__
    if cause is not None:
        told["cause"] = f"{type(cause).__module__}.{type(cause).__qualname__}"
    return told


def _place_exception(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    given = event.pop("exc_info", None)
    if given:
        error = sys.exc_info()[1] if given is True else given
        error = error[1] if isinstance(error, tuple) else error
        if isinstance(error, BaseException):
            event.update(places(error))
    event.pop("stack_info", None)
    return event


class ValuelessFormatter(logging.Formatter):
    """Formatter of what other libraries log: who, how bad and where in the code; their sentence
    holds values."""

    def format(self, record: logging.LogRecord) -> str:
        """One line of JSON."""
        told: dict[str, Any] = {
            "event": "library",
            "level": record.levelname.lower(),
            "logger": record.name,
            "place": f"{record.module}:{record.lineno}",
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
        }
        if record.exc_info and record.exc_info[1] is not None:
            told |= places(record.exc_info[1])
        return json.dumps(told)


class _LibraryHandler(logging.Handler):
    """Ours, so that it is put in once only."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(ValuelessFormatter())

    def emit(self, record: logging.LogRecord) -> None:
        """Write to what stderr is now."""
        with suppress(OSError, ValueError):
            sys.stderr.write(self.format(record) + "\n")


class _Stderr:
    """Stderr as it is now. A log that cannot be written, on a full disk say, stops nobody."""

    def write(self, text: str) -> None:
        """Write a line, if that can be done."""
        with suppress(OSError, ValueError):
            sys.stderr.write(text)

    def flush(self) -> None:
        """See to it that it arrives."""
        with suppress(OSError, ValueError):
            sys.stderr.flush()


_STDERR: Any = _Stderr()


def configure_logs(level: str) -> None:
    """Send everything to stderr as lines of JSON. Done again, it only changes the level."""
    number = _LEVELS[level]
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            _place_exception,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=lambda *_names: structlog.PrintLogger(_STDERR),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    if not any(isinstance(handler, _LibraryHandler) for handler in root.handlers):
        root.addHandler(_LibraryHandler())
    root.setLevel(max(number, logging.WARNING))


def _begin() -> None:
    g.request_id = new_public_id()
    g.unlogged = traceless()
    g.began = time.perf_counter()


def _end(response: Response) -> Response:
    if request.endpoint == "static" or g.get("unlogged"):
        return response
    began = g.get("began")
    actor = current_actor() if g.get("permission") not in (None, "anyone") else None
    log.info(
        "request",
        request=g.get("request_id"),
        endpoint=request.endpoint,
        method=request.method,
        status=response.status_code,
        ms=round((time.perf_counter() - began) * 1000, 1) if began else None,
        actor=actor.public_id if actor is not None else None,
    )
    response.headers.setdefault("X-Request-Id", g.get("request_id", ""))
    return response


def _failed(_app: Flask, exception: Exception, **_extra: Any) -> None:
    if g.get("unlogged"):
        # A line would say when somebody was here: only the number of failures is kept.
        return
    log.error(
        "failed",
        request=g.get("request_id"),
        endpoint=request.endpoint,
        method=request.method,
        **places(exception),
    )


def init_logs(app: Flask, level: str) -> None:
    """Log each request when it ends, but for views that leave no trace (`traces`)."""
    configure_logs(level)
    app.before_request(_begin)
    app.after_request(_end)
    got_request_exception.connect(_failed, app)
