"""What goes onto paper: the certificates of a batch, and the sheet on which names are confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask import current_app, render_template
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from kash.accounts.models import Account
from kash.certificates.models import Certificate, CertificateBatch
from kash.certificates.queries import Candidate, certificates_of
from kash.certificates.rules import grouped, last_day, qr_text
from kash.database import db, utc_now
from kash.jobs import JobResult, Progress, job
from kash.press import (
    CertificateDesign,
    CertificateEntry,
    CertificateWording,
    PagedDocument,
    Signatory,
    document,
    print_file,
    zip_file,
)
from kash.press.certificate_values import DesignName
from kash.settings import Settings
from kash.web.formats import date_text, hours_text, local_today
from kash.web.language import brand, programme_zone
from kash.web.paper import logo_address
from kash.web.programme import paper_wording
from kash.workshops.models import Facilitator, Workshop

# What stands where a serial will be, on previews.
NO_SERIAL = "000000000000"
_OTHER_HEADING = {"en": ("Cheti cha Ushiriki", "sw"), "sw": ("Certificate of Participation", "en")}
_DESIGNS: dict[str, DesignName] = {"classic": "classic", "modern": "modern", "plain": "plain"}


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


def verification_address() -> str:
    """Where anyone can check a serial."""
    return f"{_settings().public_url}/verify"


def days_in_words(workshop: Workshop, language: str) -> str:
    """The workshop's days as a certificate says them: one day, or from one to another."""

    def written(day: object, pattern: str) -> str:
        return format_date(day, pattern, locale=language)  # type: ignore[arg-type]

    first, last = workshop.starts_on, workshop.ends_on
    if first == last:
        return _("on %(day)s", day=written(first, "d MMMM y"))
    pattern = "d" if (first.month, first.year) == (last.month, last.year) else "d MMMM"
    pattern = "d MMMM y" if first.year != last.year else pattern
    return _(
        "from %(first)s to %(last)s",
        first=written(first, pattern),
        last=written(last, "d MMMM y"),
    )


def _signatories(batch: CertificateBatch) -> tuple[Signatory, ...]:
    """The lead facilitator, whoever approved the batch, and a third if the programme has one."""
    lead = db.session.scalar(
        select(Account.name)
        .join(Facilitator, Facilitator.account_id == Account.id)
        .where(Facilitator.workshop_id == batch.workshop_id)
        .order_by(Facilitator.lead.desc(), Facilitator.id)
        .limit(1)
    )
    approver = db.session.scalar(
        select(Account.name).where(Account.public_id == (batch.approved_by or ""))
    )
    wording = paper_wording()
    signing = []
    if lead:
        signing.append(Signatory(lead, wording.signer(0).title or _("Lead trainer")))
    second = wording.signer(1)
    signing.append(
        Signatory(second.name or approver or brand(), second.title or _("For the programme"))
    )
    third = wording.signer(2)
    if third.title:
        signing.append(Signatory(third.name or brand(), third.title))
    return tuple(signing)


def _design(batch: CertificateBatch, language: str) -> CertificateDesign:
    other, other_language = _OTHER_HEADING.get(language, _OTHER_HEADING["en"])
    shown_address = verification_address().split("://", 1)[1]
    issued = batch.issued_at.astimezone(ZoneInfo(programme_zone())) if batch.issued_at else None
    return CertificateDesign(
        name=_DESIGNS[batch.design_version.content["base"]],
        language=language,
        wording=CertificateWording(
            heading=_("Certificate of Participation"),
            certify_line=_("This is to certify that"),
            organisation=brand(),
            check_line=_("Check: %(address)s", address=shown_address),
            subheading=other,
            subheading_language=other_language,
        ),
        signatories=_signatories(batch),
        dated=issued,
        logo=logo_address(paper_wording(), "certificates"),
    )


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


def _entry(certificate: Certificate, batch: CertificateBatch, language: str) -> CertificateEntry:
    serial = certificate.serial or NO_SERIAL
    workshop = _taught_in(certificate, batch)
    days = days_in_words(workshop, language)
    title = certificate.public_title
    if certificate.renews_id is not None:
        body = _(
            "took part in %(title)s, held %(days)s, and has renewed it.", title=title, days=days
        )
    else:
        body = _("took part in %(title)s, held %(days)s.", title=title, days=days)
    expires = (
        certificate.expires_on if certificate.serial else _would_hold_until(certificate, batch)
    )
    return CertificateEntry(
        serial=grouped(serial),
        printed_name=certificate.printed_name,
        body=body,
        course_title=title,
        hours_text=_("Hours attended: %(hours)s", hours=hours_text(certificate.minutes)),
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
    """What the press needs for these certificates, in the language of the course version."""
    language = batch.workshop.version.language
    with force_locale(language):
        entries = [_entry(certificate, batch, language) for certificate in certificates]
        return _design(batch, language), entries


def _printable(public_id: str) -> tuple[CertificateDesign, list[CertificateEntry]]:
    batch = db.session.scalars(
        select(CertificateBatch).where(CertificateBatch.public_id == public_id)
    ).one()
    standing = [
        one
        for one in certificates_of(batch)
        if one.serial and one.revoked_at is None and one.person.prints_name
    ]
    made = design_and_entries(batch, standing)
    # The press works for a while: the read transaction must not stay open meanwhile.
    db.session.rollback()
    return made


@job("certificates.print_file", resumable=True)
def make_print_file(progress: Progress, *, batch: str) -> JobResult:
    """One PDF of all certificates of a batch that still hold and whose names may be printed."""
    design, entries = _printable(batch)
    content = print_file(design, entries, progress=progress.report)
    return JobResult("certificates.pdf", "application/pdf", content)


@job("certificates.zip_file", resumable=True)
def make_zip_file(progress: Progress, *, batch: str) -> JobResult:
    """A zip with one PDF for each certificate of a batch that still holds, named by serial."""
    design, entries = _printable(batch)
    content = zip_file(design, entries, progress=progress.report)
    return JobResult("certificates.zip", "application/zip", content)


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
                title=_("Names"),
                language=language,
                kind="names",
                footer_left=paper_wording().footer or brand(),
                dated=utc_now(),
            )
        )
