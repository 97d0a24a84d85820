"""Frame of all pages of filing, with the language that is chosen on the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import refresh

from kash.incidents import filing_words
from kash.incidents.queries.officers import custodians_with_keys
from kash.incidents.queries.outside import outside_contact
from kash.incidents.retention_words import SEVEN_DAYS
from kash.incidents.rules.arrivals import COME_AT
from kash.incidents.rules.outside import Contact
from kash.incidents.rules.receipts import new_token
from kash.incidents.services.alerts import can_tell
from kash.platform.database import utc_now
from kash.platform.web.language import language_code
from kash.platform.web.programme import LANGUAGES, REPORTING_LANGUAGES, reporting_languages


def speak() -> str:
    """Have the page speak the language it was asked for in; which one that is.

    Nothing of the choice is stored: the account's language is not touched.
    """
    asked = [*request.args.getlist("in")[:1], *request.form.getlist("in")]
    chosen = next((code for code in reversed(asked) if code in reporting_languages()), "")
    if chosen:
        g.language = chosen
        refresh()
    return chosen or language_code()


@dataclass(frozen=True)
class Readers:
    """Readers of a report about somebody of the programme, or about a child: names of custodians,
    and to whom somebody can turn outside. `alone`: there is one of them only, so that nobody reads
    what is about that one."""

    names: str
    outside: Contact | None
    alone: bool = False


def told_readers() -> Readers:
    """Readers as somebody is told of them before she sends, and afterwards."""
    names = [name for _key, name in custodians_with_keys()]
    return Readers(", ".join(names), outside_contact(), alone=len(names) == 1)


def shown(template: str, language: str, status: int = 200, **context: Any) -> ResponseReturnValue:
    """A page of filing. Each has a token of its own, by which it is answered again if it sends."""
    names = {**LANGUAGES, **REPORTING_LANGUAGES}
    context.setdefault("token", new_token(utc_now()))
    return (
        render_template(
            f"incidents/{template}",
            language=language,
            spoken=[(code, names[code]) for code in reporting_languages()],
            # The page has a choice of its own, which loses nothing that was typed.
            page_languages=[{"code": language, "label": "", "current": True}],
            words=filing_words,
            seven_days=SEVEN_DAYS,
            hours=", ".join(f"{hour}:00" for hour in COME_AT),
            told=can_tell(),
            **context,
        ),
        status,
    )
