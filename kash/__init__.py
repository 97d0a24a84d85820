"""Kash: workshops, attendance, certificates and review forums of a rights programme."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from apiflask import APIFlask
from flask import Blueprint
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from kash.database import init_database
from kash.policy import check_every_endpoint
from kash.settings import Settings, load_settings

__all__ = ["create_app"]

_ROOT = Path(__file__).resolve().parent.parent

# From the bottom of the house to its top.
FEATURES = (
    "accounts",
    "people",
    "training",
    "attendance",
    "workshops",
    "certificates",
    "forums",
    "desk",
    "demo",
)


class Kash(APIFlask):
    """The application. What it logs of an exception is left to `kash.web.logs`."""

    def log_exception(self, exc_info: object) -> None:
        """Say nothing: the usual line holds the address and the exception's message."""


def create_app(settings: Settings | None = None) -> APIFlask:
    """The whole application. Raises SettingsError, KeyFileError and UndeclaredPermission."""
    settings = settings or load_settings()
    app = Kash(
        "kash",
        json_errors=False,
        enable_openapi=False,
        template_folder=str(_ROOT / "templates"),
        static_folder=str(_ROOT / "static"),
    )
    _configure(app, settings)
    _add_capabilities(app, settings)
    _add_web(app, settings)
    _add_features(app)
    _add_navigation(app)
    check_every_endpoint(app)
    return app


def _configure(app: APIFlask, settings: Settings) -> None:
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    app.config.update(
        SETTINGS=settings,
        SQLALCHEMY_DATABASE_URI=settings.database_uri,
        MAX_CONTENT_LENGTH=settings.max_upload_mb * 1024 * 1024,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        PREFERRED_URL_SCHEME="https" if settings.behind_tls else "http",
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension("jinja2.ext.do")
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops
        )


def _add_capabilities(app: APIFlask, settings: Settings) -> None:
    from kash.jobs import init_jobs
    from kash.messages import init_messages
    from kash.storage import init_storage
    from kash.vault import init_vault

    vault = init_vault(app, settings)
    app.secret_key = vault.keys.flask_secret
    init_database(app)
    init_storage(app, settings.storage_address)
    init_jobs(app, settings)
    init_messages(app, settings)


def _add_web(app: APIFlask, settings: Settings) -> None:
    from kash.accounts.services import choose_language
    from kash.accounts.sessions import leave
    from kash.jobs import blueprint as jobs
    from kash.web.context import Endpoints, init_context
    from kash.web.errors import init_errors
    from kash.web.formats import init_formats
    from kash.web.guard import init_guard
    from kash.web.headers import init_headers
    from kash.web.input import init_input
    from kash.web.language import init_language
    from kash.web.logs import init_logs
    from kash.web.metrics import init_metrics
    from kash.web.static import init_static

    init_logs(app, settings.log_level)
    init_headers(app, behind_tls=settings.behind_tls)
    init_static(app)
    init_guard(app, sign_in="accounts.sign_in", confirm="accounts.confirm_password")
    init_input(app)
    CSRFProtect(app)
    init_errors(app)
    init_language(app, str(_ROOT / "translations"))
    init_formats(app)
    init_context(
        app,
        endpoints=Endpoints(own_account="accounts.own", sign_out="accounts.sign_out"),
        keep_language=choose_language,
        end_session=leave,
    )
    init_metrics(
        app, token=settings.metrics_token, trusted_proxies=settings.trusted_proxies
    )
    app.register_blueprint(jobs)


def _add_features(app: APIFlask) -> None:
    for name in FEATURES:
        room = _import_room(name)
        if room is None:
            continue
        blueprint: Blueprint | None = getattr(room, "blueprint", None)
        if blueprint is not None:
            app.register_blueprint(blueprint)
        prepare = getattr(room, f"init_{name}", None)
        if prepare is not None:
            prepare(app)


def _import_room(name: str) -> ModuleType | None:
    # While rooms are still being written: one that cannot be imported yet lends its tables only.
    try:
        return import_module(f"kash.{name}")
    except Exception as error:
        print(f"kash.{name} is left out: {type(error).__name__}: {error}", file=sys.stderr)
        folder = Path(__file__).parent / name
        if not (folder / "models.py").exists():
            return None
        bare = ModuleType(f"kash.{name}")
        bare.__path__ = [str(folder)]
        sys.modules[f"kash.{name}"] = bare
        import_module(f"kash.{name}.models")
        return None


def _add_navigation(app: APIFlask) -> None:
    from kash.navigation import DESTINATIONS
    from kash.web.navigation import init_navigation

    init_navigation(app, DESTINATIONS)
