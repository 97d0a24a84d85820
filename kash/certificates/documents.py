"""Pictures of designs: each is made once, one at a time on this machine, and kept for a day. A
picture may show signatures and the longest name among somebody's people, so it is kept sealed,
under a keyed hash of everything it was made from. Wording of certificates: headings, sentences and
days, in one language or two. Assembling of what the press prints, from a version of a design and a
batch. Reading of what stands on a certificate beside its words: signatures, marks and pictures.
Papers of a batch: its certificates, and the sheet on which names are confirmed."""

from __future__ import annotations

import fcntl
import io
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask import current_app, render_template
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import escape
from sqlalchemy import select

from kash.accounts.queries.accounts import names_of
from kash.certificates.models import Certificate, CertificateBatch, SignatureImage
from kash.certificates.queries.designs import (
    images,
    lead_of,
    marks_at,
    signatures_at,
    version_in_use,
)
from kash.certificates.queries.issuing import Candidate, candidates, certificates_of
from kash.certificates.rules.designs import (
    DesignContent,
    Signer,
    SignerKind,
    Words,
    content_from,
    filled_sentence,
)
from kash.certificates.rules.issuing import grouped, last_day, own_design, qr_text
from kash.platform import storage
from kash.platform.database import db, utc_now
from kash.platform.jobs import JobResult, Progress
from kash.platform.press import (
    CertificateDesign,
    CertificateEntry,
    CertificateWording,
    PagedDocument,
    RenderLimits,
    Signatory,
    cards,
    document,
    print_file,
    print_pieces,
    zip_file_pieces,
)
from kash.platform.press.certificate_values import (
    CertificatePage,
    DesignName,
    FunderPicture,
    OwnDesign,
)
from kash.platform.vault import SealError, lookup, open_file, open_sealed, seal_file
from kash.platform.web.errors import Problem, one_or_404
from kash.platform.web.formats import date_text, hours_text, local_today
from kash.platform.web.pictures import data_address
from kash.platform.web.programme import brand, logo_address, paper_wording, programme_zone
from kash.policy import Actor
from kash.settings import Settings
from kash.workshops.models import Workshop

FOLDER = "design-pictures"
_KIND = "certificates.design_picture"
# The day on which it was made stands on each, so that an older one is never asked for again.
_KEPT = timedelta(days=1)
MOST_KEPT = 60
# By its width a page tells the picture that stands in for one that is being made.
STAND_IN = (1099, 777)


class BeingDrawn(Problem):
    """Something else is being drawn; this comes later."""

    status = 503
    sentence = _l("Another page is being drawn. Try again in a moment.")


@contextmanager
def turn_to_draw() -> Iterator[None]:
    """Draw one thing at a time, for all who ask: each takes a process of its own for a second or
    two.

    Raises BeingDrawn at once, so that no request waits for another's picture.
    """
    settings: Settings = current_app.config["SETTINGS"]
    path = settings.data_dir / "drawing-turn"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BeingDrawn from None
        yield
    finally:
        # Closing gives the turn away, and so does dying.
        os.close(descriptor)


def made_once(made_from: object, make: Callable[[], bytes]) -> bytes:
    """The picture that is kept of exactly this, or that `make` makes now. Raises BeingDrawn, and
    what `make` raises."""
    key = lookup(repr(made_from), kind=_KIND)
    picture = _kept(key)
    if picture is not None:
        return picture
    with turn_to_draw():
        # A person who had the turn before may have made it.
        picture = _kept(key)
        if picture is None:
            picture = make()
            _keep(key, picture)
    return picture


def _kept(key: str) -> bytes | None:
    try:
        sealed = storage.get(f"{FOLDER}/{key}")
        return b"".join(open_file(io.BytesIO(sealed), kind=_KIND, public_id=key[:16]))
    except (storage.FileMissing, SealError):
        return None


def _keep(key: str, picture: bytes) -> None:
    pieces = seal_file(io.BytesIO(picture), kind=_KIND, public_id=key[:16])
    storage.put(f"{FOLDER}/{key}", b"".join(pieces))
    forget_old_pictures()


def forget_old_pictures() -> None:
    """Delete pictures that are older than a day, and the oldest where there are many."""
    files = sorted(storage.list(FOLDER), key=lambda file: file.changed_at, reverse=True)
    old = utc_now() - _KEPT
    for at, file in enumerate(files):
        if at >= MOST_KEPT or file.changed_at < old:
            storage.delete(file.key)


def stand_in() -> bytes:
    """Picture, as SVG, that stands in the place of one that is being made."""
    width, height = STAND_IN
    words = escape(_("The picture is being made."))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}"><rect width="100%" height="100%" fill="#f4f1ea"/>'
        f'<text x="50%" y="50%" text-anchor="middle" font-family="sans-serif" font-size="40" '
        f'fill="#4a4a4a">{words}</text></svg>'
    ).encode()


# Who stands in the place of the lead trainer on previews: invented.
SAMPLE_LEAD = "Amani Mfano"


@dataclass(frozen=True)
class SignatureLine:
    """A line to sign on: who and as what, and whose signature may stand there, if anybody's."""

    name: str
    role: str
    account: str = ""


def signing_lines(
    content: DesignContent, workshop: Workshop | None, approved_by: str | None, language: str
) -> list[SignatureLine]:
    """Lines of those who sign, in order. Without a workshop there is a word in the lead trainer's
    place."""
    with force_locale(language):
        signers = content.signers or _usual_signers()
        lead = lead_of(workshop) if workshop is not None else ("", SAMPLE_LEAD)
        names = names_of([approved_by, *(signer.account for signer in signers)])
        found = [_line(signer, lead, approved_by, names) for signer in signers]
    lines = [line for line in found if line is not None]
    return lines[:4] or [SignatureLine(brand(), "")]


def _usual_signers() -> tuple[Signer, ...]:
    """Signers by the programme's settings: lead, approver, and perhaps a third."""
    wording = paper_wording()
    second, third = wording.signer(1), wording.signer(2)
    signers = [
        Signer(SignerKind.LEAD, role=wording.signer(0).title),
        Signer(SignerKind.NAMED, name=second.name, role=second.title or _("For the programme"))
        if second.name
        else Signer(SignerKind.APPROVER, role=second.title),
    ]
    if third.title:
        signers.append(Signer(SignerKind.NAMED, name=third.name or brand(), role=third.title))
    return tuple(signers)


def _line(
    signer: Signer, lead: tuple[str, str] | None, approved_by: str | None, names: dict[str, str]
) -> SignatureLine | None:
    if signer.kind is SignerKind.LEAD:
        role = signer.role or _("Lead trainer")
        return SignatureLine(lead[1], role, lead[0]) if lead is not None else None
    if signer.kind is SignerKind.APPROVER:
        account = approved_by or ""
        return SignatureLine(
            names.get(account, brand()), signer.role or _("For the programme"), account
        )
    if signer.kind is SignerKind.ACCOUNT:
        return SignatureLine(names.get(signer.account, brand()), signer.role, signer.account)
    return SignatureLine(signer.name, signer.role)


def signatories_of(
    lines: Sequence[SignatureLine],
    design_id: int,
    batch_id: int | None = None,
    moment: datetime | None = None,
) -> tuple[Signatory, ...]:
    """The lines with the signatures that may stand there: see `signatures_at`."""
    allowed = signatures_at(
        (line.account for line in lines), design_id=design_id, batch_id=batch_id, moment=moment
    )
    return tuple(
        Signatory(line.name, line.role, picture_of(allowed.get(line.account))) for line in lines
    )


def picture_of(signature: SignatureImage | None) -> str:
    return data_address(signature_picture(signature)) if signature is not None else ""


def signature_picture(signature: SignatureImage) -> bytes:
    """The picture of a signature, unsealed, as PNG."""
    return open_sealed(signature.sealed, kind="signature", public_id=signature.public_id)


def stored_pictures(keys: dict[str, str]) -> dict[str, str]:
    """The stored pictures as `data:` addresses; one that is gone is empty."""

    def read(key: str) -> str:
        try:
            return data_address(storage.get(key))
        except storage.StorageError:
            # Paper without its picture is better than none.
            return ""

    return {name: read(key) for name, key in keys.items()}


def funder_marks(workshop: Workshop, moment: datetime | None) -> tuple[FunderPicture, ...]:
    """The marks of a workshop's funders, at most four."""
    marks = marks_at(workshop, moment)[:4]
    pictures = stored_pictures({mark.public_id: mark.key for _name, mark in marks})
    return tuple(
        FunderPicture(name, pictures[mark.public_id])
        for name, mark in marks
        if pictures[mark.public_id]
    )


def batch_lines(batch: CertificateBatch) -> list[SignatureLine]:
    """Lines of those who sign the certificates of a batch."""
    content = content_from(batch.design_version.content)
    return signing_lines(
        content, batch.workshop, batch.approved_by, batch.workshop.version.language
    )


def signing_of(batch: CertificateBatch, actor: Actor) -> list[dict[str, object]]:
    """Places of those who sign the certificates of a batch; of each whether the picture of a
    signature stands there, and whether it is the actor's own."""
    lines = batch_lines(batch)
    allowed = signatures_at(
        (line.account for line in lines),
        design_id=batch.design_version.design_id,
        batch_id=batch.id,
        moment=batch.issued_at,
    )
    return [
        {
            "name": line.name,
            "role": line.role,
            "printed": line.account in allowed,
            "mine": line.account == actor.public_id,
        }
        for line in lines
    ]


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
        "from %(first)s to %(last)s", first=written(first, pattern), last=written(last, "d MMMM y")
    )


def usual_words(language: str) -> Words:
    """The usual words, the sentence with its fields in square brackets."""
    with force_locale(language):
        return Words(
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


def specimen(workshop: Workshop, design: str) -> bytes:
    """A certificate of a workshop that counts for nothing: with the name of somebody in it, if
    there is anybody, no serial, and a code that leads nowhere."""
    language = workshop.version.language
    people = [person for person in candidates(workshop) if person.name_may_be_printed]
    content = content_from(one_or_404(version_in_use(design)).content)
    void = f"{_specimen('en')} · {_specimen('sw')}"
    with force_locale(language):
        days = days_in_words(workshop, language)
        title = workshop.version.public_title
        usual = _("took part in %(title)s, held %(days)s.", title=title, days=days)
        entry = CertificateEntry(
            serial=void,
            printed_name=people[0].printed_name if people else _("Name"),
            body=sentence(content, language, usual, title, days),
            course_title=title,
            date_text=_("Issued on %(day)s", day=date_text(local_today())),
            qr=void,
        )
        lines = signing_lines(content, workshop, None, language)
        # Nobody signs what counts for nothing: the lines stay empty.
        signatories = tuple(Signatory(line.name, line.role) for line in lines)
        printed = press_design(content, language, signatories=signatories, void=void)
    return print_file(replace(printed, wording=replace(printed.wording, check_line=void)), [entry])


def _specimen(language: str) -> str:
    with force_locale(language):
        return _("Specimen")


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
