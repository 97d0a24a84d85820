"""The consent form on paper: what is asked, word for word, and lines to sign."""

from __future__ import annotations

from flask import render_template
from flask_babel import force_locale
from flask_babel import gettext as _

from kash.people import words
from kash.people.consent_texts import TEXTS
from kash.people.models import Person
from kash.press import PagedDocument, document
from kash.web.language import LANGUAGES, brand, programme_languages
from kash.web.paper import logo_address
from kash.web.programme import paper_wording


def form_language(person: Person) -> tuple[str, bool]:
    """In which language a person's form is printed, and whether it is her own.

    A language that the programme doesn't have gives way to its usual one.
    """
    offered = programme_languages()
    if person.language in offered:
        return person.language, True
    return offered[0], not person.language


def language_name(code: str) -> str:
    """A language under its own name."""
    return str(words.LANGUAGE.get(code) or LANGUAGES.get(code, code))


def consent_form(person: Person) -> bytes:
    """One person's form as PDF. Her name stands on it only if it may; a code does in any case.

    Raises RenderError.
    """
    language, own = form_language(person)
    with force_locale(language):
        paged = PagedDocument(
            html=render_template(
                "people/paper/consent.html",
                person=person,
                texts=TEXTS,
                purposes=words.PURPOSE,
                organisation=brand(),
                wanted=None if own else language_name(person.language),
                printed_in=language_name(language),
                logo=logo_address(paper_wording(), "consents"),
            ),
            title=_("What I agree to"),
            language=language,
            kind="names",
            footer_left=_("Keep this sheet locked away."),
        )
        return document(paged)
