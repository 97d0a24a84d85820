"""Wording of certificates: headings, sentences and days, in one language or two."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from babel.dates import format_date
from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from kash.certificates.rules.designs import (
    DesignContent,
    filled_sentence,
)
from kash.platform.press import CertificateWording
from kash.platform.web.language import brand
from kash.settings import Settings

# The language in which a certificate says it a second time.
_OTHER = {"en": "sw", "sw": "en"}


def other_language(language: str) -> str:
    """The language of the second heading and sentence."""
    return _OTHER.get(language, "en")


def days_between(first: date, last: date, language: str) -> str:
    """Days as a certificate says them: one day, or from one to another."""

    def written(day: date, pattern: str) -> str:
        return format_date(day, pattern, locale=language)

    if first == last:
        return _("on %(day)s", day=written(first, "d MMMM y"))
    pattern = "d" if (first.month, first.year) == (last.month, last.year) else "d MMMM"
    pattern = "d MMMM y" if first.year != last.year else pattern
    return _(
        "from %(first)s to %(last)s",
        first=written(first, pattern),
        last=written(last, "d MMMM y"),
    )


@dataclass(frozen=True)
class UsualWords:
    """Words that stand on certificates if a design says nothing else, in one language."""

    heading: str
    certify_line: str
    sentence: str


def usual_words(language: str) -> UsualWords:
    """The usual words, the sentence with its fields in square brackets."""
    with force_locale(language):
        return UsualWords(
            _("Certificate of Participation"),
            _("This is to certify that"),
            _("took part in %(title)s, held %(days)s.", title="[title]", days="[days]"),
        )


def sentence(content: DesignContent, language: str, usual: str, title: str, days: str) -> str:
    """The sentence below the name: the design's own, filled in, else the usual one."""
    words = content.words.get(language)
    if words is None or not words.sentence:
        return usual
    return filled_sentence(words.sentence, {"title": title, "days": days, "organisation": brand()})


def wording_of(content: DesignContent, language: str) -> CertificateWording:
    settings: Settings = current_app.config["SETTINGS"]
    address = f"{settings.public_url}/verify".split("://", 1)[1]
    other = other_language(language)
    heading, certify = _said(content, language)
    second_heading, second_certify = _said(content, other) if content.bilingual else ("", "")
    with force_locale(language):
        return CertificateWording(
            heading=heading,
            certify_line=certify,
            organisation=brand(),
            check_line=_("Check: %(address)s", address=address),
            subheading=second_heading,
            subheading_language=other,
            certify_line_second=second_certify,
        )


def _said(content: DesignContent, language: str) -> tuple[str, str]:
    usual, words = usual_words(language), content.words.get(language)
    if words is None:
        return usual.heading, usual.certify_line
    return words.heading or usual.heading, words.certify_line or usual.certify_line
