"""In which language a page speaks, and in which zone it tells the time."""

from __future__ import annotations

from typing import Any

from babel import Locale
from babel.support import Translations
from flask import Flask, g, has_request_context, request
from flask_babel import Babel, Domain, get_locale
from markupsafe import Markup

from kash.platform.web.current_actor import current_actor
from kash.platform.web.programme import (
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
    """The language in use, as the document's `lang` says it.

    Flask-Babel lays it beside what is being answered; its own function looks there seven times, and
    a list asks for each of its days.
    """
    return _language() or "en"


def _language() -> str:
    """The language in use, "" if there is none."""
    try:
        locale: Locale | None = g._flask_babel.babel_locale
    except (AttributeError, RuntimeError):
        locale = get_locale()
    return str(locale.language) if locale is not None else ""


class Catalogues(Domain):
    """The catalogue of each of our languages, kept: Flask-Babel writes out its name each time."""

    def __init__(self) -> None:
        super().__init__()
        self._kept: dict[str, Translations] = {}

    def get_translations(self) -> Translations:
        """Of the language in use."""
        language = _language()
        catalogue = self._kept.get(language)
        if catalogue is None:
            catalogue = super().get_translations()
            if language in LANGUAGES:
                self._kept[language] = catalogue
        return catalogue


class TemplateText:
    """`_` and `ngettext` of templates: Flask-Babel's, of which a page calls several hundred.

    Flask-Babel finds the catalogue anew for each, and Jinja calls each through three functions:
    together a third of the time of a list. Every template is HTML, so what is given back is marked
    as such, and values are escaped into it.
    """

    def __init__(self, catalogues: Catalogues) -> None:
        self._catalogue = catalogues.get_translations

    def gettext(self, message: str, /, **values: Any) -> Markup:
        """A message in the language in use, with values escaped into it."""
        text = Markup(self._catalogue().ugettext(message))  # noqa: S704 - ours, from a template
        return text % values if values or "%" in text else text

    def ngettext(self, one: str, many: str, num: int, /, **values: Any) -> Markup:
        """The same by number, which the message may name as `num`."""
        text = Markup(self._catalogue().ungettext(one, many, num))  # noqa: S704 - as above
        return text % {"num": num, **values}


def init_language(app: Flask, translations: str) -> None:
    """Choose language and zone for each request; catalogues lie in the folder `translations`."""
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", translations)
    babel.init_app(app, locale_selector=_locale, timezone_selector=programme_zone)
    catalogues = Catalogues()
    babel.domain_instance = catalogues
    texts = TemplateText(catalogues)
    app.jinja_env.globals.update(_=texts.gettext, gettext=texts.gettext, ngettext=texts.ngettext)
