"""How a design will look: a page that is marked as void, as PDF or as a picture."""

from __future__ import annotations

from datetime import date, timedelta

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from kash.certificates.design_pictures import made_once, turn_to_draw
from kash.certificates.paper.assembling import press_design
from kash.certificates.paper.reading import signatories_of, signing_lines
from kash.certificates.paper.wording import days_between, other_language, sentence
from kash.certificates.queries.designs import longest_names
from kash.certificates.rules.designs import DesignContent, longest
from kash.certificates.rules.issuing import grouped
from kash.certificates.rules.readiness import lacks_of
from kash.platform.press import CertificateDesign, CertificateEntry, RenderLimits, print_file
from kash.platform.press.pictures import page_picture
from kash.platform.web.errors import Problem
from kash.platform.web.formats import date_text, hours_text, local_today
from kash.platform.web.programme import programme_languages
from kash.policy import Actor
from kash.settings import Settings

SAMPLE_SERIAL = "0A1B2C3D4E5F"
PICTURE_WIDTH = 1100
# A page of one's own writing must not keep anybody waiting, or fill the memory.
_LIMITS = RenderLimits(seconds=20, megabytes=1024)


class NotDrawn(Problem):
    """A design of one's own with something in it that is never set."""

    status = 422


def sample_name() -> str:
    """An invented person."""
    return "Zawadi Kielelezo"


def longest_name(actor: Actor) -> str:
    """Of the people within reach the printed name that takes most room; a long one if none."""
    return longest(longest_names(actor)) or "Mwanaidi Tumaini Rehema wa Kielelezo Sampuli"


def preview(content: DesignContent, name: str, *, design_id: int, language: str = "") -> bytes:
    """A certificate that was never issued, for whoever decides on its design, as PDF.

    Signatures stand on it only where their owners allowed it. Raises RenderError, and NotDrawn
    for markup that is not taken; BeingDrawn while something else is drawn.
    """
    design, entry, _language = _sample(content, name, design_id, language)
    with turn_to_draw():
        return print_file(design, [entry], limits=_LIMITS)


def _sample(
    content: DesignContent, name: str, design_id: int, language: str
) -> tuple[CertificateDesign, CertificateEntry, str]:
    language = language or programme_languages()[0]
    if content.base == "own" and any(lack.kind != "empty" for lack in lacks_of(content)):
        raise NotDrawn(_("Put right what is listed first; then there is something to see."))
    with force_locale(language):
        lines = signing_lines(content, None, None, language)
        design = press_design(
            content,
            language,
            signatories=signatories_of(lines, design_id),
            void=_("Void"),
        )
        return design, _sample_entry(content, name, language), language


def preview_picture(pdf: bytes) -> bytes:
    """The page as PNG. Raises RenderError."""
    return page_picture(pdf, PICTURE_WIDTH)


def kept_picture(content: DesignContent, name: str, *, design_id: int) -> bytes:
    """A design with the invented person or the longest name, as PNG, made once.

    Raises RenderError, NotDrawn, and BeingDrawn while something else is drawn.
    """
    design, entry, language = _sample(content, name, design_id, "")
    return made_once(
        (design, entry, language),
        lambda: preview_picture(print_file(design, [entry], limits=_LIMITS)),
    )


def _sample_entry(content: DesignContent, name: str, language: str) -> CertificateEntry:
    settings: Settings = current_app.config["SETTINGS"]
    today = local_today()
    first, last = today - timedelta(days=4), today - timedelta(days=3)
    later = date(today.year + 2, today.month, 1)
    own = content.base == "own"
    second = ""
    if content.bilingual:
        other = other_language(language)
        with force_locale(other):
            second = _sample_sentence(content, other, first, last)
    return CertificateEntry(
        serial=grouped(SAMPLE_SERIAL),
        printed_name=name,
        body=_sample_sentence(content, language, first, last),
        qr=f"{settings.public_url}/verify#{SAMPLE_SERIAL}",
        course_title=_("Working Together"),
        date_text=_("Issued on %(day)s", day=date_text(today)),
        hours_text=_("Hours attended: %(hours)s", hours=hours_text(720)) if content.hours else "",
        # Only a design of one's own may mark it and need to be seen with it.
        expires_text=_("Valid until %(day)s", day=date_text(later)) if own else "",
        body_second=second,
    )


def _sample_sentence(content: DesignContent, language: str, first: date, last: date) -> str:
    title = _("Working Together")
    days = days_between(first, last, language)
    usual = _("took part in %(title)s, held %(days)s.", title=title, days=days)
    return sentence(content, language, usual, title, days)
