"""Papers of a batch: its certificates, and the sheet on which names are confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from flask import current_app, render_template
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from kash.certificates.models import Certificate, CertificateBatch
from kash.certificates.paper import batch_design, days_between, other_language, sentence
from kash.certificates.queries.issuing import Candidate, certificates_of
from kash.certificates.rules.designs import DesignContent, content_from
from kash.certificates.rules.issuing import grouped, last_day, qr_text
from kash.platform.database import db, utc_now
from kash.platform.jobs import JobResult, Progress
from kash.platform.press import (
    CertificateDesign,
    CertificateEntry,
    PagedDocument,
    RenderLimits,
    cards,
    document,
    print_file,
    print_pieces,
    zip_file_pieces,
)
from kash.platform.web.formats import date_text, hours_text, local_today
from kash.platform.web.programme import brand, paper_wording
from kash.settings import Settings
from kash.workshops.models import Workshop

# What stands where a serial will be, on previews.
NO_SERIAL = "000000000000"


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


def verification_address() -> str:
    """Where anyone can check a serial."""
    return f"{_settings().public_url}/verify"


def days_in_words(workshop: Workshop, language: str) -> str:
    """The workshop's days as a certificate says them: one day, or from one to another."""
    return days_between(workshop.starts_on, workshop.ends_on, language)


def _taught_in(certificate: Certificate, batch: CertificateBatch) -> Workshop:
    """The workshop that a certificate is about: of a renewal that of the first one."""
    first = certificate
    while first.renews is not None:
        first = first.renews
    return batch.workshop if first is certificate else first.batch.workshop


def _would_hold_until(certificate: Certificate, batch: CertificateBatch) -> date | None:
    """The last day of a certificate that is not issued yet, if it were issued today."""
    if certificate.supersedes is not None:
        return certificate.supersedes.expires_on
    follows = certificate.renews.expires_on if certificate.renews is not None else None
    return last_day(local_today(), batch.rule.months_valid, follows=follows)


def _sentence(
    certificate: Certificate, workshop: Workshop, content: DesignContent, language: str
) -> str:
    """The sentence below the name, in this language."""
    title = certificate.public_title
    with force_locale(language):
        days = days_in_words(workshop, language)
        if certificate.renews_id is not None:
            usual = _(
                "took part in %(title)s, held %(days)s, and has renewed it.", title=title, days=days
            )
        else:
            usual = _("took part in %(title)s, held %(days)s.", title=title, days=days)
    return sentence(content, language, usual, title, days)


def _entry(
    certificate: Certificate, batch: CertificateBatch, content: DesignContent, language: str
) -> CertificateEntry:
    serial = certificate.serial or NO_SERIAL
    workshop = _taught_in(certificate, batch)
    other = other_language(language)
    hours = _("Hours attended: %(hours)s", hours=hours_text(certificate.minutes))
    expires = (
        certificate.expires_on if certificate.serial else _would_hold_until(certificate, batch)
    )
    return CertificateEntry(
        serial=grouped(serial),
        printed_name=certificate.printed_name,
        body=_sentence(certificate, workshop, content, language),
        body_second=_sentence(certificate, workshop, content, other) if content.bilingual else "",
        course_title=certificate.public_title,
        hours_text=hours if content.hours else "",
        date_text=_("Issued on %(day)s", day=date_text(certificate.issued_on or local_today())),
        expires_text=_("Valid until %(day)s", day=date_text(expires)) if expires else "",
        qr=(
            qr_text(_settings().public_url, certificate.payload)
            if certificate.payload
            else f"{verification_address()}#{serial}"
        ),
    )


def design_and_entries(
    batch: CertificateBatch, certificates: Sequence[Certificate]
) -> tuple[CertificateDesign, list[CertificateEntry]]:
    """Design and entries of these certificates as the press needs them, in the language of the
    course version."""
    language = batch.workshop.version.language
    content = content_from(batch.design_version.content)
    with force_locale(language):
        entries = [_entry(certificate, batch, content, language) for certificate in certificates]
    return batch_design(batch, language), entries


def _printable(public_id: str) -> tuple[CertificateDesign, list[CertificateEntry]]:
    batch = db.session.scalars(
        select(CertificateBatch).where(CertificateBatch.public_id == public_id)
    ).one()
    standing = [
        certificate
        for certificate in certificates_of(batch)
        if certificate.serial and certificate.revoked_at is None and certificate.person.prints_name
    ]
    design_entries = design_and_entries(batch, standing)
    # The press works for a while: the read transaction must not stay open meanwhile.
    db.session.rollback()
    return design_entries


def make_print_file(progress: Progress, *, batch: str) -> JobResult:
    """One PDF of all certificates of a batch that still hold and whose names may be printed."""
    design, entries = _printable(batch)
    pieces = print_pieces(design, entries, progress=progress.report)
    return JobResult("certificates.pdf", "application/pdf", pieces)


def make_zip_file(progress: Progress, *, batch: str) -> JobResult:
    """A zip with one PDF for each certificate of a batch that still holds, named by serial."""
    design, entries = _printable(batch)
    pieces = zip_file_pieces(design, entries, progress=progress.report)
    return JobResult("certificates.zip", "application/zip", pieces)


# A thousand cards take a second or two; those in other scripts are set one by one.
_CARD_LIMITS = RenderLimits(seconds=300)


def make_cards(progress: Progress, *, batch: str) -> JobResult:
    """One PDF of cards, several on a sheet, for all whose certificate still holds.

    On the paper for which the design was made.
    """
    design, entries = _printable(batch)
    pdf = cards(
        design.wording,
        entries,
        language=design.language,
        sheet=design.page,
        dated=design.dated,
        limits=_CARD_LIMITS,
    )
    progress.report(len(entries))
    return JobResult("cards.pdf", "application/pdf", pdf)


def _void(design: CertificateDesign) -> CertificateDesign:
    """The same with a mark across it: it must not pass for a certificate that holds."""
    with force_locale(design.language):
        return replace(design, void=_("Void"))


def single_certificate(certificate: Certificate) -> bytes:
    """One certificate, made at once; marked as void if it was revoked or replaced."""
    design, entries = design_and_entries(certificate.batch, [certificate])
    return print_file(_void(design) if certificate.revoked_at else design, entries)


def preview(batch: CertificateBatch, certificates: Sequence[Certificate]) -> bytes:
    """How some of a batch will look, marked as void; what is not issued has no true serial."""
    design, entries = design_and_entries(batch, certificates)
    return print_file(_void(design), entries)


def name_sheet(
    workshop: Workshop, people: Sequence[Candidate], letter: str, language: str
) -> bytes:
    """The name-proof sheet of one group: each checks how her name will be printed, and signs."""
    with force_locale(language):
        return document(
            PagedDocument(
                html=render_template(
                    "certificates/paper/names.html",
                    workshop=workshop,
                    people=people,
                    letter=letter,
                    title=workshop.version.public_title,
                    days=days_in_words(workshop, language),
                ),
                title=_(
                    "Printed names: %(title)s, sheet %(letter)s",
                    title=workshop.version.public_title,
                    letter=letter,
                ),
                language=language,
                kind="names",
                footer_left=paper_wording().footer or brand(),
                dated=utc_now(),
            )
        )
