"""The application: capabilities, the web, features, and a permission for every endpoint."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from apiflask import APIFlask
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from kash.feature import Feature, add_features
from kash.platform.condition import refuse_unfit_place
from kash.platform.database import init_database
from kash.platform.web.bodies import InMemoryRequest
from kash.platform.web.guard import LateRule
from kash.platform.web.programme import choices_off
from kash.policy import check_every_endpoint
from kash.settings import Settings, load_settings

_ROOT = Path(__file__).resolve().parent.parent


class Kash(APIFlask):
    """The application. What it logs of an exception is left to `kash.platform.web.logs`."""

    request_class = InMemoryRequest
    url_rule_class = LateRule

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function as it is: nothing of ours is a coroutine, and Flask asks that of fifteen
        functions in each request."""
        return func

    def log_exception(self, exc_info: object) -> None:
        """Say nothing: the usual line holds the address and the exception's message."""


def create_app(
    settings: Settings | None = None, features: Sequence[Feature] | None = None
) -> APIFlask:
    """The whole application, with all features unless others are given. Raises CannotStart and
    UndeclaredPermission."""
    settings = settings or load_settings()
    refuse_unfit_place(settings)
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
    add_features(app, all_features() if features is None else features, choices_off)
    check_every_endpoint(app)
    return app


def _configure(app: APIFlask, settings: Settings) -> None:
    app.config.update(
        SETTINGS=settings,
        SQLALCHEMY_DATABASE_URI=settings.database_uri,
        MAX_CONTENT_LENGTH=settings.max_upload_mb * 1024 * 1024,
        WTF_CSRF_TIME_LIMIT=None,
        # The strict check needs a Referer, which Referrer-Policy keeps browsers from sending.
        WTF_CSRF_SSL_STRICT=False,
        PREFERRED_URL_SCHEME="https" if settings.behind_tls else "http",
    )
    # All templates: beyond four hundred they would drive each other out, and finding one is slower.
    app.jinja_options = {"cache_size": -1}
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension("jinja2.ext.do")
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops
        )


def _add_capabilities(app: APIFlask, settings: Settings) -> None:
    from kash.platform.confinement.telling import init_confinement
    from kash.platform.jobs import init_jobs
    from kash.platform.messages import init_messages, init_sms
    from kash.platform.operations.database_check import init_database_check
    from kash.platform.storage import init_storage
    from kash.platform.vault import init_vault

    vault = init_vault(app, settings)
    app.secret_key = vault.keys.flask_secret
    init_database(app)
    init_storage(app, settings.storage_address)
    init_jobs(app, settings)
    init_messages(app, settings)
    init_sms(app, settings)
    init_confinement(app)
    init_database_check(app)


def _add_web(app: APIFlask, settings: Settings) -> None:
    from kash.accounts.members.vault_sessions import keep_posted
    from kash.accounts.queries.accounts import actor_now
    from kash.accounts.services.accounts import accept_address, choose_language
    from kash.accounts.sessions import leave
    from kash.platform.web.bodies import init_input
    from kash.platform.web.context import Endpoints, init_context
    from kash.platform.web.current_actor import init_actors
    from kash.platform.web.errors import init_errors
    from kash.platform.web.formats import init_formats
    from kash.platform.web.guard import init_guard, init_leaving
    from kash.platform.web.headers import init_headers, init_static
    from kash.platform.web.language import init_language
    from kash.platform.web.logs import init_logs
    from kash.platform.web.metrics import init_counted, init_metrics
    from kash.platform.web.public_address import init_public_address
    from kash.platform.web.taking import init_taking

    init_logs(app, settings.log_level)
    init_headers(app, behind_tls=settings.behind_tls)
    init_static(app)
    init_leaving(app, leave)
    init_guard(
        app,
        sign_in="accounts.sign_in",
        confirm="accounts.confirm_password",
        keep_posted=keep_posted,
    )
    init_input(app)
    CSRFProtect(app)
    init_errors(app)
    init_language(app, str(_ROOT / "translations"))
    init_formats(app)
    init_taking(app)
    init_counted(app)
    init_context(
        app,
        endpoints=Endpoints(
            own_account="accounts.own", sign_out="accounts.sign_out", search="desk.search_page"
        ),
        keep_language=choose_language,
        end_session=leave,
    )
    init_public_address(app, accept_address)
    init_actors(app, actor_now)
    init_metrics(app, token=settings.metrics_token, trusted_proxies=settings.trusted_proxies)


def all_features() -> Sequence[Feature]:
    """All features; with them every table is known."""
    from kash.features import FEATURES

    return FEATURES
