"""In which language a page speaks, and in which zone it tells the time."""

from __future__ import annotations

from flask import Flask, g, has_request_context, request
from flask_babel import Babel, get_locale

from kash.web.acting import current_actor
from kash.web.programme import (
    LANGUAGES,
    brand,
    programme_facts,
    programme_languages,
    programme_zone,
)

COOKIE = "language"

__all__ = [
    "COOKIE",
    "LANGUAGES",
    "brand",
    "init_language",
    "language_code",
    "programme_facts",
    "programme_languages",
    "programme_zone",
]

babel = Babel()


def _locale() -> str | None:
    """The account's language, else the one chosen on this device, else the browser's."""
    forced = g.get("language")
    if forced:
        return str(forced)
    if not has_request_context():
        return None
    offered = programme_languages()
    actor = current_actor()
    if actor.account_id is not None and actor.language in offered:
        return actor.language
    chosen = request.cookies.get(COOKIE)
    if chosen in offered:
        return chosen
    facts = programme_facts()
    fallback = facts.default_language if facts is not None else offered[0]
    return request.accept_languages.best_match(offered, fallback)


def language_code() -> str:
    """The language in use, as the document's `lang` says it."""
    locale = get_locale()
    return str(locale.language) if locale is not None else "en"


def init_language(app: Flask, translations: str) -> None:
    """Choose language and zone for each request; catalogues lie in the folder `translations`."""
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", translations)
    babel.init_app(app, locale_selector=_locale, timezone_selector=programme_zone)
