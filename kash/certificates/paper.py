"""Wording of certificates: headings, sentences and days, in one language or two. Assembling of
what the press prints, from a version of a design and a batch. Reading of what stands on a
certificate beside its words: signatures, marks and pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from kash.accounts.queries.accounts import names_of
from kash.certificates.models import CertificateBatch, SignatureImage
from kash.certificates.queries.designs import images, lead_of, marks_at, signatures_at
from kash.certificates.rules.designs import (
    DesignContent,
    Signer,
    SignerKind,
    Words,
    content_from,
    filled_sentence,
)
from kash.certificates.rules.issuing import own_design
from kash.platform import storage
from kash.platform.press import CertificateDesign, CertificateWording, Signatory
from kash.platform.press.certificate_values import (
    CertificatePage,
    DesignName,
    FunderPicture,
    OwnDesign,
)
from kash.platform.vault import open_sealed
from kash.platform.web.paper import logo_address
from kash.platform.web.pictures import data_address
from kash.platform.web.programme import brand, paper_wording, programme_zone
from kash.policy import Actor
from kash.settings import Settings
from kash.workshops.models import Workshop

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
    signer: Signer,
    lead: tuple[str, str] | None,
    approved_by: str | None,
    names: dict[str, str],
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
        "from %(first)s to %(last)s",
        first=written(first, pattern),
        last=written(last, "d MMMM y"),
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
