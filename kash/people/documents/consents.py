"""The consent form on paper: what is asked, word for word, and lines to sign."""

from __future__ import annotations

from collections.abc import Sequence

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from kash.people import words
from kash.people.consent_texts import TEXTS
from kash.people.form_languages import form_language
from kash.people.models import Person
from kash.people.rules.persons import purposes_for
from kash.platform.database import db
from kash.platform.jobs import JobResult, Progress
from kash.platform.press import PagedDocument, document
from kash.platform.web.language import LANGUAGES, brand, programme_languages
from kash.platform.web.paper import logo_address
from kash.platform.web.programme import paper_wording


def language_name(code: str) -> str:
    """A language under its own name."""
    return str(words.LANGUAGE.get(code) or LANGUAGES.get(code, code))


def consent_form(person: Person) -> bytes:
    """One person's form as PDF. Her name stands on it only if it may; a code does in any case.

    Raises RenderError.
    """
    return _printed(_sheet(person), form_language(person)[0])


def _sheet(person: Person) -> str:
    """One person's form, in the language in which it is printed for her."""
    language, own = form_language(person)
    with force_locale(language):
        # Without what every page is given: the worker draws for nobody who is signed in.
        return current_app.jinja_env.get_template("people/paper/consent.html").render(
            person=person,
            texts={one: TEXTS[one] for one in purposes_for(police=person.group.is_police)},
            purposes=words.PURPOSE,
            organisation=brand(),
            wanted=None if own else language_name(person.language),
            printed_in=language_name(language),
            logo=logo_address(paper_wording(), "consents"),
        )


def _printed(html: str, language: str) -> bytes:
    with force_locale(language):
        paged = PagedDocument(
            html=html,
            title=_("What I agree to"),
            language=language,
            kind="names",
            footer_left=_("Keep this sheet locked away."),
        )
        return document(paged)


def make_consent_forms(progress: Progress, *, people: Sequence[str]) -> JobResult:
    """The forms of several people as one PDF, each on a sheet of its own, by name."""
    found = db.session.scalars(
        select(Person).where(Person.public_id.in_(people)).order_by(Person.sort_name, Person.id)
    ).all()
    sheets = []
    for number, person in enumerate(found, 1):
        language = form_language(person)[0]
        sheets.append(f'<div class="sheet" lang="{language}">{_sheet(person)}</div>')
        progress.report(number, len(found))
    db.session.rollback()
    content = _printed("".join(sheets), programme_languages()[0])
    return JobResult("consent-forms.pdf", "application/pdf", content)
