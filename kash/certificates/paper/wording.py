"""Wording of certificates: headings, sentences and days, in one language or two. Assembling of
what the press prints, from a version of a design and a batch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from kash.certificates.models import CertificateBatch
from kash.certificates.paper.reading import (
    funder_marks,
    signatories_of,
    signing_lines,
    stored_pictures,
)
from kash.certificates.queries.designs import images
from kash.certificates.rules.designs import DesignContent, content_from, filled_sentence
from kash.certificates.rules.issuing import own_design
from kash.platform.press import CertificateDesign, CertificateWording, Signatory
from kash.platform.press.certificate_values import (
    CertificatePage,
    DesignName,
    FunderPicture,
    OwnDesign,
)
from kash.platform.web.paper import logo_address
from kash.platform.web.programme import brand, paper_wording, programme_zone
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


_NAMES: dict[str, DesignName] = {
    "classic": "classic",
    "modern": "modern",
    "plain": "plain",
    "own": "own",
}
_PAGES: dict[str, CertificatePage] = {"A4": "A4", "A5": "A5", "letter": "letter"}


def press_design(
    content: DesignContent,
    language: str,
    *,
    signatories: tuple[Signatory, ...],
    marks: tuple[FunderPicture, ...] = (),
    dated: datetime | None = None,
    void: str = "",
) -> CertificateDesign:
    """Design as the press needs it. Pictures are read from the store."""
    pictures = stored_pictures({key: image.key for key, image in images(content.image_ids).items()})
    logo = (
        logo_address(paper_wording(), "certificates")
        if content.logo == "programme"
        else pictures.get(content.logo, "")
    )
    own = None
    if content.base == "own":
        named = {name: pictures.get(key, "") for name, key in content.pictures.items()}
        markup = own_design(content)
        own = OwnDesign(html=markup.html, css=markup.css, images=named)
    return CertificateDesign(
        name=_NAMES[content.base],
        language=language,
        wording=wording_of(content, language),
        signatories=signatories,
        accent=content.accent or None,
        dated=dated,
        logo=logo,
        seal=pictures.get(content.seal, ""),
        marks=marks if content.marks else (),
        page=_PAGES[content.page],
        own=own,
        void=void,
    )


def batch_design(batch: CertificateBatch, language: str, void: str = "") -> CertificateDesign:
    """The design of a batch by the version that it keeps, as it stood when it was issued.

    Signatures and marks that were allowed then stay on it; before that, what is allowed now.
    """
    version = batch.design_version
    content = content_from(version.content)
    lines = signing_lines(content, batch.workshop, batch.approved_by, language)
    issued = batch.issued_at
    return press_design(
        content,
        language,
        signatories=signatories_of(lines, version.design_id, batch.id, issued),
        marks=funder_marks(batch.workshop, issued),
        dated=issued.astimezone(ZoneInfo(programme_zone())) if issued else None,
        void=void,
    )
